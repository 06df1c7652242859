//! `force_pass:`: the platform's scheduler is told to count a waiting task as done.

use super::{Flow, State, every, shown};
use crate::exec::attempt::{Attempt, Done};
use crate::msg;
use crate::plan::Template;
use crate::plan::project::Action;
use crate::run::Failure;
use crate::runbook::model::ActionKind;

/// How often the platform is looked at for what it was told: it may take a moment to say so.
const LOOKS: u32 = 3;

/// A `force_pass:` step.
pub(in crate::exec) async fn step(
    attempt: &Attempt,
    flow: &Template,
    platform: &str,
) -> Result<Done, Failure> {
    let mut flow = Flow::open(attempt, flow, platform)?;
    let Some(pass) = flow.counter.action(ActionKind::ForcePass) else {
        return Err(flow.refused(&msg!("exec-pass-cannot", platform = platform)));
    };
    let done = flow.pass(pass).await?;
    Ok(attempt.with_log_trouble(done, &mut flow.counter.log))
}

impl Flow<'_> {
    async fn pass(&mut self, pass: &Action) -> Result<Done, Failure> {
        let poll = self.counter.action(ActionKind::Poll);
        let id = self.find().await?;
        if let (Some(id), Some(poll)) = (&id, poll) {
            match self.poll(poll, id).await? {
                State::Succeeded { printed } => {
                    let remark = self.say(&msg!("exec-pass-done-already", flow = shown(&self.name)));
                    self.counter.log.line(&remark);
                    return self.done(id, &printed, remark);
                }
                State::Failed { .. } | State::Running { .. } | State::Silent { .. } => {}
            }
        }
        let answer = self.command(ActionKind::ForcePass, pass, id.as_deref()).await?;
        answer.end?;
        let told = match &pass.id {
            Some(pattern) => self.id_in(pattern, &answer.printed)?,
            None => None,
        };
        // A task that only waits may get its id when it is passed.
        let id = match told.or(id) {
            Some(id) => Some(id),
            None => self.find().await?,
        };
        let remark = self.say(&msg!("exec-pass-done", flow = shown(&self.name)));
        match (id, poll) {
            (Some(id), Some(poll)) => {
                let printed = self.is_passed(&id, poll).await?;
                self.done(&id, &printed, remark)
            }
            (id, _) => {
                let unseen = self.say(&msg!("exec-pass-unseen", flow = shown(&self.name)));
                let done = self.done(&id.unwrap_or_default(), "", unseen)?;
                Ok(done)
            }
        }
    }

    /// What the platform says when it counts it as done; else why that is not so.
    async fn is_passed(&mut self, id: &str, poll: &Action) -> Result<String, Failure> {
        let mut looks = 0;
        loop {
            let said = match self.poll(poll, id).await? {
                State::Succeeded { printed } => return Ok(printed),
                State::Failed { reason } => reason,
                State::Running { words } => words,
                State::Silent { why } => why,
            };
            looks += 1;
            if looks == LOOKS {
                let reason = self.say(&msg!("exec-pass-not-taken", flow = shown(&self.name), state = said));
                return Err(Failure::Flow { reason });
            }
            self.note(&msg!("exec-flow-state", id = shown(id), state = said));
            self.pause(every(poll)).await?;
        }
    }
}
