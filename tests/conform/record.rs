//! How is what servers said written down, read again, and held against jwtfix?

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use jwtfix::server::Version;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::judge::Divergence;
use super::mint::Token;
use super::play::Played;
use super::world::{Answer, Start, World};

/// What one or more releases said, all the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Said<T> {
    /// The releases, `2.9.10 2.12.8`.
    pub by: String,
    #[serde(flatten)]
    pub said: T,
}

/// What was said by the releases that said it.
pub type Answers = BTreeMap<String, Answer>;

/// A world and what was said in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    #[serde(flatten)]
    pub world: World,
    pub start: Vec<Said<Start>>,
    /// For each client, by the releases; `*` are all that started.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answers>,
}

/// A file of recordings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// When it was recorded, in Unix seconds.
    pub at: i64,
    /// Tokens that several worlds name.
    pub tokens: BTreeMap<String, Token>,
    pub worlds: Vec<Recorded>,
}

fn said<T: Clone + PartialEq>(by: &[Version], all: impl Iterator<Item = T>) -> Vec<Said<T>> {
    let mut found: Vec<Said<T>> = Vec::new();
    for (version, said) in by.iter().zip(all) {
        match found.iter_mut().find(|s| s.said == said) {
            Some(same) => same.by += &format!(" {version}"),
            None => found.push(Said { by: version.to_string(), said }),
        }
    }
    found
}

/// What each release said, one by one.
pub fn each<T>(said: &[Said<T>]) -> impl Iterator<Item = (Version, &T)> {
    said.iter()
        .flat_map(|s| s.by.split(' ').map(|v| (Version::parse(v).expect("a recorded release"), &s.said)))
}

impl Recorded {
    /// What each release answered, with the number of the client.
    pub fn by_release(&self, clients: usize) -> BTreeMap<Version, Vec<(usize, &Answer)>> {
        let mut by: BTreeMap<Version, Vec<_>> = BTreeMap::new();
        for at in 0..clients {
            for (version, answer) in self.answers(at) {
                by.entry(version).or_default().push((at, answer));
            }
        }
        by
    }

    /// What each release answered to a client, one by one.
    fn answers(&self, client: usize) -> Vec<(Version, &Answer)> {
        let Some(answers) = self.answers.get(client) else { return Vec::new() };
        let started = || each(&self.start).filter(|(_, s)| s.start.is_none()).map(|(version, _)| version);
        let of = |(by, answer)| -> Vec<(Version, &Answer)> {
            let by: &String = by;
            let versions: Vec<Version> = match by.as_str() {
                "*" => started().collect(),
                by => by.split(' ').map(|v| Version::parse(v).expect("a recorded release")).collect(),
            };
            versions.into_iter().map(|version| (version, answer)).collect()
        };
        answers.iter().flat_map(of).collect()
    }
}

impl Recording {
    /// Puts together what was played.
    pub fn new(at: i64, worlds: &[World], by: &[Version], played: &[Vec<Played>]) -> Self {
        let mut named: BTreeMap<&String, (&Token, usize)> = BTreeMap::new();
        for (name, token) in worlds.iter().flat_map(|w| &w.tokens) {
            let entry = named.entry(name).or_insert((token, 0));
            // The same name may be another token in another world: then it stays there.
            entry.1 += usize::from(entry.0 == token);
        }
        let tokens: BTreeMap<String, Token> = named
            .iter()
            .filter(|(_, (_, n))| *n > 1)
            .map(|(k, (t, _))| ((*k).clone(), (*t).clone()))
            .collect();
        let of = |world: &World| {
            let mut world = world.clone();
            world.tokens.retain(|name, token| tokens.get(name) != Some(token));
            world
        };
        let worlds = worlds.iter().zip(played).map(|(world, played)| {
            let clients = 0..world.clients.len();
            Recorded {
                world: of(world),
                start: said(by, played.iter().map(|p| p.start.clone())),
                answers: clients
                    .map(|c| {
                        let answered =
                            by.iter().zip(played).filter_map(|(v, p)| Some((*v, p.answers.get(c)?)));
                        let (by, answers): (Vec<Version>, Vec<&Answer>) = answered.unzip();
                        let all = said(&by, answers.into_iter().map(Answer::brief));
                        match <[_; 1]>::try_from(all) {
                            Ok([same]) => [("*".to_owned(), same.said)].into(),
                            Err(all) => all.into_iter().map(|s| (s.by, s.said)).collect(),
                        }
                    })
                    .collect(),
            }
        });
        Self { at, worlds: worlds.collect(), tokens: tokens.clone() }
    }

    /// The worlds with all their tokens.
    pub fn whole(&self) -> impl Iterator<Item = (World, &Recorded)> {
        self.worlds.iter().map(|recorded| {
            let mut world = recorded.world.clone();
            let texts: Vec<&String> = world.files.values().chain([&world.config]).collect();
            let names: BTreeSet<&str> = texts
                .iter()
                .flat_map(|text| text.split("<<").skip(1))
                .filter_map(|part| part.split_once(">>").map(|(name, _)| name))
                .collect();
            let missing: Vec<(String, Token)> = names
                .iter()
                .filter(|name| !world.tokens.contains_key(**name))
                .filter_map(|name| Some(((*name).to_owned(), self.tokens.get(*name)?.clone())))
                .collect();
            world.tokens.extend(missing);
            (world, recorded)
        })
    }
}

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/conform")
}

