use super::*;
use proptest::prelude::*;

const CREDS: &str = include_str!("../../testdata/creds/01_std");
const ACCOUNT: &str = "ACATS5YOVB6ROX2WUNKGNQ2MP3GMXDMKSG2O4N5CLX3A6W4PZGZZIL2R";

fn token() -> &'static str {
    CREDS.lines().nth(1).unwrap()
}

fn seed() -> &'static str {
    CREDS.lines().nth(9).unwrap()
}

fn base64(text: &str) -> String {
    data_encoding::BASE64.encode(text.as_bytes())
}

/// What was found in lines: what it is, its path, whether it stands there as it is.
fn found(text: &str) -> (Kind, Vec<String>) {
    let document = recognise(text.as_bytes());
    let lines = document.parts.iter().map(|part| {
        let what = match part.what {
            What::Token => "token",
            What::Seed => "seed",
            What::PrivateKey => "private",
            What::PublicKey => "public",
        };
        let there = if &text[part.span.clone()] == part.text() { "" } else { "(encoded)" };
        let known = [token(), seed(), ACCOUNT].contains(&part.text());
        assert!(known || part.what != What::Token || text.contains("cut"), "{}", part.text().len());
        [what, &part.at, there].iter().filter(|word| !word.is_empty()).copied().collect::<Vec<_>>().join(" ")
    });
    (document.kind, lines.collect())
}

fn is(text: &str, kind: Kind, parts: &[&str]) {
    assert_eq!(found(text), (kind, parts.iter().map(|part| (*part).to_owned()).collect()), "{text}");
}

fn damage(text: &str) -> Vec<String> {
    recognise(text.as_bytes()).damage.into_iter().map(|damage| damage.message).collect()
}

#[test]
fn tokens_bare_and_dressed() {
    let token = token();
    for text in [
        token.to_owned(),
        format!("{token}\n"),
        format!("\"{token}\""),
        format!("'{token}'\n"),
        format!("\u{feff}{token}\r\n"),
        format!("{token}\n{token}\n").replacen(&format!("{token}\n"), "", 1),
        format!("-----BEGIN NATS ACCOUNT JWT-----\n{token}\n------END NATS ACCOUNT JWT------\n"),
    ] {
        is(&text, Kind::Token, &["token"]);
    }
    is(&format!("{token}\n{token}"), Kind::Token, &["token", "token"]);
    let wrapped = format!("{}\n{}\n{}", &token[..100], &token[100..200], &token[200..]);
    is(&wrapped, Kind::Token, &["token (encoded)"]);
    assert_eq!(damage(&wrapped), ["line ends cut the token into 3 pieces"]);
    assert_eq!(damage(&format!(" \"{token}\" ")), ["the token stands in quotes"]);
    assert_eq!(damage(&format!("\u{feff}{token}")), ["the file begins with a byte order mark"]);
    assert_eq!(damage(token), [] as [&str; 0]);
    assert!(!recognise(token.as_bytes()).parts[0].wrapped);
}

