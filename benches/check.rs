//! What does a decision cost? `cargo bench --bench check`.
//!
//! A configuration with many preloaded accounts, one client. Times are of this thread; medians of one run.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a bench reads the clock and prints"
)]

use std::hint::black_box;
use std::time::Instant;

use jwtfix::file::config::{Nothing, ReadError, parse};
use jwtfix::nkey::{PublicKey, Role, Seed};
use jwtfix::server::client::Client;
use jwtfix::server::connect::connect;
use jwtfix::server::startup::{StartVerdict, startup};
use jwtfix::server::world::World;
use jwtfix::server::{Verdict, Version};
use jwtfix::token::{Account, Body, Claims, ClaimsData, Operator, OperatorLimits, UNLIMITED, User, encode};

const ACCOUNTS: usize = 10_000;
const NOW: i64 = 1_795_500_000;

fn main() {
    let operator = Seed::generate(Role::Operator);
    let own = mint(&operator, &operator.public(), "acme", Body::Operator(Operator::default()));
    let accounts: Vec<Seed> = (0..ACCOUNTS).map(|_| Seed::generate(Role::Account)).collect();
    let limits = || OperatorLimits {
        subs: UNLIMITED,
        data: UNLIMITED,
        payload: UNLIMITED,
        imports: UNLIMITED,
        exports: UNLIMITED,
        wildcards: true,
        conn: UNLIMITED,
        leaf: UNLIMITED,
        ..OperatorLimits::default()
    };
    let mut config = format!("operator: \"{own}\"\nresolver: MEMORY\nresolver_preload {{\n");
    let mut tokens = Vec::new();
    for (number, account) in accounts.iter().enumerate() {
        let body = Body::Account(Box::new(Account { limits: limits(), ..Account::default() }));
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
    let again = median(1001, || drop(black_box(connect(&held, &client))));
    println!("one client, its account held    {:9.2} us", again * 1e6);

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
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[rounds / 2]
}
