//! How does what a server lacks become part of a plan? As files that are made, and as changes of its configuration, which may
//! change in other ways too.

use std::collections::BTreeSet;

use super::around::real;
use super::files::After;
use super::place::{Edited, Home, Placing};
use super::{Deed, FileChange, FixError, Fixes};
use crate::disk::{self, DiskError};
use crate::repair::journal::NewBytes;
use crate::repair::survey::LARGEST;

impl Fixes {
    /// Takes in what is put somewhere for the server.
    pub(super) fn put(&mut self, placing: Placing) -> Result<(), FixError> {
        let Placing { placed, edited, mut refused, .. } = placing;
        self.refused.append(&mut refused);
        if let Some(edited) = edited {
            let preloaded = placed.iter().filter(|placed| placed.home == Home::Preload);
            let deeds = preloaded.clone().map(|placed| {
                let text = placed.token.as_bytes();
                let at =
                    edited.bytes.windows(text.len()).rposition(|there| there == text).unwrap_or_default();
                let line = edited.bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
                Deed::Preloaded { account: placed.account.clone(), from: placed.from.clone(), line }
            });
            let (deeds, codes) = (deeds.collect(), preloaded.map(|placed| placed.code).collect());
            self.edit(&edited, deeds, codes)?;
        }
        for placed in placed {
            let Home::File(path) = &placed.home else { continue };
            self.files.push(FileChange {
                path: path.clone(),
                deeds: vec![Deed::Made { account: placed.account.clone(), from: placed.from.clone() }],
                codes: BTreeSet::from([placed.code]),
            });
            self.made.push((path.clone(), placed.token));
        }
        Ok(())
    }

    /// Takes in what is put into the configuration, which may change in other ways too.
    pub(super) fn edit(
        &mut self,
        edited: &Edited,
        mut deeds: Vec<Deed>,
        codes: BTreeSet<&'static str>,
    ) -> Result<(), DiskError> {
        let place = real(&edited.path);
        let known = self.after.iter().position(|after| !after.aside && real(&after.path) == place);
        let number = match known {
            Some(number) => number,
            None => {
                self.after.push(After::as_is(&edited.path)?);
                self.after.len() - 1
            }
        };
        let after = &mut self.after[number];
        let mut new = match after.new.take() {
            Some(new) => new,
            None => NewBytes::splice(&disk::read(&after.from, LARGEST)?, &[]),
        };
        edited.pieces.iter().rev().for_each(|(at, piece)| new.replace(at.clone(), piece));
        if *new.bytes != edited.bytes {
            return Err(DiskError::Changed { path: after.from.clone() });
        }
        after.new = Some(new);
        let from = after.from.clone();
        match self.files.iter_mut().find(|change| change.path == from) {
            Some(change) => {
                change.deeds.append(&mut deeds);
                change.codes.extend(codes);
            }
            None => self.files.push(FileChange { path: from, deeds, codes }),
        }
        Ok(())
    }
}
