//! May this connection publish or subscribe here, and which rule decides?
//!
//! `pubAllowedFullCheck` and `canSubscribe` over what a [`Granted`] says. An account's subject mappings come before
//! the check of a publish: the server asks about the mapped subject.

use super::decision::{Granted, Level, LogLine, RightsFrom, SubjectRights};
use super::options::{Permissions, SubjectPermission};
use super::subjects::{self, List};
use super::version::{
    CERT_ONLY_USERS, OLD_GATEWAY_REPLIES_RESERVED, PUBLISH_INTEREST, PUBLISH_INTEREST_BESIDE,
    RAFT_SUBJECTS_RESERVED, TIMES_ACROSS_MIDNIGHT, Version,
};
use super::via::Via;
use crate::token::quote;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Publishing to a subject.
    Publish,
    /// Subscribing to a subject, with or without a queue.
    Subscribe,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Allowed {
    /// Yes.
    Allowed,
    /// No.
    Denied,
    /// Only in reply to a message that asked for it.
    Reply,
    /// It depends on the destination that a weighted mapping picks, or on something not known.
    Depends,
}

impl Allowed {
    /// `allowed`, `denied`, `reply-only`, `depends`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Reply => "reply-only",
            Self::Depends => "depends",
        }
    }
}

/// An answer and the rule that decides it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The answer.
    pub allowed: Allowed,
    /// The list that decides: `pub.allow`, `sub.deny`, `resp`, `mapping`, or empty when nothing restricts.
    pub list: &'static str,
    /// The entry of that list.
    pub entry: Option<String>,
    /// Where the permissions come from.
    pub from: RightsFrom,
    /// Why, in words.
    pub reason: String,
    /// What the client reads when it is denied.
    pub client_sees: Option<String>,
    /// What else holds: denied deliveries inside an allowed wildcard, a mapping, an import.
    pub notes: Vec<String>,
}

/// A subject mapping of an account that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The source subject.
    pub source: String,
    /// Destinations and their weight; what is missing to 100 stays at the source.
    pub destinations: Vec<(String, i64)>,
}

/// The permissions of a connection, held as the server holds them.
#[derive(Debug)]
pub struct Rights<'a> {
    granted: &'a Granted,
    via: Via,
    version: Version,
    publish_allow: Option<List>,
    publish_deny: Option<List>,
    subscribe_allow: Option<List>,
    subscribe_deny: Option<List>,
}

/// What a server logs of entries that it cannot use, when it puts permissions in force.
pub(crate) fn unusable(granted: &Granted, version: Version) -> Vec<LogLine> {
    let validated = version.has(&CERT_ONLY_USERS);
    let mut lines = Vec::new();
    let mut line = |what: &str, entry: &str| {
        lines.push(LogLine::new(Level::Error, format!("{what} {}", quote(entry.as_bytes()))));
    };
    let publish =
        [(granted.publish.allow.as_deref().unwrap_or_default(), false), (&granted.publish.deny, true)];
    for (entries, deny) in publish {
        for entry in entries.iter().filter(|entry| validated && !subjects::is_valid(entry)) {
            match (deny, subjects::split_queue(entry, true)) {
                (true, Ok(_)) => line("queue qualifier is not valid for publish deny subject", entry),
                (true, Err(_)) => line("invalid publish deny subject", entry),
                (false, _) => line("invalid publish subject", entry),
            }
        }
    }
    let subscribe = granted.subscribe.allow.iter().flatten().chain(&granted.subscribe.deny);
    for entry in subscribe.filter(|entry| subjects::split_queue(entry, validated).is_err()) {
        line("invalid subject-queue", entry);
    }
    lines
}

/// The longest subject that fits into a protocol line by default.
const LONGEST: usize = 4096;

