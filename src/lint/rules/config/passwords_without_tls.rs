use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};
use super::monitoring_open::{is_loopback, server_host};

pub(crate) static RULE: Rule = Rule {
    code: "passwords-without-tls",
    area: "config",
    severity: Severity::Warning,
    title: "passwords cross the network in clear",
    explanation: "\
Clients send their passwords as they are, and this server listens beyond its machine without `tls`: whoever can listen on
the way can log in afterwards. Keys do not cross the network, `nkey` or tokens with a seed: the server sends something to
sign.

Configure `tls`, or give the users nkeys.",
    citation: "nats-server client.go: processConnect",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    let options = &setup.startup.options;
    let sent = !options.password.is_empty()
        || !options.token.is_empty()
        || options.users.iter().any(|user| !user.password.is_empty() && user.user != "nats-XXXXXXXX");
    let tls = setup.options(&["tls"]).next().is_some();
    if sent && !tls && !options.operator_mode() && !is_loopback(&server_host(setup)) {
        out.tell(&RULE, || {
            let place = setup.options(&["authorization", "accounts"]).next();
            let place = place.map_or_else(|| setup.place(), |entry| setup.at(entry));
            Finding::new(&RULE, "clients send passwords to this server without TLS", place)
                .help("configure tls, or give the users nkeys")
        });
    }
}
