//! What is it that a running server does not know yet?

use super::{Side, rule};
use crate::lint::{Finding, Place};
use crate::server::startup::{Difference, Needs};

/// The running server at `url` has something otherwise than the files.
pub fn running(url: &str, differences: &[Difference], side: &Side<'_>) -> Option<Finding> {
    let needs = differences.iter().map(|difference| difference.needs).max()?;
    let all: Vec<&str> = differences.iter().map(|difference| difference.what.as_str()).collect();
    let message = format!("the server at {url} runs another {} than the files say", all.join(", "));
    let mut finding = Finding::new(rule("server-runs-other-config"), message, Place::file(side.config()));
    for Difference { what, running, files, why, .. } in differences {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        let said = format!("{what}: running {}; files {}\n{why}", or_none(running), or_none(files));
        finding = finding.help(said);
    }
    Some(match needs {
        Needs::Nothing => finding,
        Needs::Reload => finding.help("reload it: `nats-server --signal reload`, or SIGHUP to its process"),
        Needs::Restart => finding.help("restart it"),
    })
}
