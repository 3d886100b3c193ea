//! Runs the real binary. Whatever a test is about, every run also proves that no secret and no stray control character gets out.

#![allow(dead_code, unreachable_pub)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a run gave.
#[derive(Debug)]
pub struct Ran {
    /// Its exit status.
    pub code: i32,
    /// What it said on standard output.
    pub stdout: String,
    /// What it said on standard error.
    pub stderr: String,
}

impl Ran {
    /// What a program did, after a look for what must not get out.
    #[track_caller]
    fn of(output: std::process::Output) -> Ran {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
        let ran = Ran {
            code: output.status.code().expect("no signal ends it"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        };
        harmless(&ran.stdout);
        harmless(&ran.stderr);
        ran
    }

    /// Asserts the exit status.
    #[track_caller]
    pub fn exits(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "exit status\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }

    /// Asserts that standard output has `text` in it.
    #[track_caller]
    pub fn says(self, text: &str) -> Ran {
        assert!(
            self.stdout.contains(text),
            "no {text:?} in stdout\n--- stdout\n{}\n--- stderr\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    /// Asserts that standard output has no `text` in it.
    #[track_caller]
    pub fn says_not(self, text: &str) -> Ran {
        assert!(!self.stdout.contains(text), "{text:?} in stdout\n--- stdout\n{}", self.stdout);
        self
    }

    /// Asserts that standard error has `text` in it.
    #[track_caller]
    pub fn warns(self, text: &str) -> Ran {
        assert!(
            self.stderr.contains(text),
            "no {text:?} in stderr\n--- stdout\n{}\n--- stderr\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.stdout, self.stderr))
    }
}

/// A command line in the making.
pub struct Run {
    command: Command,
    input: Vec<u8>,
}

/// The binary with these arguments, in an environment that says nothing, from the package's root.
pub fn jwtfix<S: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = S>) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jwtfix"));
    command.args(args).current_dir(env!("CARGO_MANIFEST_DIR"));
    command.env_clear().env("LANG", "C.UTF-8");
    Run { command, input: Vec::new() }
}

impl Run {
    /// Sets a variable of the environment.
    pub fn env(mut self, name: &str, value: &str) -> Run {
        self.command.env(name, value);
        self
    }

    /// Works in `directory`.
    pub fn within(mut self, directory: &Path) -> Run {
        self.command.current_dir(directory);
        self
    }

    /// Gives `bytes` on standard input.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Run {
        self.input = bytes.into();
        self
    }

    /// Runs it, and asserts what holds of every run.
    #[track_caller]
    pub fn run(mut self) -> Ran {
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut stdin = child.stdin.take().expect("piped");
        let input = std::mem::take(&mut self.input);
        // The binary need not read it all.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().expect("the binary ends");
        writer.join().expect("written");
        Ran::of(output)
    }
}

/// Panics where a text has a secret, or a character that a terminal obeys and that is not one of our colours.
#[track_caller]
pub fn harmless(text: &str) {
    assert!(secret_in(text).is_none(), "a secret got out, at byte {:?}", secret_in(text));
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_control() && c != '\n') {
        let tail = &rest[at..];
        let ours =
            tail.strip_prefix("\u{1b}[").and_then(|tail| tail.split_once('m')).is_some_and(|(codes, _)| {
                codes.len() < 8 && codes.bytes().all(|b| b.is_ascii_digit() || b == b';')
            });
        assert!(ours, "a raw control character got out: {:?}", tail.chars().take(12).collect::<String>());
        rest = &tail[1..];
    }
    assert!(
        !text.chars().any(|c| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')),
        "an invisible character got out"
    );
}

/// Where a seed (S, role, A-D, 54 more or so) or a private key (P and 55 or more) stands, whole or cut.
pub fn secret_in(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let base32 = |b: &u8| b.is_ascii_uppercase() || (b'2'..=b'7').contains(b);
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..].iter().take_while(|b| base32(b)).count();
        let run = &bytes[at..at + length];
        // Anywhere in a run: joined to other text it is no less a secret.
        for start in 0..run.len().saturating_sub(54) {
            let tail = &run[start..];
            let seed = tail.len() >= 57
                && tail[0] == b'S'
                && b"OAUNCX".contains(&tail[1])
                && (b'A'..=b'D').contains(&tail[2]);
            let private = start == 0 && tail.len() >= 56 && tail[0] == b'P';
            if seed || private {
                return Some(at + start);
            }
        }
        at += length.max(1);
    }
    None
}

/// A file system of its own, as small as its options say, with what stands in `from`: what the binary says there with these
/// arguments. What ends with an error leaves every file as it was. As root, in a mount namespace of its own.
#[track_caller]
pub fn on_a_disk(disk: &Path, (options, prepare): (&str, &str), from: &str, args: &[&str]) -> Ran {
    let disk = disk.to_str().expect("UTF-8");
    let listed = |to: &str| format!("(cd {disk} && find . -type f | sort | xargs sha256sum) > {disk}.{to}");
    let script = format!(
        "mkdir -p {disk} && mount -t tmpfs -o {options} none {disk} && cp -r {from}/. {disk}/ && {}; {}; \"$@\"; code=$?; {}; \
         test $code = 0 || cmp {disk}.before {disk}.after && exit $code",
        prepare.replace("{disk}", disk),
        listed("before"),
        listed("after")
    );
    let output = Command::new("unshare")
        .args(["-m", "sh", "-c", &script, "sh", env!("CARGO_BIN_EXE_jwtfix")])
        .args(args)
        .output()
        .expect("unshare runs");
    Ran::of(output)
}

/// No room on it any more; and nobody may write on it.
pub const FULL: (&str, &str) =
    ("head -c 9000000 /dev/zero > {disk}/fill 2>/dev/null || true", "make room on this file system");
/// See [`FULL`].
pub const READ_ONLY: (&str, &str) = ("mount -o remount,ro {disk}", "cannot be written");
