//! What is wrong with each of these tokens by itself, and what must be kept of it?

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use super::facts::{Asked, Facts, Standing};
use super::read::{Item, Opened, Text};
use super::seeds::Seeds;
use super::user::User;
use super::verified::Read;
use super::{Expirations, Settings, servers};
use crate::audit::{Gathered, Inputs, Unread, Unreads};
use crate::file::creds;
use crate::file::{Kind as FileKind, Part, What};
use crate::lint::view::{Content, Credential, File, Layout, Out, Scene, Secret};
use crate::lint::{self, Finding, Place, Rule, reading, run};
use crate::nkey::{PublicKey, identify};
use crate::server::Version;
use crate::server::load::Permit;
use crate::server::version::TOKEN_SIZE_CAP;
use crate::token::{self, Body, Claims, Issue, Token};

/// What one worker finds and keeps.
pub(super) struct Gains {
    pub(super) gathered: Gathered,
    pub(super) users: Vec<User>,
    /// Keys that name a file in which no account of theirs can be read.
    pub(super) damaged: HashSet<[u8; 32]>,
    pub(super) inputs: Inputs,
    pub(super) expirations: Expirations,
    /// The operators whose tokens hold.
    pub(super) operators: Vec<(Place, Claims)>,
    pub(super) unread: Unreads,
    /// The configurations that were found.
    pub(super) configs: Vec<PathBuf>,
    pub(super) seeds: Seeds,
    /// How many files a server would count in a resolver's directory, by the directories' numbers.
    pub(super) counted: HashMap<u32, u64>,
}

impl Gains {
    pub(super) fn new(settings: &Settings<'_>) -> Gains {
        Gains {
            gathered: Gathered::new(settings.kept),
            users: Vec::new(),
            damaged: HashSet::new(),
            inputs: Inputs::default(),
            expirations: Expirations::new(settings.expirations),
            operators: Vec::new(),
            unread: Unreads::default(),
            configs: Vec::new(),
            seeds: Seeds::default(),
            counted: HashMap::new(),
        }
    }

    /// Takes in what another worker gained.
    pub(super) fn merge(&mut self, other: Gains) {
        self.gathered.merge(other.gathered);
        self.users.extend(other.users);
        self.damaged.extend(other.damaged);
        self.inputs.merge(&other.inputs);
        self.expirations.merge(other.expirations);
        self.operators.extend(other.operators);
        self.unread.merge(other.unread);
        self.configs.extend(other.configs);
        self.seeds.merge(other.seeds);
        for (place, count) in other.counted {
            *self.counted.entry(place).or_default() += count;
        }
    }
}

/// Looks at tokens and files with the rules.
pub(super) struct Looker<'a> {
    pub(super) settings: &'a Settings<'a>,
    pub(super) scene: &'a Scene<'a>,
    /// Of all workers.
    pub(super) facts: &'a Mutex<Facts>,
    pub(super) asked: Asked,
    pub(super) gains: Gains,
}

