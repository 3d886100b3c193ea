use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::token::Account;
use crate::token::quote;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-jetstream-tier-unknown",
    area: "account",
    severity: Severity::Warning,
    title: "a JetStream tier that no stream is of",
    explanation: "\
A stream is of the tier `R` and the number of its replicas: `R1`, `R3`. Limits under any other name are never
looked at, and a stream of a tier without limits is refused: `no JetStream default or applicable tiered limit
present`. Replicas are 1 to 5.

Name the tiers `R1` to `R5`: `nsc edit account --js-tier 3 --js-disk-storage 1G`.",
    citation: "nats-server stream.go: tierName; jetstream.go: selectLimits",
    versions: "all",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    let tiers = account.limits.tiered_limits.keys();
    // A tier without a name has a finding of its own.
    for tier in tiers.filter(|tier| !tier.is_empty() && !matches!(tier.as_str(), "R1" | "R2" | "R3" | "R4" | "R5")) {
        out.tell(&RULE, || {
            let name = quote(tier.as_bytes());
            let message = format!("{} has limits for the tier {name}, and no stream is of it", token.owner());
            let place = token.at("/nats/limits/tiered_limits").showing(tier.as_str());
            Finding::new(&RULE, message, place.saying("not R1 to R5"))
                .server("no JetStream default or applicable tiered limit present")
        });
    }
}
