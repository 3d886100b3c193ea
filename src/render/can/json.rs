//! `jwtfix/can/v1`: whether a client may, and which rule says so. The schema is `docs/schema/can-v1.json`.

use serde::Serialize;

use super::{Answered, Asked};
use crate::render::check::rights_from;
use crate::render::dto::TimeDto;
use crate::render::inspect::to_text;
use crate::server::permissions::Action;
use crate::server::reach::Reach;

/// The schema's name.
pub const SCHEMA: &str = "jwtfix/can/v1";

#[derive(Serialize)]
struct AskedDto<'a> {
    schema: &'static str,
    at: TimeDto,
    server: Option<&'a str>,
    version: &'a str,
    action: &'static str,
    subject: &'a str,
    queue: Option<&'a str>,
    answers: Vec<AnswerDto<'a>>,
}

#[derive(Serialize)]
struct AnswerDto<'a> {
    path: &'a str,
    who: &'a str,
    account: Option<&'a str>,
    allowed: &'static str,
    list: Option<&'static str>,
    entry: Option<&'a str>,
    from: Option<&'static str>,
    scope: Option<ScopeDto<'a>>,
    reason: Option<&'a str>,
    client_sees: Option<&'a str>,
    notes: &'a [String],
    reaches: Vec<ReachDto<'a>>,
    connects: ConnectsDto<'a>,
}

#[derive(Serialize)]
struct ScopeDto<'a> {
    role: &'a str,
    key: &'a str,
}

#[derive(Serialize)]
struct ReachDto<'a> {
    kind: &'static str,
    account: &'a str,
    account_name: &'a str,
    subject: &'a str,
    import: &'a str,
    export: Option<&'a str>,
    inactive: Option<&'a str>,
}

#[derive(Serialize)]
struct ConnectsDto<'a> {
    verdict: &'static str,
    gate: Option<&'static str>,
    reason: &'a str,
}

/// The whole answer as one JSON object, indented, ending in a line break.
pub fn json(asked: &Asked) -> String {
    let question = &asked.question;
    to_text(&AskedDto {
        schema: SCHEMA,
        at: asked.at.into(),
        server: asked.server.as_deref(),
        version: &asked.version,
        action: match question.action {
            Action::Publish => "publish",
            Action::Subscribe => "subscribe",
        },
        subject: &question.subject,
        queue: question.queue.as_deref(),
        answers: asked.answers.iter().map(answer).collect(),
    })
}

fn answer(answered: &Answered) -> AnswerDto<'_> {
    let (answer, decision) = (answered.answer.as_ref(), &answered.decision);
    AnswerDto {
        path: &answered.path,
        who: &answered.who,
        account: decision.granted.as_ref().map(|granted| granted.account.as_str()),
        allowed: answered.word(),
        list: answer.map(|answer| answer.list).filter(|list| !list.is_empty()),
        entry: answer.and_then(|answer| answer.entry.as_deref()),
        from: answer.map(|answer| rights_from(answer.from)),
        scope: answered.scope.as_ref().map(|(role, key)| ScopeDto { role, key }),
        reason: answer.map(|answer| answer.reason.as_str()),
        client_sees: answer.and_then(|answer| answer.client_sees.as_deref()),
        notes: answer.map_or(&[], |answer| &answer.notes),
        reaches: answered.reach.iter().map(reach).collect(),
        connects: ConnectsDto {
            verdict: decision.verdict.name(),
            gate: decision.gate,
            reason: &decision.reason,
        },
    }
}

fn reach(reach: &Reach) -> ReachDto<'_> {
    ReachDto {
        kind: reach.kind.word(),
        account: &reach.account,
        account_name: &reach.account_name,
        subject: &reach.subject,
        import: &reach.import,
        export: reach.export.as_deref(),
        inactive: reach.inactive.as_deref(),
    }
}
