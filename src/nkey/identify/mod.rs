//! Which key is this text, and if none reads it as one, what went wrong with it? Answers without a byte of a secret.

mod answer;
mod damage;
#[cfg(test)]
mod tests;

use zeroize::Zeroizing;

pub use self::answer::{Fault, Identity, Kind, Reading};
use self::damage::{clean, looked_alike, resembles, swapped};
use super::encoding::{self, encoded_len};
use super::go;
use super::public::PublicKey;
use super::role::Role;
use super::seed::{self, SEED_PREFIX, Seed};

const PRIVATE_PREFIX: u8 = 15 << 3;

/// Which key a text is. `None` if it does not resemble one.
pub fn identify(text: &str) -> Option<Identity> {
    if let Some(identity) = read(text) {
        return Some(identity);
    }
    let (cleaned, mut faults) = clean(text);
    let put_right = |text: &str, faults: &[Fault]| {
        let mut identity = read(text)?;
        identity.reading = Reading::Refused;
        identity.faults.splice(0..0, faults.iter().copied());
        Some(identity)
    };
    if !faults.is_empty()
        && let Some(identity) = put_right(&cleaned, &faults)
    {
        return Some(identity);
    }
    let (kind, expected) = resembles(&cleaned)?;
    let strangers: Vec<usize> = cleaned
        .bytes()
        .enumerate()
        .filter_map(|(at, byte)| matches!(byte, b'0' | b'1' | b'8' | b'9').then_some(at))
        .collect();
    let named = strangers.iter().map(|&at| match cleaned.as_bytes()[at] {
        b'9' => Fault::Stranger(at + 1),
        _ => Fault::LookAlike(at + 1),
    });
    faults.extend(named);
    if cleaned.len() != expected {
        faults.push(Fault::Length { found: cleaned.len(), expected });
    } else if !strangers.is_empty() {
        if let Some(identity) = looked_alike(&cleaned, &strangers).and_then(|text| put_right(&text, &faults))
        {
            return Some(identity);
        }
    } else if let Some((at, text)) = swapped(&cleaned) {
        faults.push(Fault::Swapped(at + 1));
        return put_right(&text, &faults);
    } else {
        faults.push(Fault::Checksum);
    }
    Some(Identity { kind, reading: Reading::Refused, public: None, faults })
}

/// A text whose checksum matches in Go's reading.
fn read(text: &str) -> Option<Identity> {
    if let Ok(public) = PublicKey::parse(text) {
        let kind = Kind::Public(public.role());
        return Some(Identity {
            kind,
            reading: Reading::Canonical,
            public: Some(public),
            faults: Vec::new(),
        });
    }
    let mut raw = Zeroizing::new(Vec::new());
    go::decode_into(text.as_bytes(), &mut raw).ok()?;
    let mut faults = spelling(text, &raw);
    let (first, second) = (raw[0], raw[1]);
    let letter = text.bytes().find(u8::is_ascii_uppercase).map_or('?', char::from);
    let (kind, reading, public) = match first & 0xf8 {
        SEED_PREFIX => {
            let size = raw.len() - 2;
            if second & 7 != 0 {
                faults.push(Fault::PrefixBits);
            }
            match seed::role_of(first, second) {
                Some(role) => {
                    if size != 32 {
                        faults.push(Fault::SecretSize(size));
                    }
                    let public = go::from_seed(text.as_bytes()).ok().map(|seed: Seed| seed.public());
                    (
                        Kind::Seed(role),
                        if public.is_some() { Reading::Lenient } else { Reading::Refused },
                        public,
                    )
                }
                None => {
                    faults.push(Fault::Role);
                    let letter = text.bytes().filter(u8::is_ascii_uppercase).nth(1).map_or('?', char::from);
                    (Kind::Foreign { letter, secret: true }, Reading::Refused, None)
                }
            }
        }
        PRIVATE_PREFIX => {
            let size = raw.len() - 1;
            if !matches!(size, 32 | 64) {
                faults.push(Fault::SecretSize(size));
            }
            if first & 7 != 0 {
                faults.push(Fault::PrefixBits);
            }
            let known = go::prefix(text) == go::Prefix::Private;
            (
                Kind::Private { curve: size == 32 },
                if known { Reading::Lenient } else { Reading::Refused },
                None,
            )
        }
        prefix => {
            let size = raw.len() - 1;
            if first & 7 != 0 {
                faults.push(Fault::PrefixBits);
            }
            match Role::of_prefix(prefix) {
                Some(role) => {
                    if size != 32 {
                        faults.push(Fault::PublicSize(size));
                    }
                    let public = go::from_public_key(text).ok().map(|key| key.public());
                    let reading = if public.is_some() { Reading::Lenient } else { Reading::Half };
                    (Kind::Public(role), reading, public)
                }
                None => {
                    faults.push(Fault::Role);
                    (Kind::Foreign { letter, secret: false }, Reading::Refused, None)
                }
            }
        }
    };
    let reading = if faults.is_empty() { Reading::Canonical } else { reading };
    Some(Identity { kind, reading, public, faults })
}

/// How a text that Go decodes to `raw` differs from the canonical spelling of it.
fn spelling(text: &str, raw: &[u8]) -> Vec<Fault> {
    let mut whole = Zeroizing::new(Vec::with_capacity(raw.len() + 2));
    whole.extend_from_slice(raw);
    whole.extend(encoding::crc16(raw).to_le_bytes());
    let mut canonical = Zeroizing::new(vec![0; encoded_len(whole.len())]);
    encoding::encode(&whole, &mut canonical);
    let mut faults = Vec::new();
    if text.contains(['\r', '\n']) {
        faults.push(Fault::LineEnds);
    }
    let mut letters = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n'));
    let same = canonical.iter().all(|&letter| letters.next() == Some(letter));
    let extra = letters.count();
    if !same {
        faults.push(Fault::LastBits);
    }
    if extra > 0 {
        faults.push(Fault::Extra(extra));
    }
    faults
}
