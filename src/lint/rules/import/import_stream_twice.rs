use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::token::Account;
use crate::token::{ExportType, quote};
use std::collections::HashSet;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-stream-twice",
    area: "import",
    severity: Severity::Error,
    title: "a stream is imported twice",
    explanation: "\
Two imports are of the same subject of the same account. A server puts the first in force and refuses the
second, `stream import already exists`, in a debug line: under the second local subject nothing arrives.

Remove one of them: `nsc delete import`. To have the messages under two subjects, map one to the other in the
account.",
    citation: "nats-server accounts.go: AddMappedStreamImportWithClaim",
    versions: "all",
    check: Check::Account(check),
};

/// Imports that are compared one by one.
const FEW: usize = 32;

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    let streams = || {
        let all = account.imports.iter().enumerate();
        all.filter_map(|(index, import)| Some((index, import.as_ref()?)))
            .filter(|(_, import)| import.kind == ExportType::Stream)
    };
    // Of few the earlier ones are looked through; a set is for lists without an end.
    let few = account.imports.len() <= FEW;
    let mut seen = HashSet::new();
    for (place, (index, import)) in streams().enumerate() {
        let again = if few {
            let mut earlier = streams().take(place);
            earlier.any(|(_, other)| other.account == import.account && other.subject == import.subject)
        } else {
            !seen.insert((import.account.as_str(), import.subject.as_str()))
        };
        if !again {
            continue;
        }
        out.tell(&RULE, || {
            let subject = quote(import.subject.as_bytes());
            let message = format!("{} imports the stream {subject} of one account twice", token.owner());
            let place = token.at(format!("/nats/imports/{index}")).showing(import.subject.as_str());
            Finding::new(&RULE, message, place.saying("the second one"))
                .server("stream import already exists")
                .fix(token.remove("remove the one that is not in force", format!("/nats/imports/{index}")))
        });
    }
}
