//! The command line: one file for each verb, one word in the list below.
//!
//! A verb is a module with a `clap::Args` structure named `Args`, whose doc comment is the verb's help, and
//! `fn run(args: Args, terminal: &mut Terminal) -> Result<Exit, Failure>`.

mod client;
mod context;
mod failure;
mod gather;
mod in_use;
mod inputs;
mod leads;
mod live;
mod named;
mod ring;
mod runs;
mod server;
mod terminal;
mod when;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Args as _, FromArgMatches as _, Parser};
use jwtfix::nkey;

pub(crate) use failure::{Exit, Failure};
pub(crate) use inputs::{Inputs, Source};
pub(crate) use terminal::Terminal;

/// Declares the modules of the verbs and the enumeration that clap reads.
macro_rules! verbs {
    ($($verb:ident)*) => {
        $(mod $verb;)*

        /// Verbs are named as their modules are.
        #[allow(non_camel_case_types, clippy::large_enum_variant, reason = "one value in the life of a process")]
        #[derive(clap::Subcommand)]
        enum Verb { $($verb($verb::Args),)* }

        impl Verb {
            fn run(self, terminal: &mut Terminal) -> Result<Exit, Failure> {
                match self { $(Verb::$verb(args) => $verb::run(args, terminal),)* }
            }

            /// One verb as clap knows it.
            fn command(name: &str) -> Option<clap::Command> {
                match name {
                    $(stringify!($verb) => Some($verb::Args::augment_args(clap::Command::new(stringify!($verb)))),)*
                    _ => None,
                }
            }
        }
    };
}

verbs! { inspect check can convert audit keys fix reissue recover undo diff explain completions man }

const AFTER: &str = "\
Exit status: 0 nothing to act on, 1 findings (or a refusal), 2 jwtfix could not do its job.
Results go to standard output, everything else to standard error. Nothing is ever written without --write, or -o for another place.";

/// Inspect, check, audit and repair the JWT and NKey credentials of NATS
#[derive(Parser)]
#[command(name = "jwtfix", version, about, after_help = AFTER, term_width = 80)]
#[command(subcommand_required = true, arg_required_else_help = true, infer_subcommands = false)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: Verb,
}

/// Options that every verb has.
#[derive(clap::Args)]
struct Global {
    /// When to colour the output: auto, always, never
    #[arg(long, global = true, value_name = "WHEN", value_enum, hide_possible_values = true, default_value_t = terminal::Color::Auto)]
    #[arg(help_heading = "Global options")]
    color: terminal::Color,
    /// Say only what must be said
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Global options")]
    quiet: bool,
    /// Say more: keys in full, everything that is usually left out
    #[arg(short, long, global = true, help_heading = "Global options")]
    verbose: bool,
    /// Judge as if it were this time: RFC 3339, a date, or Unix seconds
    #[arg(long, global = true, value_name = "TIME", value_parser = when::parse, allow_negative_numbers = true)]
    #[arg(help_heading = "Global options")]
    at: Option<i64>,
}

/// The command as clap knows it: help, completions and man pages fold out of it.
pub(crate) fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

/// Reads the arguments. Where they begin with a verb and are right, the other verbs need not be built: that takes longer
/// than to look at a file of credentials.
fn parse(args: &[OsString]) -> Result<Cli, clap::Error> {
    let verb = args.get(1).and_then(|word| Verb::command(word.to_str()?));
    let alone = verb.map(|verb| Global::augment_args(clap::Command::new("jwtfix")).subcommand(verb));
    if let Some(mut matches) = alone.and_then(|command| command.try_get_matches_from(args).ok())
        && let Ok(cli) = Cli::from_arg_matches_mut(&mut matches)
    {
        return Ok(cli);
    }
    Cli::try_parse_from(args)
}

/// Runs the verb that the arguments name.
pub(crate) fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    if let Some(failure) = args.iter().skip(1).find_map(|arg| credential(&arg.to_string_lossy())) {
        let terminal = Terminal::new(terminal::Color::Auto, false, false, None);
        return ExitCode::from(terminal.finish(Err(failure)) as u8);
    }
    let exit = match parse(&args) {
        Ok(Cli { global, verb }) => {
            let mut terminal = Terminal::new(global.color, global.quiet, global.verbose, global.at);
            let outcome = verb.run(&mut terminal);
            terminal.finish(outcome)
        }
        Err(error) => {
            let mut terminal = Terminal::new(terminal::Color::Auto, false, false, None);
            let outcome = usage(&error, &args, &mut terminal);
            terminal.finish(outcome)
        }
    };
    ExitCode::from(exit as u8)
}

/// A seed or a whole token in the place of a file: other users see the command line, and history keeps it.
fn credential(argument: &str) -> Option<Failure> {
    let words = argument.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() > 50);
    if words.filter_map(nkey::identify).any(|identity| identity.kind.is_secret()) {
        return Some(Failure::new("a seed stands on the command line, where others can read it").hint(
            "put it in a file for its owner alone, or give it on standard input, as `-`; and replace it if this machine is shared",
        ));
    }
    let token = argument.starts_with("eyJ") && argument.split('.').count() == 3;
    token.then(|| {
        Failure::new("a token stands on the command line in the place of a file")
            .hint("give it on standard input: `jwtfix inspect -`, then paste it and end with Ctrl-D")
    })
}

/// Help and version are results; everything else is one clear line and a hint.
fn usage(error: &clap::Error, args: &[OsString], terminal: &mut Terminal) -> Result<Exit, Failure> {
    use clap::error::ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion};
    let text = error.render().to_string();
    match error.kind() {
        DisplayHelp | DisplayVersion => {
            terminal.print(text.trim_end())?;
            terminal.print("\n")?;
            return Ok(Exit::Clean);
        }
        DisplayHelpOnMissingArgumentOrSubcommand => {
            return Err(Failure::new("no verb given")
                .hint("`jwtfix --help` lists the verbs; begin with `jwtfix inspect FILE`"));
        }
        _ => {}
    }
    let mut message = String::new();
    let mut hints = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("Usage:") {
            break;
        } else if let Some(tip) = line.strip_prefix("tip: ") {
            hints.push(tip.replace('\'', "`"));
        } else if line.starts_with("For more information") || line.is_empty() {
        } else {
            let words = line.strip_prefix("error: ").unwrap_or(line);
            if !message.is_empty() {
                message.push(' ');
            }
            message.push_str(words);
        }
    }
    let mut failure = Failure::new(message.replace('\'', "`"));
    if hints.is_empty() {
        let verb = args.iter().skip(1).find_map(|arg| Verb::command(arg.to_str()?));
        let verb = verb.map(|verb| format!("{} ", verb.get_name())).unwrap_or_default();
        hints.push(format!("see `jwtfix {verb}--help`"));
    }
    for hint in hints {
        failure = failure.hint(hint);
    }
    Err(failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verb_alone_is_the_verb_among_all() {
        let all = command();
        let verbs: Vec<_> = all.get_subcommands().filter(|verb| verb.get_name() != "help").collect();
        assert!(verbs.len() > 8);
        for verb in verbs {
            let alone = Verb::command(verb.get_name()).expect("a verb");
            let arguments =
                |command: &clap::Command| format!("{:?}", command.get_arguments().collect::<Vec<_>>());
            assert_eq!(arguments(&alone), arguments(verb), "{}", verb.get_name());
        }
    }
}
