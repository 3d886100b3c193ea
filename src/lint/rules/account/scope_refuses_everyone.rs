use crate::lint::Finding;
use crate::lint::view::{Out, Scoped};
use crate::server::template::TemplateError;
use crate::token::quote;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "scope-refuses-everyone",
    area: "account",
    severity: Severity::Error,
    title: "a role that no user can have",
    explanation: "\
The template of a scoped signing key has an entry that no user can fill in: a function that servers do not
know, an `account-tag()` in a deny list that the account does not have, or a deny entry that makes no valid
subject whatever stands in it. A server refuses every user of the role: `User JWT generated invalid
permissions`.

An unknown function does worse on 2.11.0 to 2.11.13 and 2.12.0 to 2.12.4: the server process crashes when a
user of the role connects. Servers know `name()`, `subject()`, `account-name()`, `account-subject()`,
`tag(KEY)` and `account-tag(KEY)`.",
    citation: "nats-server auth.go: processUserPermissionsTemplate",
    versions: "all",
    check: Check::Scope(check),
};

fn check(scoped: &Scoped<'_>, out: &mut Out<'_>) {
    let Scoped { token, scope, .. } = scoped;
    let Some(Err(error)) = &scoped.filled else { return };
    if matches!(error, TemplateError::Crash { .. } | TemplateError::NotWalked { .. }) {
        return;
    }
    out.tell(&RULE, || {
        let role = quote(scope.role.as_bytes());
        let message = format!("no user can have the role {role} of {}: {error}", token.owner());
        Finding::new(&RULE, message, scoped.place().saying("the role"))
            .server("User JWT generated invalid permissions")
            .help(scoped.command("correct the template: nsc edit signing-key --account NAME --sk KEY"))
    });
}
