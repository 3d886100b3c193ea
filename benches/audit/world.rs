//! A directory of accounts that is as large as is wanted, and of which nothing is wrong.
//!
//! Sizes and shapes are those of tokens seen in large deployments: most accounts are small, a few have scopes, mappings and
//! revocations, two in a hundred import with an activation token. Forty accounts offer services to all others; of the
//! rest, what one exports its neighbour imports.

use std::path::{Path, PathBuf};

use jwtfix::nkey::{PublicKey, Role, Seed};
use jwtfix::token::*;

/// 2026-11-23 12:00:00 UTC, the time that the worlds are judged for.
pub(crate) const NOW: i64 = 1_795_435_200;

/// A small generator of numbers, the same on every machine.
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Numbers {
        Numbers(seed | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, most: u64) -> u64 {
        (self.next() >> 16) % most
    }

    fn bytes(&mut self) -> [u8; 32] {
        std::array::from_fn(|_| self.next() as u8)
    }

    fn one(&mut self, of: u64) -> bool {
        self.below(of) == 0
    }
}

const WORDS: [&str; 20] = [
    "orders",
    "billing",
    "telemetry",
    "users",
    "events",
    "audit",
    "devices",
    "eu",
    "us",
    "prod",
    "staging",
    "metrics",
    "payments",
    "inventory",
    "search",
    "notify",
    "gateway",
    "fleet",
    "sensor",
    "status",
];

fn word(numbers: &mut Numbers) -> &'static str {
    WORDS[numbers.below(20) as usize]
}

struct Exporter {
    seed: Seed,
    key: String,
}

/// What everyone can import of an exporter: subject, service, private.
fn offers() -> Vec<(String, bool, bool)> {
    (0..30).map(|n| (format!("{}.v{n}.>", WORDS[n % 20]), n % 2 == 0, n >= 20)).collect()
}

fn kind(service: bool) -> ExportType {
    if service { ExportType::Service } else { ExportType::Stream }
}

/// Makes `count` accounts below `root`: `jwt/` and `operator.jwt`; what is there already is kept.
pub(crate) fn make(root: &Path, count: u64) -> PathBuf {
    let directory = root.join("jwt");
    if root.join("done").exists() {
        return directory;
    }
    std::fs::create_dir_all(&directory).expect("a directory");
    let mut numbers = Numbers::new(42);
    let operator = Seed::generate(Role::Operator);
    let keys: Vec<Seed> = (0..3).map(|_| Seed::generate(Role::Operator)).collect();
    let exporters: Vec<Exporter> = (0..40)
        .map(|_| Seed::generate(Role::Account))
        .map(|seed| Exporter { key: seed.public().to_string(), seed })
        .collect();
    let body = token::operator(&keys);
    write(&root.join("operator.jwt"), &sign(&operator.public(), "acme", body, &operator, 1_700_000_000, 0));
    for exporter in &exporters {
        let exports = offers()
            .into_iter()
            .map(|(subject, service, token_req)| {
                Some(Export { subject, kind: kind(service), token_req, ..Export::default() })
            })
            .collect();
        let account = Account { exports, limits: limits(&mut numbers), ..Account::default() };
        let text = sign(
            &exporter.seed.public(),
            "services",
            Body::Account(Box::new(account)),
            &keys[0],
            1_700_000_000,
            0,
        );
        write(&directory.join(format!("{}.jwt", exporter.key)), &text);
    }
    let mut neighbour: Option<(String, Vec<Export>)> = None;
    for number in 40..count {
        let key = PublicKey::new(Role::Account, numbers.bytes());
        let mut account = account(&mut numbers, &exporters, &key.to_string());
        let last = number + 1 == count;
        if let Some((exporter, exports)) = neighbour.take() {
            account.imports.extend(exports.into_iter().map(|export| {
                let Export { subject, kind, .. } = export;
                Some(Import { subject, kind, account: exporter.clone(), ..Import::default() })
            }));
        }
        if last {
            account.exports.clear();
        }
        let exports: Vec<Export> = account.exports.iter().flatten().cloned().collect();
        neighbour = Some((key.to_string(), exports));
        let exp = if numbers.one(5) { 1_900_000_000 + numbers.below(10_000_000) as i64 } else { 0 };
        let iat = 1_700_000_000 + numbers.below(50_000_000) as i64;
        let name = format!("{}-{}-{number}", word(&mut numbers), word(&mut numbers));
        let signer = &keys[numbers.below(3) as usize];
        let text = sign(&key, &name, Body::Account(Box::new(account)), signer, iat, exp);
        write(&directory.join(format!("{key}.jwt")), &text);
    }
    write(&root.join("done"), "");
    directory
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("written");
}

