use crate::lint::view::{Out, Secret};
use crate::lint::{Check, Finding, Rule, Severity};
use crate::nkey::go;

pub(crate) static RULE: Rule = Rule {
    code: "seed-name-mismatch",
    area: "key",
    severity: Severity::Error,
    title: "a seed's file is named by another key",
    explanation: "\
nsc looks for the seed of a key at `<key>.nk` and signs with what it finds there. What it signs with another seed names
another issuer, which no account or operator lists: servers refuse it. A file was copied or renamed by hand.

Give the file the name of its own key; `jwtfix keys DIR` says where the seed of a key really is.",
    citation: "nsc store/keys.go: GetKeyPath",
    versions: "all",
    check: Check::Secret(check),
};

fn check(secret: &Secret<'_>, out: &mut Out<'_>) {
    let Some(stem) = secret.file.name.strip_suffix(".nk") else { return };
    let own = secret.public.to_string();
    if go::is_public_any(stem) && stem != own {
        out.tell(&RULE, || {
            let message = format!("this file is named {stem}, and the seed in it is that of {own}");
            Finding::new(&RULE, message, secret.place())
                .help(format!("mv -n {} {own}.nk, into the directory where nsc looks for it", secret.file.typed()))
        });
    }
}
