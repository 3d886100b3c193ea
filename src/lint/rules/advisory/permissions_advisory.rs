use crate::lint::advisories::of_rights;
use crate::lint::view::{Out, Rights};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "permissions-advisory",
    area: "advisory",
    severity: Severity::Warning,
    title: "servers of this release do not hold these permissions",
    explanation: "\
The NATS project has published an advisory about permissions of this form, and it concerns the release that is asked about
(`--server-version`): what they deny is delivered all the same on some way.

Update the server, or write permissions that allow what is meant and deny nothing.",
    citation: "https://advisories.nats.io",
    versions: "by advisory",
    check: Check::Rights(check),
};

fn check(rights: &Rights<'_>, out: &mut Out<'_>) {
    let version = rights.token.scene.version;
    for advisory in of_rights(rights.permissions, version) {
        out.tell(&RULE, || {
            let message = format!("{} in {version}, {}: {}", advisory.names, rights.words(), advisory.what);
            Finding::new(&RULE, message, rights.at("/sub/deny").showing(advisory.names))
                .help(format!("update to {} or later, or allow what is meant and deny nothing", advisory.fixed()))
                .help(advisory.source())
        });
    }
}
