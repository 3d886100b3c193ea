//! What is wrong with a server's configuration? A server is started with it in thought, and sees the files beside it as they
//! stand, or as they would.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::{After, Files, parent};
use crate::disk::{self, DiskError};
use crate::file::Kind as FileKind;
use crate::file::config::{Metadata, ReadError, Sources};
use crate::lint::view::{Content, File as Viewed, Layout, Out, Scene, Setup};
use crate::lint::{Finding, Rule, run};
use crate::repair::survey::LARGEST;
use crate::server::startup::startup;

/// The files that a server would see that runs in the configuration's directory.
struct Beside<'a> {
    base: PathBuf,
    files: &'a Files,
    after: Option<&'a HashMap<usize, After>>,
}

impl Sources for Beside<'_> {
    fn file(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let path = self.base.join(path);
        let real = |path: &Path| disk::real(path).unwrap_or_else(|| path.to_owned());
        let (named, known) = (real(&path), |number: &usize| real(&self.files.all[*number].path));
        let changed = self.after.iter().flat_map(|after| after.iter());
        for (_, after) in changed.filter(|(number, _)| known(number) == named) {
            if let Some(new) = &after.new {
                return Ok(new.bytes.to_vec());
            }
        }
        disk::read(&path, LARGEST).map(|bytes| bytes.to_vec()).map_err(|error| match error {
            DiskError::Denied { .. } => ReadError::Denied,
            DiskError::Directory { .. } => ReadError::Directory,
            // It may run elsewhere.
            _ => ReadError::Unavailable,
        })
    }

    fn variable(&self, _: &str) -> Option<String> {
        None
    }

    fn metadata(&self, path: &str) -> Result<Metadata, ReadError> {
        let path = self.base.join(path);
        match disk::look(&path) {
            Ok(facts) => {
                Ok(Metadata { directory: facts.directory, mode: facts.mode, link: disk::is_link(&path) })
            }
            Err(_) => Err(ReadError::Unavailable),
        }
    }
}

/// What the rules for configurations find in these bytes.
pub(super) fn findings(
    path: &Arc<str>,
    bytes: &[u8],
    (files, after): (&Files, Option<&HashMap<usize, After>>),
    scene: &Scene<'_>,
) -> Vec<Finding> {
    let whole = Path::new(&**path);
    let directory = parent(whole);
    let base = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let beside = Beside { base: base.to_owned(), files, after };
    let name = whole.file_name().unwrap_or_default().to_string_lossy();
    let startup = startup(&name, bytes, scene.version, scene.now, &beside);
    let directory = directory.to_string_lossy();
    let file = Viewed {
        directory: &directory,
        name: &name,
        layout: Layout::Other,
        stat: None,
        link: false,
        content: Content::Unread,
        kind: Some(FileKind::Config),
        key: None,
    };
    let scene = Scene { server: Some(&startup.options), ..*scene };
    let setup = Setup {
        file: &file,
        startup: &startup,
        scene: &scene,
        sources: &beside,
        found: None,
        runs_here: false,
        linked: false,
    };
    let mut findings = Vec::new();
    let mut take = |_: &'static Rule, finding: &dyn Fn() -> Finding| findings.push(finding());
    run::config(&setup, &mut Out::new(&mut take));
    findings
}
