//! Which clients read a credentials file, which break on it, and which give the seed away?
//!
//! A client that takes other text for the token sends that text to the server, as soon as it finds a seed to sign with.

use zeroize::Zeroizing;

use crate::file::scan::{Found, scan};
use crate::file::text::View;
use crate::file::version::{self, Version};
use crate::nkey::{Role, Seed, go};

use super::readers;

/// A reader of credentials files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Client {
    /// nsc, and what else is built on Go's jwt library.
    Nsc,
    /// The remotes of a leafnode of nats-server, from 2.10.23; [`leafnode_reads`] knows older ones.
    Leafnode,
    /// Go.
    Go,
    /// Rust.
    Rust,
    /// JavaScript and TypeScript.
    JavaScript,
    /// Python.
    Python,
    /// Java.
    Java,
    /// .NET.
    DotNet,
    /// C.
    C,
}

impl Client {
    /// All of them.
    pub const ALL: [Client; 9] = [
        Client::Nsc,
        Client::Leafnode,
        Client::Go,
        Client::Rust,
        Client::JavaScript,
        Client::Python,
        Client::Java,
        Client::DotNet,
        Client::C,
    ];

    /// Its name among people who use NATS.
    pub fn name(self) -> &'static str {
        match self {
            Client::Nsc => "nsc",
            Client::Leafnode => "nats-server leafnode",
            Client::Go => "nats.go",
            Client::Rust => "nats.rs",
            Client::JavaScript => "nats.js",
            Client::Python => "nats.py",
            Client::Java => "nats.java",
            Client::DotNet => "nats.net",
            Client::C => "nats.c",
        }
    }
}

/// What a client does with a credentials file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Reads token and seed.
    Reads,
    /// Reads the token and no seed, or the other way round; or fails.
    Breaks,
    /// Sends the seed to the server in place of the token.
    LeaksSeed,
    /// Sends the whole file, the seed in it, in place of the token.
    LeaksFile,
    /// Loops for ever.
    Hangs,
}

impl Outcome {
    /// A word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Reads => "reads",
            Outcome::Breaks => "breaks",
            Outcome::LeaksSeed => "leaks-seed",
            Outcome::LeaksFile => "leaks-file",
            Outcome::Hangs => "hangs",
        }
    }
}

/// What each client does with these bytes.
pub fn clients(bytes: &[u8]) -> Vec<(Client, Outcome)> {
    let secrets = Secrets::of(bytes);
    Client::ALL.iter().map(|&client| (client, outcome(&secrets, client, bytes))).collect()
}

/// Whether a remote of a leafnode reads token and seed out of these bytes, as nats-server of this release does
/// (`leafnode.go`: `credsRe`).
pub fn leafnode_reads(bytes: &[u8], version: Version) -> bool {
    let taken = match version.has(&version::LEAF_CREDS_LINE_ENDS) {
        true => readers::take(Client::Leafnode, bytes),
        false => Some(readers::old_leafnode(bytes)),
    };
    taken.is_some_and(|taken| comes_to(&Secrets::of(bytes), Client::Leafnode, &taken) == Outcome::Reads)
}

fn outcome(secrets: &Secrets, client: Client, bytes: &[u8]) -> Outcome {
    match readers::take(client, bytes) {
        Some(taken) => comes_to(secrets, client, &taken),
        None => Outcome::Hangs,
    }
}

fn comes_to(secrets: &Secrets, client: Client, taken: &readers::Reading) -> Outcome {
    let signs = taken.seed.as_deref().is_some_and(|seed| accepts(client, seed));
    match taken.token.as_deref().map(|text| secrets.judge(text)) {
        _ if !signs => Outcome::Breaks,
        Some(Taken::Token) => Outcome::Reads,
        Some(Taken::Seed) => Outcome::LeaksSeed,
        Some(Taken::HasSeed) => Outcome::LeaksFile,
        Some(Taken::Padded | Taken::Other) | None => Outcome::Breaks,
    }
}

/// What a client takes for the token, seen from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// A token of the file.
    Token,
    /// One with blanks or a CR around it: no server takes it.
    Padded,
    /// The seed.
    Seed,
    /// Text that holds the seed.
    HasSeed,
    /// Something else.
    Other,
}

/// The tokens and seeds that are in the file.
pub(super) struct Secrets {
    tokens: Vec<Zeroizing<Vec<u8>>>,
    seeds: Vec<Zeroizing<Vec<u8>>>,
}

impl Secrets {
    pub(super) fn of(bytes: &[u8]) -> Self {
        const MOST: usize = 1000;
        let view = View::of(bytes);
        let mut secrets = Secrets { tokens: Vec::new(), seeds: Vec::new() };
        for hit in scan(view.text(), MOST) {
            let text = || Zeroizing::new(view.text()[hit.at.clone()].to_vec());
            match hit.what {
                Found::Token => secrets.tokens.push(text()),
                Found::Seed => secrets.seeds.push(text()),
                _ => {}
            }
        }
        secrets
    }

    pub(super) fn judge(&self, text: &[u8]) -> Taken {
        let is = |all: &[Zeroizing<Vec<u8>>], text: &[u8]| all.iter().any(|one| ***one == *text);
        let trimmed = text.trim_ascii();
        if is(&self.tokens, text) {
            Taken::Token
        } else if is(&self.tokens, trimmed) {
            Taken::Padded
        } else if is(&self.seeds, trimmed) {
            Taken::Seed
        } else if !self.seeds.is_empty() && scan(text, usize::MAX).iter().any(|hit| hit.what == Found::Seed) {
            Taken::HasSeed
        } else {
            Taken::Other
        }
    }
}

/// Whether the client signs with what it takes for the seed (spec of each library's base32 and checks).
pub(super) fn accepts(client: Client, seed: &[u8]) -> bool {
    let Ok(role) = go::seed_role(seed) else { return false };
    let plain = seed.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7'));
    let signs = role != Role::Curve;
    match client {
        // `FromSeed` as it is; its readers want a letter that they know.
        Client::Leafnode => signs,
        Client::Nsc | Client::Go => matches!(role, Role::Operator | Role::Account | Role::User),
        // nkeys 0.4.5 makes an Ed25519 key of a curve seed, which belongs to nobody.
        Client::Rust => signs && Seed::role_in(seed).is_ok(),
        // One character too many gives no byte.
        Client::JavaScript | Client::Java | Client::DotNet => signs && plain && seed.len() <= LENGTH + 1,
        // It pads by itself: 59 characters cannot be padded.
        Client::Python => signs && plain && seed.len() == LENGTH,
        // `nkeys.c` knows no operators.
        Client::C => signs && plain && seed.len() <= LENGTH + 1 && role != Role::Operator,
    }
}

/// Characters of a seed.
const LENGTH: usize = 58;
