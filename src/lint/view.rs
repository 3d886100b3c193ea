//! What is a rule given to look at? Things as they were found, each with what stands around it.

use std::ops::Range;
use std::sync::Arc;

use super::{Edit, Finding, Fix, Place, Rule, Safety, shell};
use crate::file::Kind;
use crate::file::config::{Entry, FileId, Map, Sources, Span};
use crate::nkey::{PublicKey, Role, go, identify};
use crate::server::options::{Directory, Resolver};
use crate::server::startup::Startup;
use crate::server::template::{self, TemplateError};
use crate::server::{ServerOptions, Version};
use crate::token::{
    Account, Claims, DecodeError, Issue, Permissions, UserPermissionLimits, UserScope, of_terms,
};

/// What rules are told besides the thing itself.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The time that is judged for, Unix seconds.
    pub now: i64,
    /// The server's release.
    pub version: Version,
    /// What the servers were told; none: who is trusted is not known.
    pub server: Option<&'a ServerOptions>,
}

impl Scene<'_> {
    /// Whether a release with this behaviour is meant: `since`, and not yet `until`.
    pub fn between(
        &self,
        since: &crate::server::version::Since,
        until: &crate::server::version::Since,
    ) -> bool {
        self.version.has(since) && !self.version.has(until)
    }
}

/// What kind of directory a file stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Files are named by their keys: the directory of a resolver.
    Resolver,
    /// Somewhere below a resolver's directory, where no server looks.
    BelowResolver,
    /// Some other directory, a store of nsc for one, or a file that was named by itself.
    Other,
}

impl Layout {
    /// Whether a directory with these names is a resolver's: some file is named by an account's key, and no seeds stand
    /// beside it, as they do in what `nsc export keys` writes.
    pub fn is_resolver<'a>(names: impl Iterator<Item = &'a [u8]>) -> bool {
        let mut account = false;
        for name in names {
            if name.ends_with(b".nk") {
                return false;
            }
            account |=
                Layout::is_keyed(name) && name.first().is_some_and(|first| first.eq_ignore_ascii_case(&b'A'));
        }
        account
    }

    /// Whether a name is that of a key with `.jwt` behind it; the case of its letters aside.
    pub fn is_keyed(name: &[u8]) -> bool {
        name.strip_suffix(b".jwt").is_some_and(|stem| {
            stem.len() == 56
                && stem.iter().all(|byte| matches!(byte.to_ascii_uppercase(), b'A'..=b'Z' | b'2'..=b'7'))
        })
    }
}

/// What the system knows of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Size in bytes.
    pub size: u64,
    /// The permission bits.
    pub mode: u32,
    /// Who owns it.
    pub owner: u32,
    /// Who owns its directory.
    pub directory_owner: Option<u32>,
}

/// What stands in a file that should hold a token.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// Nothing.
    Empty,
    /// A token alone, and how many bytes of white space behind it.
    Token(&'a Claims, usize),
    /// A token with marks, blanks or other text around it.
    Wrapped(&'a Claims),
    /// A token that can be read, and why Go refuses it all the same.
    Refused(&'a Claims, &'a DecodeError),
    /// No token that Go reads.
    Damaged,
    /// It was not looked at: its name says that no server does.
    Unread,
}

impl<'a> Content<'a> {
    /// The claims, where there are any.
    pub fn claims(&self) -> Option<&'a Claims> {
        match self {
            Content::Token(claims, _) | Content::Wrapped(claims) | Content::Refused(claims, _) => {
                Some(claims)
            }
            Content::Empty | Content::Damaged | Content::Unread => None,
        }
    }
}

/// A file.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Its directory as the user named it; empty where only a name is known.
    pub directory: &'a str,
    /// Its name.
    pub name: &'a str,
    /// What it stands in.
    pub layout: Layout,
    /// What the system knows of it.
    pub stat: Option<Stat>,
    /// Its name is a link.
    pub link: bool,
    /// What is in it.
    pub content: Content<'a>,
    /// What it is, where it is more than a token.
    pub kind: Option<Kind>,
    /// The key that it is named by, as [`Self::stem`] spells it.
    pub key: Option<PublicKey>,
}

