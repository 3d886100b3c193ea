//! What stands in a token, or in a file of credentials, that no decoder refuses and somebody should know?

use super::{Edit, Finding, Fix, Place, rule};
use crate::file::creds::{Client, Outcome};
use crate::nkey::{Role, go};
use crate::token::{Body, Claims, DecodeError, Kind, Layout, Token, UserScope};

fn note(code: &'static str, message: impl Into<String>, place: Place) -> Finding {
    Finding::new(rule(code).expect("a test asserts that every code named here has a rule"), message, place)
}

/// How a token that Go decodes is written.
pub(super) fn spelling(token: &Token, place: &Place) -> Vec<Finding> {
    if token.decoded.is_none() {
        return Vec::new();
    }
    type_twice(token, place).into_iter().chain(algorithm(token, place)).collect()
}

/// What a token that Go decodes says.
pub fn notes(token: &Token, place: &Place) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(claims) = &token.decoded else { return findings };
    findings.extend(role_missed(claims).map(|role| subject_role(claims, role, place.clone())));
    match &claims.body {
        Body::User(user) if user.permissions.bearer_token => findings.push(note(
            "user-bearer",
            "this user is a bearer: its token alone is enough to connect",
            place.clone().at("/nats/bearer_token").showing("true").saying("no seed is asked for"),
        )),
        Body::Account(account) => {
            let scopes = account.signing_keys.values().flatten();
            findings.extend(scopes.filter_map(|scope| zero_lost(scope, || place.clone())));
        }
        _ => {}
    }
    findings
}

/// The role that a token's subject should have and has not. Go's library asks for it when it encodes a token, and never
/// when it decodes one.
pub(super) fn role_missed(claims: &Claims) -> Option<Role> {
    let role = match claims.kind() {
        Kind::Operator => Role::Operator,
        Kind::Account | Kind::Activation => Role::Account,
        Kind::User => Role::User,
        Kind::AuthorizationRequest | Kind::AuthorizationResponse | Kind::Generic => return None,
    };
    (!go::is_public(role, &claims.data.sub)).then_some(role)
}

pub(super) fn subject_role(claims: &Claims, role: Role, place: Place) -> Finding {
    let article = if matches!(role, Role::Account | Role::Operator) { "an" } else { "a" };
    let message =
        format!("the subject of this {} is not {article} {}'s public key", claims.kind().word(), role.word());
    let label = format!("not {article} {}'s key", role.word());
    let place = place.at("/sub").showing(claims.data.sub.as_str());
    note("token-subject-role-wrong", message, place.saying(label))
}

fn type_twice(token: &Token, place: &Place) -> Option<Finding> {
    let word = |pointer| token.claims.as_ref()?.pointer(pointer)?.as_str().filter(|word| !word.is_empty());
    let (outer, inner) = (word("/type")?, word("/nats/type")?);
    // In an activation of the first layout `nats.type` is the kind of import.
    let is_import = outer == Kind::Activation.word() && matches!(inner, "stream" | "service");
    (!is_import).then(|| {
        note(
            "token-type-twice",
            "the token says its kind at the top level and in nats: the one at the top level wins",
            place.clone().at("/type").showing(outer).saying("makes it a token of the old layout"),
        )
        .and(place.clone().at("/nats/type").showing(inner).saying("not looked at"))
    })
}

fn algorithm(token: &Token, place: &Place) -> Option<Finding> {
    let written = token.header.as_ref()?.get("alg")?.as_str()?;
    let usual = match token.layout? {
        Layout::V1 => "ed25519",
        Layout::V2 => "ed25519-nkey",
        Layout::DraftV2 => return None,
    };
    (!written.eq_ignore_ascii_case(usual)).then(|| {
        let message = format!("the header names {written}, and tokens of this layout name {usual}");
        note("token-algorithm-mismatch", message, place.clone())
    })
}

/// A limit of zero in a scope of the token at `place`.
pub(super) fn zero_lost(scope: &UserScope, place: impl Fn() -> Place) -> Option<Finding> {
    let template = &scope.template;
    let limits = [("subs", template.subs), ("data", template.data), ("payload", template.payload)];
    let (name, _) = limits.into_iter().find(|(_, limit)| *limit == 0)?;
    let message = format!(
        "{name} is 0 in this scope, and Go's library makes it unlimited when it writes the account again"
    );
    let place = place().at(format!("{}/template/{name}", scope.pointer())).showing("0");
    Some(note("scope-limit-zero-lost", message, place.saying("lost with the next edit")))
}

