use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::token::Account;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-jetstream-limit-zero",
    area: "account",
    severity: Severity::Note,
    title: "a limit of JetStream is zero, which is no limit there",
    explanation: "\
`streams` and `consumer` are numbers of which a server takes only those above 0 for a limit: 0 is as unlimited
as -1. Elsewhere in the same object 0 means none, so that whoever wrote it may have meant none.

Write -1 where any number is meant. An account cannot have JetStream and no streams: switch it off, `nsc edit
account --js-disable`, or deny `$JS.API.STREAM.CREATE.>` to its users.",
    citation: "nats-server jetstream_api.go and jetstream_cluster.go: limits of streams; consumer.go: addConsumerWithAssignment",
    versions: "all",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    let limits = &account.limits;
    let flat = [("", &limits.jetstream)].into_iter();
    let tiers = limits.tiered_limits.iter().map(|(name, limits)| (name.as_str(), limits));
    for (tier, limits) in flat.chain(tiers) {
        let on = limits.mem_storage != 0 || limits.disk_storage != 0;
        if !on || (limits.streams != 0 && limits.consumer != 0) {
            continue;
        }
        out.tell(&RULE, || {
            let member = if limits.streams == 0 { "streams" } else { "consumer" };
            let pointer = match tier {
                "" => format!("/nats/limits/{member}"),
                tier => format!("/nats/limits/tiered_limits/{tier}/{member}"),
            };
            let message = format!("{member} of {} is 0, and any number of them is allowed", token.owner());
            Finding::new(&RULE, message, token.at(pointer.as_str()).saying("0 or missing: no limit"))
                .fix(token.set("say that it is unlimited", pointer, -1))
        });
    }
}
