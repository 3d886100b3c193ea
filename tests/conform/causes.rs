//! Does the repair work that `jwtfix check` tells for each of the causes of `account not found`?
//!
//! Each case is a deployment with one of the causes, and mostly with a second problem behind it. A real server refuses,
//! jwtfix says the same and tells a repair; the repair is carried out as it was told, the server is started again, and the
//! next refusal is explained in the same way, until the server lets the client in.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use jwtfix::server::Version;
use serde_json::{Value, json};

use super::cast::claims;
use super::client::{Met, connect};
use super::clock;
use super::common;
use super::faults::signed;
use super::mint::{Sign, Token, key, public, v2};
use super::server::{self, Binary};
use super::world::Client;

/// What has to be found wrong, and how it is put right.
struct Stage {
    /// The finding's code.
    code: &'static str,
    /// What the server says of it: a line of its log, or the text it ends with.
    server: &'static str,
    repair: Repair,
}

enum Repair {
    /// The commands that the finding's help has between backquotes.
    Commands,
    /// What the help says in these words, done by hand.
    ByHand(&'static str, fn(&Path)),
}

use Repair::{ByHand, Commands};

/// A deployment, its client, what is wrong with it.
struct Case {
    name: &'static str,
    files: Vec<(String, String)>,
    /// Words of `jwtfix check` behind the server.
    client: &'static [&'static str],
    stages: Vec<Stage>,
}

fn user(account: &str, sub: &str) -> Value {
    claims("user", &public('A', account), &public('U', sub), clock() - 100, json!({"name": sub}), json!({}))
}

/// An account by the operator `o`, which has revoked the user `gone`.
pub fn account(label: &str, by: char, signer: &str) -> String {
    let name = json!({"name": label.to_uppercase()});
    let nats = json!({"revocations": {public('U', "gone"): clock() + 1000}});
    let claims = claims("account", &public(by, signer), &public('A', label), clock() - 100, name, nats);
    v2(&claims, &key(by, signer))
}

pub fn operator(label: &str) -> String {
    let o = public('O', label);
    let claims = claims(
        "operator",
        &o,
        &o,
        clock() - 100,
        json!({"name": label}),
        json!({"system_account": public('A', "sys")}),
    );
    v2(&claims, &key('O', label))
}

/// A credentials file: who is in it, whose account signed, whose seed it has.
fn creds(account: &str, sub: &str, seed_of: &str) -> String {
    let token = signed(&user(account, sub)).text();
    let seed = key('U', seed_of).seed();
    format!(
        "-----BEGIN NATS USER JWT-----\n{token}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
    )
}

const FULL: &str = "resolver { type: full, dir: jwt, timeout: '30ms' }\n";

/// A deployment that is sound: operator, resolver's directory, the accounts A, B and SYS, users of A and SYS.
pub fn sound() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for label in ["a", "b", "sys"] {
        files.insert(format!("jwt/{}.jwt", public('A', label)), account(label, 'O', "o"));
    }
    files.insert("op.jwt".into(), operator("o"));
    files.insert("keys/o.nk".into(), key('O', "o").seed());
    files
        .insert("s.conf".into(), format!("operator: op.jwt\nsystem_account: {}\n{FULL}", public('A', "sys")));
    files.insert("ada.creds".into(), creds("a", "ada", "ada"));
    files.insert("sys.creds".into(), creds("sys", "root", "root"));
    files
}

/// The sound deployment, changed.
fn spoiled(
    name: &'static str,
    client: &'static [&'static str],
    stages: Vec<Stage>,
    spoil: impl FnOnce(&mut BTreeMap<String, String>),
) -> Case {
    let mut files = sound();
    spoil(&mut files);
    Case { name, files: files.into_iter().collect(), client, stages }
}

/// A seed that is not the user's, behind whatever else is wrong.
const SEED: Stage = Stage {
    code: "creds-seed-mismatch",
    server: "Signature not verified",
    repair: ByHand("put the user's own seed into the file", |path| {
        write(path, "ada.creds", creds("a", "ada", "ada"))
    }),
};

pub fn write(path: &Path, name: &str, text: String) {
    fs::write(path.join(name), text).expect("written");
}

