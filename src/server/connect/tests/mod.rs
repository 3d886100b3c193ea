mod bare;
mod limits;
mod operator;
mod service;

use super::connect;
use crate::file::config::ReadError;
use crate::nkey::Seed;
use crate::server::client::Client;
use crate::server::decision::Decision;
use crate::server::fixture::{Family, NOON, text};
use crate::server::load::{Held, Server};
use crate::server::options::ServerOptions;
use crate::server::resolver::Stored;
use crate::server::version::Version;
use crate::token::{Account, ClaimsData, User};

const NEW: Version = Version::NEWEST;

fn v(text: &str) -> Version {
    Version::parse(text).expect("a version")
}

fn decide(options: &ServerOptions, client: &Client, version: Version) -> Decision {
    let files = |_: &str| Err(ReadError::NotFound);
    let stored = Stored::new(options, &files, NOON);
    let held = Held::new(Server::new(options, version, NOON), &stored);
    connect(&held, client)
}

/// Verdict, gate, and the lines before `authentication error`, in one text.
fn told(d: &Decision) -> String {
    let lines = d.server_logs.iter().map(ToString::to_string);
    let lines: Vec<String> = lines.filter(|l| !l.contains("authentication error")).collect();
    format!("{} {} {}", d.verdict, d.gate.unwrap_or_default(), lines.join(" | ")).trim_end().to_owned()
}

type Edit<A, B> = Box<dyn Fn(&mut A, &mut B, &Family)>;
type EditOne<A> = Box<dyn Fn(&mut A, &Family)>;

/// One operator, one account, one user with its seed, from 10.1.2.3; what is edited is the point of the case.
struct Case {
    account: Edit<ClaimsData, Account>,
    user: Edit<ClaimsData, User>,
    signer: fn(&Family) -> &Seed,
    client: EditOne<Client>,
    options: EditOne<ServerOptions>,
}

impl Case {
    fn signed_by(signer: fn(&Family) -> &Seed) -> Self {
        Self {
            account: Box::new(|_, _, _| {}),
            user: Box::new(|_, _, _| {}),
            signer,
            client: Box::new(|_, _| {}),
            options: Box::new(|_, _| {}),
        }
    }

    fn new() -> Self {
        Self::signed_by(|f| &f.account)
    }

    /// Signed by the key with a scope.
    fn scoped() -> Self {
        Self::signed_by(|f| &f.scoped_key)
    }

    fn account(mut self, edit: impl Fn(&mut Account, &Family) + 'static) -> Self {
        self.account = Box::new(move |_, a, f| edit(a, f));
        self
    }

    fn account_data(mut self, edit: impl Fn(&mut ClaimsData) + 'static) -> Self {
        self.account = Box::new(move |d, _, _| edit(d));
        self
    }

    fn user(mut self, edit: impl Fn(&mut User) + 'static) -> Self {
        self.user = Box::new(move |_, u, _| edit(u));
        self
    }

    fn user_data(mut self, edit: impl Fn(&mut ClaimsData) + 'static) -> Self {
        self.user = Box::new(move |d, _, _| edit(d));
        self
    }

    fn client(mut self, edit: impl Fn(&mut Client, &Family) + 'static) -> Self {
        self.client = Box::new(edit);
        self
    }

    fn options(mut self, edit: impl Fn(&mut ServerOptions, &Family) + 'static) -> Self {
        self.options = Box::new(edit);
        self
    }

    fn decide(&self, version: Version) -> Decision {
        let f = Family::new();
        let mut options = f.options(&f.preload(|d, a| (self.account)(d, a, &f)));
        (self.options)(&mut options, &f);
        let token = f.user_by((self.signer)(&f), |d, u| (self.user)(d, u, &f));
        let mut client = Client::with_jwt(token, Some(&text(&f.user)));
        client.from = Some("10.1.2.3".into());
        (self.client)(&mut client, &f);
        decide(&options, &client, version)
    }

    fn told(&self, version: Version) -> String {
        told(&self.decide(version))
    }
}
