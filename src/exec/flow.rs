//! Flows: one action that is the whole flow; or looked for, submitted, and asked about until the platform says how it
//! ended. A question without an answer is not a failure, and a word that nobody knows is not an end.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::attempt::{Attempt, Done};
use super::log::Log;
use super::mask::Masks;
use super::outputs::{first_match, last_match, pattern, typed};
use super::platform::{Counter, Patience, left, word};
use super::program;
use super::sql::{self, Work};
use super::values::Values;
use crate::engine::ports::{Report, Stop};
use crate::msg;
use crate::plan::Template;
use crate::plan::project::{Action, Means};
use crate::run::Failure;
use crate::run::event::Json;
use crate::runbook::model::ActionKind;
use crate::words::{Explain as _, Msg, one_line};

use super::LONGEST;

/// Between two polls, where the platform does not say.
const EVERY: Duration = Duration::from_secs(10);

/// A `flow:` step.
pub(super) async fn step(attempt: &Attempt, flow: &Template, platform: &str) -> Result<Done, Failure> {
    let refuse = |why: Msg| attempt.not_started(&why);
    let settings = attempt
        .room
        .project
        .platforms
        .get(platform)
        .ok_or_else(|| refuse(msg!("exec-flow-no-platform", platform = platform)))?;
    let flow = attempt.values.text(flow).map_err(refuse)?;
    let values = attempt.values.with("flow", &flow).with("token", &attempt.job.token);
    let mut counter = Counter::new(attempt, settings, platform);
    let whole_action = counter.action(ActionKind::Whole);
    let done = match (whole_action, counter.action(ActionKind::Submit)) {
        (Some(action), _) => whole(&mut counter, action, &values).await,
        (None, Some(submit)) => {
            let limit = attempt.node().policy.timeout;
            let until = limit.map(|limit| Instant::now() + limit);
            Flow { counter: &mut counter, values, name: flow, limit, until, stop: attempt.stop() }
                .run(submit)
                .await
        }
        (None, None) => Err(refuse(msg!("exec-flow-no-action", platform = platform))),
    }?;
    Ok(attempt.with_log_trouble(done, &mut counter.log))
}

/// The action is the flow: it is done when the action is.
async fn whole(counter: &mut Counter<'_>, action: &Action, values: &Values) -> Result<Done, Failure> {
    let attempt = counter.attempt;
    let refuse = |why: Msg| attempt.not_started(&why);
    match &action.means {
        Means::Run(command) => {
            let spawn = program::spawn(attempt, command, values).map_err(refuse)?;
            counter.say_action(ActionKind::Whole, &spawn.argv.join(" "));
            program::whole(attempt, &spawn, &Masks::default(), &mut counter.log).await
        }
        Means::Sql { text, transaction } => {
            let connection = counter.connection().map_err(refuse)?;
            let work = Work { source: text, connection, transaction: *transaction };
            let limit = attempt.node().policy.timeout;
            let log: &mut Log = &mut counter.log;
            Ok(sql::whole(attempt, values, work, limit, &mut attempt.stop(), log).await?.done())
        }
        Means::Http(_) => Err(refuse(msg!("exec-flow-http", platform = counter.name))),
    }
}

/// A flow that the platform runs on its own.
struct Flow<'f, 'a> {
    counter: &'f mut Counter<'a>,
    values: Values,
    name: String,
    limit: Option<Duration>,
    until: Option<Instant>,
    stop: Stop,
}

/// What the platform says about a flow.
enum State {
    Succeeded { printed: String },
    Failed { reason: String },
    Running { words: String },
    Silent { why: String },
}

impl Flow<'_, '_> {
    async fn run(&mut self, submit: &Action) -> Result<Done, Failure> {
        let former = self.counter.attempt.job.submitted.clone();
        let known = former.is_some();
        let adopted = if known { former } else { self.adopted().await? };
        let (id, remark) = if let Some(id) = adopted {
            let words = if known { "exec-flow-followed" } else { "exec-flow-found" };
            let remark = Msg::new(words).with("id", shown(&id));
            (id, remark)
        } else {
            let id = self.submit(submit).await?;
            let remark = msg!("exec-flow-submitted", id = shown(&id));
            (id, remark)
        };
        let remark = self.say(&remark);
        self.counter.log.line(&remark);
        if !known {
            let (node, attempt) = (self.counter.attempt.job.node, self.counter.attempt.job.attempt);
            let _ =
                self.counter.attempt.notes.reports.send(Report::Submitted { node, attempt, id: id.clone() });
        }
        self.values = self.values.with("id", &id);
        let Some(poll) = self.counter.action(ActionKind::Poll) else {
            let words = self.say(&msg!("exec-flow-not-followed", id = shown(&id)));
            return self.done(&id, "", words);
        };
        let printed = self.follow(&id, poll).await?;
        self.done(&id, &printed, remark)
    }

