//! Under which names do things stand on the disk? Names come out of tokens, and whoever wrote a token chose them: none of
//! them leads anywhere, hides, or is the name of something else.

use std::collections::HashSet;

/// Bytes of a name; with the longest end of a file's name it stays below what file systems take.
const LONGEST: usize = 180;

/// Names that Windows gives to devices, whatever end they have.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// The names that are taken in one directory.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// A name of its own for what a token calls `name`; `key` tells it from others.
    pub(super) fn give(&mut self, name: &str, key: &str) -> String {
        let plain = safe(name);
        let unlike = plain != name.trim();
        let short: String = key.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
        let whole: String = key.chars().filter(char::is_ascii_alphanumeric).take(56).collect();
        let candidates = [
            (!unlike && !plain.is_empty()).then(|| plain.clone()),
            (!plain.is_empty()).then(|| format!("{plain}-{short}")),
            Some(format!("{plain}-{whole}").trim_start_matches('-').to_owned()),
        ];
        let counted =
            (2..).map(|count| format!("{}-{count}", if plain.is_empty() { "unnamed" } else { &plain }));
        let free = candidates.into_iter().flatten().filter(|name| !name.is_empty()).chain(counted);
        // On some file systems two names that differ in case are one.
        free.into_iter().find(|name| self.taken.insert(name.to_lowercase())).expect("numbers do not end")
    }
}

/// What of a name can stand in a path; empty where nothing can.
pub(super) fn safe(name: &str) -> String {
    let mut out = String::new();
    for c in name.trim().chars() {
        let c = if harmless(c) { c } else { '_' };
        if out.len() + c.len_utf8() > LONGEST {
            break;
        }
        out.push(c);
    }
    // A leading dot hides it or leads upwards, a last dot or blank is lost on Windows.
    let cut = out.trim_start_matches('.').trim_end_matches(['.', ' ']);
    let stem = cut.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    let device = DEVICES.contains(&stem.as_str())
        || numbered.is_some_and(|rest| rest.chars().count() == 1 && rest.chars().all(|c| c.is_numeric()));
    if device { format!("_{cut}") } else { cut.to_owned() }
}

fn harmless(c: char) -> bool {
    let invisible = c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    !invisible && !matches!(c, '/' | '\\' | '<' | '>' | ':' | '"' | '|' | '?' | '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::{Component, Path};

    #[test]
    fn hostile_names_lead_nowhere() {
        for (name, wanted) in [
            ("My Account", "My Account"),
            ("  trimmed ", "trimmed"),
            ("../x", "_x"),
            ("..", ""),
            (".", ""),
            (".nsc", "nsc"),
            ("a/../../b", "a_.._.._b"),
            ("/etc/passwd", "_etc_passwd"),
            ("C:\\x", "C__x"),
            ("a\u{0}b\n\u{1b}[2J", "a_b__[2J"),
            ("right\u{202e}left", "right_left"),
            ("con", "_con"),
            ("NUL.txt", "_NUL.txt"),
            ("com1", "_com1"),
            ("LPT²", "_LPT²"),
            ("COMMON", "COMMON"),
            ("end. .", "end"),
            ("", ""),
            ("é✓", "é✓"),
        ] {
            assert_eq!(safe(name), wanted, "{name:?}");
        }
        assert_eq!(safe(&"x".repeat(4000)).len(), LONGEST);
        assert_eq!(safe(&"é".repeat(4000)).len(), LONGEST);
    }

    #[test]
    fn each_has_a_name_of_its_own() {
        let mut names = Names::default();
        assert_eq!(names.give("A", "AAAA1111222233"), "A");
        assert_eq!(names.give("a", "AAAA1111222233"), "a-AAAA1111");
        assert_eq!(names.give("A", "AAAA1111222233"), "A-AAAA1111222233");
        assert_eq!(names.give("A", "AAAA1111222233"), "A-2");
        // What is not the token's own name is never mistaken for another's.
        assert_eq!(names.give("../x", "AB"), "_x-AB");
        assert_eq!(names.give("", "ABCDEFGHIJ"), "ABCDEFGHIJ");
        assert_eq!(names.give("", ""), "unnamed-2");
    }

    proptest! {
        #[test]
        fn prop_a_name_is_one_component(names: Vec<String>, key: String) {
            let mut taken = Names::default();
            let given: Vec<String> = names.iter().map(|name| taken.give(name, &key)).collect();
            for name in &given {
                let parts: Vec<_> = Path::new(name).components().collect();
                prop_assert!(matches!(parts.as_slice(), [Component::Normal(part)] if part.to_str() == Some(name)));
                prop_assert!(!name.starts_with('.') && name.len() < 250 && !name.chars().any(char::is_control));
            }
            let different: HashSet<String> = given.iter().map(|name| name.to_lowercase()).collect();
            prop_assert_eq!(different.len(), given.len());
        }
    }
}