fn append(path: &Path, text: &str) {
    let conf = fs::read_to_string(path.join("s.conf")).expect("there");
    write(path, "s.conf", conf + text);
}

const OTHER_SEED: &[&str] = &["ada.creds"];

fn cases() -> Vec<Case> {
    let a = || public('A', "a");
    let file = |label: &str| format!("jwt/{}.jwt", public('A', label));
    let wrong_seed = |files: &mut BTreeMap<String, String>| {
        files.insert("ada.creds".into(), creds("a", "ada", "stranger"));
    };
    let memory = |preloads: &str| {
        format!(
            "operator: op.jwt\nresolver: MEM\nsystem_account: {sys}\nresolver_preload {{\n  {sys}: {token}\n{preloads}}}\n",
            sys = public('A', "sys"),
            token = account("sys", 'O', "o")
        )
    };
    let leaf = |remote: &str| {
        format!(
            "accounts {{\n  ORDERS {{ users: [{{ user: ada, password: right }}] }}\n}}\nleafnodes {{\n  remotes: [\n    {{ url: 'nats-leaf://127.0.0.1:1', account: {remote} }}\n  ]\n}}\n"
        )
    };
    let stage = |code, server, repair| Stage { code, server, repair };
    let password = || {
        stage(
            "",
            "authentication error - User \"ada\"",
            ByHand("", |path| write(path, "password", "right\n".into())),
        )
    };
    let bare = |conf: String, files: &mut BTreeMap<String, String>| {
        files.clear();
        files.insert("s.conf".into(), conf);
        files.insert("password".into(), "wrong\n".into());
    };
    const ADA: &[&str] = &["--user", "ada", "--password-file", "password"];
    vec![
        // 1: misspelled in the settings of a client, the remote of a leafnode for one.
        spoiled(
            "a remote's account misspelled",
            ADA,
            vec![
                stage(
                    "account-misspelled",
                    "cannot find local account \"ORDRES\" specified in leafnode remote",
                    Commands,
                ),
                password(),
            ],
            |files| bare(leaf("ORDRES"), files),
        ),
        // 2: not defined in the configuration, or in no resolver.
        spoiled(
            "no account of that name in the config",
            ADA,
            vec![
                stage(
                    "account-not-in-config",
                    "cannot find local account \"SHIPPING\" specified in leafnode remote",
                    ByHand("define it, accounts { SHIPPING { … } }", |path| {
                        append(
                            path,
                            "accounts { SHIPPING {}\n ORDERS { users: [{ user: ada, password: right }] } }\n",
                        )
                    }),
                ),
                password(),
            ],
            |files| bare(leaf("SHIPPING"), files),
        ),
        spoiled(
            "not in the directory",
            OTHER_SEED,
            vec![
                stage(
                    "account-not-in-resolver",
                    "Account JWT lookup error: fetching jwt timed out",
                    ByHand("put the account's JWT into jwt/", |path| {
                        write(path, &format!("jwt/{}.jwt", public('A', "a")), account("a", 'O', "o"))
                    }),
                ),
                SEED,
            ],
            |files| {
                files.remove(&file("a"));
                wrong_seed(files);
            },
        ),
        spoiled(
            "not preloaded",
            OTHER_SEED,
            vec![
                stage(
                    "account-not-in-resolver",
                    "Account JWT lookup error: account missing",
                    ByHand("add it to resolver_preload in s.conf", |path| {
                        append(
                            path,
                            &format!(
                                "resolver_preload {{\n {}: {}\n {}: {}\n}}\n",
                                public('A', "sys"),
                                account("sys", 'O', "o"),
                                public('A', "a"),
                                account("a", 'O', "o")
                            ),
                        )
                    }),
                ),
                SEED,
            ],
            |files| {
                files.insert("s.conf".into(), memory(""));
                wrong_seed(files);
            },
        ),
        spoiled(
            "no resolver",
            OTHER_SEED,
            vec![
                stage(
                    "account-not-in-resolver",
                    "Account JWT lookup error: account missing",
                    ByHand("say in s.conf where accounts are", |path| {
                        append(
                            path,
                            &format!(
                                "resolver: MEM\nresolver_preload {{ {}: {} }}\n",
                                public('A', "a"),
                                account("a", 'O', "o")
                            ),
                        )
                    }),
                ),
                SEED,
            ],
            |files| {
                files.insert("s.conf".into(), format!("trusted_keys: {}\n", public('O', "o")));
                wrong_seed(files);
            },
        ),
        // 3: a wrong iss, sub, operator or system key.
        spoiled(
            "signed by another operator",
            OTHER_SEED,
            vec![
                stage(
                    "account-issuer-untrusted",
                    "Account JWT lookup error: account validation failed",
                    Commands,
                ),
                SEED,
            ],
            |files| {
                files.insert(file("a"), account("a", 'O', "other"));
                wrong_seed(files);
            },
        ),
        spoiled(
            "signed by itself",
            OTHER_SEED,
            vec![
                stage("account-self-signed", "Account JWT lookup error: account validation failed", Commands),
                SEED,
            ],
            |files| {
                files.insert(file("a"), account("a", 'A', "a"));
                wrong_seed(files);
            },
        ),
        spoiled(
            "stored under another account's key",
            OTHER_SEED,
            vec![
                stage("resolver-name-mismatch", "Account JWT lookup error: fetching jwt timed out", Commands),
                SEED,
            ],
            |files| {
                let token = files.remove(&file("a")).expect("there");
                files.insert(file("b"), token);
                wrong_seed(files);
            },
        ),
        spoiled(
            "the other operator in the config",
            OTHER_SEED,
            vec![
                stage(
                    "account-issuer-untrusted",
                    "Account JWT lookup error: account validation failed",
                    ByHand("give the server that token and restart it", |path| {
                        write(path, "op.jwt", operator("o"))
                    }),
                ),
                SEED,
            ],
            |files| {
                files.insert("op.jwt".into(), operator("other"));
                wrong_seed(files);
            },
        ),
        spoiled(
            "another system key than the operator's",
            OTHER_SEED,
            vec![
                stage(
                    "config-refused",
                    "system_account in config and operator JWT must be identical",
                    Commands,
                ),
                SEED,
            ],
            |files| {
                files.insert(
                    "s.conf".into(),
                    format!("operator: op.jwt\nsystem_account: {}\n{FULL}", public('A', "b")),
                );
                wrong_seed(files);
            },
        ),
        spoiled(
            "a system key with a letter wrong",
            OTHER_SEED,
            vec![
                stage(
                    "system-account-unresolved",
                    "error resolving system account: will only fetch valid account keys",
                    Commands,
                ),
                SEED,
            ],
            |files| {
                let sys = public('A', "sys");
                let wrong = format!("A{}", &sys[1..].replacen(|c: char| c.is_ascii_digit(), "Q", 1));
                assert_ne!(sys, wrong);
                let conf = format!(
                    "trusted_keys: {}\nresolver: MEM\nsystem_account: {wrong}\nresolver_preload {{\n {sys}: {}\n {}: {}\n}}\n",
                    public('O', "o"),
                    account("sys", 'O', "o"),
                    a(),
                    account("a", 'O', "o")
                );
                files.insert("s.conf".into(), conf);
                wrong_seed(files);
            },
        ),
        // 5: letter case of names, of keys, of files.
        spoiled(
            "a remote's account in small letters",
            ADA,
            vec![
                stage(
                    "account-letter-case",
                    "cannot find local account \"orders\" specified in leafnode remote",
                    Commands,
                ),
                password(),
            ],
            |files| bare(leaf("orders"), files),
        ),
        spoiled(
            "a file in small letters",
            OTHER_SEED,
            vec![
                stage("account-letter-case", "Account JWT lookup error: fetching jwt timed out", Commands),
                SEED,
            ],
            |files| {
                let token = files.remove(&file("a")).expect("there");
                files.insert(format!("jwt/{}.jwt", a().to_lowercase()), token);
                wrong_seed(files);
            },
        ),
        spoiled(
            "a preload in small letters",
            OTHER_SEED,
            vec![stage("account-letter-case", "Account JWT lookup error: account missing", Commands), SEED],
            |files| {
                files.insert(
                    "s.conf".into(),
                    memory(&format!("  {}: {}\n", a().to_lowercase(), account("a", 'O', "o"))),
                );
                wrong_seed(files);
            },
        ),
    ]
}

