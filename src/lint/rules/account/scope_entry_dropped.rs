use crate::lint::Finding;
use crate::lint::view::{Out, Scoped};
use crate::token::quote;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "scope-entry-dropped",
    area: "account",
    severity: Severity::Warning,
    title: "an entry of a role that gives nobody anything",
    explanation: "\
An entry of an allow list in the template of a scoped signing key makes no valid subject whatever a user is
called and tagged: an `account-tag()` that the account does not have, `Tag(KEY)` in upper case, or a queue
behind a subject in a list that has templates. A server drops it without a word. If the list is empty then,
`>` is denied.

Correct the entry, `nsc edit signing-key`, or give the account its tag: `nsc edit account --tag KEY:VALUE`.",
    citation: "nats-server auth.go: processUserPermissionsTemplate",
    versions: "all",
    check: Check::Scope(check),
};

fn check(scoped: &Scoped<'_>, out: &mut Out<'_>) {
    let Scoped { token, scope, .. } = scoped;
    let Some(Ok(dropped)) = &scoped.filled else { return };
    for entry in dropped {
        out.tell(&RULE, || {
            let (role, entry) = (quote(scope.role.as_bytes()), quote(entry.as_bytes()));
            let message = format!("{entry} of the role {role} of {} gives nobody anything", token.owner());
            Finding::new(&RULE, message, scoped.place().saying("the role"))
                .help(scoped.command("correct the template: nsc edit signing-key --account NAME --sk KEY"))
        });
    }
}
