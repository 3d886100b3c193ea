use crate::lint::Finding;
use crate::lint::shell;
use crate::lint::view::{Credential, Out};
use crate::token::Account;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "export-position-ignores-token",
    area: "export",
    severity: Severity::Warning,
    title: "an export asks for a token that no server looks for",
    explanation: "\
The export has `token_req` and an `account_token_position`. A server looks at the position first and lets in
whoever has its own key there: no activation is asked for, and none can be revoked.

Decide for one of them: `nsc edit export --private=false`, or take the position away with `jwtfix reissue
--unset`; nsc cannot.",
    citation: "nats-server accounts.go: checkAuth",
    versions: "all",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    for (index, export) in account.exports.iter().enumerate() {
        let Some(export) = export else { continue };
        if export.token_req && export.account_token_position > 0 {
            out.tell(&RULE, || {
                let message = format!("an export of {} asks for a token that no server looks for", token.owner());
                let place = token.at(format!("/nats/exports/{index}/token_req")).showing("true");
                let position = format!("/nats/exports/{index}/account_token_position");
                Finding::new(&RULE, message, place.saying("not looked at"))
                    .and(token.at(position).saying("decides alone"))
                    .help(token.command_with(
                        "nsc edit export --account NAME --subject SUBJECT --private=false",
                        &[("SUBJECT", &export.subject)],
                    ))
                    .help(format!(
                        "or let the activation decide: `jwtfix reissue {} --unset /nats/exports/{index}/account_token_position --key KEYS`, KEYS being where the operator's seeds are",
                        shell::word(&token.file.path())
                    ))
            });
        }
    }
}
