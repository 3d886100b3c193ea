use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};
use super::password_in_clear::is_plain;

pub(crate) static RULE: Rule = Rule {
    code: "password-readable",
    area: "config",
    severity: Severity::Warning,
    title: "others can read a configuration with a password in it",
    explanation: "\
Every user of the machine can read the passwords in it and log in with them, or join the cluster as a server.

Take the right away: mode 0640, with the group that the server runs in.",
    citation: "none: what everybody can read is no secret",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    let mode = setup.file.stat.map_or(0, |stat| stat.mode);
    if mode & 0o004 == 0 {
        return;
    }
    let mut first = None;
    setup.every(&mut |path, entry| {
        let key = path.rsplit('.').next().unwrap_or_default();
        let secret = matches!(key, "pass" | "password") || path == "authorization.token";
        if first.is_none() && secret && is_plain(entry) {
            first = Some(setup.at(entry).saying("a password"));
        }
    });
    if let Some(place) = first {
        out.tell(&RULE, || {
            let message = format!("mode {mode:04o} lets everybody read the passwords in this configuration");
            Finding::new(&RULE, message, place.clone()).help(format!("chmod o-r {}", setup.file.typed()))
        });
    }
}
