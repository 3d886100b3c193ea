//! What does Go's `json.Unmarshal` make of a document, given the structure that it fills?
//!
//! One pass over the bytes, straight into typed claims, with Go's leniency: member names fold, a duplicate member is
//! decoded over the first, `null` leaves a scalar as it is, an unknown member is skipped, and the first value of a wrong
//! type is remembered while reading goes on. Source: `encoding/json/decode.go`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use smallvec::SmallVec;

use super::json::{self, Any, Go, JsonError, MAX_NESTING};
use super::pointer;

/// Why reading stops at once.
#[derive(Debug)]
pub(super) enum Stop {
    /// The document is not JSON; [`json::syntax_error`] has Go's words.
    Syntax,
    /// A type's own `UnmarshalJSON` refuses.
    Refused(Refusal),
}

/// Why a type's own `UnmarshalJSON` refuses.
#[derive(Debug)]
pub(super) enum Refusal {
    /// A value is of a wrong type: whoever passes it on adds where.
    Type(Box<TypeError>),
    /// Go's words, which stay as they are.
    Words(String),
}

impl Stop {
    /// A refusal in Go's words.
    pub(super) fn words(text: impl Into<String>) -> Stop {
        Stop::Refused(Refusal::Words(text.into()))
    }
}

/// Go's `UnmarshalTypeError`.
#[derive(Debug)]
pub(super) struct TypeError {
    /// What stands there: `string`, `number 1.5`.
    value: String,
    /// The structure's name, empty for one without.
    owner: &'static str,
    /// The members that lead there, embedded structures included.
    path: String,
    /// The same without the embedded structures, as Go 1.19 has it.
    own: String,
    /// Go's name of the type wanted.
    wanted: &'static str,
    /// All of it in the words of Go 1.27.
    newest: String,
}

impl TypeError {
    fn words(self) -> JsonError {
        let old = |path: &str| {
            let place = match self.owner.is_empty() && path.is_empty() {
                true => "value".to_owned(),
                false => format!("struct field {}.{path}", self.owner),
            };
            format!("json: cannot unmarshal {} into Go {place} of type {}", self.value, self.wanted)
        };
        JsonError::new(old(&self.own), old(&self.path), self.newest)
    }
}

/// Something that Go reads over: it leaves no trace in the claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// A member that the structure does not have.
    Unknown,
    /// A member that came before under the same name, folded: Go decodes it over the first.
    Duplicate,
    /// A member's name in another case than it is written.
    Folded,
}

/// A structure that is read member by member.
pub(super) trait Shape {
    /// Go's name of the structure.
    const NAME: &'static str;
    /// Go's name of its type, in an error.
    const TYPE: &'static str;

    /// Reads the value of member `name`, or says that there is no such member.
    fn member(&mut self, name: &[u8], reader: &mut Reader<'_>) -> Result<bool, Stop>;
}

/// Names that lead from a structure to a member: those of embedded structures, then its own.
pub(super) type Path = &'static [&'static str];

