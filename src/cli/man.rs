//! `jwtfix man`: the man pages.

use std::path::{Path, PathBuf};

use jwtfix::lint;

use super::{Exit, Failure, Terminal};

/// Write the man pages into a directory
#[derive(clap::Args)]
#[command(after_help = "Example:\n  jwtfix man /usr/local/share/man/man1")]
pub(super) struct Args {
    /// The directory, made where it is missing
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

pub(super) fn run(args: Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let directory = &args.directory;
    std::fs::create_dir_all(directory)
        .map_err(|error| Failure::new(format!("cannot make {}: {error}", directory.display())).hint("name a directory"))?;
    let mut command = super::command();
    command.build();
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help" && !verb.is_hide_set()) {
        let name = format!("jwtfix-{}", verb.get_name());
        page(verb.clone().name(name.clone()).bin_name(name.replacen('-', " ", 1)), directory, &name, "")?;
    }
    page(command, directory, "jwtfix", &codes())?;
    write(&directory.join("jwtfix-rules.7"), rules().as_bytes())?;
    terminal.remark(&format!("the man pages are in {}", directory.display()));
    Ok(Exit::Clean)
}

fn page(command: clap::Command, directory: &Path, name: &str, more: &str) -> Result<(), Failure> {
    let path = directory.join(format!("{name}.1"));
    let mut text = Vec::new();
    // No date: a page that is made twice is the same twice.
    clap_mangen::Man::new(command).date("").source("jwtfix").manual("jwtfix").render(&mut text)?;
    text.extend_from_slice(more.as_bytes());
    write(&path, &text)
}

fn write(path: &Path, text: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, text)
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())).hint("is the directory yours?"))
}

/// The section of codes, folded out of the list of rules.
fn codes() -> String {
    let mut out = String::from(".SH CODES\n`jwtfix explain CODE` and jwtfix\\-rules(7) say more of each.\n");
    for rule in lint::rules() {
        out.push_str(&format!(".TP\n\\fB{}\\fR ({})\n{}\n", roff(rule.code), rule.severity.word(), roff(rule.title)));
    }
    out
}

/// A page of what `jwtfix explain` says of each rule.
fn rules() -> String {
    let mut out = String::from(
        ".TH jwtfix\\-rules 7 \"\" jwtfix jwtfix\n.SH NAME\njwtfix\\-rules \\- what each finding of jwtfix means\n",
    );
    for rule in lint::rules() {
        out.push_str(&format!(".SH {}\n{}: {}.\n", roff(rule.code), rule.severity.word(), roff(rule.title)));
        for paragraph in rule.explanation.trim().split("\n\n") {
            out.push_str(&format!(".PP\n{}\n", lines(paragraph)));
        }
        out.push_str(&format!(".PP\nSource: {}. Releases of nats\\-server: {}.\n", roff(rule.citation), roff(rule.versions)));
        if let Some(example) = lint::example(rule.code) {
            out.push_str(&format!(".PP\n.EX\n{}\n.EE\n", lines(example)));
        }
    }
    out
}

fn roff(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-")
}

/// Lines of text; one that begins as a request of roff does is none.
fn lines(text: &str) -> String {
    let line = |line: &str| {
        let guard = if line.starts_with(['.', '\'']) { "\\&" } else { "" };
        format!("{guard}{}", roff(line))
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}
