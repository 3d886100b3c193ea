use crate::file::Kind;
use crate::lint::view::{Out, Secret};
use crate::lint::{Check, Finding, Rule, Severity};
use crate::nkey::Role;

pub(crate) static RULE: Rule = Rule {
    code: "signing-seed-in-config",
    area: "key",
    severity: Severity::Error,
    title: "the seed of an account or operator stands in a server's configuration",
    explanation: "\
No option of nats-server takes such a seed: a server verifies with public keys, and signs nothing but its own challenges
with a user's seed (`leafnodes.remotes.nkey`). Configurations are copied to every server and into version control, and
whoever reads this one can make users, or accounts.

Take the seed out, and treat its key as known: make a new signing key, sign again with it, remove the old one.",
    citation: "nats-server opts.go",
    versions: "all",
    check: Check::Secret(check),
};

fn check(secret: &Secret<'_>, out: &mut Out<'_>) {
    if secret.kind == Kind::Config && matches!(secret.public.role(), Role::Account | Role::Operator) {
        out.tell(&RULE, || {
            let role = secret.public.role().word();
            let message = format!("the seed of the {role} key {} is in this configuration", secret.public);
            Finding::new(&RULE, message, secret.place()).help("remove it, and rotate the key")
        });
    }
}
