//! What does `jwtfix check` say to a person who looks for the reason of an `Authorization Violation` at night?

#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod common;

use std::fs;
use std::path::Path;

use common::{Ran, jwtfix};

const ORDERS: &str = "ADWP4TM6PZG2GHGCPG2LB3LGWOQW4D5UAVENERI4X65S3CP7N2JB3KIP";
const BILLING: &str = "ADWRDF4SGMBYCC65GKXDQ65CVTEH55O7CVGSASUHJZMDCKZ4V7PWT4OF";
const SYS: &str = "ACKSWZM2QRI23L32QCZTN4CSBCDNZCU3BZC7ZXWPAXBLSWWLVAZUUICA";

/// The deployment of acme in a directory of its own, with something done to it.
fn acme(spoil: impl FnOnce(&Path)) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/acme");
    fs::create_dir(directory.path().join("jwt")).expect("made");
    for name in ["acme.jwt", "nats.conf", "alice.creds", "bob.creds", "carol.creds"] {
        fs::copy(from.join(name), directory.path().join(name)).expect("copied");
    }
    for key in [ORDERS, BILLING, SYS] {
        let name = format!("jwt/{key}.jwt");
        fs::copy(from.join(&name), directory.path().join(&name)).expect("copied");
    }
    spoil(directory.path());
    directory
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("readable");
    assert!(text.contains(from), "no {from} in {}", path.display());
    fs::write(path, text.replace(from, to)).expect("written");
}

/// `jwtfix check --server nats.conf …` in a directory.
#[track_caller]
fn check(directory: &Path, more: &[&str]) -> Ran {
    let arguments = ["check", "--at", "2026-11-24", "--server", "nats.conf"];
    jwtfix([&arguments[..], more].concat()).within(directory).run()
}

#[test]
fn a_client_that_comes_in() {
    let there = acme(|_| {});
    check(there.path(), &["alice.creds"])
        .exits(0)
        .says("✓ nats-server 2.15.1 starts with nats.conf")
        .says("✓ the server lets this client in (judged for 2026-11-24 00:00:00 UTC)")
        .says("publish       orders.requests   (from the scope)");
    // Without a client it answers for the server alone.
    check(there.path(), &[]).exits(0).says_not("client");
}

#[test]
fn accounts_of_elsewhere_are_told_as_such() {
    let there = acme(|path| {
        fs::rename(path.join(format!("jwt/{ORDERS}.jwt")), path.join("orders.jwt")).expect("moved");
    });
    check(there.path(), &["alice.creds"])
        .exits(1)
        .says("account-not-in-resolver")
        .says_not("from the configuration");
    let said = "accounts      from ., and not from the configuration's resolver";
    check(there.path(), &["alice.creds", "--store", "."]).exits(0).says(said);
}

#[test]
fn every_refusal_is_told_and_not_the_first_alone() {
    let there = acme(|path| {
        fs::remove_file(path.join(format!("jwt/{ORDERS}.jwt"))).expect("removed");
    });
    let mqtt = ["alice.creds", "--via", "MQTT"];
    check(there.path(), &mqtt)
        .exits(1)
        .says("at gate       CON-0")
        .says("and when that is put right:")
        .says("✗ CON-17")
        .says("✗ CON-27")
        .says("error[account-not-in-resolver]")
        .says(&format!("put the account's JWT into jwt/{ORDERS}.jwt"));
}

#[test]
fn a_name_in_the_settings_that_no_account_has() {
    let there = acme(|_| {});
    let of = |name: &str| check(there.path(), &["alice.creds", "--account", name]);
    of("ORDERS").exits(0);
    of(ORDERS).exits(0);
    of("Order").exits(1).says("error[account-misspelled]").says("write ORDERS in the client's settings");
    of("orders").exits(1).says("error[account-letter-case]").says("write ORDERS in the client's settings");
    of("SHIPPING")
        .exits(1)
        .says("error[account-not-in-resolver]")
        .says("the server has BILLING, ORDERS, SYS");
    of("BILLING").exits(1).says("error[credentials-of-another-account]");
    of("SYS").exits(1).says("error[credentials-not-of-system-account]");
    of(SYS).exits(1).says("error[credentials-not-of-system-account]");
    of(&ORDERS.to_lowercase()).exits(1).says("error[account-letter-case]");
    of(&ORDERS.replace("ADWP", "ADWQ")).exits(1).says("error[account-misspelled]").says(ORDERS);
}

