//! What does a token say, in words? One label and one value for each thing that a person asks about it.
//!
//! Limits are told by their meaning; what is at its usual value is left out unless everything is asked for.

use crate::render::style::Style;
use crate::render::text;
use crate::server::terms::not_zero;
use crate::token::{
    Account, Activation, AuthorizationRequest, AuthorizationResponse, Body, Claims, JetStreamLimits,
    Operator, Permission, Permissions, UNLIMITED, UserPermissionLimits, UserScope,
};

/// One thing that a token says.
pub(super) struct Fact {
    /// What it is about: `Publish`.
    pub(super) label: &'static str,
    /// What the token says, one element a line.
    pub(super) lines: Vec<String>,
}

/// `unlimited connections`, `no connections`, `100 connections`.
fn limited(value: i64, what: &str) -> String {
    if value == 0 { format!("no {what}") } else { format!("{} {what}", text::limit(value)) }
}

/// Elements of a list that are shown without `-v`.
const SHOWN: usize = 6;

/// The facts of a token in the order in which people ask for them.
pub(super) struct Facts {
    facts: Vec<Fact>,
    style: Style,
    now: i64,
}

impl Facts {
    /// What `claims` say; `scope` is the role that its signing key stands for, and `signed` whether it is known who signed.
    pub(super) fn of(
        claims: &Claims,
        scope: Option<&UserScope>,
        signed: bool,
        style: Style,
        now: i64,
    ) -> Vec<Fact> {
        let mut facts = Facts { facts: Vec::new(), style, now };
        facts.times(claims);
        match &claims.body {
            Body::Operator(operator) => facts.operator(operator),
            Body::Account(account) => facts.account(account),
            Body::User(user) => {
                match scope {
                    Some(scope) => {
                        let role = text::name(&scope.role);
                        facts.user(&scope.template, &format!("from role {role}"));
                    }
                    // As nsc writes a user of a role: all that it may do stands in the account.
                    None if !signed && not_zero(&user.permissions).is_empty() => {
                        facts.one(
                            "Rights",
                            "none of its own: those of its signing key's role, which its account has",
                        );
                    }
                    None => facts.user(&user.permissions, ""),
                }
                if facts.style.verbose && !user.issuer_account.is_empty() {
                    let account = facts.style.key(&user.issuer_account);
                    facts.one("Account", account);
                }
            }
            Body::Activation(activation) => facts.activation(activation),
            Body::AuthorizationRequest(request) => facts.request(request),
            Body::AuthorizationResponse(response) => facts.response(response),
            Body::Generic(members) => {
                let names = members.iter().flat_map(|members| members.keys().cloned()).collect::<Vec<_>>();
                facts.list("Members", &names);
            }
        }
        if !claims.tags.is_empty() {
            facts.list("Tags", &claims.tags);
        }
        if !claims.data.aud.is_empty() {
            facts.one("Audience", text::name(&claims.data.aud));
        }
        if facts.style.verbose && !claims.data.jti.is_empty() {
            facts.one("Identifier", text::clip(&text::escape(&claims.data.jti), 64));
        }
        facts.facts
    }

    fn one(&mut self, label: &'static str, line: impl Into<String>) {
        self.facts.push(Fact { label, lines: vec![line.into()] });
    }

    fn lines(&mut self, label: &'static str, lines: Vec<String>) {
        if !lines.is_empty() {
            self.facts.push(Fact { label, lines });
        }
    }

    /// A list in one line; what is too much is counted.
    fn list(&mut self, label: &'static str, elements: &[String]) {
        if !elements.is_empty() {
            let line = self.joined(elements.iter().map(|element| text::clip(&text::escape(element), 64)));
            self.one(label, line);
        }
    }

    fn joined(&self, elements: impl Iterator<Item = String>) -> String {
        let mut elements: Vec<String> = elements.collect();
        let all = elements.len();
        if all > SHOWN && !self.style.verbose {
            elements.truncate(SHOWN);
            elements
                .push(format!("and {} more", text::grouped(i64::try_from(all - SHOWN).unwrap_or(i64::MAX))));
        }
        elements.join(", ")
    }

