//! What does each client take for the token, and what for the seed?
//!
//! Their parsers, each rebuilt from its source, quirks and all: nkeys.go 0.4.16 (nats.go), jwt 2.8 (nsc),
//! `server/leafnode.go`, async-nats 0.49, nats.js 3.4, nats.py 2.15, nats.java 2.26, nats.net 3.1, nats.c 3.14. Each
//! goes over the bytes once or twice.

use zeroize::Zeroizing;

use super::Client;

/// Bytes that can be a secret.
type Bytes = Zeroizing<Vec<u8>>;

/// What a client takes out of a file.
pub(super) struct Reading {
    pub(super) token: Option<Bytes>,
    pub(super) seed: Option<Bytes>,
}

impl Reading {
    fn of(token: Option<&[u8]>, seed: Option<&[u8]>) -> Self {
        let own = |text: &[u8]| Zeroizing::new(text.to_vec());
        Reading { token: token.map(own), seed: seed.map(own) }
    }

    /// Of a client that throws unless it has both.
    fn both(token: Option<&str>, seed: Option<&str>) -> Self {
        match (token, seed) {
            (Some(token), Some(seed)) => Reading::of(Some(token.as_bytes()), Some(seed.as_bytes())),
            _ => Reading::of(None, None),
        }
    }
}

/// What this client takes out of these bytes; none where it never comes back.
pub(super) fn take(client: Client, bytes: &[u8]) -> Option<Reading> {
    Some(match client {
        Client::Nsc | Client::Go => {
            let blocks = go_blocks(bytes, client == Client::Nsc, go_value);
            // `ParseDecoratedJWT`: the whole file where no block is.
            Reading::of(Some(blocks.first().copied().unwrap_or(bytes)), go_seed(bytes, &blocks))
        }
        Client::Leafnode => match go_blocks(bytes, true, go_value)[..] {
            [token, seed, ..] => Reading::of(Some(token), Some(seed)),
            _ => Reading::of(None, None),
        },
        Client::Rust => {
            let text = std::str::from_utf8(bytes).map_or(&[][..], str::as_bytes);
            let blocks = go_blocks(text, false, rust_value);
            Reading::of(blocks.first().copied(), blocks.get(1).copied())
        }
        Client::JavaScript => {
            let text = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
            let blocks = js_blocks(text.strip_prefix('\u{feff}').unwrap_or(&text));
            Reading::both(blocks.first().copied(), blocks.get(1).copied())
        }
        Client::Python => Reading::of(Some(python_token(bytes)?), python_seed(bytes)),
        Client::Java => {
            let text = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
            let (token, seed) = (java_extract(&text, 1), java_extract(&text, 3));
            Reading::of(Some(token.as_bytes()), Some(seed.as_bytes()))
        }
        Client::DotNet => {
            let text = dotnet_text(bytes);
            let (token, seed) = dotnet_values(&text);
            Reading::both(token, seed)
        }
        Client::C => {
            let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
            let seed = c_item(text, 1).or_else(|| c_seed_line(text));
            Reading::of(Some(c_item(text, 0).unwrap_or(text)), seed)
        }
    })
}

/// The expression that Go and Rust share, line by line: a line that ends in three dashes and has three more before
/// them, a line of nothing but the characters of a value, and a line that begins and ends in three dashes. The last
/// one needs an end of its own, or (`at_end`) the end of the text.
fn go_blocks(bytes: &[u8], at_end: bool, value: fn(&[u8]) -> bool) -> Vec<&[u8]> {
    let mut found = Vec::new();
    // The last piece has no line end.
    let lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
    let whole = |at: usize| at + 1 < lines.len();
    let mut at = 0;
    while let [first, second, third, ..] = lines[at..] {
        let (first, second) = (without_cr(first), without_cr(second));
        let closes = if whole(at + 2) { go_end(without_cr(third)) } else { at_end && go_end(third) };
        if ends_in_dashes(first) && !second.is_empty() && value(second) && closes {
            found.push(second);
            at += 3;
        } else {
            at += 1;
        }
    }
    found
}

