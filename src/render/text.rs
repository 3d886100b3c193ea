//! How is text from a token shown? Names are attacker-written: nothing that moves a cursor, hides or reorders text gets out.
//! Beside it: times, durations, sizes and limits in words.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a terminal would obey, hide or reorder at this character instead of showing it.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e000}'..='\u{f8ff}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{10ffff}')
        || (c.is_whitespace() && c != ' ')
        || matches!(u32::from(c) & 0xffff, 0xfffe | 0xffff)
}

/// `text` with everything invisible spelled out: `\n`, `\u{202e}`, and the backslash doubled so that nothing is ambiguous.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            _ => push_visible(&mut out, c),
        }
    }
    out
}

/// JSON in which everything invisible is written as `\u202e`; it can only stand inside strings.
pub fn visible_json(json: String) -> String {
    if json.is_ascii() && !json.contains('\u{7f}') {
        return json;
    }
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c != '\n' && is_invisible(c) {
            let mut units = [0u16; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// As [`escape`], for words that jwtfix or a server wrote around a token's text: backslashes stand, lines stay one line.
pub fn escape_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| push_visible(&mut out, c));
    out
}

fn push_visible(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if is_invisible(c) => {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        }
        c => out.push(c),
    }
}

/// A name in quotes, escaped, at most 64 characters long.
pub fn name(text: &str) -> String {
    format!("\"{}\"", clip(&escape(text), 64))
}

/// At most `most` characters; what is cut is marked.
pub fn clip(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// Whether a text is a seed or a private key, or a good part of one: nothing of it may be printed.
pub fn secret(text: &str) -> bool {
    let bytes = text.trim().as_bytes();
    let base32 = |b: &u8| matches!(b.to_ascii_uppercase(), b'A'..=b'Z' | b'2'..=b'7');
    match bytes {
        [s, role, third, ..] if s.eq_ignore_ascii_case(&b'S') => {
            bytes.len() >= 24
                && b"OAUNCX".contains(&role.to_ascii_uppercase())
                && matches!(third.to_ascii_uppercase(), b'A'..=b'D')
                && bytes.iter().all(base32)
        }
        [p, ..] if p.eq_ignore_ascii_case(&b'P') => bytes.len() >= 56 && bytes.iter().all(base32),
        _ => false,
    }
}

/// A key as people read it: short where it is a key, else escaped; never a secret.
pub fn key(text: &str, full: bool) -> String {
    let is_key = text.len() == 56
        && text.starts_with(['O', 'A', 'U', 'N', 'C', 'X'])
        && text.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7'));
    if is_key && full {
        text.to_owned()
    } else if is_key {
        format!("{}…{}", text.get(..6).unwrap_or_default(), text.get(52..).unwrap_or_default())
    } else if text.is_empty() {
        "(none)".to_owned()
    } else if secret(text) {
        "(a secret)".to_owned()
    } else {
        name(text)
    }
}

/// A sentence with the keys in it as people read them, in whatever letter case they are; in full where that is asked for.
pub fn with_keys(words: &str, full: bool) -> Cow<'_, str> {
    let is_key = |word: &str| {
        let upper = |at: usize| word.as_bytes().get(at).map(u8::to_ascii_uppercase);
        word.len() == 56
            && upper(0).is_some_and(|role| b"OAUNCX".contains(&role))
            && word.bytes().all(|b| matches!(b.to_ascii_uppercase(), b'A'..=b'Z' | b'2'..=b'7'))
    };
    let mut out = String::new();
    let mut done = 0;
    let mut at = 0;
    for word in words.split(|c: char| !c.is_ascii_alphanumeric()) {
        let end = at + word.len();
        if !full && is_key(word) {
            out.push_str(&words[done..at + 6]);
            out.push('…');
            done = end - 4;
        }
        at = end + words[end..].chars().next().map_or(0, char::len_utf8);
    }
    if done == 0 {
        return Cow::Borrowed(words);
    }
    out.push_str(&words[done..]);
    Cow::Owned(out)
}

