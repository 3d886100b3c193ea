//! What does jwtfix say to the same world, and where does it differ?

use jwtfix::file::config::Sources as _;
use jwtfix::server::client::{Secret, Signature};
use jwtfix::server::startup::{Phase, StartVerdict, Startup, startup};
use jwtfix::server::via::Via;
use jwtfix::server::{Verdict, Version, causes};
use zeroize::Zeroizing;

use super::mint::Sign;
use super::world::{Answer, Client, LET_IN, Start, World};

/// One difference between jwtfix and a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divergence {
    /// `start:NAME OF THE WORLD` or `client:…`.
    pub place: String,
    pub version: Version,
    /// What differs: `test`, `start`, `digest`, `verdict`, …
    pub what: &'static str,
    pub server: String,
    pub jwtfix: String,
}

/// Starts the world's server in thought.
pub fn started(world: &World, version: Version, now: i64) -> Startup {
    startup("s.conf", world.config().as_bytes(), version, now, world)
}

/// The server walks its options in random order: lines are compared as a set.
fn lines(text: &str) -> Vec<String> {
    let text = text.strip_prefix("nats-server: ").unwrap_or(text);
    let mut lines: Vec<String> = text.lines().map(|l| l.trim_end().to_owned()).collect();
    lines.sort();
    lines
}

/// What `nats-server -t` says to it; `None`: it is valid.
fn tested(ours: &Startup) -> Option<String> {
    if ours.passes_test() {
        return None;
    }
    let warnings = ours.warnings.get(..ours.config_warnings).unwrap_or_default();
    let errors = if ours.phase <= Phase::Options { &ours.errors[..] } else { &[] };
    let lines: Vec<String> = errors.iter().chain(warnings).map(ToString::to_string).collect();
    Some(lines.join("\n"))
}

/// Where jwtfix's start-up differs. Where the server's order decides, which is random, it may say any of what jwtfix says
/// of it.
pub fn start(world: &World, version: Version, now: i64, said: &Start) -> Asked {
    let ours = started(world, version, now);
    let mut found = Vec::new();
    let mut differ = |what, server: &Option<String>, or: &str, jwtfix: Option<String>| {
        let server = server.clone().unwrap_or_else(|| or.to_owned());
        let jwtfix = jwtfix.unwrap_or_else(|| or.to_owned());
        found.push(Divergence { place: format!("start:{}", world.name), version, what, server, jwtfix });
    };
    let same = |said: &Option<String>, ours: &Option<String>| {
        said.as_deref().map(lines) == ours.as_deref().map(lines)
    };
    let any = |said: &Option<String>, say: fn(&Startup) -> Option<String>| {
        std::iter::once(&ours).chain(&ours.otherwise).any(|ours| same(said, &say(ours)))
    };
    let open = ours.verdict == StartVerdict::Unknown && ours.otherwise.is_empty();
    let asked = !open || ours.phase != Phase::Parse;
    if asked && !any(&said.test, tested) {
        differ("test", &said.test, "valid", tested(&ours));
    }
    if !open && !any(&said.start, Startup::error) {
        differ("start", &said.start, "starts", ours.error());
    }
    let digest = ours.config.as_ref().and_then(|c| c.digest.clone());
    if said.digest.is_some() && said.digest != digest {
        differ("digest", &said.digest, "", digest);
    }
    Asked { divergences: found, starts: 1, open_starts: usize::from(open), ..Asked::default() }
}

/// What jwtfix is told of a client; `None`: it cannot be told that.
pub fn told(client: &Client, started: &Startup) -> Option<jwtfix::server::Client> {
    let via = client.via();
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let mut jwt = client.jwt.as_ref().map(super::mint::Token::text).filter(|t| !t.is_empty());
    // A websocket's cookie stands in for a JWT that is not there.
    if jwt.is_none() && via == Via::Websocket {
        jwt = client.cookies.get(&started.options.websocket.jwt_cookie).cloned();
    }
    let mut password = text(&client.pass);
    if via.is_mqtt() && !password.is_empty() {
        jwt = None;
    } else if via.is_mqtt() {
        password.clear();
    }
    let signed = |sign: &Option<Sign>| match sign {
        None => Signature::None,
        Some(Sign::By(key) | Sign::Padded(key)) => Signature::By(key.clone()),
        // MQTT has no place for a signature, whatever the client has.
        Some(Sign::Stale(_) | Sign::Text(_)) if via.is_mqtt() => Signature::None,
        Some(Sign::Stale(_)) => Signature::Junk("A".repeat(86)),
        Some(Sign::Text(text)) => Signature::Junk(text.clone()),
    };
    Some(jwtfix::server::Client {
        via,
        jwt: jwt.map(Zeroizing::new),
        signature: signed(&client.sign),
        nkey: if via.is_mqtt() { String::new() } else { text(&client.nkey) },
        user: match via.is_mqtt() && client.user.is_none() && (client.jwt.is_some() || client.pass.is_some())
        {
            true => "jwt".into(),
            false => text(&client.user),
        },
        password: Secret::text(password),
        token: Secret::text(text(&client.auth_token)),
        account: text(&client.account),
        from: Some(client.from().to_owned()),
        proxy: signed(&client.proxy),
        ..jwtfix::server::Client::default()
    })
}