    /// Lines, of which at most [`SHOWN`] without `-v`.
    fn cut(&self, mut lines: Vec<String>) -> Vec<String> {
        let all = lines.len();
        if all > SHOWN + 1 && !self.style.verbose {
            lines.truncate(SHOWN);
            lines.push(format!(
                "and {} more (-v shows them)",
                text::grouped(i64::try_from(all - SHOWN).unwrap_or(i64::MAX))
            ));
        }
        lines
    }

    fn times(&mut self, claims: &Claims) {
        let data = &claims.data;
        if data.iat != 0 {
            self.one("Issued", text::time(data.iat, self.now));
        }
        if data.nbf > 0 {
            let early = if data.nbf > self.now { ": not valid yet" } else { "" };
            self.one("Valid from", format!("{}{early}", text::time(data.nbf, self.now)));
        }
        match data.exp {
            0 => self.one("Expires", "never"),
            exp if exp < self.now => {
                let expired = self.style.paint(super::super::Ink::Error, "expired");
                self.one("Expires", format!("{}: {expired}", text::time(exp, self.now)));
            }
            exp => self.one("Expires", text::time(exp, self.now)),
        }
    }

    fn operator(&mut self, operator: &Operator) {
        let keys = self.joined(operator.signing_keys.iter().map(|key| self.style.key(key)));
        self.one(
            "Signing keys",
            if keys.is_empty() { "none: its own key signs accounts".to_owned() } else { keys },
        );
        if operator.strict_signing_key_usage {
            self.one("Strict", "identity keys sign nothing but their own token");
        }
        match operator.system_account.as_str() {
            "" => self.one("System account", "none"),
            key => {
                let key = self.style.key(key);
                self.one("System account", key);
            }
        }
        self.list("Service URLs", &operator.operator_service_urls);
        if !operator.account_server_url.is_empty() {
            self.one("Account server", text::escape(&operator.account_server_url));
        }
        if !operator.assert_server_version.is_empty() {
            self.one("Servers since", text::escape(&operator.assert_server_version));
        }
    }

    fn account(&mut self, account: &Account) {
        if !account.description.is_empty() {
            self.one("Description", text::clip(&text::escape(&account.description), 100));
        }
        let limits = &account.limits;
        let mut words = vec![
            limited(limits.conn, "connections"),
            limited(limits.leaf, "leafnodes"),
            limited(limits.subs, "subscriptions"),
            limited(limits.imports, "imports"),
            limited(limits.exports, "exports"),
        ];
        if limits.payload != UNLIMITED {
            words.push(match limits.payload {
                0 => "empty messages alone".to_owned(),
                payload => format!("messages of {}", text::byte_limit(payload)),
            });
        }
        if limits.data != UNLIMITED {
            words.push(format!("{} of data (no server enforces it)", text::byte_limit(limits.data)));
        }
        self.one("Limits", grouped_by_value(&words));
        if !limits.wildcards {
            self.one("Wildcards", "exports may have none");
        }
        if limits.disallow_bearer {
            self.one("Bearer", "bearer tokens are refused");
        }
        self.lines("JetStream", jetstream(limits.jetstream, limits.tiered_limits.iter()));
        let keys = account
            .signing_keys
            .iter()
            .map(|(key, scope)| match scope {
                Some(scope) => format!("{} for role {}", self.style.key(key), text::name(&scope.role)),
                None => self.style.key(key),
            })
            .collect();
        let keys = self.cut(keys);
        self.lines("Signing keys", keys);
        let exports = account
            .exports
            .iter()
            .flatten()
            .map(|export| {
                let private = if export.token_req { ", private: importers need an activation" } else { "" };
                format!("{} {}{private}", export.kind.word(), text::clip(&text::escape(&export.subject), 64))
            })
            .collect();
        let exports = self.cut(exports);
        self.lines("Exports", exports);
        let imports = account
            .imports
            .iter()
            .flatten()
            .map(|import| {
                let local = [&import.local_subject, &import.to].into_iter().find(|local| !local.is_empty());
                let local = local.map(|local| format!(" as {}", text::clip(&text::escape(local), 64)));
                let subject = text::clip(&text::escape(&import.subject), 64);
                let account = self.style.key(&import.account);
                format!("{} {subject} of {account}{}", import.kind.word(), local.unwrap_or_default())
            })
            .collect();
        let imports = self.cut(imports);
        self.lines("Imports", imports);
        let mappings = account
            .mappings
            .iter()
            .map(|(from, to)| {
                let to = to.iter().flatten().map(|to| {
                    let weight = if to.weight == 0 { 100 } else { to.weight };
                    format!("{} {weight}%", text::escape(&to.subject))
                });
                format!("{} → {}", text::escape(from), self.joined(to))
            })
            .collect();
        let mappings = self.cut(mappings);
        self.lines("Mappings", mappings);
        self.permissions(&account.default_permissions, "for users without rights of their own", false);
        let revocations = account
            .revocations
            .iter()
            .map(|(key, &until)| {
                let who = if key == "*" { "every user".to_owned() } else { self.style.key(key) };
                format!("{who} signed until {}", text::time(until, self.now))
            })
            .collect();
        let revocations = self.cut(revocations);
        self.lines("Revoked", revocations);
        let callout = &account.authorization;
        if !callout.auth_users.is_empty() {
            let users = self.joined(callout.auth_users.iter().map(|key| self.style.key(key)));
            let sealed = if callout.xkey.is_empty() { "" } else { ", sealed" };
            self.one("Auth callout", format!("answered by {users}{sealed}"));
        }
        if let Some(trace) = &account.trace {
            self.one("Traces go to", text::escape(&trace.dest));
        }
        if !account.cluster_traffic.is_empty() {
            self.one("Cluster traffic", text::escape(&account.cluster_traffic));
        }
    }

