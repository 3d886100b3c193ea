//! Times of day and time zones as Go reads them (`time.Parse`, `time.LoadLocation`).

use std::sync::LazyLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};

/// `time.Parse("15:04:05", …)`: hour, minute, second. The hour may have one digit; a fraction of the seconds is taken
/// and forgotten.
pub(crate) fn clock(text: &str) -> Option<(i8, i8, i8)> {
    let (hour, rest) = text.split_once(':')?;
    let (minute, rest) = rest.split_once(':')?;
    let (second, fraction) = match rest.find(['.', ',']) {
        Some(end) => (rest.get(..end)?, rest.get(end + 1..)?),
        None => (rest, "0"),
    };
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let below = |text: &str, limit: i8| text.parse::<i8>().ok().filter(|number| *number < limit);
    let shaped = hour.len() <= 2 && minute.len() == 2 && second.len() == 2;
    (shaped && [hour, minute, second, fraction].into_iter().all(all_digits))
        .then(|| Some((below(hour, 24)?, below(minute, 60)?, below(second, 60)?)))?
}

/// The zone of a file in the time zone database. Go opens it on the server's host, where the name's case counts; which
/// zones there are depends on that host, and is judged here by the IANA database in jwtfix.
fn file(path: &str) -> Option<TimeZone> {
    static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
    // jiff has a zone of its own for times whose zone nobody knows.
    let zone = ZONES.get(path).ok().filter(|_| path != "Etc/Unknown")?;
    (zone.iana_name() == Some(path)).then_some(zone)
}

/// The zone that `time.LoadLocation` reads, but for those that need no file: none, `UTC` and `Local`.
pub(crate) fn zone(name: &str) -> Option<TimeZone> {
    file(name).or_else(|| {
        let fine = !is_refused(name) && !name.ends_with('/') && !name.ends_with("/.");
        fine.then(|| file(&normal(name)))?
    })
}

fn is_refused(name: &str) -> bool {
    name.contains("..") || name.starts_with(['/', '\\'])
}

/// A path without what means nothing in it: doubled slashes and `.`.
fn normal(name: &str) -> String {
    name.split('/').filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/")
}

/// Whether the database has a folder of this name.
fn is_folder(name: &str) -> bool {
    static FOLDERS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let mut folders: Vec<String> = TimeZoneDatabase::bundled()
            .available()
            .flat_map(|name| {
                let name = name.as_str().to_owned();
                name.match_indices('/').map(|(end, _)| name[..end].to_owned()).collect::<Vec<_>>()
            })
            .collect();
        folders.sort_unstable();
        folders.dedup();
        folders
    });
    FOLDERS.binary_search_by(|folder| folder.as_str().cmp(name)).is_ok()
}

/// `time.LoadLocation`: what is wrong with the name of a zone.
pub(in crate::token) fn location_error(name: &str) -> Option<String> {
    if matches!(name, "" | "UTC" | "Local") || zone(name).is_some() {
        return None;
    }
    if is_refused(name) {
        return Some("time: invalid location name".into());
    }
    if name.contains('\0') {
        return Some("invalid argument".into());
    }
    let path = normal(name);
    if path.is_empty() || is_folder(&path) {
        return Some("is a directory".into());
    }
    let under_a_file = path.match_indices('/').any(|(end, _)| file(&path[..end]).is_some());
    if under_a_file || file(&path).is_some() {
        return Some("not a directory".into());
    }
    Some(format!("unknown time zone {name}"))
}
