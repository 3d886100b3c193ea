//! Does this subject match that one, as nats-server's subscription list says?
//!
//! Permissions are kept in the list that also routes messages (sublist.go), and its quirks decide: it walks a queried
//! subject token by token and takes wildcards in the query for plain tokens, so `foo.>` is "matched" by `foo.*`.

use std::collections::HashMap;

/// The tokens of a subject. They are short: a search for one byte at a time is slower.
fn tokens(subject: &str) -> impl Iterator<Item = &[u8]> {
    subject.as_bytes().split(|byte| *byte == b'.')
}

/// `*` or `>`. One byte is compared as a byte, which is faster than as a slice of bytes.
fn is_wildcard(token: &[u8]) -> bool {
    matches!(token, [b'*' | b'>'])
}

/// `IsValidSubject`.
pub fn is_valid(subject: &str) -> bool {
    let mut full = false;
    for token in tokens(subject) {
        let blank = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ');
        if token.is_empty() || full || token.iter().any(blank) {
            return false;
        }
        full = token == [b'>'];
    }
    true
}

/// `subjectHasWildcard`: a `*` or `>` that is a token of its own.
pub fn has_wildcard(subject: &str) -> bool {
    tokens(subject).any(is_wildcard)
}

/// `subjectIsSubsetMatch`: whether everything that matches `subject` also matches `test`.
pub fn is_subset(subject: &str, test: &str) -> bool {
    // Most pairs differ in the first letter already.
    if subject.bytes().next() != test.bytes().next() && !test.starts_with(['*', '>']) {
        return false;
    }
    let mut rest = tokens(subject);
    for want in tokens(test) {
        let Some(have) = rest.next() else { return false };
        if want.is_empty() {
            return false;
        }
        if want == [b'>'] {
            return true;
        }
        if have.is_empty() || have == [b'>'] {
            return false;
        }
        if have == [b'*'] {
            if want != [b'*'] {
                return false;
            }
            continue;
        }
        // Go looks at the first byte alone here, so a literal that begins with `*` matches anything.
        if want.first() != Some(&b'*') && have != want {
            return false;
        }
    }
    rest.next().is_none()
}

/// `SubjectsCollide`: whether some literal subject matches both.
pub fn collide(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    match (has_wildcard(a), has_wildcard(b)) {
        (false, false) => return false,
        (false, true) => return is_subset(a, b),
        (true, false) => return is_subset(b, a),
        (true, true) => {}
    }
    let mut both = tokens(a).zip(tokens(b));
    if !both.all(|(x, y)| !x.is_empty() && !y.is_empty() && (is_wildcard(x) || is_wildcard(y) || x == y)) {
        return false;
    }
    // The shorter goes on as far as the other only with a `>`.
    let (la, lb) = (tokens(a).count(), tokens(b).count());
    let full = |subject| tokens(subject).any(|token| token == [b'>']);
    la == lb || if la < lb { full(a) } else { full(b) }
}

/// `splitSubjectQueue`, the entry of a subscribe list: a subject and an optional queue.
/// `Err(true)` says that a server without the later check crashes at this entry.
pub fn split_queue(entry: &str, validated: bool) -> Result<(&str, Option<&str>), bool> {
    let mut fields = entry.split_whitespace();
    let Some(subject) = fields.next() else { return Err(!validated) };
    let queue = fields.next();
    if fields.next().is_some() {
        return Err(false);
    }
    if validated && !(is_valid(subject) && queue.is_none_or(is_valid)) {
        return Err(false);
    }
    Ok((subject, queue))
}

#[derive(Debug, Default)]
struct Node {
    plain: Vec<usize>,
    queues: Vec<(String, usize)>,
    next: usize,
}

#[derive(Debug, Default)]
struct Level {
    full: Option<usize>,
    partial: Option<usize>,
    literal: HashMap<String, usize>,
}

/// What a subject meets in a list.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Matches<'a> {
    /// Entries without a queue, by their number.
    pub plain: Vec<usize>,
    /// Entries with a queue.
    pub queues: Vec<(&'a str, usize)>,
}

/// One permission list, held as the server holds it.
#[derive(Debug)]
pub struct List {
    nodes: Vec<Node>,
    levels: Vec<Level>,
}

impl Default for List {
    fn default() -> Self {
        Self { nodes: Vec::new(), levels: vec![Level::default()] }
    }
}