impl File<'_> {
    /// The bytes of the account's key that it is named by.
    pub fn account_key(&self) -> Option<[u8; 32]> {
        self.key.filter(|key| key.role() == Role::Account).map(|key| *key.bytes())
    }

    /// Whether a resolver could look for it: it is named by what Go takes for an account's key.
    pub(super) fn names_account(&self) -> bool {
        // Nearly every name is spelled as it should be, and was read when the file was.
        self.key.is_some_and(|key| key.role() == Role::Account)
            || self.stem().is_some_and(|stem| go::is_public(Role::Account, stem))
    }

    /// Its path.
    pub fn path(&self) -> Arc<str> {
        match self.directory {
            "" => self.name.into(),
            "/" => format!("/{}", self.name).into(),
            directory => format!("{directory}/{}", self.name).into(),
        }
    }

    /// Its path as a shell wants it typed.
    pub(super) fn typed(&self) -> String {
        shell::word(&self.path())
    }

    /// The path of another name in its directory, as a shell wants it typed.
    pub(super) fn typed_beside(&self, name: &str) -> String {
        File { name, ..*self }.typed()
    }

    /// The place that is the whole file.
    pub fn place(&self) -> Place {
        let place = Place::file(self.path());
        match self.content.claims() {
            Some(claims) => place.of(owner(claims)),
            None => place,
        }
    }

    /// What gives it the name of its token's subject. Not where the token is expired: a server that finds the file then
    /// deletes it (`dirstore.go`, `startExpiring`).
    pub fn named_by_subject(&self, scene: &Scene<'_>) -> Option<Fix> {
        let data = &self.content.claims()?.data;
        let over = data.exp > 0 && data.exp <= scene.now;
        let edit = Edit::Rename { to: format!("{}.jwt", data.sub) };
        (!over).then(|| Fix::safe("name it by its subject", &self.place(), [edit]))
    }

    /// The name without `.jwt`, where it ends so.
    pub fn stem(&self) -> Option<&str> {
        self.name.strip_suffix(".jwt")
    }
}

/// A token and where it was found.
#[derive(Clone, Copy, Debug)]
pub struct Credential<'a> {
    /// The file.
    pub file: &'a File<'a>,
    /// Of a token that does not stand alone: the path of keys that leads to it, and its bytes.
    pub within: Option<(&'a str, &'a Range<usize>)>,
    /// What it claims.
    pub claims: &'a Claims,
    /// Its length in bytes.
    pub length: usize,
    /// What is known besides.
    pub scene: &'a Scene<'a>,
}

impl Credential<'_> {
    /// The place that is the token.
    pub fn place(&self) -> Place {
        let place = Place::file(self.file.path()).of(owner(self.claims));
        match self.within {
            Some((_, span)) => place.bytes(span.clone()),
            None => place,
        }
    }

    /// A claim of it.
    pub fn at(&self, pointer: impl Into<String>) -> Place {
        self.place().at(pointer)
    }

    /// The limits of an account or a user that a server holds in 32 bits, each with its JSON pointer.
    pub fn limits(&self) -> impl Iterator<Item = (&'static str, i64)> {
        let of_account = self.claims.account().into_iter().flat_map(|account| {
            [
                ("/nats/limits/conn", account.limits.conn),
                ("/nats/limits/leaf", account.limits.leaf),
                ("/nats/limits/subs", account.limits.subs),
                ("/nats/limits/payload", account.limits.payload),
            ]
        });
        let of_user = self.claims.user().into_iter().flat_map(|user| {
            [("/nats/subs", user.permissions.subs), ("/nats/payload", user.permissions.payload)]
        });
        of_account.chain(of_user)
    }

    /// A command with this token's name in the place of `NAME`.
    pub fn command(&self, words: &str) -> String {
        self.command_with(words, &[])
    }

    /// The same, with other values in the places of the words that stand for them.
    pub fn command_with(&self, words: &str, values: &[(&str, &str)]) -> String {
        shell::filled(words, &[&[("NAME", self.claims.data.name.as_str())], values].concat())
    }

    /// `account "BILLING"`.
    pub fn owner(&self) -> String {
        owner(self.claims)
    }

    /// A fix that sets a claim of it, which decides what its issuer did not.
    pub fn set(&self, title: &str, pointer: impl Into<String>, value: impl Into<serde_json::Value>) -> Fix {
        self.decide(title, Edit::Set { pointer: pointer.into(), value: value.into() })
    }

    /// A fix that removes a claim of it, which decides what its issuer did not.
    pub fn remove(&self, title: &str, pointer: impl Into<String>) -> Fix {
        self.decide(title, Edit::Remove { pointer: pointer.into() })
    }

    fn decide(&self, title: &str, edit: Edit) -> Fix {
        Fix {
            title: title.to_owned(),
            safety: Safety::Unsafe,
            file: self.file.path(),
            subject: Some(self.claims.data.sub.clone()),
            edits: vec![edit],
        }
    }
}

/// `account "BILLING"`, or with its key where it has no name.
pub fn owner(claims: &Claims) -> String {
    let name = if claims.data.name.is_empty() { &claims.data.sub } else { &claims.data.name };
    format!("{} {}", claims.kind().word(), crate::token::quote(name.as_bytes()))
}

