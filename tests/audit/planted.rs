//! In ten thousand sound accounts defects of many kinds are planted at random: is each found, and nothing else?

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jwtfix::nkey::{PublicKey, Role, Seed};
use jwtfix::token::{
    Account, Body, Claims, ClaimsData, Export, ExportType, ExternalAuthorization, Import, JetStreamLimits,
    MsgTrace, Operator, WeightedMapping, encode,
};

use crate::common::jwtfix;
use crate::{NOW, account, offer, stream};

const ACCOUNTS: usize = 10_000;
/// One in so many accounts has a defect.
const RARITY: u64 = 40;

struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % most
    }
}

/// An account in the making: what it says, who signs it, what it is called, what becomes of its text.
struct Planted {
    body: Account,
    exp: i64,
    nbf: i64,
    by: Signer,
    file: String,
    text: fn(String) -> String,
}

#[derive(PartialEq)]
enum Signer {
    Operator,
    /// Somebody else, and it says so.
    Stranger,
    /// Somebody else in the operator's name.
    Forger,
}

type Plant = fn(&mut Planted, &Around);

/// What a defect can refer to.
struct Around {
    exporter: Seed,
    elsewhere: Seed,
}

fn mapped(weight: u8) -> WeightedMapping {
    WeightedMapping { subject: "to".into(), weight, cluster: String::new() }
}

fn exported(export: Export) -> Option<Export> {
    Some(Export { name: "planted".into(), ..export })
}

fn imported(around: &Around, subject: &str) -> Option<Import> {
    Some(Import { name: "planted".into(), ..stream(&around.exporter, subject) })
}

/// The kinds of defects, by the code that each must be told with.
const KINDS: &[(&str, Plant)] = &[
    ("account-connections-none", |p, _| p.body.limits.conn = 0),
    ("account-signing-key-invalid", |p, _| _ = p.body.signing_keys.insert("not a key".into(), None)),
    ("account-exports-over-limit", |p, _| {
        p.body.limits.exports = 0;
        p.body.exports.push(exported(offer("planted", false)));
    }),
    ("account-wildcard-export-forbidden", |p, _| {
        (p.body.limits.exports, p.body.limits.wildcards) = (10, false);
        p.body.exports.push(exported(offer("planted.*", false)));
    }),
    ("account-jetstream-tier-unnamed", |p, _| {
        let tier =
            JetStreamLimits { disk_storage: 1 << 20, streams: 1, consumer: 1, ..JetStreamLimits::default() };
        p.body.limits.tiered_limits.insert(String::new(), tier);
    }),
    ("account-trace-destination-wildcard", |p, _| {
        p.body.trace = Some(MsgTrace { dest: "trace.>".into(), sampling: 10 });
    }),
    ("account-issuer-untrusted", |p, _| p.by = Signer::Stranger),
    ("callout-user-invalid", |p, _| {
        p.body.authorization =
            ExternalAuthorization { auth_users: vec!["bob".into()], ..ExternalAuthorization::default() };
    }),
    ("export-type-missing", |p, _| {
        p.body.exports.push(exported(Export { kind: ExportType::Unknown, ..offer("planted", false) }));
    }),
    ("export-threshold-negative", |p, _| {
        let kind = ExportType::Service;
        p.body.exports.push(exported(Export { kind, response_threshold: -1, ..offer("planted", false) }));
    }),
    ("export-overlap", |p, _| {
        p.body.exports.push(exported(offer("planted.*", false)));
        p.body.exports.push(exported(offer("planted.a", false)));
    }),
    ("import-not-exported", |p, around| p.body.imports.push(imported(around, "secret.a"))),
    ("import-without-activation", |p, around| p.body.imports.push(imported(around, "closed.a"))),
    ("import-exporter-missing", |p, around| {
        p.body.imports.push(Some(Import { name: "planted".into(), ..stream(&around.elsewhere, "open.a") }));
    }),
    ("import-rename-tail-differs", |p, around| {
        let import = imported(around, "open.a.>");
        p.body.imports.push(import.map(|import| Import { local_subject: "mine.a".into(), ..import }));
    }),
    ("info-url-unreadable", |p, _| p.body.info_url = "mailto:somebody".into()),
    ("info-description-too-long", |p, _| p.body.description = "x".repeat(8193)),
    ("mapping-weights-over-100", |p, _| {
        p.body.mappings.insert("from".into(), Some(vec![mapped(60), mapped(60)]));
    }),
    ("permission-queue-in-publish", |p, _| {
        p.body.default_permissions.publish.allow = Some(vec!["planted queue".into()]);
    }),
    ("subject-token-empty", |p, _| {
        p.body.default_permissions.subscribe.allow = Some(vec!["planted..a".into()]);
    }),
    ("subject-dot-at-edge", |p, _| p.body.default_permissions.subscribe.deny = Some(vec![".planted".into()])),
    ("token-expired", |p, _| p.exp = NOW - 1),
    ("token-not-yet-valid", |p, _| p.nbf = NOW + 3600),
    ("signature-invalid", |p, _| p.by = Signer::Forger),
    ("token-truncated", |p, _| p.text = |text| text[..text.len() - 87].to_owned()),
    ("token-not-base64", |p, _| {
        p.text = |text| text[..text.len() - 9].to_owned() + "=" + &text[text.len() - 8..]
    }),
    ("resolver-file-empty", |p, _| p.text = |_| String::new()),
    ("resolver-name-case", |p, _| (p.file, p.exp) = (p.file.to_lowercase(), 0)),
];

