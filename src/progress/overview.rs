//! `status`: where a run stands, what waits first, what is late. Marks of skip and force always say who and why. Pure.

use std::collections::BTreeMap;

use super::Beside;
use super::grid::{GAP, Grid, STATUS, Text, name_width};
use super::json::{error_of, mark_of};
use super::line::cut;
use super::page::Page;
use super::plain::mark_words;
use super::questions::waiting;
use super::{remarks, tables};
use crate::msg;
use crate::plan::{NodeId, PhaseId, StageId};
use crate::run::{EngineId, Life, RunState};
use crate::words::one_line;

/// `status`: where a run stands, what waits first.
pub fn status(state: &RunState, beside: &Beside, page: &Page) -> String {
    let mut text = Text::new(page);
    head(&mut text, state, beside.driven_by.as_ref());
    open_questions(&mut text, state, &beside.orphans);
    marks(&mut text, state);
    removed(&mut text, state);
    stages(&mut text, state);
    steps(&mut text, state, &beside.orphans);
    if !beside.mails.is_empty() {
        text.heading(&msg!("term-letters"));
        text.raw(&tables::mails(&beside.mails, page));
    }
    text.done
}

fn head(text: &mut Text<'_>, state: &RunState, driven_by: Option<&EngineId>) {
    let page = text.page;
    let plan = state.plan();
    let done = plan.iter().filter(|(id, _)| state.step(*id).life.is_done()).count();
    let mut first = vec![plan.run.to_string(), page.word("run-status", state.run_status().word())];
    first.extend(remarks::round(state, page));
    first.extend([format!("{done}/{}", plan.nodes.len()), plan.title.clone()]);
    text.line(&first.join("  "));
    if let Some(shadow) = remarks::shadow(state, page) {
        text.line(&shadow);
    }
    if let Some((at, by)) = state.started() {
        let took = page.span(*at, state.finished_at());
        let started = msg!("term-started-by", at = page.moment(*at), who = page.by(by), took = took);
        text.line(&page.say(&started));
    }
    if let Some(held) = remarks::run_held(state, page) {
        text.line(&held);
        text.line(&page.say(&msg!("term-to-release", run = plan.run.to_string())));
    }
    if let Some(mark) = state.cancelled() {
        let why = mark_words(mark, page);
        text.line(&page.say(&msg!("term-cancelled-by", at = page.moment(mark.at), why = why)));
    }
    match (driven_by, state.finished_at()) {
        (Some(engine), _) => text.line(&tables::engine_words(engine, page)),
        (None, None) => text.line(&page.say(&msg!("term-not-driven", run = plan.run.to_string()))),
        (None, Some(_)) => {}
    }
}

fn open_questions(text: &mut Text<'_>, state: &RunState, orphans: &Orphans) {
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
        let since = step.finished_at.or(step.started_at);
        table.row(&[
            status_word(state, id, page),
            state.plan().path(id),
            since.map(|at| page.span(at, None)).unwrap_or_default(),
            std::iter::once(question(state, id, page))
                .chain(still_runs(id, orphans, page))
                .collect::<Vec<_>>()
                .join("\n"),
        ]);
    }
    text.raw(&table.print());
}

/// What is asked or went wrong, since when it is late, and who has not answered yet.
fn question(state: &RunState, id: NodeId, page: &Page) -> String {
    let what = match &state.step(id).life {
        Life::Open { ask, .. } => ask.clone(),
        _ => error_of(state, id, page.lang)
            .or_else(|| mark_of(state, id).map(|mark| mark_words(mark, page)))
            .unwrap_or_default(),
    };
    let mut lines = remarks::step_due(state, id, page).map(remarks::Due::lines).unwrap_or_default();
    lines.push(one_line(&what, 200));
    if matches!(state.step(id).life, Life::Open { .. }) {
        lines.extend(remarks::missing(state, id, page));
        lines.extend(remarks::answered(state, id, page));
    }
    lines.join("\n")
}

/// What is known of programs that nobody keeps hold of.
type Orphans = BTreeMap<NodeId, i32>;

/// A program that nobody keeps hold of is still at work.
fn still_runs(id: NodeId, orphans: &Orphans, page: &Page) -> Option<String> {
    let group = orphans.get(&id)?;
    Some(page.say(&msg!("term-still-runs", group = group.to_string())))
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
        state.plan().iter().map(|(id, _)| id).filter(|id| is_marked(state, *id)).collect();
    if marked.is_empty() {
        return;
    }
    text.heading(&msg!("term-marks"));
    let name = name_width(marked.iter().map(|id| state.plan().path(*id)), 34);
    let mut table = Grid::new(page, &[STATUS, name]);
    for id in marked {
        for former in &state.step(id).marks {
            let word = page.word("step-status", former.status.word());
            table.row(&[word, state.plan().path(id), remarks::former(former, page)]);
        }
        for voided in &state.step(id).voided {
            let word = page.word("gate-status", "void");
            table.row(&[word, state.plan().path(id), remarks::void(voided, page)]);
        }
        if let Some(mark) = mark_of(state, id).filter(|_| has_a_mark(&state.step(id).life)) {
            let why = format!("{}  {}", mark_words(mark, page), page.moment(mark.at));
            table.row(&[status_word(state, id, page), state.plan().path(id), why]);
        }
    }
    text.raw(&table.print());
}

