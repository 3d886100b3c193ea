//! Who plays in the worlds? The operators, accounts and users that hand-made configurations name.
//!
//! `<<name>>` in a text is one of these tokens, `<<A a>>` the public key of a role and a label.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::mint::{Form, Token, key, public, v2};
use super::world::World;

/// Limits of an account that has none.
pub fn unlimited() -> Value {
    json!({"subs":-1,"data":-1,"payload":-1,"imports":-1,"exports":-1,"wildcards":true,"conn":-1,"leaf":-1})
}

/// Claims: `top` overrides members of the token, `nats` those of its part `nats`; `null` takes one away.
pub fn claims(kind: &str, iss: &str, sub: &str, iat: i64, top: Value, nats: Value) -> Value {
    let mut body = json!({"type": kind, "version": 2});
    match kind {
        "user" => {
            for name in ["subs", "data", "payload"] {
                body[name] = json!(-1);
            }
        }
        "account" => body["limits"] = unlimited(),
        _ => {}
    }
    put(&mut body, nats);
    let mut claims = json!({"iss": iss, "sub": sub, "iat": iat, "nats": body});
    put(&mut claims, top);
    claims
}

/// Puts members into an object; `null` takes one away.
pub fn put(object: &mut Value, members: Value) {
    let (Value::Object(object), Value::Object(members)) = (object, members) else { return };
    for (name, value) in members {
        match value {
            Value::Null => drop(object.shift_remove(&name)),
            value => drop(object.insert(name, value)),
        }
    }
}