/// What a server did: the lines of its log for the client, or the text it ended with; none where the client came in.
fn real(binary: &Binary, path: &Path, client: &[&str]) -> Result<(), String> {
    let running = server::start(binary, path, &BTreeMap::new()).map_err(|ended| ended.said)?;
    let (conn, met) = connect(&running, &shown(path, client));
    if met == Met::Accepted {
        return Ok(());
    }
    let sees = conn.map(|conn| conn.errors()).unwrap_or_default();
    assert_eq!(sees, ["Authorization Violation"], "what the client reads");
    Err(running
        .log_until(|line| line.text.contains("connection closed"))
        .iter()
        .filter(|l| l.cid.is_some())
        .map(|l| l.text.clone())
        .collect::<Vec<_>>()
        .join("\n"))
}

/// The client that words of `check` describe: a credentials file, or a user and the password's file.
pub fn shown(path: &Path, words: &[&str]) -> Client {
    let text = |name: &str| fs::read_to_string(path.join(name)).expect("there");
    if let ["--user", user, _, password] = words {
        let pass = Some(text(password).trim().to_owned());
        return Client { name: "c".into(), user: Some((*user).to_owned()), pass, ..Client::default() };
    }
    let creds = text(words[0]);
    let lines: Vec<&str> =
        creds.lines().filter(|line| !line.is_empty() && !line.starts_with("---")).collect();
    let pair = nkeys::KeyPair::from_seed(lines[1]).expect("a seed");
    let sign = Some(Sign::By(pair.public_key()));
    Client { name: "c".into(), jwt: Some(Token::Text(lines[0].to_owned())), sign, ..Client::default() }
}

