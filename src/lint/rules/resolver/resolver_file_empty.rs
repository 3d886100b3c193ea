use crate::lint::Finding;
use crate::lint::view::{Content, File, Out, Scene};
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "resolver-file-empty",
    area: "resolver",
    severity: Severity::Warning,
    title: "a token's file is empty",
    explanation: "\
A server treats an empty file as an account that is missing. A disk was full, or a copy was cut off.

Push the account again.",
    citation: "nats-server dirstore.go: load",
    versions: "all",
    check: Check::File(check),
};

fn check(file: &File<'_>, _: &Scene<'_>, out: &mut Out<'_>) {
    if file.stem().is_some() && matches!(file.content, Content::Empty) {
        out.tell(&RULE, || {
            Finding::new(&RULE, "there is nothing in this file", file.place()).help("push the account again")
        });
    }
}
