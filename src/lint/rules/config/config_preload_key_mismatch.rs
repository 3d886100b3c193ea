use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Edit, Finding, Fix, Rule, Severity};
use crate::nkey::{Role, go};
use crate::token::parse;

pub(crate) static RULE: Rule = Rule {
    code: "config-preload-key-mismatch",
    area: "config",
    severity: Severity::Error,
    title: "a preloaded token stands under the key of another account",
    explanation: "\
A server asks its resolver for the key that stands before the token in `resolver_preload`, and then for the token's
subject. Where the two differ the account under that key is refused, and the account that the token is of is not
found at all. It starts all the same, and the first client learns of it.

`jwtfix fix` writes the token's subject in place of the key.",
    citation: "nats-server accounts.go: MemAccResolver, server.go: fetchAccount",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    for preload in setup.options(&["resolver_preload"]) {
        let Some(tokens) = preload.node.value.as_map() else { continue };
        for entry in tokens.entries() {
            let Some(text) = entry.node.value.as_str() else { continue };
            let Ok(token) = parse(text.as_bytes()) else { continue };
            let subject = token.claims.data.sub;
            if !go::is_public(Role::Account, &subject) || entry.key == subject {
                continue;
            }
            out.tell(&RULE, || {
                let message = format!("under the key {} stands a token of {subject}", entry.key);
                let finding = Finding::new(&RULE, message, setup.line(entry.file, entry.key_span))
                    .server("Account JWT lookup error: account validation failed");
                // Where the account has its own entry, one of the two is in the way, and nobody knows which.
                if entry.file.0 != 0 || tokens.get(&subject).is_some() {
                    return finding;
                }
                let span = entry.key_span.start..entry.key_span.end;
                let edit = Edit::Text { span, with: subject.clone() };
                finding.fix(Fix::safe("write the token's subject there", &setup.place(), [edit]))
            });
        }
    }
}
