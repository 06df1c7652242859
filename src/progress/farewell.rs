//! The last words of a run: where it stands, marks that stay, and what waits for a person.

use super::line::{Line, Tone};
use super::page::Page;
use super::plain::{WORD, commands, mark_words};
use super::questions::{Subject, waiting};
use super::remarks;
use crate::run::{Life, Removed, RunState, RunStatus};

/// The last words of a run: where it stands, marks that stay, and what to do.
pub fn farewell(state: &RunState, page: &Page) -> Vec<Line> {
    let status = state.run_status();
    let tone = match status {
        RunStatus::Succeeded => Tone::Good,
        RunStatus::Halted | RunStatus::Cancelled => Tone::Bad,
        RunStatus::Running | RunStatus::Waiting => Tone::Ask,
    };
    let plan = state.plan();
    let done = plan.iter().filter(|(id, _)| state.step(*id).life.is_done()).count();
    let took = state.started().map(|(at, _)| page.span(*at, state.finished_at())).unwrap_or_default();
    let round = remarks::round(state, page).map(|round| format!("  {round}")).unwrap_or_default();
    let mut lines = vec![
        Line::new()
            .add(Tone::Strong, &format!("{}  ", plan.run))
            .add(tone, &page.word("run-status", status.word()))
            .add(Tone::Mark, &round)
            .add(Tone::Plain, &format!("  {done}/{}  {took}", plan.nodes.len())),
    ];
    let whole = remarks::shadow(state, page).into_iter().chain(remarks::run_held(state, page));
    lines.extend(whole.map(|text| Line::new().add(Tone::Mark, &format!("  {text}"))));
    for (id, _) in plan.iter() {
        for former in &state.step(id).marks {
            let word = page.word("step-status", former.status.word());
            let line = Line::new().add(Tone::Plain, "  ").column(Tone::Mark, &word, WORD);
            let told = remarks::former(former, page);
            lines.push(line.add(Tone::Plain, &format!("  {}  {told}", plan.path(id))));
        }
        if let Life::Skipped { mark, .. } | Life::Forced { mark } = &state.step(id).life {
            let word = page.word("step-status", state.step_status(id).word());
            let line = Line::new().add(Tone::Plain, "  ").column(Tone::Mark, &word, WORD);
            lines.push(line.add(Tone::Plain, &format!("  {}  {}", plan.path(id), mark_words(mark, page))));
        }
    }
    for (path, gone) in state.removed().iter().filter(|(_, gone)| is_marked(gone)) {
        let word = page.word("step-status", gone.status.word());
        let line = Line::new().add(Tone::Plain, "  ").column(Tone::Mark, &word, WORD);
        let told = remarks::gone(gone, page).join("  ");
        lines.push(line.add(Tone::Plain, &format!("  {path}  {told}")));
    }
    if state.finished_at().is_none() {
        lines.extend(what_remains(state, page));
    }
    lines
}

/// Was it skipped or forced, now or before it was done anew?
fn is_marked(gone: &Removed) -> bool {
    matches!(gone.step.life, Life::Skipped { .. } | Life::Forced { .. }) || !gone.step.marks.is_empty()
}

/// What waits for a person when a run is left, and what answers it.
fn what_remains(state: &RunState, page: &Page) -> Vec<Line> {
    let mut lines = Vec::new();
    for id in waiting(state, page.now).into_iter().filter_map(Subject::node) {
        let word = match state.plan().node(id).gate() {
            Some(_) => page.word("gate-status", state.gate_status(id).word()),
            None => page.word("step-status", state.step_status(id).word()),
        };
        let line = Line::new().add(Tone::Plain, "  ").column(Tone::Ask, &word, WORD);
        let late = remarks::step_late(state, id, page).map(|late| format!("  {late}"));
        let line = line.add(Tone::Plain, &format!("  {}", state.plan().path(id)));
        lines.push(line.add(Tone::Bad, &late.unwrap_or_default()));
        let missing = remarks::missing(state, id, page);
        lines.extend(missing.map(|missing| Line::new().add(Tone::Ask, &format!("      {missing}"))));
        let typed = |command: &String| Line::new().add(Tone::Dim, &format!("      {command}"));
        lines.extend(commands(state, id).iter().map(typed));
    }
    lines
}
