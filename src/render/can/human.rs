//! How does the answer look to a person? Whether the client may, which rule says so, and where it leads.

use super::{Answered, Asked, Question};
use crate::render::check::{line, prose};
use crate::render::style::{Ink, Style};
use crate::render::text;
use crate::server::Verdict;
use crate::server::decision::RightsFrom;
use crate::server::permissions::{Action, Allowed, Answer};
use crate::server::reach::Reach;

/// The whole answer, ending in a line break.
pub fn human(asked: &Asked, style: Style) -> String {
    let mut out = String::new();
    for (at, answered) in asked.answers.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let path = style.paint(Ink::Strong, &text::escape(&answered.path));
        out.push_str(&format!("{path}: {}\n", text::escape_words(&answered.who)));
        connects(&mut out, answered, style);
        answer(&mut out, answered, &asked.question, style);
    }
    out
}

/// A client that is not let in may nothing; what it might is told all the same.
fn connects(out: &mut String, answered: &Answered, style: Style) {
    let decision = &answered.decision;
    let (ink, sign, words) = match decision.verdict {
        Verdict::Accept => return,
        Verdict::Refuse => (Ink::Error, "✗", "the server refuses this client"),
        Verdict::Unknown => {
            (Ink::Warning, "?", "whether the server lets this client in cannot be known here")
        }
    };
    out.push_str(&format!("{} {words}\n", style.paint(ink, sign)));
    line(out, "at gate", decision.gate.unwrap_or_default(), style);
    line(out, "because", &prose(&decision.reason, style), style);
    if answered.answer.is_some() {
        out.push_str("  and were it in:\n");
    }
}

fn answer(out: &mut String, answered: &Answered, question: &Question, style: Style) {
    let Some(answer) = &answered.answer else {
        out.push_str(&format!("{} what it may is not known here\n", style.paint(Ink::Warning, "?")));
        return;
    };
    let (ink, sign, may) = match answer.allowed {
        Allowed::Allowed => (Ink::Good, "✓", "may"),
        Allowed::Denied => (Ink::Error, "✗", "may not"),
        Allowed::Reply => (Ink::Warning, "?", "may only in reply"),
        Allowed::Depends => (Ink::Warning, "?", "may or may not"),
    };
    let verb = match question.action {
        Action::Publish => "publish to",
        Action::Subscribe => "subscribe to",
    };
    let queue = question
        .queue
        .as_ref()
        .map_or_else(String::new, |queue| format!(" in queue {}", text::escape(queue)));
    let subject = style.paint(Ink::Strong, &text::escape(&question.subject));
    out.push_str(&format!("{} {may} {verb} {subject}{queue}\n", style.paint(ink, sign)));
    line(out, "decided by", &decided(answer, answered.scope.as_ref(), style), style);
    line(out, "because", &prose(&answer.reason, style), style);
    if let Some(seen) = &answer.client_sees {
        line(out, "client sees", &text::escape_words(seen), style);
    }
    for note in &answer.notes {
        line(out, "note", &prose(note, style), style);
    }
    for reach in &answered.reach {
        let label = match question.action {
            Action::Publish => "goes to",
            Action::Subscribe => "comes from",
        };
        line(out, label, &leads(reach, style), style);
    }
}

/// The rule that decides: whose it is, and which entry of which list.
fn decided(answer: &Answer, scope: Option<&(String, String)>, style: Style) -> String {
    let whose = match (answer.from, scope) {
        (RightsFrom::Scope, Some((role, key))) => {
            format!("the scope {} {}", text::name(role), style.key(key))
        }
        (RightsFrom::Scope, None) => "the scope of the user's signing key".to_owned(),
        (RightsFrom::User, _) => "the user's own permissions".to_owned(),
        (RightsFrom::AccountDefaults, _) => "the account's default permissions".to_owned(),
        (RightsFrom::Config, _) => "the permissions in the configuration".to_owned(),
        (RightsFrom::Nowhere, _) => "nothing: neither the user nor the account restricts".to_owned(),
    };
    match (answer.list, &answer.entry) {
        ("", _) if answer.allowed == Allowed::Denied => "the server itself, whatever is permitted".to_owned(),
        ("", _) if answer.from != RightsFrom::Nowhere => format!("no entry of {whose}"),
        ("", _) => whose,
        (list, Some(entry)) => format!("{list} {} of {whose}", text::name(entry)),
        (list, None) => format!("{list} of {whose}"),
    }
}

fn leads(reach: &Reach, style: Style) -> String {
    let account = match reach.account_name.as_str() {
        "" => style.key(&reach.account),
        name => format!("{} {}", text::name(name), style.key(&reach.account)),
    };
    let export = match &reach.export {
        Some(export) => format!(", which exports {}", text::escape(export)),
        None => String::new(),
    };
    let kind = reach.kind.word();
    let words = format!("{kind} {} of account {account}{export}", text::escape(&reach.subject));
    match &reach.inactive {
        None => words,
        Some(why) => format!("{words}; but the import does not work: {}", prose(why, style)),
    }
}
