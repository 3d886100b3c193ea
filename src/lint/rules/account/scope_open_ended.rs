use crate::lint::Finding;
use crate::lint::view::{Out, Scoped};
use crate::server::template;
use crate::token::quote;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "scope-open-ended",
    area: "account",
    severity: Severity::Warning,
    title: "a role whose users say themselves what they may do",
    explanation: "\
An entry of an allow list in the template of a scoped signing key begins with the user's name or a tag. Both
are written by whoever signs with the key, and may have `.`, `*` and `>` in them: a user of the name `>` may
use every subject of the account. A role is there to bound what its key can give away; this one bounds
nothing.

Let the entry begin with a word of its own: `team.{{tag(team)}}.>`.",
    citation: "nats-server auth.go: processUserPermissionsTemplate",
    versions: "all",
    check: Check::Scope(check),
};

fn check(scoped: &Scoped<'_>, out: &mut Out<'_>) {
    let Scoped { token, scope, .. } = scoped;
    if scoped.filled.is_none() {
        return;
    }
    let Some(entry) = template::open_ended(&scope.template) else { return };
    out.tell(&RULE, || {
        let (role, entry) = (quote(scope.role.as_bytes()), quote(entry.as_bytes()));
        let message = format!("{entry} of the role {role} of {} is what its users say it is", token.owner());
        Finding::new(&RULE, message, scoped.place().saying("the role"))
            .help(scoped.command("let the entry begin with a word of its own: nsc edit signing-key --account NAME --sk KEY"))
    });
}
