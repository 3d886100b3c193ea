//! What is wrong with these files, as they stand or as they would stand? With the rules of `lint`, and with what only all of
//! them together can tell: who stands behind whom, and which token is not the newest of its subject.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::config;
use super::files::{After, Files, parent};
use crate::disk::DiskError;
use crate::file::{Kind as FileKind, What};
use crate::lint::view::{Content, Credential, File as Viewed, Layout, Out, Scene, owner};
use crate::lint::{self, Edit, Finding, Fix, Place, Rule, reading, run};
use crate::nkey::Batch;
use crate::repair::survey::Given;
use crate::server::Version;
use crate::server::load::{self, Exporter, Offer, Wanted, approve};
use crate::token::{Claims, DecodeError, JetStreamLimits, Kind, Token};
use crate::trust::{Chain, Fleet, OpenToken, Opened, Signer, Unopened};

/// What is wrong with one file.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Its number.
    pub(super) file: usize,
    pub(super) finding: Finding,
}

/// A token of which there may be others of the same subject.
struct Copy {
    file: usize,
    at: std::ops::Range<usize>,
    iat: i64,
    /// Its signature holds, and whoever is known above it stands behind it.
    good: bool,
    text: u64,
}

/// What a token is of: its kind and subject.
type Of = (Kind, String);

/// All copies by what they are of.
type Copies = HashMap<Of, Vec<Copy>>;

/// What is wrong with all of them.
pub(super) fn examine(
    files: &Files,
    after: Option<&HashMap<usize, After>>,
    (now, version): (i64, Version),
) -> (Vec<Found>, Vec<DiskError>) {
    let mut unread = Vec::new();
    let mut fleet = Fleet::default();
    let mut copies = Copies::new();
    let standing = Standing { files, after, batch: Batch::new() };
    standing.each(
        |number, opened, _| {
            opened.map(|mut opened| {
                let copies = copies_in(number, &opened);
                // The fleet asks for their claims alone.
                opened.tokens.iter_mut().for_each(|open| open.token.claims = None);
                (opened, copies)
            })
        },
        |looked| match looked {
            Ok((opened, met)) => {
                fleet.take(&opened);
                met.into_iter().for_each(|(of, copy)| copies.entry(of).or_default().push(copy));
            }
            Err(error) => unread.push(error),
        },
    );
    judge(&mut copies, &fleet, now);
    let mut found = Vec::new();
    standing.each(
        |number, opened, bytes| {
            let Ok(opened) = opened else { return Vec::new() };
            if files.all[number].given < Given::Below {
                return Vec::new();
            }
            let layout = files.all[number].layout;
            let looker =
                Looker { files, after, fleet: &fleet, copies: &copies, now, version, number, layout };
            let mut findings = Vec::new();
            looker.look(&opened, bytes, &mut findings);
            findings.into_iter().map(|finding| Found { file: number, finding }).collect()
        },
        |findings| found.extend(findings),
    );
    (found, unread)
}

/// Every file, as it stands or as it would.
struct Standing<'a> {
    files: &'a Files,
    after: Option<&'a HashMap<usize, After>>,
    batch: Batch,
}

impl Standing<'_> {
    fn after(&self, number: usize) -> Option<&After> {
        self.after?.get(&number)
    }

    /// Looks at each on some core, and takes what is seen in their order.
    fn each<T: Send>(
        &self,
        look: impl Fn(usize, Result<Opened, DiskError>, &[u8]) -> T + Sync,
        take: impl FnMut(T),
    ) {
        let here = |number: &usize| !self.after(*number).is_some_and(|after| after.aside);
        let numbers: Vec<usize> = (0..self.files.all.len()).filter(here).collect();
        let open = |read: &mut Vec<Read<'_>>, looked: &mut Vec<T>| {
            let unopened = read.iter().filter_map(|(number, read)| {
                let path = self.after(*number).map_or(&self.files.all[*number].path, |after| &after.path);
                let (bytes, mode) = read.as_ref().ok()?;
                Some(Unopened { path: path.to_string_lossy().into(), bytes, mode: Some(*mode) })
            });
            let mut opened = Opened::read_all(unopened.collect(), &self.batch).into_iter();
            looked.extend(read.drain(..).map(|(number, read)| match read {
                Ok((bytes, _)) => {
                    look(number, Ok(opened.next().expect("one for each that was read")), &bytes)
                }
                Err(error) => look(number, Err(error), &[]),
            }));
        };
        let some = |numbers: &[usize]| {
            let (mut read, mut size, mut looked) = (Vec::new(), 0, Vec::new());
            for &number in numbers {
                let file = self.read(number);
                size += file.as_ref().map_or(0, |(bytes, _)| bytes.len());
                read.push((number, file));
                if size > MUCH {
                    open(&mut read, &mut looked);
                    size = 0;
                }
            }
            open(&mut read, &mut looked);
            looked
        };
        crate::repair::reading::together(&numbers, some, take);
    }

    /// A file's bytes and its permission bits.
    fn read(&self, number: usize) -> Result<(Bytes<'_>, u32), DiskError> {
        let after = self.after(number);
        if let Some(After { new: Some(new), mode, .. }) = after {
            return Ok((Bytes::New(&new.bytes), *mode));
        }
        let (bytes, facts) = self.files.read(number)?;
        Ok((Bytes::Here(bytes), after.map_or(facts.mode, |after| after.mode)))
    }
}

