//! What does the running server say of itself? Asked at its monitoring port, or read from a file with its answer.

use std::path::Path;

use jwtfix::disk;
#[cfg(feature = "live")]
use jwtfix::live::{LiveError, Monitor};
use jwtfix::server::startup::{Running, varz};

use super::Failure;
use super::gather::LARGEST;

/// A running server that was asked.
pub(crate) struct Live {
    /// Where: its URL, or the file.
    pub(crate) url: String,
    /// What it said.
    pub(crate) running: Running,
    #[cfg(feature = "live")]
    monitor: Option<Monitor>,
}

impl Live {
    /// Asks for `/varz` and `/accountz`.
    pub(crate) fn ask(at: &str) -> Result<Live, Failure> {
        let path = Path::new(at);
        if !at.contains("://") && disk::look(path).is_ok() {
            let bytes = disk::read(path, LARGEST)
                .map_err(|error| Failure::new(error.to_string()).hint(error.hint()))?;
            return Ok(Live {
                url: at.to_owned(),
                running: read(at, &bytes)?,
                #[cfg(feature = "live")]
                monitor: None,
            });
        }
        Live::over_the_network(at)
    }

    #[cfg(feature = "live")]
    fn over_the_network(at: &str) -> Result<Live, Failure> {
        let monitor = Monitor::at(at).map_err(failure)?;
        let mut running = read(at, &monitor.varz().map_err(failure)?)?;
        if let Ok(accounts) = monitor.accountz() {
            running.accountz(&accounts);
        }
        Ok(Live { url: at.to_owned(), running, monitor: Some(monitor) })
    }

    #[cfg(not(feature = "live"))]
    fn over_the_network(at: &str) -> Result<Live, Failure> {
        Err(Failure::new(format!("{at}: this jwtfix was built without the network"))
            .hint("save the answer and name the file: curl http://host:8222/varz > varz.json"))
    }

    /// Asks which token it enforces for an account.
    pub(crate) fn account(&mut self, _key: &str) {
        #[cfg(feature = "live")]
        if let Some(answer) = self.monitor.as_ref().and_then(|monitor| monitor.account(_key).ok()) {
            self.running.account(&answer);
        }
    }
}

fn read(at: &str, bytes: &[u8]) -> Result<Running, Failure> {
    varz(bytes).ok_or_else(|| {
        Failure::new(format!("{at}: this is no answer of a nats-server to /varz"))
            .hint("the monitoring port is the one of `http:` in the configuration, mostly 8222")
    })
}

#[cfg(feature = "live")]
fn failure(error: LiveError) -> Failure {
    let failure = Failure::new(error.to_string());
    match error {
        LiveError::Tls(_) => {
            failure.hint("save the answer and name the file: curl https://host:8222/varz > varz.json")
        }
        LiveError::Unanswered { .. } => {
            failure.hint("is it the server's monitoring port? `http: 8222` in its configuration opens one")
        }
    }
}
