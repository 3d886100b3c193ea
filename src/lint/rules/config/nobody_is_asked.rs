use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};
use crate::server::options::OPERATORS;

pub(crate) static RULE: Rule = Rule {
    code: "nobody-is-asked",
    area: "config",
    severity: Severity::Error,
    title: "a server with accounts or an authorization block asks nobody who they are",
    explanation: "\
Accounts without users, or `authorization` with an empty list of users, do not turn authentication on: everybody who can
reach the port is let in and is in the account `$G`.

Give the users, or take the blocks out if everybody is meant.",
    citation: "nats-server auth.go: configureAuthorization; seen with every release",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    let options = &setup.startup.options;
    let asked = options.operator_mode()
        || !options.users.is_empty()
        || !options.user.is_empty()
        || !options.token.is_empty()
        || options.callout.is_some()
        || options.tls_map
        || !options.no_auth_user.is_empty();
    let written = setup.options(&["accounts", "authorization"]).next();
    let own = setup.options(OPERATORS).next();
    if let Some(entry) = written.filter(|_| !asked && own.is_none() && setup.startup.errors.is_empty()) {
        out.tell(&RULE, || {
            Finding::new(&RULE, "no user is configured: everybody is let in", setup.at(entry))
                .help("give the users, or take the block out if everybody is meant")
        });
    }
}
