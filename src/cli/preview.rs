//! `--plan` of the deciding verbs: what would change, without changing it.

use super::exit::{Exit, Failed};
use super::session::Session;
use crate::msg;
use crate::run::request::decide;
use crate::run::{Asker, Record, Request, RunState, RunStatus, StepStatus};
use crate::words::Msg;

/// Steps whose status would change, with both, and steps that might start then.
struct Changes {
    steps: Vec<(String, StepStatus, StepStatus)>,
    may_start: Vec<String>,
    run: (RunStatus, RunStatus),
}

/// Shows what `request` would change.
pub(super) fn preview(
    session: &Session,
    state: &RunState,
    asker: &Asker,
    request: &Request,
) -> Result<Exit, Failed> {
    let at = session.clock.now();
    let mut after = state.clone();
    for event in decide(state, asker, request)? {
        after.apply(&Record { seq: after.seq() + 1, at, event });
    }
    let changes = changes(state, &after);
    let text = if session.json { json(&changes) } else { lines(session, &changes) };
    session.output.result(&text);
    Ok(Exit::Done)
}

fn changes(before: &RunState, after: &RunState) -> Changes {
    let plan = before.plan();
    Changes {
        steps: plan
            .iter()
            .map(|(id, _)| (plan.path(id), before.step_status(id), after.step_status(id)))
            .filter(|(_, from, to)| from != to)
            .collect(),
        may_start: after.startable().difference(before.startable()).map(|id| plan.path(*id)).collect(),
        run: (before.run_status(), after.run_status()),
    }
}

fn json(changes: &Changes) -> String {
    let steps: Vec<_> = changes
        .steps
        .iter()
        .map(|(step, from, to)| serde_json::json!({"step": step, "from": from, "to": to}))
        .collect();
    let (from, to) = changes.run;
    serde_json::json!({"steps": steps, "may_start": changes.may_start, "run": {"from": from, "to": to}})
        .to_string()
}

fn lines(session: &Session, changes: &Changes) -> String {
    let word = |status: StepStatus| Msg::word("step-status", status.word());
    let mut lines: Vec<String> = changes
        .steps
        .iter()
        .map(|(step, from, to)| msg!("preview-step", step = step, from = word(*from), to = word(*to)))
        .chain(changes.may_start.iter().map(|step| msg!("preview-may-start", step = step)))
        .map(|msg| session.say(&msg))
        .collect();
    let (from, to) = changes.run;
    if from != to {
        let word = |status: RunStatus| Msg::word("run-status", status.word());
        lines.push(session.say(&msg!("preview-run", from = word(from), to = word(to))));
    }
    if lines.is_empty() {
        lines.push(session.say(&msg!("preview-nothing")));
    }
    lines.join("\n")
}
