//! Which nats-server is asked?
//!
//! A verdict depends on the release. A behaviour that was brought to several release series at once is told by
//! [`Since`]: the first release of each series that has it. A series that is not listed and is older than the last
//! one listed never got it.

use std::fmt;

/// The version of a nats-server, as in `nats-server -v` (`2.12.8`, `v2.11.0-RC.1`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Major number, `2` for every server this tool knows.
    pub major: u32,
    /// Minor number: the release series.
    pub minor: u32,
    /// Patch number within the series.
    pub patch: u32,
}

/// A text that is no version of a nats-server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a nats-server version like 2.12.8")]
pub struct VersionError(pub String);

impl Version {
    /// The newest server whose decisions are known: what is taken when none is named.
    pub const NEWEST: Self = Self::new(2, 15, 1);

    /// A version out of its three numbers.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch }
    }

    /// Reads `2.12.8`, `v2.12.8` and `2.12.8-RC.1` (a pre-release counts as its release), and `2.12` as the newest
    /// decisions known of that series.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        let err = || VersionError(text.to_owned());
        let bare = text.trim().trim_start_matches("nats-server:").trim();
        let bare = bare.strip_prefix('v').unwrap_or(bare);
        let bare = bare.split(['-', '+']).next().unwrap_or_default();
        let mut parts = bare.split('.');
        let mut number = |missing: Option<u32>| match parts.next() {
            Some(p) if !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()) => {
                p.parse::<u32>().map_err(|_| err())
            }
            Some(_) => Err(err()),
            None => missing.ok_or_else(err),
        };
        let version = Self::new(number(None)?, number(None)?, number(Some(u32::MAX))?);
        if parts.next().is_some() {
            return Err(err());
        }
        Ok(version)
    }

    /// Whether this server has a behaviour that came with the releases named.
    pub fn has(self, since: &Since) -> bool {
        let series = (self.major, self.minor);
        let last = since.first.iter().map(|&(major, minor, _)| (major, minor)).max();
        since.first.iter().any(|&(major, minor, patch)| series == (major, minor) && self.patch >= patch)
            || last.is_some_and(|last| series > last)
    }

    /// Whether this server is of the given release or a later one, of any series.
    pub fn at_least(self, major: u32, minor: u32, patch: u32) -> bool {
        self >= Self::new(major, minor, patch)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.patch == u32::MAX {
            return write!(f, "{}.{}", self.major, self.minor);
        }
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl std::str::FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// A behaviour of nats-server and the first release of each series that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since {
    /// The rule id.
    pub id: &'static str,
    /// What changed.
    pub change: &'static str,
    /// First releases, one per series.
    pub first: &'static [(u32, u32, u32)],
}

macro_rules! since {
    ($($name:ident $id:literal $change:literal $($first:expr),+;)+) => {
        $(
            #[doc = concat!($id, ": ", $change)]
            pub const $name: Since = Since { id: $id, change: $change, first: &[$($first),+] };
        )+
        /// Every version switch, for `explain` and for tests.
        pub const SWITCHES: &[&Since] = &[$(&$name),+];
    };
}

