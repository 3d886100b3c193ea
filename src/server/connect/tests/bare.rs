use zeroize::Zeroizing;

use super::*;
use crate::nkey::Role;
use crate::server::causes;
use crate::server::client::{Certificate, Secret, Signature};
use crate::server::decision::Verdict;
use crate::server::options::{Callout, ConfigAccount, ConfigUser};
use crate::server::via::Via;

fn user(name: &str, password: &str) -> ConfigUser {
    ConfigUser { user: name.into(), password: password.into(), account: "A".into(), ..ConfigUser::default() }
}

fn with_users(users: Vec<ConfigUser>) -> ServerOptions {
    ServerOptions { accounts: vec![ConfigAccount::named("A")], users, ..ServerOptions::default() }
}

fn says(name: &str, password: &str) -> Client {
    Client { user: name.into(), password: Secret::text(password), ..Client::default() }
}

fn account(d: &Decision) -> Option<&str> {
    d.granted.as_ref().map(|g| g.account.as_str())
}

#[test]
fn a_server_that_asks_for_nothing_takes_everything() {
    let nothing = ServerOptions::default();
    for client in [
        Client::default(),
        says("any", "thing"),
        Client { jwt: Some(Zeroizing::new("junk".into())), ..Client::default() },
        Client { nkey: "U".into(), ..Client::default() },
    ] {
        let d = decide(&nothing, &client, NEW);
        assert_eq!((d.verdict, account(&d)), (Verdict::Accept, Some("$G")));
    }
    let asked = decide(&nothing, &Client { account: "A".into(), ..Client::default() }, NEW);
    assert_eq!((asked.gate, asked.client_sees.as_deref()), (Some("CON-7"), Some("Authorization Violation")));
}

#[test]
fn users_and_passwords() {
    let hash = bcrypt::hash("secret", 4).expect("hashes");
    let options = with_users(vec![user("alice", "plain"), user("bob", &hash), user("nobody", "")]);
    for (client, want) in [
        (says("alice", "plain"), "accept"),
        (says("bob", "secret"), "accept"),
        (says("nobody", ""), "accept"),
        (says("alice", "wrong"), "refuse BARE-8"),
        (says("alice", ""), "refuse BARE-8"),
        (says("bob", &hash), "refuse BARE-8"),
        (says("alicf", "plain"), "refuse BARE-8"),
        (Client::default(), "refuse BARE-3"),
        (Client { jwt: Some(Zeroizing::new("x".into())), ..Client::default() }, "refuse BARE-3"),
        (Client { user: "alice".into(), password: Secret::Unknown, ..Client::default() }, "unknown BARE-8"),
    ] {
        let d = decide(&options, &client, NEW);
        assert_eq!(told(&d), want, "{client:?}");
        if d.verdict == Verdict::Accept {
            assert_eq!(account(&d), Some("A"));
        }
    }
    let d = decide(&options, &says("Alice", "plain"), NEW);
    assert_eq!((d.cause, d.causes[0].id), (Some(causes::UNKNOWN), causes::LETTER_CASE));
    let line = |version| decide(&options, &says("x", "y"), version).server_logs[0].to_string();
    assert_eq!(line(NEW), "[ERR] authentication error - User \"x\"");
    assert_eq!(line(v("2.10.26")), "[ERR] authentication error - User \"x\"");
    let line = |version| decide(&options, &Client::default(), version).server_logs[0].to_string();
    assert_eq!(line(NEW), "[ERR] authentication error");
    assert_eq!(line(v("2.10.26")), "[ERR] authentication error - User \"\"");
}

#[test]
fn the_user_for_anonymous_clients() {
    let mut options = with_users(vec![user("alice", "plain"), user("guest", "x")]);
    options.no_auth_user = "guest".into();
    assert_eq!(told(&decide(&options, &Client::default(), NEW)), "accept");
    assert_eq!(told(&decide(&options, &says("carol", "x"), NEW)), "refuse BARE-8");
    let token = Client { token: Secret::text("t"), ..Client::default() };
    assert_eq!(told(&decide(&options, &token, NEW)), "refuse BARE-3", "it is not anonymous");
    options.users[1].password = bcrypt::hash("x", 4).expect("hashes");
    assert_eq!(told(&decide(&options, &Client::default(), NEW)), "refuse BARE-8");
}

#[test]
fn nkeys() {
    let seed = Seed::generate(Role::User);
    let key = text(&seed);
    let one = ConfigUser { nkey: key.clone(), account: "A".into(), ..ConfigUser::default() };
    let mut options = with_users(vec![one]);
    let client = |signature| Client { nkey: key.clone(), signature, ..Client::default() };
    for (client, want) in [
        (client(Signature::By(key.clone())), "accept"),
        (client(Signature::None), "refuse BARE-7 [DBG] Signature missing"),
        (
            client(Signature::By(text(&Seed::generate(Role::User)))),
            "refuse BARE-7 [DBG] Signature not verified",
        ),
        (client(Signature::Junk("!".into())), "refuse BARE-7 [DBG] Signature not valid base64"),
        (Client { nkey: "UX".into(), ..Client::default() }, "refuse BARE-7"),
        (Client::default(), "refuse BARE-3"),
    ] {
        assert_eq!(told(&decide(&options, &client, NEW)), want);
    }
    options.no_auth_user = key.clone();
    assert_eq!(told(&decide(&options, &Client::default(), NEW)), "accept");
    assert_eq!(told(&decide(&options, &Client::default(), v("2.10.7"))), "refuse BARE-3");
}

