//! What only two accounts together tell: imports that the exporter does not let in. Real servers say so in a debug line and
//! no client is told (`checkActivation`).

use jwtfix::nkey::{PublicKey, Role, Seed};
use jwtfix::token::{Account, Activation, Body, Claims, ClaimsData, Export, ExportType, Import, encode};

use crate::common::jwtfix;
use crate::fix;
use crate::server::{Running, lets_in, nsc, serve, servers};
use crate::signed::CREDS;
use crate::store::{Store, lately, public, signed, unlimited};

const EXPORTER: &str = "stores/acme/accounts/BILLING/BILLING.jwt";

/// How a token is written.
type Spelling = fn(&str) -> String;

/// What may be wrong.
#[derive(Clone)]
struct Broken {
    /// The activation token; none: there is none.
    token: Option<ClaimsData>,
    /// Its exporter's signing key signed it, not its identity.
    by_key: bool,
    /// Another account signed it.
    of_another: bool,
    /// How the token is written.
    spelled: Spelling,
    /// Everything that was signed until a moment ago is revoked.
    revoked: bool,
    /// What is imported; `bills.>` is exported.
    subject: &'static str,
}

impl Broken {
    fn with(store: &Store, edit: impl FnOnce(&mut ClaimsData)) -> Broken {
        let mut data = ClaimsData { sub: public(&store.account), ..ClaimsData::default() };
        edit(&mut data);
        Broken {
            token: Some(data),
            by_key: false,
            of_another: false,
            spelled: str::to_owned,
            revoked: false,
            subject: "bills.paid",
        }
    }

    /// Lets ORDERS import what BILLING exports to those alone who have a token for it.
    fn put(&self, store: &Store) {
        let (exporter, key) = (Seed::generate(Role::Account), Seed::generate(Role::Account));
        for seed in [&exporter, &key] {
            store.put_seed(seed);
        }
        let mut export = Export {
            kind: ExportType::Stream,
            subject: "bills.>".into(),
            token_req: true,
            ..Export::default()
        };
        if self.revoked {
            export.revocations.insert("*".into(), lately() - 5);
        }
        let mut body = Account { limits: unlimited(), exports: vec![Some(export)], ..Account::default() };
        body.signing_keys.insert(public(&key), None);
        let text = signed(&exporter, "BILLING", Body::Account(Box::new(body)), &store.operator_key, lately());
        store.put(EXPORTER, text);
        let token = self.token.as_ref().map(|data| {
            let other = Seed::generate(Role::Account);
            let signer = match (self.of_another, self.by_key) {
                (true, _) => &other,
                (false, true) => &key,
                (false, false) => &exporter,
            };
            let body = Activation {
                subject: "bills.>".into(),
                kind: ExportType::Stream,
                issuer_account: if self.by_key { public(&exporter) } else { String::new() },
            };
            let mut claims = Claims {
                data: data.clone(),
                claim_type: String::new(),
                tags: Vec::new(),
                version: 2,
                body: Body::Activation(body),
            };
            let sign = |_: &PublicKey, message: &[u8]| Ok(signer.sign(message).expect("signs").to_vec());
            encode(&mut claims, &signer.public(), lately() - 1_000, &sign).expect("encoded")
        });
        let import = Import {
            name: "bills".into(),
            subject: self.subject.into(),
            account: public(&exporter),
            token: token.map(|token| (self.spelled)(&token)).unwrap_or_default(),
            kind: ExportType::Stream,
            ..Import::default()
        };
        store.put_account(&store.operator_key, |_, account| account.imports.push(Some(import)));
    }
}

/// What is broken, by name, with the word that lets its fix in.
fn all(store: &Store) -> [(&'static str, Broken, &'static str); 8] {
    let ended = Broken::with(store, |data| data.exp = lately() - 100);
    let other = public(&Seed::generate(Role::Account));
    let sound = || Broken::with(store, |_| {});
    [
        ("ended", ended.clone(), "import-activation-expired"),
        ("ended, of a signing key", Broken { by_key: true, ..ended }, "import-activation-expired"),
        ("revoked", Broken { revoked: true, ..Broken::with(store, |_| {}) }, "unrevoke"),
        ("none", Broken { token: None, ..Broken::with(store, |_| {}) }, "import-without-activation"),
        ("for another", Broken::with(store, |data| data.sub = other), "import-token-for-another-account"),
        ("of another", Broken { of_another: true, ..sound() }, "adopt"),
        ("cut off", Broken { spelled: |token| token[..token.len() - 20].into(), ..sound() }, "unverified"),
        ("half of it", Broken { spelled: |token| token[..token.len() / 2].into(), ..sound() }, "unverified"),
    ]
}

