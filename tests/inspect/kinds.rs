//! What a file is, told by its content alone: every kind that credentials lie around in.

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::common::jwtfix;
use crate::{CREDS, NOW, document, seed, token, write};

const USER: &str = "UDWUSKGGFDI4FRXK5EBTRECZSVQSSWJHHJOGH6JWG3AUMFFMQ435C2U4";
const ACCOUNT: &str = "ACATS5YOVB6ROX2WUNKGNQ2MP3GMXDMKSG2O4N5CLX3A6W4PZGZZIL2R";

fn account_token() -> &'static str {
    include_str!("../../testdata/acme/jwt/ADWP4TM6PZG2GHGCPG2LB3LGWOQW4D5UAVENERI4X65S3CP7N2JB3KIP.jwt")
        .trim()
}

/// Kind of the file, kinds of its tokens with the names that lead to them, forms of its keys.
fn told(document: &Value) -> (String, Vec<String>, Vec<String>) {
    let list = |name: &str| document[name].as_array().expect("a list").iter();
    let tokens = list("tokens").map(|token| match token["within"].as_str() {
        Some(within) => format!("{} {within}", token["kind"].as_str().expect("a kind")),
        None => token["kind"].as_str().expect("a kind").to_owned(),
    });
    let tokens = tokens.collect();
    let keys = list("keys").map(|key| format!("{} {}", key["role"], key["form"]).replace('"', "")).collect();
    (document["kind"].as_str().expect("a kind").to_owned(), tokens, keys)
}

