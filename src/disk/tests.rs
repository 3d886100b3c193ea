#![allow(clippy::disallowed_methods, clippy::disallowed_types)]
use super::*;
use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;

fn scratch() -> tempfile::TempDir {
    tempfile::tempdir().expect("a scratch directory")
}

fn fifo(path: &Path) {
    rustix::fs::mknodat(rustix::fs::CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0)
        .expect("a FIFO");
}

/// The walk in lines: paths relative to the root, `!` before what is skipped.
fn walked(root: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    let relative = |path: &Path| path.strip_prefix(root).unwrap_or(path).display().to_string();
    let _ = walk(root, |seen| {
        lines.push(match seen {
            Seen::File(path) => relative(path),
            Seen::Skipped(error) => {
                format!("! {}", error.to_string().replace(&format!("{}/", root.display()), ""))
            }
        });
        ControlFlow::<()>::Continue(())
    });
    lines
}

#[test]
fn a_file_is_read_to_its_last_byte() {
    let dir = scratch();
    let path = dir.path().join("a");
    for size in [0usize, 1, 4095, 4096, 4097, 100_000] {
        let bytes: Vec<u8> = (0..size).map(|i| i as u8).collect();
        fs::write(&path, &bytes).unwrap();
        assert_eq!(*read(&path, 100_000).unwrap(), bytes, "{size} bytes");
    }
    // Its size is told as 0.
    assert!(!read(Path::new("/proc/self/status"), 1 << 20).unwrap().is_empty());
}

#[test]
fn a_buffer_used_again_holds_the_last_file_alone() {
    let dir = scratch();
    let (long, short) = (dir.path().join("long"), dir.path().join("short"));
    fs::write(&long, [b'x'; 5000]).unwrap();
    fs::write(&short, "ab").unwrap();
    let mut bytes = Zeroizing::new(Vec::new());
    assert_eq!(read_into(&long, 5000, &mut bytes).unwrap().size, 5000);
    read_into(&short, 5000, &mut bytes).unwrap();
    assert_eq!(*bytes, b"ab");
    assert!(read_into(&long, 4999, &mut bytes).is_err());
    assert!(bytes.is_empty());
}

#[test]
fn a_large_file_is_not_read() {
    let dir = scratch();
    let path = dir.path().join("large");
    fs::File::create(&path).unwrap().set_len(5 << 30).unwrap();
    let error = read(&path, 1 << 20).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{}: has 5368709120 bytes, more than the 1 MiB that are read", path.display())
    );
    assert!(matches!(read(Path::new("/proc/self/status"), 10), Err(DiskError::TooLarge { size: None, .. })));
}

#[test]
fn what_is_no_file_is_told_at_once() {
    let dir = scratch();
    let at = |name: &str| dir.path().join(name);
    fifo(&at("fifo"));
    let _socket = UnixListener::bind(at("socket")).unwrap();
    symlink("loop", at("loop")).unwrap();
    symlink("nothing", at("dangling")).unwrap();
    symlink("fifo", at("to-fifo")).unwrap();
    fs::write(at("file"), "").unwrap();
    let told = |path: &Path| {
        let error = read(path, 10).unwrap_err();
        assert_eq!(error.path(), path);
        assert!(!error.hint().is_empty());
        error.to_string().replace(&format!("{}", dir.path().display()), "")
    };
    assert_eq!(told(&at("fifo")), "/fifo: is a FIFO, not a regular file");
    assert_eq!(told(&at("to-fifo")), "/to-fifo: is a FIFO, not a regular file");
    assert_eq!(told(&at("socket")), "/socket: is a socket or a device, not a regular file");
    assert_eq!(told(&at("loop")), "/loop: symbolic links in a circle");
    assert_eq!(told(&at("dangling")), "/dangling: no such file or directory");
    assert_eq!(told(&at("file/x")), "/file/x: a part of the path is not a directory");
    assert_eq!(told(dir.path()), ": is a directory");
    assert_eq!(told(Path::new("/dev/null")), "/dev/null: is a device, not a regular file");
}

#[test]
fn the_system_s_refusals_have_their_names() {
    let of = |errno| DiskError::of(Path::new("p"), errno);
    assert!(matches!(of(Errno::ACCESS), DiskError::Denied { .. }));
    assert!(matches!(of(Errno::EXIST), DiskError::Exists { .. }));
    assert!(of(Errno::NOSPC).hint().contains("room"));
    assert!(of(Errno::ROFS).hint().contains("cannot be written"));
}

