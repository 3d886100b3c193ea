//! Can people say what they want to hear, and is nothing silenced unnoticed?

use crate::common::{Ran, jwtfix};
use crate::{NOW, World, account, stream};

/// A world with one error, told of under a `jwtfix.toml`.
fn told(toml: &str, args: &[&str]) -> Ran {
    let world = World::new();
    world.write(&world.importer, account(vec![stream(&world.exporter, "other.a")], vec![]));
    let here = tempfile::tempdir().expect("a directory");
    std::fs::write(here.path().join("jwtfix.toml"), toml).expect("written");
    // The tree under audit has no say.
    std::fs::write(world.path().join("jwtfix.toml"), "nonsense").expect("written");
    let (now, path) = (NOW.to_string(), world.path().to_str().expect("UTF-8"));
    let base = ["audit", path, "--at", &now, "--ignore", "export-unused"];
    jwtfix([&base, args].concat()).within(here.path()).run()
}

#[test]
fn an_ignore_has_a_reason_and_covers_something() {
    let ignore = "[[ignore]]\ncode = \"import-not-exported\"\n";
    told(&format!("{ignore}reason = \"the exporter follows on Monday\""), &[]).exits(0).says("1 ignored");
    told(ignore, &[]).exits(2).warns("gives no reason");
    told(&format!("{ignore}reason = \" \""), &[]).exits(2).warns("gives no reason");
    let until = |day: &str| format!("{ignore}until = \"{day}\"\nreason = \"they know\"");
    told(&until("2026-12-31"), &[]).exits(0);
    told(&until("2026-01-01"), &[]).exits(1).says("covers nothing any more");
    told(&until("soon"), &[]).exits(2).warns("no date");
    let other = "[[ignore]]\ncode = \"user-bearer\"\nreason = \"a browser\"";
    told(other, &[]).exits(1).says("the ignore of user-bearer covers nothing any more");
    told(other, &["--format", "json"]).exits(1).warns("the ignore of user-bearer covers nothing any more");
    let elsewhere = format!("{ignore}file = \"*/other/*\"\nreason = \"x\"");
    told(&elsewhere, &[]).exits(1);
    let here = format!("{ignore}file = \"*/jwt/*\"\npointer = \"/nats/imports/0\"\nreason = \"x\"");
    told(&here, &[]).exits(0);
}

#[test]
fn what_the_file_cannot_mean_is_an_error() {
    told("fial-on = \"error\"", &[]).exits(2).warns("fial-on");
    told("[[ignore]]\ncode = \"import-not-exportd\"\nreason = \"x\"", &[])
        .exits(2)
        .warns("import-not-exported");
    told("fail-on = \"fatal\"", &[]).exits(2);
    told("[severity]\nno-such-rule = \"note\"", &[]).exits(2).warns("no-such-rule");
}

#[test]
fn severities_and_what_fails() {
    let note = "[severity]\nimport-not-exported = \"note\"";
    told(note, &[]).exits(0).says("note[import-not-exported]");
    told(note, &["--fail-on", "note"]).exits(1);
    told(note, &["--min-severity", "warning"]).exits(0).says_not("import-not-exported");
    told("[severity]\nimport-not-exported = \"off\"", &[]).exits(0).says_not("import-not-exported");
    told("fail-on = \"error\"\n[severity]\nimport-not-exported = \"warning\"", &[]).exits(0);
    told("", &["--only", "import-not-exported,user-bearer"]).exits(1);
}

/// A baseline knows what was found when it was written, all of it, and nothing else.
#[test]
fn a_baseline_knows_all_and_no_more() {
    let world = World::new();
    let (now, path) = (NOW.to_string(), world.path().to_str().expect("UTF-8"));
    let many = 10_200;
    for number in 0..many {
        world.put(&format!("empty-{number:05}.jwt"), "");
    }
    let baseline = tempfile::NamedTempFile::new().expect("a file");
    let baseline = baseline.path().to_str().expect("UTF-8");
    let run = |args: &[&str]| {
        let base = ["audit", path, "--at", &now, "--only", "resolver-file-empty"];
        jwtfix([&base, args].concat()).run()
    };
    run(&["--write-baseline", baseline]).exits(1).says("10,200");
    run(&["--baseline", baseline]).exits(0).says("10,200 known to the baseline");
    world.put("another.jwt", "");
    run(&["--baseline", baseline]).exits(1).says("another.jwt");
    run(&["--format", "jsonl"]).exits(1).says("empty-10199.jwt");
    let report = run(&["--format", "json"]).exits(1).json();
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(10_000));
    assert_eq!(report["summary"]["not_listed"], many + 1 - 10_000);
    run(&["--baseline", baseline, "--write-baseline", baseline]).exits(2);
    std::fs::write(baseline, "{\"schema\":\"jwtfix/baseline/v9\",\"findings\":[]}").expect("written");
    run(&["--baseline", baseline]).exits(2).warns("v9");
}
