use super::*;
use crate::nkey::Role;
use crate::server::causes;
use crate::server::client::Signature;
use crate::server::decision::{Decision, Verdict};
use crate::server::via::Via;

/// An account with an authorization service that a stranger runs, and a server that can ask it.
fn asking() -> Case {
    mute().options(|o, _| o.system_account = "SYS".into())
}

/// A server that cannot: it has no system account.
fn mute() -> Case {
    Case::new().account(|a, _| a.authorization.auth_users = vec![text(&Seed::generate(Role::User))])
}

#[test]
fn who_cannot_ask_ends() {
    let crash = |d: Decision, gate| {
        assert_eq!((d.verdict, d.gate, d.cause), (Verdict::Refuse, Some(gate), Some(causes::CRASH)));
        assert_eq!(d.client_sees, None);
    };
    crash(mute().decide(NEW), "CO-1");
    crash(mute().client(|c, _| c.signature = Signature::None).decide(v("2.10.0")), "CON-27");
    assert_eq!(mute().decide(v("2.9.10")).verdict, Verdict::Accept, "2.9 has no callout");
}

#[test]
fn the_service_decides_about_whoever_comes_through() {
    let d = asking().decide(NEW);
    assert_eq!((d.verdict, d.gate), (Verdict::Unknown, Some("CO-1")));
    assert_eq!(d.missing.len(), 1);
    assert_eq!(asking().decide(v("2.9.10")).verdict, Verdict::Accept, "2.9 has no callout");
}

#[test]
fn who_is_refused_before_is_asked_about_where_nobody_answers() {
    let d = asking().client(|c, _| c.signature = Signature::None).decide(NEW);
    assert_eq!(
        told(&d),
        "refuse CON-27 [DBG] Signature missing | [DBG] Authorization callout response not received in time on account \
         \"$G\""
    );
    let leaf = || {
        let leafs = |o: &mut ServerOptions, _: &Family| {
            o.leafnodes.listen = true;
            o.system_account = "SYS".into();
        };
        asking().options(leafs).client(|c, _| {
            c.signature = Signature::None;
            c.via = Via::Leafnode;
        })
    };
    assert_eq!(
        told(&leaf().decide(NEW)),
        "refuse CON-27 [DBG] Signature missing | [WRN] Leafnode not mapped to a callout account"
    );
    for version in ["2.10.26", "2.11.17", "2.12.4"] {
        let d = leaf().decide(v(version));
        assert_eq!(
            (d.gate, d.cause, d.client_sees),
            (Some("CON-27"), Some(causes::CRASH), None),
            "{version}"
        );
    }
    assert_ne!(leaf().decide(v("2.12.5")).cause, Some(causes::CRASH));
}

#[test]
fn its_own_users_are_not_asked_about() {
    let own = || asking().account(|a, f| a.authorization.auth_users = vec![text(&f.user)]);
    let d = own().decide(NEW);
    assert_eq!(told(&d), "accept");
    assert_eq!(d.granted.expect("granted").publish.deny, ["$SYS.REQ.USER.AUTH"]);
    // Until 2.15.1 a user name hides the user's key.
    let named = || own().client(|c, _| c.user = "svc".into());
    assert_eq!(named().decide(v("2.14.5")).verdict, Verdict::Unknown);
    assert_eq!(named().decide(v("2.15.1")).verdict, Verdict::Accept);
    // A refusal before the user is bound: its key is not known yet.
    let unsigned = || own().client(|c, _| c.signature = Signature::None);
    assert!(told(&unsigned().decide(v("2.14.5"))).contains("not received in time"));
    assert_eq!(told(&unsigned().decide(v("2.15.1"))), "refuse CON-27 [DBG] Signature missing");
}

#[test]
fn a_limit_is_before_the_service() {
    let d = asking()
        .account(|a, _| {
            a.authorization.auth_users = vec![text(&Seed::generate(Role::User))];
            a.limits.conn = 0;
        })
        .decide(NEW);
    assert_eq!(told(&d), "refuse CON-34 [ERR] maximum account active connections exceeded");
}
