//! The accounts and the imports between them, as Graphviz's dot and as Mermaid; broken imports are red.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::text::is_invisible;
use crate::audit::{Edge, Graph};

/// Writes a directed graph for Graphviz: importer → exporter.
pub fn dot(graph: &Graph, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "digraph accounts {{\n  rankdir=LR;\n  node [shape=box];")?;
    let ids = ids(graph);
    for (key, id) in &ids {
        let style = if graph.accounts.contains_key(*key) { "" } else { ", style=dashed" };
        writeln!(out, "  {id} [label=\"{}\"{style}];", quoted(&label(graph, key)))?;
    }
    for edge in &graph.edges {
        let (Some(importer), Some(exporter)) = (ids.get(&*edge.importer), ids.get(&*edge.exporter)) else {
            continue;
        };
        let colour = if edge.broken.is_some() { ", color=red, fontcolor=red" } else { "" };
        writeln!(out, "  {importer} -> {exporter} [label=\"{}\"{colour}];", quoted(&edge_label(edge)))?;
    }
    if let Some(more) = more(graph) {
        writeln!(out, "  // {more}")?;
    }
    writeln!(out, "}}")
}

/// Writes a flowchart for Mermaid: importer → exporter, broken imports dotted.
pub fn mermaid(graph: &Graph, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "flowchart LR")?;
    let ids = ids(graph);
    for (key, id) in &ids {
        writeln!(out, "  {id}[\"{}\"]", entities(&label(graph, key)))?;
    }
    let mut broken = Vec::new();
    for (i, edge) in graph.edges.iter().enumerate() {
        let (Some(importer), Some(exporter)) = (ids.get(&*edge.importer), ids.get(&*edge.exporter)) else {
            continue;
        };
        let arrow = if edge.broken.is_some() { "-.->" } else { "-->" };
        writeln!(out, "  {importer} {arrow}|\"{}\"| {exporter}", entities(&edge_label(edge)))?;
        if edge.broken.is_some() {
            broken.push(i.to_string());
        }
    }
    if let Some(more) = more(graph) {
        writeln!(out, "  %% {more}")?;
    }
    if !broken.is_empty() {
        writeln!(out, "  linkStyle {} stroke:red,color:red", broken.join(","))?;
    }
    Ok(())
}

/// How many imports a drawing leaves out, for a comment.
fn more(graph: &Graph) -> Option<String> {
    (graph.more > 0).then(|| format!("{} more imports are not drawn", graph.more))
}

/// A short name for each account that occurs: names and keys are attacker-written, `a0` is not.
fn ids(graph: &Graph) -> BTreeMap<&str, String> {
    let ends = graph.edges.iter().flat_map(|edge| [edge.importer.as_str(), edge.exporter.as_str()]);
    let mut keys: Vec<&str> = graph.accounts.keys().map(String::as_str).chain(ends).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter().enumerate().map(|(i, key)| (key, format!("a{i}"))).collect()
}

fn label(graph: &Graph, key: &str) -> String {
    match graph.accounts.get(key) {
        Some(name) if !name.is_empty() => name.clone(),
        Some(_) => key.to_string(),
        None => format!("{key} (not found)"),
    }
}

fn edge_label(edge: &Edge) -> String {
    let kind = if edge.service { "service" } else { "stream" };
    match &edge.broken {
        Some(why) => format!("{kind} {}: {why}", edge.subject),
        None => format!("{kind} {}", edge.subject),
    }
}

fn quoted(text: &str) -> String {
    let printable: String = text.chars().map(|c| if is_invisible(c) { '\u{fffd}' } else { c }).collect();
    printable.replace('\\', "\\\\").replace('"', "\\\"")
}

/// Mermaid knows HTML's numeric entities written with `#`.
fn entities(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            c if is_invisible(c) => "\u{fffd}".to_string(),
            c if c.is_alphanumeric() || " .-_:>*(),$/".contains(c) => c.to_string(),
            c => format!("#{};", u32::from(c)),
        })
        .collect()
}
