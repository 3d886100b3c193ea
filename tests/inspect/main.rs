//! `jwtfix inspect` and `jwtfix keys` from outside: every kind of file, every verdict of a chain, every odd thing that a path
//! can lead to.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    reason = "tests touch the disk"
)]

mod chains;
#[path = "../common/mod.rs"]
mod common;
mod edges;
mod kinds;
mod options;

use std::path::Path;

use serde_json::Value;

/// 2026-11-23 12:00:00 UTC.
const NOW: &str = "2026-11-23T12:00:00Z";

/// The credentials that every client reads.
const CREDS: &str = include_str!("../../testdata/creds/01_std");

fn line(number: usize) -> &'static str {
    CREDS.lines().nth(number).expect("the form is fixed")
}

/// The token in them.
fn token() -> &'static str {
    line(1)
}

/// The seed in them, which protects nothing: it repeats one byte.
fn seed() -> &'static str {
    line(9)
}

fn write(path: &Path, text: impl AsRef<[u8]>) {
    std::fs::create_dir_all(path.parent().expect("below a directory")).expect("made");
    std::fs::write(path, text).expect("written");
}

/// What is said of a file as JSON: its document.
#[track_caller]
fn document(path: &Path) -> Value {
    let path = path.to_str().expect("UTF-8");
    let said = common::jwtfix(["inspect", "--at", NOW, "--format", "json", path]).run().json();
    assert_eq!(said["documents"].as_array().map(Vec::len), Some(1), "{said}");
    said["documents"][0].clone()
}
