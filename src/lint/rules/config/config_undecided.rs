use super::config_refused;
use crate::lint::view::{Out, Setup, without_secrets};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "config-undecided",
    area: "config",
    severity: Severity::Note,
    title: "whether a server starts with this configuration depends on something that is not here",
    explanation: "\
The configuration names a file, an environment variable or an address that could not be asked: it was written for
another machine, or another user's environment.

Run `jwtfix audit --server CONF` where the server runs, in its environment.",
    citation: "nats-server opts.go: ProcessConfigFile",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    let errors = setup.startup.errors.iter().map(|problem| problem.text.as_str());
    let variables = errors.filter(|text| config_refused::undecided(text));
    let all: Vec<&str> = config_refused::missing(setup.startup).chain(variables).collect();
    if !all.is_empty() {
        out.tell(&RULE, || {
            Finding::new(&RULE, format!("not known here: {}", without_secrets(&all.join("; "))), setup.place())
                .help("jwtfix audit --server CONF, where the server runs")
        });
    }
}
