//! Which words does a configuration consist of?
//!
//! The state machine of nats-server's `conf/lex.go`, state by state: where it says that a comment starts, that a
//! digit makes a number, that a line ends, is what decides what an operator's file means. Unlike the server this
//! one also remembers where each word stands in the bytes.

use super::Span;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Error,
    Eof,
    Key,
    Text,
    String,
    Bool,
    Integer,
    Float,
    Datetime,
    ArrayStart,
    ArrayEnd,
    MapStart,
    MapEnd,
    CommentStart,
    Variable,
    Include,
}

/// A word with the position that the server would give for it.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) kind: Kind,
    pub(super) text: Vec<u8>,
    pub(super) line: usize,
    pub(super) column: i64,
    /// Where it stands, quotes included.
    pub(super) span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Top,
    TopValueEnd,
    BlockStart,
    BlockValueEnd,
    BlockEnd,
    KeyStart,
    DoubleQuotedKey,
    QuotedKey,
    IncludeStart,
    Include,
    IncludeQuoted,
    IncludeDoubleQuoted,
    IncludeBare,
    Key,
    KeyEnd,
    Value,
    ArrayValue,
    ArrayValueEnd,
    ArrayEnd,
    MapKeyStart,
    MapQuotedKey,
    MapDoubleQuotedKey,
    MapKey,
    MapKeyEnd,
    MapValue,
    MapValueEnd,
    MapEnd,
    QuotedString,
    DoubleQuotedString,
    BareString,
    BlockString,
    StringEscape,
    StringBinary,
    NumberStart,
    Number,
    ConvenientNumber,
    DateAfterYear,
    NegativeStart,
    Negative,
    FloatStart,
    Float,
    Address,
    CommentStart,
    Comment,
    /// After an error or the end: nothing more comes.
    Done,
}

/// How the grammar differs between releases.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grammar {
    /// A `{` at top level opens a block with its own end (lexBlockStart).
    pub(super) blocks: bool,
    /// A digit after a unit makes the word a string.
    pub(super) unit_then_digit_is_text: bool,
}

pub(super) struct Lexer<'a> {
    input: &'a [u8],
    grammar: Grammar,
    start: usize,
    pos: usize,
    width: usize,
    line: usize,
    state: State,
    items: std::collections::VecDeque<Item>,
    stack: Vec<State>,
    parts: Vec<u8>,
    has_parts: bool,
    string_state: State,
    line_start: usize,
    item_line_start: usize,
    /// Where the word began, quotes included.
    begin: usize,
}

const NONE: char = '\0';

fn is_space(c: char) -> bool {
    c.is_whitespace()
}

fn is_blank(c: char) -> bool {
    c == ' ' || c == '\t'
}

fn is_newline(c: char) -> bool {
    c == '\n' || c == '\r'
}

fn is_separator(c: char) -> bool {
    c == '=' || c == ':'
}

fn is_suffix(c: char) -> bool {
    matches!(c.to_ascii_lowercase(), 'k' | 'm' | 'g' | 't' | 'p' | 'e')
}

/// Go's `unicode.IsDigit`: general category Nd, whose ranges are runs of ten from these.
pub(super) fn is_digit(c: char) -> bool {
    const FIRST: &[u32] = &[
        0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50,
        0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40,
        0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066,
        0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950,
        0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec,
        0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e950, 0x1fbf0,
    ];
    let code = u32::from(c);
    if code < 128 {
        return c.is_ascii_digit();
    }
    FIRST.iter().any(|&first| (first..first + 10).contains(&code))
}

impl<'a> Lexer<'a> {
    pub(super) fn new(input: &'a [u8], grammar: Grammar) -> Self {
        Self {
            input,
            grammar,
            start: 0,
            pos: 0,
            width: 0,
            line: 1,
            state: State::Top,
            items: std::collections::VecDeque::new(),
            stack: Vec::new(),
            parts: Vec::new(),
            has_parts: false,
            string_state: State::BareString,
            line_start: 0,
            item_line_start: 0,
            begin: 0,
        }
    }

