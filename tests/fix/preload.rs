//! Accounts that a server lacks whose resolver is in memory: their tokens go into its configuration.

use std::fs;
use std::path::Path;

use jwtfix::nkey::{Role, Seed};

use crate::common::jwtfix;
use crate::server::{Running, lets_in, serve_config, servers};
use crate::signed::{ACCOUNT, CREDS, again};
use crate::store::{Store, public};
use crate::{fix, for_server};

const SYSTEM: &str = "stores/acme/accounts/SYS/SYS.jwt";

/// A configuration whose preloads are written like this; what may stand in it besides is what people write there.
fn conf(store: &Store, preloads: &str) -> String {
    let operator = store.arg("stores/acme/acme.jwt");
    format!(
        "# ours\r\noperator: '{operator}' // acme\nresolver: MEMORY\n{preloads}\n# ends without a line end"
    )
}

/// The preloads in several styles, with what stands where the account of the client has to come.
fn styles(store: &Store, put: Put) -> Vec<String> {
    let (system, orders) = (public(&store.system), public(&store.account));
    let (system_token, orders_token) = (store.get(SYSTEM), store.get(ACCOUNT));
    let with = |whole: String, lacks: String| if put == Put::Whole { whole } else { lacks };
    vec![
        format!(
            "resolver_preload: {{\n\t{system}: {system_token} # SYS{}\n\t# more to come\n}}",
            with(format!("\n\t{orders}: {orders_token}"), String::new())
        ),
        format!(
            "resolver_preload: {{\n  // Account \"SYS\"\n  {system}: {system_token}\n{}\n}}",
            with(format!("\n  // Account \"ORDERS\"\n  {orders}: {orders_token}\n"), String::new())
        ),
        format!(
            "resolver_preload {{ \"{system}\" = '{system_token}'{} }} // one line",
            with(format!(", \"{orders}\" = '{orders_token}'"), String::new())
        ),
    ]
}

#[derive(Clone, Copy, PartialEq)]
enum Put {
    Whole,
    Lacking,
}

#[test]
fn the_account_of_a_client_is_preloaded_in_the_style_of_the_others() {
    let store = Store::new();
    for (lacking, whole) in styles(&store, Put::Lacking).iter().zip(styles(&store, Put::Whole)) {
        store.put("nats.conf", conf(&store, lacking));
        let before = store.all();
        let check = || jwtfix(["check", "--server", &store.arg("nats.conf"), &store.arg(CREDS)]).run();
        check().exits(1).says("[account-not-in-resolver]").says("jwtfix fix ");
        for_server(&store, &[])
            .exits(1)
            .says("nats.conf  [account-not-in-resolver]")
            .says("preloads the token of account \"ORDERS\" from ")
            .says("then: reload the server, which reads resolver_preload anew")
            .says("lets in 0 before and lets in 1 after");
        assert_eq!(store.all(), before, "a plan changes nothing");
        for_server(&store, &["--only", "secret-readable"]).exits(0).says("nothing to put right");
        let json = for_server(&store, &["--format", "json"]).json();
        assert_eq!(json["files"][0]["deeds"][0]["what"], "preloaded");
        assert_eq!(json["server"]["changes"][0]["needs"], "reload");
        for_server(&store, &["--write"]).exits(0).says("1 file changed").says("now: reload the server");
        assert_eq!(store.get("nats.conf"), conf(&store, &whole));
        check().exits(0);
        for_server(&store, &[]).exits(0).says("nothing to put right");
        jwtfix(["undo", "--journal", &store.journal()]).run().exits(0);
        assert_eq!(store.all(), before, "undone to the byte");
    }
}

#[test]
fn a_server_that_lacks_its_system_account_too_gets_both() {
    let store = Store::new();
    let system = format!("system_account: {}", public(&store.system));
    store.put("nats.conf", conf(&store, &system));
    let before = store.all();
    for_server(&store, &["--write"])
        .exits(0)
        .says("[account-not-in-resolver, system-account-unresolved]")
        .says("does not start before and lets in 1 after")
        .says("now: start the server");
    let told = store.get("nats.conf");
    assert!(
        told.contains("resolver: MEMORY\nresolver_preload: {\n  A") && told.contains(&store.get(ACCOUNT))
    );
    jwtfix(["undo", "--journal", &store.journal()]).run().exits(0);
    assert_eq!(store.all(), before);
}

/// A server with such a resolver starts without its system account, and makes one up; the directory it makes too.
#[test]
fn the_system_account_that_a_server_makes_up_is_put_into_its_directory() {
    let store = Store::new();
    let (operator, system) = (store.arg("stores/acme/acme.jwt"), public(&store.system));
    let conf = format!(
        "operator: '{operator}'\nsystem_account: {system}\nresolver {{ type: full, dir: './jwt' }}\n"
    );
    let server = store.put("nats.conf", conf).to_string_lossy().into_owned();
    let before = store.all();
    let stores = store.arg("stores");
    let run = |more: &[&str]| {
        fix(&store.runs(), &[&["--store", &stores, "--server", &server], more].concat()).run()
    };
    run(&[]).exits(1).says("[system-account-unresolved]").says("made: the token of account \"SYS\" from ");
    run(&["--write"])
        .exits(0)
        .says(&format!("✓ a server with {server} starts\n"))
        .says("name credentials too");
    assert_eq!(store.get(&format!("jwt/{system}.jwt")), store.get(SYSTEM));
    run(&[]).exits(0).says("nothing to put right");
    jwtfix(["undo", "--journal", &store.journal()]).run().exits(0);
    assert_eq!(store.all(), before);
}

