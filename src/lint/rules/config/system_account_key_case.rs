use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "system-account-key-case",
    area: "config",
    severity: Severity::Error,
    title: "the system account is not read: its option is in other letters",
    explanation: "\
nats-server matches nearly all options in any letter case. `system_account` and `system` are looked up before the others,
in lower case and no other: `SYSTEM_ACCOUNT` or `System` is neither read nor refused. The server takes the operator's
system account, or none, and then nobody can push accounts.

Write it in lower case.",
    citation: "nats-server opts.go: configureSystemAccount",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    for entry in setup.options(&["system_account", "system"]) {
        let lower = entry.key.to_ascii_lowercase();
        if entry.key != lower {
            out.tell(&RULE, || {
                let message = format!("{} is silently ignored", entry.key);
                Finding::new(&RULE, message, setup.at(entry).saying("not in lower case"))
                    .server("[WRN] Trusted Operators should utilize a System Account")
                    .help(format!("write {lower}"))
            });
        }
    }
}
