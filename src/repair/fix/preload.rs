//! How does an account get among the preloads of a configuration? On a line of its own behind the last one, or within its
//! line, in the words, signs and quotes that stand there. Nothing else changes.

use std::ops::Range;

use crate::file::config::{Config, Entry, FileId, Node, Span};
use crate::token::{parse, quote};

/// What goes into one file of a configuration: ranges of its old bytes, in their order, with what stands there then.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Inserted {
    pub(super) file: FileId,
    pub(super) pieces: Vec<(Range<usize>, String)>,
}

const PRELOADS: &[&str] = &["resolver_preload"];
const RESOLVERS: &[&str] = &["resolver", "account_resolver", "accounts_resolver"];

/// What has these accounts preloaded, each with its key and its token.
///
/// # Errors
/// Why nobody can say where they would go.
pub(super) fn insert(config: &Config, accounts: &[(&str, &str)]) -> Result<Inserted, &'static str> {
    let mut preloads = config.root.any_case(PRELOADS);
    let (Some(preload), None) = (preloads.next(), preloads.next()) else {
        if config.root.any_case(PRELOADS).next().is_some() {
            return Err("resolver_preload stands there more than once");
        }
        return begin(config, accounts);
    };
    let Some(map) = preload.node.value.as_map().filter(|_| in_place(preload)) else {
        return Err("the value of resolver_preload stands elsewhere, behind a variable");
    };
    let written: Vec<&Entry> = map.entries().filter(|entry| in_place(entry)).collect();
    let Some((last, others)) = written.split_last() else {
        return Ok(into_empty(config, &preload.node, accounts));
    };
    let before = others.last().filter(|before| before.file == last.file);
    let style = Style::of(config, last);
    let items: Vec<Item> = accounts.iter().map(|(key, token)| style.item(key, token)).collect();
    Ok(behind(config, last, before.copied(), &items))
}

/// A map of preloads for a configuration that has none, behind its resolver.
fn begin(config: &Config, accounts: &[(&str, &str)]) -> Result<Inserted, &'static str> {
    let Some(resolver) = config.root.any_case(RESOLVERS).filter(|entry| in_place(entry)).last() else {
        return Err("nobody can say where in it resolver_preload would go");
    };
    let bytes = bytes(config, resolver.file);
    let style = Style::of(config, resolver);
    let (newline, indent, _) = lines(bytes, resolver.key_span.start, resolver.node.span.end)
        .map_or(("", String::new(), 0), |line| (line.newline, format!("{}  ", line.indent), line.end));
    let join =
        if newline.is_empty() { ", ".to_owned() } else { format!("{}{newline}{indent}", style.comma()) };
    let items: Vec<String> = accounts.iter().map(|(key, token)| style.item(key, token).text).collect();
    let (open, close) = match newline {
        "" => (" ".to_owned(), " ".to_owned()),
        _ => (format!("{newline}{indent}"), format!("{newline}{}", indent.strip_suffix("  ").unwrap_or(""))),
    };
    let map = format!("{{{open}{}{close}}}", items.join(&join));
    let sign = if style.sign.trim() == "=" { " = " } else { ": " };
    let text = format!("{}{sign}{map}", style.key.around("resolver_preload"));
    Ok(behind(config, resolver, None, &[Item { text, name: String::new() }]))
}

/// An entry that comes.
struct Item {
    text: String,
    /// What its account is called.
    name: String,
}

/// Entries that stand behind another one.
fn behind(config: &Config, last: &Entry, before: Option<&Entry>, items: &[Item]) -> Inserted {
    let bytes = bytes(config, last.file);
    let end = last.node.span.end;
    let Some(line) = lines(bytes, last.key_span.start, end) else {
        let text = items.iter().map(|item| format!(", {}", item.text)).collect();
        return Inserted { file: last.file, pieces: vec![(end..end, text)] };
    };
    let comma = |from: usize| bytes.get(from..).unwrap_or_default().trim_ascii_start().starts_with(b",");
    let (follows, style) = (comma(end), Style::of(config, last));
    let parted = follows || before.is_some_and(|before| comma(before.node.span.end)) || style.is_json();
    let heading = Heading::of(bytes, last.key_span.start - line.indent.len());
    let mut text = String::new();
    for (number, item) in items.iter().enumerate() {
        if parted && number > 0 {
            text.push(',');
        }
        if let Some(heading) = &heading {
            text.push_str(&heading.over(item, line.newline, &line.indent));
        }
        text.push_str(&format!("{}{}{}", line.newline, line.indent, item.text));
    }
    let mut pieces = Vec::new();
    if follows {
        text.push(',');
    } else if parted {
        pieces.push((end..end, ",".to_owned()));
    }
    pieces.push((line.end..line.end, text));
    Inserted { file: last.file, pieces }
}

