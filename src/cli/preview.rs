//! `--plan` of the deciding verbs: what would change, without changing it.

use super::exit::{Exit, Failed};
use super::session::Session;
use crate::msg;
use crate::plan::NodeId;
use crate::run::request::decide;
use crate::run::{Asker, GateStatus, Life, Record, Request, RunState, RunStatus, StepStatus};
use crate::words::Msg;

/// Steps whose status would change, with both; gates likewise, whose answers would count no more; steps that might start
/// then, or be kept from it.
struct Changes {
    steps: Vec<(String, StepStatus, StepStatus)>,
    gates: Vec<Gate>,
    may_start: Vec<String>,
    run: (RunStatus, RunStatus),
    round: (u32, u32),
    stopped: Vec<String>,
}

/// A gate whose status would change, or some of whose answers would become void.
struct Gate {
    path: String,
    status: (GateStatus, GateStatus),
    void: Vec<String>,
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
    let is_gate = |id: NodeId| plan.node(id).gate().is_some();
    let steps = plan.iter().map(|(id, _)| id).filter(|id| !is_gate(*id));
    let gates = plan.iter().map(|(id, _)| id).filter(|id| is_gate(*id));
    let ran = |id: &NodeId| matches!(before.step(*id).life, Life::Running { .. });
    let cancels = before.cancelled().is_none() && after.cancelled().is_some();
    let runs = |id: &NodeId| !cancels && matches!(after.step(*id).life, Life::Running { .. });
    Changes {
        steps: steps
            .map(|id| (plan.path(id), before.step_status(id), after.step_status(id)))
            .filter(|(_, from, to)| from != to)
            .collect(),
        gates: gates.filter_map(|id| gate(before, after, id)).collect(),
        may_start: after.startable().difference(before.startable()).map(|id| plan.path(*id)).collect(),
        run: (before.run_status(), after.run_status()),
        round: (before.round(), after.round()),
        stopped: before
            .in_flight()
            .iter()
            .filter(|id| ran(id) && !runs(id))
            .map(|id| plan.path(*id))
            .collect(),
    }
}

fn gate(before: &RunState, after: &RunState, id: NodeId) -> Option<Gate> {
    let known = before.step(id).voided.len();
    let void = after.step(id).voided.iter().skip(known).map(|voided| {
        let decision = &voided.decided.decision;
        decision.value.iter().cloned().chain([decision.by.by.to_string()]).collect::<Vec<_>>().join(" ")
    });
    let gate = Gate {
        path: before.plan().path(id),
        status: (before.gate_status(id), after.gate_status(id)),
        void: void.collect(),
    };
    (gate.status.0 != gate.status.1 || !gate.void.is_empty()).then_some(gate)
}

fn json(changes: &Changes) -> String {
    let steps: Vec<_> = changes
        .steps
        .iter()
        .map(|(step, from, to)| serde_json::json!({"step": step, "from": from, "to": to}))
        .collect();
    let gates: Vec<_> = changes
        .gates
        .iter()
        .map(|gate| {
            let (from, to) = gate.status;
            serde_json::json!({"gate": gate.path, "from": from, "to": to, "void": gate.void})
        })
        .collect();
    let (from, to) = changes.run;
    serde_json::json!({
        "steps": steps, "gates": gates, "may_start": changes.may_start, "stopped": changes.stopped,
        "run": {"from": from, "to": to, "round": changes.round.1},
    })
    .to_string()
}

fn lines(session: &Session, changes: &Changes) -> String {
    let word = |status: StepStatus| Msg::word("step-status", status.word());
    let mut lines: Vec<String> = changes
        .steps
        .iter()
        .map(|(step, from, to)| msg!("preview-step", step = step, from = word(*from), to = word(*to)))
        .chain(changes.gates.iter().map(gate_line))
        .chain(changes.stopped.iter().map(|step| msg!("preview-stopped", step = step)))
        .chain(changes.may_start.iter().map(|step| msg!("preview-may-start", step = step)))
        .map(|msg| session.say(&msg))
        .collect();
    let (from, to) = changes.run;
    if from != to {
        let word = |status: RunStatus| Msg::word("run-status", status.word());
        lines.push(session.say(&msg!("preview-run", from = word(from), to = word(to))));
    }
    if changes.round.0 != changes.round.1 {
        lines.push(session.say(&msg!("preview-round", number = changes.round.1)));
    }
    if lines.is_empty() {
        lines.push(session.say(&msg!("preview-nothing")));
    }
    lines.join("\n")
}

fn gate_line(gate: &Gate) -> Msg {
    let word = |status: GateStatus| Msg::word("gate-status", status.word());
    let (from, to) = gate.status;
    match gate.void.join(", ") {
        void if void.is_empty() => msg!("preview-step", step = &gate.path, from = word(from), to = word(to)),
        void => msg!("preview-void", gate = &gate.path, from = word(from), to = word(to), who = void),
    }
}