/// A text of the server without the seeds in it: it quotes what it refuses.
pub fn without_secrets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let word = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        if word.len() >= 20 && identify(word).is_some_and(|identity| identity.kind.is_secret()) {
            out.push_str("(a secret)");
            out.push_str(part.get(word.len()..).unwrap_or_default());
        } else {
            out.push_str(part);
        }
    }
    out
}

/// Whose permissions they are.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    /// A user's own.
    User,
    /// Of all users that a scoped signing key signs.
    Scope(&'a UserScope),
    /// Of the account's users that have none.
    Defaults,
}

/// A signing key with a scope.
#[derive(Debug)]
pub struct Scoped<'a> {
    /// The account's token.
    pub token: &'a Credential<'a>,
    /// The account.
    pub account: &'a Account,
    /// The scope.
    pub scope: &'a UserScope,
    /// What `Validate` would say of a user with its terms.
    pub issues: Vec<Issue>,
    /// Where its lists have templates in them: the entries that give nothing to the user who fills them in best, or why nobody
    /// can.
    pub filled: Option<Result<Vec<String>, TemplateError>>,
}

impl<'a> Scoped<'a> {
    /// Looked at once, for all rules.
    pub fn of(token: &'a Credential<'a>, account: &'a Account, scope: &'a UserScope) -> Scoped<'a> {
        let template = &scope.template;
        let filled =
            template::is_used(template).then(|| template::best(template, token.claims, token.scene.version));
        Scoped { token, account, scope, issues: of_terms(template), filled }
    }

    /// The place of the key with its scope.
    pub fn place(&self) -> Place {
        self.token.at(self.scope.pointer())
    }

    /// A command with the account's name in the place of `NAME` and the signing key in that of `KEY`.
    pub fn command(&self, words: &str) -> String {
        self.token.command_with(words, &[("KEY", &self.scope.key)])
    }
}

/// What somebody may publish and subscribe to.
#[derive(Clone, Copy, Debug)]
pub struct Rights<'a> {
    /// The token.
    pub token: &'a Credential<'a>,
    /// Whose they are.
    pub whose: Whose<'a>,
    /// The subjects.
    pub permissions: &'a Permissions,
    /// The limits beside them; default permissions have none.
    pub terms: Option<&'a UserPermissionLimits>,
}

impl Rights<'_> {
    /// The JSON pointer of a member of theirs: `/sub/allow`.
    pub fn pointer(&self, member: &str) -> String {
        match self.whose {
            Whose::User => format!("/nats{member}"),
            Whose::Defaults => format!("/nats/default_permissions{member}"),
            Whose::Scope(scope) => format!("{}/template{member}", scope.pointer()),
        }
    }

    /// The place of a member of theirs.
    pub fn at(&self, member: &str) -> Place {
        self.token.at(self.pointer(member))
    }

    /// They say something: a user of a role has nothing of its own.
    pub fn are_own(&self) -> bool {
        let role = |terms| crate::server::terms::not_zero(terms).is_empty();
        !matches!((self.whose, self.terms), (Whose::User, Some(terms)) if role(terms))
    }

    /// A command of nsc that edits a user, as it is for whoever has these rights.
    pub fn command(&self, words: &str) -> String {
        match self.whose {
            Whose::Scope(UserScope { key, .. }) => {
                let scope = "nsc edit signing-key --account NAME --sk KEY";
                self.token.command_with(&words.replace("nsc edit user --name NAME", scope), &[("KEY", key)])
            }
            Whose::User => self.token.command(words),
            Whose::Defaults => words.to_owned(),
        }
    }

    /// `user "alice"`, `the scope "reader" of account "ORDERS"`, `the default permissions of account "ORDERS"`.
    pub fn words(&self) -> String {
        let owner = self.token.owner();
        match self.whose {
            Whose::User => owner,
            Whose::Scope(UserScope { key, role, .. }) if role.is_empty() => {
                format!("the scope {key} of {owner}")
            }
            Whose::Scope(scope) => {
                format!("the scope {} of {owner}", crate::token::quote(scope.role.as_bytes()))
            }
            Whose::Defaults => format!("the default permissions of {owner}"),
        }
    }
}

/// A seed or private key, and where it was found. The secret itself is not here.
#[derive(Clone, Copy, Debug)]
pub struct Secret<'a> {
    /// The file.
    pub file: &'a File<'a>,
    /// What the file is as a whole.
    pub kind: Kind,
    /// Its bytes in the file.
    pub span: &'a Range<usize>,
    /// The public key that goes with it.
    pub public: &'a PublicKey,
}