/// `credsRe` of nats-server before 2.10.23: a value of any characters, empty lines before the line of dashes that ends it, and
/// no CR before an LF, which the last line has to have too.
pub(super) fn old_leafnode(bytes: &[u8]) -> Reading {
    let lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let [first, value, ..] = lines[at..] {
        let blank = |line: &&[u8]| line.trim_ascii().is_empty();
        let end = at + 2 + lines[at + 2..].iter().take_while(|line| blank(line)).count();
        // What comes after the last line end is no line.
        let closes = end + 1 < lines.len() && go_end(lines[end].trim_ascii_start());
        if ends_in_dashes(first) && !value.is_empty() && closes {
            found.push(value);
            at = end + 1;
        } else {
            at += 1;
        }
    }
    match found[..] {
        [token, seed, ..] => Reading::of(Some(token), Some(seed)),
        _ => Reading::of(None, None),
    }
}

/// What `userConfigRE` of Go's jwt library finds first.
pub(super) fn first_block(bytes: &[u8]) -> Option<&[u8]> {
    go_blocks(bytes, true, go_value).first().copied()
}

fn without_cr(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn ends_in_dashes(line: &[u8]) -> bool {
    line.strip_suffix(b"---").is_some_and(|rest| rest.windows(3).any(|three| three == b"---"))
}

fn go_end(line: &[u8]) -> bool {
    line.len() >= 6 && line.starts_with(b"---") && line.ends_with(b"---")
}

fn go_value(line: &[u8]) -> bool {
    line.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-.=".contains(byte))
}

fn rust_value(line: &[u8]) -> bool {
    let word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | '=');
    std::str::from_utf8(line).is_ok_and(|line| line.chars().all(word))
}

/// `ParseDecoratedNKey`: the second block, else the first line that begins like a seed behind its blanks, and then is
/// refused if there are any.
fn go_seed<'a>(bytes: &'a [u8], blocks: &[&'a [u8]]) -> Option<&'a [u8]> {
    let begins = |line: &[u8]| [b"SO", b"SA", b"SU"].iter().any(|&letters| line.starts_with(letters));
    let line = || bytes.split(|&byte| byte == b'\n').find(|line| begins(line.trim_ascii()));
    blocks.get(1).copied().or_else(line).filter(|line| begins(line))
}

/// `/\s*(?:(?:[-]{3,}[^\n]*[-]{3,}\n)(.+)(?:\n\s*[-]{3,}[^\n]*[-]{3,}\n))/ig`
fn js_blocks(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let lines: Vec<&str> = text.split('\n').collect();
    let whole = |at: usize| at + 1 < lines.len();
    // For each line the next one that is not blank.
    let mut next = vec![lines.len(); lines.len() + 1];
    for at in (0..lines.len()).rev() {
        next[at] = if js_trim(lines[at]).is_empty() { next[at + 1] } else { at };
    }
    let mut at = 0;
    while at + 2 < lines.len() {
        let value = lines[at + 1];
        let takes = ends_in_dashes(lines[at].as_bytes())
            && !value.is_empty()
            && !value.contains(['\r', '\u{2028}', '\u{2029}']);
        let end = next[at + 2];
        if takes
            && end < lines.len()
            && whole(end)
            && go_end(lines[end].trim_start_matches(js_space).as_bytes())
        {
            found.push(js_trim(value));
            at = end + 1;
        } else {
            at += 1;
        }
    }
    found
}

fn js_space(letter: char) -> bool {
    letter.is_whitespace() && letter != '\u{85}' || letter == '\u{feff}'
}

fn js_trim(text: &str) -> &str {
    text.trim_matches(js_space)
}

/// `_read_creds_user_jwt`: reads lines until one has the words; at the end of the file it goes on reading.
fn python_token(bytes: &[u8]) -> Option<&[u8]> {
    python_value(bytes, b"BEGIN NATS USER JWT").map(|value| value.unwrap_or_default())
}

/// `_read_creds_user_nkey`: raises where no line follows.
fn python_seed(bytes: &[u8]) -> Option<&[u8]> {
    python_value(bytes, b"BEGIN USER NKEY SEED").flatten()
}

/// The line behind the one with these words, without its last byte, whatever that is; inner none where there is none.
fn python_value<'a>(bytes: &'a [u8], words: &[u8]) -> Option<Option<&'a [u8]>> {
    let mut lines = bytes.split_inclusive(|&byte| byte == b'\n');
    lines.find(|line| line.windows(words.len()).any(|part| part == words))?;
    Some(lines.next().map(|line| &line[..line.len().saturating_sub(1)]))
}