/// What jwtfix says to it.
fn told(path: &Path, version: Version, client: &[&str]) -> Value {
    let version = version.to_string();
    let words = ["check", "--format", "json", "--server", "s.conf", "--server-version", &version];
    common::jwtfix([&words[..], client].concat()).within(path).run().json()
}

/// Carries out the first command of a finding's help.
fn carry_out(path: &Path, finding: &Value) {
    let help = finding["help"].as_array().expect("a list");
    let command = help
        .iter()
        .filter_map(|help| help.as_str()?.split('`').nth(1))
        .find(|command| ["mv ", "sed ", "jwtfix "].iter().any(|verb| command.starts_with(verb)))
        .unwrap_or_else(|| panic!("no command in {help:?}"));
    let binary = Path::new(env!("CARGO_BIN_EXE_jwtfix")).parent().expect("a directory");
    let search = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .args(["-c", &command.replace("KEYS", "keys")])
        .current_dir(path)
        .env("PATH", search)
        .env("XDG_STATE_HOME", path.join("state"))
        .env("HOME", path)
        .output()
        .expect("a shell");
    // What was changed is told by 1.
    assert!(
        output.status.code().is_some_and(|code| code < 2),
        "{command}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A directory with these files.
pub fn lay_out<'f>(files: impl IntoIterator<Item = (&'f String, &'f String)>) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    for (name, text) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        fs::write(path, text).expect("written");
    }
    directory
}

/// Some releases: the first, the last, and one between.
pub fn releases() -> Vec<Binary> {
    let all = server::binaries();
    assert!(!all.is_empty(), "no nats-server in /opt/nats/bin or $NATS_SERVERS");
    let picked = [0, all.len() / 2, all.len() - 1];
    all.into_iter().enumerate().filter(|(at, _)| picked.contains(at)).map(|(_, binary)| binary).collect()
}

