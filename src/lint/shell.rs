//! How is a path typed into a shell? Help that is a command can be pasted, whatever somebody has called the files.

/// A word of a shell: as it is where a shell reads it so, in single quotes elsewhere.
pub(crate) fn word(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/._-+=:@%,".contains(&b);
    match text {
        // Not an option of the command that it is for.
        _ if text.starts_with('-') => word(&format!("./{text}")),
        _ if !text.is_empty() && text.bytes().all(plain) => text.to_owned(),
        _ => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::word;

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
