//! Which permissions does the template of a scoped signing key give this user?
//!
//! `processUserPermissionsTemplate` in its three forms: whole tokens up to 2.10, anywhere since 2.11, and since
//! 2.11.14 and 2.12.5 without the crash at unknown functions.

use std::borrow::Cow;

use super::options::SubjectPermission;
use super::subjects;
use super::version::{MISSING_TAG_SURVIVED, TEMPLATE_ANYWHERE, UNKNOWN_TEMPLATE_REFUSED, Version};
use crate::token::{Claims, Permissions, UserPermissionLimits as Terms};

/// Who the template is filled in for.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// The user's name.
    pub name: &'a str,
    /// The user's key.
    pub subject: &'a str,
    /// The user's `issuer_account`.
    pub account: &'a str,
    /// The user's tags.
    pub tags: &'a [String],
    /// The account's name.
    pub account_name: &'a str,
    /// The account's tags.
    pub account_tags: &'a [String],
}

/// Why a template gives no permissions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A function that no server knows.
    #[error("template operation in {entry:?}: {operation:?} is not defined")]
    UnknownFunction {
        /// The entry of the list.
        entry: String,
        /// What stands between the braces.
        operation: String,
    },
    /// A tag that neither user nor account has, in a deny list.
    #[error("generated invalid subject {entry:?}: {tag:?} is not defined")]
    MissingTag {
        /// The entry of the list.
        entry: String,
        /// The tag's name.
        tag: String,
    },
    /// A deny entry became no valid subject.
    #[error("generated invalid subject: {entry:?} becomes {subject:?}")]
    InvalidSubject {
        /// The entry of the list.
        entry: String,
        /// What became of it.
        subject: String,
    },
    /// More than 4096 subjects.
    #[error("template expansion exceeds limit: 4096")]
    TooMany,
    /// The server crashes.
    #[error("the server crashes at {entry:?} (panic: {panic})")]
    Crash {
        /// The entry of the list.
        entry: String,
        /// Go's words.
        panic: String,
    },
    /// An older server would make more subjects than are counted here.
    #[error("{entry:?} makes more subjects than are walked here")]
    NotWalked {
        /// The entry of the list.
        entry: String,
    },
}

/// What became of a template.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filled {
    /// The terms with every list filled in.
    pub terms: Terms,
    /// Entries of allow lists that were dropped, since they gave no valid subject.
    pub dropped: Vec<String>,
}

/// Servers without the cap could make any number; this is where the walk ends.
const WALKED: usize = 1 << 16;

/// Fills in the template of a scope.
pub fn fill(template: &Terms, person: &Person<'_>, version: Version) -> Result<Filled, TemplateError> {
    let (lists, dropped) = lists(&template.permissions, person, version)?;
    let [subscribe, publish] = lists.map(|[allow, deny]| SubjectPermission {
        allow: allow.map(Cow::into_owned),
        deny: deny.map(Cow::into_owned),
    });
    let permissions = Permissions { publish, subscribe, resp: template.permissions.resp };
    Ok(Filled { terms: Terms { permissions, ..template.clone() }, dropped })
}

/// A list filled in; one without a template stays as it is.
type List<'t> = Option<Cow<'t, [String]>>;

/// What may be subscribed to and what published: the lists of both, allowed and denied, filled in, and the entries that were
/// dropped.
fn lists<'t>(
    template: &'t Permissions,
    person: &Person<'_>,
    version: Version,
) -> Result<([[List<'t>; 2]; 2], Vec<String>), TemplateError> {
    let mut dropped = Vec::new();
    let mut list = |entries: &'t Option<Vec<String>>, deny: bool| match entries {
        Some(e) if version.has(&TEMPLATE_ANYWHERE) => {
            anywhere(e, person, version, deny, &mut dropped).map(Some)
        }
        Some(e) => whole_tokens(e, person, version, deny, &mut dropped).map(Some),
        None => Ok(None),
    };
    let mut one = |p: &'t SubjectPermission| -> Result<[List<'t>; 2], TemplateError> {
        let (allow, mut deny) = (list(&p.allow, false)?, list(&p.deny, true)?);
        if !p.allowed().is_empty() && allow.as_ref().is_none_or(|allow| allow.is_empty()) {
            let deny = deny.get_or_insert_default();
            if !deny.iter().any(|d| d == ">") {
                deny.to_mut().push(">".to_owned());
            }
        }
        Ok([allow, deny])
    };
    let (subscribe, publish) = (one(&template.subscribe)?, one(&template.publish)?);
    Ok(([subscribe, publish], dropped))
}

