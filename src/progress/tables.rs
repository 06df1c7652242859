//! The tables of `status`, `gates`, `runs`, `mails` and `events` for people. Marks of skip and force always say who
//! and why. Pure.

use std::sync::Arc;

use super::MailRow;
use super::grid::{GAP, Grid, STATUS, Text, name_width};
use super::json::{RunRow, error_of, mark_of};
use super::line::{cut, wrap};
use super::page::Page;
use super::plain::{Detail, Teller, commands, mark_words};
use super::questions::{is_overdue, waiting};
use crate::msg;
use crate::plan::{Gate, NodeId, PhaseId, Plan, StageId};
use crate::run::request::asked_words;
use crate::run::{EngineId, Life, Record, RunState};
use crate::words::{one_line, printable};

/// `status`: where a run stands, what waits first. `driven_by`: who drives it now.
pub fn status(state: &RunState, driven_by: Option<&EngineId>, mails: &[MailRow], page: &Page) -> String {
    let mut text = Text::new(page);
    head(&mut text, state, driven_by);
    open_questions(&mut text, state);
    marks(&mut text, state);
    stages(&mut text, state);
    steps(&mut text, state);
    if !mails.is_empty() {
        text.heading(&msg!("term-letters"));
        text.raw(&mails_table(mails, page));
    }
    text.done
}

/// `gates`: every gate that was asked, and how those that ask are answered.
pub fn gates(state: &RunState, page: &Page) -> String {
    let mut text = Text::new(page);
    let asked = |(id, _): &(NodeId, _)| !matches!(state.step(*id).life, Life::Pending);
    let gates = state.plan().iter().filter(|(_, node)| node.gate().is_some());
    let ids: Vec<NodeId> = gates.filter(asked).map(|(id, _)| id).collect();
    if ids.is_empty() {
        text.line(&page.say(&msg!("term-no-gates")));
        return text.done;
    }
    let name = name_width(ids.iter().map(|id| state.plan().path(*id)), 30);
    let mut table = Grid::new(page, &[STATUS, name, 11, 5]);
    table.header(&[
        "term-col-status",
        "term-col-gate",
        "term-col-asked",
        "term-col-votes",
        "term-col-question",
    ]);
    for id in &ids {
        table.row(&gate_row(state, *id, page));
    }
    text.raw(&table.print());
    let typed: Vec<String> = ids.iter().flat_map(|id| commands(state, *id)).collect();
    if !typed.is_empty() {
        text.heading(&msg!("term-how-to-answer"));
        for command in typed {
            text.raw(&format!("  {command}\n"));
        }
    }
    text.done
}

/// `runs`.
pub fn runs(rows: &[RunRow], page: &Page) -> String {
    if rows.is_empty() {
        return page.say(&msg!("term-no-runs")) + "\n";
    }
    let name = name_width(rows.iter().map(|row| row.id.to_string()), 34);
    let mut table = Grid::new(page, &[name, STATUS, 11, 9]);
    table.header(&[
        "term-col-run",
        "term-col-status",
        "term-col-started",
        "term-col-time",
        "term-col-remark",
    ]);
    for row in rows {
        let started = row.started.as_ref().map(|(at, _)| *at);
        let mut remarks = Vec::new();
        if row.waiting > 0 {
            remarks.push(page.say(&msg!("term-run-waiting", count = row.waiting)));
        }
        remarks.extend(row.started.as_ref().map(|(_, by)| page.by(by)));
        remarks.extend(row.engine.as_ref().map(|engine| engine_words(engine, page)));
        table.row(&[
            row.id.to_string(),
            page.word("run-status", row.status.word()),
            started.map(|at| page.moment(at)).unwrap_or_default(),
            started.map(|at| page.span(at, row.finished_at)).unwrap_or_default(),
            remarks.join("  "),
        ]);
    }
    table.print()
}

/// `mails`.
pub fn mails(rows: &[MailRow], page: &Page) -> String {
    if rows.is_empty() {
        return page.say(&msg!("term-no-mails")) + "\n";
    }
    mails_table(rows, page)
}

/// `events`: what happened, in words; every event is told from where the run stood then.
pub fn events(plan: Arc<Plan>, records: &[Record], page: &Page) -> String {
    let mut state = RunState::new(plan);
    let mut teller = Teller::default();
    let mut text = Text::new(page);
    for record in records {
        state.apply(record);
        let lines = teller.lines(&state, std::slice::from_ref(record), Detail::History, page);
        for line in lines {
            let rest = usize::from(page.cols).saturating_sub(7);
            for (index, part) in wrap(&line.text(), rest).iter().enumerate() {
                let number = if index == 0 { record.seq.to_string() } else { String::new() };
                text.raw(&format!("{number:>5}  {part}\n"));
            }
        }
    }
    text.done
}

