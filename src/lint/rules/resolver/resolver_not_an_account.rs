use crate::lint::view::{Content, File, Layout, Out, Scene};
use crate::lint::{Check, Finding, Rule, Severity};
use crate::token::Kind;

pub(crate) static RULE: Rule = Rule {
    code: "resolver-not-an-account",
    area: "resolver",
    severity: Severity::Error,
    title: "a file of a resolver holds a token that is no account",
    explanation: "\
What a resolver hands out is read as an account. A user's or an operator's token in the place of one is refused:
`not account claim`. It was written there by hand, or another tool took the directory for its own.

Take it out of the directory; push the account that belongs there.",
    citation: "nats-server server.go: verifyAccountClaims; jwt/v2: DecodeAccountClaims",
    versions: "all",
    check: Check::File(check),
};

fn check(file: &File<'_>, _: &Scene<'_>, out: &mut Out<'_>) {
    let Content::Token(claims, _) = file.content else { return };
    let kind = claims.kind();
    if file.layout == Layout::Resolver && file.stem().is_some() && kind != Kind::Account {
        out.tell(&RULE, || {
            let message = format!("this file of a resolver holds the token of an {} and not of an account", kind.word());
            Finding::new(&RULE, message.replace("an user", "a user"), file.place())
                .server("not account claim")
                .help(format!("take {} out of the resolver's directory", file.typed()))
        });
    }
}
