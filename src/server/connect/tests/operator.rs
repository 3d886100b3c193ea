use zeroize::Zeroizing;

use super::*;
use crate::nkey::Role;
use crate::server::causes;
use crate::server::client::{Secret, Signature};
use crate::server::decision::{Outcome, RightsFrom, Verdict};
use crate::server::fixture::account_of;
use crate::server::via::Via;
use crate::token::{TimeRange, instant};

fn window(start: &str, end: &str) -> Option<Vec<TimeRange>> {
    Some(vec![TimeRange { start: start.into(), end: end.into() }])
}

fn types(list: &[&str]) -> Option<Vec<String>> {
    Some(list.iter().map(|t| (*t).to_owned()).collect())
}

#[test]
fn a_good_user_comes_in() {
    let d = Case::new().decide(NEW);
    assert_eq!(told(&d), "accept", "{}", d.reason);
    assert!(d.server_logs.is_empty() && d.missing.is_empty() && d.client_sees.is_none(), "{d:?}");
    let g = d.granted.expect("something is granted");
    assert_eq!((g.account_name.as_str(), g.user_name.as_str(), g.expires), ("ORDERS", "alice", None));
    for version in ["2.9.10", "2.10.26", "2.11.2", "2.12.4", "2.12.8", "2.14.5"] {
        assert_eq!(Case::new().told(v(version)), "accept", "{version}");
        assert_eq!(Case::signed_by(|f| &f.account_key).told(v(version)), "accept", "{version}");
        assert_eq!(Case::scoped().told(v(version)), "accept", "{version}");
    }
}

#[test]
fn each_gate_refuses_with_the_servers_words() {
    let bearer = |u: &mut User| u.permissions.bearer_token = true;
    for (case, want) in [
        (Case::new().client(|c, _| c.jwt = None), "CON-12 [DBG] Authentication requires a user JWT"),
        (
            Case::new().user_data(|d| d.exp = NOON - 1),
            "CON-15 [DBG] User JWT no longer valid: &{Issues:[claim is expired]}",
        ),
        (
            Case::new().user(|u| {
                u.permissions.src = Some(vec!["10.0.0.1".into()]);
                u.permissions.times = window("9", "10:00:00");
            }),
            "CON-15 [DBG] User JWT no longer valid: &{Issues:[invalid cidr \"10.0.0.1\" in user src limits start in \
             time range is invalid \"9\"]}",
        ),
        (
            Case::new().user(|u| u.permissions.proxy_required = true),
            "CON-14a [DBG] proxy connection required",
        ),
        (
            Case::new().user(bearer).account(|a, _| a.limits.disallow_bearer = true),
            "CON-24 [DBG] Account does not allow bearer tokens",
        ),
        (
            Case::new().user(|u| u.permissions.allowed_connection_types = types(&["foo", "BAR"])),
            "CON-25 [DBG] invalid connection types [\"FOO\" \"BAR\"]",
        ),
        (
            Case::new().user(|u| u.permissions.allowed_connection_types = types(&["foo", "mqtt"])),
            "CON-26 [DBG] invalid connection types [\"FOO\"] | [DBG] Connection type not allowed",
        ),
        (Case::new().client(|c, _| c.signature = Signature::None), "CON-27 [DBG] Signature missing"),
        (
            Case::new().client(|c, _| c.signature = Signature::Junk("!".into())),
            "CON-28 [DBG] Signature not valid base64",
        ),
        (
            Case::new().client(|c, f| c.signature = Signature::By(text(&f.account))),
            "CON-30 [DBG] Signature not verified",
        ),
        (
            Case::new().client(|c, _| c.signature = Signature::Junk("AAAA".into())),
            "CON-30 [DBG] Signature not verified",
        ),
        (
            Case::new().account(|a, f| {
                a.revocations.insert(text(&f.user), NOON - 1800);
            }),
            "CON-31 [DBG] User authentication revoked",
        ),
        (
            Case::new().account(|a, _| {
                a.revocations.insert("*".into(), NOON);
            }),
            "CON-31 [DBG] User authentication revoked",
        ),
        (
            Case::new().user(|u| u.permissions.src = Some(vec!["11.0.0.0/8".into()])),
            "CON-32 [ERR] Bad src Ip 10.1.2.3",
        ),
        (
            Case::new().user(|u| {
                u.permissions.times = window("13:00:00", "14:00:00");
                u.permissions.times_location = "UTC".into();
            }),
            "CON-33 [ERR] Outside connect times",
        ),
        (
            Case::signed_by(|f| &f.account_key).account(|a, _| a.signing_keys.clear()),
            "CON-19 [DBG] User JWT issuer is not known",
        ),
        (Case::new().account_data(|d| d.exp = NOON), "CON-23 [DBG] Account JWT has expired"),
        (
            Case::new().account_data(|d| d.exp = NOON - 1),
            "CON-17 [DBG] Account JWT lookup error: account validation failed",
        ),
    ] {
        let d = case.decide(NEW);
        assert_eq!(told(&d), format!("refuse {want}"));
        assert_eq!(d.client_sees.as_deref(), Some("Authorization Violation"));
        assert_eq!(
            d.server_logs.last().map(ToString::to_string).as_deref(),
            Some("[ERR] authentication error")
        );
    }
}

