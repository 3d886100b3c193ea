use crate::lint::Finding;
use crate::lint::view::{Out, Scoped};
use crate::token::quote;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "scope-limits-invalid",
    area: "account",
    severity: Severity::Error,
    title: "a role whose users are refused for its networks or times",
    explanation: "\
Nobody validates the template of a scoped signing key: what stands in it is looked at when a user of the role
connects. A network that is none makes the server refuse whoever is not in one listed before it, `Bad src Ip`;
a time or a zone that cannot be read makes it refuse everybody, `Outside connect times`.

Networks are like `10.0.0.0/8`, times like `08:00:00`, zones like `Europe/Berlin`: `nsc edit signing-key`.",
    citation: "nats-server jwt.go: validateSrc, validateTimes",
    versions: "all",
    check: Check::Scope(check),
};

fn check(scoped: &Scoped<'_>, out: &mut Out<'_>) {
    let Scoped { token, scope, .. } = scoped;
    for issue in scoped.issues.iter().filter(|issue| issue.id.starts_with("time") || issue.id == "user-cidr") {
        out.tell(&RULE, || {
            let (role, issue_text) = (quote(scope.role.as_bytes()), &issue.text);
            let message = format!("in the role {role} of {}: {issue_text}", token.owner());
            let line = if issue.id == "user-cidr" { "Bad src Ip" } else { "Outside connect times" };
            Finding::new(&RULE, message, scoped.place().saying("the role")).server(line)
        });
    }
}