#[test]
fn a_server_that_does_not_start_is_told_of_though_no_client_was_named() {
    let store = Store::new();
    let server = store.put("our's.conf", conf(&store, "port: 1.5")).to_string_lossy().into_owned();
    let args = [&store.arg("stores"), "--server", &server];
    fix(&store.runs(), &args)
        .run()
        .exits(1)
        .says("✗ a server with ")
        .says("does not start")
        .says(&format!("`jwtfix check --server '{}'` says why", server.replace('\'', r"'\''")));
}

#[test]
fn what_would_not_help_is_not_written() {
    let store = Store::new();
    let lacking = &styles(&store, Put::Lacking)[0];
    store.put("nats.conf", conf(&store, lacking));
    // A stranger signed the account.
    let own = store.get(ACCOUNT);
    again(&store, ACCOUNT, &Seed::generate(Role::Operator), jwtfix::token::Layout::V2, |_| {});
    let stranger = store.get(ACCOUNT);
    fs::write(store.root().join(ACCOUNT), own).expect("written");
    let alone = store.put("alone/a.jwt", stranger).to_string_lossy().into_owned();
    let before = store.all();
    let (creds, server) = (store.arg(CREDS), store.arg("nats.conf"));
    fix(&store.runs(), &[&creds, "--server", &server, "--accounts", &alone, "--write"])
        .run()
        .exits(1)
        .says("would not take this token of it");
    // Nobody can say where a preload goes that stands behind a variable.
    let system = format!("{}: {}", public(&store.system), store.get(SYSTEM));
    store.put("nats.conf", conf(&store, &format!("all {{ {system} }}\nresolver_preload: $all")));
    let varied = store.all();
    for_server(&store, &["--write"]).exits(1).says("stands elsewhere, behind a variable");
    assert_eq!(store.all(), varied);
    assert_eq!(before.len(), varied.len());
}

#[test]
fn a_line_that_is_put_right_and_a_preload_that_comes_are_one_change() {
    let store = Store::new();
    let stranger = public(&Seed::generate(Role::Account));
    let system = store.get(SYSTEM);
    store.put("conf/nats.conf", conf(&store, &format!("resolver_preload: {{\n  {stranger}: {system}\n}}")));
    let before = store.all();
    let (dir, server) = (store.arg("conf"), store.arg("conf/nats.conf"));
    let (creds, stores) = (store.arg(CREDS), store.arg("stores"));
    let args = [&creds, &dir, "--server", &server, "--store", &stores, "--write"];
    fix(&store.runs(), &args)
        .run()
        .exits(0)
        .says("[account-not-in-resolver, config-preload-key-mismatch]")
        .says("lets in 1 after")
        .says("1 file changed");
    let [system_key, orders_key] = [&store.system, &store.account].map(public);
    let whole =
        format!("resolver_preload: {{\n  {system_key}: {system}\n  {orders_key}: {}\n}}", store.get(ACCOUNT));
    assert_eq!(store.get("conf/nats.conf"), conf(&store, &whole));
    jwtfix(["undo", "--journal", &store.journal()]).run().exits(0);
    assert_eq!(store.all(), before);
}

/// A server with the configuration as it stands there.
fn serve(binary: &Path, store: &Store) -> Option<Running> {
    serve_config(binary, &store.get("nats.conf"))
}

#[test]
#[ignore = "needs nats-servers"]
fn servers_let_the_client_in_after_a_reload() {
    for binary in servers() {
        let store = Store::new();
        let at = binary.display();
        for lacking in styles(&store, Put::Lacking) {
            store.put("nats.conf", conf(&store, &lacking));
            let running = serve(&binary, &store).expect("it starts");
            let accepts = |server: &Running| lets_in(server, &store.get(CREDS));
            assert!(!accepts(&running), "{at} lets it in before");
            for_server(&store, &["--write"]).exits(0);
            running.reload(&store.get("nats.conf"));
            assert!(accepts(&running), "{at} refuses it after a reload");
            assert!(serve(&binary, &store).is_some_and(|server| accepts(&server)), "{at}: after a restart");
            jwtfix(["undo", "--journal", &store.journal()]).run().exits(0);
            assert!(!serve(&binary, &store).is_some_and(|server| accepts(&server)), "{at}: taken back");
        }
        let system = format!("system_account: {}", public(&store.system));
        store.put("nats.conf", conf(&store, &system));
        assert!(serve(&binary, &store).is_none(), "{at} starts without its system account");
        for_server(&store, &["--write"]).exits(0);
        let accepted = serve(&binary, &store).is_some_and(|server| lets_in(&server, &store.get(CREDS)));
        assert!(accepted, "{at} refuses it after");
        jwtfix(["undo", "--journal", &store.journal()]).run().exits(0);
        assert!(serve(&binary, &store).is_none(), "{at} starts when it is taken back");
    }
}
