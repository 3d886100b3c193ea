//! What does a real nats-server do? Finds the binaries, starts one in a directory of its own, reads its log, ends it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jwtfix::server::Version;

/// A binary of a release.
#[derive(Debug, Clone)]
pub struct Binary {
    pub version: Version,
    pub path: PathBuf,
}

/// Every release found in `/opt/nats/bin` and in the directory that `NATS_SERVERS` names, oldest first.
/// `NATS_VERSIONS` picks some of them: `2.9.10,2.15.1`.
pub fn binaries() -> Vec<Binary> {
    let picked = std::env::var("NATS_VERSIONS").unwrap_or_default();
    let picked: Vec<&str> = picked.split(',').filter(|v| !v.is_empty()).collect();
    let mut found = BTreeMap::new();
    let places = ["/opt/nats/bin".to_owned(), std::env::var("NATS_SERVERS").unwrap_or_default()];
    for entry in places.iter().filter_map(|place| fs::read_dir(place).ok()).flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(text) = name.strip_prefix("nats-server-") else { continue };
        let Ok(version) = Version::parse(text) else { continue };
        if picked.is_empty() || picked.contains(&text) {
            found.insert(version, Binary { version, path: entry.path() });
        }
    }
    found.into_values().collect()
}

/// What a server gave that was only asked to look at its configuration, or that did not start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its exit status; `None`: it had to be killed.
    pub code: Option<i32>,
    /// What it said: standard output and error, and `[FTL]` lines of its log.
    pub said: String,
}

