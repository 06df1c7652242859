//! Steps in the order in which they will stand in the plan: one a value of `for_each`, with the gates before and
//! after it, each with its final name.

use std::collections::BTreeMap;

use super::book::Book;
use super::findings::Findings;
use super::index::Index;
use super::params::harmless;
use super::stages::StageDraft;
use crate::id::is_name;
use crate::msg;
use crate::plan::{NodeId, Part, Phase, PhaseId, StageId};
use crate::runbook::model::{Step, Verb};
use crate::runbook::problem::Problem;

/// A step on its way into the plan.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    /// Its stage.
    pub(super) stage: usize,
    /// Its phase.
    pub(super) phase: PhaseId,
    /// As written.
    pub(super) step: &'a Step,
    /// Its `for_each` variables.
    pub(super) vars: BTreeMap<String, String>,
    /// Its final name.
    pub(super) name: String,
    /// The gate before it.
    pub(super) confirm: Option<NodeId>,
    /// Its number.
    pub(super) id: NodeId,
    /// The gate after it.
    pub(super) review: Option<NodeId>,
}

/// All steps, where they stand, and how they are found.
#[derive(Debug, Default)]
pub(super) struct Layout<'a> {
    /// All phases; those of a stage are neighbours.
    pub(super) phases: Vec<Phase>,
    /// The phases of each stage.
    pub(super) of_stage: Vec<Vec<PhaseId>>,
    /// All steps.
    pub(super) drafts: Vec<Draft<'a>>,
    /// The number of nodes: steps and their gates.
    pub(super) nodes: usize,
    /// By name.
    pub(super) index: Index,
}

/// Lays out all steps of all stages.
pub(super) fn expand<'a>(
    book: &Book<'_>,
    stages: &[StageDraft<'a>],
    findings: &mut Findings<'_>,
) -> Layout<'a> {
    let mut layout = Layout::default();
    for (number, stage) in stages.iter().enumerate() {
        layout.index.add_stage(&stage.written.name.value, number);
        layout.of_stage.push(Vec::new());
        let written = stage.written;
        for step in &written.ready {
            layout.phase(book, number, Part::Ready, std::slice::from_ref(step), findings);
        }
        for (level, steps) in &written.levels {
            layout.phase(book, number, Part::Level(level.value), steps, findings);
        }
        for step in &written.verify {
            layout.phase(book, number, Part::Verify, std::slice::from_ref(step), findings);
        }
        if written.ready.is_empty()
            && written.verify.is_empty()
            && written.levels.iter().all(|(_, steps)| steps.is_empty())
        {
            findings.error(written.name.span, msg!("plan-stage-empty", name = &written.name.value));
        }
    }
    barriers(&mut layout, stages);
    layout
}

/// Every phase waits for the one before it; the first of a stage for the last ones of the stages before.
fn barriers(layout: &mut Layout<'_>, stages: &[StageDraft<'_>]) {
    for (number, stage) in stages.iter().enumerate() {
        let before: Vec<PhaseId> =
            stage.after.iter().filter_map(|after| layout.of_stage[*after].last().copied()).collect();
        let own = layout.of_stage[number].clone();
        for (position, phase) in own.iter().enumerate() {
            layout.phases[phase.index()].after = match position {
                0 => before.clone(),
                _ => vec![own[position - 1]],
            };
        }
    }
}

impl<'a> Layout<'a> {
    fn phase(
        &mut self,
        book: &Book<'_>,
        stage: usize,
        part: Part,
        steps: &'a [Step],
        findings: &mut Findings<'_>,
    ) {
        let phase = PhaseId::from(self.phases.len());
        let first = self.nodes;
        for step in steps {
            self.step(book, stage, phase, step, findings);
        }
        if self.nodes > first {
            let nodes = (first..self.nodes).map(NodeId::from).collect();
            self.phases.push(Phase { stage: StageId::from(stage), part, nodes, after: Vec::new() });
            self.of_stage[stage].push(phase);
        }
    }

    fn step(
        &mut self,
        book: &Book<'_>,
        stage: usize,
        phase: PhaseId,
        step: &'a Step,
        findings: &mut Findings<'_>,
    ) {
        let Some(base) = step.name.as_ref().or_else(|| natural_name(&step.verb.value)) else {
            findings.error(step.span, msg!("plan-name-missing"));
            return;
        };
        let Some(each) = &step.for_each else {
            if let Some(name) = book.rendered(base, &BTreeMap::new(), findings) {
                self.place(stage, phase, step, (name, BTreeMap::new()), None, findings);
            }
            return;
        };
        let group = group_name(base);
        for value in super::each::values(book, each, findings) {
            let vars = BTreeMap::from([(each.variable.value.clone(), value.clone())]);
            let Some(mut name) = book.rendered(base, &vars, findings) else { return };
            if step.name.is_none() && !base.contains("{{") {
                name = format!("{name}-{value}");
            }
            self.place(stage, phase, step, (name, vars), Some(&group), findings);
        }
    }

    fn place(
        &mut self,
        stage: usize,
        phase: PhaseId,
        step: &'a Step,
        (name, vars): (String, BTreeMap<String, String>),
        group: Option<&str>,
        findings: &mut Findings<'_>,
    ) {
        let span = step.name.as_ref().map_or(step.span, |name| name.span);
        let good = if group.is_some() { is_long_name(&name) } else { is_name(&name) };
        if !good {
            let problem = Problem::error(span, msg!("plan-name-bad", name = harmless(&name)));
            findings.push(problem.help(msg!("help-plan-name-bad")));
        }
        let place = self.drafts.len();
        if let Some(first) = self.index.add(stage, &name, place) {
            let first = self.drafts[first].step;
            let both_flows = [first, step].iter().all(|step| step.name.is_none());
            let message = if both_flows {
                msg!("plan-flow-twice", name = harmless(&name))
            } else {
                msg!("plan-step-twice", name = harmless(&name))
            };
            findings.push(Problem::error(span, message).related(first.span, msg!("plan-first-here")));
        }
        if let Some(group) = group {
            self.index.add_to_group(stage, group, place);
        }
        let confirm = step.confirm.as_ref().map(|_| self.next());
        let id = self.next();
        let review = step.review.as_ref().map(|_| self.next());
        self.drafts.push(Draft { stage, phase, step, vars, name, confirm, id, review });
    }

    fn next(&mut self) -> NodeId {
        self.nodes += 1;
        NodeId::from(self.nodes - 1)
    }
}

/// The name of a step that says none: its flow's.
fn natural_name(verb: &Verb) -> Option<&crate::runbook::model::Text> {
    match verb {
        Verb::Flow { flow: name, .. } | Verb::Follow(name) | Verb::ForcePass(name) => Some(name),
        _ => None,
    }
}

/// The name of all steps of a `for_each` together: the written name without its expressions.
pub(super) fn group_name(base: &str) -> String {
    let mut name = String::new();
    let mut rest = base;
    while let Some(open) = rest.find("{{") {
        name.push_str(&rest[..open]);
        rest = rest[open..].find("}}").map_or("", |close| &rest[open + close + 2..]);
    }
    name.push_str(rest);
    name.trim_matches(['-', '_', '.']).to_owned()
}

/// A step's name with a value of `for_each` in it: no path, no `#`, and short enough for a file's name.
fn is_long_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(['.', '-'])
        && name.len() <= 200
        && name.chars().count() <= 128
        && !name.contains("..")
        && !name.chars().any(|c| c.is_control() || matches!(c, '/' | '\\' | '#'))
}
