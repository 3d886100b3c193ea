//! A sound little deployment, and what a case changes in it: tokens that are signed with keys made of their labels, so that
//! no seed is written down anywhere.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use jwtfix::nkey::{Role, Seed};
use jwtfix::token::{ClaimsData, HEADER, jti};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The time that cases are judged for: 2026-11-23 15:00:00 UTC.
pub const NOW: i64 = 1_795_446_000;
/// When tokens were signed, if a case says nothing else: an hour before.
const SIGNED: i64 = NOW - 3600;

/// The sound deployment, in the words of a case.
const SOUND: &str = r#"
acme = { how.kind = "operator" }
ORDERS = { how.kind = "account" }
BILLING = { how.kind = "account" }
SYS = { how.kind = "account" }
alice = { how.kind = "user" }
"#;

/// A deployment in the making: what a case says, in the order of the names.
pub struct World {
    tokens: BTreeMap<String, toml::Table>,
    files: BTreeMap<String, toml::Value>,
    /// Seconds by which its times are later than the case says.
    later: i64,
}

impl World {
    /// The sound deployment, changed by tables of a case, one after the other.
    pub fn new<'a>(changes: impl IntoIterator<Item = &'a toml::Table>) -> World {
        let mut world = World { tokens: BTreeMap::new(), files: BTreeMap::new(), later: 0 };
        world.change(&SOUND.parse().expect("TOML"));
        changes.into_iter().for_each(|table| world.change(table));
        world
    }

    fn change(&mut self, table: &toml::Table) {
        for (name, value) in table {
            let own = value.as_table().unwrap_or_else(|| panic!("{name} is no table"));
            if name == "files" {
                self.files.extend(own.iter().map(|(path, file)| (path.clone(), file.clone())));
            } else {
                merge_toml(self.tokens.entry(name.clone()).or_default(), own);
            }
        }
    }

    /// The same deployment at another time, with one more user of each account, and one of each of its roles.
    pub fn live(mut self, now: i64) -> World {
        self.later = now - NOW;
        let mut visitors = Vec::new();
        for (name, token) in self.tokens.iter().filter(|(_, token)| how(token, "kind") == Some("account")) {
            visitors.push((name.clone(), format!("account:{name}-signing"), ""));
            let keys = token.get("nats").and_then(|nats| nats.get("signing_keys")?.as_array());
            for key in keys.into_iter().flatten().filter_map(|key| key.get("key")?.as_str()) {
                let signer = key.trim_matches(['{', '}']).to_owned();
                let terms = r#""/nats/pub", "/nats/sub", "/nats/subs", "/nats/data", "/nats/payload""#;
                visitors.push((name.clone(), signer, terms));
            }
        }
        for (number, (account, signer, without)) in visitors.iter().enumerate() {
            let words = format!(
                "visitor-{number} = {{ how = {{ kind = \"user\", by = \"{signer}\", remove = [{without}] }}, \
                 nats = {{ issuer_account = \"{{account:{account}}}\" }} }}"
            );
            self.change(&words.parse().expect("TOML"));
        }
        self
    }

    /// The users' tokens, with what they prove themselves by.
    pub fn users(&self) -> Vec<(String, Seed)> {
        let users = self.tokens.iter().filter(|(_, token)| how(token, "kind") == Some("user"));
        users.map(|(name, _)| (self.token(name), seed("user", name).expect("a user's"))).collect()
    }

    /// Makes the times among the claims as much later as the deployment is.
    fn shift(&self, value: &mut Value) {
        match value {
            Value::Number(number) => {
                let near = |time: &i64| (time - NOW).abs() < 5 * 365 * 86_400;
                if let Some(time) = number.as_i64().filter(near) {
                    *value = (time + self.later).into();
                }
            }
            Value::Array(values) => values.iter_mut().for_each(|value| self.shift(value)),
            Value::Object(members) => members.values_mut().for_each(|value| self.shift(value)),
            _ => {}
        }
    }

    /// Writes every file below `root`.
    pub fn write(&self, root: &Path) {
        let mut files: BTreeMap<String, toml::Value> = BTreeMap::new();
        for (name, token) in &self.tokens {
            let (path, text) = self.own_file(name, token);
            if !path.is_empty() {
                files.insert(self.fill(&path), text.into());
            }
        }
        files.extend(self.files.iter().map(|(path, file)| (self.fill(path), file.clone())));
        for (path, file) in &files {
            self.write_file(&root.join(path), file);
        }
    }

    /// Where a token stands if the case does not say it: accounts in a resolver's directory, users in creds files.
    fn own_file(&self, name: &str, token: &toml::Table) -> (String, String) {
        let kind = how(token, "kind").unwrap_or_else(|| panic!("{name}: how.kind says what it is"));
        let text = if kind == "user" { format!("{{creds:{name}}}") } else { format!("{{token:{name}}}") };
        let path = match (how(token, "file"), kind) {
            (Some(path), _) => path.to_owned(),
            (None, "account") => format!("jwt/{{account:{name}}}.jwt"),
            (None, "user") => format!("creds/{name}.creds"),
            (None, "activation") => String::new(),
            (None, _) => format!("{name}.jwt"),
        };
        (path, text)
    }

    /// A file: its text, or a table with `text`, `bytes`, `utf16`, `mode`, `link` or `absent`.
    fn write_file(&self, path: &Path, file: &toml::Value) {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let entry = |name: &str| file.as_table().and_then(|table| table.get(name));
        if entry("absent").is_some() {
            return;
        }
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        if let Some(target) = entry("link") {
            symlink(self.fill(target.as_str().expect("a path")), path).expect("linked");
            return;
        }
        let text = file.as_str().or_else(|| entry("text")?.as_str());
        let bytes = match entry("bytes") {
            Some(bytes) => {
                let byte = |byte: &toml::Value| byte.as_integer().and_then(|b| u8::try_from(b).ok());
                bytes.as_array().expect("a list").iter().map(|b| byte(b).expect("a byte")).collect()
            }
            None => self.fill(text.unwrap_or_else(|| panic!("{path:?} has no text"))).into_bytes(),
        };
        let bytes = match entry("utf16") {
            Some(_) => String::from_utf8_lossy(&bytes).encode_utf16().flat_map(u16::to_le_bytes).collect(),
            None => bytes,
        };
        std::fs::write(path, &bytes).expect("written");
        let secret = text.is_some_and(|text| text.contains("{creds:") || text.contains("{seed:"));
        let mode = entry("mode").map_or(if secret { 0o600 } else { 0o644 }, |mode| {
            mode.as_integer().and_then(|mode| u32::try_from(mode).ok()).expect("a mode")
        });
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("set");
    }

    /// Puts keys, seeds, tokens and credentials in the places of `{account:ORDERS}`, `{seed:user:alice}`, `{token:alice}`
    /// and `{creds:alice}`.
    pub fn fill(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            let (before, tail) = rest.split_at(at);
            out.push_str(before);
            let inner = tail[1..].split_once('}').map(|(inner, _)| inner);
            match inner.and_then(|inner| Some((inner, self.named(inner)?))) {
                Some((inner, filled)) => {
                    out.push_str(&filled);
                    rest = &tail[inner.len() + 2..];
                }
                None => {
                    out.push('{');
                    rest = &tail[1..];
                }
            }
        }
        out + rest
    }

    fn named(&self, name: &str) -> Option<String> {
        let (what, label) = name.split_once(':')?;
        match what {
            "token" => Some(self.token(label)),
            "creds" => Some(creds(&self.token(label), &seed("user", label)?.expose())),
            "seed" => {
                label.split_once(':').and_then(|(role, label)| Some(seed(role, label)?.expose().to_string()))
            }
            "lower" => self.named(label).map(|text| text.to_lowercase()),
            "repeat" => {
                label.split_once(':').and_then(|(count, text)| Some(text.repeat(count.parse().ok()?)))
            }
            "wrapped" => Some(lines(&self.token(label))),
            "loose" => Some(loose(&self.token(label))),
            role => Some(seed(role, label)?.public().to_string()),
        }
    }

    /// The token of this name, signed.
    fn token(&self, name: &str) -> String {
        let token = self.tokens.get(name).unwrap_or_else(|| panic!("no token is called {name}"));
        let kind = how(token, "kind").expect("looked at before");
        let mut claims = sound(kind, name);
        let signer = how(token, "by").unwrap_or(match kind {
            "operator" => name,
            "account" => "operator:acme-signing",
            "user" => "account:ORDERS-signing",
            _ => "account:ORDERS",
        });
        let signer = if kind == "operator" && !signer.contains(':') {
            format!("operator:{name}")
        } else {
            signer.into()
        };
        let signer = signer.split_once(':').and_then(|(role, label)| seed(role, label)).expect("role:label");
        claims["iss"] = signer.public().to_string().into();
        let mut own = serde_json::to_value(token).expect("JSON");
        own.as_object_mut().expect("a table").remove("how");
        self.fill_in(&mut own);
        self.fill_in(&mut claims);
        merge(&mut claims, own);
        self.shift(&mut claims);
        for pointer in strings(token, "remove") {
            let (parent, member) = pointer.rsplit_once('/').expect("a JSON pointer");
            let parent = claims.pointer_mut(parent).and_then(Value::as_object_mut);
            parent
                .and_then(|parent| parent.shift_remove(member))
                .unwrap_or_else(|| panic!("no {pointer} in {name}"));
        }
        in_order(&mut claims);
        if claims["jti"] == "" {
            claims["jti"] = jti(&registered(&claims)).into();
        }
        let mut payload =
            how(token, "payload").map_or_else(|| escaped(&claims), |payload| self.fill(payload));
        replace(&mut payload, token, "replace", &|text| self.fill(text));
        let header = how(token, "header").unwrap_or(HEADER);
        let latin1 = token.get("how").and_then(|how| how.get("latin1")).is_some();
        let payload = if latin1 { self::latin1(&payload) } else { payload.into_bytes() };
        let body = format!("{}.{}", B64.encode(header), B64.encode(&payload));
        let message = match how(token, "signs") {
            Some("payload") => body.split_once('.').map(|(_, payload)| payload).expect("a dot"),
            Some(other) => panic!("how.signs is {other:?}, not \"payload\""),
            None => &body,
        };
        let mut text = format!("{body}.{}", B64.encode(signer.sign(message.as_bytes()).expect("signs")));
        let from_the_end = |name: &str| {
            let bytes = token.get("how")?.get(name)?.as_integer()?;
            Some(text.len() - usize::try_from(bytes).expect("a number of bytes"))
        };
        let (cut, broken) = (from_the_end("cut"), from_the_end("broken"));
        text.truncate(cut.unwrap_or(usize::MAX));
        if let Some(at) = broken {
            text.insert(at, '\n');
        }
        replace(&mut text, token, "then", &|text| self.fill(text));
        text
    }

    fn fill_in(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.fill(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.fill_in(value)),
            Value::Object(members) => {
                *members = std::mem::take(members)
                    .into_iter()
                    .map(|(name, mut value)| {
                        self.fill_in(&mut value);
                        (self.fill(&name), value)
                    })
                    .collect();
            }
            _ => {}
        }
    }
}

