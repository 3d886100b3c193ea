//! Decoding, the full reading, validating and writing again: of any text, and of any payload under a signature that holds.
//! `ISS` in a payload stands for the signer's key.

#![no_main]

mod common;

use common::{NOW, public, sign};
use jwtfix::token::{self, Layout, Signature, Signed, Token, Tree};
use libfuzzer_sys::fuzz_target;

/// What Go writes of the claims, where it reads the token.
fn read(text: &[u8]) -> Option<(i64, Vec<u8>)> {
    let decoded = token::decode(text);
    let reading = Token::read(text);
    // Both readings say one thing.
    assert_eq!(reading.refused, decoded.as_ref().err().cloned());
    let claims = decoded.ok()?;
    assert_eq!(reading.signature, Signature::Valid);
    token::validate(&claims, NOW);
    Some((claims.version, token::payload(&claims).ok()?))
}

fuzz_target!(|data: &[u8]| {
    read(data);
    let _ = token::decode_generic(data);

    let payload = common::payload(data);
    for signed in [Signed::Payload, Signed::HeaderAndPayload] {
        if let Some((2, written)) = read(common::token(payload.as_bytes(), signed).as_bytes()) {
            // What was written says the same as what was read.
            let (_, again) = read(common::token(&written, signed).as_bytes()).expect("Go reads what it writes");
            assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(&written));
        }
    }
    if let Ok(mut tree) = Tree::parse(payload.as_bytes()) {
        for layout in [Layout::V1, Layout::V2] {
            tree.sign(layout, &public(), NOW, &sign).expect("the key signs");
        }
    }
});
