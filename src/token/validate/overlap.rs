//! Which subjects of a long list hold which? A tree of tokens answers without comparing each with each.

use std::collections::HashMap;

/// Lists up to this long are compared each with each, which is faster and allocates nothing.
pub(super) const FEW: usize = 32;

/// Subjects by namespace and tokens, each under a number.
#[derive(Default)]
pub(super) struct Tree<'a> {
    nodes: Vec<Node>,
    roots: HashMap<&'a str, usize>,
    steps: HashMap<(usize, &'a str), usize>,
}

#[derive(Default)]
struct Node {
    below: Vec<usize>,
    ends: Vec<usize>,
}

impl<'a> Tree<'a> {
    fn node(&mut self) -> usize {
        self.nodes.push(Node::default());
        self.nodes.len() - 1
    }

    pub(super) fn insert(
        &mut self,
        namespace: &'a str,
        tokens: impl Iterator<Item = &'a str>,
        number: usize,
    ) {
        let mut at = match self.roots.get(namespace) {
            Some(root) => *root,
            None => {
                let root = self.node();
                self.roots.insert(namespace, root);
                root
            }
        };
        for token in tokens {
            at = match self.steps.get(&(at, token)) {
                Some(next) => *next,
                None => {
                    let next = self.node();
                    self.steps.insert((at, token), next);
                    self.nodes[at].below.push(next);
                    next
                }
            };
        }
        self.nodes[at].ends.push(number);
    }

    fn step(&self, node: usize, token: &str) -> Option<usize> {
        self.steps.get(&(node, token)).copied()
    }

    /// The numbers of the subjects that lie in this one.
    pub(super) fn inside(&self, namespace: &str, tokens: &[&str]) -> Vec<usize> {
        let mut found = Vec::new();
        let mut open: Vec<(usize, usize)> =
            self.roots.get(namespace).map(|root| (*root, 0)).into_iter().collect();
        while let Some((node, depth)) = open.pop() {
            let here = &self.nodes[node];
            match tokens.get(depth) {
                // Behind the last token, or anywhere behind a last `>`.
                None => {
                    found.extend(&here.ends);
                    if depth > tokens.len() {
                        open.extend(here.below.iter().map(|below| (*below, depth)));
                    }
                }
                Some(&">") if depth + 1 == tokens.len() => {
                    open.extend(here.below.iter().map(|below| (*below, tokens.len() + 1)));
                }
                Some(&"*") => open.extend(here.below.iter().map(|below| (*below, depth + 1))),
                Some(token) => open.extend(self.step(node, token).map(|next| (next, depth + 1))),
            }
        }
        found
    }

    /// The numbers of the subjects that this one lies in.
    pub(super) fn around(&self, namespace: &str, tokens: &[&str]) -> Vec<usize> {
        let mut found = Vec::new();
        let mut open: Vec<(usize, usize)> =
            self.roots.get(namespace).map(|root| (*root, 0)).into_iter().collect();
        while let Some((node, depth)) = open.pop() {
            let Some(token) = tokens.get(depth) else {
                found.extend(&self.nodes[node].ends);
                continue;
            };
            // A last `>` holds whatever is left; as the last of these tokens it is the same node.
            let rest = self.step(node, ">");
            found.extend(rest.iter().flat_map(|rest| &self.nodes[*rest].ends));
            let same = self.step(node, token).filter(|same| Some(*same) != rest || depth + 1 < tokens.len());
            let star = if *token == "*" { None } else { self.step(node, "*") };
            open.extend(same.into_iter().chain(star).map(|next| (next, depth + 1)));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::subject::is_contained_in;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn prop_the_tree_agrees_with_each_against_each(
            subjects in prop::collection::vec("([ab*>]|a\\*|)(\\.([ab*>]|)){0,3}", 0..20),
            asked in "([ab*>]|)(\\.([ab*>]|)){0,3}",
        ) {
            let mut tree = Tree::default();
            for (number, subject) in subjects.iter().enumerate() {
                tree.insert(if number % 4 == 3 { "other" } else { "" }, subject.split('.'), number);
            }
            let tokens: Vec<&str> = asked.split('.').collect();
            let which = |test: &dyn Fn(&str) -> bool| -> Vec<usize> {
                (0..subjects.len()).filter(|n| n % 4 != 3 && test(&subjects[*n])).collect()
            };
            let sorted = |mut numbers: Vec<usize>| { numbers.sort_unstable(); numbers };
            prop_assert_eq!(sorted(tree.inside("", &tokens)), which(&|s| is_contained_in(s, &asked)));
            prop_assert_eq!(sorted(tree.around("", &tokens)), which(&|s| is_contained_in(&asked, s)));
        }
    }

    #[test]
    fn a_subject_of_very_many_tokens_is_no_trouble() {
        let long = "a.".repeat(1 << 17) + "a";
        let tokens: Vec<&str> = long.split('.').collect();
        let mut tree = Tree::default();
        tree.insert("", tokens.iter().copied(), 7);
        assert_eq!(tree.inside("", &[">"]), [7]);
        assert_eq!(tree.around("", &tokens), [7]);
    }
}
