//! Does a server without operators let this client in?
//!
//! `processClientOrLeafAuthentication` as far as the configuration's users go: nkeys, users, certificates, a token, or
//! nothing at all (server.md 5c). A JWT counts for nothing here.

use super::walk::{Walk, debug};
use super::{MaybeGranted, callout, operator, proof, register};
use crate::server::causes;
use crate::server::client::{Certificate, Secret};
use crate::server::decision::{Cause, Level, LogLine};
use crate::server::options::{ConfigUser, ServerOptions};
use crate::server::password::{Match, compare, is_bcrypt};
use crate::server::version::{
    CERT_ONLY_USERS, LEAF_NO_FALLBACK, LEAF_SIMPLE_AUTH, NKEY_NO_AUTH_USER, PROXIES, Version,
};
use crate::server::via::Via;
use crate::token::{nearest, quote};

/// What counts for this way to connect: the server's, or that of its listener.
struct Simple<'a> {
    user: &'a str,
    password: &'a str,
    token: &'a str,
    no_auth_user: &'a str,
    tls_map: bool,
}

fn simple(options: &ServerOptions, via: Via) -> Simple<'_> {
    let listener = match via {
        Via::Mqtt | Via::MqttWs => Some(&options.mqtt),
        Via::Websocket => Some(&options.websocket),
        _ => None,
    };
    let mut simple = Simple {
        user: &options.user,
        password: &options.password,
        token: &options.token,
        no_auth_user: &options.no_auth_user,
        tls_map: if via.is_leaf() { options.leafnodes.tls_map } else { options.tls_map },
    };
    if via == Via::LeafnodeWs && !options.websocket.no_auth_user.is_empty() {
        simple.no_auth_user = &options.websocket.no_auth_user;
    }
    if let Some(own) = listener {
        simple.tls_map = own.tls_map;
        if own.overrides() {
            (simple.user, simple.password) = (&own.user, &own.password);
            (simple.token, simple.no_auth_user) = (&own.token, &own.no_auth_user);
        }
    }
    simple
}

/// Whether clients of this kind have to show anything (CON-1).
fn required(options: &ServerOptions, via: Via) -> bool {
    let own = match via {
        Via::Mqtt | Via::MqttWs => options.mqtt.overrides(),
        Via::Websocket => options.websocket.overrides(),
        _ => false,
    };
    let users = !options.users.is_empty();
    users || !options.user.is_empty() || !options.token.is_empty() || own
}

/// The gates of the configuration's users, in order.
const GATES: [&str; 9] =
    ["BARE-7", "BARE-10", "BARE-8", "BARE-12", "CON-14a", "BARE-11", "BARE-9", "BARE-3", "CON-34"];

pub(super) fn bare(walk: &mut Walk<'_>) -> MaybeGranted {
    if walk.client.jwt.is_some() && !walk.client.via.is_mqtt() {
        walk.pass(
            "CON-6",
            "this server reads no JWTs: it throws the client's away and goes by its configuration",
        );
    } else {
        walk.pass("CON-6", "this server goes by its configuration");
    }
    let trusted = operator::proxy(walk);
    if walk.refused() {
        walk.skip_all(&GATES, "the proxy is refused before");
        return None;
    }
    let (bound, granted) = users(walk, trusted);
    match &walk.held.server.options.callout {
        Some(callout) => callout::bare(walk, callout, bound.as_deref(), granted),
        None => granted,
    }
}

/// The account that the client is put into, and what it has.
type Bound = (Option<String>, MaybeGranted);

fn users(walk: &mut Walk<'_>, trusted: bool) -> Bound {
    let server = &walk.held.server;
    let (options, version, via) = (server.options, server.version, walk.client.via);
    if !required(options, via) {
        walk.pass("CON-1", "this server asks for nothing: it takes whatever the client sends");
        let leaf = via.is_leaf() && version.has(&LEAF_NO_FALLBACK) && !options.leafnodes.account.is_empty();
        let account = if leaf { options.leafnodes.account.as_str() } else { "$G" };
        return into(walk, account, "", None);
    }
    walk.pass("CON-1", "this server asks for a user of its configuration");
    let how = simple(options, via);
    let found = match nkey(walk, &how) {
        Found::Refused => return (None, None),
        Found::User(user) => Some(user),
        Found::None => match user(walk, &how) {
            Found::Refused => return (None, None),
            Found::User(user) => Some(user),
            Found::None => None,
        },
    };
    match found {
        Some(user) if !user.nkey.is_empty() => with_nkey(walk, &how, user, trusted),
        Some(user) => with_password(walk, &how, user, trusted),
        None => with_simple(walk, &how, trusted),
    }
}