/// Whether some list has a template in it.
pub fn is_used(terms: &Terms) -> bool {
    let both = [&terms.permissions.publish, &terms.permissions.subscribe];
    let mut entries = both.into_iter().flat_map(|p| p.allowed().iter().chain(p.denied()));
    entries.any(|entry| has_template(entry))
}

/// The tags that a user would have to have for every entry of a list that asks for one.
fn tags(terms: &Terms) -> Vec<String> {
    let both = [&terms.permissions.publish, &terms.permissions.subscribe];
    let entries = both.into_iter().flat_map(|p| p.allowed().iter().chain(p.denied()));
    let sources = entries.flat_map(|entry| templates(entry));
    let tag = |source| inner(source).strip_prefix("tag(")?.strip_suffix(')').map(str::to_lowercase);
    sources.filter_map(tag).collect()
}

/// A user of an account, with these tags, of whom nothing else is asked.
pub fn anybody<'a>(account: &'a Claims, tags: &'a [String]) -> Person<'a> {
    Person {
        name: "name",
        subject: "subject",
        account: &account.data.sub,
        tags,
        account_name: &account.data.name,
        account_tags: &account.tags,
    }
}

/// What is dropped of a template of `account` for the user that fills it in best: one with every tag that is asked for.
pub fn best(template: &Terms, account: &Claims, version: Version) -> Result<Vec<String>, TemplateError> {
    let tags: Vec<String> = tags(template).into_iter().map(|tag| format!("{tag}:value")).collect();
    lists(&template.permissions, &anybody(account, &tags), version).map(|(_, dropped)| dropped)
}

/// An entry of an allow list that begins with what a user's name or tags say.
pub fn open_ended(terms: &Terms) -> Option<&str> {
    let own = |source: &str| equal_fold(inner(source), "name()") || begins(inner(source), "tag(");
    let both = [&terms.permissions.publish, &terms.permissions.subscribe];
    let mut entries = both.into_iter().flat_map(|permission| permission.allowed());
    let found = entries
        .find(|entry| templates(entry).next().is_some_and(|source| entry.starts_with(source) && own(source)));
    found.map(String::as_str)
}

/// An entry of an allow list into which this person puts a wildcard, and the value that does.
pub fn widened<'t, 'p>(terms: &'t Terms, person: &Person<'p>) -> Option<(&'t str, &'p str)> {
    let both = [&terms.permissions.publish, &terms.permissions.subscribe];
    both.into_iter().flat_map(SubjectPermission::allowed).find_map(|entry| {
        templates(entry).find_map(|source| {
            let values = match operation(inner(source), person, true) {
                Op::Value(value) => vec![value],
                Op::Tag(tags, key) => tag_values(tags, &key),
                Op::Unknown | Op::Panic(_) => Vec::new(),
            };
            let value = values.into_iter().find(|value| subjects::has_wildcard(value))?;
            Some((entry.as_str(), value))
        })
    })
}

/// What stands between the braces of a template.
fn inner(source: &str) -> &str {
    source.strip_prefix("{{").and_then(|s| s.strip_suffix("}}")).unwrap_or(source).trim()
}

fn has_template(entry: &str) -> bool {
    templates(entry).next().is_some()
}