impl Looker<'_> {
    /// Some files and the tokens in them, read.
    pub(super) fn files(
        &mut self,
        items: &[Item<'_>],
        opened: &[Opened<'_>],
        texts: &[Text<'_>],
        mut reads: impl Iterator<Item = Read>,
    ) {
        let mut opened = opened.iter().peekable();
        let mut texts = texts.iter().peekable();
        for (index, item) in items.iter().enumerate() {
            if let Some(range) = &item.bytes {
                self.gains.inputs.files += 1;
                self.gains.inputs.bytes += range.len() as u64;
            }
            let document = opened.next_if(|opened| opened.item == index);
            let mut file = File {
                directory: &item.place.path,
                name: &item.name,
                layout: item.place.layout,
                stat: item.stat,
                link: item.link,
                content: if item.bytes.is_some() { Content::Empty } else { Content::Unread },
                kind: document.map(|opened| opened.document.kind),
                key: None,
            };
            file.key = file.stem().and_then(|stem| PublicKey::parse(stem).ok());
            if file.layout == Layout::Resolver && file.stem().is_some() {
                *self.gains.counted.entry(item.place.id).or_default() += 1;
            }
            let mut single = None;
            let mut count = 0;
            while let Some(text) = texts.next_if(|text| text.item == index)
                && let Some(read) = reads.next()
            {
                count += 1;
                if single.is_none() && (text.within.is_none() || file.stem().is_some()) {
                    single = Some((text, read));
                } else {
                    self.within(&mut file, item, text, read, document);
                }
            }
            let judged = single.is_some();
            if let Some((text, read)) = single {
                self.single(file, item, text, read);
            } else if count > 0 || document.is_some() {
                file.content = Content::Unread;
            }
            if let Some(document) = document {
                self.document(&file, item, document);
            }
            if !judged {
                let scene = self.scene;
                self.rules(&file, |out| run::file(&file, scene, out));
            }
        }
    }

    /// The token that a file is.
    fn single(&mut self, file: File<'_>, item: &Item<'_>, text: &Text<'_>, read: Read) {
        let mut file = file;
        file.content = match (&read.claims, &read.refused) {
            (None, _) => Content::Damaged,
            (Some(claims), Some(error)) => Content::Refused(claims, error),
            (Some(claims), None) if text.within.is_some() => Content::Wrapped(claims),
            (Some(claims), None) => Content::Token(claims, text.trailing),
        };
        let scene = self.scene;
        self.rules(&file, |out| run::file(&file, scene, out));
        if let Some(stem) = file.stem()
            && read.claims.as_ref().is_none_or(|claims| claims.account().is_none() || claims.data.sub != stem)
        {
            self.gains.damaged.extend(file.account_key());
        }
        self.token(&file, item, text, &read);
    }

    /// A token among other things in a file.
    fn within(
        &mut self,
        file: &mut File<'_>,
        item: &Item<'_>,
        text: &Text<'_>,
        read: Read,
        document: Option<&Opened<'_>>,
    ) {
        let file = File { content: Content::Unread, ..*file };
        self.token(&file, item, text, &read);
        let (Some(claims), Some(document)) = (&read.claims, document) else { return };
        if document.document.kind == FileKind::Creds
            && let Some(seed) = document.document.secrets().next()
            && let Some(key) = identify(seed.text()).and_then(|identity| identity.public)
            && key.to_string() != claims.data.sub
        {
            let place = Place::file(file.path()).of(lint::view::owner(claims));
            self.found(&file, reading::seed_mismatch(&claims.data.sub, &key.to_string(), &place));
        }
    }

    /// A file that is more than a token: its form, and the secrets in it.
    fn document(&mut self, file: &File<'_>, item: &Item<'_>, opened: &Opened<'_>) {
        let document = &opened.document;
        match document.kind {
            FileKind::Config => {
                self.gains.inputs.configs += 1;
                let path = std::path::Path::new(file.directory).join(file.name);
                if self.gains.configs.len() < servers::MOST {
                    self.gains.configs.push(path);
                } else {
                    let path = path.to_string_lossy().into_owned();
                    let error =
                        format!("{path} is one configuration too many: no server was started with it");
                    self.gains.unread.push(Unread {
                        path,
                        error,
                        hint: Some("audit fewer at a time".into()),
                    });
                }
            }
            FileKind::Creds => {
                for damage in &document.damage {
                    if let Some(deviation) = &damage.deviation {
                        self.found(file, reading::creds(deviation, &Place::file(file.path())));
                    }
                }
                self.creds(file, opened);
            }
            _ => {}
        }
        let mut secret = false;
        for part in document.parts.iter().filter(|part| matches!(part.what, What::Seed | What::PrivateKey)) {
            secret = true;
            let Some(identity) = identify(part.text()) else { continue };
            let place = Place::file(file.path()).bytes(part.span.clone());
            if let Some(finding) = reading::key(&identity, &place) {
                self.found(file, finding);
            }
            if let Some(public) = &identity.public {
                let creds = document.kind == FileKind::Creds;
                self.gains.seeds.add(public, item.place.id, file.name, creds);
                let secret = Secret { file, kind: document.kind, span: &part.span, public };
                self.rules(file, |out| run::secret(&secret, out));
            }
        }
        if secret
            && let Some(stat) = file.stat
            && stat.mode & 0o077 != 0
        {
            self.found(file, reading::mode(stat.mode, &Place::file(file.path())));
        }
    }

    /// What the halves of credentials are, and what clients make of them.
    fn creds(&mut self, file: &File<'_>, opened: &Opened<'_>) {
        let document = &opened.document;
        let role = |part: &Part<'_>| Some(identify(part.text())?.public?.role());
        let seed = document.secrets().next().and_then(role);
        let token = document.tokens().next().map(|part| Token::read(part.text().as_bytes()));
        // All of them read the canonical form.
        let clients = if document.damage.is_empty() { Vec::new() } else { creds::clients(opened.bytes) };
        for finding in lint::creds_contents(token.as_ref(), seed, &clients, &Place::file(file.path())) {
            self.found(file, finding);
        }
    }

    /// A token: what Go says of it, what the rules say, and what is kept.
    fn token(&mut self, file: &File<'_>, item: &Item<'_>, text: &Text<'_>, read: &Read) {
        let within = text.within.as_ref().map(|(at, span)| (*at, span));
        if read.refused.is_some() || !read.plain {
            self.reading(file, text, read.claims.as_ref());
        }
        let Some(claims) = &read.claims else {
            self.gains.inputs.others += 1;
            return;
        };
        let mut standing = Standing::Refused;
        if read.refused.is_none() {
            let issues = self.issues(claims, &read.activations);
            standing = Standing::of(&issues);
            if !issues.is_empty() {
                self.tell_issues(file, text, claims, &issues);
            }
            let scene = self.scene;
            let credential = Credential { file, within, claims, length: text.bytes.len(), scene };
            self.rules(file, |out| run::token(&credential, out));
        }
        self.keep(file, item, text, read, claims, standing);
    }

    /// What `Validate` says, by the library of the server that is meant.
    fn issues(&self, claims: &Claims, activations: &[(usize, Option<Claims>)]) -> Vec<Issue> {
        let Scene { now, version, .. } = *self.scene;
        if !version.has(&TOKEN_SIZE_CAP) {
            return crate::server::issues_of(claims, now, version);
        }
        let imports = claims.account().map(|account| account.imports.as_slice()).unwrap_or_default();
        token::validate_with(claims, now, &|text| {
            let found = activations.iter().find(|(import, _)| {
                imports.get(*import).is_some_and(|i| i.as_ref().is_some_and(|i| i.token == text))
            });
            found.and_then(|(_, claims)| claims.clone())
        })
    }

    /// The findings of a token that is refused or oddly written: read once more, for the words.
    fn reading(&mut self, file: &File<'_>, text: &Text<'_>, claims: Option<&Claims>) {
        let place = place(file, text, claims);
        let token = Token::read(text.bytes);
        let findings = match token.refused {
            Some(_) => reading::token(&token, &place, self.scene.now),
            // The rest is told of every token that is not refused.
            None => reading::spelling(&token, &place),
        };
        for finding in findings {
            // Whether another library wrote it is no matter for an audit, and cannot be asked of every token.
            if !matches!(finding.code(), "jti-mismatch" | "token-spelling-unusual") {
                self.found(file, finding);
            }
        }
    }

    fn tell_issues(&mut self, file: &File<'_>, text: &Text<'_>, claims: &Claims, issues: &[Issue]) {
        let place = place(file, text, Some(claims));
        for finding in lint::issues(&Token::read(text.bytes), issues, &place) {
            self.found(file, finding);
        }
    }

    /// Runs rules over something in a file.
    fn rules(&mut self, file: &File<'_>, rules: impl FnOnce(&mut Out<'_>)) {
        let Gains { gathered, .. } = &mut self.gains;
        let (policy, told) = (self.settings.policy, self.settings.told);
        let mut take = |rule: &'static Rule, finding: &dyn Fn() -> Finding| {
            gathered.tell(rule, (file.directory, file.name), finding, policy, told);
        };
        rules(&mut Out::new(&mut take));
    }

    fn found(&mut self, file: &File<'_>, finding: Finding) {
        self.rules(file, |out| out.tell(finding.rule, || finding.clone()));
    }

    fn keep(
        &mut self,
        file: &File<'_>,
        item: &Item<'_>,
        text: &Text<'_>,
        read: &Read,
        claims: &Claims,
        standing: Standing,
    ) {
        let data = &claims.data;
        self.gains.expirations.add(claims, file);
        for (_, activation) in &read.activations {
            if let Some(claims) = activation {
                self.gains.expirations.add(claims, file);
            }
        }
        let inputs = &mut self.gains.inputs;
        let at = (item.place.id, file.name);
        match &claims.body {
            Body::Operator(_) => {
                inputs.operators += 1;
                if standing != Standing::Refused {
                    self.gains.operators.push((place(file, text, Some(claims)), claims.clone()));
                }
            }
            Body::Account(account) => {
                inputs.accounts += 1;
                let Scene { now, version, .. } = *self.scene;
                let permit = |import| permit(&read.activations, import, now, version);
                let mut facts = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
                facts.add(
                    (at.0, at.1, file.account_key()),
                    data,
                    account,
                    standing,
                    &permit,
                    &mut self.asked,
                );
            }
            Body::User(user) => {
                inputs.users += 1;
                // One whose token says itself that no server takes it has its own finding.
                let (facts, asked) = (self.facts, &mut self.asked.keys);
                let number = |text: &str| {
                    asked.number(text, |text| {
                        facts.lock().unwrap_or_else(PoisonError::into_inner).keys.number(text)
                    })
                };
                if matches!(standing, Standing::Sound | Standing::Untimely)
                    && let Some(kept) = User::new(at, claims, user, number)
                {
                    self.gains.users.push(kept);
                }
            }
            _ => inputs.others += 1,
        }
    }
}

/// What the activation token of an import says.
fn permit(
    activations: &[(usize, Option<Claims>)],
    import: usize,
    now: i64,
    version: Version,
) -> Option<Permit> {
    let at = activations.binary_search_by_key(&import, |(index, _)| *index).ok()?;
    let (_, claims) = activations.get(at)?;
    let claims = claims.as_ref().filter(|claims| claims.activation().is_some())?;
    Some(Permit::of(claims, &crate::server::issues_of(claims, now, version), now))
}

fn place(file: &File<'_>, text: &Text<'_>, claims: Option<&Claims>) -> Place {
    let mut place = Place::file(file.path());
    if let Some(claims) = claims {
        place = place.of(lint::view::owner(claims));
    }
    match &text.within {
        Some((_, span)) => place.bytes(span.clone()),
        None => place,
    }
}
