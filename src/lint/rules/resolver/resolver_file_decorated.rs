use crate::lint::view::{Content, File, Layout, Out, Scene};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "resolver-file-decorated",
    area: "resolver",
    severity: Severity::Error,
    title: "a file of a resolver has more than a token in it",
    explanation: "\
A resolver hands out what is in `<key>.jwt` as it is. Marks like `-----BEGIN NATS ACCOUNT JWT-----`, quotes or blanks
before the token make it garbage: a server says `expected 3 chunks` and never gets as far as the token. It is counted
and sent to the other servers all the same, and never expires.

Leave nothing but the token in the file, or push the account again.",
    citation: "nats-server dirstore.go: load; jwt/v2 decoder.go: Decode",
    versions: "all",
    check: Check::File(check),
};

fn check(file: &File<'_>, _: &Scene<'_>, out: &mut Out<'_>) {
    if file.layout == Layout::Resolver && file.stem().is_some() && matches!(file.content, Content::Wrapped(_)) {
        out.tell(&RULE, || {
            Finding::new(&RULE, "other text stands around the token in this file", file.place())
                .server("Account [KEY] fetch took …; Account JWT lookup error: expected 3 chunks")
                .help(format!("jwtfix inspect {} shows what is there; push the account again", file.typed()))
        });
    }
}
