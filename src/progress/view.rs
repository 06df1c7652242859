//! The whole screen of a run that goes on: what waits for a person, stages, running steps, the prompt. Never wider nor
//! taller than the terminal; what there is no room for is counted.

use std::collections::BTreeMap;

use super::line::{Line, Tone, width};
use super::page::Page;
use super::prompt::PromptView;
use super::questions::{Subject, is_overdue, waiting};
use super::remarks;
use crate::msg;
use crate::plan::{NodeId, Part, StageId};
use crate::run::{Life, RunState, RunStatus, StageStatus, StepStatus};
use crate::words::{Explain, Msg};

/// Questions that are listed; the others are counted.
const LISTED: usize = 5;

/// The latest word of every step, for those who watch.
pub type Notes = BTreeMap<NodeId, String>;

/// The screen's lines, from the top.
pub fn view(state: &RunState, notes: &Notes, prompt: &PromptView, page: &Page) -> Vec<Line> {
    let screen = Screen { state, notes, page };
    let cols = usize::from(page.cols);
    let room = usize::from(page.rows).saturating_sub(1).max(1);
    let mut lines = vec![screen.header()];
    lines.extend(screen.whole_run());
    lines.extend(screen.questions(prompt.at));
    let stages: Vec<(StageId, Line)> = screen.stages();
    let running = screen.running();
    let asks = !(prompt.head.is_empty() && prompt.tail.is_empty());
    let fixed = lines.len() + usize::from(asks) + prompt.head.len() + prompt.tail.len();
    let shares = Shares::of(room.saturating_sub(fixed), stages.len(), running.len(), prompt.body.len());
    lines.extend(screen.fold_stages(stages, shares.stages));
    lines.extend(screen.fold_running(running, shares.running));
    if asks {
        lines.push(Line::new());
    }
    lines.extend(prompt.head.iter().cloned());
    lines.extend(window(&prompt.body, prompt.scroll, shares.body, page));
    lines.extend(prompt.tail.iter().cloned());
    // The end is where one types: what is too much goes at the top.
    let excess = lines.len().saturating_sub(room);
    lines.drain(..excess);
    lines.into_iter().map(|line| line.cut(cols)).collect()
}

/// How many lines each part gets of those that are left.
struct Shares {
    stages: usize,
    running: usize,
    body: usize,
}

impl Shares {
    fn of(room: usize, stages: usize, running: usize, body: usize) -> Self {
        let body_first = body.min(room.div_ceil(2));
        let running_first = running.min(2).min(room - body_first);
        let stages = stages.min(room - body_first - running_first);
        let running = running.min(room - body_first - stages);
        Shares { stages, running, body: body.min(room - stages - running) }
    }
}

/// As much of the body as there is room for, from where the person scrolled to.
fn window(body: &[Line], scroll: usize, room: usize, page: &Page) -> Vec<Line> {
    if body.len() <= room {
        return body.to_vec();
    }
    let shown = room.saturating_sub(1);
    let from = scroll.min(body.len() - shown);
    let mut lines = body[from..from + shown].to_vec();
    if room > 0 {
        let hidden = page.say(&msg!("term-more-lines", above = from, below = body.len() - shown - from));
        lines.push(Line::new().add(Tone::Dim, &hidden));
    }
    lines
}

struct Screen<'a> {
    state: &'a RunState,
    notes: &'a Notes,
    page: &'a Page,
}

