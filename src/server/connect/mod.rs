//! What does this server do with this client?
//!
//! The way of a connection from the listener to its account (server.md, section 5), gate by gate in nats-server's
//! order. A gate that refuses decides; the ones behind it are walked all the same, so that a person sees all that is
//! wrong and not the first of it. What the files do not say makes a gate unknown.

mod bare;
mod callout;
mod leafnode;
mod near;
mod operator;
mod proof;
mod register;
mod scope;
mod walk;

use super::client::Client;
use super::decision::{Decision, Granted, Level, LogLine};
use super::load::Held;
use super::startup::StartVerdict;
use super::version::NO_CONNECTIONS;
use super::via::Via;
use walk::Walk;

/// Decides about a client.
pub fn connect(held: &Held<'_>, client: &Client) -> Decision {
    let mut walk = Walk::new(held, client);
    if !starts(&mut walk) {
        return walk.finish(None);
    }
    listens(&mut walk);
    let granted = if client.via.is_leaf() {
        leafnode::leafnode(&mut walk)
    } else if held.server.options.operator_mode() {
        operator::operator(&mut walk)
    } else {
        bare::bare(&mut walk)
    };
    designation(&mut walk);
    near::expected(&mut walk, granted.as_ref());
    walk.finish(granted)
}

/// CFG-0: a server that does not start lets nobody in. Whether the gates behind it can be asked: what was read of the
/// configuration says whom it trusts.
fn starts(walk: &mut Walk<'_>) -> bool {
    let Some(startup) = walk.held.server.startup else { return true };
    match startup.verdict {
        StartVerdict::Starts => walk.pass("CFG-0", "the server starts"),
        StartVerdict::Unknown => {
            walk.unknown("CFG-0", "whether the server starts is not known", "whether the server starts");
            startup.unknown.iter().for_each(|what| walk.assume(what.clone()));
        }
        StartVerdict::Fails => {
            let errors: Vec<&str> = startup.errors.iter().map(|problem| problem.text.as_str()).collect();
            let found = format!("the server does not start: {}", errors.join("; "));
            walk.refuse_with("CFG-0", None, Vec::new(), None, found);
        }
    }
    let told = startup.tells_of_clients;
    if !told {
        walk.skip("CON-1", "the configuration could not be read far enough to say whom the server lets in");
        if startup.verdict == StartVerdict::Unknown {
            walk.assume("whom the server lets in");
        }
    }
    told
}

/// Whether the client reaches the server at all.
fn listens(walk: &mut Walk<'_>) {
    let options = walk.held.server.options;
    let via = walk.client.via;
    let lacking = match via {
        Via::Standard | Via::InProcess => None,
        Via::Websocket => (!options.websocket.listen).then_some("websocket"),
        Via::Leafnode => (!options.leafnodes.listen).then_some("leafnodes"),
        Via::Mqtt => (!options.mqtt.listen).then_some("mqtt"),
        Via::LeafnodeWs if !options.leafnodes.listen => Some("leafnodes"),
        Via::MqttWs if !options.mqtt.listen => Some("mqtt"),
        Via::LeafnodeWs | Via::MqttWs => (!options.websocket.listen).then_some("websocket"),
    };
    match lacking {
        Some(block) => {
            let found = format!("the configuration opens no port for {via}: its {block} block has none");
            walk.refuse_with("CON-0", None, Vec::new(), None, found);
        }
        None => walk.pass("CON-0", format!("the server listens for {via}")),
    }
    if options.max_connections < 0 && walk.held.server.version.has(&NO_CONNECTIONS) && !via.is_leaf() {
        let text = "maximum connections exceeded";
        let sees = (!via.is_mqtt()).then(|| text.to_owned());
        let found = "max_connections of the configuration lets nobody in".to_owned();
        walk.refuse_with(
            "MSG-44",
            Some(super::causes::LIMIT),
            vec![LogLine::new(Level::Error, text)],
            sees,
            found,
        );
    }
}

/// CON-7: once authenticated, a client that asks for an account is refused.
fn designation(walk: &mut Walk<'_>) {
    let asked = &walk.client.account;
    if asked.is_empty() || walk.client.via.is_mqtt() {
        walk.pass("CON-7", "the CONNECT names no account");
        return;
    }
    let found = format!(
        "the CONNECT names the account {asked:?}: a server takes that from nobody, the credentials decide"
    );
    walk.refuse("CON-7", None, Vec::new(), found);
    walk.before_what_comes_later();
}

/// What a gate function hands on.
type MaybeGranted = Option<Granted>;

#[cfg(test)]
mod tests;
