//! Which keys may sign? Those in named files, one on standard input or typed at a prompt that shows nothing, and those that a
//! command signs for. Never one from the command line or the environment.

use std::io::{IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use jwtfix::nkey::{PublicKey, go};
use jwtfix::render::text;
use jwtfix::repair::{Candidate, Ring};
use zeroize::Zeroizing;

use super::{Failure, Terminal};

/// Where the keys are.
#[derive(clap::Args)]
pub(crate) struct KeyArgs {
    /// Seeds: a key file, credentials, or a directory with all below it, a keystore of nsc for one; `-` is standard input
    #[arg(long, value_name = "FILE|DIR", help_heading = "Keys")]
    key: Vec<PathBuf>,
    /// Let COMMAND sign: it gets the public key as its argument and the bytes on standard input, and answers with the
    /// signature, raw or in base64
    #[arg(long, value_name = "COMMAND", help_heading = "Keys")]
    sign_with: Option<String>,
}

/// The most that is read of an answer or of standard input.
const MOST: u64 = 1 << 20;

impl KeyArgs {
    /// The keys.
    pub(crate) fn ring(&self, terminal: &mut Terminal) -> Result<Ring, Failure> {
        let mut ring = Ring::default();
        for path in &self.key {
            let found = if path.as_os_str() == "-" {
                let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
                std::io::stdin()
                    .lock()
                    .take(MOST)
                    .read_to_end(&mut bytes)
                    .map_err(|error| Failure::new(format!("cannot read standard input: {error}")))?;
                ring.take(&bytes, &Arc::from("standard input"))
            } else {
                ring.read(path).map_err(|error| Failure::new(error.to_string()).hint(error.hint()))?
            };
            if found == 0 {
                terminal.remark(&format!("{}: no seed is in it", path.display()));
            }
        }
        for unusable in ring.unusable() {
            terminal.remark(&format!("{}: no usable seed: {}", unusable.source, unusable.reason));
        }
        if let Some(command) = self.sign_with.clone() {
            ring.sign_elsewhere(Box::new(move |key, message| ask(&command, key, message)));
        }
        Ok(ring)
    }

    /// Asks for one of these keys, where somebody is there to be asked. Says whether there is a new one.
    pub(crate) fn prompt(&self, ring: &mut Ring, fits: &[Candidate]) -> Result<bool, Failure> {
        let asked = !self.key.iter().any(|path| path.as_os_str() == "-");
        if fits.is_empty() || self.sign_with.is_some() || !asked || !std::io::stdin().is_terminal() {
            return Ok(false);
        }
        let wanted: Vec<String> = fits
            .iter()
            .map(|fit| format!("{} ({})", text::key(&fit.key.to_string(), false), fit.class_words()))
            .collect();
        let prompt = format!("seed of {}: ", text::escape_words(&wanted.join(" or ")));
        let Ok(typed) = rpassword::prompt_password(prompt).map(Zeroizing::new) else { return Ok(false) };
        if typed.trim().is_empty() {
            return Ok(false);
        }
        let seed = go::from_seed(typed.trim().as_bytes())
            .map_err(|error| Failure::new(format!("that is no seed: {error}")))?;
        let public = seed.public();
        if !fits.iter().any(|fit| fit.key == public) {
            return Err(Failure::new(format!("that is the seed of {public}, which may not sign this"))
                .hint(keys_that_fit(fits)));
        }
        ring.insert(seed, "the prompt");
        Ok(true)
    }
}

/// The keys that may sign, for a hint.
pub(crate) fn keys_that_fit(fits: &[Candidate]) -> String {
    let mut words: Vec<String> =
        fits.iter().take(6).map(|fit| format!("{} ({})", fit.key, fit.class_words())).collect();
    if fits.len() > 6 {
        words.push(format!("and {} more", fits.len() - 6));
    }
    format!("these may: {}", words.join(", "))
}

/// A public key from the command line.
pub(crate) fn public(text: &str) -> Result<PublicKey, String> {
    PublicKey::parse(text.trim()).map_err(|error| format!("no public key: {error}"))
}

/// Lets a command sign.
fn ask(command: &str, key: &PublicKey, message: &[u8]) -> Result<Vec<u8>, String> {
    let mut child = Command::new("sh")
        .arg("-c")
        .arg(format!("{command} \"$1\""))
        .arg("jwtfix")
        .arg(key.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("the command does not start: {error}"))?;
    // It may answer before it has read everything, or read nothing at all.
    let mut stdin = child.stdin.take().ok_or("the command has no standard input")?;
    let message = message.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&message)));
    let mut answer = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout.take(MOST).read_to_end(&mut answer).map_err(|error| error.to_string())?;
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    let _ = writer.join();
    if status.success() { Ok(answer) } else { Err(format!("the command failed ({status})")) }
}
