//! What does a configuration in the form of the troubleshooting guides mean?
//!
//! `{"jwt": {"lookup": "/path/{{ACCOUNT}}.jwt", "resolver": "file", "sys": "/path/sys.jwt", "keys": {"system": "A…",
//! "operator": "O…"}}}`: no nats-server reads it, but people find it and use it. It describes a resolver.

use std::ops::Range;

use zeroize::Zeroizing;

use super::config::{self, Map, Node, Value};
use super::form::Absent;
use super::version::Version;

/// What the guides' form says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lookup {
    /// The path of an account's token; `{{ACCOUNT}}` in it stands for the account.
    pub lookup: Option<Setting>,
    /// `file`.
    pub resolver: Option<Setting>,
    /// The token of the system account.
    pub sys: Option<Setting>,
    /// The key of the system account.
    pub system_key: Option<Setting>,
    /// The operator's key.
    pub operator_key: Option<Setting>,
    /// The guides' `accounts`: names of accounts, each with a password.
    pub accounts: Vec<Setting>,
    /// The bytes of the key `jwt`, which a server stops at.
    pub key: Range<usize>,
}

/// A value and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// What it says.
    pub text: String,
    /// Where it stands, quotes included.
    pub span: Range<usize>,
}

impl Lookup {
    /// The path of an account's token.
    pub fn path(&self, account: &str) -> Option<String> {
        let lookup = self.lookup.as_ref()?;
        let mut path = String::new();
        let mut rest = lookup.text.as_str();
        while let Some((front, behind)) = rest.split_once("{{") {
            let (name, behind) = behind.split_once("}}")?;
            path.push_str(front);
            path.push_str(if name.trim().eq_ignore_ascii_case("account") { account } else { return None });
            rest = behind;
        }
        path.push_str(rest);
        Some(path)
    }

    /// The account that a path names.
    pub fn account<'p>(&self, path: &'p str) -> Option<&'p str> {
        let text = &self.lookup.as_ref()?.text;
        let (front, behind) = text.split_once("{{")?;
        let (_, behind) = behind.split_once("}}")?;
        path.strip_prefix(front)?
            .strip_suffix(behind)
            .filter(|account| !account.is_empty() && !account.contains('/'))
    }
}

/// Reads the guides' form, JSON or the server's own grammar; none where it is another configuration.
pub fn read(bytes: &[u8]) -> Option<Lookup> {
    let config = config::parse("", bytes, Version::NEWEST, &Absent).ok()?;
    let entry = config.root.entry("jwt")?;
    let jwt = entry.node.value.as_map()?;
    jwt.get("lookup")?;
    let keys = jwt.get("keys").and_then(|node| node.value.as_map());
    let key = |names: [&str; 2]| keys.and_then(|keys| names.into_iter().find_map(|name| setting(keys, name)));
    Some(Lookup {
        lookup: setting(jwt, "lookup"),
        resolver: setting(jwt, "resolver"),
        sys: setting(jwt, "sys").or_else(|| setting(jwt, "system")),
        system_key: key(["system", "sys"]),
        operator_key: key(["operator", "op"]),
        accounts: config.root.get("accounts").map(accounts).unwrap_or_default(),
        key: entry.key_span.start..entry.key_span.end,
    })
}

/// A name and a password, as the guides' `accounts` have them.
pub struct Login {
    /// The account's name, which is the user's as well.
    pub name: String,
    /// The password.
    pub password: Zeroizing<String>,
}

/// Shows no password.
impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The guides' `accounts`, each with `name` and `password`; empty where accounts are written as a server reads them.
pub fn logins(bytes: &[u8]) -> Vec<Login> {
    let Ok(config) = config::parse("", bytes, Version::NEWEST, &Absent) else { return Vec::new() };
    let Some(node) = config.root.get("accounts") else { return Vec::new() };
    let text = |map: &Map, key: &str| Some(map.get(key)?.value.as_str()?.into_owned());
    let login = |map: &Map, name: Option<&str>| {
        let name = text(map, "name").or_else(|| name.map(str::to_owned))?;
        Some(Login { name, password: Zeroizing::new(text(map, "password")?) })
    };
    match &node.value {
        Value::Array(items) => items.iter().filter_map(|item| login(item.value.as_map()?, None)).collect(),
        Value::Map(map) => {
            map.entries().filter_map(|entry| login(entry.node.value.as_map()?, Some(&entry.key))).collect()
        }
        _ => Vec::new(),
    }
}

