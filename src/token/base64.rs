//! Base64 of a token's chunks, exactly as lenient as Go's `base64.RawURLEncoding`.

use std::sync::LazyLock;

use base64_simd::URL_SAFE_NO_PAD as STRICT;
use data_encoding::{BASE64URL_NOPAD, Encoding};

/// Go looks at neither the bits left over nor, which is done apart, line ends.
static LENIENT: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = BASE64URL_NOPAD.specification();
    specification.check_trailing_bits = false;
    specification.encoding().expect("RFC 4648's alphabet is a valid specification")
});

/// Decodes a chunk. The error is the index of the byte that Go names.
pub(crate) fn decode(chunk: &[u8]) -> Result<Vec<u8>, usize> {
    let mut bytes = Vec::new();
    decode_behind(chunk, &mut bytes).map(|_| bytes)
}

/// [`decode`] behind what is in a buffer; whether the chunk is spelled as [`encode`] spells it.
pub(crate) fn decode_behind(chunk: &[u8], bytes: &mut Vec<u8>) -> Result<bool, usize> {
    let start = bytes.len();
    if STRICT.decode_append(chunk, bytes).is_ok() {
        return Ok(true);
    }
    let kept: Vec<u8> = chunk.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let decoded = LENIENT.decode(&kept).map_err(|_| corrupt(chunk))?;
    bytes.truncate(start);
    bytes.extend(decoded);
    Ok(false)
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
    STRICT.check(chunk).is_ok()
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
        for chunk in [&b"YR"[..], b"YQ", b"YWI", b"YWJ", b"YWJj", b"", b"YW_", b"Y-", b"Yw", b"YWE", b"Y\nQ"]
        {
            assert_eq!(decode_behind(chunk, &mut vec![7]), Ok(is_canonical(chunk)), "{chunk:?}");
        }
        assert_eq!(decode(b"YWJjZ"), Err(4));
        assert_eq!(decode(b"YWJjZ\n"), Err(5));
        assert_eq!(decode(b"YQ=="), Err(2));
        assert_eq!(decode(b"Y+=="), Err(1));
        assert_eq!(decode(b""), Ok(vec![]));
    }

    proptest::proptest! {
        #[test]
        fn prop_many_at_a_time_as_one_by_one(chunk in "[A-Za-z0-9_-]{0,200}[A-Za-z0-9_\r\n+/=-]{0,3}[A-Za-z0-9_-]{0,99}") {
            let kept: Vec<u8> = chunk.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
            let lenient = LENIENT.decode(&kept).map_err(|_| corrupt(chunk.as_bytes()));
            proptest::prop_assert_eq!(decode(chunk.as_bytes()), lenient);
            let canonical = decode_behind(chunk.as_bytes(), &mut Vec::new()) == Ok(true);
            proptest::prop_assert_eq!(canonical, is_canonical(chunk.as_bytes()));
        }
    }
}
