//! Who asks to be let in, and what does it show?
//!
//! What a client says in CONNECT, or an MQTT client in its CONNECT packet, and what the server sees of its connection.
//! The nonce is not here: that a signature holds is the same as that the signing seed belongs to the key asked about.

use std::fmt;

use zeroize::Zeroizing;

use super::via::Via;

/// A password or token of the client.
#[derive(Default)]
pub enum Secret {
    /// It sends none.
    #[default]
    None,
    /// It sends one, which is not known here.
    Unknown,
    /// It sends this one.
    Text(Zeroizing<String>),
}

impl Secret {
    /// A secret out of its text; an empty one is none, as on the wire.
    pub fn text(text: impl Into<String>) -> Self {
        let text = Zeroizing::new(text.into());
        if text.is_empty() { Self::None } else { Self::Text(text) }
    }

    /// The text as the server has it; `None`: not known.
    pub(crate) fn known(&self) -> Option<&str> {
        match self {
            Self::None => Some(""),
            Self::Unknown => None,
            Self::Text(text) => Some(text),
        }
    }

    /// Whether the client sends none.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Unknown => "Unknown",
            Self::Text(_) => "[redacted]",
        })
    }
}

/// How the client answers the nonce.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Signature {
    /// It does not: it has no seed.
    #[default]
    None,
    /// The seed of this public key signs.
    By(String),
    /// It sends this text, which no seed made.
    Junk(String),
}

/// What the client shows of itself in TLS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Certificate {
    /// No certificate, or no TLS.
    #[default]
    None,
    /// One that is not known here.
    Unknown,
    /// One with these names: e-mail addresses, DNS names, URIs, then the subject, as nats-server tries them.
    Names(Vec<String>),
}

/// A client, and the connection that it asks over.
#[derive(Default)]
pub struct Client {
    /// The way it connects.
    pub via: Via,
    /// Its user JWT; over MQTT it is the password.
    pub jwt: Option<Zeroizing<String>>,
    /// How it answers the nonce. An MQTT client is given none and never answers.
    pub signature: Signature,
    /// `nkey` of CONNECT; empty: none.
    pub nkey: String,
    /// `user` of CONNECT; empty: none.
    pub user: String,
    /// `pass` of CONNECT.
    pub password: Secret,
    /// `auth_token` of CONNECT. Over MQTT the password is the token as well.
    pub token: Secret,
    /// `account` of CONNECT, which no server accepts; empty: none.
    pub account: String,
    /// `new_account` of CONNECT, which no server accepts either.
    pub new_account: bool,
    /// The account, by name or key, that the client's own settings say it will be in. No server reads it.
    pub expects: Option<String>,
    /// The address that the server sees; `None`: not known.
    pub from: Option<String>,
    /// Its certificate.
    pub certificate: Certificate,
    /// How a proxy signed for the connection.
    pub proxy: Signature,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("via", &self.via)
            .field("jwt", &self.jwt.as_ref().map(|_| "[redacted]"))
            .field("signature", &self.signature)
            .field("nkey", &self.nkey)
            .field("user", &self.user)
            .field("password", &self.password)
            .field("token", &self.token)
            .field("account", &self.account)
            .field("new_account", &self.new_account)
            .field("expects", &self.expects)
            .field("from", &self.from)
            .field("certificate", &self.certificate)
            .field("proxy", &self.proxy)
            .finish()
    }
}

impl Client {
    /// A client with a user JWT and the seed of this public key, over TCP.
    pub fn with_jwt(jwt: impl Into<String>, seed_of: Option<&str>) -> Self {
        Self {
            jwt: Some(Zeroizing::new(jwt.into())),
            signature: seed_of.map_or(Signature::None, |key| Signature::By(key.to_owned())),
            ..Self::default()
        }
    }

    /// The address as the server has it: an in-process connection has none.
    pub(crate) fn host(&self) -> Option<&str> {
        if self.via == Via::InProcess { Some("") } else { self.from.as_deref() }
    }

    /// Whether it shows nothing of itself but perhaps a JWT: what `no_auth_user` is for.
    pub(crate) fn names_no_user(&self) -> bool {
        self.user.is_empty() && self.password.is_none() && self.token.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_is_shown() {
        let client = Client {
            password: Secret::text("hunter2"),
            token: Secret::text("hunter2"),
            ..Client::with_jwt("hunter2", None)
        };
        let shown = format!("{client:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
        assert_eq!(shown.matches("[redacted]").count(), 3, "{shown}");
        assert!(Secret::text("").is_none());
    }
}
