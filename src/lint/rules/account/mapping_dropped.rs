use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::server::load::dropped_mappings;
use crate::token::Account;
use crate::token::quote;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "mapping-dropped",
    area: "account",
    severity: Severity::Warning,
    title: "a subject mapping that servers leave out",
    explanation: "\
A server takes a mapping with one wrong target for none at all: two targets of the same text, even in
different clusters, weights above 100, a target with a wildcard that the source has not, or a source that is
no subject. It says nothing about it before 2.15.1, and a mapping of that source that was in force before
stays so until the server is restarted.

Correct the target: `nsc add mapping --from SOURCE --to TARGET`.",
    citation: "nats-server accounts.go: AddWeightedMappings",
    versions: "all",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    if account.mappings.is_empty() {
        return;
    }
    // Of weights the validation has findings of its own.
    let dropped = dropped_mappings(account, token.scene.version).into_iter();
    for (source, error) in dropped.filter(|(_, error)| !error.contains("weight")) {
        out.tell(&RULE, || {
            let message =
                format!("servers leave out the mapping of {} in {}: {error}", quote(source.as_bytes()), token.owner());
            let pointer = format!("/nats/mappings/{}", source.replace('~', "~0").replace('/', "~1"));
            Finding::new(&RULE, message, token.at(pointer).saying("not in force"))
        });
    }
}
