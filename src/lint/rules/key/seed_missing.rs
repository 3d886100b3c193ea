use crate::file::Kind;
use crate::lint::view::{File, Out, Scene};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "seed-missing",
    area: "key",
    severity: Severity::Warning,
    title: "a key's file holds no seed",
    explanation: "\
A `.nk` file with the public key alone signs nothing. `nsc generate nkey` prints both, and it is easy to keep the wrong
line; `nsc` says `no nkey seed found` when it needs it.

Put the seed there if it is kept elsewhere: `jwtfix keys DIR` finds it whatever the name of the file. If it is lost, take
a new signing key and have what the lost one signed signed again.",
    citation: "nsc store/keys.go: read",
    versions: "all",
    check: Check::File(check),
};

fn check(file: &File<'_>, _: &Scene<'_>, out: &mut Out<'_>) {
    if file.name.ends_with(".nk") && file.kind == Some(Kind::PublicKey) {
        out.tell(&RULE, || {
            Finding::new(&RULE, "this file has the public key in it and not the seed", file.place())
                .help("jwtfix keys DIR says where the seed is")
        });
    }
}
