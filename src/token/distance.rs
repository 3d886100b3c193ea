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
        let most = best.map_or(most, |(least, _)| least.saturating_sub(1));
        if let Some(far) = within(wanted, candidate, most) {
            best = Some((far, candidate));
            if far == 0 {
                break;
            }
        }
    }
    best.map(|(_, name)| name)
}

/// [`distance`], where it is not more than `most`; far texts are given up after a few bytes.
fn within(a: &str, b: &str, most: usize) -> Option<usize> {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    // Each byte of length that differs is an edit at least.
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let over = most + 1;
    let mut row: Vec<usize> = (0..=b.len()).map(|j| j.min(over)).collect();
    for (i, x) in a.iter().enumerate() {
        // Beyond this band every distance is above `most`.
        let (from, to) = (i.saturating_sub(most), (i + most + 1).min(b.len()));
        let mut diagonal = row[from];
        row[from] = if from == 0 { (i + 1).min(over) } else { over };
        let mut least = row[from];
        for j in from..to {
            let replaced = diagonal + usize::from(*x != b[j]);
            diagonal = row[j + 1];
            // The cell above is outside of the band at its right end.
            let above = if j == i + most { over } else { diagonal };
            row[j + 1] = replaced.min(above + 1).min(row[j] + 1).min(over);
            least = least.min(row[j + 1]);
        }
        if least > most {
            return None;
        }
    }
    row.last().copied().filter(|far| *far <= most)
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
    fn giving_up_changes_nothing() {
        let words = [
            "",
            "a",
            "ab",
            "ba",
            "abc",
            "kitten",
            "sitting",
            "ORDERS",
            "ORDESR",
            "XORDERS",
            "aaaaaaaaaa",
            "baaaaaaaab",
        ];
        for a in words {
            for b in words {
                for most in 0..9 {
                    let far = distance(a, b);
                    assert_eq!(within(a, b, most), (far <= most).then_some(far), "{a} {b} {most}");
                }
            }
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
