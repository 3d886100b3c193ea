use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "token-not-base64",
    area: "token",
    severity: Severity::Error,
    title: "a part of a token is not base64",
    explanation: "\
The parts of a token are written in the URL alphabet of base64, A-Z a-z 0-9 - and _, without = at the end. A
server skips line ends in them and refuses every other character with `illegal base64 data at input byte N`.

A `+` or `/` comes from a tool that uses the other alphabet; a `=` from one that pads; a space from a line that
was wrapped.",
    citation: "encoding/base64: RawURLEncoding",
    versions: "all",
    check: Check::Gate,
};
