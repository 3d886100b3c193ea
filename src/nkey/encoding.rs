//! How is a key spelt? Base32 without padding over prefix, key and checksum, once strict and once as Go reads it.

use super::error::KeyError;

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STRANGER: u8 = 0xff;

/// The value of each character, [`STRANGER`] where the alphabet has none.
const VALUES: [u8; 256] = {
    let mut values = [STRANGER; 256];
    let mut value = 0;
    while value < 32 {
        values[ALPHABET[value] as usize] = value as u8;
        value += 1;
    }
    values
};

/// What a byte adds to the checksum from 0 to 7 bytes further on: so eight bytes are looked up side by side.
const CRC: [[u16; 256]; 8] = {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u16) << 8;
        let mut table = 0;
        while table < 8 {
            let mut bit = 0;
            while bit < 8 {
                crc = if crc & 0x8000 != 0 { crc << 1 ^ 0x1021 } else { crc << 1 };
                bit += 1;
            }
            tables[table][byte] = crc;
            table += 1;
        }
        byte += 1;
    }
    tables
};

/// CRC-16/XMODEM (`crc16.go`).
pub(super) fn crc16(bytes: &[u8]) -> u16 {
    let (eights, rest) = bytes.as_chunks::<8>();
    let crc = eights.iter().fold(0, |crc: u16, eight| {
        let [high, low] = crc.to_be_bytes();
        let [a, b, others @ ..] = *eight;
        let first = CRC[7][usize::from(a ^ high)] ^ CRC[6][usize::from(b ^ low)];
        (0..6).fold(first, |crc, place| crc ^ CRC[5 - place][usize::from(others[place])])
    });
    rest.iter().fold(crc, |crc, byte| crc << 8 ^ CRC[0][usize::from((crc >> 8) as u8 ^ byte)])
}

/// The body of a raw text whose last two bytes are its checksum.
pub(super) fn checked(raw: &[u8]) -> Option<&[u8]> {
    let (body, crc) = raw.split_last_chunk::<2>()?;
    (crc16(body) == u16::from_le_bytes(*crc)).then_some(body)
}

/// How many characters `bytes` bytes take.
pub(super) const fn encoded_len(bytes: usize) -> usize {
    (bytes * 8).div_ceil(5)
}

/// Writes `raw` as base32 into `text`, which is [`encoded_len`] long.
pub(super) fn encode(raw: &[u8], text: &mut [u8]) {
    debug_assert_eq!(text.len(), encoded_len(raw.len()));
    for (group, out) in raw.chunks(5).zip(text.chunks_mut(8)) {
        let mut bits = [0; 8];
        bits[3..3 + group.len()].copy_from_slice(group);
        let bits = u64::from_be_bytes(bits);
        for (place, letter) in out.iter_mut().enumerate() {
            *letter = ALPHABET[(bits >> (35 - 5 * place)) as usize & 31];
        }
    }
}

/// Reads the one canonical spelling: exact length, alphabet, zero left-over bits, checksum. `raw` is the whole of it,
/// prefix and checksum included.
pub(super) fn decode_strictly(text: &[u8], raw: &mut [u8]) -> Result<(), KeyError> {
    let expected = encoded_len(raw.len());
    if text.len() != expected {
        return Err(KeyError::Length { found: text.len(), expected });
    }
    let (groups, rest) = text.as_chunks::<8>();
    let (outs, rest_out) = raw.as_chunks_mut::<5>();
    let mut seen = 0;
    for (group, out) in groups.iter().zip(outs) {
        let mut bits = 0;
        for &letter in group {
            let value = VALUES[usize::from(letter)];
            seen |= value;
            bits = bits << 5 | u64::from(value & 31);
        }
        let [_, _, _, bytes @ ..] = bits.to_be_bytes();
        *out = bytes;
    }
    let mut bits = 0;
    for (place, &letter) in rest.iter().enumerate() {
        let value = VALUES[usize::from(letter)];
        seen |= value;
        bits |= u64::from(value & 31) << (35 - 5 * place);
    }
    if seen == STRANGER {
        let place = text.iter().position(|&letter| VALUES[usize::from(letter)] == STRANGER);
        return Err(KeyError::Character { at: place.unwrap_or_default() + 1 });
    }
    let bytes = bits.to_be_bytes();
    rest_out.copy_from_slice(&bytes[3..3 + rest_out.len()]);
    if bytes[3 + rest_out.len()..].iter().any(|&byte| byte != 0) {
        return Err(KeyError::TrailingBits);
    }
    checked(raw).map(|_| ()).ok_or(KeyError::Checksum)
}

