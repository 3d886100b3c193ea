use crate::lint::view::{Out, Secret};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "seed-not-alone",
    area: "key",
    severity: Severity::Warning,
    title: "something else stands in a seed's file",
    explanation: "\
nsc reads a `.nk` file as the seed and nothing else; a line end behind it does no harm. With blanks, marks like
`-----BEGIN USER NKEY SEED-----` or a comment around the seed it says `invalid encoding` and the key counts as missing.

Leave nothing but the seed in the file. To give a user its seed together with its token use a creds file.",
    citation: "nsc store/keys.go: read; nkeys: FromSeed",
    versions: "all",
    check: Check::Secret(check),
};

fn check(secret: &Secret<'_>, out: &mut Out<'_>) {
    let Some(stat) = secret.file.stat else { return };
    let around = stat.size.saturating_sub(secret.span.len() as u64);
    // A line end, of Windows at most.
    if secret.file.name.ends_with(".nk") && around > 2 {
        out.tell(&RULE, || {
            let message = format!("{around} bytes stand around the seed: nsc does not read this file");
            Finding::new(&RULE, message, secret.place()).help("leave nothing but the seed in the file")
        });
    }
}