#[test]
fn a_walk_is_sorted_and_goes_on() {
    let dir = scratch();
    let at = |name: &str| dir.path().join(name);
    for name in ["b/z", "b/a", "a.jwt", "c"] {
        fs::create_dir_all(at(name).parent().unwrap()).unwrap();
        fs::write(at(name), "").unwrap();
    }
    let outside = scratch();
    fs::write(outside.path().join("file"), "").unwrap();
    symlink("..", at("b/up")).unwrap();
    symlink(".", at("b/self")).unwrap();
    symlink("b", at("other-name")).unwrap();
    symlink("b/a", at("link")).unwrap();
    symlink("nothing", at("gone")).unwrap();
    symlink(outside.path(), at("outside")).unwrap();
    symlink("/", at("root")).unwrap();
    fifo(&at("fifo"));
    assert_eq!(
        walked(dir.path()),
        [
            "a.jwt".to_owned(),
            "b/a".into(),
            "! b/self: symbolic links in a circle".into(),
            "! b/up: symbolic links in a circle".into(),
            "b/z".into(),
            "c".into(),
            "! fifo: is a FIFO, not a regular file".into(),
            "! gone: no such file or directory".into(),
            "link".into(),
            format!("! outside: is a link to {}, outside of what was named", outside.path().display()),
            "! root: symbolic links in a circle".into(),
        ]
    );
    let mut count = 0;
    assert_eq!(
        walk(dir.path(), |_| {
            count += 1;
            if count == 3 { ControlFlow::Break("enough") } else { ControlFlow::Continue(()) }
        }),
        ControlFlow::Break("enough")
    );
    assert_eq!(count, 3);
}

#[test]
fn a_walk_of_one_file_and_of_nothing() {
    let dir = scratch();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    assert_eq!(walked(&file), [""]);
    let gone = dir.path().join("gone");
    assert_eq!(walked(&gone), [format!("! {}: no such file or directory", gone.display())]);
}

#[test]
fn a_volume_of_kubernetes_is_walked_once() {
    let dir = scratch();
    let at = |name: &str| dir.path().join(name);
    fs::create_dir(at("..2026_01")).unwrap();
    fs::write(at("..2026_01/user.creds"), "").unwrap();
    symlink("..2026_01", at("..data")).unwrap();
    symlink("..data/user.creds", at("user.creds")).unwrap();
    assert_eq!(walked(dir.path()), ["user.creds"]);
}

#[test]
fn a_walk_has_a_ground() {
    let dir = scratch();
    let mut path = dir.path().to_owned();
    for _ in 0..DEEPEST + 3 {
        path.push("d");
    }
    fs::create_dir_all(&path).unwrap();
    fs::write(path.join("too-deep"), "").unwrap();
    fs::write(dir.path().join("e"), "").unwrap();
    let lines = walked(dir.path());
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].ends_with("more than 64 directories deep"), "{lines:?}");
    assert_eq!(lines[1], "e");
}

#[test]
fn a_new_file_has_the_mode_of_its_bytes() {
    let dir = scratch();
    let at = |name: &str| dir.path().join(name);
    write_atomic(&at("secret"), b"s", Write { secret: true, durable: true, ..Write::default() }).unwrap();
    write_atomic(&at("open"), b"o", Write::default()).unwrap();
    assert_eq!(look(&at("secret")).unwrap().mode, 0o600);
    assert_ne!(look(&at("open")).unwrap().mode & 0o044, 0, "as the umask has it");
    assert_eq!(fs::read(at("open")).unwrap(), b"o");
    assert_eq!(walked(dir.path()), ["open", "secret"], "nothing stays behind");
}

#[test]
fn a_replaced_file_keeps_what_it_has() {
    let dir = scratch();
    let (path, link) = (dir.path().join("a.creds"), dir.path().join("link"));
    fs::write(&path, "old").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(&path, Some(12345), Some(23456)).unwrap();
    }
    let before = fs::metadata(&path).unwrap();
    symlink("a.creds", &link).unwrap();
    write_atomic(&link, b"new", Write { secret: true, ..Write::default() }).unwrap();
    let after = fs::metadata(&path).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert_eq!((after.mode(), after.uid(), after.gid()), (before.mode(), before.uid(), before.gid()));
    assert_ne!(after.ino(), before.ino(), "not written in place");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(walked(dir.path()), ["a.creds", "link"]);
}

