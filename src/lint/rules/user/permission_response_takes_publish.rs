use crate::lint::Finding;
use crate::lint::view::{Out, Rights};
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "permission-response-takes-publish",
    area: "user",
    severity: Severity::Warning,
    title: "a right to reply takes the right to publish away",
    explanation: "\
With `resp` set and no list of subjects to publish to, a server lets the client publish to reply subjects of
messages that it received and to nothing else: the right to reply replaces the blanket right to publish. Whoever
set it mostly meant to add to it.

Name the subjects in `pub.allow`, `>` for all.",
    citation: "nats-server auth.go: validateResponsePermissions",
    versions: "all",
    check: Check::Rights(check),
};

fn check(rights: &Rights<'_>, out: &mut Out<'_>) {
    let publish = &rights.permissions.publish;
    if rights.permissions.resp.is_some() && publish.allowed().is_empty() {
        out.tell(&RULE, || {
            let message = format!("{} may reply, and publish nothing else", rights.words());
            Finding::new(&RULE, message, rights.at("/resp").saying("takes the blanket right to publish away"))
                .help("name what else may be published in pub.allow: `>` for everything")
        });
    }
}
