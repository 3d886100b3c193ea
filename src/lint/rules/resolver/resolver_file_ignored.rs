use crate::lint::view::{File, Layout, Out, Scene};
use crate::lint::{Check, Finding, Rule, Severity};
use crate::nkey::{Role, go};

pub(crate) static RULE: Rule = Rule {
    code: "resolver-file-ignored",
    area: "resolver",
    severity: Severity::Warning,
    title: "a file with an account's key in its name is not read by servers",
    explanation: "\
Servers read files that end in `.jwt` and are blind to all others: an account whose file is named `<key>` alone, or
`<key>.jwt.tmp`, `<key>.jwt~`, `<key>.jwt.bak`, is not there. What an editor or a copy that was cut off left behind is
clutter; what was meant to be the account is missing.

Rename it to `<key>.jwt`, if it is newer than what stands there, or remove it.",
    citation: "nats-server dirstore.go: NewExpiringDirJWTStore",
    versions: "all",
    check: Check::File(check),
};

fn check(file: &File<'_>, _: &Scene<'_>, out: &mut Out<'_>) {
    let name = file.name;
    let deleted = name.ends_with(".jwt.deleted") || name.ends_with(".jwt.delete");
    if file.layout != Layout::Resolver || name.ends_with(".jwt") || deleted {
        return;
    }
    let Some(key) = name.split(|c: char| !c.is_ascii_alphanumeric()).find(|part| go::is_public(Role::Account, part))
    else {
        return;
    };
    out.tell(&RULE, || {
        Finding::new(&RULE, format!("servers read {key}.jwt and not this file"), file.place())
            .help(format!("rm {}, or give it the name {key}.jwt if that is missing", file.typed()))
    });
}