#[test]
fn edges_that_let_in() {
    for case in [
        Case::new().account(|a, f| {
            a.revocations.insert(text(&f.user), NOON - 1801);
        }),
        Case::new().user(|u| u.permissions.src = Some(vec!["10.0.0.0/8".into()])),
        Case::new().user_data(|d| d.nbf = NOON),
        Case::new().account(|a, _| a.limits.disallow_bearer = true),
        Case::new().user(|u| {
            u.permissions.times = window("11:00:00", "14:00:00");
            u.permissions.times_location = "UTC".into();
        }),
        Case::new().user(|u| u.permissions.bearer_token = true).client(|c, _| c.signature = Signature::None),
        Case::new().client(|c, _| c.from = None),
        Case::new().user(|u| u.permissions.allowed_connection_types = types(&["standard"])),
    ] {
        assert_eq!(case.told(NEW), "accept");
    }
    let until = Case::new().user(|u| {
        u.permissions.times = window("11:00:00", "14:00:00");
        u.permissions.times_location = "UTC".into();
    });
    assert_eq!(until.decide(NEW).granted.and_then(|g| g.expires), Some(NOON + 7200));
    let both = Case::new().user_data(|d| d.exp = NOON + 100).account_data(|d| d.exp = NOON + 50);
    assert_eq!(both.decide(NEW).granted.and_then(|g| g.expires), Some(NOON + 50));
}

#[test]
fn what_is_not_known_is_unknown() {
    let src = |u: &mut User| u.permissions.src = Some(vec!["10.0.0.0/8".into()]);
    let d = Case::new().user(src).client(|c, _| c.from = None).decide(NEW);
    assert_eq!((d.verdict, d.gate), (Verdict::Unknown, Some("CON-32")));
    assert_eq!(d.missing, ["the address that the client comes from"]);
    let local = Case::new().user(|u| u.permissions.times = window("11:00:00", "14:00:00")).decide(NEW);
    assert_eq!((local.verdict, local.gate), (Verdict::Unknown, Some("CON-33")));
    // A refusal is one whatever the unknown gate would say.
    let d = Case::new()
        .user(src)
        .client(|c, _| {
            c.from = None;
            c.account = "X".into();
        })
        .decide(NEW);
    assert_eq!((d.verdict, d.gate), (Verdict::Refuse, Some("CON-7")));
    let inside = Case::new().user(src).client(|c, _| c.via = Via::InProcess).told(NEW);
    assert_eq!(inside, "refuse CON-32 [ERR] Bad src Ip");
}