impl<'a> Rights<'a> {
    /// Builds the lists of a connection: `setPermissions`.
    pub fn new(granted: &'a Granted, via: Via, version: Version) -> Self {
        let validated = version.has(&CERT_ONLY_USERS);
        let publish = |entries: &[String], deny: bool| {
            let mut list = List::default();
            for (i, entry) in entries.iter().enumerate() {
                let mut subject = entry.as_str();
                if validated && !subjects::is_valid(entry) {
                    match subjects::split_queue(entry, true) {
                        Ok((s, _)) if deny => subject = s,
                        _ => continue,
                    }
                }
                list.insert(subject, None, i);
            }
            list
        };
        let p = &granted.publish;
        let publish_allow = p.allow.as_deref().map(|l| publish(l, false));
        let publish_deny = (!p.deny.is_empty()).then(|| publish(&p.deny, true));
        let subscribe = |entries: &[String]| {
            let mut list = List::default();
            for (i, entry) in entries.iter().enumerate() {
                if let Ok((subject, queue)) = subjects::split_queue(entry, validated) {
                    list.insert(subject, queue, i);
                }
            }
            list
        };
        let s = &granted.subscribe;
        let subscribe_allow = s.allow.as_deref().filter(|l| !l.is_empty()).map(subscribe);
        let subscribe_deny = (!s.deny.is_empty()).then(|| subscribe(&s.deny));
        Self { granted, via, version, publish_allow, publish_deny, subscribe_allow, subscribe_deny }
    }

    fn answer(&self, allowed: Allowed, list: &'static str, entry: Option<&String>, reason: String) -> Answer {
        Answer {
            allowed,
            list,
            entry: entry.cloned(),
            from: self.granted.rights_from,
            reason,
            client_sees: None,
            notes: Vec::new(),
        }
    }

    /// Whether the connection may publish to a literal subject.
    pub fn publish(&self, subject: &str) -> Answer {
        let mut answer = self.publish_unmapped(subject);
        if matches!(answer.allowed, Allowed::Denied | Allowed::Reply) {
            answer.client_sees = Some(format!("Permissions Violation for Publish to {subject:?}"));
        }
        answer
    }

    fn publish_unmapped(&self, subject: &str) -> Answer {
        use Allowed::{Denied, Reply};
        if subject.len() > LONGEST {
            return self.answer(Denied, "", None, "the subject is longer than a protocol line".to_owned());
        }
        let reserved = |prefix: &str| subject.len() > prefix.len() && subject.starts_with(prefix);
        let old_replies = reserved("$GR.") && self.version.has(&OLD_GATEWAY_REPLIES_RESERVED);
        if reserved("_GR_.") || old_replies {
            let reason = "subjects of routed gateway replies are the servers' own".to_owned();
            return self.answer(Denied, "", None, reason);
        }
        if subject.starts_with("$NRG.") && self.version.has(&RAFT_SUBJECTS_RESERVED) {
            let reason =
                "subjects of the servers' consensus are their own, but for the system account".to_owned();
            return self.answer(Denied, "", None, reason);
        }
        let lists = &self.granted.publish;
        let (first, beside) =
            (self.version.has(&PUBLISH_INTEREST), self.version.has(&PUBLISH_INTEREST_BESIDE));
        let meets = |list: &List| match first {
            true => list.first(subject, beside),
            false => list.matches(subject).plain.first().copied(),
        };
        let find = |list: &Option<List>| list.as_ref().map(meets);
        let mqtt_internal = self.via.is_leaf() && subject.starts_with("$MQTT.");
        let allow = if mqtt_internal { None } else { find(&self.publish_allow) };
        let entry = |l: &'a [String], i: usize| l.get(i);
        let refused = match allow {
            Some(None) => {
                let reason = match lists.allow.as_deref() {
                    Some([]) if self.granted.responses.is_some() => {
                        "the user may only reply, since it has a right to reply and no publish list"
                            .to_owned()
                    }
                    Some([]) => "the publish list is empty, which allows nothing".to_owned(),
                    _ => "no entry of the publish list matches".to_owned(),
                };
                Some(self.answer(Denied, "pub.allow", None, reason))
            }
            _ => match find(&self.publish_deny).flatten() {
                Some(i) => {
                    let entry = entry(&lists.deny, i);
                    let reason = "an entry of the deny list matches, and deny goes over allow".to_owned();
                    Some(self.answer(Denied, "pub.deny", entry, reason))
                }
                None => None,
            },
        };
        match refused {
            Some(mut answer) => {
                if let Some(r) = self.granted.responses {
                    answer.allowed = Reply;
                    answer.list = "resp";
                    let times =
                        if r.max < 0 { "any number of times".to_owned() } else { format!("{} times", r.max) };
                    answer.reason = format!(
                        "{}; but as reply to a message that was received it is allowed {times}",
                        answer.reason
                    );
                }
                answer
            }
            None => {
                match allow.flatten().and_then(|i| entry(lists.allow.as_deref().unwrap_or_default(), i)) {
                    Some(e) => self.answer(
                        Allowed::Allowed,
                        "pub.allow",
                        Some(e),
                        "an entry of the publish list matches".to_owned(),
                    ),
                    None => self.answer(
                        Allowed::Allowed,
                        "",
                        None,
                        "nothing restricts publishing to it".to_owned(),
                    ),
                }
            }
        }
    }

