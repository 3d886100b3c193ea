//! Does validating claims without an issue cost memory? An audit asks for a million accounts.

#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use jwtfix::nkey::{PublicKey, Role};
use jwtfix::token::{self, *};

thread_local! {
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call goes on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.with(|count| count.set(count.get() + 1));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn key(role: Role, seed: u8) -> String {
    PublicKey::new(role, [seed; 32]).to_string()
}

fn texts(list: &[&str]) -> Option<Vec<String>> {
    Some(list.iter().map(|text| (*text).to_owned()).collect())
}

fn permissions() -> Permissions {
    let list = |allow: &[&str]| Permission { allow: texts(allow), deny: texts(&["x.>"]) };
    Permissions { publish: list(&["a.*", "b.>"]), subscribe: list(&["c q", "_INBOX.>"]), resp: None }
}

fn account(imports: usize) -> Account {
    let import = |number: usize| Import {
        subject: format!("service.{number}.*"),
        account: key(Role::Account, 9),
        local_subject: format!("own.{number}.$1"),
        kind: ExportType::Service,
        ..Import::default()
    };
    let export = |number: usize| Export {
        subject: format!("offer.{number}.*"),
        kind: ExportType::Stream,
        account_token_position: 3,
        info_url: "https://example.com/offer".into(),
        ..Export::default()
    };
    let mut account = Account {
        imports: (0..imports).map(import).map(Some).collect(),
        exports: (0..imports).map(export).map(Some).collect(),
        default_permissions: permissions(),
        trace: Some(MsgTrace { dest: "trace.here".into(), sampling: 10 }),
        ..Account::default()
    };
    (account.limits.imports, account.limits.exports) = (-1, -1);
    account.signing_keys.insert(key(Role::Account, 3), None);
    let target = WeightedMapping { subject: "t".into(), weight: 100, cluster: String::new() };
    account.mappings.insert("m.*".into(), Some(vec![target]));
    account.authorization.auth_users = vec![key(Role::User, 4)];
    account
}

fn allocations(body: Body) -> usize {
    let data =
        ClaimsData { iss: key(Role::Operator, 1), sub: key(Role::Account, 2), ..ClaimsData::default() };
    let claims = Claims { data, claim_type: String::new(), tags: Vec::new(), version: 2, body };
    // The first time of all reads tables.
    assert_eq!(token::validate(&claims, 1000), []);
    let before = ALLOCATED.with(Cell::get);
    assert!(token::validate(&claims, 1000).is_empty());
    ALLOCATED.with(Cell::get) - before
}

#[test]
fn claims_without_an_issue_cost_no_memory() {
    assert_eq!(allocations(Body::Account(Box::new(account(20)))), 0);
    // Longer lists get an index.
    assert!(allocations(Body::Account(Box::new(account(100)))) > 0);
    let user = User {
        permissions: UserPermissionLimits {
            permissions: permissions(),
            src: texts(&["10.0.0.0/8", "2001:db8::/32"]),
            times: Some(vec![TimeRange { start: "08:00:00".into(), end: "18:00:00".into() }]),
            times_location: "UTC".into(),
            ..UserPermissionLimits::default()
        },
        issuer_account: key(Role::Account, 5),
    };
    assert_eq!(allocations(Body::User(Box::new(user))), 0);
    let operator = Operator {
        account_server_url: "nats://localhost:4222".into(),
        operator_service_urls: vec!["tls://[::1]:4222".into()],
        signing_keys: vec![key(Role::Operator, 6)],
        assert_server_version: "2.10.0".into(),
        ..Operator::default()
    };
    assert!(allocations(Body::Operator(operator)) <= 1);
}
