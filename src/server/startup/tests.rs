use super::*;
use crate::file::config::Nothing;

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
