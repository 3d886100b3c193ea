//! What does the user want to hear? Severities, selections, ignores with reasons, and the baseline.
//!
//! One pass over the findings, before any renderer: renderers can neither disagree nor drop.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::lint::{self, Finding, Severity};

/// Why a `jwtfix.toml` or a baseline cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// Not TOML, an unknown key, a value of the wrong type.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// The baseline is not the JSON that `--write-baseline` writes.
    #[error("the baseline is not one that jwtfix wrote: {0}")]
    Baseline(#[from] serde_json::Error),
    /// The baseline is of another version.
    #[error("the baseline has the schema {0:?}, this jwtfix reads {BASELINE_SCHEMA:?}")]
    BaselineSchema(String),
    /// No rule has this code.
    #[error("no rule is called {code:?}{}", did_you_mean(nearest))]
    UnknownRule {
        /// The code that was given.
        code: String,
        /// The nearest code that exists.
        nearest: Option<&'static str>,
    },
    /// An ignore without a reason: the next reader must know why.
    #[error("the ignore of {0:?} gives no reason")]
    NoReason(String),
    /// A file pattern that is none.
    #[error("{pattern:?} is no file pattern: {error}")]
    Pattern {
        /// The pattern as written.
        pattern: String,
        /// What is wrong with it.
        error: glob::PatternError,
    },
    /// A date that is none.
    #[error("{0:?} is no date of the form 2027-01-31")]
    Date(String),
}

fn did_you_mean(nearest: &Option<&'static str>) -> String {
    nearest.map(|code| format!(", did you mean {code:?}?")).unwrap_or_default()
}

/// The schema name of a baseline.
pub const BASELINE_SCHEMA: &str = "jwtfix/baseline/v1";

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    #[serde(default)]
    fail_on: Option<Level>,
    #[serde(default)]
    min_severity: Option<Level>,
    #[serde(default)]
    severity: BTreeMap<String, Level>,
    #[serde(default)]
    ignore: Vec<IgnoreEntry>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Level {
    Off,
    Note,
    Warning,
    Error,
}

impl Level {
    fn severity(self) -> Option<Severity> {
        match self {
            Level::Off => None,
            Level::Note => Some(Severity::Note),
            Level::Warning => Some(Severity::Warning),
            Level::Error => Some(Severity::Error),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IgnoreEntry {
    code: String,
    file: Option<String>,
    subject: Option<String>,
    pointer: Option<String>,
    until: Option<String>,
    reason: Option<String>,
}

/// One `[[ignore]]` of `jwtfix.toml`.
#[derive(Debug)]
pub struct Ignore {
    code: &'static str,
    file: Option<glob::Pattern>,
    subject: Option<String>,
    pointer: Option<String>,
    until: Option<i64>,
    /// Why, in the words of who wrote it.
    pub reason: String,
    matched: AtomicBool,
}

impl Ignore {
    fn covers(&self, finding: &Finding, now: i64) -> bool {
        let place = finding.places.first();
        self.code == finding.code()
            && self.until.is_none_or(|until| now < until)
            && self.file.as_ref().is_none_or(|pattern| place.is_some_and(|p| pattern.matches(&p.file)))
            && self.subject.as_ref().is_none_or(|subject| {
                place.is_some_and(|p| {
                    p.owner.as_ref().is_some_and(|owner| owner.contains(subject)) || p.file.contains(subject)
                })
            })
            && self
                .pointer
                .as_ref()
                .is_none_or(|pointer| place.is_some_and(|p| p.pointer.as_ref() == Some(pointer)))
    }

    /// The ignore in words, for the report of those that match nothing.
    pub fn describe(&self) -> String {
        let mut text = self.code.to_string();
        for (name, value) in [
            ("file", self.file.as_ref().map(|p| p.as_str())),
            ("subject", self.subject.as_deref()),
            ("pointer", self.pointer.as_deref()),
        ] {
            if let Some(value) = value {
                text.push_str(&format!(" {name}={value}"));
            }
        }
        text
    }
}

/// What policy says of one finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It is told.
    Keep,
    /// Its rule is off, not selected, or under the least severity.
    Unselected,
    /// An ignore covers it.
    Ignored,
    /// The baseline knows it.
    Baselined,
}

/// Severities, selections, ignores and the baseline.
#[derive(Debug, Default)]
pub struct Policy {
    /// The least severity that is told.
    pub min_severity: Option<Severity>,
    /// The least severity that makes the exit code 1; none: as the command line says.
    pub fail_on: Option<Severity>,
    only: BTreeSet<&'static str>,
    off: BTreeSet<&'static str>,
    severity: BTreeMap<&'static str, Severity>,
    ignores: Vec<Ignore>,
    baseline: BTreeSet<String>,
    now: i64,
}

impl Policy {
    /// A policy that tells everything, judged at `now` (Unix seconds).
    pub fn new(now: i64) -> Self {
        Policy { now, ..Policy::default() }
    }

    /// Takes in the text of a `jwtfix.toml`.
    pub fn configure(&mut self, text: &str) -> Result<(), PolicyError> {
        let file: File = toml::from_str(text)?;
        self.fail_on = file.fail_on.and_then(Level::severity).or(self.fail_on);
        self.min_severity = file.min_severity.and_then(Level::severity).or(self.min_severity);
        for (code, level) in file.severity {
            let code = known(&code)?;
            match level.severity() {
                None => _ = self.off.insert(code),
                Some(severity) => _ = self.severity.insert(code, severity),
            }
        }
        for entry in file.ignore {
            let code = known(&entry.code)?;
            let reason = entry.reason.filter(|reason| !reason.trim().is_empty());
            let Some(reason) = reason else { return Err(PolicyError::NoReason(entry.code)) };
            let file = match entry.file {
                None => None,
                Some(pattern) => match glob::Pattern::new(&pattern) {
                    Ok(pattern) => Some(pattern),
                    Err(error) => return Err(PolicyError::Pattern { pattern, error }),
                },
            };
            let until = entry.until.map(|date| day(&date).ok_or(PolicyError::Date(date))).transpose()?;
            self.ignores.push(Ignore {
                code,
                file,
                subject: entry.subject,
                pointer: entry.pointer,
                until,
                reason,
                matched: AtomicBool::new(false),
            });
        }
        Ok(())
    }

    /// Tells findings of these rules alone.
    pub fn only<'a>(&mut self, codes: impl IntoIterator<Item = &'a str>) -> Result<(), PolicyError> {
        for code in codes {
            self.only.insert(known(code)?);
        }
        Ok(())
    }

    /// Turns rules off.
    pub fn ignore<'a>(&mut self, codes: impl IntoIterator<Item = &'a str>) -> Result<(), PolicyError> {
        for code in codes {
            self.off.insert(known(code)?);
        }
        Ok(())
    }

