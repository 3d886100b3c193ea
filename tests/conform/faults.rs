//! What can be odd about a user, an account, a token, a client? Each list is played one by one and in combination.

use std::sync::Arc;

use serde_json::{Value, json};

use super::cast::put;
use super::mint::{Form, HEADER, Key, Sign, Token, key, public, signer};
use super::world::Client;

/// A change of claims: members at the top, members of `nats`.
#[derive(Debug, Clone)]
pub struct Edit {
    pub name: String,
    pub top: Value,
    pub nats: Value,
}

impl Edit {
    pub fn new(name: &str, top: Value, nats: Value) -> Self {
        Self { name: name.to_owned(), top, nats }
    }

    pub fn apply(&self, claims: &mut Value) {
        put(&mut claims["nats"], self.nats.clone());
        put(claims, self.top.clone());
    }
}

fn number(text: &str) -> Value {
    serde_json::from_str(text).expect("a number")
}

fn clock(at: i64) -> String {
    let second = at.rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// What can be said about a user. `now` is the time.
pub fn users(now: i64) -> Vec<Edit> {
    let h = 3600;
    let mut edits = Vec::new();
    let mut top = |name: &str, value: Value| edits.push(Edit::new(name, value, json!({})));
    for (name, exp) in [
        ("exp long ago", json!(now - 100_000)),
        ("exp a minute ago", json!(now - 60)),
        ("exp tomorrow", json!(now + 86_400)),
        ("exp 0", json!(0)),
        ("exp negative", json!(-5)),
        ("exp 1", json!(1)),
        ("exp at the end of time", json!(i64::MAX)),
        ("exp in milliseconds", json!((now - 500) * 1000)),
        ("exp a text", json!("1795500000")),
        ("exp a float", number("1795500000.0")),
        ("exp with an exponent", number("1e10")),
        ("exp too large", number("9223372036854775808")),
        ("exp true", json!(true)),
    ] {
        top(name, json!({ "exp": exp }));
    }
    for (name, nbf) in [
        ("nbf past", json!(now - 60)),
        ("nbf next hour", json!(now + h)),
        ("nbf far", json!(i64::MAX)),
        ("nbf negative", json!(-1)),
        ("nbf a text", json!("0")),
    ] {
        top(name, json!({ "nbf": nbf }));
    }
    top("iat missing", json!({"iat": null}));
    top("iat 0", json!({"iat": 0}));
    top("iat tomorrow", json!({"iat": now + 86_400}));
    top("iat negative", json!({"iat": -1}));
    let u = public('U', "u");
    for (name, sub) in [
        ("sub of another user", public('U', "other")),
        ("sub of an account", public('A', "a")),
        ("sub of an operator", public('O', "o")),
        ("sub of a server", public('N', "n")),
        ("sub junk", "junk".into()),
        ("sub empty", String::new()),
        ("sub in small letters", u.to_lowercase()),
        ("sub with a wrong sum", format!("{}A", u.get(..55).unwrap_or_default())),
        ("sub with a newline", format!("{u}\n")),
        ("sub with a blank", format!("{u} ")),
    ] {
        top(name, json!({ "sub": sub }));
    }
    top("sub missing", json!({"sub": null}));
    top("sub a number", json!({"sub": 5}));
    for (name, text) in [
        ("name", "ada"),
        ("name with blanks", "a b"),
        ("name with quotes", "a\"b"),
        ("name with percent", "100%s %d"),
        ("name in another script", "Ñandú 漢"),
        ("name with a newline", "a\nb"),
        ("name with a dot", "a.b"),
        ("name a wildcard", "*"),
        ("name with a bad letter", "a\u{7f}\u{200b}"),
    ] {
        top(name, json!({ "name": text }));
    }
    top("name a number", json!({"name": 5}));
    top("aud", json!({"aud": "x"}));
    top("jti", json!({"jti": "x"}));
    top("an unknown member", json!({"foo": {"bar": [1, 2]}}));
    top("nats null", json!({"nats": null}));
    top("type at the top", json!({"type": "user"}));
    top("type at the top, another kind", json!({"type": "account"}));
    top("type at the top, unknown", json!({"type": "foo"}));

    let mut nats = |name: &str, value: Value| edits.push(Edit::new(name, json!({}), value));
    nats("an unknown member in nats", json!({"foo": {"bar": [1, 2]}}));
    nats("tags", json!({"tags": ["a:b", "C:D", "x"]}));
    nats("tags a text", json!({"tags": "a:b"}));
    nats("tags with a number", json!({"tags": ["a", 5]}));
    nats("version 0", json!({"version": 0}));
    nats("version missing", json!({"version": null}));
    nats("version 1", json!({"version": 1}));
    nats("version 3", json!({"version": 3}));
    nats("version negative", json!({"version": -1}));
    nats("version a text", json!({"version": "2"}));
    nats("version a float", json!({"version": 2.5}));
    nats("kind account", json!({"type": "account"}));
    nats("kind operator", json!({"type": "operator"}));
    nats("kind activation", json!({"type": "activation"}));
    nats("kind cluster", json!({"type": "cluster"}));
    nats("kind server", json!({"type": "server"}));
    nats("kind request", json!({"type": "authorization_request"}));
    nats("kind response", json!({"type": "authorization_response"}));
    nats("kind unknown", json!({"type": "foo"}));
    nats("kind in capitals", json!({"type": "USER"}));
    nats("kind missing", json!({"type": null}));
    for (name, account) in [
        ("issuer_account its own", public('A', "a")),
        ("issuer_account another", public('A', "b")),
        ("issuer_account unknown", public('A', "nobody")),
        ("issuer_account a signing key", public('A', "a-key")),
        ("issuer_account a user", public('U', "u")),
        ("issuer_account the operator", public('O', "o")),
        ("issuer_account junk", "junk".into()),
        ("issuer_account empty", String::new()),
        ("issuer_account in small letters", public('A', "a").to_lowercase()),
        ("issuer_account with a newline", format!("{}\n", public('A', "a"))),
        ("issuer_account with a blank", format!(" {}", public('A', "a"))),
        ("issuer_account the system account", public('A', "sys")),
    ] {
        nats(name, json!({ "issuer_account": account }));
    }
    nats("issuer_account null", json!({"issuer_account": Value::Null}));
    for (name, list) in permission_lists() {
        nats(&format!("pub {name}"), json!({ "pub": list }));
        nats(&format!("sub {name}"), json!({ "sub": list }));
    }
    for (name, resp) in [
        ("empty", json!({})),
        ("1", json!({"max": 1, "ttl": 1_000_000_000_i64})),
        ("0", json!({"max": 0, "ttl": 0})),
        ("unlimited", json!({"max": -1, "ttl": -1})),
        ("a text for the time", json!({"max": 1, "ttl": "1s"})),
        ("a number", json!(5)),
    ] {
        nats(&format!("resp {name}"), json!({ "resp": resp }));
    }
    nats("resp and pub allow", json!({"resp": {"max": 1}, "pub": {"allow": ["a"]}}));
    for limit in ["subs", "data", "payload"] {
        for (name, value) in [
            ("missing", Value::Null),
            ("0", json!(0)),
            ("1", json!(1)),
            ("10", json!(10)),
            ("-2", json!(-2)),
            ("2^31-1", json!(2_147_483_647_i64)),
            ("2^31", json!(2_147_483_648_i64)),
            ("2^32", json!(4_294_967_296_i64)),
            ("2^32+5", json!(4_294_967_301_i64)),
            ("2^40", json!(1_099_511_627_776_i64)),
            ("-2^31-1", json!(-2_147_483_649_i64)),
            ("1.5", json!(1.5)),
            ("a text", json!("-1")),
        ] {
            nats(&format!("{limit} {name}"), json!({ limit: value }));
        }
    }
    nats("no limits at all", json!({"subs": null, "data": null, "payload": null}));
    for (name, src) in networks() {
        nats(&format!("src {name}"), json!({ "src": src }));
    }
    for (name, times, zone) in times(now) {
        let mut value = json!({ "times": times });
        if let Some(zone) = zone {
            value["times_location"] = json!(zone);
        }
        nats(&format!("times {name}"), value);
    }
    nats("times_location alone", json!({"times_location": "Europe/Berlin"}));
    nats("times_location alone, unknown", json!({"times_location": "Nowhere/City"}));
    nats("bearer", json!({"bearer_token": true}));
    nats("bearer false", json!({"bearer_token": false}));
    nats("bearer a text", json!({"bearer_token": "true"}));
    for (name, types) in connection_types() {
        nats(&format!("types {name}"), json!({ "allowed_connection_types": types }));
    }
    nats("proxy_required", json!({"proxy_required": true}));
    nats("proxy_required false", json!({"proxy_required": false}));
    edits
}

/// Lists of subjects, as `pub` or `sub` have them.
pub fn permission_lists() -> Vec<(String, Value)> {
    let lists = [
        ("empty", json!({})),
        ("allow", json!({"allow": ["a.b"]})),
        ("allow empty", json!({"allow": []})),
        ("allow null", json!({"allow": Value::Null})),
        ("allow empty, deny", json!({"allow": [], "deny": ["a"]})),
        ("deny", json!({"deny": ["a.>"]})),
        ("allow everything", json!({"allow": [">"]})),
        ("allow a blank", json!({"allow": ["a b"]})),
        ("allow two blanks", json!({"allow": ["a b c"]})),
        ("allow a double blank", json!({"allow": ["a  b"]})),
        ("allow a leading blank", json!({"allow": [" a"]})),
        ("allow a trailing blank", json!({"allow": ["a "]})),
        ("allow a tab", json!({"allow": ["a\tb"]})),
        ("allow nothing", json!({"allow": [""]})),
        ("allow an empty token", json!({"allow": ["a..b"]})),
        ("allow a leading dot", json!({"allow": [".a"]})),
        ("allow a trailing dot", json!({"allow": ["a."]})),
        ("allow a queue with a dot", json!({"allow": ["a b..c"]})),
        ("allow text behind >", json!({"allow": ["a.>.b"]})),
        ("allow a wildcard in a token", json!({"allow": ["a*b"]})),
        ("deny an empty token", json!({"deny": ["a..b"]})),
        ("deny a blank", json!({"deny": ["a b"]})),
        ("deny nothing", json!({"deny": [""]})),
        ("allow a text", json!({"allow": "a"})),
        ("allow a number", json!({"allow": [5]})),
        ("a text", json!("a")),
        ("null", Value::Null),
    ];
    lists.into_iter().map(|(name, list)| (name.to_owned(), list)).collect()
}

/// Networks, as `src` has them. Clients come from 127.0.0.1.
pub fn networks() -> Vec<(&'static str, Value)> {
    vec![
        ("empty", json!([])),
        ("null", Value::Null),
        ("this host", json!(["127.0.0.1/32"])),
        ("this network", json!(["127.0.0.0/8"])),
        ("everything", json!(["0.0.0.0/0"])),
        ("another", json!(["10.0.0.0/8"])),
        ("another and this", json!(["10.0.0.0/8", "127.0.0.1/32"])),
        ("no mask", json!(["127.0.0.1"])),
        ("junk and this", json!(["junk", "127.0.0.1/32"])),
        ("this and junk", json!(["127.0.0.1/32", "junk"])),
        ("another and junk", json!(["10.0.0.0/8", "junk"])),
        ("six", json!(["::1/128"])),
        ("six for four", json!(["::ffff:127.0.0.1/128"])),
        ("six for four, narrow", json!(["::ffff:7f00:0/104"])),
        ("all of six", json!(["::/0"])),
        ("mask too long", json!(["127.0.0.1/33"])),
        ("a leading zero", json!(["127.0.0.01/8"])),
        ("mask with a zero", json!(["127.0.0.0/08"])),
        ("blanks", json!([" 127.0.0.1/32"])),
        ("capitals", json!(["::FFFF:127.0.0.1/128"])),
        ("an empty one", json!([""])),
        ("one text", json!("127.0.0.1/32")),
        ("one text of two", json!("10.0.0.0/8, 127.0.0.1/32")),
        ("one text, capitals", json!("::FFFF:127.0.0.1/128")),
        ("one empty text", json!("")),
        ("one text of blanks", json!("  ")),
        ("one text with a trailing comma", json!("127.0.0.1/32,")),
        ("a number", json!(5)),
        ("a list of numbers", json!([5])),
        ("a zone", json!(["fe80::1%eth0/64"])),
        ("a hole in the mask", json!(["127.0.0.1/255.0.0.0"])),
    ]
}

type Times = (&'static str, Value, Option<&'static str>);

/// Windows of the day, as `times` has them, well apart from the time and from midnight.
pub fn times(now: i64) -> Vec<Times> {
    let h = 3600;
    let range = |start: i64, end: i64| json!({"start": clock(now + start), "end": clock(now + end)});
    vec![
        ("empty", json!([]), None),
        ("null", Value::Null, None),
        ("all day", json!([{"start": "00:00:00", "end": "23:59:59"}]), None),
        ("now", json!([range(-h, h)]), None),
        ("later", json!([range(2 * h, 4 * h)]), None),
        ("earlier", json!([range(-4 * h, -2 * h)]), None),
        ("all but now", json!([range(h, -h)]), None),
        ("across, now late", json!([range(-h, -2 * h)]), None),
        ("across, now early", json!([range(3 * h, 2 * h)]), None),
        ("later and now", json!([range(2 * h, 4 * h), range(-h, h)]), None),
        ("now and longer", json!([range(-h, h), range(-2 * h, 5 * h)]), None),
        ("the same", json!([{"start": "12:00:00", "end": "12:00:00"}]), None),
        ("empty start", json!([{"start": "", "end": "12:00:00"}]), None),
        ("empty end", json!([{"start": "12:00:00", "end": ""}]), None),
        ("nothing", json!([{}]), None),
        ("short hour", json!([{"start": "8:00:00", "end": "12:00:00"}]), None),
        ("no seconds", json!([{"start": "08:00", "end": "12:00"}]), None),
        ("hour 24", json!([{"start": "00:00:00", "end": "24:00:00"}]), None),
        ("hour 25", json!([{"start": "00:00:00", "end": "25:00:00"}]), None),
        ("minute 60", json!([{"start": "00:60:00", "end": "12:00:00"}]), None),
        ("fraction", json!([{"start": "00:00:00.5", "end": "23:59:59"}]), None),
        ("comma fraction", json!([{"start": "00:00:00,5", "end": "23:59:59"}]), None),
        ("blank", json!([{"start": " 00:00:00", "end": "23:59:59"}]), None),
        ("words", json!([{"start": "noon", "end": "midnight"}]), None),
        ("valid and invalid", json!([range(-h, h), {"start": "x", "end": "y"}]), None),
        ("a text", json!("00:00:00-23:59:59"), None),
        ("a number", json!([5]), None),
        ("now, UTC", json!([range(-h, h)]), Some("UTC")),
        ("now, Local", json!([range(-h, h)]), Some("Local")),
        ("now, empty zone", json!([range(-h, h)]), Some("")),
        ("now, in Kolkata", json!([range(5 * h - 1800, 6 * h + 1800)]), Some("Asia/Kolkata")),
        ("now here, not in Kolkata", json!([range(-h, h)]), Some("Asia/Kolkata")),
        ("now, in small letters", json!([range(-h, h)]), Some("utc")),
        ("now, unknown zone", json!([range(-h, h)]), Some("Nowhere/City")),
        ("now, above", json!([range(-h, h)]), Some("../UTC")),
        ("now, absolute", json!([range(-h, h)]), Some("/usr/share/zoneinfo/UTC")),
        ("now, a backslash", json!([range(-h, h)]), Some("Europe\\Berlin")),
        ("now, GMT", json!([range(-h, h)]), Some("GMT")),
        ("now, offset", json!([range(-h, h)]), Some("+00:00")),
    ]
}

/// Connection types.
pub fn connection_types() -> Vec<(&'static str, Value)> {
    vec![
        ("empty", json!([])),
        ("null", Value::Null),
        ("STANDARD", json!(["STANDARD"])),
        ("small", json!(["standard"])),
        ("mixed", json!(["StAnDaRd", "Mqtt"])),
        ("WEBSOCKET", json!(["WEBSOCKET"])),
        ("LEAFNODE", json!(["LEAFNODE"])),
        ("LEAFNODE_WS", json!(["leafnode_ws"])),
        ("MQTT", json!(["MQTT"])),
        ("MQTT_WS", json!(["MQTT_WS"])),
        ("several", json!(["WEBSOCKET", "LEAFNODE", "MQTT"])),
        ("unknown", json!(["FOO"])),
        ("two unknown", json!(["FOO", "b\"ar"])),
        ("unknown and STANDARD", json!(["FOO", "STANDARD"])),
        ("unknown and MQTT", json!(["MQTT", "FOO"])),
        ("IN_PROCESS", json!(["IN_PROCESS"])),
        ("IN_PROCESS and STANDARD", json!(["in_process", "STANDARD"])),
        ("an empty one", json!([""])),
        ("a blank", json!([" STANDARD"])),
        ("a long s", json!(["ſtandard"])),
        ("a dotless i", json!(["ın_process", "STANDARD"])),
        ("a text", json!("STANDARD")),
    ]
}

/// Ways to write a token that are not the usual one.
pub type Writer = fn(&Value, &Key) -> String;

/// What can be odd about a token's text. Claims as they should be, and the key that should sign.
pub fn writings() -> Vec<(&'static str, Writer)> {
    fn good(claims: &Value, by: &Key) -> String {
        Form::default().sign(&claims.to_string(), by)
    }
    fn with_header(header: &str, claims: &Value, by: &Key) -> String {
        Form { header: header.to_owned(), ..Form::default() }.sign(&claims.to_string(), by)
    }
    fn payload(change: impl Fn(&str) -> String, claims: &Value, by: &Key) -> String {
        Form::default().sign(&change(&claims.to_string()), by)
    }
    fn part(token: &str, at: usize, change: impl Fn(&str) -> String) -> String {
        let parts: Vec<String> = token
            .split('.')
            .enumerate()
            .map(|(i, p)| if i == at { change(p) } else { p.to_owned() })
            .collect();
        parts.join(".")
    }
    vec![
        ("signed by another", |c, _| good(c, &key('A', "stranger"))),
        ("payload changed", |c, by| {
            let other = good(&json!({"iss": c["iss"], "sub": c["sub"], "iat": 5, "nats": c["nats"]}), by);
            let payload = other.split('.').nth(1).unwrap_or_default().to_owned();
            part(&good(c, by), 1, |_| payload.clone())
        }),
        ("signature of zeros", |c, by| part(&good(c, by), 2, |s| "A".repeat(s.len()))),
        ("signature cut", |c, by| part(&good(c, by), 2, |s| s.get(..82).unwrap_or_default().to_owned())),
        ("signature longer", |c, by| part(&good(c, by), 2, |s| format!("{s}AAAA"))),
        ("signature empty", |c, by| part(&good(c, by), 2, |_| String::new())),
        ("signature padded", |c, by| part(&good(c, by), 2, |s| format!("{s}=="))),
        ("signature with spare bits", |c, by| {
            // 64 bytes leave four bits of the last letter unused; A, Q, g, w are the clean ones.
            part(&good(c, by), 2, |s| {
                let next = match s.as_bytes().last() {
                    Some(b'A') => 'B',
                    Some(b'Q') => 'R',
                    Some(b'g') => 'h',
                    _ => 'x',
                };
                format!("{}{next}", s.get(..s.len() - 1).unwrap_or_default())
            })
        }),
        ("two parts", |c, by| good(c, by).rsplit_once('.').map(|(a, _)| a.to_owned()).unwrap_or_default()),
        ("four parts", |c, by| good(c, by) + ".x"),
        ("a dot behind", |c, by| good(c, by) + "."),
        ("a newline behind", |c, by| good(c, by) + "\n"),
        ("CRLF behind", |c, by| good(c, by) + "\r\n"),
        ("a blank behind", |c, by| good(c, by) + " "),
        ("a tab behind", |c, by| good(c, by) + "\t"),
        ("a newline in front", |c, by| format!("\n{}", good(c, by))),
        ("a blank in front", |c, by| format!(" {}", good(c, by))),
        ("a newline in the header", |c, by| part(&good(c, by), 0, |h| format!("{h}\n"))),
        ("a newline in the payload", |c, by| {
            part(&good(c, by), 1, |p| {
                format!("{}\n{}", p.get(..8).unwrap_or_default(), p.get(8..).unwrap_or_default())
            })
        }),
        ("a newline in the signature", |c, by| part(&good(c, by), 2, |s| format!("\n{s}"))),
        ("a blank in the payload", |c, by| part(&good(c, by), 1, |p| format!("{p} "))),
        ("a plus in the payload", |c, by| part(&good(c, by), 1, |p| format!("{p}+"))),
        ("payload one letter longer", |c, by| part(&good(c, by), 1, |p| format!("{p}A"))),
        ("header empty", |c, by| part(&good(c, by), 0, |_| String::new())),
        ("payload empty", |c, by| part(&good(c, by), 1, |_| String::new())),
        ("empty", |_, _| String::new()),
        ("a word", |_, _| "garbage".into()),
        ("dots", |_, _| "..".into()),
        ("decorated", |c, by| {
            format!("-----BEGIN NATS USER JWT-----\n{}\n------END NATS USER JWT------\n", good(c, by))
        }),
        ("quoted", |c, by| format!("\"{}\"", good(c, by))),
        ("in capitals", |c, by| good(c, by).to_uppercase()),
        ("header typ jwt", |c, by| with_header(r#"{"typ":"jwt","alg":"ed25519-nkey"}"#, c, by)),
        ("header typ JWS", |c, by| with_header(r#"{"typ":"JWS","alg":"ed25519-nkey"}"#, c, by)),
        ("header without typ", |c, by| with_header(r#"{"alg":"ed25519-nkey"}"#, c, by)),
        ("header alg ed25519", |c, by| with_header(r#"{"typ":"JWT","alg":"ed25519"}"#, c, by)),
        ("header alg in capitals", |c, by| with_header(r#"{"typ":"JWT","alg":"ED25519-NKEY"}"#, c, by)),
        ("header alg none", |c, by| with_header(r#"{"typ":"JWT","alg":"none"}"#, c, by)),
        ("header without alg", |c, by| with_header(r#"{"typ":"JWT"}"#, c, by)),
        ("header alg EdDSA", |c, by| with_header(r#"{"typ":"JWT","alg":"EdDSA"}"#, c, by)),
        ("header with more", |c, by| with_header(r#"{"typ":"JWT","alg":"ed25519-nkey","kid":"x"}"#, c, by)),
        ("header turned", |c, by| with_header(r#"{"alg":"ed25519-nkey","typ":"JWT"}"#, c, by)),
        ("header members in capitals", |c, by| with_header(r#"{"TYP":"JWT","Alg":"ed25519-nkey"}"#, c, by)),
        ("header twice", |c, by| with_header(r#"{"typ":"x","typ":"JWT","alg":"ed25519-nkey"}"#, c, by)),
        ("header a list", |c, by| with_header("[]", c, by)),
        ("header typ a number", |c, by| with_header(r#"{"typ":5,"alg":"ed25519-nkey"}"#, c, by)),
        ("header cut", |c, by| with_header(r#"{"typ":"JWT""#, c, by)),
        ("payload alone signed", |c, by| {
            Form { header: HEADER.into(), payload_alone: true }.sign(&c.to_string(), by)
        }),
        ("version 1", |c, by| Form::v1().sign(&old(c).to_string(), by)),
        ("version 1, signed as 2", |c, by| good(&old(c), by)),
        ("version 1, new header", |c, by| {
            Form { header: HEADER.into(), payload_alone: true }.sign(&old(c).to_string(), by)
        }),
        ("a member in capitals", |c, by| payload(|p| p.replacen("\"sub\":", "\"SUB\":", 1), c, by)),
        ("nats in capitals", |c, by| payload(|p| p.replacen("\"nats\":", "\"NATS\":", 1), c, by)),
        ("type in capitals", |c, by| payload(|p| p.replacen("\"type\":", "\"Type\":", 1), c, by)),
        ("subs in capitals", |c, by| payload(|p| p.replacen("\"subs\":-1", "\"Subs\":0", 1), c, by)),
        ("exp twice", |c, by| payload(|p| p.replacen('{', r#"{"exp":1,"exp":0,"#, 1), c, by)),
        ("exp twice, the last past", |c, by| payload(|p| p.replacen('{', r#"{"exp":0,"EXP":1,"#, 1), c, by)),
        ("nats twice", |c, by| {
            payload(|p| p.replacen('{', r#"{"nats":{"subs":0,"bearer_token":true},"#, 1), c, by)
        }),
        ("a null behind a value", |c, by| payload(|p| p.replacen('{', r#"{"exp":1,"exp":null,"#, 1), c, by)),
        ("a long s in a name", |c, by| payload(|p| p.replacen("\"sub\":", "\"ſub\":", 1), c, by)),
        ("blanks around", |c, by| payload(|p| format!(" {p} \n"), c, by)),
        ("text behind", |c, by| payload(|p| format!("{p}x"), c, by)),
        ("a second object", |c, by| payload(|p| format!("{p}{{}}"), c, by)),
        ("a byte order mark", |c, by| payload(|p| format!("\u{feff}{p}"), c, by)),
        ("cut", |c, by| payload(|p| p.get(..p.len() - 1).unwrap_or_default().to_owned(), c, by)),
        ("a trailing comma", |c, by| {
            payload(|p| format!("{},}}", p.get(..p.len() - 1).unwrap_or_default()), c, by)
        }),
        ("a comment", |c, by| payload(|p| format!("/* */{p}"), c, by)),
        ("an escaped name", |c, by| payload(|p| p.replacen("\"sub\":", "\"\\u0073ub\":", 1), c, by)),
        ("a bad escape", |c, by| payload(|p| p.replacen('{', r#"{"name":"\x","#, 1), c, by)),
        ("half of a pair", |c, by| payload(|p| p.replacen('{', r#"{"name":"\ud800","#, 1), c, by)),
        ("a control character", |c, by| payload(|p| p.replacen('{', "{\"name\":\"a\u{1}\",", 1), c, by)),
        ("a NUL", |c, by| payload(|p| p.replacen('{', "{\"name\":\"a\\u0000b\",", 1), c, by)),
        ("null", |_, by| Form::default().sign("null", by)),
        ("a list", |_, by| Form::default().sign("[]", by)),
        ("a number", |_, by| Form::default().sign("5", by)),
        ("an empty object", |_, by| Form::default().sign("{}", by)),
        ("a deep value", |c, by| {
            payload(
                |p| p.replacen('{', &format!("{{\"foo\":{}{},", "[".repeat(300), "]".repeat(300)), 1),
                c,
                by,
            )
        }),
    ]
}

/// Claims in the layout of version 1.
pub fn old(claims: &Value) -> Value {
    let mut old = claims.clone();
    let nats = claims["nats"].as_object().cloned().unwrap_or_default();
    let mut inner = Value::Object(nats);
    put(&mut inner, json!({"type": null, "version": null, "issuer_account": null, "tags": null}));
    old["type"] = claims["nats"]["type"].clone();
    for name in ["issuer_account", "tags"] {
        if let Some(value) = claims["nats"].get(name) {
            old[name] = value.clone();
        }
    }
    old["nats"] = inner;
    old
}

/// Who signs, and which issuer the token names: `iss`, the key that signs.
pub fn issuers() -> Vec<(&'static str, String, Arc<Key>)> {
    let a = key('A', "a");
    vec![
        ("issuer the operator", public('O', "o"), key('O', "o")),
        ("issuer a user", public('U', "u"), key('U', "u")),
        ("issuer a server", public('N', "n"), key('N', "n")),
        ("issuer junk", "junk".into(), a.clone()),
        ("issuer empty", String::new(), a.clone()),
        ("issuer in small letters", public('A', "a").to_lowercase(), a.clone()),
        ("issuer with a newline", format!("{}\n", public('A', "a")), a.clone()),
        (
            "issuer with a wrong sum",
            format!("{}A", public('A', "a").get(..55).unwrap_or_default()),
            a.clone(),
        ),
        ("issuer a stranger", public('A', "stranger"), key('A', "stranger")),
        ("issuer another account", public('A', "b"), key('A', "b")),
        ("issuer an unlisted key", public('A', "unlisted"), key('A', "unlisted")),
    ]
}

/// What can be odd about the client's side. The token's `sub` signs where nothing else is said.
pub fn clients(sub: &str) -> Vec<(&'static str, Client)> {
    let by = || Some(Sign::By(sub.to_owned()));
    let with = |sign: Option<Sign>| Client { sign, ..Client::default() };
    let text = |t: &str| Some(t.to_owned());
    vec![
        ("no signature", with(None)),
        ("an empty signature", with(Some(Sign::Text(String::new())))),
        ("the signature of another", with(Some(Sign::By(public('U', "stranger"))))),
        ("the signature of the account", with(Some(Sign::By(public('A', "a"))))),
        ("a padded signature", with(Some(Sign::Padded(sub.to_owned())))),
        ("the signature of another nonce", with(Some(Sign::Stale(sub.to_owned())))),
        ("a signature of junk", with(Some(Sign::Text("!!!".into())))),
        ("a signature of few bytes", with(Some(Sign::Text("AAAA".into())))),
        ("a signature of zeros", with(Some(Sign::Text("A".repeat(86))))),
        ("nkey its own", Client { nkey: text(sub), ..with(by()) }),
        ("nkey of another", Client { nkey: text(&public('U', "stranger")), ..with(by()) }),
        ("nkey of an account", Client { nkey: text(&public('A', "a")), ..with(by()) }),
        ("nkey junk", Client { nkey: text("junk"), ..with(by()) }),
        ("user", Client { user: text("a"), ..with(by()) }),
        ("user and password", Client { user: text("a"), pass: text("b"), ..with(by()) }),
        ("token", Client { auth_token: text("t"), ..with(by()) }),
        ("account", Client { account: text(&public('A', "a")), ..with(by()) }),
        ("account by name", Client { account: text("A"), ..with(by()) }),
        ("account empty", Client { account: text(""), ..with(by()) }),
        ("a proxy", Client { proxy: Some(Sign::By(public('U', "proxy"))), ..with(by()) }),
        ("another proxy", Client { proxy: Some(Sign::By(public('U', "stranger"))), ..with(by()) }),
        ("a proxy of junk", Client { proxy: Some(Sign::Text("!!".into())), ..with(by()) }),
    ]
}

/// Clients without a JWT.
pub fn strangers() -> Vec<(&'static str, Client)> {
    let text = |t: &str| Some(t.to_owned());
    let u = public('U', "u");
    vec![
        ("nothing", Client::default()),
        ("a signature alone", Client { sign: Some(Sign::By(u.clone())), ..Client::default() }),
        ("an nkey", Client { nkey: text(&u), sign: Some(Sign::By(u.clone())), ..Client::default() }),
        ("an nkey without signature", Client { nkey: text(&u), ..Client::default() }),
        ("a user", Client { user: text("a"), pass: text("b"), ..Client::default() }),
        ("a user without password", Client { user: text("a"), ..Client::default() }),
        (
            "a user with a wrong password",
            Client { user: text("a"), pass: text("wrong"), ..Client::default() },
        ),
        ("another user", Client { user: text("joe"), pass: text("b"), ..Client::default() }),
        ("a password alone", Client { pass: text("b"), ..Client::default() }),
        ("a token", Client { auth_token: text("t"), ..Client::default() }),
        ("a wrong token", Client { auth_token: text("wrong"), ..Client::default() }),
        ("an empty token", Client { jwt: Some(Token::Text(String::new())), ..Client::default() }),
        ("a garbage JWT", Client { jwt: Some(Token::Text("garbage".into())), ..Client::default() }),
        ("an account", Client { account: text("A"), ..Client::default() }),
    ]
}

/// What can be said about the account of a label, whose plain signing key has the label with `-key`.
pub fn accounts(now: i64, label: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    let u = public('U', "u");
    let (own, signing) = (public('A', label), public('A', &format!("{label}-key")));
    let iat = now - 10_000;
    let mut top = |name: &str, value: Value| edits.push(Edit::new(name, value, json!({})));
    top("expired", json!({"exp": now - 500}));
    top("expires tomorrow", json!({"exp": now + 86_400}));
    top("expires at 0", json!({"exp": 0}));
    top("expires negative", json!({"exp": -5}));
    top("not yet", json!({"nbf": now + 3600}));
    top("issued tomorrow", json!({"iat": now + 86_400}));
    top("by the signing key", json!({"iss": public('O', "signing")}));
    top("by another operator", json!({"iss": public('O', "other")}));
    top("by itself", json!({"iss": &own}));
    top("by another account", json!({"iss": public('A', "b")}));
    top("subject of another", json!({"sub": public('A', "b")}));
    top("subject junk", json!({"sub": "junk"}));
    top("subject a user", json!({"sub": u}));
    top("named", json!({"name": "ORDERS"}));
    top("named oddly", json!({"name": "a \"b\" %s"}));

    let mut limit = |name: &str, value: Value| {
        let mut limits = super::cast::unlimited();
        put(&mut limits, value);
        edits.push(Edit::new(name, json!({}), json!({ "limits": limits })));
    };
    for (name, value) in
        [("0", 0i64), ("-2", -2), ("5000", 5000), ("2^31", 1 << 31), ("2^32", 1 << 32), ("2^40", 1 << 40)]
    {
        limit(&format!("conn {name}"), json!({ "conn": value }));
        limit(&format!("leaf {name}"), json!({ "leaf": value }));
        limit(&format!("subs {name}"), json!({ "subs": value }));
        limit(&format!("payload {name}"), json!({ "payload": value }));
    }
    limit("data 0", json!({"data": 0}));
    limit("imports 0", json!({"imports": 0}));
    limit("imports -2", json!({"imports": -2}));
    limit("exports 0", json!({"exports": 0}));
    limit("exports -2", json!({"exports": -2}));
    limit("no wildcards", json!({"wildcards": false}));
    limit("no bearer", json!({"disallow_bearer": true}));
    limit(
        "jetstream",
        json!({"mem_storage": 1_000_000, "disk_storage": 1_000_000, "streams": 5, "consumer": 5}),
    );
    limit("jetstream and tiers", json!({"mem_storage": 1, "tiered_limits": {"R1": {"mem_storage": 1}}}));
    limit("tiers", json!({"tiered_limits": {"R1": {"mem_storage": 1, "disk_storage": 1}}}));
    limit("a tier without name", json!({"tiered_limits": {"": {"mem_storage": 1}}}));

    let mut nats = |name: &str, value: Value| edits.push(Edit::new(name, json!({}), value));
    nats("no limits", json!({"limits": null}));
    nats("empty limits", json!({"limits": {}}));
    for (name, revocations) in [
        ("the user", json!({&u: now})),
        ("the user at its iat", json!({&u: iat})),
        ("the user before its iat", json!({&u: iat - 1})),
        ("the user at 0", json!({&u: 0})),
        ("all", json!({"*": now})),
        ("all at the iat", json!({"*": iat})),
        ("all before the iat", json!({"*": iat - 1})),
        ("all, the user not", json!({"*": now, &u: 0})),
        ("the user, all not", json!({"*": 0, &u: now})),
        ("in small letters", json!({u.to_lowercase(): now})),
        ("junk", json!({"junk": now, "": now})),
        ("another", json!({public('U', "other"): now})),
        ("a text", json!({&u: "now"})),
        ("a list", json!([&u])),
    ] {
        nats(&format!("revokes {name}"), json!({ "revocations": revocations }));
    }
    for (name, list) in permission_lists() {
        nats(&format!("default pub {name}"), json!({"default_permissions": {"pub": list}}));
        nats(&format!("default sub {name}"), json!({"default_permissions": {"sub": list}}));
    }
    nats("default resp", json!({"default_permissions": {"resp": {"max": 1, "ttl": 5}}}));
    for (name, keys) in [
        ("junk", json!(["junk"])),
        ("a user", json!([&u])),
        ("an operator", json!([public('O', "o")])),
        ("its own", json!([&own])),
        ("twice", json!([&signing, &signing])),
        ("a number", json!([5])),
        ("null", json!([Value::Null])),
        ("empty", json!([""])),
        ("in small letters", json!([signing.to_lowercase()])),
        ("a text", json!(&signing)),
        ("a scope without kind", json!([{"key": &signing, "role": "r", "template": {}}])),
        ("a scope of another kind", json!([{"kind": "foo", "key": &signing, "template": {}}])),
        ("a scope of its own key", json!([{"kind": "user_scope", "key": &own, "template": {}}])),
        ("a scope of a user", json!([{"kind": "user_scope", "key": &u, "template": {}}])),
        ("a scope without template", json!([{"kind": "user_scope", "key": &signing, "role": "r"}])),
        ("a scope and plain", json!([{"kind": "user_scope", "key": &signing, "template": {}}, &signing])),
        ("plain and a scope", json!([&signing, {"kind": "user_scope", "key": &signing, "template": {}}])),
    ] {
        nats(&format!("signing keys {name}"), json!({ "signing_keys": keys }));
    }
    nats("version 1", json!({"version": 1}));
    nats("version 3", json!({"version": 3}));
    nats("kind user", json!({"type": "user"}));
    nats("tags", json!({"tags": ["a:b", "C:D"]}));
    nats("info_url", json!({"info_url": "https://example.com/x", "description": "d"}));
    nats("info_url bad", json!({"info_url": "http://a b/"}));
    for (name, trace) in [
        ("", json!({"dest": "t.x"})),
        (" sampling", json!({"dest": "t.x", "sampling": 50})),
        (" wildcard", json!({"dest": "t.*"})),
        (" empty", json!({"dest": ""})),
        (" sampling 101", json!({"dest": "t.x", "sampling": 101})),
        (" sampling -1", json!({"dest": "t.x", "sampling": -1})),
    ] {
        nats(&format!("trace{name}"), json!({ "trace": trace }));
    }
    nats("cluster_traffic owner", json!({"cluster_traffic": "owner"}));
    nats("cluster_traffic unknown", json!({"cluster_traffic": "foo"}));
    for (name, mappings) in [
        ("good", json!({"a": [{"subject": "b", "weight": 100}]})),
        ("over", json!({"a": [{"subject": "b", "weight": 90}, {"subject": "c", "weight": 20}]})),
        ("150", json!({"a": [{"subject": "b", "weight": 150}]})),
        ("256", json!({"a": [{"subject": "b", "weight": 256}]})),
        ("no weight", json!({"a": [{"subject": "b"}, {"subject": "c"}]})),
        ("bad source", json!({"a..b": [{"subject": "b"}]})),
        ("bad destination", json!({"a": [{"subject": "b..c"}]})),
        (
            "clusters",
            json!({"a": [{"subject": "b", "weight": 90, "cluster": "x"}, {"subject": "c", "weight": 90, "cluster": "y"}]}),
        ),
        (
            "clusters over",
            json!({"a": [{"subject": "b", "weight": 90, "cluster": "x"}, {"subject": "c", "weight": 20, "cluster": "x"}]}),
        ),
    ] {
        nats(&format!("mappings {name}"), json!({ "mappings": mappings }));
    }
    for (name, external) in [
        ("empty", json!({})),
        ("junk user", json!({"auth_users": ["junk"]})),
        ("accounts without users", json!({"allowed_accounts": [public('A', "b")]})),
        ("star and more", json!({"auth_users": [&u], "allowed_accounts": ["*", public('A', "b")]})),
        ("junk account", json!({"auth_users": [&u], "allowed_accounts": ["junk"]})),
        ("junk xkey", json!({"auth_users": [&u], "xkey": "junk"})),
        ("xkey alone", json!({"xkey": super::mint::curve("x")})),
        ("the user", json!({"auth_users": [&u]})),
    ] {
        nats(&format!("authorization {name}"), json!({ "authorization": external }));
    }
    for (name, list) in exports() {
        nats(&format!("exports {name}"), json!({ "exports": list }));
    }
    for (name, list) in imports(&own) {
        nats(&format!("imports {name}"), json!({ "imports": list }));
    }
    edits
}

/// Exports of an account.
pub fn exports() -> Vec<(&'static str, Value)> {
    vec![
        ("good", json!([{"type": "stream", "subject": "x.>"}, {"type": "service", "subject": "q.*"}])),
        ("null", json!([Value::Null])),
        ("unknown type", json!([{"type": "foo", "subject": "x"}])),
        ("no type", json!([{"subject": "x"}])),
        ("no subject", json!([{"type": "stream"}])),
        ("a blank", json!([{"type": "stream", "subject": "x y"}])),
        ("an empty token", json!([{"type": "stream", "subject": "x..y"}])),
        ("overlapping", json!([{"type": "stream", "subject": "x.*"}, {"type": "stream", "subject": "x.y"}])),
        (
            "overlapping services",
            json!([{"type": "service", "subject": "x"}, {"type": "service", "subject": "x"}]),
        ),
        (
            "overlapping kinds",
            json!([{"type": "service", "subject": "x"}, {"type": "stream", "subject": "x"}]),
        ),
        ("response type", json!([{"type": "service", "subject": "x", "response_type": "Stream"}])),
        ("bad response type", json!([{"type": "service", "subject": "x", "response_type": "foo"}])),
        (
            "response type of a stream",
            json!([{"type": "stream", "subject": "x", "response_type": "Singleton"}]),
        ),
        ("threshold of a stream", json!([{"type": "stream", "subject": "x", "response_threshold": 5}])),
        ("negative threshold", json!([{"type": "service", "subject": "x", "response_threshold": -5}])),
        (
            "latency",
            json!([{"type": "service", "subject": "x", "service_latency": {"sampling": 50, "results": "l"}}]),
        ),
        (
            "latency headers",
            json!([{"type": "service", "subject": "x", "service_latency": {"sampling": "headers", "results": "l"}}]),
        ),
        (
            "latency 500",
            json!([{"type": "service", "subject": "x", "service_latency": {"sampling": 500, "results": "l"}}]),
        ),
        (
            "latency wildcard",
            json!([{"type": "service", "subject": "x", "service_latency": {"sampling": 50, "results": "l.*"}}]),
        ),
        (
            "latency of a stream",
            json!([{"type": "stream", "subject": "x", "service_latency": {"sampling": 50, "results": "l"}}]),
        ),
        ("trace of a stream", json!([{"type": "stream", "subject": "x", "allow_trace": true}])),
        ("position", json!([{"type": "stream", "subject": "x.*", "account_token_position": 2}])),
        ("position literal", json!([{"type": "stream", "subject": "x.y", "account_token_position": 2}])),
        ("position far", json!([{"type": "stream", "subject": "x.*", "account_token_position": 3}])),
        ("position wrong", json!([{"type": "stream", "subject": "x.*", "account_token_position": 1}])),
        (
            "revocations",
            json!([{"type": "stream", "subject": "x", "token_req": true, "revocations": {"junk": 5}}]),
        ),
    ]
}

/// Imports of an account from account `b`, which exports `pub.>` and `svc.*` to all and `priv.>` by token.
pub fn imports(own: &str) -> Vec<(&'static str, Value)> {
    let b = public('A', "b");
    let one = |value: Value| {
        let mut import = json!({"type": "stream", "subject": "pub.x", "account": b});
        put(&mut import, value);
        json!([import])
    };
    let service = |subject: &str, local: &str| json!({"type": "service", "subject": subject, "account": b, "local_subject": local});
    vec![
        ("good", one(json!({}))),
        ("a service", json!([service("svc.a", "a")])),
        ("null", json!([Value::Null])),
        ("unknown type", one(json!({"type": "foo"}))),
        ("no account", one(json!({"account": ""}))),
        ("an unknown account", one(json!({"account": public('A', "nobody")}))),
        ("a junk account", one(json!({"account": "junk"}))),
        ("itself", one(json!({"account": own}))),
        ("a blank", one(json!({"subject": "pub.x y"}))),
        ("an empty token", one(json!({"subject": "pub..y"}))),
        ("not exported", one(json!({"subject": "secret"}))),
        ("the other kind", one(json!({"type": "service"}))),
        ("without token", one(json!({"subject": "priv.x"}))),
        ("with a garbage token", one(json!({"token": "garbage"}))),
        ("with a URL for a token", one(json!({"token": "https://example.com/x.jwt"}))),
        ("to", one(json!({"to": "local"}))),
        ("to and local_subject", one(json!({"to": "x", "local_subject": "y"}))),
        ("local_subject", one(json!({"local_subject": "y"}))),
        ("local_subject wildcard lost", one(json!({"subject": "pub.*", "local_subject": "y"}))),
        ("local_subject reference", one(json!({"subject": "pub.*", "local_subject": "y.$1"}))),
        ("local_subject bad reference", one(json!({"subject": "pub.*", "local_subject": "y.$2"}))),
        ("local_subject one full wildcard", one(json!({"subject": "pub.>", "local_subject": "y"}))),
        ("share of a stream", one(json!({"share": true}))),
        ("share of a service", json!([{"type": "service", "subject": "svc.a", "account": b, "share": true}])),
        (
            "trace of a service",
            json!([{"type": "service", "subject": "svc.a", "account": b, "allow_trace": true}]),
        ),
        ("services that overlap", json!([service("svc.a", "l.x"), service("svc.b", "l.*")])),
        ("the same service twice", json!([service("svc.a", "l"), service("svc.b", "l")])),
        (
            "the same stream twice",
            json!([{"type": "stream", "subject": "pub.x", "account": b}, {"type": "stream", "subject": "pub.x", "account": b}]),
        ),
    ]
}

/// The key of an issuer, where this process made it.
pub fn by(claims: &Value) -> Arc<Key> {
    let iss = claims["iss"].as_str().unwrap_or_default();
    signer(iss).unwrap_or_else(|| key('A', "a"))
}

/// A token signed by the issuer that its claims name.
pub fn signed(claims: &Value) -> Token {
    Token::of(&Form::default().sign(&claims.to_string(), &by(claims)))
}
