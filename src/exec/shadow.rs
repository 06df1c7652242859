//! Shadow runs: everything is read, followed, checked and asked; nothing is submitted or written. What a step does in
//! place of its work is decided here and nowhere else.

use super::Room;
use super::attempt::{Attempt, Done};
use super::{flow, post};
use crate::plan::{Template, Work};
use crate::run::Failure;
use crate::runbook::model::ActionKind;
use crate::words::Msg;

/// What a step does in a shadow run.
pub(super) enum Instead<'w> {
    /// What it always does: it changes nothing.
    AsAlways,
    /// A flow is watched: somebody else submits it.
    Watch(&'w Template, &'w str),
    /// Nothing.
    Nothing,
}

/// What `work` comes to when nothing may be changed. A load knows by itself how far it may go.
pub(super) fn instead<'w>(room: &Room, work: &'w Work) -> Instead<'w> {
    match work {
        Work::Flow { flow, platform, .. } | Work::Follow { flow, platform } => {
            if can_be_watched(room, platform) { Instead::Watch(flow, platform) } else { Instead::Nothing }
        }
        Work::Run { .. } | Work::Sql { .. } | Work::ForcePass { .. } | Work::Mail(_) => Instead::Nothing,
        Work::Http(request) if !request.method.only_reads() => Instead::Nothing,
        Work::Http(_)
        | Work::Load(_)
        | Work::Check { .. }
        | Work::Wait { .. }
        | Work::Gate(_)
        | Work::Later { .. } => Instead::AsAlways,
    }
}

fn can_be_watched(room: &Room, platform: &str) -> bool {
    let actions = room.project.platforms.get(platform).map(|platform| &platform.actions);
    let has = |kind| actions.is_some_and(|actions| actions.contains_key(&kind));
    has(ActionKind::Find) && has(ActionKind::Poll)
}

/// Does that; `None`: what the step always does.
pub(super) async fn step(attempt: &Attempt, work: &Work) -> Option<Result<Done, Failure>> {
    if rests_on_nothing(attempt) {
        let remarks = vec![attempt.say(&Msg::new("exec-shadow-not-done"))];
        return Some(Ok(Done { remarks, ..Done::default() }));
    }
    match instead(&attempt.room, work) {
        Instead::AsAlways => None,
        Instead::Watch(flow, platform) => Some(flow::follow::step(attempt, flow, platform).await),
        Instead::Nothing => Some(nothing(attempt, work)),
    }
}

/// Does it use what a step puts out that was not done here?
fn rests_on_nothing(attempt: &Attempt) -> bool {
    let (plan, outputs) = (&attempt.job.plan, &attempt.job.outputs);
    attempt.node().refs.iter().any(|(name, step)| {
        let is_work = plan.node(*step).gate().is_none();
        is_work && outputs.get(name).is_none_or(std::collections::BTreeMap::is_empty)
    })
}

/// Not done, and that is said; of a letter also to whom it would go.
fn nothing(attempt: &Attempt, work: &Work) -> Result<Done, Failure> {
    let mut remarks = vec![attempt.say(&Msg::new("exec-shadow-not-done"))];
    if let Work::Mail(mail) = work {
        remarks.extend(post::step(attempt, mail)?.remarks);
    }
    Ok(Done { remarks, ..Done::default() })
}
