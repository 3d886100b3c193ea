//! What is wrong on the way from a client to its account, and with the server on the way? Each condition behind a
//! refusal gets its rule, its place and what to do; the deciding was done below.

use super::rules::config::config_refused::step;
use super::{Edit, Finding, Fix, Place, Rule, Safety, Severity};
use crate::file::config::{FileId, Node, Span, Value};
use crate::server::load::Held;
use crate::server::options::Resolver;
use crate::server::startup::{Phase, Problem, StartVerdict, Startup};
use crate::server::{Cause, Decision, causes};

/// The rules of the causes, by their ids. What is not here is told of the token itself.
const RULES: &[(&str, &str)] = &[
    (causes::MISSPELLED, "account-misspelled"),
    (causes::LETTER_CASE, "account-letter-case"),
    (causes::NO_RESOLVER, "account-not-in-resolver"),
    (causes::NOT_IN_RESOLVER, "account-not-in-resolver"),
    (causes::NOT_IN_CONFIG, "account-not-in-config"),
    (causes::UNTRUSTED, "account-issuer-untrusted"),
    (causes::STRICT_OPERATOR, "signed-by-identity-key"),
    (causes::SELF_SIGNED, "account-self-signed"),
    (causes::OTHER_SUBJECT, "resolver-name-mismatch"),
    (causes::ISSUER_ACCOUNT_MISSING, "issuer-account-missing"),
    (causes::SYSTEM_ACCOUNT, "credentials-of-system-account"),
    (causes::NOT_SYSTEM_ACCOUNT, "credentials-not-of-system-account"),
    (causes::OTHER_ACCOUNT, "credentials-of-another-account"),
];

fn rule(code: &str) -> &'static Rule {
    super::rule(code).expect("a test asserts that every code named here has a rule")
}

/// The server that is asked, and how its files are named to the user.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// The server and what it holds.
    pub held: &'a Held<'a>,
    /// How it started.
    pub startup: &'a Startup,
    /// A path of the server as the user would name it.
    pub named: &'a dyn Fn(&str) -> String,
    /// The names of the files in the resolver's directory.
    pub listing: &'a dyn Fn(&str) -> Vec<String>,
}

impl std::fmt::Debug for Side<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Side")
    }
}

/// What is wrong with the server alone: why it does not start, and its system account.
pub fn server(side: &Side<'_>) -> Vec<Finding> {
    let startup = side.startup;
    let mut found: Vec<Finding> = startup.errors.iter().map(|problem| refused(side, problem)).collect();
    let sys = startup.options.system_account.as_str();
    if sys.is_empty() || !startup.options.operator_mode() || !startup.tells_of_clients {
        return found;
    }
    let lookup = side.held.resolved(sys);
    let Some(refusal) = lookup.refusal.as_ref() else { return found };
    // The general text of the start says the same with less in it.
    let general = ["error resolving system account", "Can't set system account"];
    found.retain(|finding| !general.iter().any(|text| finding.message.contains(text)));
    let why: Vec<&str> = refusal.conditions.iter().map(|condition| condition.text.as_str()).collect();
    let mut finding = Finding::new(
        rule("system-account-unresolved"),
        format!("the system account cannot be used: {}", why.join("; ")),
        option(side, &["system_account", "system"]).showing(sys).saying("the system account"),
    );
    finding = match (startup.error(), startup.bootstrapped) {
        (None, true) => finding.server("[INF] Using bootstrapping system account"),
        (Some(line), _) => finding.server(line),
        (None, false) => finding,
    };
    if startup.verdict == StartVerdict::Starts {
        finding.severity = Severity::Warning;
    }
    for condition in &refusal.conditions {
        for help in remedy(side, sys, condition.id) {
            finding = finding.help(help);
        }
    }
    if let Some(near) = side.held.nearest_account(sys) {
        finding = finding.help(format!("{near} exists and is nearly the same key"));
        finding = corrected(finding, side, &["system_account", "system"], sys, &near);
    }
    found.push(finding);
    found
}

