//! One case for each rule, `testdata/rules/<code>.toml`: a deployment that has the problem, and one that has not.

use std::path::{Path, PathBuf};

use jwtfix::nkey::Seed;

use crate::common::jwtfix;
use crate::world::{NOW, World};

/// A case, as its file says it.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The words of the command line; `audit` where it says none. `bad` in them is `good` in the other run.
    #[serde(default = "audit")]
    run: Vec<String>,
    /// Other codes that the bad one has: exactly these.
    #[serde(default)]
    also: Vec<String>,
    /// What both have.
    #[serde(default)]
    both: toml::Table,
    /// What has the problem.
    bad: toml::Table,
    /// What has not.
    #[serde(default)]
    good: toml::Table,
}

/// An export that nobody imports is no matter of the other cases.
fn audit() -> Vec<String> {
    ["audit", "bad", "--ignore", "export-unused"].map(String::from).into()
}

pub fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/rules")
}

/// What a run told.
pub struct Told {
    pub codes: Vec<String>,
    pub text: String,
}

impl Case {
    /// The case of a rule, if it has one.
    pub fn of(code: &str) -> Option<Case> {
        let text = std::fs::read_to_string(directory().join(format!("{code}.toml"))).ok()?;
        Some(toml::from_str(&text).unwrap_or_else(|error| panic!("{code}.toml: {error}")))
    }

    /// Runs jwtfix on the bad and on the good one, and says what is not as it should be. What it tells of the bad one
    /// is the example of the rule.
    pub fn run(&self, code: &str) -> Result<String, String> {
        let bad = self.told("bad", &self.bad);
        let mut wanted: Vec<&str> = self.also.iter().map(String::as_str).chain([code]).collect();
        wanted.sort_unstable();
        if bad.codes != wanted {
            return Err(format!("{code}: the bad one has {:?}, not {wanted:?}\n{}", bad.codes, bad.text));
        }
        let good = self.told("good", &self.good);
        if let Some(other) = good.codes.iter().find(|told| *told == code || !self.also.contains(told)) {
            return Err(format!("{code}: the good one has {other}\n{}", good.text));
        }
        Ok(example(&bad.text, code))
    }

    /// Writes the bad one as it would be at the time `now`, for a server with nothing but an operator and accounts, and
    /// gives the users that can connect to it; none where the case is about more than that.
    pub fn live(&self, root: &Path, now: i64) -> Option<Vec<(String, Seed)>> {
        let tables = [&self.both, &self.bad];
        if self.run.first().is_none_or(|verb| verb != "audit")
            || self.release().is_none() && self.run != audit()
        {
            return None;
        }
        let world = World::new(tables).live(now);
        world.write(root);
        (!root.join("nats.conf").exists()).then(|| world.users())
    }

    /// Writes the bad one as it would be at the time `now`, its configuration as `s.conf`.
    pub fn configured(&self, root: &Path, now: i64) {
        World::new([&self.both, &self.bad]).live(now).write(root);
        std::fs::rename(root.join("nats.conf"), root.join("s.conf")).expect("the case has a nats.conf");
    }

    /// The release that the case is about, if it names one.
    pub fn release(&self) -> Option<&str> {
        let at = self.run.iter().position(|word| word == "--server-version")?;
        self.run.get(at + 1).map(String::as_str)
    }

    fn told(&self, which: &str, table: &toml::Table) -> Told {
        let root = tempfile::tempdir().expect("a directory");
        let world = World::new([&self.both, table]);
        world.write(&root.path().join(which));
        let at = NOW.to_string();
        let word = |word: &String| {
            let word = world.fill(word);
            if word == "bad" { which.to_owned() } else { word.replacen("bad/", &format!("{which}/"), 1) }
        };
        let words = self.run.iter().map(word).chain(["--at".to_owned(), at]);
        let ran = jwtfix(words).within(root.path()).run();
        // Some cases are about what cannot be read.
        let mut codes: Vec<String> =
            ran.stdout.lines().filter_map(|line| told(line).map(str::to_owned)).collect();
        codes.sort_unstable();
        codes.dedup();
        Told { codes, text: format!("{}{}", ran.stdout, ran.stderr) }
    }
}

/// The code of a finding that begins in this line.
fn told(line: &str) -> Option<&str> {
    let rest =
        ["error[", "warning[", "note["].into_iter().find_map(|severity| line.strip_prefix(severity))?;
    rest.split_once("]: ").map(|(code, _)| code)
}

/// The first finding of this code, as it is printed.
fn example(text: &str, code: &str) -> String {
    let lines = text.lines().skip_while(|line| told(line) != Some(code)).take_while(|line| !line.is_empty());
    lines.fold(String::new(), |all, line| all + line.trim_end() + "\n")
}
