use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "token-truncated",
    area: "token",
    severity: Severity::Error,
    title: "a token has not three parts",
    explanation: "\
A token is a header, a payload and a signature in base64 with a dot between them. With a part missing, or with
more dots, it was cut when it was copied, or other text was joined to it. A server answers `expected 3 chunks`.

Copy the token again from where it was issued. What is left of the claims is shown, but nothing of it can be
trusted: the signature is gone.",
    citation: "nats-io/jwt/v2 decoder.go: Decode",
    versions: "all",
    check: Check::Gate,
};