#[test]
fn every_refusal_is_told() {
    let d = Case::new()
        .user(|u| u.permissions.src = Some(vec!["11.0.0.0/8".into()]))
        .user_data(|d| d.exp = NOON - 1)
        .account(|a, _| {
            a.limits.conn = 0;
            a.revocations.insert("*".into(), NOON);
        })
        .client(|c, f| {
            c.signature = Signature::By(text(&f.account));
            c.account = "ORDERS".into();
        })
        .decide(NEW);
    let gates: Vec<&str> = d.refusals().map(|s| s.gate).collect();
    assert_eq!(gates, ["CON-15", "CON-30", "CON-31", "CON-34", "CON-7"]);
    let ended = format!("the user JWT is not valid: claim is expired; it ended {}", instant(NOON - 1));
    assert_eq!(d.reason, ended, "in words, not in Unix seconds");
    let d = Case::new()
        .account_data(|d| d.exp = NOON - 1)
        .client(|c, _| c.signature = Signature::None)
        .decide(NEW);
    let gates: Vec<&str> = d.refusals().map(|s| s.gate).collect();
    assert_eq!(gates, ["CON-17", "CON-27"], "also past an account that is refused");
}

#[test]
fn releases_take_undecodable_tokens_differently() {
    let damaged = || {
        Case::new().client(|c, _| {
            let mut jwt = c.jwt.as_deref().cloned().unwrap_or_default();
            jwt.push('!');
            c.jwt = Some(Zeroizing::new(jwt));
        })
    };
    assert_eq!(damaged().told(NEW), "refuse CON-12 [DBG] Authentication requires a user JWT");
    assert_eq!(damaged().told(v("2.12.7")), "refuse CON-12 [DBG] Authentication requires a user JWT");
    let old = damaged().told(v("2.12.6"));
    assert!(
        old.starts_with("refuse CON-13 [DBG] User JWT not valid: illegal base64 data at input byte "),
        "{old}"
    );
    let d = damaged().decide(NEW);
    assert_eq!(d.cause, Some(causes::DAMAGED));
    let account = Case::new().client(|c, f| c.jwt = Some(Zeroizing::new(f.account(|_, _| {}))));
    assert_eq!(account.told(v("2.12.6")), "refuse CON-13 [DBG] User JWT not valid: not user claim");
    assert_eq!(account.decide(NEW).cause, Some(causes::WRONG_KIND));

    let sentinel = |f: &Family| {
        f.user(|d, u| {
            d.name = "sentinel".into();
            u.permissions.bearer_token = true;
        })
    };
    let with = move |c: Case| c.options(move |o, f| o.default_sentinel = sentinel(f));
    let name = |c: Case, version| c.decide(version).granted.map(|g| g.user_name);
    let none = || Case::new().client(|c, _| c.jwt = None);
    assert_eq!(name(with(none()), NEW).as_deref(), Some("sentinel"));
    assert_eq!(name(with(none()), v("2.11.2")).as_deref(), Some("sentinel"));
    assert_eq!(name(with(damaged()), NEW).as_deref(), Some("sentinel"));
    assert_eq!(name(with(Case::new()), NEW).as_deref(), Some("alice"));
    assert!(with(damaged()).told(v("2.12.6")).starts_with("refuse CON-13"));
}

#[test]
fn connection_types_were_asked_before_the_scope() {
    let case = || {
        Case::scoped().account(|a, _| {
            for scope in a.signing_keys.values_mut().flatten() {
                scope.template.allowed_connection_types = types(&["FOO"]);
            }
        })
    };
    assert_eq!(case().told(v("2.10.18")), "accept");
    assert_eq!(case().told(v("2.10.19")), "refuse CON-25 [DBG] invalid connection types [\"FOO\"]");
    let order = |version| {
        let d = Case::new().decide(version);
        let at = |gate| d.steps.iter().position(|s| s.gate == gate);
        at("CON-26") < at("CON-17")
    };
    assert!(order(v("2.10.18")) && !order(v("2.10.19")));
}