/// `FileAuthHandler.extract`: what stands behind so many lines that begin with a dash, without its white space.
fn java_extract(text: &str, headers: usize) -> Zeroizing<String> {
    let mut taken = Zeroizing::new(String::with_capacity(text.len()));
    let (mut seen, mut skip, mut first) = (0, false, true);
    for letter in text.chars() {
        let at_start = std::mem::replace(&mut first, false);
        if matches!(letter, '\n' | '\r') {
            if !taken.is_empty() {
                break;
            }
            (skip, first) = (false, true);
        } else if skip || java_space(letter) {
        } else if letter == '-' && at_start {
            skip = true;
            seen += 1;
        } else if seen == headers {
            taken.push(letter);
        }
    }
    if taken.is_empty() && headers == 1 {
        let word = text.split(java_space).find(|word| !word.is_empty());
        taken.push_str(word.unwrap_or_default());
    }
    taken
}

/// `Character.isWhitespace`.
fn java_space(letter: char) -> bool {
    let unbroken = matches!(letter, '\u{85}' | '\u{a0}' | '\u{2007}' | '\u{202f}');
    letter.is_whitespace() && !unbroken || matches!(letter, '\u{1c}'..='\u{1f}')
}

/// `StreamReader`: UTF-8, or what a byte order mark says.
fn dotnet_text(bytes: &[u8]) -> Zeroizing<String> {
    let wide = |bytes: &[u8], read: fn([u8; 2]) -> u16| {
        let units: Zeroizing<Vec<u16>> =
            Zeroizing::new(bytes.chunks_exact(2).map(|unit| read([unit[0], unit[1]])).collect());
        String::from_utf16_lossy(&units)
    };
    Zeroizing::new(match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    })
}

/// `ParseCreds`: the line behind each mark as it is, the last one of each.
fn dotnet_values(text: &str) -> (Option<&str>, Option<&str>) {
    let text_end = text.len();
    let mut at = 0;
    let mut line = || {
        let rest = text.get(at..text_end).filter(|rest| !rest.is_empty())?;
        let length = rest.find(['\r', '\n']).unwrap_or(rest.len());
        let end = if rest[length..].starts_with("\r\n") { 2 } else { 1 };
        at = (at + length + end).min(text_end);
        Some(&rest[..length])
    };
    let (mut token, mut seed) = (None, None);
    while let Some(mark) = line().map(str::trim) {
        let value = if mark.starts_with("-----BEGIN NATS USER JWT-----") {
            &mut token
        } else if mark.starts_with("-----BEGIN USER NKEY SEED-----") {
            &mut seed
        } else {
            continue;
        };
        *value = line();
        if value.is_none() {
            break;
        }
    }
    (token, seed)
}

/// `nats_GetJWTOrSeed`: the value of the first or second block; a line that does not close one is gone.
fn c_item(text: &[u8], item: usize) -> Option<&[u8]> {
    let mut lines = text.split(|&byte| matches!(byte, b'\r' | b'\n')).filter(|line| !line.is_empty());
    let mut seen = 0;
    while let Some(line) = lines.next() {
        if !ends_in_dashes(line) {
            continue;
        }
        let value = lines.next()?;
        if ends_in_dashes(lines.next()?) {
            if seen == item {
                return Some(value);
            }
            seen += 1;
            if seen > 1 {
                break;
            }
        }
    }
    None
}

/// `_getJwtOrSeed`: the first line that begins with `SU` behind its blanks.
fn c_seed_line(text: &[u8]) -> Option<&[u8]> {
    let blanks = |line: &[u8]| line.iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
    let mut lines = text.split(|&byte| byte == b'\n').map(|line| &line[blanks(line)..]);
    lines.find(|line| line.starts_with(b"SU"))
}
