//! Events as lines: what happened, when, and for what needs a person the commands that answer it. The same lines go to
//! a file or pipe, and above the screen of a terminal.

use jiff::civil::Date;

pub use super::farewell::farewell;
use super::line::{Line, Tone};
use super::page::{Page, shell_word};
use super::remarks;
use crate::msg;
use crate::plan::{NodeId, StageId};
use crate::run::event::Json;
use crate::run::refusal::verdict_msg;
use crate::run::{
    Decision, Event, Failure, Life, Loss, Mark, Outcome, Record, RunState, SkipCause, StepPath, StepStatus,
    Verdict,
};
use crate::words::{Explain, Msg};

/// Columns of the word before what it is about.
pub(super) const WORD: usize = 9;

/// How much is told of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Everything, with the commands that answer: nobody answers here.
    Full,
    /// What ended and what was decided: a screen below shows what runs and asks.
    AboveScreen,
    /// What happened, without what could be done about it then.
    History,
}

/// Events become lines; what was told before is remembered, so that days and stages are told once.
#[derive(Debug, Clone, Default)]
pub struct Teller {
    day: Option<Date>,
    told: Vec<(StageId, jiff::Timestamp)>,
}

impl Teller {
    /// The lines of `new`, after which the run stands at `state`.
    pub fn lines(&mut self, state: &RunState, new: &[Record], detail: Detail, page: &Page) -> Vec<Line> {
        let mut lines = Vec::new();
        for record in new {
            let telling = Telling { state, record, page, detail };
            let told = telling.lines();
            let finished = self.finished_stage(state, record);
            if told.is_empty() && finished.is_none() {
                continue;
            }
            let day = page.day(record.at);
            if self.day.replace(day).is_some_and(|before| before != day) {
                lines.push(Line::new().add(Tone::Dim, &format!("-- {day}")));
            }
            lines.extend(told);
            lines.extend(finished.map(|id| telling.stage_finished(id)));
        }
        lines
    }

    fn finished_stage(&mut self, state: &RunState, record: &Record) -> Option<StageId> {
        let id = state.find(record.event.step()?)?;
        let of = state.plan().node(id).stage;
        let finished = state.stage_finished_at(of).filter(|at| *at == record.at)?;
        let last = !matches!(record.event, Event::StepStarted { .. } | Event::StepSubmitted { .. });
        if !last || self.told.contains(&(of, finished)) {
            return None;
        }
        self.told.push((of, finished));
        Some(of)
    }
}

/// Who set a mark, and why.
pub fn mark_words(mark: &Mark, page: &Page) -> String {
    match &mark.by {
        Some(by) if mark.reason.is_empty() => page.by(by),
        Some(by) => page.say(&msg!("term-said-by", who = page.by(by), what = mark.reason.clone())),
        None => mark.reason.clone(),
    }
}

/// The commands that answer a gate, or repair a step.
pub fn commands(state: &RunState, id: NodeId) -> Vec<String> {
    let step = shell_word(&state.plan().path(id));
    let run = shell_word(&state.plan().run.to_string());
    let command = |verb: &str, rest: &str| format!("monthstart {verb} {step}{rest} --run {run}");
    let reason = " --reason '...'";
    match (&state.step(id).life, state.plan().node(id).gate()) {
        (Life::Open { .. }, Some(gate)) => {
            let value = if gate.each.is_empty() { "" } else { " --for ..." };
            let needed = |field: &&crate::plan::Field| field.default.is_none() && !field.optional;
            let set = |field: &crate::plan::Field| format!(" --set {}=...", shell_word(&field.name));
            let form: Vec<String> = gate.form.iter().filter(needed).map(set).collect();
            vec![
                command("confirm", &format!("{value}{}", form.concat())),
                command("reject", &format!("{value} --note '...'")),
            ]
        }
        (Life::Failed { .. }, Some(_)) => vec![command("retry", "")],
        (Life::Failed { .. }, None) => {
            vec![command("retry", ""), command("skip", reason), command("force", reason)]
        }
        (Life::Lost { .. }, _) => vec![
            command("settle", &format!(" --as-done{reason}")),
            command("settle", &format!(" --as-failed{reason}")),
            command("retry", ""),
        ],
        _ => Vec::new(),
    }
}