/// All matches of `{{2}([^}]+)}{2}`.
fn templates(entry: &str) -> impl Iterator<Item = &str> {
    let (bytes, mut at) = (entry.as_bytes(), 0);
    std::iter::from_fn(move || {
        loop {
            let open = at + memchr::memchr(b'{', bytes.get(at..)?)?;
            if bytes.get(open + 1) != Some(&b'{') {
                at = open + 1;
                continue;
            }
            let inner = open + 2;
            let close = inner + memchr::memchr(b'}', bytes.get(inner..)?)?;
            if close > inner && bytes.get(close + 1) == Some(&b'}') {
                at = close + 2;
                return entry.get(open..at);
            }
            // No start before this brace can match either: its text would end at the same brace.
            at = if close > inner { close + 1 } else { open + 1 };
        }
    })
}

/// Go's `strings.EqualFold` against an ASCII text.
fn equal_fold(text: &str, ascii: &str) -> bool {
    let fold = |c: char| match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        c => c.to_ascii_lowercase(),
    };
    text.chars().map(fold).eq(ascii.chars().map(fold))
}

/// `strings.EqualFold` of the first bytes of an operation.
fn begins(op: &str, prefix: &str) -> bool {
    op.as_bytes().get(..prefix.len()).is_some_and(|b| b.eq_ignore_ascii_case(prefix.as_bytes()))
}

enum Op<'a> {
    Value(&'a str),
    Tag(&'a [String], String),
    Unknown,
    Panic(String),
}

fn operation<'a>(op: &str, person: &Person<'a>, bounded: bool) -> Op<'a> {
    for (name, value) in [
        ("name()", person.name),
        ("subject()", person.subject),
        ("account-name()", person.account_name),
        ("account-subject()", person.account),
    ] {
        if equal_fold(op, name) {
            return Op::Value(value);
        }
    }
    for (prefix, tags) in [("tag(", person.tags), ("account-tag(", person.account_tags)] {
        if op.len() < prefix.len() && !bounded {
            return Op::Panic(format!(
                "slice bounds out of range [:{}] with length {}",
                prefix.len(),
                op.len()
            ));
        }
        if begins(op, prefix) && op.ends_with(')') {
            // The prefix is compared without, but stripped with regard to letter case.
            let key = op.strip_prefix(prefix).unwrap_or(op);
            return Op::Tag(tags, key.strip_suffix(')').unwrap_or(key).to_owned());
        }
    }
    Op::Unknown
}

fn tag_values<'a>(tags: &'a [String], key: &str) -> Vec<&'a str> {
    let prefix = format!("{}:", key.to_lowercase());
    tags.iter().filter_map(|t| t.strip_prefix(prefix.as_str())).collect()
}

