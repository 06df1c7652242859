//! Requests to servers: steps, waits, and the actions of platforms that speak HTTP.
//!
//! A request whose answer did not come may have been done: that is said so, and it is not sent again unless it only
//! reads or has a key by which the server knows it again. Answers are read up to a limit, redirects stay on their
//! server, secrets show nowhere.

mod send;

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use self::send::{Prepared, send};
use super::LONGEST;
use super::attempt::{Attempt, Done};
use super::log::Log;
use super::outputs::{last_match, pattern, typed};
use super::platform::{Patience, left};
use super::tape::LONGEST_LINE;
use super::values::Values;
use crate::msg;
use crate::plan::{Poll, Request};
use crate::run::Failure;
use crate::run::event::Json;
use crate::words::{Explain as _, one_line};

/// How long a request may take where no step says.
const PATIENCE: Duration = Duration::from_mins(10);

/// How long one look of a wait may take.
const LOOK: Duration = Duration::from_mins(1);

/// Between two looks of a wait that does not say.
const EVERY: Duration = Duration::from_secs(10);

/// Members of an answer that become outputs.
const OUTPUTS: usize = 100;

/// What a server answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answered {
    /// The status.
    pub(super) status: u16,
    /// The beginning of its body.
    pub(super) body: String,
}

/// An `http:` step.
pub(super) async fn step(attempt: &Attempt, request: &Request) -> Result<Done, Failure> {
    let mut log = attempt.log();
    let limit = attempt.node().policy.timeout;
    let patience = Patience { limit, stop: &mut attempt.stop() };
    let done = whole(attempt, request, &attempt.values, patience, &mut log).await?;
    Ok(attempt.with_log_trouble(done, &mut log))
}

/// A request that is all of a step.
pub(super) async fn whole(
    attempt: &Attempt,
    request: &Request,
    values: &Values,
    patience: Patience<'_>,
    log: &mut Log,
) -> Result<Done, Failure> {
    let answered = ask(attempt, request, values, patience, log).await?;
    expected(attempt, request, values, &answered)?;
    done(attempt, &answered)
}

/// `wait: {http: …}`: asks until the answer is the one that is wanted.
pub(super) async fn wait(attempt: &Attempt, request: &Request, poll: Option<Poll>) -> Result<Done, Failure> {
    let (mut log, mut stop) = (attempt.log(), attempt.stop());
    let every = poll.map_or(EVERY, |poll| poll.every);
    let until = poll.and_then(|poll| poll.within).map(|within| Instant::now() + within);
    let mut told = String::new();
    loop {
        let limit = left(until).map_or(LOOK, |left| left.clamp(Duration::from_secs(1), LOOK));
        let mut aside = Log::nowhere(attempt.room.lang);
        let patience = Patience { limit: Some(limit), stop: &mut stop };
        let unmet = match whole(attempt, request, &attempt.values, patience, &mut aside).await {
            Ok(done) => {
                done.remarks.iter().for_each(|remark| log.line(remark));
                return Ok(attempt.with_log_trouble(done, &mut log));
            }
            Err(Failure::Cancelled) => return Err(Failure::Cancelled),
            Err(failure) => attempt.say(&failure.explain()),
        };
        attempt.notes.send(&unmet);
        if told != unmet {
            log.line(&unmet);
            told.clone_from(&unmet);
        }
        if left(until) == Some(Duration::ZERO) {
            return Err(Failure::Unmet { found: vec![unmet] });
        }
        tokio::select! {
            biased;
            () = stop.requested() => return Err(Failure::Cancelled),
            () = sleep(left(until).map_or(every, |left| left.min(every))) => {}
        }
    }
}

/// Sends it, and reads the answer.
pub(super) async fn ask(
    attempt: &Attempt,
    request: &Request,
    values: &Values,
    patience: Patience<'_>,
    log: &mut Log,
) -> Result<Answered, Failure> {
    let prepared = Prepared::of(attempt, request, values).map_err(|why| attempt.not_started(&why))?;
    log.line(&prepared.shown);
    let masks = prepared.masks.clone();
    let limit = patience.limit.unwrap_or(PATIENCE);
    let only_reads = request.method.only_reads();
    let answered = tokio::select! {
        biased;
        answered = send(attempt, prepared, only_reads) => answered?,
        () = patience.stop.requested() => return Err(Failure::Cancelled),
        () = sleep(limit) => return Err(too_late(attempt, only_reads, limit)),
    };
    let answered = Answered { body: masks.text(&answered.body), ..answered };
    log.line(&attempt.say(&msg!(
        "exec-http-answered",
        status = answered.status.to_string(),
        bytes = answered.body.len()
    )));
    log.block(&answered.body);
    Ok(answered)
}

fn too_late(attempt: &Attempt, only_reads: bool, after: Duration) -> Failure {
    let late = Failure::TimedOut { after };
    if only_reads { late } else { Failure::NoAnswer { why: attempt.say(&late.explain()) } }
}

/// Is the answer the one that is wanted: a status of success, and a body that matches?
pub(super) fn expected(
    attempt: &Attempt,
    request: &Request,
    values: &Values,
    answered: &Answered,
) -> Result<(), Failure> {
    let refuse = |why| attempt.not_started(&why);
    let status = answered.status;
    let line = answered.body.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let line = one_line(line, 200);
    if !(200..300).contains(&status) {
        return Err(Failure::Answer { status, why: line });
    }
    let Some(expect) = &request.expect else { return Ok(()) };
    let wanted = values.pattern(expect).map_err(refuse)?;
    if pattern(&wanted).map_err(refuse)?.is_match(&answered.body) {
        return Ok(());
    }
    let why = attempt.say(&msg!("exec-http-unexpected", expect = one_line(&wanted, 200), body = line));
    Err(Failure::Answer { status, why })
}

/// The status, what patterns find, and the members of a JSON object that are no objects and lists themselves.
fn done(attempt: &Attempt, answered: &Answered) -> Result<Done, Failure> {
    let mut outputs = members(&answered.body);
    outputs.insert("status".to_owned(), Json::from(answered.status));
    for (name, pattern) in &attempt.node().outputs {
        let value = last_match(pattern, &answered.body).map_err(|why| attempt.not_started(&why))?;
        let missing = || msg!("exec-output-missing", name = name, pattern = pattern);
        let why = || one_line(&attempt.say(&missing()), LONGEST);
        outputs.insert(name.clone(), typed(value.ok_or_else(|| Failure::Output { why: why() })?));
    }
    let remark =
        msg!("exec-http-answered", status = answered.status.to_string(), bytes = answered.body.len());
    Ok(Done { outputs, remarks: vec![attempt.say(&remark)] })
}

fn members(body: &str) -> BTreeMap<String, Json> {
    let Ok(Json::Object(members)) = serde_json::from_str(body) else { return BTreeMap::new() };
    let is_small = |value: &Json| match value {
        Json::String(text) => text.len() <= LONGEST_LINE,
        Json::Number(_) | Json::Bool(_) | Json::Null => true,
        Json::Array(_) | Json::Object(_) => false,
    };
    members.into_iter().filter(|(_, value)| is_small(value)).take(OUTPUTS).collect()
}
