//! Who imports what of whom? As many imports as are wanted, those that do not work before the others.

use super::across::View;
use super::facts::{Account, Import, account_key};
use crate::audit::{Edge, Graph};
use crate::token::ExportType;

/// The imports that are kept.
pub(super) struct Edges {
    most: usize,
    broken: Vec<Edge>,
    working: Vec<Edge>,
    more: u64,
}

impl Edges {
    pub(super) fn new(most: usize) -> Edges {
        Edges { most, broken: Vec::new(), working: Vec::new(), more: 0 }
    }

    /// Takes in an import, and why it does not work.
    pub(super) fn add(
        &mut self,
        view: &View<'_>,
        importer: &Account,
        import: &Import<'_>,
        broken: Option<&str>,
    ) {
        let kept = if broken.is_some() { &mut self.broken } else { &mut self.working };
        if self.most == 0 || kept.len() >= self.most {
            self.more += 1;
            return;
        }
        kept.push(Edge {
            importer: importer.text(),
            exporter: view.facts.keys.text(import.exporter).into_owned(),
            subject: import.subject.to_string(),
            service: import.kind == ExportType::Service,
            broken: broken.map(str::to_owned),
        });
    }

    /// Takes in those of accounts that come behind.
    pub(super) fn merge(&mut self, behind: Edges) {
        self.broken.extend(behind.broken);
        self.working.extend(behind.working);
        self.more += behind.more;
        for kept in [&mut self.broken, &mut self.working] {
            self.more += kept.len().saturating_sub(self.most) as u64;
            kept.truncate(self.most);
        }
    }

    /// The graph; accounts are called as their tokens call them.
    pub(super) fn finish(self, view: &View<'_>) -> Graph {
        let mut edges = self.broken;
        edges.extend(self.working);
        let more = self.more + edges.len().saturating_sub(self.most) as u64;
        edges.truncate(self.most);
        let mut graph = Graph { edges, more, ..Graph::default() };
        graph.edges.sort();
        for key in graph.edges.iter().flat_map(|edge| [&edge.importer, &edge.exporter]) {
            if graph.accounts.contains_key(key) {
                continue;
            }
            let found = account_key(key).and_then(|bytes| view.find(&bytes));
            if let Some(index) = found {
                let name = view.recall(index).map(|recalled| recalled.claims.data.name.clone());
                graph.accounts.insert(key.clone(), name.unwrap_or_default());
            }
        }
        graph
    }
}
