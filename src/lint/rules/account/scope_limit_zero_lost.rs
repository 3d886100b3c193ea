use crate::lint::view::{Out, Scoped};
use crate::lint::{Check, Rule, Severity, notes};

pub(crate) static RULE: Rule = Rule {
    code: "scope-limit-zero-lost",
    area: "account",
    severity: Severity::Warning,
    title: "a limit of zero in a scope becomes unlimited when Go writes the token again",
    explanation: "\
`subs`, `data` or `payload` in the template of a scoped signing key is zero: nothing is allowed. Go leaves
out members that are zero when it writes a token, and reads a scope without the member as unlimited.

So the next edit with nsc, of anything in the account, turns none into unlimited. Use another way to forbid:
deny `>`, or revoke the signing key.",
    citation: "nats-io/jwt/v2 signingkeys.go: NewUserScope and UnmarshalJSON; types.go: NatsLimits (omitempty)",
    versions: "all",
    check: Check::Scope(check),
};

fn check(scoped: &Scoped<'_>, out: &mut Out<'_>) {
    let Scoped { token, scope, .. } = scoped;
    if let Some(finding) = notes::zero_lost(scope, || token.place()) {
        out.tell(&RULE, || finding.clone());
    }
}
