use crate::lint::view::{Credential, Out};
use crate::lint::{Check, Finding, Rule, Severity};
use crate::token::Operator;

pub(crate) static RULE: Rule = Rule {
    code: "operator-not-self-signed",
    area: "operator",
    severity: Severity::Warning,
    title: "an operator is signed by another key than its own",
    explanation: "\
Tools make operators that sign themselves. A server does not compare: it takes the token of an operator that any operator
key signed and trusts the keys in it, so whoever can write the file decides whom the server trusts. The bootstrap of a
missing system account, though, goes by the issuer, and fails.

Take the token from its operator again; if it was signed so on purpose, say why in `jwtfix.toml`.",
    citation: "nats-server opts.go: parseOperators; server.go: configureAccounts",
    versions: "all",
    check: Check::Operator(check),
};

fn check(token: &Credential<'_>, _: &Operator, out: &mut Out<'_>) {
    let data = &token.claims.data;
    if data.iss != data.sub {
        out.tell(&RULE, || {
            let place = token.at("/iss").showing(data.iss.as_str()).saying("not its own key");
            Finding::new(&RULE, format!("{} is signed by {}", token.owner(), data.iss), place)
                .help("have the operator's own key sign it: `jwtfix reissue FILE --key SEED`")
        });
    }
}
