//! Reading what the arguments name: files, directories with all below them, standard input. What cannot be read is told, and
//! the rest is read all the same.

use std::collections::HashMap;
use std::io::Read;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jwtfix::audit::Unread;
use jwtfix::cores;
use jwtfix::disk::{self, DiskError, Facts, Seen};
use jwtfix::file::What;
use jwtfix::nkey::Batch;
use jwtfix::render::text;
use jwtfix::trust::{Opened, Unopened};
use zeroize::Zeroizing;

use super::{Failure, Source, Terminal};

/// The largest file that is read, in bytes. Memory stays within a small multiple of it.
pub(crate) const LARGEST: u64 = 64 << 20;

/// What was read.
#[derive(Default)]
pub(crate) struct Gathered {
    /// The files, in order.
    pub(crate) opened: Vec<Opened>,
    /// What could not be read.
    pub(crate) unread: Vec<Unread>,
    /// Whether a directory was among what was named.
    pub(crate) directory: bool,
    /// Files in which something stands that a finding may point at.
    kept: HashMap<Arc<str>, Kept>,
}

/// A file that lines are shown of.
struct Kept {
    bytes: Zeroizing<Vec<u8>>,
    /// Where its tokens and secrets stand.
    hidden: Vec<Range<usize>>,
}

/// What is asked of the tokens in the files of a directory. Of a file that was named, and where there are few, everything
/// is read all the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// What they claim, and whether it holds.
    Claims,
    /// Everything that can be shown of them.
    Everything,
}

/// Files that are shown in full; of more one line each is shown, unless somebody asks for all.
pub(crate) const IN_FULL: usize = 4;

/// Files of a directory that are read one behind the other, and their signatures verified together.
const TOGETHER: usize = 64;

/// Reads everything; files without a token or key are left out where they were found in a directory.
pub(crate) fn gather(sources: &[Source], asked: Asked, terminal: &mut Terminal) -> Result<Gathered, Failure> {
    let mut gathered = Gathered::default();
    for source in sources {
        match source {
            Source::Stdin => {
                let mut bytes = Zeroizing::new(Vec::new());
                std::io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| {
                    Failure::new(format!("cannot read standard input: {error}")).hint("pipe a file into it")
                })?;
                if bytes.len() as u64 > LARGEST {
                    return Err(Failure::new(format!(
                        "standard input has more than the {} MiB that are read",
                        LARGEST >> 20
                    ))
                    .hint("name the file, or give a part of it"));
                }
                let opened = Opened::read("-".into(), &bytes, None, asked == Asked::Everything);
                gathered.add(Loaded::of(opened, &mut bytes, true), true);
            }
            Source::Path(path) => gathered.path(path, asked, terminal),
        }
    }
    Ok(gathered)
}

impl Gathered {
    fn path(&mut self, path: &Path, asked: Asked, terminal: &mut Terminal) {
        match disk::look(path) {
            Ok(facts) if facts.directory => {
                self.directory = true;
                self.below(path, asked, terminal);
            }
            Ok(_) => match open(path, asked, true) {
                Ok(read) => self.add(read, true),
                Err(error) => self.unreadable(&error, terminal),
            },
            Err(error) => self.unreadable(&error, terminal),
        }
    }

    /// Everything below a directory, in the order of its names, on all cores.
    fn below(&mut self, directory: &Path, asked: Asked, terminal: &mut Terminal) {
        let mut paths: Vec<PathBuf> = Vec::new();
        let mut errors = Vec::new();
        let _ = disk::walk(directory, |seen| -> ControlFlow<()> {
            match seen {
                Seen::File(path) => paths.push(path.to_owned()),
                Seen::Skipped(error) => errors.push(error),
            }
            ControlFlow::Continue(())
        });
        errors.iter().for_each(|error| self.unreadable(error, terminal));
        let batch = Batch::new();
        let read = cores::spread(&paths, 1, |paths| {
            let mut buffers = Vec::new();
            paths.chunks(TOGETHER).flat_map(|paths| open_all(paths, asked, &batch, &mut buffers)).collect()
        });
        let few = read.iter().flatten().filter(|read| !read.opened.is_barren()).count() <= IN_FULL;
        for (path, read) in paths.iter().zip(read) {
            let read = match read {
                Ok(read) if few && asked == Asked::Claims && !read.opened.is_barren() => {
                    open(path, asked, false)
                }
                read => read,
            };
            match read {
                Ok(read) => self.add(read, false),
                // What vanished while the directory was read is not there.
                Err(DiskError::NotFound { .. }) => {}
                Err(error) => self.unreadable(&error, terminal),
            }
        }
    }

    fn add(&mut self, Loaded { opened, bytes }: Loaded, named: bool) {
        if opened.is_barren() && !named {
            return;
        }
        if let Some(bytes) = bytes {
            let secrets = opened.keys.iter().filter(|key| key.what != What::PublicKey).map(|key| &key.span);
            let hidden = opened.tokens.iter().map(|token| &token.span).chain(secrets).cloned().collect();
            self.kept.insert(Arc::clone(&opened.path), Kept { bytes, hidden });
        }
        self.opened.push(opened);
    }

    fn unreadable(&mut self, error: &DiskError, terminal: &mut Terminal) {
        terminal.problem(&Failure::new(error.to_string()).hint(error.hint()));
        self.unread.push(Unread {
            path: error.path().to_string_lossy().into(),
            error: error.to_string(),
            hint: Some(error.hint().to_owned()),
        });
    }