/// Reads a recording.
pub fn load(name: &str) -> Recording {
    let path = directory().join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Whether the answers of this run are to be written down.
pub fn wanted() -> bool {
    std::env::var_os("JWTFIX_RECORD").is_some()
}

/// Writes a recording.
pub fn store(name: &str, recording: &Recording) {
    fs::create_dir_all(directory()).expect("our own tree");
    let value = serde_json::to_value(recording).expect("plain data");
    let text = lines(&value, 0);
    assert!(secret(&text).is_none(), "a seed would be written");
    fs::write(directory().join(name), text + "\n").expect("our own tree");
}

/// Where a seed or private key stands in a text.
fn secret(text: &str) -> Option<usize> {
    let words = text.match_indices(|c: char| !c.is_ascii_alphanumeric());
    let mut start = 0;
    for (end, _) in words {
        let word = text.get(start..end).unwrap_or_default();
        let base32 =
            word.len() >= 54 && word.bytes().all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b));
        if base32 && (word.starts_with('S') || word.starts_with('P')) {
            return Some(start);
        }
        start = end + 1;
    }
    None
}

/// JSON whose outer levels stand on lines of their own.
fn lines(value: &Value, depth: usize) -> String {
    let indent = " ".repeat(depth + 1);
    let deep = depth >= 4;
    match value {
        Value::Object(map) if !map.is_empty() && !deep => {
            let members: Vec<String> = map
                .iter()
                .map(|(k, v)| format!("{indent}{}: {}", Value::String(k.clone()), lines(v, depth + 1)))
                .collect();
            format!("{{\n{}\n{}}}", members.join(",\n"), " ".repeat(depth))
        }
        Value::Array(list) if !list.is_empty() && !deep => {
            let members: Vec<String> =
                list.iter().map(|v| format!("{indent}{}", lines(v, depth + 1))).collect();
            format!("[\n{}\n{}]", members.join(",\n"), " ".repeat(depth))
        }
        other => other.to_string(),
    }
}

/// A divergence that is known.
#[derive(Debug, Clone, Deserialize)]
pub struct Exception {
    /// The divergence's place; with `*` at its end, any place that starts so.
    place: String,
    /// What differs; empty: anything.
    #[serde(default)]
    what: String,
    /// What the server's words contain.
    #[serde(default)]
    server: String,
    /// What jwtfix's words contain.
    #[serde(default)]
    jwtfix: String,
    /// Why it is left.
    pub reason: String,
    /// How often it is met in the recordings, by their names.
    #[serde(default)]
    recorded: BTreeMap<String, usize>,
    /// How often it may be met at most when it is played live.
    live: usize,
}

impl Exception {
    fn covers(&self, d: &Divergence) -> bool {
        let place = match self.place.strip_suffix('*') {
            Some(start) => d.place.starts_with(start),
            None => d.place == self.place,
        };
        place
            && (self.what.is_empty() || self.what == d.what)
            && d.server.contains(&self.server)
            && d.jwtfix.contains(&self.jwtfix)
    }
}

/// Asserts that every divergence is a known one, and that known ones are met as often as they say: in a recording
/// exactly, live at most.
#[track_caller]
pub fn only_known(divergences: &[Divergence], recording: Option<&str>) {
    let path = directory().join("exceptions.json");
    let text = fs::read_to_string(&path).expect("the exceptions are committed");
    let exceptions: Vec<Exception> = serde_json::from_str(&text).expect("a list of exceptions");
    let mut met = vec![0; exceptions.len()];
    let mut unknown = Vec::new();
    for divergence in divergences {
        match exceptions.iter().position(|e| e.covers(divergence)) {
            Some(at) => met[at] += 1,
            None => unknown.push(divergence),
        }
    }
    let mut wrong = report(&unknown);
    for (exception, met) in exceptions.iter().zip(met) {
        assert!(!exception.reason.is_empty(), "an exception needs a reason");
        let fits = match recording {
            Some(name) => met == exception.recorded.get(name).copied().unwrap_or(0),
            None => met <= exception.live,
        };
        if !fits {
            wrong += &format!("\nthe exception {exception:?} is met {met} times\n");
        }
    }
    if !wrong.is_empty() {
        panic!("{} divergences that are not known:\n{wrong}", unknown.len());
    }
}

/// Asserts that every divergence is one that is known of any place.
#[track_caller]
pub fn only_everywhere(divergences: &[Divergence]) {
    let path = directory().join("exceptions.json");
    let text = fs::read_to_string(&path).expect("the exceptions are committed");
    let exceptions: Vec<Exception> = serde_json::from_str(&text).expect("a list of exceptions");
    let known = |d: &&Divergence| exceptions.iter().any(|e| e.place == "*" && e.covers(d));
    let unknown: Vec<&Divergence> = divergences.iter().filter(|d| !known(d)).collect();
    assert!(unknown.is_empty(), "{} divergences that are not known:\n{}", unknown.len(), report(&unknown));
}

/// Divergences, the same ones of several releases together.
pub fn report(divergences: &[&Divergence]) -> String {
    let mut found: Vec<(String, BTreeSet<Version>)> = Vec::new();
    for d in divergences {
        let text = format!("{}: {}\n    server: {}\n    jwtfix: {}", d.place, d.what, d.server, d.jwtfix);
        match found.iter_mut().find(|(t, _)| *t == text) {
            Some((_, versions)) => drop(versions.insert(d.version)),
            None => found.push((text, [d.version].into())),
        }
    }
    let show = |(text, versions): &(String, BTreeSet<Version>)| {
        let versions: Vec<String> = versions.iter().map(ToString::to_string).collect();
        format!("{text}\n    {}\n", versions.join(" "))
    };
    found.iter().map(show).collect()
}
