//! Where does a message go that may be published, and from where does a subscription get its messages?
//!
//! Imports join the subjects of two accounts: a service import takes what is published here to the account that
//! exports it, a stream import brings what is published there. An import that is not in force joins nothing.

use super::load::{Account, Held, local, remote};
use super::permissions::Action;
use super::subjects;
use crate::token::{Export, ExportType, Import};

/// Another account that a subject leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Service or stream.
    pub kind: ExportType,
    /// The account that exports.
    pub account: String,
    /// Its name, where its token has one.
    pub account_name: String,
    /// The subject there; for a wildcard import of a subscription its pattern.
    pub subject: String,
    /// The import's subject here.
    pub import: String,
    /// The export's subject; `None`: there is none that holds it.
    pub export: Option<String>,
    /// Why the import does not work; `None`: it does.
    pub inactive: Option<String>,
}

/// Every account that a subject of this one leads to by its imports.
pub fn reach(held: &Held<'_>, account: &str, action: Action, subject: &str) -> Vec<Reach> {
    let lookup = held.lookup(account);
    let Some(account) = lookup.account.as_ref() else { return Vec::new() };
    let Some(body) = account.body() else { return configured(held, &account.key, action, subject) };
    let states = held.imports(account);
    let imports = body.imports.iter().flatten().zip(states);
    imports
        .filter_map(|(import, state)| {
            let here = local(import);
            let there = match (action, import.kind) {
                (Action::Publish, ExportType::Service) if subjects::is_subset(subject, &here) => {
                    onward(import, subject)
                }
                (Action::Subscribe, ExportType::Stream) if subjects::collide(subject, &here) => {
                    remote(import).to_owned()
                }
                _ => return None,
            };
            let exporter = held.lookup(&import.account);
            let exporter = exporter.account.as_deref();
            Some(Reach {
                kind: import.kind,
                account: import.account.clone(),
                account_name: exporter.map(|account| account.name().to_owned()).unwrap_or_default(),
                export: exporter.and_then(|account| export(account, import)).map(|e| e.subject.clone()),
                subject: there,
                import: here.into_owned(),
                inactive: state.inactive.clone(),
            })
        })
        .collect()
}

/// The imports of an account of the configuration, which the server has checked when it started.
fn configured(held: &Held<'_>, account: &str, action: Action, subject: &str) -> Vec<Reach> {
    let accounts = &held.server.options.accounts;
    let of = |name: &str| accounts.iter().find(|account| account.name == name);
    let imports = of(account).map(|account| account.imports.as_slice()).unwrap_or_default();
    imports
        .iter()
        .filter_map(|import| {
            let kind = if import.service { ExportType::Service } else { ExportType::Stream };
            // As a token says it, so that wildcards are put in their places in one way.
            let as_token = Import {
                kind,
                subject: import.subject.clone(),
                local_subject: import.written.clone(),
                ..Import::default()
            };
            let there = match (action, import.service) {
                (Action::Publish, true) if subjects::is_subset(subject, &import.local) => {
                    onward(&as_token, subject)
                }
                (Action::Subscribe, false) if subjects::collide(subject, &import.local) => {
                    import.subject.clone()
                }
                _ => return None,
            };
            let exports = of(&import.account).map(|exporter| exporter.exports.as_slice()).unwrap_or_default();
            let exports = || exports.iter().filter(|export| export.service == import.service);
            let export = exports().find(|export| export.subject == import.subject);
            let export =
                export.or_else(|| exports().find(|e| subjects::is_subset(&import.subject, &e.subject)));
            Some(Reach {
                kind,
                account: import.account.clone(),
                account_name: String::new(),
                subject: there,
                import: import.local.clone(),
                export: export.map(|export| export.subject.clone()),
                inactive: None,
            })
        })
        .collect()
}

/// The export that an import is of: the one of its very subject, or else one that holds it.
fn export<'a>(account: &'a Account, import: &Import) -> Option<&'a Export> {
    let wanted = remote(import);
    let exports = || account.body().into_iter().flat_map(|body| body.exports.iter().flatten());
    let of_kind = || exports().filter(|export| export.kind == import.kind);
    of_kind()
        .find(|export| export.subject == wanted)
        .or_else(|| of_kind().find(|export| subjects::is_subset(wanted, &export.subject)))
}

