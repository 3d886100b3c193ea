//! What is wrong with a token, a key, a credentials file or a chain, as they were read? The floors below say it as facts;
//! here each fact gets its rule, its words and what to do.

use super::{Edit, Finding, Fix, Place, Rule, Safety, Severity};
use crate::file::creds;
use crate::nkey::{Identity, Reading};
use crate::server::options::SubjectPermission;
use crate::server::terms::not_zero;
use crate::token::{
    DecodeError, Deviation, Layout, Signature, Token, UserPermissionLimits, instant, validate,
};
use crate::trust::{Chain, Link, Signer, Trusted};

/// A rule that this module names: the test below holds that each is there.
fn rule(code: &'static str) -> &'static Rule {
    super::rule(code).expect("a test asserts that every code named here has a rule")
}

/// Everything that is wrong with a token by itself, at the Unix second `now`. `place` is the token's.
pub fn token(token: &Token, place: &Place, now: i64) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(error) = &token.refused {
        findings.push(refused(token, error, place));
    }
    findings.extend(spelling(token, place));
    if let Some(claims) = &token.decoded {
        findings.extend(super::issues(token, &validate(claims, now), place));
    }
    findings.extend(super::notes(token, place));
    findings
}

/// How a token is written, whatever it says.
pub fn spelling(token: &Token, place: &Place) -> Vec<Finding> {
    let mut findings = Vec::new();
    if token.layout == Some(Layout::V1) && token.refused.is_none() {
        findings.push(
            Finding::new(
                rule("token-layout-v1"),
                format!("this {} is in the layout of version 1", token.kind),
                place.clone().saying("version 1"),
            )
            .fix(resign("write it in the layout of version 2 and sign it", token, place)),
        );
    }
    findings.extend(token.deviations.iter().map(|deviation| {
        let title = match deviation {
            Deviation::DuplicateMember(_) | Deviation::FoldedMember(_) => {
                "write it as servers read it and sign it"
            }
            Deviation::Jti(_) => "sign it again, with the jti that Go's library writes",
            _ => return deviant(deviation, place),
        };
        deviant(deviation, place).fix(resign(title, token, place))
    }));
    if let Some(claims) = &token.decoded
        && let Some(length) = crate::nkey::go::panics_before_0_4_16(&claims.data.iss)
    {
        findings.push(
            Finding::new(
                rule("key-truncated"),
                format!("the issuer is a key of {length} bytes with a valid checksum"),
                place.clone().at("/iss").showing(claims.data.iss.as_str()).saying("not 32 bytes"),
            )
            .help("servers built with nkeys before 0.4.16 crash on it: keep this token away from them"),
        );
    }
    findings.extend(super::notes::spelling(token, place));
    findings
}

