//! `jwtfix audit` through the binary: each planted defect is found, and nothing else.

#![allow(clippy::disallowed_methods, clippy::disallowed_types, unreachable_pub)]

#[path = "../common/mod.rs"]
mod common;
mod gates;
mod outputs;
mod planted;
mod policy;
mod real;
mod trouble;
mod watch;

use std::path::Path;

use common::jwtfix;
use jwtfix::nkey::{PublicKey, Role, Seed};
use jwtfix::token::{
    Account, Body, Claims, ClaimsData, Export, ExportType, Import, Operator, OperatorLimits, encode,
};

fn mint(signer: &Seed, subject: &PublicKey, now: i64, body: Body) -> String {
    let (sub, name) = (subject.to_string(), subject.to_string()[..8].into());
    let data = ClaimsData { sub, name, ..ClaimsData::default() };
    let mut claims = Claims { data, claim_type: String::new(), tags: Vec::new(), version: 2, body };
    let sign = |_: &PublicKey, message: &[u8]| {
        signer.sign(message).map(|signature| signature.to_vec()).map_err(|error| error.to_string())
    };
    encode(&mut claims, &signer.public(), now, &sign).expect("signs")
}

fn account(imports: Vec<Import>, exports: Vec<Export>) -> Account {
    Account {
        imports: imports.into_iter().map(Some).collect(),
        exports: exports.into_iter().map(Some).collect(),
        limits: OperatorLimits::unlimited(),
        ..Account::default()
    }
}

fn stream(exporter: &Seed, subject: &str) -> Import {
    Import {
        subject: subject.into(),
        account: exporter.public().to_string(),
        kind: ExportType::Stream,
        ..Import::default()
    }
}

fn offer(subject: &str, private: bool) -> Export {
    Export { subject: subject.into(), kind: ExportType::Stream, token_req: private, ..Export::default() }
}

const NOW: i64 = 1_795_500_000;

/// A world without a fault: an operator, an exporter, an importer.
struct World {
    directory: tempfile::TempDir,
    operator: Seed,
    exporter: Seed,
    importer: Seed,
}

