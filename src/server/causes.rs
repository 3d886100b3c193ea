//! Why, finer than the server says it? The conditions behind its texts.
//!
//! `account validation failed` stands for three conditions, `Authorization Violation` for all of them, and that a name is
//! misspelled no server says at all. A [`Cause`](super::decision::Cause) has one of these ids.

/// The server has no account resolver.
pub const NO_RESOLVER: &str = "no-resolver";
/// What names the account is no public key of an account.
pub const NOT_AN_ACCOUNT_KEY: &str = "not-an-account-key";
/// The resolver has no such account.
pub const NOT_IN_RESOLVER: &str = "not-in-resolver";
/// The configuration has no such account.
pub const NOT_IN_CONFIG: &str = "not-in-config";
/// A key or name is misspelled: one that exists is near.
pub const MISSPELLED: &str = "misspelled";
/// A key or name exists in another letter case.
pub const LETTER_CASE: &str = "letter-case";
/// The account is signed by a key that the server does not trust.
pub const UNTRUSTED: &str = "issuer-untrusted";
/// The account is signed by the identity key of an operator who lets only signing keys sign.
pub const STRICT_OPERATOR: &str = "issuer-strict";
/// The account is signed by an account key.
pub const SELF_SIGNED: &str = "issuer-self-signed";
/// What is stored under an account's key is the token of another account.
pub const OTHER_SUBJECT: &str = "other-subject";
/// The system account is used where an account of users is meant.
pub const SYSTEM_ACCOUNT: &str = "system-account";
/// An account of users is used where the system account is meant.
pub const NOT_SYSTEM_ACCOUNT: &str = "not-system-account";
/// The user belongs to another account than the client's settings say.
pub const OTHER_ACCOUNT: &str = "other-account";
/// The user's token was signed by a signing key and does not name its account, so the key itself is looked up.
pub const ISSUER_ACCOUNT_MISSING: &str = "issuer-account-missing";
/// It is too late, or too early.
pub const TIME: &str = "time";
/// The claims are not valid.
pub const VALIDATION: &str = "validation";
/// The text is no token.
pub const DAMAGED: &str = "damaged";
/// The token is of another kind.
pub const WRONG_KIND: &str = "wrong-kind";
/// A signature does not hold.
pub const SIGNATURE: &str = "signature";
/// The token is signed by a key of the wrong role.
pub const ISSUER_KIND: &str = "issuer-kind";
/// The server crashes or stops answering.
pub const CRASH: &str = "crash";
/// Nothing was given.
pub const NONE_GIVEN: &str = "none-given";
/// It is not among the ones known.
pub const UNKNOWN: &str = "unknown";
/// A password or token does not match.
pub const MISMATCH: &str = "mismatch";
/// A limit is reached before the client comes.
pub const LIMIT: &str = "limit";
/// Nobody answers.
pub const UNANSWERED: &str = "unanswered";