    /// Line and column (from 1) of a byte of a file, and that line with everything secret and every token blacked out; of
    /// a line that is no UTF-8 text, nothing.
    pub(crate) fn locate(&self, path: &str, offset: usize) -> Option<(usize, usize, String)> {
        let Kept { bytes, hidden } = self.kept.get(path)?;
        let before = bytes.get(..offset)?;
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let end = bytes[start..]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(bytes.len(), |length| start + length);
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = String::from_utf8_lossy(&bytes[start..offset]).chars().count() + 1;
        let shown = match std::str::from_utf8(&bytes[start..end]) {
            Ok(text) if !text.contains('\0') => {
                let blacked: String = text
                    .char_indices()
                    .map(|(at, c)| {
                        let hide = hidden.iter().any(|span| span.contains(&(start + at)));
                        if hide && !c.is_control() { HIDDEN } else { c }
                    })
                    .collect();
                self::blacked(&blacked)
            }
            _ => String::new(),
        };
        Some((line, column, shown))
    }
}

/// Stands for each character that is not shown.
const HIDDEN: char = '·';

/// A line with its tokens and secrets blacked out, character for character, also where the reading of the file found none:
/// in a damaged file they may be in pieces.
pub(crate) fn blacked(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut word = String::new();
    let flush = |word: &mut String, out: &mut String| {
        let mixed =
            word.bytes().any(|b| b.is_ascii_lowercase()) && word.bytes().any(|b| b.is_ascii_uppercase());
        let hidden = word.contains("eyJ") || (word.len() > 40 && mixed) || text::redact(word) != *word;
        if hidden {
            out.extend(std::iter::repeat_n(HIDDEN, word.chars().count()));
        } else {
            out.push_str(word);
        }
        word.clear();
    };
    for c in line.trim_end_matches('\r').chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') {
            word.push(c);
        } else {
            flush(&mut word, &mut out);
            out.push(c);
        }
    }
    flush(&mut word, &mut out);
    out
}

/// A file that was read, and its bytes where lines of it may be shown.
struct Loaded {
    opened: Opened,
    bytes: Option<Zeroizing<Vec<u8>>>,
}

impl Loaded {
    /// Takes the bytes out of their buffer if they are needed.
    fn of(opened: Opened, buffer: &mut Zeroizing<Vec<u8>>, named: bool) -> Loaded {
        let shown = named || !opened.damage.is_empty();
        Loaded { bytes: shown.then(|| std::mem::take(buffer)), opened }
    }
}

fn open(path: &Path, asked: Asked, named: bool) -> Result<Loaded, DiskError> {
    let mut bytes = Zeroizing::new(Vec::new());
    let facts = disk::read_into(path, LARGEST, &mut bytes)?;
    let opened =
        Opened::read(path.to_string_lossy().into(), &bytes, Some(facts.mode), asked == Asked::Everything);
    Ok(Loaded::of(opened, &mut bytes, named))
}

/// Reads files of a directory, into buffers that are used again.
fn open_all(
    paths: &[PathBuf],
    asked: Asked,
    batch: &Batch,
    buffers: &mut Vec<Zeroizing<Vec<u8>>>,
) -> Vec<Result<Loaded, DiskError>> {
    buffers.resize_with(paths.len().max(buffers.len()), Zeroizing::default);
    let facts: Vec<_> = paths
        .iter()
        .zip(&mut *buffers)
        .map(|(path, buffer)| disk::read_into(path, LARGEST, buffer))
        .collect();
    let files = paths.iter().zip(&*buffers).zip(&facts).filter_map(|((path, buffer), facts)| {
        let mode = Some(facts.as_ref().ok()?.mode);
        Some(Unopened { path: path.to_string_lossy().into(), bytes: buffer, mode })
    });
    let mut opened = Opened::read_claims(files.collect(), batch, asked == Asked::Everything).into_iter();
    let mut read = |(facts, buffer): (Result<Facts, DiskError>, _)| {
        facts.map(|_| Loaded::of(opened.next().expect("one for each file that was read"), buffer, false))
    };
    facts.into_iter().zip(buffers).map(&mut read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_blacked_out() {
        assert_eq!(blacked("jwt: eyJa.b_c.d-e, x"), "jwt: ············, x");
        assert_eq!(blacked("-----BEGIN NATS USER JWT-----"), "-----BEGIN NATS USER JWT-----");
        assert_eq!(blacked("\\neyJhIjox\\nx"), "\\·········\\nx");
    }

    #[test]
    fn what_stands_in_a_token_or_a_seed_is_not_shown() {
        let seed = "SUAAGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGA6BEM";
        let file = format!(
            "-----BEGIN USER NKEY SEED-----\n{}\n{}\n------END USER NKEY SEED------\n",
            &seed[..15],
            &seed[15..]
        );
        let shown = |bytes: Vec<u8>, at: usize| {
            let mut gathered = Gathered::default();
            let opened = Opened::read("f".into(), &bytes, None, false);
            gathered.add(Loaded::of(opened, &mut Zeroizing::new(bytes), true), true);
            gathered.locate("f", at).expect("a place in the file")
        };
        assert_eq!(shown(file.clone().into_bytes(), 31), (2, 1, "·".repeat(15)));
        assert_eq!(shown(file.clone().into_bytes(), 6), (1, 7, "-----BEGIN USER NKEY SEED-----".into()));
        let wide: Vec<u8> = file.bytes().flat_map(|byte| [byte, 0]).collect();
        assert_eq!(shown(wide, 70).2, "");
    }
}
