//! What is wrong with the server alone: why does it not start, and what is it about its system account?

use super::client::remedies;
use super::{Side, rule};
use crate::lint::rules::config::config_refused::step;
use crate::lint::{Finding, Severity};
use crate::server::startup::{Phase, Problem, StartVerdict};

const SYSTEM: [&str; 2] = ["system_account", "system"];

/// What is wrong with the server alone.
pub fn server(side: &Side<'_>) -> Vec<Finding> {
    let startup = side.startup;
    let mut found: Vec<Finding> = startup.errors.iter().map(|problem| refused(side, problem)).collect();
    let asked = !startup.options.system_account.is_empty() && startup.options.operator_mode();
    if asked
        && startup.tells_of_clients
        && let Some(finding) = system_account(side)
    {
        // The general text of the start says the same with less in it.
        let general = ["error resolving system account", "Can't set system account"];
        found.retain(|finding| !general.iter().any(|text| finding.message.contains(text)));
        found.push(finding);
    }
    found
}

/// A system account that cannot be resolved, whether the server ends at it or makes one up.
fn system_account(side: &Side<'_>) -> Option<Finding> {
    let startup = side.startup;
    let sys = startup.options.system_account.as_str();
    let lookup = side.held.resolved(sys);
    let refusal = lookup.refusal.as_ref()?;
    let why: Vec<&str> = refusal.conditions.iter().map(|condition| condition.text.as_str()).collect();
    let mut finding = Finding::new(
        rule("system-account-unresolved"),
        format!("the system account cannot be used: {}", why.join("; ")),
        side.option(&SYSTEM).showing(sys).saying("the system account"),
    );
    match startup.error() {
        Some(line) => finding = finding.server(line),
        None if startup.bootstrapped => finding = finding.server("[INF] Using bootstrapping system account"),
        None => {}
    }
    if startup.verdict == StartVerdict::Starts {
        finding.severity = Severity::Warning;
    }
    for condition in &refusal.conditions {
        finding = remedies(finding, side, sys, condition.id);
    }
    if let Some(near) = side.held.nearest_account(sys) {
        finding = finding.help(format!("{near} exists and is nearly the same key"));
        finding = side.corrected(finding, &SYSTEM, sys, &near);
    }
    Some(finding)
}

/// An error of the start.
fn refused(side: &Side<'_>, problem: &Problem) -> Finding {
    let startup = side.startup;
    let place = match problem.span {
        Some((file, span)) => side.bytes(file, span),
        None => side.option(option_of(&problem.text)),
    };
    let message = format!("{}: {}", step(startup.phase), problem.text);
    let finding = Finding::new(rule("config-refused"), message, place).server(match startup.phase {
        Phase::Start => format!("[FTL] {problem}"),
        _ => format!("nats-server: {problem}"),
    });
    if problem.text.contains("cannot find local account") {
        return undefined(finding, side, &problem.text);
    }
    let finding = hints(side, &problem.text).into_iter().fold(finding, Finding::help);
    match startup.options.operators.as_slice() {
        [operator] if problem.text.starts_with("system_account in config and operator") => {
            let said = format!("the operator's token says {}", operator.system_account);
            let sys = &startup.options.system_account;
            side.corrected(finding.help(said), &SYSTEM, sys, &operator.system_account)
        }
        _ => finding,
    }
}

/// A variable that is neither set above its use nor in the environment: people do set it, further down.
fn undefined_variable(side: &Side<'_>, text: &str) -> String {
    let name = text.split('\'').nth(1).unwrap_or_default();
    let sets = |line: &str| {
        let after = line.trim_start().strip_prefix(name)?.trim_start_matches(['"', '\'']);
        after.trim_start().starts_with(['=', ':']).then_some(())
    };
    let found = side.startup.files().iter().find_map(|file| {
        let text = String::from_utf8_lossy(&file.bytes);
        let line = text.lines().position(|line| sets(line).is_some())? + 1;
        Some(format!("{}:{line}", (side.named)(&file.path)))
    });
    match found {
        Some(place) if !name.is_empty() => {
            format!("{place} sets it, and a variable counts from where it is set and inside those braces: set it before it is used")
        }
        _ => "quote the value if the $ is part of it; else set the variable where the server is started, and here"
            .to_owned(),
    }
}