#[test]
fn what_stands_there_is_not_replaced_unasked() {
    let dir = scratch();
    let path = dir.path().join("a");
    let new = Write { new: true, ..Write::default() };
    write_atomic(&path, b"1", new).unwrap();
    assert!(matches!(write_atomic(&path, b"2", new), Err(DiskError::Exists { .. })));
    symlink("elsewhere", dir.path().join("l")).unwrap();
    assert!(matches!(write_atomic(&dir.path().join("l"), b"2", new), Err(DiskError::Exists { .. })));
    assert_eq!(fs::read(&path).unwrap(), b"1");
    fifo(&dir.path().join("fifo"));
    assert!(matches!(
        write_atomic(&dir.path().join("fifo"), b"", Write::default()),
        Err(DiskError::Special { .. })
    ));
    assert!(matches!(write_atomic(dir.path(), b"", Write::default()), Err(DiskError::Directory { .. })));
    assert_eq!(walked(dir.path())[0], "a", "no draft stays behind");
}

#[test]
fn a_file_that_another_hand_wrote_is_left_alone() {
    let dir = scratch();
    let path = dir.path().join("a");
    fs::write(&path, "1").unwrap();
    let mut bytes = Zeroizing::new(Vec::new());
    let facts = read_into(&path, 10, &mut bytes).unwrap();
    let how = Write { replaces: Some(facts), ..Write::default() };
    fs::write(&path, "22").unwrap();
    assert!(matches!(write_atomic(&path, b"3", how), Err(DiskError::Changed { .. })));
    assert_eq!(fs::read(&path).unwrap(), b"22");
    fs::remove_file(&path).unwrap();
    assert!(matches!(write_atomic(&path, b"3", how), Err(DiskError::Changed { .. })));
    fs::write(&path, "1").unwrap();
    let how = Write { replaces: Some(look(&path).unwrap()), ..how };
    write_atomic(&path, b"3", how).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"3");
}

#[test]
fn staged_bytes_take_their_place_or_vanish() {
    let dir = scratch();
    let path = dir.path().join("a.jwt");
    fs::write(&path, "old").unwrap();
    let before = look(&path).unwrap();
    let how = Write { replaces: Some(before), ..Write::default() };
    let staged = stage(&path, b"new", how).unwrap();
    staged.sync().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"old");
    let draft =
        names(dir.path()).unwrap().into_iter().find(|path| *path != dir.path().join("a.jwt")).unwrap();
    assert!(
        draft.file_name().unwrap().to_string_lossy().starts_with(&format!(".jwtfix-{}-", std::process::id()))
    );
    assert_eq!(staged.take_place().unwrap(), dir.path());
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert!(!draft.exists());
    let staged = stage(&path, b"third", Write::default()).unwrap();
    drop(staged);
    assert_eq!(names(dir.path()).unwrap(), std::slice::from_ref(&path));
    let staged =
        stage(&path, b"late", Write { replaces: Some(look(&path).unwrap()), ..Write::default() }).unwrap();
    fs::write(&path, "other hand").unwrap();
    assert!(matches!(staged.take_place(), Err(DiskError::Changed { .. })));
    assert_eq!(fs::read(&path).unwrap(), b"other hand");
}

#[test]
fn a_log_grows_and_is_cut() {
    let dir = scratch();
    let path = dir.path().join("deep/er/log");
    make_directory(path.parent().unwrap()).unwrap();
    make_directory(path.parent().unwrap()).unwrap();
    assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    let mut log = Log::open(&path).unwrap();
    log.append(b"one").unwrap();
    drop(log);
    let mut log = Log::open(&path).unwrap();
    log.append(b" two and a half").unwrap();
    log.cut(7).unwrap();
    log.append(b"!").unwrap();
    log.sync().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"one two!");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(make_directory(&path).is_err());
}

#[test]
fn a_lock_is_held_once() {
    let dir = scratch();
    let held = lock(dir.path()).unwrap().expect("free");
    assert!(lock(dir.path()).unwrap().is_none());
    drop(held);
    assert!(lock(dir.path()).unwrap().is_some());
    assert!(lock(&dir.path().join("none")).is_err());
}

#[test]
fn a_name_is_not_taken_from_another() {
    let dir = scratch();
    let (a, b) = (dir.path().join("a"), dir.path().join("b"));
    fs::write(&a, "a").unwrap();
    fs::write(&b, "b").unwrap();
    assert!(matches!(rename(&a, &b), Err(DiskError::Exists { path }) if path == b));
    remove(&b).unwrap();
    rename(&a, &b).unwrap();
    change_mode(&b, 0o640).unwrap();
    assert_eq!((fs::read(&b).unwrap(), look(&b).unwrap().mode), (b"a".to_vec(), 0o640));
    assert!(matches!(remove(&a), Err(DiskError::NotFound { .. })));
}
