//! Worlds for what nats-server's own tests pin down and no other world has: addresses, authorization services, users of
//! certificates on another listener. `section8.txt` says which test is decided where.

use serde_json::json;

use super::cast::put;
use super::faults;
use super::gates::{LISTENERS, Stage, WAYS, bare_clients, tiered, usual};
use super::mint::{Sign, public};
use super::world::{Client, World};

/// Every world.
pub fn worlds(now: i64) -> Vec<World> {
    let mut worlds = vec![addresses(now), services(now), service_of_mqtt(now), sentinel_of_a_service(now)];
    worlds.extend(configured_services(now));
    worlds.extend(certificates(now));
    worlds.extend(required_proxies(now));
    worlds
}

/// Users who come from elsewhere than 127.0.0.1 (CON-32, CON-63).
fn addresses(now: i64) -> World {
    let mut stage = Stage::new("addresses", now);
    stage.operator(json!({}));
    stage.others();
    let mut a = tiered(now, "a");
    let template =
        |src: &str| json!({"subs": -1, "data": -1, "payload": -1, "bearer_token": true, "src": [src]});
    a["nats"]["signing_keys"] = json!([
        {"kind": "user_scope", "key": public('A', "from 2"), "template": template("127.0.0.2/32")},
        {"kind": "user_scope", "key": public('A', "from nowhere"), "template": template("nowhere")},
    ]);
    stage.account(&a);
    stage.memory();
    stage.world.config += &format!("system_account: {}\n{LISTENERS}", public('A', "sys"));
    let lists = [
        json!(["127.0.0.1/32"]),
        json!(["127.0.0.2/32"]),
        json!(["127.0.0.0/30"]),
        json!(["127.0.0.0/8"]),
        json!(["10.0.0.0/8", "127.9.0.0/16"]),
        json!("127.0.0.2/32,127.9.8.7/32"),
        json!(["::ffff:127.0.0.2/128"]),
        json!(["0.0.0.0/0"]),
        json!(["::/0"]),
        json!([]),
    ];
    for way in ["STANDARD", "WEBSOCKET", "LEAFNODE", "MQTT"] {
        for from in ["127.0.0.1", "127.0.0.2", "127.9.8.7"] {
            let push = |stage: &mut Stage, name: &str, claims: &serde_json::Value| {
                let client = stage.client(&format!("{way} from {from}, {name}"), claims);
                client.via = Some(way.to_owned());
                client.from = Some(from.to_owned());
            };
            for src in &lists {
                let mut claims = stage.user_claims("a");
                put(&mut claims["nats"], json!({"bearer_token": true, "src": src}));
                push(&mut stage, &format!("src {src}"), &claims);
            }
            for scope in ["from 2", "from nowhere"] {
                let claims = stage.scoped_claims("a", scope);
                push(&mut stage, &format!("scope {scope}"), &claims);
            }
        }
    }
    stage.done()
}

/// An account whose users are sent to a service, that is not there: who is asked about, and who is not (CO-1 to CO-4).
fn services(now: i64) -> World {
    let mut stage = Stage::new("services of accounts", now);
    stage.operator(json!({}));
    stage.others();
    let auth = json!({"auth_users": [public('U', "u")]});
    for (label, authorization, limits) in [
        ("asks", auth.clone(), json!({})),
        ("asks for all", json!({"auth_users": [public('U', "u")], "allowed_accounts": ["*"]}), json!({})),
        ("asks, full", auth.clone(), json!({"conn": 0})),
        ("asks, no bearers", auth.clone(), json!({"disallow_bearer": true})),
        ("asks nobody", json!({"auth_users": []}), json!({})),
        (
            "asks in secret",
            json!({"auth_users": [public('U', "u")], "xkey": super::mint::curve("x")}),
            json!({}),
        ),
    ] {
        let mut claims = stage.account_claims(label);
        claims["nats"]["authorization"] = authorization;
        claims["nats"]["signing_keys"] = json!([public('A', "service key")]);
        put(&mut claims["nats"]["limits"], limits);
        stage.account(&claims);
    }
    stage.memory();
    // Without a system account a server does not survive asking.
    stage.world.config +=
        &format!("system_account: {}\nauthorization {{ timeout: 0.2 }}\n{LISTENERS}", public('A', "sys"));
    for label in ["asks", "asks for all", "asks, full", "asks, no bearers", "asks nobody", "asks in secret"] {
        for (who, sub) in [("its own user", "u"), ("another", "other")] {
            let mut claims = stage.user_claims(label);
            put(&mut claims, json!({"sub": public('U', sub)}));
            stage.client(&format!("{label}: {who}"), &claims);
            claims["nats"]["bearer_token"] = json!(true);
            stage.client(&format!("{label}: {who}, bearer"), &claims).sign = None;
            put(&mut claims, json!({"iss": public('A', "service key")}));
            claims["nats"]["issuer_account"] = json!(public('A', label));
            stage.client(&format!("{label}: {who}, by its signing key"), &claims);
        }
        let claims = stage.user_claims(label);
        let client = stage.client(&format!("{label}: its own user, signed by another"), &claims);
        client.sign = Some(Sign::By(public('U', "other")));
    }
    stage.done()
}