/// An error of the start.
fn refused(side: &Side<'_>, problem: &Problem) -> Finding {
    let place = match problem.span {
        Some((file, span)) => bytes(side, file, span),
        None => option(side, option_of(&problem.text)),
    };
    let mut finding = Finding::new(
        rule("config-refused"),
        format!("{}: {}", step(side.startup.phase), problem.text),
        place,
    );
    finding = finding.server(match side.startup.phase {
        Phase::Start => format!("[FTL] {problem}"),
        _ => format!("nats-server: {problem}"),
    });
    for help in hints(side, &problem.text) {
        finding = finding.help(help);
    }
    let options = &side.startup.options;
    match (problem.text.as_str(), options.operators.as_slice()) {
        (text, [operator]) if text.starts_with("system_account in config and operator") => {
            let (from, to) = (&options.system_account, &operator.system_account);
            finding = corrected(finding, side, &["system_account", "system"], from, to);
        }
        (text, _) if text.contains("cannot find local account") => {
            let asked = text.split('"').nth(1).unwrap_or_default();
            let names = options.accounts.iter().map(|account| account.name.as_str());
            if let Some(near) = nearest(asked, names) {
                finding = finding.help(format!("the configuration has an account {near}"));
                finding = corrected(finding, side, &["leafnodes", "leaf"], asked, near);
            } else {
                finding = finding.help("define the account in the accounts block, or name one that is there");
            }
        }
        _ => {}
    }
    finding
}

/// The name that is nearly this one, letter case aside.
fn nearest<'a>(asked: &str, names: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let folded = |name: &&str| name.eq_ignore_ascii_case(asked);
    names.clone().find(folded).or_else(|| crate::token::nearest(asked, names, 6))
}

/// With the fix that writes a value of the configuration anew, and a command that does the same.
fn corrected(mut finding: Finding, side: &Side<'_>, keys: &[&str], from: &str, to: &str) -> Finding {
    let Some(config) = &side.startup.config else { return finding };
    let said = |node: &Node| node.value.as_str().is_some_and(|text| text == from);
    let Some(node) = keys.iter().find_map(|key| find(config.root.get(key)?, &said)) else { return finding };
    let place = bytes(side, node.file, node.span);
    let Some(file) = config.files.get(node.file.0) else { return finding };
    let (line, ..) = file.locate(node.span.start);
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if plain(from) && plain(to) {
        finding = finding.help(format!("`sed -i '{line}s/{from}/{to}/' {}`", quoted(&place.file)));
    }
    let edits =
        vec![Edit::Text { span: node.span.start..node.span.end, with: crate::token::quote(to.as_bytes()) }];
    let fix = Fix {
        title: format!("write {to}"),
        safety: Safety::Unsafe,
        file: place.file.clone(),
        subject: None,
        edits,
    };
    if finding.places.first().is_some_and(|first| first.span.is_none()) {
        finding.places[0] = place;
    }
    finding.fix(fix)
}

/// The first node in a value that is meant.
fn find<'n>(node: &'n Node, meant: &dyn Fn(&Node) -> bool) -> Option<&'n Node> {
    if meant(node) {
        return Some(node);
    }
    match &node.value {
        Value::Map(map) => map.entries().find_map(|entry| find(&entry.node, meant)),
        Value::Array(nodes) => nodes.iter().find_map(|node| find(node, meant)),
        _ => None,
    }
}

/// The option that an error of the server is about, where it says no place.
fn option_of(text: &str) -> &'static [&'static str] {
    const ABOUT: &[(&str, &[&str])] = &[
        ("system_account in config", &["system_account", "system"]),
        ("system account", &["system_account", "system"]),
        ("do not allow Accounts", &["accounts"]),
        ("do not allow users", &["authorization", "accounts"]),
        ("account resolver", &["resolver", "account_resolver", "accounts_resolver"]),
        ("could not fetch", &["resolver", "account_resolver", "accounts_resolver", "operator"]),
        ("TrustedKeys", &["trusted_keys", "trusted"]),
        ("trusted", &["trusted_keys", "trusted"]),
        ("no_auth_user", &["no_auth_user"]),
        ("pinned account", &["resolver_pinned_accounts"]),
        ("sentinel", &["default_sentinel"]),
        ("preload", &["resolver_preload"]),
        ("leafnode", &["leafnodes", "leaf"]),
        ("websocket", &["websocket", "ws"]),
        ("mqtt", &["mqtt"]),
        ("operator", &["operator", "operators"]),
    ];
    ABOUT.iter().find(|(part, _)| text.contains(part)).map_or(&[], |(_, keys)| keys)
}

