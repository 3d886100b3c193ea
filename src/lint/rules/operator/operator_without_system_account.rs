use crate::lint::view::{Credential, Out};
use crate::lint::{Check, Finding, Rule, Severity};
use crate::token::Operator;

pub(crate) static RULE: Rule = Rule {
    code: "operator-without-system-account",
    area: "operator",
    severity: Severity::Warning,
    title: "an operator names no system account",
    explanation: "\
Servers get the system account from their configuration or from the operator. With neither they run without a usable one,
and warn: `Trusted Operators should utilize a System Account`. Then nobody can push accounts, `nats server` commands find
nothing, a server with a directory for a resolver does not start at all, and one that has to ask the authorization service
of an account about a client crashes.

Name it in the operator: `nsc edit operator --system-account SYS`.",
    citation: "nats-server jwt.go: validateTrustedOperators; opts.go: parseOperators",
    versions: "all",
    check: Check::Operator(check),
};

fn check(token: &Credential<'_>, operator: &Operator, out: &mut Out<'_>) {
    // A configuration may name it.
    let named = token.scene.server.is_some_and(|server| !server.system_account.is_empty());
    if operator.system_account.is_empty() && !named {
        out.tell(&RULE, || {
            let place = token.at("/nats").saying("no system_account");
            Finding::new(&RULE, format!("{} names no system account", token.owner()), place)
                .server("[WRN] Trusted Operators should utilize a System Account")
                .help("nsc edit operator --system-account SYS, or system_account in every server's configuration")
        });
    }
}
