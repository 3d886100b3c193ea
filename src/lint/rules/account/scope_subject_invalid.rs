use crate::lint::Finding;
use crate::lint::view::{Out, Scoped};
use crate::token::quote;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "scope-subject-invalid",
    area: "account",
    severity: Severity::Warning,
    title: "a role with a subject that is none",
    explanation: "\
Nobody validates the template of a scoped signing key: what stands in it is looked at when a user of the role
connects. A subject with blanks or with an empty token is then left out: in an allow list it gives nothing, in
a deny list it forbids nothing. Servers say so in the log from 2.12.14 and 2.14.4 on: `invalid publish
subject`.

Correct the subject: `nsc edit signing-key --account NAME --sk KEY`.",
    citation: "nats-server client.go: setPermissions",
    versions: "all",
    check: Check::Scope(check),
};

fn check(scoped: &Scoped<'_>, out: &mut Out<'_>) {
    let Scoped { token, scope, .. } = scoped;
    let issues = scoped.issues.iter();
    let subjects = issues.filter(|issue| issue.id.starts_with("subject-") || issue.id.starts_with("perm-"));
    // A template is no subject before it is filled in.
    for issue in subjects.filter(|issue| !issue.text.contains("{{")) {
        out.tell(&RULE, || {
            let (role, issue_text) = (quote(scope.role.as_bytes()), &issue.text);
            let message = format!("in the role {role} of {}: {issue_text}", token.owner());
            Finding::new(&RULE, message, scoped.place().saying("the role"))
                .help(scoped.command("correct the subject: nsc edit signing-key --account NAME --sk KEY"))
        });
    }
}
