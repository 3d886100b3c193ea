//! How are the server's files named, where does something stand in them, and what would write it anew?

use std::sync::Arc;

use crate::file::config::{FileId, Map, Node, Span, Value};
use crate::lint::{Edit, Finding, Fix, Place, Safety, shell};
use crate::server::load::Held;
use crate::server::options::{OPERATORS, Resolver};
use crate::server::startup::Startup;

/// The server that is asked, and how its files are named to the user.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// The server and what it holds.
    pub held: &'a Held<'a>,
    /// How it started.
    pub startup: &'a Startup,
    /// A path of the server as the user would name it.
    pub named: &'a dyn Fn(&str) -> String,
    /// The names of the files in the resolver's directory.
    pub listing: &'a dyn Fn(&str) -> Vec<String>,
    /// Whether a file of the server is there.
    pub there: &'a dyn Fn(&str) -> bool,
}

impl std::fmt::Debug for Side<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Side")
    }
}

impl<'a> Side<'a> {
    fn root(&self) -> Option<&'a Map> {
        self.startup.config.as_ref().map(|config| &config.root)
    }

    /// The configuration itself.
    pub(super) fn config(&self) -> Arc<str> {
        let file = self.startup.files().first();
        (self.named)(file.map_or("", |file| &file.path)).into()
    }

    /// Where the configuration says whom the server trusts.
    pub(super) fn whom(&self) -> Option<Place> {
        let root = self.root()?;
        let keys = OPERATORS.iter().chain(&["trusted_keys", "trusted"]);
        let entry = keys.filter_map(|key| root.entry(key)).next()?;
        Some(self.bytes(entry.file, entry.key_span))
    }

    /// The files of the operators' tokens, as the configuration names them.
    pub(super) fn operators(&self) -> Vec<String> {
        let node = self.root().and_then(|root| OPERATORS.iter().find_map(|key| root.get(key)));
        let own = |node: &Node| {
            node.value.as_str().filter(|text| !text.starts_with("eyJ")).map(|text| (self.named)(&text))
        };
        match node.map(|node| (node, &node.value)) {
            Some((_, Value::Array(nodes))) => nodes.iter().filter_map(own).collect(),
            Some((node, _)) => own(node).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// Bytes of one of the configuration's files.
    pub(super) fn bytes(&self, file: FileId, span: Span) -> Place {
        let source = self.startup.files().get(file.0);
        let path = source.map_or_else(|| self.config(), |file| (self.named)(&file.path).into());
        Place::file(path).bytes(span.start..span.end)
    }

    /// The value of a top-level option, or else the whole configuration.
    pub(super) fn option(&self, keys: &[&str]) -> Place {
        match self.root().and_then(|root| keys.iter().find_map(|key| root.get(key))) {
            Some(node) => self.bytes(node.file, node.span),
            None => Place::file(self.config()),
        }
    }

    /// The node below these options whose value is this text.
    pub(super) fn valued(&self, keys: &[&str], text: &str) -> Option<&'a Node> {
        let meant = |node: &Node| node.value.as_str().is_some_and(|said| said == text);
        let root = self.root()?;
        keys.iter().find_map(|key| find(root.get(key)?, &meant))
    }

    /// Where the preload of an account stands: the bytes of its key and of its token.
    fn preload(&self, key: &str) -> Option<(FileId, Span, Span)> {
        let entry = self.root()?.get("resolver_preload")?.value.as_map()?.entry(key)?;
        Some((entry.file, entry.key_span, entry.node.span))
    }

    /// The file in which a resolver's directory has the token of an account.
    pub(super) fn path(&self, key: &str) -> Option<String> {
        match &self.startup.options.resolver {
            Some(Resolver::Directory(directory)) => {
                Some((self.named)(&format!("{}/{key}.jwt", directory.dir.trim_end_matches('/'))))
            }
            _ => None,
        }
    }

    /// Where the token of an account is stored: a preload of the configuration, or a file.
    pub(super) fn stored(&self, key: &str) -> Place {
        match (self.preload(key), self.path(key)) {
            (Some((file, _, token)), _) => self.bytes(file, token),
            (None, Some(path)) => Place::file(path),
            (None, None) => Place::file(self.config()),
        }
        .of(format!("account {key}"))
    }

    /// With the fix that writes a value of the configuration anew, and a command that does the same.
    pub(super) fn corrected(&self, finding: Finding, keys: &[&str], from: &str, to: &str) -> Finding {
        match self.valued(keys, from) {
            Some(node) => self.replaced(finding, node.file, node.span, (from, to)),
            None => finding,
        }
    }

    fn replaced(&self, mut finding: Finding, file: FileId, span: Span, (from, to): (&str, &str)) -> Finding {
        let source = self.startup.files().get(file.0);
        let Some(source) = source else { return finding };
        let place = self.bytes(file, span);
        let (line, ..) = source.locate(span.start);
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if plain(from) && plain(to) {
            finding = finding.help(format!("`sed -i '{line}s/{from}/{to}/' {}`", shell::word(&place.file)));
        }
        let with = crate::token::quote(to.as_bytes());
        finding.fix(Fix {
            title: format!("write {to}"),
            safety: Safety::Unsafe,
            file: place.file,
            subject: None,
            edits: vec![Edit::Text { span: span.start..span.end, with }],
        })
    }

    /// With what gives the stored token of an account the key that it should have: its file, or its preload.
    pub(super) fn renamed(&self, mut finding: Finding, from: &str, to: &str) -> Finding {
        if let Some((file, key, _)) = self.preload(from) {
            finding.places.insert(0, self.bytes(file, key));
            return self.replaced(finding, file, key, (from, to));
        }
        let (Some(old), Some(new)) = (self.path(from), self.path(to)) else { return finding };
        if finding.places.iter().all(|place| *place.file != *old) {
            finding.places.insert(0, Place::file(old.as_str()));
        }
        finding.help(format!("`mv {} {}`", shell::word(&old), shell::word(&new))).fix(Fix {
            title: "give the file the name of its token's subject".into(),
            safety: Safety::Safe,
            file: old.into(),
            subject: None,
            edits: vec![Edit::Rename { to: format!("{to}.jwt") }],
        })
    }
}

/// The first node in a value that is meant.
fn find<'n>(node: &'n Node, meant: &dyn Fn(&Node) -> bool) -> Option<&'n Node> {
    if meant(node) {
        return Some(node);
    }
    match &node.value {
        Value::Map(map) => map.entries().find_map(|entry| find(&entry.node, meant)),
        Value::Array(nodes) => nodes.iter().find_map(|node| find(node, meant)),
        _ => None,
    }
}
