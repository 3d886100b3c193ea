#![allow(clippy::disallowed_methods)]
use super::*;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use zeroize::Zeroizing;

struct Place {
    dir: tempfile::TempDir,
}

const TOKEN: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5LW5rZXkifQ.eyJqdGkiOiJYIiwibmF0cyI6e319.c2lnbmF0dXJlIG9mIHNpeHR5LWZvdXIgYnl0ZXMsIHdoaWNoIGlzIGVpZ2h0eS1zaXggY2hhcnMgbG9uZw";

impl Place {
    fn new() -> Place {
        let dir = tempfile::tempdir().expect("a scratch directory");
        fs::create_dir(dir.path().join("jwt")).expect("made");
        Place { dir }
    }

    fn jwt(&self, name: &str) -> PathBuf {
        self.dir.path().join("jwt").join(name)
    }

    fn runs(&self) -> Runs {
        Runs::at(self.dir.path().join("state/runs"))
    }

    fn begin(&self, command: &str) -> Result<Run, RunError> {
        self.runs().begin(command, command, 1_800_000_000, &[self.dir.path().join("jwt")])
    }

    /// Every file with its bytes and mode.
    fn all(&self) -> Vec<(PathBuf, Vec<u8>, u32)> {
        let names = disk::names(&self.dir.path().join("jwt")).expect("readable");
        names
            .into_iter()
            .map(|path| {
                let mode = fs::metadata(&path).expect("there").permissions().mode();
                (path.clone(), fs::read(&path).expect("readable"), mode)
            })
            .collect()
    }
}

fn rewrite(run: &mut Run, path: &Path, new: &str) -> Result<(), RunError> {
    let mut old = Zeroizing::new(Vec::new());
    let facts = disk::read_into(path, LARGEST, &mut old)?;
    if *old == new.as_bytes() {
        return Ok(());
    }
    run.rewrite(path, facts, &old, &NewBytes::splice(&old, &[(0..old.len(), new.as_bytes())]))
}

#[test]
fn everything_comes_back() {
    let place = Place::new();
    for i in 0..600 {
        fs::write(place.jwt(&format!("{i:03}.jwt")), format!("{TOKEN}{i}")).expect("written");
    }
    fs::set_permissions(place.jwt("003.jwt"), fs::Permissions::from_mode(0o640)).expect("set");
    let before = place.all();
    let mut run = place.begin("one").expect("begun");
    for i in 0..599 {
        rewrite(&mut run, &place.jwt(&format!("{i:03}.jwt")), &format!("new {i}")).expect("rewritten");
    }
    run.make(&place.jwt("sub/made.nk"), b"made", true).expect("made");
    run.flush().expect("on the disk");
    run.rename(&place.jwt("005.jwt"), &place.jwt("other"), b"new 5").expect("renamed");
    run.mode(
        &place.jwt("007.jwt"),
        fs::metadata(place.jwt("007.jwt")).expect("there").permissions().mode() & 0o7777,
        0o600,
    )
    .expect("mode");
    let id = run.id().to_owned();
    assert_eq!(run.finish().expect("finished"), 602);
    assert_eq!(fs::read(place.jwt("003.jwt")).expect("there"), b"new 3");
    assert_eq!(fs::metadata(place.jwt("003.jwt")).expect("there").permissions().mode() & 0o777, 0o640);
    assert_eq!(fs::metadata(place.jwt("sub/made.nk")).expect("there").permissions().mode() & 0o777, 0o600);
    let head = place.runs().find(None).expect("the last run");
    assert_eq!((head.id.as_str(), head.state), (id.as_str(), State::Done));
    assert_eq!(place.runs().would_undo(&head, false).expect("nothing in the way"), 600, "files");
    assert_eq!(place.runs().undo(&head, false).expect("undone"), 600);
    fs::remove_dir(place.jwt("sub")).expect("it is empty");
    assert_eq!(place.all(), before);
    assert!(matches!(place.runs().find(None), Err(RunError::Unknown(_))));
    // Once more: nothing is left to do.
    assert_eq!(
        place.runs().undo(&place.runs().find(Some(&id)).expect("it is known"), false).expect("undone"),
        0
    );
}

#[test]
fn what_changed_since_is_not_undone() {
    let place = Place::new();
    for name in ["a", "b"] {
        fs::write(place.jwt(name), name).expect("written");
    }
    let mut run = place.begin("one").expect("begun");
    rewrite(&mut run, &place.jwt("a"), "A").expect("rewritten");
    rewrite(&mut run, &place.jwt("b"), "B").expect("rewritten");
    run.finish().expect("finished");
    fs::write(place.jwt("b"), "another hand").expect("written");
    let head = place.runs().find(None).expect("the run");
    assert!(
        matches!(place.runs().undo(&head, false), Err(RunError::Changed(files)) if files == [place.jwt("b")])
    );
    assert_eq!(fs::read(place.jwt("a")).expect("there"), b"A", "nothing is half undone");
    assert_eq!(place.runs().undo(&head, true).expect("undone"), 1);
    assert_eq!(fs::read(place.jwt("a")).expect("there"), b"a");
    assert_eq!(fs::read(place.jwt("b")).expect("there"), b"another hand");
}

