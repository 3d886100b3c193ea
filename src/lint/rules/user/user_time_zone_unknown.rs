use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "user-time-zone-unknown",
    area: "user",
    severity: Severity::Error,
    title: "the time zone of a user's hours is not known",
    explanation: "\
`times_location` is a name of the IANA time zone database, such as `Europe/Berlin`, in exactly this case.
Abbreviations like `PST` are mostly none, and neither is `GMT+1` (`Etc/GMT-1` is).

nats-server refuses the user. It looks into the database of its own host: one that has none, as small
containers do, knows no zone but `UTC`. jwtfix judges by the IANA names.",
    citation: "nats-io/jwt/v2 types.go: Limits.Validate; time: LoadLocation",
    versions: "all",
    check: Check::Gate,
};