#[test]
fn files_of_the_resolver_by_other_names() {
    let small = format!("jwt/{}.jwt", ORDERS.to_lowercase());
    let there =
        acme(|path| fs::rename(path.join(format!("jwt/{ORDERS}.jwt")), path.join(&small)).expect("renamed"));
    check(there.path(), &["alice.creds"])
        .exits(1)
        .says("error[account-letter-case]")
        .says(&format!("`mv {small} jwt/{ORDERS}.jwt`"));
    let there = acme(|path| {
        let (from, to) = (path.join(format!("jwt/{ORDERS}.jwt")), path.join(format!("jwt/{BILLING}.jwt")));
        fs::copy(from, to).map(|_| ()).expect("copied");
    });
    check(there.path(), &["carol.creds"])
        .exits(1)
        .says("Account JWT lookup error: account validation failed")
        .says("error[resolver-name-mismatch]")
        .says_not("error[account-misspelled]");
}

#[test]
fn a_configuration_that_a_server_ends_at() {
    let there = acme(|path| edit(&path.join("nats.conf"), "\"acme.jwt\"", "\"etc/acme.jwt\""));
    check(there.path(), &["alice.creds"])
        .exits(1)
        .says("it ends with  nats-server: nats.conf:2:1: error parsing operator JWT: open etc/acme.jwt")
        .says("2 | operator: \"etc/acme.jwt\"")
        .says("relative to the directory that nats-server is started in")
        .says("CFG-0")
        .says_not("lets this client in");
    // A key beside the trust does not keep from saying what else is wrong with the client.
    let there = acme(|path| edit(&path.join("nats.conf"), "resolver {", "portt: 1\nresolver {"));
    let ran = check(there.path(), &["alice.creds", "--via", "MQTT"]);
    ran.exits(1).says("unknown field \"portt\"").says("✗ CON-27");
    // One that is read as another option does.
    let there = acme(|path| edit(&path.join("nats.conf"), "operator:", "operater:"));
    check(there.path(), &["alice.creds"]).exits(1).says("unknown field \"operater\"").says_not("CON-12");
}

#[test]
fn a_configuration_that_does_not_parse_is_told_by_its_line() {
    let there = acme(|path| {
        fs::create_dir(path.join("auth")).expect("made");
        fs::write(path.join("auth/ports.conf"), "# ports\nhttp: $HTTP\n").expect("written");
        fs::write(path.join("nats.conf"), "port: $PORT\nPORT = 4222\n").expect("written");
    });
    check(there.path(), &[])
        .exits(1)
        .says(" --> nats.conf:1:7\n  |\n1 | port: $PORT\n  |       ^^^^^\n")
        .says("= help: nats.conf:2 sets it, and a variable counts from where it is set");
    fs::write(there.path().join("nats.conf"), "port: 4222\ninclude auth/ports.conf\n").expect("written");
    check(there.path(), &[])
        .exits(1)
        .says(" --> auth/ports.conf:2:7\n  |\n2 | http: $HTTP\n")
        .says("set the variable where the server is started");
    fs::write(there.path().join("nats.conf"), "port: 4222\ninclude ports.conf\n").expect("written");
    check(there.path(), &[])
        .exits(1)
        .says(" --> nats.conf:2:9\n")
        .says("the path of an include is relative to the file that it stands in");
}

#[test]
fn a_store_is_told_by_its_own_files() {
    let there = acme(|path| {
        fs::create_dir(path.join("store")).expect("made");
        fs::rename(path.join(format!("jwt/{ORDERS}.jwt")), path.join("store/orders.jwt")).expect("moved");
        let other = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/night/acme.jwt");
        fs::copy(other, path.join("acme.jwt")).expect("copied");
    });
    check(there.path(), &["--store", "store", "alice.creds"])
        .exits(1)
        .says("error[account-issuer-untrusted]")
        .says(" --> store/orders.jwt (account ");
}