/// The exporter's subject for one that is published here: what stands for each wildcard is put in its place.
fn onward(import: &Import, subject: &str) -> String {
    let tokens: Vec<&str> = subject.split('.').collect();
    let renamed = import.local_subject.as_str();
    let here = if renamed.is_empty() { import.subject.as_str() } else { renamed };
    let mut stars: Vec<(usize, &str)> = Vec::new();
    let mut tail: &[&str] = &[];
    for (at, token) in here.split('.').enumerate() {
        let found = tokens.get(at).copied().unwrap_or_default();
        match token {
            "*" => stars.push((stars.len() + 1, found)),
            ">" => tail = tokens.get(at..).unwrap_or_default(),
            reference => {
                if let Some(number) = reference.strip_prefix('$').and_then(|n| n.parse().ok()) {
                    stars.push((number, found));
                }
            }
        }
    }
    let mut seen = 0;
    let mut there: Vec<&str> = Vec::new();
    for token in remote(import).split('.') {
        match token {
            "*" => {
                seen += 1;
                there.push(stars.iter().find(|(number, _)| *number == seen).map_or("*", |(_, found)| found));
            }
            ">" => there.extend(tail),
            plain => there.push(plain),
        }
    }
    there.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nkey::{Role, Seed};
    use crate::server::Version;
    use crate::server::fixture::{Family, NOON, account_of, text};
    use crate::server::load::Server;
    use crate::server::resolver::Stored;

    fn import(kind: ExportType, account: &str, subject: &str, local_subject: &str) -> Option<Import> {
        Some(Import {
            kind,
            account: account.into(),
            subject: subject.into(),
            local_subject: local_subject.into(),
            ..Import::default()
        })
    }

    #[test]
    fn imports_lead_to_their_exporters() {
        use ExportType::{Service, Stream};
        let family = Family::new();
        let other = Seed::generate(Role::Account);
        let key = text(&other);
        let exporter = account_of(&other, &family.operator_key, |data, account| {
            data.name = "BILLING".into();
            let export =
                |kind, subject: &str| Some(Export { kind, subject: subject.into(), ..Export::default() });
            account.exports = vec![export(Service, "pay.*.*"), export(Stream, "paid.>")];
        });
        let own = family.account(|_, account| {
            account.imports = vec![
                import(Service, &key, "pay.*.*", "buy.$2.$1"),
                import(Stream, &key, "paid.>", "in.>"),
                import(Service, &key, "refund", ""),
            ];
        });
        let options = family.options(&[(text(&family.account), own), (key.clone(), exporter)]);
        let stored = Stored::new(&options, &|_| Err(crate::file::config::ReadError::NotFound), NOON);
        let held = Held::new(Server::new(&options, Version::NEWEST, NOON), &stored);
        let ask = |action, subject: &str| reach(&held, &text(&family.account), action, subject);

        let found = ask(Action::Publish, "buy.x.y");
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].subject.as_str(), found[0].account_name.as_str()), ("pay.y.x", "BILLING"));
        assert_eq!((found[0].export.as_deref(), &found[0].inactive), (Some("pay.*.*"), &None));
        let found = ask(Action::Publish, "refund");
        assert_eq!(found[0].export, None);
        assert!(
            found[0].inactive.as_deref().is_some_and(|why| why.contains("no service export")),
            "{found:?}"
        );
        let found = ask(Action::Subscribe, "in.*");
        assert_eq!((found.len(), found[0].subject.as_str()), (1, "paid.>"));
        for (action, subject) in
            [(Action::Publish, "in.x"), (Action::Subscribe, "buy.x.y"), (Action::Publish, "other")]
        {
            assert_eq!(ask(action, subject), [], "{subject}");
        }
    }

    #[test]
    fn imports_of_configured_accounts_lead_on() {
        let text = b"accounts {
            A { exports [{service: 'pay.*.*'}, {stream: 'paid.>'}] }
            B {
                users [{user: b, password: p}]
                imports [
                    {service {account: A, subject: 'pay.*.*'}, to: 'buy.$2.$1'}
                    {stream {account: A, subject: 'paid.x'}, prefix: in}
                ]
            }
        }";
        let nothing = crate::file::config::Nothing;
        let started = crate::server::startup::startup("s.conf", text, Version::NEWEST, NOON, &nothing);
        assert_eq!(started.error(), None);
        let stored = Stored::new(&started.options, &|_| Err(crate::file::config::ReadError::NotFound), NOON);
        let held = Held::new(Server::new(&started.options, Version::NEWEST, NOON), &stored);
        let found = reach(&held, "B", Action::Publish, "buy.x.y");
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].account.as_str(), found[0].subject.as_str()), ("A", "pay.y.x"));
        assert_eq!(found[0].export.as_deref(), Some("pay.*.*"));
        let found = reach(&held, "B", Action::Subscribe, "in.paid.*");
        assert_eq!((found.len(), found[0].subject.as_str()), (1, "paid.x"));
        assert_eq!(found[0].export.as_deref(), Some("paid.>"));
        assert_eq!(reach(&held, "B", Action::Publish, "in.paid.x"), []);
        assert_eq!(reach(&held, "A", Action::Publish, "pay.x.y"), []);
    }
}
