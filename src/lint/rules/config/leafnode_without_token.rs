use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "leafnode-without-token",
    area: "config",
    severity: Severity::Error,
    title: "leafnodes are let in without a token",
    explanation: "\
A single user or nkey in `leafnodes.authorization` lets a leafnode in without any JWT, whatever the operator says. Without
an `account` beside it the leafnode is in the account `$G`, which no operator signed and no limit holds.

Take it out: leafnodes log in with credentials of the account that they are for.",
    citation: "nats-server auth.go: isLeafNodeAuthorized; seen with every release",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    let options = &setup.startup.options;
    let leaf = &options.leafnodes;
    let single = !leaf.user.is_empty() || !leaf.nkey.is_empty();
    if options.operator_mode() && single && leaf.account.is_empty() {
        for entry in setup.options(&["leafnodes", "leaf"]) {
            let own = entry.node.value.as_map().and_then(|map| map.any_case(&["authorization"]).next());
            out.tell(&RULE, || {
                let message = "this lets a leafnode into $G, past operator and accounts";
                Finding::new(&RULE, message, setup.at(own.unwrap_or(entry)))
                    .help("take the user out; give leafnodes credentials of their account")
            });
        }
    }
}
