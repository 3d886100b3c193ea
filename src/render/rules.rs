//! How is a rule explained? On a terminal, in a list, and as the pages of `docs/rules`.

use super::style::{Ink, Style, pad};
use super::text;
use crate::lint::{self, Rule};

/// Every rule in one line each, by area.
pub fn rule_list<'a>(rules: impl Iterator<Item = &'a Rule>, style: Style) -> String {
    let mut rules: Vec<&Rule> = rules.collect();
    rules.sort_by_key(|rule| (rule.area, rule.code));
    let mut out = String::new();
    for area in rules.chunk_by(|one, other| one.area == other.area) {
        if !out.is_empty() {
            out.push('\n');
        }
        style.push(&mut out, Ink::Strong, area[0].area);
        out.push('\n');
        // As narrow as each area allows: a line that a terminal breaks is no row of a table any more.
        let widest = area.iter().map(|rule| rule.code.len()).max().unwrap_or(0);
        for rule in area {
            out.push_str("  ");
            style.push(&mut out, rule.severity.into(), &pad(rule.severity.word(), 8));
            out.push_str(&pad(rule.code, widest + 2));
            out.push_str(rule.title);
            out.push('\n');
        }
    }
    out
}

/// Columns of an explanation: those of the narrowest terminal that people have.
const COLUMNS: usize = 80;

/// What `jwtfix explain` prints.
pub fn explanation(rule: &Rule, style: Style) -> String {
    let mut out = String::new();
    style.push(&mut out, rule.severity.into(), &format!("{}[{}]", rule.severity.word(), rule.code));
    style.push(&mut out, Ink::Strong, &format!(": {}", rule.title));
    out.push_str("\n\n");
    out.push_str(&text::fill(rule.explanation.trim(), COLUMNS));
    out.push('\n');
    for (label, words) in [("Source", rule.citation), ("Servers", rule.versions)] {
        if !words.is_empty() {
            style.push(&mut out, Ink::Label, &pad(&format!("{label}:"), 9));
            out.push_str(words);
            out.push('\n');
        }
    }
    if let Some(example) = lint::example(rule.code) {
        style.push(&mut out, Ink::Label, "\nFor example:\n\n");
        for line in example.lines() {
            out.push_str(format!("  {line}").trim_end());
            out.push('\n');
        }
    }
    out
}

/// The page of `docs/rules/<code>.md`.
pub fn rule_page(rule: &Rule) -> String {
    let example = lint::example(rule.code)
        .map_or(String::new(), |example| format!("\nFor example:\n\n```text\n{example}\n```\n"));
    format!(
        "# {}\n\n{}: {}.\n\n{}\n\n- Source: {}\n- Releases of nats-server: {}\n{example}",
        rule.code,
        capital(rule.severity.word()),
        rule.title,
        rule.explanation.trim(),
        rule.citation,
        rule.versions
    )
}

/// The page of `docs/rules/README.md`: every rule, by area.
pub fn rule_index<'a>(rules: impl Iterator<Item = &'a Rule>) -> String {
    let mut rules: Vec<&Rule> = rules.collect();
    rules.sort_by_key(|rule| (rule.area, rule.code));
    let mut out =
        String::from("# The rules of jwtfix\n\n`jwtfix explain CODE` prints each of these pages.\n");
    let mut area = "";
    for rule in rules {
        if rule.area != area {
            area = rule.area;
            out.push_str(&format!("\n## {area}\n\n| code | severity | problem |\n| --- | --- | --- |\n"));
        }
        out.push_str(&format!(
            "| [{code}]({code}.md) | {} | {} |\n",
            rule.severity.word(),
            rule.title.replace('|', "\\|"),
            code = rule.code
        ));
    }
    out
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
