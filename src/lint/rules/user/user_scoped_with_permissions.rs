use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "user-scoped-with-permissions",
    area: "user",
    severity: Severity::Error,
    title: "a user of a scoped signing key has permissions or limits of its own",
    explanation: "\
The signing key has a role, and its users get that role's permissions and limits. Their own tokens must then
hold none at all. Not even limits of -1 (unlimited), an empty list of networks or `\"allow\": []` count as
none; missing limits do.

nats-server refuses the user with `scoped users require no permissions or limits set`. Issue the user again
without any: `nsc add user` with `-K` and the role does it right.",
    citation: "nats-io/jwt/v2 signingkeys.go: UserScope.ValidateScopedSigner; user_claims.go: HasEmptyPermissions",
    versions: "all",
    check: Check::Gate,
};
