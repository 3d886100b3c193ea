//! What does Go's validation of a token come to? Each of its issues has a rule; here it gets its words, its place and the
//! line that nats-server logs.

use std::collections::HashSet;

use super::{Edit, Finding, Fix, Place, Rule, Severity, shell};
use crate::file::recognise;
use crate::token::{Account, Body, Claims, Import, Issue, Kind, Layout, Level, Token, validate};

/// The rule of an id: those of `token::validate`, and those of Go's decoding and of facts beside it.
pub fn rule_of(id: &str) -> Option<&'static Rule> {
    let (_, code) = RULES.iter().find(|(known, _)| *known == id)?;
    super::rule(code)
}

/// A finding for each issue that [`crate::token::validate`] reports of `token`, at `place`, which is the token's. What Go
/// reports twice of one place is told once.
pub fn issues(token: &Token, issues: &[Issue], place: &Place) -> Vec<Finding> {
    let refused = user_line(issues);
    let mut told = HashSet::new();
    let mut findings = Vec::new();
    for issue in issues {
        if !told.insert((issue.id, &issue.text, &issue.pointer)) {
            continue;
        }
        let pointer = written(&issue.pointer, token.layout);
        let mut place = place.clone();
        if let Some(text) = token.claims.as_ref().and_then(|claims| text_at(claims, &pointer)) {
            place = place.showing(text);
        }
        let mut finding = self::issue(issue, token.kind(), place.at(pointer));
        // A server that refuses to decode it does not get as far as validating it.
        if let (Some(claims), None) = (&token.decoded, &token.refused)
            && let Some(line) = logged(claims, issue, &refused)
        {
            finding = finding.server(line);
        }
        if let Some(claims) = &token.decoded {
            finding.help.extend(help(issue, claims, &finding.places[0]));
            finding.fix = fix(issue, claims, &finding.places[0]);
        }
        findings.push(finding);
    }
    findings
}

/// What a person can do next about an issue of these claims.
fn help(issue: &Issue, claims: &Claims, place: &Place) -> Option<String> {
    let command = match (issue.id, claims.kind()) {
        ("claim-expired", Kind::Operator) => "jwtfix reissue FILE --renew --key KEYS",
        ("claim-expired", Kind::Account) => "jwtfix reissue FILE --renew --operator OPERATOR --key KEYS",
        ("claim-expired", Kind::User | Kind::Activation) => {
            "jwtfix reissue FILE --renew --accounts DIR --key KEYS"
        }
        _ => return None,
    };
    let file = if &*place.file == "-" { "" } else { &place.file };
    Some(format!("let it last as long again as it did: {}", shell::filled(command, &[("FILE", file)])))
}

/// What jwtfix can do about an issue of these claims.
fn fix(issue: &Issue, claims: &Claims, place: &Place) -> Option<Fix> {
    let fix = match (issue.id, issue.pointer.as_str()) {
        ("claim-expired", "/exp") => {
            Fix::unsafe_("let it last as long again as it did", place, [Edit::Renew])
        }
        ("import-token-invalid" | "import-token-issuer" | "import-token-subject", pointer) => {
            let import = pointer.strip_prefix("/nats/imports/")?.split('/').next()?.parse().ok()?;
            match as_signed(claims, import).filter(|_| issue.id == "import-token-invalid") {
                Some(text) => {
                    let edit = Edit::Set { pointer: pointer.to_owned(), value: text.into() };
                    Fix::safe("write its token as it was signed", place, [edit])
                }
                None => {
                    let words = match issue.id {
                        "import-token-subject" => "have the exporter sign one for this account",
                        _ => "have the exporter sign another one",
                    };
                    Fix::unsafe_(words, place, [Edit::Activate { import }])
                }
            }
        }
        _ => return None,
    };
    Some(fix.of(claims.data.sub.as_str()))
}

/// The token of an import as it was signed, where spaces, line ends or the dashes of a file stand in and around it, and it is
/// good for this import without them.
fn as_signed(claims: &Claims, index: usize) -> Option<String> {
    let import = claims.account()?.imports.get(index)?.as_ref()?;
    let found = recognise(import.token.as_bytes());
    let mut tokens = found.tokens();
    let (Some(token), None) = (tokens.next(), tokens.next()) else { return None };
    let text = token.text().to_owned();
    let import = Import { token: text.clone(), ..import.clone() };
    let body = Account { imports: vec![Some(import)], ..Account::default() };
    let alone = Claims {
        data: claims.data.clone(),
        claim_type: String::new(),
        tags: Vec::new(),
        version: 2,
        body: Body::Account(Box::new(body)),
    };
    // Go asks no activation for its times.
    let issues = validate(&alone, 0);
    issues.iter().all(|issue| !issue.pointer.starts_with("/nats/imports/0/token")).then_some(text)
}

