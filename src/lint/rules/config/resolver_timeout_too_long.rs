use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "resolver-timeout-too-long",
    area: "config",
    severity: Severity::Warning,
    title: "a lookup may take longer than a client is given",
    explanation: "\
An account that is not in the directory is asked for in the cluster, for `resolver.timeout`; a client that waits for it has
`authorization.timeout` to log in, two seconds where it is not set. Where the first is not shorter than the second clients
are cut off with `Authentication Timeout` before the answer can come.

Make the lookup shorter: `timeout: \"1.9s\"` is the default.",
    citation: "nats-server const.go: DEFAULT_ACCOUNT_FETCH_TIMEOUT, AUTH_TIMEOUT",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    let Some(directory) = setup.directory() else { return };
    let given = setup.startup.options.auth_timeout;
    if directory.timeout < given || given <= 0 {
        return;
    }
    for entry in setup.options(&["resolver", "account_resolver", "accounts_resolver"]) {
        let timeout = entry.node.value.as_map().and_then(|map| map.entry("timeout"));
        out.tell(&RULE, || {
            let seconds = |nanos: i64| format!("{} s", nanos as f64 / 1e9);
            let message = format!(
                "a lookup may take {}, and clients have {} to log in",
                seconds(directory.timeout),
                seconds(given)
            );
            Finding::new(&RULE, message, setup.at(timeout.unwrap_or(entry)))
                .server("Authentication Timeout")
                .help("make resolver.timeout shorter than authorization.timeout")
        });
    }
}
