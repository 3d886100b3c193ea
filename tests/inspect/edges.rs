//! Whatever a path leads to: one clear line with a hint, exit 2, and the other files are inspected all the same.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use crate::common::jwtfix;
use crate::write;

/// Inspects `path` beside a good file.
#[track_caller]
fn refused(path: &Path, why: &str) {
    let path = path.to_str().expect("UTF-8");
    let ran = jwtfix(["inspect", path, "testdata/acme/acme.jwt"]).run().exits(2);
    assert_eq!(ran.stderr.matches("jwtfix: error: ").count(), 1, "{}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 2, "{}", ran.stderr);
    ran.warns(why).warns("jwtfix: hint: ").says("operator \"acme\"");
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_read() {
    let root = tempfile::tempdir().expect("a directory");
    let at = |name: &str| root.path().join(name);

    refused(&at("nothing"), "no such file or directory");
    refused(&at("nothing\u{1b}[2J"), "\\u{1b}[2J");
    refused(Path::new("/dev/zero"), "is a device, not a regular file");

    write(&at("file"), "x");
    refused(&at("file/below"), "a part of the path is not a directory");

    assert!(Command::new("mkfifo").arg(at("fifo")).status().expect("mkfifo").success());
    refused(&at("fifo"), "is a FIFO, not a regular file");

    let _socket = std::os::unix::net::UnixListener::bind(at("socket")).expect("a socket");
    refused(&at("socket"), "not a regular file");

    symlink("b", at("a")).and_then(|()| symlink("a", at("b"))).expect("links");
    refused(&at("a"), "symbolic links in a circle");

    std::fs::create_dir(at("tree")).and_then(|()| symlink("..", at("tree/up"))).expect("a link");
    refused(&at("tree"), "symbolic links in a circle");

    for (name, size) in [("sparse", 5 << 30), ("a hundred megabytes.log", 100_000_000)] {
        std::fs::File::create(at(name)).and_then(|file| file.set_len(size)).expect("a sparse file");
        refused(&at(name), &format!("has {size} bytes, more than the 64 MiB that are read"));
    }
}

#[test]
fn a_whole_directory_is_read_around_what_cannot_be() {
    let root = tempfile::tempdir().expect("a directory");
    let at = |name: &str| root.path().join(name);
    assert!(Command::new("mkfifo").arg(at("fifo")).status().expect("mkfifo").success());
    symlink("gone", at("dangling")).expect("a link");
    write(&at("deep/er/acme.jwt"), include_str!("../../testdata/acme/acme.jwt"));
    let path = root.path().to_str().expect("UTF-8");
    jwtfix(["inspect", path])
        .run()
        .exits(2)
        .warns("fifo: is a FIFO, not a regular file")
        .warns("dangling: no such file or directory")
        .says("operator \"acme\"");
}

#[test]
fn without_permission() {
    let root = tempfile::tempdir().expect("a directory");
    let closed = root.path().join("closed");
    write(&closed.join("acme.jwt"), "x");
    write(&root.path().join("secret.jwt"), "x");
    let mode = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("ours");
    };
    mode(&closed, 0o000);
    mode(&root.path().join("secret.jwt"), 0o000);
    mode(root.path(), 0o755);
    let names: Vec<String> = ["closed", "secret.jwt"]
        .iter()
        .map(|name| root.path().join(name).to_str().expect("UTF-8").to_owned())
        .collect();
    if std::fs::read_dir(&closed).is_err() {
        names.iter().for_each(|name| refused(Path::new(name), "permission denied"));
    } else {
        // Nothing is closed to root: somebody else asks, with a copy of the binary that they can reach.
        let binary = root.path().join("jwtfix");
        std::fs::copy(env!("CARGO_BIN_EXE_jwtfix"), &binary).expect("copied");
        write(&root.path().join("acme.jwt"), include_str!("../../testdata/acme/acme.jwt"));
        let nobody = Command::new("setpriv")
            .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
            .arg(&binary)
            .args(["inspect", &names[0], &names[1], "acme.jwt"])
            .current_dir(root.path())
            .output();
        if let Ok(output) = nobody {
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{said}");
            assert_eq!(said.matches("permission denied\njwtfix: hint: ").count(), 2, "{said}");
            assert!(String::from_utf8_lossy(&output.stdout).contains("operator \"acme\""));
        }
    }
    mode(&closed, 0o755);
}

#[test]
fn bytes_of_every_kind_are_said_to_be_what_they_are() {
    let root = tempfile::tempdir().expect("a directory");
    let at = |name: &str| root.path().join(name);
    let wide: Vec<u8> = "\u{feff}hello\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, bytes, kind) in [
        ("empty", Vec::new(), "empty"),
        ("blank", b" \n\t\n".to_vec(), "empty"),
        ("binary", (0..4096u32).map(|n| ((n * 7919) >> 3) as u8).collect(), "binary"),
        ("wide", wide, "text"),
        ("deep.json", b"[".repeat(200_000), "text"),
        ("deep.conf", b"a {".repeat(200_000), "text"),
        ("deep.yaml", b"- ".repeat(100_000), "text"),
        ("long line", b"x".repeat(10_000_000), "text"),
    ] {
        write(&at(name), bytes);
        assert_eq!(crate::document(&at(name))["kind"], kind, "{name}");
        let path = at(name);
        jwtfix(["inspect", path.to_str().expect("UTF-8")]).run().says("There is no token and no key in it.");
    }
}

#[test]
fn bad_usage() {
    for (arguments, why) in [
        (&["inspect", "--format", "xml", "x"][..], "invalid value `xml`"),
        (&["inspect", "--nosuch"], "unexpected argument `--nosuch`"),
        (&["inspect", "-", "-"], "standard input can be read only once"),
        (&["inspect", "--at", "soon", "x"], "2027-03-02T09:14:07Z"),
        (&["inspect", "--field", "iss", "--format", "json", "x"], "cannot be used with"),
        (&["inspect", "--files-from", "/nonexistent"], "cannot read the list of files"),
        (&["keys"], "required"),
        (&["completions", "tcsh"], "invalid value `tcsh`"),
        (&["man"], "required"),
    ] {
        jwtfix(arguments).run().exits(2).warns("jwtfix: error: ").warns(why).warns("jwtfix: hint: ");
    }
}

#[test]
fn a_list_of_files() {
    let root = tempfile::tempdir().expect("a directory");
    let list = root.path().join("list");
    for names in [
        "testdata/acme/acme.jwt\r\n\ntestdata/acme/bob.creds\n",
        "testdata/acme/acme.jwt\0testdata/acme/bob.creds",
    ] {
        write(&list, names);
        let path = list.to_str().expect("UTF-8");
        let said = jwtfix(["inspect", "--format", "json", "--files-from", path]).run().json();
        assert_eq!(said["documents"][1]["tokens"][0]["name"], "bob", "{said}");
        let said = jwtfix(["inspect", "--format", "json", "--files-from", "-"]).stdin(names).run().json();
        assert_eq!(said["documents"].as_array().map(Vec::len), Some(2));
    }
}
