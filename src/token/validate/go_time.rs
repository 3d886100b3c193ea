//! Times of day and time zones as Go reads them (`time.Parse`, `time.LoadLocation`).

use std::sync::LazyLock;

use jiff::tz::TimeZoneDatabase;

/// `time.Parse("15:04:05", …)`: hour, minute, second. The hour may have one digit; a fraction of the seconds is taken
/// and forgotten.
pub(in crate::token) fn clock(text: &str) -> Option<(u8, u8, u8)> {
    let (hour, rest) = text.split_once(':')?;
    let (minute, rest) = rest.split_once(':')?;
    let (second, fraction) = match rest.find(['.', ',']) {
        Some(end) => (rest.get(..end)?, rest.get(end + 1..)?),
        None => (rest, "0"),
    };
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let below = |text: &str, limit: u8| text.parse::<u8>().ok().filter(|number| *number < limit);
    let shaped = hour.len() <= 2 && minute.len() == 2 && second.len() == 2;
    (shaped && [hour, minute, second, fraction].into_iter().all(all_digits))
        .then(|| Some((below(hour, 24)?, below(minute, 60)?, below(second, 60)?)))?
}

/// Whether a file of this name is in the time zone database. Go opens it on the server's host, where the name's case
/// counts; which zones there are depends on that host, and is judged here by the IANA database in jwtfix.
fn is_zone(name: &str) -> bool {
    static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
    // jiff has a zone of its own for times whose zone nobody knows.
    name != "Etc/Unknown" && ZONES.get(name).is_ok_and(|zone| zone.iana_name() == Some(name))
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

/// `time.LoadLocation`: what is wrong with the name of a zone. Go takes the name for a path: doubled slashes and `.`
/// mean nothing.
pub(in crate::token) fn location_error(name: &str) -> Option<String> {
    if matches!(name, "" | "UTC" | "Local") || is_zone(name) {
        return None;
    }
    if name.contains("..") || name.starts_with(['/', '\\']) {
        return Some("time: invalid location name".into());
    }
    if name.contains('\0') {
        return Some("invalid argument".into());
    }
    let parts: Vec<&str> = name.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let path = parts.join("/");
    let as_folder = name.ends_with('/') || name.ends_with("/.");
    if path.is_empty() || is_folder(&path) {
        return Some("is a directory".into());
    }
    if is_zone(&path) {
        return as_folder.then(|| "not a directory".into());
    }
    if (1..parts.len()).any(|end| parts.get(..end).is_some_and(|folder| is_zone(&folder.join("/")))) {
        return Some("not a directory".into());
    }
    Some(format!("unknown time zone {name}"))
}
