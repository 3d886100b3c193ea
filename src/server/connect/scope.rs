//! Did a signing key of the account sign this user, and which terms does its scope give?
//!
//! CON-19 to CON-22.

use super::operator::Chosen;
use super::walk::{Walk, debug};
use crate::server::causes;
use crate::server::decision::RightsFrom;
use crate::server::load::Account;
use crate::server::template::{Person, TemplateError, fill};
use crate::server::terms;
use crate::server::version::PROXY_MEMBER;
use crate::token::{User, UserPermissionLimits};

/// What the signer comes to.
pub(super) struct Scoped {
    /// The scope's terms, filled in; `None`: the user's own count.
    pub(super) terms: Option<UserPermissionLimits>,
    /// The template as it stands in the account, whose limits count even where it cannot be filled in.
    pub(super) template: Option<UserPermissionLimits>,
    /// Entries of the template that gave nothing.
    pub(super) dropped: Vec<String>,
}

impl Scoped {
    const PLAIN: Self = Self { terms: None, template: None, dropped: Vec::new() };

    /// Where the permissions come from, if there are any.
    pub(super) fn from(&self) -> RightsFrom {
        if self.template.is_some() { RightsFrom::Scope } else { RightsFrom::User }
    }
}

const GATES: [&str; 3] = ["CON-20", "CON-21", "CON-22"];

pub(super) fn scope(walk: &mut Walk<'_>, chosen: &Chosen, user: &User, account: &Account) -> Scoped {
    let version = walk.held.server.version;
    let (data, key) = (&chosen.claims.data, &chosen.claims.data.iss);
    let scope = match account.signer(key) {
        None => {
            let found = if account.strict && *key == account.key {
                format!(
                    "the user is signed by the account's own key {key}; the operator lets only signing keys sign users"
                )
            } else {
                format!(
                    "the user is signed by {key}, which the account that the server holds does not list as a signing key"
                )
            };
            let cause =
                if account.strict && *key == account.key { causes::STRICT_OPERATOR } else { causes::UNKNOWN };
            walk.refuse("CON-19", Some(cause), debug("User JWT issuer is not known"), found);
            walk.skip_all(&GATES, "the signing key is not known");
            return Scoped::PLAIN;
        }
        Some(None) => {
            let whose =
                if *key == account.key { "the account's own key" } else { "a signing key of the account" };
            walk.pass("CON-19", format!("the user is signed by {whose}"));
            for gate in GATES {
                walk.pass(gate, "the signing key has no scope");
            }
            return Scoped::PLAIN;
        }
        Some(Some(scope)) => scope,
    };
    walk.pass("CON-19", format!("the user is signed by the account's signing key of role {:?}", scope.role));
    if scope.key == *key {
        walk.pass("CON-20", "the scope is the one of the signing key");
    } else {
        let found = format!("the account lists the signing key {key} with a scope for {}", scope.key);
        let line = debug("User JWT is not valid: issuer not the scoped signer");
        walk.refuse("CON-20", None, line, found);
    }
    let mut set = terms::not_zero(&user.permissions);
    if !version.has(&PROXY_MEMBER) {
        set.retain(|name| *name != "proxy_required");
    }
    if set.is_empty() {
        walk.pass("CON-21", "the user carries no permissions and limits of its own");
    } else {
        let found = format!(
            "the scope of role {:?} gives the terms, so the user's own have to be zero, and it has {}",
            scope.role,
            set.join(", ")
        );
        let line = debug("User JWT is not valid: scoped users require no permissions or limits set");
        walk.refuse("CON-21", None, line, found);
    }
    let person = Person {
        name: &data.name,
        subject: &data.sub,
        account: &user.issuer_account,
        tags: &chosen.claims.tags,
        account_name: account.name(),
        account_tags: account.tags(),
    };
    let template = Some(scope.template.clone());
    match fill(&scope.template, &person, version) {
        Ok(filled) => {
            walk.pass("CON-22", "the scope's template gives permissions");
            Scoped { terms: Some(filled.terms), template, dropped: filled.dropped }
        }
        Err(TemplateError::Crash { entry, panic }) => {
            let found =
                format!("a server of this release crashes at the template {entry:?} (panic: {panic})");
            walk.refuse_with("CON-22", Some(causes::CRASH), Vec::new(), None, found);
            Scoped { terms: template.clone(), template, dropped: Vec::new() }
        }
        Err(e @ TemplateError::NotWalked { .. }) => {
            walk.unknown("CON-22", e.to_string(), "what the template gives");
            Scoped { terms: template.clone(), template, dropped: Vec::new() }
        }
        Err(e) => {
            let line = debug("User JWT generated invalid permissions");
            walk.refuse(
                "CON-22",
                Some(causes::VALIDATION),
                line,
                format!("the scope of role {:?}: {e}", scope.role),
            );
            Scoped { terms: template.clone(), template, dropped: Vec::new() }
        }
    }
}
