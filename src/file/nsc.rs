//! What do the files say that nsc keeps for itself?

use serde::Deserialize;

/// `nsc.json`: where the stores are, and what is selected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The directory of the operators' directories.
    pub store_root: String,
    /// The selected operator's directory.
    pub operator: String,
    /// The selected account's directory.
    pub account: String,
}

/// `.nsc`, which marks an operator's directory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Mark {
    /// The operator's key is elsewhere: accounts are self-signed until it has signed them.
    pub managed: bool,
    /// The operator's name.
    pub name: String,
    /// `operator`.
    pub kind: String,
    /// `1`.
    pub version: String,
}

/// Reads `nsc.json`.
pub fn settings(bytes: &[u8]) -> Option<Settings> {
    serde_json::from_slice(bytes).ok()
}

/// Reads `.nsc`.
pub fn mark(bytes: &[u8]) -> Option<Mark> {
    serde_json::from_slice(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_read() {
        let text =
            br#"{"store_root":"/s","operator":"O","account":"A","github_updates":"x/y","last_update":1}"#;
        let read = settings(text).unwrap();
        assert_eq!((&*read.store_root, &*read.operator, &*read.account), ("/s", "O", "A"));
        let read = mark(br#"{"managed":true,"name":"O","kind":"operator","version":"1"}"#).unwrap();
        assert_eq!((read.managed, &*read.name), (true, "O"));
        assert_eq!(settings(b"{"), None);
        assert_eq!(mark(b"[]x"), None);
    }
}
