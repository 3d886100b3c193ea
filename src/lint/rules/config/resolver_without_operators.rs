use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};
use crate::server::options::Resolver;

pub(crate) static RULE: Rule = Rule {
    code: "resolver-without-operators",
    area: "config",
    severity: Severity::Warning,
    title: "a resolver has no effect: the server trusts nobody",
    explanation: "\
Without `operator` or `trusted_keys` no client needs a token, and a resolver is read and never asked. Whoever wrote it
thought that clients are checked by their accounts; who may connect is decided by `authorization` and `accounts` alone.

Name the operator: `operator: /etc/nats/operator.jwt`.",
    citation: "nats-server server.go: configureResolver; auth.go: configureAuthorization",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    let options = &setup.startup.options;
    let read = matches!(options.resolver, Some(Resolver::Memory | Resolver::Url(_)));
    let written = setup.options(&["operator", "operators", "roots", "root", "root_operators", "root_operator"]).next();
    if read && !options.operator_mode() && written.is_none() {
        for entry in setup.options(&["resolver", "account_resolver", "accounts_resolver"]) {
            out.tell(&RULE, || {
                Finding::new(&RULE, "no operator is named, so that no client is asked for a token", setup.at(entry))
                    .help("name the operator: `operator: /etc/nats/operator.jwt`")
            });
        }
    }
}
