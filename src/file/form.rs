//! What is the file as a whole, and which paths lead to what is in it?

use std::ops::Range;

use zeroize::Zeroizing;

use super::config::{self, Node, ReadError, Sources, Value};
use super::document::{Damage, Kind};
use super::json::{self, Outline, Place};
use super::kubernetes;
use super::options;
use super::recognise::Encoded;
use super::scan::{Found, Hit};
use super::text::View;
use super::version::Version;

/// The file as a whole.
pub(super) struct Form {
    pub(super) kind: Kind,
    /// Values and the paths to them, in order.
    pub(super) places: Vec<Place>,
    /// Values that may be files themselves, in order.
    pub(super) values: Vec<Encoded>,
    pub(super) damage: Vec<Damage>,
}

impl Form {
    fn plain(kind: Kind) -> Self {
        Form { kind, places: Vec::new(), values: Vec::new(), damage: Vec::new() }
    }
}

pub(super) fn of(view: &View<'_>, hits: &[Hit]) -> Form {
    let text = view.text();
    let bare = text.trim_ascii();
    if bare.is_empty() {
        return Form::plain(Kind::Empty);
    }
    // One token and nothing else: nearly every file of a store and of a resolver.
    if let [Hit { what: Found::Token, at }] = hits
        && at.len() == bare.len()
    {
        return Form::plain(Kind::Token);
    }
    if matches!(bare[0], b'{' | b'[')
        && let Some(form) = of_json(view, hits)
    {
        return form;
    }
    if kubernetes::looks_like(text)
        && let Some(form) = kubernetes::of_yaml(view)
    {
        return form;
    }
    if is_pack(bare) {
        return Form { places: accounts(text, hits), ..Form::plain(Kind::Pack) };
    }
    let (options, telling) = options::count(text);
    if options > 0
        && let Some(form) = of_config(view, options, telling)
    {
        return form;
    }
    Form::plain(of_text(text, hits))
}

/// A text without structure of its own.
fn of_text(text: &[u8], hits: &[Hit]) -> Kind {
    let has = |what: Found| hits.iter().any(|hit| hit.what == what);
    let says = |words: &[u8]| {
        let of = |hit: &Hit| text[hit.at.clone()].to_ascii_uppercase();
        let marks = hits.iter().filter(|hit| hit.what == Found::Begin);
        marks.map(of).any(|mark| mark.windows(words.len()).any(|part| part == words))
    };
    let (token, secret) = (has(Found::Token), has(Found::Seed) || has(Found::Private));
    let jwt = says(b"JWT");
    let seed = says(b"SEED") || says(b"NKEY");
    if has(Found::Begin) && (jwt || seed) {
        return match (jwt || token, seed || secret) {
            (true, true) => Kind::Creds,
            (true, false) if says(b"USER JWT") => Kind::Creds,
            (false, true) if says(b"USER NKEY") => Kind::Creds,
            (true, false) => Kind::Token,
            (false, _) => Kind::Seed,
        };
    }
    // What is left beside the finds.
    let mut rest = Vec::new();
    let mut from = 0;
    for hit in hits {
        rest.extend_from_slice(&text[from..hit.at.start]);
        from = hit.at.end;
    }
    rest.extend_from_slice(&text[from..]);
    let separates = |byte: &u8| byte.is_ascii_whitespace() || b"\"'`,;".contains(byte);
    let alone = rest.iter().all(|byte| separates(byte) || *byte == b'\\')
        || String::from_utf8_lossy(&rest)
            .replace("\\n", "")
            .replace("\\r", "")
            .bytes()
            .all(|byte| separates(&byte));
    match (alone, token, secret) {
        (true, true, true) => Kind::Creds,
        (true, true, false) => Kind::Token,
        (true, false, true) => Kind::Seed,
        (true, false, false) if has(Found::Public) => Kind::PublicKey,
        _ if hits.is_empty() && is_binary(text) => Kind::Binary,
        _ => Kind::Text,
    }
}

