//! `jwtfix completions`: what a shell completes.

use clap::Arg;
use clap::builder::{PossibleValue, PossibleValuesParser};
use jwtfix::lint;
use jwtfix::server::via::Via;

use super::{Exit, Failure, Terminal};

/// Write the completions of a shell to standard output
#[derive(clap::Args)]
#[command(after_help = "Example:\n  jwtfix completions bash > /etc/bash_completion.d/jwtfix")]
pub(super) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

pub(super) fn run(args: Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let mut command = super::command().mut_subcommands(|verb| verb.mut_args(known));
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "jwtfix", &mut script);
    terminal.write(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Clean)
}

/// Tells the shell which values there are where the verb reads them itself: its errors say more than clap's, and in a
/// help text the codes of all rules would leave no room for the rest.
fn known(argument: Arg) -> Arg {
    let values: Vec<PossibleValue> = match argument.get_value_names() {
        Some([name]) if name.starts_with("CODE") => {
            lint::rules().map(|rule| PossibleValue::new(rule.code).help(rule.title)).collect()
        }
        Some([name]) if name == "SEVERITY" => {
            let all = [lint::Severity::Error, lint::Severity::Warning, lint::Severity::Note];
            all.map(|severity| PossibleValue::new(severity.word())).into()
        }
        Some([name]) if name == "WAY" => {
            Via::ALL.iter().map(|via| PossibleValue::new(via.name())).collect()
        }
        _ => return argument,
    };
    argument.value_parser(PossibleValuesParser::new(values))
}