#[test]
fn json_has_paths() {
    let (token, seed) = (token(), seed());
    is(&format!("{{\"jwt\": \"{token}\"}}"), Kind::Json, &["token jwt"]);
    is(
        &format!(r#"[{{"a b": ["{token}", "x {seed} y"]}}, "{token}"]"#),
        Kind::Json,
        &["token [0][\"a b\"][0]", "seed [0][\"a b\"][1]", "token [1]"],
    );
    let cut = format!(r#"{{"cut": "x", "jwt": "{}"#, &token[..200]);
    is(&cut, Kind::Json, &["token"]);
    assert_eq!(damage(&cut), ["the JSON breaks off here"]);
    let quoted = serde_json::to_string(&serde_json::json!({ "c": { "creds": CREDS } })).unwrap();
    is(&quoted, Kind::Json, &["token c.creds", "seed c.creds"]);
    let document = recognise(quoted.as_bytes());
    assert_eq!((document.inner.len(), document.inner[0].kind), (1, Kind::Creds));
    assert_eq!(*document.inner[0].bytes, CREDS.as_bytes());
    assert_eq!(document.damage, []);
}

#[test]
fn credentials_and_keys() {
    let (token, seed) = (token(), seed());
    is(CREDS, Kind::Creds, &["token", "seed"]);
    is(&format!("{token}\n{seed}\n"), Kind::Creds, &["token", "seed"]);
    is(&CREDS.replace("SUAA", "1"), Kind::Creds, &["token", "seed"]);
    is(seed, Kind::Seed, &["seed"]);
    is(&format!("{seed}\n{ACCOUNT}\n"), Kind::Seed, &["seed", "public"]);
    is(ACCOUNT, Kind::PublicKey, &["public"]);
    is(
        &format!("-----BEGIN ACCOUNT NKEY SEED-----\n{seed}\n------END ACCOUNT NKEY SEED------\n"),
        Kind::Seed,
        &["seed"],
    );
    assert_eq!(damage(&CREDS.replace('\n', "\r\n")), ["lines end in CR LF instead of LF, in 13 places"]);
    let user_alone = CREDS.split("\n\n").next().unwrap();
    is(user_alone, Kind::Creds, &["token"]);
    assert_eq!(damage(user_alone), ["there is no seed", "the last line has no line end"]);
}

#[test]
fn configurations_have_paths() {
    let (token, seed) = (token(), seed());
    let text = format!(
        "# {token}\noperator: {token}\nresolver_preload: {{\n  {ACCOUNT}: \"{token}\"\n}}\nleafnodes {{ remotes = [\
         {{ url: nats://x, nkey: {seed} }}] }}\ninclude 'x.conf'\nport: $PORT\n"
    );
    is(
        &text,
        Kind::Config,
        &[
            "token",
            "token operator",
            &format!("token resolver_preload.{ACCOUNT}"),
            "seed leafnodes.remotes[0].nkey",
        ],
    );
    is(&format!("{{\"operator\": \"{token}\", \"port\": 4222}}"), Kind::Config, &["token operator"]);
    is("port: 4222", Kind::Config, &[]);
    is("jetstream {}\n", Kind::Config, &[]);
    let broken = format!("operator: {token}\nresolver_preload: {{\n  {ACCOUNT}: {token}\nport: 4222\n");
    is(&broken, Kind::Config, &["token", "token"]);
    assert!(damage(&broken)[0].starts_with("no server reads this configuration: "));
    is("the port: 4222 is open", Kind::Text, &[]);
}

#[test]
fn the_form_of_the_guides() {
    let text = format!(
        r#"{{"jwt": {{"lookup": "/p/{{{{ACCOUNT}}}}.jwt", "resolver": "file", "sys": "/p/s.jwt", "keys": {{"system": "{ACCOUNT}"}}}}}}"#
    );
    is(&text, Kind::Lookup, &[]);
    is("jwt {\n  lookup: /p/x.jwt\n  resolver: file\n}\nport: 1\n", Kind::Lookup, &[]);
}

#[test]
fn contexts_and_settings() {
    let (token, seed) = (token(), seed());
    let text =
        format!(r#"{{"description": "", "url": "nats://x", "user_jwt": "{token}", "user_seed": "{seed}"}}"#);
    is(&text, Kind::Context, &["token user_jwt", "seed user_seed"]);
    let text = format!(r#"{{"url": "nats://x", "creds": "data:;base64,{}"}}"#, base64(CREDS));
    is(&text, Kind::Context, &["token creds (encoded)", "seed creds (encoded)"]);
    is(r#"{"url": "nats://x", "creds": "/x.creds", "nsc": ""}"#, Kind::Context, &[]);
    is(
        r#"{"store_root":"/s","operator":"O","account":"A","github_updates":"x","last_update":1}"#,
        Kind::NscSettings,
        &[],
    );
    is(r#"{"managed":false,"name":"O","kind":"operator","version":"1"}"#, Kind::NscStore, &[]);
    is(r#"{"name": "x", "url": "y"}"#, Kind::Json, &[]);
}

#[test]
fn packs_have_accounts() {
    let token = token();
    let text = format!("{ACCOUNT}|{token}\n{ACCOUNT}|{}\n\n{ACCOUNT}|{token}", &token[..200]);
    let at = format!("token {ACCOUNT}");
    let document = recognise(text.as_bytes());
    assert_eq!(document.kind, Kind::Pack);
    assert_eq!(
        document.parts.iter().map(|part| format!("token {}", part.at)).collect::<Vec<_>>(),
        [&*at, &at, &at]
    );
}

#[test]
fn manifests_are_looked_into() {
    let encoded = base64(CREDS);
    let text = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\ndata:\n  sys.creds: {encoded}\n  none: bm9uZQ==\n  bad: '%%%'\nstringData:\n  \
         op.jwt: {}\n  more: |\n    {}\n",
        token(),
        CREDS.replace('\n', "\n    ")
    );
    is(
        &text,
        Kind::Kubernetes,
        &[
            "token data[\"sys.creds\"] (encoded)",
            "seed data[\"sys.creds\"] (encoded)",
            "token stringData[\"op.jwt\"]",
            "token stringData.more",
            "seed stringData.more",
        ],
    );
    let document = recognise(text.as_bytes());
    assert_eq!(&text[document.parts[0].span.clone()], encoded);
    assert_eq!(
        document.inner.iter().map(|inner| inner.kind).collect::<Vec<_>>(),
        [Kind::Creds, Kind::Token, Kind::Creds]
    );
    assert_eq!(*document.inner[0].bytes, CREDS.as_bytes());
    assert_eq!(document.damage.len(), 1);
    assert_eq!(document.damage[0].message, "data.bad is no base64");

    let wrapped =
        encoded.as_bytes().chunks(64).map(|line| format!("    {}\n", std::str::from_utf8(line).unwrap()));
    let text = format!("kind: Secret\napiVersion: v1\ndata:\n  c: |\n{}", wrapped.collect::<String>());
    is(&text, Kind::Kubernetes, &["token data.c (encoded)", "seed data.c (encoded)"]);
    let span = recognise(text.as_bytes()).parts[0].span.clone();
    assert_eq!(text[span].split_whitespace().collect::<String>(), encoded);
}

#[test]
fn manifests_of_several_objects_and_of_json() {
    let secret = |name: &str| {
        serde_json::json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": {"c": base64(CREDS)}
        })
    };
    let list = serde_json::json!({"apiVersion": "v1", "kind": "List", "items": [secret("a"), secret("b")]});
    let parts = [
        "token Secret/a: data.c (encoded)",
        "seed Secret/a: data.c (encoded)",
        "token Secret/b: data.c (encoded)",
        "seed Secret/b: data.c (encoded)",
    ];
    is(&serde_json::to_string_pretty(&list).unwrap(), Kind::Kubernetes, &parts);
    is(&serde_yaml_ng::to_string(&list).unwrap(), Kind::Kubernetes, &parts);
    let two = format!(
        "{}---\n{}",
        serde_yaml_ng::to_string(&secret("a")).unwrap(),
        serde_yaml_ng::to_string(&secret("b")).unwrap()
    );
    is(&two, Kind::Kubernetes, &parts);
    let broken = format!("{two}---\n  a: [\n");
    is(&broken, Kind::Kubernetes, &parts);
    assert_eq!(damage(&broken), ["the YAML breaks off here"]);

    let config = format!("operator: {0}\nresolver_preload {{\n  {ACCOUNT}: {0}\n}}\n", token());
    let map = serde_json::json!({"kind": "ConfigMap", "apiVersion": "v1", "data": {"nats.conf": config}});
    let expected = [
        "token data[\"nats.conf\"]: operator",
        &format!("token data[\"nats.conf\"]: resolver_preload.{ACCOUNT}"),
    ];
    is(&serde_json::to_string(&map).unwrap(), Kind::Kubernetes, &expected);
    is(&serde_yaml_ng::to_string(&map).unwrap(), Kind::Kubernetes, &expected);
}

#[test]
fn logs_and_what_is_nothing() {
    let (token, seed) = (token(), seed());
    is(
        &format!("[1] 2026/01/01 [DBG] got {token} from {ACCOUNT}\nnothing\n"),
        Kind::Text,
        &["token", "public"],
    );
    is(&format!("curl -H 'Authorization: Bearer {token}' https://x/{seed}"), Kind::Text, &["token", "seed"]);
    is("", Kind::Empty, &[]);
    is(" \n\t\r\n", Kind::Empty, &[]);
    is("hello", Kind::Text, &[]);
    assert_eq!(recognise(b"\x7fELF\x02\x01\x01\0\0\0\0\0").kind, Kind::Binary);
}

#[test]
fn kinds_have_words_of_their_own() {
    let kinds = [
        Kind::Empty,
        Kind::Token,
        Kind::Creds,
        Kind::Seed,
        Kind::PublicKey,
        Kind::Config,
        Kind::Lookup,
        Kind::Context,
        Kind::Pack,
        Kind::Kubernetes,
        Kind::NscSettings,
        Kind::NscStore,
        Kind::Json,
        Kind::Text,
        Kind::Binary,
    ];
    let words: std::collections::BTreeSet<_> = kinds.iter().map(|kind| kind.word()).collect();
    let titles: std::collections::BTreeSet<_> = kinds.iter().map(|kind| kind.title()).collect();
    assert_eq!((words.len(), titles.len()), (kinds.len(), kinds.len()));
}

#[test]
fn values_in_values_come_to_an_end() {
    let mut text = CREDS.to_owned();
    for _ in 0..8 {
        text = format!("apiVersion: v1\nkind: Secret\ndata:\n  c: {}\n", base64(&text));
    }
    assert_eq!(recognise(text.as_bytes()).parts.len(), 0);
    for hostile in [
        "[".repeat(200_000),
        "{\"a\":".repeat(100_000),
        "a: {".repeat(100_000),
        "apiVersion: v1\nkind: x\n".repeat(5000),
    ] {
        recognise(hostile.as_bytes());
    }
}

#[test]
fn long_keys_are_told_short() {
    let text = format!("{{\"{}\": {{\"{}\": [\"{}\"]}}}}", "k".repeat(100_000), "a b".repeat(1000), token());
    let document = recognise(text.as_bytes());
    assert!(document.parts[0].at.starts_with("[\"kkkk") && document.parts[0].at.len() < 600);
}

/// Pieces of all the files above.
fn pasted() -> impl Strategy<Value = Vec<u8>> {
    let pieces = vec![
        token().to_owned(),
        token()[..150].to_owned(),
        seed().into(),
        ACCOUNT.into(),
        CREDS.into(),
        base64(CREDS),
        "apiVersion: v1\nkind: Secret\ndata:\n  x: ".into(),
        "---\n".into(),
        "kind: List\nitems:\n- ".into(),
        "{\"".into(),
        "\":\"".into(),
        "\"}".into(),
        "operator: ".into(),
        "resolver_preload {\n".into(),
        "data:;base64,".into(),
        "|".into(),
        "\n".into(),
        "\\n".into(),
        "  ".into(),
        "jwt".into(),
        "lookup".into(),
        "[".into(),
        "]".into(),
        "\u{feff}".into(),
        "é".into(),
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..25).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #[test]
    fn prop_any_bytes_are_recognised(bytes in prop_oneof![pasted(), prop::collection::vec(any::<u8>(), 0..300)]) {
        let document = recognise(&bytes);
        let mut before = 0;
        for part in &document.parts {
            prop_assert!(part.span.start >= before && part.span.start <= part.span.end && part.span.end <= bytes.len(), "{part:?}");
            prop_assert!(!part.text().is_empty());
            before = part.span.start;
        }
        let mut before = 0;
        for damage in &document.damage {
            prop_assert!(damage.span.start >= before && damage.span.start <= damage.span.end && damage.span.end <= bytes.len(), "{damage:?}");
            before = damage.span.start;
        }
        for inner in &document.inner {
            prop_assert!(inner.span.start <= inner.span.end && inner.span.end <= bytes.len(), "{inner:?}");
        }
        if document.kind == Kind::Empty {
            prop_assert!(document.parts.is_empty());
        }
    }

    #[test]
    fn prop_a_token_is_found_in_any_text(front in "[ a-z:\n\"'{}=]{0,30}", back in "[ \n\"'{},]{0,30}") {
        let text = format!("{front}\n{}{back}", token());
        let document = recognise(text.as_bytes());
        prop_assert!(document.tokens().any(|part| part.text() == token()), "{text}");
    }
}

#[test]
fn a_line_of_strange_bytes_is_no_value() {
    let document = recognise(
        b"-----BEGIN USER NKEY SEED-----\n\x92\x92\x92\n-----BEGIN USER NKEY SEED-----\nSVQSSWJH\n",
    );
    assert!(document.parts.iter().all(|part| !part.text().is_empty()), "{:?}", document.parts);
}