/// 2.11 and later.
fn anywhere<'t>(
    entries: &'t [String],
    person: &Person<'_>,
    version: Version,
    deny: bool,
    dropped: &mut Vec<String>,
) -> Result<Cow<'t, [String]>, TemplateError> {
    if !entries.iter().any(|entry| has_template(entry)) {
        return Ok(entries.into());
    }
    let bounded = version.has(&UNKNOWN_TEMPLATE_REFUSED);
    let mut out: Vec<String> = Vec::new();
    for entry in entries {
        // Each template, and what can stand in its place.
        let mut values: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut has_tags = false;
        for source in templates(entry) {
            let op = inner(source);
            match operation(op, person, bounded) {
                Op::Value(v) => values.push((source, vec![v])),
                Op::Tag(tags, key) => {
                    has_tags = true;
                    let found = tag_values(tags, &key);
                    if found.is_empty() && deny {
                        return Err(TemplateError::MissingTag { entry: entry.clone(), tag: key });
                    }
                    values.push((source, if found.is_empty() { vec![" "] } else { found }));
                }
                Op::Unknown if bounded || deny => {
                    return Err(TemplateError::UnknownFunction {
                        entry: entry.clone(),
                        operation: op.to_owned(),
                    });
                }
                Op::Unknown => values.push((source, Vec::new())),
                Op::Panic(panic) => return Err(TemplateError::Crash { entry: entry.clone(), panic }),
            }
        }
        if !has_tags && values.iter().any(|(_, options)| options.is_empty()) {
            let panic = "index out of range [0] with length 0".to_owned();
            return Err(TemplateError::Crash { entry: entry.clone(), panic });
        }
        let counts = values.iter().map(|(_, options)| options.len());
        let count = counts.fold(1_usize, usize::saturating_mul);
        if has_tags && bounded && out.len().saturating_add(count) > 4096 {
            return Err(TemplateError::TooMany);
        }
        if out.len().saturating_add(count) > WALKED {
            return Err(TemplateError::NotWalked { entry: entry.clone() });
        }
        let before = out.len();
        for combination in 0..count {
            let mut subject = Cow::from(entry);
            // The values of the last template take turns, then those of the one before.
            let mut turns = count;
            for (source, options) in &values {
                turns /= options.len();
                let value = options.get(combination / turns % options.len()).copied().unwrap_or_default();
                subject = subject.replace(source, value).into();
            }
            keep(&mut out, entry, subject.into_owned(), deny)?;
        }
        if out.len() == before {
            dropped.push(entry.clone());
        }
    }
    Ok(out.into())
}

/// Takes what a template makes, if it is a subject: what is not is left out of a list that allows, and refuses the user in one
/// that denies.
fn keep(out: &mut Vec<String>, entry: &str, subject: String, deny: bool) -> Result<(), TemplateError> {
    if subjects::is_valid(&subject) {
        out.push(subject);
        Ok(())
    } else if deny {
        Err(TemplateError::InvalidSubject { entry: entry.to_owned(), subject })
    } else {
        Ok(())
    }
}

/// Whether a tag that is not found beside one that is ends the server. 2.9.24 had it mended, 2.9.25 not.
fn takes_what_is_not_there(version: Version) -> bool {
    !version.has(&MISSING_TAG_SURVIVED) && version != Version::new(2, 9, 24)
}

