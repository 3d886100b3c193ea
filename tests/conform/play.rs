//! What happens when a world is played on a real server?

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::client::{Conn, Met, connect};
use super::server::{Binary, Line, Running, start, test};
use super::world::{Answer, Start, World};

/// As many clients are held open at the same time; then the server has a moment for what it does later.
const BATCH: usize = 100;
/// That moment. A server ends a connection over its limit of subscriptions 20 ms after it let it in.
const MOMENT: Duration = Duration::from_millis(60);

/// What a server of one release did in a world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Played {
    pub start: Start,
    /// One for each client, none if the server does not start.
    pub answers: Vec<Answer>,
}

pub fn lay_out(world: &World, directory: &Path) {
    for path in world.directories() {
        fs::create_dir_all(directory.join(path)).expect("the directory is ours");
    }
    for (path, text) in world.files() {
        if let Some(text) = text {
            fs::write(directory.join(path), text).expect("the directory is ours");
        }
    }
    for (link, target) in &world.links {
        std::os::unix::fs::symlink(target, directory.join(link)).expect("the directory is ours");
    }
    for (path, mode) in &world.modes {
        let mode = fs::Permissions::from_mode(*mode);
        fs::set_permissions(directory.join(path), mode).expect("the file is ours");
    }
    fs::write(directory.join("s.conf"), world.config()).expect("the directory is ours");
}

/// Asks `-t`, starts it, lets the clients connect.
pub fn play(world: &World, binary: &Binary) -> Played {
    let directory = tempfile::tempdir().expect("a directory");
    lay_out(world, directory.path());
    let tested = test(binary, directory.path(), &world.env);
    let mut outcome = Start { test: None, start: None, warnings: Vec::new(), digest: None };
    if tested.code == Some(0) {
        let digest = tested.said.split_once("(sha256:").and_then(|(_, rest)| rest.strip_suffix(')'));
        outcome.digest = digest.map(|d| format!("sha256:{d}"));
    } else {
        outcome.test = Some(spoken(&tested.said, tested.code));
    }
    drop(directory);
    // `-t` may have changed the directory of a resolver.
    let mut answers = Vec::new();
    let mut waiting = &world.clients[..];
    loop {
        let directory = tempfile::tempdir().expect("a directory");
        lay_out(world, directory.path());
        match start(binary, directory.path(), &world.env) {
            Ok(mut running) => {
                let is_warning = |l: &&String| l.starts_with("[WRN]") || l.starts_with("[ERR]");
                outcome.warnings = running.start_log.iter().filter(is_warning).cloned().collect();
                let said = clients(&mut running, waiting);
                waiting = waiting.get(said.len().max(1)..).unwrap_or_default();
                answers.extend(said);
            }
            Err(ended) => {
                outcome.start = Some(spoken(&ended.said, ended.code));
                waiting = &[];
            }
        }
        if waiting.is_empty() {
            return Played { start: outcome, answers };
        }
    }
}

/// A text without the addresses of the server's memory.
pub fn without_addresses(text: &str) -> String {
    let mut parts = text.split("0x");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_hexdigit).count();
        plain += if digits >= 6 { "0x…" } else { "0x" };
        plain += if digits >= 6 { &part[digits..] } else { part };
    }
    plain
}

/// A panic's text is long, and has addresses; its first lines tell it.
fn spoken(said: &str, code: Option<i32>) -> String {
    let said = &without_addresses(said);
    if let Some(at) = said.find("panic: ").or_else(|| said.find("fatal error: ")) {
        return said.get(at..).and_then(|text| text.lines().next()).unwrap_or_default().to_owned();
    }
    match code {
        None => format!("killed: {said}"),
        Some(_) => said.to_owned(),
    }
}

/// Lets clients connect until the last, or until the server comes to harm.
fn clients(running: &mut Running, waiting: &[super::world::Client]) -> Vec<Answer> {
    let mut answers: Vec<Answer> = Vec::new();
    let mut locals: Vec<Option<String>> = Vec::new();
    let mut harmed = false;
    for batch in waiting.chunks(BATCH) {
        let mut open: Vec<(usize, Conn)> = Vec::new();
        for client in batch {
            let (conn, met) = connect(running, client);
            let mut answer = Answer::default();
            locals.push(conn.as_ref().map(|c| c.local.clone()));
            answer.sees = conn.as_ref().map(Conn::errors).unwrap_or_default();
            // A server that closes without a word may be about to end.
            let alive = if met == Met::Closed && answer.sees.is_empty() {
                running.survives()
            } else {
                running.alive()
            };
            let verdict = match met {
                _ if !alive => "crash",
                Met::Accepted => "accept",
                Met::Closed => "refuse",
                Met::Silent => "hang",
            };
            answer.verdict = verdict.to_owned();
            harmed = matches!(verdict, "hang" | "crash");
            if let (Some(conn), "accept") = (conn, verdict) {
                open.push((answers.len(), conn));
            }
            answers.push(answer);
            if harmed {
                break;
            }
        }
        std::thread::sleep(MOMENT);
        for (at, mut conn) in open {
            let answer = &mut answers[at];
            // Where the server came to harm later, it closed everything.
            if !conn.still_open() && (!harmed || !conn.errors().is_empty()) {
                // It was let in, and shown the door.
                answer.verdict = "refuse".into();
            }
            answer.sees = conn.errors();
        }
        if harmed {
            break;
        }
    }
    let log = settled(running, &locals);
    let logs = by_connection(&log, &locals);
    for (answer, logs) in answers.iter_mut().zip(logs) {
        answer.logs = logs;
    }
    if let Some(last) = answers.last_mut()
        && last.verdict == "crash"
    {
        last.logs.push(spoken(&running.said(), Some(2)));
    }
    answers
}

