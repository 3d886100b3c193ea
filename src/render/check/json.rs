//! `jwtfix/check/v1`: what the server does, for machines. The schema is `docs/schema/check-v1.json`.

use serde::Serialize;

use super::view::{Checked, ClientResult, RunningResult, ServerResult};
use crate::render::dto::{FindingDto, TimeDto};
use crate::render::inspect::to_text;
use crate::server::decision::{Cause, Granted, Limits, Responses, RightsFrom, Step, SubjectRights};
use crate::server::startup::Difference;

/// The schema's name.
pub const SCHEMA: &str = "jwtfix/check/v1";

#[derive(Serialize)]
struct CheckedDto<'a> {
    schema: &'static str,
    at: TimeDto,
    server: ServerDto<'a>,
    results: Vec<ResultDto<'a>>,
}

#[derive(Serialize)]
struct ServerDto<'a> {
    path: &'a str,
    version: &'a str,
    verdict: &'static str,
    error: Option<&'a str>,
    warnings: &'a [String],
    missing: &'a [String],
    digest: Option<&'a str>,
    accounts_from: Option<&'a str>,
    running: Option<RunningDto<'a>>,
    findings: Vec<FindingDto<'a>>,
}

#[derive(Serialize)]
struct RunningDto<'a> {
    url: &'a str,
    version: &'a str,
    server_name: &'a str,
    config_loaded: Option<TimeDto>,
    digest: Option<&'a str>,
    verdict: &'static str,
    differences: Vec<DifferenceDto<'a>>,
    accounts: Option<&'a [String]>,
}

#[derive(Serialize)]
struct DifferenceDto<'a> {
    what: &'a str,
    running: Option<&'a str>,
    files: Option<&'a str>,
    needs: &'static str,
    why: &'a str,
}

#[derive(Serialize)]
struct ResultDto<'a> {
    path: &'a str,
    who: &'a str,
    verdict: &'static str,
    gate: Option<&'static str>,
    client_sees: Option<&'a str>,
    server_logs: Vec<LineDto<'a>>,
    reason: &'a str,
    cause: Option<&'static str>,
    causes: Vec<CauseDto<'a>>,
    missing: &'a [String],
    steps: Vec<StepDto<'a>>,
    granted: Option<GrantedDto<'a>>,
    findings: Vec<FindingDto<'a>>,
}

#[derive(Serialize)]
struct LineDto<'a> {
    level: &'static str,
    text: &'a str,
}

#[derive(Serialize)]
struct CauseDto<'a> {
    id: &'static str,
    text: &'a str,
    asked: &'a str,
    nearest: Option<&'a str>,
}

#[derive(Serialize)]
struct StepDto<'a> {
    gate: &'static str,
    outcome: &'static str,
    found: &'a str,
    cause: Option<&'static str>,
    client_sees: Option<&'a str>,
    server_logs: Vec<LineDto<'a>>,
}

#[derive(Serialize)]
struct GrantedDto<'a> {
    account: &'a str,
    account_name: &'a str,
    user: &'a str,
    user_name: &'a str,
    rights_from: &'static str,
    publish: RightsDto<'a>,
    subscribe: RightsDto<'a>,
    responses: Option<ResponsesDto>,
    limits: LimitsDto,
    expires: Option<TimeDto>,
    connection_types: &'a [String],
    inactive: &'a [String],
}

#[derive(Serialize)]
struct RightsDto<'a> {
    /// Missing: everything that is not denied.
    allow: Option<&'a [String]>,
    deny: &'a [String],
}

#[derive(Serialize)]
struct ResponsesDto {
    max: i64,
    expires_ns: i64,
}

#[derive(Serialize)]
struct LimitsDto {
    subs: i64,
    payload: i64,
    data: i64,
    account_connections: i64,
    account_leafnodes: i64,
}

/// The whole check as one JSON object, indented, ending in a line break.
pub fn json(checked: &Checked) -> String {
    to_text(&CheckedDto {
        schema: SCHEMA,
        at: checked.at.into(),
        server: server(&checked.server),
        results: checked.results.iter().map(result).collect(),
    })
}

