use super::*;
use crate::nkey::Role;
use crate::server::client::Signature;
use crate::server::decision::Verdict;
use crate::server::via::Via;

/// An account with an authorization service that a stranger runs.
fn asking() -> Case {
    Case::new().account(|a, _| a.authorization.auth_users = vec![text(&Seed::generate(Role::User))])
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
    let leaf = asking()
        .options(|o, _| o.leafnodes.listen = true)
        .client(|c, _| {
            c.signature = Signature::None;
            c.via = Via::Leafnode;
        })
        .decide(NEW);
    assert_eq!(
        told(&leaf),
        "refuse CON-27 [DBG] Signature missing | [WRN] Leafnode not mapped to a callout account"
    );
}

#[test]
fn its_own_users_are_not_asked_about() {
    let own = || Case::new().account(|a, f| a.authorization.auth_users = vec![text(&f.user)]);
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
