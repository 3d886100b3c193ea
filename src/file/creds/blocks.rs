//! Which values stand between which marks?

use std::ops::Range;

use crate::file::part::{Part, What};
use crate::file::scan::{Found, Hit, pieces, scan};
use crate::file::text::{View, is_blank, line_end};

/// How many tokens, keys and marks of one file are looked at.
const MOST: usize = 100_000;

/// A value and the marks around it, in characters.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) begin: Option<Range<usize>>,
    pub(super) value: Value,
    pub(super) end: Option<Range<usize>>,
}

impl Block {
    pub(super) fn whole(&self) -> Range<usize> {
        let start = self.begin.as_ref().map_or(self.value.at.start, |begin| begin.start);
        let end = self.end.as_ref().map_or(self.value.at.end, |end| end.end);
        start..end.max(start)
    }
}

/// A token or a key.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) what: What,
    pub(super) at: Range<usize>,
    /// It has the form of what it should be.
    pub(super) formed: bool,
}

impl Value {
    pub(super) fn into_part<'a>(self, view: &View<'a>) -> Part<'a> {
        Part::new(self.what, view, &self.at)
    }
}

/// What a file has.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    pub(super) token: Option<Block>,
    pub(super) seed: Option<Block>,
    pub(super) others: Vec<Value>,
    /// Blocks that are neither the token's nor the seed's.
    pub(super) extra: Vec<Range<usize>>,
}

pub(super) fn read(view: &View<'_>) -> Blocks {
    let text = view.text();
    let all = pair(text, &scan(text, MOST));
    let label = |block: &Block| {
        let begin = block.begin.as_ref().or(block.end.as_ref());
        begin.and_then(|at| text.get(at.clone())).unwrap_or_default().to_ascii_uppercase()
    };
    let says = |block: &Block, word: &[u8]| label(block).windows(word.len()).any(|part| part == word);
    let best = |what: What, word: &[u8]| {
        let of = || all.iter().enumerate().filter(|(_, block)| block.value.what == what);
        // What has the form, and of that what stands under its own words; the first of them.
        of().find(|(_, block)| block.value.formed && says(block, word))
            .or_else(|| of().find(|(_, block)| block.value.formed))
            .or_else(|| of().next())
            .map(|(index, _)| index)
    };
    let (token, seed) = (best(What::Token, b"USER JWT"), best(What::Seed, b"USER NKEY SEED"));
    let mut blocks = Blocks::default();
    for (index, block) in all.into_iter().enumerate() {
        if Some(index) == token {
            blocks.token = Some(block);
        } else if Some(index) == seed {
            blocks.seed = Some(block);
        } else {
            blocks.extra.push(block.whole());
            if block.value.formed {
                blocks.others.push(block.value);
            }
        }
    }
    blocks
}

/// Puts values and marks together.
fn pair(text: &[u8], hits: &[Hit]) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut begin: Option<Range<usize>> = None;
    // The last block has no end yet and can be given one.
    let mut open = false;
    for hit in hits {
        match hit.what {
            Found::Begin => {
                if let Some(begin) = begin.take() {
                    blocks.extend(unformed(text, begin, hit.at.start, None));
                }
                (begin, open) = (Some(hit.at.clone()), false);
            }
            Found::End => match begin.take() {
                Some(begin) => blocks.extend(unformed(text, begin, hit.at.start, Some(hit.at.clone()))),
                None => {
                    if let Some(block) = blocks.last_mut().filter(|_| open) {
                        block.end = Some(hit.at.clone());
                    }
                    open = false;
                }
            },
            Found::Token | Found::Seed | Found::Private | Found::Public => {
                let what = match hit.what {
                    Found::Token => What::Token,
                    Found::Seed => What::Seed,
                    Found::Private => What::PrivateKey,
                    _ => What::PublicKey,
                };
                let value = Value { what, at: hit.at.clone(), formed: true };
                blocks.push(Block { begin: begin.take(), value, end: None });
                open = true;
            }
        }
    }
    if let Some(begin) = begin {
        blocks.extend(unformed(text, begin, text.len(), None));
    }
    blocks
}

/// A block whose value has not the form of one: the words of its first line.
fn unformed(text: &[u8], begin: Range<usize>, until: usize, end: Option<Range<usize>>) -> Option<Block> {
    let label = text.get(begin.clone())?.to_ascii_uppercase();
    let has = |word: &[u8]| label.windows(word.len()).any(|part| part == word);
    let what = if has(b"SEED") || has(b"NKEY") {
        What::Seed
    } else if has(b"JWT") {
        What::Token
    } else {
        return None;
    };
    let mut start = begin.end;
    loop {
        match text.get(start) {
            Some(&byte) if start < until && is_blank(byte) => start += 1,
            Some(_) if start < until => match line_end(text, start) {
                Some((_, length)) => start += length,
                None => break,
            },
            _ => break,
        }
    }
    let start = start.min(until);
    let length = (start..until).take_while(|&at| line_end(text, at).is_none()).count();
    let trailing = text[start..start + length].iter().rev().take_while(|&&byte| is_blank(byte)).count();
    let value = Value { what, at: start..start + length - trailing, formed: false };
    // Of a line without a single character that a token or key may have there is nothing to tell.
    let tells = pieces(text, &value.at).next().is_some();
    tells.then_some(Block { begin: Some(begin), value, end })
}