    /// Whether the connection may subscribe.
    pub fn subscribe(&self, subject: &str, queue: Option<&str>) -> Answer {
        use Allowed::Denied;
        let queue = queue.filter(|q| !q.is_empty());
        let mut answer = self.subscribe_inner(subject, queue);
        if answer.allowed == Denied && answer.client_sees.is_none() {
            let with = queue.map_or(String::new(), |q| format!(" using queue {q:?}"));
            answer.client_sees = Some(format!("Permissions Violation for Subscription to {subject:?}{with}"));
        }
        answer
    }

    fn subscribe_inner(&self, subject: &str, queue: Option<&str>) -> Answer {
        use Allowed::Denied;
        if subject.len() > LONGEST {
            return self.answer(Denied, "", None, "the subject is longer than a protocol line".to_owned());
        }
        let lists = &self.granted.subscribe;
        let allow_list = lists.allow.as_deref().unwrap_or_default();
        let mqtt_own = if self.version.has(&TIMES_ACROSS_MIDNIGHT) {
            self.via.is_mqtt()
                && (subject.starts_with("$MQTT.sub.") || subject.starts_with("$MQTT.deliver.pubrel."))
        } else {
            self.via.is_mqtt() && self.version.at_least(2, 12, 0) && subject.starts_with("$MQTT.")
        };
        let internal = mqtt_own || (self.via.is_leaf() && subject.starts_with("$MQTT."));
        let mut by: Option<&String> = None;
        if let Some(list) = self.subscribe_allow.as_ref().filter(|_| !internal) {
            let found = list.matches(subject);
            by = found.plain.first().and_then(|&i| allow_list.get(i));
            let mut allowed = by.is_some();
            let mut reason = "no entry of the subscribe list matches";
            if let Some(q) = queue.filter(|_| !found.queues.is_empty()) {
                let hit = found.queues.iter().find(|(name, _)| queue_matches(q, name));
                allowed = hit.is_some();
                by = hit.and_then(|&(_, i)| allow_list.get(i));
                reason = "the subscribe list names queues for this subject, and this queue is none of them";
            } else if queue.is_none() && !allowed && !found.queues.is_empty() {
                reason = "the subscribe list allows this subject with a queue alone";
            }
            if !allowed && self.via.is_leaf() && subjects::has_wildcard(subject) {
                by = list.inside(subject).and_then(|i| allow_list.get(i));
                allowed = by.is_some();
            }
            if !allowed {
                return self.answer(Denied, "sub.allow", None, reason.to_owned());
            }
        }
        if let Some(list) = &self.subscribe_deny {
            let found = list.matches(subject);
            let mut hit = found.plain.first().copied();
            if let Some(q) = queue.filter(|_| !found.queues.is_empty()) {
                // Until 2.12.8 the queues decided alone here: a deny without queue was forgotten.
                let by_queue = found.queues.iter().find(|(name, _)| queue_matches(q, name)).map(|&(_, i)| i);
                hit = if self.version.has(&TIMES_ACROSS_MIDNIGHT) { hit.or(by_queue) } else { by_queue };
            }
            if let Some(i) = hit {
                let reason = "an entry of the deny list matches, and deny goes over allow".to_owned();
                return self.answer(Denied, "sub.deny", lists.deny.get(i), reason);
            }
        }
        if queue == Some("_sys_") {
            return self.answer(Denied, "", None, "the queue _sys_ is the server's own".to_owned());
        }
        let mut answer = match by {
            Some(e) => {
                let reason = "an entry of the subscribe list matches".to_owned();
                self.answer(Allowed::Allowed, "sub.allow", Some(e), reason)
            }
            None => self.answer(Allowed::Allowed, "", None, "nothing restricts subscribing to it".to_owned()),
        };
        if subjects::has_wildcard(subject) {
            for denied in &lists.deny {
                if subjects::split_queue(denied, true).is_ok_and(|(s, _)| subjects::collide(s, subject)) {
                    answer
                        .notes
                        .push(format!("messages on {denied} are not delivered, the deny list has it"));
                }
            }
        }
        answer
    }
}

