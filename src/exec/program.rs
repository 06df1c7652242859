//! `run:` steps: a program or a script, its environment, its end, its outputs.

use std::collections::BTreeMap;

use super::attempt::{Attempt, Done};
use super::log::Log;
use super::mask::Masks;
use super::outputs;
use super::process::{End, Spawn, Times, run};
use super::tape::Tape;
use super::values::Values;
use crate::plan::{Command, EnvValue};
use crate::run::Failure;
use crate::words::{Msg, one_line};

use super::LONGEST;

/// A `run:` step.
pub(super) async fn step(
    attempt: &Attempt,
    command: &Command,
    env: &BTreeMap<String, EnvValue>,
) -> Result<Done, Failure> {
    let (spawn, masks) = prepared(attempt, command, env).map_err(|why| attempt.not_started(&why))?;
    let mut log = attempt.log();
    whole(attempt, &spawn, &masks, &mut log).await
}

/// A program that is all of a step.
pub(super) async fn whole(
    attempt: &Attempt,
    spawn: &Spawn,
    masks: &Masks,
    log: &mut Log,
) -> Result<Done, Failure> {
    let node = attempt.node();
    let mut tape =
        Tape::new(log, masks, attempt.room.encoding(node.platform())).telling(attempt.notes.clone());
    if !node.outputs.is_empty() {
        tape = tape.keeping();
    }
    let times = times(attempt, node.policy.timeout);
    let end =
        run(spawn, times, &mut attempt.stop(), &mut tape).await.map_err(|why| attempt.not_started(&why))?;
    success(end, &tape)?;
    let done = outputs::of(attempt, &tape, &node.outputs)?;
    drop(tape);
    Ok(attempt.with_log_trouble(done, log))
}

/// Exit code 0, or why not.
pub(super) fn success(end: End, tape: &Tape<'_>) -> Result<(), Failure> {
    match end {
        End::Exit(0) => Ok(()),
        End::Exit(code) => Err(Failure::Exit { code, last_line: one_line(&tape.last_words(), LONGEST) }),
        End::Signal(signal) => Err(Failure::Signal { signal }),
        End::TimedOut(after) => Err(Failure::TimedOut { after }),
        End::Stopped => Err(Failure::Cancelled),
    }
}

/// The times of a program that may take `timeout`.
pub(super) fn times(attempt: &Attempt, timeout: Option<std::time::Duration>) -> Times {
    let limits = attempt.room.limits;
    Times { timeout, grace: limits.grace, drain: limits.drain }
}

fn prepared(
    attempt: &Attempt,
    command: &Command,
    env: &BTreeMap<String, EnvValue>,
) -> Result<(Spawn, Masks), Msg> {
    let mut all = attempt.environment();
    let mut secrets = Vec::new();
    for (name, value) in env {
        let value = attempt.room.env_value(value, &attempt.values, &mut secrets)?;
        all.insert(name.clone(), value);
    }
    let spawn = Spawn { env: all, ..spawn(attempt, command, &attempt.values)? };
    Ok((spawn, Masks::new(secrets.iter().map(String::as_str))))
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
    Ok(Spawn { argv, dir: attempt.room.project.dir.clone(), env: attempt.environment() })
}
