//! When do credentials end? The soonest are kept, all are counted.

use crate::audit::{Expiration, Report};
use crate::lint::view::File;
use crate::token::{Claims, Kind};

/// The soonest expirations.
pub(super) struct Expirations {
    most: usize,
    all: Vec<Expiration>,
    /// Later ones are not kept any more.
    latest: i64,
    endless: u64,
    dropped: u64,
}

impl Expirations {
    pub(super) fn new(most: usize) -> Expirations {
        Expirations { most, all: Vec::new(), latest: i64::MAX, endless: 0, dropped: 0 }
    }

    pub(super) fn add(&mut self, claims: &Claims, file: &File<'_>) {
        let kind = match claims.kind() {
            kind @ (Kind::Operator | Kind::Account | Kind::User | Kind::Activation) => kind.word(),
            _ => return,
        };
        let data = &claims.data;
        if data.exp <= 0 {
            self.endless += 1;
            return;
        }
        if data.exp > self.latest || self.most == 0 {
            self.dropped += 1;
            return;
        }
        self.all.push(Expiration {
            kind,
            name: data.name.clone(),
            subject: data.sub.clone(),
            expires: Some(data.exp),
            file: file.path().to_string(),
        });
        self.prune();
    }

    fn prune(&mut self) {
        if self.all.len() >= self.most.saturating_add(self.most / 4).saturating_add(1) {
            self.sort();
            self.dropped += (self.all.len() - self.most) as u64;
            self.all.truncate(self.most);
            self.latest = self.all.last().and_then(|last| last.expires).unwrap_or(i64::MAX);
        }
    }

    fn sort(&mut self) {
        self.all.sort_by(|a, b| {
            (a.expires, &a.file, a.kind, &a.subject).cmp(&(b.expires, &b.file, b.kind, &b.subject))
        });
    }

    pub(super) fn merge(&mut self, other: Expirations) {
        self.endless += other.endless;
        self.dropped += other.dropped;
        self.latest = self.latest.min(other.latest);
        self.all.extend(other.all);
        self.prune();
    }

    pub(super) fn finish(mut self, report: &mut Report) {
        self.sort();
        if self.all.len() > self.most {
            self.dropped += (self.all.len() - self.most) as u64;
            self.all.truncate(self.most);
        }
        report.expirations = self.all;
        report.endless = self.endless;
        report.later = self.dropped;
    }
}