/// What came of asking about the clients of worlds.
#[derive(Debug, Default)]
pub struct Asked {
    pub divergences: Vec<Divergence>,
    /// How many clients were decided about.
    pub decided: usize,
    /// How many were left open.
    pub open: usize,
    /// How many starts were compared.
    pub starts: usize,
    /// How many of them were left open.
    pub open_starts: usize,
}

impl Asked {
    pub fn add(&mut self, other: Self) {
        self.divergences.extend(other.divergences);
        self.starts += other.starts;
        self.open_starts += other.open_starts;
        self.decided += other.decided;
        self.open += other.open;
    }
}

impl std::fmt::Display for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { starts, open_starts, decided, open, .. } = self;
        write!(
            f,
            "{starts} starts ({open_starts} left open), {decided} clients ({open} left open), {} divergences",
            self.divergences.len()
        )
    }
}

/// Where jwtfix decides differently about the clients of a world; each answer with the number of its client.
pub fn clients<'a>(
    world: &World,
    version: Version,
    now: i64,
    answers: impl Iterator<Item = (usize, &'a Answer)>,
) -> Asked {
    let ours = started(world, version, now);
    let files = |path: &str| world.file(path);
    let server = jwtfix::server::World::new(&ours, &files, version, now).in_zone(jiff::tz::TimeZone::UTC);
    let held = server.held();
    let mut asked = Asked::default();
    for (at, answer) in answers {
        let Some(client) = world.clients.get(at) else { continue };
        let Some(told) = told(client, &ours) else { continue };
        let decision = jwtfix::server::connect(&held, &told);
        asked.decided += 1;
        let mut differ = |what, server: String, jwtfix: String| {
            asked.divergences.push(Divergence {
                place: format!("client:{}: {}", world.name, client.name),
                version,
                what,
                server,
                jwtfix,
            });
        };
        let shown = answer_text(answer);
        let harmed = matches!(answer.verdict.as_str(), "crash" | "hang");
        let verdict = if harmed { "refuse" } else { answer.verdict.as_str() };
        if decision.verdict == Verdict::Unknown {
            asked.open += 1;
            continue;
        }
        if decision.verdict.name() != verdict {
            differ(
                "verdict",
                shown,
                format!("{}: {} {}", decision.verdict, decision.gate.unwrap_or_default(), decision.reason),
            );
            continue;
        }
        if harmed != (decision.cause == Some(causes::CRASH)) {
            differ("harm", shown, format!("{}: {:?}", decision.gate.unwrap_or_default(), decision.cause));
            continue;
        }
        if harmed {
            continue;
        }
        let sees: Vec<String> = decision.client_sees.iter().cloned().collect();
        // What another thread of the server finds may be told beside another refusal.
        let mut seen = answer.sees.clone();
        if seen.len() > 1 && sees.iter().any(|text| text == SUBSCRIPTIONS) {
            seen.retain(|text| text == SUBSCRIPTIONS);
        } else if seen.len() > 1 {
            seen.retain(|text| sees.contains(text) || ![SUBSCRIPTIONS, EXPIRED].contains(&text.as_str()));
        }
        if seen != sees {
            differ("sees", shown, format!("{}: {sees:?}", decision.gate.unwrap_or_default()));
            continue;
        }
        let said = telling(&answer.logs);
        let lines: Vec<String> = decision.server_logs.iter().map(ToString::to_string).collect();
        let lines = telling(&lines);
        if said != lines {
            let gate = decision.gate.unwrap_or_default();
            differ("logs", said.join(" | "), format!("{gate}: {}", lines.join(" | ")));
        }
    }
    asked
}

const SUBSCRIPTIONS: &str = "maximum subscriptions exceeded";
const EXPIRED: &str = "User Authentication Expired";

/// Lines that the server logs once a second for all connections together, or twice for one, or not at all where it is
/// still busy with the client.
const LIMITED: &[&str] = &[
    "[ERR] maximum subscriptions exceeded",
    "[ERR] maximum account active connections exceeded",
    "[ERR] maximum connections exceeded",
    "[DBG] User Authentication Expired",
];

/// The lines of a log that tell why: not those about an account, which the first of its clients has alone, nor that a
/// connection was let in or has ended.
fn telling(logs: &[String]) -> Vec<String> {
    let tells = |line: &&String| {
        let text = line.split_once("] ").map_or("", |(_, text)| text);
        !super::play::ABOUT_ACCOUNTS.iter().any(|start| text.starts_with(start))
            && !line.starts_with(LET_IN)
            && !LIMITED.contains(&statement(line))
            && !text.contains(" connection closed: ")
    };
    logs.iter().filter(tells).map(|line| statement(line).to_owned()).collect()
}

/// A line without whom it is about: the account, if the connection has it yet, and from 2.15 on the user.
fn statement(line: &str) -> &str {
    [" - Account:", " - jwt:", " - nkey:", " - user:"]
        .into_iter()
        .fold(line, |line, start| line.split_once(start).map_or(line, |(statement, _)| statement))
}

fn answer_text(answer: &Answer) -> String {
    Vec::<String>::from(answer.clone()).join(" | ")
}
