//! Which worlds are played? Written by hand, so that every gate is met, each oddity once by itself.

use serde_json::{Value, json};

use super::cast::{claims, put, unlimited};
use super::faults::{self, Edit};
use super::mint::{Sign, Token, key, public, signer, written};
use super::world::{Client, World};

/// A world in the making.
pub struct Stage {
    pub now: i64,
    pub world: World,
    accounts: Vec<(String, Token)>,
}

/// Listeners for every way to connect.
pub const LISTENERS: &str = "server_name: s
jetstream { store_dir: js }
leafnodes { listen: '127.0.0.1:-1' }
websocket { listen: '127.0.0.1:-1', no_tls: true }
mqtt { listen: '127.0.0.1:-1' }
";

impl Stage {
    pub fn new(name: &str, now: i64) -> Self {
        Self { now, world: World { name: name.to_owned(), ..World::default() }, accounts: Vec::new() }
    }

    pub fn iat(&self) -> i64 {
        self.now - 10_000
    }

    /// The claims of an account by the operator `o`.
    pub fn account_claims(&self, label: &str) -> Value {
        claims("account", &public('O', "o"), &public('A', label), self.iat(), json!({}), json!({}))
    }

    /// The claims of user `u` by an account.
    pub fn user_claims(&self, label: &str) -> Value {
        claims("user", &public('A', label), &public('U', "u"), self.iat(), json!({}), json!({}))
    }

    /// The claims of user `u` by a key of an account, as a scoped user has them.
    pub fn scoped_claims(&self, label: &str, key: &str) -> Value {
        let mut claims = self.user_claims(label);
        put(&mut claims, json!({"iss": public('A', key)}));
        let nats = json!({"issuer_account": public('A', label), "subs": null, "data": null, "payload": null});
        put(&mut claims["nats"], nats);
        claims
    }

    pub fn token(&mut self, name: &str, token: Token) {
        self.world.tokens.insert(name.to_owned(), token);
    }

    /// The operator's own token, under the name `op`.
    pub fn operator(&mut self, nats: Value) {
        let o = public('O', "o");
        self.token("op", faults::signed(&claims("operator", &o, &o, self.iat(), json!({}), nats)));
    }

    /// An account under its own key.
    pub fn account(&mut self, claims: &Value) {
        let sub = claims["sub"].as_str().unwrap_or_default().to_owned();
        self.account_at(&sub, faults::signed(claims));
    }

    /// An account under any key.
    pub fn account_at(&mut self, key: &str, token: Token) {
        self.accounts.push((key.to_owned(), token));
    }

    /// Accounts that others lean on: the system account, and `b`, which exports.
    pub fn others(&mut self) {
        self.account(&self.account_claims("sys"));
        let mut b = self.account_claims("b");
        b["nats"]["exports"] = json!([
            {"type": "stream", "subject": "pub.>"},
            {"type": "service", "subject": "svc.*"},
            {"type": "stream", "subject": "priv.>", "token_req": true},
            {"type": "stream", "subject": "mine.*", "account_token_position": 2},
            {"type": "stream", "subject": "revoked.>", "token_req": true, "revocations": {"*": self.now}},
        ]);
        self.account(&b);
    }

    /// Configures the operator and a memory resolver.
    pub fn memory(&mut self) {
        self.world.config += "operator: <<op>>\nresolver: MEM\nresolver_preload {\n";
        for (at, (key, token)) in std::mem::take(&mut self.accounts).into_iter().enumerate() {
            let name = format!("account-{at}");
            self.world.config += &format!(" {key}: <<{name}>>\n");
            self.token(&name, token);
        }
        self.world.config += "}\n";
    }

    /// Configures the operator and a directory.
    pub fn directory(&mut self, kind: &str) {
        let more = format!("resolver {{ type: {kind}, dir: jwt, timeout: '30ms' }}\n");
        self.world.config += &format!("operator: <<op>>\nsystem_account: {}\n{more}", public('A', "sys"));
        for (at, (key, token)) in std::mem::take(&mut self.accounts).into_iter().enumerate() {
            let name = format!("account-{at}");
            self.world.files.insert(format!("jwt/{key}.jwt"), format!("<<{name}>>"));
            self.token(&name, token);
        }
    }

    /// A client with claims, signed by their issuer, whose subject signs the nonce.
    pub fn client(&mut self, name: &str, claims: &Value) -> &mut Client {
        let token = faults::signed(claims);
        let sub = claims["sub"].as_str().unwrap_or_default();
        // A sub that is no key of ours leaves the seed of `u`.
        let sign = if signer(sub).is_some() { sub.to_owned() } else { public('U', "u") };
        let sign = Some(Sign::By(sign));
        self.push(name, Client { jwt: Some(token), sign, ..Client::default() })
    }

    pub fn push(&mut self, name: &str, client: Client) -> &mut Client {
        self.world.clients.push(Client { name: name.to_owned(), ..client });
        self.world.clients.last_mut().expect("just pushed")
    }

    pub fn done(self) -> World {
        self.world
    }
}

/// A world with operator, system account, `b`, and account `a` with its signing key.
pub fn usual(name: &str, now: i64) -> Stage {
    let mut stage = Stage::new(name, now);
    stage.operator(json!({}));
    stage.others();
    let mut a = stage.account_claims("a");
    put(&mut a, json!({"name": "ORDERS"}));
    a["nats"]["signing_keys"] = json!([public('A', "a-key")]);
    a["nats"]["tags"] = json!(["region:eu"]);
    stage.account(&a);
    stage
}

pub fn tiered(now: i64, label: &str) -> Value {
    // Accounts whose clients speak MQTT need JetStream.
    let mut limits = unlimited();
    put(&mut limits, json!({"mem_storage": -1, "disk_storage": -1, "streams": -1, "consumer": -1}));
    let mut claims = Stage::new("", now).account_claims(label);
    claims["nats"]["limits"] = limits;
    claims
}

/// Every world.
pub fn worlds(now: i64) -> Vec<World> {
    let mut worlds = vec![
        users(now),
        bearers(now),
        writings(now),
        issuers(now),
        clients(now),
        accounts(now, "full"),
        accounts(now, "cache"),
        account_memory(now),
        scopes(now),
        templates(now),
        scoped_users(now),
        strict(now, true),
        strict(now, false),
        operators(now),
        odd_files(now, "full"),
        odd_files(now, "cache"),
        linked(now, "full", ""),
        linked(now, "full", "/"),
        linked(now, "cache", ""),
        pinned(now),
        transports(now),
        cookies(now),
        activations(now),
        system(now),
        bootstrap(now),
    ];
    worlds.extend(trusted(now));
    worlds.extend(sentinels(now));
    worlds.extend(limits(now));
    worlds.extend(proxies(now));
    worlds.extend(bare(now));
    worlds.extend(leafs(now));
    worlds.extend(callouts(now));
    worlds.extend(super::pinned::worlds(now));
    worlds.extend(lethal(now));
    worlds
}

fn users(now: i64) -> World {
    let mut stage = usual("users", now);
    stage.memory();
    for edit in faults::users(now) {
        let mut claims = stage.user_claims("a");
        edit.apply(&mut claims);
        stage.client(&edit.name, &claims);
    }
    stage.done()
}