/// Bytes that a core holds at a time before it looks at them: large files are few at once.
const MUCH: usize = 1 << 20;

/// A file by its number: its bytes and its permission bits.
type Read<'a> = (usize, Result<(Bytes<'a>, u32), DiskError>);

/// All of a file, as it is on the disk or as it would be.
enum Bytes<'a> {
    Here(Zeroizing<Vec<u8>>),
    New(&'a [u8]),
}

impl Deref for Bytes<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Here(bytes) => bytes,
            Bytes::New(bytes) => bytes,
        }
    }
}

/// The tokens of a file of which there may be others.
fn copies_in(file: usize, opened: &Opened) -> Vec<(Of, Copy)> {
    let copy = |open: &OpenToken| {
        let claims = open.token.decoded.as_ref()?;
        if !matches!(claims.kind(), Kind::Operator | Kind::Account | Kind::User) {
            return None;
        }
        let copy = Copy {
            file,
            at: open.span.clone(),
            iat: claims.data.iat,
            good: open.holds() && open.token.refused.is_none(),
            text: fingerprint(&open.token),
        };
        Some(((claims.kind(), claims.data.sub.clone()), copy))
    };
    opened.tokens.iter().filter_map(copy).collect()
}

/// Tells one token from another of the same subject and second.
fn fingerprint(token: &Token) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    token.claims.as_ref().map(ToString::to_string).hash(&mut hasher);
    hasher.finish()
}

/// Of several copies, only one behind which somebody stands can be the newest; one whose signer nobody here knows, only
/// where that is so of all: a newer token of a stranger takes the place of none that servers take.
fn judge(copies: &mut Copies, fleet: &Fleet, now: i64) {
    for ((kind, subject), all) in copies.iter_mut().filter(|(_, all)| all.len() > 1) {
        let members: Vec<_> = match kind {
            Kind::Operator => fleet.operator(subject).collect(),
            Kind::Account => fleet.account(subject).collect(),
            _ => fleet.user(subject).collect(),
        };
        let signed = |copy: &Copy, by: fn(&Signer) -> bool| {
            let mut same = members.iter().filter(|member| member.claims.data.iat == copy.iat);
            same.any(|member| {
                let chain = fleet.chain(&member.claims, member.holds, &member.source, now);
                chain.links.first().is_some_and(|link| by(&link.signer))
            })
        };
        let held: Vec<bool> = all.iter().map(|copy| copy.good && signed(copy, Signer::holds)).collect();
        let some = held.contains(&true);
        for (copy, held) in all.iter_mut().zip(held) {
            copy.good = held || (!some && copy.good && signed(copy, |signer| *signer == Signer::Unknown));
        }
    }
}

struct Looker<'a> {
    files: &'a Files,
    after: Option<&'a HashMap<usize, After>>,
    fleet: &'a Fleet,
    copies: &'a Copies,
    now: i64,
    version: Version,
    number: usize,
    layout: Layout,
}