fn head(text: &mut Text<'_>, state: &RunState, driven_by: Option<&EngineId>) {
    let page = text.page;
    let plan = state.plan();
    let done = plan.iter().filter(|(id, _)| state.step(*id).life.is_done()).count();
    let status = page.word("run-status", state.run_status().word());
    text.line(&format!("{}  {status}  {done}/{}  {}", plan.run, plan.nodes.len(), plan.title));
    if let Some((at, by)) = state.started() {
        let took = page.span(*at, state.finished_at());
        let started = msg!("term-started-by", at = page.moment(*at), who = page.by(by), took = took);
        text.line(&page.say(&started));
    }
    if let Some(mark) = state.cancelled() {
        let why = mark_words(mark, page);
        text.line(&page.say(&msg!("term-cancelled-by", at = page.moment(mark.at), why = why)));
    }
    match (driven_by, state.finished_at()) {
        (Some(engine), _) => text.line(&engine_words(engine, page)),
        (None, None) => text.line(&page.say(&msg!("term-not-driven", run = plan.run.to_string()))),
        (None, Some(_)) => {}
    }
}

fn engine_words(engine: &EngineId, page: &Page) -> String {
    page.say(&msg!("term-driven-by", host = printable(&engine.host), pid = engine.pid.to_string()))
}

fn open_questions(text: &mut Text<'_>, state: &RunState) {
    let page = text.page;
    let list = waiting(state, page.now);
    if list.is_empty() {
        return;
    }
    text.heading(&msg!("term-waiting-for-a-person", count = list.len()));
    let ids: Vec<NodeId> = list.iter().filter_map(|subject| subject.node()).collect();
    let name = name_width(ids.iter().map(|id| state.plan().path(*id)), 34);
    let mut table = Grid::new(page, &[STATUS, name, 9]);
    for id in ids {
        let step = state.step(id);
        let what = match &step.life {
            Life::Open { ask, .. } => ask.clone(),
            _ => error_of(state, id, page.lang)
                .or_else(|| mark_of(state, id).map(|mark| mark_words(mark, page)))
                .unwrap_or_default(),
        };
        let late =
            if is_overdue(state, id, page.now) { page.say(&msg!("term-late")) + " " } else { String::new() };
        let since = step.finished_at.or(step.started_at);
        table.row(&[
            status_word(state, id, page),
            state.plan().path(id),
            since.map(|at| page.span(at, None)).unwrap_or_default(),
            late + &one_line(&what, 200),
        ]);
    }
    text.raw(&table.print());
}

/// A gate's word is its own; a step's likewise.
fn status_word(state: &RunState, id: NodeId, page: &Page) -> String {
    match state.plan().node(id).gate() {
        Some(_) => page.word("gate-status", state.gate_status(id).word()),
        None => page.word("step-status", state.step_status(id).word()),
    }
}

fn marks(text: &mut Text<'_>, state: &RunState) {
    let page = text.page;
    let marked: Vec<NodeId> =
        state.plan().iter().map(|(id, _)| id).filter(|id| is_marked(&state.step(*id).life)).collect();
    if marked.is_empty() {
        return;
    }
    text.heading(&msg!("term-marks"));
    let name = name_width(marked.iter().map(|id| state.plan().path(*id)), 34);
    let mut table = Grid::new(page, &[STATUS, name]);
    for id in marked {
        let Some(mark) = mark_of(state, id) else { continue };
        let why = format!("{}  {}", mark_words(mark, page), page.moment(mark.at));
        table.row(&[status_word(state, id, page), state.plan().path(id), why]);
    }
    text.raw(&table.print());
}

/// Something that people said and that stays: skipped, forced, settled.
fn is_marked(life: &Life) -> bool {
    matches!(life, Life::Skipped { .. } | Life::Forced { .. } | Life::Succeeded { settled: Some(_), .. })
}

fn stages(text: &mut Text<'_>, state: &RunState) {
    let (page, plan) = (text.page, state.plan());
    text.heading(&msg!("term-stages"));
    let title = name_width(plan.stages.iter().map(|stage| stage.title.clone()), 30);
    let mut table = Grid::new(page, &[STATUS, title, 7, 11, 9]);
    for index in 0..plan.stages.len() {
        let id = StageId::from(index);
        let planned = plan.stage(id);
        let all = plan.nodes_of(id).count();
        let done = plan.nodes_of(id).filter(|node| state.step(*node).life.is_done()).count();
        let started = state.stage_started_at(id);
        table.row(&[
            page.word("stage-status", state.stage_status(id).word()),
            planned.title.clone(),
            format!("{done}/{all}"),
            started.map(|at| page.moment(at)).unwrap_or_default(),
            started.map(|at| page.span(at, state.stage_finished_at(id))).unwrap_or_default(),
            if planned.title == planned.name { String::new() } else { planned.name.clone() },
        ]);
    }
    text.raw(&table.print());
}

