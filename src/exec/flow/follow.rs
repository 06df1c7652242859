//! Watching a flow to its end: one of ours, or one that the platform itself starts.

use super::again::Doubt;
use super::submit::Begun;
use super::{Flow, Found, State, every, shown, unclear};
use crate::exec::attempt::{Attempt, Done};
use crate::msg;
use crate::plan::Template;
use crate::plan::project::{Action, Means};
use crate::run::Failure;
use crate::runbook::model::ActionKind;
use crate::words::Explain as _;

/// A `follow:` step: submits nothing, cancels nothing.
pub(in crate::exec) async fn step(
    attempt: &Attempt,
    flow: &Template,
    platform: &str,
) -> Result<Done, Failure> {
    let mut flow = Flow::open(attempt, flow, platform)?;
    let (find, poll) = (flow.counter.action(ActionKind::Find), flow.counter.action(ActionKind::Poll));
    let (Some(find), Some(poll)) = (find, poll) else {
        return Err(flow.refused(&msg!("exec-follow-cannot", platform = platform)));
    };
    let (id, end) = flow.watch(find, poll).await?;
    flow.fetch_log(&id).await;
    let remark = flow.say(&msg!("exec-follow-done", id = shown(&id)));
    let done = flow.done(&id, &end?, remark)?;
    Ok(attempt.with_log_trouble(done, &mut flow.counter.log))
}

impl Flow<'_> {
    /// Asks until the platform says how a flow of ours ended; gives the id under which it did, and what was said then.
    pub(super) async fn follow(&mut self, begun: Begun, poll: &Action) -> Result<(String, String), Failure> {
        let mut id = begun.id;
        let mut doubt = begun.before.map(Doubt::new);
        loop {
            let end = self.look(&mut id, &mut doubt, poll).await;
            match end {
                Ok(Some(end)) => {
                    self.fetch_log(&id).await;
                    return end.map(|printed| (id, printed));
                }
                Ok(None) => {}
                Err(end) => return Err(self.given_up(&id, end).await),
            }
            if let Err(end) = self.pause(every(poll)).await {
                return Err(self.given_up(&id, end).await);
            }
        }
    }

    async fn given_up(&mut self, id: &str, end: Failure) -> Failure {
        // Who is not let in cannot cancel, and tries no more. What a person has decided over meanwhile goes on there.
        if matches!(end, Failure::TimedOut { .. } | Failure::Cancelled) && !self.stop.is_let_go() {
            self.cancel(id).await;
        }
        if matches!(end, Failure::TimedOut { .. }) {
            self.fetch_log(id).await;
        }
        end
    }

    /// One look; an end that can be believed, if there is one.
    async fn look(
        &mut self,
        id: &mut String,
        doubt: &mut Option<Doubt>,
        poll: &Action,
    ) -> Result<Option<Result<String, Failure>>, Failure> {
        let end = match self.poll(poll, id).await? {
            State::Succeeded { printed } => Ok(printed),
            State::Failed { reason } => Err(Failure::Flow { reason }),
            State::Running { words } => {
                if doubt.take().is_some() {
                    self.known(id);
                }
                self.note(&msg!("exec-flow-state", id = shown(id), state = words));
                return Ok(None);
            }
            State::Silent { why } => {
                self.note(&msg!("exec-flow-no-answer", why = why));
                return Ok(None);
            }
        };
        let Some(former) = doubt else { return Ok(Some(end)) };
        if let Some(newest) = self.newer(id).await? {
            *id = newest;
            *doubt = None;
            self.known(id);
            return Ok(None);
        }
        if !former.believes(end.is_ok()) {
            self.note(&msg!("exec-flow-former-end", id = shown(id)));
            return Ok(None);
        }
        *doubt = None;
        self.known(id);
        Ok(Some(end))
    }

    /// Waits for a flow that is the platform's own business, and for its end. The one that is found last counts: it may
    /// have been redone there.
    async fn watch(
        &mut self,
        find: &Action,
        poll: &Action,
    ) -> Result<(String, Result<String, Failure>), Failure> {
        let mut before_all = true;
        loop {
            match self.look_for(find).await? {
                Found::There(id) => {
                    if let Some(end) = self.end_of(&id, poll).await? {
                        return Ok((id, end));
                    }
                }
                Found::Nowhere => self.note(&self.not_there()),
                // A program that is not there will not come.
                Found::Silent(failure @ Failure::NotStarted { .. })
                    if before_all && matches!(find.means, Means::Run(_)) =>
                {
                    return Err(failure);
                }
                Found::Silent(failure) => {
                    self.note(&msg!("exec-flow-no-answer", why = self.say(&failure.explain())));
                }
                Found::Unclear { line } => self.note(&unclear(&line)),
            }
            before_all = false;
            self.pause(every(poll)).await?;
        }
    }

    /// Its end, unless it has another id by now.
    async fn end_of(&mut self, id: &str, poll: &Action) -> Result<Option<Result<String, Failure>>, Failure> {
        let end = match self.poll(poll, id).await? {
            State::Succeeded { printed } => Ok(printed),
            State::Failed { reason } => Err(Failure::Flow { reason }),
            State::Running { words } => {
                self.note(&msg!("exec-flow-state", id = shown(id), state = words));
                return Ok(None);
            }
            State::Silent { why } => {
                self.note(&msg!("exec-flow-no-answer", why = why));
                return Ok(None);
            }
        };
        Ok(self.newer(id).await?.is_none().then_some(end))
    }
}