/// A leafnode's remote or user that names an account which the configuration does not have.
fn undefined(finding: Finding, side: &Side<'_>, text: &str) -> Finding {
    let asked = text.split('"').nth(1).unwrap_or_default();
    let names: Vec<&str> =
        side.startup.options.accounts.iter().map(|account| account.name.as_str()).collect();
    let folded = names.iter().copied().find(|name| name.eq_ignore_ascii_case(asked));
    let near = folded.or_else(|| crate::token::nearest(asked, names.iter().copied(), 6));
    let (code, message) = match (folded, near) {
        (Some(near), _) => {
            let message = format!("there is no account {asked}; {near} is the same in another letter case");
            ("account-letter-case", message)
        }
        (None, Some(near)) => {
            ("account-misspelled", format!("there is no account {asked}; {near} is nearly the same"))
        }
        (None, None) => ("account-not-in-config", format!("the configuration has no account {asked}")),
    };
    let keys = ["leafnodes", "leaf"];
    let place = side.valued(&keys, asked).map(|node| side.bytes(node.file, node.span));
    let server = finding.server.clone().unwrap_or_default();
    let place = place.unwrap_or_else(|| side.option(&keys));
    let finding = Finding::new(rule(code), message, place).server(server);
    match near {
        Some(near) => side.corrected(finding, &keys, asked, near),
        None => finding
            .help(format!("define it, accounts {{ {asked} {{ … }} }}, or name an account that is there")),
    }
}

/// The option that an error of the server is about, where it says no place.
fn option_of(text: &str) -> &'static [&'static str] {
    const RESOLVER: &[&str] = &["resolver", "account_resolver", "accounts_resolver", "operator"];
    const TRUSTED: &[&str] = &["trusted_keys", "trusted"];
    const ABOUT: &[(&str, &[&str])] = &[
        ("system_account in config", &SYSTEM),
        ("system account", &SYSTEM),
        ("do not allow Accounts", &["accounts"]),
        ("do not allow users", &["authorization", "accounts"]),
        ("account resolver", RESOLVER),
        ("could not fetch", RESOLVER),
        ("TrustedKeys", TRUSTED),
        ("trusted", TRUSTED),
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
    let says = |part: &str| text.contains(part);
    let fixed = |hints: &[&str]| hints.iter().map(|hint| (*hint).to_owned()).collect();
    if says("unknown field \"jwt\"") {
        vec![
            "this form circulates in guides, and no nats-server reads it".to_owned(),
            format!(
                "`jwtfix convert {}` says what a server reads instead",
                crate::lint::shell::word(&side.config())
            ),
        ]
    } else if says("error parsing operator JWT: open ") {
        fixed(&[
            "a path of an operator is relative to the directory that nats-server is started in, not to the configuration",
            "write the whole path, or say with --run-in where the server is started",
        ])
    } else if says("error parsing operator JWT") {
        fixed(&["the operator is a file with its JWT, or the JWT itself; no seed and no creds"])
    } else if says("error parsing account resolver, should be MEM") {
        fixed(&["write resolver: MEMORY with resolver_preload, or resolver { type: full, dir: \"./jwt\" }"])
    } else if says("variable reference for") {
        vec![undefined_variable(side, text)]
    } else if says("operators do not allow Accounts to be configured directly") {
        fixed(&[
            "with an operator all accounts come from its resolver: take the accounts out of the configuration",
        ])
    } else if says("operators do not allow users to be configured directly") {
        fixed(&["with an operator every user has a JWT: take the users out of the configuration"])
    } else if says("error parsing include file") && says("no such file or directory") {
        fixed(&["the path of an include is relative to the file that it stands in"])
    } else if says("no such file or directory") {
        fixed(&["check the path; relative ones are looked for where nats-server is started: --run-in"])
    } else {
        Vec::new()
    }
}
