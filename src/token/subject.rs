//! Subjects as Go's jwt library understands them (types.go, `Subject` and `RenamingSubject`).
//!
//! These rules are looser than the server's own: `a.>.b` is neither wrong nor a wildcard here, and `>` lies in `*`.

use std::borrow::Cow;

/// `HasWildCards`: a `*` that is a token of its own, or a `>` that is the last one.
pub fn has_wildcards(subject: &str) -> bool {
    let bytes = subject.as_bytes();
    let is_end = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_none_or(|byte| *byte == b'.');
    bytes.iter().enumerate().any(|(at, byte)| match byte {
        b'*' => is_end(at.checked_sub(1)) && is_end(Some(at + 1)),
        b'>' => is_end(at.checked_sub(1)) && at + 1 == bytes.len(),
        _ => false,
    })
}

/// `IsContainedIn`: whether `subject` lies in `other`, token by token.
pub fn is_contained_in(subject: &str, other: &str) -> bool {
    // Most pairs differ in the first letter already.
    if let (Some(a), Some(b)) = (subject.bytes().next(), other.bytes().next())
        && a != b
        && !matches!(b, b'*' | b'>')
    {
        return false;
    }
    contained(subject.split('.'), other.split('.'))
}

pub(super) fn contained<'a>(
    mut tokens: impl Iterator<Item = &'a str>,
    others: impl Iterator<Item = &'a str>,
) -> bool {
    let mut others = others.peekable();
    while let Some(other) = others.next() {
        let Some(token) = tokens.next() else { return false };
        if other == ">" && others.peek().is_none() {
            return true;
        }
        if other != token && other != "*" {
            return false;
        }
    }
    tokens.next().is_none()
}

/// `countTokenWildcards`: tokens that are `*`.
pub(super) fn stars(subject: &str) -> usize {
    subject.split('.').filter(|token| *token == "*").count()
}

/// The number of a token like `$2` in a renaming subject. Go reads it with `Atoi`: `$0`, `$-1` and `$+1` are references.
pub(super) fn reference(token: &str) -> Option<i64> {
    token.strip_prefix('$')?.parse().ok()
}

/// The subject that an import gets in its own account: `to`, else `local_subject` with its references taken for `*`,
/// else the exporter's (`Imports.Validate`).
#[derive(Clone, Copy)]
pub(super) struct Own<'a> {
    text: &'a str,
    renaming: bool,
}

impl<'a> Own<'a> {
    pub(super) fn of(import: &'a super::Import) -> Self {
        if !import.to.is_empty() {
            Own { text: &import.to, renaming: false }
        } else if !import.local_subject.is_empty() {
            Own { text: &import.local_subject, renaming: true }
        } else {
            Own { text: &import.subject, renaming: false }
        }
    }

    pub(super) fn tokens(self) -> impl Iterator<Item = &'a str> {
        self.text.split('.').map(move |t| if self.renaming && reference(t).is_some() { "*" } else { t })
    }

    /// `RenamingSubject.ToSubject`.
    pub(super) fn text(self) -> Cow<'a, str> {
        if self.renaming && self.text.contains('$') {
            Cow::Owned(self.tokens().collect::<Vec<_>>().join("."))
        } else {
            Cow::Borrowed(self.text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn prop_wildcards_as_go_looks_for_them(subject in "([ab*>]|a\\*|)(\\.([ab*>]|>>|)){0,3}") {
            let go = subject.ends_with(".>")
                || subject.contains(".*.")
                || subject.ends_with(".*")
                || subject.starts_with("*.")
                || subject == "*"
                || subject == ">";
            prop_assert_eq!(has_wildcards(&subject), go);
        }

        #[test]
        fn prop_the_first_letter_tells_right(
            subject in "([ab*>]|a\\*|)(\\.([ab*>]|)){0,3}",
            other in "([ab*>]|a\\*|)(\\.([ab*>]|)){0,3}",
        ) {
            let tokens = contained(subject.split('.'), other.split('.'));
            prop_assert_eq!(is_contained_in(&subject, &other), tokens);
        }
    }
}
