use crate::lint::Finding;
use crate::lint::view::{Out, Scoped};
use crate::token::quote;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "scope-bearer-disallowed",
    area: "account",
    severity: Severity::Error,
    title: "a role of bearers in an account that lets no bearers in",
    explanation: "\
The account has `disallow_bearer`, and the template of one of its scoped signing keys says `bearer_token`. A
server refuses every user of the role: `Account does not allow bearer tokens`.

Take it out of the role, `nsc edit signing-key --sk KEY --bearer=false`, or lift the limit: `nsc edit account
--disallow-bearer=false`.",
    citation: "nats-server auth.go: processClientOrLeafAuthentication",
    versions: "all",
    check: Check::Scope(check),
};

fn check(scoped: &Scoped<'_>, out: &mut Out<'_>) {
    let Scoped { token, scope, .. } = scoped;
    if scoped.account.limits.disallow_bearer && scope.template.bearer_token {
        out.tell(&RULE, || {
            let role = quote(scope.role.as_bytes());
            let message = format!("users of the role {role} are bearers, and {} lets none in", token.owner());
            Finding::new(&RULE, message, token.at("/nats/limits/disallow_bearer").saying("refuses them"))
                .and(scoped.place().saying("the role"))
                .server("Account does not allow bearer tokens")
                .help(scoped.command("nsc edit signing-key --account NAME --sk KEY --bearer=false"))
        });
    }
}