#[test]
fn a_system_account_that_is_not_there() {
    let wrong = SYS.replace("ACKS", "ACKX");
    let there = acme(|path| edit(&path.join("nats.conf"), SYS, &wrong));
    check(there.path(), &[])
        .exits(1)
        .says("system_account in config and operator JWT must be identical")
        .says("error[system-account-unresolved]")
        .says(&format!("`sed -i '3s/{wrong}/{SYS}/' nats.conf`"));
    let there = acme(|path| fs::remove_file(path.join(format!("jwt/{SYS}.jwt"))).expect("removed"));
    // acme's operator is strict, so that no made-up system account will do.
    check(there.path(), &[])
        .exits(1)
        .says("[FTL] Can't set system account: account validation failed")
        .says("error[system-account-unresolved]")
        .says(&format!("put the account's JWT into jwt/{SYS}.jwt"));
}

#[test]
fn what_is_not_known_offline_is_no_pass() {
    let unknown =
        ["check", "--at", "2026-11-24", "--server", "testdata/check/url.conf", "testdata/acme/alice.creds"];
    jwtfix(unknown)
        .run()
        .exits(1)
        .says("? nats-server 2.15.1 may or may not start")
        .says("? whether the server lets this client in cannot be known here");
}

#[test]
fn what_jwtfix_cannot_read_is_its_own_error() {
    let there = acme(|_| {});
    check(there.path(), &["nobody.creds"]).exits(2).warns("nobody.creds: no such file or directory");
    check(there.path(), &["acme.jwt"]).exits(1).says("operator \"acme\"").says("not user claim");
    let missing = jwtfix(["check", "--server", "nats.cof"]).within(there.path()).run();
    missing.exits(2).warns("nats.cof: no such file or directory");
}

#[test]
fn what_a_client_may_and_which_rule_says_so() {
    let there = acme(|_| {});
    let can =
        |words: &[&str]| jwtfix([&["can", "--at", "2026-11-24"], words].concat()).within(there.path()).run();
    can(&["--server", "nats.conf", "alice.creds", "pub", "orders.requests"])
        .exits(0)
        .says("✓ may publish to orders.requests")
        .says("pub.allow \"orders.requests\" of the scope \"reader\"");
    can(&["--server", "nats.conf", "alice.creds", "pub", "orders.new"])
        .exits(1)
        .says("✗ may not publish to orders.new")
        .says("client sees   Permissions Violation for Publish to \"orders.new\"");
    // Without a configuration the accounts alone say it.
    can(&["--resolver", "jwt", "bob.creds", "sub", "a", "--queue", "q"])
        .exits(0)
        .says("✓ may subscribe to a in queue q")
        .says("no entry of the user's own permissions");
    can(&["bob.creds", "pub", "a"]).exits(2).warns("no account was given");
    can(&["--server", "nats.conf", "bob.creds", "push", "a"]).exits(2).warns("neither pub nor sub");
    can(&["--server", "nats.conf", "pub", "a"]).exits(2).warns("no client was named");
    // Whoever is not let in may nothing.
    let late = ["--at", "2050-01-01", "--server", "nats.conf", "alice.creds", "pub", "orders.requests"];
    jwtfix([&["can"], &late[..]].concat())
        .within(there.path())
        .run()
        .exits(1)
        .says("✗ the server refuses this client")
        .says("and were it in:");
}

