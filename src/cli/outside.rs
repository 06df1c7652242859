//! The played outside world of the demo: the customer, billing and a colleague. It moves the sandbox's data and answers
//! for the people who are not here, through the journal like everybody else; each of its decisions is marked as played.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::engine::Journal;
use crate::plan::NodeId;
use crate::run::{Answer, Asker, By, Decided, Life, Request, RunState, StepPath, Verdict};
use crate::sandbox::{Fault, Move, Sandbox, SandboxError};
use crate::store::StoreError;

/// How often the world looks at the run.
const LOOK: Duration = Duration::from_millis(300);

/// What the world waits for before it acts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cue {
    /// The step has begun.
    Begun(&'static str),
    /// The gate asks.
    Open(&'static str),
    /// The step is done.
    Done(&'static str),
    /// The step has failed for good.
    Failed(&'static str),
}

impl Cue {
    fn path(self) -> &'static str {
        match self {
            Cue::Begun(path) | Cue::Open(path) | Cue::Done(path) | Cue::Failed(path) => path,
        }
    }
}

/// What it does then.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act {
    /// Data moves.
    Move(Move),
    /// A locality sends its file.
    SendStations(&'static str, Fault),
    /// Somebody gives their word, where many are asked for their `value`; li.na writes it down.
    Tell {
        gate: &'static str,
        value: Option<&'static str>,
        who: &'static str,
        channel: &'static str,
        note: &'static str,
    },
    /// A colleague answers for themselves.
    Answer {
        gate: &'static str,
        by: &'static str,
        form: &'static [(&'static str, &'static str)],
        note: &'static str,
    },
    /// A colleague has a repaired step run again; not `always`: only where nobody sits at the terminal.
    Retry { step: &'static str, reason: &'static str, always: bool },
}

/// How many milliseconds after its cue something happens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delay {
    alone: u64,
    attended: u64,
}

/// How long what somebody at a terminal may do in a colleague's name is left to them.
const LEFT: u64 = 60_000;

/// The same, whether somebody sits at the terminal or not.
pub(super) const fn after(millis: u64) -> Delay {
    Delay { alone: millis, attended: millis }
}

/// Left for a minute to whoever sits at the terminal.
const fn left(millis: u64) -> Delay {
    Delay { alone: millis, attended: LEFT }
}

impl Delay {
    fn is_over(self, since: tokio::time::Instant, attended: bool) -> bool {
        let millis = if attended { self.attended } else { self.alone };
        since.elapsed() >= Duration::from_millis(millis)
    }
}

/// A line of the script.
pub(super) type Line = (Cue, Delay, Act);

/// What billing and the customer of the bill items do; the rest is in [`scenes`](super::scenes).
const SCRIPT: &[Line] = &[
    (Cue::Begun("bill-item/told"), after(1_500), Act::Move(Move::MaintainBillItems)),
    (
        Cue::Open("bill-item/told"),
        after(2_500),
        Act::Tell {
            gate: "bill-item/told",
            value: None,
            who: "周经理",
            channel: "mail",
            note: "shfin.r_vr011 已维护完成,请分发",
        },
    ),
    (Cue::Done("bill-item/told"), after(4_000), Act::Move(Move::DistributeBillItems)),
    (Cue::Open(ITEMS_RIGHT), after(1_000), reviewed("wang.fang", "和甲方的清单逐条对过")),
    (Cue::Open(ITEMS_RIGHT), left(2_000), reviewed("li.na", "科目数和甲方报的一致")),
    (Cue::Begun("dwd-month/books-closed"), after(2_000), Act::Move(Move::CloseBooks)),
    (
        Cue::Open("dwd-month/books-closed"),
        after(3_000),
        Act::Tell {
            gate: "dwd-month/books-closed",
            value: None,
            who: "计费值班",
            channel: "phone",
            note: "账务已验,一体机和24库都已到位",
        },
    ),
    (Cue::Failed(POCKET), after(1_500), Act::Move(Move::RedeliverPocket)),
    (
        Cue::Failed(POCKET),
        after(2_500),
        Act::Retry { step: POCKET, reason: "计费已补传 pocket 表", always: false },
    ),
    (Cue::Done("dwd-month/DwdMergeBillDtl4M"), after(3_000), Act::Move(Move::DistributeDetail)),
    (Cue::Begun("localised/told"), after(2_000), Act::Move(Move::GenerateLocalised)),
    (
        Cue::Open("localised/told"),
        left(3_000),
        Act::Tell {
            gate: "localised/told",
            value: None,
            who: "周经理",
            channel: "mail",
            note: "属地化用户表已核对,结果表正分发到mpp",
        },
    ),
    (Cue::Done("localised/told"), after(3_000), Act::Move(Move::DistributeLocalised)),
    (
        Cue::Open("failover/server-failed"),
        after(1_500),
        Act::Answer {
            gate: "failover/server-failed",
            by: "wang.fang",
            form: &[("what", "代理挂死"), ("why", "派发到A的任务超过10分钟没有开始")],
            note: "告警短信已到,A服务器上的进程没有日志",
        },
    ),
    (
        Cue::Open("window/maintenance-told"),
        after(1_500),
        Act::Tell {
            gate: "window/maintenance-told",
            value: None,
            who: "来源系统值班",
            channel: "phone",
            note: "今夜停机维护,三点前不能取数",
        },
    ),
];

const ITEMS_RIGHT: &str = "bill-item/dims-loaded#review";

const fn reviewed(by: &'static str, note: &'static str) -> Act {
    Act::Answer { gate: ITEMS_RIGHT, by, form: &[], note }
}

const POCKET: &str = "dwd-month/DwdAccPocketM";

/// Why the world stopped playing.
#[derive(Debug, thiserror::Error)]
pub(super) enum OutsideError {
    /// The journal.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sandbox.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
}

/// Plays until the script is through. Where somebody sits at the terminal (`attended`), repairs are left to them, and
/// for a minute what li.na is asked; then it goes on to the end, for whoever has something done anew is answered anew.
pub(super) async fn play(mut journal: Journal, sandbox: Sandbox, attended: bool) -> Result<(), OutsideError> {
    let mut cued: BTreeMap<usize, tokio::time::Instant> = BTreeMap::new();
    let script = script_of(journal.state());
    let mut played: BTreeSet<usize> = BTreeSet::new();
    while attended || played.len() < script.len() {
        journal.catch_up().await?;
        for (number, (cue, delay, act)) in script.iter().enumerate() {
            if is_asked_again(journal.state(), *act) && played.remove(&number) {
                cued.remove(&number);
            }
            if played.contains(&number) || !has_come(journal.state(), *cue) {
                continue;
            }
            let since = cued.entry(number).or_insert_with(tokio::time::Instant::now);
            if delay.is_over(*since, attended) && perform(&mut journal, &sandbox, *act, attended).await? {
                played.insert(number);
            }
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// What this runbook does not have never comes.
fn script_of(state: &RunState) -> Vec<Line> {
    let here = |line: &Line| find(state, line.0.path()).is_some();
    SCRIPT.iter().copied().chain(super::scenes::lines()).filter(here).collect()
}

/// Is something for a while left to whoever sits at the terminal, to be done in a colleague's name?
pub(super) fn leaves_something(state: &RunState) -> bool {
    script_of(state).iter().any(|(_, delay, _)| delay.alone != delay.attended)
}

fn find(state: &RunState, path: &str) -> Option<NodeId> {
    state.find(&StepPath(path.to_owned()))
}

fn has_come(state: &RunState, cue: Cue) -> bool {
    let life = |path| find(state, path).map(|id| &state.step(id).life);
    match cue {
        Cue::Begun(path) => find(state, path).is_some_and(|id| state.step(id).started_at.is_some()),
        Cue::Open(path) => matches!(life(path), Some(Life::Open { .. })),
        Cue::Done(path) => life(path).is_some_and(Life::is_done),
        Cue::Failed(path) => matches!(life(path), Some(Life::Failed { .. })),
    }
}

/// Is somebody who was asked for their value without an answer: because it is void?
fn is_asked_again(state: &RunState, act: Act) -> bool {
    let Act::Tell { gate, value: Some(value), .. } = act else { return false };
    let Some(id) = find(state, gate) else { return false };
    let step = state.step(id);
    let answered = |decided: &Decided| decided.decision.value.as_deref() == Some(value);
    matches!(step.life, Life::Open { .. }) && !step.decisions.iter().any(answered)
}

/// Does it; `false`: not possible yet.
async fn perform(
    journal: &mut Journal,
    sandbox: &Sandbox,
    act: Act,
    attended: bool,
) -> Result<bool, OutsideError> {
    let request = match act {
        Act::Move(what) => {
            let waits = matches!(what, Move::DistributeDetail | Move::DistributeLocalised);
            return Ok(sandbox.carry(what).await? > 0 || !waits);
        }
        Act::SendStations(city, fault) => {
            sandbox.send_stations(city, fault).await?;
            return Ok(true);
        }
        Act::Retry { always: false, .. } if attended => return Ok(true),
        Act::Retry { step, reason, .. } => find(journal.state(), step)
            .map(|id| Request::Retry { steps: vec![id], reason: Some(reason.to_owned()) }),
        Act::Tell { gate, value, who, channel, note } => {
            confirmed(journal, gate, value, &[("who", who), ("channel", channel)], note)
        }
        Act::Answer { gate, form, note, .. } => confirmed(journal, gate, None, form, note),
    };
    let actor = match act {
        Act::Retry { .. } => colleague("wang.fang"),
        Act::Answer { by, .. } => colleague(by),
        _ => colleague("li.na"),
    };
    if let Some(request) = request {
        // A refusal means that somebody else was quicker: that is how it goes.
        let _ = journal.request(&actor, &request).await?;
    }
    Ok(true)
}

fn confirmed(
    journal: &Journal,
    gate: &str,
    value: Option<&str>,
    form: &[(&str, &str)],
    note: &str,
) -> Option<Request> {
    let step = find(journal.state(), gate)?;
    let form = form.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect();
    let (verdict, note) = (Verdict::Confirmed, Some(note.to_owned()));
    let value = value.map(str::to_owned);
    Some(Request::Answer(Answer { step, verdict, value, note, form, in_advance: false }))
}

/// Somebody of the shipped roster.
fn colleague(name: &str) -> Asker {
    let roles: &[&str] = match name {
        "li.na" => &["operator", "customer-liaison", "billing"],
        _ => &["operator", "dim-team"],
    };
    Asker {
        by: By { played: true, ..By::person(name) },
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        operator: true,
        known: true,
    }
}
