use crate::lint::Finding;
use crate::lint::view::{Out, Rights};
use crate::server::subjects::is_subset;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "permission-allow-denied",
    area: "user",
    severity: Severity::Warning,
    title: "a subject is allowed, and denied as a whole",
    explanation: "\
Deny wins. An entry of the list of what is allowed is covered by one of what is denied, so that it allows
nothing; the client reads `Permissions Violation`. Whoever wrote one of the two did not know of the other.

Take one of them out: `nsc edit user --rm SUBJECT`.",
    citation: "nats-server client.go: pubAllowed, canSubscribe",
    versions: "all",
    check: Check::Rights(check),
};

/// Denied subjects that are looked at.
const FEW: usize = 64;

fn check(rights: &Rights<'_>, out: &mut Out<'_>) {
    let both = [("/pub", &rights.permissions.publish), ("/sub", &rights.permissions.subscribe)];
    for (name, permission) in both {
        // As many as people write: a list without an end would be compared for ever.
        let denied = permission.denied().get(..FEW).unwrap_or_else(|| permission.denied());
        // An entry with a queue denies the queue alone.
        let covers = |allowed: &str| {
            denied.iter().position(|deny| !deny.contains([' ', '{']) && is_subset(allowed, deny))
        };
        if denied.is_empty() {
            continue;
        }
        for (index, allowed) in permission.allowed().iter().enumerate() {
            let subject = allowed.split(' ').next().unwrap_or_default();
            let Some(deny) = covers(subject).filter(|_| !subject.contains('{')) else { continue };
            out.tell(&RULE, || {
                let message = format!("{} is allowed what it is denied as a whole", rights.words());
                let place = rights.at(&format!("{name}/allow/{index}")).showing(allowed.as_str());
                let denies = rights.at(&format!("{name}/deny/{deny}"));
                Finding::new(&RULE, message, place.saying("allows nothing")).and(denies.saying("denies it"))
            });
        }
    }
}
