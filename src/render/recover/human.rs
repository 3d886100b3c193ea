//! A recovery for people: the stores as trees, then what is aside, what is missing, and what to do next.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

use super::Ending;
use super::next::next;
use crate::render::style::{Ink, Style};
use crate::render::text;
use crate::repair::{Content, Item, Missing, Recovery, Remark};
use crate::token::Kind;

/// Lines of one kind that are shown; of more only their number, unless -v asks for all.
const SHOWN: usize = 20;

/// The recovery as people read it.
pub fn human(recovery: &Recovery, ending: Ending<'_>, style: Style) -> String {
    let mut out = String::new();
    write_stores(&mut out, recovery, style);
    write_aside(&mut out, recovery, style);
    write_missing(&mut out, recovery, style);
    let broken = recovery.found.broken.iter().map(|broken| {
        let file = text::escape(&broken.file.to_string_lossy());
        format!("{file}: {}", text::redact(&text::escape_words(&broken.reason)))
    });
    write_list(&mut out, "not usable", Ink::Warning, broken.collect(), style);
    for (words, command) in next(recovery, ending) {
        out.push_str(&format!("{}: {words}\n  {command}\n", style.paint(Ink::Label, "next")));
    }
    write_summary(&mut out, recovery, ending, style);
    out
}

fn write_stores(out: &mut String, recovery: &Recovery, style: Style) {
    let mut shown = 0;
    let mut users: BTreeMap<&Path, (usize, usize)> = BTreeMap::new();
    for item in recovery.items.iter().filter(|item| item.aside.is_none()) {
        let is_user = recovery.token(item).is_some_and(|token| token.kind == Kind::User);
        if let Some(account) = item.path.parent().and_then(|users| users.parent()).filter(|_| is_user) {
            match item.what {
                Content::Token(_) => users.entry(account).or_default().0 += 1,
                _ => users.entry(item.path.parent().unwrap_or(account)).or_default().1 += 1,
            }
        }
    }
    let mut left = 0_usize;
    let mut items: Vec<&Item> = recovery.items.iter().filter(|item| item.aside.is_none()).collect();
    items.sort_by_key(|item| from_above(&item.path));
    for item in items {
        let Some((kind, name, subject)) = owner(recovery, item) else { continue };
        let told = !item.remarks.is_empty() || style.verbose;
        if kind == Kind::User && !told {
            continue;
        }
        if shown >= SHOWN && !style.verbose && kind != Kind::Operator {
            left += 1;
            continue;
        }
        shown += 1;
        let indent = match kind {
            Kind::Operator => "",
            Kind::Account => "  ",
            _ => "    ",
        };
        out.push_str(indent);
        style.push(out, Ink::Strong, &format!("{} {}", kind.word(), text::name(name)));
        out.push_str(&format!("  {}", style.key(subject)));
        if kind == Kind::Account {
            let count = item.path.parent().and_then(|path| users.get(path)).map_or(0, |users| users.0);
            out.push_str(&format!("  {}", text::count(count, "user")));
        }
        out.push('\n');
        for remark in &item.remarks {
            let words = remark_words(*remark, item);
            out.push_str(&format!("{indent}  {}\n", style.paint(Ink::Warning, &words)));
        }
    }
    if left > 0 {
        out.push_str(&format!(
            "and {} more (-v shows each)\n",
            text::grouped(i64::try_from(left).unwrap_or(i64::MAX))
        ));
    }
    if shown > 0 {
        out.push('\n');
    }
}

/// An operator comes before its accounts, an account before its users.
fn from_above(path: &Path) -> (Option<&OsStr>, Option<&OsStr>, usize, &Path) {
    let mut parts = path.iter();
    let (store, account) = (parts.nth(1), parts.nth(1));
    (store, account, path.iter().count(), path)
}

/// Whose token an item of the store is; none where it is none.
fn owner<'a>(recovery: &'a Recovery, item: &'a Item) -> Option<(Kind, &'a str, &'a str)> {
    match &item.what {
        Content::Token(_) => recovery.token(item).map(|token| (token.kind, &*token.name, &*token.subject)),
        Content::Made { kind, subject, name, .. } => Some((*kind, name, subject)),
        _ => None,
    }
}