fn server(server: &ServerResult) -> ServerDto<'_> {
    ServerDto {
        path: &server.path,
        version: &server.version,
        verdict: server.verdict,
        error: server.error.as_deref(),
        warnings: &server.warnings,
        missing: &server.missing,
        digest: server.digest.as_deref(),
        accounts_from: server.accounts_from.as_deref(),
        running: server.running.as_ref().map(running),
        findings: server.findings.iter().map(FindingDto::from).collect(),
    }
}

fn difference(difference: &Difference) -> DifferenceDto<'_> {
    let Difference { what, running, files, needs, why } = difference;
    DifferenceDto { what, running: running.as_deref(), files: files.as_deref(), needs: needs.name(), why }
}

fn running(live: &RunningResult) -> RunningDto<'_> {
    let running = &live.running;
    RunningDto {
        url: &live.url,
        version: &running.version_text,
        server_name: &running.name,
        config_loaded: running.loaded.map(TimeDto::from),
        digest: running.digest.as_deref(),
        verdict: live.verdict(),
        differences: live.differences.iter().map(difference).collect(),
        accounts: running.accounts.as_deref(),
    }
}

fn result(result: &ClientResult) -> ResultDto<'_> {
    let decision = &result.decision;
    ResultDto {
        path: &result.path,
        who: &result.who,
        verdict: decision.verdict.name(),
        gate: decision.gate,
        client_sees: decision.client_sees.as_deref(),
        server_logs: lines(&decision.server_logs),
        reason: &decision.reason,
        cause: decision.cause,
        causes: decision.causes.iter().map(cause).collect(),
        missing: &decision.missing,
        steps: decision.steps.iter().map(step).collect(),
        granted: decision.granted.as_ref().map(granted),
        findings: result.findings.iter().map(FindingDto::from).collect(),
    }
}

fn cause(cause: &Cause) -> CauseDto<'_> {
    CauseDto { id: cause.id, text: &cause.text, asked: &cause.asked, nearest: cause.nearest.as_deref() }
}

fn lines(lines: &[crate::server::LogLine]) -> Vec<LineDto<'_>> {
    lines.iter().map(|line| LineDto { level: line.level.tag(), text: &line.text }).collect()
}

fn step(step: &Step) -> StepDto<'_> {
    StepDto {
        gate: step.gate,
        outcome: step.outcome.name(),
        found: &step.found,
        cause: step.cause,
        client_sees: step.client_sees.as_deref(),
        server_logs: lines(&step.server_logs),
    }
}

fn granted(granted: &Granted) -> GrantedDto<'_> {
    let Limits { subs, payload, data, account_connections, account_leafnodes } = granted.limits;
    GrantedDto {
        account: &granted.account,
        account_name: &granted.account_name,
        user: &granted.user,
        user_name: &granted.user_name,
        rights_from: rights_from(granted.rights_from),
        publish: RightsDto::of(&granted.publish),
        subscribe: RightsDto::of(&granted.subscribe),
        responses: granted
            .responses
            .map(|Responses { max, expires }| ResponsesDto { max, expires_ns: expires }),
        limits: LimitsDto { subs, payload, data, account_connections, account_leafnodes },
        expires: granted.expires.map(TimeDto::from),
        connection_types: &granted.connection_types,
        inactive: &granted.inactive,
    }
}

impl<'a> RightsDto<'a> {
    fn of(rights: &'a SubjectRights) -> Self {
        RightsDto { allow: rights.allow.as_deref(), deny: &rights.deny }
    }
}

/// A word for where the rights are from.
pub(in crate::render) fn rights_from(from: RightsFrom) -> &'static str {
    match from {
        RightsFrom::Nowhere => "nowhere",
        RightsFrom::User => "user",
        RightsFrom::Scope => "scope",
        RightsFrom::AccountDefaults => "account-defaults",
        RightsFrom::Config => "config",
    }
}
