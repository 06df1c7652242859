//! Which run and which step a person means.

use super::exit::{Exit, Failed};
use super::session::Session;
use crate::engine::{Journal, Tools};
use crate::id::RunId;
use crate::msg;
use crate::plan::NodeId;
use crate::plan::project::Project;
use crate::run::RunState;
use crate::runbook::problem::meant;
use crate::store::{RunRow, Store};

/// What the run is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To be looked at: where the real one is not, its shadow is meant.
    Look,
    /// To be changed or driven: only the run of exactly that name is meant.
    Decide,
}

/// The run that is meant: named, else the open one, else the latest.
pub(super) async fn run(
    session: &Session,
    store: &mut Store,
    named: Option<&str>,
    purpose: Purpose,
) -> Result<RunId, Failed> {
    let rows = store.runs().await?;
    if let Some(text) = named.or(session.common.run.as_deref()) {
        return find(&rows, text, purpose);
    }
    let open: Vec<&RunRow> = rows.iter().filter(|row| row.finished_at.is_none()).collect();
    match open.as_slice() {
        [one] => Ok(one.id.clone()),
        [] => rows.first().map(|row| row.id.clone()).ok_or_else(no_run),
        several => Err(Failed::usage(msg!("usage-several-open", runs = listed(several.iter().copied())))),
    }
}

/// There is nothing to look at.
pub(super) fn no_run() -> Failed {
    Failed::usage(msg!("usage-no-run-yet"))
}

fn find(rows: &[RunRow], text: &str, purpose: Purpose) -> Result<RunId, Failed> {
    let exact = rows.iter().find(|row| row.id.to_string() == text);
    let shadow = text.parse().ok().map(|id: RunId| id.shadow());
    let shadow = rows.iter().find(|row| Some(&row.id) == shadow.as_ref());
    let exact = exact.or(shadow.filter(|_| purpose == Purpose::Look));
    // A runbook's name alone is enough where it has one run.
    let mut by_name = rows.iter().filter(|row| row.id.runbook == text);
    if let Some(row) = exact.or_else(|| by_name.next().filter(|_| by_name.next().is_none())) {
        return Ok(row.id.clone());
    }
    let shown = crate::words::one_line(text, 80);
    let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
    let shadow = shadow.map(|row| row.id.to_string());
    let guess = shadow.as_deref().or_else(|| meant(text, ids.iter().map(String::as_str)));
    Err(Failed::usage(match guess {
        Some(meant) => msg!("usage-no-such-run-meant", run = shown, meant = meant),
        None => msg!("usage-no-such-run", run = shown, runs = listed(rows.iter())),
    }))
}

fn listed<'a>(rows: impl Iterator<Item = &'a RunRow>) -> String {
    rows.map(|row| row.id.to_string()).collect::<Vec<_>>().join(", ")
}

/// The journal of the run that is meant.
pub(super) async fn journal(
    session: &Session,
    project: &Project,
    named: Option<&str>,
    purpose: Purpose,
    tools: Tools,
) -> Result<Journal, Failed> {
    let mut store = session.open_store(project).await?.ok_or_else(no_run)?;
    let run = run(session, &mut store, named, purpose).await?;
    Ok(Journal::open(store, &run, tools).await?)
}

/// The step that is meant: its path, or its name where that is unique.
pub(super) fn step(state: &RunState, text: &str) -> Result<NodeId, Failed> {
    let plan = state.plan();
    let named: Vec<NodeId> = plan
        .iter()
        .filter(|(id, node)| node.name == text || plan.path(*id) == text)
        .map(|(id, _)| id)
        .collect();
    match named.as_slice() {
        [one] => Ok(*one),
        [] => Err(unknown_step(state, text)),
        several => {
            let paths: Vec<String> = several.iter().map(|id| plan.path(*id)).collect();
            Err(Failed::usage(msg!("usage-step-ambiguous", step = text, steps = paths.join(", "))))
        }
    }
}

/// The steps that are meant, of those that `for_each` made the ones for `value`: `load` stands for `load-南京` then, and
/// no name at all for every step of that value that is done. Gates with an answer for every value are named as they are.
pub(super) fn parts(state: &RunState, names: &[String], value: Option<&str>) -> Result<Vec<NodeId>, Failed> {
    let Some(value) = value else { return names.iter().map(|name| step(state, name)).collect() };
    let plan = state.plan();
    let is_part = |id: NodeId| plan.node(id).vars.values().any(|other| other == value);
    if names.is_empty() {
        let done = |id: &NodeId| state.step(*id).life.is_done() && plan.node(*id).gate().is_none();
        let found: Vec<NodeId> =
            plan.iter().map(|(id, _)| id).filter(|id| is_part(*id)).filter(done).collect();
        return match found.is_empty() {
            false => Ok(found),
            true => Err(Failed::usage(msg!("usage-no-part", value = crate::words::one_line(value, 80)))),
        };
    }
    let one = |name: &String| {
        step(state, name).or_else(|unknown| step(state, &format!("{name}-{value}")).map_err(|_| unknown))
    };
    let found: Vec<NodeId> = names.iter().map(one).collect::<Result<_, _>>()?;
    let answers =
        |id: NodeId| plan.node(id).gate().is_some_and(|gate| gate.each.iter().any(|each| each == value));
    match found.iter().all(|id| is_part(*id) || answers(*id)) {
        true => Ok(found),
        false => Err(Failed::usage(msg!("usage-no-part", value = crate::words::one_line(value, 80)))),
    }
}

fn unknown_step(state: &RunState, text: &str) -> Failed {
    let plan = state.plan();
    let paths: Vec<String> = plan.iter().map(|(id, _)| plan.path(id)).collect();
    let names = plan.nodes.iter().map(|node| node.name.as_str());
    let shown = crate::words::one_line(text, 80);
    let close = match text.contains('/') {
        true => meant(text, paths.iter().map(String::as_str)),
        false => meant(text, names),
    };
    Failed::new(
        Exit::Usage,
        match close {
            Some(meant) => msg!("usage-no-step-meant", step = shown, meant = meant),
            None => msg!("usage-no-step", step = shown, run = plan.run.to_string()),
        },
    )
}
