//! Worlds made by chance: several oddities together, in users, scopes, accounts, clients and configurations.
//!
//! What is played one by one in `gates.rs` meets here in pairs and threes. The seed of a run is printed and `JWTFIX_SEED`
//! sets it; every oddity is an edge of the specification, so that chance is spent at the edges.

use serde_json::{Value, json};

use super::cast::put;
use super::dice::Dice;
use super::faults::{self, Edit};
use super::gates::{LISTENERS, Stage, TEMPLATES};
use super::mint::{Sign, Token, key, public};
use super::world::{Client, World};

/// Worlds of a run.
pub const WORLDS: usize = 40;
/// Clients of a world.
pub const CLIENTS: usize = 60;

/// One oddity, none, or several: in a third of the cases none.
fn some<'e>(dice: &mut Dice, edits: &'e [Edit]) -> Vec<&'e Edit> {
    let many = [0, 1, 1, 2, 2, 3][dice.below(6)];
    (0..many).map(|_| dice.pick(edits)).collect()
}

fn apply(edits: &[&Edit], claims: &mut Value) -> String {
    edits.iter().for_each(|edit| edit.apply(claims));
    edits.iter().map(|edit| edit.name.as_str()).collect::<Vec<_>>().join(" + ")
}

/// Oddities of an account that do not depend on who came before, and that a configuration takes as a preload.
fn account_edits(now: i64, label: &str, decodable: bool) -> Vec<Edit> {
    let changes =
        ["expires negative", "conn", "leaf", "authorization", "junk user", "accounts without users"];
    let broken = [
        "version",
        "unknown type",
        "256",
        "kind",
        "scope",
        "a list",
        "a text",
        "a number",
        "by a",
        "null",
        "subject",
    ];
    faults::accounts(now, label)
        .into_iter()
        .filter(|edit| edit.nats.get("authorization").is_none())
        .filter(|edit| !changes.iter().any(|name| edit.name.contains(name)))
        .filter(|edit| !decodable || !broken.iter().any(|name| edit.name.contains(name)))
        .collect()
}

/// What a scope's template may say: members of a user's `nats`.
fn scope(dice: &mut Dice, users: &[Edit], at: usize) -> Value {
    let mut template = json!({"subs": -1, "data": -1, "payload": -1});
    let plain = |edit: &&&Edit| {
        let members = edit.nats.as_object();
        let of_scope = [
            "pub",
            "sub",
            "resp",
            "src",
            "times",
            "times_location",
            "bearer_token",
            "allowed_connection_types",
            "subs",
            "payload",
        ];
        let wrong = ["a text", "a number", "list of numbers", "1.5", "null"];
        edit.top == json!({})
            && members.is_some_and(|members| {
                !members.is_empty() && members.keys().all(|name| of_scope.contains(&name.as_str()))
            })
            && !wrong.iter().any(|name| edit.name.contains(name))
    };
    let edits: Vec<&Edit> = users.iter().filter(|edit| plain(&edit)).collect();
    for _ in 0..dice.below(3) {
        put(&mut template, dice.pick(&edits).nats.clone());
    }
    if dice.one_in(2) {
        let list = ["allow", "deny"][dice.below(2)];
        let templates: Vec<&str> = (0..=dice.below(2)).map(|_| *dice.pick(TEMPLATES)).collect();
        template[["pub", "sub"][dice.below(2)]] = json!({ list: templates });
    }
    json!({"kind": "user_scope", "key": public('A', &format!("chance {at}")), "role": "r", "template": template})
}

