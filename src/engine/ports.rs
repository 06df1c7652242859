//! What the engine needs from outside: somebody who does the work, and somebody who writes handover letters.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use tokio::sync::{Notify, mpsc, watch};

use crate::id::RunId;
use crate::plan::{NodeId, Plan, StageId};
use crate::run::event::Json;
use crate::run::{Found, Loss, Number, Outcome, RunState, Shown, StepPath};
use crate::store::MonthNumber;

/// What of a job is in doubt before it is begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// Nothing.
    Nothing,
    /// A former attempt began under its token, and nobody knows how it ended.
    Former,
    /// It began under a former engine, without a marker in its database.
    Unmarked,
}

/// One attempt of one step, with everything that it may use.
#[derive(Debug, Clone)]
pub struct Job {
    /// The run.
    pub run: RunId,
    /// The plan that the step is of.
    pub plan: Arc<Plan>,
    /// The step.
    pub node: NodeId,
    /// Its path.
    pub path: StepPath,
    /// The attempt, from 1.
    pub attempt: u32,
    /// The same as long as the outcome is in doubt: by it a submission can be found again.
    pub token: String,
    /// What of it is in doubt already.
    pub doubt: Doubt,
    /// When the run began, which tells it from another of its name.
    pub run_began: Timestamp,
    /// The instant at which it was recorded as started; `today` in its templates is this one's day.
    pub at: Timestamp,
    /// The instant at which this attempt was recorded as begun; the same in every engine.
    pub begun: Timestamp,
    /// When it began to wait: a poll that an engine's going has cut into pieces is one waiting.
    pub waiting_since: Timestamp,
    /// Outputs of the steps that it refers to, by the names it uses for them.
    pub outputs: BTreeMap<String, BTreeMap<String, Json>>,
    /// A flow's id on its platform, where a former engine submitted it: it is followed, not submitted again.
    pub submitted: Option<String>,
    /// A former engine began it and it is at hand ([`Found::Kept`]): it is gone on with, not begun.
    pub taken_over: bool,
    /// A person wants it done anew though it was done before: what is there of it already is not taken for it.
    pub anew: bool,
    /// What this step saw in former months.
    pub history: Vec<MonthNumber>,
    /// For checks: when the steps were done, or their word was said, after which something must have changed.
    pub since: BTreeMap<NodeId, Timestamp>,
    /// Set when a person or the end of the run wants it stopped.
    pub stop: Stop,
}

/// A wish to stop that can be waited for.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// A wish that is not made yet, and the switch that makes it.
    pub fn new() -> (watch::Sender<bool>, Stop) {
        let (switch, stop) = watch::channel(false);
        (switch, Stop(stop))
    }

    /// A wish that nobody can make.
    pub fn never() -> Stop {
        static NEVER: LazyLock<watch::Sender<bool>> = LazyLock::new(watch::Sender::default);
        Stop(NEVER.subscribe())
    }

    /// Is whoever could make it gone, and what it would stop left alone?
    pub fn is_let_go(&self) -> bool {
        self.0.has_changed().is_err()
    }

    /// Ends when the wish is made; never, when it can no longer be made.
    pub async fn requested(&mut self) {
        if self.0.wait_for(|wish| *wish).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Somebody waits until a report is recorded.
#[derive(Debug, Clone, Default)]
pub struct Receipt(Arc<Notify>);

impl Receipt {
    /// It is recorded.
    pub fn give(&self) {
        self.0.notify_one();
    }

    /// Waits until it is.
    pub async fn given(&self) {
        self.0.notified().await;
    }
}

/// Reports are compared by what they say.
impl PartialEq for Receipt {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// What an executor says about a job.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// The platform gave the flow an id.
    Submitted {
        /// The step.
        node: NodeId,
        /// The attempt.
        attempt: u32,
        /// The id.
        id: String,
    },
    /// The attempt is about to run without a marker in its database.
    NotAtomic {
        /// The step.
        node: NodeId,
        /// The attempt.
        attempt: u32,
        /// Why.
        why: String,
        /// It does not go on before this is recorded.
        recorded: Receipt,
    },
    /// The attempt came to a known end.
    Ended {
        /// The step.
        node: NodeId,
        /// The attempt.
        attempt: u32,
        /// How.
        outcome: Outcome,
        /// Numbers that it saw.
        numbers: Vec<Number>,
    },
    /// Whoever kept hold of the attempt is gone, while this engine lives.
    Lost {
        /// The step.
        node: NodeId,
        /// The attempt.
        attempt: u32,
        /// Why nobody knows how it ended.
        cause: Loss,
    },
    /// A gate's question and evidence are ready to be shown.
    Gathered {
        /// The gate.
        node: NodeId,
        /// The question, rendered.
        ask: String,
        /// The evidence; what could not be had says so in its rows.
        evidence: Vec<Shown>,
    },
    /// How it goes, for those who watch: the last line printed, what a check found. Not recorded.
    Note {
        /// The step.
        node: NodeId,
        /// One line without control characters.
        text: String,
    },
}

/// Where reports go.
pub type Reports = mpsc::UnboundedSender<Report>;

/// What was found out about attempts, in the order in which they were asked about.
pub type Recalled<'a> = Pin<Box<dyn Future<Output = Vec<Found>> + Send + 'a>>;

/// Ends when everything is ready.
pub type Ready<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// What becomes of an attempt when its engine leaves in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterUs {
    /// It goes on, and the next engine finds it.
    GoesOn,
    /// It is cut short, and a marker in its database tells the next engine whether it took effect.
    Marked,
    /// It is cut short, and that is its end.
    Ends,
}

/// Does what steps say. Every job that was started ends with exactly one `Ended`, `Lost` or `Gathered`, also when it is
/// stopped.
pub trait Executor: Send + Sync {
    /// Finds out about attempts that a former engine began and whose end is not recorded. Changes nothing.
    fn recall<'a>(&'a self, jobs: &'a [Job]) -> Recalled<'a>;

    /// Makes ready for the steps of a plan, after what is in flight was recalled and before anything is recorded as begun.
    /// What is ready stays so.
    fn ready<'a>(&'a self, plan: &'a Plan) -> Ready<'a>;

    /// Stops what runs and was not recalled: people have decided over it. Makes nothing ready.
    fn stop_unclaimed<'a>(&'a self, plan: &'a Plan) -> Ready<'a>;

    /// What becomes of an attempt when this engine leaves in order?
    fn after_us(&self, job: &Job) -> AfterUs;

    /// What became of these attempts is recorded: nobody asks about them again.
    fn recorded(&self, attempts: &[(NodeId, u32)]);

    /// Begins an attempt of a flow, run, sql or check; returns at once.
    fn start(&self, job: Job, reports: Reports);

    /// Renders a gate's question and gathers its evidence; returns at once.
    fn gather(&self, job: Job, reports: Reports);
}

/// A letter that an event calls for, before it has an address in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Addresses.
    pub to: Vec<String>,
    /// The subject, one line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// Writes the letters that events call for.
pub trait Scribe: Send + Sync {
    /// The handover letter for a stage that has just finished; `None` where nobody is to be mailed.
    fn handover(&self, state: &RunState, stage: StageId, at: Timestamp) -> Option<Draft>;

    /// The letter of a `mail:` step that has just succeeded; `None` where it has nowhere to go.
    fn letter(&self, state: &RunState, node: NodeId, at: Timestamp) -> Option<Draft>;
}
