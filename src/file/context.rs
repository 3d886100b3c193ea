//! With what does this context of natscli connect?
//!
//! `natscontext/context.go`: the values of `creds`, `nkey`, `user_jwt` and `user_seed` name a file, or say where else
//! the secret is.

use std::fmt;

use zeroize::Zeroizing;

use super::kubernetes;

/// A context.
#[derive(Debug, Default)]
pub struct Context {
    /// Servers, separated by commas.
    pub url: String,
    /// A credentials file.
    pub creds: Option<Source>,
    /// A seed.
    pub nkey: Option<Source>,
    /// A user's token.
    pub user_jwt: Option<Source>,
    /// The seed of that user.
    pub user_seed: Option<Source>,
    /// A user of an nsc store: `nsc://Operator/Account/User`.
    pub nsc: Option<Source>,
    /// A user name.
    pub user: Option<String>,
    /// Whether there is a password.
    pub password: bool,
    /// Whether there is a token.
    pub token: bool,
}

/// Where a secret is.
#[derive(PartialEq, Eq)]
pub enum Source {
    /// In a file.
    Path(String),
    /// In a variable of the environment.
    Variable(String),
    /// In 1Password.
    OnePassword(String),
    /// In an nsc store: operator, account, user.
    Nsc(String, String, String),
    /// In the context itself.
    Inline(Zeroizing<Vec<u8>>),
}

/// Tells nothing of what stands in the context itself.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Path(path) => f.debug_tuple("Path").field(path).finish(),
            Source::Variable(name) => f.debug_tuple("Variable").field(name).finish(),
            Source::OnePassword(name) => f.debug_tuple("OnePassword").field(name).finish(),
            Source::Nsc(operator, account, user) => {
                f.debug_tuple("Nsc").field(operator).field(account).field(user).finish()
            }
            Source::Inline(_) => f.write_str("Inline(redacted)"),
        }
    }
}

/// Reads a context; none where it is no object of JSON.
pub fn read(bytes: &[u8]) -> Option<Context> {
    let mut value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    let object = value.as_object_mut()?;
    let mut text = |key: &str| match object.get_mut(key) {
        Some(serde_json::Value::String(text)) if !text.is_empty() => {
            Some(Zeroizing::new(std::mem::take(text)))
        }
        _ => None,
    };
    Some(Context {
        url: text("url").map(|url| url.to_string()).unwrap_or_default(),
        creds: text("creds").map(|text| source(&text, false)),
        nkey: text("nkey").map(|text| source(&text, false)),
        user_jwt: text("user_jwt").map(|text| source(&text, true)),
        user_seed: text("user_seed").map(|text| source(&text, true)),
        nsc: text("nsc").map(|text| source(&text, false)),
        user: text("user").map(|user| user.to_string()),
        password: text("password").is_some(),
        token: text("token").is_some(),
    })
}

/// What a value names; `inline`: what names nothing is the secret itself.
fn source(text: &Zeroizing<String>, inline: bool) -> Source {
    if let Some(rest) = text.strip_prefix("nsc://") {
        let mut names = rest.split('?').next().unwrap_or_default().split('/').map(str::to_owned);
        let mut name = || names.next().unwrap_or_default();
        return Source::Nsc(name(), name(), name());
    }
    if let Some(name) = text.strip_prefix("env://") {
        return Source::Variable(name.to_owned());
    }
    if text.starts_with("op://") {
        return Source::OnePassword(text.to_string());
    }
    if let Some(path) = text.strip_prefix("file://") {
        return Source::Path(path.to_owned());
    }
    let data = text.strip_prefix("data:").and_then(|data| data.split_once(','));
    if let Some(bytes) = data.and_then(|(_, value)| kubernetes::decode(value.as_bytes())) {
        return Source::Inline(bytes);
    }
    if inline {
        Source::Inline(Zeroizing::new(text.as_bytes().to_vec()))
    } else {
        Source::Path(text.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_name_their_sources() {
        let context = read(
            br#"{"url": "nats://a,nats://b", "creds": "~/x.creds", "nkey": "file:///k.nk", "user_jwt": "eyJ",
                "user_seed": "env://SEED", "nsc": "nsc://O/A/U?operatorName", "user": "", "token": "t"}"#,
        )
        .unwrap();
        assert_eq!(context.url, "nats://a,nats://b");
        assert_eq!(context.creds, Some(Source::Path("~/x.creds".into())));
        assert_eq!(context.nkey, Some(Source::Path("/k.nk".into())));
        assert_eq!(context.user_jwt, Some(Source::Inline(Zeroizing::new(b"eyJ".to_vec()))));
        assert_eq!(context.user_seed, Some(Source::Variable("SEED".into())));
        assert_eq!(context.nsc, Some(Source::Nsc("O".into(), "A".into(), "U".into())));
        assert_eq!((context.user, context.password, context.token), (None, false, true));
        let context = read(br#"{"creds": "data:;base64,U0VDUkVU", "nkey": "op://vault/x"}"#).unwrap();
        assert_eq!(context.creds, Some(Source::Inline(Zeroizing::new(b"SECRET".to_vec()))));
        assert_eq!(context.nkey, Some(Source::OnePassword("op://vault/x".into())));
        assert!(!format!("{context:?}").contains("SECRET"));
        assert!(read(b"[]").is_none() && read(b"").is_none());
    }
}