fn sign(key: &PublicKey, name: &str, body: Body, signer: &Seed, iat: i64, exp: i64) -> String {
    let data = ClaimsData { sub: key.to_string(), name: name.into(), exp, ..ClaimsData::default() };
    let mut claims = Claims { data, claim_type: String::new(), tags: Vec::new(), version: 2, body };
    let sign = |_: &PublicKey, message: &[u8]| signer.sign(message).map(Vec::from).map_err(|e| e.to_string());
    encode(&mut claims, &signer.public(), iat, &sign).expect("claims that encode")
}

mod token {
    use super::*;

    pub(super) fn operator(keys: &[Seed]) -> Body {
        let signing_keys = keys.iter().map(|key| key.public().to_string()).collect();
        Body::Operator(Operator { signing_keys, ..Operator::default() })
    }
}

fn limits(numbers: &mut Numbers) -> OperatorLimits {
    let mut limits = OperatorLimits {
        subs: [-1, 1000, 50_000][numbers.below(3) as usize],
        data: -1,
        payload: [-1, 1 << 20][numbers.below(2) as usize],
        imports: -1,
        exports: -1,
        wildcards: true,
        disallow_bearer: numbers.one(3),
        conn: [-1, 10, 100, 1000, 5000][numbers.below(5) as usize],
        leaf: [-1, 5][numbers.below(2) as usize],
        ..OperatorLimits::default()
    };
    let tier = |disk| JetStreamLimits {
        mem_storage: 1 << 30,
        disk_storage: disk,
        streams: 20,
        consumer: 100,
        ..JetStreamLimits::default()
    };
    match numbers.below(4) {
        0 => {}
        1 => {
            limits.jetstream = JetStreamLimits {
                mem_storage: -1,
                disk_storage: -1,
                streams: -1,
                consumer: -1,
                ..JetStreamLimits::default()
            };
        }
        2 => limits.jetstream = tier(1 << (30 + numbers.below(10))),
        _ => {
            limits.tiered_limits.insert("R1".into(), tier(10 << 30));
            limits.tiered_limits.insert("R3".into(), tier(50 << 30));
        }
    }
    limits
}

