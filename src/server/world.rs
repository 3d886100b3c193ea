//! The one door for callers: a server that was started in thought, the files it would read, and a client.
//!
//! Nothing is read that the client does not lead to: its account, and the accounts that this one's imports name.

use jiff::tz::TimeZone;

use super::client::Client;
use super::connect::connect;
use super::decision::Decision;
use super::load::{Held, Server};
use super::resolver::{Accounts, Files, Listing, Stored};
use super::startup::Startup;
use super::version::Version;

/// A server and its resolver.
#[derive(Debug)]
pub struct World<'a> {
    server: Server<'a>,
    resolver: Stored<'a>,
}

impl<'a> World<'a> {
    /// The server of a start-up, at a time in Unix seconds. `files` reads what the server would read from its disk, or
    /// from the URL of its resolver.
    pub fn new(startup: &'a Startup, files: Files<'a>, version: Version, now: i64) -> Self {
        let server = Server {
            startup: Some(startup),
            bootstrapped: startup.bootstrapped,
            ..Server::new(&startup.options, version, now)
        };
        Self { resolver: Stored::new(&startup.options, files, now), server }
    }

    /// With the server's local time zone, which time windows without a zone of their own are in.
    #[must_use]
    pub fn in_zone(mut self, zone: TimeZone) -> Self {
        self.server.zone = Some(zone);
        self
    }

    /// With the names of the files in the resolver's directory, so that a refusal can name the account that was meant.
    #[must_use]
    pub fn with_listing(mut self, listing: Listing<'a>) -> Self {
        self.resolver = self.resolver.with_listing(listing);
        self
    }

    /// The accounts that the server holds, for asking about many clients: each account is fetched once.
    pub fn held(&self) -> Held<'_> {
        Held::new(self.server.clone(), &self.resolver)
    }

    /// What the server's resolver has.
    pub fn resolver(&self) -> &dyn Accounts {
        &self.resolver
    }

    /// Decides about one client.
    pub fn connect(&self, client: &Client) -> Decision {
        connect(&self.held(), client)
    }
}
