use crate::lint::view::{Out, Secret};
use crate::lint::{Check, Finding, Rule, Severity, shell};

pub(crate) static RULE: Rule = Rule {
    code: "seed-misplaced",
    area: "key",
    severity: Severity::Warning,
    title: "a seed stands where nsc does not look for it",
    explanation: "\
nsc keeps the seed of a key at `keys/<kind>/<letters 2 and 3>/<key>.nk`, for example
`keys/A/DW/ADWP….nk`. A seed in another directory of the keystore is there and not found:
`unable to resolve any of the following signing keys`.

Move the file to its place.",
    citation: "nsc store/keys.go: GetKeyPath",
    versions: "all",
    check: Check::Secret(check),
};

fn check(secret: &Secret<'_>, out: &mut Out<'_>) {
    let own = secret.public.to_string();
    let mut above = secret.file.directory.rsplit('/');
    let (shard, kind, root) = (above.next(), above.next(), above.next());
    let (Some(shard), Some(kind), Some("keys")) = (shard, kind, root) else { return };
    let named = secret.file.name.strip_suffix(".nk") == Some(own.as_str());
    let (Some(letter), Some(pair)) = (own.get(..1), own.get(1..3)) else { return };
    if named && (kind != letter || shard != pair) {
        out.tell(&RULE, || {
            let store = secret.file.directory.rsplitn(3, '/').last().unwrap_or_default();
            let message = format!("nsc looks for this seed in keys/{letter}/{pair}, not in keys/{kind}/{shard}");
            Finding::new(&RULE, message, secret.place())
                .help(format!("mv -n {} {}", secret.file.typed(), shell::word(&format!("{store}/{letter}/{pair}/"))))
        });
    }
}
