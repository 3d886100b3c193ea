use crate::lint::Finding;
use crate::lint::view::{Out, Rights, Whose};
use crate::server::version::{PROXIES, SCOPE_PROXY};
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "proxy-required-ignored",
    area: "user",
    severity: Severity::Warning,
    title: "a user that has to come through a proxy, and a server that does not ask",
    explanation: "\
`proxy_required` was made for 2.12.0: older servers do not know it and let the user in from everywhere. In the
template of a scoped signing key it is looked at from 2.15.1 on only; before, users of the role come in
without a proxy.

Upgrade the servers, or bound the user by its networks: `nsc edit user --source-network NETWORK`.",
    citation: "nats-server auth.go: processClientOrLeafAuthentication",
    versions: "-2.11, 2.12.0-2.14",
    check: Check::Rights(check),
};

fn check(rights: &Rights<'_>, out: &mut Out<'_>) {
    let Some(terms) = rights.terms else { return };
    let version = rights.token.scene.version;
    let asked = match rights.whose {
        Whose::Scope(..) => version.has(&SCOPE_PROXY),
        _ => version.has(&PROXIES),
    };
    if terms.proxy_required && !asked {
        out.tell(&RULE, || {
            let message = format!("{} has to come through a proxy, and {version} does not ask", rights.words());
            let place = rights.at("/proxy_required").showing("true").saying("not looked at");
            Finding::new(&RULE, message, place)
        });
    }
}
