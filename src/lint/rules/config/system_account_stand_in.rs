use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "system-account-stand-in",
    area: "config",
    severity: Severity::Warning,
    title: "the system account is not where the server looks, and a stand-in takes its place",
    explanation: "\
With one operator and a directory or an address for a resolver the server starts all the same: it makes a system account of
its own, signed by the operator's issuer, `Using bootstrapping system account`, and asks for the real one every second. The
stand-in has none of the limits, signing keys and exports of the real one: its users are those that its identity key signed.
An operator with strict signing keys does not get this far.

Push the system account, put it into `resolver_preload`, or copy its token into the resolver's directory.",
    citation: "nats-server server.go: configureAccounts",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    let startup = setup.startup;
    if startup.bootstrapped && startup.errors.is_empty() {
        out.tell(&RULE, || {
            let place = setup.options(&["system_account", "system"]).next();
            let place = place.map_or_else(|| setup.place(), |entry| setup.at(entry));
            let message = format!("the resolver has no usable token of the system account {}", startup.options.system_account);
            Finding::new(&RULE, message, place)
                .server("[INF] Using bootstrapping system account")
                .help("put it into resolver_preload, or push it: `nsc push -a SYS`")
        });
    }
}
