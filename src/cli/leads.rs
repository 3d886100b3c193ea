//! Where does a server's configuration lead? To the tokens of its operators and to the directory of its resolver.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jwtfix::disk;
use jwtfix::file::config::{self, Config, Map, Node, ReadError, Sources, Value};
use jwtfix::server::Version;

use super::gather::LARGEST;
use super::{Failure, Source, Terminal};

/// What a configuration names beside what stands in it.
pub(crate) struct Leads {
    /// The configuration, the operators' files and the resolver's directory, as far as they are there.
    pub(crate) sources: Vec<Source>,
    /// Where it says which operators it trusts: `nats.conf:12`. None where it trusts none.
    pub(crate) trusts: Option<Arc<str>>,
    /// The operators' files, and the configuration itself for those that stand in it.
    pub(crate) operators: Vec<PathBuf>,
}

/// As `nats-server -c NAME` started in the directory of the configuration sees the disk.
struct Beside<'a>(&'a Path);

impl Sources for Beside<'_> {
    fn file(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        Ok(disk::read(&self.0.join(path), LARGEST)?.to_vec())
    }

    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}

/// The names under which a configuration has its operators (`server::startup::trust`).
const OPERATORS: [&str; 6] = ["operator", "operators", "roots", "root", "root_operators", "root_operator"];

/// Follows a configuration. One that does not parse is still read for the tokens in it.
pub(crate) fn follow(path: &Path, terminal: &mut Terminal) -> Leads {
    let mut leads = Leads {
        sources: vec![Source::Path(path.to_owned())],
        trusts: None,
        operators: vec![path.to_owned()],
    };
    // What cannot be read is told when it is gathered.
    let Ok(bytes) = disk::read(path, LARGEST) else { return leads };
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let config = match config::parse(&path.to_string_lossy(), &bytes, Version::NEWEST, &Beside(directory)) {
        Ok(config) => config,
        Err(error) => {
            terminal.problem(
                &Failure::new(format!("a server would not start with {}: {}", path.display(), error.text))
                    .hint("`jwtfix check --server` says more; the tokens that stand in it are used all the same"),
            );
            return leads;
        }
    };
    for entry in config.root.any_case(&OPERATORS) {
        let place = entry.node.position;
        leads.trusts = Some(format!("{}:{}", file(&config, &entry.node), place.line).into());
        for name in texts(&entry.node).filter(|text| !text.starts_with("eyJ")) {
            leads.add(join(directory, &name));
        }
    }
    for directories in
        config.root.any_case(&["resolver", "account_resolver"]).filter_map(|entry| entry.node.value.as_map())
    {
        leads.resolver(directories, directory, terminal);
    }
    leads
}

fn file<'a>(config: &'a Config, node: &Node) -> &'a str {
    config.files.get(node.file.0).map_or("", |file| file.path.as_str())
}

/// The texts of a value that is one, or a list of them.
fn texts(node: &Node) -> impl Iterator<Item = String> {
    let one = node.value.as_str().map(|text| text.into_owned());
    let list = match &node.value {
        Value::Array(nodes) => {
            nodes.iter().filter_map(|node| Some(node.value.as_str()?.into_owned())).collect()
        }
        _ => Vec::new(),
    };
    one.into_iter().chain(list)
}

/// A path of the configuration, `./` and the like left out.
fn join(base: &Path, name: &str) -> PathBuf {
    base.join(name).components().collect()
}

impl Leads {
    fn add(&mut self, operator: PathBuf) {
        self.sources.push(Source::Path(operator.clone()));
        self.operators.push(operator);
    }

    fn resolver(&mut self, resolver: &Map, base: &Path, terminal: &Terminal) {
        let names = resolver.any_case(&["dir"]).flat_map(|entry| texts(&entry.node).collect::<Vec<_>>());
        for directory in names.map(|name| join(base, &name)) {
            // A resolver's directory is often on another machine than the configuration is looked at on.
            if directory.exists() {
                self.sources.push(Source::Path(directory));
            } else {
                terminal.remark(&format!("the resolver's directory {} is not here", directory.display()));
            }
        }
    }
}
