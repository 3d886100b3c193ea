//! Is the client who it says, where and when it may be?
//!
//! The nonce (CON-27 to CON-30), the networks and the time windows (CON-32, CON-33). That a signature over the nonce
//! holds is here: the seed that signs is the one of the key asked about.

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::walk::{Walk, debug};
use crate::nkey::go;
use crate::server::causes;
use crate::server::client::Signature;
use crate::server::decision::{Level, LogLine};
use crate::server::source::{Source, source};
use crate::server::times::{Window, window};
use crate::server::tokens;
use crate::token::{Claims, UserPermissionLimits};

/// CON-27 to CON-30 for a user JWT.
pub(super) fn proof(walk: &mut Walk<'_>, claims: &Claims, terms: &UserPermissionLimits) {
    if terms.bearer_token {
        for gate in ["CON-27", "CON-28", "CON-29", "CON-30"] {
            walk.pass(gate, "the user is a bearer token: nobody asks for its seed");
        }
        return;
    }
    signature(walk, &claims.data.sub, ["CON-27", "CON-28", "CON-29", "CON-30"]);
}

/// Whether the seed of `key` answered the nonce; the gates for: there is an answer, it is base64, the key is one, the
/// answer holds. `true` where all of them let the client pass.
pub(super) fn signature(walk: &mut Walk<'_>, key: &str, gates: [&'static str; 4]) -> bool {
    let [missing, text, public, holds] = gates;
    let version = walk.held.server.version;
    let client = walk.client;
    // A caller with one gate for all of them hears of the first that does not hold.
    let one = missing == holds;
    let behind: &[&'static str] = if one { &[] } else { &[text, public, holds] };
    let mqtt = client.via.is_mqtt();
    let silent = match &client.signature {
        Signature::None => true,
        Signature::Junk(text) => text.is_empty(),
        Signature::By(_) => mqtt,
    };
    if silent {
        let found = match mqtt {
            true => "an MQTT client is given no nonce to sign: only bearer tokens come in over MQTT",
            false => "the client has no seed to answer the server's nonce with",
        };
        walk.refuse(missing, Some(causes::NONE_GIVEN), debug("Signature missing"), found);
        walk.skip_all(behind, "there is no signature");
        return false;
    }
    if !one {
        walk.pass(missing, "the client answers the nonce");
    }
    if let Signature::Junk(junk) = &client.signature
        && !is_base64(junk)
    {
        let found = "what the client sends as signature is no base64";
        walk.refuse(text, Some(causes::DAMAGED), debug("Signature not valid base64"), found);
        walk.skip_all(behind.get(1..).unwrap_or_default(), "there is no signature to verify");
        return false;
    }
    if !one {
        walk.pass(text, "the answer is base64");
    }
    if let Some(length) = tokens::panics(key, version) {
        let found = format!("a server of this release stops answering at the user's key of {length} bytes");
        walk.refuse_with(public, Some(causes::CRASH), Vec::new(), None, found);
        return false;
    }
    let wanted = match go::from_public_key(key) {
        Ok(wanted) => wanted.public(),
        Err(e) => {
            let found = format!("the user's sub {key:?} is no public key: {e}");
            let line = debug(format!("User nkey not valid: {e}"));
            walk.refuse(public, Some(causes::DAMAGED), line, found);
            if !one {
                walk.skip(holds, "there is no key to verify with");
            }
            return false;
        }
    };
    if !one {
        walk.pass(public, "the user's sub is a public key");
    }
    let (by, found) = match &client.signature {
        Signature::By(by) => {
            // The role is not part of what is verified.
            let same = go::from_public_key(by).is_ok_and(|by| by.public().bytes() == wanted.bytes());
            (same, format!("the client signs with the seed of {by}, and the user is {key}"))
        }
        _ => (false, format!("the signature is none of {key}'s seed")),
    };
    if by {
        walk.pass(holds, "the user's own seed signed the nonce");
    } else {
        walk.refuse(holds, Some(causes::SIGNATURE), debug("Signature not verified"), found);
    }
    by
}

fn engine(alphabet: &base64::alphabet::Alphabet, padding: DecodePaddingMode) -> GeneralPurpose {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(padding).with_decode_allow_trailing_bits(true);
    GeneralPurpose::new(alphabet, config)
}

/// Go's decoders do not count newlines.
fn without_newlines(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect()
}

/// `base64.RawURLEncoding`.
pub(super) fn is_raw_base64(text: &str) -> bool {
    let raw = engine(&base64::alphabet::URL_SAFE, DecodePaddingMode::RequireNone);
    raw.decode(without_newlines(text)).is_ok()
}

/// `base64.RawURLEncoding`, else `base64.StdEncoding`.
fn is_base64(text: &str) -> bool {
    let standard = engine(&base64::alphabet::STANDARD, DecodePaddingMode::RequireCanonical);
    is_raw_base64(text) || standard.decode(without_newlines(text)).is_ok()
}

/// CON-32 and CON-33; the end of the time window that the client comes in at.
pub(super) fn place_and_time(walk: &mut Walk<'_>, terms: &UserPermissionLimits) -> Option<i64> {
    let networks = terms.src.as_deref().unwrap_or_default();
    match walk.client.host() {
        None if !networks.is_empty() => {
            let found = format!("the user may come from {} alone", networks.join(", "));
            walk.unknown("CON-32", found, "the address that the client comes from");
        }
        host => {
            let host = host.unwrap_or_default();
            let line = || vec![LogLine::new(Level::Error, format!("Bad src Ip {host}"))];
            match source(networks, host) {
                Source::Anywhere => walk.pass("CON-32", "the user may come from anywhere"),
                Source::Inside(network) => walk.pass("CON-32", format!("{host} is inside {network}")),
                Source::Outside => {
                    let found = format!("{host} is in none of the user's networks: {}", networks.join(", "));
                    walk.refuse("CON-32", None, line(), found);
                }
                Source::NoAddress => {
                    let found = match host {
                        "" => "the connection has no address, and the user's networks ask for one".to_owned(),
                        host => format!("{host:?} is no IP address"),
                    };
                    walk.refuse("CON-32", None, line(), found);
                }
                Source::BadNetwork(network) => {
                    let found =
                        format!("the user's network {network:?} is none, which the server meets first");
                    walk.refuse("CON-32", Some(causes::VALIDATION), line(), found);
                }
            }
        }
    }
    let server = &walk.held.server;
    let times: Vec<(String, String)> =
        terms.times.iter().flatten().map(|t| (t.start.clone(), t.end.clone())).collect();
    let line = || vec![LogLine::new(Level::Error, "Outside connect times")];
    let shown = || times.iter().map(|(a, b)| format!("{a}-{b}")).collect::<Vec<_>>().join(", ");
    match window(&times, &terms.times_location, server.zone.as_ref(), server.now, server.version) {
        Window::Always => walk.pass("CON-33", "the user may come at any time of the day"),
        Window::Until(end) => {
            walk.pass("CON-33", format!("it is inside of the user's times {}", shown()));
            return Some(end);
        }
        Window::Outside => {
            let zone = match terms.times_location.as_str() {
                "" => "the server's time zone",
                name => name,
            };
            let found = format!("it is outside of the user's times {} ({zone})", shown());
            walk.refuse("CON-33", Some(causes::TIME), line(), found);
        }
        Window::Unreadable(what) => {
            let found = format!("the server cannot read {what:?} in the user's times");
            walk.refuse("CON-33", Some(causes::VALIDATION), line(), found);
        }
        Window::ZoneUnknown => {
            let found = format!("the user's times {} are in the server's own time zone", shown());
            walk.unknown("CON-33", found, "the server's time zone");
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_base64_of_either_alphabet() {
        for (text, want) in [
            ("AAAA", true),
            ("AA", true),
            ("AB", true),
            ("AA==", true),
            ("A", false),
            ("A-_A", true),
            ("A+/A", true),
            ("A+-A", false),
            ("AA=", false),
            ("AA\n", true),
            ("!", false),
        ] {
            assert_eq!(is_base64(text), want, "{text}");
        }
    }
}
