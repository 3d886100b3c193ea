use crate::lint::Finding;
use crate::lint::view::{Out, Scoped};
use crate::server::template::TemplateError;
use crate::token::quote;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "scope-crashes-server",
    area: "account",
    severity: Severity::Error,
    title: "a role that crashes servers",
    explanation: "\
The template of a scoped signing key has a function that servers do not know. Those of 2.11.0 to 2.11.13 and
2.12.0 to 2.12.4 look for its argument without asking whether there is one: the whole process ends with `index
out of range` or `slice bounds out of range` when a user of the role connects. Whoever has the role's key can
do it at will. Newer ones refuse the user, older ones drop the entry.

Correct the template before anybody connects, `nsc edit signing-key`, and upgrade the servers.",
    citation: "nats-server auth.go: processUserPermissionsTemplate",
    versions: "2.11.0-2.11.13, 2.12.0-2.12.4",
    check: Check::Scope(check),
};

fn check(scoped: &Scoped<'_>, out: &mut Out<'_>) {
    let Scoped { token, scope, .. } = scoped;
    let Some(Err(TemplateError::Crash { entry, panic })) = &scoped.filled else { return };
    out.tell(&RULE, || {
        let (role, entry) = (quote(scope.role.as_bytes()), quote(entry.as_bytes()));
        let message = format!("{entry} of the role {role} of {} crashes this server", token.owner());
        Finding::new(&RULE, message, scoped.place().saying("the role"))
            .server(format!("panic: runtime error: {panic}"))
            .help(scoped.command("correct the template: nsc edit signing-key --account NAME --sk KEY"))
    });
}
