use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Place, Rule, Severity};
use crate::server::options::OPERATORS;
use crate::token::quote;

pub(crate) static RULE: Rule = Rule {
    code: "config-operator-moved",
    area: "config",
    severity: Severity::Warning,
    title: "a server is told of an operator by a key that the operator has left",
    explanation: "\
An operator of the same name has another identity key in a newer token here: it was moved, and this server still trusts
the old key. Accounts that the new key signs are refused, `account validation failed`, and whoever has the old key can
still make accounts.

Put the new token into the configuration once the accounts are signed by the new key, and restart the server: it refuses
to reload another operator. `jwtfix fix CREDS --server CONF --store DIR --unsafe=config-operator-moved` does it where the
accounts of clients need it.",
    citation: "nats-server jwt.go: validateTrustedOperators; reload.go",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    let Some(found) = setup.found else { return };
    let Some(entry) = setup.options(OPERATORS).next() else { return };
    let told = &setup.startup.options.operators;
    for own in told.iter().filter(|own| !own.name.is_empty()) {
        let newer = found.operators().iter().filter(|(_, claims)| {
            let known = told.iter().any(|told| told.subject == claims.data.sub);
            claims.data.name == own.name && claims.data.iat > own.issued && !known
        });
        if let Some((place, newest)) = newer.max_by_key(|(_, claims)| claims.data.iat) {
            out.tell(&RULE, || told_of(&own.name, &own.subject, &newest.data.sub, (setup.at(entry), place)));
        }
    }
}

/// That an operator is named here by one key, and has another one there.
pub(crate) fn told_of(name: &str, old: &str, new: &str, (here, there): (Place, &Place)) -> Finding {
    let message = format!("operator {} is trusted here as {old}, and is {new} now", quote(name.as_bytes()));
    Finding::new(&RULE, message, here)
        .server("Account JWT lookup error: account validation failed")
        .and(there.clone().saying("its new token"))
        .help("put the new token into the configuration and restart the server; a reload refuses it")
}
