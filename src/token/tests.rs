//! Against what Go's library answered.

use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::Value;

use super::*;
use crate::nkey::{PublicKey, Role};

struct Vector {
    name: String,
    token: String,
    payload: String,
    jti: String,
    iat: i64,
    reencoded: String,
    role: Role,
    key: SigningKey,
}

impl Vector {
    fn public(&self) -> PublicKey {
        PublicKey::new(self.role, self.key.verifying_key().to_bytes())
    }
}

fn vectors() -> Vec<Vector> {
    let all: Vec<Value> =
        serde_json::from_str(include_str!("../../testdata/go/vectors.json")).expect("testdata is JSON");
    let text = |vector: &Value, name: &str| vector[name].as_str().unwrap_or_default().to_owned();
    all.iter()
        .map(|vector| Vector {
            name: text(vector, "name"),
            token: text(vector, "token"),
            payload: text(vector, "payload"),
            jti: text(vector, "jti"),
            iat: vector["iat"].as_i64().unwrap_or_default(),
            reencoded: text(vector, "go_decode_reencode_json"),
            role: Role::of_letter(
                vector["signer"]["role"].as_str().and_then(|role| role.chars().next()).expect("a role"),
            )
            .expect("a role"),
            key: SigningKey::from_bytes(&[vector["signer"]["byte"].as_u64().expect("a byte") as u8; 32]),
        })
        .collect()
}

/// Tokens of v1 kinds that are gone, and generic ones that `Decode` cannot verify.
const NOT_DECODED: [&str; 4] = ["v1_server", "v1_cluster", "generic", "migrated_v1_generic"];

#[test]
fn go_tokens_decode() {
    for vector in vectors() {
        let decoded = decode(vector.token.as_bytes());
        if NOT_DECODED.contains(&vector.name.as_str()) {
            assert!(decoded.is_err(), "{}", vector.name);
            continue;
        }
        let claims = decoded.unwrap_or_else(|error| panic!("{}: {error}", vector.name));
        let payload = payload(&claims).expect("encodes");
        assert_eq!(String::from_utf8_lossy(&payload), vector.reencoded, "{}", vector.name);
    }
}

#[test]
fn tokens_come_out_of_their_claims_to_the_byte() {
    let mut typed = 0;
    for vector in vectors() {
        let sign = |_: &PublicKey, message: &[u8]| Ok(vector.key.sign(message).to_bytes().to_vec());
        let public = vector.public();
        // v2 by way of the typed claims, which start without what encoding sets.
        if let Ok(mut claims) =
            decode(vector.token.as_bytes()).or_else(|_| decode_generic(vector.token.as_bytes()))
            && !vector.name.starts_with("v1_")
        {
            (claims.data.jti, claims.data.iss, claims.data.iat) = Default::default();
            let token = encode(&mut claims, &public, vector.iat, &sign).expect("encodes");
            assert_eq!(token, vector.token, "{}", vector.name);
            assert_eq!(claims.data.jti, vector.jti, "{}", vector.name);
            typed += 1;
        }
        // Every layout by way of the tree.
        let mut tree = Tree::parse(vector.payload.as_bytes()).expect("a tree");
        tree.remove("/jti");
        // The library of v1 hashed the jti that was there before.
        if vector.name == "v1_user_full_reencoded" {
            let before =
                vectors().into_iter().find(|other| other.name == "v1_user_full").expect("it is there");
            tree.set("/jti", before.jti.into());
        }
        let token = tree.sign(vector.layout(), &public, vector.iat, &sign).expect("signs");
        assert_eq!(token, vector.token, "{}", vector.name);
    }
    assert!(typed >= 20, "{typed}");
}

impl Vector {
    fn layout(&self) -> Layout {
        if self.name.starts_with("v1_") { Layout::V1 } else { Layout::V2 }
    }
}

