use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "resolver-means-memory",
    area: "config",
    severity: Severity::Error,
    title: "a resolver's text has `mem` in it, and so means the memory resolver",
    explanation: "\
nats-server looks for `MEM` anywhere in the text of `resolver`, in any letter case, before it looks for `URL(…)`. An address
like `URL(\"https://members.example/jwt/\")` therefore is the memory resolver: the account server is never asked, and only
accounts of `resolver_preload` are known. Nothing is logged.

Use another name for the host or path, an address for one.",
    citation: "nats-server opts.go: memResolverRe",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    for entry in setup.options(&["resolver", "account_resolver", "accounts_resolver"]) {
        let Some(text) = entry.node.value.as_str() else { continue };
        let text = text.trim().to_ascii_lowercase();
        if text.contains("mem") && !matches!(text.as_str(), "mem" | "memory") {
            out.tell(&RULE, || {
                let message = "the server takes this for the memory resolver, and asks nobody for accounts";
                Finding::new(&RULE, message, setup.at(entry).saying("has \"mem\" in it"))
                    .server("Account JWT lookup error: account missing")
                    .help("name the account server in a way that has no \"mem\" in it")
            });
        }
    }
}