/// `queueMatches` for one entry.
fn queue_matches(queue: &str, entry: &str) -> bool {
    queue == entry || (subjects::has_wildcard(entry) && subjects::is_subset(queue, entry))
}

/// Whether a connection may do something, its account's mappings included.
pub fn can(
    granted: &Granted,
    mappings: &[Mapping],
    via: Via,
    version: Version,
    action: Action,
    subject: &str,
    queue: Option<&str>,
) -> Answer {
    let rights = Rights::new(granted, via, version);
    if action == Action::Subscribe {
        let mut answer = rights.subscribe(subject, queue);
        if answer.allowed == Allowed::Allowed && !subjects::is_valid(subject) {
            answer = rights.answer(Allowed::Denied, "", None, "it is no valid subject".to_owned());
            answer.client_sees = Some("Invalid Subject".to_owned());
        }
        return answer;
    }
    // The server has the mappings in an order of chance, and takes the first that holds the subject.
    let mut targets: Vec<(&Mapping, Option<String>, i64)> = Vec::new();
    for mapping in mappings.iter().filter(|mapping| subjects::is_subset(subject, &mapping.source)) {
        let of = |(to, weight): &(String, i64)| (mapping, mapped(subject, &mapping.source, to), *weight);
        targets.extend(mapping.destinations.iter().map(of));
        let named = mapping.destinations.iter().any(|(to, _)| *to == mapping.source);
        let total: i64 = mapping.destinations.iter().map(|(_, weight)| weight).sum();
        if total < 100 && !named {
            targets.push((mapping, Some(subject.to_owned()), 100 - total));
        }
    }
    let mut answer = through(&rights, subject, &targets);
    if !subjects::is_valid(subject) || subjects::has_wildcard(subject) {
        // A server asks its lists all the same, unless the client asked it to be pedantic.
        answer.notes.push(format!("{subject} is no subject that a message is delivered on"));
    }
    answer
}

/// The answer for a publish that goes to one of these subjects.
fn through(rights: &Rights<'_>, subject: &str, targets: &[(&Mapping, Option<String>, i64)]) -> Answer {
    let mut answers = targets.iter().map(|(mapping, to, weight)| {
        let mut answer = match to {
            Some(to) => rights.publish(to),
            None => {
                let reason = "it depends on the mapping".to_owned();
                rights.answer(Allowed::Depends, "mapping", Some(&mapping.source), reason)
            }
        };
        answer.notes.push(match to {
            Some(to) => format!("the account maps {subject} to {to} ({weight}%); the server asks about {to}"),
            None => {
                let source = &mapping.source;
                format!(
                    "the account maps {subject} by {source} in a way that is not computed here ({weight}%)"
                )
            }
        });
        answer
    });
    let Some(mut first) = answers.next() else { return rights.publish(subject) };
    for other in answers {
        if other.allowed != first.allowed {
            first.allowed = Allowed::Depends;
            first.list = "mapping";
            first.entry = targets.first().map(|(mapping, ..)| mapping.source.clone());
            first.reason = "it depends on the destination that the mapping picks".to_owned();
            first.client_sees = first.client_sees.or(other.client_sees);
        }
        first.notes.extend(other.notes);
    }
    first
}

/// The subject that a mapping gives; `None` for functions that hash or split.
fn mapped(subject: &str, source: &str, destination: &str) -> Option<String> {
    let tokens: Vec<&str> = subject.split('.').collect();
    let stars: Vec<&str> =
        source.split('.').zip(&tokens).filter(|(s, _)| *s == "*").map(|(_, t)| *t).collect();
    let tail = source.split('.').position(|t| t == ">").and_then(|at| tokens.get(at..)).unwrap_or_default();
    let mut out: Vec<String> = Vec::new();
    for token in destination.split('.') {
        if token == ">" {
            out.extend(tail.iter().map(|t| (*t).to_owned()));
            continue;
        }
        let index = if let Some(n) = token.strip_prefix('$').filter(|n| n.bytes().all(|b| b.is_ascii_digit()))
        {
            n.parse::<usize>().ok()
        } else if let Some(call) = token.strip_prefix("{{").and_then(|t| t.strip_suffix("}}")) {
            let call = call.trim().to_ascii_lowercase();
            let argument = call.strip_prefix("wildcard(").and_then(|c| c.strip_suffix(')'))?;
            Some(argument.trim().parse::<usize>().ok()?)
        } else {
            None
        };
        out.push(match index {
            Some(n) => (*stars.get(n.checked_sub(1)?)?).to_owned(),
            None => token.to_owned(),
        });
    }
    Some(out.join("."))
}

