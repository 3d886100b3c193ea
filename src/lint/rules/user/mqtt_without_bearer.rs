use crate::lint::Finding;
use crate::lint::view::{Out, Rights};
use crate::server::via::Via;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "mqtt-without-bearer",
    area: "user",
    severity: Severity::Error,
    title: "a user for MQTT alone that is no bearer",
    explanation: "\
The user may come by MQTT only, and an MQTT client cannot sign a server's nonce: a server takes it only with
`bearer_token`, the token being the password. Without it every connection ends with `Signature missing`, and
the client reads CONNACK code 5.

Issue it as a bearer, `nsc edit user --bearer`, with networks and an end, for the token alone is enough then.",
    citation: "nats-server mqtt.go: mqttParseConnect; auth.go: processClientOrLeafAuthentication",
    versions: "all",
    check: Check::Rights(check),
};

fn check(rights: &Rights<'_>, out: &mut Out<'_>) {
    let Some(terms) = rights.terms else { return };
    let types = terms.allowed_connection_types.as_deref().unwrap_or_default();
    let mqtt = |word: &String| Via::parse(word).is_some_and(Via::is_mqtt);
    if !terms.bearer_token && !types.is_empty() && types.iter().all(mqtt) {
        out.tell(&RULE, || {
            let message = format!("{} may come by MQTT alone, and MQTT needs bearers", rights.words());
            Finding::new(&RULE, message, rights.at("/allowed_connection_types").showing(types.join(", ")))
                .and(rights.at("/bearer_token").saying("not set"))
                .server("Signature missing")
                .help(rights.command("nsc edit user --name NAME --bearer"))
        });
    }
}
