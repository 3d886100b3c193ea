use crate::lint::view::{Credential, Layout, Out};
use crate::lint::{Check, Finding, Rule, Severity};
use crate::token::Account;

pub(crate) static RULE: Rule = Rule {
    code: "resolver-token-over-payload",
    area: "resolver",
    severity: Severity::Warning,
    title: "a token is larger than a message may be",
    explanation: "\
Accounts go from server to server, and from `nsc push` to servers, as messages. One that is larger than the server's
`max_payload`, 1 MiB where it is not set, cannot be pushed, and a server that does not have its file cannot get it from
another: the account works on some servers and not on others.

Move revocations out by letting the keys expire, drop unused signing keys, imports and exports, or raise `max_payload` on
every server.",
    citation: "nats-server accounts.go: DirAccResolver.Start; client.go: maximum payload violation",
    versions: "all",
    check: Check::Account(check),
};

/// Bytes of a message of a resolver beside the token: the account's key, a bar.
const AROUND: i64 = 57;

/// `max_payload` where it is not set, in bytes.
const DEFAULT: i64 = 1 << 20;

fn check(token: &Credential<'_>, _: &Account, out: &mut Out<'_>) {
    let limit = token.scene.server.map_or(DEFAULT, |server| server.max_payload);
    let size = i64::try_from(token.length).unwrap_or(i64::MAX).saturating_add(AROUND);
    if token.file.layout == Layout::Resolver && limit > 0 && size > limit {
        out.tell(&RULE, || {
            let message = format!(
                "the token of {} has {} bytes, and a message may have {limit}",
                token.owner(),
                token.length
            );
            Finding::new(&RULE, message, token.place())
                .server("maximum payload violation")
                .help("make it smaller, or raise max_payload on every server")
        });
    }
}