impl Looker<'_> {
    fn look(&self, opened: &Opened, bytes: &[u8], findings: &mut Vec<Finding>) {
        let whole = Place::file(Arc::clone(&opened.path));
        let deviations = opened.damage.iter().filter_map(|damage| damage.deviation.as_ref());
        if opened.kind == FileKind::Creds {
            findings.extend(deviations.map(|deviation| reading::creds(deviation, &whole)));
            let seed = opened.keys.iter().find(|key| key.what == What::Seed);
            let role = seed.and_then(|key| Some(key.identity.as_ref()?.public?.role()));
            let token = opened.tokens.first().map(|open| &open.token);
            findings.extend(lint::creds_contents(token, role, &opened.clients, &whole));
        }
        for open in &opened.tokens {
            self.token(opened, open, &whole, findings);
        }
        for key in &opened.keys {
            if let Some(identity) = &key.identity {
                findings.extend(reading::key(identity, &whole.clone().bytes(key.span.clone())));
            }
        }
        if let Some(mode) = opened.mode.filter(|mode| mode & 0o077 != 0 && opened.has_secret()) {
            findings.push(reading::mode(mode, &whole));
        }
        self.rules(opened, bytes, findings);
    }

    fn token(&self, opened: &Opened, open: &OpenToken, whole: &Place, findings: &mut Vec<Finding>) {
        let mut place = whole.clone().bytes(open.span.clone());
        if let Some(claims) = &open.token.decoded {
            place = place.of(owner(claims));
        }
        findings.extend(reading::token(&open.token, &place, self.now));
        let Some(claims) = &open.token.decoded else { return };
        if claims.kind() == Kind::User
            && let Some(seed) = opened.seeds_of(open).next()
            && !opened.seeds_of(open).any(|seed| seed == claims.data.sub)
        {
            findings.push(reading::seed_mismatch(&claims.data.sub, &seed, &place));
        }
        if matches!(claims.kind(), Kind::Generic | Kind::AuthorizationRequest) {
            return;
        }
        let chain = self.fleet.chain(claims, open.holds(), &opened.path, self.now);
        findings.extend(self.untrusted(&chain, &place));
        // The links above are told where they stand themselves.
        let own = |finding: &Finding| finding.places.first().is_some_and(|first| first.span == place.span);
        findings.extend(reading::chain(&chain, &place).into_iter().filter(own));
        findings.extend(self.imports(claims, &place));
        findings.extend(self.jetstream(claims, &place));
        findings.extend(self.older(claims.kind(), &claims.data.sub, open, &place));
    }

    /// An account of an operator that nobody gave, where others were given.
    fn untrusted(&self, chain: &Chain, place: &Place) -> Option<Finding> {
        let link = chain.links.first()?;
        let [operators, ..] = self.fleet.counts();
        if link.claims.kind() != Kind::Account || link.signer != Signer::Unknown || operators == 0 {
            return None;
        }
        let data = &link.claims.data;
        let message = format!("{} is signed by a key of none of the operators here", owner(&link.claims));
        let place = place.clone().at("/iss").showing(data.iss.as_str()).saying("no key of an operator here");
        let fix = Fix::unsafe_("have the operator sign it", &place, [Edit::Resign]).of(data.sub.as_str());
        Some(
            Finding::new(rule("account-issuer-untrusted"), message, place)
                .server("Account JWT lookup error: account validation failed")
                .fix(fix),
        )
    }

    /// Imports that an exporter who was given does not allow.
    fn imports(&self, claims: &Claims, place: &Place) -> Vec<Finding> {
        let imports = claims.account().map(|body| body.imports.as_slice()).unwrap_or_default();
        let mut findings = Vec::new();
        for (index, import) in imports.iter().enumerate() {
            let Some(import) = import else { continue };
            let Some(exporter) = self.fleet.account(&import.account).next() else { continue };
            let Some(body) = exporter.claims.account() else { continue };
            let strict = self.fleet.operator_of(&exporter.claims.data.iss).is_some_and(|operator| {
                operator.claims.operator().is_some_and(|body| body.strict_signing_key_usage)
            });
            let signs = |key: &str| load::signer(Some(body), &import.account, strict, key).is_some();
            let exporter = Exporter { key: &import.account, signs: &signs };
            let offers = body.exports.iter().flatten().map(Offer::of);
            let wanted =
                Wanted { importer: &claims.data.sub, kind: import.kind, subject: load::remote(import) };
            let permit = || load::permit(import, self.now, self.version);
            if let Err(why) = approve(&exporter, offers, &wanted, &permit) {
                let place = place.clone().at(format!("/nats/imports/{index}"));
                findings.extend(lint::imports::finding(import, index, claims, &why, place));
            }
        }
        findings
    }

    /// JetStream in an operator's system account.
    fn jetstream(&self, claims: &Claims, place: &Place) -> Option<Finding> {
        let body = claims.account().filter(|body| load::has_jetstream(&body.limits))?;
        let above = self.fleet.operator_of(&claims.data.iss)?.claims.operator()?;
        if above.system_account != claims.data.sub {
            return None;
        }
        let message = format!("{} is the system account, and has limits of JetStream", owner(claims));
        let place = place.clone().at("/nats/limits").saying("JetStream is on");
        let tiers = (!body.limits.tiered_limits.is_empty()).then_some("tiered_limits");
        let edits: Vec<Edit> = JetStreamLimits::NUMBERS
            .into_iter()
            .chain(["max_bytes_required"])
            .chain(tiers)
            .map(|name| Edit::Remove { pointer: format!("/nats/limits/{name}") })
            .collect();
        let fix = Fix::unsafe_("take JetStream from it", &place, edits).of(claims.data.sub.as_str());
        Some(Finding::new(rule("account-jetstream-system"), message, place).fix(fix))
    }

    /// A token that is not the newest of its subject.
    fn older(&self, kind: Kind, subject: &str, open: &OpenToken, place: &Place) -> Option<Finding> {
        let all = self.copies.get(&(kind, subject.to_owned()))?;
        let own = all.iter().find(|copy| copy.file == self.number && copy.at == open.span)?;
        let newest = all.iter().filter(|copy| copy.good && copy.text != own.text).max_by_key(|c| c.iat)?;
        if newest.iat <= own.iat {
            return None;
        }
        let code = match kind {
            Kind::Operator => "operator-older-copy",
            Kind::Account => "account-older-copy",
            _ => "user-older-copy",
        };
        let theirs = &self.files.all[newest.file].path;
        let here = &self.files.all[self.number].path;
        let message = format!("a newer token of this {} is in {}", kind.word(), theirs.display());
        let mut finding = Finding::new(rule(code), message, place.clone())
            .and(Place::file(theirs.to_string_lossy()).saying("the newer one"));
        // Of two files of one directory a resolver reads one.
        let rival =
            self.layout == Layout::Resolver && newest.file != self.number && parent(theirs) == parent(here);
        finding.fix = Some(if rival {
            Fix::safe("put it out of the way", place, [Edit::SetAside]).of(subject)
        } else {
            Fix::safe("put the newer token in its place", place, [Edit::Newest]).of(subject)
        });
        Some(finding)
    }

    /// The rules that look at files and tokens.
    fn rules(&self, opened: &Opened, bytes: &[u8], findings: &mut Vec<Finding>) {
        let (directory, name) = match opened.path.rsplit_once('/') {
            Some(("", name)) => ("/", name),
            Some((directory, name)) => (directory, name),
            None => ("", &*opened.path),
        };
        let scene = Scene { now: self.now, version: self.version, server: None };
        let single = opened.tokens.first().filter(|_| {
            opened.kind == FileKind::Token || (opened.tokens.len() == 1 && name.ends_with(".jwt"))
        });
        let content = match single {
            _ if bytes.is_empty() => Content::Empty,
            None => Content::Unread,
            Some(open) => content(open, bytes),
        };
        let view = Viewed {
            directory,
            name,
            layout: self.layout,
            stat: None,
            link: false,
            content,
            kind: Some(opened.kind),
            key: None,
        };
        if opened.kind == FileKind::Config {
            let around = (self.files, self.after);
            findings.extend(config::findings(&opened.path, bytes, around, &scene));
        }
        let mut take = |_: &'static Rule, finding: &dyn Fn() -> Finding| findings.push(finding());
        let mut out = Out::new(&mut take);
        run::file(&view, &scene, &mut out);
        for open in &opened.tokens {
            let Some(claims) = &open.token.decoded else { continue };
            let within = (single.is_none()).then_some((open.at.as_str(), &open.span));
            let token = Credential { file: &view, within, claims, length: open.span.len(), scene: &scene };
            run::token(&token, &mut out);
        }
    }
}

fn content<'a>(open: &'a OpenToken, bytes: &[u8]) -> Content<'a> {
    let refused: Option<&DecodeError> = open.token.refused.as_ref();
    match (&open.token.decoded, refused) {
        (None, _) => Content::Damaged,
        (Some(claims), Some(error)) => Content::Refused(claims, error),
        (Some(claims), None) if open.span.start == 0 && bytes.trim_ascii_end().len() == open.span.end => {
            Content::Token(claims, bytes.len() - open.span.end)
        }
        (Some(claims), None) => Content::Wrapped(claims),
    }
}

fn rule(code: &'static str) -> &'static Rule {
    crate::lint::rule(code).expect("a test asserts that every code named here has a rule")
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_code_named_here_has_a_rule() {
        for code in [
            "account-issuer-untrusted",
            "account-jetstream-system",
            "account-older-copy",
            "operator-older-copy",
            "user-older-copy",
        ] {
            assert!(crate::lint::rule(code).is_some(), "{code}");
        }
    }
}