fn bearers(now: i64) -> World {
    let mut stage = usual("bearers", now);
    let mut c = stage.account_claims("c");
    c["nats"]["limits"]["disallow_bearer"] = json!(true);
    stage.account(&c);
    stage.memory();
    for edit in faults::users(now) {
        let mut claims = stage.user_claims("a");
        claims["nats"]["bearer_token"] = json!(true);
        edit.apply(&mut claims);
        stage.client(&edit.name, &claims).sign = None;
    }
    for bearer in [true, false] {
        let mut claims = stage.user_claims("c");
        claims["nats"]["bearer_token"] = json!(bearer);
        stage.client(&format!("where no bearer is allowed, {bearer}"), &claims);
        claims["nats"]["allowed_connection_types"] = json!(["FOO"]);
        stage.client(&format!("where no bearer is allowed, {bearer}, unknown types"), &claims);
    }
    stage.done()
}

fn writings(now: i64) -> World {
    let mut stage = usual("writings", now);
    stage.memory();
    for (name, write) in faults::writings() {
        let claims = stage.user_claims("a");
        let text = write(&claims, &faults::by(&claims));
        stage.client(name, &claims).jwt = Some(Token::of(&text));
    }
    stage.done()
}

fn issuers(now: i64) -> World {
    let mut stage = usual("issuers", now);
    stage.memory();
    for account in [None, Some("a"), Some("b")] {
        for (name, iss, by) in faults::issuers() {
            let mut claims = stage.user_claims("a");
            claims["iss"] = json!(iss);
            if let Some(account) = account {
                claims["nats"]["issuer_account"] = json!(public('A', account));
            }
            let text = super::mint::v2(&claims, &by);
            let name = format!("{name}, account {}", account.unwrap_or("none"));
            stage.client(&name, &claims).jwt = Some(Token::of(&text));
        }
        for key in ["a-key", "a", "b"] {
            let mut claims = stage.user_claims(key);
            if let Some(account) = account {
                claims["nats"]["issuer_account"] = json!(public('A', account));
            }
            stage.client(&format!("by {key}, account {}", account.unwrap_or("none")), &claims);
        }
    }
    stage.done()
}

fn clients(now: i64) -> World {
    let mut stage = usual("clients", now);
    stage.memory();
    let u = public('U', "u");
    for bearer in [false, true] {
        for (name, client) in faults::clients(&u) {
            let mut claims = stage.user_claims("a");
            claims["nats"]["bearer_token"] = json!(bearer);
            let jwt = faults::signed(&claims);
            let name = format!("{name}{}", if bearer { ", bearer" } else { "" });
            stage.push(&name, Client { jwt: Some(jwt), ..client });
        }
    }
    for (name, client) in faults::strangers() {
        stage.push(name, client);
    }
    let jwt = faults::signed(&stage.user_claims("a"));
    stage.push("the JWT as the password", Client { pass: Some(jwt.text()), ..Client::default() });
    stage.push("the JWT as the token", Client { auth_token: Some(jwt.text()), ..Client::default() });
    stage.done()
}

/// One account for each oddity.
fn account_edits(stage: &mut Stage, decodable: bool) -> Vec<(String, String)> {
    let mut labels = Vec::new();
    for at in 0..faults::accounts(stage.now, "x").len() {
        let label = format!("account {at}");
        let Some(edit) = faults::accounts(stage.now, &label).into_iter().nth(at) else { continue };
        let mut claims = stage.account_claims(&label);
        claims["nats"]["signing_keys"] = json!([public('A', &format!("{label}-key"))]);
        edit.apply(&mut claims);
        // The configuration takes no preload that does not decode.
        let broken = [
            "version",
            "unknown type",
            "256",
            "kind",
            "scope without",
            "scope of another",
            "a list",
            "a text",
            "a number",
            "by a",
            "null",
        ];
        if decodable && broken.iter().any(|b| edit.name.contains(b)) {
            continue;
        }
        stage.account_at(&public('A', &label), faults::signed(&claims));
        labels.push((label, edit.name));
    }
    labels
}

fn account_clients(stage: &mut Stage, labels: &[(String, String)]) {
    for (label, name) in labels {
        let claims = stage.user_claims(label);
        stage.client(name, &claims);
        // An account that expires as it is loaded is another one for the next client.
        if name == "expires negative" {
            continue;
        }
        let mut bearer = claims.clone();
        bearer["nats"]["bearer_token"] = json!(true);
        stage.client(&format!("{name}, bearer"), &bearer).sign = None;
        let key = format!("{label}-key");
        let scoped = stage.scoped_claims(label, &key);
        stage.client(&format!("{name}, by the signing key"), &scoped);
        let mut other = claims.clone();
        other["sub"] = json!(public('U', "other"));
        stage.client(&format!("{name}, another user"), &other);
    }
}

fn accounts(now: i64, kind: &str) -> World {
    let mut stage = Stage::new(&format!("accounts {kind}"), now);
    stage.operator(json!({"signing_keys": [public('O', "signing")]}));
    stage.others();
    let mut labels = account_edits(&mut stage, false);
    stage.directory(kind);
    if kind == "cache" {
        labels.truncate(20);
    }
    account_clients(&mut stage, &labels);
    stage.done()
}

fn account_memory(now: i64) -> World {
    let mut stage = Stage::new("accounts memory", now);
    stage.operator(json!({"signing_keys": [public('O', "signing")]}));
    stage.others();
    let labels = account_edits(&mut stage, true);
    let v1 = faults::old(&stage.account_claims("old"));
    let text = super::mint::Form::v1().sign(&v1.to_string(), &key('O', "o"));
    stage.account_at(&public('A', "old"), Token::of(&text));
    stage.memory();
    account_clients(&mut stage, &labels);
    account_clients(
        &mut stage,
        &[("old".into(), "version 1 layout".into()), ("nobody".into(), "missing".into())],
    );
    stage.done()
}

/// Oddities of a scope's template: a user says nothing, the scope says it all.
fn scopes(now: i64) -> World {
    let mut stage = Stage::new("scopes", now);
    stage.operator(json!({}));
    stage.others();
    let wrong = [
        "a text",
        "a number",
        "1.5",
        "list of numbers",
        "version",
        "kind",
        "issuer_account",
        "tags",
        "in nats",
    ];
    let edits: Vec<Edit> = faults::users(now)
        .into_iter()
        .filter(|e| {
            e.top == json!({}) && !wrong.iter().any(|w| e.name.contains(w))
                || e.name.starts_with("src one text")
        })
        .collect();
    let mut scopes = Vec::new();
    for (at, edit) in edits.iter().enumerate() {
        let mut template = json!({"subs": -1, "data": -1, "payload": -1});
        put(&mut template, edit.nats.clone());
        scopes.push(json!({"kind": "user_scope", "key": public('A', &format!("scope {at}")), "role": "r", "template": template}));
    }
    let mut a = stage.account_claims("a");
    a["nats"]["signing_keys"] = json!(scopes);
    stage.account(&a);
    stage.memory();
    for (at, edit) in edits.iter().enumerate() {
        let claims = stage.scoped_claims("a", &format!("scope {at}"));
        stage.client(&edit.name, &claims);
    }
    stage.done()
}

