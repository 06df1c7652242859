//! A platform's counter: asks it to do one of the things that it is described to be able to do.

use std::time::Duration;

use tokio::time::Instant;

use super::attempt::Attempt;
use super::http;
use super::kept::of_action;
use super::log::Log;
use super::mask::Masks;
use super::process::{Spawn, run};
use super::program::{self, Wanted, spawn, success, times};
use super::sql::{self, Work};
use super::tape::Tape;
use super::values::Values;
use crate::engine::ports::Stop;
use crate::keeper::protocol::Ended;
use crate::msg;
use crate::plan::project::{Action, Means, Platform};
use crate::plan::{Request, SqlText};
use crate::run::Failure;
use crate::runbook::model::ActionKind;
use crate::words::{Msg, one_line};

/// A platform, as one step meets it.
#[derive(Debug)]
pub(super) struct Counter<'a> {
    pub(super) attempt: &'a Attempt,
    pub(super) platform: &'a Platform,
    pub(super) name: &'a str,
    pub(super) log: Log,
    /// What a poll printed last: the same again is not logged again.
    last_poll: Option<Vec<u8>>,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    /// Did the action itself end well?
    pub(super) end: Result<(), Failure>,
    /// Standard output, or rows as lines.
    pub(super) printed: String,
}

/// How long an action may take, and what stops it.
#[derive(Debug)]
pub(super) struct Patience<'s> {
    pub(super) limit: Option<Duration>,
    pub(super) stop: &'s mut Stop,
}

impl<'a> Counter<'a> {
    pub(super) fn new(attempt: &'a Attempt, platform: &'a Platform, name: &'a str) -> Self {
        Counter { attempt, platform, name, log: attempt.log(), last_poll: None }
    }

