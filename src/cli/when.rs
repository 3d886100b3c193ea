//! Which time is meant? The clock is read here and nowhere else.

use std::time::{SystemTime, UNIX_EPOCH};

/// Unix seconds of the present.
pub(super) fn now() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |seconds| -seconds),
    }
}

/// RFC 3339, a date (its first second in UTC), `2026-11-23 15:00:00 UTC` as jwtfix prints it, or Unix seconds.
pub(super) fn parse(text: &str) -> Result<i64, String> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<i64>() {
        return Ok(seconds);
    }
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Ok(at.as_second());
    }
    if let Ok(date) = text.parse::<jiff::civil::Date>()
        && text.len() <= 10
        && let Ok(at) = date.to_zoned(jiff::tz::TimeZone::UTC)
    {
        return Ok(at.timestamp().as_second());
    }
    if let Some(printed) = text.strip_suffix(" UTC")
        && let Ok(at) = format!("{}Z", printed.replacen(' ', "T", 1)).parse::<jiff::Timestamp>()
    {
        return Ok(at.as_second());
    }
    Err("give a time as 2027-03-02T09:14:07Z, a date as 2027-03-02, or Unix seconds".to_owned())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_time_has_four_spellings() {
        for text in
            ["1803993247", "2027-03-02T13:14:07Z", "2027-03-02T14:14:07+01:00", "2027-03-02 13:14:07 UTC"]
        {
            assert_eq!(parse(text), Ok(1_803_993_247), "{text}");
        }
        assert_eq!(parse("2027-03-02"), Ok(1_803_945_600));
        assert_eq!(parse("-1"), Ok(-1));
        for text in ["", "yesterday", "2027-13-01", "2027-03-02T13:14:07"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
