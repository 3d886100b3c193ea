//! Every row that Go answered in testdata/go/validate.txt (jwt v2.8.2), asked again here.

use super::*;
use crate::nkey::PublicKey;
use crate::token::subject::{Own, has_wildcards, is_contained_in};
use crate::token::*;

const NOW: i64 = 1_795_435_200;

/// Questions in testdata/go/validate.txt.
const ROWS: usize = 204;

/// The rows of a section: a line, and the lines indented below it.
fn section(name: &str) -> Vec<(&'static str, Vec<&'static str>)> {
    let all = include_str!("../../../testdata/go/validate.txt");
    let mut rows: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut inside = false;
    for line in all.lines() {
        if let Some(title) = line.strip_prefix("-- ") {
            inside = title == name;
        } else if inside {
            match line.strip_prefix("   ") {
                Some("ok") => {}
                Some(issue) => rows.last_mut().expect("a row is open").1.push(issue),
                None => rows.push((line, Vec::new())),
            }
        }
    }
    assert!(rows.len() > 9, "{name}: {}", rows.len());
    rows
}

#[test]
fn no_row_is_left_out() {
    let titles =
        include_str!("../../../testdata/go/validate.txt").lines().filter_map(|line| line.strip_prefix("-- "));
    let mut rows = 0;
    for title in titles {
        assert!(
            include_str!("tests.rs").contains(&format!("in section(\"{title}\")")),
            "{title} is asked of nobody"
        );
        rows += section(title).len();
    }
    assert_eq!(rows, ROWS);
}

fn unquoted(text: &str) -> String {
    serde_json::from_str(text).unwrap_or_else(|_| panic!("a quoted text: {text}"))
}

fn asked(row: &'static str) -> (String, &'static str) {
    let (question, answer) = row.split_once(" => ").expect("question => answer");
    (unquoted(question), answer)
}

/// Issues as the table writes them: `[blocking timecheck] text`.
fn told(issues: &[Issue]) -> Vec<String> {
    let line = |issue: &Issue| {
        let (blocking, time) = (issue.level == Level::Error, issue.level == Level::TimeCheck);
        format!("[{blocking} {time}] {}", issue.text)
    };
    issues.iter().map(line).collect()
}

fn key(role: Role, seed: u8) -> String {
    PublicKey::new(role, [seed; 32]).to_string()
}

fn claims(body: Body) -> Claims {
    let data =
        ClaimsData { iss: key(Role::Operator, 1), sub: key(Role::Account, 1), ..ClaimsData::default() };
    Claims { data, claim_type: String::new(), tags: Vec::new(), version: 2, body }
}

fn issues(body: Body) -> Vec<Issue> {
    validate_with(&claims(body), NOW, &|_| None)
}

fn operator_says(operator: Operator) -> Vec<String> {
    issues(Body::Operator(operator)).into_iter().map(|issue| issue.text).collect()
}

fn one_or_none(answer: &str) -> Vec<&str> {
    if answer == "<nil>" { vec![] } else { vec![answer] }
}

#[test]
fn operator_urls() {
    for (row, _) in section("operator service urls") {
        let (url, answer) = asked(row);
        let said = operator_says(Operator { operator_service_urls: vec![url], ..Operator::default() });
        assert_eq!(said, one_or_none(answer), "{row}");
    }
    for (row, want) in section("account server url") {
        let operator = Operator { account_server_url: unquoted(row), ..Operator::default() };
        assert_eq!(told(&issues(Body::Operator(operator))), want, "{row}");
    }
    for (row, want) in section("info url") {
        let account = Account { info_url: unquoted(row), ..unlimited() };
        assert_eq!(told(&issues(account.into_body())), want, "{row}");
    }
}

#[test]
fn operator_versions() {
    for (row, _) in section("versions") {
        let (version, answer) = asked(row);
        let answer = answer.splitn(4, ' ').nth(3).expect("three numbers and an error");
        let want: Vec<_> =
            one_or_none(answer).iter().map(|e| format!("assert server version error: {e}")).collect();
        let said = operator_says(Operator { assert_server_version: version, ..Operator::default() });
        assert_eq!(said, want, "{row}");
    }
}

