//! What does a server read in the place of a configuration in the guides' form?
//!
//! `{"jwt": {"lookup": …}}` describes a resolver, and `accounts` with `name` and `password` describe users; no nats-server
//! reads either. Where the operator's token is at hand, the equivalent is that operator and a full resolver; with its key alone
//! the accounts can only be preloaded.

use std::fmt::Write as _;

use crate::file::lookup::{Login, Lookup};

/// An account's token, found where the form says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The account that the path names.
    pub account: String,
    /// The path.
    pub path: String,
    /// The token, as it is stored.
    pub token: String,
}

/// What stands around the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Around {
    /// The file of the operator's token.
    pub operator: Option<String>,
    /// The token of the system account.
    pub sys: Option<String>,
    /// The accounts.
    pub accounts: Vec<Found>,
}

const HEAD: &str =
    "# Written by `jwtfix convert`: what nats-server reads for a form that circulates in guides.\n";

/// The directory of the accounts, where a resolver finds them in it: the form's path ends in `/{{ACCOUNT}}.jwt`.
fn directory(form: &Lookup) -> Option<String> {
    let path = form.path("\u{0}")?;
    path.strip_suffix("/\u{0}.jwt").filter(|directory| !directory.contains('\u{0}')).map(str::to_owned)
}

/// The configuration that describes the same resolver.
pub fn resolver(form: &Lookup, around: &Around) -> String {
    let mut out = HEAD.to_owned();
    let said = |setting: &Option<crate::file::lookup::Setting>| setting.as_ref().map(|s| s.text.clone());
    let sys = said(&form.system_key);
    let mut line = |text: String| {
        let _ = writeln!(out, "{text}");
    };
    let full = around.operator.as_ref().zip(directory(form));
    match (&around.operator, said(&form.operator_key)) {
        (Some(path), _) => line(format!("operator: {}", quoted(path))),
        (None, Some(key)) => line(format!("trusted_keys: {}", quoted(&key))),
        (None, None) => {}
    }
    if let Some(sys) = &sys {
        line(format!("system_account: {}", quoted(sys)));
    }
    let mut preloads: Vec<(&str, &str)> = Vec::new();
    if let (Some(key), Some(token)) = (&sys, &around.sys) {
        preloads.push((key, token.trim()));
    }
    match full {
        Some((_, directory)) => {
            line(format!("resolver {{\n  type: full\n  dir: {}\n}}", quoted(&directory)));
        }
        None => {
            line("resolver: MEMORY".to_owned());
            let others = around.accounts.iter().filter(|found| sys.as_ref() != Some(&found.account));
            preloads.extend(others.map(|found| (found.account.as_str(), found.token.trim())));
        }
    }
    if !preloads.is_empty() {
        line("resolver_preload {".to_owned());
        preloads.iter().for_each(|(key, token)| line(format!("  {key}: {token}")));
        line("}".to_owned());
    }
    out
}

/// The configuration in which each name logs in with its password, in an account of its own. Without `open` the
/// passwords are left out.
pub fn users(logins: &[Login], open: bool) -> String {
    let mut out = HEAD.to_owned();
    out.push_str("accounts {\n");
    for Login { name, password } in logins {
        let name = quoted(name);
        let password = if open { quoted(password) } else { "\"…\"".to_owned() };
        let _ = writeln!(out, "  {name} {{ users: [ {{ user: {name}, password: {password} }} ] }}");
    }
    out.push_str("}\n");
    out
}

/// A text as nats-server's configuration quotes it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_ascii_control() => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::config::{Nothing, parse};
    use crate::file::lookup::{logins, read};
    use crate::file::version::Version;

    const FORM: &str = r#"{"jwt": {"lookup": "/p/{{ACCOUNT}}.jwt", "resolver": "file", "sys": "/p/sys.jwt",
        "keys": {"system": "AS", "operator": "OP"}}}"#;

    #[test]
    fn a_resolver_of_the_same_accounts() {
        let form = read(FORM.as_bytes()).expect("the form");
        let found = Found { account: "AB".into(), path: "/p/AB.jwt".into(), token: "eyJa.b.c\n".into() };
        let mut around = Around { operator: None, sys: Some("eyJs.y.s\n".into()), accounts: vec![found] };
        let text = resolver(&form, &around);
        let wanted = "trusted_keys: \"OP\"\nsystem_account: \"AS\"\nresolver: MEMORY\nresolver_preload {\n  AS: eyJs.y.s\n  AB: eyJa.b.c\n}\n";
        assert_eq!(text.strip_prefix(HEAD), Some(wanted));
        around.operator = Some("/p/op \"x\".jwt".into());
        let text = resolver(&form, &around);
        let wanted = "operator: \"/p/op \\\"x\\\".jwt\"\nsystem_account: \"AS\"\nresolver {\n  type: full\n  dir: \"/p\"\n}\nresolver_preload {\n  AS: eyJs.y.s\n}\n";
        assert_eq!(text.strip_prefix(HEAD), Some(wanted));
        // A resolver finds only files that are named by the key alone.
        let odd =
            read(FORM.replace("{{ACCOUNT}}.jwt", "{{ACCOUNT}}/account.jwt").as_bytes()).expect("the form");
        assert!(resolver(&odd, &around).contains("MEMORY"));
    }

    #[test]
    fn passwords_survive_or_are_left_out() {
        let password = "a\"b\\c\td é$x";
        let json = serde_json::json!({"accounts": [{"name": "A b", "password": password}]}).to_string();
        let logins = logins(json.as_bytes());
        let text = users(&logins, true);
        let config = parse("s.conf", text.as_bytes(), Version::NEWEST, &Nothing).expect("a server reads it");
        let account =
            config.root.get("accounts").and_then(|node| node.value.as_map()?.get("A b")).expect("there");
        let users =
            account.value.as_map().and_then(|map| map.get("users")?.value.as_array()).expect("a list");
        let said = users[0].value.as_map().and_then(|map| map.get("password")).expect("there").value.as_str();
        assert_eq!(said.as_deref(), Some(password));
        assert!(!super::users(&logins, false).contains("a\\\"b"));
    }
}