    /// Takes in the text of a baseline: what it knows is not told again.
    pub fn baseline(&mut self, text: &str) -> Result<(), PolicyError> {
        let file: BaselineFile = serde_json::from_str(text)?;
        if file.schema != BASELINE_SCHEMA {
            return Err(PolicyError::BaselineSchema(file.schema));
        }
        self.baseline.extend(file.findings.into_iter().map(|entry| entry.fingerprint));
        Ok(())
    }

    /// Whether findings of `code` can be told at all: a rule that is off need not run.
    pub fn selects(&self, code: &str) -> bool {
        !self.off.contains(code) && (self.only.is_empty() || self.only.contains(code))
    }

    /// Whether findings of `rule` are told whatever they say: no ignore and no baseline asks to see them.
    pub(super) fn needs_no_look(&self, rule: &lint::Rule) -> bool {
        self.baseline.is_empty()
            && self.min_severity.is_none_or(|least| rule.severity >= least)
            && self.ignores.iter().all(|ignore| ignore.code != rule.code)
    }

    /// The severity of findings of `rule`, if they do not differ from it themselves.
    pub(super) fn severity_of(&self, rule: &lint::Rule) -> Severity {
        self.severity.get(rule.code).copied().unwrap_or(rule.severity)
    }

    /// Sets the finding's severity and says whether it is told.
    pub fn judge(&self, finding: &mut Finding) -> Judgement {
        if let Some(&severity) = self.severity.get(finding.code()) {
            finding.severity = severity;
        }
        if !self.selects(finding.code()) || self.min_severity.is_some_and(|least| finding.severity < least) {
            return Judgement::Unselected;
        }
        let mut ignored = false;
        for ignore in self.ignores.iter().filter(|ignore| ignore.covers(finding, self.now)) {
            ignore.matched.store(true, Relaxed);
            ignored = true;
        }
        if ignored {
            Judgement::Ignored
        } else if !self.baseline.is_empty() && self.baseline.contains(&fingerprint(finding)) {
            Judgement::Baselined
        } else {
            Judgement::Keep
        }
    }

    /// The ignores that covered nothing: suppressions rot, so they are told.
    pub fn unmatched(&self) -> impl Iterator<Item = &Ignore> {
        self.ignores.iter().filter(|ignore| !ignore.matched.load(Relaxed))
    }
}

fn known(code: &str) -> Result<&'static str, PolicyError> {
    lint::rule(code)
        .map(|rule| rule.code)
        .ok_or_else(|| PolicyError::UnknownRule { code: code.into(), nearest: lint::nearest(code) })
}

fn day(text: &str) -> Option<i64> {
    let date: jiff::civil::Date = text.parse().ok()?;
    Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

#[derive(Serialize, Deserialize)]
struct BaselineFile {
    schema: String,
    findings: Vec<BaselineEntry>,
}

#[derive(Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct BaselineEntry {
    code: String,
    file: String,
    fingerprint: String,
}

/// A baseline in the making.
#[derive(Default)]
pub struct Baseline(Vec<BaselineEntry>);

impl Baseline {
    /// Takes in a finding that is not to be told again.
    pub fn add(&mut self, finding: &Finding) {
        self.0.push(BaselineEntry {
            code: finding.code().into(),
            file: finding.places.first().map(|place| place.file.to_string()).unwrap_or_default(),
            fingerprint: fingerprint(finding),
        });
    }

    /// The text of its file.
    pub fn text(mut self) -> String {
        self.0.sort();
        let file = BaselineFile { schema: BASELINE_SCHEMA.into(), findings: self.0 };
        let mut text = serde_json::to_string_pretty(&file).expect("strings always become JSON");
        text.push('\n');
        text
    }
}

impl std::fmt::Debug for Baseline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Baseline").field("findings", &self.0.len()).finish()
    }
}

/// What makes a finding the same one tomorrow: rule, file, token, claim and the text found there; neither its
/// wording nor anything that moves with the clock. 32 hexadecimal digits.
pub fn fingerprint(finding: &Finding) -> String {
    let mut hash = Sha256::new();
    let mut field = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    field(finding.code().as_bytes());
    for place in &finding.places {
        field(place.file.as_bytes());
        field(place.owner.as_deref().unwrap_or_default().as_bytes());
        field(place.pointer.as_deref().unwrap_or_default().as_bytes());
        field(place.text.as_deref().unwrap_or_default().as_bytes());
    }
    data_encoding::HEXLOWER.encode(&hash.finalize()[..16])
}
