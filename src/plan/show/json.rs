//! A plan as JSON, in the words of `status --json`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{asked, kind, letter, preview};
use crate::plan::project::Project;
use crate::plan::{Node, NodeId, Plan, Stage, StageId, Work};
use crate::time::rfc3339;

/// `run`, `stages` with their levels, `steps` in the order of the plan, `letters`.
pub fn json(plan: &Plan, project: &Project, now: Timestamp) -> Value {
    let stages =
        plan.stages.iter().enumerate().map(|(number, stage)| stage_json(plan, project, number, stage));
    let steps = plan.iter().map(|(id, node)| step_json(plan, project, id, node));
    let letters = plan.stages.iter().filter_map(|stage| {
        let letter = letter(stage, project, now)?;
        let people: Vec<&str> = letter.people.iter().map(|person| person.0.as_str()).collect();
        Some(json!({"stage": stage.name, "to": letter.to, "people": people, "addresses": letter.addresses}))
    });
    json!({
        "run": {"id": plan.run.to_string(), "runbook": plan.run.runbook, "month": plan.month().to_string()},
        "title": plan.title,
        "params": params(plan),
        "limit": plan.limit,
        "stages": stages.collect::<Vec<_>>(),
        "steps": steps.collect::<Vec<_>>(),
        "letters": letters.collect::<Vec<_>>(),
    })
}

fn params(plan: &Plan) -> Value {
    let values = plan.params.iter().map(|(name, value)| {
        // The value itself, without the tag of its type.
        let tagged = serde_json::to_value(value).unwrap_or_default();
        (name.clone(), tagged.get("value").cloned().unwrap_or_default())
    });
    Value::Object(values.collect())
}

fn stage_json(plan: &Plan, project: &Project, number: usize, stage: &Stage) -> Value {
    let after: Vec<&str> = stage.after.iter().map(|id| plan.stage(*id).name.as_str()).collect();
    let levels: Vec<Value> = stage
        .phases
        .chunk_by(|one, next| plan.phase(*one).part == plan.phase(*next).part)
        .map(|part| {
            let nodes = part.iter().flat_map(|phase| &plan.phase(*phase).nodes);
            let steps: Vec<String> = nodes.map(|node| plan.path(*node)).collect();
            json!({"level": part.first().map(|phase| plan.phase(*phase).part), "steps": steps})
        })
        .collect();
    json!({
        "name": stage.name,
        "title": stage.title,
        "after": after,
        "owner": stage.owner,
        "deadline": stage.deadline.map(|at| rfc3339(at, &project.zone)),
        "limit": stage.limit,
        "handover": stage.handover,
        "levels": levels,
        "steps": plan.nodes_of(StageId::from(number)).count(),
    })
}

fn step_json(plan: &Plan, project: &Project, id: NodeId, node: &Node) -> Value {
    let needs: Vec<String> = node.needs.iter().map(|need| plan.path(*need)).collect();
    let later = match &node.work {
        Work::Later { what } => Some(what),
        _ => None,
    };
    let skip = node.skip.as_ref().map(|skip| json!({"reason": skip.reason, "agreed": skip.agreed}));
    json!({
        "path": plan.path(id),
        "stage": plan.stage(node.stage).name,
        "level": plan.phase(node.phase).part,
        "name": node.name,
        "title": node.title,
        "kind": kind(node),
        "platform": node.platform(),
        "batch": preview(plan, node, &node.batch),
        "needs": needs,
        "when": node.when,
        "asks": asks(plan, project, node),
        "owner": node.owner,
        "deadline": node.deadline.map(|at| rfc3339(at, &project.zone)),
        "severity": node.severity,
        "skipped_this_month": skip,
        "not_yet": later,
    })
}

fn asks(plan: &Plan, project: &Project, node: &Node) -> Value {
    let Some(gate) = node.gate() else { return Value::Null };
    let asked = asked(gate, project);
    let people: Vec<&str> = asked.people.iter().map(|person| person.0.as_str()).collect();
    let who = if asked.who.is_empty() { vec!["operator".to_owned()] } else { asked.who };
    let form: Vec<&str> = gate.form.iter().map(|field| field.name.as_str()).collect();
    json!({
        "ask": preview(plan, node, &gate.ask),
        "who": who,
        "people": people,
        "votes": gate.votes.total(),
        "except": asked.except,
        "each": gate.each,
        "form": form,
        "deadline": gate.deadline.map(|at| rfc3339(at, &project.zone)),
    })
}
