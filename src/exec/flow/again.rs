//! A flow that was there before and is begun anew: by the scheduler's own redo, or after what runs of it has ended.
//!
//! After that the platform may for a moment still tell the former end. It is believed when it is told of another id,
//! when the flow was seen otherwise in between, or when a second look, the time between two polls after the first, says
//! the same again.

use super::submit::Begun;
use super::{Flow, Found, State, every, shown};
use crate::exec::platform::Answer;
use crate::msg;
use crate::plan::project::Action;
use crate::run::Failure;
use crate::runbook::model::ActionKind;

/// Looks that must tell a former end before it is believed.
const LOOKS: u32 = 2;

/// A flow's end before it was begun anew.
pub(super) struct Before {
    /// Under which id.
    pub(super) id: String,
    /// It had succeeded.
    pub(super) well: bool,
}

/// Whether what is told is the former end.
pub(super) struct Doubt {
    before: Before,
    looks: u32,
}

impl Doubt {
    pub(super) fn new(before: Before) -> Self {
        Doubt { before, looks: 0 }
    }

    /// Is this end one that came after?
    pub(super) fn believes(&mut self, well: bool) -> bool {
        self.looks += 1;
        well != self.before.well || self.looks >= LOOKS
    }
}

impl Flow<'_> {
    /// Has the scheduler redo it.
    pub(super) async fn redone(
        &mut self,
        redo: &Action,
        poll: &Action,
        before: Before,
    ) -> Result<Begun, Failure> {
        let answer = self.command(ActionKind::Redo, redo, Some(&before.id)).await?;
        if let Err(failure) = answer.end {
            // It may have been taken in although the answer was lost: then it runs.
            return match self.poll(poll, &before.id).await? {
                State::Running { .. } => Ok(Begun::new(before.id, "exec-flow-redone")),
                State::Succeeded { .. } | State::Failed { .. } | State::Silent { .. } => Err(failure),
            };
        }
        let told = self.told_by(redo, &answer)?;
        let id = told.unwrap_or_else(|| before.id.clone());
        let before = Some(before).filter(|before| before.id == id);
        Ok(Begun { before, ..Begun::new(id, "exec-flow-redone") })
    }

    fn told_by(&self, redo: &Action, answer: &Answer) -> Result<Option<String>, Failure> {
        redo.id.as_ref().map_or(Ok(None), |pattern| self.id_in(pattern, &answer.printed))
    }

    /// A redo that a former engine has begun came to its end. What the platform says of the flow first may still be its
    /// former end.
    pub(super) async fn redone_with(&mut self, redo: &Action, answer: Answer) -> Result<Begun, Failure> {
        let told = match &answer.end {
            Ok(()) => self.told_by(redo, &answer)?,
            Err(_) => None,
        };
        if let Some(id) = told {
            return Ok(Begun::new(id, "exec-flow-redone"));
        }
        let Some(id) = self.find().await? else {
            return answer.end.and(Err(self.refused(&self.not_there())));
        };
        let poll = self.counter.action(ActionKind::Poll);
        let state = match poll {
            Some(poll) => self.poll(poll, &id).await?,
            None => State::Silent { why: String::new() },
        };
        // It may have been taken in although the answer was lost: then it runs.
        if let (Err(failure), false) = (answer.end, matches!(state, State::Running { .. })) {
            return Err(failure);
        }
        self.counter.attempt.regain();
        let before = match state {
            State::Succeeded { .. } => Some(Before { id: id.clone(), well: true }),
            State::Failed { .. } => Some(Before { id: id.clone(), well: false }),
            State::Running { .. } | State::Silent { .. } => None,
        };
        Ok(Begun { before, ..Begun::new(id, "exec-flow-redone") })
    }

    /// Brings what runs of it to its end, which is not taken for ours: cancelled where that is described.
    pub(super) async fn ended(&mut self, id: &str, poll: &Action) -> Result<bool, Failure> {
        let words = self.say(&msg!("exec-flow-anew-waits", id = shown(id)));
        self.counter.log.line(&words);
        self.counter.attempt.notes.send(&words);
        self.cancel(id).await;
        loop {
            match self.poll(poll, id).await? {
                State::Succeeded { .. } => return Ok(true),
                State::Failed { .. } => return Ok(false),
                State::Running { words } => {
                    self.note(&msg!("exec-flow-state", id = shown(id), state = words));
                }
                State::Silent { why } => self.note(&msg!("exec-flow-no-answer", why = why)),
            }
            self.pause(every(poll)).await?;
        }
    }

    /// Another id under which the flow is there now.
    pub(super) async fn newer(&mut self, id: &str) -> Result<Option<String>, Failure> {
        let Some(find) = self.counter.action(ActionKind::Find) else { return Ok(None) };
        match self.look_for(find).await? {
            Found::There(newest) if newest != id => Ok(Some(newest)),
            Found::There(_) | Found::Nowhere | Found::Silent(_) | Found::Unclear { .. } => Ok(None),
        }
    }
}
