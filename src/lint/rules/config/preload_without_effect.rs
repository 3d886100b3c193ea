use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};
use crate::token;

pub(crate) static RULE: Rule = Rule {
    code: "preload-without-effect",
    area: "config",
    severity: Severity::Note,
    title: "a preloaded account is not taken: the resolver has a newer one",
    explanation: "\
A preload goes into the resolver's directory when the server starts, unless a newer token of the account is there. Here one
is: what stands in the configuration has no effect, and is wrong for whoever reads it there. On a new machine with an empty
directory it counts again, with the limits, keys and revocations of its time.

Take the preload out, but for the system account, and bring that one up to date.",
    citation: "nats-server dirstore.go: saveIfNewer",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    let Some(directory) = setup.directory() else { return };
    for preload in setup.options(&["resolver_preload"]) {
        let Some(map) = preload.node.value.as_map() else { continue };
        for entry in map.entries() {
            let Some(text) = entry.node.value.as_str() else { continue };
            let path = format!("{}/{}.jwt", directory.dir.trim_end_matches('/'), entry.key);
            let Ok(stored) = setup.sources.file(&path) else { continue };
            let (Ok(new), Ok(old)) = (token::parse(text.as_bytes()), token::parse(&stored)) else { continue };
            if old.claims.data.iat > new.claims.data.iat {
                out.tell(&RULE, || {
                    let name = token::quote(new.claims.data.name.as_bytes());
                    Finding::new(&RULE, format!("the server keeps the newer token of account {name} in its directory"), setup.at(entry))
                        .help("take it out, or bring it up to date")
                });
            }
        }
    }
}
