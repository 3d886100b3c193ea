use super::*;
use crate::server::causes;
use crate::server::decision::{RightsFrom, Verdict};
use crate::server::via::Via;

#[test]
fn connections_of_the_account() {
    for (limit, want) in [(-1, "accept"), (1, "accept"), (0, "refuse CON-34"), (-2, "refuse CON-34")] {
        let d = Case::new().account(move |a, _| a.limits.conn = limit).decide(NEW);
        let line = "[ERR] maximum account active connections exceeded";
        let want = if limit == 0 || limit == -2 { format!("{want} {line}") } else { want.to_owned() };
        assert_eq!(told(&d), want, "{limit}");
        assert_eq!(d.missing.len(), usize::from(limit > 0), "what is taken for granted is told");
        if limit == 0 {
            assert_eq!(d.client_sees.as_deref(), Some("maximum account active connections exceeded"));
            assert_eq!(d.server_logs.len(), 1, "no authentication error");
            assert_eq!(d.cause, Some(causes::LIMIT));
        }
    }
    let leaf = |conn, leaf| {
        Case::new()
            .account(move |a, _| (a.limits.conn, a.limits.leaf) = (conn, leaf))
            .options(|o, _| o.leafnodes.listen = true)
            .client(|c, _| c.via = Via::Leafnode)
            .decide(NEW)
            .gate
    };
    assert_eq!((leaf(0, -1), leaf(-1, 0)), (None, Some("CON-34")));
}

#[test]
fn subscriptions_and_payload_are_the_least_of_all() {
    let case = |user: i64, account: i64, server: i64| {
        Case::new()
            .user(move |u| (u.permissions.subs, u.permissions.payload) = (user, user))
            .account(move |a, _| (a.limits.subs, a.limits.payload) = (account, account))
            .options(move |o, _| (o.max_subs, o.max_payload) = (server, server))
    };
    for (user, account, server, want) in [
        (-1, -1, 0, -1),
        (10, -1, 0, 10),
        (-1, 10, 0, 10),
        (-1, -1, 10, 10),
        (30, 20, 10, 10),
        (10, 20, 30, 10),
    ] {
        let limits = case(user, account, server).decide(NEW).granted.expect("granted").limits;
        assert_eq!((limits.subs, limits.payload), (want, want), "{user} {account} {server}");
    }
    let none = case(0, -1, 0).decide(NEW);
    assert_eq!(told(&none), "refuse CON-40 [ERR] maximum subscriptions exceeded");
    assert_eq!(none.client_sees.as_deref(), Some("maximum subscriptions exceeded"));
    // 2^31 wraps to a negative number before VER-16.
    assert_eq!(case(1 << 31, -1, 0).decide(v("2.12.4")).gate, Some("CON-40"));
    assert_eq!(case(1 << 31, -1, 0).decide(v("2.12.5")).gate, None);
}

#[test]
fn limits_of_a_scope_count_for_its_users() {
    let scoped = Case::scoped().account(|a, _| {
        for scope in a.signing_keys.values_mut().flatten() {
            scope.template.subs = 7;
        }
    });
    let limits = scoped.decide(NEW).granted.expect("granted").limits;
    assert_eq!((limits.subs, limits.payload), (7, 1 << 20));
}

#[test]
fn an_mqtt_users_own_limits_came_to_count_for_nothing() {
    let mqtt = || {
        Case::new()
            .user(|u| {
                u.permissions.bearer_token = true;
                u.permissions.subs = 0;
            })
            .options(|o, _| o.mqtt.listen = true)
            .client(|c, _| {
                c.via = Via::Mqtt;
                c.user = "x".into();
            })
    };
    assert_eq!(mqtt().decide(v("2.12.5")).gate, Some("CON-40"));
    assert_eq!(mqtt().decide(v("2.12.6")).gate, None);
}

#[test]
fn a_time_that_ends_now_ends_at_once() {
    for (exp, want) in [(NOON, Some("CON-38")), (-5, Some("CON-38")), (NOON + 1, None)] {
        let d = Case::new().user_data(move |d| d.exp = exp).decide(NEW);
        assert_eq!(d.gate, want, "{exp}");
        let sees = want.map(|_| "User Authentication Expired");
        assert_eq!(d.client_sees.as_deref(), sees);
    }
}

#[test]
fn default_permissions_are_for_users_without_any() {
    let default = |a: &mut Account, _: &Family| {
        a.default_permissions.publish.allow = Some(vec!["default".into()]);
    };
    let g = Case::new().account(default).decide(NEW).granted.expect("granted");
    assert_eq!(
        (g.rights_from, g.publish.allow),
        (RightsFrom::AccountDefaults, Some(vec!["default".to_owned()]))
    );
    let own = Case::new()
        .account(default)
        .user(|u| u.permissions.permissions.subscribe.deny = Some(vec!["x".into()]));
    let g = own.decide(NEW).granted.expect("granted");
    assert_eq!(
        (g.rights_from, g.publish.allow, g.subscribe.deny),
        (RightsFrom::User, None, vec!["x".to_owned()])
    );
    let reply = Case::new()
        .user(|u| u.permissions.permissions.resp = Some(crate::token::ResponsePermission { max: 0, ttl: 0 }));
    let g = reply.decide(NEW).granted.expect("granted");
    assert_eq!((g.publish.allow, g.responses.map(|r| r.max)), (Some(vec![]), Some(1)));
}

#[test]
fn a_server_that_takes_no_connections() {
    let closed = || Case::new().options(|o, _| o.max_connections = -1);
    let d = closed().decide(NEW);
    assert_eq!((d.verdict, d.gate), (Verdict::Refuse, Some("MSG-44")));
    assert_eq!(d.client_sees.as_deref(), Some("maximum connections exceeded"));
    assert_eq!(closed().told(v("2.12.4")), "accept");
}
