use crate::lint::Finding;
use crate::lint::view::{Out, Rights};
use crate::token::{TimeRange, clock};
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "times-never",
    area: "user",
    severity: Severity::Error,
    title: "times of the day that never come",
    explanation: "\
`times` is a list of stretches of the day in which the user may be connected, and each of these ends when it
begins. A server asks for a moment after the start and before the end, so that there is none: `Outside connect
times`, at every hour.

For the whole day take `times` away; otherwise write an end behind the start, or before it to cross midnight:
`nsc edit user --time 08:00:00-18:00:00`.",
    citation: "nats-server jwt.go: validateTimes",
    versions: "all",
    check: Check::Rights(check),
};

fn check(rights: &Rights<'_>, out: &mut Out<'_>) {
    let Some(terms) = rights.terms else { return };
    let times = terms.times.as_deref().unwrap_or_default();
    let never = |range: &TimeRange| matches!((clock(&range.start), clock(&range.end)), (Some(a), Some(b)) if a == b);
    if !times.is_empty() && times.iter().all(never) {
        out.tell(&RULE, || {
            let message = format!("the times of {} never come: each ends when it begins", rights.words());
            let range = times.first().map(|range| format!("{}-{}", range.start, range.end)).unwrap_or_default();
            Finding::new(&RULE, message, rights.at("/times").showing(range).saying("an empty stretch"))
                .server("Outside connect times")
                .help(rights.command("nsc edit user --name NAME --time 08:00:00-18:00:00"))
        });
    }
}
