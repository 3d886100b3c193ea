use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::token::Account;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-trace-sampling-zero",
    area: "account",
    severity: Severity::Note,
    title: "a share of traces of zero, which is all of them",
    explanation: "\
`trace.sampling` is 0 or missing, and a server takes that for 100: every message that carries a `traceparent`
header is traced to the destination. To trace none, take `trace` away.

`nsc edit account --trace-context-subject SUBJECT --trace-context-sampling N` says it in so many words.",
    citation: "nats-server accounts.go: updateAccountClaimsWithRefresh",
    versions: "2.11.0-",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    if account.trace.as_ref().is_some_and(|trace| trace.sampling == 0 && !trace.dest.is_empty()) {
        out.tell(&RULE, || {
            let message = format!("{} traces all messages with a trace header: 0 percent is 100", token.owner());
            let place = token.at("/nats/trace/sampling").saying("0 or missing: all");
            Finding::new(&RULE, message, place).fix(token.set("say all", "/nats/trace/sampling", 100))
        });
    }
}
