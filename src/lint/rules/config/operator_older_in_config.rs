use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Place, Rule, Severity};
use crate::server::options::OPERATORS;
use crate::token::quote;

pub(crate) static RULE: Rule = Rule {
    code: "operator-older-in-config",
    area: "config",
    severity: Severity::Warning,
    title: "a server is told of an operator by an older token",
    explanation: "\
The operator has signed a newer token of itself, which stands in another file here. This server trusts the signing keys of
the older one: accounts that a key added since has signed are refused, `account validation failed`, and a key that was
removed is still trusted.

Put the newer token into the configuration and restart the server: it refuses to reload another operator,
`config reload not supported for TrustedOperators`.",
    citation: "nats-server jwt.go: validateTrustedOperators; reload.go",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    let Some(found) = setup.found else { return };
    let Some(entry) = setup.options(OPERATORS).next() else { return };
    for own in &setup.startup.options.operators {
        let same = found.operators().iter().filter(|(_, claims)| claims.data.sub == own.subject);
        let Some((place, newest)) = same.max_by_key(|(_, claims)| claims.data.iat) else { continue };
        if newest.data.iat > own.issued {
            out.tell(&RULE, || told_of(&own.name, (setup.at(entry), place)));
        }
    }
}

/// That an operator has a newer token there than here.
pub(crate) fn told_of(name: &str, (here, there): (Place, &Place)) -> Finding {
    let name = quote(name.as_bytes());
    let message = format!("operator {name} has a newer token than the one that this server is told of");
    Finding::new(&RULE, message, here)
        .and(there.clone().saying("the newer one"))
        .help("put the newer one into the configuration and restart the server; a reload refuses it")
}
