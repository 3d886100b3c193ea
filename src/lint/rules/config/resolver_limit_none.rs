use crate::file::config::Value;
use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "resolver-limit-none",
    area: "config",
    severity: Severity::Note,
    title: "a resolver's limit of 0 or less does not mean none",
    explanation: "\
`limit` is how many accounts a directory may hold. Zero or less means without limit for a full resolver, and 1000 for a
cache. A full resolver whose limit is reached refuses new accounts: `jwt store is full`; a cache deletes the file that was
asked for longest ago.

Leave it out, or give the number that is meant.",
    citation: "nats-server opts.go; accounts.go: NewCacheDirAccResolver",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    let Some(directory) = setup.directory() else { return };
    for entry in setup.options(&["resolver", "account_resolver", "accounts_resolver"]) {
        let limit = entry.node.value.as_map().and_then(|map| map.entry("limit"));
        let Some((limit, &Value::Integer(number @ ..=0))) = limit.map(|limit| (limit, &limit.node.value)) else {
            continue;
        };
        out.tell(&RULE, || {
            let meaning = if directory.cache { "1000 accounts" } else { "no limit" };
            Finding::new(&RULE, format!("a limit of {number} means {meaning}"), setup.at(limit))
                .help("leave it out, or give the number that is meant")
        });
    }
}
