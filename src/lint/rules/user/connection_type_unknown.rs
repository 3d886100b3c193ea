use crate::lint::Finding;
use crate::lint::view::{Out, Rights};
use crate::server::via::Via;
use crate::token::quote;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "connection-type-unknown",
    area: "user",
    severity: Severity::Warning,
    title: "a connection type that servers do not know",
    explanation: "\
One of the words in `allowed_connection_types` is none that servers of this release know. They leave it out
and look at the others, so that who was to come in that way does not.

The words are `STANDARD`, `WEBSOCKET`, `LEAFNODE`, `LEAFNODE_WS`, `MQTT`, `MQTT_WS` and, from 2.11 on,
`IN_PROCESS`: `nsc edit user --conn-type WORD`.",
    citation: "nats-server auth.go: convertAllowedConnectionTypes",
    versions: "all",
    check: Check::Rights(check),
};

fn check(rights: &Rights<'_>, out: &mut Out<'_>) {
    let Some(terms) = rights.terms else { return };
    let listed = terms.allowed_connection_types.as_deref().unwrap_or_default();
    let version = rights.token.scene.version;
    let known = |word: &&String| Via::parse(word).is_some_and(|via| Via::known(via.name(), version));
    let unknown = listed.iter().find(|word| !known(word));
    // Where there is none that they know there is a finding of its own.
    if let Some(word) = unknown.filter(|_| listed.iter().any(|word| known(&word))) {
        out.tell(&RULE, || {
            let word = quote(word.as_bytes());
            let message = format!("servers do not know the connection type {word} of {}", rights.words());
            let place = rights.at("/allowed_connection_types").showing(word).saying("left out");
            Finding::new(&RULE, message, place).help(rights.command("nsc edit user --name NAME --conn-type WORD"))
        });
    }
}