/// Subjects with templates.
pub const TEMPLATES: &[&str] = &[
    "a.{{name()}}",
    "{{name()}}",
    "a.{{subject()}}.>",
    "a.{{account-name()}}",
    "a.{{account-subject()}}",
    "a.{{tag(team)}}",
    "a.{{tag(none)}}",
    "a.{{account-tag(region)}}",
    "a.{{account-tag(none)}}",
    "{{tag(team)}}.{{tag(dept)}}",
    "{{tag(team)}}.{{tag(team)}}",
    "a-{{name()}}-b",
    "a.{{ name() }}",
    "a.{{NAME()}}",
    "a.{{Tag(team)}}",
    "a.{{tag(TEAM)}}",
    "a.{{tag( team )}}",
    "a.{{tag()}}",
    "a.{{tag(team}}",
    "a.{{name()}",
    "a.{name()}",
    "a.{{}}",
    "a.{{{name()}}}",
    "a.{{name()}}{{subject()}}",
    "a.{{tag(wild)}}",
    "a.{{tag(blank)}}",
    "a.{{tag(dots)}}",
    "a.{{tag(colon)}}",
    "a.{{tag(upper)}}",
    "a.{{tag(Upper)}}",
    "a.{{tag(empty)}}",
    "{{name()}} queue",
    "a.{{name()}} {{tag(team)}}",
];

fn template_users(stage: &Stage, scope: &str) -> Vec<(&'static str, Value)> {
    let plain = stage.scoped_claims("a", scope);
    let with = |name: &str, tags: Value| {
        let mut claims = plain.clone();
        put(&mut claims, json!({ "name": name }));
        claims["nats"]["tags"] = tags;
        claims
    };
    vec![
        ("plain", plain.clone()),
        (
            "tagged",
            with(
                "ada",
                json!([
                    "team:x",
                    "team:y",
                    "dept:ops",
                    "wild:*",
                    "blank:a b",
                    "dots:a.b",
                    "colon:a:b",
                    "UPPER:X",
                    "empty:"
                ]),
            ),
        ),
        ("dotted", with("a.b", json!(["Team:X", "team:>"]))),
        ("wild", with("*", json!(["team:", "team", "dept:a..b"]))),
    ]
}

fn templates(now: i64) -> World {
    let mut stage = Stage::new("templates", now);
    stage.operator(json!({}));
    stage.others();
    let mut scopes = Vec::new();
    let mut cases = Vec::new();
    for template in TEMPLATES {
        for (side, list) in [("pub", "allow"), ("pub", "deny"), ("sub", "allow"), ("sub", "deny")] {
            for more in [&[][..], &["plain.x", "a b"][..]] {
                let entries: Vec<&str> = std::iter::once(*template).chain(more.iter().copied()).collect();
                let name = format!("{side} {list} {}", entries.join(", "));
                let label = format!("template {}", cases.len());
                let template = json!({"subs": -1, "data": -1, "payload": -1, side: {list: entries}});
                scopes.push(json!({"kind": "user_scope", "key": public('A', &label), "role": "r", "template": template}));
                cases.push((name, label));
            }
        }
    }
    let mut a = stage.account_claims("a");
    put(&mut a, json!({"name": "ORDERS"}));
    a["nats"]["tags"] = json!(["region:eu", "region:us"]);
    a["nats"]["signing_keys"] = json!(scopes);
    stage.account(&a);
    stage.memory();
    for (at, (name, label)) in cases.iter().enumerate() {
        for (who, claims) in template_users(&stage, label) {
            // Lists with more entries are asked for one user in turn.
            if at % 2 == 0
                || at / 2 % 4
                    == ["plain", "tagged", "dotted", "wild"].iter().position(|w| *w == who).unwrap_or(0)
            {
                stage.client(&format!("{name}: {who}"), &claims);
            }
        }
    }
    stage.done()
}

/// Users of a scoped key that say something themselves.
fn scoped_users(now: i64) -> World {
    let mut stage = Stage::new("scoped users", now);
    stage.operator(json!({}));
    stage.others();
    let mut a = stage.account_claims("a");
    let template = json!({"subs": 5, "data": -1, "payload": 100, "pub": {"allow": ["x"]}});
    let bearer = json!({"subs": -1, "data": -1, "payload": -1, "bearer_token": true});
    a["nats"]["signing_keys"] = json!([
        {"kind": "user_scope", "key": public('A', "scope"), "role": "r", "template": template},
        {"kind": "user_scope", "key": public('A', "bearer scope"), "role": "b", "template": bearer},
    ]);
    stage.account(&a);
    stage.memory();
    for edit in faults::users(now) {
        let mut claims = stage.scoped_claims("a", "scope");
        edit.apply(&mut claims);
        stage.client(&edit.name, &claims);
    }
    let claims = stage.scoped_claims("a", "bearer scope");
    stage.client("the scope is bearer, signed", &claims);
    stage.client("the scope is bearer, not signed", &claims).sign = None;
    let claims = stage.scoped_claims("a", "scope");
    stage.client("the scope is not bearer, not signed", &claims).sign = None;
    stage.done()
}

fn strict(now: i64, strict: bool) -> World {
    let mut stage = Stage::new(if strict { "strict operator" } else { "operator with signing key" }, now);
    stage.operator(json!({"signing_keys": [public('O', "signing")], "strict_signing_key_usage": strict}));
    let (o, os) = (public('O', "o"), public('O', "signing"));
    for (label, iss) in [("good", &os), ("bad", &o)] {
        let mut claims = stage.account_claims(label);
        claims["iss"] = json!(iss);
        let scope = |key: String| json!({"kind": "user_scope", "key": key, "template": {"subs": -1, "data": -1, "payload": -1}});
        claims["nats"]["signing_keys"] =
            json!([public('A', &format!("{label}-key")), scope(public('A', &format!("{label}-scope")))]);
        stage.account(&claims);
        let own = format!("{label} own scope");
        let mut claims = stage.account_claims(&own);
        claims["iss"] = json!(iss);
        claims["nats"]["signing_keys"] = json!([scope(public('A', &own))]);
        stage.account(&claims);
    }
    stage.memory();
    for label in ["good", "bad", "good own scope", "bad own scope"] {
        let claims = stage.user_claims(label);
        stage.client(&format!("{label} by identity"), &claims);
        let scoped = stage.scoped_claims(label, label);
        stage.client(&format!("{label} by identity, as scoped"), &scoped);
        for key in ["key", "scope", "unlisted"] {
            let key = format!("{label}-{key}");
            let scoped = stage.scoped_claims(label, &key);
            stage.client(&format!("{label} by {key}"), &scoped);
            let mut plain = stage.user_claims(label);
            plain["iss"] = json!(public('A', &key));
            plain["nats"]["issuer_account"] = json!(public('A', label));
            stage.client(&format!("{label} by {key}, with limits"), &plain);
        }
    }
    stage.done()
}

fn operators(now: i64) -> World {
    let mut stage = Stage::new("two operators", now);
    stage.operator(json!({}));
    let other = public('O', "other");
    let claims = claims(
        "operator",
        &other,
        &other,
        stage.iat(),
        json!({}),
        json!({"signing_keys": [public('O', "other key")], "strict_signing_key_usage": true}),
    );
    stage.token("op2", faults::signed(&claims));
    for (label, iss) in [("first", "o"), ("second", "other"), ("second key", "other key"), ("third", "third")]
    {
        let mut claims = stage.account_claims(label);
        claims["iss"] = json!(public('O', iss));
        stage.account(&claims);
    }
    stage.memory();
    stage.world.config = stage.world.config.replacen("<<op>>", "[<<op>>, <<op2>>]", 1);
    for label in ["first", "second", "second key", "third"] {
        let claims = stage.user_claims(label);
        stage.client(label, &claims);
    }
    stage.done()
}

