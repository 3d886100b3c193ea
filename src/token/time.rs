//! How are the seconds of a token said to people?

/// A moment in Unix seconds, as `iat`, `nbf`, `exp` and revocations have it: `2027-03-02 09:14:07 UTC`, or `second N` where
/// the calendar ends.
pub fn instant(unix: i64) -> String {
    match jiff::Timestamp::from_second(unix) {
        Ok(at) => at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        Err(_) => format!("second {unix}"),
    }
}

#[cfg(test)]
mod tests {
    use super::instant;

    #[test]
    fn a_moment() {
        assert_eq!(instant(1_803_978_847), "2027-03-02 09:14:07 UTC");
        assert_eq!(instant(i64::MAX), "second 9223372036854775807");
    }
}