fn steps(text: &mut Text<'_>, state: &RunState) {
    let plan = state.plan();
    let name = name_width(plan.nodes.iter().map(|node| node.name.clone()), 30);
    for (index, phase) in plan.phases.iter().enumerate() {
        let title = plan.stage(phase.stage).title.clone();
        let part = text.page.part(phase.part);
        text.heading(&msg!("term-part-of", stage = title, part = part));
        text.raw(&phase_table(state, PhaseId::from(index), name, text.page));
    }
}

fn phase_table(state: &RunState, phase: PhaseId, name: u16, page: &Page) -> String {
    let mut table = Grid::new(page, &[STATUS, name, 3, 9]);
    for id in state.plan().phase(phase).nodes.iter().copied() {
        let (node, step) = (state.plan().node(id), state.step(id));
        let mut about: Vec<String> = Vec::new();
        about.extend(mark_of(state, id).map(|mark| mark_words(mark, page)));
        about.extend(error_of(state, id, page.lang));
        if about.is_empty() {
            about.extend(node.title.clone());
        }
        let attempt = if step.attempt > 1 { format!("#{}", step.attempt) } else { String::new() };
        let span = step.started_at.map(|at| page.span(at, step.finished_at)).unwrap_or_default();
        let rest = usize::from(page.cols).saturating_sub(usize::from(STATUS + name + 3 + 9 + 5 * GAP));
        let about = match mark_of(state, id) {
            // Who and why are never cut.
            Some(_) => about.join("  "),
            None => cut(&one_line(&about.join("  "), 500), rest.max(12)),
        };
        table.row(&[status_word(state, id, page), node.name.clone(), attempt, span, about]);
    }
    table.print()
}

fn gate_row(state: &RunState, id: NodeId, page: &Page) -> Vec<String> {
    let step = state.step(id);
    let gate = state.plan().node(id).gate();
    let asked = state.asked(id).to_owned();
    let mut about = vec![asked];
    about.extend(
        gate.filter(|gate| !gate.approvers.is_empty())
            .map(|gate| page.say(&msg!("term-may-answer", who = asked_words(gate)))),
    );
    about.extend(step.decisions.iter().map(|decided| {
        let decision = &decided.decision;
        let mut parts = vec![page.word("verdict", verdict_word(decision.decision))];
        parts.extend(decision.value.clone());
        parts.push(page.by(&decision.by));
        parts.push(page.moment(decided.at));
        parts.extend(decision.note.clone());
        one_line(&parts.join("  "), 300)
    }));
    vec![
        page.word("gate-status", state.gate_status(id).word()),
        state.plan().path(id),
        step.started_at.map(|at| page.moment(at)).unwrap_or_default(),
        gate.map(|gate| votes(gate, state, id)).unwrap_or_default(),
        about.join("\n"),
    ]
}

fn votes(gate: &Gate, state: &RunState, id: NodeId) -> String {
    let confirmed = state
        .step(id)
        .decisions
        .iter()
        .filter(|decided| decided.decision.decision == crate::run::Verdict::Confirmed)
        .count();
    let wanted = gate.votes.total() as usize * gate.each.len().max(1);
    format!("{confirmed}/{wanted}")
}

fn verdict_word(verdict: crate::run::Verdict) -> &'static str {
    match verdict {
        crate::run::Verdict::Confirmed => "confirmed",
        crate::run::Verdict::Rejected => "rejected",
    }
}

fn mails_table(rows: &[MailRow], page: &Page) -> String {
    let to = name_width(rows.iter().map(|row| row.to.join(", ")), 26);
    let mut table = Grid::new(page, &[STATUS, to, 3]);
    table.header(&["term-col-status", "term-col-to", "term-col-attempts", "term-col-subject"]);
    for row in rows {
        let mut about = vec![one_line(&row.subject, 200)];
        about.extend(row.error.as_ref().map(|error| one_line(error, 200)));
        table.row(&[
            page.word("mail-status", row.status.word()),
            row.to.join(", "),
            row.attempts.to_string(),
            about.join("\n"),
        ]);
    }
    table.print()
}