/// The finding for one issue of a token of this kind; `place` is the claim's.
pub fn issue(issue: &Issue, kind: Option<Kind>, place: Place) -> Finding {
    let rule = rule_of(issue.id).expect("a test asserts that every id of token::validate has a rule");
    let mut finding = Finding::new(rule, issue.text.clone(), place.saying(rule.title));
    // No server looks at an operator's times, but people and their tools do.
    if kind == Some(Kind::Operator) && issue.level == Level::TimeCheck {
        finding.severity = Severity::Warning;
    }
    finding
}

/// Where a member that v2 has at `pointer` stands in a token of this layout.
fn written(pointer: &str, layout: Option<Layout>) -> String {
    match (layout, pointer) {
        (Some(Layout::V1), "/nats/issuer_account") => "/issuer_account".into(),
        (Some(Layout::V1), "/nats/kind") => "/nats/type".into(),
        _ => pointer.into(),
    }
}

fn text_at(claims: &serde_json::Value, pointer: &str) -> Option<String> {
    match claims.pointer(pointer)? {
        serde_json::Value::String(text) => Some(clipped(text)),
        serde_json::Value::Array(_) | serde_json::Value::Object(_) => None,
        scalar => Some(scalar.to_string()),
    }
}

/// Bytes of a text that a finding repeats; there can be very many findings of one long text.
const REPEATED: usize = 512;

fn clipped(text: &str) -> String {
    if text.len() <= REPEATED {
        return text.to_owned();
    }
    let end = (0..=REPEATED).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    format!("{}…", &text[..end])
}

/// What auth.go (processClientOrLeafAuthentication) logs of a user: all its issues in one line.
fn user_line(issues: &[Issue]) -> String {
    let mut line = String::from("User JWT no longer valid: &{Issues:[");
    for (index, issue) in issues.iter().enumerate() {
        if line.len() > REPEATED {
            break;
        }
        line.push_str(if index == 0 { "" } else { " " });
        line.push_str(&issue.text);
    }
    line.push_str("]}");
    clipped(&line)
}

/// The line that nats-server logs when it refuses for an issue. Of an account's issues it names none.
fn logged(claims: &Claims, issue: &Issue, user_line: &str) -> Option<String> {
    if issue.level == Level::Warning {
        return None;
    }
    match &claims.body {
        Body::User(_) => Some(user_line.to_owned()),
        // server.go: verifyAccountClaims.
        Body::Account(_) => Some("Account JWT lookup error: account validation failed".into()),
        // jwt.go: validateTrustedOperators.
        Body::Operator(operator) if issue.id == "op-assert-server-version" => Some(format!(
            "operator {} expects version {} got error instead: {}",
            claims.data.sub,
            operator.assert_server_version,
            issue.text.strip_prefix("assert server version error: ")?
        )),
        Body::Operator(_) if issue.id == "op-signing-key-invalid" => {
            let key = issue.text.strip_suffix(" is not an operator public key")?;
            let key = crate::token::quote(key.as_bytes());
            Some(format!("trusted Keys {key} are required to be a valid public operator nkey"))
        }
        _ => None,
    }
}

