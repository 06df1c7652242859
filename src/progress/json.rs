//! The JSON of `status`, `gates`, `runs`, `mails` and `events`: the field names are a contract with scripts.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::id::RunId;
use crate::plan::{Field, FieldKind, NodeId, StageId};
use crate::run::{
    By, Decided, EngineId, Event, FormerMark, GateStatus, Life, Loss, Mark, Record, Removed, RunState,
    RunStatus, StepState, Voided,
};
use crate::time::rfc3339;
use crate::words::{Explain, Lang, render};

use super::{Beside, MailRow};

/// A run in a list of runs.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRow {
    /// Which.
    pub id: RunId,
    /// 1, and one more for every time that it was reopened.
    pub round: u32,
    /// Where it stands.
    pub status: RunStatus,
    /// When it started and who started it.
    pub started: Option<(Timestamp, By)>,
    /// When it came to its end.
    pub finished_at: Option<Timestamp>,
    /// Who drives it now.
    pub engine: Option<EngineId>,
    /// Gates that ask and steps that a person must decide about.
    pub waiting: usize,
}

impl RunRow {
    /// The row of a run's state; `engine` is who drives it now.
    pub fn of(state: &RunState, engine: Option<&EngineId>) -> Self {
        RunRow {
            id: state.plan().run.clone(),
            round: state.round(),
            status: state.run_status(),
            started: state.started().cloned(),
            finished_at: state.finished_at(),
            engine: engine.cloned(),
            waiting: state.open().len() + state.troubled().len(),
        }
    }
}

/// `status --json`.
pub fn status_json(state: &RunState, beside: &Beside, now: Timestamp, zone: &TimeZone) -> Value {
    let stages = (0..state.plan().stages.len()).map(|index| stage(state, StageId::from(index), now, zone));
    let stages: Vec<Value> = stages.collect();
    let step = |id: NodeId| {
        let mut row = step(state, id, now, zone);
        if let Some(group) = beside.orphans.get(&id) {
            row["process_group"] = json!(group);
        }
        row
    };
    let steps: Vec<Value> = state.plan().iter().map(|(id, _)| step(id)).collect();
    let mut whole = run(&RunRow::of(state, beside.driven_by.as_ref()), zone);
    if let Value::Object(fields) = &mut whole {
        fields.insert("shadow".to_owned(), json!(state.plan().shadow));
        fields.insert("held".to_owned(), json!(state.held().map(|mark| self::mark(mark, zone))));
    }
    json!({
        "run": whole,
        "stages": stages,
        "steps": steps,
        "gates": gates_json(state, now, zone),
        "removed": state.removed().iter().map(|(path, gone)| removed(&path.0, gone, zone)).collect::<Vec<_>>(),
        "mails": mails_json(&beside.mails),
    })
}

/// `gates --json`: every gate of the run, in its order.
pub fn gates_json(state: &RunState, now: Timestamp, zone: &TimeZone) -> Value {
    let gates = state.plan().iter().filter(|(_, node)| node.gate().is_some());
    Value::Array(gates.map(|(id, _)| gate(state, id, now, zone)).collect())
}

/// `runs --json`.
pub fn runs_json(runs: &[RunRow], zone: &TimeZone) -> Value {
    Value::Array(runs.iter().map(|row| run(row, zone)).collect())
}

/// `mails --json`.
pub fn mails_json(mails: &[MailRow]) -> Value {
    let mail = |row: &MailRow| {
        json!({
            "id": row.id, "to": row.to, "subject": row.subject, "status": row.status, "attempts": row.attempts,
            "error": row.error,
        })
    };
    Value::Array(mails.iter().map(mail).collect())
}

/// An event as one JSON object: a line of `events --json` and of `--progress json`.
pub fn event_json(record: &Record, zone: &TimeZone) -> Value {
    let mut value = serde_json::to_value(record).unwrap_or_default();
    if let Value::Object(fields) = &mut value {
        fields.insert("at".to_owned(), json!(rfc3339(record.at, zone)));
        // The plan itself is long; what is different in it is told.
        if let Event::PlanRenewed { plan, .. } = &record.event {
            fields.remove("plan");
            fields.insert("steps".to_owned(), json!(plan.0.nodes.len()));
        }
        if let Event::StepLost { cause, .. } = &record.event {
            fields.insert("cause".to_owned(), cause_json(cause));
        }
        // A skip may be nobody's, so its `by` is a whole; scripts find a name under `by` in every event.
        if let Some(Value::Object(by)) = fields.get("by").cloned() {
            fields.extend(by);
        }
        for name in ["step", "attempt", "by"] {
            fields.entry(name).or_insert(Value::Null);
        }
    }
    value
}

