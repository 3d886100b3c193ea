//! What holds of every verb: exit codes, errors with hints, colour, locale, broken pipes.

mod common;

use common::jwtfix;

#[test]
fn bad_usage_is_one_line_and_a_hint() {
    jwtfix(["expalin"])
        .run()
        .exits(2)
        .warns("jwtfix: error: unrecognized subcommand `expalin`")
        .warns("jwtfix: hint: ");
    jwtfix(["explain", "--nosuch"]).run().exits(2).warns("jwtfix: error: ").warns("jwtfix: hint: ");
    jwtfix::<&str>([]).run().exits(2).warns("jwtfix: error: no verb given").warns("jwtfix: hint: ");
    jwtfix(["--at", "tomorrow", "explain"]).run().exits(2).warns("give a time as 2027-03-02T09:14:07Z");
}

#[test]
fn help_and_version_are_results() {
    jwtfix(["--help"]).run().exits(0).says("explain").says("Exit status: 0");
    jwtfix(["--version"]).run().exits(0).says("jwtfix ");
}

#[test]
fn an_argument_cannot_move_the_cursor() {
    jwtfix(["explain", "\u{1b}[2Jx"]).run().exits(2).warns("\\u{1b}[2Jx");
    jwtfix(["\u{1b}[2Jx"]).run().exits(2);
}

#[test]
fn a_secret_among_the_arguments_is_not_said_again() {
    let seed = "SUACMT4TBLVNDPP3GL3GNTDNKMSQGFV6QFC5ZNYIZNXFCE4OZQRGOCLYKI";
    let joined = format!("--x={seed}");
    let arguments: &[&[&str]] = &[
        &[seed],
        &["explain", seed],
        &["explain", &joined],
        &["inspect", seed],
        &["check", "--server", seed],
        &["audit", seed],
        &["audit", "--format", "json", seed],
        &["fix", seed],
        &["diff", seed, seed],
        &["recover", seed],
        &["undo", seed],
    ];
    for arguments in arguments {
        jwtfix(*arguments).run().exits(2).warns("a seed stands on the command line").warns("jwtfix: hint: ");
    }
}

#[test]
fn a_token_among_the_arguments_is_no_file() {
    let token = include_str!("../testdata/acme/acme.jwt");
    let ran = jwtfix(["inspect", token.trim()]).run().exits(2).warns("a token stands on the command line");
    assert!(!ran.stderr.contains(token.trim()));
}

#[test]
fn an_unknown_code_has_neighbours() {
    jwtfix(["explain", "no-such-rule-at-all"]).run().exits(2).warns("jwtfix: hint: ");
}

#[test]
fn who_stops_reading_is_no_error() {
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_jwtfix"))
        .args(["completions", "zsh"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), b"".as_slice()));
}