/// What a set of permissions grants, with the quirk of empty lists put straight: an empty subscribe list is none.
pub(crate) fn grant(permissions: Option<&Permissions>) -> (SubjectRights, SubjectRights, Option<(i64, i64)>) {
    let rights = |p: Option<&SubjectPermission>| SubjectRights {
        allow: p.and_then(|p| p.allow.clone()),
        deny: p.and_then(|p| p.deny.clone()).unwrap_or_default(),
    };
    let Some(p) = permissions else { return Default::default() };
    let mut subscribe = rights(p.subscribe.as_ref());
    subscribe.allow = subscribe.allow.filter(|l| !l.is_empty());
    (rights(p.publish.as_ref()), subscribe, p.responses)
}

#[cfg(test)]
mod tests {
    use super::super::decision::Responses;
    use super::*;

    const NEW: Version = Version::NEWEST;
    const OLD: Version = Version::new(2, 10, 26);

    fn rights(allow: Option<&[&str]>, deny: &[&str]) -> SubjectRights {
        let strings = |l: &[&str]| l.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        SubjectRights { allow: allow.map(strings), deny: strings(deny) }
    }

    #[test]
    fn publishing() {
        for (allow, deny, subject, want, list) in [
            (None, &[][..], "a", Allowed::Allowed, ""),
            (Some(&["a"][..]), &[], "a", Allowed::Allowed, "pub.allow"),
            (Some(&["a"]), &[], "b", Allowed::Denied, "pub.allow"),
            (Some(&[]), &["x"], "b", Allowed::Denied, "pub.allow"),
            (Some(&[">"]), &["b.*"], "b.c", Allowed::Denied, "pub.deny"),
            (None, &["b.*"], "c", Allowed::Allowed, ""),
            (None, &[], "_GR_.x", Allowed::Denied, ""),
        ] {
            let granted = Granted { publish: rights(allow, deny), ..Granted::default() };
            let got = can(&granted, &[], Via::Standard, NEW, Action::Publish, subject, None);
            assert_eq!((got.allowed, got.list), (want, list), "{allow:?} {deny:?} {subject}");
            assert_eq!(got.client_sees.is_some(), want == Allowed::Denied);
        }
        let responses = Some(Responses { max: 1, expires: 1 });
        let granted = Granted { publish: rights(Some(&[]), &[]), responses, ..Granted::default() };
        assert_eq!(Rights::new(&granted, Via::Standard, NEW).publish("x").allowed, Allowed::Reply);
        // A server asks its lists about a wildcard as well.
        let got = can(&granted, &[], Via::Standard, NEW, Action::Publish, "a.*", None);
        assert_eq!((got.allowed, got.notes.len()), (Allowed::Reply, 1));
        let got = can(&granted, &[], Via::Standard, NEW, Action::Subscribe, "a..b", None);
        assert_eq!(got.client_sees.as_deref(), Some("Invalid Subject"));
    }

    #[test]
    fn releases_differ_in_what_a_publish_meets() {
        let ask = |allow: &[&str], subject: &str, version: Version| {
            let granted = Granted { publish: rights(Some(allow), &[]), ..Granted::default() };
            can(&granted, &[], Via::Standard, version, Action::Publish, subject, None).allowed
        };
        let (before, hides, fixed) =
            (Version::new(2, 9, 10), Version::new(2, 11, 11), Version::new(2, 12, 4));
        for (version, want) in [(before, "allowed"), (hides, "denied"), (fixed, "allowed")] {
            assert_eq!(ask(&["*", "a.b"], "a", version).name(), want, "{version}");
        }
        for (version, want) in [(before, "allowed"), (hides, "denied"), (fixed, "denied")] {
            assert_eq!(ask(&["a.b", ">.x"], "a.b", version).name(), want, "{version}");
        }
        assert_eq!(ask(&[">"], "$NRG.x", before), Allowed::Allowed);
        assert_eq!(ask(&[">"], "$NRG.x", fixed), Allowed::Denied);
        assert_eq!(ask(&[">"], "$GR.x", fixed), Allowed::Allowed);
        assert_eq!(ask(&[">"], "$GR.x", NEW), Allowed::Denied);
    }