struct Telling<'a> {
    state: &'a RunState,
    record: &'a Record,
    page: &'a Page,
    detail: Detail,
}

impl Telling<'_> {
    fn lines(&self) -> Vec<Line> {
        let page = self.page;
        match &self.record.event {
            Event::RunStarted { by, .. } => {
                let shadow = remarks::shadow(self.state, page);
                let shadow = shadow.map(|text| Line::new().add(Tone::Mark, &format!("          {text}")));
                std::iter::once(self.run_line("term-event-started", &page.by(by))).chain(shadow).collect()
            }
            Event::RunResumed { by, .. } => vec![self.run_line("term-event-resumed", &page.by(by))],
            Event::PlanRenewed { by, added, removed, changed, .. } => {
                let (added, removed, changed) = (added.len(), removed.len(), changed.len());
                let who = page.by(by);
                let told = msg!(
                    "term-event-renewed",
                    who = who,
                    added = added,
                    removed = removed,
                    changed = changed
                );
                vec![self.run_line("term-verb-renewed", &page.say(&told))]
            }
            Event::RunHeld { by, reason } => {
                let why = reason.clone().unwrap_or_default();
                vec![self.run_line("term-verb-hold", &self.said(&page.by(by), &why))]
            }
            Event::RunReleased { by } => vec![self.run_line("term-verb-release", &page.by(by))],
            Event::RunCancelled { by, reason } => {
                let who = page.say(&msg!("term-said-by", who = page.by(by), what = reason.clone()));
                vec![self.run_line("term-event-cancelled", &who)]
            }
            Event::StepStarted { .. } | Event::StepSubmitted { .. } if self.detail == Detail::AboveScreen => {
                Vec::new()
            }
            Event::StepStarted { step, attempt } => {
                let status = self.now(step).filter(|status| *status == StepStatus::Waiting);
                let word = page.word("step-status", status.unwrap_or(StepStatus::Running).word());
                let times = msg!("term-attempt", number = *attempt);
                let rest = if *attempt > 1 { page.say(&times) } else { String::new() };
                vec![self.line(Tone::Busy, &word, step, &rest)]
            }
            Event::StepSubmitted { step, id: rest, .. } | Event::StepNotAtomic { step, why: rest, .. } => {
                let submitted = matches!(self.record.event, Event::StepSubmitted { .. });
                let id = if submitted { "term-event-submitted" } else { "term-event-not-atomic" };
                vec![self.line(Tone::Dim, &page.say(&Msg::new(id)), step, rest)]
            }
            Event::StepEnded { step, outcome, .. } => self.ended(step, outcome),
            Event::StepLost { step, again: true, cause, .. } => {
                let word = page.word("step-status", StepStatus::Pending.word());
                let why = if *cause == Loss::Unheard { cause.explain() } else { msg!("term-event-again") };
                vec![self.line(Tone::Busy, &word, step, &page.say(&why))]
            }
            Event::StepLost { step, cause, .. } => {
                let word = page.word("step-status", StepStatus::Lost.word());
                self.with_commands(self.line(Tone::Bad, &word, step, &page.say(&cause.explain())), step)
            }
            about_people => self.by_people(about_people),
        }
    }

    /// Who, and why where they said so.
    fn said(&self, who: &str, what: &str) -> String {
        match what {
            "" => who.to_owned(),
            what => self.page.say(&msg!("term-said-by", who = who, what = what)),
        }
    }

    fn by_people(&self, event: &Event) -> Vec<Line> {
        let page = self.page;
        let said = |who: &str, what: &str| self.said(who, what);
        match event {
            Event::StepSettled { step, done, by, reason } => {
                let verb = if *done { "settle-done" } else { "settle-failed" };
                let word = page.word("term-verb", verb);
                vec![self.line(Tone::Mark, &word, step, &said(&page.by(by), reason))]
            }
            Event::StepRetried { step, by, reason } => {
                let why = reason.as_deref().unwrap_or_default();
                vec![self.line(Tone::Mark, &page.word("term-verb", "retry"), step, &said(&page.by(by), why))]
            }
            Event::StepSkipped { step, by, reason, cause } => {
                let word = page.word("step-status", StepStatus::Skipped.word());
                let who = match (by, cause) {
                    (Some(by), _) => page.by(by),
                    (None, SkipCause::Month) => page.say(&msg!("term-by-month-file")),
                    (None, _) => page.say(&msg!("term-by-when")),
                };
                vec![self.line(Tone::Mark, &word, step, &said(&who, reason))]
            }
            Event::StepForced { step, by, reason } => {
                let word = page.word("step-status", StepStatus::Forced.word());
                vec![self.line(Tone::Mark, &word, step, &said(&page.by(by), reason))]
            }
            Event::StepRedone { .. }
            | Event::GateVoided { .. }
            | Event::StepHeld { .. }
            | Event::StepReleased { .. } => self.turned_back(event),
            Event::GateOpened { step, ask, .. } => {
                let word = page.word("gate-status", "open");
                self.with_commands(self.line(Tone::Ask, &word, step, ask), step)
            }
            Event::GateDecided { step, decision } => self.decided(step, decision),
            Event::GateTimedOut { step } => {
                let word = page.word("gate-status", "timed_out");
                let why = page.say(&msg!("term-gate-timed-out"));
                self.with_commands(self.line(Tone::Bad, &word, step, &why), step)
            }
            _ => Vec::new(),
        }
    }

    /// What people keep from going on, or have done anew.
    fn turned_back(&self, event: &Event) -> Vec<Line> {
        let page = self.page;
        let because = |why: &str, step: &StepPath| {
            page.say(&msg!("term-event-redo-because", step = step.to_string(), why = why))
        };
        let (word, step, by, why) = match event {
            Event::StepRedone { step, by, reason, because: None } => {
                (page.word("term-verb", "redo"), step, by, reason.clone())
            }
            Event::StepRedone { step, by, reason, because: Some(root) } => {
                (page.word("term-verb", "redo"), step, by, because(reason, root))
            }
            Event::GateVoided { step, value, by, reason, because: root } => {
                let value = value.as_ref().map(|value| format!("{value}  ")).unwrap_or_default();
                let why = format!("{value}{}", because(reason, root));
                (page.word("term-verb", "void"), step, by, why)
            }
            Event::StepHeld { step, by, reason } => {
                (page.word("term-verb", "hold"), step, by, reason.clone().unwrap_or_default())
            }
            Event::StepReleased { step, by } => (page.word("term-verb", "release"), step, by, String::new()),
            _ => return Vec::new(),
        };
        vec![self.line(Tone::Mark, &word, step, &self.said(&page.by(by), &why))]
    }

    fn ended(&self, step: &StepPath, outcome: &Outcome) -> Vec<Line> {
        let id = self.state.find(step);
        let took = id.and_then(|id| self.state.step(id).started_at);
        let took = took.map(|at| self.page.span(at, Some(self.record.at))).unwrap_or_default();
        match outcome {
            Outcome::Succeeded { remarks, .. } => {
                let word = self.page.word("step-status", StepStatus::Succeeded.word());
                let rest = std::iter::once(took).chain(remarks.iter().cloned()).collect::<Vec<_>>();
                let late = id.and_then(|id| remarks::step_late(self.state, id, self.page));
                vec![Self::late(self.line(Tone::Good, &word, step, &rest.join("  ")), late)]
            }
            Outcome::Failed { failure } => self.failed(step, id, &took, failure),
        }
    }

    fn failed(&self, step: &StepPath, id: Option<NodeId>, took: &str, failure: &Failure) -> Vec<Line> {
        let why = self.page.say(&failure.explain());
        if let Some(Life::Retrying { due, .. }) = id.map(|id| &self.state.step(id).life) {
            let word = self.page.word("step-status", StepStatus::Retrying.word());
            let again = self.page.say(&msg!("term-again-at", at = self.page.clock(*due)));
            return vec![self.line(Tone::Busy, &word, step, &format!("{took}  {why}  {again}"))];
        }
        let word = self.page.word("step-status", StepStatus::Failed.word());
        self.with_commands(self.line(Tone::Bad, &word, step, &format!("{took}  {why}")), step)
    }

    fn decided(&self, step: &StepPath, decision: &Decision) -> Vec<Line> {
        let tone = if decision.decision == Verdict::Confirmed { Tone::Good } else { Tone::Bad };
        let word = self.page.say(&verdict_msg(decision.decision));
        let mut parts = vec![];
        parts.extend(decision.value.clone());
        parts.push(self.page.by(&decision.by));
        if decision.in_advance {
            parts.push(self.page.say(&msg!("term-in-advance")));
        }
        parts.extend(decision.form.iter().map(|(name, value)| format!("{name}={}", json_text(value))));
        parts.extend(decision.note.clone());
        let line = self.line(tone, &word, step, &parts.join("  "));
        match decision.decision {
            Verdict::Confirmed => vec![line],
            Verdict::Rejected => self.with_commands(line, step),
        }
    }

    fn stage_finished(&self, stage: StageId) -> Line {
        let stage_of = self.state.plan().stage(stage);
        let from = self.state.stage_started_at(stage);
        let took = from.map(|at| self.page.span(at, Some(self.record.at))).unwrap_or_default();
        let text = msg!("term-event-stage", title = stage_of.title.clone(), took = took);
        let line = self.timed().add(Tone::Good, &self.page.say(&text));
        Self::late(line, remarks::stage_late(self.state, stage, self.page))
    }

    /// The line, and that what it is about came too late.
    fn late(line: Line, late: Option<String>) -> Line {
        late.into_iter().fold(line, |line, late| line.add(Tone::Bad, &format!("  {late}")))
    }

    fn now(&self, step: &StepPath) -> Option<StepStatus> {
        self.state.find(step).map(|id| self.state.step_status(id))
    }

    fn timed(&self) -> Line {
        Line::new().add(Tone::Dim, &format!("{}  ", self.page.clock(self.record.at)))
    }

    fn line(&self, tone: Tone, word: &str, step: &StepPath, rest: &str) -> Line {
        let wide = super::line::width(word) > WORD;
        let line = if wide { self.timed().add(tone, word) } else { self.timed().column(tone, word, WORD) };
        line.add(Tone::Plain, &format!("  {step}")).add(Tone::Dim, &format!("  {rest}"))
    }

    fn run_line(&self, id: &'static str, rest: &str) -> Line {
        let word = self.page.say(&Msg::new(id));
        let run = self.state.plan().run.to_string();
        self.timed()
            .column(Tone::Strong, &word, WORD)
            .add(Tone::Strong, &format!("  {run}"))
            .add(Tone::Plain, &format!("  {rest}"))
    }

    /// The line, and below it what can be typed elsewhere, where that still helps.
    fn with_commands(&self, line: Line, step: &StepPath) -> Vec<Line> {
        let id = self.state.find(step).filter(|_| self.detail == Detail::Full);
        let commands = id.map(|id| commands(self.state, id)).unwrap_or_default();
        let typed = |command: String| Line::new().add(Tone::Dim, &format!("            {command}"));
        std::iter::once(line).chain(commands.into_iter().map(typed)).collect()
    }
}

/// A value as people write it.
pub fn json_text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
