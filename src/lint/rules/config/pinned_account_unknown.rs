use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "pinned-account-unknown",
    area: "config",
    severity: Severity::Warning,
    title: "a pinned account has no token here",
    explanation: "\
With `resolver_pinned_accounts` clients of all other accounts are refused. An account on the list that nobody has a token of
cannot be used either: it was mistyped, or is another operator's.

Put the right key there.",
    citation: "nats-server auth.go: processClientOrLeafAuthentication",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    let options = &setup.startup.options;
    let Some(found) = setup.found.filter(|found| found.accounts() > 0) else { return };
    let Some(entry) = setup.options(&["resolver_pinned_accounts"]).next() else { return };
    for key in options.pinned_accounts.iter().flatten() {
        if !found.account(key) && *key != options.system_account {
            out.tell(&RULE, || {
                Finding::new(&RULE, format!("no token of the pinned account {key} is here"), setup.at(entry))
                    .server("Account JWT lookup error: account missing")
                    .help("put the key of an account there that is known")
            });
        }
    }
}
