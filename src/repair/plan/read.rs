//! What do tokens say, and whose signatures hold? Many at once, for to verify them together costs a fifth.

use zeroize::Zeroizing;

use super::Planner;
use crate::disk::DiskError;
use crate::nkey::{PublicKey, Signed};
use crate::token::Token;

/// A token, read again from its file.
pub(super) struct Read {
    pub(super) text: Zeroizing<String>,
    pub(super) token: Token,
}

impl Planner<'_> {
    /// One token by its number.
    pub(super) fn read(&self, site: usize) -> Result<Read, DiskError> {
        let text = self.survey.text(&self.survey.sites[site])?;
        let token = Token::read(text.as_bytes());
        Ok(Read { text, token })
    }

    /// Tokens by their numbers.
    pub(super) fn read_all(&self, sites: &[usize]) -> Vec<Result<Read, DiskError>> {
        let texts: Vec<_> = sites.iter().map(|&site| self.survey.text(&self.survey.sites[site])).collect();
        let good: Vec<&[u8]> = texts.iter().flatten().map(|text| text.as_bytes()).collect();
        let mut tokens = Token::read_all(&good, |signed| self.batch.verify(signed)).into_iter();
        let read = |text: Result<_, _>| {
            let text = text?;
            Ok(Read { text, token: tokens.next().expect("one for each text") })
        };
        texts.into_iter().map(read).collect()
    }

    /// Whether each of these new tokens has a signature of its key.
    pub(in crate::repair) fn hold(&self, tokens: &[(PublicKey, &str)]) -> Vec<bool> {
        let parts: Vec<_> = tokens
            .iter()
            .map(|(key, text)| {
                let (message, signature) = text.rsplit_once('.').unwrap_or_default();
                (
                    *key,
                    message,
                    data_encoding::BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap_or_default(),
                )
            })
            .collect();
        let signed: Vec<Signed<'_>> = parts
            .iter()
            .map(|(key, message, signature)| Signed { key: *key, message: message.as_bytes(), signature })
            .collect();
        self.batch.verify(&signed)
    }
}
