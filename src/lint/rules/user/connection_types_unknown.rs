use crate::lint::Finding;
use crate::lint::view::{Out, Rights};
use crate::server::via::Via;
use crate::token::quote;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "connection-types-unknown",
    area: "user",
    severity: Severity::Error,
    title: "connection types of which a server knows none",
    explanation: "\
`allowed_connection_types` is a list of words, and servers know `STANDARD`, `WEBSOCKET`, `LEAFNODE`,
`LEAFNODE_WS`, `MQTT`, `MQTT_WS` and, from 2.11 on, `IN_PROCESS`. Where they know none of a list they refuse
the user: `invalid connection types`. Nobody checks the words before.

Write the words that are meant: `nsc edit user --conn-type STANDARD`.",
    citation: "nats-server auth.go: processClientOrLeafAuthentication, convertAllowedConnectionTypes",
    versions: "all",
    check: Check::Rights(check),
};

fn check(rights: &Rights<'_>, out: &mut Out<'_>) {
    let Some(terms) = rights.terms else { return };
    let listed = terms.allowed_connection_types.as_deref().unwrap_or_default();
    let version = rights.token.scene.version;
    let known = |word: &String| Via::parse(word).is_some_and(|via| Via::known(via.name(), version));
    if listed.is_empty() || listed.iter().any(known) {
        return;
    }
    out.tell(&RULE, || {
        let words: Vec<String> = listed.iter().map(|word| quote(word.as_bytes())).collect();
        let message = format!("servers know none of the connection types of {}", rights.words());
        let place = rights.at("/allowed_connection_types").showing(words.join(", "));
        Finding::new(&RULE, message, place.saying("no word that servers know"))
            .server(format!("invalid connection types [{}]", words.join(" ")))
            .help(rights.command("nsc edit user --name NAME --conn-type STANDARD"))
    });
}
