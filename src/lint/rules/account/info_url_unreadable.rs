use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "info-url-unreadable",
    area: "account",
    severity: Severity::Error,
    title: "a link to more information is not a URL",
    explanation: "\
The `info_url` of an account or of an export must be a URL with a scheme and a host, as Go reads URLs.
`mailto:` links have no host and are refused.

nats-server refuses the whole account over this link, though nothing but people ever looks at it: nobody can
connect to the account. Correct or remove it.",
    citation: "nats-io/jwt/v2 types.go: Info.Validate; net/url: Parse",
    versions: "all",
    check: Check::Gate,
};
