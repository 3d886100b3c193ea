//! Says whether this compiler knows the instructions of AVX-512, as those from 1.89 on do: the batch verifier has a path for
//! processors that have them.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "cargo asks and is told that way")]

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(avx512)");
    if minor().is_some_and(|minor| minor >= 89) {
        println!("cargo::rustc-cfg=avx512");
    }
}

/// The 89 of `rustc 1.89.0`.
fn minor() -> Option<u32> {
    let output = Command::new(std::env::var_os("RUSTC")?).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.strip_prefix("rustc 1.")?.split('.').next()?.parse().ok()
}
