//! Does `--watch` tell what came and what went, and nothing else?

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::common::jwtfix;
use crate::{NOW, World};

struct Watching {
    child: Child,
    lines: Receiver<serde_json::Value>,
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Watching {
    fn next(&self) -> serde_json::Value {
        self.lines.recv_timeout(Duration::from_secs(60)).expect("a line")
    }
}

fn watch(world: &World) -> Watching {
    let now = NOW.to_string();
    let mut child = Command::new(env!("CARGO_BIN_EXE_jwtfix"))
        .args(["audit", "--watch", "--format", "jsonl", "--at", &now, "--only", "resolver-file-empty"])
        .arg(world.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let out = BufReader::new(child.stdout.take().expect("piped"));
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            let value = serde_json::from_str(&line).expect("a line of JSON");
            if sender.send(value).is_err() {
                break;
            }
        }
    });
    Watching { child, lines }
}

#[test]
fn what_came_and_what_went() {
    let world = World::new();
    world.put("first.jwt", "");
    let watching = watch(&world);
    let first = watching.next();
    assert_eq!(first["code"], "resolver-file-empty", "{first}");
    world.put("second.jwt", "");
    let second = watching.next();
    assert!(
        second["places"][0]["file"].as_str().is_some_and(|file| file.ends_with("second.jwt")),
        "{second}"
    );
    std::fs::remove_file(world.path().join("jwt/first.jwt")).expect("removed");
    let gone = watching.next();
    assert_eq!((&gone["gone"], &gone["fingerprint"]), (&true.into(), &first["fingerprint"]), "{gone}");
}

#[test]
fn whole_reports_cannot_be_watched() {
    let world = World::new();
    let path = world.path().to_str().expect("UTF-8");
    jwtfix(["audit", "--watch", "--format", "sarif", path])
        .run()
        .exits(2)
        .warns("--format human, brief or jsonl");
}
