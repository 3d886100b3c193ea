use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "system-account-none",
    area: "config",
    severity: Severity::Warning,
    title: "a server has no system account",
    explanation: "\
Neither the configuration nor the operator names one; of two or more operators a server takes none. It warns and goes on with
a system account that nobody can log in to: no account can be pushed, `nats server` commands find nothing, and servers of a
cluster do not share accounts.

Name it: `system_account: A…`.",
    citation: "nats-server server.go: Start; opts.go: parse of operators",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    let options = &setup.startup.options;
    if !options.operators.is_empty() && options.system_account.is_empty() {
        out.tell(&RULE, || {
            let names = &["operator", "operators", "roots", "root", "root_operators", "root_operator"];
            let place = setup.options(names).next().map_or_else(|| setup.place(), |entry| setup.at(entry));
            let message = match options.operators.len() {
                1 => "the operator names no system account, and this configuration none either".to_owned(),
                many => format!("of {many} operators the server takes no system account, and this configuration names none"),
            };
            Finding::new(&RULE, message, place)
                .server("[WRN] Trusted Operators should utilize a System Account")
                .help("system_account: A…")
        });
    }
}