#[test]
fn scopes_take_the_place_of_the_users_terms() {
    let set = Case::scoped().user(|u| u.permissions.subs = -1);
    let want = "refuse CON-21 [DBG] User JWT is not valid: scoped users require no permissions or limits set";
    assert_eq!(set.told(NEW), want);
    // The member came with jwt 2.8.0: what a library does not know is not there.
    let proxy = || Case::scoped().user(|u| u.permissions.proxy_required = true);
    assert_eq!(proxy().told(v("2.11.9")), "accept");
    assert_eq!(proxy().told(v("2.11.10")), want);
    assert_eq!(proxy().told(v("2.12.0")), "refuse CON-14a [DBG] proxy connection required");

    let template = |edit: fn(&mut crate::token::UserPermissionLimits)| {
        Case::scoped().account(move |a, _| {
            for scope in a.signing_keys.values_mut().flatten() {
                edit(&mut scope.template);
            }
        })
    };
    let named = template(|t| t.permissions.publish.allow = Some(vec!["u.{{name()}}".into()])).decide(NEW);
    let g = named.granted.expect("granted");
    assert_eq!((g.publish.allow, g.rights_from), (Some(vec!["u.alice".to_owned()]), RightsFrom::Scope));
    let unknown = || template(|t| t.permissions.publish.allow = Some(vec!["u.{{what()}}".into()]));
    assert_eq!(unknown().told(NEW), "refuse CON-22 [DBG] User JWT generated invalid permissions");
    let crash = unknown().decide(v("2.12.4"));
    assert_eq!((crash.gate, crash.cause, crash.client_sees), (Some("CON-22"), Some(causes::CRASH), None));
    let required = || template(|t| t.proxy_required = true);
    assert_eq!(required().told(v("2.14.5")), "accept");
    assert_eq!(required().told(v("2.15.1")), "refuse CON-14a [DBG] proxy connection required");
    let bearer = template(|t| t.bearer_token = true).client(|c, _| c.signature = Signature::None);
    assert_eq!(bearer.told(NEW), "accept");
    let wrong = Case::scoped().account(|a, f| {
        for scope in a.signing_keys.values_mut().flatten() {
            scope.key = text(&f.account_key);
        }
    });
    // Go's library reads the key of a scope from the scope itself, so the account lists the other key then.
    assert_eq!(wrong.told(NEW), "refuse CON-19 [DBG] User JWT issuer is not known");
}

#[test]
fn a_strict_operator_lets_signing_keys_alone_sign() {
    let strict = |c: Case| c.options(|o, _| o.operators[0].strict_signing_key_usage = true);
    let own = strict(Case::new()).decide(NEW);
    assert_eq!(told(&own), "refuse CON-19 [DBG] User JWT issuer is not known");
    assert_eq!(own.cause, Some(causes::STRICT_OPERATOR));
    assert_eq!(strict(Case::signed_by(|f| &f.account_key)).told(NEW), "accept");
}

#[test]
fn proxies_are_asked_since_2_12() {
    let required = |proxy: bool| {
        Case::new()
            .user(|u| u.permissions.proxy_required = true)
            .options(|o, _| o.proxies = vec!["PROXY".into()])
            .client(move |c, _| c.proxy = if proxy { Signature::By("PROXY".into()) } else { Signature::None })
    };
    assert_eq!(required(true).told(NEW), "accept");
    assert_eq!(required(false).told(NEW), "refuse CON-14a [DBG] proxy connection required");
    assert_eq!(required(false).told(v("2.11.11")), "accept");
    let stranger = Case::new()
        .options(|o, _| o.proxies = vec!["PROXY".into()])
        .client(|c, _| c.proxy = Signature::By("STRANGER".into()));
    assert_eq!(stranger.told(NEW), "refuse CON-11 [DBG] proxy is not trusted");
    let junk = Case::new()
        .options(|o, _| o.proxies = vec!["PROXY".into()])
        .client(|c, _| c.proxy = Signature::Junk("AA==".into()));
    let lines = "[DBG] Proxy signature not valid base64 | [DBG] proxy is not trusted";
    assert_eq!(junk.told(NEW), format!("refuse CON-11 {lines}"));
    assert_eq!(Case::new().client(|c, _| c.proxy = Signature::By("STRANGER".into())).told(NEW), "accept");
}