/// A directory that is a link: the server reads through it, and does not walk it.
fn linked(now: i64, kind: &str, slash: &str) -> World {
    let mut stage = Stage::new(&format!("linked directory{slash} {kind}"), now);
    stage.operator(json!({}));
    stage.others();
    for (label, top) in [("a", json!({})), ("expired", json!({"exp": now - 500}))] {
        let mut claims = stage.account_claims(label);
        put(&mut claims, top);
        stage.account(&claims);
    }
    stage.directory(kind);
    stage.world.config = stage.world.config.replace("dir: jwt,", &format!("dir: 'linked{slash}',"));
    stage.world.links.insert("linked".into(), "jwt".into());
    for label in ["a", "expired", "nobody"] {
        let claims = stage.user_claims(label);
        stage.client(label, &claims);
    }
    stage.done()
}

fn odd_files(now: i64, kind: &str) -> World {
    let mut stage = Stage::new(&format!("odd files {kind}"), now);
    stage.operator(json!({}));
    stage.others();
    stage.directory(kind);
    let labels = [
        "good",
        "missing",
        "empty",
        "garbage",
        "decorated",
        "trailing newline",
        "leading newline",
        "small letters",
        "no suffix",
        "deleted",
        "in a directory",
        "another subject",
        "a user",
        "an operator",
        "forged",
        "with a blank",
        "as a directory",
    ];
    for label in labels {
        let key = public('A', label);
        let token = faults::signed(&stage.account_claims(label)).text();
        let path = format!("jwt/{key}.jwt");
        let (path, text) = match label {
            "missing" => continue,
            "empty" => (path, String::new()),
            "garbage" => (path, "garbage".into()),
            "decorated" => (
                path,
                format!("-----BEGIN NATS ACCOUNT JWT-----\n{token}\n------END NATS ACCOUNT JWT------\n"),
            ),
            "trailing newline" => (path, format!("{token}\n")),
            "leading newline" => (path, format!("\n{token}")),
            "with a blank" => (path, format!("{token} ")),
            "small letters" => (format!("jwt/{}.jwt", key.to_lowercase()), token),
            "no suffix" => (format!("jwt/{key}"), token),
            "deleted" => (format!("jwt/{key}.jwt.deleted"), token),
            "in a directory" => (format!("jwt/{}/{key}.jwt", key.get(54..).unwrap_or_default()), token),
            "another subject" => (path, faults::signed(&stage.account_claims("b")).text()),
            "a user" => (path, faults::signed(&stage.user_claims("b")).text()),
            "an operator" => (path, stage.world.tokens["op"].text()),
            "forged" => (path, super::mint::v2(&stage.account_claims(label), &key_of_stranger())),
            "as a directory" => (format!("jwt/{key}.jwt/x"), token),
            _ => (path, token),
        };
        stage.world.files.insert(path, text);
    }
    for label in labels {
        let claims = stage.user_claims(label);
        stage.client(label, &claims);
    }
    stage.done()
}

fn key_of_stranger() -> std::sync::Arc<super::mint::Key> {
    key('O', "stranger")
}

fn pinned(now: i64) -> World {
    let mut stage = usual("pinned", now);
    stage.memory();
    stage.world.config += &format!(
        "system_account: {}\nresolver_pinned_accounts: [{}]\n",
        public('A', "sys"),
        public('A', "b")
    );
    for label in ["a", "b", "sys", "nobody"] {
        let claims = stage.user_claims(label);
        stage.client(label, &claims);
        let mut expired = claims.clone();
        expired["exp"] = json!(now - 500);
        stage.client(&format!("{label} expired"), &expired);
    }
    let scoped = stage.scoped_claims("a", "a-key");
    stage.client("by the key of a", &scoped);
    stage.done()
}

pub const WAYS: [&str; 6] = ["STANDARD", "WEBSOCKET", "LEAFNODE", "LEAFNODE_WS", "MQTT", "MQTT_WS"];

fn transports(now: i64) -> World {
    let mut stage = Stage::new("transports", now);
    stage.operator(json!({}));
    stage.others();
    let mut a = tiered(now, "a");
    let scope = json!({"subs": -1, "data": -1, "payload": -1, "allowed_connection_types": ["MQTT", "LEAFNODE"], "bearer_token": true});
    a["nats"]["signing_keys"] =
        json!([{"kind": "user_scope", "key": public('A', "scope"), "template": scope}]);
    stage.account(&a);
    let mut c = tiered(now, "c");
    put(&mut c["nats"]["limits"], json!({"conn": 0}));
    stage.account(&c);
    let mut d = tiered(now, "d");
    put(&mut d["nats"]["limits"], json!({"leaf": 0}));
    stage.account(&d);
    stage.memory();
    stage.world.config += &format!("system_account: {}\n{LISTENERS}", public('A', "sys"));
    for way in WAYS {
        let via = Some(way.to_owned());
        for (name, types) in faults::connection_types() {
            let mut claims = stage.user_claims("a");
            put(&mut claims["nats"], json!({"allowed_connection_types": types, "bearer_token": true}));
            stage.client(&format!("{way} types {name}"), &claims).via = via.clone();
        }
        for (name, nats) in [
            ("plain", json!({})),
            ("bearer", json!({"bearer_token": true})),
            ("bearer, subs 0", json!({"bearer_token": true, "subs": 0})),
            ("bearer, src another", json!({"bearer_token": true, "src": ["10.0.0.0/8"]})),
            ("bearer, src this", json!({"bearer_token": true, "src": ["127.0.0.1/32"]})),
            ("bearer, proxy_required", json!({"bearer_token": true, "proxy_required": true})),
        ] {
            let mut claims = stage.user_claims("a");
            put(&mut claims["nats"], nats);
            stage.client(&format!("{way} {name}"), &claims).via = via.clone();
        }
        let claims = stage.scoped_claims("a", "scope");
        stage.client(&format!("{way} scope"), &claims).via = via.clone();
        for label in ["c", "d"] {
            let mut claims = stage.user_claims(label);
            claims["nats"]["bearer_token"] = json!(true);
            stage.client(&format!("{way} limits of {label}"), &claims).via = via.clone();
        }
        stage.push(&format!("{way} nothing"), Client { via: via.clone(), ..Client::default() });
        let user =
            Client { via: via.clone(), user: Some("a".into()), pass: Some("b".into()), ..Client::default() };
        stage.push(&format!("{way} user"), user);
    }
    stage.done()
}

