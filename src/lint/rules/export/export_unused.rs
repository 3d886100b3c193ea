use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "export-unused",
    area: "export",
    severity: Severity::Note,
    title: "an export that nobody imports",
    explanation: "\
None of the accounts that are here has an import that this export would answer. It may be for accounts
elsewhere; it may also be left over, and then it only offers to every account of the operator what nobody
asked for.

If it is not needed, `nsc delete export --account NAME --subject SUBJECT`.",
    citation: "nats-server accounts.go: checkStreamExportApproved, checkServiceExportApproved",
    versions: "all",
    check: Check::Gate,
};
