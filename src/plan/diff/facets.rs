//! The values of steps, stages and plans by name, each as a person reads it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::text::{duration, joined, rest};
use super::{Change, Place, gates, work};
use crate::plan::{Handover, Node, NodeId, ParamValue, Plan, Retry, Stage, StageId, Work};

macro_rules! facets {
    ($($name:ident = $word:literal,)+) => {
        /// A value that something has. Its word names it in JSON, and its sentence in the catalogue.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[expect(missing_docs, reason = "they are what the language calls them")]
        pub enum Facet {
            $($name,)+
        }

        impl Facet {
            /// All of them.
            pub const ALL: &[Facet] = &[$(Facet::$name,)+];

            /// Its word.
            pub fn word(self) -> &'static str {
                match self {
                    $(Facet::$name => $word,)+
                }
            }
        }
    };
}
facets! {
    Name = "name", Title = "title", Value = "value", Limit = "limit", Owner = "owner", Deadline = "deadline",
    Handover = "handover", After = "after", Verb = "verb", Flow = "flow", Platform = "platform",
    Downstream = "downstream", Connection = "connection", Batch = "batch", Command = "command", Env = "env",
    Sql = "sql", Transaction = "transaction", File = "file", Encoding = "encoding", Separator = "separator",
    Into = "into", Key = "key", Mode = "mode", Filter = "filter", Checks = "checks", Poll = "poll", Wait = "wait",
    To = "to", Subject = "subject", Text = "text", Method = "method", Url = "url", Headers = "headers",
    Body = "body", Expect = "expect", Ask = "ask", Show = "show", Form = "form", Approvers = "approvers",
    Votes = "votes", Except = "except", Each = "each", OnTimeout = "on_timeout", OnReject = "on_reject",
    Needs = "needs", When = "when", Values = "values", Outputs = "outputs", Retry = "retry", Timeout = "timeout",
    OnFailure = "on_failure", Idempotent = "idempotent", Severity = "severity", Skip = "skip", Email = "email",
    OsUser = "os_user", Roles = "roles", StandsInFor = "stands_in_for", Hours = "hours", Rota = "rota",
    Fallback = "fallback", Definition = "definition", Zone = "zone", Language = "language", Store = "store",
    Mail = "mail", Other = "other",
}

/// Values by facet; one that is not there has none.
pub(super) type Facets = BTreeMap<Facet, String>;

/// Names of steps, as those of the later plan.
pub(super) type Names<'a> = &'a dyn Fn(NodeId) -> String;

/// What is different between the values of one thing.
pub(super) fn compare(place: &Place, before: Facets, after: Facets, changes: &mut Vec<Change>) {
    let names: std::collections::BTreeSet<Facet> = before.keys().chain(after.keys()).copied().collect();
    let (mut before, mut after) = (before, after);
    for facet in names {
        let (from, to) = (before.remove(&facet), after.remove(&facet));
        if from != to {
            // What is not shown to people is only known to be different.
            let hidden = matches!(facet, Facet::Other | Facet::Definition | Facet::Store | Facet::Mail);
            let (from, to) = if hidden { (None, None) } else { (from, to) };
            changes.push(Change::Edited { place: place.clone(), facet, from, to });
        }
    }
}

/// The same for steps. Of one that does something else now, what it did is not compared with what it does.
pub(super) fn compare_work(
    place: &Place,
    (was, mut before): (&str, Facets),
    (is, mut after): (&str, Facets),
    changes: &mut Vec<Change>,
) {
    if was != is {
        // A gate and a step are not treated by the same values either.
        let both: Vec<Facet> = before.keys().filter(|facet| after.contains_key(facet)).copied().collect();
        for values in [&mut before, &mut after] {
            values.retain(|facet, _| both.contains(facet) && !work::FACETS.contains(facet));
        }
        before.insert(Facet::Verb, was.to_owned());
        after.insert(Facet::Verb, is.to_owned());
    }
    compare(place, before, after, changes);
}

/// A moment in the project's zone.
pub(super) fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// Those that are there.
pub(super) fn present(values: impl IntoIterator<Item = (Facet, Option<String>)>) -> Facets {
    values.into_iter().filter_map(|(facet, value)| Some((facet, value?))).collect()
}

pub(super) fn of_plan(plan: &Plan) -> Facets {
    present([
        (Facet::Name, Some(plan.run.runbook.clone())),
        (Facet::Title, Some(plan.title.clone())),
        (Facet::Limit, Some(plan.limit.to_string())),
    ])
}

pub(super) fn of_value(value: &ParamValue) -> Facets {
    present([(Facet::Value, Some(shown(value)))])
}

