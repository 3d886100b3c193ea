//! Does the JSON that comes out have the shape that the committed schemas state?

#![allow(clippy::disallowed_methods)]

mod common;

use common::jwtfix;
use serde_json::Value;

fn hold(schema: &str, arguments: &[&str]) -> Value {
    let path = format!("{}/docs/schema/{schema}", env!("CARGO_MANIFEST_DIR"));
    let schema: Value =
        serde_json::from_str(&std::fs::read_to_string(&path).expect("the schema is there")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let output = jwtfix(arguments).run().json();
    let errors: Vec<String> =
        validator.iter_errors(&output).map(|error| format!("{} at {}", error, error.instance_path)).collect();
    assert!(errors.is_empty(), "{arguments:?}\n{}", errors.join("\n"));
    output
}

#[test]
fn inspect() {
    let output = hold("inspect-v1.json", &["inspect", "--format", "json", "testdata/acme", "testdata/creds"]);
    let documents = output["documents"].as_array().expect("a list");
    assert!(documents.len() > 30, "{}", documents.len());
    assert!(
        documents.iter().any(|document| document["findings"].as_array().is_some_and(|all| !all.is_empty()))
    );
    assert!(
        documents
            .iter()
            .any(|document| document["tokens"][0]["chain"].as_array().is_some_and(|all| all.len() == 3))
    );
}