/// A server that runs.
pub struct Running {
    child: Child,
    pub directory: PathBuf,
    /// Ports by listener: `client`, `leafnode`, `websocket`, `MQTT`.
    pub ports: BTreeMap<String, u16>,
    /// Lines of the log up to `Server is ready`.
    pub start_log: Vec<String>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const LOG: &str = "server.log";
const OUT: &str = "server.out";
const PATIENCE: Duration = Duration::from_secs(60);

fn command(binary: &Binary, directory: &Path, env: &BTreeMap<String, String>) -> Command {
    let out = fs::File::create(directory.join(OUT)).expect("the directory is ours");
    let err = out.try_clone().expect("a second handle");
    let mut command = Command::new(&binary.path);
    command.current_dir(directory).env_clear().envs(env).env("TZ", "UTC").env("HOME", directory);
    command.args(["-c", "s.conf"]).stdin(Stdio::null()).stdout(out).stderr(err);
    command
}

fn said(directory: &Path) -> String {
    let out = fs::read(directory.join(OUT)).unwrap_or_default();
    String::from_utf8_lossy(&out).trim_end_matches('\n').to_owned()
}

/// `nats-server -t -c s.conf` in a directory.
pub fn test(binary: &Binary, directory: &Path, env: &BTreeMap<String, String>) -> Ended {
    let mut child = command(binary, directory, env).arg("-t").spawn().expect("the binary runs");
    let began = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait().expect("our child") {
            break status.code();
        }
        if began.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            break None;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    Ended { code, said: said(directory) }
}

/// Starts a server with debug log on a free port of the loopback.
pub fn start(binary: &Binary, directory: &Path, env: &BTreeMap<String, String>) -> Result<Running, Ended> {
    let _ = fs::remove_file(directory.join(LOG));
    let mut command = command(binary, directory, env);
    let mut child =
        command.args(["-p", "-1", "-a", "127.0.0.1", "-D", "-l", LOG]).spawn().expect("the binary runs");
    let began = Instant::now();
    loop {
        let ended = child.try_wait().expect("our child");
        let log = lines(directory);
        if log.iter().any(|line| line.text == "Server is ready") {
            let ports = log.iter().filter_map(port).collect();
            let start_log = log.iter().map(|l| format!("[{}] {}", l.level, l.text)).collect();
            return Ok(Running { child, directory: directory.to_owned(), ports, start_log });
        }
        let late = began.elapsed() > PATIENCE;
        if ended.is_some() || late {
            let _ = child.kill();
            let _ = child.wait();
            let mut all = vec![said(directory)];
            all.extend(log.iter().filter(|l| l.level == "FTL").map(|l| format!("[FTL] {}", l.text)));
            all.retain(|text| !text.is_empty());
            return Err(Ended { code: ended.and_then(|s| s.code()), said: all.join("\n") });
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn port(line: &Line) -> Option<(String, u16)> {
    if let Some(address) = line.text.strip_prefix("Starting http monitor on ") {
        return Some(("monitor".into(), address.rsplit_once(':')?.1.parse().ok()?));
    }
    let rest = line.text.strip_prefix("Listening for ")?;
    let (kind, address) = rest.split_once(' ')?;
    Some((kind.to_owned(), address.rsplit_once(':')?.1.parse().ok()?))
}

impl Running {
    /// Whether the process still runs.
    pub fn alive(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_none())
    }

    /// Whether the process still runs in a moment.
    pub fn survives(&mut self) -> bool {
        let until = Instant::now() + Duration::from_millis(120);
        while Instant::now() < until {
            if !self.alive() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        true
    }

    /// What it said beside its log: a panic, if any.
    pub fn said(&self) -> String {
        said(&self.directory)
    }

    /// Tells it to read its configuration again, and waits until it has.
    pub fn reload(&self) -> Vec<Line> {
        let before = self.log().len();
        let _ = Command::new("kill").args(["-HUP", &self.child.id().to_string()]).status();
        let told = |line: &Line| {
            line.text.starts_with("Reloaded server configuration")
                || line.text.starts_with("Failed to reload")
        };
        self.log_after(before, told)
    }

    /// Its log, once it has such a line.
    pub fn log_until(&self, told: impl Fn(&Line) -> bool) -> Vec<Line> {
        self.log_after(0, told)
    }

    fn log_after(&self, before: usize, told: impl Fn(&Line) -> bool) -> Vec<Line> {
        let until = Instant::now() + PATIENCE;
        loop {
            let log = self.log();
            if Instant::now() > until || log.iter().skip(before).any(&told) {
                return log.into_iter().skip(before).collect();
            }
            std::thread::sleep(Duration::from_millis(3));
        }
    }

    /// Its log so far.
    pub fn log(&self) -> Vec<Line> {
        lines(&self.directory)
    }
}

/// A line of a server's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// `DBG`, `INF`, `WRN`, `ERR`, `FTL`.
    pub level: String,
    /// The remote address, if the line is about a connection.
    pub remote: Option<String>,
    /// The connection's number.
    pub cid: Option<u64>,
    /// The text behind that.
    pub text: String,
}

/// `[123] 2026/11/24 04:18:53.646006 [DBG] 127.0.0.1:4222 - cid:5 - text`, where a text may have several lines.
pub fn lines(directory: &Path) -> Vec<Line> {
    let bytes = fs::read(directory.join(LOG)).unwrap_or_default();
    let mut found: Vec<Line> = Vec::new();
    for raw in String::from_utf8_lossy(&bytes).lines() {
        let head = raw.split_once("] ").filter(|(pid, _)| pid.starts_with('['));
        let level = head.and_then(|(_, rest)| rest.get(27..)).and_then(|rest| rest.strip_prefix('['));
        let Some((level, text)) = level.and_then(|rest| rest.split_once("] ")) else {
            if let Some(last) = found.last_mut() {
                last.text += "\n";
                last.text += raw;
            }
            continue;
        };
        let mut line = Line { level: level.to_owned(), remote: None, cid: None, text: text.to_owned() };
        if let Some((remote, rest)) = text.split_once(" - ")
            && let Some((kind, rest)) = rest.split_once(':')
            && matches!(kind, "cid" | "lid" | "wid" | "mid" | "lid_ws" | "mid_ws")
            && let Some((cid, rest)) = rest.split_once(" - ")
            && let Ok(cid) = cid.parse()
        {
            line.remote = Some(remote.to_owned());
            line.cid = Some(cid);
            line.text = rest.to_owned();
        }
        found.push(line);
    }
    found
}
