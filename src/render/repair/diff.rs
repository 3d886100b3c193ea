//! How does the difference of two sides look? For people, in the form of a patch, and as `jwtfix/diff/v1`.

use serde::Serialize;
use serde_json::Value;

use super::change::{ChangeDto, change_lines};
use crate::render::inspect::{safe, to_text};
use crate::render::style::{Ink, Style};
use crate::render::{TimeDto, text};
use crate::repair::{Comparison, Pair, Side};
use crate::token::Signature;

/// The schema's name.
pub const SCHEMA: &str = "jwtfix/diff/v1";

/// Pairs that are shown; of more only their number, unless -v asks for all.
const SHOWN: usize = 100;

fn title(pair: &Pair, style: Style) -> String {
    let name = pair.a.as_ref().or(pair.b.as_ref()).map(|side| text::name(&side.name)).unwrap_or_default();
    format!("{} {name} {}", pair.kind.word(), style.key(&pair.subject))
}

fn side_words(side: &Side, style: Style, now: i64) -> String {
    let mut words = format!(
        "{}  signed {} by {}",
        text::escape(&side.file.to_string_lossy()),
        text::time(side.iat, now),
        style.key(&side.issuer)
    );
    if side.signature != Signature::Valid {
        words.push_str(&format!(", its signature is {}", side.signature.word()));
    }
    words
}

/// The differences as people read them.
pub fn human(comparison: &Comparison, style: Style, now: i64) -> String {
    let mut out = String::new();
    let shown = if style.verbose { comparison.pairs.len() } else { comparison.pairs.len().min(SHOWN) };
    for pair in &comparison.pairs[..shown] {
        style.push(&mut out, Ink::Strong, &title(pair, style));
        out.push('\n');
        for (sign, ink, side) in [("-", Ink::Error, &pair.a), ("+", Ink::Good, &pair.b)] {
            let words = match side {
                Some(side) => side_words(side, style, now),
                None => "not there".to_owned(),
            };
            out.push_str(&format!("  {} {words}\n", style.paint(ink, sign)));
        }
        let layout = |side: &Option<Side>| side.as_ref().and_then(|side| side.layout);
        if let (Some(a), Some(b)) = (layout(&pair.a), layout(&pair.b))
            && a != b
        {
            out.push_str(&format!("    layout {} → {}\n", a.word(), b.word()));
        }
        out.push_str(&change_lines(&pair.changes, "    ", style, now));
        if !pair.differs() {
            out.push_str("    the same claims, signed again\n");
        }
        out.push('\n');
    }
    if shown < comparison.pairs.len() {
        out.push_str(&format!("and {} more (-v shows each)\n\n", comparison.pairs.len() - shown));
    }
    out.push_str(&summary(comparison));
    out
}

fn summary(comparison: &Comparison) -> String {
    let count = |of: &dyn Fn(&&Pair) -> bool| comparison.pairs.iter().filter(of).count();
    let mut words = Vec::new();
    for (number, what) in [
        (count(&|pair| pair.a.is_some() && pair.b.is_some() && pair.differs()), "differ"),
        (count(&|pair| pair.b.is_none()), "only on the first side"),
        (count(&|pair| pair.a.is_none()), "only on the second side"),
        (count(&|pair| !pair.differs()), "only signed again"),
        (comparison.same, "the same"),
        (comparison.left_out, "of a kind that the other side has none of"),
    ] {
        if number > 0 {
            let what = if number == 1 && what == "differ" { "differs" } else { what };
            words.push(format!("{} {what}", text::grouped(i64::try_from(number).unwrap_or(i64::MAX))));
        }
    }
    match words.is_empty() {
        true => "nothing to compare\n".to_owned(),
        false => format!("{}\n", words.join(", ")),
    }
}

/// The differences in the form of a patch: a hunk for each claim.
pub fn unified(comparison: &Comparison) -> String {
    let mut out = String::new();
    for pair in &comparison.pairs {
        let file = |side: &Option<Side>| match side {
            Some(side) => text::escape(&side.file.to_string_lossy()),
            None => "/dev/null".to_owned(),
        };
        let name = pair.a.as_ref().or(pair.b.as_ref()).map(|side| text::name(&side.name)).unwrap_or_default();
        let whose = text::redact(&format!("{} {name} {}", pair.kind.word(), text::escape(&pair.subject)));
        out.push_str(&format!("--- {}  {whose}\n+++ {}  {whose}\n", file(&pair.a), file(&pair.b)));
        for change in &pair.changes {
            out.push_str(&format!("@@ {} @@\n", text::redact(&text::escape(&change.pointer))));
            for (sign, value) in [('-', &change.before), ('+', &change.after)] {
                if let Some(value) = value {
                    let shown: Value = safe(value, false);
                    out.push_str(&format!("{sign}{}\n", text::escape_words(&shown.to_string())));
                }
            }
        }
    }
    out
}

#[derive(Serialize)]
struct DiffDto {
    schema: &'static str,
    version: &'static str,
    at: TimeDto,
    differ: bool,
    same: usize,
    left_out: usize,
    pairs: Vec<PairDto>,
}

#[derive(Serialize)]
struct PairDto {
    kind: &'static str,
    subject: String,
    differs: bool,
    a: Option<SideDto>,
    b: Option<SideDto>,
    changes: Vec<ChangeDto>,
}

#[derive(Serialize)]
struct SideDto {
    file: String,
    name: String,
    issuer: String,
    signed: TimeDto,
    signature: &'static str,
    layout: Option<&'static str>,
}

impl From<&Side> for SideDto {
    fn from(side: &Side) -> Self {
        SideDto {
            file: side.file.to_string_lossy().into_owned(),
            name: text::redact(&side.name),
            issuer: text::redact(&side.issuer),
            signed: side.iat.into(),
            signature: side.signature.word(),
            layout: side.layout.map(crate::token::Layout::word),
        }
    }
}

/// The differences for machines.
pub fn json(comparison: &Comparison, now: i64) -> String {
    to_text(&DiffDto {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        at: now.into(),
        differ: comparison.pairs.iter().any(Pair::differs),
        same: comparison.same,
        left_out: comparison.left_out,
        pairs: comparison
            .pairs
            .iter()
            .map(|pair| PairDto {
                kind: pair.kind.word(),
                subject: text::redact(&pair.subject),
                differs: pair.differs(),
                a: pair.a.as_ref().map(SideDto::from),
                b: pair.b.as_ref().map(SideDto::from),
                changes: pair.changes.iter().map(ChangeDto::from).collect(),
            })
            .collect(),
    })
}
