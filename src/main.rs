//! The binary: arguments, clock, terminal, exit codes.

// The binary is where disk, environment, clock and terminal belong.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
