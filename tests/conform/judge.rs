//! What does jwtfix say to the same world, and where does it differ?

use jwtfix::server::Version;
use jwtfix::server::startup::{Phase, StartVerdict, Startup, startup};

use super::world::{Start, World};

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

/// Where jwtfix's start-up differs, and whether it left something open.
pub fn start(world: &World, version: Version, now: i64, said: &Start) -> (Vec<Divergence>, bool) {
    let ours = started(world, version, now);
    let mut found = Vec::new();
    let mut differ = |what, server: String, jwtfix: String| {
        found.push(Divergence { place: format!("start:{}", world.name), version, what, server, jwtfix });
    };
    let text = |problems: &[jwtfix::server::startup::Problem]| {
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let tested = if ours.passes_test() {
        None
    } else {
        let warnings = ours.warnings.get(..ours.config_warnings).unwrap_or_default();
        let errors = if ours.phase <= Phase::Options { &ours.errors[..] } else { &[] };
        let parts = [text(errors), text(warnings)];
        Some(parts.iter().filter(|p| !p.is_empty()).cloned().collect::<Vec<_>>().join("\n"))
    };
    let valid = || "valid".to_owned();
    if tested.as_deref().map(lines) != said.test.as_deref().map(lines) {
        let open = ours.verdict == StartVerdict::Unknown && ours.phase == Phase::Parse;
        if !open {
            differ("test", said.test.clone().unwrap_or_else(valid), tested.unwrap_or_else(valid));
        }
    }
    let open = ours.verdict == StartVerdict::Unknown;
    let starts = || "starts".to_owned();
    let error = ours.error();
    if !open && error.as_deref().map(lines) != said.start.as_deref().map(lines) {
        differ("start", said.start.clone().unwrap_or_else(starts), error.unwrap_or_else(starts));
    }
    let digest = ours.config.as_ref().and_then(|c| c.digest.clone());
    if said.digest.is_some() && said.digest != digest {
        differ("digest", said.digest.clone().unwrap_or_default(), digest.unwrap_or_default());
    }
    (found, open)
}
