//! What is said of a run, a stage or a step beside its status: late, held, shadow, round, who is missing. The same words
//! on the screen, in lines and in tables. Pure.

use jiff::Timestamp;

use super::page::Page;
use super::plain::mark_words;
use crate::msg;
use crate::plan::{NodeId, StageId};
use crate::run::{Decided, FormerMark, Removed, RunState, Verdict, Voided};

/// `round 2`, from the second on.
pub(super) fn round(state: &RunState, page: &Page) -> Option<String> {
    (state.round() > 1).then(|| page.say(&msg!("term-round", number = state.round())))
}

/// That it is a shadow run.
pub(super) fn shadow(state: &RunState, page: &Page) -> Option<String> {
    state.plan().shadow.then(|| page.say(&msg!("term-shadow")))
}

/// Who keeps the whole run from starting anything, and why.
pub(super) fn run_held(state: &RunState, page: &Page) -> Option<String> {
    let mark = state.held()?;
    let (at, why) = (page.moment(mark.at), mark_words(mark, page));
    Some(page.say(&msg!("term-run-held", at = at, why = why)))
}

/// Who keeps a step from starting, and why.
pub(super) fn held(state: &RunState, id: NodeId, page: &Page) -> Option<String> {
    let mark = state.step(id).held.as_ref()?;
    let (at, why) = (page.moment(mark.at), mark_words(mark, page));
    Some(page.say(&msg!("term-held-by", at = at, why = why)))
}

/// What is said of a deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Due {
    /// It is to come.
    ToCome(String),
    /// It was missed: by how much, and when it was.
    Late(String, String),
}

impl Due {
    /// By how much it was missed.
    pub(super) fn late(self) -> Option<String> {
        match self {
            Due::ToCome(_) => None,
            Due::Late(late, _) => Some(late),
        }
    }

    /// On one line.
    pub(super) fn line(self, page: &Page) -> String {
        match self {
            Due::ToCome(due) => due,
            Due::Late(late, due) => page.say(&msg!("term-late-due", late = late, due = due)),
        }
    }

    /// On short lines, for a narrow column.
    pub(super) fn lines(self) -> Vec<String> {
        match self {
            Due::ToCome(due) => vec![due],
            Due::Late(late, due) => vec![late, due],
        }
    }
}

/// A step's or gate's deadline; nothing where it was kept.
pub(super) fn step_due(state: &RunState, id: NodeId, page: &Page) -> Option<Due> {
    let step = state.step(id);
    due(state.deadline(id)?, step.finished_at.filter(|_| step.life.is_done()), page)
}

/// A stage's deadline; nothing where it was kept.
pub(super) fn stage_due(state: &RunState, id: StageId, page: &Page) -> Option<Due> {
    due(state.plan().stage(id).deadline?, state.stage_finished_at(id), page)
}

/// That a step or gate is past its deadline, and by how much, on one line.
pub(super) fn step_late(state: &RunState, id: NodeId, page: &Page) -> Option<String> {
    step_due(state, id, page).filter(|due| matches!(due, Due::Late(..))).map(|due| due.line(page))
}

/// That a stage is past its deadline, and by how much, on one line.
pub(super) fn stage_late(state: &RunState, id: StageId, page: &Page) -> Option<String> {
    stage_due(state, id, page).filter(|due| matches!(due, Due::Late(..))).map(|due| due.line(page))
}

fn due(deadline: Timestamp, done: Option<Timestamp>, page: &Page) -> Option<Due> {
    let due = page.say(&msg!("term-due", at = page.moment(deadline)));
    let by = page.span(deadline, done);
    match done {
        None if page.now <= deadline => Some(Due::ToCome(due)),
        None => Some(Due::Late(page.say(&msg!("term-late-by", by = by)), due)),
        Some(done) if done > deadline => Some(Due::Late(page.say(&msg!("term-done-late", by = by)), due)),
        Some(_) => None,
    }
}

/// The values of `each` that nobody has answered for.
pub(super) fn missing(state: &RunState, id: NodeId, page: &Page) -> Option<String> {
    let missing = state.unanswered(id);
    let list = missing.join(&page.say(&msg!("term-and")));
    (!missing.is_empty()).then(|| page.say(&msg!("term-missing", count = missing.len(), list = list)))
}

/// Who has answered a gate, on one line: `南京 confirmed 李娜`.
pub(super) fn answered(state: &RunState, id: NodeId, page: &Page) -> Option<String> {
    let answer = |decided: &Decided| {
        let decision = &decided.decision;
        let value = decision.value.clone().into_iter();
        let word = page.word("verdict", verdict_word(decision.decision));
        value.chain([word, page.by(&decision.by)]).collect::<Vec<_>>().join(" ")
    };
    let all: Vec<String> = state.step(id).decisions.iter().map(answer).collect();
    let list = all.join(&page.say(&msg!("term-and")));
    (!all.is_empty()).then(|| page.say(&msg!("term-answered", list = list)))
}

/// Who said what, when, with which note and values.
pub(super) fn answer(decided: &Decided, page: &Page) -> String {
    let decision = &decided.decision;
    let mut parts = vec![page.word("verdict", verdict_word(decision.decision))];
    parts.extend(decision.value.clone());
    parts.push(page.by(&decision.by));
    parts.push(page.moment(decided.at));
    if decision.in_advance {
        parts.push(page.say(&msg!("term-in-advance")));
    }
    let field = |(name, value)| format!("{name}={}", super::plain::json_text(value));
    parts.extend(decision.form.iter().map(field));
    parts.extend(decision.note.clone());
    crate::words::one_line(&parts.join("  "), 300)
}

/// An answer that counts no more, and who had what it rested on done anew.
pub(super) fn void(voided: &Voided, page: &Page) -> String {
    let (at, why) = (page.moment(voided.mark.at), mark_words(&voided.mark, page));
    let why = page.say(&msg!("term-voided-by", at = at, why = why));
    format!("{}  {why}", answer(&voided.decided, page))
}

/// A mark of skip, force or settlement on what was done anew since.
pub(super) fn former(former: &FormerMark, page: &Page) -> String {
    let (why, at) = (mark_words(&former.mark, page), page.moment(former.mark.at));
    format!("{why}  {at}  {}", page.say(&msg!("term-former")))
}

/// What is known of a step that is no longer in the runbook: every mark and answer, and since when it is gone.
pub(super) fn gone(gone: &Removed, page: &Page) -> Vec<String> {
    let step = &gone.step;
    let mark = super::json::mark_in(&step.life);
    let mut lines: Vec<String> = mark
        .map(|mark| format!("{}  {}", mark_words(mark, page), page.moment(mark.at)))
        .into_iter()
        .collect();
    lines.extend(step.marks.iter().map(|mark| former(mark, page)));
    lines.extend(step.decisions.iter().map(|decided| answer(decided, page)));
    lines.extend(step.voided.iter().map(|voided| void(voided, page)));
    let who = gone.mark.by.as_ref().map(|by| page.by(by)).unwrap_or_default();
    lines.push(page.say(&msg!("term-no-longer-since", at = page.moment(gone.mark.at), who = who)));
    lines
}

/// The last part of a verdict's word.
pub(super) fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Confirmed => "confirmed",
        Verdict::Rejected => "rejected",
    }
}
