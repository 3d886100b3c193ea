use crate::lint::Finding;
use crate::lint::view::{Out, Scoped};
use crate::token::{UNLIMITED, UserPermissionLimits, quote};
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "scope-unrestricted",
    area: "account",
    severity: Severity::Note,
    title: "a role that restricts nothing",
    explanation: "\
The template of a scoped signing key has no permissions, no limits, no networks, times or connection types:
its users may do everything in the account, and a plain signing key would do the same. Often the permissions
were forgotten.

Say what the role may do: `nsc edit signing-key --sk KEY --allow-pub SUBJECT --allow-sub SUBJECT`.",
    citation: "nats-server auth.go: processClientOrLeafAuthentication",
    versions: "all",
    check: Check::Scope(check),
};

fn check(scoped: &Scoped<'_>, out: &mut Out<'_>) {
    let Scoped { token, scope, .. } = scoped;
    let unlimited = UserPermissionLimits {
        subs: UNLIMITED,
        data: UNLIMITED,
        payload: UNLIMITED,
        ..UserPermissionLimits::default()
    };
    if scope.template == unlimited {
        out.tell(&RULE, || {
            let role = quote(scope.role.as_bytes());
            let message = format!("the role {role} of {} restricts nothing", token.owner());
            Finding::new(&RULE, message, scoped.place().showing(scope.key.as_str()))
                .help(scoped.command("nsc edit signing-key --account NAME --sk KEY --allow-pub SUBJECT --allow-sub SUBJECT"))
        });
    }
}
