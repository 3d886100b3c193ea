//! What does a decision cost? `cargo bench --bench check`.
//!
//! A configuration with many preloaded accounts, one client: processor time of this process, medians of one run. Then the
//! whole of `jwtfix check` for one client, with these preloads and with a resolver's directory of 1,000,000 files (or
//! `JWTFIX_FILES`), hard links of a few tokens: a server reads its directory when it starts and lets nothing in it decide
//! whether it starts, so check need not.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a bench writes files and prints")]

use std::hint::black_box;
use std::process::{Command, Stdio};

use jwtfix::file::config::{Nothing, ReadError, parse};
use jwtfix::file::creds;
use jwtfix::nkey::{PublicKey, Role, Seed};
use jwtfix::server::client::Client;
use jwtfix::server::connect::connect;
use jwtfix::server::startup::{StartVerdict, startup};
use jwtfix::server::world::World;
use jwtfix::server::{Verdict, Version};
use jwtfix::token::{Account, Body, Claims, ClaimsData, Operator, OperatorLimits, UNLIMITED, User, encode};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

const ACCOUNTS: usize = 10_000;
const NOW: i64 = 1_795_500_000;

fn main() {
    let operator = Seed::generate(Role::Operator);
    let own = mint(&operator, &operator.public(), "acme", Body::Operator(Operator::default()));
    let accounts: Vec<Seed> = (0..ACCOUNTS).map(|_| Seed::generate(Role::Account)).collect();
    let mut config = format!("operator: \"{own}\"\nresolver: MEMORY\nresolver_preload {{\n");
    let mut tokens = Vec::new();
    for (number, account) in accounts.iter().enumerate() {
        let body =
            Body::Account(Box::new(Account { limits: OperatorLimits::unlimited(), ..Account::default() }));
        let token = mint(&operator, &account.public(), &format!("A{number}"), body);
        config.push_str(&format!("  {}: {token}\n", account.public()));
        tokens.push(token);
    }
    config.push_str("}\n");
    let directory = format!("operator: \"{own}\"\nresolver {{ type: full, dir: \"/jwt\" }}\n");
    let user = Seed::generate(Role::User);
    let mut allowed = User::default();
    let permissions = &mut allowed.permissions;
    (permissions.subs, permissions.data, permissions.payload) = (UNLIMITED, UNLIMITED, UNLIMITED);
    let jwt = mint(&accounts[ACCOUNTS / 2], &user.public(), "alice", Body::User(Box::new(allowed)));
    let creds = creds::canonical(&jwt, &user.expose());
    let client = Client::with_jwt(jwt, Some(&user.public().to_string()));

    println!("{ACCOUNTS} preloaded accounts, {} bytes of configuration", config.len());
    let parsed = median(5, || {
        drop(black_box(parse("nats.conf", config.as_bytes(), Version::NEWEST, &Nothing).expect("parses")))
    });
    println!("parsing the configuration       {:9.2} ms", parsed * 1e3);
    let started = median(3, || {
        drop(black_box(startup("nats.conf", config.as_bytes(), Version::NEWEST, NOW, &Nothing)))
    });
    println!(
        "starting the server             {:9.2} ms   {:.1} us a preload beyond parsing",
        started * 1e3,
        (started - parsed) * 1e6 / ACCOUNTS as f64
    );
    let startup_preloaded = startup("nats.conf", config.as_bytes(), Version::NEWEST, NOW, &Nothing);
    assert_eq!(startup_preloaded.verdict, StartVerdict::Starts, "{:?}", startup_preloaded.errors);
    let nothing = |_: &str| Err(ReadError::NotFound);
    let first = median(11, || {
        let world = World::new(&startup_preloaded, &nothing, Version::NEWEST, NOW);
        assert_eq!(world.connect(&client).verdict, Verdict::Accept);
    });
    println!("one client, nothing held yet    {:9.2} ms", first * 1e3);
    let world = World::new(&startup_preloaded, &nothing, Version::NEWEST, NOW);
    let held = world.held();
    // The system counts no less than a microsecond.
    let many = || (0..1000).for_each(|_| drop(black_box(connect(&held, &client))));
    println!("one client, its account held    {:9.2} us", median(11, many) * 1e3);

    // Of a directory nothing but the one account is read, however many there are.
    let startup_directory = startup("nats.conf", directory.as_bytes(), Version::NEWEST, NOW, &Nothing);
    let wanted = format!("{}.jwt", accounts[ACCOUNTS / 2].public());
    let files = |path: &str| match path.ends_with(&wanted) {
        true => Ok(tokens[ACCOUNTS / 2].clone().into_bytes()),
        false => Err(ReadError::NotFound),
    };
    let looked = median(11, || {
        let world = World::new(&startup_directory, &files, Version::NEWEST, NOW);
        drop(black_box(world.connect(&client)));
    });
    println!("one client of a directory       {:9.2} ms", looked * 1e3);
    whole(&own, &config, &creds, &tokens, [&wanted, &accounts[0].public().to_string()]);
}