    fn user(&mut self, user: &UserPermissionLimits, from: &str) {
        self.permissions(&user.permissions, from, true);
        if let Some(types) = user.allowed_connection_types.as_deref().filter(|types| !types.is_empty()) {
            self.list("Connects as", types);
        }
        if let Some(networks) = user.src.as_deref().filter(|networks| !networks.is_empty()) {
            self.list("Connects from", networks);
        }
        if let Some(times) = user.times.as_deref().filter(|times| !times.is_empty()) {
            let ranges = self
                .joined(times.iter().map(|t| format!("{}-{}", text::escape(&t.start), text::escape(&t.end))));
            let zone = if user.times_location.is_empty() {
                "in the server's time zone".to_owned()
            } else {
                format!("in {}", text::escape(&user.times_location))
            };
            self.one("Connects at", format!("{ranges} {zone}"));
        }
        let mut limits = Vec::new();
        if user.subs != UNLIMITED {
            limits.push(limited(user.subs, "subscriptions"));
        }
        if user.payload != UNLIMITED {
            limits.push(match user.payload {
                0 => "empty messages alone".to_owned(),
                payload => format!("messages of {}", text::byte_limit(payload)),
            });
        }
        if user.data != UNLIMITED {
            limits.push(format!("{} of data (no server enforces it)", text::byte_limit(user.data)));
        }
        if limits.is_empty() {
            if self.style.verbose {
                self.one("Limits", "unlimited subscriptions, messages and data");
            }
        } else {
            self.one("Limits", limits.join(", "));
        }
        if user.bearer_token {
            self.one("Bearer", "yes: whoever has the token connects, without its seed");
        }
        if user.proxy_required {
            self.one("Proxy", "required");
        }
    }

    fn permissions(&mut self, permissions: &Permissions, from: &str, always: bool) {
        let aside = if from.is_empty() { String::new() } else { format!("   {from}") };
        for (label, permission) in [("Publish", &permissions.publish), ("Subscribe", &permissions.subscribe)]
        {
            if let Some(words) = self.permission(permission, always) {
                self.one(label, format!("{words}{aside}"));
            }
        }
        if let Some(resp) = permissions.resp {
            let max = match resp.max {
                0 | 1 => "1 answer".to_owned(),
                max if max < 0 => "any number of answers".to_owned(),
                max => format!("{} answers", text::grouped(max)),
            };
            let ttl = if resp.ttl == 0 { "2m".to_owned() } else { text::nanoseconds(resp.ttl) };
            self.one("Answer", format!("{max} to each request, for {ttl}{aside}"));
        }
    }

