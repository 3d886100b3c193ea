//! Does each form of output keep to its format, whatever the names in the tokens are?

use serde_json::Value;

use crate::common::jwtfix;
use crate::{NOW, World, account, mint, stream};
use jwtfix::nkey::{Role, Seed};
use jwtfix::token::Body;

/// A name that would like to be markup, a command, a comment, the end of a script.
const HOSTILE: &str = "</script><img src=x onerror=alert(1)>\"]]>\n::error::owned\u{1b}[31m %0A |x|--> \\\" \u{202e}--\"]; a -> b";

/// An account with a hostile name whose import of a hostile subject is broken.
fn hostile() -> World {
    let world = World::new();
    let importer = Seed::generate(Role::Account);
    let mut body = account(vec![stream(&world.exporter, "none.<img>&\"`")], vec![]);
    body.limits.conn = 0;
    let text = mint_named(&world.operator, &importer, HOSTILE, Body::Account(Box::new(body)));
    world.put(&format!("{}.jwt", importer.public()), &text);
    world.put("<img src=x>&\".jwt", "eyJ.x");
    std::fs::write(world.path().join("nats.conf"), "port: -1\n SYSTEM_ACCOUNT: A\n").expect("written");
    world
}

fn mint_named(signer: &Seed, of: &Seed, name: &str, body: Body) -> String {
    let token = mint(signer, &of.public(), NOW, body);
    let mut claims = jwtfix::token::decode(token.as_bytes()).expect("decodes");
    claims.data.name = name.into();
    let sign = |_: &jwtfix::nkey::PublicKey, message: &[u8]| {
        signer.sign(message).map(Vec::from).map_err(|error| error.to_string())
    };
    jwtfix::token::encode(&mut claims, &signer.public(), NOW, &sign).expect("signs")
}

fn output(world: &World, args: &[&str]) -> String {
    let now = NOW.to_string();
    let path = world.path().to_str().expect("UTF-8");
    jwtfix([&["audit", path, "--at", &now], args].concat()).run().stdout
}

#[test]
fn json_has_the_shape_of_its_schema() {
    let schema = |name: &str| -> jsonschema::Validator {
        let path = format!("{}/docs/schema/{name}", env!("CARGO_MANIFEST_DIR"));
        let schema: Value =
            serde_json::from_str(&std::fs::read_to_string(path).expect("the schema is there")).expect("JSON");
        jsonschema::validator_for(&schema).expect("a schema")
    };
    let hold = |schema: &jsonschema::Validator, value: &Value| {
        let errors: Vec<String> =
            schema.iter_errors(value).map(|error| format!("{error} at {}", error.instance_path)).collect();
        assert!(errors.is_empty(), "{}\n{value}", errors.join("\n"));
    };
    let world = hostile();
    let report: Value = serde_json::from_str(&output(&world, &["--format", "json"])).expect("JSON");
    hold(&schema("report-v1.json"), &report);
    let findings = report["findings"].as_array().expect("a list");
    let option = findings.iter().find(|finding| finding["code"] == "system-account-key-case").expect("told");
    assert_eq!((&option["places"][0]["line"], &option["places"][0]["column"]), (&2.into(), &2.into()));
    assert_eq!(report["graph"]["imports"].as_array().map(Vec::len), Some(2), "{report}");
    let broken = |edge: &&Value| !edge["broken"].is_null();
    assert_eq!(report["graph"]["imports"].as_array().expect("a list").iter().filter(broken).count(), 1);
    assert!(report["graph"]["accounts"].as_object().expect("names").values().any(|name| name == HOSTILE));
    let ends: Value = serde_json::from_str(&output(&world, &["--expirations", "json"])).expect("JSON");
    hold(&schema("expirations-v1.json"), &ends);
    let lines = output(&world, &["--format", "jsonl"]);
    let listed = report["findings"].as_array().expect("a list");
    let mut told: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let key = |finding: &Value| finding["fingerprint"].to_string();
    told.sort_by_key(key);
    let mut listed = listed.clone();
    listed.sort_by_key(key);
    assert_eq!(told, listed, "what is told as it is found is what the report lists");
}

/// The standard's own schema is not ours to pass on: `JWTFIX_SARIF_SCHEMA` names a copy of it.
#[test]
fn sarif_is_sarif() {
    let log: Value = serde_json::from_str(&output(&hostile(), &["--format", "sarif"])).expect("JSON");
    if let Some(path) = std::env::var_os("JWTFIX_SARIF_SCHEMA") {
        let schema: Value =
            serde_json::from_str(&std::fs::read_to_string(path).expect("readable")).expect("JSON");
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let errors: Vec<String> =
            validator.iter_errors(&log).map(|error| format!("{error} at {}", error.instance_path)).collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
    }
    assert_eq!((&log["version"], log["runs"].as_array().map(Vec::len)), (&"2.1.0".into(), Some(1)));
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let results = run["results"].as_array().expect("results");
    assert!(results.len() >= 3, "{log}");
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("a number")).expect("small");
        assert_eq!(result["ruleId"], rules[index]["id"]);
        assert!(matches!(result["level"].as_str(), Some("error" | "warning" | "note")));
        assert!(result["message"]["text"].as_str().is_some_and(|text| !text.is_empty()));
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str();
        assert!(uri.is_some_and(|uri| !uri.contains(['<', '>', '"', ' '])), "{result}");
        assert_eq!(result["partialFingerprints"]["jwtfix/v1"].as_str().map(str::len), Some(32));
    }
}

#[test]
fn no_name_gets_out_of_its_place() {
    let world = hostile();
    let html = output(&world, &["--format", "html"]);
    assert!(!html.contains("<img") && html.matches("</script>").count() == 2, "a name became markup");
    assert!(!html.contains("http://") || html.matches("http://").count() == 1, "the page needs a network");
    let github = output(&world, &["--format", "github"]);
    for line in github.lines() {
        assert!(
            ["::error ", "::warning ", "::notice "].iter().any(|command| line.starts_with(command)),
            "{line}"
        );
    }
    let junit = output(&world, &["--format", "junit"]);
    assert!(!junit.contains("<img") && !junit.contains("]]>"), "{junit}");
    assert_eq!(junit.matches("<testcase").count(), junit.matches("</testcase>").count());
    let prometheus = output(&world, &["--expirations", "prometheus"]);
    assert!(
        prometheus.lines().all(|line| line.starts_with('#') || line.starts_with("jwtfix_")),
        "{prometheus}"
    );
    let dot = output(&world, &["--graph", "dot"]);
    for line in dot.lines().filter(|line| line.contains("label=")) {
        // What follows the label is ours.
        let (label, rest) =
            line.split_once("label=\"").expect("a label").1.rsplit_once('"').expect("its end");
        assert!(!label.replace("\\\\", "").replace("\\\"", "").contains('"'), "{line}");
        assert!(matches!(rest, "];" | ", style=dashed];" | ", color=red, fontcolor=red];"), "{line}");
    }
    let mermaid = output(&world, &["--graph", "mermaid"]);
    assert_eq!(mermaid.lines().count(), 1 + 3 + 2 + 1, "{mermaid}");
    assert!(!mermaid.contains('<') && !mermaid.contains("onerror=alert("), "{mermaid}");
}
