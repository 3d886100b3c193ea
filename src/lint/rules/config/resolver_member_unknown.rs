use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "resolver-member-unknown",
    area: "config",
    severity: Severity::Warning,
    title: "a resolver has a member that is silently ignored",
    explanation: "\
The members of `resolver { … }` are matched in lower case alone, and what the server does not know it drops without a
word: `Allow_Delete: true`, `time_out`, `readonly`. All other blocks of a configuration refuse unknown members.

The members are `type`, `dir`, `allow_delete`, `hard_delete`, `limit`, `ttl`, `interval` and `timeout`.",
    citation: "nats-server opts.go: parse of account_resolver",
    versions: "all",
    check: Check::Config(check),
};

const KNOWN: [&str; 8] = ["type", "dir", "allow_delete", "hard_delete", "limit", "ttl", "interval", "timeout"];

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    for entry in setup.options(&["resolver", "account_resolver", "accounts_resolver"]) {
        let Some(map) = entry.node.value.as_map() else { continue };
        for member in map.entries().filter(|member| !KNOWN.contains(&member.key.as_str())) {
            let key = member.key.to_ascii_lowercase();
            let like = KNOWN.into_iter().map(|known| (crate::lint::distance(&key, known), known)).min();
            out.tell(&RULE, || {
                let message = format!("the server ignores {} of its resolver", crate::token::quote(member.key.as_bytes()));
                let finding = Finding::new(&RULE, message, setup.at(member).saying("not known"));
                match like.filter(|(edits, _)| *edits <= 2) {
                    Some((_, known)) => finding.help(format!("write {known}, if that is meant")),
                    None => finding.help("take it out"),
                }
            });
        }
    }
}