/// A parameter's value as it could be given.
pub fn shown(value: &ParamValue) -> String {
    match value {
        ParamValue::Month(month) => month.to_string(),
        ParamValue::Date(date) => date.to_string(),
        ParamValue::Integer(number) => number.to_string(),
        ParamValue::Boolean(truth) => truth.to_string(),
        ParamValue::Text(text) | ParamValue::Choice(text) => text.clone(),
        ParamValue::List(texts) => joined(texts),
    }
}

pub(super) fn of_stage(stage: &Stage, zone: &TimeZone, name: impl Fn(StageId) -> String) -> Facets {
    let handover = match &stage.handover {
        Handover::NextShift => "next_shift".to_owned(),
        Handover::None => "none".to_owned(),
        Handover::Role(word) | Handover::Person(word) => word.clone(),
    };
    let known = ["name", "title", "owner", "deadline", "limit", "handover", "after", "phases"];
    let mut after: Vec<String> = stage.after.iter().map(|id| name(*id)).collect();
    after.sort();
    present([
        (Facet::Title, Some(stage.title.clone())),
        (Facet::Owner, stage.owner.clone()),
        (Facet::Deadline, stage.deadline.map(|at| moment(at, zone))),
        (Facet::Limit, stage.limit.map(|limit| limit.to_string())),
        (Facet::Handover, Some(handover)),
        (Facet::After, (!after.is_empty()).then(|| joined(&after))),
        (Facet::Other, rest(stage, &known)),
    ])
}

/// The values of a step: what it does, and how it is treated.
pub(super) fn of_node(plan: &Plan, node: &Node, zone: &TimeZone, names: Names<'_>) -> Facets {
    let mut values = work::facets(&node.work, names);
    let skip = node.skip.as_ref().map(|skip| match &skip.agreed {
        Some(agreed) => format!("{} ({agreed})", skip.reason),
        None => skip.reason.clone(),
    });
    let deadline = node.gate().and_then(|gate| gate.deadline).or(node.deadline);
    values.extend(present([
        (Facet::Title, node.title.clone()),
        (Facet::Needs, needs(plan, node, names)),
        (Facet::When, node.when.as_ref().map(|when| when.0.clone())),
        (Facet::Values, (!node.vars.is_empty()).then(|| pairs(&node.vars))),
        (Facet::Severity, Some(node.severity.to_string())),
        (Facet::Owner, node.owner.clone()),
        (Facet::Deadline, deadline.map(|at| moment(at, zone))),
        (Facet::Skip, skip),
    ]));
    match &node.work {
        Work::Gate(gate) => values.extend(gates::facets(gate, names)),
        _ => values.extend(treatment(node)),
    }
    let known = [
        "stage", "phase", "name", "title", "work", "needs", "refs", "vars", "when", "batch", "policy",
        "outputs", "skip", "severity", "owner", "deadline",
    ];
    values.extend(present([(Facet::Other, rest(node, &known))]));
    values
}

/// Of steps that are no gates.
fn treatment(node: &Node) -> Facets {
    let policy = &node.policy;
    let failure = rest(&policy.on_failure, &[]).map(|word| word.trim_matches('"').to_owned());
    present([
        (Facet::Batch, Some(node.batch.0.clone())),
        (Facet::Outputs, (!node.outputs.is_empty()).then(|| pairs(&node.outputs))),
        (Facet::Retry, policy.retry.as_ref().map(retry)),
        (Facet::Timeout, policy.timeout.map(duration)),
        (Facet::OnFailure, failure),
        (Facet::Idempotent, Some(policy.idempotent.to_string())),
    ])
}

fn retry(retry: &Retry) -> String {
    let mut parts = vec![format!("times: {}", retry.times), format!("delay: {}", duration(retry.delay))];
    parts.push(format!("backoff: {}", retry.backoff));
    parts.extend(retry.max_delay.map(|longest| format!("max_delay: {}", duration(longest))));
    parts.extend((!retry.on_exit.is_empty()).then(|| format!("on_exit: {:?}", retry.on_exit)));
    parts.join(", ")
}

/// What it waits for, without its own gates.
fn needs(plan: &Plan, node: &Node, names: Names<'_>) -> Option<String> {
    let base = node.name.split('#').next();
    let others = node.needs.iter().filter(|need| {
        let other = plan.node(**need);
        other.stage != node.stage || other.name.split('#').next() != base
    });
    let mut needs: Vec<String> = others.map(|need| names(*need)).collect();
    needs.sort();
    (!needs.is_empty()).then(|| joined(&needs))
}

/// `a: 1`, one a line.
pub(super) fn pairs(values: &BTreeMap<String, String>) -> String {
    values.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("\n")
}
