//! Does what steps say: programs, SQL, checks, flows of a platform, evidence for gates.
//!
//! Every job ends with exactly one `Ended` or `Gathered`, also when it is stopped and when something here breaks.

mod attempt;
mod check;
mod evidence;
mod expect;
mod files;
mod flow;
mod http;
mod kept;
mod load;
mod marking;
mod notes;
mod number;
mod outputs;
mod platform;
mod post;
mod probe;
mod program;
mod shadow;
mod sql;
mod values;
mod wait;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use encoding_rs::Encoding;

use self::attempt::{Attempt, Done, Lost, Numbers, Unfinished};
use self::kept::Kept;
use self::values::Values;
use crate::engine::ports::{AfterUs, Executor, Job, Ready, Recalled, Report, Reports};
use crate::keeper::{log, mask, process, tape};
use crate::msg;
use crate::plan::project::{Means, Project, Setting};
use crate::plan::{EnvValue, NodeId, Plan, Work};
use crate::run::{Failure, Outcome};
use crate::words::{Lang, Msg, one_line, render};

pub use self::kept::left_behind;
pub use self::marking::{Markers, marked_connection};
pub use crate::keeper::log::{KEPT, gap_line, log_path, read_log, shown_line};
pub use crate::keeper::tail::{LogTail, gap_and_rest, read_tail};

/// Longest text of a failure, remark or note's part, in characters.
const LONGEST: usize = 500;

/// How long things may take that no runbook says.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Between TERM and KILL.
    pub grace: Duration,
    /// For the output of children that a program leaves behind.
    pub drain: Duration,
    /// One question to a platform, one piece of evidence.
    pub question: Duration,
    /// Waiting for other writers of a database.
    pub locked: Duration,
    /// Waiting for a server that went away with the answer to a commit.
    pub away: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            grace: Duration::from_secs(10),
            drain: Duration::from_secs(1),
            question: Duration::from_mins(1),
            locked: Duration::from_hours(1),
            away: Duration::from_mins(1),
        }
    }
}

/// The executor for real processes and databases.
#[derive(Debug, Clone)]
pub struct Exec {
    room: Arc<Room>,
}

/// What all jobs have in common.
#[derive(Debug)]
struct Room {
    project: Arc<Project>,
    state_dir: PathBuf,
    environment: BTreeMap<String, String>,
    lang: Lang,
    limits: Limits,
    /// Made when the first request is sent.
    client: OnceLock<reqwest::Client>,
    kept: Kept,
}

impl Exec {
    /// An executor for `project`. `environment` is the engine's own; steps get an allow-listed part of it.
    pub fn new(
        project: Arc<Project>,
        state_dir: PathBuf,
        environment: BTreeMap<String, String>,
        lang: Lang,
    ) -> Self {
        let state_dir = std::path::absolute(&state_dir).unwrap_or(state_dir);
        let (limits, client, kept) = (Limits::default(), OnceLock::new(), Kept::new(None));
        Exec { room: Arc::new(Room { project, state_dir, environment, lang, limits, client, kept }) }
    }

    /// The same with another program as its keeper.
    #[must_use]
    pub fn with_keeper(self, program: PathBuf) -> Self {
        self.with(Kept::new(Some(program)), self.room.limits)
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        self.with(Kept::new(Some(self.room.kept.program.clone())), limits)
    }

    fn with(&self, kept: Kept, limits: Limits) -> Self {
        let room = &self.room;
        Exec {
            room: Arc::new(Room {
                project: Arc::clone(&room.project),
                state_dir: room.state_dir.clone(),
                environment: room.environment.clone(),
                lang: room.lang,
                limits,
                client: OnceLock::new(),
                kept,
            }),
        }
    }
}

impl Executor for Exec {
    fn recall<'a>(&'a self, jobs: &'a [Job]) -> Recalled<'a> {
        Box::pin(self.room.recall(jobs))
    }

    fn ready<'a>(&'a self, plan: &'a Plan) -> Ready<'a> {
        Box::pin(async {
            if self.room.wants_keeper(plan) {
                self.room.keeper(&plan.run).ready().await;
            }
        })
    }

    fn stop_unclaimed<'a>(&'a self, plan: &'a Plan) -> Ready<'a> {
        Box::pin(async {
            if self.room.wants_keeper(plan) {
                self.room.keeper(&plan.run).stop_unclaimed().await;
            }
        })
    }

    fn after_us(&self, job: &Job) -> AfterUs {
        if self.room.keys(job).is_some() {
            return AfterUs::GoesOn;
        }
        match marked_connection(&job.plan.node(job.node).work, &self.room.project) {
            Some(_) => AfterUs::Marked,
            None => AfterUs::Ends,
        }
    }

    fn recorded(&self, attempts: &[(NodeId, u32)]) {
        self.room.kept.forget(attempts);
    }

    fn start(&self, job: Job, reports: Reports) {
        let room = Arc::clone(&self.room);
        tokio::spawn(async move {
            let (node, attempt, lang) = (job.node, job.attempt, room.lang);
            let (numbers, lost) = (Numbers::default(), Lost::default());
            let work = do_work(room, job, reports.clone(), numbers.clone(), lost.clone());
            let result = tokio::spawn(work)
                .await
                .unwrap_or_else(|broken| Err(not_started(lang, &broke(&broken.to_string())).into()));
            let result = result.map_err(|end| lost.take().map_or(end, Unfinished::Lost));
            let ended = |outcome| Report::Ended { node, attempt, outcome, numbers: numbers.take() };
            let _ = reports.send(match result {
                Ok(Done { outputs, remarks }) => ended(Outcome::Succeeded { outputs, remarks }),
                Err(Unfinished::Failed(failure)) => ended(Outcome::Failed { failure }),
                Err(Unfinished::Lost(cause)) => Report::Lost { node, attempt, cause },
            });
        });
    }