fn is_binary(text: &[u8]) -> bool {
    let start = text.get(..text.len().min(4096)).unwrap_or_default();
    start.contains(&0)
        || start.iter().filter(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace()).count() * 10
            > start.len()
}

/// The first line is an account's key, a bar and its token (`resolver.go`, `Pack`).
fn is_pack(text: &[u8]) -> bool {
    account(text).is_some_and(|_| text.get(57..60) == Some(b"eyJ"))
}

fn account(line: &[u8]) -> Option<&str> {
    let (key, rest) = line.split_at_checked(56)?;
    let letters = key.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7'));
    (letters && key[0] == b'A' && rest.first() == Some(&b'|')).then(|| std::str::from_utf8(key).ok())?
}

/// The accounts of a pack, as paths of the tokens behind them.
fn accounts(text: &[u8], hits: &[Hit]) -> Vec<Place> {
    let tokens = hits.iter().filter(|hit| hit.what == Found::Token);
    let named = tokens.filter_map(|hit| {
        let key = account(text.get(hit.at.start.checked_sub(57)?..)?)?;
        Some(Place { at: hit.at.clone(), path: key.to_owned() })
    });
    named.collect()
}

fn of_json(view: &View<'_>, hits: &[Hit]) -> Option<Form> {
    let text = view.text();
    let first = |at: &Range<usize>| hits.partition_point(|hit| hit.at.start < at.start);
    let holds = |at: &Range<usize>| hits.get(first(at)).is_some_and(|hit| hit.at.start < at.end);
    let embeds = |at: &Range<usize>| text[at.clone()].starts_with(b"data:");
    let Outline { keys, places, broken } = json::outline(text, |at| holds(at) || embeds(at));
    if broken.is_some() {
        let (options, telling) = options::count(text);
        if let Some(form) = of_config(view, options, telling) {
            return Some(form);
        }
        // A log begins with a bracket as well.
        if keys.is_empty() && places.is_empty() {
            return None;
        }
    }
    let has = |key: &str| keys.iter().any(|own| own == key);
    if has("apiVersion")
        && has("kind")
        && let Some(form) = kubernetes::of_json(view)
    {
        return Some(form);
    }
    let kind = if has("store_root") && has("operator") {
        Kind::NscSettings
    } else if has("managed") && has("kind") && has("version") {
        Kind::NscStore
    } else if is_context(&keys) {
        Kind::Context
    } else {
        let options = keys.iter().filter(|key| options::is_option(key)).count();
        let telling = keys.iter().filter(|key| options::is_telling(key)).count();
        if (options > 0 || has("jwt"))
            && let Some(form) = of_config(view, options, telling)
        {
            return Some(form);
        }
        Kind::Json
    };
    let mut form = Form::plain(kind);
    if let Some(at) = broken {
        form.damage.push(Damage::new("the JSON breaks off here", view.span(&(at..at))));
    }
    for place in &places {
        form.values.extend(embedded(text, place, hits, first(&place.at)));
    }
    form.places = places;
    Some(form)
}

/// A string of JSON that is a file itself: credentials, or a `data:` URL of a context.
fn embedded(text: &[u8], place: &Place, hits: &[Hit], first: usize) -> Option<Encoded> {
    let at = place.at.clone();
    if let Some(bytes) = text[at.clone()].strip_prefix(b"data:").and_then(data_url) {
        return Some(Encoded { path: place.path.clone(), at, bytes, plain: false });
    }
    let inside = || hits[first.min(hits.len())..].iter().take_while(|hit| hit.at.start < at.end);
    if !inside().any(|hit| hit.what == Found::Begin) {
        return None;
    }
    let quoted = text.get(at.start.checked_sub(1)?..at.end + 1)?;
    let bytes = Zeroizing::new(serde_json::from_slice::<String>(quoted).ok()?.into_bytes());
    Some(Encoded { path: place.path.clone(), at, bytes, plain: true })
}

