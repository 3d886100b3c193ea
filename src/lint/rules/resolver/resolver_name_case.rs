use crate::lint::Finding;
use crate::lint::view::{File, Out, Scene};
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "resolver-name-case",
    area: "resolver",
    severity: Severity::Error,
    title: "a file of a resolver differs from its token's subject in letter case",
    explanation: "\
Keys are upper case, and file systems that tell upper from lower case do not find `adwp….jwt` for `ADWP…`. On
others, as on macOS and Windows, the same directory works: that is why it is noticed late. A server says
`Account JWT lookup error: fetching jwt timed out`.

Give the file the name of its token's subject, in its letter case.",
    citation: "nats-server dirstore.go: pathForKey",
    versions: "all",
    check: Check::File(check),
};

fn check(file: &File<'_>, scene: &Scene<'_>, out: &mut Out<'_>) {
    let Some(claims) = file.content.claims() else { return };
    let subject = &claims.data.sub;
    let Some((stem, ending)) = file.name.split_at_checked(subject.len()) else { return };
    let exact = stem == subject && ending == ".jwt";
    if !exact && stem.eq_ignore_ascii_case(subject) && ending.eq_ignore_ascii_case(".jwt") {
        let name = format!("{subject}.jwt");
        out.tell(&RULE, || {
            let message = format!("the file is named {}, and a server looks for {name}", file.name);
            Finding::new(&RULE, message, file.place())
                .server("Account JWT lookup error: fetching jwt timed out")
                .help(format!("rename it: mv {} {}", file.typed(), file.typed_beside(&name)))
                .fix(file.named_by_subject(scene))
        });
    }
}