/// A member being read: the structure and the two parts of the path to it.
type Frame = (&'static str, Path, Path);

/// Reads one document.
pub(super) struct Reader<'a> {
    doc: &'a [u8],
    /// The document once more, where all of it is UTF-8.
    text: Option<&'a str>,
    at: usize,
    frames: SmallVec<[Frame; 4]>,
    /// Objects and arrays that are open.
    depth: usize,
    /// Go's name of the structure that the whole document is read into; empty for a document inside of another.
    root: &'static str,
    /// The first value of a wrong type.
    wrong: Option<Box<TypeError>>,
    /// What Go reads over, by the offset of the member's name.
    pub(super) odd: Vec<(Oddity, usize)>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(doc: &'a [u8]) -> Self {
        let text = std::str::from_utf8(doc).ok();
        let frames = SmallVec::new();
        Reader { doc, text, at: 0, frames, depth: 0, root: "", wrong: None, odd: Vec::new() }
    }

    /// Whether all of the document is UTF-8.
    pub(super) fn is_utf8(&self) -> bool {
        self.text.is_some()
    }

    /// Reads the whole document into `into`. The error is Go's.
    pub(super) fn document<S: Shape>(&mut self, into: &mut S) -> Result<(), JsonError> {
        self.root = S::NAME;
        let read = self.object(into).and_then(|()| match self.peek() {
            None => Ok(()),
            Some(_) => Err(Stop::Syntax),
        });
        self.verdict(read)
    }

    /// Go scans the whole document before it decodes anything, and a type's refusal goes before the remembered error; from
    /// 1.27 on the one that came first is told.
    fn verdict(&mut self, read: Result<(), Stop>) -> Result<(), JsonError> {
        if read.is_ok() && self.wrong.is_none() {
            return Ok(());
        }
        if let Some(error) = json::syntax_error(self.doc) {
            return Err(error.words(self.doc));
        }
        let wrong = self.wrong.take().map(|error| error.words());
        let refused = match read {
            Err(Stop::Refused(Refusal::Words(text))) => JsonError::from(text),
            Err(Stop::Refused(Refusal::Type(error))) => error.words(),
            // The scanner is the judge of syntax; where it finds none, a document ends too early for the reader alone.
            Err(Stop::Syntax) => {
                return Err(wrong.unwrap_or_else(|| "unexpected end of JSON input".to_owned().into()));
            }
            Ok(()) => return wrong.map_or(Ok(()), Err),
        };
        let Some(wrong) = wrong else { return Err(refused) };
        let of = |go| refused.of(go).to_owned();
        Err(JsonError::new(of(Go::UpTo1_19), of(Go::From1_20), wrong.of(Go::From1_27).to_owned()))
    }

    /// The next byte that is no space, not consumed.
    fn peek(&mut self) -> Option<u8> {
        loop {
            match self.doc.get(self.at) {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                byte => return byte.copied(),
            }
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), Stop> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(Stop::Syntax)
        }
    }

    /// Consumes a comma, or the closing bracket and says false.
    fn another(&mut self, close: u8) -> Result<bool, Stop> {
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                self.depth -= 1;
                Ok(false)
            }
            _ => Err(Stop::Syntax),
        }
    }

    fn open(&mut self, close: u8) -> Result<bool, Stop> {
        self.at += 1;
        self.depth += 1;
        if self.peek() == Some(close) {
            self.at += 1;
            self.depth -= 1;
            return Ok(false);
        }
        Ok(true)
    }

    fn literal(&mut self, word: &[u8]) -> Result<(), Stop> {
        if self.doc[self.at..].starts_with(word) {
            self.at += word.len();
            Ok(())
        } else {
            Err(Stop::Syntax)
        }
    }

    /// Consumes `null`, where it stands here.
    fn null(&mut self) -> Result<bool, Stop> {
        if self.peek() == Some(b'n') { self.literal(b"null").map(|()| true) } else { Ok(false) }
    }

    /// Consumes a value of any kind and returns its bytes.
    fn skip(&mut self) -> Result<&'a [u8], Stop> {
        self.peek();
        let from = self.at;
        self.at = json::value_end(self.doc, from, self.depth).ok_or(Stop::Syntax)?;
        Ok(&self.doc[from..self.at])
    }

    /// Consumes a value that is of another type than `wanted`, and remembers that, if it is the first.
    fn mismatch(&mut self, wanted: &'static str) -> Result<(), Stop> {
        let raw = self.skip()?;
        let at = self.at - raw.len();
        let value = match raw.first() {
            Some(b'{') => "object".into(),
            Some(b'[') => "array".into(),
            Some(b'"') => "string".into(),
            Some(b't' | b'f') => "bool".into(),
            _ => "number".into(),
        };
        self.remember(value, at, wanted);
        Ok(())
    }

    /// Remembers that the value at `at` is of another type than `wanted`, if it is the first.
    fn remember(&mut self, value: String, at: usize, wanted: &'static str) {
        if self.wrong.is_none() {
            let newest = self.newest(&value, at, wanted);
            self.wrong = Some(self.type_error(value, ["", ""], wanted, newest));
        }
    }

    /// `below`: what leads on from here, without and with embedded structures.
    fn type_error(
        &self,
        value: String,
        below: [&str; 2],
        wanted: &'static str,
        newest: String,
    ) -> Box<TypeError> {
        let join = |names: Vec<&str>, below: &str| {
            let more = if names.is_empty() || below.is_empty() { "" } else { "." };
            format!("{}{more}{below}", names.join("."))
        };
        let own = self.frames.iter().flat_map(|(_, _, own)| own.iter().copied()).collect();
        let all = self.frames.iter().flat_map(|(_, embedded, own)| embedded.iter().chain(*own).copied());
        let owner = self.frames.last().map_or("", |(owner, ..)| owner);
        let (own, path) = (join(own, below[0]), join(all.collect(), below[1]));
        Box::new(TypeError { value, owner, path, own, wanted, newest })
    }

    /// The words of Go 1.27: the place by the members' names as they are written, from the root on.
    fn newest(&self, value: &str, at: usize, wanted: &str) -> String {
        let pointer = pointer::of_member(self.doc, at);
        let place = match pointer.strip_prefix('/') {
            None => "Go value".to_owned(),
            Some(path) => {
                let path = path.replace('/', ".");
                let last = path.rsplit('.').next().unwrap_or_default();
                // What ends in a number is taken for a place in a list.
                let index = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
                format!("{}{}.{path}", if index { "" } else { "Go struct field " }, self.root)
            }
        };
        format!("json: cannot unmarshal {value} into {place} of type {wanted}")
    }

    /// A type error of a document inside this one, which Go's `addErrorContext` moves here; from 1.27 on it stays as it is.
    fn refuse_within(&self, inner: TypeError) -> Stop {
        let below = [inner.own.as_str(), inner.path.as_str()];
        Stop::Refused(Refusal::Type(self.type_error(inner.value, below, inner.wanted, inner.newest)))
    }

    /// Reads a member's value: `embedded` and `own` are the names that lead there from the structure `owner`.
    pub(super) fn within(
        &mut self,
        owner: &'static str,
        embedded: Path,
        own: Path,
        read: impl FnOnce(&mut Self) -> Result<(), Stop>,
    ) -> Result<bool, Stop> {
        self.frames.push((owner, embedded, own));
        read(self)?;
        self.frames.pop();
        Ok(true)
    }

    /// Reads an object into a structure.
    pub(super) fn object<S: Shape>(&mut self, into: &mut S) -> Result<(), Stop> {
        match self.peek() {
            Some(b'{') => {}
            Some(b'n') => return self.literal(b"null"),
            Some(_) => return self.mismatch(S::TYPE),
            None => return Err(Stop::Syntax),
        }
        let start = self.at;
        if !self.open(b'}')? {
            return Ok(());
        }
        // One bit for each member seen, by a hash of its name; where two share a bit the names themselves are compared.
        let mut seen = 0u64;
        loop {
            if self.peek() != Some(b'"') {
                return Err(Stop::Syntax);
            }
            let name_at = self.at;
            let name = self.text()?;
            self.expect(b':')?;
            let name = name.as_bytes();
            let mut folded = None;
            let mut known = into.member(name, self)?;
            if !known {
                let fold = fold(name);
                if fold != name {
                    known = into.member(&fold, self)?;
                    folded = Some(fold);
                }
            }
            if !known {
                self.odd.push((Oddity::Unknown, name_at));
                self.skip()?;
            } else if folded.is_some() {
                self.odd.push((Oddity::Folded, name_at));
            }
            let bit = 1 << slot(folded.as_deref().unwrap_or(name));
            if seen & bit != 0 && self.came_before(start, name_at, folded.as_deref().unwrap_or(name))? {
                self.odd.push((Oddity::Duplicate, name_at));
            }
            seen |= bit;
            if !self.another(b'}')? {
                return Ok(());
            }
        }
    }

    /// Whether the object that begins at `start` has a member of this folded name before the one at `end`.
    fn came_before(&mut self, start: usize, end: usize, name: &[u8]) -> Result<bool, Stop> {
        let at = std::mem::replace(&mut self.at, start + 1);
        let mut found = false;
        while !found && self.peek().is_some() && self.at < end {
            let earlier = self.text()?;
            found = fold(earlier.as_bytes()) == fold(name);
            self.expect(b':')?;
            self.skip()?;
            self.expect(b',')?;
        }
        self.at = at;
        Ok(found)
    }

    /// Reads a map; every value begins anew, and of a duplicate the last counts.
    pub(super) fn map<T: Default>(
        &mut self,
        into: &mut BTreeMap<String, T>,
        type_name: &'static str,
        read: impl Fn(&mut Self, &mut T) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        match self.peek() {
            Some(b'{') => {}
            Some(b'n') => {
                into.clear();
                return self.literal(b"null");
            }
            Some(_) => return self.mismatch(type_name),
            None => return Err(Stop::Syntax),
        }
        if !self.open(b'}')? {
            return Ok(());
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(Stop::Syntax);
            }
            let name_at = self.at;
            let name = self.text()?.into_owned();
            self.expect(b':')?;
            let mut value = T::default();
            read(self, &mut value)?;
            if into.insert(name, value).is_some() {
                self.odd.push((Oddity::Duplicate, name_at));
            }
            if !self.another(b'}')? {
                return Ok(());
            }
        }
    }

    /// Reads a list over what is there: an element that came before is decoded over.
    pub(super) fn list<T: Default>(
        &mut self,
        into: &mut Vec<T>,
        type_name: &'static str,
        read: impl Fn(&mut Self, &mut T) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        match self.peek() {
            Some(b'[') => {}
            Some(b'n') => {
                into.clear();
                return self.literal(b"null");
            }
            Some(_) => return self.mismatch(type_name),
            None => return Err(Stop::Syntax),
        }
        let mut length = 0;
        if self.open(b']')? {
            loop {
                if length == into.len() {
                    into.push(T::default());
                }
                read(self, &mut into[length])?;
                length += 1;
                if !self.another(b']')? {
                    break;
                }
            }
        }
        into.truncate(length);
        Ok(())
    }

    /// As [`Reader::list`], where a missing list and an empty one are told apart.
    pub(super) fn nullable_list<T: Default>(
        &mut self,
        into: &mut Option<Vec<T>>,
        type_name: &'static str,
        read: impl Fn(&mut Self, &mut T) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        if self.null()? {
            *into = None;
            return Ok(());
        }
        self.list(into.get_or_insert_default(), type_name, read)
    }

    /// Reads what Go has a pointer to: `null` takes it away.
    pub(super) fn pointer<T: Default>(
        &mut self,
        into: &mut Option<T>,
        read: impl FnOnce(&mut Self, &mut T) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        if self.null()? {
            *into = None;
            return Ok(());
        }
        read(self, into.get_or_insert_default())
    }

    /// Reads a string.
    pub(super) fn string(&mut self, into: &mut String, type_name: &'static str) -> Result<(), Stop> {
        match self.peek() {
            Some(b'"') => *into = self.text()?.into_owned(),
            Some(b'n') => self.literal(b"null")?,
            Some(_) => self.mismatch(type_name)?,
            None => return Err(Stop::Syntax),
        }
        Ok(())
    }

    /// Reads a Boolean.
    pub(super) fn boolean(&mut self, into: &mut bool) -> Result<(), Stop> {
        match self.peek() {
            Some(b't') => {
                self.literal(b"true")?;
                *into = true;
            }
            Some(b'f') => {
                self.literal(b"false")?;
                *into = false;
            }
            Some(b'n') => self.literal(b"null")?,
            Some(_) => self.mismatch("bool")?,
            None => return Err(Stop::Syntax),
        }
        Ok(())
    }

    /// Reads an integer that fits `T`: digits alone, no point, no exponent.
    pub(super) fn integer<T: std::str::FromStr + TryFrom<i64>>(
        &mut self,
        into: &mut T,
        type_name: &'static str,
    ) -> Result<(), Stop> {
        match self.peek() {
            Some(b'-' | b'0'..=b'9') => {}
            Some(b'n') => return self.literal(b"null"),
            Some(_) => return self.mismatch(type_name),
            None => return Err(Stop::Syntax),
        }
        let from = self.at;
        let negative = self.doc[from] == b'-';
        self.at += usize::from(negative);
        let mut small = 0i64;
        while let Some(digit @ b'0'..=b'9') = self.doc.get(self.at) {
            small = small.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
            self.at += 1;
        }
        let digits = &self.doc[from..self.at];
        let more = matches!(self.doc.get(self.at), Some(b'.' | b'e' | b'E'));
        let unsigned = digits.strip_prefix(b"-").unwrap_or(digits);
        if more || unsigned.is_empty() || (unsigned.len() > 1 && unsigned[0] == b'0') {
            self.at = from;
            let raw = self.skip()?;
            self.remember(format!("number {}", String::from_utf8_lossy(raw)), from, type_name);
            return Ok(());
        }
        // Up to 18 digits fit without a look. Go refuses `-0` where a number has no sign, as `parse` does.
        let number = match unsigned.len() <= 18 && !(negative && small == 0) {
            true => T::try_from(if negative { -small } else { small }).ok(),
            false => self.plain(from..self.at).and_then(|digits| digits.parse().ok()),
        };
        match number {
            Some(number) => *into = number,
            None => self.remember(format!("number {}", String::from_utf8_lossy(digits)), from, type_name),
        }
        Ok(())
    }

    /// Reads into Go's `map[string]any`.
    pub(super) fn any_map(&mut self, into: &mut Option<BTreeMap<String, Any>>) -> Result<(), Stop> {
        match self.peek() {
            Some(b'{') => {}
            Some(b'n') => {
                *into = None;
                return self.literal(b"null");
            }
            Some(_) => return self.mismatch("map[string]interface {}"),
            None => return Err(Stop::Syntax),
        }
        let map = into.get_or_insert_default();
        self.map(map, "map[string]interface {}", |reader, value| {
            *value = reader.any(0)?;
            Ok(())
        })
    }

    /// Reads a value of no known structure.
    pub(super) fn any(&mut self, nesting: usize) -> Result<Any, Stop> {
        match self.peek() {
            Some(b'{' | b'[') if nesting == MAX_NESTING => {
                Ok(Any::Deep(String::from_utf8_lossy(self.skip()?).into_owned()))
            }
            Some(b'{') => {
                let mut members = BTreeMap::new();
                self.map(&mut members, "", |reader, value| {
                    *value = reader.any(nesting + 1)?;
                    Ok(())
                })?;
                Ok(Any::Object(members))
            }
            Some(b'[') => {
                let mut elements = Vec::new();
                self.list(&mut elements, "", |reader, value| {
                    *value = reader.any(nesting + 1)?;
                    Ok(())
                })?;
                Ok(Any::Array(elements))
            }
            Some(b'"') => Ok(Any::String(self.text()?.into_owned())),
            Some(b't') => self.literal(b"true").map(|()| Any::Bool(true)),
            Some(b'f') => self.literal(b"false").map(|()| Any::Bool(false)),
            Some(b'n') => self.literal(b"null").map(|()| Any::Null),
            Some(_) => {
                let raw = self.skip()?;
                let number = std::str::from_utf8(raw).ok().and_then(|text| text.parse::<f64>().ok());
                match number.filter(|number| number.is_finite()) {
                    Some(number) => Ok(Any::Number(number)),
                    None => {
                        let at = self.at - raw.len();
                        self.remember(format!("number {}", String::from_utf8_lossy(raw)), at, "float64");
                        Ok(Any::Null)
                    }
                }
            }
            None => Err(Stop::Syntax),
        }
    }

    /// Hands the value's bytes to a reader of their own, as Go's `UnmarshalJSON` of a type does.
    pub(super) fn on_its_own<T>(
        &mut self,
        read: impl FnOnce(&mut Reader<'_>) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let raw = self.skip()?;
        self.nested(raw, read)
    }

    /// As [`Reader::on_its_own`], for bytes that do not stand in this document.
    pub(super) fn nested<T>(
        &self,
        raw: &[u8],
        read: impl FnOnce(&mut Reader<'_>) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let mut inner = Reader::new(raw);
        match (read(&mut inner), inner.wrong) {
            (Err(Stop::Refused(Refusal::Type(error))), _) | (Ok(_), Some(error)) => {
                Err(self.refuse_within(*error))
            }
            (outcome, _) => outcome,
        }
    }

    /// The first byte of the value that stands here.
    pub(super) fn first(&mut self) -> Option<u8> {
        self.peek()
    }

    /// Reads a list element by element, each with `read`, which says whether to go on; says whether all were read.
    pub(super) fn each(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<bool, Stop>,
    ) -> Result<bool, Stop> {
        if !self.open(b']')? {
            return Ok(true);
        }
        loop {
            if !read(self)? {
                return Ok(false);
            }
            if !self.another(b']')? {
                return Ok(true);
            }
        }
    }

    /// Reads with `fast`; where that gives up or meets anything odd, reads again with `slow`.
    pub(super) fn attempt(
        &mut self,
        fast: impl FnOnce(&mut Self) -> Result<bool, Stop>,
        slow: impl FnOnce(&mut Self) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let (at, depth, odd, frames) = (self.at, self.depth, self.odd.len(), self.frames.len());
        if self.wrong.is_none() {
            let done = fast(self);
            if matches!(done, Ok(true)) && self.odd.len() == odd && self.wrong.is_none() {
                return Ok(());
            }
            self.wrong = None;
        }
        // What was noted stays noted: the second reading may be of a document of its own.
        (self.at, self.depth) = (at, depth);
        self.frames.truncate(frames);
        slow(self)
    }

    /// The bytes of the value that stands here, not consumed.
    pub(super) fn raw(&mut self) -> Result<&'a [u8], Stop> {
        self.peek();
        let at = self.at;
        let raw = self.skip()?;
        self.at = at;
        Ok(raw)
    }

    /// Reads the string that begins here.
    pub(super) fn text(&mut self) -> Result<Cow<'a, str>, Stop> {
        let from = self.at + 1;
        let end = from + plain_length(self.doc.get(from..).ok_or(Stop::Syntax)?);
        if self.doc.get(end) == Some(&b'"')
            && let Some(text) = self.plain(from..end)
        {
            self.at = end + 1;
            return Ok(Cow::Borrowed(text));
        }
        let mut text = String::with_capacity(end - from + 32);
        self.at = from;
        loop {
            let rest = &self.doc[self.at..];
            let plain = plain_length(rest);
            match self.plain(self.at..self.at + plain) {
                Some(plain) => text.push_str(plain),
                None => push_lossy(&mut text, &rest[..plain]),
            }
            self.at += plain;
            match self.doc.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(text));
                }
                Some(b'\\') => {
                    let escaped = *self.doc.get(self.at + 1).ok_or(Stop::Syntax)?;
                    self.at += 2;
                    text.push(match escaped {
                        b'"' | b'\\' | b'/' => char::from(escaped),
                        b'b' => '\x08',
                        b'f' => '\x0c',
                        b'n' => '\n',
                        b'r' => '\r',
                        b't' => '\t',
                        b'u' => self.unicode()?,
                        _ => return Err(Stop::Syntax),
                    });
                }
                _ => return Err(Stop::Syntax),
            }
        }
    }

    /// A stretch of the document as text; the whole document was looked at once.
    fn plain(&self, range: Range<usize>) -> Option<&'a str> {
        match self.text {
            Some(text) => text.get(range),
            None => std::str::from_utf8(&self.doc[range]).ok(),
        }
    }

    /// The character of `\uXXXX`, a pair of surrogates taken together, half a pair as U+FFFD.
    fn unicode(&mut self) -> Result<char, Stop> {
        let unit = self.hex(self.at).ok_or(Stop::Syntax)?;
        self.at += 4;
        if let 0xd800..=0xdbff = unit
            && self.doc[self.at..].starts_with(b"\\u")
            && let Some(low @ 0xdc00..=0xdfff) = self.hex(self.at + 2)
        {
            self.at += 6;
            let both = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
            return Ok(char::from_u32(both).unwrap_or('\u{fffd}'));
        }
        Ok(char::from_u32(unit).unwrap_or('\u{fffd}'))
    }

    fn hex(&self, at: usize) -> Option<u32> {
        self.doc
            .get(at..at + 4)?
            .iter()
            .try_fold(0, |unit, &digit| Some(unit * 16 + char::from(digit).to_digit(16)?))
    }
}

