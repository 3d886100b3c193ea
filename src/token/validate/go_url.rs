//! URLs as Go reads them (`net/url.Parse` of Go 1.26 and 1.27).
//!
//! WHATWG and RFC 3986 readers differ from it in what they refuse. Servers built with an older Go take some colons and
//! brackets in a host that newer ones refuse; the newest is asked here.

use std::borrow::Cow;

use super::go_net::parse_address;
use crate::token::quote;

/// What the rules ask of a URL.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Url<'a> {
    /// As written; Go lowers its case.
    pub(crate) scheme: &'a str,
    /// Whether there is an `@` before the host.
    pub(crate) user: bool,
    /// Whether `Hostname()` is not empty.
    pub(crate) host: bool,
    /// Whether the path is not empty.
    pub(crate) path: bool,
}

/// Go's text of the error.
type Error = String;

/// `url.Parse`. `strict`: the host of an HTTP URL has one colon at most, as programs have it that are written for Go 1.26.
pub(crate) fn parse(text: &str, strict: bool) -> Result<Url<'_>, Error> {
    let (front, fragment) = text.split_once('#').unwrap_or((text, ""));
    let url = parse_front(front, false, strict).map_err(|reason| told(front, &reason))?;
    unescape(fragment.as_bytes(), Part::Any).map_err(|reason| told(text, &reason))?;
    Ok(url)
}

/// `url.ParseRequestURI`: an absolute URL or path, without a fragment.
pub(crate) fn parse_request(text: &str, strict: bool) -> Result<Url<'_>, Error> {
    parse_front(text, true, strict).map_err(|reason| told(text, &reason))
}

fn told(text: &str, reason: &str) -> Error {
    format!("parse {}: {reason}", quote(text.as_bytes()))
}

fn parse_front(text: &str, request: bool, strict: bool) -> Result<Url<'_>, Error> {
    if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
        return Err("net/url: invalid control character in URL".into());
    }
    if text.is_empty() && request {
        return Err("empty url".into());
    }
    if text == "*" {
        return Ok(Url { scheme: "", user: false, host: false, path: true });
    }
    let (scheme, rest) = split_scheme(text)?;
    let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
    let mut url = Url { scheme, user: false, host: false, path: false };
    if !rest.starts_with('/') {
        if !scheme.is_empty() {
            return Ok(url);
        }
        if request {
            return Err("invalid URI for request".into());
        }
        if rest.split('/').next().is_some_and(|segment| segment.contains(':')) {
            return Err("first path segment in URL cannot contain colon".into());
        }
    }
    let mut path = rest;
    if let Some(after) = rest.strip_prefix("//")
        && (!scheme.is_empty() || (!request && !after.starts_with('/')))
    {
        let (authority, rest) = after.split_at(after.find('/').unwrap_or(after.len()));
        path = rest;
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        url.host = parse_host(host, strict && is_http(scheme))?;
        if let Some(user) = user {
            url.user = true;
            check_user(user)?;
        }
    }
    url.path = !path.is_empty();
    unescape(path.as_bytes(), Part::Any)?;
    Ok(url)
}

/// `getScheme`.
fn split_scheme(text: &str) -> Result<(&str, &str), Error> {
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if index > 0 => {}
            b':' if index == 0 => return Err("missing protocol scheme".into()),
            b':' => return Ok((&text[..index], &text[index + 1..])),
            _ => break,
        }
    }
    Ok(("", text))
}

/// `validUserinfo`, and its two parts unescaped.
fn check_user(user: &str) -> Result<(), Error> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&byte);
    if !user.bytes().all(allowed) {
        return Err("net/url: invalid userinfo".into());
    }
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    unescape(name.as_bytes(), Part::Any)?;
    unescape(password.as_bytes(), Part::Any)?;
    Ok(())
}

fn is_http(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

/// `parseHost`: whether `Hostname()` is not empty.
fn parse_host(host: &str, strict: bool) -> Result<bool, Error> {
    let bad_port = |port: &str| Err(format!("invalid port {} after host", quote(port.as_bytes())));
    match host.rfind('[') {
        Some(0) => {
            let Some(close) = host.rfind(']') else { return Err("missing ']' in host".into()) };
            let port = &host[close + 1..];
            if !is_port(port) {
                return bad_port(port);
            }
            let name = &host[1..close];
            let (address, zone) = name.split_at(name.find("%25").unwrap_or(name.len()));
            let mut unescaped = unescape(address.as_bytes(), Part::Host)?.into_owned();
            unescaped.extend_from_slice(&unescape(zone.as_bytes(), Part::Zone)?);
            match parse_address(&unescaped) {
                Err(error) => return Err(format!("invalid host: {error}")),
                Ok(address) if address.is_v4 => return Err("invalid IP-literal".into()),
                Ok(_) => return Ok(true),
            }
        }
        Some(_) => return Err("invalid IP-literal".into()),
        None => {}
    }
    // Go would rather refuse every second colon, but lists of hosts with ports are in use outside of HTTP.
    if let Some(colon) = if strict { host.find(':') } else { host.rfind(':') } {
        let port = &host[colon..];
        if !is_port(port) {
            return bad_port(port);
        }
    }
    unescape(host.as_bytes(), Part::Host)?;
    Ok(host.rfind(':').unwrap_or(host.len()) > 0)
}

/// `validOptionalPort`.
fn is_port(port: &str) -> bool {
    port.is_empty()
        || port.strip_prefix(':').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Host,
    Zone,
    Any,
}

fn in_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!\"$&'()*+,-.:;<=>[]_~".contains(&byte)
}

/// `unescape`.
fn unescape(text: &[u8], part: Part) -> Result<Cow<'_, [u8]>, Error> {
    if !text.contains(&b'%') {
        let wrong = |byte: &&u8| part != Part::Any && byte.is_ascii() && !in_host(**byte);
        return text.iter().find(wrong).map_or(Ok(Cow::Borrowed(text)), |byte| Err(bad_character(*byte)));
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        if *byte != b'%' {
            if part != Part::Any && byte.is_ascii() && !in_host(*byte) {
                return Err(bad_character(*byte));
            }
            plain.push(*byte);
            rest = after;
            continue;
        }
        let escape = rest.get(..3).unwrap_or(rest);
        let value = escape.get(1..3).filter(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        let value = value.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        // A host takes escapes of bytes that are not ASCII alone, a zone those of bytes that it could hold as they are.
        let value = value.filter(|value| match part {
            Part::Any => true,
            _ if escape == b"%25" => true,
            Part::Host => !value.is_ascii(),
            Part::Zone => *value == b' ' || in_host(*value),
        });
        let Some(value) = value else {
            return Err(format!("invalid URL escape {}", quote(escape)));
        };
        plain.push(value);
        rest = rest.get(3..).unwrap_or_default();
    }
    Ok(Cow::Owned(plain))
}

fn bad_character(byte: u8) -> Error {
    format!("invalid character {} in host name", quote(&[byte]))
}
