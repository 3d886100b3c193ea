//! What do these files hold? Some files at a time: their bytes, and the tokens in them.

use std::borrow::Cow;
use std::ffi::CStr;
use std::ops::Range;

use zeroize::Zeroizing;

use super::walk::{Place, unread};
use crate::audit::Unreads;
use crate::disk::{DiskError, Entry, Facts};
use crate::file::{Document, alone, recognise};
use crate::lint::view::{Layout, Stat};
use crate::token::MAX_TOKEN;

/// The largest file that is read, in bytes; one with a token by its name need not be read beyond what Go takes.
pub(super) const LARGEST: u64 = 16 << 20;
const LARGEST_TOKEN: u64 = MAX_TOKEN as u64 * 2;

/// How often a worker waits for a file that may just be in writing.
const PATIENCE: u32 = 100;

/// A file, and which bytes of the arena are its.
pub(super) struct Item<'n> {
    pub(super) place: &'n Place,
    pub(super) name: Cow<'n, str>,
    pub(super) link: bool,
    pub(super) stat: Option<Stat>,
    /// None: it was not read.
    pub(super) bytes: Option<Range<usize>>,
}

/// What a worker reads into.
#[derive(Default)]
pub(super) struct Arena {
    bytes: Zeroizing<Vec<u8>>,
    waited: u32,
}

impl Arena {
    /// Reads files one behind the other.
    pub(super) fn fill<'n>(
        &mut self,
        files: &[(&'n Place, &'n CStr, Entry)],
        errors: &mut Unreads,
    ) -> Vec<Item<'n>> {
        self.bytes.clear();
        let mut items = Vec::with_capacity(files.len());
        for &(place, raw_name, entry) in files {
            // Nearly every name is UTF-8, which is seen faster than it is mended.
            let name = raw_name.to_str().map_or_else(|_| raw_name.to_string_lossy(), Cow::Borrowed);
            let mut item = Item { place, name, link: entry == Entry::Link, stat: None, bytes: None };
            if is_read(place, raw_name) {
                match self.read(place, raw_name) {
                    Ok((bytes, facts)) => {
                        item.stat = Some(Stat {
                            size: facts.size,
                            mode: facts.mode,
                            owner: facts.owner,
                            directory_owner: place.owner,
                        });
                        item.bytes = Some(bytes);
                    }
                    // What vanished since its directory was read is not there.
                    Err(DiskError::NotFound { .. }) if !place.named && entry == Entry::File => continue,
                    Err(error) => {
                        errors.push(unread(&error));
                        continue;
                    }
                }
            }
            items.push(item);
        }
        items
    }

    fn read(&mut self, place: &Place, name: &CStr) -> Result<(Range<usize>, Facts), DiskError> {
        let token = name.to_bytes().ends_with(b".jwt");
        let bound = if token { LARGEST_TOKEN } else { LARGEST };
        let start = self.bytes.len();
        let facts = place.directory.read_behind(name, bound, &mut self.bytes)?;
        if token && !is_whole(&self.bytes[start..]) && self.waited < PATIENCE {
            // nats-server writes its files in place: it may be in the middle of it.
            self.waited += 1;
            std::thread::sleep(std::time::Duration::from_millis(5));
            let before = self.bytes.len();
            let facts = place.directory.read_behind(name, bound, &mut self.bytes)?;
            if self.bytes[start..before] != self.bytes[before..] {
                return Ok((before..self.bytes.len(), facts));
            }
            self.bytes.truncate(before);
        }
        Ok((start..self.bytes.len(), facts))
    }

    pub(super) fn get(&self, range: &Range<usize>) -> &[u8] {
        self.bytes.get(range.clone()).unwrap_or_default()
    }
}

/// Whether a file can hold something that matters. In a resolver's directory that is what the server reads.
fn is_read(place: &Place, name: &CStr) -> bool {
    match place.layout {
        Layout::Other => true,
        Layout::Resolver | Layout::BelowResolver => place.named || name.to_bytes().ends_with(b".jwt"),
    }
}

/// Characters of a signature.
const SIGNATURE: usize = 86;

/// Whether it has three parts, the last as long as a signature.
fn is_whole(bytes: &[u8]) -> bool {
    let tail = bytes.trim_ascii_end();
    let dots = tail.len().checked_sub(SIGNATURE + 1).and_then(|at| tail.get(at)) == Some(&b'.');
    dots || bytes.starts_with(b"-----")
}

/// The text of a token.
pub(super) struct Text<'b> {
    /// Which file.
    pub(super) item: usize,
    pub(super) bytes: &'b [u8],
    /// Of a token that does not stand alone: the path of keys that leads to it, and its bytes in the file.
    pub(super) within: Option<(&'b str, Range<usize>)>,
    /// White space behind it in the file.
    pub(super) trailing: usize,
}

/// A file that is more than a token.
pub(super) struct Opened<'b> {
    pub(super) item: usize,
    pub(super) bytes: &'b [u8],
    pub(super) document: Document<'b>,
}

/// Takes the files apart that are more than a token alone.
pub(super) fn open<'b>(items: &[Item<'_>], arena: &'b Arena) -> Vec<Opened<'b>> {
    let mut opened = Vec::new();
    for (item, file) in items.iter().enumerate() {
        let Some(range) = &file.bytes else { continue };
        let bytes = arena.get(range);
        if alone(bytes).is_none() && !bytes.trim_ascii().is_empty() {
            opened.push(Opened { item, bytes, document: recognise(bytes) });
        }
    }
    opened
}

/// The tokens of files, in the order of the files.
pub(super) fn texts<'b>(items: &[Item<'_>], arena: &'b Arena, opened: &'b [Opened<'b>]) -> Vec<Text<'b>> {
    let mut texts = Vec::with_capacity(items.len());
    let mut opened = opened.iter().peekable();
    for (item, file) in items.iter().enumerate() {
        let Some(range) = &file.bytes else { continue };
        let bytes = arena.get(range);
        let plain = |bytes: &'b [u8], trailing| Text { item, bytes, within: None, trailing };
        let Some(opened) = opened.next_if(|opened| opened.item == item) else {
            // What was not taken apart is a token alone, or blank.
            let token = bytes.trim_ascii_end();
            if !token.is_empty() {
                texts.push(plain(token, bytes.len() - token.len()));
            }
            continue;
        };
        let first = texts.len();
        for part in opened.document.tokens() {
            texts.push(Text {
                item,
                bytes: part.text().as_bytes(),
                within: Some((&part.at, part.span.clone())),
                trailing: 0,
            });
        }
        if texts.len() == first && file.name.ends_with(".jwt") {
            texts.push(plain(bytes, 0));
        }
    }
    texts
}
