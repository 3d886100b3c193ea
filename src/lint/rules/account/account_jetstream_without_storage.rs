use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::server::load::has_jetstream;
use crate::token::Account;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-jetstream-without-storage",
    area: "account",
    severity: Severity::Warning,
    title: "limits of JetStream without any storage: it stays off",
    explanation: "\
JetStream is on for an account where `mem_storage` or `disk_storage` is not 0. This account has limits of
JetStream, streams or consumers for one, and neither of the two. A server keeps JetStream off for it: clients
read `JetStream not enabled for account`.

Give it storage, -1 for any: `nsc edit account --js-disk-storage 1G`, or take the other limits away:
`--js-disable`.",
    citation: "nats-server accounts.go: updateAccountClaimsWithRefresh",
    versions: "all",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    let flat = &account.limits.jetstream;
    // nsc writes -1 for these into every account that it edits: only a number says that JetStream was meant.
    let numbers =
        [flat.streams, flat.consumer, flat.max_ack_pending, flat.mem_max_stream_bytes, flat.disk_max_stream_bytes];
    if (numbers.iter().any(|number| *number > 0) || flat.max_bytes_required) && !has_jetstream(&account.limits) {
        out.tell(&RULE, || {
            let message = format!("{} has limits of JetStream and no storage: JetStream is off", token.owner());
            let place = token.at("/nats/limits").saying("mem_storage and disk_storage are 0 or missing");
            Finding::new(&RULE, message, place)
                .server("JetStream not enabled for account")
                .help(token.command("nsc edit account --name NAME --js-disk-storage 1G, or --js-disable"))
        });
    }
}