since! {
    OPERATORS_ARRAY "VER-1" "an array of operators is accepted" (2, 10, 21);
    HARD_DELETE "VER-2" "the resolver key hard_delete is read" (2, 9, 16);
    RESOLVER_MAP_MEM "VER-3" "a resolver map may have type MEM" (2, 9, 21);
    CLAIMS_HEADERS "VER-4" "claims requests may carry headers" (2, 9, 15);
    EMPTY_LOOKUP_ANSWER "VER-5" "a peer without the account answers with nothing; account jwt not found" (2, 9, 17);
    DANGLING_WORD "VER-6" "a word alone in a config is an error" (2, 9, 22);
    MAPPING_WILDCARDS "VER-6" "wildcards in the targets of mappings are validated no more" (2, 9, 22);
    EMPTY_AUTHORIZATION "VER-7" "an empty authorization block stops the hidden no_auth_user" (2, 9, 23), (2, 10, 2);
    AUTH_CALLOUT "VER-8" "auth callout" (2, 10, 0);
    NKEY_NO_AUTH_USER "VER-9" "no_auth_user may be an nkey; leafnodes authenticate by nkey" (2, 10, 8);
    SUBJECT_DOTS "VER-10" "validation refuses empty tokens in subjects" (2, 10, 12);
    LONG_TIMEOUT_WARNING "VER-11" "an authorization timeout over a minute is warned about" (2, 11, 2);
    CALLOUT_REVOCATION "VER-12" "users of auth callout honour revocation" (2, 10, 17);
    TYPES_AFTER_SCOPE "VER-13" "connection types are checked after the scope replaced them" (2, 10, 19);
    NAME_WITHOUT_BLANKS "CFG-1" "a server_name with blanks is an error" (2, 11, 0);
    MISSING_TAG_SURVIVED "CON-52" "a tag that is not found beside one that is does not end the server" (2, 10, 5);
    GO_1_20 "P-16" "built with Go 1.20 or later, which words errors of JSON types otherwise" (2, 9, 22);
    GO_1_27 "P-16" "built with Go 1.27 or later, which words errors of JSON otherwise" (2, 15, 0);
    TEMPLATE_ANYWHERE "VER-14" "templates anywhere in a token, blanks inside braces, lists with templates are validated" (2, 11, 0);
    UNKNOWN_TEMPLATE_CRASHED "VER-15" "an unknown template function crashes the server, until VER-16" (2, 11, 0);
    UNKNOWN_TEMPLATE_REFUSED "VER-16" "an unknown template function refuses the user; at most 4096 subjects; limits are clamped" (2, 11, 14), (2, 12, 5);
    IMPORTS_PER_EXPORTER "CFG-82" "a subject may be imported from several exporters" (2, 10, 28), (2, 11, 2);
    STREAM_CYCLES_BY_SOURCE "ACC-31" "cycles of stream imports are looked for by the exporter's subject too" (2, 10, 17);
    PATHS_STATTED "DIR-27" "what is wrong with a path is told, and not passed over" (2, 12, 12), (2, 14, 3);
    TLS_FIELD_UNBRACKETED "CFG-27" "an unknown tls field is told without brackets" (2, 10, 8);
    MQTT_NAMELESS "CFG-62" "MQTT needs a server_name in clusters alone" (2, 10, 4);
    REMOTES_UNIQUE "CFG-55" "the same leafnode remote twice is an error" (2, 14, 0);
    ORIGINS_ABSOLUTE "CFG-61" "allowed origins have to be absolute URLs" (2, 11, 14), (2, 12, 5);
    TRAFFIC_OWNER_TOLD "CFG-82" "a wrong cluster_traffic is told that it may be owner" (2, 11, 12), (2, 12, 4);
    REMOTE_PROXY_TLS "CFG-55" "the proxy of a leafnode remote may have TLS, and is used for every URL" (2, 15, 0);
    STRICT_COLONS "CFG-61" "an HTTP URL's host has one colon at most" (2, 15, 0);
    IN_PROCESS_TYPE "VER-17" "message trace, cluster_traffic, connection type IN_PROCESS" (2, 11, 0);
    DEFAULT_SENTINEL "VER-18" "default_sentinel" (2, 11, 2);
    SENTINEL_BEARER "VER-18" "a default_sentinel has to be the JWT of a user and a bearer token" (2, 11, 7);
    SENTINEL_SCOPED "VER-18" "a default_sentinel may be a scoped user" (2, 11, 9);
    LEAF_WITHOUT_ACCOUNT "CO-4" "a leafnode that is in no account yet is refused where its account has a callout; before, the server crashes" (2, 12, 5);
    CALLOUT_DELEGATION "VER-19" "auth callout of the config also decides for accounts in allowed_accounts" (2, 11, 0);
    PROXIES "VER-20" "trusted proxies and proxy_required" (2, 12, 0);
    PROXY_MEMBER "VER-20" "proxy_required is read, so that a scoped user must not have it" (2, 11, 10), (2, 12, 0);
    SCOPE_PROXY "VER-20" "proxy_required of a scope's template is enforced" (2, 15, 1);
    LOGGED_IDENTITY "VER-21" "the authentication error line names the identity" (2, 12, 0);
    LEAF_NO_FALLBACK "VER-22" "leafnodes without a match are refused" (2, 12, 0);
    LEAF_SIMPLE_AUTH "VER-22" "the simple authorization applies to leafnodes" (2, 12, 2);
    TOKEN_SIZE_CAP "VER-23" "a token over 1 MiB is refused; imports overlap per exporter; mapping weights do not overflow" (2, 11, 15), (2, 12, 6), (2, 14, 0);
    MQTT_PASSWORD_KEPT_APART "VER-24" "an MQTT password is not stored as a JWT; the user's own limits are not applied at connect" (2, 11, 15), (2, 12, 6);
    UNDECODABLE_TO_SENTINEL "VER-25" "a JWT that does not decode counts as none" (2, 12, 7), (2, 14, 0);
    TIMES_ACROSS_MIDNIGHT "VER-26" "times cross midnight, the longest window counts" (2, 11, 17), (2, 12, 8), (2, 14, 0);
    SHORT_KEY_HANG_FIXED "VER-27" "a key of the wrong length no longer hangs or crashes the server" (2, 12, 10), (2, 14, 2);
    LIVE_DEFAULT_PERMISSIONS "VER-28" "changed default permissions reach connected users" (2, 12, 12), (2, 14, 3);
    CERT_ONLY_USERS "VER-29" "users without password need a certificate when another listener maps certificates; invalid permission subjects are logged" (2, 12, 14), (2, 14, 4);
    NO_CONNECTIONS "MSG-44" "max_connections 0 or less takes no connection" (2, 12, 6);
    ENV_CYCLES "VER-30" "cycles of environment variables in a config are detected" (2, 11, 12), (2, 12, 4);
    CLUSTER_TRAFFIC_VALIDATED "VER-32" "cluster_traffic is validated" (2, 10, 24), (2, 11, 0);
    CALLOUT_SIGNER_VERIFIED "VER-34" "an unanswered callout is an Authorization Violation; an auth user may send a user name; the signer of a callout response is verified" (2, 15, 1);
    PUBLISH_INTEREST "VER-37" "a publish is held against the first entry met and not against all" (2, 10, 22);
    PUBLISH_INTEREST_BESIDE "VER-37" "an entry that ends at the subject does not hide a wildcard beside it" (2, 11, 12), (2, 12, 4);
    CONFIG_BRACES "LEX-22" "a top-level block in braces is closed by its own brace" (2, 10, 16);
    UNIT_THEN_DIGIT "LEX-8" "1kb1 is a string" (2, 15, 1);
    LEAF_CREDS_LINE_ENDS "P-60" "credentials of a leafnode's remote may end their lines in CR LF, and the last one in nothing" (2, 10, 23);
    RAFT_SUBJECTS_RESERVED "VER-38" "clients may not publish to $NRG" (2, 11, 0);
    OLD_GATEWAY_REPLIES_RESERVED "VER-38" "clients may not publish to $GR" (2, 15, 1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_read_as_people_write_them() {
        for (text, want) in [
            ("2.12.8", Some((2, 12, 8))),
            ("v2.9.10", Some((2, 9, 10))),
            ("nats-server: v2.10.26", Some((2, 10, 26))),
            ("2.11.0-RC.1", Some((2, 11, 0))),
            ("2.12", Some((2, 12, u32::MAX))),
            ("2", None),
            ("", None),
            ("2.x.1", None),
            ("2.1.1.1", None),
            ("2.99999999999.1", None),
            ("+2.1.1", None),
        ] {
            let got = Version::parse(text).ok();
            assert_eq!(got, want.map(|(a, b, c)| Version::new(a, b, c)), "{text:?}");
        }
        assert_eq!(Version::new(2, 12, u32::MAX).to_string(), "2.12");
    }

    #[test]
    fn a_series_not_listed_never_got_it() {
        let v = |t: &str| Version::parse(t).expect("a version");
        assert!(!v("2.10.29").has(&UNKNOWN_TEMPLATE_REFUSED));
        assert!(!v("2.11.13").has(&UNKNOWN_TEMPLATE_REFUSED));
        assert!(v("2.11.14").has(&UNKNOWN_TEMPLATE_REFUSED));
        assert!(!v("2.12.4").has(&UNKNOWN_TEMPLATE_REFUSED));
        assert!(v("2.14.0").has(&UNKNOWN_TEMPLATE_REFUSED));
        assert!(!v("2.11.17").has(&UNDECODABLE_TO_SENTINEL));
        assert!(v("2.12.7").has(&UNDECODABLE_TO_SENTINEL));
        assert!(v("2.12").has(&TIMES_ACROSS_MIDNIGHT));
        assert!(Version::NEWEST.has(&CALLOUT_SIGNER_VERIFIED));
    }
}
