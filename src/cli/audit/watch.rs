//! `--watch`: what came and what went since the last look?

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use jwtfix::audit::{Report, fingerprint};
use jwtfix::lint::Finding;
use jwtfix::render::{self, Ink, text};
use notify::{Event, EventKind, RecursiveMode, Watcher};

use super::{Args, Exit, Failure, Format, Terminal, audit, known, tell};

/// Changes that come closer together are looked at together.
const PAUSE: Duration = Duration::from_millis(200);

/// Audits, and again whenever something changes, until the process is ended.
pub(super) fn watch(args: &Args, paths: Vec<PathBuf>, terminal: &mut Terminal) -> Result<Exit, Failure> {
    if !matches!(args.format, Format::Human | Format::Brief | Format::Jsonl) {
        return Err(Failure::new("--watch tells changes, and this format tells whole reports")
            .hint("use --format human, brief or jsonl"));
    }
    let (sender, changes) = channel();
    let mut watcher = notify::recommended_watcher(sender).map_err(|error| failed(&error))?;
    let watched = paths.iter().chain(&args.operator).chain(&args.server).chain(&args.config).chain(&args.baseline);
    for path in watched {
        // A file that is replaced is another one: its directory tells of both.
        let directory = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
        let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        let mode = if path.is_dir() { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        watcher.watch(directory, mode).map_err(|error| failed(&error))?;
    }
    let mut before = BTreeMap::new();
    loop {
        if !terminal.chosen {
            terminal.now = crate::cli::when::now();
        }
        let policy = known::policy(args, terminal.now)?;
        let report = audit(args, paths.clone(), &policy, terminal, None)?;
        before = changed(&report, before, args, terminal)?;
        tell::beside(&report, args, terminal);
        terminal.for_machines().flush()?;
        if !next(&changes) {
            return Err(Failure::new("the system does not tell of changes any more").hint("start it again"));
        }
    }
}

fn failed(error: &notify::Error) -> Failure {
    Failure::new(format!("cannot watch: {error}"))
        .hint("where there are very many directories, raise fs.inotify.max_user_watches")
}

/// Waits for a change and until it is quiet again; false: there will be none.
fn next(changes: &Receiver<notify::Result<Event>>) -> bool {
    let matters = |change: &notify::Result<Event>| {
        // Being read is no change; what the system could not tell of may be one.
        change.as_ref().map_or(true, |event| !matches!(event.kind, EventKind::Access(_)))
    };
    loop {
        match changes.recv() {
            Err(_) => return false,
            Ok(change) if matters(&change) => break,
            Ok(_) => {}
        }
    }
    // Not for ever, where something is always being written.
    for _ in 0..25 {
        let mut quiet = true;
        while let Ok(change) = changes.recv_timeout(PAUSE) {
            quiet &= !matters(&change);
            if !quiet {
                break;
            }
        }
        if quiet {
            break;
        }
    }
    true
}

/// What is told of a finding when it is gone: where it was and what it was.
type Known = BTreeMap<String, (String, String)>;

/// Tells the findings that were not there before, and those that are not there any more.
fn changed(report: &Report, before: Known, args: &Args, terminal: &mut Terminal) -> Result<Known, Failure> {
    let mut now = Known::new();
    for finding in report.findings() {
        let key = fingerprint(finding);
        if !before.contains_key(&key) {
            came(finding, args, terminal)?;
        }
        now.insert(key, (line(finding), finding.code().to_owned()));
    }
    for (key, (line, code)) in before.iter().filter(|(key, _)| !now.contains_key(*key)) {
        match args.format {
            Format::Jsonl => {
                let gone = serde_json::json!({ "gone": true, "code": code, "fingerprint": key });
                terminal.write(&format!("{gone}\n"))?;
            }
            _ => {
                let gone = terminal.style.paint(Ink::Good, "gone");
                terminal.print(&format!("{gone}: {line}\n"))?;
            }
        }
    }
    if args.format != Format::Jsonl {
        let inputs = &report.inputs;
        let count = |count: u64, word| text::count(usize::try_from(count).unwrap_or(usize::MAX), word);
        let told = format!("{}, {}", count(inputs.files, "file"), count(report.total(), "finding"));
        terminal.print(&format!("{}: {told}\n", text::instant(report.at)))?;
    }
    Ok(now)
}

fn came(finding: &Finding, args: &Args, terminal: &mut Terminal) -> Result<(), Failure> {
    match args.format {
        Format::Jsonl => Ok(render::json_line(finding, terminal.for_machines())?),
        Format::Brief => {
            let severity = finding.severity;
            let code = format!("{}[{}]", severity.word(), finding.code());
            let code = terminal.style.paint(severity.into(), &code);
            terminal.print(&format!("{code}: {}\n", line(finding)))
        }
        _ => terminal.print(&render::diagnostic(finding, terminal.style, &|_, _| None)),
    }
}

fn line(finding: &Finding) -> String {
    let file = finding.places.first().map_or("", |place| &place.file);
    format!("{}: {}", text::escape(file), text::redact(&text::escape_words(&finding.message)))
}
