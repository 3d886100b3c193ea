use crate::lint::view::{Out, Setup, without_secrets};
use crate::lint::{Check, Finding, Rule, Severity};
use crate::server::startup::{Phase, Startup};

pub(crate) static RULE: Rule = Rule {
    code: "config-refused",
    area: "config",
    severity: Severity::Error,
    title: "a server does not start with this configuration",
    explanation: "\
Started with it, nats-server ends with the line that is shown. `nats-server -t` reads the file and maps its options,
and no more: what is wrong between the options, the tokens and the resolver shows only at a real start, where
`nats-server -t` called the file valid.

Where the server names no line, `jwtfix check --server CONF` says which step refused. A running server that is told
to reload such a file keeps its old configuration.",
    citation: "nats-server main.go, opts.go: ProcessConfigFile; server.go: validateOptions, NewServer, Start",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    let startup = setup.startup;
    // Where an operator's file is not here, all that comes behind it is said of another server.
    if startup.phase > Phase::Options && missing(startup).next().is_some() {
        return;
    }
    for problem in startup.errors.iter().filter(|problem| !undecided(&problem.text)) {
        out.tell(&RULE, || {
            let place = match problem.span {
                Some((file, span)) => setup.line(file, span),
                None => setup.place(),
            };
            let message = format!("{}: {}", step(startup.phase), without_secrets(&problem.text));
            let finding = Finding::new(&RULE, message, place).server(line(startup, &without_secrets(&problem.to_string())));
            if startup.passes_test() {
                finding.help("`nats-server -t` does not notice: it stops before this step")
            } else {
                finding
            }
        });
    }
}

/// What would have to be known for a verdict; an account server over HTTP is never asked.
pub(super) fn missing(startup: &Startup) -> impl Iterator<Item = &str> {
    startup.unknown.iter().map(String::as_str).filter(|what| !what.contains("://"))
}

/// A variable of an environment that is not this one.
pub(super) fn undecided(text: &str) -> bool {
    text.contains("variable reference for")
}

pub(crate) fn step(phase: Phase) -> &'static str {
    match phase {
        Phase::Parse => "the file cannot be read",
        Phase::Options => "an option is refused",
        Phase::Validate => "the options do not go together",
        Phase::Build => "the server cannot be built",
        Phase::Start => "the server does not start",
    }
}

fn line(startup: &Startup, text: &str) -> String {
    match startup.phase {
        Phase::Start => format!("[FTL] {text}"),
        _ => format!("nats-server: {text}"),
    }
}