fn cookies(now: i64) -> World {
    let mut stage = usual("cookies", now);
    stage.memory();
    stage.world.config += "websocket { listen: '127.0.0.1:-1', no_tls: true, jwt_cookie: jwt }\n";
    let mut bearer = stage.user_claims("a");
    bearer["nats"]["bearer_token"] = json!(true);
    let plain = stage.user_claims("a");
    let via = Some("WEBSOCKET".to_owned());
    for (name, cookie) in [
        ("bearer", faults::signed(&bearer).text()),
        ("plain", faults::signed(&plain).text()),
        ("junk", "junk".into()),
    ] {
        let cookies = [("jwt".to_owned(), cookie)].into();
        let client = Client { via: via.clone(), cookies, ..Client::default() };
        stage.push(&format!("cookie {name}"), client.clone());
        let signed = Client { sign: Some(Sign::By(public('U', "u"))), ..client.clone() };
        stage.push(&format!("cookie {name}, signed"), signed.clone());
        stage.push(
            &format!("cookie {name} beside a JWT"),
            Client { jwt: Some(faults::signed(&plain)), ..signed },
        );
        let over_tcp = Client { via: None, ..client };
        stage.push(&format!("cookie {name} over TCP"), over_tcp);
    }
    stage.done()
}

/// Imports with activations, one account for each.
fn activations(now: i64) -> World {
    let mut stage = Stage::new("activations", now);
    stage.operator(json!({}));
    stage.others();
    let b = public('A', "b");
    let h = 3600;
    let mut cases: Vec<(&str, Value, Value, Value)> = Vec::new();
    let mut case = |name, import: Value, top: Value, nats: Value| cases.push((name, import, top, nats));
    case("good", json!({}), json!({}), json!({}));
    case("expired", json!({}), json!({"exp": now - 500}), json!({}));
    case("expires later", json!({}), json!({"exp": now + h}), json!({}));
    case("not yet", json!({}), json!({"nbf": now + h}), json!({}));
    case("for another account", json!({}), json!({"sub": public('A', "sys")}), json!({}));
    case("for everybody", json!({}), json!({"sub": "*"}), json!({}));
    case("another subject", json!({}), json!({}), json!({"subject": "other.>"}));
    case("wider subject", json!({}), json!({}), json!({"subject": ">"}));
    case("another kind", json!({}), json!({}), json!({"kind": "service"}));
    case("of a user", json!({}), json!({}), json!({"type": "user"}));
    case("issuer_account", json!({}), json!({}), json!({"issuer_account": b}));
    case("issuer_account of another", json!({}), json!({}), json!({"issuer_account": public('A', "sys")}));
    case("by another account", json!({}), json!({"iss": public('A', "sys")}), json!({}));
    case(
        "by an unknown signing key",
        json!({}),
        json!({"iss": public('A', "unlisted")}),
        json!({"issuer_account": b}),
    );
    case("by the operator", json!({}), json!({"iss": public('O', "o")}), json!({}));
    case("for a public export", json!({"subject": "pub.x"}), json!({}), json!({"subject": "pub.x"}));
    case(
        "for a public export, of another",
        json!({"subject": "pub.x"}),
        json!({"sub": public('A', "sys")}),
        json!({"subject": "pub.x"}),
    );
    case("revoked", json!({"subject": "revoked.x"}), json!({}), json!({"subject": "revoked.x"}));
    case(
        "revoked, issued later",
        json!({"subject": "revoked.x"}),
        json!({"iat": now + 5000}),
        json!({"subject": "revoked.x"}),
    );
    case("for no export", json!({"subject": "none.x"}), json!({}), json!({"subject": "none.x"}));
    for (at, (name, import, top, nats)) in cases.iter().enumerate() {
        let label = format!("importer {at}");
        let mut activation = claims(
            "activation",
            &b,
            &public('A', &label),
            stage.iat(),
            json!({}),
            json!({"kind": "stream", "subject": "priv.x"}),
        );
        Edit::new(name, top.clone(), nats.clone()).apply(&mut activation);
        let mut import_claims = json!({"type": "stream", "subject": "priv.x", "account": b, "token": faults::signed(&activation).text()});
        put(&mut import_claims, import.clone());
        let mut account = stage.account_claims(&label);
        account["nats"]["imports"] = json!([import_claims]);
        stage.account(&account);
    }
    for (label, own) in [("mine", true), ("not mine", false)] {
        let key = public('A', if own { label } else { "sys" });
        let mut account = stage.account_claims(label);
        account["nats"]["imports"] =
            json!([{"type": "stream", "subject": format!("mine.{key}"), "account": b}]);
        stage.account(&account);
    }
    stage.memory();
    for (at, (name, ..)) in cases.iter().enumerate() {
        let claims = stage.user_claims(&format!("importer {at}"));
        stage.client(name, &claims);
    }
    for label in ["mine", "not mine"] {
        let claims = stage.user_claims(label);
        stage.client(label, &claims);
    }
    stage.done()
}

fn system(now: i64) -> World {
    let mut stage = usual("system account", now);
    stage.memory();
    stage.world.config += &format!("system_account: {}\n", public('A', "sys"));
    for edit in faults::users(now).into_iter().step_by(7) {
        let mut claims = stage.user_claims("sys");
        edit.apply(&mut claims);
        stage.client(&edit.name, &claims);
    }
    stage.done()
}

fn bootstrap(now: i64) -> World {
    let mut stage = Stage::new("bootstrapped system account", now);
    stage.operator(json!({}));
    stage.account(&stage.account_claims("a"));
    stage.directory("full");
    for label in ["sys", "a"] {
        let claims = stage.user_claims(label);
        stage.client(label, &claims);
        let scoped = stage.scoped_claims(label, "sys-key");
        stage.client(&format!("{label} by a signing key"), &scoped);
    }
    stage.done()
}

fn trusted(now: i64) -> Vec<World> {
    let configured = format!(
        "accounts {{ A {{ nkey: {}, users [{{user: a, password: b}}, {{nkey: {}}}] }} }}\n",
        public('A', "c"),
        public('U', "u")
    );
    let mut worlds = Vec::new();
    for (name, more, resolver) in [
        ("trusted keys", "", true),
        ("trusted keys without resolver", "", false),
        ("trusted keys and accounts", configured.as_str(), true),
    ] {
        let mut stage = usual(name, now);
        if resolver {
            stage.memory();
            stage.world.config = stage.world.config.replacen("operator: <<op>>\n", "", 1);
            stage.world.tokens.remove("op");
        }
        stage.world.config += &format!("trusted_keys: [{}]\n{more}", public('O', "o"));
        for label in ["a", "b", "c", "nobody"] {
            let claims = stage.user_claims(label);
            stage.client(label, &claims);
        }
        let claims = stage.user_claims("a");
        let jwt = faults::signed(&claims);
        for (name, client) in faults::clients(&public('U', "u")) {
            stage.push(name, Client { jwt: Some(jwt.clone()), ..client });
        }
        for (name, client) in faults::strangers() {
            stage.push(name, client);
        }
        worlds.push(stage.done());
    }
    worlds
}

