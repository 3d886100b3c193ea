use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "token-layout-v1",
    area: "token",
    severity: Severity::Note,
    title: "a token is in the layout of version 1",
    explanation: "\
Version 1 of NATS tokens was signed over the payload alone, so that the header is not protected, and has no
limits for JetStream, no scoped signing keys, no mappings. Every nats-server still reads it and moves its
members to where version 2 has them; what is missing in a user counts as unlimited there.

Issue the token again with a current tool, or `jwtfix reissue FILE`.",
    citation: "nats-io/jwt/v2 decoder_account.go, decoder_user.go: migrateV1",
    versions: "all",
    check: Check::Gate,
};
