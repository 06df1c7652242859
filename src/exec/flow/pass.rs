//! `force_pass:`: the platform's scheduler is told to count a waiting task as done.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{Flow, Found, State, every, shown, unclear};
use crate::exec::attempt::{Attempt, Done};
use crate::msg;
use crate::plan::Template;
use crate::plan::project::Action;
use crate::run::Failure;
use crate::runbook::model::ActionKind;
use crate::words::Explain as _;

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
        let taken_over = self.counter.attempt.job.taken_over;
        if let (Some(id), Some(poll), false) = (&id, poll, taken_over) {
            match self.poll(poll, id).await? {
                State::Succeeded { printed } => {
                    let remark = self.say(&msg!("exec-pass-done-already", flow = shown(&self.name)));
                    self.counter.log.line(&remark);
                    return self.done(id, &printed, remark);
                }
                State::Failed { .. } | State::Running { .. } | State::Silent { .. } => {}
            }
        }
        let answer = match taken_over {
            true => self.counter.attached(ActionKind::ForcePass, &mut self.stop).await,
            false => self.command(ActionKind::ForcePass, pass, id.as_deref()).await?,
        };
        answer.end?;
        let told = match &pass.id {
            Some(pattern) => self.id_in(pattern, &answer.printed)?,
            None => None,
        };
        // A task that only waits may get its id when it is passed.
        let id = told.or(id);
        let can_be_asked = id.is_some() || self.counter.action(ActionKind::Find).is_some();
        let Some(poll) = poll.filter(|_| can_be_asked) else {
            let unseen = self.say(&msg!("exec-pass-unseen", flow = shown(&self.name)));
            return self.done(&id.unwrap_or_default(), "", unseen);
        };
        let (id, printed) = self.passed(id, poll).await?;
        let remark = self.say(&msg!("exec-pass-done", flow = shown(&self.name)));
        self.done(&id, &printed, remark)
    }

    /// Its id and what the platform says when it counts it as done; else why that is not so. It may take a moment to
    /// say so: it is asked for as long as a question may take.
    async fn passed(&mut self, mut id: Option<String>, poll: &Action) -> Result<(String, String), Failure> {
        let until = Instant::now() + self.counter.question(self.until);
        let mut said = String::new();
        loop {
            match self.look_at(&mut id, poll).await {
                Ok(Seen::Done { id, printed }) => return Ok((id, printed)),
                // A question that the end of the step's time has cut short says nothing.
                Ok(Seen::Otherwise { words }) if said.is_empty() || self.over().is_ok() => said = words,
                Ok(Seen::Otherwise { .. }) => {}
                Err(Failure::TimedOut { .. }) if !said.is_empty() => return Err(self.not_taken(&said)),
                Err(end) => return Err(end),
            }
            let left = until.saturating_duration_since(Instant::now());
            if left < MOMENT {
                return Err(self.not_taken(&said));
            }
            self.note(&msg!(
                "exec-flow-state",
                id = shown(id.as_deref().unwrap_or(&self.name)),
                state = &said
            ));
            // The last look still has a moment to be answered.
            self.rest(every(poll).min(left.saturating_sub(2 * MOMENT))).await?;
        }
    }

    fn not_taken(&self, said: &str) -> Failure {
        let reason = self.say(&msg!("exec-pass-not-taken", flow = shown(&self.name), state = said));
        Failure::Flow { reason }
    }

    /// One look. What is not known is not done.
    async fn look_at(&mut self, known: &mut Option<String>, poll: &Action) -> Result<Seen, Failure> {
        let id = match (known.clone(), self.counter.action(ActionKind::Find)) {
            (Some(id), _) => id,
            (None, Some(find)) => match self.look_for(find).await? {
                Found::There(id) => known.insert(id).clone(),
                Found::Nowhere => return Ok(Seen::Otherwise { words: self.say(&self.not_there()) }),
                Found::Unclear { line } => return Ok(Seen::Otherwise { words: self.say(&unclear(&line)) }),
                Found::Silent(failure) => return Ok(Seen::Otherwise { words: self.say(&failure.explain()) }),
            },
            (None, None) => return Ok(Seen::Otherwise { words: self.say(&self.not_there()) }),
        };
        Ok(match self.poll(poll, &id).await? {
            State::Succeeded { printed } => Seen::Done { id, printed },
            State::Failed { reason: words } | State::Running { words } | State::Silent { why: words } => {
                Seen::Otherwise { words }
            }
        })
    }

    /// Until the next look; the step's time may run out over it, as the look will tell.
    async fn rest(&mut self, pause: Duration) -> Result<(), Failure> {
        tokio::select! {
            biased;
            () = self.stop.requested() => Err(Failure::Cancelled),
            () = sleep(pause) => Ok(()),
        }
    }
}

/// In so short a time nobody answers.
const MOMENT: Duration = Duration::from_millis(100);

/// What one look at a passed task showed.
enum Seen {
    Done { id: String, printed: String },
    Otherwise { words: String },
}
