//! How far is one text from another? For people who mistyped a name or a key.

/// Levenshtein's distance in bytes: the least number of inserted, removed and replaced bytes between `a` and `b`.
pub fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// The one of `known` that `wanted` was probably meant to be: at most a third of it is different, and not more than
/// `edits` bytes. The first of several that are equally near.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>, edits: usize) -> Option<&'a str> {
    let most = edits.min(wanted.len() / 3);
    let mut best: Option<(usize, &str)> = None;
    for candidate in known {
        // Each byte of length that differs is an edit at least.
        if candidate.len().abs_diff(wanted.len()) > most {
            continue;
        }
        let far = distance(wanted, candidate);
        if far <= most && best.is_none_or(|(least, _)| far < least) {
            best = Some((far, candidate));
        }
    }
    best.map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        for (a, b, want) in
            [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("ab", "ba", 2), ("a", "a", 0)]
        {
            assert_eq!(distance(a, b), want, "{a} {b}");
            assert_eq!(distance(b, a), want, "{b} {a}");
        }
    }

    #[test]
    fn only_what_is_near_is_offered() {
        let known = ["ORDERS", "BILLING", "SYS"];
        assert_eq!(nearest("ODERS", known, 3), Some("ORDERS"));
        assert_eq!(nearest("ORDESR", known, 3), Some("ORDERS"));
        assert_eq!(nearest("BILL", known, 3), None);
        assert_eq!(nearest("SY", known, 3), None);
        assert_eq!(nearest("", known, 3), None);
    }
}