/// The tokens that hand-made configurations name, at a time.
pub fn tokens(now: i64) -> BTreeMap<String, Token> {
    let mut tokens = BTreeMap::new();
    let iat = now - 10_000;
    let mut add = |name: &str, text: String| {
        tokens.insert(name.to_owned(), Token::of(&text));
    };
    let (op, os, other) = (key('O', "o"), key('O', "signing"), key('O', "other"));
    let sys = public('A', "sys");
    let operator = |top: Value, nats: Value| claims("operator", &op.public, &op.public, iat, top, nats);
    let operators = [
        ("op", json!({}), json!({})),
        ("op-sys", json!({}), json!({"system_account": sys})),
        ("op-sys-b", json!({}), json!({"system_account": public('A', "b")})),
        ("op-keys", json!({}), json!({"signing_keys": [os.public], "system_account": sys})),
        (
            "op-strict",
            json!({}),
            json!({"signing_keys": [os.public], "system_account": sys, "strict_signing_key_usage": true}),
        ),
        ("op-strict-alone", json!({}), json!({"system_account": sys, "strict_signing_key_usage": true})),
        ("op-url", json!({}), json!({"account_server_url": "http://127.0.0.1:1/jwt/v1"})),
        ("op-url-bad", json!({}), json!({"account_server_url": "http://a b/"})),
        ("op-url-odd", json!({}), json!({"account_server_url": "host.example:4222/x"})),
        ("op-asserts-9", json!({}), json!({"assert_server_version": "9.0.0"})),
        ("op-asserts-minor", json!({}), json!({"assert_server_version": "2.12.0"})),
        ("op-asserts-update", json!({}), json!({"assert_server_version": "2.12.8"})),
        ("op-asserts-low", json!({}), json!({"assert_server_version": "2.0.0"})),
        ("op-asserts-words", json!({}), json!({"assert_server_version": "2.x.1"})),
        ("op-asserts-short", json!({}), json!({"assert_server_version": "2.1"})),
        ("op-asserts-negative", json!({}), json!({"assert_server_version": "2.-1.0"})),
        ("op-asserts-v", json!({}), json!({"assert_server_version": "v2.1.0"})),
        ("op-asserts-plus", json!({}), json!({"assert_server_version": "+2.+1.+0"})),
        ("op-asserts-blank", json!({}), json!({"assert_server_version": " 2.1.0"})),
        ("op-key-junk", json!({}), json!({"signing_keys": ["junk"]})),
        ("op-key-account", json!({}), json!({"signing_keys": [public('A', "a")]})),
        ("op-expired", json!({"exp": now - 500}), json!({"system_account": sys})),
        ("op-future", json!({"nbf": now + 50_000}), json!({})),
        ("op-sys-junk", json!({}), json!({"system_account": "junk"})),
        ("op-sub-other", json!({"sub": other.public}), json!({"system_account": sys})),
        ("op-sub-junk", json!({"sub": "junk"}), json!({})),
        ("op-sub-empty", json!({"sub": ""}), json!({})),
        ("op-json-type", json!({}), json!({"system_account": 5})),
        ("op-keys-type", json!({}), json!({"signing_keys": "x"})),
        ("op-version-3", json!({}), json!({"version": 3})),
        ("op-version-0", json!({}), json!({"version": 0})),
    ];
    for (name, top, nats) in operators {
        add(name, v2(&operator(top, nats), &op));
    }
    add("op-other", v2(&claims("operator", &other.public, &other.public, iat, json!({}), json!({})), &other));
    add(
        "op-other-sys",
        v2(
            &claims(
                "operator",
                &other.public,
                &other.public,
                iat,
                json!({}),
                json!({"system_account": public('A', "b")}),
            ),
            &other,
        ),
    );
    let by_account = claims("operator", &public('A', "a"), &op.public, iat, json!({}), json!({}));
    add("op-by-account", v2(&by_account, &key('A', "a")));
    add("op-forged", v2(&operator(json!({}), json!({})), &other));
    let v1 = json!({"iss": op.public, "sub": op.public, "iat": iat, "type": "operator", "nats": {}});
    add("op-v1", Form::v1().sign(&v1.to_string(), &op));
    add("op-v1-signed-v2", v2(&v1, &op));

    let account = |label: &str, top: Value, nats: Value| {
        claims("account", &op.public, &public('A', label), iat, top, nats)
    };
    for label in ["a", "b", "sys"] {
        add(label, v2(&account(label, json!({}), json!({})), &op));
        let named = |name: &str| format!("{label}-{name}");
        add(&named("expired"), v2(&account(label, json!({"exp": now - 500}), json!({})), &op));
        add(&named("by-signing"), {
            let claims = account(label, json!({"iss": os.public}), json!({}));
            v2(&claims, &os)
        });
        add(&named("by-other"), {
            let claims = account(label, json!({"iss": other.public}), json!({}));
            v2(&claims, &other)
        });
        let own = key('A', label);
        add(&named("self"), v2(&account(label, json!({"iss": own.public}), json!({})), &own));
        add(&named("forged"), v2(&account(label, json!({}), json!({})), &other));
    }
    add("a-future", v2(&account("a", json!({"nbf": now + 5_000}), json!({})), &op));
    add("a-imports", {
        let import = json!([{"type": "stream", "subject": "x", "account": ""}]);
        v2(&account("a", json!({}), json!({"imports": import})), &op)
    });
    add(
        "a-limits",
        v2(
            &account("a", json!({}), json!({"limits": null, "exports": [{"type":"stream","subject":"x"}]})),
            &op,
        ),
    );
    add("a-scope", {
        let keys = json!([{"kind": "other", "key": public('A', "k"), "role": "x", "template": {}}]);
        v2(&account("a", json!({}), json!({"signing_keys": keys})), &op)
    });
    add("a-newer", v2(&account("a", json!({"iat": iat + 100}), json!({})), &op));
    add("sys-sub-a", v2(&account("a", json!({}), json!({})), &op));
    add("sys-js", {
        let mut limits = unlimited();
        put(&mut limits, json!({"mem_storage": 1000, "disk_storage": 1000, "streams": 1, "consumer": 1}));
        v2(&account("sys", json!({}), json!({"limits": limits})), &op)
    });
    add("sys-js-disk", {
        let mut limits = unlimited();
        put(&mut limits, json!({"disk_storage": -1}));
        v2(&account("sys", json!({}), json!({"limits": limits})), &op)
    });
    add("sys-js-tier", {
        let mut limits = unlimited();
        put(&mut limits, json!({"tiered_limits": {"R1": {"mem_storage": 1000}}}));
        v2(&account("sys", json!({}), json!({"limits": limits})), &op)
    });
    let mut a_v1 = json!({"iss": op.public, "sub": public('A', "a"), "iat": iat, "type": "account"});
    put(&mut a_v1, json!({"nats": {"limits": unlimited()}}));
    add("a-v1", Form::v1().sign(&a_v1.to_string(), &op));

    let a = key('A', "a");
    let user = |top: Value, nats: Value| claims("user", &a.public, &public('U', "u"), iat, top, nats);
    let users = [
        ("u", json!({}), json!({})),
        ("u-bearer", json!({}), json!({"bearer_token": true})),
        ("u-bearer-expired", json!({"exp": now - 500}), json!({"bearer_token": true})),
        (
            "u-scoped",
            json!({}),
            json!({"issuer_account": a.public, "subs": null, "data": null, "payload": null}),
        ),
        ("u-scopeless", json!({}), json!({"subs": null, "data": null, "payload": null})),
        ("u-issuer", json!({}), json!({"issuer_account": a.public})),
        (
            "u-scoped-zero",
            json!({}),
            json!({"issuer_account": a.public, "subs": 0, "data": 0, "payload": 0, "src": []}),
        ),
        (
            "u-scoped-types",
            json!({}),
            json!({"issuer_account": a.public, "subs": 0, "data": 0, "payload": 0,
                   "allowed_connection_types": ["MQTT"]}),
        ),
    ];
    for (name, top, nats) in users {
        add(name, v2(&user(top, nats), &a));
    }
    add("act", {
        let claims = claims(
            "activation",
            &a.public,
            &public('A', "b"),
            iat,
            json!({}),
            json!({"kind": "stream", "subject": "x"}),
        );
        v2(&claims, &a)
    });
    tokens
}