impl List {
    /// `Insert`; false: the subject is invalid and matches nothing. What was made of it up to there stays, as in Go.
    pub fn insert(&mut self, subject: &str, queue: Option<&str>, number: usize) -> bool {
        let (mut level, mut last, mut full) = (0_usize, None, false);
        for token in subject.split('.') {
            if token.is_empty() || full {
                return false;
            }
            let slot = match token {
                "*" => self.levels[level].partial,
                ">" => self.levels[level].full,
                t => self.levels[level].literal.get(t).copied(),
            };
            full = token == ">";
            let node = slot.unwrap_or_else(|| {
                let (node, next) = (self.nodes.len(), self.levels.len());
                self.nodes.push(Node { next, ..Node::default() });
                self.levels.push(Level::default());
                match token {
                    "*" => self.levels[level].partial = Some(node),
                    ">" => self.levels[level].full = Some(node),
                    t => {
                        self.levels[level].literal.insert(t.to_owned(), node);
                    }
                }
                node
            });
            level = self.nodes[node].next;
            last = Some(node);
        }
        if let Some(node) = last {
            match queue {
                None => self.nodes[node].plain.push(number),
                Some(q) => self.nodes[node].queues.push((q.to_owned(), number)),
            }
        }
        true
    }

    /// `Match`.
    pub fn matches(&self, subject: &str) -> Matches<'_> {
        let mut found = Matches::default();
        let tokens: Vec<&str> = subject.split('.').collect();
        if tokens.iter().all(|t| !t.is_empty()) {
            self.walk(0, &tokens, &mut found);
        }
        found
    }

    fn walk<'a>(&'a self, level: usize, tokens: &[&str], found: &mut Matches<'a>) {
        let (mut level, mut literal, mut partial) = (Some(level), None, None);
        for (i, token) in tokens.iter().enumerate() {
            let Some(at) = level else { return };
            let at = &self.levels[at];
            if let Some(node) = at.full {
                self.add(node, found);
            }
            partial = at.partial;
            if let Some(node) = partial {
                self.walk(self.nodes[node].next, tokens.get(i + 1..).unwrap_or_default(), found);
            }
            literal = at.literal.get(*token).copied();
            level = literal.map(|n| self.nodes[n].next);
        }
        for node in [literal, partial].into_iter().flatten() {
            self.add(node, found);
        }
    }

    fn add<'a>(&'a self, node: usize, found: &mut Matches<'a>) {
        found.plain.extend(&self.nodes[node].plain);
        found.queues.extend(self.nodes[node].queues.iter().map(|(q, n)| (q.as_str(), *n)));
    }

    /// `NumInterest` without queues: the first entry met. Unlike [`List::matches`] it stops at the first `>` node, even
    /// at one that an invalid entry like `a.>.b` left behind empty. `beside`: where a longer entry goes through the
    /// subject, the wildcard beside it counts all the same (VER-37).
    pub fn first(&self, subject: &str, beside: bool) -> Option<usize> {
        let tokens: Vec<&str> = subject.split('.').collect();
        if tokens.iter().any(|t| t.is_empty()) {
            return None;
        }
        self.any(0, &tokens, beside).1
    }

    fn any(&self, level: usize, tokens: &[&str], beside: bool) -> (bool, Option<usize>) {
        let (mut level, mut literal, mut partial) = (Some(level), None, None);
        for (i, token) in tokens.iter().enumerate() {
            let Some(at) = level else { return (false, None) };
            let at = &self.levels[at];
            if let Some(node) = at.full {
                return (true, self.nodes[node].plain.first().copied());
            }
            partial = at.partial;
            if let Some(node) = partial {
                let rest = tokens.get(i + 1..).unwrap_or_default();
                let deeper = self.any(self.nodes[node].next, rest, beside);
                if deeper.0 {
                    return deeper;
                }
            }
            literal = at.literal.get(*token).copied();
            level = literal.map(|n| self.nodes[n].next);
        }
        for node in [literal, partial].into_iter().flatten() {
            let node = &self.nodes[node];
            if !node.plain.is_empty() || !node.queues.is_empty() || !beside {
                return (!node.plain.is_empty() || !node.queues.is_empty(), node.plain.first().copied());
            }
        }
        (false, None)
    }

    /// `ReverseMatch`, which lets leafnodes ask for more than an entry says: some entry lies inside the subject.
    pub fn inside(&self, subject: &str) -> Option<usize> {
        let tokens: Vec<&str> = subject.split('.').collect();
        let mut found = Matches::default();
        self.reverse(0, &tokens, None, &mut found);
        found.plain.first().copied()
    }

    fn reverse<'a>(
        &'a self,
        level: usize,
        tokens: &[&str],
        mut node: Option<usize>,
        found: &mut Matches<'a>,
    ) {
        let mut at = level;
        for (i, token) in tokens.iter().enumerate() {
            let rest = tokens.get(i + 1..).unwrap_or_default();
            let here = &self.levels[at];
            if *token == ">" {
                return self.all(at, found);
            }
            if *token == "*" {
                for &n in here.literal.values() {
                    self.reverse(self.nodes[n].next, rest, Some(n), found);
                }
                if let Some(n) = here.partial {
                    self.reverse(self.nodes[n].next, rest, node, found);
                }
                if here.full.is_some() {
                    self.all(at, found);
                }
                return;
            }
            if here.full.is_some() {
                return self.all(at, found);
            }
            if let Some(n) = here.partial {
                self.reverse(self.nodes[n].next, rest, node, found);
            }
            node = here.literal.get(*token).copied();
            match node {
                None => break,
                Some(n) => at = self.nodes[n].next,
            }
        }
        if let Some(n) = node {
            self.add(n, found);
        }
    }

    fn all<'a>(&'a self, level: usize, found: &mut Matches<'a>) {
        let here = &self.levels[level];
        for n in here.partial.into_iter().chain(here.full) {
            self.add(n, found);
        }
        for &n in here.literal.values() {
            self.add(n, found);
            self.all(self.nodes[n].next, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[&str]) -> List {
        let mut list = List::default();
        for (i, e) in entries.iter().enumerate() {
            if let Ok((s, q)) = split_queue(e, false) {
                list.insert(s, q, i);
            }
        }
        list
    }

    #[test]
    fn a_list_matches_as_the_server_routes() {
        for (entries, subject, want) in [
            (&["foo"][..], "foo", true),
            (&["foo"], "foo.bar", false),
            (&["foo.*"], "foo.bar", true),
            (&["foo.*"], "foo.bar.baz", false),
            (&["foo.>"], "foo", false),
            (&["foo.>"], "foo.bar.baz", true),
            (&[">"], "a", true),
            (&["*.b"], "a.b", true),
            (&["*.b", "a.c"], "a.c", true),
            (&["foo.*"], "foo.>", true),
            (&["foo.bar"], "foo.*", false),
            (&["foo..bar"], "foo..bar", false),
            (&["foo.>.bar"], "foo.x.bar", false),
            (&["a"], "", false),
        ] {
            assert_eq!(!list(entries).matches(subject).plain.is_empty(), want, "{entries:?} {subject}");
        }
    }

    #[test]
    fn an_invalid_entry_can_hide_a_good_one() {
        let l = list(&["foo.>.bar", "foo.x"]);
        assert_eq!(l.matches("foo.x").plain, [1]);
        assert_eq!(l.first("foo.x", true), None);
        let l = list(&["*", "foo.bar"]);
        assert_eq!((l.first("foo", true), l.first("foo", false)), (Some(0), None));
    }

    #[test]
    fn queues_are_kept_apart() {
        let l = list(&["foo", "foo v1", "foo v2.*"]);
        let m = l.matches("foo");
        assert_eq!(m.plain, [0]);
        assert_eq!(m.queues, [("v1", 1), ("v2.*", 2)]);
        assert_eq!(split_queue("a b c", false), Err(false));
        assert_eq!(split_queue("  ", false), Err(true));
        assert_eq!(split_queue("  ", true), Err(false));
        assert_eq!(split_queue("a..b", true), Err(false));
    }

    #[test]
    fn subsets_and_collisions() {
        assert!(is_subset("foo.bar", "foo.*") && is_subset("foo.*", "foo.>") && !is_subset("foo.>", "foo.*"));
        assert!(!is_subset("foo", "foo.bar") && !is_subset("foo.bar.baz", "foo.*") && is_subset("x", "*y"));
        assert!(collide("foo.*", "*.bar") && collide("foo.>", "foo.*.x") && !collide("foo.*", "bar.*"));
        assert!(collide("a", "a") && !collide("a", "b") && collide("a.b", "a.>") && !collide("a.*", "a.*.c"));
    }

    #[test]
    fn leafnodes_may_ask_for_more() {
        let l = list(&["foo.bar", "x.>"]);
        assert_eq!(l.inside("foo.*"), Some(0));
        assert_eq!(l.inside("x.*"), Some(1));
        assert_eq!(l.inside("y.*"), None);
        assert!(l.inside(">").is_some());
    }

    #[test]
    fn subjects_valid_as_in_go() {
        for (s, want) in [
            ("a", true),
            ("a.>", true),
            (">.a", false),
            ("", false),
            ("a..b", false),
            ("a b", false),
            ("a\u{0}", true),
        ] {
            assert_eq!(is_valid(s), want, "{s:?}");
        }
        assert!(has_wildcard("a.*") && !has_wildcard("a*.b>"));
    }
}