    fn say(&self, msg: &Msg) -> String {
        self.counter.attempt.say(msg)
    }

    fn refused(&self, why: &Msg) -> Failure {
        self.counter.attempt.not_started(why)
    }

    /// The outputs: its id, and what patterns find in the platform's last answer.
    fn done(&self, id: &str, printed: &str, remark: String) -> Result<Done, Failure> {
        let mut outputs = BTreeMap::from([("id".to_owned(), Json::from(id))]);
        for (name, pattern) in &self.counter.attempt.node().outputs {
            let value = last_match(pattern, printed).map_err(|why| self.refused(&why))?;
            let missing = || msg!("exec-output-missing", name = name, pattern = pattern);
            let value = value.ok_or_else(|| Failure::Output { why: self.say(&missing()) })?;
            outputs.insert(name.clone(), typed(value));
        }
        Ok(Done { outputs, remarks: vec![remark] })
    }

    /// The id of a flow that is there already, by whomever it was submitted. One that has failed is not taken over.
    async fn adopted(&mut self) -> Result<Option<String>, Failure> {
        let Some(id) = self.find().await? else { return Ok(None) };
        let Some(poll) = self.counter.action(ActionKind::Poll) else { return Ok(Some(id)) };
        let values = self.values.with("id", &id);
        if let State::Failed { .. } = self.poll(poll, &values).await? {
            let words = self.say(&msg!("exec-flow-found-failed", id = shown(&id)));
            self.counter.log.line(&words);
            return Ok(None);
        }
        Ok(Some(id))
    }

    async fn find(&mut self) -> Result<Option<String>, Failure> {
        let Some(find) = self.counter.action(ActionKind::Find) else { return Ok(None) };
        let pattern = self.id_pattern(ActionKind::Find, find)?;
        let patience = Patience { limit: Some(self.counter.question(self.until)), stop: &mut self.stop };
        let answer = self.counter.ask(ActionKind::Find, find, &self.values, patience).await;
        match answer.end {
            Ok(()) => self.id_in(&pattern, &answer.printed),
            // As grep says that there is nothing.
            Err(Failure::Exit { code: 1, last_line }) if last_line.is_empty() => Ok(None),
            Err(end @ (Failure::Cancelled | Failure::Denied { .. })) => Err(end),
            Err(failure) => {
                let why = self.say(&failure.explain());
                self.over()?;
                Err(self.refused(&msg!("exec-flow-cannot-find", flow = shown(&self.name), why = why)))
            }
        }
    }

    fn id_pattern(&self, kind: ActionKind, action: &Action) -> Result<String, Failure> {
        let missing = || msg!("exec-flow-no-id-pattern", action = word(kind), platform = self.counter.name);
        action.id.clone().ok_or_else(|| self.refused(&missing()))
    }

