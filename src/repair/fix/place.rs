//! Does the server's directory lack the account of a client, though its token is among the files? Then it is put there.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::verdict::{Answer, Around};
use crate::disk;
use crate::repair::survey::Survey;
use crate::server::causes;
use crate::server::decision::Decision;
use crate::server::options::{Resolver, ServerOptions};
use crate::token::Kind;
use crate::trust::Opened;

/// The rule that asks for it.
pub(super) const CODE: &str = "account-not-in-resolver";

/// A file that is made: the token of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) account: String,
    pub(super) path: PathBuf,
    /// The file that has the token.
    pub(super) from: PathBuf,
    pub(super) token: Zeroizing<String>,
}

/// The account for want of whose token the server refuses a client, and the file in which it looks for it.
pub(super) fn lacking(options: &ServerOptions, decision: &Decision) -> Option<(String, PathBuf)> {
    let cause = decision.causes.iter().find(|cause| cause.id == causes::NOT_IN_RESOLVER)?;
    match &options.resolver {
        // What a cache lacks it asks others for.
        Some(Resolver::Directory(directory)) if !directory.cache => {
            Some((cause.asked.clone(), Path::new(&directory.dir).join(format!("{}.jwt", cause.asked))))
        }
        _ => None,
    }
}

/// The files that would have to be made for a server that gave this answer, and those that must not be, with the reason.
pub(super) fn place(
    survey: &Survey,
    around: &Around<'_>,
    answer: &Answer,
) -> (Vec<Made>, Vec<(PathBuf, String)>) {
    let (mut made, mut refused) = (Vec::new(), Vec::new());
    for (account, path) in &answer.lacking {
        let path = around.named(path);
        let deleted = path.with_extension("jwt.deleted");
        if disk::look(&path).is_ok() {
            continue;
        }
        let Some((from, token)) = newest(survey, around, account) else { continue };
        if disk::look(&deleted).is_ok() {
            let why = "the account was deleted here: move this file away if it is to come back";
            refused.push((deleted, why.to_owned()));
        } else {
            made.push(Made { account: account.clone(), path, from, token });
        }
    }
    (made, refused)
}

/// The newest good token of an account among the files as they would be, and the file that has it.
fn newest(survey: &Survey, around: &Around<'_>, account: &str) -> Option<(PathBuf, Zeroizing<String>)> {
    let sites = survey.of_subject(account).filter(|(_, site)| site.kind == Kind::Account);
    let paths = sites.flat_map(|(_, site)| &site.spots).map(|spot| &survey.places[spot.place].path);
    let mut newest: Option<(i64, PathBuf, Zeroizing<String>)> = None;
    for path in paths {
        let Ok(bytes) = around.read(path) else { continue };
        for open in Opened::read("".into(), &bytes, None, true).tokens {
            let good = open.holds() && open.token.refused.is_none();
            let (Some(claims), Some(raw), true) = (&open.token.decoded, open.raw, good) else { continue };
            if claims.data.sub == account && newest.as_ref().is_none_or(|(iat, ..)| claims.data.iat > *iat) {
                newest = Some((claims.data.iat, path.clone(), raw));
            }
        }
    }
    newest.map(|(_, path, token)| (path, token))
}