    fn permission(&self, permission: &Permission, always: bool) -> Option<String> {
        let list =
            |subjects: &[String]| self.joined(subjects.iter().map(|s| text::clip(&text::escape(s), 64)));
        let (allowed, denied) = (permission.allowed(), permission.denied());
        match (allowed.is_empty(), denied.is_empty()) {
            (true, true) => always.then(|| "everything".to_owned()),
            (true, false) => Some(format!("everything but {}", list(denied))),
            (false, true) => Some(list(allowed)),
            (false, false) => Some(format!("{} but not {}", list(allowed), list(denied))),
        }
    }

    fn activation(&mut self, activation: &Activation) {
        self.one(
            "Allows",
            format!("import of {} {}", activation.kind.word(), text::escape(&activation.subject)),
        );
        if !activation.issuer_account.is_empty() {
            let account = self.style.key(&activation.issuer_account);
            self.one("Exporter", account);
        }
    }

    fn request(&mut self, request: &AuthorizationRequest) {
        let user = self.style.key(&request.user_nkey);
        self.one("User key", user);
        self.one(
            "Server",
            format!("{} ({})", text::name(&request.server_id.name), self.style.key(&request.server_id.id)),
        );
        let client = &request.client_info;
        let name =
            if client.name.is_empty() { String::new() } else { format!("{} ", text::name(&client.name)) };
        self.one("Client", format!("{name}from {}", text::escape(&client.host)));
    }

    fn response(&mut self, response: &AuthorizationResponse) {
        if response.error.is_empty() {
            self.one("Answer", "a user token");
        } else {
            self.one("Answer", format!("refused: {}", text::clip(&text::escape(&response.error), 100)));
        }
    }
}

/// `unlimited connections, leafnodes; 5 imports`: what has one value is said together.
fn grouped_by_value(words: &[String]) -> String {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for word in words {
        let Some((value, what)) = word.split_once(' ') else { continue };
        match groups.iter_mut().find(|(known, _)| *known == value && matches!(value, "unlimited" | "none")) {
            Some((_, things)) => things.push(what),
            None => groups.push((value, vec![what])),
        }
    }
    let groups = groups.into_iter().map(|(value, things)| {
        let value = if value == "none" { "no" } else { value };
        format!("{value} {}", things.join(", "))
    });
    groups.collect::<Vec<_>>().join("; ")
}

fn jetstream<'a>(
    flat: JetStreamLimits,
    tiers: impl Iterator<Item = (&'a String, &'a JetStreamLimits)>,
) -> Vec<String> {
    let one = |limits: &JetStreamLimits| {
        if limits.mem_storage == 0 && limits.disk_storage == 0 {
            return "off".to_owned();
        }
        format!(
            "{} in memory, {} on disk, {} streams, {} consumers",
            text::byte_limit(limits.mem_storage),
            text::byte_limit(limits.disk_storage),
            text::limit(limits.streams),
            text::limit(limits.consumer)
        )
    };
    let tiers: Vec<String> =
        tiers.map(|(name, limits)| format!("{}: {}", text::escape(name), one(limits))).collect();
    if tiers.is_empty() { vec![one(&flat)] } else { tiers }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_one_value_are_said_together() {
        let words =
            ["unlimited connections", "5 leafnodes", "unlimited imports", "none exports"].map(str::to_owned);
        assert_eq!(grouped_by_value(&words), "unlimited connections, imports; 5 leafnodes; no exports");
    }

    #[test]
    fn jetstream_is_off_without_storage() {
        let limits = JetStreamLimits { streams: -1, ..JetStreamLimits::default() };
        assert_eq!(jetstream(limits, std::iter::empty()), ["off"]);
        let limits =
            JetStreamLimits { mem_storage: 0, disk_storage: 1 << 30, streams: -1, consumer: 10, ..limits };
        assert_eq!(
            jetstream(limits, std::iter::empty()),
            ["none in memory, 1 GiB on disk, unlimited streams, 10 consumers"]
        );
    }
}
