//! The only network: a running server's monitoring endpoints, over plain HTTP, bounded in time and size.

use std::time::Duration;

use ureq::Agent;

/// How long an answer may take, connecting included.
const PATIENCE: Duration = Duration::from_secs(5);
/// The largest answer that is read, in bytes.
const LARGEST: u64 = 64 << 20;

/// Why a server did not answer.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// TLS is not spoken here.
    #[error("{0}: only http is spoken here")]
    Tls(String),
    /// Nobody answers, or not in time, or too much.
    #[error("{url}: {error}")]
    Unanswered {
        /// What was asked.
        url: String,
        /// What happened.
        error: String,
    },
}

/// The monitoring port of a server.
#[derive(Debug)]
pub struct Monitor {
    base: String,
    agent: Agent,
}

impl Monitor {
    /// The one at this URL: `http://host:8222`, with or without the scheme.
    pub fn at(url: &str) -> Result<Monitor, LiveError> {
        if url.starts_with("https:") {
            return Err(LiveError::Tls(url.to_owned()));
        }
        let rest = url.strip_prefix("http://").unwrap_or(url);
        let host = rest.split('/').next().unwrap_or_default();
        // Nothing of the environment, a proxy for one, comes between us and the server that was named.
        let config = Agent::config_builder().timeout_global(Some(PATIENCE)).max_redirects(0).proxy(None);
        Ok(Monitor { base: format!("http://{host}"), agent: config.build().into() })
    }

    /// `/varz`.
    pub fn varz(&self) -> Result<Vec<u8>, LiveError> {
        self.get("/varz")
    }

    /// `/accountz`.
    pub fn accountz(&self) -> Result<Vec<u8>, LiveError> {
        self.get("/accountz")
    }

    /// `/accountz` of one account; the server loads nothing for it.
    pub fn account(&self, key: &str) -> Result<Vec<u8>, LiveError> {
        let plain: String =
            key.chars().filter(|c| c.is_ascii_alphanumeric() || "$_-.".contains(*c)).collect();
        self.get(&format!("/accountz?acc={plain}"))
    }

    fn get(&self, path: &str) -> Result<Vec<u8>, LiveError> {
        let url = format!("{}{path}", self.base);
        let unanswered =
            |error: ureq::Error| LiveError::Unanswered { url: url.clone(), error: error.to_string() };
        let mut response = self.agent.get(&url).call().map_err(unanswered)?;
        response.body_mut().with_config().limit(LARGEST).read_to_vec().map_err(unanswered)
    }
}

#[cfg(test)]
mod tests {
    use super::Monitor;

    #[test]
    fn urls_are_taken_as_people_write_them() {
        for url in ["http://h:8222", "h:8222", "http://h:8222/", "http://h:8222/varz"] {
            assert_eq!(Monitor::at(url).expect("plain").base, "http://h:8222", "{url}");
        }
        assert!(Monitor::at("https://h:8222").is_err());
    }
}
