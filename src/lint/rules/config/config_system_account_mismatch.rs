use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Edit, Finding, Fix, Rule, Severity};
use crate::nkey::{Role, go};

pub(crate) static RULE: Rule = Rule {
    code: "config-system-account-mismatch",
    area: "config",
    severity: Severity::Error,
    title: "the configuration names another system account than the operator",
    explanation: "\
Where the operator's token names a system account, the configuration may leave it out or name the same one. Else the
server does not start: `system_account in config and operator JWT must be identical`. It is met after the operator
was made anew, or the system account was.

`jwtfix fix` writes the operator's.",
    citation: "nats-server jwt.go: validateTrustedOperators",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    let operators = &setup.startup.options.operators;
    let declared: Vec<&str> = operators.iter().map(|operator| operator.system_account.as_str()).collect();
    let Some(named) = declared.iter().find(|named| go::is_public(Role::Account, named)) else { return };
    let Some(entry) = setup.options(&["system_account", "system"]).last() else { return };
    let Some(written) = entry.node.value.as_str() else { return };
    if declared.contains(&&*written) {
        return;
    }
    out.tell(&RULE, || {
        let message = format!("system_account is {written} here, and {named} in the operator's token");
        let finding = Finding::new(&RULE, message, setup.at(entry))
            .server("nats-server: system_account in config and operator JWT must be identical");
        if entry.node.file.0 != 0 || entry.node.variable.is_some() || operators.len() > 1 {
            return finding;
        }
        let span = entry.node.span.start..entry.node.span.end;
        let edit = Edit::Text { span, with: (*named).to_owned() };
        finding.fix(Fix::safe("write the operator's system account", &setup.place(), [edit]))
    });
}