/// Why Go's `Decode` refuses it.
fn refused(token: &Token, error: &DecodeError, place: &Place) -> Finding {
    let words = error.to_string();
    let line = match token.kind.as_str() {
        "user" => format!("User JWT not valid: {words}"),
        _ => words.clone(),
    };
    let at = |pointer: &str, text: Option<&str>, label: &str| {
        let place = place.clone().at(pointer).saying(label);
        match text {
            Some(text) => place.showing(text),
            None => place,
        }
    };
    let written = |pointer: &str| token.claims.as_ref().and_then(|claims| claims.pointer(pointer)?.as_str());
    let (code, message, place, help) = match error {
        DecodeError::TooLarge(size) => (
            "token-too-large",
            format!("the token has {size} bytes, more than the 1048576 that Go's library reads"),
            place.clone(),
            "take imports, exports or revocations out of it",
        ),
        DecodeError::Chunks => (
            "token-truncated",
            "the token is not header, payload and signature with a dot between".to_owned(),
            place.clone(),
            "copy the token again: a part of it is missing or was joined to other text",
        ),
        DecodeError::Base64 { chunk, at } => (
            "token-not-base64",
            format!("the {} is not base64 from its byte {at} on", ["header", "payload", "signature"][*chunk]),
            place.clone(),
            "copy the token again: a character in it is not one of A-Z a-z 0-9 - _",
        ),
        DecodeError::HeaderJson(_) | DecodeError::Type(_) | DecodeError::Algorithm(_) => (
            "token-header-invalid",
            format!("the header is not that of a NATS token: {words}"),
            place.clone(),
            "issue the token again; the header is {\"typ\":\"JWT\",\"alg\":\"ed25519-nkey\"}",
        ),
        DecodeError::Json(_) => (
            "token-payload-invalid",
            format!("the payload cannot be read: {words}"),
            place.clone(),
            "issue the token again",
        ),
        DecodeError::Newer(version) => (
            "token-version-newer",
            format!("the token is of version {version}, and no server knows more than 2"),
            at("/nats/version", None, "more than 2"),
            "issue the token with a tool that writes version 2",
        ),
        DecodeError::Version(version) => (
            "token-version-missing",
            format!("the token says version {version}: neither 1 nor 2"),
            at("/nats/version", None, "neither 1 nor 2"),
            "issue the token with a tool that writes version 2",
        ),
        DecodeError::Cluster | DecodeError::Server => (
            "token-kind-gone",
            format!("{} tokens were taken out of NATS", token.kind),
            place.clone(),
            "delete it: nothing reads it",
        ),
        DecodeError::SignatureV2 if token.layout == Some(Layout::DraftV2) => (
            "token-draft-v2",
            "the token is of version 2 but signed as drafts of May 2020 did: over the payload alone".to_owned(),
            place.clone(),
            "sign it again: `jwtfix reissue`",
        ),
        DecodeError::SignatureV1 if token.deviations.contains(&Deviation::GenericV2) => (
            "token-kind-unknown",
            format!("the token is of no kind that a server knows: {}", crate::token::quote(token.kind.as_bytes())),
            at("/nats/type", written("/nats/type"), "not user, account, operator, …"),
            "nats.type is one of operator, account, user, activation, in lower case",
        ),
        DecodeError::SignatureV1 | DecodeError::SignatureV2 => match token.signature {
            Signature::Unverifiable => (
                "issuer-not-a-key",
                "the issuer is no public key, so nobody can have signed this token".to_owned(),
                at("/iss", written("/iss"), "no public key"),
                "issue the token again",
            ),
            _ => (
                "signature-invalid",
                "the signature is not the issuer's: the token was changed after it was signed, or its issuer was".to_owned(),
                at("/iss", written("/iss"), "has not signed this"),
                "issue the token again with the issuer's key",
            ),
        },
        DecodeError::Prefixes(_) => (
            "issuer-role-wrong",
            format!("a token of kind {} cannot be signed by this kind of key", token.kind),
            at("/iss", written("/iss"), "a key of the wrong role"),
            "issue the token again: operators sign accounts, accounts sign users",
        ),
    };
    let fix = match code {
        "token-draft-v2" => resign("sign it as servers verify it", token, &place),
        "signature-invalid" | "issuer-not-a-key" | "issuer-role-wrong" => {
            resign("sign it again, though nobody knows who wrote it", token, &place)
                .map(|fix| Fix { safety: Safety::Unsafe, ..fix })
        }
        _ => None,
    };
    Finding::new(rule(code), message, place).server(line).help(help).fix(fix)
}

/// To sign a token again, where its claims can be read.
fn resign(title: &str, token: &Token, place: &Place) -> Option<Fix> {
    let claims = token.decoded.as_ref()?;
    Some(Fix::safe(title, place, [Edit::Resign]).of(claims.data.sub.as_str()))
}

fn deviant(deviation: &Deviation, place: &Place) -> Finding {
    let part = |number: &usize| ["header", "payload", "signature"][*number];
    let (code, message, place) = match deviation {
        Deviation::UnknownMember(pointer) => (
            "member-unknown",
            "no version of the library that jwtfix knows has this member; signing again with nsc would lose it".to_owned(),
            place.clone().at(pointer).saying("unknown"),
        ),
        Deviation::DuplicateMember(pointer) => (
            "member-duplicate",
            "this member comes twice; a server merges the two or takes the last".to_owned(),
            place.clone().at(pointer).saying("comes twice"),
        ),
        Deviation::FoldedMember(pointer) => (
            "member-case",
            "this member's name is written in another case; a server reads it all the same".to_owned(),
            place.clone().at(pointer).saying("written in another case"),
        ),
        Deviation::LineEnds(number) => (
            "token-line-ends",
            format!("there are line ends inside the {}", part(number)),
            place.clone(),
        ),
        Deviation::LooseBits(number) => (
            "token-loose-bits",
            format!("the last character of the {} has bits that mean nothing: another spelling of the same bytes", part(number)),
            place.clone(),
        ),
        Deviation::Header(json) => (
            "token-header-unusual",
            "the header is not written as Go's library writes it".to_owned(),
            place.clone().showing(json.as_str()),
        ),
        Deviation::NotUtf8 => (
            "token-not-utf8",
            "the payload has bytes that are not UTF-8; a server reads replacement characters".to_owned(),
            place.clone(),
        ),
        Deviation::Jti(_) => (
            "jti-mismatch",
            "jti is not the hash of the registered claims; another library wrote it, or they were changed".to_owned(),
            place.clone().at("/jti").saying("not the hash that Go's library writes"),
        ),
        Deviation::Spelling => (
            "token-spelling-unusual",
            "the payload is not spelled or ordered as Go's library does; another library wrote it".to_owned(),
            place.clone(),
        ),
        Deviation::GenericV2 => (
            "token-generic-v2",
            "a token of no known kind, signed over header and payload: only Go's DecodeGeneric verifies it".to_owned(),
            place.clone(),
        ),
    };
    Finding::new(rule(code), message, place)
}