/// Codes that tell of the same defect from another side, and so come beside it.
const BESIDE: &[(&str, &str)] = &[
    ("callout-user-invalid", "callout-unsealed"),
    ("mapping-weights-over-100", "mapping-dropped"),
    ("token-expired", "resolver-file-expired"),
];

fn sign(claims: &mut Claims, issuer: &PublicKey, signer: &Seed) -> String {
    let sign = |_: &PublicKey, message: &[u8]| {
        signer.sign(message).map(Vec::from).map_err(|error| error.to_string())
    };
    encode(claims, issuer, NOW - 60, &sign).expect("signs")
}

fn claims(subject: &str, name: &str, body: Body) -> Claims {
    let data = ClaimsData { sub: subject.into(), name: name.into(), ..ClaimsData::default() };
    Claims { data, claim_type: String::new(), tags: Vec::new(), version: 2, body }
}

/// Writes the world below `root`, and says which codes each file must be told with.
fn plant(root: &Path, numbers: &mut Numbers) -> BTreeMap<String, BTreeSet<&'static str>> {
    let operator = Seed::generate(Role::Operator);
    let (stranger, around) = (
        Seed::generate(Role::Operator),
        Around { exporter: Seed::generate(Role::Account), elsewhere: Seed::generate(Role::Account) },
    );
    let directory = root.join("jwt");
    std::fs::create_dir(&directory).expect("made");
    let system = around.exporter.public().to_string();
    let body = Body::Operator(Operator { system_account: system.clone(), ..Operator::default() });
    let own = sign(&mut claims(&operator.public().to_string(), "acme", body), &operator.public(), &operator);
    std::fs::write(root.join("operator.jwt"), own).expect("written");
    let offers = vec![offer("open.>", false), offer("closed.>", true)];
    let mut exporter = claims(&system, "exporter", Body::Account(Box::new(account(vec![], offers))));
    let exporter = sign(&mut exporter, &operator.public(), &operator);
    std::fs::write(directory.join(format!("{system}.jwt")), exporter).expect("written");
    let mut planted: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for number in 0..ACCOUNTS {
        let key = PublicKey::new(Role::Account, std::array::from_fn(|_| numbers.below(256) as u8));
        let imports = if numbers.below(3) == 0 { vec![stream(&around.exporter, "open.a")] } else { vec![] };
        let mut one = Planted {
            body: account(imports, vec![]),
            exp: if numbers.below(5) == 0 { NOW + 400 * 86_400 } else { 0 },
            nbf: 0,
            by: Signer::Operator,
            file: format!("{key}.jwt"),
            text: |text| text,
        };
        if numbers.below(RARITY) == 0 {
            let (code, plant) = KINDS[numbers.below(KINDS.len() as u64) as usize];
            plant(&mut one, &around);
            let beside = BESIDE.iter().filter(|(of, _)| *of == code).map(|(_, beside)| *beside);
            planted.insert(one.file.clone(), beside.chain([code]).collect());
        }
        let mut claims =
            claims(&key.to_string(), &format!("account {number}"), Body::Account(Box::new(one.body)));
        (claims.data.exp, claims.data.nbf) = (one.exp, one.nbf);
        let issuer = if one.by == Signer::Stranger { stranger.public() } else { operator.public() };
        let signer = if one.by == Signer::Operator { &operator } else { &stranger };
        let text = (one.text)(sign(&mut claims, &issuer, signer));
        std::fs::write(directory.join(&one.file), text).expect("written");
    }
    planted
}

#[test]
fn each_is_found_and_nothing_else() {
    let seed =
        std::env::var("JWTFIX_SEED").map_or(1, |text| text.parse().expect("JWTFIX_SEED is a number")) | 1;
    let root = tempfile::tempdir().expect("a directory");
    let planted = plant(root.path(), &mut Numbers(seed));
    assert!(planted.len() > ACCOUNTS / RARITY as usize / 2, "{}", planted.len());
    let now = NOW.to_string();
    // What nobody imports here is no matter of this test.
    let words = ["audit", ".", "--at", &now, "--format", "jsonl", "--ignore", "export-unused"];
    let ran = jwtfix(words).within(root.path()).run().exits(1);
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in ran.stdout.lines() {
        let finding: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        let file = finding["places"][0]["file"].as_str().and_then(|file| file.rsplit('/').next());
        let code = finding["code"].as_str().expect("a code");
        told.entry(file.expect("a file").into()).or_default().insert(code.into());
    }
    let planted: BTreeMap<String, BTreeSet<String>> = planted
        .into_iter()
        .map(|(file, codes)| (file, codes.into_iter().map(str::to_owned).collect()))
        .collect();
    let wrong: Vec<String> = planted
        .keys()
        .chain(told.keys())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .filter(|file| planted.get(*file) != told.get(*file))
        .map(|file| format!("{file}: planted {:?}, told {:?}", planted.get(file), told.get(file)))
        .collect();
    assert!(wrong.is_empty(), "seed {seed}: {} of {}\n{}", wrong.len(), planted.len(), wrong.join("\n"));
}
