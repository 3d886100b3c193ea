use crate::file::config::{Entry, Value};
use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "monitoring-open",
    area: "config",
    severity: Severity::Warning,
    title: "everybody can ask a server who is connected",
    explanation: "\
The monitoring port asks nobody who they are. `/connz?auth=1` names users, accounts and the tokens of clients, `/accountz`
shows the tokens of accounts with their imports and signing keys, `/varz` the configuration; before 2.12.6 and 2.11.15 it
showed passwords of MQTT clients (CVE-2026-33216). Here it listens beyond this machine.

Let it listen on the loopback address, `http: \"127.0.0.1:8222\"`, and have what collects metrics run beside it, or keep
others away by the network's rules.",
    citation: "nats-server monitor.go: HandleConnz, HandleAccountz",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    let options = &setup.startup.options;
    let asks = options.operator_mode() || !options.users.is_empty() || !options.user.is_empty() || !options.token.is_empty();
    for entry in setup.options(&["http", "http_port", "monitor_port", "https", "https_port"]) {
        if asks && setup.startup.config.is_some() && !is_loopback(&host(setup, entry)) && !is_off(entry) {
            out.tell(&RULE, || {
                Finding::new(&RULE, "the monitoring port is open beyond this machine", setup.at(entry))
                    .help(format!("{}: \"127.0.0.1:{}\"", scheme(entry), port(entry)))
            });
        }
    }
}

fn is_off(entry: &Entry) -> bool {
    matches!(entry.node.value, Value::Integer(0))
}

/// The option that takes an address, as this one may not.
fn scheme(entry: &Entry) -> &'static str {
    if entry.key.to_ascii_lowercase().starts_with("https") { "https" } else { "http" }
}

/// The port that it says, or the one that people take.
fn port(entry: &Entry) -> String {
    let said = match &entry.node.value {
        Value::Integer(port) => port.to_string(),
        other => {
            let text = other.as_str().unwrap_or_default();
            text.rsplit_once(':').map_or(&*text, |(_, port)| port).to_owned()
        }
    };
    if said.is_empty() { "8222".into() } else { said }
}

/// The host that it listens on: its own, or the server's.
fn host(setup: &Setup<'_>, entry: &Entry) -> String {
    let own = entry.node.value.as_str().and_then(|text| Some(text.rsplit_once(':')?.0.to_owned()));
    own.filter(|host| !host.is_empty()).unwrap_or_else(|| server_host(setup))
}

/// The host of `host`, `net` or `listen`; empty: all.
pub(super) fn server_host(setup: &Setup<'_>) -> String {
    let mut host = String::new();
    for entry in setup.options(&["host", "net", "listen"]) {
        let Some(text) = entry.node.value.as_str() else { continue };
        host = match text.rsplit_once(':') {
            Some((name, _)) if entry.key.eq_ignore_ascii_case("listen") => name.to_owned(),
            _ if entry.key.eq_ignore_ascii_case("listen") => continue,
            _ => text.into_owned(),
        };
    }
    host
}

/// Whether only this machine gets there; a port may stand behind it.
pub(super) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[');
    bare.starts_with("127.") || bare.starts_with("::1") || bare == "localhost" || bare.starts_with("localhost:")
}