/// The arguments that put a store right.
fn args(store: &Store, more: &[&str]) -> Vec<String> {
    let mut args = vec![store.arg(""), "--key".into(), store.arg("keys")];
    args.extend(more.iter().map(|more| (*more).to_owned()));
    args
}

fn run(store: &Store, more: &[&str]) -> crate::common::Ran {
    let args = args(store, more);
    fix(&store.runs(), &args.iter().map(String::as_str).collect::<Vec<_>>()).run()
}

#[test]
fn an_activation_is_signed_again_with_a_word_only() {
    for (name, _, _) in all(&Store::new()) {
        let store = Store::new();
        let (_, broken, word) = all(&store).into_iter().find(|one| one.0 == name).expect("it is one of them");
        broken.put(&store);
        let before = store.all();
        let told = run(&store, &["--write"]).exits(1);
        assert!(told.stdout.contains(&format!("--unsafe={word}")), "{name}: {}", told.stdout);
        assert_eq!(store.all(), before, "{name}");
        let word = format!("--unsafe={word}");
        run(&store, &[&word, "--write"]).exits(0).says("and none new");
        let token = store.claims(crate::signed::ACCOUNT).account().expect("one").imports[0].clone();
        let token = jwtfix::token::decode(token.expect("an import").token.as_bytes()).expect("it decodes");
        assert_eq!(token.data.sub, public(&store.account), "{name}");
        let lasts = broken.token.as_ref().map_or(0, |data| data.exp - (lately() - 1_000)).max(0);
        let lasting = if token.data.exp == 0 { 0 } else { token.data.exp - token.data.iat };
        assert!((lasts - lasting).abs() <= 2, "{name}: as long as it was to last: {lasting}, {lasts}");
        run(&store, &["--write"]).exits(0).says("nothing to put right");
        jwtfix(["undo", "--journal", &store.journal()]).run().exits(0);
        assert_eq!(store.all(), before, "{name}: undone to the byte");
    }
}

#[test]
fn an_activation_that_is_oddly_written_is_written_as_it_was_signed() {
    let spelled: [(&str, Spelling); 4] = [
        ("spaces", |token| format!("  {token}\n")),
        ("cut by a line end", |token| format!("{}\n{}", &token[..64], &token[64..])),
        ("quoted", |token| format!("\"{token}\"")),
        ("as nsc writes a file", |token| {
            format!("-----BEGIN NATS ACTIVATION JWT-----\n{token}\n------END NATS ACTIVATION JWT------\n")
        }),
    ];
    for (name, spelled) in spelled {
        let store = Store::new();
        Broken { spelled, ..Broken::with(&store, |_| {}) }.put(&store);
        let before = store.all();
        let told = run(&store, &["--write"]).exits(0).says("and none new");
        assert!(told.stdout.contains("[import-token-invalid]"), "{name}: {}", told.stdout);
        let token = store.claims(crate::signed::ACCOUNT).account().expect("one").imports[0].clone();
        let token = token.expect("an import").token;
        let signed = jwtfix::token::decode(token.as_bytes()).expect("it decodes");
        assert!(signed.data.iat < lately() - 500, "{name}: nobody signed it again");
        jwtfix(["undo", "--journal", &store.journal()]).run().exits(0);
        assert_eq!(store.all(), before, "{name}: undone to the byte");
    }
}

#[test]
fn a_revoked_activation_that_ended_needs_both_words() {
    let store = Store::new();
    let broken = Broken { revoked: true, ..Broken::with(&store, |data| data.exp = lately() - 100) };
    broken.put(&store);
    let before = store.all();
    run(&store, &["--unsafe=import-activation-expired", "--write"]).exits(1).says("--unsafe=unrevoke");
    assert_eq!(store.all(), before);
    run(&store, &["--unsafe=import-activation-expired,unrevoke", "--write"]).exits(0);
}

#[test]
fn without_the_exporters_key_it_is_told_which_one_is_missing() {
    let store = Store::new();
    let broken = Broken::with(&store, |data| data.exp = lately() - 100);
    broken.put(&store);
    let before = store.all();
    let exporter = store.claims(EXPORTER).data.sub;
    let operator = store.put_seed(&store.operator_key);
    let all = store.arg("stores");
    let args =
        [&all, "--key", operator.to_str().expect("UTF-8"), "--unsafe=import-activation-expired", "--write"];
    fix(&store.runs(), &args).run().exits(2).warns("none of the keys that may sign it").warns(&exporter);
    assert_eq!(store.all(), before);
}