fn at(at: Option<Timestamp>, zone: &TimeZone) -> Option<String> {
    at.map(|at| rfc3339(at, zone))
}

fn run(row: &RunRow, zone: &TimeZone) -> Value {
    json!({
        "id": row.id.to_string(),
        "runbook": row.id.runbook,
        "month": row.id.month.to_string(),
        "round": row.round,
        "status": row.status,
        "started_at": at(row.started.as_ref().map(|(at, _)| *at), zone),
        "finished_at": at(row.finished_at, zone),
        "started_by": row.started.as_ref().map(|(_, by)| by.by.to_string()),
        "engine": row.engine,
    })
}

fn stage(state: &RunState, id: StageId, now: Timestamp, zone: &TimeZone) -> Value {
    let planned = state.plan().stage(id);
    json!({
        "name": planned.name,
        "title": planned.title,
        "status": state.stage_status(id),
        "started_at": at(state.stage_started_at(id), zone),
        "finished_at": at(state.stage_finished_at(id), zone),
        "deadline": at(planned.deadline, zone),
        "late": state.is_stage_late(id, now),
    })
}

fn step(state: &RunState, id: NodeId, now: Timestamp, zone: &TimeZone) -> Value {
    let plan = state.plan();
    let (node, step) = (plan.node(id), state.step(id));
    let mark = mark_of(state, id);
    let mut row = json!({
        "path": plan.path(id),
        "stage": plan.stage(node.stage).name,
        "level": plan.phase(node.phase).part,
        "name": node.name,
        "title": node.title,
        "kind": node.kind(),
        "platform": node.platform(),
        "status": state.step_status(id),
        "attempt": step.attempt,
        "started_at": at(step.started_at, zone),
        "finished_at": at(step.finished_at, zone),
        "by": mark.and_then(|mark| mark.by.as_ref()).map(|by| by.by.to_string()),
        "reason": mark.map(|mark| mark.reason.clone()),
        "error": error_of(state, id, Lang::En),
        "deadline": at(state.deadline(id), zone),
        "late": state.is_late(id, now),
        "held": step.held.as_ref().map(|held| self::mark(held, zone)),
        "former_marks": step.marks.iter().map(|former| former_mark(former, zone)).collect::<Vec<_>>(),
        "outdated": step.outdated,
        "cause": cause_of(step),
    });
    if let (Value::Object(fields), Some(why)) = (&mut row, &step.not_atomic) {
        fields.insert("not_atomic".to_owned(), json!(why));
    }
    row
}

/// Why nobody knows how a lost step ended.
fn cause_of(step: &StepState) -> Option<Value> {
    let Life::Lost { cause } = &step.life else { return None };
    Some(cause_json(cause))
}

/// `{"kind": "elsewhere", "host": …}`.
pub(super) fn cause_json(cause: &Loss) -> Value {
    match cause {
        Loss::Elsewhere { host } => json!({"kind": cause.word(), "host": host}),
        Loss::Parked { engines } => json!({"kind": cause.word(), "engines": engines}),
        Loss::Engine | Loss::Left | Loss::Unheard | Loss::Keeper | Loss::Unmarked | Loss::Partly => {
            json!({"kind": cause.word()})
        }
    }
}

/// What was there before the plan was renewed: where it stood, and every mark and answer that it had.
fn removed(path: &str, gone: &Removed, zone: &TimeZone) -> Value {
    let step = &gone.step;
    let said = mark_in(&step.life);
    json!({
        "path": path,
        "stage": gone.stage,
        "kind": gone.kind,
        "status": gone.status,
        "attempt": step.attempt,
        "started_at": at(step.started_at, zone),
        "finished_at": at(step.finished_at, zone),
        "by": said.and_then(|mark| mark.by.as_ref()).map(|by| by.by.to_string()),
        "reason": said.map(|mark| mark.reason.clone()),
        "former_marks": step.marks.iter().map(|former| former_mark(former, zone)).collect::<Vec<_>>(),
        "decisions": step.decisions.iter().map(|decided| decision(decided, zone)).collect::<Vec<_>>(),
        "void": step.voided.iter().map(|voided| void(voided, zone)).collect::<Vec<_>>(),
        "removed_at": rfc3339(gone.mark.at, zone),
        "removed_by": gone.mark.by.as_ref().map(|by| by.by.to_string()),
    })
}

