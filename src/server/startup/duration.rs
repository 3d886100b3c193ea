//! How long is `1h30m`? Go's `time.ParseDuration`.

use crate::token::quote;

/// Nanoseconds, or the text of Go's error.
pub(super) fn parse(text: &str) -> Result<i64, String> {
    let q = || quote(text.as_bytes());
    let invalid = || format!("time: invalid duration {}", q());
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut sum: u64 = 0;
    while !rest.is_empty() {
        let digits = |s: &str| s.bytes().take_while(u8::is_ascii_digit).count();
        let (whole, after) = rest.split_at(digits(rest));
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => after.split_at(digits(after)),
            None => ("", after),
        };
        if whole.is_empty() && fraction.is_empty() {
            return Err(invalid());
        }
        let number: u64 = match whole {
            "" => 0,
            whole => whole.parse().ok().filter(|n| *n <= 1 << 63).ok_or_else(invalid)?,
        };
        let end = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, next) = after.split_at(end);
        if unit.is_empty() {
            return Err(format!("time: missing unit in duration {}", q()));
        }
        let scale: u64 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return Err(format!("time: unknown unit {} in duration {}", quote(unit.as_bytes()), q())),
        };
        let mut part = number.checked_mul(scale).filter(|n| *n <= 1 << 63).ok_or_else(invalid)?;
        if !fraction.is_empty() {
            let digits: f64 =
                fraction.get(..fraction.len().min(18)).unwrap_or_default().parse().unwrap_or(0.0);
            let power = 10f64.powi(fraction.len().min(18) as i32);
            part = part.saturating_add((digits * (scale as f64 / power)) as u64);
        }
        sum = sum.checked_add(part).filter(|n| *n <= 1 << 63).ok_or_else(invalid)?;
        rest = next;
    }
    match (negative, i64::try_from(sum)) {
        (true, Ok(nanos)) => Ok(-nanos),
        (true, Err(_)) => Ok(i64::MIN),
        (false, Ok(nanos)) => Ok(nanos),
        (false, Err(_)) => Err(invalid()),
    }
}

/// Go's `Duration.String`.
pub(super) fn show(nanos: i64) -> String {
    if nanos == 0 {
        return "0s".into();
    }
    let sign = if nanos < 0 { "-" } else { "" };
    let n = nanos.unsigned_abs();
    let trimmed = |value: u64, unit: u64| {
        let (whole, rest) = (value / unit, value % unit);
        if rest == 0 {
            return whole.to_string();
        }
        let width = unit.ilog10() as usize;
        format!("{whole}.{}", format!("{rest:0width$}").trim_end_matches('0'))
    };
    if n < 1_000 {
        return format!("{sign}{n}ns");
    }
    if n < 1_000_000 {
        return format!("{sign}{}µs", trimmed(n, 1_000));
    }
    if n < 1_000_000_000 {
        return format!("{sign}{}ms", trimmed(n, 1_000_000));
    }
    let minutes = n / 60_000_000_000;
    let seconds = trimmed(n % 60_000_000_000, 1_000_000_000);
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{sign}{seconds}s"),
        (0, m) => format!("{sign}{m}m{seconds}s"),
        (h, m) => format!("{sign}{h}h{m}m{seconds}s"),
    }
}