impl Secret<'_> {
    /// The place that is the secret.
    pub fn place(&self) -> Place {
        Place::file(self.file.path()).bytes(self.span.clone())
    }
}

/// A server's configuration, and what comes of starting the server.
#[derive(Clone, Copy)]
pub struct Setup<'a> {
    /// The file that it is.
    pub file: &'a File<'a>,
    /// What comes of starting it.
    pub startup: &'a Startup,
    /// What is known besides.
    pub scene: &'a Scene<'a>,
    /// Files and environment as the server would see them.
    pub sources: &'a dyn Sources,
    /// What else was found; none where the configuration is looked at by itself.
    pub found: Option<&'a dyn Found>,
    /// The server runs on this machine, in the configuration's directory: what is not here is missing.
    pub runs_here: bool,
    /// Its resolver's directory is a link.
    pub linked: bool,
}

/// The tokens and files that a configuration is held against.
pub trait Found {
    /// The operators whose tokens hold.
    fn operators(&self) -> &[(Place, Claims)];

    /// Whether some token of the account with this key was found.
    fn account(&self, key: &str) -> bool;

    /// How many tokens of accounts were found.
    fn accounts(&self) -> usize;

    /// Directories of tokens named by keys, and how many files a server counts in each.
    fn directories(&self) -> &[(Place, u64)];

    /// Whether two paths are of one directory.
    fn same_directory(&self, a: &str, b: &std::path::Path) -> bool;
}

impl std::fmt::Debug for Setup<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setup").field("file", &self.file.name).finish_non_exhaustive()
    }
}

impl<'a> Setup<'a> {
    /// The place of an option: the line of its key, and its name. Its value may be a secret and is not shown.
    pub fn at(&self, entry: &Entry) -> Place {
        self.line(entry.file, entry.key_span).showing(entry.key.as_str())
    }

    /// The line of some bytes of one of the configuration's files.
    pub fn line(&self, file: FileId, span: Span) -> Place {
        match self.startup.files().get(file.0) {
            Some(source) => {
                let (line, column, _) = source.locate(span.start);
                Place::file(if file.0 == 0 { self.file.path() } else { self.beside(&source.path) })
                    .line(line, column)
            }
            None => Place::file(self.file.path()),
        }
    }

    /// The place that is the whole configuration.
    pub fn place(&self) -> Place {
        Place::file(self.file.path())
    }

    /// The entries of the top level that the server sees with one of these names, in any letter case.
    pub fn options(&self, names: &'a [&'a str]) -> impl Iterator<Item = &'a Entry> {
        self.startup.config.iter().flat_map(move |config| config.root.any_case(names))
    }

    /// The resolver's directory.
    pub fn directory(&self) -> Option<&'a Directory> {
        match &self.startup.options.resolver {
            Some(Resolver::Directory(directory)) => Some(directory),
            _ => None,
        }
    }

    /// Every option at every depth, with the path of keys that leads to it, in lower case.
    pub fn every(&self, visit: &mut dyn FnMut(&str, &Entry)) {
        if let Some(config) = &self.startup.config {
            below("", &config.root, visit);
        }
    }

    /// A path of the configuration from where the user stands.
    pub fn beside(&self, path: &str) -> Arc<str> {
        match self.file.directory {
            _ if path.starts_with('/') => path.into(),
            "" => path.into(),
            directory => format!("{}/{path}", directory.trim_end_matches('/')).into(),
        }
    }
}

fn below(above: &str, map: &Map, visit: &mut dyn FnMut(&str, &Entry)) {
    for entry in map.entries() {
        let key = entry.key.to_ascii_lowercase();
        let path = if above.is_empty() { key } else { format!("{above}.{key}") };
        visit(&path, entry);
        let members = std::iter::once(&entry.node).chain(entry.node.value.as_array().into_iter().flatten());
        for map in members.filter_map(|node| node.value.as_map()) {
            below(&path, map, visit);
        }
    }
}

/// Where rules put what they find. A finding is made only where somebody wants it.
pub struct Out<'a> {
    take: &'a mut dyn FnMut(&'static Rule, &dyn Fn() -> Finding),
}

impl<'a> Out<'a> {
    /// Gives everything to `take`, which may leave findings unmade.
    pub fn new(take: &'a mut dyn FnMut(&'static Rule, &dyn Fn() -> Finding)) -> Self {
        Out { take }
    }

    /// Tells a finding of `rule`.
    pub fn tell(&mut self, rule: &'static Rule, finding: impl Fn() -> Finding) {
        (self.take)(rule, &finding);
    }
}

impl std::fmt::Debug for Out<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Out")
    }
}
