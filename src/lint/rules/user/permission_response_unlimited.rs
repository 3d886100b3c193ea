use crate::lint::Finding;
use crate::lint::view::{Out, Rights};
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "permission-response-unlimited",
    area: "user",
    severity: Severity::Note,
    title: "a right to reply without an end",
    explanation: "\
`resp` has a negative number and a negative time: to a message once received the client may reply as often as
it likes and for as long as it is connected. The server keeps every reply subject for it in memory meanwhile.

Bound one of the two: `nsc edit user --allow-pub-response=N --response-ttl 1m`.",
    citation: "nats-server client.go: replyTrack, setPermissions",
    versions: "all",
    check: Check::Rights(check),
};

fn check(rights: &Rights<'_>, out: &mut Out<'_>) {
    if rights.permissions.resp.is_some_and(|resp| resp.max < 0 && resp.ttl < 0) {
        out.tell(&RULE, || {
            let message = format!("{} may reply for ever and as often as it likes", rights.words());
            Finding::new(&RULE, message, rights.at("/resp").saying("neither number nor time is bounded"))
                .help(rights.command("nsc edit user --name NAME --allow-pub-response=N --response-ttl 1m"))
        });
    }
}