#[test]
fn a_stopped_run_goes_on() {
    let place = Place::new();
    for i in 0..10 {
        fs::write(place.jwt(&i.to_string()), format!("old {i}")).expect("written");
    }
    let before = place.all();
    let mut run = place.begin("one").expect("begun");
    for i in 0..4 {
        rewrite(&mut run, &place.jwt(&i.to_string()), &format!("new {i}")).expect("rewritten");
    }
    run.flush().expect("on the disk");
    for i in 4..6 {
        rewrite(&mut run, &place.jwt(&i.to_string()), &format!("new {i}")).expect("rewritten");
    }
    // Killed: what waits has drafts beside it, and half a record is in the journal.
    let journal = run.directory.join("journal");
    std::mem::forget(run.waiting.drain(..).collect::<Vec<_>>());
    drop(run);
    let mut bytes = fs::read(&journal).expect("there");
    bytes.extend(b"{\"done\":\"mode\",\"fi");
    fs::write(&journal, bytes).expect("written");
    assert_eq!(place.all().len(), 12, "two drafts");
    assert!(place.runs().interrupted("two").expect("readable").is_none());
    assert_eq!(place.runs().interrupted("one").expect("readable").expect("it was stopped").at, 1_800_000_000);
    let mut run = place.begin("one").expect("begun");
    assert!(run.resumed());
    for i in 0..10 {
        rewrite(&mut run, &place.jwt(&i.to_string()), &format!("new {i}")).expect("rewritten");
    }
    assert_eq!(run.finish().expect("finished"), 6);
    assert_eq!(place.all().len(), 10);
    let head = place.runs().find(None).expect("one run");
    assert_eq!(place.runs().undo(&head, false).expect("undone"), 10);
    assert_eq!(place.all(), before);
}

#[test]
fn a_run_that_breaks_off_takes_itself_back() {
    let place = Place::new();
    for name in ["a", "b", "c"] {
        fs::write(place.jwt(name), name).expect("written");
    }
    let before = place.all();
    let mut run = place.begin("one").expect("begun");
    rewrite(&mut run, &place.jwt("a"), "A").expect("rewritten");
    run.flush().expect("on the disk");
    rewrite(&mut run, &place.jwt("b"), "B").expect("rewritten");
    rewrite(&mut run, &place.jwt("c"), "C").expect("rewritten");
    fs::write(place.jwt("c"), "another hand").expect("written");
    let error = run.finish().expect_err("a file changed under it");
    assert!(matches!(error, RunError::Disk(DiskError::Changed { .. })), "{error}");
    assert_eq!(place.all()[..2], before[..2]);
    assert_eq!(place.runs().list().expect("readable")[0].state, State::Undone);
    assert_eq!(place.all().len(), 3, "no drafts are left");
}

#[test]
fn nobody_else_is_at_work_there() {
    let place = Place::new();
    let run = place.begin("one").expect("begun");
    assert!(matches!(place.begin("two"), Err(RunError::Locked(_))));
    // From another journal, at the same directory.
    let other = Runs::at(place.dir.path().join("other"));
    let roots = [place.dir.path().join("jwt")];
    assert!(
        matches!(other.begin("two", "two", 0, &roots), Err(RunError::Locked(path)) if path == disk::real(&roots[0]).expect("there"))
    );
    run.finish().expect("finished");
    place.begin("two").expect("begun").finish().expect("finished");
    // A journal in a resolver's directory would be taken for accounts.
    let inside = Runs::at(place.jwt("runs"));
    assert!(matches!(inside.begin("x", "x", 0, &roots), Err(RunError::Inside { .. })));
}

#[test]
fn the_journal_is_for_its_owner_alone() {
    let place = Place::new();
    fs::write(place.jwt("a"), "a").expect("written");
    let mut run = place.begin("one").expect("begun");
    rewrite(&mut run, &place.jwt("a"), "A").expect("rewritten");
    let directory = run.directory.clone();
    run.finish().expect("finished");
    for (path, mode) in
        [(directory.clone(), 0o700), (directory.join("journal"), 0o600), (directory.join("run.json"), 0o600)]
    {
        assert_eq!(
            fs::metadata(&path).expect("there").permissions().mode() & 0o777,
            mode,
            "{}",
            path.display()
        );
    }
}
