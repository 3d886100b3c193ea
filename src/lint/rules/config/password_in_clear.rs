use crate::file::config::Entry;
use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};
use crate::server::password::is_bcrypt;

pub(crate) static RULE: Rule = Rule {
    code: "password-in-clear",
    area: "config",
    severity: Severity::Warning,
    title: "a password stands in a configuration as it is",
    explanation: "\
Whoever reads the file, a backup of it or a commit can log in. nats-server takes hashes of bcrypt in place of passwords and
tokens, and warns where it finds others.

Write the hash: `nats server passwd` or `htpasswd -bnBC 11 \"\" PASSWORD | tr -d ':'` makes it, in quotes. Better than a
password is a key: `nkey: U…`, of which the server has the public half alone.",
    citation: "nats-server auth.go: checkAuthforWarnings",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    setup.every(&mut |path, entry| {
        if asks(path) && is_plain(entry) {
            out.tell(&RULE, || {
                let what = if path.ends_with("token") { "token" } else { "password" };
                Finding::new(&RULE, format!("this {what} is not hashed"), setup.at(entry))
                    .server("[WRN] Plaintext passwords detected, use nkeys or bcrypt")
                    .help("put the bcrypt hash in its place: `nats server passwd`")
            });
        }
    });
}

/// Options that clients are asked for; routes and gateways need theirs as they are, to send them.
fn asks(path: &str) -> bool {
    let (above, key) = path.rsplit_once('.').unwrap_or(("", path));
    match key {
        "pass" | "password" => above.starts_with("authorization") || above.starts_with("accounts.")
            || [ "mqtt.authorization", "websocket.authorization", "leafnodes.authorization"].iter().any(|a| above.starts_with(a)),
        "token" => matches!(above, "authorization" | "mqtt.authorization" | "websocket.authorization"),
        _ => false,
    }
}

/// A text that is no hash and stands in the file itself.
pub(super) fn is_plain(entry: &Entry) -> bool {
    let text = entry.node.value.as_str();
    entry.node.variable.is_none() && text.is_some_and(|text| !text.is_empty() && !is_bcrypt(&text))
}