/// A text with `<<A label>>` filled in.
fn with_keys(text: &str) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<<") {
        let (name, after) = after.split_once(">>").expect("a name ends");
        filled += before;
        match name.split_once(' ') {
            Some(("X", label)) => filled += &super::mint::curve(label),
            Some((role, label)) if role.len() == 1 => {
                filled += &public(role.chars().next().expect("one letter"), label)
            }
            _ => filled += &format!("<<{name}>>"),
        }
        rest = after;
    }
    filled + rest
}

/// A world with the tokens that its texts name.
pub fn cast(mut world: World, tokens: &BTreeMap<String, Token>) -> World {
    world.config = with_keys(&world.config);
    world.files = world.files.iter().map(|(p, t)| (with_keys(p), with_keys(t))).collect();
    world.env = world.env.iter().map(|(p, t)| (p.clone(), with_keys(t))).collect();
    let texts: Vec<&String> = world.files.values().chain([&world.config]).collect();
    for text in texts {
        for part in text.split("<<").skip(1) {
            let name = part.split(">>").next().unwrap_or_default();
            if !world.tokens.contains_key(name) {
                let token = tokens.get(name).unwrap_or_else(|| panic!("{}: no token {name}", world.name));
                world.tokens.insert(name.to_owned(), token.clone());
            }
        }
    }
    world
}

/// Reads worlds without clients:
///
/// ```text
/// == name
/// the configuration
/// -- path/of/a/file
/// its content
/// -- directory/
/// -- NAME = value in the environment
/// -- mode path 400
/// ```
///
/// `<CR>` is a carriage return.
pub fn read(text: &str, now: i64) -> Vec<World> {
    let tokens = tokens(now);
    let mut worlds = Vec::new();
    for part in text.split("\n== ").skip(1) {
        let (name, rest) = part.split_once('\n').expect("a configuration follows its name");
        let mut sections = rest.split("\n-- ");
        let mut world = World { name: name.trim().to_owned(), ..World::default() };
        world.config = sections.next().unwrap_or_default().trim_end().replace("<CR>", "\r");
        if !world.config.is_empty() {
            world.config.push('\n');
        }
        for section in sections {
            let (head, text) = section.split_once('\n').unwrap_or((section, ""));
            if let Some((name, value)) = head.split_once(" = ") {
                world.env.insert(name.to_owned(), value.to_owned());
            } else if let Some((path, mode)) = head.strip_prefix("mode ").and_then(|m| m.split_once(' ')) {
                world.modes.insert(path.to_owned(), u32::from_str_radix(mode, 8).expect("octal"));
            } else {
                world.files.insert(head.trim().to_owned(), text.trim_end_matches('\n').to_owned());
            }
        }
        worlds.push(cast(world, &tokens));
    }
    worlds
}