/// Who set a mark, when, why.
fn mark(mark: &Mark, zone: &TimeZone) -> Value {
    json!({
        "by": mark.by.as_ref().map(|by| by.by.to_string()),
        "reason": mark.reason,
        "at": rfc3339(mark.at, zone),
    })
}

/// A mark of skip or force on what was done anew since: it stays for ever.
fn former_mark(former: &FormerMark, zone: &TimeZone) -> Value {
    let mut value = mark(&former.mark, zone);
    if let Value::Object(fields) = &mut value {
        fields.insert("status".to_owned(), json!(former.status));
    }
    value
}

/// The mark of a step that a person skipped, forced, settled or rejected.
pub(super) fn mark_of(state: &RunState, id: NodeId) -> Option<&Mark> {
    mark_in(&state.step(id).life)
}

/// The same of a life.
pub(super) fn mark_in(life: &Life) -> Option<&Mark> {
    match life {
        Life::Skipped { mark, .. } | Life::Forced { mark } => Some(mark),
        Life::Succeeded { settled, .. } => settled.as_ref(),
        Life::Failed { by, .. } => by.as_ref(),
        _ => None,
    }
}

/// Why a step failed, where it did.
pub(super) fn error_of(state: &RunState, id: NodeId, lang: Lang) -> Option<String> {
    match &state.step(id).life {
        Life::Failed { failure: Some(failure), .. } | Life::Retrying { failure, .. } => {
            Some(crate::words::printable(&render(lang, &failure.explain())))
        }
        Life::Failed { failure: None, by: None } => Some(render(lang, &crate::msg!("term-gate-timed-out"))),
        Life::Lost { cause } => Some(crate::words::printable(&render(lang, &cause.explain()))),
        _ => None,
    }
}

fn gate(state: &RunState, id: NodeId, now: Timestamp, zone: &TimeZone) -> Value {
    let (node, step) = (state.plan().node(id), state.step(id));
    let asked = state.asked(id).to_owned();
    let status: GateStatus = state.gate_status(id);
    json!({
        "path": state.plan().path(id),
        "kind": node.kind(),
        "ask": asked,
        "status": status,
        "votes": node.gate().map_or(1, |gate| gate.votes.total()),
        "each": node.gate().map(|gate| &gate.each),
        "unanswered": state.unanswered(id),
        "fields": node.gate().map(|gate| gate.form.iter().map(field).collect::<Vec<_>>()),
        "evidence": evidence(state, id),
        "deadline": at(state.deadline(id), zone),
        "late": state.is_late(id, now),
        "decisions": step.decisions.iter().map(|decided| decision(decided, zone)).collect::<Vec<_>>(),
        "void": step.voided.iter().map(|voided| void(voided, zone)).collect::<Vec<_>>(),
    })
}

/// What is to be filled in.
fn field(field: &Field) -> Value {
    let kind = match &field.kind {
        FieldKind::Text => "text",
        FieldKind::Integer => "integer",
        FieldKind::Boolean => "boolean",
        FieldKind::Month => "month",
        FieldKind::Date => "date",
        FieldKind::Choice(_) => "choice",
    };
    let choices = if let FieldKind::Choice(words) = &field.kind { Some(words) } else { None };
    json!({
        "name": field.name, "kind": kind, "choices": choices, "min": field.min, "max": field.max,
        "default": field.default, "optional": field.optional,
    })
}

/// What an open gate shows.
fn evidence(state: &RunState, id: NodeId) -> Value {
    match &state.step(id).life {
        Life::Open { evidence, .. } => json!(evidence),
        _ => json!([]),
    }
}

/// An answer that counts no more, and who had what it rested on done anew.
fn void(voided: &Voided, zone: &TimeZone) -> Value {
    let mut value = decision(&voided.decided, zone);
    if let Value::Object(fields) = &mut value {
        fields.insert("voided".to_owned(), mark(&voided.mark, zone));
    }
    value
}

fn decision(decided: &Decided, zone: &TimeZone) -> Value {
    let decision = &decided.decision;
    json!({
        "by": decision.by.by.to_string(),
        "hand": decision.by.hand.as_ref().map(ToString::to_string),
        "played": decision.by.played,
        "decision": decision.decision,
        "for": decision.value,
        "at": rfc3339(decided.at, zone),
        "note": decision.note,
        "form": decision.form,
        "in_advance": decision.in_advance,
    })
}
