use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};
use crate::server::options::Resolver;

pub(crate) static RULE: Rule = Rule {
    code: "resolver-tls-without-url",
    area: "config",
    severity: Severity::Note,
    title: "resolver_tls has no effect with this resolver",
    explanation: "\
`resolver_tls` is how a server talks to an account server over HTTP. Resolvers in memory and in directories talk to nobody
by HTTP: the block is read, its files have to exist, and nothing comes of it.

Take it out.",
    citation: "nats-server server.go: configureResolver",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    if matches!(&setup.startup.options.resolver, Some(Resolver::Memory | Resolver::Directory(_))) {
        for entry in setup.options(&["resolver_tls"]) {
            out.tell(&RULE, || {
                Finding::new(&RULE, "the resolver asks no account server, and needs no TLS", setup.at(entry))
                    .help("take it out")
            });
        }
    }
}
