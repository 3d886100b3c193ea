use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "resolver-over-limit",
    area: "config",
    severity: Severity::Warning,
    title: "a resolver's directory is full",
    explanation: "\
The directory has as many files as the resolver's `limit` allows, files that are found by nobody counted. A full resolver
refuses every new account, `jwt store is full`, which `nsc push` shows; the account is unknown on this server. A cache
deletes the file that was asked for longest ago.

Raise the limit or leave it out; take away what is no account.",
    citation: "nats-server dirstore.go: write",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    let (Some(found), Some(own)) = (setup.found, setup.directory()) else { return };
    let path = setup.beside(&own.dir);
    let same = |place: &str| found.same_directory(place, std::path::Path::new(&*path));
    let Some((place, files)) = found.directories().iter().find(|(place, _)| same(&place.file)) else { return };
    if !own.cache && i64::try_from(*files).unwrap_or(i64::MAX) >= own.limit {
        out.tell(&RULE, || {
            let message = format!("{files} files stand here, and the limit is {}: no account can be added", own.limit);
            Finding::new(&RULE, message, place.clone()).server("jwt store is full").help("raise resolver.limit")
        });
    }
}
