//! Which creds files do the remotes of a leafnode read?

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jwtfix::file::creds::leafnode_reads;

use super::server;

/// Every case of testdata, and one that only old servers read.
fn cases() -> Vec<(String, Vec<u8>)> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/creds");
    let mut cases: Vec<(String, Vec<u8>)> = std::fs::read_dir(directory)
        .expect("there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_none())
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read(&path).expect("readable"))
        })
        .collect();
    let standard = cases.iter().find(|(name, _)| name == "01_std").expect("the standard one").1.clone();
    let text = String::from_utf8(standard).expect("text");
    cases.push(("blank_line_before_end".into(), text.replace("\n------END", "\n\n  ------END").into_bytes()));
    cases
}

#[test]
#[ignore = "needs nats-servers"]
fn remotes_read_the_credentials_that_jwtfix_says() {
    let cases = cases();
    assert!(cases.len() > 30, "only {} cases", cases.len());
    for binary in server::binaries() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut remotes = String::new();
        for (at, (name, bytes)) in cases.iter().enumerate() {
            std::fs::write(directory.path().join(name), bytes).expect("written");
            // Nobody listens there: what matters is said before.
            writeln!(remotes, "{{ url: \"nats-leaf://127.0.0.1:{}\", credentials: \"{name}\" }}", at + 1)
                .expect("a string");
        }
        let config = format!("leafnodes {{ remotes: [\n{remotes}] }}\n");
        std::fs::write(directory.path().join("s.conf"), config).expect("written");
        let running = server::start(&binary, directory.path(), &BTreeMap::new())
            .unwrap_or_else(|ended| panic!("{}: {}", binary.version, ended.said));
        let refused: Vec<String> = running
            .log()
            .into_iter()
            .filter_map(|line| {
                let rest = line.text.strip_prefix("LeafNode Remote Credentials file \"")?;
                Some(rest.split_once('"')?.0.to_owned())
            })
            .collect();
        for (name, bytes) in &cases {
            assert_eq!(
                leafnode_reads(bytes, binary.version),
                !refused.contains(name),
                "{name} on {}",
                binary.version
            );
        }
    }
}
