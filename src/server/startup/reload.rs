//! What does a reload change, and what needs a restart? (server.md 1.8)

use crate::server::options::{Resolver, ServerOptions};

/// What becomes of a difference between the running configuration and the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The reload brings it into force.
    Reloads,
    /// The whole reload fails, the old configuration stays.
    Refused,
    /// The reload is accepted and does not do it: a restart is needed.
    Restart,
}

/// A difference and its effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The option.
    pub option: &'static str,
    /// What becomes of it.
    pub effect: Effect,
    /// The server's words, where it refuses.
    pub text: Option<String>,
}

/// What a reload from one configuration to another does (CFG-87 to CFG-89).
pub fn reload(old: &ServerOptions, new: &ServerOptions) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut change = |option, effect, text| changes.push(Change { option, effect, text });
    let refused = |what: &str| Some(format!("config reload not supported for {what}"));
    if old.operators != new.operators {
        change("operator", Effect::Refused, refused("TrustedOperators"));
    }
    if old.trusted_keys != new.trusted_keys {
        change("trusted_keys", Effect::Refused, refused("TrustedKeys"));
    }
    if old.system_account != new.system_account
        && !(old.system_account == "$SYS" && new.system_account.is_empty())
    {
        change("system_account", Effect::Refused, refused("SystemAccount"));
    }
    match (&old.resolver, &new.resolver) {
        (a, b) if a == b => {}
        (None, _) | (_, None) => {
            let text = "config reload does not support moving to or from an account resolver";
            change("resolver", Effect::Refused, Some(text.into()));
        }
        (_, Some(Resolver::Directory(_))) => change("resolver", Effect::Restart, None),
        _ => change("resolver", Effect::Reloads, None),
    }
    if old.preloads != new.preloads {
        change("resolver_preload", Effect::Reloads, None);
    }
    if old.default_sentinel != new.default_sentinel {
        change("default_sentinel", Effect::Reloads, None);
    }
    if old.accounts != new.accounts {
        change("accounts", Effect::Reloads, None);
    }
    if old.users != new.users
        || old.user != new.user
        || old.password != new.password
        || old.token != new.token
    {
        change("authorization", Effect::Reloads, None);
    }
    if old.proxies != new.proxies {
        change("proxies", Effect::Reloads, None);
    }
    changes
}