/// Whole processes: `jwtfix check` for one client.
fn whole(operator: &str, preloads: &str, credentials: &str, tokens: &[String], [wanted, system]: [&str; 2]) {
    let files: usize =
        std::env::var("JWTFIX_FILES").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let root = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let at = |name: &str| root.path().join(name);
    let write = |name: &str, text: &str| std::fs::write(at(name), text).expect("written");
    write("alice.creds", credentials);
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(at("alice.creds"), private).expect("ours");
    write("preloads.conf", preloads);
    for directory in ["few", "many"] {
        std::fs::create_dir(at(directory)).expect("made");
        write(&format!("{directory}/{wanted}"), &tokens[ACCOUNTS / 2]);
        // A server with a directory wants a system account.
        write(&format!("{directory}/{system}.jwt"), &tokens[0]);
        let resolver = format!("system_account: {system}\nresolver {{ type: full, dir: \"./{directory}\" }}");
        write(&format!("{directory}.conf"), &format!("operator: \"{operator}\"\n{resolver}\n"));
    }
    // A file has no more than 65,000 names on most file systems.
    for number in 0..files - 1 {
        let name = at("many").join(format!("A{number:055}.jwt"));
        match number.checked_sub(tokens.len()) {
            None => std::fs::write(name, &tokens[number]).expect("written"),
            Some(_) => {
                let first = at("many").join(format!("A{:055}.jwt", number % tokens.len()));
                std::fs::hard_link(first, name).expect("linked");
            }
        }
    }
    let check = |conf: &str| {
        let mut times: Vec<f64> = (0..11)
            .map(|_| {
                let before = spent(UsageWho::RUSAGE_CHILDREN);
                let status = Command::new(env!("CARGO_BIN_EXE_jwtfix"))
                    .current_dir(root.path())
                    .args(["check", "--at", &NOW.to_string(), "--server", conf, "alice.creds"])
                    .stdout(Stdio::null())
                    .status();
                assert!(status.expect("it starts").success(), "{conf}: the client is let in");
                spent(UsageWho::RUSAGE_CHILDREN) - before
            })
            .collect();
        times.sort_by(f64::total_cmp);
        times[5] * 1e3
    };
    println!("jwtfix check, {ACCOUNTS} preloads   {:9.2} ms", check("preloads.conf"));
    let (few, many) = (check("few.conf"), check("many.conf"));
    println!("jwtfix check, a directory of 1  {few:9.2} ms");
    println!("jwtfix check, {files:9} files  {many:9.2} ms");
}

/// Seconds of processor time.
fn spent(who: UsageWho) -> f64 {
    let usage = getrusage(who).expect("the system counts");
    let seconds = |time: TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    seconds(usage.user_time()) + seconds(usage.system_time())
}

fn mint(signer: &Seed, subject: &PublicKey, name: &str, body: Body) -> String {
    let data = ClaimsData { sub: subject.to_string(), name: name.into(), ..ClaimsData::default() };
    let mut claims = Claims { data, claim_type: String::new(), tags: Vec::new(), version: 2, body };
    let sign = |_: &PublicKey, message: &[u8]| {
        signer.sign(message).map(|signature| signature.to_vec()).map_err(|error| error.to_string())
    };
    encode(&mut claims, &signer.public(), NOW - 1000, &sign).expect("signs")
}

fn median(rounds: usize, mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..rounds)
        .map(|_| {
            let before = spent(UsageWho::RUSAGE_SELF);
            run();
            spent(UsageWho::RUSAGE_SELF) - before
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[rounds / 2]
}
