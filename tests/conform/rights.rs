//! Does a real server let a client publish and subscribe where `jwtfix can` says so?
//!
//! Users with permissions of every origin, made at random out of few words so that lists, queues and subjects meet; each
//! publishes and subscribes, and what the server says to it is held against the answer. `JWTFIX_SEED` plays a run again.

use std::collections::BTreeMap;
use std::time::Duration;

use jwtfix::server::permissions::{Action, Allowed, can};
use jwtfix::server::reach::reach;
use jwtfix::server::{Decision, Held, Verdict, Version};
use serde_json::{Value, json};

use super::cast::put;
use super::client::{Met, connect};
use super::clock;
use super::dice::Dice;
use super::gates::Stage;
use super::judge;
use super::mint::public;
use super::server::{self, Binary};
use super::world::{Client, World};

const USERS: usize = 24;
const ACTIONS: usize = 60;

fn subject(dice: &mut Dice, wild: bool) -> String {
    let mut tokens = Vec::new();
    for _ in 0..dice.below(3) + 1 {
        tokens.push(match dice.below(if wild { 8 } else { 12 }) {
            0 | 1 if wild => "*",
            2 if wild => ">",
            n => ["a", "b", "c"][n % 3],
        });
    }
    // `>` stands at the end alone, but where a list is to be odd.
    if !dice.one_in(40)
        && let Some(at) = tokens.iter().position(|token| *token == ">")
    {
        tokens.truncate(at + 1);
    }
    tokens.join(".")
}

fn list(dice: &mut Dice, queues: bool) -> Vec<String> {
    (0..dice.below(4))
        .map(|_| {
            let subject = subject(dice, true);
            match queues && dice.one_in(3) {
                true => format!("{subject} {}", dice.pick(&["q", "q.one", "q.*", ">"])),
                false => subject,
            }
        })
        .collect()
}

/// `pub`, `sub` and `resp` of a user, a scope or an account.
fn permissions(dice: &mut Dice) -> Value {
    let mut all = json!({});
    for (name, queues) in [("pub", false), ("sub", true)] {
        let mut lists = json!({});
        for which in ["allow", "deny"] {
            let list = list(dice, queues);
            if !list.is_empty() || dice.one_in(8) {
                lists[which] = json!(list);
            }
        }
        if lists != json!({}) {
            all[name] = lists;
        }
    }
    if dice.one_in(5) {
        all["resp"] = json!({"max": dice.below(3), "ttl": 0});
    }
    all
}

/// One world: accounts with and without default permissions and mappings, users of their own permissions and of scopes.
fn world(dice: &mut Dice, now: i64) -> World {
    let mut stage = Stage::new("rights", now);
    stage.operator(json!({}));
    stage.others();
    let mut scopes = Vec::new();
    for at in 0..4 {
        let mut template = json!({"subs": -1, "data": -1, "payload": -1});
        put(&mut template, permissions(dice));
        scopes.push(json!({"kind": "user_scope", "key": public('A', &format!("scope {at}")), "role": format!("role {at}"), "template": template}));
    }
    for label in ["a", "c", "d"] {
        let mut claims = stage.account_claims(label);
        if label == "a" {
            claims["nats"]["signing_keys"] = json!(scopes);
        }
        if label == "c" {
            claims["nats"]["default_permissions"] = permissions(dice);
        }
        if label == "d" {
            claims["nats"]["mappings"] = json!({
                "a.a": [{"subject": "b.b"}],
                "a.*": [{"subject": "c.$1"}],
                "b.>": [{"subject": "a.>"}],
                "c": [{"subject": "a", "weight": 40}],
            });
            claims["nats"]["imports"] = json!([
                {"type": "service", "subject": "svc.*", "account": public('A', "b"), "local_subject": "b.c.$1"},
                {"type": "stream", "subject": "pub.>", "account": public('A', "b"), "local_subject": "in.>"},
            ]);
        }
        stage.account(&claims);
    }
    stage.memory();
    for at in 0..USERS {
        let name = format!("user {at}");
        let mut claims = match at % 4 {
            0 => stage.scoped_claims("a", &format!("scope {}", dice.below(4))),
            1 => stage.user_claims("c"),
            2 => stage.user_claims("d"),
            _ => stage.user_claims("a"),
        };
        // A user of an account with default permissions has none of its own, mostly.
        if at % 4 == 3 || (at % 4 != 0 && dice.one_in(2)) {
            put(&mut claims["nats"], permissions(dice));
        }
        claims["sub"] = json!(public('U', &name));
        stage.client(&name, &claims);
    }
    stage.done()
}

