//! One claim alone, the tokens themselves, everything, another time; colour and locale.

use crate::common::jwtfix;
use crate::{NOW, token};

const ACCOUNT: &str = "testdata/acme/jwt/ADWP4TM6PZG2GHGCPG2LB3LGWOQW4D5UAVENERI4X65S3CP7N2JB3KIP.jwt";

#[test]
fn one_claim_by_pointer_or_path() {
    for (path, value) in [
        ("/nats/limits/conn", "100\n"),
        ("nats.limits.conn", "100\n"),
        ("$.nats.exports[0].subject", "orders.events.>\n"),
        ("$['nats']['exports'][1]['type']", "service\n"),
        ("$.nats.exports[*].name", "events\ninvoice\n"),
        ("$.nats.exports[-1].name", "invoice\n"),
        ("name", "ORDERS\n"),
    ] {
        let ran = jwtfix(["inspect", ACCOUNT, "--field", path]).run().exits(0);
        assert_eq!(ran.stdout, value, "{path}");
    }
    jwtfix(["inspect", ACCOUNT, "--field", "nats.nothing"])
        .run()
        .exits(1)
        .warns("no token here has nats.nothing");
    jwtfix(["inspect", ACCOUNT, "--field", "$.["])
        .run()
        .exits(2)
        .warns("is no JSONPath")
        .warns("jwtfix: hint: ");
    let ran = jwtfix(["inspect", "testdata/acme/jwt", "--field", "sub"]).run().exits(0);
    assert_eq!(ran.stdout.lines().count(), 3);
}

#[test]
fn tokens_are_printed_where_they_are_asked_for_and_nowhere_else() {
    for more in [&[][..], &["-v"], &["--format", "json"], &["--field", "sub"]] {
        let arguments = [&["inspect", "--at", NOW, "testdata/creds/01_std"], more].concat();
        jwtfix(&arguments).run().says_not("eyJ");
        let raw = jwtfix([&arguments[..], &["--raw"]].concat()).run();
        assert_eq!(raw.stdout.contains(token()), !more.contains(&"--field"), "{more:?}");
    }
}

#[test]
fn keys_in_full_and_everything_with_v() {
    let arguments = ["inspect", "--at", NOW, ACCOUNT, "--operator", "testdata/acme/acme.jwt"];
    jwtfix(arguments).run().exits(0).says("ADWP4T…3KIP").says_not("Identifier");
    jwtfix([&arguments[..], &["-v"]].concat())
        .run()
        .exits(0)
        .says("  account   ORDERS  ADWP4TM6PZG2GHGCPG2LB3LGWOQW4D5UAVENERI4X65S3CP7N2JB3KIP\n")
        .says("Identifier: ")
        .says("Layout: v2");
}

#[test]
fn another_time() {
    let at = |time: &str| {
        jwtfix(["inspect", "testdata/acme/alice.creds", "--store", "testdata/acme", "--at", time]).run()
    };
    at("2026-12-01").says("(judged for 2026-12-01 00:00:00 UTC)").says("(in 19 years)");
    at("2050-01-01")
        .exits(1)
        .says("✗ expired 3 years ago")
        .says("✗ the chain does not hold (judged for 2050-01-01 00:00:00 UTC)");
}

#[test]
fn colour_and_locale() {
    let arguments = ["inspect", "--at", NOW, "testdata/acme/acme.jwt"];
    let plain = jwtfix(arguments).run().says_not("\u{1b}[").stdout;
    assert!(!plain.ends_with("\n\n") && plain.ends_with('\n'));
    let forced = jwtfix(arguments).env("CLICOLOR_FORCE", "1").run().says("\u{1b}[").stdout;
    let mut uncoloured = String::new();
    let mut rest = forced.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        uncoloured.push_str(before);
        rest = after.split_once('m').expect("a colour").1;
    }
    assert_eq!(uncoloured + rest, plain, "colour adds nothing but colour");
    jwtfix(arguments).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").run().says_not("\u{1b}[");
    jwtfix([&arguments[..], &["--color", "always"]].concat()).env("NO_COLOR", "1").run().says("\u{1b}[");
    jwtfix([&arguments[..], &["--color", "never"]].concat())
        .env("CLICOLOR_FORCE", "1")
        .run()
        .says_not("\u{1b}[");
    let ascii = jwtfix(arguments).env("LC_ALL", "C").run().says("ok: signed by itself").says("OCDQQQ...FVBL");
    assert!(ascii.stdout.is_ascii());
    let json = jwtfix([&arguments[..], &["--format", "json"]].concat()).env("LC_ALL", "C").run();
    json.json();
}

/// More files than are in work at a time, each told as if it were alone, in the order of their names.
#[test]
fn everything_of_a_large_directory_is_told_in_order() {
    let directory = tempfile::tempdir().expect("a directory");
    let odd = include_str!("../../testdata/broken/cut.jwt");
    let accounts = [std::fs::read_to_string(ACCOUNT).expect("an account"), odd.to_owned()];
    let names: Vec<String> = (0..600).map(|number| format!("{number:03}.jwt")).collect();
    for (number, name) in names.iter().enumerate() {
        std::fs::write(directory.path().join(name), &accounts[usize::from(number % 7 == 3)])
            .expect("written");
    }
    let inspect = |file: &str, more: &[&str]| {
        jwtfix([&["inspect", "--at", NOW, file], more].concat()).within(directory.path()).run()
    };
    let all = inspect(".", &["--format", "json"]).exits(1).json();
    let documents = all["documents"].as_array().expect("a list");
    assert_eq!(documents.len(), names.len());
    let first: Vec<_> = [0, 3].map(|at| inspect(&names[at], &["--format", "json"]).json()).into();
    for (number, (document, name)) in documents.iter().zip(&names).enumerate() {
        assert_eq!(document["path"], format!("./{name}"));
        let alone = &first[usize::from(number % 7 == 3)]["documents"][0];
        assert_eq!(document["tokens"][0]["claims"], alone["tokens"][0]["claims"]);
        assert_eq!(document["tokens"][0]["signature"], alone["tokens"][0]["signature"]);
    }
    // Tokens that are asked for are told, however many there are.
    assert_eq!(
        inspect(".", &["--raw"]).exits(1).stdout.lines().filter(|line| line.starts_with("eyJ")).count(),
        600
    );
    // For people, page behind page.
    let people = inspect(".", &["-v"]).exits(1).stdout;
    let told =
        people.lines().filter_map(|line| line.strip_prefix("./")?.split_once(": ")).map(|(name, _)| name);
    assert_eq!(told.collect::<Vec<_>>(), names);
}
