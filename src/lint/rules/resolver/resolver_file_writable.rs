use crate::lint::view::{File, Layout, Out, Scene};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "resolver-file-writable",
    area: "resolver",
    severity: Severity::Warning,
    title: "others can write a file of a resolver",
    explanation: "\
Whoever can write this file cannot forge an account, which takes the operator's key; but can put an older token of the
account in its place: with limits that were lowered since, with signing keys that were removed, and without the
revocations of its users. A server does not compare with what it had when it reads a file.

nats-server writes these files with mode 0600.",
    citation: "nats-server dirstore.go: defaultFilePerms",
    versions: "all",
    check: Check::File(check),
};

fn check(file: &File<'_>, _: &Scene<'_>, out: &mut Out<'_>) {
    let mode = file.stat.map_or(0, |stat| stat.mode);
    if file.layout == Layout::Resolver && file.stem().is_some() && mode & 0o002 != 0 {
        out.tell(&RULE, || {
            let message = format!("mode {mode:04o} lets others put an older token of the account in place of this one");
            Finding::new(&RULE, message, file.place()).help(format!("chmod 600 {}", file.typed()))
        });
    }
}
