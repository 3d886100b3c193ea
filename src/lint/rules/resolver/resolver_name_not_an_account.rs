use crate::lint::view::{File, Layout, Out, Scene};
use crate::lint::{Check, Finding, Rule, Severity};
use crate::nkey::{Role, go};

pub(crate) static RULE: Rule = Rule {
    code: "resolver-name-not-an-account",
    area: "resolver",
    severity: Severity::Warning,
    title: "a file of a resolver is named by no account's key",
    explanation: "\
A resolver looks for `<key>.jwt` with the key of an account, and for nothing else. A file with another name in front of
`.jwt` is never found by anybody. It is not without effect: servers count it against `limit`, put it into the hash by
which they compare their directories, and send it to each other.

Give the file the name of its token's subject, or take it away.",
    citation: "nats-server dirstore.go: NewExpiringDirJWTStore, pathForKey",
    versions: "all",
    check: Check::File(check),
};

fn check(file: &File<'_>, _: &Scene<'_>, out: &mut Out<'_>) {
    let Some(stem) = file.stem() else { return };
    if file.layout != Layout::Resolver || file.names_account() {
        return;
    }
    let subject = file.content.claims().map(|claims| claims.data.sub.as_str());
    // Its letter case alone is wrong: that has a rule of its own.
    if subject.is_some_and(|subject| subject.eq_ignore_ascii_case(stem)) && subject != Some(stem) {
        return;
    }
    out.tell(&RULE, || {
        let name = crate::token::quote(file.name.as_bytes());
        let finding = Finding::new(&RULE, format!("{name} is not named by the key of an account"), file.place());
        match subject.filter(|subject| go::is_public(Role::Account, subject)) {
            Some(subject) => finding.help(format!(
                "mv {} {}, if no newer one is there",
                file.typed(),
                file.typed_beside(&format!("{subject}.jwt"))
            )),
            None => finding.help(format!("rm {}", file.typed())),
        }
    });
}
