use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::server::subjects::has_wildcard;
use crate::token::Account;
use crate::token::ExportType;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-prefix-wildcard",
    area: "import",
    severity: Severity::Error,
    title: "a stream is imported under a prefix with wildcards",
    explanation: "\
`to` is a prefix for the subjects of an imported stream, and has a `*` or `>` in it. A server loads the
account without the import, `stream import prefix can not contain wildcard tokens`, in a debug line: nothing
arrives.

Use `local_subject` in its place: `nsc add import --local-subject SUBJECT`.",
    citation: "nats-server accounts.go: AddStreamImportWithClaim",
    versions: "all",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    for (index, import) in account.imports.iter().enumerate() {
        let Some(import) = import else { continue };
        if import.kind == ExportType::Stream && import.local_subject.is_empty() && has_wildcard(&import.to) {
            out.tell(&RULE, || {
                let message = format!("{} imports a stream under a prefix with wildcards", token.owner());
                let place = token.at(format!("/nats/imports/{index}/to")).showing(import.to.as_str());
                Finding::new(&RULE, message, place.saying("has a wildcard"))
                    .server("stream import prefix can not contain wildcard tokens")
            });
        }
    }
}
