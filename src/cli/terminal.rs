//! Where does output go, and how may it look? The environment is read here and nowhere else.

use std::io::{BufWriter, IsTerminal, Write};

use jwtfix::render::text;
use jwtfix::render::{Ink, Style};

use super::failure::{Exit, Failure};

/// `--color`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set; everywhere if CLICOLOR_FORCE is
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Standard output and error, the time, and what the user asked for of both.
pub(crate) struct Terminal {
    out: BufWriter<std::io::Stdout>,
    /// How people's output looks.
    pub(crate) style: Style,
    /// Colour on standard error.
    error_style: Style,
    /// The locale is not UTF-8.
    ascii: bool,
    /// Say only what must be said.
    pub(crate) quiet: bool,
    /// Say more.
    pub(crate) verbose: bool,
    /// The time that is judged for, Unix seconds.
    pub(crate) now: i64,
    /// The user chose the time.
    pub(crate) chosen: bool,
    /// Something was told that makes the run's exit 2.
    broken: bool,
}

impl Terminal {
    pub(super) fn new(color: Color, quiet: bool, verbose: bool, at: Option<i64>) -> Terminal {
        Terminal {
            out: BufWriter::with_capacity(1 << 16, std::io::stdout()),
            style: Style { color: colour(color, std::io::stdout().is_terminal()), verbose },
            error_style: Style { color: colour(color, std::io::stderr().is_terminal()), verbose },
            ascii: !locale_is_utf8(),
            quiet,
            verbose,
            now: at.unwrap_or_else(super::when::now),
            chosen: at.is_some(),
            broken: false,
        }
    }

    /// Text for people, on standard output. What comes out of tokens must have been escaped.
    pub(crate) fn print(&mut self, text: &str) -> Result<(), Failure> {
        if self.ascii && !text.is_ascii() {
            self.out.write_all(text::ascii(text).as_bytes())?;
        } else {
            self.out.write_all(text.as_bytes())?;
        }
        Ok(())
    }

    /// Text for machines, on standard output: always UTF-8.
    pub(crate) fn write(&mut self, text: &str) -> Result<(), Failure> {
        Ok(self.out.write_all(text.as_bytes())?)
    }

    /// Where text for machines goes that is too long to be held.
    pub(crate) fn for_machines(&mut self) -> &mut dyn Write {
        &mut self.out
    }

    /// Where text for people goes that is too long to be held; flush it in the end.
    pub(crate) fn for_people(&mut self) -> ForPeople<'_> {
        ForPeople { ascii: self.ascii, line: Vec::new(), out: &mut self.out }
    }

    /// `jwtfix: error: …`, and exit 2 in the end.
    pub(crate) fn problem(&mut self, failure: &Failure) {
        // What was said so far comes first, where both go to one terminal.
        if let Err(error) = self.out.flush()
            && error.kind() == std::io::ErrorKind::BrokenPipe
        {
            return;
        }
        failure.tell(self);
        self.broken = true;
    }

    /// A remark that is no result and no error; not with `--quiet`.
    pub(crate) fn remark(&self, words: &str) {
        if !self.quiet {
            self.tell(Ink::Label, "note", words);
        }
    }

    /// Whether somebody watches who wants to see how far it is.
    pub(crate) fn shows_progress(&self) -> bool {
        !self.quiet && std::io::stderr().is_terminal()
    }

    pub(super) fn error(&self, words: &str) {
        self.tell(Ink::Error, "error", words);
    }

    pub(super) fn hint(&self, words: &str) {
        self.tell(Ink::Note, "hint", words);
    }

    fn tell(&self, ink: Ink, label: &str, words: &str) {
        let line = format!(
            "{}: {}: {}\n",
            self.error_style.paint(Ink::Strong, "jwtfix"),
            self.error_style.paint(ink, label),
            text::redact(&text::escape_words(words))
        );
        let line = if self.ascii { text::ascii(&line) } else { line };
        // Where standard error is closed there is nobody to tell.
        let _ = std::io::stderr().write_all(line.as_bytes());
    }

    /// Ends the run: what is still buffered goes out, and 2 beats 1.
    pub(super) fn finish(mut self, outcome: Result<Exit, Failure>) -> Exit {
        let flushed = self.out.flush().map_err(Failure::from);
        let exit = match outcome {
            Ok(exit) => exit,
            Err(Failure::BrokenPipe) => Exit::Clean,
            Err(failure) => {
                failure.tell(&self);
                Exit::Broken
            }
        };
        let exit = match flushed {
            Ok(()) => exit,
            // Like `head`'s other victims: who stopped reading has what he wanted.
            Err(Failure::BrokenPipe) => Exit::Clean,
            Err(failure) => {
                failure.tell(&self);
                Exit::Broken
            }
        };
        if self.broken { Exit::Broken } else { exit }
    }
}

/// Writes lines as the locale can show them.
pub(crate) struct ForPeople<'a> {
    ascii: bool,
    line: Vec<u8>,
    out: &'a mut BufWriter<std::io::Stdout>,
}

impl ForPeople<'_> {
    fn spell(&mut self) -> std::io::Result<()> {
        let line = std::mem::take(&mut self.line);
        self.out.write_all(text::ascii(&String::from_utf8_lossy(&line)).as_bytes())
    }
}

impl Write for ForPeople<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if !self.ascii {
            return self.out.write(bytes);
        }
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                self.spell()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.spell()
    }
}

fn colour(color: Color, terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR") => false,
        Color::Auto
            if std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0") =>
        {
            true
        }
        Color::Auto => terminal && std::env::var_os("TERM").is_none_or(|value| value != "dumb"),
    }
}

/// The first of LC_ALL, LC_CTYPE and LANG that is set says it, as in every C library.
fn locale_is_utf8() -> bool {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(std::env::var_os)
        .find(|value| !value.is_empty())
        .is_some_and(|value| {
            let value = value.to_string_lossy().to_ascii_lowercase();
            value.contains("utf-8") || value.contains("utf8")
        })
}