/// The key that a label stands for.
fn seed(role: &str, label: &str) -> Option<Seed> {
    let role = Role::ALL.into_iter().find(|known| known.word() == role)?;
    // The letter of a role is its prefix in base32.
    let prefix = u8::try_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ".find(role.letter())?).ok()? << 3;
    let mut raw = vec![(18 << 3) | (prefix >> 5), (prefix & 31) << 3];
    // `twice=user`: the secret of the user of that name.
    let (label, of) = label.split_once('=').unwrap_or((label, role.word()));
    raw.extend_from_slice(&Sha256::digest(format!("a key of jwtfix's tests: {of}:{label}")));
    let crc = raw.iter().fold(0u16, |crc, &byte| {
        (0..8).fold(crc ^ (u16::from(byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
        })
    });
    raw.extend_from_slice(&crc.to_le_bytes());
    let text = data_encoding::BASE32_NOPAD.encode(&raw);
    Some(Seed::parse(text.as_bytes()).expect("a seed"))
}

/// What a tool like nsc writes of a thing of this kind.
fn sound(kind: &str, name: &str) -> Value {
    let unlimited = json!({
        "subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": true, "conn": -1, "leaf": -1
    });
    let nats = match kind {
        "operator" => json!({
            "signing_keys": [format!("{{operator:{name}-signing}}")],
            "operator_service_urls": ["nats://nats.acme.example:4222"],
            "system_account": "{account:SYS}",
            "strict_signing_key_usage": true,
        }),
        "account" => json!({
            "limits": unlimited,
            "signing_keys": [format!("{{account:{name}-signing}}")],
            "default_permissions": {"pub": {}, "sub": {}},
            "authorization": {},
        }),
        "user" => json!({
            "pub": {"allow": ["orders.>"]}, "sub": {"allow": ["orders.>", "_INBOX.>"]},
            "subs": -1, "data": -1, "payload": -1,
            "issuer_account": "{account:ORDERS}",
        }),
        _ => json!({}),
    };
    let role = match kind {
        "operator" | "user" => kind,
        "authorization_response" => "user",
        "authorization_request" => "user",
        _ => "account",
    };
    let mut claims =
        json!({"jti": "", "iat": SIGNED, "iss": "", "name": name, "sub": format!("{{{role}:{name}}}")});
    if kind == "user" {
        claims["exp"] = (NOW + 90 * 86_400).into();
    }
    claims["nats"] = nats;
    claims["nats"]["type"] = kind.into();
    claims["nats"]["version"] = 2.into();
    claims
}

/// The order in which Go writes the registered claims.
fn in_order(claims: &mut Value) {
    let order = ["aud", "exp", "jti", "iat", "iss", "name", "nbf", "sub"];
    let Some(members) = claims.as_object_mut() else { return };
    let own: Vec<_> = order.iter().filter_map(|name| members.shift_remove_entry(*name)).collect();
    *members = own.into_iter().chain(std::mem::take(members)).collect();
}

fn registered(claims: &Value) -> ClaimsData {
    let text = |name: &str| claims[name].as_str().unwrap_or_default().to_owned();
    let number = |name: &str| claims[name].as_i64().unwrap_or_default();
    ClaimsData {
        aud: text("aud"),
        exp: number("exp"),
        iat: number("iat"),
        iss: text("iss"),
        name: text("name"),
        nbf: number("nbf"),
        sub: text("sub"),
        ..ClaimsData::default()
    }
}

/// JSON with the escapes that Go writes.
fn escaped(claims: &Value) -> String {
    claims.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// The lines of a mail program.
fn lines(text: &str) -> String {
    text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\n")
}

/// Another spelling of the same signature: the last four bits of 64 bytes mean nothing.
fn loose(token: &str) -> String {
    let (rest, last) = token.split_at(token.len() - 1);
    let other = match last {
        "A" => "B",
        "Q" => "R",
        "g" => "h",
        _ => "x",
    };
    format!("{rest}{other}")
}

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).expect("a letter of Latin 1")).collect()
}

