//! Is it the right time of the day for this user?
//!
//! `validateTimes` with both of its behaviours (VER-26), in the zone that the user names or in the server's own.

use super::version::{TIMES_ACROSS_MIDNIGHT, Version};
use crate::token;
use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};

/// What the time windows say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Window {
    /// There are none.
    Always,
    /// Inside a window, which ends at this Unix second.
    Until(i64),
    /// Outside of all.
    Outside,
    /// A start, an end or the zone cannot be read; possible from a scope alone.
    Unreadable(String),
    /// The user names no zone and the server's own is not known.
    ZoneUnknown,
}

/// `time.LoadLocation`: a zone by its IANA name, `UTC`, or `Local`.
pub fn zone(name: &str, local: Option<&TimeZone>) -> Option<TimeZone> {
    match name {
        "" | "UTC" => Some(TimeZone::UTC),
        "Local" => local.cloned(),
        _ => token::zone(name),
    }
}

/// A time of the day as Go reads it.
fn clock(text: &str) -> Option<Time> {
    let (hour, minute, second) = token::clock(text)?;
    Time::new(hour, minute, second, 0).ok()
}

/// `time.Date`: a local date and time as Unix seconds, in gaps and folds as Go guesses.
fn unix(date: Date, time: Time, zone: &TimeZone) -> Option<i64> {
    let wall = date.to_datetime(time).to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
    let offset = |at: i64| Timestamp::from_second(at).ok().map(|t| i64::from(zone.to_offset(t).seconds()));
    let first = offset(wall)?;
    if first == 0 {
        return Some(wall);
    }
    Some(wall - offset(wall - first)?)
}

/// Asks the windows of a user: `(start, end)` pairs, the zone's name, the time in Unix seconds.
pub fn window(
    times: &[(String, String)],
    location: &str,
    local: Option<&TimeZone>,
    now: i64,
    version: Version,
) -> Window {
    if times.is_empty() {
        return Window::Always;
    }
    let zone = if location.is_empty() || location == "Local" {
        match local {
            Some(z) => z.clone(),
            None => return Window::ZoneUnknown,
        }
    } else {
        match zone(location, local) {
            Some(z) => z,
            None => return Window::Unreadable(location.to_owned()),
        }
    };
    let Ok(at) = Timestamp::from_second(now) else { return Window::Outside };
    let today = zone.to_datetime(at).date();
    let longest = version.has(&TIMES_ACROSS_MIDNIGHT);
    let mut until: Option<i64> = None;
    for (start, end) in times {
        let Some(from) = clock(start) else { return Window::Unreadable(start.clone()) };
        let Some(to) = clock(end) else { return Window::Unreadable(end.clone()) };
        let (Some(start_at), Some(end_at)) = (unix(today, from, &zone), unix(today, to, &zone)) else {
            return Window::Outside;
        };
        let next_day = || today.tomorrow().ok().and_then(|d| unix(d, to, &zone));
        // The server compares with fractions of a second: within the second of the start it is past the start.
        let inside = |from: i64, to: i64| from <= now && to > now;
        let ends = if longest {
            if inside(start_at, end_at) {
                Some(end_at)
            } else if start_at > end_at {
                if end_at > now { Some(end_at) } else { next_day().filter(|e| inside(start_at, *e)) }
            } else {
                None
            }
        } else {
            let end_at = if from > to { next_day() } else { Some(end_at) };
            end_at.filter(|e| inside(start_at, *e))
        };
        if let Some(ends) = ends {
            if !longest {
                return Window::Until(ends);
            }
            until = Some(until.map_or(ends, |u| u.max(ends)));
        }
    }
    until.map_or(Window::Outside, Window::Until)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: Version = Version::new(2, 12, 8);
    const OLD: Version = Version::new(2, 12, 7);
    /// 2026-11-23 12:00:00 UTC.
    const NOON: i64 = 1_795_435_200;

    fn ask(times: &[(&str, &str)], location: &str, now: i64, version: Version) -> Window {
        let times: Vec<_> = times.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        window(&times, location, Some(&TimeZone::UTC), now, version)
    }

    #[test]
    fn windows_of_a_day() {
        let h = 3600;
        for (times, location, now, version, want) in [
            (&[][..], "", NOON, NEW, Window::Always),
            (&[("11:00:00", "13:00:00")], "", NOON, NEW, Window::Until(NOON + h)),
            (&[("11:00:00", "13:00:00")], "", NOON, OLD, Window::Until(NOON + h)),
            (&[("13:00:00", "14:00:00")], "", NOON, NEW, Window::Outside),
            (&[("12:00:00", "12:00:00")], "", NOON, NEW, Window::Outside),
            (&[("12:00:00", "13:00:00")], "", NOON, NEW, Window::Until(NOON + h)),
            (&[("11:00:00", "12:00:00")], "", NOON, NEW, Window::Outside),
            (
                &[("11:00:00", "13:00:00"), ("10:00:00", "15:00:00")],
                "",
                NOON,
                NEW,
                Window::Until(NOON + 3 * h),
            ),
            (&[("11:00:00", "13:00:00"), ("10:00:00", "15:00:00")], "", NOON, OLD, Window::Until(NOON + h)),
            (&[("22:00:00", "06:00:00")], "", NOON + 17 * h, NEW, Window::Until(NOON + 18 * h)),
            (&[("22:00:00", "06:00:00")], "", NOON + 17 * h, OLD, Window::Outside),
            (&[("22:00:00", "06:00:00")], "", NOON + 11 * h, OLD, Window::Until(NOON + 18 * h)),
            (&[("22:00:00", "06:00:00")], "", NOON + 11 * h, NEW, Window::Until(NOON + 18 * h)),
            (&[("13:30:00", "14:00:00")], "Europe/Paris", NOON, NEW, Window::Outside),
            (&[("12:30:00", "14:00:00")], "Europe/Paris", NOON, NEW, Window::Until(NOON + h)),
            (&[("9:00:00", "13:00:00.5")], "", NOON, NEW, Window::Until(NOON + h)),
            (&[("11:0:00", "13:00:00")], "", NOON, NEW, Window::Unreadable("11:0:00".into())),
            (&[("11:00", "13:00:00")], "", NOON, NEW, Window::Unreadable("11:00".into())),
            (&[("11:00:00", "24:00:00")], "", NOON, NEW, Window::Unreadable("24:00:00".into())),
            (
                &[("11:00:00", "13:00:00")],
                "Nowhere/Here",
                NOON,
                NEW,
                Window::Unreadable("Nowhere/Here".into()),
            ),
            (
                &[("11:00:00", "13:00:00")],
                "europe/paris",
                NOON,
                NEW,
                Window::Unreadable("europe/paris".into()),
            ),
        ] {
            assert_eq!(ask(times, location, now, version), want, "{times:?} {location} {version}");
        }
        let one = [("11:00:00".to_owned(), "13:00:00".to_owned())];
        assert_eq!(window(&one, "", None, NOON, NEW), Window::ZoneUnknown);
    }
}
