use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "resolver-directory-link",
    area: "config",
    severity: Severity::Warning,
    title: "a resolver's directory is a link, which a server does not look into when it starts",
    explanation: "\
When it starts a server walks the directory to know its accounts, and does not follow a link to do so. It finds accounts
that clients ask for, but lists none, sends none to other servers, deletes none that have expired, and does not count them
against `limit`; `nsc pull` gets nothing from it.

Name the directory itself, or put a slash behind the link: `dir: \"jwt/\"`.",
    citation: "nats-server dirstore.go: NewExpiringDirJWTStore; Go filepath.Walk; seen with 2.12.8",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    let Some(directory) = setup.directory().filter(|_| setup.linked) else { return };
    for entry in setup.options(&["resolver", "account_resolver", "accounts_resolver"]) {
        let dir = entry.node.value.as_map().and_then(|map| map.entry("dir"));
        out.tell(&RULE, || {
            let name = crate::token::quote(directory.dir.as_bytes());
            let message = format!("{name} is a link: the server knows none of the accounts behind it when it starts");
            Finding::new(&RULE, message, setup.at(dir.unwrap_or(entry)))
                .help(format!("dir: \"{}/\"", directory.dir))
        });
    }
}
