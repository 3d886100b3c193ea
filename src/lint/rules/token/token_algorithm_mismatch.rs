use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "token-algorithm-mismatch",
    area: "token",
    severity: Severity::Note,
    title: "the header of a token names the algorithm of the other layout",
    explanation: "\
Tokens of the second layout say `ed25519-nkey`, those of the first `ed25519`. Go takes either for both and
goes by the layout of the payload; libraries in other languages go by the header and will then verify the
wrong text.

Sign the token again with a current tool.",
    citation: "nats-io/jwt/v2 header.go; decoder.go: Decode",
    versions: "all",
    check: Check::Gate,
};
