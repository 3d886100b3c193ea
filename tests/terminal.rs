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

#[test]
fn wrong_words_of_a_verb_lead_to_its_help() {
    for words in
        [&["audit", "--fail-on", "x"][..], &["-v", "audit", "--format", "x"], &["audit", "--threads", "x"]]
    {
        jwtfix(words).run().exits(2).warns("jwtfix: hint: see `jwtfix audit --help`");
    }
    jwtfix(["--color", "x"]).run().exits(2).warns("jwtfix: hint: see `jwtfix --help`");
}

/// Codes and severities are read by the verbs themselves, and yet a shell knows them.
#[test]
fn a_shell_completes_codes_and_severities() {
    let ran = jwtfix(["completions", "bash"]).run().exits(0);
    let takes = |option: &str, value: &str| {
        // `--option)`, and below it the words of `compgen -W`.
        let mut lines = ran.stdout.lines().map(str::trim);
        lines.any(|line| line == format!("{option})"))
            && lines.next().is_some_and(|line| line.split([' ', '"']).any(|word| word == value))
    };
    assert!(takes("--ignore", "user-bearer"));
    assert!(takes("--fail-on", "warning"));
    assert!(takes("--via", "LEAFNODE_WS"));
    assert!(!takes("--ignore", "warning"));
    let explain = ran.stdout.split("jwtfix__subcmd__explain)").nth(1).expect("the verb");
    assert!(explain.lines().take(4).any(|line| line.contains(" token-expired ")), "{explain}");
}

/// A help text fits a terminal of 80 columns, and a line of its examples can be pasted as it is.
#[test]
fn a_help_text_fits_a_terminal() {
    let verbs = jwtfix(["--help"]).run().exits(0);
    let verbs = verbs.stdout.lines().skip_while(|line| *line != "Commands:").skip(1);
    let verbs: Vec<&str> = verbs
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next().filter(|word| !word.is_empty()))
        .filter(|verb| *verb != "help")
        .collect();
    assert!(verbs.len() > 10, "{verbs:?}");
    let shows = ["jwtfix ", "kubectl ", "# "];
    for help in verbs.iter().flat_map(|verb| [[*verb, "-h"], [*verb, "--help"]]) {
        let ran = jwtfix(help).run().exits(0);
        let wide: Vec<&str> = ran.stdout.lines().filter(|line| line.chars().count() > 80).collect();
        assert!(wide.is_empty(), "{help:?}: {wide:#?}");
        let mut lines = ran.stdout.lines().skip_while(|line| !line.starts_with("Example")).skip(1);
        let mut goes_on = false;
        while let Some(line) = lines.next().filter(|line| !line.is_empty()) {
            let begins = shows.iter().any(|show| line.trim_start().starts_with(show));
            assert!(begins || goes_on, "{help:?}: {line:?} is no command");
            goes_on = line.ends_with(" \\");
        }
    }
}