fn creds(token: &str, seed: &str) -> String {
    format!(
        "-----BEGIN NATS USER JWT-----\n{token}\n------END NATS USER JWT------\n\n\
         ************************* IMPORTANT *************************\n\
         NKEY Seed printed below can be used to sign and prove identity.\n\
         NKEYs are sensitive and should be treated as secrets.\n\n\
         -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n\n\
         *************************************************************\n"
    )
}

fn how<'t>(token: &'t toml::Table, name: &str) -> Option<&'t str> {
    token.get("how")?.get(name)?.as_str()
}

fn strings<'t>(token: &'t toml::Table, name: &str) -> Vec<&'t str> {
    let list = token.get("how").and_then(|how| how.get(name)).and_then(toml::Value::as_array);
    list.into_iter().flatten().map(|text| text.as_str().expect("a text")).collect()
}

/// Replaces texts: pairs of what is there, once at least, and what comes there.
fn replace(text: &mut String, token: &toml::Table, name: &str, fill: &dyn Fn(&str) -> String) {
    for pair in strings(token, name).chunks(2) {
        let [from, to] = pair else { panic!("{name} wants pairs") };
        assert!(text.contains(&fill(from)), "{name}: no {from:?} in {text}");
        *text = text.replacen(&fill(from), &fill(to), 1);
    }
}

fn merge_toml(into: &mut toml::Table, from: &toml::Table) {
    for (name, value) in from {
        match (into.get_mut(name).and_then(toml::Value::as_table_mut), value.as_table()) {
            (Some(ours), Some(theirs)) => merge_toml(ours, theirs),
            _ => _ = into.insert(name.clone(), value.clone()),
        }
    }
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(ours), Value::Object(theirs)) => {
            for (name, value) in theirs {
                merge(ours.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}
