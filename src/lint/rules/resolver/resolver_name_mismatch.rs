use crate::lint::Finding;
use crate::lint::view::{File, Out, Scene};
use crate::lint::{Check, Rule, Severity};
use crate::nkey::{Role, go};

pub(crate) static RULE: Rule = Rule {
    code: "resolver-name-mismatch",
    area: "resolver",
    severity: Severity::Error,
    title: "a file of a resolver is named by another key than its token's subject",
    explanation: "\
A resolver looks for `<key>.jwt` and takes what stands there. Where the token in it is of another account the
server says `Account JWT lookup error: account validation failed`, and the account that the token is of is not
found at all. A file was copied or renamed by hand.

Give the file the name of its token's subject.",
    citation: "nats-server accounts.go: fetchAccount",
    versions: "all",
    check: Check::File(check),
};

fn check(file: &File<'_>, scene: &Scene<'_>, out: &mut Out<'_>) {
    let (Some(stem), Some(claims)) = (file.stem(), file.content.claims()) else { return };
    let subject = &claims.data.sub;
    if stem != subject && go::is_public(Role::Account, stem) && go::is_public(Role::Account, subject) {
        out.tell(&RULE, || {
            let message = format!("the file is named {stem}, and the token in it is of {subject}");
            Finding::new(
                &RULE,
                message,
                file.place().at("/sub").showing(subject.as_str()).saying("not the name of the file"),
            )
            .server("Account JWT lookup error: account validation failed")
            .help(format!("rename it: mv {} {}", file.typed(), file.typed_beside(&format!("{subject}.jwt"))))
            .fix(file.named_by_subject(scene))
        });
    }
}
