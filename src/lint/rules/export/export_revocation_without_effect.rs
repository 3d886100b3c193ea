use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::nkey::{Role, go};
use crate::token::Account;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "export-revocation-without-effect",
    area: "export",
    severity: Severity::Warning,
    title: "a revocation of an export that voids nothing",
    explanation: "\
Revocations of an export void activation tokens. This export asks for none, so that whoever is listed goes on
importing; or the entry's key is neither an account's nor `*`, or its time is 0 or before.

Make the export private, `nsc edit export --private`, or revoke by the account's key: `nsc revocations
add-activation --target-account KEY`.",
    citation: "nats-server accounts.go: checkActivation, isRevoked",
    versions: "all",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    for (index, export) in account.exports.iter().enumerate() {
        let Some(export) = export else { continue };
        let asks = export.token_req && export.account_token_position == 0;
        let void = |(key, until): &(&String, &i64)| {
            !asks || **until <= 0 || !(*key == "*" || go::is_public(Role::Account, key))
        };
        if let Some((key, _)) = export.revocations.iter().find(void) {
            out.tell(&RULE, || {
                let message = format!("a revocation of an export of {} voids nothing", token.owner());
                let label = if asks { "neither an account's key nor *, or without a time" } else { "asks for no token" };
                let place = token.at(format!("/nats/exports/{index}/revocations")).showing(key.as_str());
                Finding::new(&RULE, message, place.saying(label))
            });
        }
    }
}
