use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};
use crate::server::options::Resolver;

pub(crate) static RULE: Rule = Rule {
    code: "resolver-url-in-clear",
    area: "config",
    severity: Severity::Warning,
    title: "accounts are fetched over plain HTTP",
    explanation: "\
Nobody on the way can forge an account, which takes the operator's key; but can answer with an older token of it: with
revocations missing, signing keys that were removed, limits that were lowered. A server takes what it is given and does not
compare with what it had.

Serve accounts over HTTPS, with `resolver_tls { ca_file: … }` for a certificate of your own.",
    citation: "nats-server accounts.go: URLAccResolver.Fetch",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    let Some(Resolver::Url(url)) = &setup.startup.options.resolver else { return };
    let Some((scheme, rest)) = url.split_once("://") else { return };
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    if scheme.eq_ignore_ascii_case("http") && !super::monitoring_open::is_loopback(host) {
        out.tell(&RULE, || {
            let entry = setup.options(&["resolver", "account_resolver", "accounts_resolver"]).next();
            let place = entry.map_or_else(|| setup.place(), |entry| setup.at(entry));
            let message = format!("who is between this server and {host} can undo revocations");
            Finding::new(&RULE, message, place).help("use https, and resolver_tls for your own certificates")
        });
    }
}