#[test]
fn what_nobody_exports_is_told_and_stays() {
    let store = Store::new();
    Broken { subject: "wages.paid", token: None, ..Broken::with(&store, |_| {}) }.put(&store);
    let before = store.all();
    run(&store, &["--unsafe", "--write"]).exits(1).says("import-not-exported");
    assert_eq!(store.all(), before);
}

fn put_jetstream(store: &Store) {
    let mut limits = unlimited();
    (limits.jetstream.mem_storage, limits.jetstream.disk_storage) = (-1, -1);
    (limits.jetstream.streams, limits.jetstream.consumer) = (-1, -1);
    let body = Body::Account(Box::new(Account { limits, ..Account::default() }));
    let text = signed(&store.system, "SYS", body, &store.operator_key, lately());
    store.put("stores/acme/accounts/SYS/SYS.jwt", text);
}

#[test]
fn jetstream_of_the_system_account_goes_with_a_word() {
    let store = Store::new();
    put_jetstream(&store);
    let before = store.all();
    run(&store, &["--write"]).exits(1).says("--unsafe=account-jetstream-system");
    assert_eq!(store.all(), before);
    run(&store, &["--unsafe=account-jetstream-system", "--write"]).exits(0).says("and none new");
    let limits = &store.claims("stores/acme/accounts/SYS/SYS.jwt");
    let limits = &limits.account().expect("an account").limits;
    assert_eq!(*limits, unlimited());
}

/// Whether the import works: the client comes in, and its server has nothing against the import.
fn works(server: Option<Running>, store: &Store) -> bool {
    let Some(server) = server else { return false };
    lets_in(&server, &store.get(CREDS)) && server.times("import not authorized") == 0
}

#[test]
#[ignore = "needs nats-servers"]
fn imports_that_servers_leave_out() {
    for binary in servers() {
        for (name, _, _) in all(&Store::new()) {
            let store = Store::new();
            let (_, broken, word) = all(&store).into_iter().find(|one| one.0 == name).expect("one of them");
            broken.put(&store);
            let at = binary.display();
            assert!(!works(serve(&binary, &store), &store), "{name}: {at} takes it before");
            run(&store, &[&format!("--unsafe={word}"), "--write"]).exits(0);
            assert!(works(serve(&binary, &store), &store), "{name}: {at} does not take it after");
            jwtfix(["undo", "--journal", &store.journal()]).run().exits(0);
            assert!(!works(serve(&binary, &store), &store), "{name}: {at} takes it when taken back");
        }
        let store = Store::new();
        Broken { subject: "wages.paid", token: None, ..Broken::with(&store, |_| {}) }.put(&store);
        assert!(!works(serve(&binary, &store), &store), "what nobody exports");
    }
}

#[test]
#[ignore = "needs nsc"]
fn jetstream_that_nsc_does_not_let_the_system_account_have() {
    let store = Store::new();
    put_jetstream(&store);
    let validates = || {
        let home = tempfile::tempdir().expect("a scratch directory");
        for (from, to) in [("stores/acme", "acme"), ("keys", "keys")] {
            let (from, to) = (store.arg(from), home.path().join("all").join(to));
            std::fs::create_dir_all(to.parent().expect("below")).expect("made");
            let copied =
                std::process::Command::new("cp").arg("-r").args([from.as_ref(), to.as_os_str()]).status();
            assert!(copied.expect("cp runs").success());
        }
        let about = br#"{"managed":false,"name":"acme","kind":"operator","version":"1"}"#;
        std::fs::write(home.path().join("all/acme/.nsc"), about).expect("written");
        nsc(home.path(), &["validate", "-A"])
    };
    let (code, said) = validates();
    assert!(code == Some(1) && said.contains("JetStream"), "{said}");
    run(&store, &["--unsafe=account-jetstream-system", "--write"]).exits(0);
    let (code, said) = validates();
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn an_activation_makes_no_token_of_its_importer_stale() {
    let store = Store::new();
    Broken::with(&store, |_| {}).put(&store);
    let account = store.claims(crate::signed::ACCOUNT);
    let import = account.account().expect("one").imports[0].clone().expect("an import");
    let activation = store.put("bills.jwt", &import.token);
    let (stores, keys) = (store.arg("stores"), store.arg("keys"));
    let activation = activation.to_str().expect("UTF-8");
    let plan = jwtfix(["reissue", activation, "--store", &stores, "--key", &keys]).run().exits(1);
    assert!(plan.stdout.contains("activation") && !plan.stdout.contains("stale"), "{}", plan.stdout);
}