/// What comes over MQTT, a websocket or as a leafnode to such an account.
fn service_of_mqtt(now: i64) -> World {
    let mut stage = Stage::new("services and listeners", now);
    stage.operator(json!({}));
    stage.others();
    let mut a = tiered(now, "a");
    a["nats"]["authorization"] = json!({"auth_users": [public('U', "u")]});
    stage.account(&a);
    stage.memory();
    stage.world.config +=
        &format!("system_account: {}\nauthorization {{ timeout: 0.2 }}\n{LISTENERS}", public('A', "sys"));
    for way in WAYS {
        for (who, sub) in [("its own user", "u"), ("another", "other")] {
            let mut claims = stage.user_claims("a");
            put(&mut claims, json!({"sub": public('U', sub)}));
            claims["nats"]["bearer_token"] = json!(true);
            stage.client(&format!("{way} {who}"), &claims).via = Some(way.to_owned());
        }
        let plain = Client {
            via: Some(way.to_owned()),
            user: Some("x".into()),
            pass: Some("opaque".into()),
            ..Client::default()
        };
        stage.push(&format!("{way} a password"), plain);
    }
    stage.done()
}

/// Clients without a JWT become the sentinel, and the service decides.
fn sentinel_of_a_service(now: i64) -> World {
    let mut stage = Stage::new("sentinel of a service", now);
    stage.operator(json!({}));
    stage.others();
    let mut a = tiered(now, "a");
    a["nats"]["authorization"] = json!({"auth_users": [public('U', "auth")]});
    stage.account(&a);
    stage.memory();
    let mut sentinel = stage.user_claims("a");
    sentinel["nats"]["bearer_token"] = json!(true);
    stage.token("sentinel", faults::signed(&sentinel));
    stage.world.config += &format!(
        "system_account: {}\nauthorization {{ timeout: 0.2 }}\ndefault_sentinel: <<sentinel>>\n{LISTENERS}",
        public('A', "sys")
    );
    for way in ["STANDARD", "WEBSOCKET", "MQTT"] {
        let via = Some(way.to_owned());
        stage.push(&format!("{way} nothing"), Client { via: via.clone(), ..Client::default() });
        let user = Client {
            via: via.clone(),
            user: Some("x".into()),
            pass: Some("opaque".into()),
            ..Client::default()
        };
        stage.push(&format!("{way} a password"), user);
    }
    let mut own = stage.user_claims("a");
    put(&mut own, json!({"sub": public('U', "auth")}));
    stage.client("the service's user", &own);
    stage.done()
}

/// The service of a configuration, over every listener (CO-29, CO-30).
fn configured_services(now: i64) -> Vec<World> {
    let (issuer, u) = (public('A', "a"), public('U', "u"));
    let cases = [
        (
            "an nkey",
            format!(
                "authorization {{ timeout: 0.2, users: [{{nkey: {u}}}, {{user: joe, password: c}}], auth_callout {{ issuer: {issuer}, auth_users: [{u}] }} }}\n"
            ),
        ),
        (
            "a token",
            format!(
                "authorization {{ timeout: 0.2, users: [{{user: a, password: b}}], auth_callout {{ issuer: {issuer}, auth_users: [a] }} }}\nno_auth_user: a\n"
            ),
        ),
        (
            "an unknown account",
            format!(
                "authorization {{ timeout: 0.2, users: [{{user: a, password: b}}], auth_callout {{ issuer: {issuer}, account: NONE, auth_users: [a] }} }}\n"
            ),
        ),
        (
            "a secret",
            format!(
                "authorization {{ timeout: 0.2, users: [{{user: a, password: b}}], auth_callout {{ issuer: {issuer}, auth_users: [a], xkey: {} }} }}\n",
                super::mint::curve("x")
            ),
        ),
    ];
    let mut worlds = Vec::new();
    for (name, config) in cases {
        let mut stage = Stage::new(&format!("service {name}"), now);
        stage.world.config = format!("{config}{LISTENERS}");
        for way in ["STANDARD", "MQTT", "LEAFNODE"] {
            let mut all = Stage::new("", now);
            bare_clients(&mut all, Some(way));
            // Each that the service is asked about takes its time.
            let few = ["nothing", "an nkey", "a user", "a user with a wrong password", "joe", "a token"];
            let few = few.map(|name| format!("{way} {name}"));
            for client in all.done().clients.into_iter().filter(|client| few.contains(&client.name)) {
                let name = client.name.clone();
                stage.push(&name, client);
            }
        }
        worlds.push(stage.done());
    }
    worlds
}

