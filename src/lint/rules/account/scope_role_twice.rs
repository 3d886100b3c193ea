use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::token::{Account, UserScope};
use crate::token::quote;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "scope-role-twice",
    area: "account",
    severity: Severity::Note,
    title: "two signing keys of an account have the same role",
    explanation: "\
Roles are names for people: servers look at the key. `nsc add user -K ROLE` takes one of the two and does not
say which, and the users of the two may do different things.

Give one of them another name: `nsc edit signing-key --sk KEY --role ROLE`.",
    citation: "nsc cmd/adduser.go",
    versions: "all",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    let scopes = || account.signing_keys.values().flatten();
    for (index, scope) in scopes().enumerate() {
        let Some(other) = scopes().take(index).find(|other| other.role == scope.role && !scope.role.is_empty())
        else {
            continue;
        };
        out.tell(&RULE, || {
            let role = quote(scope.role.as_bytes());
            let message = format!("two signing keys of {} have the role {role}", token.owner());
            let place = |scope: &UserScope| token.at(scope.pointer()).showing(scope.key.as_str());
            Finding::new(&RULE, message, place(scope).saying("one of them"))
                .and(place(other).saying("the other one"))
                .help(token.command_with("nsc edit signing-key --account NAME --sk KEY --role ROLE", &[("KEY", &scope.key)]))
        });
    }
}
