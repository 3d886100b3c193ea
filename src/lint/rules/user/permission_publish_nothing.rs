use crate::lint::Finding;
use crate::lint::view::{Out, Rights, Whose};
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "permission-publish-nothing",
    area: "user",
    severity: Severity::Warning,
    title: "an empty list of what may be published",
    explanation: "\
`pub.allow` is there and empty, beside a list of what is denied. A server takes that for a list without an
entry, and not for no list: the client may publish nothing at all. For subscribing the same means everything
but what is denied. Tools that write `[]` for a missing list make it.

Take the empty list away, or name what may be published: `nsc edit user --allow-pub SUBJECT`.",
    citation: "nats-server client.go: setPermissions",
    versions: "all",
    check: Check::Rights(check),
};

fn check(rights: &Rights<'_>, out: &mut Out<'_>) {
    let publish = &rights.permissions.publish;
    let empty = publish.allow.as_deref().is_some_and(<[String]>::is_empty);
    if empty && !publish.denied().is_empty() && rights.permissions.resp.is_none() {
        out.tell(&RULE, || {
            let message = format!("{} may publish nothing: its list is there and empty", rights.words());
            let finding = Finding::new(&RULE, message, rights.at("/pub/allow").showing("[]").saying("nothing"))
                .help(rights.command("name what may be published: nsc edit user --name NAME --allow-pub SUBJECT"));
            match rights.whose {
                Whose::Scope(..) => finding,
                _ => finding.fix(rights.token.remove("allow all but what is denied", rights.pointer("/pub/allow"))),
            }
        });
    }
}
