use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::token::Account;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "export-everything",
    area: "export",
    severity: Severity::Warning,
    title: "everything in an account is offered to everybody",
    explanation: "\
The export is public and its subject is `>`: every account of the operator can import every subject of this
one, or send requests to every subject of it, its JetStream and its inboxes among them. A key of an account is
no secret.

Export the subjects that are meant for others; let importers ask for an activation: `nsc edit export
--private`.",
    citation: "nats-server accounts.go: checkStreamExportApproved, checkServiceExportApproved",
    versions: "all",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    for (index, export) in account.exports.iter().enumerate() {
        let Some(export) = export else { continue };
        if export.subject == ">" && !export.token_req && export.account_token_position == 0 {
            out.tell(&RULE, || {
                let kind = export.kind.word();
                let message = format!("every account can import any {kind} of {}", token.owner());
                let place = token.at(format!("/nats/exports/{index}/subject")).showing(">");
                Finding::new(&RULE, message, place.saying("public, and everything"))
                    .help("export what is meant for others, or nsc edit export --subject '>' --private")
            });
        }
    }
}