#[test]
fn json_is_read_as_go_reads_it() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("../../testdata/go/json-behaviour.json"))
        .expect("testdata is JSON");
    // All of them: nobody drops a row unseen.
    assert_eq!(cases.len(), 113);
    for case in &cases {
        let name = case["name"].as_str().expect("a name");
        let answer = case["answer"].as_str().expect("an answer");
        let payload = match case["payload"].as_str() {
            Some(text) => text.as_bytes().to_vec(),
            None => data_encoding::HEXLOWER
                .decode(case["payload_hex"].as_str().expect("a payload").as_bytes())
                .expect("hexadecimal"),
        };
        match load(&payload) {
            Err(error) => assert_eq!(format!("ERR {error}"), answer, "{name}"),
            Ok(loaded) => match super::payload(&loaded.claims) {
                Err(error) => {
                    assert_eq!(format!("OK *jwt.AccountClaims marshalERR {error}"), answer, "{name}")
                }
                Ok(json) => {
                    let json = String::from_utf8(json).expect("UTF-8");
                    match answer.strip_prefix("OK ") {
                        Some(nats) => {
                            assert!(json.ends_with(&format!("\"nats\":{nats}}}")), "{name}: {json}\n{nats}")
                        }
                        None => {
                            assert!(answer.ends_with("signature verification"), "{name}: {json}\n{answer}")
                        }
                    }
                }
            },
        }
    }
}

#[test]
fn a_reading_says_what_go_says_and_more() {
    for vector in vectors() {
        let token = Token::read(vector.token.as_bytes());
        let decoded = decode(vector.token.as_bytes());
        assert_eq!(token.refused, decoded.as_ref().err().cloned(), "{}", vector.name);
        assert_eq!(token.signature, Signature::Valid, "{}", vector.name);
        assert_eq!(token.layout, Some(vector.layout()), "{}", vector.name);
        assert!(
            token.damage.is_empty() && token.claims.is_some() && token.header.is_some(),
            "{}",
            vector.name
        );
    }
}

/// Signs a payload with the key of a repeated byte, whatever the payload says.
fn mint(payload: &str, signed: Signed, byte: u8, role: Role) -> String {
    let key = SigningKey::from_bytes(&[byte; 32]);
    let public = PublicKey::new(role, key.verifying_key().to_bytes());
    let payload = payload.replace("ISS", &public.to_string());
    let sign = |_: &PublicKey, message: &[u8]| Ok(key.sign(message).to_bytes().to_vec());
    assemble(HEADER, payload.as_bytes(), signed, &public, &sign).expect("signs")
}

#[test]
fn what_go_throws_away_is_told() {
    let payload = r#"{"iss":"ISS","sub":"S","extra":[{"a":1}],"nats":{"pub":{},"PUB":{"Allow":["x"]},"type":"user","version":2}}"#;
    let token = Token::read(mint(payload, Signed::HeaderAndPayload, 3, Role::Account).as_bytes());
    assert_eq!(
        token.deviations,
        [
            Deviation::UnknownMember("/extra".into()),
            Deviation::FoldedMember("/nats/PUB/Allow".into()),
            Deviation::FoldedMember("/nats/PUB".into()),
            Deviation::DuplicateMember("/nats/PUB".into()),
        ]
    );
    assert_eq!((token.signature, token.refused), (Signature::Valid, None));
    let draft = Token::read(
        mint(
            r#"{"iss":"ISS","sub":"S","nats":{"type":"user","version":2}}"#,
            Signed::Payload,
            3,
            Role::Account,
        )
        .as_bytes(),
    );
    assert_eq!((draft.signature, draft.layout), (Signature::Valid, Some(Layout::DraftV2)));
    assert_eq!(draft.refused, Some(DecodeError::SignatureV2));
}

#[test]
fn a_damaged_token_is_read_as_far_as_it_goes() {
    let whole = mint(
        r#"{"iss":"ISS","sub":"S","nats":{"type":"user","version":2}}"#,
        Signed::HeaderAndPayload,
        3,
        Role::Account,
    );
    for cut in 0..whole.len() {
        let token = Token::read(&whole.as_bytes()[..cut]);
        assert!(token.refused.is_some(), "{cut}");
        assert_ne!(token.signature, Signature::Valid, "{cut}");
    }
    let token = Token::read(&whole.as_bytes()[..150]);
    assert_eq!(token.claims.expect("salvaged")["iss"].as_str().map(str::len), Some(56));
    assert_eq!(token.damage[0], "there is one dot instead of two: the signature is missing");
}
