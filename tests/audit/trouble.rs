//! Does an audit end well where the disk does not play along: with a clear line, what could be said said, and exit 2
//! where something was not read?

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::common::{Ran, harmless, jwtfix};
use crate::{NOW, World, account};

fn audit(world: &World) -> Ran {
    let (now, path) = (NOW.to_string(), world.path().to_str().expect("UTF-8"));
    jwtfix(["audit", path, "--at", &now, "--ignore", "export-unused"]).run()
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("set");
}

#[test]
fn what_is_not_a_file() {
    let world = World::new();
    let made = Command::new("mkfifo").arg(world.path().join("jwt/pipe.jwt")).status();
    assert!(made.expect("mkfifo is there").success());
    symlink(".", world.path().join("jwt/loop")).expect("linked");
    symlink("nowhere.jwt", world.path().join("jwt/dangling.jwt")).expect("linked");
    std::os::unix::net::UnixListener::bind(world.path().join("jwt/socket.jwt")).expect("bound");
    let ran = audit(&world);
    // It ends, whatever it thinks of them, and the accounts were read all the same.
    assert!(ran.stdout.contains("2 accounts") && ran.stdout.contains("1 operator"), "{}", ran.stdout);
    assert!(ran.code == 2 && ran.stderr.contains("pipe.jwt"), "{} {}", ran.stdout, ran.stderr);
}

#[test]
fn what_may_not_be_read() {
    let world = World::new();
    let closed = world.path().join("closed");
    std::fs::create_dir(&closed).expect("made");
    mode(&closed, 0o000);
    let readable = std::fs::read_dir(&closed).is_ok();
    let ran = audit(&world);
    mode(&closed, 0o700);
    assert!(ran.stdout.contains("2 accounts"), "{}", ran.stdout);
    // Whoever runs the tests as root can read it.
    if !readable {
        ran.exits(2).warns("closed").says("1 not read");
    }
}

#[test]
fn a_full_disk_is_told() {
    let world = World::new();
    let now = NOW.to_string();
    for format in ["human", "json", "jsonl", "sarif", "html"] {
        world.put("empty.jwt", "");
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
        let output = Command::new(env!("CARGO_BIN_EXE_jwtfix"))
            .args(["audit", world.path().to_str().expect("UTF-8"), "--at", &now, "--format", format])
            .stdout(full)
            .stderr(Stdio::piped())
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        harmless(&said);
        assert_eq!(output.status.code(), Some(2), "{format}: {said}");
        assert!(said.contains("cannot write the result: No space left"), "{format}: {said}");
    }
    jwtfix(["audit", world.path().to_str().expect("UTF-8"), "--write-baseline", "/dev/full/x"])
        .run()
        .exits(2);
}

/// Files come, go, and are written in pieces while the audit reads: it ends, and never tells of a piece.
#[test]
fn files_that_change_meanwhile() {
    let world = World::new();
    for _ in 0..300 {
        let seed = jwtfix::nkey::Seed::generate(jwtfix::nkey::Role::Account);
        world.write(&seed, account(vec![], vec![]));
    }
    let seed = jwtfix::nkey::Seed::generate(jwtfix::nkey::Role::Account);
    let text = world.token(&seed, account(vec![], vec![]));
    let path = world.path().join("jwt").join(format!("{}.jwt", seed.public()));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Relaxed) {
                // As nats-server writes: the file is emptied, then filled.
                let (first, second) = text.split_at(text.len() / 2);
                std::fs::write(&path, first).expect("written");
                std::fs::write(&path, format!("{first}{second}")).expect("written");
                std::thread::sleep(std::time::Duration::from_micros(300));
                std::fs::remove_file(&path).expect("removed");
            }
        });
        for _ in 0..8 {
            let ran = audit(&world);
            if ran.code == 2 || ran.stdout.contains("panicked") {
                done.store(true, Relaxed);
                panic!("{} {}", ran.stdout, ran.stderr);
            }
            assert!(ran.stdout.contains("accounts"), "{}", ran.stdout);
        }
        done.store(true, Relaxed);
    });
}