/// The log, once the server has seen every connection end.
fn settled(running: &Running, locals: &[Option<String>]) -> Vec<Line> {
    let until = Instant::now() + Duration::from_millis(800);
    loop {
        let log = running.log();
        let ended = log.iter().filter(|l| l.cid.is_some() && l.text.contains("connection closed")).count();
        if ended >= locals.iter().flatten().count() || Instant::now() > until {
            return log;
        }
        std::thread::sleep(Duration::from_millis(3));
    }
}

/// How lines start that tell about an account, and not about a connection.
pub const ABOUT_ACCOUNTS: &[&str] = &[
    "Account fetch failed: ",
    "Error adding ",
    "Can't locate account ",
    "Invalid issuer account ",
    "Authorization callout response ",
    "No valid account ",
    "Error configuring jetstream ",
    "Account claim for ",
    "authentication of user ",
];

/// A line about a connection that does not say which.
const WITHOUT_CONNECTION: &str = "Leafnode not mapped to a callout account";

/// What was logged for each connection. Connections come one after the other, so that a line without a connection
/// about an account belongs to the last one that was made.
fn by_connection(log: &[Line], locals: &[Option<String>]) -> Vec<Vec<String>> {
    let mut of_cid: BTreeMap<u64, usize> = BTreeMap::new();
    let mut next = 0;
    let mut latest = None;
    let mut found = vec![Vec::new(); locals.len()];
    for line in log {
        let at = match (&line.cid, &line.remote) {
            (Some(cid), Some(remote)) => match of_cid.get(cid) {
                Some(&at) => Some(at),
                None => {
                    let at = (next..locals.len()).find(|&i| locals[i].as_ref() == Some(remote));
                    if let Some(at) = at {
                        next = at;
                        of_cid.insert(*cid, at);
                        latest = Some(at);
                    }
                    at
                }
            },
            _ if ABOUT_ACCOUNTS.iter().any(|start| line.text.starts_with(start)) => latest,
            _ if line.text == WITHOUT_CONNECTION => latest,
            _ => None,
        };
        if let Some(slot) = at.and_then(|at| found.get_mut(at))
            && let Some(text) = telling(&line.text)
        {
            slot.push(unnamed(format!("[{}] {text}", line.level)));
        }
    }
    found
}

/// A line without the name that a server makes up for anonymous clients.
fn unnamed(mut line: String) -> String {
    let made_up = |name: &str| name.len() == 9 && name.bytes().take(8).all(|b| b.is_ascii_alphanumeric());
    if let Some(at) = line.find("\"nats-").map(|at| at + 6)
        && line.get(at..at + 9).is_some_and(made_up)
    {
        line.replace_range(at..at + 8, "XXXXXXXX");
    }
    line
}

/// A line without the client's identity, unless it tells nothing.
fn telling(text: &str) -> Option<&str> {
    let mut text = text;
    while text.starts_with('"')
        && let Some((_, rest)) = text.split_once("\" - ")
    {
        text = rest;
    }
    let noise = [
        "connection created",
        "connection closed: Client Closed",
        // These follow on what was told; why JetStream keeps no sessions comes late, and mostly behind the end.
        "connection closed: Authentication Failure",
        "unable to connect: ",
        "Ping Timer",
        "Delaying PING",
        "Leafnode compression=",
        "Leafnode connection closed: Authentication Failure",
        // What a server says of anybody it let in.
        "Client connected",
        "JetStream using domains",
        "JetStream Not Extended",
        "has JetStream denied on",
        "Adding deny [",
        "Not permitted to subscribe to",
        "from server overrides account or user config",
        // The protocol's own word on a refusal.
        "read error: ",
    ];
    (!noise.iter().any(|n| text.contains(n))).then_some(text)
}

/// Plays worlds on releases, by their numbers. Servers mostly wait, so there are more of them at a time than cores.
pub fn play_all(
    worlds: &[World],
    binaries: &[Binary],
    jobs: Vec<(usize, usize)>,
) -> BTreeMap<(usize, usize), Played> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(BTreeMap::new());
    let lanes = std::thread::available_parallelism().map_or(4, |cores| cores.get() * 3).min(12);
    std::thread::scope(|scope| {
        for _ in 0..lanes {
            scope.spawn(|| {
                while let Some(&(w, b)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let played = play(&worlds[w], &binaries[b]);
                    done.lock().expect("no lane panics").insert((w, b), played);
                }
            });
        }
    });
    done.into_inner().expect("no lane panics")
}
