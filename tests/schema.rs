//! Does the JSON that comes out have the shape that the committed schemas state?

#![allow(clippy::disallowed_methods)]

mod common;

use common::jwtfix;
use jwtfix::nkey::{PublicKey, Role, Seed};
use jwtfix::token::{Body, Claims, ClaimsData, encode};
use serde_json::Value;

fn hold(schema: &str, arguments: &[&str]) -> Value {
    let path = format!("{}/docs/schema/{schema}", env!("CARGO_MANIFEST_DIR"));
    let schema: Value =
        serde_json::from_str(&std::fs::read_to_string(&path).expect("the schema is there")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let output = jwtfix(arguments).run().json();
    let errors: Vec<String> =
        validator.iter_errors(&output).map(|error| format!("{} at {}", error, error.instance_path)).collect();
    assert!(errors.is_empty(), "{arguments:?}\n{}", errors.join("\n"));
    output
}

#[test]
fn inspect() {
    let output = hold("inspect-v1.json", &["inspect", "--format", "json", "testdata", "fuzz/seeds/inspect"]);
    let documents = output["documents"].as_array().expect("a list");
    assert!(documents.len() > 100, "{}", documents.len());
    assert!(
        documents.iter().any(|document| document["findings"].as_array().is_some_and(|all| !all.is_empty()))
    );
    assert!(
        documents
            .iter()
            .any(|document| document["tokens"][0]["chain"].as_array().is_some_and(|all| all.len() == 3))
    );
}

#[test]
fn diff() {
    for sides in [
        ["testdata/acme", "testdata/acme/jwt"],
        ["testdata/acme", "testdata/rules"],
        ["testdata/acme", "testdata/acme"],
    ] {
        let output = hold("diff-v1.json", &["diff", "--format", "json", sides[0], sides[1]]);
        assert_eq!(output["differ"], sides[1] == "testdata/rules", "{sides:?}");
    }
}

#[test]
fn plan() {
    let reissue = |more: &[&str]| {
        let arguments =
            ["reissue", "--format", "json", "--all", "testdata/acme", "--kind", "account", "--kind", "user"];
        hold("plan-v1.json", &[&arguments[..], more].concat())
    };
    let failed = reissue(&[]);
    assert!(failed["failed"][0]["keys"].as_array().is_some_and(|keys| !keys.is_empty()));
    let planned = reissue(&["--sign-with", "false", "--expires", "+1d"]);
    assert!(planned["steps"].as_array().is_some_and(|steps| steps.len() >= 5), "{planned}");
}

#[test]
fn check() {
    let conf = "testdata/acme/nats.conf";
    let check = |more: &[&str]| {
        let arguments = ["check", "--format", "json", "--at", "2026-11-24", "--server"];
        hold("check-v1.json", &[&arguments[..], more].concat())
    };
    let alone = check(&[conf]);
    assert_eq!((&alone["server"]["verdict"], &alone["results"]), (&"starts".into(), &serde_json::json!([])));
    let accepted = check(&[conf, "testdata/acme/alice.creds", "testdata/acme/carol.creds"]);
    assert_eq!(accepted["results"][0]["verdict"], "accept");
    assert_eq!(accepted["results"][0]["granted"]["account_name"], "ORDERS");
    // A person wants to know of every gate that refuses: the way, the signature, the account.
    let refused = check(&[conf, "--via", "mqtt", "--account", "Order", "testdata/creds/22_jwt_only"]);
    let result = &refused["results"][0];
    assert_eq!(result["verdict"], "refuse");
    let steps = result["steps"].as_array().expect("a list");
    assert!(steps.iter().filter(|step| step["outcome"] == "refuse").count() >= 3, "{steps:?}");
    assert!(result["causes"].as_array().is_some_and(|causes| !causes.is_empty()), "{result}");
    // What the files do not say is never a pass.
    let unknown = check(&["testdata/check/url.conf", "testdata/acme/alice.creds"]);
    assert_eq!(unknown["results"][0]["verdict"], "unknown");
    assert!(unknown["results"][0]["missing"].as_array().is_some_and(|missing| !missing.is_empty()));
    let fails = check(&["testdata/check/typo.conf", "testdata/acme/alice.creds"]);
    assert_eq!(
        (&fails["server"]["verdict"], &fails["results"][0]["gate"]),
        (&"fails".into(), &"CFG-0".into())
    );
    assert_eq!(fails["server"]["findings"][0]["code"], "config-refused");
}

#[test]
fn recovery() {
    let output = hold(
        "recovery-v1.json",
        &["recover", "--format", "json", "testdata/acme", "testdata/creds", "testdata/broken"],
    );
    let files = output["files"].as_array().expect("a list");
    for (member, value) in [("what", "token"), ("what", "creds"), ("what", "mark"), ("aside", "refused")] {
        assert!(files.iter().any(|file| file[member] == value), "{member} {value}");
    }
    assert!(output["missing"].as_array().is_some_and(|all| !all.is_empty()));
}

#[test]
fn fixes() {
    let fix = |more: &[&str]| hold("plan-v1.json", &[&["fix", "--format", "json"][..], more].concat());
    let planned = fix(&["testdata/creds", "testdata/acme"]);
    assert!(planned["files"].as_array().is_some_and(|files| files.len() > 25), "{planned}");
    assert_eq!(planned["refused"].as_array().map(Vec::len), Some(2), "half of two credentials is missing");
    assert!(planned["proof"]["before"].as_u64() > planned["proof"]["after"].as_u64());
    // An account that allows no connections.
    let (account, operator) = (Seed::generate(Role::Account), Seed::generate(Role::Operator));
    let data = ClaimsData { sub: account.public().to_string(), ..ClaimsData::default() };
    let body = Body::Account(Box::default());
    let mut claims = Claims { data, claim_type: String::new(), tags: Vec::new(), version: 2, body };
    let sign = |_: &PublicKey, message: &[u8]| Ok(operator.sign(message).expect("signs").to_vec());
    let text = encode(&mut claims, &operator.public(), 1_700_000_000, &sign).expect("encoded");
    let limits = tempfile::NamedTempFile::new().expect("a scratch file");
    std::fs::write(limits.path(), text).expect("written");
    let held = fix(&[limits.path().to_str().expect("UTF-8")]);
    assert!(held["held_fixes"].as_array().is_some_and(|held| !held.is_empty()), "{held}");
}

#[test]
fn can() {
    let can = |words: &[&str]| {
        let arguments =
            ["can", "--format", "json", "--at", "2026-11-24", "--server", "testdata/acme/nats.conf"];
        hold("can-v1.json", &[&arguments[..], words].concat())["answers"][0].clone()
    };
    let allowed = can(&["testdata/acme/alice.creds", "pub", "orders.requests"]);
    assert_eq!((&allowed["allowed"], &allowed["scope"]["role"]), (&"allowed".into(), &"reader".into()));
    let denied = can(&["testdata/acme/alice.creds", "sub", "billing.>", "--queue", "q"]);
    assert_eq!((&denied["allowed"], &denied["list"]), (&"denied".into(), &"sub.allow".into()));
    let unknown = can(&["testdata/acme/acme.jwt", "pub", "a"]);
    assert_eq!((&unknown["allowed"], &unknown["connects"]["verdict"]), (&"unknown".into(), &"refuse".into()));
}
