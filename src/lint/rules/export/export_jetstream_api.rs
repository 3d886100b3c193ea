use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::server::subjects::is_subset;
use crate::token::Account;
use crate::token::ExportType;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "export-jetstream-api",
    area: "export",
    severity: Severity::Warning,
    title: "the JetStream API of an account is offered to everybody",
    explanation: "\
The export is a public service that holds `$JS.API.STREAM.DELETE.*`: every account of the operator can import
it and read, change and delete the streams of this account. To share a stream with others a mirror or source,
or the export of its consumer's subjects, is enough.

Export single calls, `$JS.API.CONSUMER.MSG.NEXT.STREAM.CONSUMER`, and let importers ask for an activation:
`nsc edit export --private`.",
    citation: "nats-server jetstream_api.go: allJsExports",
    versions: "all",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    for (index, export) in account.exports.iter().enumerate() {
        let Some(export) = export else { continue };
        let holds = || is_subset("$JS.API.STREAM.DELETE.ANY", &export.subject);
        let public = !export.token_req && export.account_token_position == 0;
        // Everything has a finding of its own.
        if public && export.kind == ExportType::Service && export.subject != ">" && holds() {
            out.tell(&RULE, || {
                let message = format!("every account can delete the streams of {}", token.owner());
                let place = token.at(format!("/nats/exports/{index}/subject")).showing(export.subject.as_str());
                Finding::new(&RULE, message, place.saying("public, and holds the JetStream API"))
                    .help(token.command_with(
                        "export single calls, or nsc edit export --account NAME --subject SUBJECT --private",
                        &[("SUBJECT", &export.subject)],
                    ))
            });
        }
    }
}