fn sentinels(now: i64) -> Vec<World> {
    let mut worlds = Vec::new();
    let cases: [(&str, &str, Value, Value); 7] = [
        ("bearer", "a", json!({}), json!({"bearer_token": true})),
        ("expired", "a", json!({"exp": now - 500}), json!({"bearer_token": true})),
        ("unknown account", "nobody", json!({}), json!({"bearer_token": true})),
        (
            "only websocket",
            "a",
            json!({}),
            json!({"bearer_token": true, "allowed_connection_types": ["WEBSOCKET"]}),
        ),
        (
            "scoped bearer",
            "a",
            json!({"iss": public('A', "bearer scope")}),
            json!({"issuer_account": public('A', "a"), "subs": null, "data": null, "payload": null}),
        ),
        (
            "scoped",
            "a",
            json!({"iss": public('A', "scope")}),
            json!({"issuer_account": public('A', "a"), "subs": null, "data": null, "payload": null}),
        ),
        ("no subject", "a", json!({"sub": "junk"}), json!({"bearer_token": true})),
    ];
    for (name, label, top, nats) in cases {
        let mut stage = Stage::new(&format!("sentinel {name}"), now);
        stage.operator(json!({}));
        stage.others();
        let mut a = stage.account_claims("a");
        let template = json!({"subs": -1, "data": -1, "payload": -1});
        let bearer = json!({"subs": -1, "data": -1, "payload": -1, "bearer_token": true});
        a["nats"]["signing_keys"] = json!([
            {"kind": "user_scope", "key": public('A', "scope"), "template": template},
            {"kind": "user_scope", "key": public('A', "bearer scope"), "template": bearer},
        ]);
        stage.account(&a);
        stage.memory();
        let mut claims = stage.user_claims(label);
        Edit::new(name, top, nats).apply(&mut claims);
        stage.token("sentinel", faults::signed(&claims));
        stage.world.config += "default_sentinel: <<sentinel>>\n";
        for (name, client) in faults::strangers() {
            stage.push(name, client);
        }
        let good = stage.user_claims("a");
        stage.client("a good JWT", &good);
        let mut expired = good.clone();
        expired["exp"] = json!(now - 500);
        stage.client("an expired JWT", &expired);
        for (name, write) in faults::writings().into_iter().step_by(6) {
            let text = write(&good, &faults::by(&good));
            stage.client(name, &good).jwt = Some(Token::of(&text));
        }
        worlds.push(stage.done());
    }
    worlds
}

fn limits(now: i64) -> Vec<World> {
    let mut worlds = Vec::new();
    for (name, config) in [
        ("max_subs 1", "max_subscriptions: 1\n"),
        ("max_subs negative", "max_subscriptions: -1\n"),
        ("max_payload 1", "max_payload: 1\n"),
        ("max_payload 0", "max_payload: 0\n"),
        ("max_connections negative", "max_connections: -1\n"),
        ("authorization of a user", "authorization { user: a, password: b }\n"),
        ("authorization of a token", "authorization { token: t }\n"),
    ] {
        let mut stage = usual(name, now);
        stage.memory();
        stage.world.config += config;
        for edit in faults::users(now)
            .into_iter()
            .filter(|e| e.name.starts_with("subs") || e.name.starts_with("payload"))
            .step_by(2)
        {
            let mut claims = stage.user_claims("a");
            edit.apply(&mut claims);
            stage.client(&edit.name, &claims);
        }
        for (name, client) in faults::strangers() {
            stage.push(name, client);
        }
        worlds.push(stage.done());
    }
    worlds
}

fn proxies(now: i64) -> Vec<World> {
    let trusted = format!("proxies {{ trusted: [{{key: {}}}] }}\n", public('U', "proxy"));
    let mut operator = usual("proxies", now);
    operator.memory();
    operator.world.config += &trusted;
    for required in [false, true] {
        for (name, client) in faults::clients(&public('U', "u")) {
            let mut claims = operator.user_claims("a");
            claims["nats"]["proxy_required"] = json!(required);
            let name = format!("{name}, required {required}");
            operator.push(&name, Client { jwt: Some(faults::signed(&claims)), ..client });
        }
    }
    let mut worlds = vec![operator.done()];
    for (name, config) in [
        ("bare, a user", "authorization { user: a, password: b, proxy_required: true }\n"),
        (
            "bare, users",
            "authorization { users: [{user: a, password: b, proxy_required: true}, {user: joe, password: b}] }\n",
        ),
        ("bare, a token", "authorization { token: t, proxy_required: true }\n"),
    ] {
        let mut stage = Stage::new(&format!("proxies {name}"), now);
        stage.world.config = format!("{trusted}{config}");
        for (name, client) in faults::strangers() {
            stage.push(name, client.clone());
            for (who, by) in [("trusted", "proxy"), ("unknown", "stranger")] {
                let proxy = Some(Sign::By(public('U', by)));
                stage.push(&format!("{name}, {who} proxy"), Client { proxy, ..client.clone() });
            }
        }
        worlds.push(stage.done());
    }
    worlds
}

fn bare(now: i64) -> Vec<World> {
    let u = public('U', "u");
    // Of the password `b`, at the lowest cost.
    let bcrypt = "$2a$04$2qkEyTLNS9.fCNUE2zDBZeMALfkH/5OlFwOTPbwrbMuqAWKnKyfEO";
    let configs = [
        ("nothing", String::new()),
        ("empty authorization", "authorization {}\n".into()),
        ("a user", "authorization { user: a, password: b }\n".into()),
        ("a user without password", "authorization { user: a }\n".into()),
        ("a password alone", "authorization { password: b }\n".into()),
        ("a bcrypt user", format!("authorization {{ user: a, password: '{bcrypt}' }}\n")),
        ("a token", "authorization { token: t }\n".into()),
        ("users", "authorization { users: [{user: a, password: b}, {user: joe, password: c}] }\n".into()),
        ("a bcrypt users", format!("authorization {{ users: [{{user: a, password: '{bcrypt}'}}] }}\n")),
        ("users without password", "authorization { users: [{user: a}] }\n".into()),
        ("no users", "authorization { users: [] }\n".into()),
        ("an nkey", format!("authorization {{ users: [{{nkey: {u}}}] }}\n")),
        ("an nkey and a user", format!("authorization {{ users: [{{nkey: {u}}}, {{user: a, password: b}}] }}\n")),
        ("accounts without users", "accounts { A {}, B {} }\n".into()),
        ("accounts", format!("accounts {{ A {{ users: [{{user: a, password: b}}] }}, B {{ users: [{{nkey: {u}}}] }} }}\n")),
        ("accounts and limits", "accounts { A { users: [{user: a, password: b}], limits { max_connections: 0 } } }\n".into()),
        ("accounts and a connection", "accounts { A { users: [{user: a, password: b}], limits { max_connections: -1, max_subs: 0 } } }\n".into()),
        ("no_auth_user", "no_auth_user: a\nauthorization { users: [{user: a, password: b}, {user: joe, password: c}] }\n".into()),
        ("no_auth_user without password", "no_auth_user: a\nauthorization { users: [{user: a}, {user: joe, password: c}] }\n".into()),
        ("no_auth_user an nkey", format!("no_auth_user: {u}\nauthorization {{ users: [{{nkey: {u}}}, {{user: joe, password: c}}] }}\n")),
        ("only system users", "accounts { $SYS { users: [{user: a, password: b}] } }\n".into()),
        ("only system users, authorization", "accounts { $SYS { users: [{user: a, password: b}] } }\nauthorization {}\n".into()),
        ("system users and an account", "accounts { $SYS { users: [{user: a, password: b}] }, A {} }\n".into()),
        ("system users of a name", "system_account: S\naccounts { S { users: [{user: a, password: b}] } }\n".into()),
        ("types STANDARD", "authorization { users: [{user: a, password: b, allowed_connection_types: [standard]}] }\n".into()),
        ("types WEBSOCKET", "authorization { users: [{user: a, password: b, allowed_connection_types: [WEBSOCKET]}] }\n".into()),
        ("types of an nkey", format!("authorization {{ users: [{{nkey: {u}, allowed_connection_types: [MQTT]}}] }}\n")),
        ("types of no_auth_user", "no_auth_user: a\nauthorization { users: [{user: a, password: b, allowed_connection_types: [MQTT]}] }\n".into()),
        ("a MEM resolver", "resolver: MEM\n".into()),
        ("a timeout", "authorization { user: a, password: b, timeout: 0.5 }\n".into()),
    ];
    let mut worlds = Vec::new();
    for (name, config) in configs {
        let mut stage = Stage::new(&format!("bare {name}"), now);
        stage.world.config = config;
        bare_clients(&mut stage, None);
        worlds.push(stage.done());
    }
    let listeners = [
        (
            "users",
            "authorization { users: [{user: a, password: b}, {user: joe, password: c, allowed_connection_types: [STANDARD]}] }\n",
            "",
            "",
        ),
        ("own user", "", "authorization { user: a, password: b }", "authorization { user: a, password: b }"),
        (
            "own user over another",
            "authorization { user: joe, password: b }\n",
            "authorization { user: a, password: b }",
            "authorization { user: a, password: b }",
        ),
        ("own token", "", "authorization { token: t }", "authorization { token: t }"),
        (
            "own token over a user",
            "authorization { user: a, password: b }\n",
            "authorization { token: t }",
            "authorization { token: t }",
        ),
        (
            "own no_auth_user",
            "authorization { users: [{user: a, password: b}, {user: joe, password: c}] }\n",
            "no_auth_user: a",
            "no_auth_user: joe",
        ),
        (
            "own no_auth_user over another",
            "no_auth_user: joe\nauthorization { users: [{user: a, password: b}, {user: joe, password: c}] }\n",
            "no_auth_user: a",
            "no_auth_user: a",
        ),
        ("nothing", "", "", ""),
        ("a token", "authorization { token: t }\n", "", ""),
    ];
    for (name, config, websocket, mqtt) in listeners {
        let mut stage = Stage::new(&format!("listeners {name}"), now);
        stage.world.config = format!(
            "server_name: s\njetstream {{ store_dir: js }}\n{config}\
             websocket {{ listen: '127.0.0.1:-1', no_tls: true, {websocket} }}\n\
             mqtt {{ listen: '127.0.0.1:-1', {mqtt} }}\n"
        );
        for way in ["STANDARD", "WEBSOCKET", "MQTT", "MQTT_WS"] {
            bare_clients(&mut stage, Some(way));
        }
        worlds.push(stage.done());
    }
    worlds
}