/// What is wrong with a key's text.
pub fn key(identity: &Identity, place: &Place) -> Option<Finding> {
    let faults: Vec<String> = identity.faults.iter().map(ToString::to_string).collect();
    let words = faults.join("; ");
    match identity.reading {
        Reading::Canonical => None,
        Reading::Lenient | Reading::Half => Some(
            Finding::new(
                rule("key-not-canonical"),
                format!("servers read this key, other programs may not: {words}"),
                place.clone(),
            )
            .help("write the key in its canonical form"),
        ),
        Reading::Refused => Some(
            Finding::new(rule("key-invalid"), format!("this is no valid key: {words}"), place.clone())
                .help("copy the key again; `jwtfix keys` says what can be told of it"),
        ),
    }
}

/// How a credentials file differs from the canonical form.
pub fn creds(deviation: &creds::Deviation, place: &Place) -> Finding {
    let rule = super::rule(deviation.kind.name()).unwrap_or_else(|| rule("creds-form"));
    let message = match deviation.count {
        1 => deviation.kind.words().to_owned(),
        count => format!("{} ({count} places)", deviation.kind.words()),
    };
    Finding::new(rule, message, place.clone().bytes(deviation.span.clone()))
        .help(format!(
            "`jwtfix fix {}` writes it in the canonical form, token and seed untouched",
            super::shell::word(&place.file)
        ))
        .fix(Fix::safe("write it in the canonical form", place, [Edit::CanonicalCreds]))
}

/// The seed in a file is not that of its token's subject.
pub fn seed_mismatch(subject: &str, seed: &str, place: &Place) -> Finding {
    Finding::new(
        rule("creds-seed-mismatch"),
        format!("the seed in this file is that of {seed}, not of the token's subject"),
        place.clone().at("/sub").showing(subject).saying("another key"),
    )
    .server("Signature not verified")
    .help("put the user's own seed into the file, or issue the user again for this seed's key")
}

/// Others than the owner may read a file with a seed in it.
pub fn mode(mode: u32, place: &Place) -> Finding {
    Finding::new(
        rule("secret-readable"),
        format!("a seed is in this file, and its mode {mode:04o} lets others read it"),
        place.clone(),
    )
    .help(format!("chmod 600 {}", super::shell::word(&place.file)))
    .fix(Fix::safe("let its owner alone read it", place, [Edit::Mode(0o600)]))
}

/// What is wrong with the links of a chain, the token's own first; only what the tokens that are there can prove.
pub fn chain(chain: &Chain, place: &Place) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, link) in chain.links.iter().enumerate() {
        let place = if index == 0 {
            place.clone()
        } else {
            let kind = link.claims.kind().word();
            Place::file(link.source.as_ref()).of(format!("{kind} \"{}\"", link.claims.data.name))
        };
        findings.extend(signer(link, chain.links.get(index + 1), &place));
        if let Trusted::NotAt(server) = &link.trusted {
            let name = crate::token::quote(link.claims.data.name.as_bytes());
            findings.push(
                Finding::new(
                    rule("account-issuer-untrusted"),
                    format!("operator {name} is not one that the server trusts"),
                    place.clone().at("/sub").showing(link.claims.data.sub.as_str()).saying("not trusted"),
                )
                .and(Place::file(server.as_ref()).saying("says whom it trusts"))
                .server("Account JWT lookup error: account validation failed")
                .help("name this operator's token in the configuration, or use the operator that is named there"),
            );
        }
        if let Some(revoked) = &link.revoked {
            findings.push(
                Finding::new(
                    rule("user-revoked"),
                    format!(
                        "the account has revoked {}: what was signed until {} is void",
                        if revoked.entry == "*" { "every user" } else { "this user" },
                        instant(revoked.until)
                    ),
                    place
                        .clone()
                        .at("/iat")
                        .showing(link.claims.data.iat.to_string())
                        .saying("not after the revocation"),
                )
                .server("User authentication revoked")
                .help("issue the user again, if it may connect; the revocation stands for a reason")
                .fix(
                    Fix::unsafe_("sign it again, which lets it in again", &place, [Edit::Resign]).of(link
                        .claims
                        .data
                        .sub
                        .as_str()),
                ),
            );
        }
    }
    findings
}