#[test]
fn tokens_and_the_single_user() {
    let token = ServerOptions { token: "t0ken".into(), ..ServerOptions::default() };
    let shows = |t: &str| Client { token: Secret::text(t), ..Client::default() };
    assert_eq!(told(&decide(&token, &shows("t0ken"), NEW)), "accept");
    let d = decide(&token, &shows("wrong"), NEW);
    assert_eq!(told(&d), "refuse BARE-9");
    assert_eq!(d.server_logs[0].to_string(), "[ERR] authentication error - Token \"[REDACTED]\"");
    assert_eq!(told(&decide(&token, &Client::default(), NEW)), "refuse BARE-9");
    let single = ServerOptions { user: "u".into(), password: "p".into(), ..ServerOptions::default() };
    assert_eq!(told(&decide(&single, &says("u", "p"), NEW)), "accept");
    assert_eq!(told(&decide(&single, &says("u", "q"), NEW)), "refuse BARE-8");
    assert_eq!(told(&decide(&single, &says("v", "p"), NEW)), "refuse BARE-8");
    assert_eq!(told(&decide(&single, &Client::default(), NEW)), "refuse BARE-8");
}

#[test]
fn listeners_have_rules_of_their_own() {
    let mut options =
        with_users(vec![ConfigUser { connection_types: vec!["WEBSOCKET".into()], ..user("alice", "p") }]);
    options.websocket.listen = true;
    let over = |via| Client { via, ..says("alice", "p") };
    assert_eq!(told(&decide(&options, &over(Via::Standard), NEW)), "refuse BARE-12");
    assert_eq!(told(&decide(&options, &over(Via::Websocket), NEW)), "accept");
    assert_eq!(told(&decide(&options, &over(Via::Mqtt), NEW)), "refuse CON-0");
    // A listener's own user asks of its clients, where the server asks of nobody.
    let mut own = ServerOptions::default();
    own.websocket.listen = true;
    (own.websocket.user, own.websocket.password) = ("w".into(), "s".into());
    assert_eq!(told(&decide(&own, &Client::default(), NEW)), "accept");
    assert_eq!(
        told(&decide(&own, &Client { via: Via::Websocket, ..Client::default() }, NEW)),
        "refuse BARE-8"
    );
    assert_eq!(told(&decide(&own, &Client { via: Via::Websocket, ..says("w", "s") }, NEW)), "accept");
}

#[test]
fn certificates_name_users() {
    let mut options = with_users(vec![user("CN=alice", ""), user("bob@acme.com", "")]);
    options.tls_map = true;
    let shows = |certificate| Client { certificate, ..Client::default() };
    let names = |list: &[&str]| Certificate::Names(list.iter().map(|n| (*n).to_owned()).collect());
    let line = "[DBG] User required in cert, no TLS connection state";
    assert_eq!(told(&decide(&options, &Client::default(), NEW)), format!("refuse BARE-10 {line}"));
    assert_eq!(told(&decide(&options, &shows(Certificate::Unknown), NEW)), "unknown BARE-10");
    assert_eq!(told(&decide(&options, &shows(names(&["x@y", "CN=alice"])), NEW)), "accept");
    assert_eq!(decide(&options, &shows(names(&["CN=carol"])), NEW).gate, Some("BARE-10"));
    // A user without a password is a certificate's, over whatever other listener.
    let mut other = with_users(vec![user("alice", "")]);
    other.websocket.listen = true;
    other.websocket.tls_map = true;
    assert_eq!(
        told(&decide(&other, &says("alice", ""), NEW)),
        "refuse BARE-11 [DBG] User \"alice\" requires a client certificate"
    );
    assert_eq!(told(&decide(&other, &says("alice", ""), v("2.12.8"))), "accept");
}