pub fn bare_clients(stage: &mut Stage, via: Option<&str>) {
    let claims = stage.user_claims("a");
    let jwt = faults::signed(&claims);
    let mut all = faults::strangers();
    let sign = Some(Sign::By(public('U', "u")));
    let text = |t: &str| Some(t.to_owned());
    all.push(("a JWT", Client { jwt: Some(jwt.clone()), sign: sign.clone(), ..Client::default() }));
    all.push((
        "a JWT and a user",
        Client {
            jwt: Some(jwt.clone()),
            sign: sign.clone(),
            user: text("a"),
            pass: text("b"),
            ..Client::default()
        },
    ));
    all.push((
        "a JWT and an nkey",
        Client { jwt: Some(jwt), nkey: Some(public('U', "u")), sign: sign.clone(), ..Client::default() },
    ));
    all.push((
        "an nkey and a user",
        Client {
            nkey: Some(public('U', "u")),
            sign: sign.clone(),
            user: text("a"),
            pass: text("b"),
            ..Client::default()
        },
    ));
    all.push((
        "another nkey",
        Client {
            nkey: Some(public('U', "stranger")),
            sign: Some(Sign::By(public('U', "stranger"))),
            ..Client::default()
        },
    ));
    all.push((
        "an nkey signed by another",
        Client {
            nkey: Some(public('U', "u")),
            sign: Some(Sign::By(public('U', "stranger"))),
            ..Client::default()
        },
    ));
    all.push(("a junk nkey", Client { nkey: text("junk"), sign: sign.clone(), ..Client::default() }));
    all.push((
        "an nkey with a junk signature",
        Client { nkey: Some(public('U', "u")), sign: Some(Sign::Text("!!".into())), ..Client::default() },
    ));
    all.push(("joe", Client { user: text("joe"), pass: text("c"), ..Client::default() }));
    all.push((
        "a user with a token",
        Client { user: text("a"), pass: text("b"), auth_token: text("t"), ..Client::default() },
    ));
    all.push(("a token as the password", Client { user: text("x"), pass: text("t"), ..Client::default() }));
    for (name, client) in all {
        // MQTT has neither nkeys nor tokens.
        let mqtt = via.is_some_and(|v| v.starts_with("MQTT"));
        if mqtt && (client.nkey.is_some() || client.auth_token.is_some() || client.account.is_some()) {
            continue;
        }
        let name = via.map_or(name.to_owned(), |via| format!("{via} {name}"));
        stage.push(&name, Client { via: via.map(str::to_owned), ..client });
    }
}

fn leafs(now: i64) -> Vec<World> {
    let (u, a) = (public('U', "u"), public('A', "a"));
    let bare = [
        ("nothing", String::new(), String::new()),
        ("a user", String::new(), "authorization { user: a, password: b }".into()),
        ("a user of an account", "accounts { A {} }\n".into(), "authorization { user: a, password: b, account: A }".into()),
        ("users", "accounts { A {} }\n".into(), "authorization { users: [{user: a, password: b, account: A}, {user: joe, password: c}] }".into()),
        ("an nkey", String::new(), format!("authorization {{ nkey: {u} }}")),
        ("top user", "authorization { user: a, password: b }\n".into(), String::new()),
        ("top token", "authorization { token: t }\n".into(), String::new()),
        ("top users", "authorization { users: [{user: a, password: b}, {user: joe, password: c, allowed_connection_types: [LEAFNODE]}] }\n".into(), String::new()),
        ("top nkey", format!("authorization {{ users: [{{nkey: {u}}}] }}\n"), String::new()),
        ("top users and own", "authorization { users: [{user: joe, password: c}] }\n".into(), "authorization { user: a, password: b }".into()),
        ("no_auth_user", "no_auth_user: a\nauthorization { users: [{user: a, password: b}] }\n".into(), String::new()),
        ("accounts", "accounts { A { users: [{user: a, password: b}] } }\n".into(), String::new()),
        ("own account alone", "accounts { A {} }\n".into(), "authorization { account: A }".into()),
    ];
    let mut worlds = Vec::new();
    for (name, config, leaf) in bare {
        let mut stage = Stage::new(&format!("leafnodes {name}"), now);
        stage.world.config = format!("{config}leafnodes {{ listen: '127.0.0.1:-1', {leaf} }}\n");
        bare_clients(&mut stage, Some("LEAFNODE"));
        worlds.push(stage.done());
    }
    for (name, leaf) in [
        ("a user", "authorization { user: a, password: b }".to_owned()),
        ("a user of an account", format!("authorization {{ user: a, password: b, account: {a} }}")),
        (
            "a user of an unknown account",
            format!("authorization {{ user: a, password: b, account: {} }}", public('A', "nobody")),
        ),
        ("an nkey", format!("authorization {{ nkey: {u} }}")),
        ("nothing", String::new()),
    ] {
        let mut stage = usual(&format!("operator and leafnodes, {name}"), now);
        stage.memory();
        stage.world.config += &format!("leafnodes {{ listen: '127.0.0.1:-1', {leaf} }}\n");
        bare_clients(&mut stage, Some("LEAFNODE"));
        worlds.push(stage.done());
    }
    worlds
}