/// What to do about texts that people meet most, and that do not say it.
fn hints(side: &Side<'_>, text: &str) -> Vec<String> {
    let config = (side.named)(config_path(side));
    let says = |part: &str| text.contains(part);
    let mut hints: Vec<String> = Vec::new();
    let mut hint = |help: &str| hints.push(help.to_owned());
    if says("unknown field \"jwt\"") {
        hint("this form circulates in guides, and no nats-server reads it");
        hints.push(format!("`jwtfix convert {config}` writes what a server reads"));
    } else if says("error parsing operator JWT: open ") {
        hint(
            "a path of an operator is relative to the directory that nats-server is started in, not to the configuration",
        );
        hint("write the whole path, or say with --run-in where the server is started");
    } else if says("error parsing operator JWT") {
        hint("the operator is a file with its JWT, or the JWT itself, not a seed and not creds");
    } else if says("error parsing account resolver, should be MEM") {
        hint("write resolver: MEMORY with resolver_preload, or resolver { type: full, dir: \"./jwt\" }");
    } else if says("variable reference for") {
        hint(
            "quote the value if the $ is part of it; else set the variable where the server is started, and here",
        );
    } else if says("operators do not allow Accounts to be configured directly") {
        hint(
            "with an operator all accounts come from its resolver: take the accounts block out of the configuration",
        );
    } else if says("operators do not allow users to be configured directly") {
        hint("with an operator every user has a JWT: take the users out of the configuration");
    } else if says("system_account in config and operator JWT must be identical") {
        let theirs: Vec<&str> =
            side.startup.options.operators.iter().map(|o| o.system_account.as_str()).collect();
        hints.push(format!("the operator's token says {}", theirs.join(", ")));
    } else if says("no such file or directory") {
        hint("check the path; relative ones are looked for where nats-server is started: --run-in");
    }
    hints
}

/// What is wrong on the client's way. `client` is its place; `meant` the account that its settings name.
pub fn client(decision: &Decision, client: &Place, meant: Option<&str>, side: &Side<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for cause in &decision.causes {
        let Some((_, code)) = RULES.iter().find(|(id, _)| *id == cause.id) else { continue };
        let finding = told(rule(code), cause, decision, client, meant, side);
        if found.iter().all(|other| other.code() != *code || other.message != finding.message) {
            found.push(finding);
        }
    }
    // Where one that is near was found, that it is missing goes without saying.
    let named = |finding: &Finding| matches!(finding.code(), "account-misspelled" | "account-letter-case");
    if found.iter().any(named) {
        found
            .retain(|finding| !matches!(finding.code(), "account-not-in-resolver" | "account-not-in-config"));
    }
    found.extend(folded(decision, side));
    found
}