/// The first entries of a map that has none of its own.
fn into_empty(config: &Config, node: &Node, accounts: &[(&str, &str)]) -> Inserted {
    let bytes = bytes(config, node.file);
    let plain = |(key, token): &(&str, &str)| format!("{key}: {token}");
    let items: Vec<String> = accounts.iter().map(plain).collect();
    let brace = node.span.end.saturating_sub(1);
    let start =
        bytes[..brace.min(bytes.len())].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let indent = bytes.get(start..brace).unwrap_or_default();
    if start > node.span.start && indent.iter().all(u8::is_ascii_whitespace) {
        let newline = if bytes[..start].ends_with(b"\r\n") { "\r\n" } else { "\n" };
        let indent = String::from_utf8_lossy(indent);
        let text = items.iter().map(|item| format!("{indent}  {item}{newline}")).collect();
        return Inserted { file: node.file, pieces: vec![(start..start, text)] };
    }
    let spaced = bytes[..brace.min(bytes.len())].last().is_some_and(u8::is_ascii_whitespace);
    let text = format!("{}{} ", if spaced { "" } else { " " }, items.join(", "));
    Inserted { file: node.file, pieces: vec![(brace..brace, text)] }
}

/// Whether an entry stands where its bytes say, and is not read out of a variable.
fn in_place(entry: &Entry) -> bool {
    entry.node.variable.is_none() && !entry.node.bare && entry.node.file == entry.file
}

fn bytes(config: &Config, file: FileId) -> &[u8] {
    config.files.get(file.0).map_or(&[], |file| &file.bytes)
}

/// An entry that has its lines for itself.
struct Line<'a> {
    /// What stands before its key.
    indent: String,
    /// How its last line ends; the file may end there instead.
    newline: &'a str,
    /// Where that is.
    end: usize,
}

/// The lines of an entry, if nothing but a comma and a comment stands beside it.
fn lines(bytes: &[u8], key: usize, end: usize) -> Option<Line<'static>> {
    let start = bytes.get(..key)?.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let indent = bytes.get(start..key)?;
    let rest = bytes.get(end..)?;
    let length = rest.iter().position(|byte| *byte == b'\n');
    let tail = &rest[..length.unwrap_or(rest.len())];
    let ends = end + tail.len() - usize::from(tail.ends_with(b"\r"));
    let said = tail.trim_ascii_start();
    let said = said.strip_prefix(b",").unwrap_or(said).trim_ascii();
    let alone = said.is_empty() || said.starts_with(b"#") || said.starts_with(b"//");
    if !alone || !indent.iter().all(u8::is_ascii_whitespace) {
        return None;
    }
    let wide = tail.ends_with(b"\r") || (length.is_none() && bytes[..start].ends_with(b"\r\n"));
    let newline = if wide { "\r\n" } else { "\n" };
    Some(Line { indent: String::from_utf8_lossy(indent).into_owned(), newline, end: ends })
}

/// Quotes around a key or a value; none.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Quotes(Option<char>);

impl Quotes {
    fn of(bytes: &[u8], span: Span) -> Quotes {
        Quotes(
            bytes.get(span.start).map(|byte| char::from(*byte)).filter(|quote| ['"', '\''].contains(quote)),
        )
    }

    fn around(self, text: &str) -> String {
        match self.0 {
            Some(quote) => format!("{quote}{text}{quote}"),
            None => text.to_owned(),
        }
    }
}

/// What nsc writes above each preload: `// Account "NAME"`, and an empty line above that.
struct Heading {
    /// What the comment begins with.
    sign: &'static str,
    /// Whether an empty line stands above it.
    apart: bool,
}

impl Heading {
    /// The heading of the entry on the line that begins here.
    fn of(bytes: &[u8], line: usize) -> Option<Heading> {
        let mut above = bytes.get(..line)?.split(|byte| *byte == b'\n').rev().skip(1).map(<[u8]>::trim_ascii);
        let comment = above.next()?;
        let sign = ["//", "#"].into_iter().find(|sign| comment.starts_with(sign.as_bytes()))?;
        let names = comment[sign.len()..].trim_ascii_start().starts_with(b"Account \"");
        let apart = above.next().is_none_or(|above| above.is_empty() || above.ends_with(b"{"));
        names.then_some(Heading { sign, apart })
    }

    /// The same for another account.
    fn over(&self, item: &Item, newline: &str, indent: &str) -> String {
        let apart = if self.apart { newline } else { "" };
        format!("{apart}{newline}{indent}{} Account {}", self.sign, quote(item.name.as_bytes()))
    }
}

/// How an entry is written.
struct Style {
    key: Quotes,
    value: Quotes,
    /// What stands between its key and its value.
    sign: String,
}

