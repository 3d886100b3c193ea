use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "operator-server-version-unreadable",
    area: "operator",
    severity: Severity::Error,
    title: "the server version that an operator asks for cannot be read",
    explanation: "\
`assert_server_version` must be three numbers with a dot between each, such as `2.10.0`. A `v` in front or a
`-beta` behind makes it unreadable.

nats-server does not start with this operator: `operator … expects version … got error instead`. Correct it
where the operator's token is made.",
    citation: "nats-io/jwt/v2 operator_claims.go: ParseServerVersion; nats-server jwt.go: validateTrustedOperators",
    versions: "all",
    check: Check::Gate,
};