/// A configuration that wants to do harm ends in a clear error.
#[test]
fn hostile_configurations() {
    let cases: Vec<(&str, String, &str)> = vec![
        ("maps in each other", format!("a: {}", "{b: ".repeat(60_000)), "1000"),
        ("arrays in each other", format!("a: {}", "[".repeat(200_000)), "1000"),
        ("a loop of includes", "include 'nats.conf'\n".to_owned(), "include"),
        ("an include that is not there", "include 'gone/x.conf'\n".to_owned(), "no such file or directory"),
        (
            "an include outside of the tree",
            "include '../../../../../../../../etc/hostname-of-nobody'\n".to_owned(),
            "no such file or directory",
        ),
        ("an include that is no file", "include '.'\n".to_owned(), "directory"),
        ("a variable of itself", "a: $a\n".to_owned(), "variable reference for 'a'"),
        (
            "variables that repeat each other",
            {
                let mut laughs = "v0: [x, x, x, x, x, x, x, x, x, x ]\n".to_owned();
                for i in 1..12 {
                    laughs += &format!("v{i}: [{} ]\n", format!("$v{}, ", i - 1).repeat(10));
                }
                laughs
            },
            "more than",
        ),
        ("a quote that does not end", "a: \"".to_owned() + &"x".repeat(1 << 20), "Parse error"),
        ("bytes that are no text", "\u{0}\u{1}\u{fffd}: \u{7f}".to_owned(), "✗"),
    ];
    for (name, text, wanted) in cases {
        let there = acme(|path| fs::write(path.join("nats.conf"), &text).expect("written"));
        let ran = check(there.path(), &["alice.creds"]);
        assert_eq!(ran.code, 1, "{name}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains(wanted), "{name}: {}", ran.stdout.chars().take(800).collect::<String>());
        assert!(!ran.stdout.contains("lets this client in (judged"), "{name}: {}", ran.stdout);
    }
}

/// The token and the seed of alice's credentials.
fn parts_of(directory: &Path) -> (String, String) {
    let creds = fs::read_to_string(directory.join("alice.creds")).expect("readable");
    let of =
        |start: &str| creds.lines().find(|line| line.starts_with(start)).expect("it is there").to_owned();
    (of("eyJ"), of("SU"))
}

#[test]
fn contexts_keep_their_secrets_in_many_places() {
    let there = acme(|path| {
        let (jwt, seed) = parts_of(path);
        let write = |name: &str, text: String| fs::write(path.join(name), text).expect("written");
        write("creds.json", r#"{"creds": "~/alice.creds"}"#.into());
        write("nsc.json", r#"{"creds": "nsc://acme/ORDERS/alice"}"#.into());
        write("older.json", r#"{"nsc": "nsc://acme/ORDERS/alice?names"}"#.into());
        write("nobody.json", r#"{"creds": "nsc://acme/ORDERS/nobody"}"#.into());
        write("two.json", format!(r#"{{"user_jwt": "{jwt}", "user_seed": "env://SEED"}}"#));
        write("variable.json", r#"{"creds": "env://CREDS"}"#.into());
        write("vault.json", r#"{"creds": "op://vault/alice"}"#.into());
        write(
            "seed.json",
            format!(r#"{{"nkey": "data:;base64,{}"}}"#, data_encoding::BASE64.encode(seed.as_bytes())),
        );
        write("user.json", r#"{"user": "ada", "password": "p", "creds": "alice.creds"}"#.into());
        let users = path.join("stores/acme/accounts/ORDERS/users");
        fs::create_dir_all(&users).expect("made");
        fs::write(users.join("alice.jwt"), jwt).expect("written");
        fs::create_dir_all(path.join("keys/creds/acme/ORDERS")).expect("made");
        fs::copy(path.join("alice.creds"), path.join("keys/creds/acme/ORDERS/alice.creds")).expect("copied");
        fs::create_dir(path.join("home")).expect("made");
        let settings = format!(r#"{{"store_root": "{}"}}"#, path.join("stores").display());
        fs::write(path.join("home/nsc.json"), settings).expect("written");
    });
    let (_, seed) = parts_of(there.path());
    let creds = fs::read_to_string(there.path().join("alice.creds")).expect("readable");
    let home = there.path().to_str().expect("a path of text");
    let ask = |name: &str| {
        jwtfix(["check", "--at", "2026-11-24", "--server", "nats.conf", name])
            .within(there.path())
            .env("HOME", home)
            .env("NSC_HOME", &format!("{home}/home"))
            .env("NKEYS_PATH", &format!("{home}/keys"))
            .env("SEED", &seed)
            .env("CREDS", &creds)
            .run()
    };
    for name in ["creds.json", "nsc.json", "older.json", "two.json", "variable.json"] {
        ask(name).exits(0).says("✓ the server lets this client in");
    }
    // A seed in the keystore is taken before credentials, and in no form of its own.
    let user = jwtfix::nkey::go::from_seed(seed.as_bytes()).expect("alice's").public();
    let keys = there.path().join("keys").join(jwtfix::file::layout::key_path(&user));
    fs::create_dir_all(keys.parent().expect("a directory")).expect("made");
    fs::write(&keys, &seed).expect("written");
    ask("nsc.json").exits(0).says("✓ the server lets this client in").says_not("[creds-");
    ask("seed.json").exits(1).says("Authentication requires a user JWT");
    ask("user.json").exits(1).says("user \"ada\"");
    ask("nobody.json").exits(2).warns("nsc://acme/ORDERS/nobody: there is no such user");
    ask("vault.json").exits(2).warns("1Password");
}
