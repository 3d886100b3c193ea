use crate::lint::view::{File, Layout, Out, Scene};
use crate::lint::{Check, Finding, Rule, Severity};
use crate::nkey::go;

pub(crate) static RULE: Rule = Rule {
    code: "resolver-expiry-blocked",
    area: "resolver",
    severity: Severity::Warning,
    title: "a file that cannot be found keeps a server from deleting expired ones",
    explanation: "\
A server deletes the files of expired accounts, the first to expire first. A file whose name is no key, or that stands
in a directory below, counts by the `exp` of its token and cannot be deleted under its name: once its time has come it
stays at the head of the list, and no account behind it is deleted any more. They count against `limit`, and are found
and refused as expired.

Take the file away, and restart the server.",
    citation: "nats-server dirstore.go: startExpiring",
    versions: "all",
    check: Check::File(check),
};

fn check(file: &File<'_>, scene: &Scene<'_>, out: &mut Out<'_>) {
    let (Some(stem), Some(claims)) = (file.stem(), file.content.claims()) else { return };
    let end = claims.data.exp;
    if end <= 0 {
        return;
    }
    let lost = match file.layout {
        Layout::Resolver => !go::is_public_any(stem),
        Layout::BelowResolver => true,
        Layout::Other => false,
    };
    if lost {
        out.tell(&RULE, || {
            let message = if end <= scene.now {
                "this file has expired, cannot be deleted, and keeps expired accounts from being deleted"
            } else {
                "once this file expires it cannot be deleted, and keeps expired accounts from being deleted"
            };
            let place = file.place().at("/exp").showing(end.to_string()).saying("counts though nobody finds the file");
            Finding::new(&RULE, message, place).help(format!("rm {}", file.typed()))
        });
    }
}
