use crate::lint::view::{Out, Setup, without_secrets};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "config-warned",
    area: "config",
    severity: Severity::Warning,
    title: "a server warns about this configuration when it starts",
    explanation: "\
nats-server starts, and logs the warning that is shown. `nats-server -t` counts those about the file itself as errors
and calls it invalid.",
    citation: "nats-server opts.go: processConfigErr; server.go: Start",
    versions: "all",
    check: Check::Config(check),
};

/// What has a rule of its own.
const TOLD_ELSEWHERE: [&str; 2] =
    ["Plaintext passwords detected", "Trusted Operators should utilize a System Account"];

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    for problem in &setup.startup.warnings {
        if TOLD_ELSEWHERE.iter().any(|text| problem.text.starts_with(text)) {
            continue;
        }
        out.tell(&RULE, || {
            let place = match problem.span {
                Some((file, span)) => setup.line(file, span),
                None => setup.place(),
            };
            let text = without_secrets(&problem.text);
            Finding::new(&RULE, text.as_str(), place).server(format!("[WRN] {text}"))
        });
    }
}