fn setting(map: &Map, key: &str) -> Option<Setting> {
    let node = map.get(key)?;
    let text = node.value.as_str()?.into_owned();
    Some(Setting { text, span: node.span.start..node.span.end })
}

/// `accounts: [{name: …, password: …}]`, or the name as the key of each.
fn accounts(node: &Node) -> Vec<Setting> {
    match &node.value {
        Value::Array(items) => {
            items.iter().filter_map(|item| setting(item.value.as_map()?, "name")).collect()
        }
        Value::Map(map) => map
            .entries()
            .map(|entry| {
                let own = entry.node.value.as_map().and_then(|map| setting(map, "name"));
                let span = entry.key_span.start..entry.key_span.end;
                own.unwrap_or(Setting { text: entry.key.clone(), span })
            })
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"jwt": {"lookup": "/p/{{ACCOUNT}}.jwt", "resolver": "file", "sys": "/p/sys.jwt",
        "keys": {"system": "AS", "operator": "OP"}}, "accounts": [{"name": "a", "password": "x"}, {"name": "b"}]}"#;

    #[test]
    fn the_form_is_read() {
        let read = read(TEXT.as_bytes()).unwrap();
        let text = |setting: &Option<Setting>| setting.as_ref().map(|setting| setting.text.clone());
        assert_eq!(text(&read.sys).as_deref(), Some("/p/sys.jwt"));
        assert_eq!(text(&read.system_key).as_deref(), Some("AS"));
        assert_eq!(text(&read.operator_key).as_deref(), Some("OP"));
        assert_eq!(text(&read.resolver).as_deref(), Some("file"));
        assert_eq!(read.accounts.iter().map(|account| &*account.text).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(&TEXT[read.key.clone()], "\"jwt\"");
        assert_eq!(&TEXT[read.sys.clone().unwrap().span], "\"/p/sys.jwt\"");
        assert_eq!(read.path("AB").as_deref(), Some("/p/AB.jwt"));
        assert_eq!(read.account("/p/AB.jwt"), Some("AB"));
        for other in ["/q/AB.jwt", "/p/.jwt", "/p/x/AB.jwt"] {
            assert_eq!(read.account(other), None, "{other}");
        }
    }

    #[test]
    fn names_and_passwords() {
        let read = |text: &str| -> Vec<(String, String)> {
            logins(text.as_bytes())
                .iter()
                .map(|login| (login.name.clone(), login.password.to_string()))
                .collect()
        };
        let pair = |name: &str, password: &str| (name.to_owned(), password.to_owned());
        assert_eq!(read(TEXT), [pair("a", "x")]);
        assert_eq!(
            read("accounts { A { password: x }, B { name: b, password: y } }"),
            [pair("A", "x"), pair("b", "y")]
        );
        assert_eq!(read("accounts { A { users: [{ user: a, password: x }] } }"), []);
        assert!(!format!("{:?}", logins(b"accounts { A { password: hunter2 } }")).contains("hunter2"));
    }

    #[test]
    fn other_configurations_are_not() {
        for other in ["port: 4222", "jwt: eyJ", "jwt { resolver: file }", "{", ""] {
            assert_eq!(read(other.as_bytes()), None, "{other}");
        }
        let plain =
            read(b"jwt {\n lookup: \"/p/{{ account }}.jwt\"\n}\naccounts { A { password: x } }").unwrap();
        assert_eq!(plain.path("AB").as_deref(), Some("/p/AB.jwt"));
        assert_eq!(plain.accounts[0].text, "A");
        let odd =
            Lookup { lookup: Some(Setting { text: "/p/{{NAME}}".into(), span: 0..0 }), ..Lookup::default() };
        assert_eq!(odd.path("AB"), None);
    }
}