#[test]
fn leafnodes() {
    let leaf = |c: Client| Client { via: Via::Leafnode, ..c };
    let mut options = with_users(vec![user("alice", "p")]);
    options.leafnodes.listen = true;
    options.leafnodes.account = "A".into();
    // Without users of their own leafnodes come in as clients do; the one without a user changed with the releases.
    assert_eq!(told(&decide(&options, &leaf(says("alice", "p")), NEW)), "accept");
    assert_eq!(told(&decide(&options, &leaf(says("x", "p")), v("2.10.26"))), "refuse BARE-8");
    assert_eq!(told(&decide(&options, &leaf(Client::default()), v("2.11.11"))), "accept");
    for version in ["2.12.0", "2.12.2", "2.15.1"] {
        assert_eq!(told(&decide(&options, &leaf(Client::default()), v(version))), "refuse BARE-3");
    }
    let mut token = ServerOptions { token: "t".into(), ..ServerOptions::default() };
    token.leafnodes.listen = true;
    let shows = |t: &str| leaf(Client { token: Secret::text(t), ..Client::default() });
    assert_eq!(told(&decide(&token, &shows("t"), v("2.12.1"))), "refuse BARE-3");
    assert_eq!(told(&decide(&token, &shows("t"), v("2.12.2"))), "accept");
    assert_eq!(told(&decide(&token, &shows("u"), v("2.12.2"))), "refuse BARE-9");
    assert_eq!(told(&decide(&token, &shows("u"), v("2.11.11"))), "accept", "the fallback of old");

    (options.leafnodes.user, options.leafnodes.password) = ("hub".into(), "s".into());
    let d = decide(&options, &leaf(says("hub", "s")), NEW);
    assert_eq!((told(&d).as_str(), account(&d)), ("accept", Some("A")));
    assert_eq!(told(&decide(&options, &leaf(says("hub", "x")), NEW)), "refuse CON-68");
    assert_eq!(
        told(&decide(&options, &leaf(says("alice", "p")), NEW)),
        "refuse CON-68",
        "they do not fall through"
    );
    options.accounts[0].max_leafnodes = 0;
    let d = decide(&options, &leaf(says("hub", "s")), NEW);
    assert_eq!((d.gate, d.client_sees.as_deref()), (Some("CON-34"), Some("Authorization Violation")));

    options.leafnodes.user.clear();
    options.leafnodes.users = vec![user("one", "1")];
    options.accounts[0].max_leafnodes = -1;
    assert_eq!(told(&decide(&options, &leaf(says("one", "1")), NEW)), "accept");
    assert_eq!(told(&decide(&options, &leaf(says("two", "1")), NEW)), "refuse CON-68");
    let nkey = Seed::generate(Role::User);
    options.leafnodes.users.clear();
    options.leafnodes.nkey = text(&nkey);
    let signs = Client { nkey: text(&nkey), signature: Signature::By(text(&nkey)), ..Client::default() };
    assert_eq!(told(&decide(&options, &leaf(signs), NEW)), "accept");
    assert_eq!(told(&decide(&options, &leaf(Client::default()), NEW)), "refuse CON-68");
}

#[test]
fn leafnodes_of_an_operator_find_their_account() {
    let f = Family::new();
    let mut options = f.options(&f.preload(|_, _| {}));
    options.leafnodes.listen = true;
    (options.leafnodes.user, options.leafnodes.account) = ("hub".into(), text(&f.account));
    let client = Client { via: Via::Leafnode, ..says("hub", "") };
    assert_eq!(told(&decide(&options, &client, NEW)), "accept");
    options.preloads.clear();
    let key = text(&f.account);
    assert_eq!(
        told(&decide(&options, &client, NEW)),
        format!(
            "refuse CON-17 [WRN] Account fetch failed: account missing | [ERR] authentication of user \"hub\" failed, \
             unable to lookup account \"{key}\": account missing"
        )
    );
}

#[test]
fn the_configurations_authorization_service() {
    let mut options = with_users(vec![user("alice", "p"), user("auth", "a")]);
    let callout = Callout { auth_users: vec!["auth".into()], account: "A".into(), ..Callout::default() };
    options.callout = Some(callout);
    let verdict = |options: &ServerOptions, client: &Client, version| {
        let d = decide(options, client, version);
        (d.verdict, d.gate)
    };
    let asked = (Verdict::Unknown, Some("CO-1"));
    assert_eq!(verdict(&options, &says("auth", "a"), NEW), (Verdict::Accept, None));
    assert_eq!(verdict(&options, &says("auth", "wrong"), NEW), (Verdict::Refuse, Some("BARE-8")));
    // Whoever else comes, known or not, is asked about.
    assert_eq!(verdict(&options, &says("alice", "p"), NEW), asked);
    assert_eq!(verdict(&options, &says("nobody", "x"), NEW), asked);
    assert_eq!(verdict(&options, &Client::default(), NEW), asked);
    // Since 2.11 users of an account that the service does not decide for are not.
    if let Some(callout) = &mut options.callout {
        callout.allowed_accounts = vec!["B".into()];
    }
    assert_eq!(verdict(&options, &says("alice", "p"), NEW), (Verdict::Accept, None));
    assert_eq!(verdict(&options, &says("alice", "p"), v("2.10.26")), asked);
    assert_eq!(verdict(&options, &says("nobody", "x"), NEW), asked);
    if let Some(callout) = &mut options.callout {
        callout.account = "NONE".into();
    }
    let d = decide(&options, &says("nobody", "x"), NEW);
    let line = "[WRN] No valid account \"NONE\" for auth callout request: account missing";
    assert_eq!(told(&d), format!("refuse CO-1 {line}"));
}