enum Found<'a> {
    User(&'a ConfigUser),
    None,
    Refused,
}

fn no_auth_user_applies(walk: &Walk<'_>, how: &Simple<'_>) -> bool {
    !how.no_auth_user.is_empty() && walk.client.names_no_user()
}

/// BARE-7: the nkey, or the one that stands for anonymous clients.
fn nkey<'a>(walk: &mut Walk<'a>, how: &Simple<'_>) -> Found<'a> {
    let server = &walk.held.server;
    let options: &'a ServerOptions = server.options;
    let mut nkeys = options.users.iter().filter(|u| !u.nkey.is_empty()).peekable();
    if nkeys.peek().is_none() {
        walk.skip("BARE-7", "the configuration has no nkeys");
        return Found::None;
    }
    let nkeys: Vec<&ConfigUser> = nkeys.collect();
    if server.version.has(&NKEY_NO_AUTH_USER)
        && walk.identity.nkey.is_empty()
        && no_auth_user_applies(walk, how)
        && nkeys.iter().any(|u| u.nkey == how.no_auth_user)
    {
        walk.identity.nkey = how.no_auth_user.to_owned();
    }
    let asked = walk.identity.nkey.clone();
    if asked.is_empty() {
        walk.skip("BARE-7", "the client names no nkey");
        return Found::None;
    }
    let Some(user) = nkeys.iter().find(|u| u.nkey == asked) else {
        walk.refuse(
            "BARE-7",
            Some(causes::UNKNOWN),
            Vec::new(),
            format!("the configuration has no nkey {asked}"),
        );
        meant(walk, &asked, nkeys.iter().map(|u| u.nkey.as_str()));
        return Found::Refused;
    };
    walk.pass("BARE-7", format!("the configuration has the nkey {asked}"));
    if allowed(walk, user) { Found::User(user) } else { Found::Refused }
}

/// BARE-8 and BARE-10: the user by its name, its certificate, or the one that stands for anonymous clients.
fn user<'a>(walk: &mut Walk<'a>, how: &Simple<'_>) -> Found<'a> {
    let options: &'a ServerOptions = walk.held.server.options;
    let named: Vec<&ConfigUser> = options.users.iter().filter(|u| u.nkey.is_empty()).collect();
    if named.is_empty() {
        walk.skip("BARE-8", "the configuration has no named users");
        return Found::None;
    }
    if how.tls_map {
        return certificate(walk, &named);
    }
    if no_auth_user_applies(walk, how) && named.iter().any(|u| u.user == how.no_auth_user) {
        walk.identity.user = how.no_auth_user.to_owned();
    }
    let asked = walk.identity.user.clone();
    if asked.is_empty() {
        walk.skip("BARE-8", "the client names no user");
        return Found::None;
    }
    let Some(user) = named.iter().find(|u| u.user == asked) else {
        walk.refuse(
            "BARE-8",
            Some(causes::UNKNOWN),
            Vec::new(),
            format!("the configuration has no user {asked:?}"),
        );
        meant(walk, &asked, named.iter().map(|u| u.user.as_str()));
        return Found::Refused;
    };
    if allowed(walk, user) { Found::User(user) } else { Found::Refused }
}

/// A user or nkey that is nearly the one asked for.
fn meant<'u>(walk: &mut Walk<'_>, asked: &str, known: impl Iterator<Item = &'u str> + Clone) {
    let case = known.clone().find(|k| k.eq_ignore_ascii_case(asked));
    let (id, near) = match case {
        Some(near) => (causes::LETTER_CASE, near),
        None => match nearest(asked, known, 3) {
            Some(near) => (causes::MISSPELLED, near),
            None => return,
        },
    };
    let how = if id == causes::LETTER_CASE { "the same in another letter case" } else { "nearly the same" };
    walk.cause(Cause {
        id,
        text: format!("there is no {asked}; {near} is {how}"),
        asked: asked.to_owned(),
        nearest: Some(near.to_owned()),
    });
}

