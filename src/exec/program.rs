//! `run:` steps: a program or a script, its environment, its end, its outputs. Programs that change something are their
//! keeper's: they go on when an engine goes, and the next one hears of them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::LONGEST;
use super::attempt::{Attempt, Done};
use super::outputs;
use super::values::Values;
use crate::engine::ports::Stop;
use crate::keeper::client::{Ears, Heard};
use crate::keeper::group::Mark;
use crate::keeper::protocol::{End, Ended, Key, Spawn, Start, Times};
use crate::msg;
use crate::plan::{Command, EnvValue};
use crate::run::{Failure, Loss};
use crate::words::{Explain as _, Msg, one_line};

/// A `run:` step.
pub(super) async fn step(
    attempt: &Attempt,
    command: &Command,
    env: &BTreeMap<String, EnvValue>,
) -> Result<Done, Failure> {
    whole(attempt, || prepared(attempt, command, env)).await
}

/// A program that is all of a step; one that a former engine has begun is gone on with.
pub(super) async fn whole(
    attempt: &Attempt,
    prepare: impl FnOnce() -> Result<(Spawn, Vec<String>), Msg>,
) -> Result<Done, Failure> {
    let (node, key, mut stop) = (attempt.node(), attempt.key(), attempt.stop());
    let ended = if attempt.job.taken_over {
        attached(attempt, key, &mut stop).await?
    } else {
        let (spawn, secrets) = prepare().map_err(|why| attempt.not_started(&why))?;
        let keep = !node.outputs.is_empty();
        let wanted = Wanted { spawn, secrets, limit: node.policy.timeout, keep };
        begun(attempt, key, wanted, &mut stop).await?
    };
    success(attempt, &ended)?;
    outputs::of(attempt, &ended, &node.outputs)
}

/// A program that the keeper is to start.
pub(super) struct Wanted {
    /// What it is.
    pub(super) spawn: Spawn,
    /// Values that nobody is to see.
    pub(super) secrets: Vec<String>,
    /// How long it may take.
    pub(super) limit: Option<Duration>,
    /// Is what it prints needed at its end?
    pub(super) keep: bool,
}

/// Has the keeper start a program, and waits for its end. What is left of the same step, from a keeper that died, is
/// ended first: two of them would be one too many.
pub(super) async fn begun(
    attempt: &Attempt,
    key: Key,
    wanted: Wanted,
    stop: &mut Stop,
) -> Result<Ended, Failure> {
    let keeper = attempt.keeper();
    let times = times(attempt, wanted.limit);
    if attempt.job.attempt > 1 {
        let mark = Mark::of(&attempt.environment());
        let ended = keeper.end_orphans(&key, mark.as_ref(), times.grace).await;
        for pid in ended {
            attempt.log().line(&attempt.say(&msg!("exec-orphan-ended", pid = pid.to_string())));
        }
    }
    let platform = attempt.node().platform();
    let start = Start {
        key: key.clone(),
        spawn: wanted.spawn,
        times,
        log: attempt.log_path(),
        secrets: wanted.secrets,
        encoding: attempt.room.encoding_label(platform).map(str::to_owned),
        keep: wanted.keep,
        lang: attempt.room.lang,
    };
    attempt.keeps(key.clone());
    let ears = keeper.begin(start);
    followed(attempt, key, ears, stop).await
}

/// Waits for the end of a program that a former engine has had started.
pub(super) async fn attached(attempt: &Attempt, key: Key, stop: &mut Stop) -> Result<Ended, Failure> {
    attempt.keeps(key.clone());
    let ears = attempt.keeper().attach(key.clone());
    followed(attempt, key, ears, stop).await
}

async fn followed(attempt: &Attempt, key: Key, mut ears: Ears, stop: &mut Stop) -> Result<Ended, Failure> {
    let mut is_stopped = false;
    loop {
        tokio::select! {
            biased;
            heard = ears.recv() => match heard {
                Some(Heard::Note(text)) => attempt.notes.send(&text),
                Some(Heard::Ended(ended)) => return Ok(*ended),
                Some(Heard::Lost) | None => return Err(attempt.lose(Loss::Keeper)),
            },
            () = stop.requested(), if !is_stopped => {
                is_stopped = true;
                attempt.keeper().stop(key.clone());
            }
        }
    }
}

/// Exit code 0, or why not.
pub(super) fn success(attempt: &Attempt, ended: &Ended) -> Result<(), Failure> {
    match &ended.end {
        Ok(End::Exit(0)) => Ok(()),
        Ok(End::Exit(code)) => {
            Err(Failure::Exit { code: *code, last_line: one_line(&ended.last_words, LONGEST) })
        }
        Ok(End::Signal(signal)) => Err(Failure::Signal { signal: *signal }),
        Ok(End::TimedOut(after)) => Err(Failure::TimedOut { after: *after }),
        Ok(End::Stopped) => Err(Failure::Cancelled),
        Err(why) => Err(attempt.not_started(&why.explain())),
    }
}

/// The times of a program that may take `timeout`.
pub(super) fn times(attempt: &Attempt, timeout: Option<Duration>) -> Times {
    let limits = attempt.room.limits;
    Times { timeout, grace: limits.grace, drain: limits.drain }
}

fn prepared(
    attempt: &Attempt,
    command: &Command,
    env: &BTreeMap<String, EnvValue>,
) -> Result<(Spawn, Vec<String>), Msg> {
    let mut spawn = spawn(attempt, command, &attempt.values)?;
    let mut secrets = Vec::new();
    for (name, value) in env {
        let value = attempt.room.env_value(value, &attempt.values, &mut secrets)?;
        spawn.env.insert(name.clone(), value);
    }
    Ok((spawn, secrets))
}

/// What `command` starts with these values, in the standing environment.
pub(super) fn spawn(attempt: &Attempt, command: &Command, values: &Values) -> Result<Spawn, Msg> {
    let argv = match command {
        Command::Program(words) => {
            words.iter().map(|word| values.text(word)).collect::<Result<Vec<_>, Msg>>()?
        }
        Command::Shell(script) => ["/bin/sh", "-eu", "-c", script].map(str::to_owned).to_vec(),
    };
    if argv.first().is_none_or(String::is_empty) {
        return Err(Msg::new("exec-no-command"));
    }
    let dir = std::path::absolute(&attempt.room.project.dir);
    let dir = dir.unwrap_or_else(|_| attempt.room.project.dir.clone());
    Ok(Spawn { argv, dir, env: attempt.environment() })
}