fn account(numbers: &mut Numbers, exporters: &[Exporter], own: &str) -> Account {
    let mut account = Account { limits: limits(numbers), ..Account::default() };
    let class = numbers.below(100);
    // Imports of services, exports, signing keys, scopes, revocations, mappings.
    let of = |numbers: &mut Numbers, low: u64, high: u64| low + numbers.below(high - low);
    let [imports, exports, plain, scopes, revoked, mapped] = match class {
        0..40 => [0; 6],
        40..70 => [of(numbers, 0, 2), of(numbers, 0, 2), of(numbers, 0, 3), 0, 0, 0],
        70..90 => [
            of(numbers, 0, 2),
            of(numbers, 0, 3),
            of(numbers, 1, 3),
            of(numbers, 0, 2),
            of(numbers, 0, 3),
            of(numbers, 0, 2),
        ],
        90..98 => [
            of(numbers, 0, 4),
            of(numbers, 1, 4),
            of(numbers, 1, 4),
            of(numbers, 0, 3),
            of(numbers, 0, 6),
            of(numbers, 0, 3),
        ],
        _ => [of(numbers, 1, 3), of(numbers, 0, 3), 1, of(numbers, 0, 2), 0, 0],
    };
    let offers = offers();
    let first = numbers.below(20);
    for n in 0..imports {
        let exporter = &exporters[numbers.below(40) as usize];
        let (subject, service, _) = &offers[((first + n) % 20) as usize];
        let own = subject.replace('>', &format!("{}.{n}", word(numbers)));
        account.imports.push(Some(Import {
            name: format!("{}-{n}", word(numbers)),
            subject: own,
            account: exporter.key.clone(),
            kind: kind(*service),
            share: *service && numbers.one(5),
            ..Import::default()
        }));
    }
    if class >= 98 {
        let exporter = &exporters[numbers.below(40) as usize];
        let (subject, service, _) = &offers[(20 + numbers.below(10)) as usize];
        let subject = subject.replace('>', "private.>");
        let body = Body::Activation(Activation {
            subject: subject.clone(),
            kind: kind(*service),
            ..Activation::default()
        });
        let to = PublicKey::parse(own).expect("a key");
        let token = sign(&to, "permit", body, &exporter.seed, 1_700_000_000, 0);
        let account_key = exporter.key.clone();
        account.imports.push(Some(Import {
            subject,
            token,
            account: account_key,
            kind: kind(*service),
            ..Import::default()
        }));
    }
    for n in 0..exports {
        let service = numbers.one(2);
        account.exports.push(Some(Export {
            name: format!("{} {n}", word(numbers)),
            subject: format!("exp{n}.{}.{}.>", word(numbers), word(numbers)),
            kind: kind(service),
            response_type: if service { "Singleton".into() } else { String::new() },
            description: if numbers.one(10) { "Shown to the neighbours".into() } else { String::new() },
            ..Export::default()
        }));
    }
    for _ in 0..plain {
        account.signing_keys.insert(PublicKey::new(Role::Account, numbers.bytes()).to_string(), None);
    }
    for _ in 0..scopes {
        let key = PublicKey::new(Role::Account, numbers.bytes()).to_string();
        account.signing_keys.insert(key.clone(), Some(Box::new(scope(numbers, key))));
    }
    for _ in 0..revoked {
        let key = PublicKey::new(Role::User, numbers.bytes()).to_string();
        account.revocations.insert(key, 1_710_000_000 + numbers.below(10_000_000) as i64);
    }
    for n in 0..mapped {
        let to = |end: &str, weight| WeightedMapping {
            subject: format!("m{n}.{end}"),
            weight,
            cluster: String::new(),
        };
        account.mappings.insert(format!("map{n}.{}", word(numbers)), Some(vec![to("a", 80), to("b", 20)]));
    }
    if numbers.one(7) {
        let rights = &mut account.default_permissions;
        rights.publish.allow = Some(vec![format!("{}.>", word(numbers))]);
        rights.subscribe.allow = Some(vec![format!("{}.*", word(numbers)), "_INBOX.>".into()]);
    }
    if class >= 70 {
        account.description =
            format!("The account of the {} team, for {} in {}", word(numbers), word(numbers), word(numbers));
        account.info_url = format!("https://wiki.example.com/nats/{}", word(numbers));
    }
    account
}

fn scope(numbers: &mut Numbers, key: String) -> UserScope {
    let mut scope = UserScope { key, role: word(numbers).into(), ..UserScope::default() };
    let template = &mut scope.template;
    (template.subs, template.data, template.payload) = (-1, -1, -1);
    template.permissions.publish.allow = Some(vec![format!("{}.>", word(numbers)), "_INBOX.>".into()]);
    template.permissions.subscribe.allow =
        Some(vec![format!("{}.{{{{name()}}}}.*", word(numbers)), "_INBOX.>".into()]);
    template.permissions.subscribe.deny = Some(vec!["secret.>".into()]);
    template.allowed_connection_types = Some(vec!["STANDARD".into(), "WEBSOCKET".into()]);
    scope.description = format!("May read {}", word(numbers));
    scope
}