    #[test]
    fn subscribing() {
        for (allow, deny, subject, queue, version, want) in [
            (None, &[][..], "a", None, NEW, true),
            (Some(&["a"][..]), &[], "a", Some("q"), NEW, true),
            (Some(&["a q"]), &[], "a", None, NEW, false),
            (Some(&["a q"]), &[], "a", Some("q"), NEW, true),
            (Some(&["a q"]), &[], "a", Some("r"), NEW, false),
            (Some(&["a", "a q"]), &[], "a", None, NEW, true),
            (Some(&["a", "a q"]), &[], "a", Some("r"), NEW, false),
            (Some(&["a q.*"]), &[], "a", Some("q.1"), NEW, true),
            (Some(&["a.*"]), &[], "a.>", None, NEW, true),
            (Some(&["a.b"]), &[], "a.*", None, NEW, false),
            (None, &["a q"], "a", Some("q"), NEW, false),
            (None, &["a q"], "a", None, NEW, true),
            (None, &["a", "a q"], "a", Some("r"), NEW, false),
            (None, &["a", "a q"], "a", Some("r"), OLD, true),
            (None, &[], "a", Some("_sys_"), NEW, false),
            (Some(&[]), &["b"], "a", None, NEW, true),
        ] {
            let mut subscribe = rights(allow, deny);
            subscribe.allow = subscribe.allow.filter(|a| !a.is_empty());
            let granted = Granted { subscribe, ..Granted::default() };
            let got = can(&granted, &[], Via::Standard, version, Action::Subscribe, subject, queue);
            assert_eq!(
                got.allowed == Allowed::Allowed,
                want,
                "{allow:?} {deny:?} {subject} {queue:?} {version}"
            );
        }
        let granted = Granted { subscribe: rights(Some(&["a.b", "x.y"]), &[]), ..Granted::default() };
        for (via, want) in [(Via::Leafnode, Allowed::Allowed), (Via::Standard, Allowed::Denied)] {
            assert_eq!(can(&granted, &[], via, NEW, Action::Subscribe, "a.*", None).allowed, want);
        }
        let granted = Granted { subscribe: rights(None, &["a.secret"]), ..Granted::default() };
        let got = can(&granted, &[], Via::Standard, NEW, Action::Subscribe, "a.*", None);
        assert_eq!((got.allowed, got.notes.len()), (Allowed::Allowed, 1));
    }

    #[test]
    fn mappings_come_first() {
        let granted = Granted { publish: rights(Some(&["b.*"]), &[]), ..Granted::default() };
        let map = |source: &str, d: &[(&str, i64)]| Mapping {
            source: source.to_owned(),
            destinations: d.iter().map(|(s, w)| ((*s).to_owned(), *w)).collect(),
        };
        for (mapping, subject, want) in [
            (map("a.*", &[("b.$1", 100)]), "a.x", Allowed::Allowed),
            (map("a.*", &[("b.{{wildcard(1)}}", 100)]), "a.x", Allowed::Allowed),
            (map("a.*", &[("c.$1", 100)]), "a.x", Allowed::Denied),
            (map("a.*", &[("b.$1", 50)]), "a.x", Allowed::Depends),
            (map("a.*", &[("b.{{partition(3,1)}}", 100)]), "a.x", Allowed::Depends),
            (map("z", &[("b.x", 100)]), "a.x", Allowed::Denied),
            (map("b.>", &[("c.>", 100)]), "b.x", Allowed::Denied),
        ] {
            let got = can(
                &granted,
                std::slice::from_ref(&mapping),
                Via::Standard,
                NEW,
                Action::Publish,
                subject,
                None,
            );
            assert_eq!(got.allowed, want, "{mapping:?}");
        }
    }

    #[test]
    fn entries_that_cannot_be_used_are_told() {
        let granted = Granted {
            publish: rights(Some(&["a..b", "ok"]), &["a q"]),
            subscribe: rights(Some(&["a b c", "ok"]), &[]),
            ..Granted::default()
        };
        let texts = |v| unusable(&granted, v).iter().map(|l| l.text.clone()).collect::<Vec<_>>();
        assert_eq!(
            texts(NEW),
            [
                "invalid publish subject \"a..b\"",
                "queue qualifier is not valid for publish deny subject \"a q\"",
                "invalid subject-queue \"a b c\"",
            ]
        );
        assert_eq!(texts(OLD), ["invalid subject-queue \"a b c\""]);
    }
}
