//! Does a server that runs here keep its accounts in this directory? What is written into it is then half of the work: a
//! server reads a file again when it is pushed to or started, not when it is told to reload (`dirstore.go`, `Reload`).

use std::path::{Path, PathBuf};

use jwtfix::disk;
use jwtfix::render::text;
use jwtfix::repair::{Plan, Survey};

use super::Terminal;
use super::named::named;

/// The longest command line that is read, in bytes.
const LONGEST: u64 = 4 << 20;

/// A server that runs here, with the directory of its resolver.
struct Server {
    process: u32,
    config: PathBuf,
    directory: PathBuf,
    cache: bool,
}

/// Says which servers keep the accounts that are signed again, and what they make of new files.
pub(crate) fn tell(survey: &Survey, plan: &Plan, terminal: &mut Terminal) {
    let steps: Vec<(PathBuf, Option<i64>)> = plan
        .steps
        .iter()
        .flat_map(|step| {
            let ended = step.changes.iter().find(|change| change.pointer == "/exp");
            let ended = ended.and_then(|change| change.before.as_ref()?.as_i64()).filter(|exp| *exp > 0);
            let spots = &survey.sites[step.site].spots;
            spots.iter().map(move |spot| (survey.places[spot.place].path.clone(), ended))
        })
        .filter(|(path, _)| path.extension().is_some_and(|end| end == "jwt"))
        .collect();
    if steps.is_empty() {
        return;
    }
    for Server { process, config, directory, cache } in servers(terminal.now) {
        let inside = |path: &Path| disk::real(path).is_some_and(|path| path.starts_with(&directory));
        let mut inside = steps.iter().filter(|(path, _)| inside(path)).peekable();
        if inside.peek().is_none() {
            continue;
        }
        let ends = inside.filter_map(|(_, ended)| *ended).min();
        terminal.remark(&format!(
            "{} is the {} of a server that runs: process {process}, {}",
            directory.display(),
            if cache { "resolver's cache" } else { "resolver's directory" },
            config.display()
        ));
        terminal.remark(
            "it keeps the accounts that it has in memory: push the new tokens to it, or restart it; a reload does not read them",
        );
        if let Some(ends) = ends {
            terminal.remark(&format!(
                "until then it goes by the ends of the old tokens, and removes the files of the new ones: the first {}",
                text::time(ends, terminal.now)
            ));
        }
    }
}

/// The servers that run here and have a directory as their resolver, as far as /proc tells.
fn servers(now: i64) -> Vec<Server> {
    let processes = disk::names(Path::new("/proc")).unwrap_or_default();
    processes.iter().filter_map(|process| server(process, now)).collect()
}

fn server(process: &Path, now: i64) -> Option<Server> {
    let number = process.file_name()?.to_str()?.parse().ok()?;
    let words = disk::read(&process.join("cmdline"), LONGEST).ok()?;
    let words: Vec<&str> =
        words.split(|byte| *byte == 0).filter_map(|word| std::str::from_utf8(word).ok()).collect();
    let program = Path::new(words.first()?).file_name()?.to_str()?;
    if !program.contains("nats-server") {
        return None;
    }
    // Paths of a process in a container are not those that we see.
    if disk::real(&process.join("root"))? != Path::new("/") {
        return None;
    }
    let config = config_of(&words)?;
    let base = disk::real(&process.join("cwd"))?;
    let named = named(Path::new(config), &base, now)?;
    Some(Server {
        process: number,
        config: base.join(config),
        directory: disk::real(&named.directory?)?,
        cache: named.cache,
    })
}

/// The configuration that a command line names, in the spellings that Go's `flag` takes.
fn config_of<'a>(words: &[&'a str]) -> Option<&'a str> {
    let mut words = words.iter().skip(1);
    while let Some(word) = words.next() {
        let Some(flag) = word.strip_prefix("--").or_else(|| word.strip_prefix('-')) else { continue };
        match flag.split_once('=') {
            Some(("c" | "config", file)) => return Some(file),
            None if matches!(flag, "c" | "config") => return words.next().copied(),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_is_named_as_go_reads_it() {
        for (words, config) in [
            (&["nats-server", "-c", "a.conf"][..], Some("a.conf")),
            (&["nats-server", "-DV", "--config", "a.conf"], Some("a.conf")),
            (&["nats-server", "-config=a.conf"], Some("a.conf")),
            (&["nats-server", "--c=a=b"], Some("a=b")),
            (&["nats-server", "-p", "4222"], None),
            (&["nats-server", "-c"], None),
        ] {
            assert_eq!(config_of(words), config, "{words:?}");
        }
    }
}