    fn gather(&self, job: Job, reports: Reports) {
        let room = Arc::clone(&self.room);
        tokio::spawn(async move {
            let (node, lang) = (job.node, room.lang);
            let plain = job.plan.nodes.get(node.index()).and_then(|node| node.gate());
            let plain = plain.map(|gate| gate.ask.0.clone()).unwrap_or_default();
            let work = tokio::spawn(evidence::gather(room, job, reports.clone()));
            let (ask, evidence) = work.await.unwrap_or_else(|broken| {
                let why = render(lang, &broke(&broken.to_string()));
                (evidence::unrendered(lang, &plain, &why), Vec::new())
            });
            let _ = reports.send(Report::Gathered { node, ask, evidence });
        });
    }
}

fn broke(why: &str) -> Msg {
    msg!("exec-broke", why = one_line(why, LONGEST))
}

fn not_started(lang: Lang, why: &Msg) -> Failure {
    Failure::NotStarted { why: one_line(&render(lang, why), LONGEST) }
}

/// Each verb's work is a task of its own size: together on one stack they would be too much for it.
async fn do_work(
    room: Arc<Room>,
    job: Job,
    reports: Reports,
    numbers: Numbers,
    lost: Lost,
) -> Result<Done, Unfinished> {
    let mut stop = job.stop.clone();
    let stopped = tokio::select! {
        biased;
        () = stop.requested() => true,
        () = std::future::ready(()) => false,
    };
    // What has begun before is stopped where it is.
    if stopped && !job.taken_over && job.submitted.is_none() {
        return Err(Failure::Cancelled.into());
    }
    let attempt = Attempt { lost, ..Attempt::new(room, job, reports, numbers)? };
    let plan = Arc::clone(&attempt.job.plan);
    let work = &plan.node(attempt.job.node).work;
    if plan.shadow
        && let Some(done) = Box::pin(shadow::step(&attempt, work)).await
    {
        return Ok(done?);
    }
    let done = match work {
        Work::Run { command, env } => Box::pin(program::step(&attempt, command, env)).await,
        Work::Sql { text, connection, transaction } => {
            return Box::pin(sql::step(&attempt, text, connection, *transaction)).await;
        }
        Work::Check { items, poll } => Box::pin(check::step(&attempt, items, *poll)).await,
        Work::Flow { flow, platform, downstream, .. } => {
            return Box::pin(flow::step(&attempt, flow, platform, *downstream)).await;
        }
        Work::Follow { flow, platform } => Box::pin(flow::follow::step(&attempt, flow, platform)).await,
        Work::ForcePass { flow, platform } => Box::pin(flow::pass::step(&attempt, flow, platform)).await,
        Work::Http(request) => Box::pin(http::step(&attempt, request)).await,
        Work::Wait { what, poll } => Box::pin(wait::step(&attempt, what, *poll)).await,
        Work::Mail(mail) => post::step(&attempt, mail),
        Work::Load(load) => return Box::pin(load::step(&attempt, load)).await,
        Work::Gate(_) | Work::Later { .. } => {
            Err(attempt.not_started(&msg!("exec-not-yet", what = plan.node(attempt.job.node).kind())))
        }
    };
    Ok(done?)
}

impl Room {
    /// A setting's value now.
    fn setting(&self, setting: &Setting) -> Result<String, Msg> {
        match setting {
            Setting::Text(text) => Ok(text.clone()),
            Setting::Env { name, default } => self.variable(name, default.as_deref()),
            Setting::File(path) => self.secret_file(path),
        }
    }

    /// A value of `env:` or of a header; what comes from outside the runbook is noted as a secret.
    fn env_value(&self, value: &EnvValue, values: &Values, secrets: &mut Vec<String>) -> Result<String, Msg> {
        let secret = match value {
            EnvValue::Text(template) => return values.text(template),
            EnvValue::Env { name, default } => self.variable(name, default.as_deref())?,
            EnvValue::File(path) => self.secret_file(path)?,
        };
        secrets.push(secret.clone());
        Ok(secret)
    }

    fn variable(&self, name: &str, default: Option<&str>) -> Result<String, Msg> {
        let value = self.environment.get(name).map(String::as_str).or(default);
        value.map(str::to_owned).ok_or_else(|| msg!("exec-no-variable", name = name))
    }

    fn secret_file(&self, path: &str) -> Result<String, Msg> {
        let text = files::text(&self.project.dir, path)?;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
    }

    /// The encoding of what a platform's commands print.
    fn encoding(&self, platform: Option<&str>) -> &'static Encoding {
        log::encoding_of(self.encoding_label(platform))
    }

    /// Its label, where the platform has one.
    fn encoding_label(&self, platform: Option<&str>) -> Option<&str> {
        self.project.platforms.get(platform?)?.encoding.as_deref()
    }
}

/// In which encoding the log of a step is to be read: its platform's, where that platform's commands write it.
pub fn log_encoding<'p>(project: &'p Project, plan: &Plan, node: crate::plan::NodeId) -> Option<&'p str> {
    let platform = project.platforms.get(plan.node(node).platform()?)?;
    platform.actions.values().any(|action| matches!(action.means, Means::Run(_))).then_some(())?;
    platform.encoding.as_deref()
}
