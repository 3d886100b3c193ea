use crate::lint::Finding;
use crate::lint::view::{Out, Rights};
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "times-without-zone",
    area: "user",
    severity: Severity::Warning,
    title: "times of the day without a zone",
    explanation: "\
`times` says when the user may be connected, and `times_location` does not say by whose clock: each server
takes its own local zone. Servers of one cluster in two zones then disagree, and a container's zone is mostly
UTC.

Name the zone: `nsc edit user --locale Europe/Berlin`.",
    citation: "nats-server jwt.go: validateTimes",
    versions: "all",
    check: Check::Rights(check),
};

fn check(rights: &Rights<'_>, out: &mut Out<'_>) {
    let Some(terms) = rights.terms else { return };
    if terms.times.as_deref().is_some_and(|times| !times.is_empty()) && terms.times_location.is_empty() {
        out.tell(&RULE, || {
            let message = format!("the times of {} are by the clock of whichever server", rights.words());
            Finding::new(&RULE, message, rights.at("/times_location").saying("missing"))
                .help(rights.command("nsc edit user --name NAME --locale Europe/Berlin"))
        });
    }
}