    /// The action of that kind, where the platform has one.
    pub(super) fn action(&self, kind: ActionKind) -> Option<&'a Action> {
        self.platform.actions.get(&kind)
    }

    /// The connection for the platform's SQL.
    pub(super) fn connection(&self) -> Result<&'a str, Msg> {
        self.platform
            .connection
            .as_deref()
            .ok_or_else(|| msg!("exec-flow-no-connection", platform = self.name))
    }

    /// Has it done.
    pub(super) async fn ask(
        &mut self,
        kind: ActionKind,
        action: &Action,
        values: &Values,
        patience: Patience<'_>,
    ) -> Answer {
        let answer = match &action.means {
            Means::Run(command) => match spawn(self.attempt, command, values) {
                Ok(spawn) if changes(kind) => Ok(Box::pin(self.kept(kind, spawn, patience)).await),
                Ok(spawn) => Ok(Box::pin(self.run(kind, &spawn, patience)).await),
                Err(why) => Err(why),
            },
            Means::Sql { text, transaction } => {
                Box::pin(self.sql(kind, text, *transaction, values, patience)).await
            }
            Means::Http(request) => Ok(Box::pin(self.http(kind, request, values, patience)).await),
        };
        answer
            .unwrap_or_else(|why| Answer { end: Err(self.attempt.not_started(&why)), printed: String::new() })
    }

    /// What changes something is the keeper's: how it ended is known also to who comes after us.
    async fn kept(&mut self, kind: ActionKind, spawn: Spawn, patience: Patience<'_>) -> Answer {
        self.say_action(kind, &spawn.argv.join(" "));
        let key = of_action(&self.attempt.key(), kind);
        let wanted = Wanted { spawn, secrets: Vec::new(), limit: patience.limit, keep: true };
        let ended = program::begun(self.attempt, key, wanted, patience.stop).await;
        self.answer_of_kept(ended)
    }

    /// The answer to an action that a former engine has begun, by its program's name.
    pub(super) async fn attached(&mut self, kind: ActionKind, stop: &mut Stop) -> Answer {
        let key = of_action(&self.attempt.key(), kind);
        let ended = program::attached(self.attempt, key, stop).await;
        self.answer_of_kept(ended)
    }

    fn answer_of_kept(&self, ended: Result<Ended, Failure>) -> Answer {
        match ended {
            Ok(ended) => self.answer(ended),
            Err(failure) => Answer { end: Err(failure), printed: String::new() },
        }
    }

    fn answer(&self, ended: Ended) -> Answer {
        Answer { end: success(self.attempt, &ended), printed: ended.printed }
    }

    async fn run(&mut self, kind: ActionKind, spawn: &Spawn, patience: Patience<'_>) -> Answer {
        let attempt = self.attempt;
        let mut aside = Log::nowhere(attempt.room.lang);
        let polls = kind == ActionKind::Poll;
        if !polls {
            self.say_action(kind, &spawn.argv.join(" "));
        }
        let log = if polls { &mut aside } else { &mut self.log };
        let mut tape = Tape::new(log, &Masks::default(), attempt.room.encoding(Some(self.name))).keeping();
        let end = run(spawn, times(attempt, patience.limit), patience.stop, &mut tape).await;
        let (ended, raw) = (tape.ended(end), tape.raw());
        drop(tape);
        let answer = self.answer(ended);
        if polls && self.last_poll.as_ref() != Some(&raw) {
            self.say_action(kind, &spawn.argv.join(" "));
            self.log.write(&raw);
            self.last_poll = Some(raw);
        }
        answer
    }

    async fn sql(
        &mut self,
        kind: ActionKind,
        source: &SqlText,
        transaction: bool,
        values: &Values,
        patience: Patience<'_>,
    ) -> Result<Answer, Msg> {
        let connection = self.connection()?;
        let work = Work { source, connection, transaction };
        let mut aside = Log::nowhere(self.attempt.room.lang);
        let log = if kind == ActionKind::Poll { &mut aside } else { &mut self.log };
        let ran = sql::whole(self.attempt, values, work, patience.limit, patience.stop, log);
        let ran = Box::pin(ran).await;
        let printed = ran.as_ref().ok().and_then(|ran| ran.rows.as_ref()).map(sql::rows::Rows::lines);
        Ok(Answer { end: ran.map(drop), printed: printed.unwrap_or_default() })
    }

    async fn http(
        &mut self,
        kind: ActionKind,
        request: &Request,
        values: &Values,
        patience: Patience<'_>,
    ) -> Answer {
        let polls = kind == ActionKind::Poll;
        let mut aside = Log::nowhere(self.attempt.room.lang);
        let log = if polls { &mut aside } else { &mut self.log };
        let answered = match http::ask(self.attempt, request, values, patience, log).await {
            Ok(answered) => answered,
            Err(end) => return Answer { end: Err(end), printed: String::new() },
        };
        let raw = answered.body.as_bytes();
        if polls && self.last_poll.as_deref() != Some(raw) {
            self.say_action(kind, request.method.word());
            self.log.block(&answered.body);
            self.last_poll = Some(raw.to_vec());
        }
        let end = http::expected(self.attempt, request, values, &answered);
        Answer { end, printed: answered.body }
    }

    /// A line in the log: what is being done.
    pub(super) fn say_action(&mut self, kind: ActionKind, command: &str) {
        let command = one_line(command, 200);
        let line = self.attempt.say(&msg!("exec-flow-action", action = word(kind), command = command));
        self.log.line(&line);
    }

    /// How long a question may take: no longer than the step.
    pub(super) fn question(&self, until: Option<Instant>) -> Duration {
        let question = self.attempt.room.limits.question;
        left(until).map_or(question, |left| left.min(question))
    }
}

/// Does an action of that kind change something?
fn changes(kind: ActionKind) -> bool {
    match kind {
        ActionKind::Whole | ActionKind::Submit | ActionKind::Redo | ActionKind::ForcePass => true,
        ActionKind::Find | ActionKind::Poll | ActionKind::Cancel | ActionKind::Log => false,
    }
}

/// How much time is left.
pub(super) fn left(until: Option<Instant>) -> Option<Duration> {
    until.map(|until| until.saturating_duration_since(Instant::now()))
}

/// The action as the settings write it.
pub(super) fn word(kind: ActionKind) -> &'static str {
    match kind {
        ActionKind::Whole => "flow",
        ActionKind::Find => "find",
        ActionKind::Submit => "submit",
        ActionKind::Poll => "poll",
        ActionKind::Redo => "redo",
        ActionKind::ForcePass => "force_pass",
        ActionKind::Cancel => "cancel",
        ActionKind::Log => "log",
    }
}