/// What the halves of a credentials file are, and which clients give its seed away.
pub fn creds_contents(
    token: Option<&Token>,
    seed: Option<Role>,
    clients: &[(Client, Outcome)],
    place: &Place,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let readable = |token: &&Token| token.refused.as_ref().is_none_or(DecodeError::is_about_the_signer);
    if let Some(token) = token.filter(readable).filter(|token| token.kind() != Some(Kind::User)) {
        let message = format!("the token in this file is of kind {}, and clients need a user's", token.kind);
        findings.push(note("creds-not-user-jwt", message, place.clone()));
    }
    if let Some(role) = seed.filter(|role| *role != Role::User) {
        let message =
            format!("the seed in this file is of kind {}: who has it can sign with it", role.word());
        findings.push(note("creds-seed-type", message, place.clone()));
    }
    for (outcome, code, what) in [
        (Outcome::LeaksSeed, "creds-seed-sent-as-jwt", "the seed in this file"),
        (Outcome::LeaksFile, "creds-whole-file-sent-as-jwt", "this whole file, the seed in it,"),
    ] {
        let names: Vec<&str> = clients.iter().filter(|(_, o)| *o == outcome).map(|(c, _)| c.name()).collect();
        if !names.is_empty() {
            findings.push(
                note(
                    code,
                    format!("{} would send {what} to the server in place of the token", names.join(", ")),
                    place.clone(),
                )
                .fix(Fix::safe(
                    "write it in the canonical form",
                    place,
                    [Edit::CanonicalCreds],
                )),
            );
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::creds;
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as B64};

    fn read(header: &str, payload: &str) -> Token {
        Token::read(
            format!("{}.{}.{}", B64.encode(header), B64.encode(payload), B64.encode([0; 64])).as_bytes(),
        )
    }

    fn found(header: &str, payload: &str) -> Vec<(&'static str, String)> {
        let (token, place) = (read(header, payload), Place::file("f"));
        let findings = [notes(&token, &place), spelling(&token, &place)].concat();
        let pointer = |f: &Finding| f.places[0].pointer.clone().unwrap_or_default();
        findings.iter().map(|f| (f.code(), pointer(f))).collect()
    }

    const USER: &str = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";

    #[test]
    fn codes_of_tokens() {
        let (v2, v1) = (crate::token::HEADER, r#"{"typ":"jwt","alg":"ed25519"}"#);
        let user = format!(r#"{{"sub":"{USER}","nats":{{"type":"user","version":2}}}}"#);
        assert_eq!(found(v2, &user), []);
        assert_eq!(found(v1, &user), [("token-algorithm-mismatch", String::new())]);
        let odd = r#"{"sub":"x","nats":{"bearer_token":true,"type":"user","version":2}}"#;
        let want = [("token-subject-role-wrong", "/sub"), ("user-bearer", "/nats/bearer_token")];
        assert_eq!(found(v2, odd), want.map(|(code, at)| (code, at.to_owned())));
        let twice = format!(r#"{{"sub":"{USER}","type":"user","nats":{{"type":"user","version":2}}}}"#);
        assert_eq!(found(v1, &twice), [("token-type-twice", "/type".to_owned())]);
        let account = r#"{"nats":{"signing_keys":["A",{"kind":"user_scope","key":"B","template":{"payload":0}}],
            "type":"account","version":2}}"#;
        let codes = found(v2, account);
        assert_eq!(codes[1], ("scope-limit-zero-lost", "/nats/signing_keys/1/template/payload".to_owned()));
        let activation = r#"{"sub":"x","type":"activation","nats":{"type":"stream","subject":"a"}}"#;
        assert_eq!(found(v1, activation), [("token-subject-role-wrong", "/sub".to_owned())]);
    }

    #[test]
    fn codes_of_credentials() {
        let seed = crate::nkey::Seed::generate(Role::User);
        let leaky = format!(
            "-----BEGIN NATS USER JWT-----\neyJ\n\nx\n\n-----BEGIN USER NKEY SEED-----\n{}\n------END USER NKEY SEED------\n",
            seed.expose().as_str()
        );
        let account = read(crate::token::HEADER, r#"{"nats":{"type":"account","version":2}}"#);
        let clients = creds::clients(leaky.as_bytes());
        let findings = creds_contents(Some(&account), Some(Role::Account), &clients, &Place::file("f"));
        let codes: Vec<_> = findings.iter().map(Finding::code).collect();
        assert_eq!(codes, ["creds-not-user-jwt", "creds-seed-type", "creds-seed-sent-as-jwt"]);
        assert!(findings[2].message.contains("nats.go"), "{}", findings[2].message);
        assert!(!findings[2].message.contains(seed.expose().as_str()));
        let whole = [(Client::Go, Outcome::LeaksFile), (Client::C, Outcome::Reads)];
        let findings = creds_contents(None, Some(Role::User), &whole, &Place::file("f"));
        let codes: Vec<_> = findings.iter().map(Finding::code).collect();
        assert_eq!(codes, ["creds-whole-file-sent-as-jwt"]);
    }
}
