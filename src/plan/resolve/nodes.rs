//! From drafts to nodes: a step, the gate before it and the gate after it, each with what it waits for.

use std::collections::BTreeMap;
use std::time::Duration;

use super::book::Book;
use super::desk::{Desk, Use};
use super::expand::{Draft, Layout};
use super::findings::Findings;
use super::params::harmless;
use super::people::{moment, owner};
use super::stages::StageDraft;
use crate::msg;
use crate::plan::{Evidence, GateKind, Node, NodeId, OnFailure, Policy, Retry, StageId, Template, Work};
use crate::runbook::model::{self, Text};
use crate::runbook::problem::{Problem, Span};

/// One node waits for another because of what is written at a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    /// Waits.
    pub(super) from: NodeId,
    /// Is waited for.
    pub(super) to: NodeId,
    /// Why.
    pub(super) span: Span,
}

/// All nodes of a plan and the links between them.
pub(super) struct Nodes {
    /// By number; a node that could not be made is stood in for, and told.
    pub(super) nodes: Vec<Node>,
    /// What was written about who waits for whom.
    pub(super) links: Vec<Link>,
}

const SEVERITY: u8 = 3;
/// Between attempts, where a runbook says only how many.
const RETRY_DELAY: Duration = Duration::from_secs(10);

/// Makes every node.
pub(super) fn nodes(
    book: &Book<'_>,
    stages: &[StageDraft<'_>],
    layout: &Layout<'_>,
    findings: &mut Findings<'_>,
) -> Nodes {
    let mut all = Nodes { nodes: Vec::with_capacity(layout.nodes), links: Vec::new() };
    let mut flows = BTreeMap::new();
    for (place, draft) in layout.drafts.iter().enumerate() {
        let mut desk =
            Desk { book, stages, layout, draft, findings, scope: book.scope(&draft.vars), uses: Vec::new() };
        let made = Maker::start(&mut desk).finish(&mut all);
        if let Some(key) = flow_key(draft, &made, &desk) {
            let first = &layout.drafts[*flows.entry(key).or_insert(place)];
            // Two of one name have been told already.
            if let (true, Some(flow), Some(other)) =
                (first.name != draft.name, flow_of(draft), flow_of(first))
            {
                let problem = Problem::error(flow.span, msg!("plan-flow-twice", name = harmless(flow)));
                desk.findings.push(problem.related(other.span, msg!("plan-first-here")));
            }
        }
    }
    all
}

/// What must be unique of flows in a stage: platform, flow and batch.
fn flow_key(
    draft: &Draft<'_>,
    work: &Work,
    desk: &Desk<'_, '_, '_>,
) -> Option<(usize, String, String, String)> {
    let Work::Flow { flow, platform, .. } = work else { return None };
    let flow = crate::plan::template::render(flow, &desk.scope).ok()?;
    Some((draft.stage, platform.clone(), flow, desk.scope.batch.clone().unwrap_or_default()))
}

/// The flow of a step, as written.
fn flow_of<'a>(draft: &Draft<'a>) -> Option<&'a Text> {
    match &draft.step.verb.value {
        model::Verb::Flow { flow, .. } => Some(flow),
        _ => None,
    }
}

/// What the nodes of one step share.
struct Maker<'m, 'd, 'a, 'p> {
    desk: &'m mut Desk<'d, 'a, 'p>,
    batch: Template,
    title: Option<String>,
    when: Option<Template>,
    when_uses: Vec<Use>,
    needs: Vec<Use>,
    owner: Option<String>,
    deadline: Option<jiff::Timestamp>,
    severity: u8,
}

impl<'m, 'd, 'a, 'p> Maker<'m, 'd, 'a, 'p> {
    fn start(desk: &'m mut Desk<'d, 'a, 'p>) -> Self {
        let (step, stage) = (desk.step(), desk.stage());
        let project = desk.book.input.project;
        let batch = batch(desk, step.batch.as_ref().or(stage.batch.as_ref()));
        let title =
            step.title.as_ref().and_then(|title| desk.fixed(title)).map(|title| super::shown_title(&title));
        for need in &step.needs {
            if let Some(name) = desk.fixed(need) {
                desk.use_step(&name, need.span, false);
            }
        }
        let needs = desk.take_uses();
        desk.open_steps();
        let when = step.when.as_ref().map(|when| desk.condition(when));
        let when_uses = desk.take_uses();
        let owner = owner(project, step.owner.as_ref(), desk.findings);
        let deadline = step.deadline.as_ref();
        let deadline = deadline.and_then(|day| moment(project, desk.book.month(), day, desk.findings));
        let severity = severity(desk);
        Maker { desk, batch, title, when, when_uses, needs, owner, deadline, severity }
    }

    /// The step's nodes: the gate before it, itself, the gate after it.
    fn finish(mut self, all: &mut Nodes) -> Work {
        let draft = self.desk.draft;
        let step = draft.step;
        let work = super::work::work(self.desk).unwrap_or_else(broken);
        let uses = self.desk.take_uses();
        let mut node = self.node(draft.name.clone(), work.clone());
        node.deadline = self.deadline;
        node.policy = policy(self.desk, &work);
        node.outputs = outputs(self.desk);
        if let (Some(id), Some(gate)) = (draft.confirm, &step.confirm) {
            // It is asked when the step could start: it waits for all that the step waits for.
            let (mut ask, own) = self.ask(GateKind::Confirm, gate);
            self.link(&mut ask, id, &[&self.needs, &self.when_uses, &uses, &own], &mut all.links);
            ask.refs.retain(|(written, _)| named(&self.when_uses, written) || named(&own, written));
            all.nodes.push(ask);
            node.needs.push(id);
        }
        self.link(&mut node, draft.id, &[&self.needs, &self.when_uses, &uses], &mut all.links);
        all.nodes.push(node);
        if let (Some(id), Some(gate)) = (draft.review, &step.review) {
            let (mut ask, own) = self.ask(GateKind::Review, gate);
            ask.needs.push(draft.id);
            // What is reviewed is its evidence, whatever else is shown.
            if let Work::Gate(review) = &mut ask.work
                && !review.show.contains(&Evidence::Step(draft.id))
            {
                review.show.insert(0, Evidence::Step(draft.id));
            }
            self.link(&mut ask, id, &[&self.when_uses, &own], &mut all.links);
            all.nodes.push(ask);
        }
        work
    }

