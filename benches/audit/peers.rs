//! Others that look at the same directory, where they are at hand: a loop over Go's jwt library, and a nats-server's start.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The Go program, built; none where there is no Go.
pub(crate) fn go(root: &Path) -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/audit/go");
    let program = root.join("go-loop");
    let path = format!("{}:/usr/local/go/bin", std::env::var("PATH").unwrap_or_default());
    let mut build = Command::new("go");
    build.args(["build", "-o"]).arg(&program).arg(".").current_dir(source).env("PATH", path);
    let built = build.stderr(Stdio::inherit()).status().is_ok_and(|status| status.success());
    built.then_some(program)
}

/// Runs the Go loop over a directory; no workers: the loop alone.
pub(crate) fn run_go(program: &Path, directory: &Path, workers: usize) {
    let output = Command::new(program).arg(directory).arg(workers.to_string()).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The newest nats-server of `/opt/nats/bin`.
pub(crate) fn server() -> Option<PathBuf> {
    let entries = std::fs::read_dir("/opt/nats/bin").ok()?.flatten();
    let version = |path: &PathBuf| -> Option<Vec<u32>> {
        let name = path.file_name()?.to_str()?.strip_prefix("nats-server-")?;
        name.split('.').map(|part| part.parse().ok()).collect()
    };
    entries.map(|entry| entry.path()).filter(|path| version(path).is_some()).max_by_key(version)
}

/// Starts the server with the directory as its resolver's, and ends it when it says that it is ready.
pub(crate) fn run_server(program: &Path, root: &Path, directory: &Path) {
    let any = std::fs::read_dir(directory).expect("readable").flatten().next().expect("an account");
    let name = any.file_name().to_string_lossy().into_owned();
    let account = name.strip_suffix(".jwt").expect("an account's file");
    let config = root.join("server.conf");
    let text = format!(
        "listen: \"127.0.0.1:-1\"\noperator: {:?}\nsystem_account: {account}\n\
         resolver {{ type: full, dir: {directory:?}, limit: 100000000, interval: \"24h\" }}\n",
        root.join("operator.jwt")
    );
    std::fs::write(&config, text).expect("written");
    let mut child = Command::new(program)
        .arg("-c")
        .arg(&config)
        .env("GOMAXPROCS", "2")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let log = BufReader::new(child.stderr.take().expect("piped"));
    let ready = log.lines().map_while(Result::ok).any(|line| line.contains("Server is ready"));
    child.kill().expect("killed");
    child.wait().expect("ended");
    assert!(ready, "the server did not start");
}
