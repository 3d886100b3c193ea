//! What do Go and its HTTP client make of a URL of the configuration?

use super::walk::q;
use crate::file::version::Version;
use crate::server::version;
use crate::token::url;

/// `parseURL`: whether the server takes it; blanks around it are cut off.
pub(super) fn is_taken(text: &str) -> bool {
    url::parse(text.trim(), false).is_ok()
}

/// The words of Go's HTTP client for a URL that it asks nobody about.
pub(super) fn never_fetched(text: &str) -> Option<String> {
    let url = url::parse(text, true).ok()?;
    let scheme = url.scheme.to_ascii_lowercase();
    if !matches!(scheme.as_str(), "http" | "https") {
        return Some(format!("unsupported protocol scheme {}", q(&scheme)));
    }
    (!url.host).then(|| "http: no Host in request URL".into())
}

/// `validateWebsocketOptions`: what is wrong with an allowed origin.
pub(super) fn origin(text: &str, version: Version) -> Option<String> {
    let strict = version.has(&version::STRICT_COLONS);
    let told = |why: String| Some(format!("unable to parse allowed origin: {why}"));
    if !version.has(&version::ORIGINS_ABSOLUTE) {
        return url::parse(text, strict).err().and_then(told);
    }
    let url = match url::parse_request(text, strict) {
        Ok(url) => url,
        Err(why) => return told(why),
    };
    let named = |why: &str| Some(format!("unable to parse allowed origin {}: {why}", q(text)));
    if !matches!(url.scheme.to_ascii_lowercase().as_str(), "http" | "https") {
        return named("allowed origins must be absolute URLs with http or https scheme");
    }
    if !url.host {
        return named("host is required");
    }
    // `net.SplitHostPort`: a port may be missing, but there is one at most.
    let host = text.split_once("://").map_or("", |(_, rest)| rest);
    let host = host.split(['/', '?']).next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    if !host.starts_with('[') && host.matches(':').count() > 1 {
        return told(format!("address {host}: too many colons in address"));
    }
    None
}

/// A URL with the password cut out, as Go's `Redacted` shows it.
pub(super) fn redacted(text: &str) -> String {
    let hidden = || {
        let (scheme, rest) = text.split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end)?;
        let (user, host) = authority.rsplit_once('@')?;
        let (name, _) = user.split_once(':')?;
        Some(format!("{scheme}://{name}:xxxxx@{host}{path}"))
    };
    hidden().unwrap_or_else(|| text.to_owned())
}
