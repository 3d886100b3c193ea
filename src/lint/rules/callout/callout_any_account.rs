use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::token::Account;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "callout-any-account",
    area: "callout",
    severity: Severity::Note,
    title: "an authorization service may place clients in every account",
    explanation: "\
`allowed_accounts` is `*`: the authorization service of this account may answer with a user of any account
whose signing key it has. What goes wrong in the service then goes wrong in all of them.

Name the accounts that it places clients in: `nsc edit authcallout --allowed-account KEY`.",
    citation: "nats-server auth_callout.go: processClientOrLeafCallout",
    versions: "2.10.0-",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    // With others beside it there is a finding of its own.
    if matches!(account.authorization.allowed_accounts.as_slice(), [all] if all == "*") {
        out.tell(&RULE, || {
            let message = format!("the authorization service of {} may place clients anywhere", token.owner());
            let place = token.at("/nats/authorization/allowed_accounts").showing("*").saying("every account");
            Finding::new(&RULE, message, place)
                .help(token.command("nsc edit authcallout --account NAME --allowed-account KEY"))
        });
    }
}
