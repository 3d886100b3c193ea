//! What is wrong between seeds? The same one in two roles, an operator's beside what is handed out.

use std::collections::HashSet;
use std::sync::Arc;

use super::Settings;
use super::look::Gains;
use crate::lint::{Finding, Place, rule};
use crate::nkey::{PublicKey, Role};

/// A seed: its public key, and its file.
#[derive(Debug)]
pub(super) struct Seed {
    key: [u8; 32],
    role: Role,
    /// The number of its directory.
    place: u32,
    name: Box<str>,
}

/// The seeds that were found, and the directories of credentials.
#[derive(Debug, Default)]
pub(super) struct Seeds {
    seeds: Vec<Seed>,
    creds: HashSet<u32>,
}

impl Seeds {
    /// Takes in the seed of `public`, which stands in the file `name` of the directory `place`; of a user in its own
    /// credentials nothing is asked.
    pub(super) fn add(&mut self, public: &PublicKey, place: u32, name: &str, creds: bool) {
        if creds {
            self.creds.insert(place);
        }
        if !creds || public.role() != Role::User {
            self.seeds.push(Seed { key: *public.bytes(), role: public.role(), place, name: name.into() });
        }
    }

    pub(super) fn merge(&mut self, other: Seeds) {
        self.seeds.extend(other.seeds);
        self.creds.extend(other.creds);
    }
}

/// Looks at all seeds together; `paths` are the directories by their numbers.
pub(super) fn look(gains: &mut Gains, paths: &[Arc<str>], settings: &Settings<'_>) {
    let Seeds { mut seeds, creds } = std::mem::take(&mut gains.seeds);
    let directory = |seed: &Seed| paths.get(seed.place as usize).map_or("", |path| path).to_owned();
    seeds.sort_by_cached_key(|seed| (seed.key, seed.role.letter(), directory(seed), seed.name.clone()));
    let place = |seed: &Seed| match directory(seed).as_str() {
        "" => Place::file(&*seed.name),
        directory => Place::file(format!("{}/{}", directory.trim_end_matches('/'), seed.name)),
    };
    let mut tell = |seed: &Seed, code: &'static str, finding: &dyn Fn() -> Finding| {
        let rule = rule(code).expect("a test asserts that every code named here has a rule");
        gains.gathered.tell(rule, (&directory(seed), &seed.name), finding, settings.policy, settings.told);
    };
    for pair in seeds.windows(2) {
        let [one, other] = pair else { continue };
        if one.key == other.key && one.role != other.role {
            let code = "seed-in-two-roles";
            tell(other, code, &|| {
                let (a, b) = (one.role.word(), other.role.word());
                let rule = rule(code).expect("as above");
                Finding::new(rule, format!("the seeds of a {b} and of a {a} are the same one"), place(other))
                    .and(place(one).saying(format!("the {a}'s")))
                    .help("make a new key for one of them, and sign again what it signed")
            });
        }
    }
    for seed in seeds.iter().filter(|seed| seed.role == Role::Operator && creds.contains(&seed.place)) {
        let code = "operator-seed-beside-creds";
        tell(seed, code, &|| {
            let rule = rule(code).expect("as above");
            let message = "an operator's seed is in a directory of credentials that are handed out";
            Finding::new(rule, message, place(seed)).help("move it to where only the operator gets at it")
        });
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_code_named_here_has_a_rule() {
        for code in ["seed-in-two-roles", "operator-seed-beside-creds"] {
            assert!(crate::lint::rule(code).is_some(), "{code}");
        }
    }
}
