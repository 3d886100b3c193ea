use crate::lint::view::{Content, File, Layout, Out, Scene};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "resolver-trailing-text",
    area: "resolver",
    severity: Severity::Note,
    title: "a line end stands behind a token in a resolver",
    explanation: "\
The line end is a part of what a server keeps and compares: its directory has another hash than that of a server that was
pushed the same token, and since the token is the same none of them takes the other's file. They exchange packs of all
accounts at every interval and never come to an end.

`nsc push` and servers write no line end. Push the account again after any change, or remove the line end on every server
and restart them.",
    citation: "nats-server dirstore.go: Hash, saveIfNewer; accounts.go: DirAccResolver.Start",
    versions: "all",
    check: Check::File(check),
};

fn check(file: &File<'_>, _: &Scene<'_>, out: &mut Out<'_>) {
    let Content::Token(_, behind @ 1..) = file.content else { return };
    if file.layout == Layout::Resolver && file.stem().is_some() {
        out.tell(&RULE, || {
            let bytes = if behind == 1 { "one byte".to_owned() } else { format!("{behind} bytes") };
            let message = format!("{bytes} of white space behind the token: servers that have the file without it disagree for ever");
            Finding::new(&RULE, message, file.place())
                .help(format!("truncate -s -{behind} {}, and restart the server", file.typed()))
        });
    }
}
