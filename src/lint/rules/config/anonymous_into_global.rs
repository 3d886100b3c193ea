use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "anonymous-into-global",
    area: "config",
    severity: Severity::Error,
    title: "clients without credentials are let into the global account",
    explanation: "\
Where only the system account has users, a server makes a user of its own for everybody else: who sends no credentials is
in the account `$G`. It was meant for first steps with a server, and stays when users are added to `$SYS` alone. Up to
2.9.22 and 2.10.1 an `authorization` block did not stop it (CVE-2023-47090).

Give `$G` users (`authorization { users … }`), or write an empty `authorization {}` block.",
    citation: "nats-server server.go: configureAccounts; advisories.nats.io/CVE/secnote-2023-01.txt",
    versions: "all",
    check: Check::Config(check),
};

/// The user that start-up makes; the server's has random letters.
pub(in crate::lint) const HIDDEN: &str = "nats-XXXXXXXX";

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    if setup.startup.options.no_auth_user == HIDDEN {
        out.tell(&RULE, || {
            let place = setup.options(&["accounts"]).next();
            let place = place.map_or_else(|| setup.place(), |entry| setup.at(entry));
            Finding::new(&RULE, "only the system account has users: everybody else is let into $G", place)
                .help("write an empty `authorization {}` block, or give $G its users")
        });
    }
}