/// Up to 2.10: a template is a whole token between dots, without blanks.
fn whole_tokens<'t>(
    entries: &'t [String],
    person: &Person<'_>,
    version: Version,
    deny: bool,
    dropped: &mut Vec<String>,
) -> Result<Cow<'t, [String]>, TemplateError> {
    let inner = |t: &str| t.strip_prefix("{{").filter(|_| t.ends_with("}}")).map(str::to_owned);
    if !entries.iter().any(|e| e.split('.').any(|t| inner(t).is_some())) {
        return Ok(entries.into());
    }
    let mut out: Vec<String> = Vec::new();
    for entry in entries {
        let mut tokens: Vec<String> = Vec::new();
        let mut values: Vec<Vec<&str>> = Vec::new();
        let mut missing = Vec::new();
        for token in entry.split('.') {
            let Some(op) = inner(token) else {
                tokens.push(token.to_owned());
                continue;
            };
            let op = op.strip_suffix("}}").unwrap_or(&op).to_lowercase();
            let key =
                |prefix: &str| op.strip_prefix(prefix).and_then(|o| o.strip_suffix(')')).map(str::to_owned);
            let (tags, key) = match op.as_str() {
                "name()" => {
                    tokens.push(person.name.to_owned());
                    continue;
                }
                "subject()" => {
                    tokens.push(person.subject.to_owned());
                    continue;
                }
                "account-name()" => {
                    tokens.push(person.account_name.to_owned());
                    continue;
                }
                "account-subject()" => {
                    tokens.push(person.account.to_owned());
                    continue;
                }
                _ => match (key("account-tag("), key("tag(")) {
                    (Some(k), _) => (person.account_tags, k),
                    (None, Some(k)) => (person.tags, k),
                    (None, None) => {
                        tokens.push(" ".to_owned());
                        continue;
                    }
                },
            };
            let found = tag_values(tags, &key);
            if found.is_empty() {
                missing.push(key);
            }
            // An empty token is where a value of a tag goes.
            tokens.push(if found.is_empty() { " ".to_owned() } else { String::new() });
            if !found.is_empty() {
                values.push(found);
            }
        }
        // Old servers took a value for every empty token, whether there was one or not.
        let empty = missing.len() + tokens.iter().filter(|token| token.is_empty()).count();
        if !values.is_empty() && empty > values.len() && takes_what_is_not_there(version) {
            let panic = "index out of range [0] with length 0".to_owned();
            return Err(TemplateError::Crash { entry: entry.clone(), panic });
        }
        if deny && !missing.is_empty() {
            return Err(TemplateError::MissingTag { entry: entry.clone(), tag: missing.swap_remove(0) });
        }
        let count = values.iter().try_fold(1_usize, |n, v| n.checked_mul(v.len())).unwrap_or(usize::MAX);
        if out.len().saturating_add(count) > WALKED {
            return Err(TemplateError::NotWalked { entry: entry.clone() });
        }
        let before = out.len();
        for combination in 0..count {
            let mut rest = combination;
            let mut chosen: Vec<&str> = Vec::with_capacity(values.len());
            for options in values.iter().rev() {
                chosen.push(options.get(rest % options.len()).copied().unwrap_or_default());
                rest /= options.len();
            }
            let filled: Vec<&str> = tokens
                .iter()
                .map(|t| if t.is_empty() { chosen.pop().unwrap_or_default() } else { t.as_str() })
                .collect();
            let subject = filled.join(".");
            keep(&mut out, entry, subject, deny)?;
        }
        if out.len() == before {
            dropped.push(entry.clone());
        }
    }
    Ok(out.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: Version = Version::NEWEST;
    const OLD: Version = Version::new(2, 10, 26);
    const CRASHING: Version = Version::new(2, 11, 2);

    fn strings(list: &[&str]) -> Vec<String> {
        list.iter().map(|s| (*s).to_owned()).collect()
    }

    fn ask(
        allow: &[&str],
        deny: &[&str],
        version: Version,
    ) -> Result<(Vec<String>, Vec<String>), TemplateError> {
        let tags = strings(&["team:red", "team:blue", "env:a.b", "UP:x", "w:>"]);
        let account_tags = strings(&["zone:eu"]);
        let person = Person {
            name: "bob",
            subject: "UABC",
            account: "AABC",
            tags: &tags,
            account_name: "acc",
            account_tags: &account_tags,
        };
        let some = |l: &[&str]| (!l.is_empty()).then(|| strings(l));
        let publish = SubjectPermission { allow: some(allow), deny: some(deny) };
        let permissions = Permissions { publish, ..Permissions::default() };
        let template = Terms { permissions, subs: -1, ..Terms::default() };
        let p = fill(&template, &person, version)?.terms.permissions.publish;
        Ok((p.allow.unwrap_or_default(), p.deny.unwrap_or_default()))
    }

    #[test]
    fn templates_are_filled_in() {
        for (allow, version, want) in [
            (&["a", "b q"][..], NEW, &["a", "b q"][..]),
            (&["u.{{name()}}"], NEW, &["u.bob"]),
            (&["u.{{ NAME() }}"], NEW, &["u.bob"]),
            (&["u.{{subject()}}.{{account-name()}}.{{account-subject()}}"], NEW, &["u.UABC.acc.AABC"]),
            (&["pre-{{name()}}-post"], NEW, &["pre-bob-post"]),
            (&["t.{{tag(team)}}"], NEW, &["t.red", "t.blue"]),
            (&["t.{{tag(team)}}.{{account-tag(zone)}}"], NEW, &["t.red.eu", "t.blue.eu"]),
            (&["{{tag(team)}}.{{tag(env)}}"], NEW, &["red.a.b", "blue.a.b"]),
            (&["x.{{tag(w)}}"], NEW, &["x.>"]),
            (&["x", "t.{{tag(none)}}"], NEW, &["x"]),
            (&["x", "t.{{tag(UP)}}"], NEW, &["x"]),
            (&["x", "t.{{Tag(team)}}"], NEW, &["x"]),
            (&["x q", "{{name()}}"], NEW, &["bob"]),
            (&["{{tag(team)}}.{{tag(team)}}"], NEW, &["red.red", "red.red", "blue.blue", "blue.blue"]),
            (&["u.{{name()}}"], OLD, &["u.bob"]),
            (&["t.{{Tag(team)}}"], OLD, &["t.red", "t.blue"]),
            (&["pre-{{name()}}-post"], OLD, &["pre-{{name()}}-post"]),
            (&["x", "u.{{what()}}", "{{name()}}"], OLD, &["x", "bob"]),
            (&["{{tag(team)}}.{{tag(env)}}"], OLD, &["red.a.b", "blue.a.b"]),
        ] {
            let got = ask(allow, &[], version).map(|(a, _)| a);
            assert_eq!(got, Ok(strings(want)), "{allow:?} {version}");
        }
    }

    #[test]
    fn an_allow_list_that_ends_empty_denies_all() {
        for version in [NEW, OLD] {
            assert_eq!(ask(&["t.{{tag(none)}}"], &[], version), Ok((vec![], strings(&[">"]))));
        }
    }

    #[test]
    fn what_cannot_be_filled_in() {
        for (allow, deny, version, want) in [
            (&[][..], &["t.{{tag(none)}}"][..], NEW, "generated invalid subject \"t.{{tag(none)}}\""),
            (&[], &["{{name()}}", "a q"], NEW, "generated invalid subject"),
            (&["{{what()}}"], &[], NEW, "template operation in \"{{what()}}\": \"what()\" is not defined"),
            (&["{{what()}}"], &[], CRASHING, "the server crashes"),
            (&["{{a}}"], &[], CRASHING, "slice bounds out of range [:4] with length 1"),
            (&["{{account-what()}}"], &[], CRASHING, "index out of range [0] with length 0"),
            (&[], &["{{account-what()}}"], CRASHING, "template operation in"),
            (&[], &["{{what()}}"], OLD, "generated invalid subject"),
        ] {
            let got = ask(allow, deny, version).expect_err("no permissions").to_string();
            assert!(got.contains(want), "{allow:?} {deny:?} {version}: {got}");
        }
    }

    #[test]
    fn expansion_is_bounded() {
        let tags: Vec<String> = (0..17).map(|i| format!("t:{i}")).collect();
        let person =
            Person { name: "", subject: "", account: "", tags: &tags, account_name: "", account_tags: &[] };
        let entry = "{{tag(t)}}.{{ tag(t) }}.{{  tag(t)}}";
        let publish = SubjectPermission { allow: Some(vec![entry.to_owned()]), deny: None };
        let permissions = Permissions { publish, ..Permissions::default() };
        let template = Terms { permissions, ..Terms::default() };
        assert_eq!(fill(&template, &person, NEW), Err(TemplateError::TooMany));
        let filled = fill(&template, &person, CRASHING).expect("older servers make them all");
        assert_eq!(filled.terms.permissions.publish.allow.map(|a| a.len()), Some(17 * 17 * 17));
    }

    #[test]
    fn braces_are_found_as_the_expression_finds_them() {
        for (entry, want) in [
            ("{{a}}", &["{{a}}"][..]),
            ("{{{a}}}", &["{{{a}}"]),
            ("{{}}", &[]),
            ("{{a}", &[]),
            ("{{a} {{b}}", &["{{b}}"]),
            ("{{}}{{c}}", &["{{c}}"]),
            ("{{a}}{{b}}", &["{{a}}", "{{b}}"]),
        ] {
            assert_eq!(templates(entry).collect::<Vec<_>>(), want, "{entry}");
        }
    }
}
