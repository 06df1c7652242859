//! A flow of ours: adopted where it is there, submitted where it is not, and followed to its end.

use super::again::Before;
use super::{Flow, State, shown};
use crate::engine::ports::Stop;
use crate::exec::attempt::{Done, Unfinished};
use crate::exec::http;
use crate::exec::kept::of_action;
use crate::exec::log::Log;
use crate::exec::platform::{Answer, Patience, left};
use crate::exec::program;
use crate::exec::sql::{self, Work};
use crate::keeper::client::Known;
use crate::msg;
use crate::plan::project::{Action, Means};
use crate::run::Failure;
use crate::runbook::model::ActionKind;
use crate::words::{Msg, one_line};

/// A flow that is on its way.
pub(super) struct Begun {
    /// Its id.
    pub(super) id: String,
    /// How it came to be there.
    pub(super) remark: Msg,
    /// What the platform said of that flow before: such an end is not believed at once.
    pub(super) before: Option<Before>,
}

impl Begun {
    pub(super) fn new(id: String, words: &'static str) -> Self {
        let remark = Msg::new(words).with("id", shown(&id));
        Begun { id, remark, before: None }
    }
}

impl Flow<'_> {
    /// The action is the flow: it is done when the action is.
    pub(super) async fn whole(&mut self, action: &Action) -> Result<Done, Unfinished> {
        let attempt = self.counter.attempt;
        let refuse = |why: Msg| attempt.not_started(&why);
        match &action.means {
            Means::Run(command) => {
                let prepare = || {
                    let spawn = program::spawn(attempt, command, &self.values)?;
                    self.counter.say_action(ActionKind::Whole, &spawn.argv.join(" "));
                    Ok((spawn, Vec::new()))
                };
                Ok(program::whole(attempt, prepare).await?)
            }
            Means::Sql { text, transaction } => {
                let connection = self.counter.connection().map_err(refuse)?;
                let work = Work { source: text, connection, transaction: *transaction };
                let log: &mut Log = &mut self.counter.log;
                Box::pin(sql::once(attempt, &self.values, work, self.limit, &mut self.stop, log)).await
            }
            Means::Http(request) => {
                let patience = Patience { limit: left(self.until), stop: &mut self.stop };
                Ok(http::whole(attempt, request, &self.values, patience, &mut self.counter.log).await?)
            }
        }
    }

    /// Begins it, unless it is there already, and follows it to its end.
    pub(super) async fn run(&mut self, submit: &Action, downstream: bool) -> Result<Done, Failure> {
        let former = self.counter.attempt.job.submitted.clone();
        let ours = former.is_none();
        let begun = match former {
            Some(id) => Begun::new(id, "exec-flow-followed"),
            None => self.begun(submit, downstream).await?,
        };
        let remark = self.say(&begun.remark);
        self.counter.log.line(&remark);
        if ours && begun.before.is_none() {
            self.known(&begun.id);
        }
        let Some(poll) = self.counter.action(ActionKind::Poll) else {
            let words = self.say(&msg!("exec-flow-not-followed", id = shown(&begun.id)));
            return self.done(&begun.id, "", words);
        };
        let (id, printed) = self.follow(begun, poll).await?;
        self.done(&id, &printed, remark)
    }

    /// What is there of it decides what has to be done.
    async fn begun(&mut self, submit: &Action, downstream: bool) -> Result<Begun, Failure> {
        let anew = self.counter.attempt.job.anew;
        if self.counter.attempt.job.taken_over {
            return self.resumed(submit).await;
        }
        let Some(id) = self.find().await? else { return self.submitted(submit, None).await };
        let Some(poll) = self.counter.action(ActionKind::Poll) else {
            return match anew {
                true => self.submitted(submit, None).await,
                false => Ok(Begun::new(id, "exec-flow-found")),
            };
        };
        let redo = self.counter.action(ActionKind::Redo).filter(|_| downstream || anew);
        let well = match self.poll(poll, &id).await? {
            State::Silent { why } if anew || redo.is_some() => return Err(self.cannot_find(why)),
            State::Running { .. } if anew => self.ended(&id, poll).await?,
            State::Running { .. } | State::Silent { .. } => return Ok(Begun::new(id, "exec-flow-found")),
            State::Succeeded { .. } if !anew && redo.is_none() => {
                return Ok(Begun::new(id, "exec-flow-found-done"));
            }
            State::Succeeded { .. } => true,
            State::Failed { .. } => false,
        };
        let before = Before { id, well };
        if let Some(redo) = redo {
            return self.redone(redo, poll, before).await;
        }
        let words = if anew { "exec-flow-found-anew" } else { "exec-flow-found-failed" };
        let words = self.say(&Msg::new(words).with("id", shown(&before.id)));
        self.counter.log.line(&words);
        self.submitted(submit, Some(before)).await
    }

    /// Submits it. A wish to stop does not cut a submission in two: it is let finish, then cancelled by its id. When it
    /// fails, the platform is asked once more whether it is there.
    async fn submitted(&mut self, submit: &Action, before: Option<Before>) -> Result<Begun, Failure> {
        // Without it the submission could not be told from another one: that is said before, not after.
        self.id_pattern(ActionKind::Submit, submit)?;
        let answer = self.command(ActionKind::Submit, submit, None).await?;
        self.submitted_with(submit, answer, before).await
    }

    async fn submitted_with(
        &mut self,
        submit: &Action,
        answer: Answer,
        before: Option<Before>,
    ) -> Result<Begun, Failure> {
        let pattern = self.id_pattern(ActionKind::Submit, submit)?;
        let failure = match answer.end {
            Ok(()) => {
                if let Some(id) = self.id_in(&pattern, &answer.printed)? {
                    return Ok(submitted_as(id, before));
                }
                let line = one_line(answer.printed.lines().last().unwrap_or_default(), 200);
                let pattern = one_line(&pattern, 100);
                self.refused(&msg!("exec-flow-no-id", pattern = pattern, line = line))
            }
            Err(failure) => failure,
        };
        let found = self.found_after_all().await;
        // What was there before is not what was submitted now.
        match found.filter(|id| before.as_ref().is_none_or(|before| before.id != *id)) {
            Some(id) => {
                self.counter.attempt.regain();
                Ok(submitted_as(id, before))
            }
            None => self.over().and(Err(failure)),
        }
    }

    /// A former engine was about to submit it, or to have it redone, and the program that does so is at hand: its
    /// answer is waited for in place of another submission. What was there before was known to that engine alone.
    async fn resumed(&mut self, submit: &Action) -> Result<Begun, Failure> {
        let attempt = self.counter.attempt;
        let keys = [ActionKind::Redo, ActionKind::Submit].map(|kind| of_action(&attempt.key(), kind));
        let known = attempt.keeper().known(keys.to_vec()).await;
        let is_redone = known.first() == Some(&Known::Kept);
        let kind = if is_redone { ActionKind::Redo } else { ActionKind::Submit };
        let answer = self.counter.attached(kind, &mut self.stop).await;
        match self.counter.action(ActionKind::Redo).filter(|_| is_redone) {
            Some(redo) => self.redone_with(redo, answer).await,
            None => self.submitted_with(submit, answer, None).await,
        }
    }

    async fn found_after_all(&mut self) -> Option<String> {
        let find = self.counter.action(ActionKind::Find)?;
        let (_switch, mut never) = Stop::new();
        let patience = Patience { limit: Some(self.counter.question(None)), stop: &mut never };
        let answer = self.counter.ask(ActionKind::Find, find, &self.values, patience).await;
        answer.end.ok()?;
        self.id_in(find.id.as_deref()?, &answer.printed).ok()?
    }
}

/// A platform that gives the same flow the same id again may go on to tell its former end for a while.
fn submitted_as(id: String, before: Option<Before>) -> Begun {
    let before = before.filter(|before| before.id == id);
    Begun { before, ..Begun::new(id, "exec-flow-submitted") }
}