/// What a server says to a publish or subscription: nothing, or its error.
fn said(
    conn: &mut super::client::Conn,
    action: Action,
    subject: &str,
    queue: Option<&str>,
    number: usize,
) -> Option<String> {
    match (action, queue) {
        (Action::Publish, _) => conn.say(&format!("PUB {subject} 0\r\n\r\n")),
        (Action::Subscribe, None) => conn.say(&format!("SUB {subject} {number}\r\n")),
        (Action::Subscribe, Some(queue)) => conn.say(&format!("SUB {subject} {queue} {number}\r\n")),
    }
    let heard = conn.hear(Duration::ZERO);
    let error = heard.lines().find_map(|line| line.strip_prefix("-ERR '"))?;
    Some(error.trim_end().trim_end_matches('\'').to_owned())
}

struct Sum {
    asked: usize,
    denied: usize,
    open: usize,
    wrong: Vec<String>,
}

fn play(world: &World, binary: &Binary, now: i64, dice: &mut Dice, sum: &mut Sum) {
    let directory = tempfile::tempdir().expect("a directory");
    super::play::lay_out(world, directory.path());
    let running = server::start(binary, directory.path(), &BTreeMap::new()).expect("it starts");
    let started = judge::started(world, binary.version, now);
    let files = |path: &str| jwtfix::file::config::Sources::file(world, path);
    let server = jwtfix::server::World::new(&started, &files, binary.version, now);
    let held = server.held();
    for client in &world.clients {
        let decision = jwtfix::server::connect(&held, &judge::told(client, &started).expect("can be told"));
        let (conn, met) = connect(&running, client);
        assert_eq!(
            met == Met::Accepted,
            decision.verdict == Verdict::Accept,
            "{}: {}",
            client.name,
            decision.reason
        );
        let Some(mut conn) = conn.filter(|_| met == Met::Accepted) else { continue };
        for number in 0..ACTIONS {
            let action = if dice.one_in(2) { Action::Publish } else { Action::Subscribe };
            let wild = action == Action::Subscribe || dice.one_in(10);
            let mut subject = subject(dice, wild);
            if dice.one_in(30) {
                subject = dice
                    .pick(&["a..b", ".a", "a.", "a.>.b", ">.a", "$GR.a", "_GR_.a.b", "$NRG.a", "$GR."])
                    .to_string();
            }
            let queue = (action == Action::Subscribe && dice.one_in(2))
                .then(|| dice.pick(&["q", "q.one", "q.two", "p"]).to_string());
            let said = said(&mut conn, action, &subject, queue.as_deref(), number);
            hold(&held, &decision, client, binary.version, (action, &subject, queue.as_deref()), said, sum);
        }
    }
}

fn hold(
    held: &Held<'_>,
    decision: &Decision,
    client: &Client,
    version: Version,
    (action, subject, queue): (Action, &str, Option<&str>),
    said: Option<String>,
    sum: &mut Sum,
) {
    let granted = decision.granted.as_ref().expect("what was let in has rights");
    let lookup = held.lookup(&granted.account);
    let account = lookup.account.as_ref().expect("held");
    let answer = can(granted, &account.mappings, client.via(), version, action, subject, queue);
    sum.asked += 1;
    if answer.allowed == Allowed::Depends {
        sum.open += 1;
        return;
    }
    // Nothing was asked of it that it could reply to.
    let refused = matches!(answer.allowed, Allowed::Denied | Allowed::Reply);
    sum.denied += usize::from(refused);
    // Which of several mapped subjects the server asked about is chance.
    let several = answer.notes.iter().filter(|note| note.starts_with("the account maps")).count() > 1;
    if refused != said.is_some() || (refused && !several && answer.client_sees != said) {
        sum.wrong.push(format!(
            "{version} {} {action:?} {subject} {queue:?}: the server says {said:?}, jwtfix {} {} {:?} {:?}\n    {:?}\n    {:?}",
            client.name, answer.allowed.name(), answer.reason, answer.entry, answer.notes, granted.publish, granted.subscribe
        ));
    }
}

