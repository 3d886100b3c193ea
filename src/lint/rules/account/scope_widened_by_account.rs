use crate::lint::Finding;
use crate::lint::view::{Out, Scoped};
use crate::server::template;
use crate::token::quote;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "scope-widened-by-account",
    area: "account",
    severity: Severity::Warning,
    title: "an account whose name or tags widen its roles",
    explanation: "\
An entry of an allow list in the template of a scoped signing key takes up the account's name or a tag of it,
and there is a `*` or `>` in that: `{{account-tag(region)}}` with the tag `region:*` is every region. A server
takes it: all that it asks of the result is to be a valid subject.

Give the account plain words for name and tags: `nsc edit account --tag KEY:VALUE --rm-tag KEY:*`.",
    citation: "nats-server auth.go: processUserPermissionsTemplate",
    versions: "all",
    check: Check::Scope(check),
};

fn check(scoped: &Scoped<'_>, out: &mut Out<'_>) {
    let Scoped { token, scope, .. } = scoped;
    if scoped.filled.is_none() {
        return;
    }
    let person = template::anybody(token.claims, &[]);
    let Some((entry, value)) = template::widened(&scope.template, &person) else { return };
    out.tell(&RULE, || {
        let (role, entry) = (quote(scope.role.as_bytes()), quote(entry.as_bytes()));
        let message = format!("{} widens {entry} of its role {role}", token.owner());
        let place = token.at("/nats/tags").showing(value).saying("a wildcard of its own");
        Finding::new(&RULE, message, place).and(scoped.place().saying("the role"))
    });
}