/// Go's `base32.StdEncoding.WithPadding(NoPadding).Decode`: skips CR and LF anywhere, drops a last group of 1, 3 or 6
/// characters without a word, ignores left-over bits, and takes bytes 0xFF at the end for padding (its "no padding" is
/// the rune -1). The error is the place it complains about, counted from 0 behind the removed line ends.
///
/// `raw` is emptied first and never grows beyond what it reserves here, so that its owner can wipe it.
pub(super) fn decode_as_go(text: &[u8], raw: &mut Vec<u8>) -> Result<(), usize> {
    const PADDING: u8 = 0xff;
    raw.clear();
    raw.reserve_exact(text.len() * 5 / 8 + 5);
    let total = text.iter().filter(|byte| !is_line_end(**byte)).count();
    let mut rest = text.iter().copied().filter(|byte| !is_line_end(*byte));
    let mut left = total;
    let mut end = false;
    while left > 0 && !end {
        let mut group = [0u8; 8];
        let mut length = 8;
        let mut place = 0;
        while place < 8 {
            let Some(byte) = rest.next() else {
                (length, end) = (place, true);
                break;
            };
            left -= 1;
            if byte == PADDING && place >= 2 && left < 8 {
                if left + place < 7 {
                    return Err(total);
                }
                if let Some(wrong) = rest.clone().take(7 - place).position(|byte| byte != PADDING) {
                    return Err((total - left + wrong).saturating_sub(1));
                }
                (length, end) = (place, true);
                if matches!(length, 1 | 3 | 6) {
                    return Err(total - left - 1);
                }
                break;
            }
            group[place] = VALUES[usize::from(byte)];
            if group[place] == STRANGER {
                return Err(total - left - 1);
            }
            place += 1;
        }
        let bits = group.iter().fold(0, |bits, value| bits << 5 | u64::from(*value)).to_be_bytes();
        let bytes = match length {
            8 => 5,
            7 => 4,
            5 => 3,
            4 => 2,
            2 => 1,
            _ => 0,
        };
        raw.extend_from_slice(&bits[3..3 + bytes]);
    }
    Ok(())
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_checksum_is_xmodem() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
        let bytes: Vec<u8> = (0..100u8).map(|n| n.wrapping_mul(89) ^ 0x5a).collect();
        let mut crc = 0u16;
        for length in 0..bytes.len() {
            assert_eq!(crc16(&bytes[..length]), crc, "{length}");
            crc ^= u16::from(bytes[length]) << 8;
            crc = (0..8).fold(crc, |crc, _| crc << 1 ^ if crc & 0x8000 != 0 { 0x1021 } else { 0 });
        }
    }

    #[test]
    fn hostile_bytes_are_read_as_go_reads_them() {
        let hex = |text: &str| data_encoding::HEXLOWER.decode(text.as_bytes()).expect("hex");
        let (mut read, mut refused) = (0, 0);
        for line in
            include_str!("../../testdata/nkey/go-base32.tsv").lines().filter(|line| !line.starts_with('#'))
        {
            let (text, answer) = line.split_once('\t').expect("two columns");
            let mut raw = Vec::new();
            match decode_as_go(&hex(text), &mut raw) {
                Ok(()) => assert_eq!(raw, hex(answer), "{line}"),
                Err(at) => assert_eq!(format!("illegal base32 data at input byte {at}"), answer, "{line}"),
            }
            *(if answer.starts_with('i') { &mut refused } else { &mut read }) += 1;
        }
        assert!(read > 500 && refused > 200, "{read} read, {refused} refused");
    }

    proptest! {
        #[test]
        fn prop_both_readings_return_what_was_written(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let mut raw = bytes;
            raw.extend(crc16(&raw).to_le_bytes());
            let mut text = vec![0; encoded_len(raw.len())];
            encode(&raw, &mut text);
            prop_assert_eq!(String::from_utf8(text.clone()), Ok(data_encoding::BASE32_NOPAD.encode(&raw)));
            let mut strict = vec![0; raw.len()];
            prop_assert_eq!(decode_strictly(&text, &mut strict), Ok(()));
            prop_assert_eq!(&strict, &raw);
            let mut lenient = Vec::new();
            prop_assert_eq!(decode_as_go(&text, &mut lenient), Ok(()));
            prop_assert_eq!(&lenient, &raw);
        }

        #[test]
        fn prop_hostile_bytes_do_no_harm(text in prop::collection::vec(prop_oneof![Just(0xff), Just(b'A'), Just(b'\n'), any::<u8>()], 0..40)) {
            let mut raw = Vec::new();
            if let Err(at) = decode_as_go(&text, &mut raw) {
                prop_assert!(at <= text.len());
            }
            let mut strict = [0; 35];
            prop_assert!(decode_strictly(&text, &mut strict).is_err());
        }
    }
}
