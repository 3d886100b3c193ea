use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "resolver-means-url",
    area: "config",
    severity: Severity::Error,
    title: "a resolver's text means another address than it says",
    explanation: "\
nats-server looks for `URL(…)` anywhere in the text of `resolver` and takes what stands in its parentheses. Without them, as
in `resolver: URL` or `resolver: \"url https://…\"`, the address is empty, and the server ends:
`could not fetch <\"/\">: Get \"/\": unsupported protocol scheme \"\"`. What stands around `URL(…)` is dropped.

Write `resolver: URL(https://host/jwt/v1/accounts/)`.",
    citation: "nats-server opts.go: urlResolverRe",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    for entry in setup.options(&["resolver", "account_resolver", "accounts_resolver"]) {
        let Some(text) = entry.node.value.as_str() else { continue };
        let lower = text.trim().to_ascii_lowercase();
        let meant = lower.strip_prefix("url(").is_some_and(|rest| rest.ends_with(')') && rest.contains("://"));
        if lower.contains("url") && !lower.contains("mem") && !meant {
            out.tell(&RULE, || {
                let message = "the server does not take the address that stands here";
                Finding::new(&RULE, message, setup.at(entry).saying("not URL(https://…)"))
                    .help("write `resolver: URL(https://host/jwt/v1/accounts/)`")
            });
        }
    }
}