impl Screen<'_> {
    fn header(&self) -> Line {
        let status = self.state.run_status();
        let plan = self.state.plan();
        let done = plan.iter().filter(|(id, _)| self.state.step(*id).life.is_done()).count();
        let round = remarks::round(self.state, self.page).map(|round| format!("  {round}"));
        let line = Line::new()
            .add(Tone::Strong, &plan.run.to_string())
            .add(run_tone(status), &format!("  {}", self.page.word("run-status", status.word())))
            .add(Tone::Mark, &round.unwrap_or_default())
            .add(Tone::Plain, &format!("  {done}/{}", plan.nodes.len()));
        let line = match self.state.started() {
            Some((at, _)) => line.add(Tone::Dim, &format!("  {}", self.page.span(*at, None))),
            None => line,
        };
        line.add(Tone::Dim, &format!("  {}  {}", self.page.clock(self.page.now), plan.title))
    }

    /// What is true of everything: it is a shadow, it is held.
    fn whole_run(&self) -> Vec<Line> {
        let shadow = remarks::shadow(self.state, self.page);
        let all = shadow.into_iter().chain(remarks::run_held(self.state, self.page));
        all.map(|text| Line::new().add(Tone::Mark, &text)).collect()
    }

    fn questions(&self, at: Option<Subject>) -> Vec<Line> {
        let mut list = waiting(self.state, self.page.now);
        if at == Some(Subject::Interrupt) {
            list.insert(0, Subject::Interrupt);
        }
        let more = list.len().saturating_sub(LISTED);
        let mut lines: Vec<Line> = list
            .iter()
            .take(LISTED)
            .enumerate()
            .map(|(index, subject)| self.question(index + 1, *subject, at == Some(*subject)))
            .collect();
        if more > 0 {
            lines.push(self.dim("      ", &msg!("term-more-questions", count = more)));
        }
        lines
    }

    fn question(&self, number: usize, subject: Subject, here: bool) -> Line {
        let marker = if here { ">" } else { " " };
        let line = Line::new().add(Tone::Strong, &format!("{marker} [{number}] "));
        let Some(id) = subject.node() else {
            return line.add(Tone::Ask, &self.page.say(&msg!("term-interrupt-short")));
        };
        let step = self.state.step(id);
        let (tone, word) = match subject {
            Subject::Gate(..) => (Tone::Ask, self.page.word("gate-status", "open")),
            Subject::Failed(..) if self.state.plan().node(id).gate().is_some() => {
                (Tone::Bad, self.page.word("gate-status", self.state.gate_status(id).word()))
            }
            _ => (Tone::Bad, self.page.word("step-status", self.state.step_status(id).word())),
        };
        let sign = if matches!(subject, Subject::Gate(..)) { "? " } else { "! " };
        let since = step.finished_at.or(step.started_at).map(|at| self.page.span(at, None));
        let late = is_overdue(self.state, id, self.page.now);
        let line = line
            .add(tone, sign)
            .column(tone, &word, 9)
            .add(Tone::Plain, &format!("  {}", self.state.plan().path(id)))
            .add(Tone::Dim, &format!("  {}", since.unwrap_or_default()));
        let late = if late { self.page.say(&msg!("term-late")) + "  " } else { String::new() };
        line.add(Tone::Plain, "  ").add(Tone::Bad, &late).add(Tone::Plain, &self.about(id))
    }

    /// What is asked, or why it failed.
    fn about(&self, id: NodeId) -> String {
        match &self.state.step(id).life {
            Life::Open { ask, .. } => ask.clone(),
            Life::Failed { failure: Some(failure), .. } => self.page.say(&failure.explain()),
            Life::Failed { by: Some(mark), .. } => mark.reason.clone(),
            _ => String::new(),
        }
    }

    fn stages(&self) -> Vec<(StageId, Line)> {
        let plan = self.state.plan();
        let widest = plan.stages.iter().map(|stage| width(&stage.title)).max().unwrap_or(0).min(24);
        let line = |index| (StageId::from(index), self.stage(StageId::from(index), widest));
        (0..plan.stages.len()).map(line).collect()
    }

    fn stage(&self, id: StageId, title_cols: usize) -> Line {
        let plan = self.state.plan();
        let status = self.state.stage_status(id);
        let (sign, tone) = stage_sign(status);
        let all = plan.nodes_of(id).count();
        let done = plan.nodes_of(id).filter(|node| self.state.step(*node).life.is_done()).count();
        let line = Line::new()
            .add(tone, &format!("{sign} "))
            .column(Tone::Plain, &plan.stage(id).title, title_cols)
            .add(Tone::Plain, "  ")
            .column(tone, &self.page.word("stage-status", status.word()), 9)
            .add(Tone::Plain, &format!("  {:>7}", format!("{done}/{all}")));
        let part = self.part(id).filter(|_| status != StageStatus::Pending);
        let line = line.add(Tone::Plain, "  ").column(
            Tone::Plain,
            &part.map(|part| self.page.part(part)).unwrap_or_default(),
            9,
        );
        let span = self.state.stage_started_at(id);
        let span = span.map(|at| self.page.span(at, self.state.stage_finished_at(id)));
        let line = line.add(Tone::Dim, &span.map(|span| format!("  {span}")).unwrap_or_default());
        Self::late(line, remarks::stage_due(self.state, id, self.page))
    }

    /// The line, and by how much what it is about is late.
    fn late(line: Line, due: Option<remarks::Due>) -> Line {
        let late = due.and_then(remarks::Due::late);
        late.into_iter().fold(line, |line, late| line.add(Tone::Bad, &format!("  {late}")))
    }

    /// The first part of a stage that is not done.
    fn part(&self, id: StageId) -> Option<Part> {
        let plan = self.state.plan();
        let mut phases = plan.stage(id).phases.iter().map(|phase| plan.phase(*phase));
        let left = |node: &NodeId| !self.state.step(*node).life.is_done();
        phases.find(|phase| phase.nodes.iter().any(left)).map(|phase| phase.part)
    }

    /// Where there is no room for all stages: those in which something happens, and how many others there are.
    fn fold_stages(&self, stages: Vec<(StageId, Line)>, room: usize) -> Vec<Line> {
        if stages.len() <= room {
            return stages.into_iter().map(|(_, line)| line).collect();
        }
        let rank = |id: StageId| match self.state.stage_status(id) {
            StageStatus::Halted | StageStatus::Waiting | StageStatus::Running => 0,
            StageStatus::Pending | StageStatus::Cancelled => 1,
            StageStatus::Succeeded => 2,
        };
        let mut ids: Vec<StageId> = stages.iter().map(|(id, _)| *id).collect();
        ids.sort_by_key(|id| (rank(*id), *id));
        ids.truncate(room.saturating_sub(1));
        let hidden = stages.len() - ids.len();
        let kept = stages.into_iter().filter(|(id, _)| ids.contains(id)).map(|(_, line)| line);
        let more = (room > 0).then(|| self.dim("  ", &msg!("term-more-stages", count = hidden)));
        kept.chain(more).collect()
    }

    fn running(&self) -> Vec<Line> {
        let due = self.state.retrying().iter().map(|(_, id)| *id);
        let held = |id: &NodeId| self.state.step(*id).held.is_some();
        let held = self.state.startable().iter().copied().filter(held);
        self.state.in_flight().iter().copied().chain(due).chain(held).map(|id| self.step(id)).collect()
    }

    fn step(&self, id: NodeId) -> Line {
        let node = self.state.plan().node(id);
        let step = self.state.step(id);
        let status = self.state.step_status(id);
        let (sign, tone) = if status == StepStatus::Running { (">", Tone::Busy) } else { ("~", Tone::Dim) };
        let line = Line::new()
            .add(tone, &format!("  {sign} "))
            .column(tone, &self.page.word("step-status", status.word()), 9)
            .add(Tone::Plain, &format!("  {}", self.state.plan().path(id)));
        let line = match &step.life {
            _ if step.held.is_some() => {
                let held = remarks::held(self.state, id, self.page).unwrap_or_default();
                return line.add(Tone::Mark, &format!("  {held}"));
            }
            Life::Retrying { due, failure } => {
                let again = msg!("term-again-at", at = self.page.clock(*due));
                return line
                    .add(Tone::Plain, &format!("  {}", self.page.say(&again)))
                    .add(Tone::Dim, &format!("  {}", self.page.say(&failure.explain())));
            }
            _ => line.add(
                Tone::Plain,
                &step.started_at.map(|at| format!("  {}", self.page.span(at, None))).unwrap_or_default(),
            ),
        };
        let line = Self::late(line, remarks::step_due(self.state, id, self.page));
        let title = node.title.as_ref().map(|title| format!("  {title}")).unwrap_or_default();
        let latest = self.notes.get(&id).map(|note| format!("  {note}")).unwrap_or_default();
        line.add(Tone::Dim, &format!("{title}{latest}"))
    }

    fn fold_running(&self, mut running: Vec<Line>, room: usize) -> Vec<Line> {
        if running.len() > room {
            let hidden = running.len() - room.saturating_sub(1);
            running.truncate(room.saturating_sub(1));
            if room > 0 {
                running.push(self.dim("    ", &msg!("term-more-running", count = hidden)));
            }
        }
        running
    }

    fn dim(&self, indent: &str, msg: &Msg) -> Line {
        Line::new().add(Tone::Dim, &format!("{indent}{}", self.page.say(msg)))
    }
}

fn run_tone(status: RunStatus) -> Tone {
    match status {
        RunStatus::Running => Tone::Busy,
        RunStatus::Waiting => Tone::Ask,
        RunStatus::Halted | RunStatus::Cancelled => Tone::Bad,
        RunStatus::Succeeded => Tone::Good,
    }
}

fn stage_sign(status: StageStatus) -> (&'static str, Tone) {
    match status {
        StageStatus::Pending => (".", Tone::Dim),
        StageStatus::Running => (">", Tone::Busy),
        StageStatus::Waiting => ("?", Tone::Ask),
        StageStatus::Halted => ("!", Tone::Bad),
        StageStatus::Succeeded => ("+", Tone::Good),
        StageStatus::Cancelled => ("x", Tone::Bad),
    }
}