    fn id_in(&self, pattern: &str, printed: &str) -> Result<Option<String>, Failure> {
        let id = first_match(pattern, printed).map_err(|why| self.refused(&why))?;
        Ok(id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()))
    }

    /// Submits it. A wish to stop does not cut a submission in two: it is let finish, then cancelled by its id. When it
    /// fails, the platform is asked once more whether it is there.
    async fn submit(&mut self, submit: &Action) -> Result<String, Failure> {
        let pattern = self.id_pattern(ActionKind::Submit, submit)?;
        let (switch, mut later) = Stop::new();
        let patience = Patience { limit: left(self.until), stop: &mut later };
        let question = self.counter.attempt.room.limits.question;
        let stop = &mut self.stop;
        let impatient = async {
            stop.requested().await;
            sleep(question).await;
            let _ = switch.send(true);
            std::future::pending::<()>().await;
        };
        let answer = tokio::select! {
            answer = self.counter.ask(ActionKind::Submit, submit, &self.values, patience) => answer,
            () = impatient => return Err(Failure::Cancelled),
        };
        let failure = match answer.end {
            Ok(()) => {
                if let Some(id) = self.id_in(&pattern, &answer.printed)? {
                    return Ok(id);
                }
                let line = one_line(answer.printed.lines().last().unwrap_or_default(), 200);
                let pattern = one_line(&pattern, 100);
                self.refused(&msg!("exec-flow-no-id", pattern = pattern, line = line))
            }
            Err(failure) => failure,
        };
        match self.found_after_all().await {
            Some(id) => Ok(id),
            None => self.over().and(Err(failure)),
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

    /// Asks until the platform says how it ended; gives what it said then.
    async fn follow(&mut self, id: &str, poll: &Action) -> Result<String, Failure> {
        let every = poll.every.unwrap_or(EVERY);
        let values = self.values.clone();
        loop {
            match self.poll(poll, &values).await {
                Ok(State::Succeeded { printed }) => return Ok(printed),
                Ok(State::Failed { reason }) => return Err(Failure::Flow { reason }),
                Ok(State::Running { words }) => {
                    self.note(&msg!("exec-flow-state", id = shown(id), state = words));
                }
                Ok(State::Silent { why }) => self.note(&msg!("exec-flow-no-answer", why = why)),
                Err(end) => {
                    self.cancel().await;
                    return Err(end);
                }
            }
            if let Err(end) = self.pause(every).await {
                self.cancel().await;
                return Err(end);
            }
        }
    }

    fn note(&self, msg: &Msg) {
        self.counter.attempt.notes.send(&self.say(msg));
    }

    /// Until the next poll, unless it is to be stopped or its time is over.
    async fn pause(&mut self, every: Duration) -> Result<(), Failure> {
        self.over()?;
        let pause = left(self.until).map_or(every, |left| left.min(every));
        tokio::select! {
            biased;
            () = self.stop.requested() => Err(Failure::Cancelled),
            () = sleep(pause) => self.over(),
        }
    }

    /// Is its time over?
    fn over(&self) -> Result<(), Failure> {
        match (left(self.until), self.limit) {
            (Some(Duration::ZERO), Some(after)) => Err(Failure::TimedOut { after }),
            _ => Ok(()),
        }
    }

    async fn poll(&mut self, poll: &Action, values: &Values) -> Result<State, Failure> {
        let patience = Patience { limit: Some(self.counter.question(self.until)), stop: &mut self.stop };
        let answer = self.counter.ask(ActionKind::Poll, poll, values, patience).await;
        match answer.end {
            Ok(()) => state(poll, answer.printed).map_err(|why| self.refused(&why)),
            // A wrong password is not asked with again: accounts lock.
            Err(end @ (Failure::Cancelled | Failure::Denied { .. })) => Err(end),
            Err(failure) => {
                self.over()?;
                Ok(State::Silent { why: self.say(&failure.explain()) })
            }
        }
    }

    /// Cancels it on the platform, where that is described; nothing stops this.
    async fn cancel(&mut self) {
        let Some(cancel) = self.counter.action(ActionKind::Cancel) else { return };
        let (_switch, mut never) = Stop::new();
        let patience = Patience { limit: Some(self.counter.question(None)), stop: &mut never };
        let values = self.values.clone();
        if let Err(failure) = self.counter.ask(ActionKind::Cancel, cancel, &values, patience).await.end {
            let why = self.say(&failure.explain());
            let words = self.say(&msg!("exec-flow-not-cancelled", why = why));
            self.counter.log.line(&words);
            self.counter.attempt.notes.send(&words);
        }
    }
}

fn shown(text: &str) -> String {
    one_line(text, 100)
}

/// What an answer means. Where it says both, it has failed.
fn state(poll: &Action, printed: String) -> Result<State, Msg> {
    let says = |text: &Option<String>| match text {
        Some(text) => pattern(text).map(|pattern| pattern.is_match(&printed)),
        None => Ok(false),
    };
    if says(&poll.failed)? {
        let reason = match &poll.reason {
            Some(reason) => first_match(reason, &printed)?,
            None => None,
        };
        let reason = reason.or_else(|| printed.lines().rfind(|line| !line.trim().is_empty()));
        return Ok(State::Failed { reason: one_line(reason.unwrap_or_default(), LONGEST) });
    }
    if says(&poll.succeeded)? {
        return Ok(State::Succeeded { printed });
    }
    let words = printed.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    Ok(State::Running { words: one_line(words, 120) })
}