fn remark_words(remark: Remark, item: &Item) -> String {
    match remark {
        Remark::KeyRemoved => "its issuer is no longer a key of the one above it".into(),
        Remark::SelfSigned => "it signed itself: servers refuse it".into(),
        Remark::IssuerUnknown => "its issuer is no key of any operator here: servers refuse it".into(),
        Remark::Made => "made anew: its limits, roles and revocations are not those that it had".into(),
        Remark::OldLayout => "in the layout of v1, which nsc does not read".into(),
        Remark::Renamed => format!("stands in {}", text::redact(&text::escape(&item.path.to_string_lossy()))),
    }
}

fn write_aside(out: &mut String, recovery: &Recovery, style: Style) {
    let mut groups: BTreeMap<&str, (&str, Vec<&Item>)> = BTreeMap::new();
    for item in &recovery.items {
        if let Some(why) = &item.aside {
            groups.entry(why.word()).or_insert((why.title(), Vec::new())).1.push(item);
        }
    }
    for (word, (title, items)) in groups {
        let heading = format!("aside/{word}: {title}");
        let lines = items.iter().filter_map(|item| {
            let token = recovery.token(item)?;
            Some(format!("{} {} {}", token.kind.word(), text::name(&token.name), style.key(&token.subject)))
        });
        write_list(out, &heading, Ink::Label, lines.collect(), style);
    }
}

fn write_missing(out: &mut String, recovery: &Recovery, style: Style) {
    let (mut tokens, mut seeds): (Vec<String>, BTreeMap<Kind, Vec<String>>) = Default::default();
    for missing in &recovery.missing {
        match missing {
            Missing::Token(kind, key, 0) => {
                tokens.push(format!("{} {}: without it no server starts", kind.word(), style.key(key)));
            }
            Missing::Token(kind, key, count) => tokens.push(format!(
                "{} {}: {} {} for it",
                kind.word(),
                style.key(key),
                text::count(*count, "token"),
                if *count == 1 { "waits" } else { "wait" }
            )),
            Missing::Seed(key, kind, of) => {
                seeds.entry(*kind).or_default().push(format!("{} of {}", style.key(key), text::name(of)));
            }
        }
    }
    write_list(out, "no token is left of", Ink::Warning, tokens, style);
    for (kind, keys) in seeds {
        let heading = match kind {
            Kind::User => "no credentials without the seeds of users".to_owned(),
            kind => format!("no seed is here for keys of {}s", kind.word()),
        };
        write_list(out, &heading, Ink::Label, keys, style);
    }
}

fn write_list(out: &mut String, heading: &str, ink: Ink, lines: Vec<String>, style: Style) {
    if lines.is_empty() {
        return;
    }
    style.push(out, ink, heading);
    out.push_str(&format!(" ({})\n", lines.len()));
    let shown = if style.verbose { lines.len() } else { lines.len().min(SHOWN / 4) };
    lines[..shown].iter().for_each(|line| out.push_str(&format!("  {line}\n")));
    if shown < lines.len() {
        out.push_str(&format!("  and {} more (-v shows each)\n", lines.len() - shown));
    }
    out.push('\n');
}

fn write_summary(out: &mut String, recovery: &Recovery, ending: Ending<'_>, style: Style) {
    let creds =
        recovery.items.iter().filter(|item| item.aside.is_none() && matches!(item.what, Content::Creds(..)));
    let aside = recovery.items.iter().filter(|item| item.aside.is_some()).count();
    let what = format!(
        "{}, {}, {}, {}, {}; {aside} aside",
        text::count(recovery.count(Kind::Operator), "operator"),
        text::count(recovery.count(Kind::Account), "account"),
        text::count(recovery.count(Kind::User), "user"),
        text::count(recovery.found.seeds.len(), "key"),
        match creds.count() {
            1 => "1 credentials file".to_owned(),
            count => format!("{count} credentials files"),
        },
    );
    match ending {
        Ending::Planned => out.push_str(&format!("{what}; -o OUT writes it\n")),
        Ending::Written { directory, errors, warnings } => {
            out.push_str(&format!(
                "{} {what}: in {}\n",
                style.paint(Ink::Good, "✓"),
                text::escape(directory)
            ));
            out.push_str("  every token verifies, every seed in credentials is its user's; recovery.json says where each file is from\n");
            let found = [(errors, "error"), (warnings, "warning")];
            let found: Vec<String> = found
                .iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, word)| text::count(usize::try_from(*count).unwrap_or(usize::MAX), word))
                .collect();
            if !found.is_empty() {
                out.push_str(&format!("  an audit finds {} in what was there\n", found.join(" and ")));
            }
        }
    }
}