fn told(
    rule: &'static Rule,
    cause: &Cause,
    decision: &Decision,
    client: &Place,
    meant: Option<&str>,
    side: &Side<'_>,
) -> Finding {
    let of_settings = meant == Some(cause.asked.as_str());
    let place = match cause.id {
        causes::UNTRUSTED | causes::STRICT_OPERATOR | causes::SELF_SIGNED | causes::OTHER_SUBJECT => {
            stored(side, &cause.asked)
        }
        _ if of_settings => {
            let place = client.clone().showing(cause.asked.as_str());
            place.saying("what the client's settings say")
        }
        causes::ISSUER_ACCOUNT_MISSING => client.clone().at("/iss").showing(cause.asked.as_str()),
        _ => client.clone().showing(cause.asked.as_str()).saying("the account of these credentials"),
    };
    let mut finding = Finding::new(rule, cause.text.clone(), place);
    let logged = decision.server_logs.iter().find(|line| line.text.starts_with("Account JWT lookup error"));
    if let Some(line) = logged.filter(|_| !of_settings) {
        finding = finding.server(line.text.clone());
    }
    match (&cause.nearest, cause.id) {
        (Some(near), causes::MISSPELLED | causes::LETTER_CASE) if of_settings => {
            finding = finding.help(format!("write {near} in the client's settings"));
        }
        (Some(near), causes::LETTER_CASE)
            if crate::nkey::go::is_public(crate::nkey::Role::Account, &cause.asked) =>
        {
            // The token names the account as it should; what is stored does not.
            let (from, to) = (path_of(side, near), path_of(side, &cause.asked));
            if let (Some(from), Some(to)) = (from, to) {
                finding.places.insert(0, Place::file(from.as_str()));
                finding = finding.help(format!("`mv {} {}`", quoted(&from), quoted(&to)));
                let fix = |file: String| Fix {
                    title: "give the file the name of its token's subject".into(),
                    safety: Safety::Safe,
                    file: file.into(),
                    subject: None,
                    edits: vec![Edit::Rename { to: format!("{}.jwt", cause.asked) }],
                };
                finding = finding.fix(fix(from));
            }
        }
        (Some(near), causes::MISSPELLED) => {
            finding = finding.help(format!(
                "issue the user again in account {near}: its token is signed, nobody can correct it by hand"
            ));
        }
        (Some(near), causes::ISSUER_ACCOUNT_MISSING) => {
            let set = format!("/nats/issuer_account={near}");
            finding = finding.help(format!("`jwtfix reissue {} --set {set} --key KEYS --unsafe --write`, KEYS being where the account's seeds are", client.file));
        }
        (Some(_), _) => {
            finding = finding.help(format!("take the credentials of a user of {}", cause.asked));
        }
        (None, _) => {}
    }
    if of_settings && matches!(cause.id, causes::NOT_IN_RESOLVER | causes::NOT_IN_CONFIG) {
        let names = side.held.account_names(8);
        return finding.help(match names.is_empty() {
            true => "name an account that the server has".to_owned(),
            false => format!("the server has {}", names.join(", ")),
        });
    }
    for help in remedy(side, &cause.asked, cause.id) {
        finding = finding.help(help);
    }
    finding
}

/// What to do about an account that is not there, or that the server does not take.
fn remedy(side: &Side<'_>, key: &str, id: &str) -> Vec<String> {
    let options = &side.startup.options;
    let file = path_of(side, key);
    let config = (side.named)(config_path(side));
    match id {
        causes::NO_RESOLVER => vec![format!(
            "say in {config} where accounts are: resolver: MEMORY with resolver_preload, or resolver {{ type: full, dir: … }}; a restart is needed"
        )],
        causes::NOT_IN_RESOLVER => match (&options.resolver, file) {
            (Some(Resolver::Directory(directory)), Some(file)) => {
                let mut help = vec![
                    format!("put the account's JWT into {}", quoted(&file)),
                    "or push it to the running server: `nsc push -a ACCOUNT`".to_owned(),
                ];
                if options.meshed {
                    help.push("the cluster may have it: `nats server request account` asks".to_owned());
                }
                if directory.cache {
                    help.push("a cache keeps only what it was asked for: push to a server with a full resolver".to_owned());
                }
                help
            }
            (Some(Resolver::Url(url)), _) => vec![format!("push the account to the account server at {url}")],
            _ => vec![
                format!("add it to resolver_preload in {config}, `{key}: <the account's JWT>`, and reload the server"),
            ],
        },
        causes::NOT_IN_CONFIG => vec![format!("define it in the accounts block of {config}, or name an account that is there")],
        causes::UNTRUSTED => {
            let trusted: Vec<&str> = options.trust().take(4).collect();
            let mut help = vec![format!("this server trusts {}", trusted.join(", "))];
            if let Some(file) = file {
                help.push(format!("sign it with one of them: `jwtfix reissue {} --key KEYS --unsafe --write`, KEYS being where the operator's seeds are", quoted(&file)));
            }
            help.push("or, if the signer is a newer signing key of the operator, give the server the operator's new token and restart it".into());
            help
        }
        causes::STRICT_OPERATOR | causes::SELF_SIGNED => file.map_or_else(Vec::new, |file| {
            vec![format!("sign it with a signing key of the operator: `jwtfix reissue {} --key KEYS --unsafe --write`, KEYS being where the operator's seeds are", quoted(&file))]
        }),
        causes::OTHER_SUBJECT => vec!["store each token under the key that is its sub".to_owned()],
        _ => Vec::new(),
    }
}

