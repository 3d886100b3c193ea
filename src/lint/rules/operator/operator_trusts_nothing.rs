use crate::lint::view::{Credential, Out};
use crate::lint::{Check, Finding, Rule, Severity};
use crate::token::Operator;

pub(crate) static RULE: Rule = Rule {
    code: "operator-trusts-nothing",
    area: "operator",
    severity: Severity::Error,
    title: "an operator allows signing keys only, and has none",
    explanation: "\
With `strict_signing_key_usage` the identity key of an operator signs no accounts; without signing keys nothing does. A
server that is given this operator trusts no account: it does not start with a directory for a resolver
(`no operator key found`), and refuses every account otherwise.

Add a signing key and have it sign the accounts: `nsc edit operator --sk generate`.",
    citation: "nats-server jwt.go: validateTrustedOperators; server.go: processTrustedKeys",
    versions: "all",
    check: Check::Operator(check),
};

fn check(token: &Credential<'_>, operator: &Operator, out: &mut Out<'_>) {
    if operator.strict_signing_key_usage && operator.signing_keys.is_empty() {
        out.tell(&RULE, || {
            let place = token.at("/nats/strict_signing_key_usage").showing("true").saying("and no signing_keys");
            Finding::new(&RULE, format!("{} lets no key sign accounts", token.owner()), place)
                .server("Could not start resolver: no operator key found")
                .help("nsc edit operator --sk generate")
        });
    }
}
