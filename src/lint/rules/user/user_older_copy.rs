use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "user-older-copy",
    area: "user",
    severity: Severity::Warning,
    title: "a user has a newer token in another file",
    explanation: "\
Two files hold tokens of one user, signed at different times. Servers take both while both are valid: the
older one still gives what the newer one may have taken away, and whoever uses it falls out when its key is
removed, it is revoked or it ends. Copies of creds files on other machines are where this comes from: `nsc
edit user` rewrites its own copy alone.

Give the newer one to whoever uses this file. To make an end of all older ones, revoke the user up to the time
of the newer: `nsc revocations add-user`.",
    citation: "nats-server auth.go: processClientOrLeafAuthentication",
    versions: "all",
    check: Check::Gate,
};