/// A world by its number.
fn world(dice: &mut Dice, now: i64, number: usize) -> World {
    let mut stage = Stage::new(&format!("chance {number}"), now);
    let kind = *dice.pick(&["memory", "memory", "full", "cache"]);
    let listens = dice.one_in(3);
    let strict = dice.one_in(4);
    // Some accounts have a service that decides about their users, and is not there.
    let asks = dice.one_in(4);
    stage.operator(json!({"signing_keys": [public('O', "signing")], "strict_signing_key_usage": strict && kind == "memory"}));
    stage.others();
    let users = faults::users(now);
    let labels: Vec<String> = (0..4).map(|at| format!("chance {number} {at}")).collect();
    for label in &labels {
        let mut claims = stage.account_claims(label);
        if dice.one_in(2) {
            claims["iss"] = json!(public('O', "signing"));
        }
        let scopes: Vec<Value> = (0..3).map(|at| scope(dice, &users, at)).collect();
        claims["nats"]["signing_keys"] =
            json!([scopes[0], scopes[1], scopes[2], public('A', "chance plain")]);
        claims["nats"]["tags"] = json!(["region:eu"]);
        if dice.one_in(2) {
            let edits = account_edits(now, label, kind == "memory");
            apply(&[dice.pick(&edits)], &mut claims);
        }
        if dice.one_in(4) {
            claims["nats"]["limits"]["disallow_bearer"] = json!(true);
        }
        if asks && dice.one_in(3) {
            let auth = [public('U', "u"), public('U', "auth")];
            claims["nats"]["authorization"] = json!({"auth_users": [dice.pick(&auth)]});
        }
        let sub = public('A', label);
        // Now and then the token stands under the key of another.
        stage.account_at(&sub, faults::signed(&claims));
    }
    match kind {
        "memory" => stage.memory(),
        kind => stage.directory(kind),
    }
    if listens {
        stage.world.config += LISTENERS;
        if kind == "memory" {
            // JetStream, which MQTT needs, needs a system account.
            stage.world.config += &format!("system_account: {}\n", public('A', "sys"));
        }
    }
    if asks {
        stage.world.config += "authorization { timeout: 0.15 }\n";
    }
    if dice.one_in(4) {
        let pinned: Vec<String> = labels.iter().skip(dice.below(3)).map(|label| public('A', label)).collect();
        stage.world.config += &format!("resolver_pinned_accounts: [{} ]\n", pinned.join(", "));
    }
    if dice.one_in(5) {
        stage.world.config += "max_subs: 10\nmax_payload: 4096\n";
    }
    for at in 0..CLIENTS {
        client(dice, &mut stage, &users, &labels, listens, at);
    }
    stage.done()
}

fn client(dice: &mut Dice, stage: &mut Stage, users: &[Edit], labels: &[String], listens: bool, at: usize) {
    let label = dice.pick(labels);
    let mut claims = match dice.below(4) {
        0 => stage.scoped_claims(label, &format!("chance {}", dice.below(4))),
        1 => {
            let mut claims = stage.user_claims(label);
            put(&mut claims, json!({"iss": public('A', "chance plain")}));
            put(&mut claims["nats"], json!({"issuer_account": public('A', label)}));
            claims
        }
        _ => stage.user_claims(label),
    };
    put(&mut claims["nats"], json!({"tags": ["team:blue", "dept:a"]}));
    let mut name = apply(&some(dice, users), &mut claims);
    let sub = claims["sub"].as_str().unwrap_or_default().to_owned();
    // A sub that is no key of ours leaves the seed of `u`.
    let by = if super::mint::signer(&sub).is_some() { sub } else { public('U', "u") };
    // Few of the clients are odd themselves: most oddities there are refused before anything else is asked.
    let odd = faults::clients(&by);
    let mut client = match dice.one_in(4) {
        true => {
            let (what, client) = dice.pick(&odd);
            name += &format!(" / {what}");
            client.clone()
        }
        false => Client { sign: Some(Sign::By(by)), ..Client::default() },
    };
    client.jwt = Some(match dice.below(12) {
        0 => {
            let (what, write) = *dice.pick(&faults::writings());
            name += &format!(" / {what}");
            Token::of(&write(&claims, &faults::by(&claims)))
        }
        1 => {
            let (what, iss, by) = dice.pick(&faults::issuers()).clone();
            name += &format!(" / {what}");
            claims["iss"] = json!(iss);
            Token::of(&super::mint::v2(&claims, &by))
        }
        _ => faults::signed(&claims),
    });
    if listens {
        let ways = ["WEBSOCKET", "LEAFNODE", "LEAFNODE_WS", "MQTT", "MQTT", "MQTT_WS"];
        client.via = ways.get(dice.below(12)).map(|way| (*way).to_owned());
    }
    if dice.one_in(4) {
        client.from = Some((*dice.pick(&["127.0.0.2", "127.9.8.7"])).to_owned());
    }
    stage.push(&format!("{at}: {name}"), client);
}

/// The worlds of a run.
pub fn worlds(dice: &mut Dice, now: i64) -> Vec<World> {
    // Keys are known by their public half once they were made.
    ["chance 0", "chance 1", "chance 2", "chance 3", "chance plain"]
        .iter()
        .for_each(|label| drop(key('A', label)));
    drop(key('O', "signing"));
    (0..WORLDS).map(|number| world(dice, now, number)).collect()
}