#[test]
#[ignore = "needs nats-servers"]
fn each_cause_of_an_account_not_found_has_a_repair_that_works() {
    for binary in releases() {
        for case in cases() {
            let directory = lay_out(case.files.iter().map(|(name, text)| (name, text)));
            let path = directory.path();
            for stage in &case.stages {
                let place = format!("{}, {}, {}", case.name, binary.version, stage.code);
                let said = real(&binary, path, case.client).expect_err(&place);
                let told = told(path, binary.version, case.client);
                let own = format!("{}{}", told["server"], told["results"]);
                // The server's words, those that come without the names of later releases in them too.
                let known = stage.server.split(" - User").next().unwrap_or_default();
                assert!(said.contains(known), "{place}: the server says\n{said}");
                assert!(own.contains(&known.replace('"', "\\\"")), "{place}: jwtfix says\n{own}");
                assert_eq!(told["results"][0]["verdict"], "refuse", "{place}");
                let all = [&told["server"]["findings"], &told["results"][0]["findings"]];
                let mut findings = all.iter().filter_map(|all| all.as_array()).flatten();
                let finding = findings.find(|finding| finding["code"] == stage.code);
                match &stage.repair {
                    Commands => carry_out(path, finding.unwrap_or_else(|| panic!("{place}: {own}"))),
                    ByHand("", repair) => repair(path),
                    ByHand(words, repair) => {
                        let help = finding.unwrap_or_else(|| panic!("{place}: {own}"))["help"].to_string();
                        assert!(help.contains(words), "{place}: {help}");
                        repair(path);
                    }
                }
            }
            if let Err(said) = real(&binary, path, case.client) {
                panic!(
                    "{}, {}: still\n{said}\n{}",
                    case.name,
                    binary.version,
                    told(path, binary.version, case.client)
                );
            }
            let told = told(path, binary.version, case.client);
            assert_eq!(told["results"][0]["verdict"], "accept", "{}: {told}", case.name);
        }
    }
}

/// 4: credentials of the system account where an account of users is meant, and the reverse. A server lets both in; what
/// is asked of it then goes nowhere.
#[test]
#[ignore = "needs nats-servers"]
fn credentials_of_the_wrong_account_come_in_and_reach_nobody() {
    let case = spoiled("sound", &[], Vec::new(), |_| {});
    for binary in releases() {
        let directory = lay_out(case.files.iter().map(|(name, text)| (name, text)));
        let path = directory.path();
        let running = server::start(&binary, path, &BTreeMap::new()).expect("it starts");
        let code = |account: &str, creds: &str| {
            let told = told(path, binary.version, &["--account", account, creds]);
            assert_eq!(told["results"][0]["verdict"], "accept");
            told["results"][0]["findings"][0]["code"].as_str().unwrap_or_default().to_owned()
        };
        let come_in = |creds: &str, lines: &str| {
            let (conn, met) = connect(&running, &shown(path, &[creds]));
            assert_eq!(met, Met::Accepted);
            let mut conn = conn.expect("connected");
            conn.say(lines);
            conn
        };
        // A message to A's subscriber.
        let (subscriber, _) = connect(&running, &shown(path, &["ada.creds"]));
        let mut subscriber = subscriber.expect("connected");
        subscriber.say("SUB orders.new 1\r\n");
        subscriber.hear(Duration::ZERO);
        let publish =
            |creds: &str| drop(come_in(creds, "PUB orders.new 2\r\nhi\r\n").hear(Duration::from_millis(300)));
        assert_eq!(code("A", "sys.creds"), "credentials-of-system-account");
        publish("sys.creds");
        assert!(!subscriber.hear(Duration::from_millis(50)).contains("MSG"), "{}", binary.version);
        assert_eq!(code("A", "ada.creds"), "");
        publish("ada.creds");
        assert!(subscriber.hears("MSG orders.new"), "{}", binary.version);
        // A request to the servers.
        let ping = "SUB in 1\r\nPUB $SYS.REQ.SERVER.PING in 0\r\n\r\n";
        assert_eq!(code("SYS", "ada.creds"), "credentials-not-of-system-account");
        assert!(
            !come_in("ada.creds", ping).hear(Duration::from_millis(300)).contains("MSG in"),
            "{}",
            binary.version
        );
        assert_eq!(code("SYS", "sys.creds"), "");
        assert!(come_in("sys.creds", ping).hears("MSG in"), "{}", binary.version);
    }
}
