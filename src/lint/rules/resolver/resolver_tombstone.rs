use crate::lint::view::{File, Layout, Out, Scene};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "resolver-tombstone",
    area: "resolver",
    severity: Severity::Note,
    title: "a deleted account left its file behind",
    explanation: "\
With `allow_delete` and without `hard_delete` a server that is told to delete an account renames its file to
`<key>.jwt.deleted` (some documentation says `.jwt.delete`). No server reads it, restores it or removes it; the next
deletion of that account overwrites it.

To bring the account back push the token that is in it; else remove the file.",
    citation: "nats-server dirstore.go: delete",
    versions: "all",
    check: Check::File(check),
};

fn check(file: &File<'_>, _: &Scene<'_>, out: &mut Out<'_>) {
    let tombstone = file.name.ends_with(".jwt.deleted") || file.name.ends_with(".jwt.delete");
    if file.layout == Layout::Resolver && tombstone {
        out.tell(&RULE, || {
            Finding::new(&RULE, "this account was deleted; no server reads this file", file.place())
                .help(format!("rm {}, or push the token in it to bring the account back", file.typed()))
        });
    }
}