/// Paragraphs filled anew, in lines of so many columns at the most; what is indented stays as it is. Ends in a line break.
pub fn fill(paragraphs: &str, columns: usize) -> String {
    let mut out = String::with_capacity(paragraphs.len() + 16);
    let mut column = 0;
    for line in paragraphs.lines() {
        if line.trim().is_empty() || line.starts_with(' ') || line.starts_with("- ") {
            if column > 0 {
                out.push('\n');
            }
            out.push_str(line.trim_end());
            out.push('\n');
            column = 0;
            continue;
        }
        for word in line.split_whitespace() {
            let wide = word.chars().count();
            if column > 0 && column + 1 + wide > columns {
                out.push('\n');
                column = 0;
            }
            if column > 0 {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += wide;
        }
    }
    if column > 0 {
        out.push('\n');
    }
    out
}

pub use crate::token::instant;

/// `2027-03-02 09:14:07 UTC (in 14 weeks)`.
pub fn time(unix: i64, now: i64) -> String {
    format!("{} ({})", instant(unix), relative(unix, now))
}

/// `in 14 weeks`, `3 days ago`, `now`.
pub fn relative(unix: i64, now: i64) -> String {
    let distance = i128::from(unix) - i128::from(now);
    match distance {
        0 => "now".to_owned(),
        1.. => format!("in {}", span(distance.unsigned_abs())),
        _ => format!("{} ago", span(distance.unsigned_abs())),
    }
}

/// Seconds in the largest unit of which there are two at least.
fn span(seconds: u128) -> String {
    const UNITS: [(u128, &str); 6] = [
        (365 * 86_400, "year"),
        (30 * 86_400, "month"),
        (7 * 86_400, "week"),
        (86_400, "day"),
        (3_600, "hour"),
        (60, "minute"),
    ];
    // Weeks read better than "3 months" up to half a year.
    let weeks = (14 * 86_400..183 * 86_400).contains(&seconds);
    let (size, unit) = UNITS
        .into_iter()
        .filter(|&(_, unit)| !(weeks && unit == "month"))
        .find(|(size, _)| seconds >= 2 * size)
        .unwrap_or((1, "second"));
    let count = seconds / size;
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// Nanoseconds as Go prints a duration, without trailing zeros: `2m`, `1.5s`, `300ms`.
pub fn nanoseconds(nanos: i64) -> String {
    if nanos < 0 {
        return "for ever".to_owned();
    }
    const UNITS: [(i64, &str); 6] = [
        (86_400_000_000_000, "d"),
        (3_600_000_000_000, "h"),
        (60_000_000_000, "m"),
        (1_000_000_000, "s"),
        (1_000_000, "ms"),
        (1_000, "µs"),
    ];
    let mut rest = nanos;
    let mut out = String::new();
    for (size, unit) in UNITS {
        if rest >= size {
            let _ = write!(out, "{}{unit}", rest / size);
            rest %= size;
        }
    }
    if rest > 0 || out.is_empty() {
        let _ = write!(out, "{rest}ns");
    }
    out
}

/// A limit on a number of things, by its meaning: `-1` is unlimited and `0` is none.
pub fn limit(value: i64) -> String {
    match value {
        -1 => "unlimited".to_owned(),
        0 => "none".to_owned(),
        value => grouped(value),
    }
}

/// A limit in bytes, by its meaning.
pub fn byte_limit(value: i64) -> String {
    match value {
        -1 => "unlimited".to_owned(),
        0 => "none".to_owned(),
        value => bytes(value),
    }
}

/// `64 KiB` where it is whole, else one digit behind the point.
pub fn bytes(value: i64) -> String {
    const UNITS: [(u64, &str); 5] =
        [(1 << 50, "PiB"), (1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let size = value.unsigned_abs();
    let sign = if value < 0 { "-" } else { "" };
    match UNITS.into_iter().find(|(unit, _)| size >= *unit) {
        None => format!("{sign}{size} bytes"),
        Some((unit, word)) if size.is_multiple_of(unit) => format!("{sign}{} {word}", size / unit),
        Some((unit, word)) => {
            let tenths = u128::from(size) * 10 / u128::from(unit);
            format!("{sign}{}.{} {word}", tenths / 10, tenths % 10)
        }
    }
}

/// A number with its thousands apart: `10,000`.
pub fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        out.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 file`, `3 files`.
pub fn count(number: usize, one: &str) -> String {
    let many = match one.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o']) => format!("{stem}ies"),
        _ => format!("{one}s"),
    };
    format!(
        "{} {}",
        grouped(i64::try_from(number).unwrap_or(i64::MAX)),
        if number == 1 { one } else { &many }
    )
}

/// Our own signs for a terminal without UTF-8; every other character beyond ASCII is spelled out.
pub fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '…' => out.push_str("..."),
            '✓' => out.push_str("ok:"),
            '✗' => out.push_str("no:"),
            '│' => out.push('|'),
            '─' => out.push('-'),
            '├' | '└' => out.push('+'),
            '•' | '·' => out.push('*'),
            '→' => out.push_str("->"),
            'µ' => out.push('u'),
            '×' => out.push('x'),
            '≥' => out.push_str(">="),
            '≤' => out.push_str("<="),
            c if c.is_ascii() => out.push(c),
            c => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    out
}

/// `text` without seeds or private keys, whatever they are joined to.
pub fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut told, mut start) = (0, 0);
    for (at, byte) in text.bytes().chain([b' ']).enumerate() {
        if byte.is_ascii_alphanumeric() {
            continue;
        }
        if at - start >= SHORTEST_SECRET {
            out.push_str(&text[told..start]);
            redact_word(&mut out, &text[start..at]);
            told = at;
        }
        start = at + 1;
    }
    out.push_str(&text[told..]);
    out
}

/// Fewer letters and digits than these in a row are shown, whatever they are.
const SHORTEST_SECRET: usize = 20;

const HIDDEN: &str = "(a secret)";

/// A seed has 58 characters; one that lacks its last is still one.
const NEARLY_A_SEED: usize = 57;

fn redact_word(out: &mut String, word: &str) {
    if secret(word) {
        return out.push_str(HIDDEN);
    }
    // `\n` and other letters may stand before it without a gap.
    let mut rest = word;
    while let Some(start) = rest.find(|c: char| matches!(c, 'A'..='Z' | '2'..='7')) {
        let (before, run) = rest.split_at(start);
        let (run, after) =
            run.split_at(run.find(|c: char| !matches!(c, 'A'..='Z' | '2'..='7')).unwrap_or(run.len()));
        let inside = (0..run.len().saturating_sub(NEARLY_A_SEED - 1))
            .find(|&at| run.get(at..).is_some_and(|tail| tail.starts_with('S') && secret(tail)));
        out.push_str(before);
        match inside {
            _ if secret(run) => out.push_str(HIDDEN),
            Some(at) => {
                out.push_str(run.get(..at).unwrap_or_default());
                out.push_str(HIDDEN);
            }
            None => out.push_str(run),
        }
        rest = after;
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_filled() {
        let text = "one two three\nfour five\n\n  as it is, however long\n- a list\n  goes on\nsix";
        let filled = "one two\nthree four\nfive\n\n  as it is, however long\n- a list\n  goes on\nsix\n";
        assert_eq!(fill(text, 10), filled);
        assert_eq!(fill("", 10), "");
    }

    #[test]
    fn keys_in_a_sentence_are_short() {
        let key = "ADWP4TM6PZG2GHGCPG2LB3LGWOQW4D5UAVENERI4X65S3CP7N2JB3KIP";
        let lower = key.to_lowercase();
        for (words, short) in [
            (format!("signed by {key}"), "signed by ADWP4T…3KIP"),
            (format!("{lower}.jwt, not \"{key}\" — é"), "adwp4t…3kip.jwt, not \"ADWP4T…3KIP\" — é"),
            (format!("{key}A and {}", &key[1..]), &format!("{key}A and {}", &key[1..])),
            ("é".into(), "é"),
        ] {
            assert_eq!(with_keys(&words, false), short);
            assert_eq!(with_keys(&words, true), words);
        }
    }

    #[test]
    fn nothing_invisible_gets_out() {
        for c in [
            '\u{1b}',
            '\u{9b}',
            '\u{7f}',
            '\u{202e}',
            '\u{200b}',
            '\u{feff}',
            '\u{e0041}',
            '\u{2028}',
            '\u{ad}',
            '\u{a0}',
        ] {
            let text = escape(&format!("a{c}b"));
            assert_eq!(text, format!("a\\u{{{:x}}}b", u32::from(c)));
        }
        assert_eq!(escape("a\\n\n"), "a\\\\n\\n");
        assert_eq!(escape("Grüße 日本"), "Grüße 日本");
    }

    #[test]
    fn times_are_absolute_and_relative() {
        assert_eq!(time(1_804_756_447, 1_796_000_000), "2027-03-11 09:14:07 UTC (in 14 weeks)");
        assert_eq!(relative(100, 100), "now");
        assert_eq!(relative(99, 100), "1 second ago");
        assert_eq!(relative(100 + 86_400, 100), "in 24 hours");
        assert_eq!(relative(100 + 5 * 86_400, 100), "in 5 days");
        assert_eq!(relative(100 + 400 * 86_400, 100), "in 13 months");
        assert_eq!(relative(i64::MIN, i64::MAX), "584942417355 years ago");
        assert_eq!(instant(i64::MAX), "second 9223372036854775807");
    }

    #[test]
    fn limits_mean_something() {
        assert_eq!(limit(-1), "unlimited");
        assert_eq!(limit(0), "none");
        assert_eq!(limit(12_000), "12,000");
        assert_eq!(limit(-7), "-7");
        assert_eq!(byte_limit(1 << 16), "64 KiB");
        assert_eq!(byte_limit(1_500_000), "1.4 MiB");
        assert_eq!(byte_limit(100), "100 bytes");
        assert_eq!(nanoseconds(90_000_000_000), "1m30s");
        assert_eq!(nanoseconds(0), "0ns");
        assert_eq!(count(1, "entry"), "1 entry");
        assert_eq!(count(2, "entry"), "2 entries");
        assert_eq!(count(10_000, "key"), "10,000 keys");
    }

    #[test]
    fn a_secret_is_found_in_any_company() {
        let seed = "SUAAGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGA6BEM";
        let key = "UDWUSKGGFDI4FRXK5EBTRECZSVQSSWJHHJOGH6JWG3AUMFFMQ435C2U4";
        for (text, expected) in [
            (seed.to_owned(), "(a secret)".to_owned()),
            (format!("x {seed}, y"), "x (a secret), y".into()),
            (format!("\\n{seed}\\n"), "\\n(a secret)\\n".into()),
            (format!("\\n{}…", &seed[..30]), "\\n(a secret)…".into()),
            (format!("KEY{seed}"), "KEY(a secret)".into()),
            (format!("{key}{seed}"), format!("{key}(a secret)")),
            (seed.to_lowercase(), "(a secret)".into()),
            (key.to_owned(), key.to_owned()),
            (format!("{key} é {}", &key[1..]), format!("{key} é {}", &key[1..])),
        ] {
            assert_eq!(redact(&text), expected);
        }
    }

    #[test]
    fn ascii_is_ascii() {
        assert_eq!(ascii("✓ a…b é"), "ok: a...b \\u{e9}");
    }
}
