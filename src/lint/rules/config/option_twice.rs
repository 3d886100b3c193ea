use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};
use crate::server::options::OPERATORS;

pub(crate) static RULE: Rule = Rule {
    code: "option-twice",
    area: "config",
    severity: Severity::Warning,
    title: "an option is given twice in different words",
    explanation: "\
nats-server goes through the options of a file in an order that differs from start to start. Two names of one option,
`operator` and `operators`, or one name in two spellings, `Resolver` and `resolver`, are both taken, and the last one
wins: which one that is, is a matter of chance.

Keep one of them.",
    citation: "nats-server opts.go: ProcessConfigString walks a map of Go",
    versions: "all",
    check: Check::Config(check),
};

/// Names of one option, where who is trusted or known depends on it.
const SYNONYMS: [&[&str]; 4] = [
    OPERATORS,
    &["resolver", "account_resolver", "accounts_resolver"],
    &["trusted", "trusted_keys"],
    &["resolver_preload"],
];

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    for names in SYNONYMS {
        let entries: Vec<_> = setup.options(names).collect();
        let [first, others @ ..] = entries.as_slice() else { continue };
        for other in others {
            out.tell(&RULE, || {
                let message = format!("{} and {} set one option, and the server takes one at random", first.key, other.key);
                Finding::new(&RULE, message, setup.at(other))
                    .and(setup.at(first).saying("the other one"))
                    .help("keep one of them")
            });
        }
    }
}
