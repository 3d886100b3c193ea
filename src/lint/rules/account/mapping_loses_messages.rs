use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::token::Account;
use crate::token::{WeightedMapping, quote};
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "mapping-loses-messages",
    area: "account",
    severity: Severity::Warning,
    title: "a subject mapping that loses messages",
    explanation: "\
The weights of the targets come to less than 100, and one of the targets is the source itself. A server gives
what is left to the source, unless the source is listed: then it takes the loss for meant and drops that share
of the messages. Tests with lost messages are made that way, and little else.

Let the weights come to 100, or take the source out of the list.",
    citation: "nats-server accounts.go: AddWeightedMappings",
    versions: "all",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    for (source, targets) in &account.mappings {
        let targets = targets.as_deref().unwrap_or_default();
        let everywhere = targets.iter().filter(|target| target.cluster.is_empty());
        let weight = |target: &WeightedMapping| if target.weight == 0 { 100 } else { u32::from(target.weight) };
        let total: u32 = everywhere.clone().map(weight).sum();
        if total < 100 && everywhere.clone().any(|target| target.subject == *source) {
            out.tell(&RULE, || {
                let message = format!(
                    "the mapping of {} in {} drops {} percent of the messages",
                    quote(source.as_bytes()),
                    token.owner(),
                    100 - total
                );
                let pointer = format!("/nats/mappings/{}", source.replace('~', "~0").replace('/', "~1"));
                Finding::new(&RULE, message, token.at(pointer).saying(format!("weights come to {total}")))
            });
        }
    }
}
