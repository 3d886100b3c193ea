use crate::lint::view::{File, Layout, Out, Scene};
use crate::lint::{Check, Finding, Rule, Severity, shell};

pub(crate) static RULE: Rule = Rule {
    code: "resolver-file-below",
    area: "resolver",
    severity: Severity::Warning,
    title: "a token stands in a directory below that of a resolver",
    explanation: "\
A server finds an account at `<dir>/<key>.jwt` and nowhere else. Files in directories below are read when it starts: they
count against `limit`, go into the hash by which servers compare their directories, are sent to the others, and take the
place of the file above them when it comes to expiry. Nobody gets them who asks for the account.

Move the file up, if nothing newer is there, or out of the resolver's directory.",
    citation: "nats-server dirstore.go: NewExpiringDirJWTStore, load",
    versions: "all",
    check: Check::File(check),
};

fn check(file: &File<'_>, _: &Scene<'_>, out: &mut Out<'_>) {
    // What Kubernetes mounts stands in `..2026_11_23`, and links lead there.
    let mounted = || file.directory.split('/').any(|part| part.len() > 2 && part.starts_with(".."));
    if file.layout == Layout::BelowResolver && file.stem().is_some() && !mounted() {
        out.tell(&RULE, || {
            Finding::new(&RULE, "no server finds an account here: it looks in the directory above", file.place())
                .server("Account JWT lookup error: fetching jwt timed out")
                .help(format!("mv -n {} {}/", file.typed(), shell::word(above(file.directory))))
        });
    }
}

fn above(directory: &str) -> &str {
    directory.rsplit_once('/').map_or(".", |(above, _)| above)
}
