use super::*;
use crate::file::config::Nothing;
use crate::server::fixture::Family;

fn run(text: &str) -> Startup {
    startup("s.conf", text.as_bytes(), Version::NEWEST, 1_800_000_000, &Nothing)
}

fn error(text: &str) -> String {
    run(text).error().unwrap_or_else(|| "starts".into())
}

#[test]
fn refusals_are_the_servers() {
    for (text, want) in [
        ("port: -1", "starts"),
        ("monitor: 1", "nats-server: s.conf:1:0: unknown field \"monitor\""),
        (
            "server_name: 12",
            "nats-server: s.conf:1:0: interface conversion: interface {} is int64, not string",
        ),
        ("system_account: 1", "nats-server: s.conf:1:0: system account name must be a string"),
        ("operator: 7", "nats-server: s.conf:1:0: error parsing operators: unsupported type int64"),
        (
            "operator: 'x.jwt'",
            "nats-server: s.conf:1:0: error parsing operator JWT: open x.jwt: no such file or directory",
        ),
        (
            "resolver: BOGUS",
            "nats-server: s.conf:1:0: error parsing account resolver, should be MEM or  URL(\"url\") or a map \
             containing dir and type state=[FULL|CACHE])",
        ),
        ("resolver: 'http://members.example'", "starts"),
        (
            "resolver: URL",
            "nats-server: could not fetch <\"/\">: Get \"/\": unsupported protocol scheme \"\"",
        ),
        ("no_auth_user: joe", "nats-server: no_auth_user: \"joe\" present, but users/nkeys are not defined"),
        (
            "authorization { user: a, pass: b, token: c }",
            "nats-server: s.conf:1:0: Cannot have a user/pass and token",
        ),
        ("resolver: { type: full, dir: '/tmp/x' }", "[FTL] Could not start resolver: no operator key found"),
        ("default_sentinel: x", "nats-server: default sentinel requires operators and accounts"),
        ("websocket { port: 80 }", "nats-server: websocket requires TLS configuration"),
        (
            "mqtt { port: 1883 }",
            "nats-server: mqtt requires JetStream to be enabled if running in standalone mode",
        ),
        ("system_account: A", "nats-server: error resolving system account: account missing"),
    ] {
        assert_eq!(error(text), want, "{text}");
    }
}

#[test]
fn the_options_are_read() {
    let s = run("accounts { A { users [{user: a, password: b}], default_permissions { publish: x } } }\n");
    assert_eq!(s.verdict, StartVerdict::Starts, "{:?}", s.errors);
    let user = s.options.users.first().expect("a user");
    assert_eq!((user.user.as_str(), user.account.as_str()), ("a", "A"));
    assert!(user.permissions.is_some());
    assert_eq!(s.warnings.len(), 1);
}

#[test]
fn only_the_system_account_has_users() {
    let text = "accounts { $SYS { users [{user: a, password: b}] } }\n";
    assert_eq!(run(text).options.no_auth_user, "nats-XXXXXXXX");
    assert_eq!(run(&format!("{text}authorization {{}}\n")).options.no_auth_user, "");
}

#[test]
fn releases_know_their_options() {
    assert_eq!(known_fields(Version::new(2, 9, 10)).len(), 85);
    assert_eq!(known_fields(Version::new(2, 10, 26)).len(), 92);
    assert_eq!(known_fields(Version::new(2, 12, 8)).len(), 98);
    assert_eq!(known_fields(Version::new(2, 14, 5)).len(), 99);
}

#[test]
fn every_preload_is_verified_and_told_in_its_order() {
    let family = Family::new();
    let names: Vec<String> = (0..600).map(|number| format!("A{number}")).collect();
    let preloads = names.iter().enumerate().map(|(number, name)| {
        let token = match number {
            // Not what was signed.
            3 | 300 => family.account(|data, _| data.name = "x".into()).replacen("J", "K", 4),
            500 => family.user(|_, _| {}),
            17 | 599 => family.account(|data, _| data.exp = 1_700_000_000),
            _ => family.account(|_, _| {}),
        };
        if number == 400 { format!("{name}: 12\n") } else { format!("{name}: {token}\n") }
    });
    let preloads: String = preloads.collect();
    let own = family.operator_token();
    let started = run(&format!("operator: {own}\nresolver: MEMORY\nresolver_preload {{\n{preloads}}}\n"));
    let errors: Vec<String> = started.errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        errors,
        [
            "s.conf:7:1: invalid account JWT",
            "s.conf:304:1: invalid account JWT",
            "s.conf:404:1: preload map value should be a string JWT",
            "s.conf:504:1: invalid account JWT",
        ]
    );
    let bad = |number| matches!(number, 3 | 300 | 400 | 500);
    let sound = preloads.lines().enumerate().filter(|(number, _)| !bad(*number));
    let sound: String = sound.map(|(_, line)| format!("{line}\n")).collect();
    let started = run(&format!("operator: {own}\nresolver: MEMORY\nresolver_preload {{\n{sound}}}\n"));
    assert_eq!(started.verdict, StartVerdict::Starts, "{:?}", started.errors);
    assert_eq!(started.options.preloads.len(), 596);
    let warnings: Vec<String> = started.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings[1..],
        ["Account [A17] has validation issues:", "Account [A599] has validation issues:"],
        "{warnings:?}"
    );
}
