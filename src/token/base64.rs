//! Base64 of a token's chunks, exactly as lenient as Go's `base64.RawURLEncoding`.

use std::sync::LazyLock;

use data_encoding::{BASE64URL_NOPAD, Encoding};

/// Go looks at neither the bits left over nor, which is done apart, line ends.
static LENIENT: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = BASE64URL_NOPAD.specification();
    specification.check_trailing_bits = false;
    specification.encoding().expect("RFC 4648's alphabet is a valid specification")
});

/// Decodes a chunk. The error is the index of the byte that Go names.
pub(crate) fn decode(chunk: &[u8]) -> Result<Vec<u8>, usize> {
    match LENIENT.decode(chunk) {
        Ok(bytes) => Ok(bytes),
        Err(_) => {
            let kept: Vec<u8> = chunk.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
            LENIENT.decode(&kept).map_err(|_| corrupt(chunk))
        }
    }
}

/// Decodes as much as there is of a chunk that has no foreign byte.
pub(crate) fn decode_prefix(chunk: &[u8]) -> Vec<u8> {
    let kept: Vec<u8> = chunk.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let whole = if kept.len() % 4 == 1 { kept.len() - 1 } else { kept.len() };
    LENIENT.decode(&kept[..whole]).unwrap_or_default()
}

/// Encodes without padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// Whether a chunk is spelled as [`encode`] spells it: no line ends, no bits left over.
pub(crate) fn is_canonical(chunk: &[u8]) -> bool {
    BASE64URL_NOPAD.decode_len(chunk.len()).is_ok() && BASE64URL_NOPAD.decode(chunk).is_ok()
}

/// Whether the last character of a chunk that decodes, and has no line ends, has no bits left over.
pub(crate) fn ends_canonically(chunk: &[u8]) -> bool {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'-' => 62,
        _ => 63,
    };
    match (chunk.len() % 4, chunk.last()) {
        (2, Some(&last)) => value(last) & 15 == 0,
        (3, Some(&last)) => value(last) & 3 == 0,
        _ => true,
    }
}

/// `CorruptInputError`: a foreign byte, or a last group of one character (`decodeQuantum`).
fn corrupt(chunk: &[u8]) -> usize {
    let foreign = |byte: &u8| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'\r' | b'\n'));
    chunk.iter().position(foreign).unwrap_or(chunk.len().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_lenient_as_go() {
        assert_eq!(decode(b"YWJj").as_deref(), Ok(&b"abc"[..]));
        assert_eq!(decode(b"Y\r\nWJj\n").as_deref(), Ok(&b"abc"[..]));
        // Bits left over are ignored.
        assert_eq!(decode(b"YR").as_deref(), Ok(&b"a"[..]));
        assert!(!is_canonical(b"YR") && is_canonical(b"YQ"));
        for chunk in [&b"YR"[..], b"YQ", b"YWI", b"YWJ", b"YWJj", b"", b"YW_", b"Y-", b"Yw", b"YWE"] {
            assert_eq!(ends_canonically(chunk), is_canonical(chunk), "{chunk:?}");
        }
        assert_eq!(decode(b"YWJjZ"), Err(4));
        assert_eq!(decode(b"YWJjZ\n"), Err(5));
        assert_eq!(decode(b"YQ=="), Err(2));
        assert_eq!(decode(b"Y+=="), Err(1));
        assert_eq!(decode(b""), Ok(vec![]));
    }
}
