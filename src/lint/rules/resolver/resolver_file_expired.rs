use crate::lint::view::{Content, File, Layout, Out, Scene};
use crate::lint::{Check, Finding, Rule, Severity};
use crate::server::options::Resolver;

pub(crate) static RULE: Rule = Rule {
    code: "resolver-file-expired",
    area: "resolver",
    severity: Severity::Warning,
    title: "a server deletes this file: its account has expired",
    explanation: "\
A server with a full resolver looks every minute for expired accounts and deletes their files, whatever `allow_delete`
says, without a copy and without a line in its log. This file is gone the next time a server runs on the directory.

Push a token that has not expired, or keep a copy elsewhere if it may be needed again.",
    citation: "nats-server dirstore.go: startExpiring",
    versions: "all",
    check: Check::File(check),
};

fn check(file: &File<'_>, scene: &Scene<'_>, out: &mut Out<'_>) {
    let Content::Token(claims, _) = file.content else { return };
    let end = claims.data.exp;
    // A cache goes by its own time.
    let cache = scene.server.is_some_and(|server| {
        matches!(&server.resolver, Some(Resolver::Directory(directory)) if directory.cache)
    });
    let found = file.stem() == Some(claims.data.sub.as_str());
    if file.layout == Layout::Resolver && found && end > 0 && end <= scene.now && !cache {
        out.tell(&RULE, || {
            let place = file.place().at("/exp").showing(end.to_string()).saying("over");
            Finding::new(&RULE, "a server deletes this file within a minute, without a copy", place)
                .help("sign the account again: `jwtfix reissue`; then push it")
        });
    }
}
