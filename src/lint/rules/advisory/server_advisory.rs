use crate::lint::advisories::of_server;
use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "server-advisory",
    area: "advisory",
    severity: Severity::Warning,
    title: "a server of this release, so configured, has a published vulnerability",
    explanation: "\
The NATS project has published an advisory that concerns the release that is asked about (`--server-version`), and the
configuration turns on what it is about. Findings name the advisory, what can be done, and the releases that are free of it.

Update the server. Where that has to wait the advisory says what helps until then.",
    citation: "https://advisories.nats.io",
    versions: "by advisory",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    for advisory in of_server(setup) {
        out.tell(&RULE, || {
            let version = setup.scene.version;
            let message = format!("{} in {version}: {}", advisory.names, advisory.what);
            Finding::new(&RULE, message, setup.place().showing(advisory.names))
                .help(format!("update to {} or later", advisory.fixed()))
                .help(advisory.source())
        });
    }
}
