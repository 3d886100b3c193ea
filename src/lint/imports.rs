//! What is wrong with an import that its exporter does not allow, and what would put it right?

use super::{Edit, Finding, Fix, Place};
use crate::server::load::Barred;
use crate::token::{Claims, Import, quote};

/// An import that its exporter does not allow; none where the account's own validation tells it. `place` is the import's.
pub(crate) fn finding(
    import: &Import,
    index: usize,
    account: &Claims,
    why: &Barred,
    place: Place,
) -> Option<Finding> {
    let rule = crate::lint::rule(code(why)?).expect("a test asserts that every code named here has a rule");
    let kind = import.kind.word();
    let message = format!(
        "the import of {kind} {} from {} does not work: {why}",
        quote(import.subject.as_bytes()),
        import.account
    );
    let line = format!(
        "Error adding {kind} import to account [{}/{}]: {kind} import not authorized",
        account.data.sub, account.data.name
    );
    let place = place.showing(import.subject.as_str()).saying("does not work");
    let title = match why {
        Barred::NoToken => "have the exporter sign an activation token",
        Barred::Expired => "have the exporter sign its activation token again, for as long as before",
        Barred::Revoked { .. } => "have the exporter sign its activation token again, which lets it in again",
        Barred::Signer(_) => "have the exporter sign its activation token with a key of today",
        _ => "",
    };
    let fix = (!title.is_empty()).then(|| {
        Fix::unsafe_(title, &place, [Edit::Activate { import: index }]).of(account.data.sub.as_str())
    });
    Some(Finding::new(rule, message, place).server(line).fix(fix))
}

/// The rule of a reason why an exporter does not let an account import; none of one that the account's own validation
/// tells.
pub(crate) fn code(barred: &Barred) -> Option<&'static str> {
    Some(match barred {
        Barred::Subject | Barred::NoExport { .. } => "import-not-exported",
        Barred::Position { .. } => "import-token-position-wrong",
        Barred::NoToken => "import-without-activation",
        Barred::Signer(_) => "import-activation-signer-unknown",
        Barred::Expired => "import-activation-expired",
        Barred::NotYet => "import-activation-not-yet-valid",
        Barred::Revoked { .. } => "import-activation-revoked",
        Barred::Undecodable(_) | Barred::OtherExporter(_) | Barred::Invalid(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::ExportType;

    #[test]
    fn every_code_named_here_has_a_rule() {
        let all = [
            Barred::Subject,
            Barred::NoExport { exporter: "A".into(), kind: ExportType::Stream, subject: "s".into() },
            Barred::Position { position: 1 },
            Barred::NoToken,
            Barred::Signer("A".into()),
            Barred::Expired,
            Barred::NotYet,
            Barred::Revoked { entry: "*".into() },
        ];
        assert!(all.iter().all(|why| code(why).and_then(crate::lint::rule).is_some()));
    }
}