/// With an account whose authorization service nobody runs. A server without a system account does not survive asking it.
fn callout(now: i64, system: bool) -> World {
    let with = if system { " beside a system account" } else { "" };
    let mut stage = Stage::new(&format!("callout of an account{with}"), now);
    stage.operator(json!({}));
    stage.others();
    let mut a = stage.account_claims("a");
    a["nats"]["authorization"] = json!({"auth_users": [public('U', "u")]});
    stage.account(&a);
    stage.memory();
    stage.world.config += "authorization { timeout: 0.2 }\n";
    if system {
        stage.world.config += &format!("system_account: {}\n", public('A', "sys"));
    }
    let plain = stage.user_claims("a");
    stage.client("the auth user", &plain);
    stage.client("the auth user with a name", &plain).user = Some("x".into());
    let mut other = plain.clone();
    put(&mut other, json!({"sub": public('U', "other")}));
    stage.client("another user", &other);
    stage.client("another user, not signed", &other).sign = None;
    let mut expired = plain.clone();
    expired["exp"] = json!(now - 500);
    stage.client("expired", &expired);
    let b = stage.user_claims("b");
    stage.client("another account", &b);
    stage.done()
}

fn callouts(now: i64) -> Vec<World> {
    let mut worlds = vec![callout(now, false), callout(now, true)];

    let issuer = public('A', "a");
    for (name, config) in [
        (
            "global",
            format!(
                "authorization {{ timeout: 0.2, users: [{{user: a, password: b}}, {{user: joe, password: c}}], auth_callout {{ issuer: {issuer}, auth_users: [a] }} }}\n"
            ),
        ),
        (
            "of an account",
            format!(
                "accounts {{ A {{ users: [{{user: a, password: b}}] }}, B {{ users: [{{user: joe, password: c}}] }} }}\nauthorization {{ timeout: 0.2, auth_callout {{ issuer: {issuer}, account: A, auth_users: [a] }} }}\n"
            ),
        ),
        (
            "of allowed accounts",
            format!(
                "accounts {{ A {{ users: [{{user: a, password: b}}] }}, B {{ users: [{{user: joe, password: c}}] }} }}\nauthorization {{ timeout: 0.2, auth_callout {{ issuer: {issuer}, account: A, auth_users: [a], allowed_accounts: [A] }} }}\n"
            ),
        ),
    ] {
        let mut stage = Stage::new(&format!("callout {name}"), now);
        stage.world.config = config;
        let text = |t: &str| Some(t.to_owned());
        stage.push("the auth user", Client { user: text("a"), pass: text("b"), ..Client::default() });
        stage.push("the auth user, wrong", Client { user: text("a"), pass: text("x"), ..Client::default() });
        stage.push("joe", Client { user: text("joe"), pass: text("c"), ..Client::default() });
        stage.push("joe, wrong", Client { user: text("joe"), pass: text("x"), ..Client::default() });
        stage.push("nobody", Client::default());
        worlds.push(stage.done());
    }
    worlds
}

/// What brings servers to harm, each by itself.
fn lethal(now: i64) -> Vec<World> {
    let mut worlds = Vec::new();
    for (name, list) in [
        ("unknown function", json!({"allow": ["a.{{foo()}}"]})),
        ("unknown short function", json!({"allow": ["a.{{x}}"]})),
        ("unknown function denied", json!({"deny": ["a.{{foo()}}"]})),
        ("unknown function alone", json!({"allow": ["{{unknown(x)}}", "b"]})),
        ("too many subjects", json!({"allow": ["{{tag(t)}}.{{tag(t)}}.{{tag(t)}}.{{tag(t)}}"]})),
    ] {
        let mut stage = Stage::new(&format!("lethal {name}"), now);
        stage.operator(json!({}));
        let mut a = stage.account_claims("a");
        let template = json!({"subs": -1, "data": -1, "payload": -1, "pub": list});
        a["nats"]["signing_keys"] =
            json!([{"kind": "user_scope", "key": public('A', "scope"), "template": template}]);
        stage.account(&a);
        stage.memory();
        let mut claims = stage.scoped_claims("a", "scope");
        let tags: Vec<String> = (0..9).map(|n| format!("t:{n}")).collect();
        claims["nats"]["tags"] = json!(tags);
        stage.client(name, &claims);
        worlds.push(stage.done());
    }
    // A leafnode that is refused is in no account that could be asked about it.
    for (name, signs) in [("a leafnode that does not sign", false), ("a leafnode that signs", true)] {
        let mut stage = Stage::new(&format!("lethal callout, {name}"), now);
        stage.operator(json!({}));
        let mut a = stage.account_claims("a");
        a["nats"]["authorization"] = json!({"auth_users": [public('U', "u")]});
        a["nats"]["revocations"] = json!({public('U', "other"): now});
        stage.account(&a);
        stage.memory();
        stage.world.config += "leafnodes { listen: '127.0.0.1:-1' }\n";
        let mut other = stage.user_claims("a");
        put(&mut other, json!({"sub": public('U', "other"), "iat": now - 10}));
        let client = stage.client(name, &other);
        client.via = Some("LEAFNODE".into());
        if !signs {
            client.sign = None;
        }
        worlds.push(stage.done());
    }
    let mut stage = Stage::new("lethal callout of the configuration, a leafnode that nobody knows", now);
    stage.world.config = format!(
        "authorization {{ timeout: 0.2, users: [{{user: a, password: b}}], auth_callout {{ issuer: {}, auth_users: [a] }} }}\nleafnodes {{ listen: '127.0.0.1:-1' }}\n",
        public('A', "a")
    );
    let text = |t: &str| Some(t.to_owned());
    stage.push(
        "nobody",
        Client { via: text("LEAFNODE"), user: text("x"), pass: text("y"), ..Client::default() },
    );
    worlds.push(stage.done());
    // Keys of 31 and 33 bytes with a good checksum.
    for (name, size) in [("short issuer", 31), ("long issuer", 33)] {
        let mut stage = usual(&format!("lethal {name}"), now);
        stage.memory();
        let mut claims = stage.user_claims("a");
        claims["iss"] = json!(written(&vec![0; size + 1]));
        claims["nats"]["issuer_account"] = json!(public('A', "a"));
        stage.client(name, &claims);
        worlds.push(stage.done());
    }
    for (name, size) in [("short subject", 31), ("long subject", 33)] {
        let mut stage = usual(&format!("lethal {name}"), now);
        stage.memory();
        let mut claims = stage.user_claims("a");
        let mut bytes = vec![20 << 3];
        bytes.extend(vec![7; size]);
        claims["sub"] = json!(written(&bytes));
        stage.client(name, &claims);
        worlds.push(stage.done());
    }
    worlds
}
