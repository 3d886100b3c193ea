//! Which gates are there, and what does each of them ask?
//!
//! The gates as data, in the order of nats-server's code (auth.go, client.go). A decision refers to a gate by its id;
//! `explain` and the rules fold this table.

use super::decision::Level;

/// One gate of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gate {
    /// The rule id.
    pub id: &'static str,
    /// What the gate asks.
    pub asks: &'static str,
    /// The server's words when it refuses, with `…` for what varies; empty where it logs nothing.
    pub server_logs: &'static str,
    /// The level of these words.
    pub level: Level,
    /// What the client reads.
    pub client_sees: &'static str,
    /// What puts it right, in words.
    pub remedy: &'static str,
}

/// What the client reads at nearly every gate.
pub const VIOLATION: &str = "Authorization Violation";
/// What an MQTT client gets instead of [`VIOLATION`].
pub const CONNACK: &str = "CONNACK 5 (not authorized)";
/// What the client reads when the account has no connection left.
pub const TOO_MANY: &str = "maximum account active connections exceeded";
/// What the client reads when its account cannot take it.
pub const FAILED_REGISTRATION: &str = "Failed Account Registration";

macro_rules! gates {
    ($($id:literal $asks:literal, $level:ident $logs:literal, $client:expr, $remedy:literal;)+) => {
        /// Every gate that a connecting client can meet, in order.
        pub const GATES: &[Gate] = &[$(Gate {
            id: $id, asks: $asks, server_logs: $logs, level: Level::$level, client_sees: $client, remedy: $remedy,
        }),+];
    };
}

