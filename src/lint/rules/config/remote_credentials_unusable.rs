use crate::file::config::{Entry, ReadError};
use crate::file::creds::leafnode_reads;
use crate::lint::view::{Out, Setup};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "remote-credentials-unusable",
    area: "config",
    severity: Severity::Error,
    title: "a leafnode's credentials cannot be read",
    explanation: "\
The server reads the file when it connects to the other side, in its own way: token and seed in two blocks, each alone in
its line. Where it cannot, the leafnode never gets connected, and the log has a line at every try. Servers before 2.10.23
want lines that end in LF without CR, the last one too.

`jwtfix fix FILE` writes a creds file in the form that every reader takes.",
    citation: "nats-server leafnode.go: sendLeafConnect",
    versions: "all",
    check: Check::Config(check),
};

fn check(setup: &Setup<'_>, out: &mut Out<'_>) {
    setup.every(&mut |path, entry| {
        if matches!(path, "leafnodes.remotes.credentials" | "leafnodes.remotes.creds")
            && let Some((what, server)) = unusable(setup, entry)
        {
            out.tell(&RULE, || {
                Finding::new(&RULE, what.clone(), setup.at(entry)).server(server.clone())
                    .help("`jwtfix inspect FILE` says what is wrong with it, `jwtfix fix FILE` writes it anew")
            });
        }
    });
}

fn unusable(setup: &Setup<'_>, entry: &Entry) -> Option<(String, String)> {
    let path = entry.node.value.as_str()?;
    let name = crate::token::quote(path.as_bytes());
    match setup.sources.file(&path) {
        Err(ReadError::Unavailable) => None,
        Err(error) => {
            let text = error.go_text(&path);
            Some((format!("the server cannot read {name}"), text))
        }
        Ok(bytes) => {
            let bytes = zeroize::Zeroizing::new(bytes);
            let reads = leafnode_reads(&bytes, setup.scene.version);
            (!reads).then(|| (format!("the server does not find a token and a seed in {name}"), "credentials file malformed".into()))
        }
    }
}
