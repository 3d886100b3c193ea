use super::*;
use crate::file::config::ReadError;
use crate::nkey::{Role, Seed};
use crate::server::fixture::{Family, NOON, account_of, text};
use crate::server::options::{Directory, Resolver};
use crate::server::resolver::Stored;
use crate::token::{Export, ExportType, Import};

const NEW: Version = Version::NEWEST;

/// What looking the family's account up says: the server's error, and the conditions' ids.
fn ask(options: &ServerOptions, name: &str, version: Version) -> Option<(String, Vec<&'static str>)> {
    let files = |_: &str| Err(ReadError::NotFound);
    let stored = Stored::new(options, &files, NOON);
    let held = Held::new(Server::new(options, version, NOON), &stored);
    let lookup = held.lookup(name);
    lookup.refusal.clone().map(|r| (r.text, r.conditions.iter().map(|c| c.id).collect()))
}

#[test]
fn the_conditions_behind_one_text() {
    let f = Family::new();
    let key = text(&f.account);
    let failed = |ids: &[&'static str]| Some(("account validation failed".to_owned(), ids.to_vec()));
    let stranger = Seed::generate(Role::Operator);
    let with = |token: String| f.options(&[(key.clone(), token)]);

    assert_eq!(ask(&with(f.account(|_, _| {})), &key, NEW), None);
    assert_eq!(ask(&with(f.account_by(&f.operator, |_, _| {})), &key, NEW), None);
    assert_eq!(ask(&with(f.account_by(&stranger, |_, _| {})), &key, NEW), failed(&[causes::UNTRUSTED]));
    assert_eq!(ask(&with(f.account_by(&f.account, |_, _| {})), &key, NEW), failed(&[causes::SELF_SIGNED]));
    let mut strict = with(f.account_by(&f.operator, |_, _| {}));
    strict.operators[0].strict_signing_key_usage = true;
    assert_eq!(ask(&strict, &key, NEW), failed(&[causes::STRICT_OPERATOR]));

    for (exp, want) in [(0, None), (NOON, None), (NOON - 1, failed(&[causes::TIME])), (-5, None)] {
        assert_eq!(ask(&with(f.account(|d, _| d.exp = exp)), &key, NEW), want, "{exp}");
    }
    assert_eq!(ask(&with(f.account(|d, _| d.nbf = NOON + 1)), &key, NEW), failed(&[causes::TIME]));
    let many = f.account(|_, a| a.limits.exports = -2);
    assert_eq!(ask(&with(many), &key, NEW), failed(&[causes::VALIDATION]));

    let other = Seed::generate(Role::Account);
    let all = account_of(&other, &stranger, |d, _| d.exp = NOON - 1);
    let want = failed(&[causes::UNTRUSTED, causes::TIME, causes::OTHER_SUBJECT]);
    assert_eq!(ask(&with(all), &key, NEW), want);
    let user = f.user(|_, _| {});
    assert_eq!(ask(&with(user), &key, NEW), Some(("not account claim".into(), vec![causes::WRONG_KIND])));
    let mut damaged = f.account(|_, _| {});
    damaged.replace_range(60..61, if &damaged[60..61] == "A" { "B" } else { "A" });
    assert!(ask(&with(damaged), &key, NEW).is_some());

    assert_eq!(
        ask(&f.options(&[]), &key, NEW),
        Some(("account missing".into(), vec![causes::NOT_IN_RESOLVER]))
    );
    let said = ask(&f.options(&[]), &text(&f.user), NEW);
    assert_eq!(said, Some(("will only fetch valid account keys".into(), vec![causes::NOT_AN_ACCOUNT_KEY])));
    let none = ServerOptions { resolver: None, ..f.options(&[]) };
    assert_eq!(ask(&none, &key, NEW), Some(("account missing".into(), vec![causes::NO_RESOLVER])));
}

#[test]
fn libraries_validated_differently() {
    let f = Family::new();
    let key = text(&f.account);
    let with = |token: String| f.options(&[(key.clone(), token)]);
    let dots = f.account(|_, a| a.default_permissions.publish.allow = Some(vec!["a..b".into()]));
    let weights = |w: u8| vec![("b".to_owned(), w), ("c".into(), w)];
    let mapped = |w: u8| {
        f.account(|_, a| {
            let targets = weights(w).into_iter().map(|(subject, weight)| crate::token::WeightedMapping {
                subject,
                weight,
                cluster: String::new(),
            });
            a.mappings.insert("a".into(), Some(targets.collect()));
        })
    };
    let service = |account: &Seed| {
        let account = text(account);
        Some(Import { subject: "s".into(), account, kind: ExportType::Service, ..Import::default() })
    };
    let (one, two) = (Seed::generate(Role::Account), Seed::generate(Role::Account));
    let overlap = f.account(|_, a| a.imports = vec![service(&one), service(&two)]);
    let v = |text: &str| Version::parse(text).expect("a version");
    for (token, version, works) in [
        (dots.clone(), v("2.10.11"), true),
        (dots, v("2.10.12"), false),
        (mapped(50), v("2.9.10"), true),
        (mapped(60), v("2.12.5"), false),
        // 200 + 200 are 144 in eight bits, 150 + 150 are 44.
        (mapped(200), v("2.12.5"), false),
        (mapped(150), v("2.12.5"), true),
        (mapped(150), v("2.12.6"), false),
        (overlap.clone(), v("2.12.5"), false),
        (overlap, v("2.12.6"), true),
        (f.account(|_, a| a.cluster_traffic = "x".into()), v("2.10.23"), true),
        (f.account(|_, a| a.cluster_traffic = "x".into()), v("2.11.0"), false),
    ] {
        assert_eq!(ask(&with(token), &key, version).is_none(), works, "{version}");
    }
}

#[test]
fn a_directory_answers_as_the_store_does() {
    let f = Family::new();
    let key = text(&f.account);
    let token = f.account(|_, _| {});
    let directory = |cache: bool, preloads: &[(String, String)]| {
        let ttl = if cache { 3_600_000_000_000 } else { 0 };
        let directory = Directory { dir: "/jwt/".into(), cache, ttl, ..Directory::default() };
        ServerOptions { resolver: Some(Resolver::Directory(directory)), ..f.options(preloads) }
    };
    let ask = |options: &ServerOptions, file: Result<Vec<u8>, ReadError>| {
        let path = format!("/jwt/{key}.jwt");
        let files = |asked: &str| if asked == path { file.clone() } else { Err(ReadError::NotFound) };
        let stored = Stored::new(options, &files, NOON);
        let held = Held::new(Server::new(options, NEW, NOON), &stored);
        let lookup = held.lookup(&key);
        match (&lookup.refusal, &lookup.unknown) {
            (Some(r), _) => format!("{} {}", r.text, r.conditions[0].id),
            (None, Some(_)) => "unknown".into(),
            (None, None) => lookup.held().map_or("?".into(), |a| a.name().to_owned()),
        }
    };
    let full = directory(false, &[]);
    let expired = f.account(|d, _| d.exp = NOON - 10);
    for (file, want) in [
        (Ok(token.clone().into_bytes()), "ORDERS"),
        (Ok(format!("{token}\n").into_bytes()), "ORDERS"),
        (Ok(Vec::new()), "fetching jwt timed out not-in-resolver"),
        (Err(ReadError::NotFound), "fetching jwt timed out not-in-resolver"),
        (Err(ReadError::Denied), "fetching jwt timed out not-in-resolver"),
        (Err(ReadError::Unavailable), "unknown"),
        (Ok(b"-----BEGIN".to_vec()), "expected 3 chunks damaged"),
        (Ok(expired.clone().into_bytes()), "fetching jwt timed out time"),
    ] {
        assert_eq!(ask(&full, file.clone()), want, "{file:?}");
    }
    assert_eq!(ask(&directory(true, &[]), Ok(expired.into_bytes())), "account validation failed time");
    let meshed = ServerOptions { meshed: true, ..directory(false, &[]) };
    assert_eq!(ask(&meshed, Err(ReadError::NotFound)), "unknown");

    // A preload replaces a file unless that is newer, or the same.
    let newer = |name: &str, iat: i64| {
        let mut claims = crate::token::decode(token.as_bytes()).expect("decodes");
        claims.data.name = name.into();
        crate::server::fixture::sign(&mut claims, &f.operator_key, iat)
    };
    let preloaded = directory(false, &[(key.clone(), newer("PRELOADED", NOON - 100))]);
    for (file, want) in [
        (Err(ReadError::NotFound), "PRELOADED"),
        (Ok(newer("OLDER", NOON - 101).into_bytes()), "PRELOADED"),
        (Ok(newer("SAME", NOON - 100).into_bytes()), "PRELOADED"),
        (Ok(newer("NEWER", NOON - 99).into_bytes()), "NEWER"),
        (Ok(b"junk".to_vec()), "PRELOADED"),
    ] {
        assert_eq!(ask(&preloaded, file.clone()), want);
    }
}

#[test]
fn imports_that_do_not_work_are_told() {
    let f = Family::new();
    let exporter = Seed::generate(Role::Account);
    let export = |subject: &str, kind, token_req, position| {
        Some(Export {
            subject: subject.into(),
            kind,
            token_req,
            account_token_position: position,
            ..Export::default()
        })
    };
    let (stream, service) = (ExportType::Stream, ExportType::Service);
    let exports = vec![
        export("open.>", stream, false, 0),
        export("closed.>", service, true, 0),
        export("mine.*.x", service, false, 2),
        export("mine.*.x", stream, false, 2),
        export("literal", stream, false, 0),
    ];
    let import = |subject: &str, kind| {
        let account = text(&exporter);
        Some(Import { subject: subject.into(), account, kind, ..Import::default() })
    };
    let mine = format!("mine.{}.x", text(&f.account));
    let absent = Import { account: text(&f.account_key), ..import("any", stream).expect("some") };
    let imports = vec![
        import("open.a", stream),
        import("open.>", stream),
        import("open.a", service),
        import("closed.a", service),
        import(&mine, service),
        import("mine.*.x", stream),
        import("literal", stream),
        import("*", stream),
        Some(absent),
    ];
    let preloads = [
        (text(&f.account), f.account(|_, a| a.imports = imports.clone())),
        (text(&exporter), account_of(&exporter, &f.operator, |_, a| a.exports = exports.clone())),
    ];
    let options = f.options(&preloads);
    let files = |_: &str| Err(ReadError::NotFound);
    let stored = Stored::new(&options, &files, NOON);
    let held = Held::new(Server::new(&options, NEW, NOON), &stored);
    let lookup = held.lookup(&text(&f.account));
    let account = lookup.held().expect("the importer comes in all the same");
    let works: Vec<(String, bool)> =
        held.imports(account).iter().map(|i| (i.subject.clone(), i.inactive.is_none())).collect();
    let count =
        |subject: &str, works_: bool| works.iter().filter(|(s, w)| s == subject && *w == works_).count();
    assert_eq!((count("open.a", true), count("open.a", false)), (1, 1), "{works:?}");
    for (subject, want) in [
        ("open.>", true),
        ("closed.a", false),
        (&mine, true),
        ("mine.*.x", false),
        ("literal", true),
        ("*", false),
        ("any", false),
    ] {
        assert_eq!(count(subject, want), 1, "{subject} {works:?}");
    }
    let lines: Vec<String> =
        held.imports(account).iter().filter_map(|i| i.line.as_ref().map(ToString::to_string)).collect();
    let label = format!("{}/ORDERS", text(&f.account));
    assert!(lines.contains(&format!(
        "[DBG] Error adding service import to account [{label}]: service import not authorized"
    )));
    let key = text(&f.account_key);
    assert!(lines.contains(&format!(
        "[ERR] Can't locate account [{key}] for import of [any] stream (err=account missing)"
    )));
}
