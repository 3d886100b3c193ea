//! `jwtfix completions`: what a shell completes.

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
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "jwtfix", &mut script);
    terminal.write(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Clean)
}