/// A resolver's file that is found although its name is in another letter case: this file system folds, others do not.
fn folded(decision: &Decision, side: &Side<'_>) -> Option<Finding> {
    let key = &decision.granted.as_ref()?.account;
    let Some(Resolver::Directory(directory)) = &side.startup.options.resolver else { return None };
    let wanted = format!("{key}.jwt");
    let names = (side.listing)(&directory.dir);
    if names.contains(&wanted) {
        return None;
    }
    let there = names.iter().find(|name| name.eq_ignore_ascii_case(&wanted))?;
    let path = (side.named)(&format!("{}/{there}", directory.dir.trim_end_matches('/')));
    let mut finding = Finding::new(
        rule("resolver-name-case"),
        format!(
            "this file system finds the file {there} for {wanted}; one that tells upper from lower case does not"
        ),
        Place::file(path.as_str()),
    );
    finding.severity = Severity::Warning;
    let to = (side.named)(&format!("{}/{wanted}", directory.dir.trim_end_matches('/')));
    Some(finding.help(format!("`mv {} {}`", quoted(&path), quoted(&to))))
}

/// Where the token of an account is stored: a preload of the configuration, or a file.
fn stored(side: &Side<'_>, key: &str) -> Place {
    let preload = side.startup.config.as_ref().and_then(|config| {
        let preloads = config.root.any_case(&["resolver_preload"]).last()?.node.value.as_map()?;
        let node = preloads.get(key)?;
        Some((node.file, node.span))
    });
    match (preload, path_of(side, key)) {
        (Some((file, span)), _) => bytes(side, file, span),
        (None, Some(path)) => Place::file(path),
        (None, None) => Place::file((side.named)(config_path(side))),
    }
    .of(format!("account {key}"))
}

fn path_of(side: &Side<'_>, key: &str) -> Option<String> {
    match &side.startup.options.resolver {
        Some(Resolver::Directory(directory)) => {
            Some((side.named)(&format!("{}/{key}.jwt", directory.dir.trim_end_matches('/'))))
        }
        _ => None,
    }
}

/// The value of a top-level option, or else the whole configuration.
fn option(side: &Side<'_>, keys: &[&str]) -> Place {
    let entry =
        side.startup.config.as_ref().and_then(|config| keys.iter().find_map(|key| config.root.get(key)));
    match entry {
        Some(node) => bytes(side, node.file, node.span),
        None => Place::file((side.named)(config_path(side))),
    }
}

fn bytes(side: &Side<'_>, file: FileId, span: Span) -> Place {
    let path = side.startup.config.as_ref().and_then(|config| config.files.get(file.0));
    let path = path.map_or(config_path(side), |file| file.path.as_str());
    Place::file((side.named)(path)).bytes(span.start..span.end)
}

fn config_path<'a>(side: &Side<'a>) -> &'a str {
    side.startup.config.as_ref().and_then(|config| config.files.first()).map_or("", |file| &file.path)
}

/// A word for a shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@=+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_of_an_account_has_its_rule() {
        for (id, code) in RULES {
            assert!(super::super::rule(code).is_some(), "{id}: {code}");
        }
        for code in ["system-account-unresolved", "config-refused", "resolver-name-case"] {
            assert!(super::super::rule(code).is_some(), "{code}");
        }
    }

    #[test]
    fn words_for_a_shell() {
        assert_eq!(quoted("a/b.jwt"), "a/b.jwt");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