#[test]
fn mqtt_takes_bearer_tokens_in_the_password() {
    let over = |bearer: bool| {
        Case::new()
            .user(move |u| u.permissions.bearer_token = bearer)
            .options(|o, _| o.mqtt.listen = true)
            .client(|c, _| {
                c.via = Via::Mqtt;
                c.user = "any".into();
            })
    };
    let d = over(true).decide(NEW);
    assert_eq!(told(&d), "accept");
    assert_eq!(d.missing, ["that JetStream works for the account, which MQTT needs"]);
    let d = over(false).decide(NEW);
    assert_eq!(told(&d), "refuse CON-27 [DBG] Signature missing");
    assert_eq!(d.client_sees.as_deref(), Some("CONNACK 5 (not authorized)"));
    assert_eq!(d.server_logs[1].to_string(), "[ERR] authentication error - User \"any\"");
    assert_eq!(over(false).decide(v("2.11.11")).server_logs[1].to_string(), "[ERR] authentication error");
    let closed = over(true).options(|_, _| {}).decide(NEW);
    assert_eq!((closed.verdict, closed.gate), (Verdict::Refuse, Some("CON-0")));
    let typed = Case::new().options(|o, _| o.mqtt.listen = true).client(|c, _| {
        c.via = Via::Mqtt;
        c.jwt = None;
        c.user = "any".into();
        c.password = Secret::text("hunter2");
    });
    assert_eq!(typed.told(NEW), "refuse CON-12 [DBG] Authentication requires a user JWT");
    assert_eq!(typed.told(v("2.12.6")), "refuse CON-13 [DBG] User JWT not valid: expected 3 chunks");
}