/// Go puts one U+FFFD for each byte that is no character.
fn push_lossy(text: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|_| text.push('\u{fffd}'));
    }
}

/// Bytes up to a quote, a backslash or a control character.
fn plain_length(bytes: &[u8]) -> usize {
    let stops = |byte: u8| byte == b'"' || byte == b'\\' || byte < 0x20;
    let mut length = 0;
    // Eight at a time: a byte of `below` is set where one is below 0x20, of the others where one is the character.
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    while let Some(chunk) = bytes[length..].first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let below = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let found = below | zero(word ^ (ONES * u64::from(b'"'))) | zero(word ^ (ONES * u64::from(b'\\')));
        if found != 0 {
            // A borrow can only set bits above the first that is right.
            return length + (found.trailing_zeros() / 8) as usize;
        }
        length += 8;
    }
    length + bytes[length..].iter().position(|&byte| stops(byte)).unwrap_or(bytes.len() - length)
}

/// Go's `foldName` for names that are lower-case ASCII: upper case, U+017F and U+212A fold onto it.
fn fold(name: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(name) else { return name.to_vec() };
    text.chars()
        .map(|c| match c {
            'ſ' => 's',
            '\u{212a}' => 'k',
            c => c.to_ascii_lowercase(),
        })
        .collect::<String>()
        .into_bytes()
}

/// A number below 64 for a member's name. The factors were looked for: no two members of one structure share a number.
fn slot(name: &[u8]) -> u32 {
    let at = |place: usize| u32::from(name.get(place).copied().unwrap_or_default());
    let last = name.len().wrapping_sub(1);
    (name.len() as u32 * 65 + at(0) * 106 + at(name.len() / 2) * 195 + at(last) * 111) & 63
}
