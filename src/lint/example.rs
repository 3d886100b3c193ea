//! What does a rule tell, for example? What it told of its case in `testdata/rules` stands in `examples.txt`.

/// What `cargo test --test rules` writes.
const EXAMPLES: &str = include_str!("examples.txt");

/// A finding of the rule with this code, as people read it. None for rules that no file can meet.
pub fn example(code: &str) -> Option<&'static str> {
    let mut examples = EXAMPLES.split("## ").filter_map(|one| one.split_once('\n'));
    examples.find(|(of, _)| *of == code).map(|(_, text)| text.trim_end())
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_example_is_the_finding_alone() {
        let example = super::example("account-connections-none").expect("it has one");
        assert!(
            example.starts_with("warning[account-connections-none]: account \"ORDERS\" allows no"),
            "{example}"
        );
        assert_eq!(example.matches("]: ").count(), 1, "{example}");
        assert_eq!(super::example("no-such-code"), None);
    }
}