#[test]
fn the_causes_behind_a_missing_account() {
    let f = Family::new();
    let key = text(&f.account);
    let token = f.account(|_, _| {});
    let ask = |preloads: &[(String, String)], client: Client| decide(&f.options(preloads), &client, NEW);
    let client = |user: String| Client::with_jwt(user, Some(&text(&f.user)));
    let good = || client(f.user(|_, _| {}));
    let first = |d: &Decision| d.causes.iter().map(|c| (c.id, c.nearest.clone())).collect::<Vec<_>>();

    let d = ask(&[], good());
    assert_eq!(
        told(&d),
        "refuse CON-17 [WRN] Account fetch failed: account missing | [DBG] Account JWT lookup error: account missing"
    );
    assert_eq!(first(&d), [(causes::NOT_IN_RESOLVER, None)]);

    // The token under a key that is nearly the account's: it says itself whose it is.
    let mut near = key.clone();
    near.replace_range(10..11, if &near[10..11] == "A" { "B" } else { "A" });
    let d = ask(&[(near.clone(), token.clone())], good());
    assert_eq!(first(&d), [(causes::NOT_IN_RESOLVER, None), (causes::OTHER_SUBJECT, Some(key.clone()))]);
    // A key that is nearly the account's, and another's token.
    let others = account_of(&Seed::generate(Role::Account), &f.operator_key, |_, _| {});
    let d = ask(&[(near.clone(), others)], good());
    assert_eq!(first(&d), [(causes::NOT_IN_RESOLVER, None), (causes::MISSPELLED, Some(near))]);
    let lower = key.to_lowercase();
    let d = ask(&[(lower.clone(), token.clone())], good());
    assert_eq!(first(&d), [(causes::NOT_IN_RESOLVER, None), (causes::LETTER_CASE, Some(lower))]);

    // A user of a signing key that does not name its account.
    let d = ask(
        &[(key.clone(), token.clone())],
        client(f.user_by(&f.account_key, |_, u| u.issuer_account.clear())),
    );
    assert_eq!(
        first(&d),
        [(causes::NOT_IN_RESOLVER, None), (causes::ISSUER_ACCOUNT_MISSING, Some(key.clone()))]
    );

    // Another account's token under this key, signed by another operator.
    let (other, stranger) = (Seed::generate(Role::Account), Seed::generate(Role::Operator));
    let d = ask(&[(key.clone(), account_of(&other, &stranger, |_, _| {}))], good());
    assert_eq!(d.cause, Some(causes::UNTRUSTED));
    assert_eq!(first(&d), [(causes::UNTRUSTED, None), (causes::OTHER_SUBJECT, Some(text(&other)))]);

    // What the client's own settings say.
    let expects = |name: &str| Client { expects: Some(name.to_owned()), ..good() };
    let mut options = f.options(&[(key.clone(), token)]);
    for (name, want) in [
        ("ORDERS", None),
        (key.as_str(), None),
        ("ODERS", Some((causes::MISSPELLED, Some("ORDERS".to_owned())))),
        ("orders", Some((causes::LETTER_CASE, Some("ORDERS".to_owned())))),
        ("BILLING", Some((causes::NOT_IN_RESOLVER, None))),
    ] {
        let d = decide(&options, &expects(name), NEW);
        assert_eq!(d.verdict, Verdict::Accept);
        assert_eq!(first(&d), want.into_iter().collect::<Vec<_>>(), "{name}");
    }
    options.preloads.push((text(&other), account_of(&other, &f.operator, |d, _| d.name = "BILLING".into())));
    assert_eq!(decide(&options, &expects("BILLING"), NEW).causes[0].id, causes::OTHER_ACCOUNT);
    options.system_account = text(&other);
    assert_eq!(decide(&options, &expects("BILLING"), NEW).causes[0].id, causes::NOT_SYSTEM_ACCOUNT);
    options.system_account = key.clone();
    assert_eq!(decide(&options, &expects("BILLING"), NEW).causes[0].id, causes::SYSTEM_ACCOUNT);
}

#[test]
fn a_bootstrapped_system_account_knows_its_own_key_alone() {
    let ask = |signer: fn(&Family) -> &Seed| {
        let f = Family::new();
        let mut options = f.options(&[]);
        options.system_account = text(&f.account);
        let files = |_: &str| Err(ReadError::NotFound);
        let stored = Stored::new(&options, &files, NOON);
        let server = Server { bootstrapped: true, ..Server::new(&options, NEW, NOON) };
        let client = Client::with_jwt(f.user_by(signer(&f), |_, _| {}), Some(&text(&f.user)));
        told(&connect(&Held::new(server, &stored), &client))
    };
    assert_eq!(ask(|f| &f.account), "accept");
    assert_eq!(ask(|f| &f.account_key), "refuse CON-19 [DBG] User JWT issuer is not known");
}

#[test]
fn gates_are_walked_in_the_order_of_the_table() {
    use crate::server::gates::GATES;
    let order: Vec<&str> = GATES.iter().map(|g| g.id).collect();
    for case in [Case::new(), Case::scoped(), Case::new().client(|c, _| c.jwt = None)] {
        let d = case.decide(NEW);
        let at: Vec<usize> = d
            .steps
            .iter()
            .filter(|s| !matches!(s.gate, "CON-7" | "CO-1"))
            .map(|s| {
                order.iter().position(|g| *g == s.gate).unwrap_or_else(|| panic!("{} is no gate", s.gate))
            })
            .collect();
        assert!(at.is_sorted(), "{:?}", d.steps.iter().map(|s| s.gate).collect::<Vec<_>>());
        assert!(d.steps.iter().all(|s| !s.found.is_empty()));
        assert!(
            d.steps.iter().all(|s| (s.outcome == Outcome::Refuse) == (s.gate == d.gate.unwrap_or_default()))
        );
    }
}