impl Style {
    fn of(config: &Config, entry: &Entry) -> Style {
        let bytes = bytes(config, entry.file);
        let between = bytes.get(entry.key_span.end..entry.node.span.start);
        let between = between.and_then(|between| std::str::from_utf8(between).ok()).unwrap_or(": ");
        let plain =
            ["", ":", "="].contains(&between.trim()) && !between.contains('\n') && !between.is_empty();
        Style {
            key: Quotes::of(bytes, entry.key_span),
            value: Quotes::of(bytes, entry.node.span),
            sign: if plain { between.to_owned() } else { ": ".to_owned() },
        }
    }

    fn item(&self, key: &str, token: &str) -> Item {
        let text = format!("{}{}{}", self.key.around(key), self.sign, self.value.around(token));
        let name = parse(token.as_bytes()).map(|read| read.claims.data.name).unwrap_or_default();
        Item { text, name }
    }

    /// Where everything is in double quotes it may be meant to be JSON, which wants commas.
    fn is_json(&self) -> bool {
        self.key == Quotes(Some('"')) && self.sign.trim() == ":"
    }

    fn comma(&self) -> &'static str {
        if self.is_json() { "," } else { "" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::config::{Nothing, ReadError, Sources, parse};
    use crate::server::Version;

    /// The file that changes, and what it is then.
    fn inserted(text: &str, accounts: &[(&str, &str)], sources: &dyn Sources) -> (usize, String) {
        let config = parse("s.conf", text.as_bytes(), Version::NEWEST, sources).expect("it parses");
        let Inserted { file, pieces } = insert(&config, accounts).expect("there is a place");
        let mut new = String::from_utf8(config.files[file.0].bytes.clone()).expect("UTF-8");
        pieces.iter().rev().for_each(|(at, piece)| new.replace_range(at.clone(), piece));
        (file.0, new)
    }

    /// Reads them again: the old ones as they were, and the new ones behind.
    fn becomes(text: &str, wanted: &str) {
        let (_, new) = inserted(text, &[("AC", "eyJc")], &Nothing);
        assert_eq!(new, wanted);
        for count in 1..3 {
            let accounts = &[("AC", "eyJc"), ("AD", "eyJd")][..count];
            let (_, new) = inserted(text, accounts, &Nothing);
            let read = |text: &str| {
                let config = parse("s.conf", text.as_bytes(), Version::NEWEST, &Nothing).expect("it parses");
                let rest: Vec<_> = config.root.entries().map(|entry| entry.key.clone()).collect();
                let map = config.root.any_case(PRELOADS).next().and_then(|entry| {
                    let entries = entry.node.value.as_map()?.entries();
                    Some(
                        entries
                            .map(|e| (e.key.clone(), e.node.value.as_str().expect("text").into_owned()))
                            .collect::<Vec<_>>(),
                    )
                });
                (rest, map.unwrap_or_default())
            };
            let ((mut keys, mut preloads), then) = (read(text), read(&new));
            if !keys.iter().any(|key| key == "resolver_preload") {
                let behind = keys.iter().position(|key| key == "resolver").expect("one") + 1;
                keys.insert(behind, "resolver_preload".into());
            }
            preloads.extend(accounts.iter().map(|(key, token)| ((*key).to_owned(), (*token).to_owned())));
            assert_eq!(then, (keys, preloads), "{new}");
        }
    }

    #[test]
    fn a_line_behind_the_last_one() {
        for (text, wanted) in [
            (
                "p { }\nresolver_preload {\n\tAB: eyJa # b\n}\nx: 1",
                "p { }\nresolver_preload {\n\tAB: eyJa # b\n\tAC: eyJc\n}\nx: 1",
            ),
            (
                "resolver_preload: {\r\n  AB eyJa\r\n}\r\n",
                "resolver_preload: {\r\n  AB eyJa\r\n  AC eyJc\r\n}\r\n",
            ),
            (
                "resolver_preload = {\n  'AB' = \"eyJa\",\n}",
                "resolver_preload = {\n  'AB' = \"eyJa\",\n  'AC' = \"eyJc\",\n}",
            ),
            (
                "resolver_preload {\n  A: eyJa,\n  AB: eyJb // b\n\n # end\n}",
                "resolver_preload {\n  A: eyJa,\n  AB: eyJb, // b\n  AC: eyJc\n\n # end\n}",
            ),
            (
                "{\"resolver_preload\": {\n  \"AB\": \"eyJa\"\n}}",
                "{\"resolver_preload\": {\n  \"AB\": \"eyJa\",\n  \"AC\": \"eyJc\"\n}}",
            ),
        ] {
            becomes(text, wanted);
        }
    }

    #[test]
    fn within_the_line() {
        for (text, wanted) in [
            ("resolver_preload { AB: eyJa }", "resolver_preload { AB: eyJa, AC: eyJc }"),
            ("resolver_preload {A: eyJx, AB: eyJa\n}", "resolver_preload {A: eyJx, AB: eyJa, AC: eyJc\n}"),
            (
                "{\"resolver_preload\":{\"AB\":\"eyJa\"},\"x\":1}",
                "{\"resolver_preload\":{\"AB\":\"eyJa\", \"AC\":\"eyJc\"},\"x\":1}",
            ),
            ("resolver_preload {}", "resolver_preload { AC: eyJc }"),
            ("resolver_preload { } # none", "resolver_preload { AC: eyJc } # none"),
        ] {
            becomes(text, wanted);
        }
    }

    #[test]
    fn where_there_are_none() {
        for (text, wanted) in [
            ("resolver_preload: {\n  # none yet\n}\n", "resolver_preload: {\n  # none yet\n  AC: eyJc\n}\n"),
            (
                "resolver: MEMORY # here\nx: 1\n",
                "resolver: MEMORY # here\nresolver_preload: {\n  AC: eyJc\n}\nx: 1\n",
            ),
            ("resolver = 'MEM'", "resolver = 'MEM'\nresolver_preload = {\n  AC = 'eyJc'\n}"),
            ("x: 1, resolver: MEM, y: 2", "x: 1, resolver: MEM, resolver_preload: { AC: eyJc }, y: 2"),
            (
                "{\n  \"resolver\": \"MEM\",\n  \"x\": 1\n}",
                "{\n  \"resolver\": \"MEM\",\n  \"resolver_preload\": {\n    \"AC\": \"eyJc\"\n  },\n  \"x\": 1\n}",
            ),
        ] {
            becomes(text, wanted);
        }
    }

    #[test]
    fn below_the_heading_that_nsc_writes() {
        for (text, wanted) in [
            (
                "resolver_preload: {\n  // Account \"B\"\n  AB: eyJa\n\n}\n",
                "resolver_preload: {\n  // Account \"B\"\n  AB: eyJa\n\n  // Account \"\"\n  AC: eyJc\n\n}\n",
            ),
            (
                "resolver_preload: {\r\n# Account \"A\"\r\nA: eyJa,\r\n# Account \"B\"\r\nAB: eyJa\r\n}",
                "resolver_preload: {\r\n# Account \"A\"\r\nA: eyJa,\r\n# Account \"B\"\r\nAB: eyJa,\r\n# Account \"\"\r\nAC: eyJc\r\n}",
            ),
            // Where the line has more on it nothing goes into a comment.
            (
                "resolver_preload: {\n  # Account \"B\"\n  AB: eyJa }",
                "resolver_preload: {\n  # Account \"B\"\n  AB: eyJa, AC: eyJc }",
            ),
        ] {
            becomes(text, wanted);
        }
    }

    struct Included(&'static str);

    impl Sources for Included {
        fn file(&self, _: &str) -> Result<Vec<u8>, ReadError> {
            Ok(self.0.into())
        }

        fn variable(&self, _: &str) -> Option<String> {
            None
        }
    }

    #[test]
    fn where_the_others_stand() {
        let accounts = &[("AC", "eyJc")];
        let within = "resolver_preload { include 'accounts.conf' }";
        let after = inserted(within, accounts, &Included("AB: eyJa"));
        assert_eq!(after, (1, "AB: eyJa\nAC: eyJc".to_owned()));
        assert_eq!(
            inserted(within, accounts, &Included("# none")),
            (0, "resolver_preload { include 'accounts.conf' AC: eyJc }".to_owned())
        );
        let whole =
            inserted("include 'r.conf'", accounts, &Included("resolver: MEM\nresolver_preload {\n}\n"));
        assert_eq!(whole, (1, "resolver: MEM\nresolver_preload {\n  AC: eyJc\n}\n".to_owned()));
    }

    #[test]
    fn nobody_can_say_where() {
        for text in [
            "all { AB: eyJa }\nresolver: MEM\nresolver_preload: $all",
            "resolver_preload { }\nRESOLVER_PRELOAD { }",
            "x: 1",
        ] {
            let config = parse("s.conf", text.as_bytes(), Version::NEWEST, &Nothing).expect("it parses");
            assert!(insert(&config, &[("AC", "eyJc")]).is_err(), "{text}");
        }
    }

    #[test]
    fn an_entry_of_a_variable_is_no_model() {
        becomes(
            "t: eyJa\nresolver_preload {\n AB: $t\n}",
            "t: eyJa\nresolver_preload {\n AB: $t\n  AC: eyJc\n}",
        );
    }
}