    /// The next word; after an error or the end always the end.
    pub(super) fn item(&mut self) -> Item {
        loop {
            if let Some(item) = self.items.pop_front() {
                return item;
            }
            if self.state == State::Done {
                return Item {
                    kind: Kind::Eof,
                    text: Vec::new(),
                    line: self.line,
                    column: 0,
                    span: Span { start: self.pos, end: self.pos },
                };
            }
            self.state = self.step(self.state);
        }
    }

    fn slice(&self, from: usize, to: usize) -> &'a [u8] {
        self.input.get(from..to).unwrap_or_default()
    }

    fn push_item(&mut self, kind: Kind, text: Vec<u8>, span: Span) {
        // Computed as the server does: from where the word ends, back by the length of its *value*.
        let column = self.pos as i64 - self.item_line_start as i64 - text.len() as i64;
        self.items.push_back(Item { kind, text, line: self.line, column, span });
        self.start = self.pos;
        self.item_line_start = self.line_start;
    }

    fn emit_to(&mut self, kind: Kind, closing: usize) {
        let mut text = std::mem::take(&mut self.parts);
        self.has_parts = false;
        text.extend_from_slice(self.slice(self.start, self.pos));
        let span = Span { start: self.begin.min(self.pos), end: (self.pos + closing).min(self.input.len()) };
        self.push_item(kind, text, span);
    }

    fn emit(&mut self, kind: Kind) {
        self.emit_to(kind, 0);
    }

    fn fail(&mut self, text: impl Into<Vec<u8>>) -> State {
        let column = self.pos as i64 - self.line_start as i64;
        let span = Span { start: self.pos.saturating_sub(self.width.max(1)), end: self.pos };
        self.items.push_back(Item { kind: Kind::Error, text: text.into(), line: self.line, column, span });
        State::Done
    }

    fn pop(&mut self) -> State {
        match self.stack.pop() {
            Some(state) => state,
            None => self.fail("BUG in lexer: no states to pop."),
        }
    }

    fn next(&mut self) -> char {
        let Some(&byte) = self.input.get(self.pos) else {
            self.width = 0;
            return NONE;
        };
        if byte == b'\n' {
            self.line += 1;
            self.line_start = self.pos;
        }
        let (c, width) = decode(self.slice(self.pos, (self.pos + 4).min(self.input.len())));
        self.width = width;
        self.pos += width;
        c
    }

    fn ignore(&mut self) {
        self.start = self.pos;
        self.item_line_start = self.line_start;
    }

    fn backup(&mut self) {
        self.pos = self.pos.saturating_sub(self.width);
        if self.input.get(self.pos) == Some(&b'\n') {
            self.line = self.line.saturating_sub(1);
        }
    }

    fn peek(&mut self) -> char {
        let c = self.next();
        self.backup();
        c
    }

    fn skip(&mut self, state: State) -> State {
        self.ignore();
        state
    }

    /// A word that starts here, before the character just read.
    fn begin_here(&mut self) {
        self.begin = self.pos.saturating_sub(self.width);
    }

    fn comment(&mut self, back: State) -> State {
        self.stack.push(back);
        State::CommentStart
    }

    fn end(&mut self) -> State {
        if self.pos > self.start {
            return self.fail("Unexpected EOF.");
        }
        self.begin = self.pos;
        self.emit(Kind::Eof);
        State::Done
    }

    fn quoted_key(&mut self, quote: char, here: State, after: State, map: Option<&str>) -> State {
        let c = self.peek();
        if c == NONE && map.is_some() {
            return self.fail(map.unwrap_or_default());
        }
        if c == quote {
            self.emit_to(Kind::Key, 1);
            self.next();
            return self.skip(after);
        }
        if c == NONE {
            return self.end();
        }
        self.next();
        here
    }

    fn keyword(&mut self, after: State, push: Option<State>) -> State {
        if self.slice(self.start, self.pos).eq_ignore_ascii_case(b"include") {
            self.ignore();
            if let Some(state) = push {
                self.stack.push(state);
            }
            return State::IncludeStart;
        }
        self.emit(Kind::Key);
        after
    }

    /// The word is over, its closing quote stands here.
    fn close_quote(&mut self, kind: Kind) -> State {
        self.backup();
        self.emit_to(kind, 1);
        self.next();
        self.ignore();
        self.pop()
    }

    /// The word is over, what was read does not belong to it.
    fn close_bare(&mut self, kind: Kind) -> State {
        self.backup();
        self.emit(kind);
        self.pop()
    }

    fn array_or_value_end(
        &mut self,
        c: char,
        here: State,
        next: State,
        end: State,
        closing: char,
    ) -> Option<State> {
        if c == '#' {
            return Some(self.comment(here));
        }
        let mut slash = false;
        if c == '/' {
            if self.next() == '/' {
                return Some(self.comment(here));
            }
            self.backup();
            // Go falls through into the next case: a lone slash counts as a separator.
            slash = true;
        }
        let separates = c == ',' || is_newline(c) || (closing == '}' && c == ';');
        if slash || separates {
            return Some(self.skip(next));
        }
        (c == closing).then(|| match end {
            State::MapEnd => self.skip(end),
            _ => end,
        })
    }

    fn step(&mut self, state: State) -> State {
        match state {
            State::Top => self.top(),
            State::TopValueEnd => self.top_value_end(),
            State::BlockStart => self.block_start(),
            State::BlockValueEnd => self.block_value_end(),
            State::BlockEnd => self.block_end(),
            State::KeyStart => {
                let c = self.peek();
                if is_separator(c) {
                    return self.fail(format!("Unexpected key separator '{c}'"));
                }
                self.begin = self.pos;
                if is_space(c) {
                    self.next();
                    return self.skip(State::KeyStart);
                }
                match c {
                    '"' | '\'' => {
                        self.next();
                        self.skip(if c == '"' { State::DoubleQuotedKey } else { State::QuotedKey })
                    }
                    _ => {
                        self.ignore();
                        self.next();
                        State::Key
                    }
                }
            }
            State::DoubleQuotedKey => self.quoted_key('"', state, State::KeyEnd, None),
            State::QuotedKey => self.quoted_key('\'', state, State::KeyEnd, None),
            State::IncludeStart => {
                if is_blank(self.next()) {
                    return self.skip(State::IncludeStart);
                }
                self.backup();
                State::Include
            }
            State::Include => {
                let c = self.next();
                self.begin_here();
                let what = match c {
                    '\'' | '"' => {
                        self.ignore();
                        return if c == '"' { State::IncludeDoubleQuoted } else { State::IncludeQuoted };
                    }
                    '[' => "start of an array",
                    '{' => "start of a map",
                    '(' => "start of a block",
                    '-' => "start of a number",
                    '\\' => "escape sequence",
                    c if is_digit(c) => "start of a number",
                    c if is_newline(c) => "new line",
                    _ => {
                        self.backup();
                        return State::IncludeBare;
                    }
                };
                self.fail(format!("Expected include value but found {what}"))
            }
            State::IncludeQuoted => match self.next() {
                '\'' => self.close_quote(Kind::Include),
                NONE => self.fail("Unexpected EOF in quoted include"),
                _ => state,
            },
            State::IncludeDoubleQuoted => match self.next() {
                '"' => self.close_quote(Kind::Include),
                NONE => self.fail("Unexpected EOF in double quoted include"),
                _ => state,
            },
            State::IncludeBare => match self.next() {
                '\n' | '\r' | NONE | ';' | '}' | ' ' | '\t' => self.close_bare(Kind::Include),
                '\'' => self.close_quote(Kind::Include),
                _ => state,
            },
            State::Key => {
                let c = self.peek();
                if is_space(c) {
                    return self.keyword(State::KeyEnd, None);
                }
                if is_separator(c) || c == NONE {
                    self.emit(Kind::Key);
                    return State::KeyEnd;
                }
                self.next();
                state
            }
            State::KeyEnd => {
                let c = self.next();
                if is_space(c) {
                    return self.skip(State::KeyEnd);
                }
                if is_separator(c) {
                    return self.skip(State::Value);
                }
                if c == NONE {
                    self.begin = self.pos;
                    self.emit(Kind::Eof);
                    return State::Done;
                }
                self.backup();
                State::Value
            }
            State::Value => self.value(),
            State::ArrayValue => {
                let c = self.next();
                if is_space(c) {
                    return self.skip(state);
                }
                if c == '#' {
                    return self.comment(state);
                }
                if c == '/' {
                    if self.next() == '/' {
                        return self.comment(state);
                    }
                    self.backup();
                }
                match c {
                    '/' | ',' => self.fail("Unexpected array value terminator ','."),
                    ']' => State::ArrayEnd,
                    _ => {
                        self.backup();
                        self.stack.push(State::ArrayValueEnd);
                        State::Value
                    }
                }
            }
            State::ArrayValueEnd => {
                let c = self.next();
                if is_blank(c) {
                    return self.skip(state);
                }
                self.array_or_value_end(c, state, State::ArrayValue, State::ArrayEnd, ']').unwrap_or_else(|| {
                    self.fail(format!(
                        "Expected an array value terminator \",\" or an array terminator \"]\", but got '{}' instead.",
                        Shown(c)
                    ))
                })
            }
            State::ArrayEnd => {
                self.begin_here();
                self.ignore();
                self.emit(Kind::ArrayEnd);
                self.pop()
            }
            State::MapKeyStart => self.map_key_start(),
            State::MapQuotedKey => self.quoted_key(
                '\'',
                state,
                State::MapKeyEnd,
                Some("Unexpected EOF processing quoted map key."),
            ),
            State::MapDoubleQuotedKey => self.quoted_key(
                '"',
                state,
                State::MapKeyEnd,
                Some("Unexpected EOF processing double quoted map key."),
            ),
            State::MapKey => {
                let c = self.peek();
                if c == NONE {
                    return self.fail("Unexpected EOF processing map key.");
                }
                if is_space(c) {
                    return self.keyword(State::MapKeyEnd, Some(State::MapValueEnd));
                }
                if is_separator(c) {
                    self.emit(Kind::Key);
                    return State::MapKeyEnd;
                }
                self.next();
                state
            }
            State::MapKeyEnd => {
                let c = self.next();
                if is_space(c) {
                    return self.skip(state);
                }
                if is_separator(c) {
                    return self.skip(State::MapValue);
                }
                self.backup();
                State::MapValue
            }
            State::MapValue => {
                let c = self.next();
                if is_space(c) {
                    return self.skip(state);
                }
                match c {
                    ',' => self.fail("Unexpected map value terminator \",\"."),
                    '}' => self.skip(State::MapEnd),
                    _ => {
                        self.backup();
                        self.stack.push(State::MapValueEnd);
                        State::Value
                    }
                }
            }
            State::MapValueEnd => {
                let c = self.next();
                if is_blank(c) {
                    return self.skip(state);
                }
                self.array_or_value_end(c, state, State::MapKeyStart, State::MapEnd, '}').unwrap_or_else(|| {
                    self.fail(format!(
                        "Expected a map value terminator \",\" or a map terminator \"}}\", but got '{}' instead.",
                        Shown(c)
                    ))
                })
            }
            State::MapEnd => {
                self.begin = self.pos.saturating_sub(1);
                self.ignore();
                self.emit(Kind::MapEnd);
                self.pop()
            }
            State::QuotedString => match self.next() {
                '\'' => self.close_quote(Kind::String),
                NONE => self.end(),
                _ => state,
            },
            State::DoubleQuotedString => match self.next() {
                '\\' => self.escape(),
                '"' => self.close_quote(Kind::String),
                NONE => self.end(),
                _ => state,
            },
            State::BareString => self.bare_string(),
            State::BlockString => self.block_string(),
            State::StringEscape => {
                let c = self.next();
                let byte = match c {
                    'x' => return State::StringBinary,
                    't' => b'\t',
                    'n' => b'\n',
                    'r' => b'\r',
                    '"' | '\\' => c as u8,
                    _ => {
                        return self.fail(format!(
                            "Invalid escape character '{}'. Only the following escape characters are allowed: \
                             \\xXX, \\t, \\n, \\r, \\\", \\\\.",
                            Shown(c)
                        ));
                    }
                };
                self.part(byte)
            }
            State::StringBinary => {
                for _ in 0..2 {
                    let c = self.next();
                    if is_newline(c) {
                        return self.fail("Expected two hexadecimal digits after '\\x', but hit end of line");
                    }
                }
                let digits = self.slice(self.pos.saturating_sub(2), self.pos);
                let byte = std::str::from_utf8(digits)
                    .ok()
                    .filter(|d| d.len() == 2 && d.bytes().all(|b| b.is_ascii_hexdigit()))
                    .and_then(|d| u8::from_str_radix(d, 16).ok());
                match byte {
                    Some(byte) => self.part(byte),
                    None => {
                        let mut text = b"Expected two hexadecimal digits after '\\x', but got '".to_vec();
                        text.extend_from_slice(digits);
                        text.push(b'\'');
                        self.fail(text)
                    }
                }
            }
            State::NumberStart | State::NegativeStart => {
                let c = self.next();
                if is_digit(c) {
                    return if state == State::NumberStart { State::Number } else { State::Negative };
                }
                if c == '.' {
                    return self.fail("Floats must start with a digit, not '.'.");
                }
                self.fail(format!("Expected a digit but got '{}'.", Shown(c)))
            }
            State::Number => {
                let c = self.next();
                match c {
                    '-' if self.pos.saturating_sub(self.start) == 5 => State::DateAfterYear,
                    '-' => self.fail("All ISO8601 dates must be in full Zulu form."),
                    c if is_digit(c) => state,
                    '.' => State::FloatStart,
                    c if is_suffix(c) => State::ConvenientNumber,
                    '\n' | '\r' | NONE | '}' | ';' | ',' | ' ' | '\t' => self.close_bare(Kind::Integer),
                    _ => {
                        self.string_state = State::BareString;
                        State::BareString
                    }
                }
            }
            State::ConvenientNumber => {
                let c = self.next();
                match c {
                    'b' | 'B' | 'i' | 'I' => state,
                    '\n' | '\r' | NONE | '}' | ';' | ',' | ' ' | '\t' => self.close_bare(Kind::Integer),
                    c if is_digit(c) && !self.grammar.unit_then_digit_is_text => {
                        self.close_bare(Kind::Integer)
                    }
                    _ => {
                        self.backup();
                        self.string_state = State::BareString;
                        State::BareString
                    }
                }
            }
            State::DateAfterYear => {
                for form in "00-00T00:00:00Z".chars() {
                    let c = self.next();
                    if form == '0' {
                        if !is_digit(c) {
                            return self.fail(format!(
                                "Expected digit in ISO8601 datetime, but found '{}' instead.",
                                Shown(c)
                            ));
                        }
                    } else if form != c {
                        return self.fail(format!(
                            "Expected '{form}' in ISO8601 datetime, but found '{}' instead.",
                            Shown(c)
                        ));
                    }
                }
                self.emit(Kind::Datetime);
                self.pop()
            }
            State::Negative => {
                let c = self.next();
                match c {
                    c if is_digit(c) => state,
                    '.' => State::FloatStart,
                    c if is_suffix(c) => State::ConvenientNumber,
                    _ => self.close_bare(Kind::Integer),
                }
            }
            State::FloatStart => {
                let c = self.next();
                if is_digit(c) {
                    return State::Float;
                }
                self.fail(format!("Floats must have a digit after the '.', but got '{}' instead.", Shown(c)))
            }
            State::Float => {
                let c = self.next();
                match c {
                    c if is_digit(c) => state,
                    '.' => State::Address,
                    _ => self.close_bare(Kind::Float),
                }
            }
            State::Address => {
                let c = self.next();
                if is_digit(c) || matches!(c, '.' | ':' | '-') {
                    return state;
                }
                self.close_bare(Kind::String)
            }
            State::CommentStart => {
                self.begin = self.pos;
                self.ignore();
                self.emit(Kind::CommentStart);
                State::Comment
            }
            State::Comment => {
                let c = self.peek();
                if is_newline(c) || c == NONE {
                    self.emit(Kind::Text);
                    return self.pop();
                }
                self.next();
                state
            }
            State::Done => State::Done,
        }
    }

    fn top(&mut self) -> State {
        let c = self.next();
        if is_space(c) {
            return self.skip(State::Top);
        }
        match c {
            '{' if self.grammar.blocks => {
                self.stack.push(State::Top);
                return self.skip(State::BlockStart);
            }
            '{' => return self.skip(State::Top),
            '#' => return self.comment(State::Top),
            '/' => {
                if self.next() == '/' {
                    return self.comment(State::Top);
                }
                self.backup();
                return self.end();
            }
            NONE => return self.end(),
            _ => {}
        }
        self.backup();
        self.stack.push(State::TopValueEnd);
        State::KeyStart
    }

    fn top_value_end(&mut self) -> State {
        let c = self.next();
        match c {
            '#' => self.comment(State::Top),
            '/' => {
                if self.next() == '/' {
                    return self.comment(State::Top);
                }
                self.backup();
                State::TopValueEnd
            }
            ' ' | '\t' => State::TopValueEnd,
            '\n' | '\r' | NONE | ';' | ',' | '}' => self.skip(State::Top),
            _ => self.fail(format!(
                "Expected a top-level value to end with a new line, comment or EOF, but got '{c}' instead."
            )),
        }
    }

    fn block_start(&mut self) -> State {
        let c = self.next();
        if is_space(c) {
            return self.skip(State::BlockStart);
        }
        match c {
            '{' => {
                self.stack.push(State::BlockEnd);
                return self.skip(State::BlockStart);
            }
            '}' => {
                self.ignore();
                return self.pop();
            }
            '#' => return self.comment(State::BlockStart),
            '/' => {
                if self.next() == '/' {
                    return self.comment(State::BlockStart);
                }
                self.backup();
                return self.end();
            }
            NONE => return self.end(),
            _ => {}
        }
        self.backup();
        self.stack.push(State::BlockValueEnd);
        State::KeyStart
    }

    fn block_value_end(&mut self) -> State {
        let c = self.next();
        match c {
            '#' => self.comment(State::BlockValueEnd),
            '/' => {
                if self.next() == '/' {
                    return self.comment(State::BlockValueEnd);
                }
                self.backup();
                State::BlockValueEnd
            }
            ' ' | '\t' => State::BlockValueEnd,
            '\n' | '\r' | ';' | ',' => self.skip(State::BlockStart),
            '}' => {
                self.backup();
                State::BlockEnd
            }
            _ => self.fail(format!(
                "Expected a block-level value to end with a new line, comment or EOF, but got '{c}' instead."
            )),
        }
    }

    fn block_end(&mut self) -> State {
        let c = self.next();
        match c {
            '#' => self.comment(State::BlockStart),
            '/' => {
                if self.next() == '/' {
                    return self.comment(State::BlockStart);
                }
                self.backup();
                State::BlockEnd
            }
            '\n' | '\r' | ' ' | '\t' => State::BlockEnd,
            ';' | ',' => self.skip(State::BlockStart),
            '}' => {
                self.ignore();
                self.pop()
            }
            _ => self.fail(format!("Expected a block-level to end with a '}}', but got '{c}' instead.")),
        }
    }

    fn value(&mut self) -> State {
        let c = self.next();
        if is_blank(c) {
            return self.skip(State::Value);
        }
        self.begin_here();
        match c {
            '[' => {
                self.ignore();
                self.emit(Kind::ArrayStart);
                State::ArrayValue
            }
            '{' => {
                self.ignore();
                self.emit(Kind::MapStart);
                State::MapKeyStart
            }
            '\'' => self.skip(State::QuotedString),
            '"' => {
                self.string_state = State::DoubleQuotedString;
                self.skip(State::DoubleQuotedString)
            }
            '-' => State::NegativeStart,
            '(' => self.skip(State::BlockString),
            c if is_digit(c) => {
                self.backup();
                State::NumberStart
            }
            '.' => self.fail("Floats must start with a digit"),
            c if is_newline(c) => self.fail("Expected value but found new line"),
            _ => {
                self.backup();
                self.string_state = State::BareString;
                State::BareString
            }
        }
    }

    fn map_key_start(&mut self) -> State {
        let c = self.peek();
        if is_separator(c) {
            return self.fail(format!("Unexpected key separator '{c}'."));
        }
        self.begin = self.pos;
        if is_space(c) {
            self.next();
            return self.skip(State::MapKeyStart);
        }
        match c {
            ']' => return self.fail("Unexpected array end ']' processing map."),
            '}' => {
                self.next();
                return self.skip(State::MapEnd);
            }
            '#' => {
                self.next();
                return self.comment(State::MapKeyStart);
            }
            '/' => {
                self.next();
                if self.next() == '/' {
                    return self.comment(State::MapKeyStart);
                }
                // The slash itself is lost, the key starts behind it.
                self.backup();
                self.begin = self.pos;
            }
            '\'' | '"' => {
                self.next();
                return self.skip(if c == '"' { State::MapDoubleQuotedKey } else { State::MapQuotedKey });
            }
            NONE => return self.fail("Unexpected EOF processing map."),
            _ => {}
        }
        self.ignore();
        self.next();
        State::MapKey
    }

    fn escape(&mut self) -> State {
        let part = self.slice(self.start, self.pos.saturating_sub(1));
        self.parts.extend_from_slice(part);
        self.has_parts = true;
        self.start = self.pos;
        State::StringEscape
    }

    fn part(&mut self, byte: u8) -> State {
        self.parts.push(byte);
        self.start = self.pos;
        self.string_state
    }

    fn bare_string(&mut self) -> State {
        match self.next() {
            '\\' => self.escape(),
            '\n' | '\r' | NONE | ';' | ',' | ']' | '}' | ' ' | '\t' => {
                self.backup();
                let word = self.slice(self.start, self.pos);
                let is_bool = ["true", "false", "on", "off", "yes", "no"]
                    .iter()
                    .any(|w| word.eq_ignore_ascii_case(w.as_bytes()));
                if self.has_parts {
                    self.emit(Kind::String);
                } else if is_bool {
                    self.emit(Kind::Bool);
                } else if self.input.get(self.start) == Some(&b'$') {
                    self.start += 1;
                    self.emit(Kind::Variable);
                } else {
                    self.emit(Kind::String);
                }
                self.pop()
            }
            '\'' => self.close_quote(Kind::String),
            _ => State::BareString,
        }
    }

    fn block_string(&mut self) -> State {
        match self.next() {
            ')' => {
                self.backup();
                self.backup();
                if self.next() != '\n' {
                    self.next();
                    return State::BlockString;
                }
                self.next();
                if matches!(self.next(), '\n' | NONE) {
                    self.backup();
                    self.backup();
                    self.emit_to(Kind::String, 1);
                    self.next();
                    self.ignore();
                    return self.pop();
                }
                self.backup();
                State::BlockString
            }
            NONE => self.fail("Unexpected EOF processing block."),
            _ => State::BlockString,
        }
    }
}

/// A character in an error text (`escapeSpecial`).
struct Shown(char);

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            '\n' => f.write_str("\\n"),
            c => write!(f, "{c}"),
        }
    }
}

/// Go's `utf8.DecodeRune`: bytes that are no character count one each.
fn decode(bytes: &[u8]) -> (char, usize) {
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) => std::str::from_utf8(bytes.get(..e.valid_up_to()).unwrap_or_default()).unwrap_or_default(),
    };
    match valid.chars().next() {
        Some(c) => (c, c.len_utf8()),
        None => (char::REPLACEMENT_CHARACTER, 1),
    }
}