fn signer(link: &Link, above: Option<&Link>, place: &Place) -> Option<Finding> {
    let issuer = link.claims.data.iss.as_str();
    let kind = link.claims.kind().word();
    let name = above.map_or(String::new(), |above| format!(" \"{}\"", above.claims.data.name));
    let (code, message, help): (_, String, _) = match &link.signer {
        Signer::Scoped { role } => return scoped(link, role, place),
        Signer::Identity | Signer::SigningKey | Signer::Itself | Signer::OwnSigningKey => return None,
        // What was not given cannot be blamed.
        Signer::Unknown => return None,
        Signer::WrongKind => return None,
        Signer::IdentityThoughStrict => (
            "signed-by-identity-key",
            format!("the operator allows signing keys only, and this {kind} is signed by an identity key"),
            "sign it again with a signing key",
        ),
        Signer::NotListed => (
            "signing-key-removed",
            format!("account{name} does not list the key that signed this {kind}: removed, or never added"),
            "issue it again with a key that the account lists, or give the account its key back",
        ),
        Signer::Unnamed => (
            "issuer-account-missing",
            format!("a signing key signed this {kind}, and it does not say of which account: a server finds none"),
            "issue it again with a tool that writes issuer_account",
        ),
        Signer::OtherAccount { signer } => (
            "issuer-account-wrong",
            format!("this {kind} names one account as its own and is signed by another: {signer}"),
            "issue it again by the account that it is of",
        ),
        Signer::SelfSigned => (
            "account-self-signed",
            "this account signed itself: no operator stands behind it, and no server in operator mode takes it".to_owned(),
            "have the operator sign it: `jwtfix reissue`",
        ),
    };
    // Whose it is, the issuer has said of these two.
    let decides = !matches!(link.signer, Signer::IdentityThoughStrict | Signer::Unnamed);
    let mut finding =
        Finding::new(rule(code), message, place.clone().at("/iss").showing(issuer).saying("signed it"))
            .help(help)
            .fix(Fix {
                safety: if decides { Safety::Unsafe } else { Safety::Safe },
                ..Fix::safe("sign it with a key that may", place, [Edit::Resign]).of(link
                    .claims
                    .data
                    .sub
                    .as_str())
            });
    // An account alone may still be on its way to its operator.
    if matches!(link.signer, Signer::SelfSigned) && above.is_none() {
        finding.severity = Severity::Warning;
    }
    Some(finding)
}

/// A user of a role that has permissions of its own (`UserScope.ValidateScopedSigner`).
fn scoped(link: &Link, role: &str, place: &Place) -> Option<Finding> {
    let terms = &link.claims.user()?.permissions;
    let own = not_zero(terms);
    let first = own.first()?;
    let message = format!(
        "a key of role {} signed this user, which has permissions of its own: {}",
        crate::token::quote(role.as_bytes()),
        own.join(", ")
    );
    // The two lists stand in objects that Go always writes.
    let members = own.iter().flat_map(|name| match *name {
        "pub" | "sub" => vec![format!("/nats/{name}/allow"), format!("/nats/{name}/deny")],
        name => vec![format!("/nats/{name}")],
    });
    let edits: Vec<Edit> = members.map(|pointer| Edit::Remove { pointer }).collect();
    // What limits nothing can go. What does may be less than the role gives, and then to take it away would give more.
    let fix = if limits_nothing(terms) {
        Fix::safe("take away its own permissions, which limit nothing", place, edits)
    } else {
        Fix::unsafe_("take away its own permissions: then it has those of its role", place, edits)
    };
    Some(
        Finding::new(
            rule("user-scoped-with-permissions"),
            message,
            place.clone().at(format!("/nats/{first}")).saying("a user of a role has none"),
        )
        .server("User JWT is not valid: scoped users require no permissions or limits set")
        .help("issue the user again without them, or by a key without a role")
        .fix(fix.of(link.claims.data.sub.as_str())),
    )
}

fn limits_nothing(terms: &UserPermissionLimits) -> bool {
    let empty = |list: &Option<Vec<String>>| list.as_ref().is_none_or(Vec::is_empty);
    let all = |subjects: &SubjectPermission| empty(&subjects.allow) && empty(&subjects.deny);
    let rights = &terms.permissions;
    let unlimited = [terms.subs, terms.data, terms.payload].iter().all(|limit| matches!(limit, -1 | 0));
    all(&rights.publish)
        && all(&rights.subscribe)
        && rights.resp.is_none()
        && empty(&terms.src)
        && terms.times.as_ref().is_none_or(Vec::is_empty)
        && unlimited
        && !terms.proxy_required
        && empty(&terms.allowed_connection_types)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_code_named_here_has_a_rule() {
        let source = include_str!("reading.rs");
        let mut named = 0;
        for part in source.split(['(', ' ']).filter_map(|part| part.trim().strip_prefix('"')) {
            let Some((code, _)) = part.split_once('"') else { continue };
            if code.contains('-')
                && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            {
                assert!(super::super::rule(code).is_some(), "{code}");
                named += 1;
            }
        }
        assert!(named > 25, "{named}");
    }
}
