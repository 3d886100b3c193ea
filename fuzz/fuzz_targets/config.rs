//! Configurations of nats-server: lexer and parser, as several releases read them.

#![no_main]

use jwtfix::file::config::{self, Map, Node, Nothing, Value};
use jwtfix::file::version::Version;
use libfuzzer_sys::fuzz_target;

/// Every place lies in its file. What a variable brought in is looked at where it was written.
fn hold(map: &Map, length: usize) {
    for entry in map.all() {
        assert!(entry.key_span.start <= entry.key_span.end && entry.key_span.end <= length, "{entry:?}");
        node(&entry.node, length);
    }
}

fn node(at: &Node, length: usize) {
    assert!(at.span.start <= at.span.end && at.span.end <= length, "{at:?}");
    match &at.value {
        _ if at.variable.is_some() => {}
        Value::Map(map) => hold(map, length),
        Value::Array(nodes) => nodes.iter().for_each(|at| node(at, length)),
        _ => {}
    }
}

fuzz_target!(|data: &[u8]| {
    for version in ["2.9.10", "2.12.8", "2.15.1"] {
        let version: Version = version.parse().expect("a version");
        match config::parse("nats.conf", data, version, &Nothing) {
            Ok(config) => hold(&config.root, data.len()),
            Err(error) => assert!(error.span.end <= data.len() && !error.text.is_empty(), "{error:?}"),
        }
    }
});
