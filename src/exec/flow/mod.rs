//! Flows: one action that is the whole flow; or looked for, submitted, redone, watched, passed, and asked about until the
//! platform says how it ended. A question without an answer is not a failure, and a word that nobody knows is not an end.

mod again;
pub(super) mod follow;
pub(super) mod pass;
mod submit;

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::LONGEST;
use super::attempt::{Attempt, Done, Unfinished};
use super::outputs::{first_match, last_match, pattern, typed};
use super::platform::{Answer, Counter, Patience, left, word};
use super::values::Values;
use crate::engine::ports::{Report, Stop};
use crate::msg;
use crate::plan::Template;
use crate::plan::project::{Action, Means};
use crate::run::Failure;
use crate::run::event::Json;
use crate::runbook::model::ActionKind;
use crate::words::{Explain as _, Msg, one_line};

/// Between two polls, where the platform does not say.
const EVERY: Duration = Duration::from_secs(10);

/// A log that does not come is not waited for.
const LOG: Duration = Duration::from_secs(20);

/// A `flow:` step.
pub(super) async fn step(
    attempt: &Attempt,
    flow: &Template,
    platform: &str,
    downstream: bool,
) -> Result<Done, Unfinished> {
    let mut flow = Flow::open(attempt, flow, platform)?;
    let (whole, submit) = (flow.counter.action(ActionKind::Whole), flow.counter.action(ActionKind::Submit));
    let done = match (whole, submit) {
        (Some(action), _) => flow.whole(action).await,
        (None, Some(submit)) => Ok(flow.run(submit, downstream).await?),
        (None, None) => Err(flow.refused(&msg!("exec-flow-no-action", platform = platform)).into()),
    }?;
    Ok(attempt.with_log_trouble(done, &mut flow.counter.log))
}

/// A flow on a platform, as one step deals with it.
struct Flow<'a> {
    counter: Counter<'a>,
    /// With the flow's name, the token and, once it is known, its id.
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

/// Is it there?
enum Found {
    There(String),
    Nowhere,
    /// The question failed: nobody knows.
    Silent(Failure),
    /// Something came back that says neither: nobody knows.
    Unclear {
        line: String,
    },
}

impl<'a> Flow<'a> {
    /// The flow and its platform's counter; its time begins to run.
    fn open(attempt: &'a Attempt, flow: &Template, platform: &'a str) -> Result<Self, Failure> {
        let refuse = |why: Msg| attempt.not_started(&why);
        let settings = attempt.room.project.platforms.get(platform);
        let settings = settings.ok_or_else(|| refuse(msg!("exec-flow-no-platform", platform = platform)))?;
        let name = attempt.values.text(flow).map_err(refuse)?;
        let limit = attempt.node().policy.timeout;
        // What has passed under former engines counts.
        let passed = attempt.job.at.duration_since(attempt.job.begun);
        let rest = limit.map(|limit| limit.saturating_sub(Duration::try_from(passed).unwrap_or_default()));
        Ok(Flow {
            counter: Counter::new(attempt, settings, platform),
            values: attempt.values.with("flow", &name).with("token", &attempt.job.token),
            name,
            limit,
            until: rest.map(|rest| Instant::now() + rest),
            stop: attempt.stop(),
        })
    }

    fn say(&self, msg: &Msg) -> String {
        self.counter.attempt.say(msg)
    }

    fn refused(&self, why: &Msg) -> Failure {
        self.counter.attempt.not_started(why)
    }

    fn note(&self, msg: &Msg) {
        self.counter.attempt.notes.send(&self.say(msg));
    }

    /// From here on the platform's id is known, also to whoever comes after us.
    fn known(&self, id: &str) {
        let job = &self.counter.attempt.job;
        let report = Report::Submitted { node: job.node, attempt: job.attempt, id: id.to_owned() };
        let _ = self.counter.attempt.notes.reports.send(report);
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

    /// Its id on the platform, by whomever it was begun; `None`: surely not there, or nobody can be asked.
    async fn find(&mut self) -> Result<Option<String>, Failure> {
        let Some(find) = self.counter.action(ActionKind::Find) else { return Ok(None) };
        match self.look_for(find).await? {
            Found::There(id) => Ok(Some(id)),
            Found::Nowhere => Ok(None),
            Found::Silent(failure) => {
                let why = self.say(&failure.explain());
                self.over()?;
                Err(self.cannot_find(why))
            }
            Found::Unclear { line } => Err(self.cannot_find(self.say(&unclear(&line)))),
        }
    }

    fn not_there(&self) -> Msg {
        let batch = shown(self.values.batch());
        msg!("exec-follow-not-there", flow = shown(&self.name), batch = batch)
    }

    fn cannot_find(&self, why: String) -> Failure {
        self.refused(&msg!("exec-flow-cannot-find", flow = shown(&self.name), why = why))
    }

    async fn look_for(&mut self, find: &Action) -> Result<Found, Failure> {
        let pattern = self.id_pattern(ActionKind::Find, find)?;
        let patience = Patience { limit: Some(self.counter.question(self.until)), stop: &mut self.stop };
        let answer = self.counter.ask(ActionKind::Find, find, &self.values, patience).await;
        let printed = &answer.printed;
        match answer.end {
            Ok(()) => self.found(find, &pattern, printed),
            // As grep says that there is nothing, and as servers do.
            Err(Failure::Exit { code: 1, last_line }) if last_line.is_empty() => Ok(Found::Nowhere),
            Err(Failure::Answer { status: 404, .. }) => Ok(Found::Nowhere),
            Err(end @ (Failure::Cancelled | Failure::Denied { .. })) => Err(end),
            Err(failure) => {
                // A platform may say that there is nothing and fail, on either of a program's two streams.
                let said = match &failure {
                    Failure::Exit { last_line, .. } => format!("{printed}\n{last_line}"),
                    Failure::Answer { .. } => printed.clone(),
                    _ => return Ok(Found::Silent(failure)),
                };
                let nowhere =
                    self.id_in(&pattern, &said)?.is_none() && self.says(find.none.as_ref(), &said)?;
                Ok(if nowhere { Found::Nowhere } else { Found::Silent(failure) })
            }
        }
    }

    /// What an answer to `find` means. Only silence, or what the platform itself calls "not there", is a no: a notice or
    /// a login page is none.
    fn found(&self, find: &Action, pattern: &str, printed: &str) -> Result<Found, Failure> {
        if let Some(id) = self.id_in(pattern, printed)? {
            return Ok(Found::There(id));
        }
        if says_nothing(&find.means, printed) || self.says(find.none.as_ref(), printed)? {
            return Ok(Found::Nowhere);
        }
        let line = printed.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        Ok(Found::Unclear { line: one_line(line, 200) })
    }

    fn says(&self, condition: Option<&String>, printed: &str) -> Result<bool, Failure> {
        matches(condition, printed).map_err(|why| self.refused(&why))
    }

    fn id_pattern(&self, kind: ActionKind, action: &Action) -> Result<String, Failure> {
        let missing = || msg!("exec-flow-no-id-pattern", action = word(kind), platform = self.counter.name);
        action.id.clone().ok_or_else(|| self.refused(&missing()))
    }

    fn id_in(&self, pattern: &str, printed: &str) -> Result<Option<String>, Failure> {
        let id = first_match(pattern, printed).map_err(|why| self.refused(&why))?;
        Ok(id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()))
    }

