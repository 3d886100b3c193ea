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
    let name = format!("{subject}.jwt");
    if file.name != name && file.name.eq_ignore_ascii_case(&name) {
        out.tell(&RULE, || {
            let message = format!("the file is named {}, and a server looks for {name}", file.name);
            Finding::new(&RULE, message, file.place())
                .server("Account JWT lookup error: fetching jwt timed out")
                .help(format!("rename it: mv {} {}", file.typed(), file.typed_beside(&name)))
                .fix(file.named_by_subject(scene))
        });
    }
}