impl World {
    fn new() -> World {
        let world = World {
            directory: tempfile::tempdir().expect("a directory"),
            operator: Seed::generate(Role::Operator),
            exporter: Seed::generate(Role::Account),
            importer: Seed::generate(Role::Account),
        };
        let system = world.exporter.public().to_string();
        let operator = Operator { system_account: system, ..Operator::default() };
        let own = mint(&world.operator, &world.operator.public(), NOW, Body::Operator(operator));
        std::fs::write(world.directory.path().join("operator.jwt"), own).expect("written");
        std::fs::create_dir(world.path().join("jwt")).expect("made");
        world.write(&world.exporter, account(vec![], vec![offer("open.>", false), offer("closed.>", true)]));
        world.write(&world.importer, account(vec![stream(&world.exporter, "open.a")], vec![]));
        world
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn token(&self, of: &Seed, account: Account) -> String {
        mint(&self.operator, &of.public(), NOW, Body::Account(Box::new(account)))
    }

    fn write(&self, of: &Seed, account: Account) {
        self.put(&format!("{}.jwt", of.public()), &self.token(of, account));
    }

    fn put(&self, name: &str, text: &str) {
        std::fs::write(self.path().join("jwt").join(name), text).expect("written");
    }

    /// The codes that the audit tells, each once.
    #[track_caller]
    fn tells(&self, codes: &[&str]) {
        let now = (NOW + 10).to_string();
        let ran = jwtfix(
            // What nobody imports here is no matter of these tests.
            ["--format", "json", "--at", &now, "--ignore", "export-unused"].into_iter().fold(
                vec!["audit".into(), self.path().into()],
                |mut all: Vec<std::ffi::OsString>, next| {
                    all.push(next.into());
                    all
                },
            ),
        )
        .run();
        let report = ran.json();
        let mut told: Vec<&str> = report["findings"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|finding| finding["code"].as_str().expect("a code"))
            .collect();
        told.sort_unstable();
        told.dedup();
        assert_eq!(told, codes, "{}", ran.stdout);
        assert_eq!(ran.code, i32::from(!codes.is_empty()));
    }
}

#[test]
fn a_sound_world_has_no_finding() {
    World::new().tells(&[]);
}

#[test]
fn imports_are_held_against_exports() {
    let world = World::new();
    world.write(&world.importer, account(vec![stream(&world.exporter, "other.a")], vec![]));
    world.tells(&["import-not-exported"]);
    world.write(&world.importer, account(vec![stream(&world.exporter, "closed.a")], vec![]));
    world.tells(&["import-without-activation"]);
    world.write(&world.importer, account(vec![stream(&Seed::generate(Role::Account), "open.a")], vec![]));
    world.tells(&["import-exporter-missing"]);
}

#[test]
fn an_issuer_that_nobody_trusts() {
    let world = World::new();
    let stranger = Seed::generate(Role::Operator);
    let token =
        mint(&stranger, &world.importer.public(), NOW, Body::Account(Box::new(account(vec![], vec![]))));
    world.put(&format!("{}.jwt", world.importer.public()), &token);
    world.tells(&["account-issuer-untrusted"]);
}

#[test]
fn an_account_that_signed_itself() {
    let world = World::new();
    let own = mint(
        &world.importer,
        &world.importer.public(),
        NOW,
        Body::Account(Box::new(account(vec![], vec![]))),
    );
    let name = format!("{}.jwt", world.importer.public());
    world.put(&name, &own);
    let severities = |path: &Path| -> Vec<(String, String)> {
        let at = (NOW + 10).to_string();
        let path = path.to_str().expect("a path of text");
        let report =
            jwtfix(["audit", path, "--format", "json", "--at", &at, "--ignore", "export-unused"]).run();
        let findings = report.json()["findings"].as_array().expect("a list").clone();
        let word =
            |finding: &serde_json::Value, name: &str| finding[name].as_str().expect("a word").to_owned();
        let one = |finding: &serde_json::Value| (word(finding, "code"), word(finding, "severity"));
        findings.iter().map(one).filter(|(code, _)| code == "account-self-signed").collect()
    };
    let is = |severity: &str| vec![("account-self-signed".to_owned(), severity.to_owned())];
    // Beside its operator a server refuses it.
    assert_eq!(severities(world.path()), is("error"));
    // Alone, whose it will be is not said yet: nsc makes such accounts for an operator elsewhere to sign.
    assert_eq!(severities(&world.path().join("jwt").join(name)), is("warning"));
}

#[test]
fn names_and_copies() {
    let world = World::new();
    let third = Seed::generate(Role::Account);
    let token = world.token(&third, account(vec![], vec![]));
    world.put(&format!("{}.jwt", Seed::generate(Role::Account).public()), &token);
    world.tells(&["resolver-name-mismatch"]);
    let world = World::new();
    world.put(
        &format!("{}.jwt", third.public().to_string().to_lowercase()),
        &world.token(&third, account(vec![], vec![])),
    );
    world.tells(&["resolver-name-case"]);
    let world = World::new();
    let old = mint(
        &world.operator,
        &world.importer.public(),
        NOW - 5,
        Body::Account(Box::new(account(vec![], vec![]))),
    );
    world.put("old.jwt", &old);
    world.tells(&["account-older-copy", "resolver-name-not-an-account"]);
}

#[test]
fn damage_and_limits() {
    let world = World::new();
    let third = Seed::generate(Role::Account);
    let mut none = account(vec![], vec![]);
    none.limits.conn = 0;
    world.write(&third, none);
    world.tells(&["account-connections-none"]);
    let token = world.token(&third, account(vec![], vec![]));
    let changed = token.replacen(&token[60..64], "AAAA", 1);
    world.put(&format!("{}.jwt", third.public()), &changed);
    let now = NOW.to_string();
    let ran = jwtfix(["audit", world.path().to_str().expect("UTF-8"), "--at", &now]).run().exits(1);
    assert!(ran.stdout.contains("error["), "{}", ran.stdout);
    world.put(&format!("{}.jwt", third.public()), "");
    world.tells(&["resolver-file-empty"]);
}

#[test]
fn what_is_told_can_be_chosen() {
    let world = World::new();
    world.write(&world.importer, account(vec![stream(&world.exporter, "other.a")], vec![]));
    let path = world.path().to_str().expect("UTF-8");
    let now = NOW.to_string();
    let baseline = world.path().join("baseline");
    let baseline = baseline.to_str().expect("UTF-8");
    jwtfix(["audit", path, "--at", &now, "--ignore", "import-not-exported,export-unused"]).run().exits(0);
    jwtfix(["audit", path, "--at", &now, "--only", "user-bearer"]).run().exits(0);
    jwtfix(["audit", path, "--at", &now, "--ignore", "no-such-code"]).run().exits(2).warns("no-such-code");
    jwtfix(["audit", path, "--at", &now, "--write-baseline", baseline]).run().exits(1);
    jwtfix(["audit", path, "--at", &now, "--baseline", baseline]).run().exits(0);
    jwtfix(["audit", "/no/such/place"]).run().exits(2).warns("no such file");
    for format in ["brief", "jsonl", "sarif", "github", "junit", "html"] {
        jwtfix(["audit", path, "--at", &now, "--format", format]).run().exits(1).says("import-not-exported");
    }
}