/// `;base64,…` behind `data:`, as natscli writes it.
fn data_url(rest: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let comma = rest.iter().position(|&byte| byte == b',')?;
    let (head, value) = rest.split_at(comma);
    head.ends_with(b";base64").then(|| kubernetes::decode(&value[1..]))?
}

/// Keys of natscli's contexts (`natscontext/context.go`); one of those that say who connects must be among them.
fn is_context(keys: &[String]) -> bool {
    const WHO: [&str; 8] = ["url", "creds", "nsc", "nkey", "user_jwt", "user_seed", "user", "token"];
    const OTHERS: [&str; 18] = [
        "ca",
        "cert",
        "color_scheme",
        "description",
        "inbox_prefix",
        "jetstream_api_prefix",
        "jetstream_domain",
        "jetstream_event_prefix",
        "key",
        "password",
        "socks_proxy",
        "tls_first",
        "user_jwt",
        "user_seed",
        "windows_ca_certs_match",
        "windows_cert_match",
        "windows_cert_match_by",
        "windows_cert_store",
    ];
    let is = |list: &[&str], key: &String| list.contains(&key.as_str());
    !keys.is_empty()
        && keys.iter().all(|key| is(&WHO, key) || is(&OTHERS, key))
        && keys.iter().any(|key| is(&WHO, key))
        && (keys.len() > 1 || is(&["url", "creds", "nsc"], &keys[0]))
}

/// Files and variables that a configuration names are not asked for: what is in the file itself counts.
pub(super) struct Absent;

impl Sources for Absent {
    fn file(&self, _path: &str) -> Result<Vec<u8>, ReadError> {
        Ok(Vec::new())
    }

    fn variable(&self, _name: &str) -> Option<String> {
        Some("unknown".to_owned())
    }
}

fn of_config(view: &View<'_>, options: usize, telling: usize) -> Option<Form> {
    let parsed = config::parse("", view.text(), Version::NEWEST, &Absent);
    let config = match parsed {
        Ok(config) => config,
        Err(error) => {
            if telling == 0 || options < 2 {
                return None;
            }
            let mut form = Form::plain(Kind::Config);
            let end = view.text().len();
            let at = error.span.start.min(end)..error.span.end.clamp(error.span.start.min(end), end);
            let words = format!("no server reads this configuration: {}", error.text);
            form.damage.push(Damage::new(words, view.span(&at)));
            return Some(form);
        }
    };
    let mut form = Form::plain(Kind::Config);
    let keys = || config.root.entries().map(|entry| entry.key.as_str());
    let lookup = config.root.get("jwt").and_then(|node| node.value.as_map());
    if lookup.is_some_and(|map| map.get("lookup").is_some()) {
        form.kind = Kind::Lookup;
    } else if keys().filter(|key| options::is_option(key)).count() * 2 < keys().count().max(1) {
        return None;
    }
    let mut places = Vec::new();
    for entry in config.root.all() {
        let mut path = String::new();
        json::push_key(&mut path, &entry.key);
        collect(&entry.node, path, &mut places, 0);
    }
    // A variable's value stands where it was set.
    places.sort_by_key(|place| (place.at.start, place.at.end));
    places.dedup_by(|second, first| second.at.start < first.at.end);
    form.places = places;
    Some(form)
}

/// The strings of a configuration that can hold a token or a key.
fn collect(node: &Node, path: String, places: &mut Vec<Place>, depth: usize) {
    // No form of the server's has as many levels.
    const LEVELS: usize = 64;
    if node.file.0 != 0 || depth > LEVELS {
        return;
    }
    match &node.value {
        Value::String(text) if text.len() >= 32 && node.variable.is_none() => {
            places.push(Place { at: node.span.start..node.span.end, path });
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let mut path = path.clone();
                json::push_index(&mut path, index);
                collect(item, path, places, depth + 1);
            }
        }
        Value::Map(map) => {
            for entry in map.all() {
                let mut path = path.clone();
                json::push_key(&mut path, &entry.key);
                collect(&entry.node, path, places, depth + 1);
            }
        }
        _ => {}
    }
}