#[test]
fn networks_times_and_zones() {
    let user = |permissions| issues(Body::User(Box::new(User { permissions, ..User::default() })));
    for (row, _) in section("cidr") {
        let (network, answer) = asked(row);
        let said = user(UserPermissionLimits { src: Some(vec![network]), ..Default::default() });
        assert_eq!(said.is_empty(), answer.ends_with("<nil>"), "{row}");
    }
    for (row, _) in section("times") {
        let (start, answer) = asked(row);
        let times = Some(vec![TimeRange { start, end: "1:00:00".into() }]);
        let said = user(UserPermissionLimits { times, ..Default::default() });
        assert_eq!(said.is_empty(), answer == "<nil>", "{row}");
    }
    for (row, _) in section("loc") {
        let (times_location, answer) = asked(row);
        let said = user(UserPermissionLimits { times_location, ..Default::default() });
        let want: Vec<_> = one_or_none(answer)
            .iter()
            .map(|e| format!("[true false] could not parse iana time zone by name: {e}"))
            .collect();
        assert_eq!(told(&said), want, "{row}");
    }
}

#[test]
fn subjects() {
    for (row, want) in section("subject") {
        let (quoted, wild) = row.split_once(" wild=").expect("a subject");
        let subject = unquoted(quoted);
        assert_eq!(has_wildcards(&subject).to_string(), wild, "{row}");
        let mut report = Report::default();
        subjects::subject(&subject, NATS, &mut report);
        assert_eq!(told(&report.issues), want, "{row}");
    }
    for (row, _) in section("contained") {
        let (subject, rest) = row.split_once(" in ").expect("two subjects");
        let (other, want) = rest.split_once(" = ").expect("an answer");
        assert_eq!(is_contained_in(&unquoted(subject), &unquoted(other)).to_string(), want, "{row}");
    }
    for (row, want) in section("renaming") {
        let (to, rest) = row.split_once(" from ").expect("two subjects");
        let (from, subject) = rest.split_once(" toSubject=").expect("a subject");
        let import = Import { local_subject: unquoted(to), ..Import::default() };
        assert_eq!(Own::of(&import).text(), unquoted(subject), "{row}");
        let mut report = Report::default();
        subjects::renaming(&import.local_subject, &unquoted(from), NATS, &mut report);
        assert_eq!(told(&report.issues), want, "{row}");
    }
}

impl Account {
    fn into_body(self) -> Body {
        Body::Account(Box::new(self))
    }
}

/// `NewAccountClaims`.
fn unlimited() -> Account {
    Account { limits: OperatorLimits::unlimited(), ..Account::default() }
}

fn service(subject: &str) -> Import {
    Import {
        subject: subject.into(),
        account: "AAFVCOWZWSJEAFOKBEBO2B4QITJ2YXN6YIYG6BUURQINVDVW4OPS3YM3".into(),
        kind: ExportType::Service,
        ..Import::default()
    }
}

fn stream(subject: &str) -> Export {
    Export { subject: subject.into(), kind: ExportType::Stream, ..Export::default() }
}

