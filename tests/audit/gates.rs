//! Do the pre-commit hook and the GitHub Action run what they say they run?

use std::process::Command;

use crate::common::{harmless, jwtfix};
use crate::{NOW, World};

fn package(name: &str) -> String {
    std::fs::read_to_string(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).expect("it is there")
}

fn action(world: &World, env: &[(&str, &str)]) -> (i32, String) {
    let script = format!("{}/.ci/action", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new("bash")
        .arg(script)
        .env("JWTFIX", env!("CARGO_BIN_EXE_jwtfix"))
        .env("PATHS", world.path())
        .envs(env.iter().copied())
        .output()
        .expect("bash is there");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    harmless(&text);
    (output.status.code().expect("no signal ends it"), text)
}

#[test]
fn the_action_annotates_and_fails() {
    let world = World::new();
    let args = format!("--at\n{NOW}\n--only\nresolver-file-empty\n");
    assert_eq!(action(&world, &[("ARGS", &args)]), (0, String::new()));
    world.put("empty.jwt", "");
    let sarif = world.path().join("jwtfix.sarif");
    let sarif_text = sarif.to_str().expect("UTF-8");
    let (code, told) = action(&world, &[("ARGS", &args), ("SARIF", sarif_text)]);
    assert!(code == 1 && told.starts_with("::warning file="), "{code} {told}");
    let log: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(sarif).expect("written")).expect("JSON");
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "resolver-file-empty");
    assert_eq!(action(&world, &[("ARGS", &args), ("FAIL_ON", "error")]).0, 0);
    assert_eq!(action(&world, &[("ARGS", "--no-such-argument")]).0, 2);
    // No input is a part of the script.
    let yaml: serde_json::Value = serde_yaml_ng::from_str(&package("action.yml")).expect("YAML");
    for step in yaml["runs"]["steps"].as_array().expect("steps") {
        assert!(!step["run"].as_str().expect("a script").contains("${{"), "{step}");
    }
}

#[test]
fn the_hook_runs_on_what_it_names() {
    let hooks: serde_json::Value = serde_yaml_ng::from_str(&package(".pre-commit-hooks.yaml")).expect("YAML");
    let hook = &hooks[0];
    assert_eq!(hook["language"], "rust");
    let words: Vec<&str> = hook["entry"].as_str().expect("words").split(' ').collect();
    assert_eq!(words[0], "jwtfix");
    let world = World::new();
    world.put("empty.jwt", "");
    let file = world.path().join("jwt/empty.jwt");
    let at = NOW.to_string();
    let more = ["--at", &at, file.to_str().expect("UTF-8")];
    // A warning passes a commit; an error does not.
    jwtfix(words[1..].iter().chain(&more)).run().exits(0).says("resolver-file-empty");
    world.put("cut.jwt", "eyJ.x");
    let file = world.path().join("jwt/cut.jwt");
    let more = ["--at", &at, file.to_str().expect("UTF-8")];
    jwtfix(words[1..].iter().chain(&more)).run().exits(1);
}
