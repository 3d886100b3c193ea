use crate::lint::view::{Credential, Out};
use crate::lint::{Check, Finding, Rule, Severity};
use crate::server::Version;
use crate::token::Operator;

pub(crate) static RULE: Rule = Rule {
    code: "operator-asks-newer-server",
    area: "operator",
    severity: Severity::Error,
    title: "an operator asks for a newer server",
    explanation: "\
`assert_server_version` of an operator is the least release that may serve it. An older server ends at start with the line
that is shown. It compares major, minor and update in turn, and one that is newer in an earlier one passes.

Update the server, or lower it, which nsc cannot: `jwtfix reissue acme.jwt --set
nats.assert_server_version=2.10.0 --key KEYS`.",
    citation: "nats-server jwt.go: validateTrustedOperators",
    versions: "all",
    check: Check::Operator(check),
};

fn check(token: &Credential<'_>, operator: &Operator, out: &mut Out<'_>) {
    let Ok(asked) = Version::parse(&operator.assert_server_version) else { return };
    let server = token.scene.version;
    if asked > server {
        out.tell(&RULE, || {
            let (what, asked_for, has) = if asked.major > server.major {
                ("major", asked.major, server.major)
            } else if asked.minor > server.minor {
                ("minor", asked.minor, server.minor)
            } else {
                ("update", asked.patch, server.patch)
            };
            let place = token.at("/nats/assert_server_version").showing(operator.assert_server_version.as_str());
            let key = &token.claims.data.sub;
            Finding::new(&RULE, format!("{} asks for a server of {asked} at least, and this is {server}", token.owner()), place)
                .server(format!("operator {key} expected {what} version {asked_for} > server {what} version {has}"))
                .help("update the server, or lower what the operator asks for")
        });
    }
}