/// A file's name and text; its kind, its tokens and its keys as [`told`] says them.
type Case<'a> = (&'a str, String, &'a str, &'a [&'a str], &'a [&'a str]);

#[test]
fn every_kind_of_file() {
    let root = tempfile::tempdir().expect("a directory");
    let (token, seed) = (token(), seed());
    let wrapped: String =
        token.as_bytes().chunks(64).map(|part| format!("{}\n", String::from_utf8_lossy(part))).collect();
    let encoded = BASE64.encode(CREDS.as_bytes());
    let cases: &[Case<'_>] = &[
        ("bare", format!("{token}\n"), "token", &["user"], &[]),
        ("quoted", format!("\"{token}\""), "token", &["user"], &[]),
        ("wrapped", wrapped, "token", &["user"], &[]),
        ("in JSON", format!("{{\"jwt\":\"{token}\"}}"), "json", &["user jwt"], &[]),
        (
            "marked",
            format!(
                "-----BEGIN NATS ACCOUNT JWT-----\n{}\n------END NATS ACCOUNT JWT------\n",
                account_token()
            ),
            "token",
            &["account"],
            &[],
        ),
        ("creds", CREDS.to_owned(), "creds", &["user"], &["user seed"]),
        ("seed.nk", format!("{seed}\n"), "seed", &[], &["user seed"]),
        ("public", format!("{USER}\n"), "public-key", &[], &["user public-key"]),
        ("pack", format!("{ACCOUNT}|{}\n", account_token()), "pack", &[&format!("account {ACCOUNT}")], &[]),
        ("log", format!("[7] 2026/11/23 15:00:00 [ERR] cid:5 - jwt {token} - no\n"), "text", &["user"], &[]),
        (
            "nats.conf",
            format!(
                "operator: {}\nresolver: MEMORY\nresolver_preload {{\n  ADWP4TM6PZG2GHGCPG2LB3LGWOQW4D5UAVENERI4X65S3CP7N2JB3KIP: \"{}\"\n}}\n",
                include_str!("../../testdata/acme/acme.jwt").trim(),
                account_token()
            ),
            "config",
            &[
                "operator operator",
                "account resolver_preload.ADWP4TM6PZG2GHGCPG2LB3LGWOQW4D5UAVENERI4X65S3CP7N2JB3KIP",
            ],
            &[],
        ),
        (
            "context.json",
            json!({"description": "prod", "url": "nats://h", "user_jwt": token, "user_seed": seed})
                .to_string(),
            "context",
            &["user user_jwt"],
            &["user seed"],
        ),
        (
            "secret.yaml",
            format!(
                "apiVersion: v1\nkind: Secret\nmetadata:\n  name: nats\ndata:\n  user.creds: {encoded}\nstringData:\n  user.jwt: {token}\n"
            ),
            "kubernetes",
            &["user data[\"user.creds\"]", "user stringData[\"user.jwt\"]"],
            &["user seed"],
        ),
        (
            "secret.json",
            json!({"apiVersion": "v1", "kind": "Secret", "data": {"user.creds": encoded}}).to_string(),
            "kubernetes",
            &["user data[\"user.creds\"]"],
            &["user seed"],
        ),
    ];
    for (name, text, kind, tokens, keys) in cases {
        let path = root.path().join(name);
        write(&path, text);
        let (found, found_tokens, found_keys) = told(&document(&path));
        assert_eq!(
            (found.as_str(), found_tokens),
            (*kind, tokens.iter().map(|t| (*t).to_owned()).collect()),
            "{name}"
        );
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        assert!(
            found_keys.len() >= keys.len() && keys.iter().all(|key| found_keys.contains(key)),
            "{name}: {found_keys:?}"
        );
        // The same by standard input, where there is no name at all.
        let said = jwtfix(["inspect", "--format", "json", "-"]).stdin(text.as_bytes()).run().json();
        assert_eq!(said["documents"][0]["kind"], *kind, "{name}");
    }
}

#[test]
fn stores_and_keystores_of_nsc_old_and_new_and_resolvers_of_all_layouts() {
    let root = tempfile::tempdir().expect("a directory");
    let operator = include_str!("../../testdata/acme/acme.jwt");
    let subject = "ADWP4TM6PZG2GHGCPG2LB3LGWOQW4D5UAVENERI4X65S3CP7N2JB3KIP";
    let files: &[(&str, String)] = &[
        ("stores/acme/.nsc", r#"{"managed":false,"name":"acme","kind":"operator","version":"1"}"#.into()),
        ("stores/acme/acme.jwt", operator.into()),
        ("stores/acme/accounts/ORDERS/ORDERS.jwt", account_token().into()),
        ("stores/acme/accounts/ORDERS/users/u.jwt", token().into()),
        (&format!("nkeys/keys/U/DW/{USER}.nk"), seed().into()),
        ("nkeys/creds/acme/ORDERS/u.creds", CREDS.into()),
        // Before nsc 2.2.
        (".nkeys/acme/accounts/ORDERS/users/u.nk", seed().into()),
        (".nkeys/acme/accounts/ORDERS/users/u.creds", CREDS.into()),
        (&format!("flat/{subject}.jwt"), account_token().into()),
        (&format!("sharded/IP/{subject}.jwt"), account_token().into()),
        (&format!("flat/{subject}.jwt.deleted"), account_token().into()),
    ];
    for (path, text) in files {
        write(&root.path().join(path), text);
    }
    let path = root.path().to_str().expect("UTF-8");
    let said = jwtfix(["inspect", "--at", NOW, "--format", "json", path]).run().json();
    let documents = said["documents"].as_array().expect("a list");
    // The mark of a store has nothing to show.
    assert_eq!(documents.len(), files.len() - 1, "{documents:#?}");
    let accounts = documents.iter().filter(|document| document["tokens"][0]["kind"] == "account").count();
    assert_eq!(accounts, 4);
    let human = jwtfix(["inspect", "--at", NOW, path]).run();
    human
        .says(&format!("{USER}.nk: seed of user without a name"))
        .says(".jwt.deleted: account \"ORDERS\" of operator \"acme\"")
        .says("10 files: 1 operator, 1 account, 1 user, 1 seed; ");
    jwtfix(["keys", path])
        .run()
        .exits(0)
        .says(&format!("user      {USER}\n  is         user without a name\n"))
        .says("seed in    ")
        .says(".nkeys/acme/accounts/ORDERS/users/u.nk");
}

#[test]
fn every_kind_and_layout_of_token() {
    let vectors: Vec<Value> =
        serde_json::from_str(include_str!("../../testdata/go/vectors.json")).expect("JSON");
    assert_eq!(vectors.len(), 31);
    for vector in &vectors {
        let name = vector["name"].as_str().expect("a name");
        let text = vector["token"].as_str().expect("a token");
        let said = jwtfix(["inspect", "--at", NOW, "--format", "json", "-"]).stdin(text).run().json();
        let token = &said["documents"][0]["tokens"][0];
        assert_eq!(token["signature"], "valid", "{name}");
        assert_eq!(token["layout"], if name.starts_with("v1_") { "v1" } else { "v2" }, "{name}");
        let plain = name.trim_start_matches("migrated_").trim_start_matches("v1_");
        let kind = match plain.split('_').next().expect("a word") {
            "authreq" => "authorization_request",
            "authresp" => "authorization_response",
            kind => kind,
        };
        assert_eq!(token["kind"], kind, "{name}");
        assert_eq!(
            token["go_error"].is_null(),
            !["server", "cluster", "generic"].contains(&kind) || name == "v1_generic",
            "{name}: {}",
            token["go_error"]
        );
        let human = jwtfix(["inspect", "--at", NOW, "-"]).stdin(text).run();
        let words = match kind {
            "authorization_request" => "User key: ",
            "authorization_response" => "Answer: ",
            "activation" => "Allows: import of ",
            "operator" => "Signing keys: ",
            "account" => "JetStream: ",
            "user" => "Expires: ",
            _ => "",
        };
        human.says(words);
    }
}

#[test]
fn what_clients_make_of_every_shape_of_credentials() {
    let shapes =
        std::fs::read_dir("testdata/creds").expect("there").map(|entry| entry.expect("an entry").path());
    let mut shapes: Vec<_> = shapes.filter(|path| path.extension().is_none()).collect();
    shapes.sort();
    assert_eq!(shapes.len(), 31);
    let mut outcomes = std::collections::BTreeMap::<String, usize>::new();
    for path in &shapes {
        let document = document(path);
        for client in document["clients"].as_array().into_iter().flatten() {
            *outcomes.entry(client["outcome"].as_str().expect("a word").to_owned()).or_default() += 1;
        }
        let deviant = document["findings"]
            .as_array()
            .expect("a list")
            .iter()
            .any(|finding| finding["code"] != "secret-readable");
        let standard =
            path.ends_with("01_std") || path.ends_with("28_empty") || path.ends_with("22_jwt_only");
        assert!(deviant || standard, "{}: nothing is said", path.display());
    }
    for outcome in ["reads", "breaks", "leaks-seed", "hangs"] {
        assert!(outcomes.get(outcome).is_some_and(|&number| number > 2), "{outcomes:?}");
    }
    jwtfix(["inspect", "testdata/creds/06_wrapped_jwt"])
        .run()
        .exits(1)
        .says("Clients: ✗ nats-server leafnode, nats.rs, nats.js, nats.py, nats.java, nats.net cannot read it\n")
        .says("✗ nsc, nats.go, nats.c send the seed to the server instead of the token\n")
        .says("error[creds-seed-sent-as-jwt]");
}
