use crate::lint::view::{File, Layout, Out, Scene};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "resolver-file-link",
    area: "resolver",
    severity: Severity::Warning,
    title: "a file of a resolver is a link",
    explanation: "\
A server reads through the link. When the account is pushed it writes through it as well, into a file that something
else may take for its own; when the account is deleted the link goes and the token stays.

Put the token itself into the directory. Mounts of Kubernetes are made of links that cannot be written: there a server
can read accounts and no push can change them, which calls for `resolver_preload`.",
    citation: "nats-server dirstore.go: write, delete",
    versions: "all",
    check: Check::File(check),
};

fn check(file: &File<'_>, _: &Scene<'_>, out: &mut Out<'_>) {
    if file.layout == Layout::Resolver && file.stem().is_some() && file.link {
        out.tell(&RULE, || {
            Finding::new(&RULE, "a push of this account is written through the link, a delete removes the link", file.place())
                .help(format!("cp --remove-destination \"$(readlink -f {0})\" {0}", file.typed()))
        });
    }
}
