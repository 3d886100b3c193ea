//! How is a path typed into a shell? Help that is a command can be pasted, whatever somebody has called the files.

/// A word of a shell: as it is where a shell reads it so, in single quotes elsewhere.
pub fn word(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/._-+=:@%,".contains(&b);
    match text {
        // Not an option of the command that it is for.
        _ if text.starts_with('-') => word(&format!("./{text}")),
        _ if !text.is_empty() && text.bytes().all(plain) => text.to_owned(),
        _ => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

/// A command with a value in the place of each word that stands for one, `NAME` for one. What is not known, and so is empty,
/// keeps its word; values are not looked into, since a key may have the letters `NAME` in it.
pub(crate) fn filled(command: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = command;
    let next = |rest: &str| {
        let at = |(stands, value)| rest.find(stands).map(|at| (at, stands, value));
        values.iter().filter(|(_, value)| !value.is_empty()).filter_map(|&pair| at(pair)).min()
    };
    while let Some((at, stands, value)) = next(rest) {
        out.push_str(&rest[..at]);
        out.push_str(&word(value));
        rest = &rest[at + stands.len()..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::{filled, word};

    #[test]
    fn a_command_is_filled_in_once() {
        let values = [("NAME", "my KEY"), ("KEY", "ANAME"), ("ROLE", "")];
        assert_eq!(
            filled("x NAME --sk KEY, y NAME --role ROLE", &values),
            "x 'my KEY' --sk ANAME, y 'my KEY' --role ROLE"
        );
        assert_eq!(filled("x", &values), "x");
    }

    #[test]
    fn words_are_read_as_they_are_meant() {
        assert_eq!(word("/etc/nats/a-b_1.creds"), "/etc/nats/a-b_1.creds");
        assert_eq!(word("a b"), "'a b'");
        assert_eq!(word("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(word("x;rm -rf y"), "'x;rm -rf y'");
        assert_eq!(word("-rf"), "./-rf");
        assert_eq!(word(""), "''");
    }
}
