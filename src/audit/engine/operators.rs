//! What is wrong between operators? Two tokens of one.

use std::collections::HashMap;

use super::Settings;
use super::across::rule_of;
use super::look::Gains;
use crate::lint::{Finding, Place};
use crate::token::{Claims, quote};

/// Looks at all operators together.
pub(super) fn look(gains: &mut Gains, settings: &Settings<'_>) {
    let rule = rule_of("operator-older-copy");
    let mut newest: HashMap<&str, &(Place, Claims)> = HashMap::new();
    for operator in &gains.operators {
        let known = newest.entry(&operator.1.data.sub).or_insert(operator);
        if operator.1.data.iat > known.1.data.iat {
            *known = operator;
        }
    }
    for (place, claims) in &gains.operators {
        let Some((newer, newest)) = newest.get(claims.data.sub.as_str()) else { continue };
        if claims.data.iat < newest.data.iat {
            let finding = || {
                let name = quote(claims.data.name.as_bytes());
                let message = format!("operator {name} has a newer token in another file");
                Finding::new(rule, message, place.clone())
                    .and(newer.clone().saying("the newer one"))
                    .help("put the newest one everywhere, and restart the servers that read it")
            };
            let (directory, name) = place.file.rsplit_once('/').unwrap_or(("", &place.file));
            gains.gathered.tell(rule, (directory, name), &finding, settings.policy, settings.told);
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_code_named_here_has_a_rule() {
        assert!(crate::lint::rule("operator-older-copy").is_some());
    }
}
