//! The binary: arguments, clock, terminal, exit codes.

fn main() {}