/// Users without a password, whom certificates name on another listener (BARE-11).
fn certificates(now: i64) -> Vec<World> {
    let map = "tls { verify_and_map: true }";
    let cases = [
        ("of leafnodes", format!("leafnodes {{ listen: '127.0.0.1:-1', {map} }}\n")),
        ("of a websocket", format!("websocket {{ listen: '127.0.0.1:-1', {map} }}\n")),
        ("of leafnodes that do not listen", format!("leafnodes {{ {map} }}\n")),
        (
            "of leafnodes with users",
            format!(
                "leafnodes {{ listen: '127.0.0.1:-1', {map}, authorization {{ users: [{{user: x, password: y}}] }} }}\n"
            ),
        ),
    ];
    let mut worlds = Vec::new();
    for (name, config) in cases {
        for (kind, users) in [
            ("users", "authorization { users: [{user: a}, {user: joe, password: c}] }\n"),
            (
                "no_auth_user",
                "no_auth_user: a\nauthorization { users: [{user: a}, {user: other}, {user: joe, password: c}] }\n",
            ),
            (
                "types",
                "authorization { users: [{user: a, allowed_connection_types: [STANDARD]}, {user: joe, password: c}] }\n",
            ),
        ] {
            let mut stage = Stage::new(&format!("certificates {name}, {kind}"), now);
            stage.world.config = format!("{users}{config}");
            bare_clients(&mut stage, None);
            let other = Client { user: Some("other".into()), ..Client::default() };
            stage.push("the other one without password", other);
            worlds.push(stage.done());
        }
    }
    worlds
}

/// What has to come through a proxy, wherever that is said (CON-11, CON-14a).
fn required_proxies(now: i64) -> Vec<World> {
    let trusted = format!("proxies {{ trusted: [{{key: {}}}] }}\n", public('U', "proxy"));
    let u = public('U', "u");
    let cases = [
        ("of an nkey", format!("authorization {{ users: [{{nkey: {u}, proxy_required: true}}] }}\n")),
        (
            "of accounts",
            format!(
                "accounts {{ A {{ users: [{{user: a, password: b, proxy_required: true}}, {{nkey: {u}, proxy_required: true}}] }} }}\n"
            ),
        ),
        (
            "of leafnodes",
            "leafnodes { listen: '127.0.0.1:-1', authorization { user: a, password: b, proxy_required: true } }\n"
                .to_owned(),
        ),
    ];
    let signs =
        [("no proxy", None), ("trusted", Some(public('U', "proxy"))), ("unknown", Some(public('U', "u")))];
    let mut worlds = Vec::new();
    for (name, config) in cases {
        let mut stage = Stage::new(&format!("proxies required {name}"), now);
        stage.world.config = format!("{trusted}{config}");
        let via = name.contains("leaf").then(|| "LEAFNODE".to_owned());
        for (how, by) in &signs {
            let proxy = by.clone().map(Sign::By);
            let user = Client {
                via: via.clone(),
                user: Some("a".into()),
                pass: Some("b".into()),
                proxy: proxy.clone(),
                ..Client::default()
            };
            stage.push(&format!("a user, {how}"), user);
            if via.is_none() {
                let nkey = Client {
                    nkey: Some(u.clone()),
                    sign: Some(Sign::By(u.clone())),
                    proxy,
                    ..Client::default()
                };
                stage.push(&format!("an nkey, {how}"), nkey);
            }
        }
        worlds.push(stage.done());
    }
    let mut scoped = usual("proxies required of a scope", now);
    let mut a = scoped.account_claims("scoped");
    let template = json!({"subs": -1, "data": -1, "payload": -1, "proxy_required": true});
    a["nats"]["signing_keys"] =
        json!([{"kind": "user_scope", "key": public('A', "proxied"), "template": template}]);
    scoped.account(&a);
    scoped.memory();
    scoped.world.config += &trusted;
    for (how, by) in &signs {
        let claims = scoped.scoped_claims("scoped", "proxied");
        scoped.client(how, &claims).proxy = by.clone().map(Sign::By);
    }
    worlds.push(scoped.done());
    worlds
}
