use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "authorization-without-effect",
    area: "config",
    severity: Severity::Warning,
    title: "a user or token of the configuration lets nobody in",
    explanation: "\
With an operator every client needs a token of its own: `Authentication requires a user JWT`. A single user or token in
`authorization` is read, and refused to whoever sends it. (A list of users is refused at start.)

Take it out; it is a secret that is good for nothing, and others may take it for a way in.",
    citation: "nats-server auth.go: processClientOrLeafAuthentication",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    let options = &setup.startup.options;
    if options.operator_mode() && !(options.user.is_empty() && options.token.is_empty()) {
        for entry in setup.options(&["authorization"]) {
            out.tell(&RULE, || {
                Finding::new(&RULE, "with an operator nobody can log in with this", setup.at(entry))
                    .server("Authentication requires a user JWT")
                    .help("take user, password and token out of authorization")
            });
        }
    }
}