gates! {
    "CFG-0" "Does the server start with this configuration?", Debug "", "", "correct the configuration: nobody comes in before";
    "CON-0" "Does the server listen for this way to connect?", Debug "", "", "configure the listener, or connect in another way";
    "MSG-44" "Does the server take connections at all?", Error "maximum connections exceeded", "maximum connections exceeded", "raise max_connections";
    "CON-1" "Does this server ask for credentials at all?", Debug "", "", "";
    "CON-4" "Can the CONNECT be read?", Error "", "", "send a CONNECT that is a JSON object with members of the right types";
    "CON-6" "Does this server read JWTs at all?", Debug "", "", "configure an operator or trusted keys, or use the users of the config";
    "CON-68" "Do the credentials match the leafnodes block of the config?", Debug "", VIOLATION, "use a user of the leafnodes authorization block";
    "CON-11" "Is the connection's proxy trusted?", Debug "proxy is not trusted", VIOLATION, "add the proxy's key to proxies.trusted";
    "CON-12" "Is there a user JWT?", Debug "Authentication requires a user JWT", VIOLATION, "give the client credentials with a user JWT";
    "CON-13" "Is it a user JWT that decodes and whose signature holds?", Debug "User JWT not valid: …", VIOLATION, "issue the user again";
    "CON-14a" "Does the user require a trusted proxy?", Debug "proxy connection required", VIOLATION, "connect through the proxy";
    "CON-15" "Is the user JWT in its time, and are its claims valid?", Debug "User JWT no longer valid: &{Issues:[…]}", VIOLATION, "issue the user again";
    "CON-16" "Do nkey and user in the CONNECT name users of the config?", Debug "", VIOLATION, "leave user and nkey out of the client's settings";
    "CON-14" "Is the account one of the operator's pinned accounts?", Debug "Account … not listed as operator pinned account", VIOLATION, "add the account to resolver_pinned_accounts";
    "CON-17" "Does the server find the account, and is its JWT good?", Debug "Account JWT lookup error: …", VIOLATION, "give the account's JWT, signed by the operator, to the server's resolver";
    "CON-18" "Is the account that the server holds signed by a trusted operator?", Debug "Account JWT not signed by trusted operator", VIOLATION, "sign the account with a key of the operator that the server trusts";
    "CON-19" "Is the user's issuer the account or one of its signing keys?", Debug "User JWT issuer is not known", VIOLATION, "give the server the account JWT that lists the signing key, or issue the user by a listed one";
    "CON-20" "Is the scoped signing key the one that its scope names?", Debug "User JWT is not valid: issuer not the scoped signer", VIOLATION, "issue the account again";
    "CON-21" "Does a user of a scoped signing key carry no permissions and limits of its own?", Debug "User JWT is not valid: scoped users require no permissions or limits set", VIOLATION, "issue the user again without permissions and limits";
    "CON-22" "Do the scope's templates give valid permissions for this user?", Debug "User JWT generated invalid permissions", VIOLATION, "add the tag to the user, or correct the template of the signing key";
    "CON-23" "Is the account not expired in the meantime?", Debug "Account JWT has expired", VIOLATION, "renew the account";
    "CON-24" "Does the account allow bearer tokens?", Debug "Account does not allow bearer tokens", VIOLATION, "issue a user that is no bearer token, or allow them in the account";
    "CON-25" "Does the server know a connection type that the user allows?", Debug "invalid connection types […]", VIOLATION, "correct the user's connection types";
    "CON-26" "Is this way to connect allowed to the user?", Debug "Connection type not allowed", VIOLATION, "allow the connection type, or connect in an allowed way";
    "CON-27" "Did the client sign the nonce?", Debug "Signature missing", VIOLATION, "give the client the user's seed";
    "CON-28" "Is the signature base64?", Debug "Signature not valid base64", VIOLATION, "correct the client";
    "CON-29" "Is the user's sub a public key?", Debug "User nkey not valid: …", VIOLATION, "issue the user again for its public key";
    "CON-30" "Did the user's own seed sign the nonce?", Debug "Signature not verified", VIOLATION, "put the seed of this user into the credentials";
    "CON-31" "Is the user not revoked by its account?", Debug "User authentication revoked", VIOLATION, "issue the user again, or take the revocation back";
    "CON-32" "Does the client come from a network that the user allows?", Error "Bad src Ip …", VIOLATION, "connect from an allowed network, or allow this one";
    "CON-33" "Is it the right time of the day for the user?", Error "Outside connect times", VIOLATION, "wait for the window, or widen it";
    "CON-34" "Has the account a connection left?", Error "maximum account active connections exceeded", TOO_MANY, "raise the account's limit of connections";
    "CON-35" "Is the leafnode's cluster not yet connected to the account?", Error "Problem registering with account \"…\": leafnode loop detected", FAILED_REGISTRATION, "break the loop of leafnodes";
    "BARE-7" "Is the nkey one of the config's, and its signature good?", Debug "Signature not verified", VIOLATION, "add the nkey to the config, or use the seed of a listed one";
    "BARE-8" "Is the user one of the config's, and the password right?", Debug "", VIOLATION, "use a user and password of the config";
    "BARE-9" "Is the token the config's?", Debug "", VIOLATION, "use the config's token";
    "BARE-3" "Are there credentials that this server understands?", Debug "", VIOLATION, "use a user, nkey or token of the config";
    "BARE-10" "Does the client's certificate name a user?", Debug "", VIOLATION, "use a certificate whose subject is a user of the config";
    "BARE-11" "Has the user a password?", Debug "User \"…\" requires a client certificate", VIOLATION, "connect with a client certificate";
    "BARE-12" "Is this way to connect allowed to the config's user?", Debug "", VIOLATION, "allow the connection type, or connect in an allowed way";
    "CON-7" "Does the CONNECT name no account?", Error "authentication error", VIOLATION, "leave the account out of the client's settings: the JWT names it";
    "CO-1" "Does the auth callout service let the client in?", Warn "", VIOLATION, "look at the auth callout service";
    "CON-44" "Can the server use every entry of the permissions?", Error "invalid publish subject \"…\"", "", "correct the entry, which has no effect";
    "CON-38" "Is the connection not expired at once?", Debug "User Authentication Expired", "User Authentication Expired", "renew the user";
    "CON-75" "Has the account JetStream, which MQTT needs?", Error "", "", "give the account JetStream limits";
    "CON-40" "May the client have a subscription?", Error "maximum subscriptions exceeded", "maximum subscriptions exceeded", "set the limit of subscriptions to -1";
}

/// The gate of an id.
pub fn gate(id: &str) -> Option<&'static Gate> {
    GATES.iter().find(|g| g.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn gates_are_named_once_and_ask_a_question() {
        let mut seen = HashSet::new();
        for g in GATES {
            assert!(seen.insert(g.id), "{} twice", g.id);
            assert!(g.asks.ends_with('?'), "{}", g.id);
            assert!(g.client_sees.is_empty() || !g.remedy.is_empty(), "{} without remedy", g.id);
            assert_eq!(gate(g.id), Some(g));
        }
    }
}
