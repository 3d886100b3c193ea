use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "tag-upper-case",
    area: "token",
    severity: Severity::Note,
    title: "a tag is written in upper case",
    explanation: "\
Templates of roles look for a tag in lower case and compare with what the token says: a tag in upper case
never matches, neither of a user nor of an account. Go's library writes all tags in lower case; other tools do
not.

Issue it again with the tag in lower case.",
    citation: "nats-server auth.go: processUserPermissionsTemplate; nats-io/jwt/v2 types.go: TagList.Add",
    versions: "all",
    check: Check::Token(check),
};

fn check(token: &Credential<'_>, out: &mut Out<'_>) {
    let key = |tag: &str| tag.split_once(':').map_or(tag.len(), |(key, _)| key.len());
    let upper = |tag: &&String| tag.get(..key(tag)).is_some_and(|key| key.contains(char::is_uppercase));
    if let Some(tag) = token.claims.tags.iter().find(upper) {
        out.tell(&RULE, || {
            let message = format!("a tag of {} is written in upper case", token.owner());
            let place = token.at("/nats/tags").showing(tag.as_str()).saying("no template finds it");
            Finding::new(&RULE, message, place)
        });
    }
}
