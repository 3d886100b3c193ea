//! Does this password match the one of the configuration?
//!
//! `comparePasswords`: bcrypt where the configuration has a hash, the same text otherwise.

use super::client::Secret;

/// What comparing says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Match {
    Yes,
    No,
    /// The client's is not known.
    NotGiven,
    /// The hash costs more than is spent here.
    TooDear,
}

/// Each step doubles the time; this one takes seconds.
const DEAREST: u32 = 15;

/// `isBcrypt`: `^\$2[abxy]\$\d{2}\$.*`.
pub(crate) fn is_bcrypt(password: &str) -> bool {
    cost(password).is_some()
}

fn cost(password: &str) -> Option<u32> {
    let [b'$', b'2', b'a' | b'b' | b'x' | b'y', b'$', tens @ b'0'..=b'9', ones @ b'0'..=b'9', b'$', ..] =
        password.as_bytes()
    else {
        return None;
    };
    Some(u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
}

/// Compares the configuration's password with the client's.
pub(crate) fn compare(server: &str, client: &Secret) -> Match {
    let Some(text) = client.known() else {
        // Whatever the client sends, an empty password of the configuration takes an empty one alone.
        return Match::NotGiven;
    };
    let same = match cost(server) {
        None => server == text,
        Some(cost) if cost > DEAREST => return Match::TooDear,
        Some(_) => bcrypt::verify(text, server).unwrap_or(false),
    };
    if same { Match::Yes } else { Match::No }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_compare_as_the_server_compares() {
        // Of golang.org/x/crypto/bcrypt, cost 4, for "s3cret" and for 80 times "a".
        let hash = bcrypt::hash("s3cret", 4).expect("hashes");
        for (server, client, want) in [
            ("abc", "abc", Match::Yes),
            ("abc", "abd", Match::No),
            ("", "", Match::Yes),
            ("abc", "", Match::No),
            (hash.as_str(), "s3cret", Match::Yes),
            (&hash, "s3crets", Match::No),
            (&hash, &hash, Match::No),
            ("$2a$04$short", "$2a$04$short", Match::No),
            ("$2c$04$x", "$2c$04$x", Match::Yes),
            ("$2a$4$x", "$2a$4$x", Match::Yes),
            ("$2a$31$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "x", Match::TooDear),
        ] {
            assert_eq!(compare(server, &Secret::text(client)), want, "{server} {client}");
        }
        assert_eq!(compare("abc", &Secret::Unknown), Match::NotGiven);
        assert!(is_bcrypt("$2y$11$") && !is_bcrypt("$2y$1$") && !is_bcrypt("2a$11$"));
    }
}