    fn ask(&mut self, kind: GateKind, gate: &model::Gate) -> (Node, Vec<Use>) {
        let work = super::gates::work(self.desk, kind, gate);
        let name = format!("{}#{}", self.desk.draft.name, kind.word());
        (self.node(name, work), self.desk.take_uses())
    }

    fn node(&self, name: String, work: Work) -> Node {
        Node {
            stage: StageId::from(self.desk.draft.stage),
            phase: self.desk.draft.phase,
            name,
            title: self.title.clone(),
            work,
            needs: Vec::new(),
            refs: Vec::new(),
            vars: self.desk.draft.vars.clone(),
            when: self.when.clone(),
            batch: self.batch.clone(),
            policy: Policy { retry: None, timeout: None, on_failure: OnFailure::Hold, idempotent: false },
            outputs: BTreeMap::new(),
            skip: None,
            severity: self.severity,
            owner: self.owner.clone(),
            deadline: None,
        }
    }

    /// What a node uses becomes what it waits for; what has a review is waited for until that is passed.
    fn link(&self, node: &mut Node, id: NodeId, uses: &[&[Use]], links: &mut Vec<Link>) {
        let drafts = &self.desk.layout.drafts;
        for used in uses.iter().copied().flatten() {
            let target = &drafts[used.draft];
            let own = std::ptr::eq(target, self.desk.draft);
            let review = target.review.filter(|_| !own);
            for to in std::iter::once(target.id).chain(review) {
                if !node.needs.contains(&to) {
                    node.needs.push(to);
                    links.push(Link { from: id, to, span: used.span });
                }
            }
            if let Some(written) = &used.written {
                let reference = (written.clone(), target.id);
                if !node.refs.contains(&reference) {
                    node.refs.push(reference);
                }
            }
        }
    }
}

fn batch(desk: &mut Desk<'_, '_, '_>, written: Option<&Text>) -> Template {
    let rendered = written.and_then(|text| desk.fixed(text));
    desk.scope.batch = Some(rendered.unwrap_or_else(|| desk.book.month().compact()));
    Template(written.map_or("{{ month.compact }}", |text| &text.value).to_owned())
}

/// `defaults:` that apply to the desk's step, nearest first: its stage's, its file's, the runbook's.
fn defaults<'a>(desk: &Desk<'_, 'a, '_>) -> [&'a model::Defaults; 3] {
    let draft = &desk.stages[desk.draft.stage];
    [&draft.written.defaults, &draft.file.defaults, &desk.book.input.runbook.defaults]
}

fn severity(desk: &mut Desk<'_, '_, '_>) -> u8 {
    let nearest = defaults(desk).into_iter().find_map(|defaults| defaults.severity.as_ref());
    let Some(severity) = desk.step().severity.as_ref().or(nearest) else { return SEVERITY };
    if !(1..=4).contains(&severity.value) {
        let number = u32::from(severity.value);
        desk.findings.error(severity.span, msg!("plan-severity", number = number));
    }
    severity.value
}

fn policy(desk: &mut Desk<'_, '_, '_>, work: &Work) -> Policy {
    let step = desk.step();
    let near = defaults(desk);
    let timed = !matches!(work, Work::Gate(_)) && !work.is_a_poll();
    if let (false, Some(timeout)) = (timed, &step.timeout) {
        desk.findings.warn(timeout.span, msg!("plan-timeout-unused"));
    }
    let timeout =
        step.timeout.as_ref().or_else(|| near.iter().find_map(|defaults| defaults.timeout.as_ref()));
    let retry = step.retry.as_ref().or_else(|| near.iter().find_map(|defaults| defaults.retry.as_ref()));
    let on_failure =
        step.on_failure.as_ref().or_else(|| near.iter().find_map(|defaults| defaults.on_failure.as_ref()));
    Policy {
        retry: retry.filter(|retry| retry.times > 0 && !matches!(work, Work::Gate(_))).map(retry_of),
        timeout: timeout.filter(|_| timed).map(|timeout| timeout.value),
        on_failure: on_failure.map(|on_failure| on_failure.value).unwrap_or_default(),
        idempotent: step.idempotent,
    }
}

fn retry_of(retry: &model::Retry) -> Retry {
    Retry {
        times: retry.times,
        delay: retry.delay.unwrap_or(RETRY_DELAY),
        backoff: retry.backoff.unwrap_or(1.0),
        max_delay: retry.max_delay,
        on_exit: retry.on_exit.clone(),
    }
}

fn outputs(desk: &mut Desk<'_, '_, '_>) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for (name, pattern) in &desk.step().outputs {
        if let Some(problem) = super::project::pattern_problem(pattern, true) {
            desk.findings.push(problem);
        }
        all.insert(name.value.clone(), pattern.value.clone());
    }
    all
}

/// Stands in for what could not be made; there is no plan then.
fn broken() -> Work {
    Work::Later { what: String::new() }
}

fn named(uses: &[Use], written: &str) -> bool {
    uses.iter().any(|used| used.written.as_deref() == Some(written))
}