/// BARE-10: `checkClientTLSCertSubject`, over the names that the certificate is known to have.
fn certificate<'a>(walk: &mut Walk<'a>, named: &[&'a ConfigUser]) -> Found<'a> {
    let lines = |text: &str| debug(format!("User required in cert, {text}"));
    match &walk.client.certificate {
        Certificate::None => {
            let found = "the server takes the user from the client's certificate, and there is none";
            walk.refuse("BARE-10", Some(causes::NONE_GIVEN), lines("no TLS connection state"), found);
            Found::Refused
        }
        Certificate::Unknown => {
            let found = "the server takes the user from the client's certificate";
            walk.unknown("BARE-10", found, "the names in the client's certificate");
            Found::Refused
        }
        Certificate::Names(names) => {
            let version = walk.held.server.version;
            let matching = |name: &String| {
                named.iter().find(|u| u.user == *name && type_allowed(u, walk.client.via, version)).copied()
            };
            let Some(user) = names.iter().find_map(matching) else {
                let shown = names.join(", ");
                let line = debug(format!(
                    "User in cert [{}], not found",
                    quote(names.last().map_or("", |n| n).as_bytes())
                ));
                walk.refuse(
                    "BARE-10",
                    Some(causes::UNKNOWN),
                    line,
                    format!("no user is called as the certificate is: {shown}"),
                );
                return Found::Refused;
            };
            let mut lines = Vec::new();
            if !walk.client.user.is_empty() {
                let asked = quote(walk.client.user.as_bytes());
                let text = format!("User {asked} found in connect proto, but user required from cert");
                lines.push(LogLine::new(Level::Warn, text));
            }
            walk.identity.user = user.user.clone();
            walk.pass_logging("BARE-10", lines, format!("the certificate is of user {:?}", user.user));
            Found::User(user)
        }
    }
}

fn type_allowed(user: &ConfigUser, via: Via, version: Version) -> bool {
    user.connection_types.is_empty() || user.connection_types.iter().any(|t| t == via.wanted(version))
}

/// BARE-12.
fn allowed(walk: &mut Walk<'_>, user: &ConfigUser) -> bool {
    let (via, version) = (walk.client.via, walk.held.server.version);
    if type_allowed(user, via, version) {
        walk.pass("BARE-12", format!("{} is allowed to the user", via.wanted(version)));
        return true;
    }
    let types = user.connection_types.join(", ");
    let found = format!("the client connects by {}, and the user allows {types}", via.wanted(version));
    walk.refuse("BARE-12", None, Vec::new(), found);
    false
}

fn account_of(user: &ConfigUser) -> &str {
    if user.account.is_empty() { "$G" } else { &user.account }
}

fn with_nkey(walk: &mut Walk<'_>, how: &Simple<'_>, user: &ConfigUser, trusted: bool) -> Bound {
    let version = walk.held.server.version;
    if version.has(&PROXIES) {
        operator::proxy_required(walk, user.proxy_required, trusted);
    }
    if version.has(&NKEY_NO_AUTH_USER) && user.nkey == how.no_auth_user {
        walk.pass("BARE-7", "the nkey is the one for anonymous clients: nobody asks for its seed");
    } else if !proof::signature(walk, &user.nkey, ["BARE-7"; 4]) {
        return (None, None);
    }
    into(walk, account_of(user), &user.nkey, Some(user))
}

fn with_password(walk: &mut Walk<'_>, how: &Simple<'_>, user: &ConfigUser, trusted: bool) -> Bound {
    let server = &walk.held.server;
    let (version, options) = (server.version, server.options);
    if version.has(&PROXIES) {
        operator::proxy_required(walk, user.proxy_required, trusted);
    }
    let anonymous = user.user == how.no_auth_user && walk.client.names_no_user();
    if version.has(&CERT_ONLY_USERS) {
        let certificate = !how.tls_map
            && user.password.is_empty()
            && user.user != how.no_auth_user
            && maps_certificates(options, user);
        if certificate {
            let line = debug(format!("User {} requires a client certificate", quote(user.user.as_bytes())));
            let found = "the user has no password, and another listener takes users from certificates";
            walk.refuse("BARE-11", None, line, found);
            return (None, None);
        }
        walk.pass("BARE-11", "the user is none that needs a certificate");
    }
    if anonymous && is_bcrypt(&user.password) {
        // The server gives the anonymous client the password as it is configured, and hashes that.
        let found = "the user for anonymous clients has a bcrypt password, which does not match itself";
        walk.refuse("BARE-8", Some(causes::MISMATCH), Vec::new(), found);
        return (None, None);
    } else if anonymous {
        walk.pass("BARE-8", format!("{:?} is the user for anonymous clients", user.user));
    } else if !password(walk, "BARE-8", &user.password, &walk.client.password, "the password") {
        return (None, None);
    }
    into(walk, account_of(user), &user.user, Some(user))
}

/// `canTLSMap`: whether some listener could take this user from a certificate.
fn maps_certificates(options: &ServerOptions, user: &ConfigUser) -> bool {
    let types = &user.connection_types;
    let may = |via: Via| types.is_empty() || types.iter().any(|t| t == via.name());
    let ws = options.websocket.listen && options.websocket.tls_asks_certificate;
    let leaf = &options.leafnodes;
    (options.tls_map && may(Via::Standard))
        || (options.websocket.tls_map && options.websocket.listen && may(Via::Websocket))
        || (options.mqtt.tls_map && options.mqtt.listen && (may(Via::Mqtt) || ws && may(Via::MqttWs)))
        || (leaf.tls_map
            && leaf.listen
            && leaf.user.is_empty()
            && leaf.nkey.is_empty()
            && leaf.users.is_empty()
            && (may(Via::Leafnode) || ws && may(Via::LeafnodeWs)))
}

/// The single user, or the token.
fn with_simple(walk: &mut Walk<'_>, how: &Simple<'_>, trusted: bool) -> Bound {
    let (version, leaf) = (walk.held.server.version, walk.client.via.is_leaf());
    let options = walk.held.server.options;
    if leaf && !version.has(&LEAF_NO_FALLBACK) {
        walk.pass("BARE-3", "a leafnode that matches no user is let in all the same");
        let account = if options.leafnodes.account.is_empty() { "$G" } else { &options.leafnodes.account };
        return into(walk, account, "", None);
    }
    if leaf && !version.has(&LEAF_SIMPLE_AUTH) {
        let found =
            "a leafnode that matches no user is refused by this release, whatever token or user there is";
        walk.refuse("BARE-3", None, Vec::new(), found);
        return (None, None);
    }
    if version.has(&PROXIES) {
        operator::proxy_required(walk, options.proxy_required, trusted);
    }
    let client = walk.client;
    if !how.token.is_empty() {
        // Over MQTT the password is the token as well.
        let token = if client.via.is_mqtt() { &client.password } else { &client.token };
        if !password(walk, "BARE-9", how.token, token, "the token") {
            return (None, None);
        }
        walk.pass("BARE-3", "the client shows the server's token");
        return into(walk, "$G", "", None);
    }
    if !how.user.is_empty() {
        if walk.identity.user != how.user {
            let asked = walk.identity.user.clone();
            let found = match asked.as_str() {
                "" => "the client names no user".to_owned(),
                asked => format!("the configuration has no user {asked:?}"),
            };
            let cause = if asked.is_empty() { causes::NONE_GIVEN } else { causes::UNKNOWN };
            walk.refuse("BARE-8", Some(cause), Vec::new(), found);
            if !asked.is_empty() {
                meant(walk, &asked, std::iter::once(how.user));
            }
            return (None, None);
        }
        if !password(walk, "BARE-8", how.password, &client.password, "the password") {
            return (None, None);
        }
        walk.pass("BARE-3", "the client is the server's user");
        return into(walk, "$G", how.user, None);
    }
    let found = match (client.jwt.is_some(), how.no_auth_user.is_empty()) {
        (true, _) => "the client sends a JWT, which this server does not read, and nothing that it does",
        (false, true) => "the client names no user, and the configuration has none for anonymous clients",
        (false, false) => {
            "the client names no user, but sends something, so that it is none of the anonymous clients"
        }
    };
    walk.refuse("BARE-3", Some(causes::NONE_GIVEN), Vec::new(), found);
    (None, None)
}

/// Compares a password or token; `false`: it does not match, or is not known.
pub(super) fn password(
    walk: &mut Walk<'_>,
    gate: &'static str,
    server: &str,
    client: &Secret,
    what: &'static str,
) -> bool {
    match compare(server, client) {
        Match::Yes => walk.pass(gate, format!("{what} is right")),
        Match::No if client.is_none() => {
            walk.refuse(gate, Some(causes::NONE_GIVEN), Vec::new(), format!("{what} is not given"));
            return false;
        }
        Match::No => {
            walk.refuse(gate, Some(causes::MISMATCH), Vec::new(), format!("{what} is wrong"));
            return false;
        }
        Match::NotGiven => walk.unknown(gate, format!("{what} decides"), what),
        Match::TooDear => {
            let found = "the configuration's bcrypt hash costs more than is spent here";
            walk.unknown(gate, found, format!("whether {what} matches its bcrypt hash"));
        }
    }
    true
}

/// Puts the client into an account.
fn into(walk: &mut Walk<'_>, account: &str, name: &str, user: Option<&ConfigUser>) -> Bound {
    let lookup = walk.held.lookup(account);
    let Some(account) = lookup.held() else {
        walk.refuse(
            "CON-34",
            Some(causes::NOT_IN_CONFIG),
            Vec::new(),
            format!("there is no account {account}"),
        );
        return (None, None);
    };
    // Without a user nobody is registered: the connection stays in `$G`, where it was from the start.
    if user.is_some() || walk.client.via.is_leaf() {
        register::room(walk, account, user.is_some());
    }
    let permissions = user.and_then(|u| u.permissions.as_ref());
    let granted = register::config_user(walk, account, name, permissions);
    (Some(account.key.clone()), Some(granted))
}