/// Which rule speaks for which id. The ids are those of `token::validate`, then those of what Go's `Decode` and
/// jwtfix's own reading find.
const RULES: &[(&str, &str)] = &[
    ("claim-expired", "token-expired"),
    ("claim-not-yet-valid", "token-not-yet-valid"),
    ("jwt-too-large", "token-too-large"),
    ("jwt-chunks", "token-truncated"),
    ("jwt-b64", "token-not-base64"),
    ("jwt-header-json", "token-header-invalid"),
    ("jwt-typ", "token-header-invalid"),
    ("jwt-alg", "token-header-invalid"),
    ("jwt-payload-json", "token-payload-invalid"),
    ("jwt-newer-version", "token-version-newer"),
    ("jwt-version-unsupported", "token-version-missing"),
    ("jwt-kind-unsupported", "token-kind-gone"),
    ("jwt-signature-v1", "signature-invalid"),
    ("jwt-signature-v2", "signature-invalid"),
    ("jwt-issuer-prefix", "issuer-role-wrong"),
    ("jwt-subject-prefix", "token-subject-role-wrong"),
    ("jwt-draft-v2-signature", "token-draft-v2"),
    ("jwt-type-both-levels", "token-type-twice"),
    ("jwt-alg-version-mismatch", "token-algorithm-mismatch"),
    ("base64-noncanonical", "token-loose-bits"),
    ("json-unknown-key", "member-unknown"),
    ("json-duplicate-key", "member-duplicate"),
    ("json-case-variant-key", "member-case"),
    ("jwt-jti-mismatch", "jti-mismatch"),
    ("nkey-noncanonical", "key-not-canonical"),
    ("jwt-iss-malformed", "key-truncated"),
    ("user-scoped-nonempty", "user-scoped-with-permissions"),
    ("user-bearer", "user-bearer"),
    ("scope-zero-limit-roundtrip", "scope-limit-zero-lost"),
    ("op-account-server-url-parse", "operator-account-server-url-unreadable"),
    ("op-account-server-url-scheme", "operator-account-server-url-without-scheme"),
    ("op-service-url-parse", "operator-service-url-unreadable"),
    ("op-service-url-credentials", "operator-service-url-with-credentials"),
    ("op-service-url-path", "operator-service-url-with-path"),
    ("op-service-url-scheme", "operator-service-url-foreign-scheme"),
    ("op-signing-key-invalid", "operator-signing-key-invalid"),
    ("op-system-account-invalid", "operator-system-account-invalid"),
    ("op-assert-server-version", "operator-server-version-unreadable"),
    ("subject-empty", "subject-empty"),
    ("subject-space", "subject-with-space"),
    ("subject-dot-edge", "subject-dot-at-edge"),
    ("subject-dot-double", "subject-token-empty"),
    ("perm-queue-not-allowed", "permission-queue-in-publish"),
    ("perm-too-many-spaces", "permission-with-many-spaces"),
    ("user-cidr", "user-source-network-invalid"),
    ("time-start-missing", "user-time-start-missing"),
    ("time-start-invalid", "user-time-start-unreadable"),
    ("time-end-missing", "user-time-end-missing"),
    ("time-end-invalid", "user-time-end-unreadable"),
    ("times-location", "user-time-zone-unknown"),
    ("user-issuer-account", "user-issuer-account-invalid"),
    ("auth-accounts-without-users", "callout-accounts-without-users"),
    ("auth-user-invalid", "callout-user-invalid"),
    ("auth-any-account-mixed", "callout-any-account-mixed"),
    ("auth-account-invalid", "callout-account-invalid"),
    ("auth-xkey-invalid", "callout-xkey-invalid"),
    ("authreq-user-nkey-missing", "callout-request-user-missing"),
    ("authreq-user-nkey-invalid", "callout-request-user-invalid"),
    ("authresp-subject", "callout-response-subject-invalid"),
    ("authresp-audience", "callout-response-audience-invalid"),
    ("authresp-empty", "callout-response-empty"),
    ("authresp-both", "callout-response-error-and-jwt"),
    ("authresp-issuer-account", "callout-response-issuer-account-invalid"),
    ("acct-js-flat-and-tiered", "account-jetstream-limits-flat-and-tiered"),
    ("acct-js-blank-tier", "account-jetstream-tier-unnamed"),
    ("acct-trace-dest", "account-trace-destination-invalid"),
    ("acct-trace-dest-wildcard", "account-trace-destination-wildcard"),
    ("acct-trace-sampling", "account-trace-sampling-out-of-range"),
    ("acct-too-many-imports", "account-imports-over-limit"),
    ("acct-too-many-exports", "account-exports-over-limit"),
    ("acct-wildcard-export", "account-wildcard-export-forbidden"),
    ("acct-cluster-traffic", "account-cluster-traffic-unknown"),
    ("acct-selfsigned-limits", "account-self-signed-with-limits"),
    ("info-description-long", "info-description-too-long"),
    ("info-url-long", "info-url-too-long"),
    ("info-url-parse", "info-url-unreadable"),
    ("mapping-wildcard", "mapping-target-wildcard"),
    ("mapping-weight", "mapping-weight-over-100"),
    ("mapping-cluster-total", "mapping-cluster-weights-over-100"),
    ("mapping-total", "mapping-weights-over-100"),
    ("signing-key-invalid", "account-signing-key-invalid"),
    ("scoped-key-invalid", "account-scoped-key-invalid"),
    ("export-null", "export-null"),
    ("export-type", "export-type-missing"),
    ("export-service-response-type", "export-service-response-type-unknown"),
    ("export-stream-response-type", "export-stream-with-response-type"),
    ("export-stream-trace", "export-stream-with-trace"),
    ("export-latency-nonservice", "export-stream-with-latency"),
    ("latency-sampling", "export-latency-sampling-out-of-range"),
    ("latency-results-wildcard", "export-latency-results-wildcard"),
    ("export-threshold-negative", "export-threshold-negative"),
    ("export-threshold-nonservice", "export-stream-with-threshold"),
    ("export-token-pos-nowild", "export-token-position-without-wildcard"),
    ("export-token-pos-range", "export-token-position-out-of-range"),
    ("export-token-pos-star", "export-token-position-not-star"),
    ("export-overlap", "export-overlap"),
    ("import-null", "import-null"),
    ("import-type", "import-type-missing"),
    ("import-service-trace", "import-service-with-trace"),
    ("import-no-account", "import-account-missing"),
    ("import-to-deprecated", "import-to-deprecated"),
    ("import-local-and-to", "import-to-and-local-subject"),
    ("import-share-stream", "import-stream-shares"),
    ("import-overlap", "import-overlap"),
    ("import-duplicate", "import-duplicate"),
    ("import-token-invalid", "import-token-invalid"),
    ("import-token-issuer", "import-token-of-another-exporter"),
    ("import-token-subject", "import-token-for-another-account"),
    ("import-token-kind", "import-token-of-another-kind"),
    ("import-token-scope", "import-token-narrower-than-import"),
    ("rename-tail", "import-rename-tail-differs"),
    ("rename-ref-range", "import-rename-reference-out-of-range"),
    ("rename-ref-count", "import-rename-wildcards-differ"),
    ("activation-kind", "activation-type-missing"),
    ("activation-issuer-account", "activation-issuer-account-invalid"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token;
    use std::collections::BTreeSet;

    #[test]
    fn every_id_has_a_rule() {
        let mut ids = BTreeSet::new();
        for (id, code) in RULES {
            assert!(ids.insert(*id), "{id} twice");
            assert!(super::super::rule(code).is_some(), "{id}: no rule is called {code}");
        }
        // Every id that the sources of validation name.
        let sources = [
            include_str!("../token/validate/mod.rs"),
            include_str!("../token/validate/account.rs"),
            include_str!("../token/validate/callout.rs"),
            include_str!("../token/validate/exports.rs"),
            include_str!("../token/validate/imports.rs"),
            include_str!("../token/validate/operator.rs"),
            include_str!("../token/validate/permissions.rs"),
            include_str!("../token/validate/subjects.rs"),
            // What only older servers say.
            include_str!("../server/tokens.rs").rsplit("fn old_mappings").next().expect("a last part"),
        ];
        let mut named = BTreeSet::new();
        for literal in sources.iter().flat_map(|source| source.split('"')) {
            let is_id = literal.contains('-') && literal.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            if is_id {
                assert!(ids.contains(literal), "{literal} has no rule");
                named.insert(literal);
            }
        }
        assert!(named.len() > 80, "{}", named.len());
    }

    fn read(payload: &str) -> Token {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as B64};
        let header = B64.encode(token::HEADER);
        Token::read(format!("{header}.{}.{}", B64.encode(payload), B64.encode([0; 64])).as_bytes())
    }

    fn found(payload: &str) -> Vec<Finding> {
        // As if somebody had signed it.
        let token = Token { refused: None, ..read(payload) };
        let claims = token.decoded.clone().expect("claims");
        issues(&token, &token::validate(&claims, 100), &Place::file("f"))
    }

    #[test]
    fn findings_carry_the_place_and_the_server_line() {
        let user = r#"{"exp":1,"nats":{"src":["x","10.0.0.0/8"],"type":"user","version":2}}"#;
        let findings = found(user);
        let codes: Vec<_> = findings.iter().map(Finding::code).collect();
        assert_eq!(codes, ["token-expired", "user-source-network-invalid"]);
        let line =
            r#"User JWT no longer valid: &{Issues:[claim is expired invalid cidr "x" in user src limits]}"#;
        assert_eq!(findings[1].server.as_deref(), Some(line));
        let place = &findings[1].places[0];
        assert_eq!(
            (place.pointer.as_deref(), place.text.as_deref(), place.label.as_str()),
            (Some("/nats/src/0"), Some("x"), findings[1].rule.title)
        );
    }

    #[test]
    fn who_reads_that_a_token_is_expired_reads_what_renews_it() {
        let help = |kind: &str| {
            let payload = format!(r#"{{"exp":1,"nats":{{"type":"{kind}","version":2}}}}"#);
            found(&payload).into_iter().filter(|f| f.code() == "token-expired").flat_map(|f| f.help).next()
        };
        let renew = |with: &str| {
            Some(format!("let it last as long again as it did: jwtfix reissue f --renew {with}--key KEYS"))
        };
        assert_eq!(help("operator"), renew(""));
        assert_eq!(help("account"), renew("--operator OPERATOR "));
        assert_eq!(help("user"), renew("--accounts DIR "));
        assert_eq!(help("activation"), renew("--accounts DIR "));
        // Who asks for an authorization asks again.
        assert_eq!(help("authorization_request"), None);
    }

    #[test]
    fn a_scope_is_pointed_at_where_it_is_written() {
        let account = r#"{"nats":{"signing_keys":["x",{"kind":"user_scope","key":"c"},
            {"kind":"user_scope","key":"b"}],"type":"account","version":2}}"#;
        let scoped = found(account).into_iter().filter(|f| f.code() == "account-scoped-key-invalid");
        let mut places: Vec<_> =
            scoped.filter_map(|f| Some((f.places[0].pointer.clone()?, f.message))).collect();
        places.sort();
        assert_eq!(
            places,
            [
                ("/nats/signing_keys/1".to_owned(), "c is not an account public key".to_owned()),
                ("/nats/signing_keys/2".to_owned(), "b is not an account public key".to_owned()),
            ]
        );
    }

    #[test]
    fn what_go_says_twice_is_told_once() {
        let account = r#"{"nats":{"imports":[{"subject":"a","account":"A","type":"stream"}],
            "limits":{"imports":0,"exports":-1,"conn":1},"type":"account","version":2}}"#;
        let findings = found(account);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].code(), "account-imports-over-limit");
        assert_eq!(
            findings[0].server.as_deref(),
            Some("Account JWT lookup error: account validation failed")
        );
    }

    #[test]
    fn an_operator_meets_no_gate_but_at_the_start() {
        let operator = r#"{"exp":1,"sub":"O1","nats":{"signing_keys":["x"],"operator_service_urls":["h"],
            "assert_server_version":"2","type":"operator","version":2}}"#;
        let findings = found(operator);
        let said: Vec<_> = findings.iter().map(|f| (f.code(), f.severity, f.server.as_deref())).collect();
        assert_eq!(
            said,
            [
                ("token-expired", Severity::Warning, None),
                ("operator-service-url-with-path", Severity::Warning, None),
                (
                    "operator-signing-key-invalid",
                    Severity::Error,
                    Some("trusted Keys \"x\" are required to be a valid public operator nkey")
                ),
                (
                    "operator-server-version-unreadable",
                    Severity::Error,
                    Some(
                        "operator O1 expects version 2 got error instead: asserted server version must be of the form \
                         <major>.<minor>.<update>"
                    )
                ),
            ]
        );
    }

    #[test]
    fn a_token_that_does_not_decode_is_never_validated_by_a_server() {
        let token = read(r#"{"exp":1,"nats":{"type":"user","version":2}}"#);
        let claims = token.decoded.clone().expect("claims");
        let findings = issues(&token, &token::validate(&claims, 100), &Place::file("f"));
        assert_eq!((findings[0].code(), &findings[0].server), ("token-expired", &None));
    }

    #[test]
    fn places_of_the_old_layout() {
        let activation = r#"{"type":"activation","issuer_account":"x","nats":{"subject":"a"}}"#;
        let pointers: Vec<_> =
            found(activation).into_iter().map(|f| f.places[0].pointer.clone().unwrap_or_default()).collect();
        assert_eq!(pointers, ["/nats/type", "/issuer_account"]);
    }
}
