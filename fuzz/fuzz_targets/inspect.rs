//! Any file, and any payload in a token that holds, inspected beside a real fleet: whatever is in it, only text that a
//! terminal shows and no secret comes out.

#![no_main]

mod common;

use std::sync::LazyLock;

use common::NOW;
use jwtfix::nkey;
use jwtfix::render::inspect::{Inspection, KeyReport, brief, human, json, keys_human, keys_json, view};
use jwtfix::render::{Style, text};
use jwtfix::token::Signed;
use jwtfix::trust::{Fleet, Opened};
use libfuzzer_sys::fuzz_target;

/// An operator with its accounts: testdata/acme.
static ACME: LazyLock<Vec<Opened>> = LazyLock::new(|| {
    let files: [(&str, &[u8]); 2] = [
        ("nats.conf", include_bytes!("../../testdata/acme/nats.conf")),
        ("alice.creds", include_bytes!("../../testdata/acme/alice.creds")),
    ];
    files.map(|(path, bytes)| Opened::read(path.into(), bytes, Some(0o600), false)).into()
});

/// What goes to a terminal, or into a file that somebody will look at on one.
fn harmless(said: &str) {
    if let Some(c) = said.chars().find(|&c| c != '\n' && text::is_invisible(c)) {
        panic!("{c:?} got out");
    }
    // The shape of a seed, anywhere: joined to other text it is no less a secret.
    let base32 = |b: &u8| matches!(b, b'A'..=b'Z' | b'2'..=b'7');
    let seed = said.as_bytes().windows(58).any(|part| {
        part[0] == b'S' && b"OAUNCX".contains(&part[1]) && (b'A'..=b'D').contains(&part[2]) && part.iter().all(base32)
    });
    assert!(!seed, "a seed got out");
}

fn inspect(data: &[u8]) {
    for raw in [false, true] {
        let opened = Opened::read("given".into(), data, Some(0o644), raw);
        let mut fleet = Fleet::default();
        fleet.take(&opened);
        ACME.iter().for_each(|opened| fleet.take(opened));
        let mut document = view(&opened, &fleet, NOW);
        if raw {
            document.reveal(&opened);
        }
        for verbose in [false, true] {
            let style = Style { color: false, verbose };
            harmless(&human(&document, style, NOW, &|_, _| None));
            harmless(&brief(&document, style, NOW));
        }
        let said = json(&Inspection { at: NOW, documents: vec![document], unread: Vec::new() });
        harmless(&said);
        let identities = opened.keys.iter().filter_map(|key| key.identity.as_ref());
        let reports: Vec<KeyReport> = identities
            .map(|identity: &nkey::Identity| match identity.public {
                Some(public) => KeyReport::of(&public.to_string(), identity, &fleet),
                None => KeyReport::unreadable(identity),
            })
            .collect();
        harmless(&keys_human(&reports, Style::default()));
        harmless(&keys_json(&reports));
    }
}

fuzz_target!(|data: &[u8]| {
    inspect(data);
    inspect(common::token(common::payload(data).as_bytes(), Signed::HeaderAndPayload).as_bytes());
});