    /// How it stands.
    async fn poll(&mut self, poll: &Action, id: &str) -> Result<State, Failure> {
        let values = self.values.with("id", id);
        let patience = Patience { limit: Some(self.counter.question(self.until)), stop: &mut self.stop };
        let answer = self.counter.ask(ActionKind::Poll, poll, &values, patience).await;
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

    /// Has something done that must not be cut in two: a wish to stop lets it finish, unless it hangs.
    async fn command(
        &mut self,
        kind: ActionKind,
        action: &Action,
        id: Option<&str>,
    ) -> Result<Answer, Failure> {
        let values = id.map_or_else(|| self.values.clone(), |id| self.values.with("id", id));
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
        tokio::select! {
            answer = self.counter.ask(kind, action, &values, patience) => Ok(answer),
            () = impatient => Err(Failure::Cancelled),
        }
    }

    /// Asks what nothing stops, and nothing depends on.
    async fn aside(&mut self, kind: ActionKind, limit: Duration, id: &str) -> Option<Answer> {
        let action = self.counter.action(kind)?;
        let (_switch, mut never) = Stop::new();
        let patience = Patience { limit: Some(limit), stop: &mut never };
        let values = self.values.with("id", id);
        Some(self.counter.ask(kind, action, &values, patience).await)
    }

    /// Cancels it on the platform, where that is described; nothing stops this.
    async fn cancel(&mut self, id: &str) {
        let limit = self.counter.question(None);
        let Some(answer) = self.aside(ActionKind::Cancel, limit, id).await else { return };
        if let Err(failure) = answer.end {
            let words = self.say(&msg!("exec-flow-not-cancelled", why = self.say(&failure.explain())));
            self.counter.log.line(&words);
            self.counter.attempt.notes.send(&words);
        }
    }

    /// The platform's own log of it becomes part of ours, where it can be had. That changes no outcome.
    async fn fetch_log(&mut self, id: &str) {
        let limit = self.counter.question(None).min(LOG);
        let Some(answer) = self.aside(ActionKind::Log, limit, id).await else { return };
        if let Err(failure) = answer.end {
            let words = self.say(&msg!("exec-flow-no-log", why = self.say(&failure.explain())));
            self.counter.log.line(&words);
        }
    }

    /// Until the next look, unless it is to be stopped or its time is over.
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
}

fn shown(text: &str) -> String {
    one_line(text, 100)
}

fn every(poll: &Action) -> Duration {
    poll.every.unwrap_or(EVERY)
}

fn unclear(line: &str) -> Msg {
    msg!("exec-flow-find-unclear", line = line)
}

/// Blanks, or from a server an empty list.
fn says_nothing(means: &Means, printed: &str) -> bool {
    let empty_list = || serde_json::from_str::<Vec<Json>>(printed).is_ok_and(|list| list.is_empty());
    printed.trim().is_empty() || matches!(means, Means::Http(_)) && empty_list()
}

/// Does what was printed match a condition, where there is one?
fn matches(condition: Option<&String>, printed: &str) -> Result<bool, Msg> {
    condition.map_or(Ok(false), |text| pattern(text).map(|pattern| pattern.is_match(printed)))
}

/// What an answer means. Where it says both, it has failed.
fn state(poll: &Action, printed: String) -> Result<State, Msg> {
    if matches(poll.failed.as_ref(), &printed)? {
        let reason = match &poll.reason {
            Some(reason) => first_match(reason, &printed)?,
            None => None,
        };
        let reason = reason.or_else(|| printed.lines().rfind(|line| !line.trim().is_empty()));
        return Ok(State::Failed { reason: one_line(reason.unwrap_or_default(), LONGEST) });
    }
    if matches(poll.succeeded.as_ref(), &printed)? {
        return Ok(State::Succeeded { printed });
    }
    let words = printed.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    Ok(State::Running { words: one_line(words, 120) })
}
