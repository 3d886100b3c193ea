//! What does this credentials file hold, and how far is it from the form that every client reads?
//!
//! The form is that of `FormatUserConfig` (`jwt/creds_utils.go`). Everything else is read as well as it can be, and each
//! deviation is named with its bytes. What the clients make of it: [`clients()`].

mod blocks;
mod clients;
mod deviations;
mod readers;

pub use clients::{Client, Outcome, clients, leafnode_reads};
pub use deviations::{Deviation, Kind};

use zeroize::Zeroizing;

use super::part::Part;
use super::text::View;

/// A credentials file, as far as it can be read.
#[derive(Debug)]
pub struct Creds<'a> {
    /// The user's token; of several the first.
    pub token: Option<Part<'a>>,
    /// The user's seed; of several the first.
    pub seed: Option<Part<'a>>,
    /// Tokens and seeds besides these two.
    pub others: Vec<Part<'a>>,
    /// Where it is not what `FormatUserConfig` writes, in order.
    pub deviations: Vec<Deviation>,
}

/// Reads a credentials file. Whatever the bytes are, it comes to an end in time that grows with their number.
pub fn parse(bytes: &[u8]) -> Creds<'_> {
    let view = View::of(bytes);
    let blocks = blocks::read(&view);
    let deviations = deviations::find(&view, &blocks);
    let blocks::Blocks { token, seed, others, .. } = blocks;
    let part = |value: blocks::Value| value.into_part(&view);
    Creds {
        token: token.map(|block| part(block.value)),
        seed: seed.map(|block| part(block.value)),
        others: others.into_iter().map(part).collect(),
        deviations,
    }
}

/// The file as `FormatUserConfig` writes it: what every client reads. Whether the seed is that of the token's user is
/// not asked here.
pub fn canonical(token: &str, seed: &str) -> Zeroizing<String> {
    let role = match seed.get(..2) {
        Some("SA") => "ACCOUNT",
        Some("SO") => "OPERATOR",
        _ => "USER",
    };
    let text = [
        "-----BEGIN NATS USER JWT-----\n",
        token,
        "\n------END NATS USER JWT------\n\n",
        BANNER,
        "\n-----BEGIN ",
        role,
        " NKEY SEED-----\n",
        seed,
        "\n------END ",
        role,
        " NKEY SEED------\n\n",
        STARS,
    ];
    // In one piece: what grows leaves copies behind.
    let mut file = Zeroizing::new(String::with_capacity(text.iter().map(|part| part.len()).sum()));
    text.iter().for_each(|part| file.push_str(part));
    file
}

/// `jwt.ParseDecoratedJWT`: the token of the first block; without any the text as it is.
pub(crate) fn decorated_token(bytes: &[u8]) -> &[u8] {
    readers::first_block(bytes).unwrap_or(bytes)
}

/// A token between its marks, as `DecorateJWT` writes it; `kind` is its type in the words of its claims.
pub fn decorated(token: &str, kind: &str) -> String {
    let kind = kind.to_ascii_uppercase();
    format!("-----BEGIN NATS {kind} JWT-----\n{token}\n------END NATS {kind} JWT------\n\n")
}

const BANNER: &str = "************************* IMPORTANT *************************
NKEY Seed printed below can be used to sign and prove identity.
NKEYs are sensitive and should be treated as secrets.
";

const STARS: &str = "*************************************************************\n";

#[cfg(test)]
mod tests;
