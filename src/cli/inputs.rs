//! Which files? Those named, those in a list of names, standard input.

use std::io::Read;
use std::path::PathBuf;

use super::{Failure, Terminal};

/// Files and directories to look at.
#[derive(clap::Args)]
pub(crate) struct Inputs {
    /// Files or directories; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Read names of files from FILE, one a line (or NUL between them); `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) files_from: Option<PathBuf>,
}

/// One thing to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Standard input.
    Stdin,
    /// A file or a directory.
    Path(PathBuf),
}

impl Inputs {
    /// Everything named, in order. Standard input where nothing is named and it is no terminal.
    pub(crate) fn sources(&self, terminal: &mut Terminal) -> Result<Vec<Source>, Failure> {
        use std::io::IsTerminal;
        let mut sources: Vec<Source> = self.files.iter().map(source).collect();
        if let Some(list) = &self.files_from {
            sources.extend(read_list(list)?);
        } else if sources.is_empty() {
            if std::io::stdin().is_terminal() {
                return Err(Failure::new("no file named")
                    .hint("name files or directories, or `-` for standard input"));
            }
            sources.push(Source::Stdin);
        }
        if sources.iter().filter(|source| **source == Source::Stdin).count() > 1 {
            return Err(Failure::new("standard input can be read only once").hint("name `-` once"));
        }
        if sources.is_empty() {
            terminal.remark("the list of files is empty");
        }
        Ok(sources)
    }
}

fn source(path: impl Into<PathBuf>) -> Source {
    let path = path.into();
    if path.as_os_str() == "-" { Source::Stdin } else { Source::Path(path) }
}

/// The most that a list of names may have.
const LONGEST_LIST: u64 = 256 << 20;

fn read_list(list: &PathBuf) -> Result<Vec<Source>, Failure> {
    use std::os::unix::ffi::OsStrExt;
    let mut bytes = Vec::new();
    let read = if list.as_os_str() == "-" {
        std::io::stdin().lock().take(LONGEST_LIST).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(list).and_then(|file| file.take(LONGEST_LIST).read_to_end(&mut bytes))
    };
    read.map_err(|error| {
        Failure::new(format!("cannot read the list of files {}: {error}", list.display()))
            .hint("--files-from wants a file with one name a line")
    })?;
    let separator = if bytes.contains(&0) { 0 } else { b'\n' };
    Ok(bytes
        .split(|&byte| byte == separator)
        .map(|name| name.strip_suffix(b"\r").unwrap_or(name))
        .filter(|name| !name.is_empty())
        .map(|name| source(std::ffi::OsStr::from_bytes(name)))
        .collect())
}