/// What was there before the plan was renewed: where it stood, and what people said of it.
fn removed(text: &mut Text<'_>, state: &RunState) {
    let page = text.page;
    if state.removed().is_empty() {
        return;
    }
    text.heading(&msg!("term-no-longer"));
    let name = name_width(state.removed().keys().map(ToString::to_string), 34);
    let mut table = Grid::new(page, &[STATUS, name]);
    for (path, gone) in state.removed() {
        let word = page.word("step-status", gone.status.word());
        table.row(&[word, path.to_string(), remarks::gone(gone, page).join("\n")]);
    }
    text.raw(&table.print());
}

/// Is there something that people said and that stays: now, or before it was done anew?
fn is_marked(state: &RunState, id: NodeId) -> bool {
    let step = state.step(id);
    has_a_mark(&step.life) || !step.marks.is_empty() || !step.voided.is_empty()
}

/// Skipped, forced, settled.
fn has_a_mark(life: &Life) -> bool {
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
        let name = (planned.title != planned.name).then(|| planned.name.clone());
        let due = remarks::stage_due(state, id, page).map(remarks::Due::lines).unwrap_or_default();
        let about: Vec<String> = name.into_iter().chain(due).collect();
        table.row(&[
            page.word("stage-status", state.stage_status(id).word()),
            planned.title.clone(),
            format!("{done}/{all}"),
            started.map(|at| page.moment(at)).unwrap_or_default(),
            started.map(|at| page.span(at, state.stage_finished_at(id))).unwrap_or_default(),
            about.join("\n"),
        ]);
    }
    text.raw(&table.print());
}

fn steps(text: &mut Text<'_>, state: &RunState, orphans: &Orphans) {
    let plan = state.plan();
    let name = name_width(plan.nodes.iter().map(|node| node.name.clone()), 30);
    for (index, phase) in plan.phases.iter().enumerate() {
        let title = plan.stage(phase.stage).title.clone();
        let part = text.page.part(phase.part);
        text.heading(&msg!("term-part-of", stage = title, part = part));
        text.raw(&phase_table(state, PhaseId::from(index), name, orphans, text.page));
    }
}

fn phase_table(state: &RunState, phase: PhaseId, name: u16, orphans: &Orphans, page: &Page) -> String {
    let mut table = Grid::new(page, &[STATUS, name, 3, 9]);
    for id in state.plan().phase(phase).nodes.iter().copied() {
        let (node, step) = (state.plan().node(id), state.step(id));
        let attempt = if step.attempt > 1 { format!("#{}", step.attempt) } else { String::new() };
        let span = step.started_at.map(|at| page.span(at, step.finished_at)).unwrap_or_default();
        let rest = usize::from(page.cols).saturating_sub(usize::from(STATUS + name + 3 + 9 + 5 * GAP));
        let about =
            std::iter::once(about(state, id, rest.max(12), page)).chain(still_runs(id, orphans, page));
        let about = about.collect::<Vec<_>>().join("\n");
        table.row(&[status_word(state, id, page), node.name.clone(), attempt, span, about]);
    }
    table.print()
}

/// Marks, lateness and holds are never cut: they say who and why. The rest is as long as there is room.
fn about(state: &RunState, id: NodeId, rest: usize, page: &Page) -> String {
    let step = state.step(id);
    let mark = mark_of(state, id).map(|mark| mark_words(mark, page));
    let is_late = state.is_late(id, page.now);
    let due = remarks::step_due(state, id, page).filter(|_| is_late);
    let mut kept = due.map(remarks::Due::lines).unwrap_or_default();
    kept.extend(remarks::held(state, id, page));
    kept.extend(step.outdated.then(|| page.say(&msg!("term-outdated"))));
    kept.extend(step.not_atomic.is_some().then(|| page.say(&msg!("term-event-not-atomic"))));
    let error = error_of(state, id, page.lang);
    let short = |text: String| cut(&one_line(&text, 500), rest);
    match mark {
        Some(mark) => kept.push(std::iter::once(mark).chain(error).collect::<Vec<_>>().join("  ")),
        None => kept.extend(error.or_else(|| state.plan().node(id).title.clone()).map(short)),
    }
    kept.join("\n")
}