fn target(subject: &str, weight: u8, cluster: &str) -> WeightedMapping {
    WeightedMapping { subject: subject.into(), weight, cluster: cluster.into() }
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

/// The account that a row of the table names.
fn account_of(row: &str) -> Account {
    let mut a = unlimited();
    let stream_import = || Some(Import { kind: ExportType::Stream, ..service("s") });
    match row {
        "clean" | "self signed" => {}
        "self signed empty limits" => a.limits = OperatorLimits::default(),
        "empty limits + import" => {
            a.limits = OperatorLimits::default();
            a.imports = vec![stream_import()];
        }
        "imports over" => {
            a.limits.imports = 1;
            a.imports = vec![stream_import(), stream_import()];
        }
        "imports limit -2" => {
            a.limits.imports = -2;
            a.imports = vec![stream_import()];
        }
        "nil exports nolimit" => a.exports = vec![None],
        "nil exports w/ limits" => {
            a.limits = OperatorLimits { exports: 5, wildcards: false, ..a.limits };
            a.exports = vec![None];
        }
        "wildcard exports disallowed" => {
            a.limits = OperatorLimits { exports: 5, wildcards: false, ..a.limits };
            a.exports = vec![Some(stream("a.*"))];
        }
        "wildcard exports disallowed but NoLimit" => {
            a.limits.wildcards = false;
            a.exports = vec![Some(stream("a.*"))];
        }
        "bad export" => {
            let service_latency = Some(ServiceLatency { sampling: 101, results: String::new() });
            a.exports = vec![Some(Export {
                service_latency,
                response_threshold: -1,
                account_token_position: 1,
                ..Export::default()
            })];
        }
        "bad stream export" => {
            let first = Export {
                response_type: "x".into(),
                allow_trace: true,
                response_threshold: 1,
                account_token_position: 1,
                ..stream("a.*")
            };
            let second = Export { account_token_position: 1, ..stream("a.b") };
            let third = Export {
                kind: ExportType::Service,
                response_type: "singleton".into(),
                service_latency: Some(ServiceLatency { sampling: 0, results: "r.*".into() }),
                account_token_position: 9,
                ..stream("a.b.*")
            };
            a.exports = vec![Some(first), Some(second), Some(third)];
        }
        "dup exports" => a.exports = vec![Some(stream("a")), Some(stream("a"))],
        "bad import" => {
            let first = Import {
                to: "x".into(),
                local_subject: "y".into(),
                share: true,
                token: "junk".into(),
                ..Import::default()
            };
            a.imports = vec![Some(first), Some(Import { allow_trace: true, ..service("q") }), None];
        }
        "dup service imports" => {
            a.imports = vec![Some(service("q")), Some(service("q")), Some(service(">"))];
        }
        "mapping" => {
            let bad =
                vec![target("", 101, "c"), target("x", 1, "c"), target("y", 100, ""), target("z", 1, "")];
            a.mappings.insert("a b".into(), Some(bad));
            a.mappings.insert("ok".into(), Some(vec![target("x", 0, ""), target("y", 0, "")]));
        }
        "auth" => {
            a.authorization.allowed_accounts = texts(&["*", "x"]);
            a.authorization.xkey = "bad".into();
        }
        "auth2" => a.authorization.auth_users = texts(&["bad"]),
        "trace" => a.trace = Some(MsgTrace { dest: "a b.*".into(), sampling: 101 }),
        "trace empty" => a.trace = Some(MsgTrace::default()),
        "tiers" => {
            a.limits.jetstream.streams = 1;
            a.limits.tiered_limits.insert(String::new(), JetStreamLimits::default());
        }
        "sk" => {
            a.signing_keys.insert("bad".into(), None);
            let scope = UserScope { key: "bad2".into(), ..UserScope::default() };
            a.signing_keys.insert("bad2".into(), Some(Box::new(scope)));
            a.signing_keys.insert(key(Role::Account, 3), None);
        }
        "ct" => {
            a.description = "d".repeat(8193);
            a.cluster_traffic = "Owner".into();
        }
        "defperm" => {
            a.default_permissions.subscribe.allow = Some(texts(&["a q", "ok", ".a"]));
            a.default_permissions.publish.allow = Some(texts(&["a q", "a b c"]));
            a.default_permissions.publish.deny = Some(texts(&["", "a  b"]));
        }
        _ => panic!("a row without an account: {row}"),
    }
    a
}

#[test]
fn accounts() {
    for (row, mut want) in section("account validate") {
        match row {
            // Go crashes; jwtfix says what is wrong and goes on.
            "nil exports w/ limits" => want = vec!["[true false] null export is not allowed"],
            // Go walks a map: here its keys are in order.
            "sk" => want.sort_unstable(),
            _ => {}
        }
        let mut claims = claims(account_of(row).into_body());
        if row.starts_with("self signed") {
            claims.data.iss = claims.data.sub.clone();
        }
        assert_eq!(told(&validate_with(&claims, NOW, &|_| None)), want, "{row}");
    }
}

fn at_least(body: Body) -> Vec<(&'static str, String)> {
    issues(body).into_iter().map(|issue| (issue.id, issue.pointer)).collect()
}

#[test]
fn places_are_pointers() {
    let mut account = account_of("bad stream export");
    account.mappings.insert("a/b~c.".into(), Some(vec![target("", 1, "")]));
    account.exports.push(Some(stream("x")));
    account.exports.push(Some(stream("x")));
    let found = at_least(account.into_body());
    for want in [
        ("export-stream-response-type", "/nats/exports/0/response_type"),
        ("latency-results-wildcard", "/nats/exports/2/service_latency/results"),
        ("subject-dot-edge", "/nats/mappings/a~1b~0c."),
        ("subject-empty", "/nats/mappings/a~1b~0c./0/subject"),
        ("export-overlap", "/nats/exports/0/subject"),
        ("export-overlap", "/nats/exports/4/subject"),
    ] {
        assert!(found.iter().any(|(id, at)| (*id, at.as_str()) == want), "{want:?} in {found:?}");
    }
}

#[test]
fn times_of_a_token() {
    let mut generic = claims(Body::Generic(None));
    let mut says = |exp, nbf| {
        (generic.data.exp, generic.data.nbf) = (exp, nbf);
        validate(&generic, NOW).into_iter().map(|issue| issue.id).collect::<Vec<_>>()
    };
    assert_eq!(says(NOW, NOW), [""; 0]);
    assert_eq!(says(NOW - 1, NOW + 1), ["claim-expired", "claim-not-yet-valid"]);
    assert_eq!(says(-1, -1), [""; 0]);
    generic.data.exp = 1;
    let expired = validate(&generic, NOW);
    assert!(is_blocking(&expired, true) && !is_blocking(&expired, false));
}

#[test]
fn long_lists_say_what_short_ones_say() {
    let far = |n: usize| Import { account: format!("A{n}"), ..service("q") };
    let mut short = unlimited();
    short.imports = ["q", "a.*", "a.b", "$1.b", "a.>"]
        .into_iter()
        .map(|subject| Some(Import { local_subject: subject.into(), ..service("*.b") }))
        .collect();
    short.exports = ["a.*", "a.b", "a.>", "b", "b", "a.c"].into_iter().map(|s| Some(stream(s))).collect();
    let mut long = short.clone();
    long.imports.extend((0..100).map(far).map(Some));
    long.exports.extend((0..100).map(|n| Some(stream(&format!("far.{n}")))));
    let overlaps = |account: Account| {
        let mut issues = issues(account.into_body());
        issues.retain(|issue| issue.id.ends_with("overlap") || issue.id == "import-duplicate");
        issues
    };
    let short = overlaps(short);
    assert_eq!(short.len(), 7, "{short:?}");
    assert_eq!(short, overlaps(long));
}

#[test]
fn a_token_full_of_overlaps_is_bounded() {
    let mut account = unlimited();
    account.imports = (1..200).map(|n| Some(service(&("*.".repeat(n) + ">")))).collect();
    let found = issues(account.into_body());
    assert_eq!(found.len(), MAX_OVERLAPS);
    assert!(is_blocking(&found, false));
}

#[test]
fn a_token_that_quotes_itself_for_ever_is_bounded() {
    let mut account = unlimited();
    let tokens = 50_000;
    let import = Import { local_subject: "$9.".repeat(tokens) + "x", ..service("*") };
    account.imports = vec![Some(import)];
    account.mappings.insert("m.".repeat(100_000) + "m", Some(vec![target("", 101, "c"); 30_000]));
    let found = issues(account.into_body());
    assert!(found.len() > tokens + 90_000);
    let size: usize = found.iter().map(|issue| issue.text.len() + issue.pointer.len()).sum();
    assert!(size < 64 << 20, "{size}");
    let last = found.last().expect("many");
    assert!(last.text.len() < 256 && last.text.contains("…"), "{}", last.text);
    assert_eq!(last.pointer, "/nats/mappings");
}