#[test]
#[ignore = "needs nats-servers"]
fn live_servers_permit_what_jwtfix_says() {
    let (now, mut dice) = (clock(), Dice::of_run());
    let binaries = server::binaries();
    assert!(!binaries.is_empty(), "no nats-server in /opt/nats/bin or $NATS_SERVERS");
    let mut sum = Sum { asked: 0, denied: 0, open: 0, wrong: Vec::new() };
    for binary in &binaries {
        play(&world(&mut dice, now), binary, now, &mut dice, &mut sum);
    }
    println!("{} of {} denied, {} left open", sum.denied, sum.asked, sum.open);
    assert!(
        sum.wrong.is_empty(),
        "{} answers differ:\n{}",
        sum.wrong.len(),
        sum.wrong[..sum.wrong.len().min(120)].join("\n")
    );
    assert!(
        sum.asked >= USERS * ACTIONS * binaries.len() / 2 && sum.denied > sum.asked / 10,
        "{}",
        sum.asked
    );
}

/// Where jwtfix says that a message goes, a subscriber of that account hears it; and a request may be answered, once.
#[test]
#[ignore = "needs nats-servers"]
fn messages_go_where_jwtfix_says() {
    let now = clock();
    for binary in &server::binaries() {
        let mut stage = Stage::new("reach", now);
        stage.operator(json!({}));
        stage.others();
        let b = public('A', "b");
        let mut a = stage.account_claims("a");
        a["nats"]["imports"] = json!([
            {"type": "service", "subject": "svc.*", "account": b, "local_subject": "ask.$1.now"},
            {"type": "stream", "subject": "pub.>", "account": b, "local_subject": "in.>"},
            {"type": "service", "subject": "nothing.*", "account": b, "local_subject": "lost.*"},
        ]);
        stage.account(&a);
        stage.memory();
        for (name, account, nats) in [
            ("ada", "a", json!({})),
            ("bob", "b", json!({})),
            ("echo", "b", json!({"resp": {"max": 1, "ttl": 0}})),
        ] {
            let mut claims = stage.user_claims(account);
            put(&mut claims["nats"], nats);
            claims["sub"] = json!(public('U', name));
            stage.client(name, &claims);
        }
        let world = stage.done();
        let directory = tempfile::tempdir().expect("a directory");
        super::play::lay_out(&world, directory.path());
        let running = server::start(binary, directory.path(), &BTreeMap::new()).expect("it starts");
        let mut conns: Vec<_> =
            world.clients.iter().map(|client| connect(&running, client).0.expect("connected")).collect();
        let started = judge::started(&world, binary.version, now);
        let files = |path: &str| jwtfix::file::config::Sources::file(&world, path);
        let server = jwtfix::server::World::new(&started, &files, binary.version, now);
        let held = server.held();
        let [ada, bob, echo] = conns.as_mut_slice() else { panic!("three clients") };
        bob.say("SUB svc.* 1\r\n");
        bob.hear(Duration::ZERO);
        let place = binary.version;

        let leads = reach(&held, &public('A', "a"), Action::Publish, "ask.pay.now");
        assert_eq!(
            (leads.len(), leads[0].subject.as_str(), &leads[0].inactive),
            (1, "svc.pay", &None),
            "{place}"
        );
        ada.say("PUB ask.pay.now in 0\r\n\r\n");
        ada.hear(Duration::ZERO);
        assert!(bob.hears("MSG svc.pay "), "{place}");
        // An import that is not exported leads nowhere.
        assert!(reach(&held, &public('A', "a"), Action::Publish, "lost.x")[0].inactive.is_some(), "{place}");

        let leads = reach(&held, &public('A', "a"), Action::Subscribe, "in.news");
        assert_eq!((leads[0].subject.as_str(), &leads[0].inactive), ("pub.>", &None), "{place}");
        ada.say("SUB in.news 7\r\n");
        ada.hear(Duration::ZERO);
        bob.say("PUB pub.news 0\r\n\r\n");
        bob.hear(Duration::ZERO);
        assert!(ada.hears("MSG in.news 7"), "{place}");

        // A right to reply: once, and only where a request asked.
        echo.say("SUB echo 1\r\n");
        echo.hear(Duration::ZERO);
        bob.say("SUB answer 2\r\nPUB echo answer 0\r\n\r\n");
        bob.hear(Duration::ZERO);
        assert!(echo.hears("MSG echo 1 answer"), "{place}");
        echo.say("PUB answer 0\r\n\r\n");
        assert!(!echo.hear(Duration::ZERO).contains("-ERR"), "{place}: the first reply");
        echo.say("PUB answer 0\r\n\r\n");
        assert!(
            echo.hear(Duration::ZERO).contains("Permissions Violation for Publish"),
            "{place}: the second"
        );
    }
}
