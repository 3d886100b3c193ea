use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "resolver-directory-elsewhere",
    area: "config",
    severity: Severity::Warning,
    title: "no server that was given reads this directory of accounts",
    explanation: "\
The accounts in it are not known to the server whose configuration was given: its resolver is another directory, or none.
What is pushed to the server does not come here, and what is put here does not get there.

Give the server this directory, or push what is in it: `nsc push -A`.",
    citation: "nats-server opts.go: resolver",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    let options = &setup.startup.options;
    let Some(found) = setup.found.filter(|_| setup.runs_here && options.resolver.is_some()) else { return };
    for (place, files) in found.directories() {
        let own = setup.directory().is_some_and(|own| {
            found.same_directory(&place.file, std::path::Path::new(&*setup.beside(&own.dir)))
        });
        if !own {
            out.tell(&RULE, || {
                let message = format!("{} of accounts that {} does not read", files, setup.file.name);
                let message = message.replacen(' ', if *files == 1 { " file " } else { " files " }, 1);
                Finding::new(&RULE, message, place.clone())
                    .and(setup.options(&["resolver", "account_resolver", "accounts_resolver"])
                        .next()
                        .map_or_else(|| setup.place(), |entry| setup.at(entry))
                        .saying("its resolver"))
                    .help("push what is in it, or make it the server's resolver")
            });
        }
    }
}
