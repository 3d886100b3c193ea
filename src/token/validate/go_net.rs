//! Addresses and networks as Go reads them (`netip.ParseAddr`, `net.ParseCIDR`).

use crate::token::quote;

/// What `netip.ParseAddr` read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// Whether it is an IPv4 address; one that is mapped into IPv6 is not.
    pub(super) is_v4: bool,
    /// Whether a zone follows it.
    pub(super) zone: bool,
}

/// Why `netip.ParseAddr` fails.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AddressError<'a> {
    input: &'a [u8],
    reason: &'static str,
    rest: &'a [u8],
}

impl std::fmt::Display for AddressError<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ParseAddr({}): {}", quote(self.input), self.reason)?;
        if self.rest.is_empty() { Ok(()) } else { write!(f, " (at {})", quote(self.rest)) }
    }
}

/// `net.ParseCIDR`: whether it is a network. Host bits may be set; a zone may not.
pub(super) fn is_cidr(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let Ok(address) = parse_address(address.as_bytes()) else { return false };
    let most = if address.is_v4 { 32 } else { 128 };
    let digits = !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit());
    let bits = bits.trim_start_matches('0');
    !address.zone && digits && (bits.is_empty() || bits.parse::<u8>().is_ok_and(|bits| bits <= most))
}

/// `netip.ParseAddr`.
pub(super) fn parse_address(input: &[u8]) -> Result<Address, AddressError<'_>> {
    let fail = |reason| Err(AddressError { input, reason, rest: &[] });
    match input.iter().find(|byte| matches!(byte, b'.' | b':' | b'%')) {
        Some(b'.') => parse_v4(input, input).map(|()| Address { is_v4: true, zone: false }),
        Some(b':') => parse_v6(input),
        // Meant to be an IPv6 address with a zone, but the address is missing.
        Some(_) => fail("missing IPv6 address"),
        None => fail("unable to parse IP"),
    }
}

fn parse_v4<'a>(input: &'a [u8], text: &'a [u8]) -> Result<(), AddressError<'a>> {
    let fail = |reason, rest| Err(AddressError { input, reason, rest });
    let (mut value, mut dots, mut digits) = (0_u32, 0, 0);
    for (index, byte) in text.iter().enumerate() {
        let rest = text.get(index..).unwrap_or_default();
        match byte {
            b'0'..=b'9' => {
                if digits == 1 && value == 0 {
                    return fail("IPv4 field has octet with leading zero", &[]);
                }
                value = value * 10 + u32::from(byte - b'0');
                digits += 1;
                if value > 255 {
                    return fail("IPv4 field has value >255", &[]);
                }
            }
            b'.' => {
                if digits == 0 || rest.len() == 1 {
                    return fail("IPv4 field must have at least one digit", rest);
                }
                if dots == 3 {
                    return fail("IPv4 address too long", &[]);
                }
                (value, digits) = (0, 0);
                dots += 1;
            }
            _ => return fail("unexpected character", rest),
        }
    }
    if dots < 3 { fail("IPv4 address too short", &[]) } else { Ok(()) }
}

fn parse_v6(input: &[u8]) -> Result<Address, AddressError<'_>> {
    let fail = |reason, rest| Err(AddressError { input, reason, rest });
    let (mut rest, zone) = match input.iter().position(|byte| *byte == b'%') {
        Some(end) if end + 1 == input.len() => return fail("zone must be a non-empty string", &[]),
        Some(end) => (input.get(..end).unwrap_or_default(), true),
        None => (input, false),
    };
    let read = Ok(Address { is_v4: false, zone });
    let mut gap = false;
    if let Some(after) = rest.strip_prefix(b"::") {
        (rest, gap) = (after, true);
        if rest.is_empty() {
            return read;
        }
    }
    // Bytes of the address that are read.
    let mut done = 0;
    while done < 16 {
        let end = rest.iter().position(|byte| !byte.is_ascii_hexdigit()).unwrap_or(rest.len());
        if end > 4 {
            return fail("each group must have 4 or less digits", rest);
        }
        if end == 0 {
            return fail("each colon-separated field must have at least one digit", rest);
        }
        if rest.get(end) == Some(&b'.') {
            if !gap && done != 12 {
                return fail("embedded IPv4 address must replace the final 2 fields of the address", rest);
            }
            if done + 4 > 16 {
                return fail("too many hex fields to fit an embedded IPv4 at the end of the address", rest);
            }
            parse_v4(input, rest)?;
            (rest, done) = (&[], done + 4);
            break;
        }
        done += 2;
        rest = rest.get(end..).unwrap_or_default();
        match rest {
            [] => break,
            [b':'] => return fail("colon must be followed by more characters", rest),
            [b':', after @ ..] => rest = after,
            _ => return fail("unexpected character, want colon", rest),
        }
        if let Some(after) = rest.strip_prefix(b":") {
            if gap {
                return fail("multiple :: in address", rest);
            }
            (rest, gap) = (after, true);
            if rest.is_empty() {
                break;
            }
        }
    }
    if !rest.is_empty() {
        fail("trailing garbage after address", rest)
    } else if done < 16 && !gap {
        fail("address string too short", &[])
    } else if done == 16 && gap {
        fail("the :: must expand to at least one field of zeros", &[])
    } else {
        read
    }
}
