//! From a runbook as it was written to a [`Plan`] in which nothing can be missing. Every mistake is told, all at once.

mod atomic;
mod book;
mod checks;
mod connections;
mod cycle;
mod desk;
mod each;
mod expand;
mod findings;
mod gates;
mod include;
mod index;
mod months;
mod nodes;
mod others;
mod params;
mod paths;
mod people;
mod project;
mod roster;
mod rota;
mod stages;
mod tables;
mod verbs;
mod work;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use self::book::Book;
use self::expand::Layout;
use self::findings::Findings;
use self::nodes::Nodes;
use self::stages::StageDraft;
use super::project::Project;
use super::{NodeId, Plan, Stage, StageId};
use crate::id::RunId;
use crate::msg;
use crate::runbook::model::{MonthFile, Runbook};
use crate::runbook::problem::{FileId, Problem, Sources};
use crate::time::Month;

pub use self::params::{Mistake, accounting_month};
pub use self::paths::join;
pub use self::project::resolve_project;
pub use self::roster::resolve_roster;

/// The longest title that people are shown, in characters.
const LONGEST_TITLE: usize = 200;

/// What a person asks for.
#[derive(Debug, Clone)]
pub struct Request {
    /// `--month`.
    pub month: Option<Month>,
    /// `-p KEY=VALUE`, in their order.
    pub params: Vec<(String, String)>,
    /// The civil date in the project's zone.
    pub today: Date,
    /// Parameters without a value are no mistake: files are only looked at, nothing will run.
    pub only_checks: bool,
    /// Nothing will be submitted or written.
    pub shadow: bool,
}

impl Request {
    /// Asks for nothing but to look at the files.
    pub fn check(today: Date) -> Self {
        Request { month: None, params: Vec::new(), today, only_checks: true, shadow: false }
    }

    /// Asks for the run of `month`, of the closing month when `None`.
    pub fn run(month: Option<Month>, params: Vec<(String, String)>, today: Date) -> Self {
        Request { month, params, today, only_checks: false, shadow: false }
    }
}

/// The project's files, for what runbooks refer to. All paths are relative to the project's folder, with `/`.
pub trait Files {
    /// The path of a file that was read.
    fn path(&self, file: FileId) -> String;
    /// The text of the file at `path`, if it can be read.
    fn read(&self, path: &str) -> Option<String>;
    /// Does the path lead out of the project's folder, by a link?
    fn leaves(&self, _path: &str) -> bool {
        false
    }
}

/// What was read.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The project.
    pub project: &'a Project,
    /// The runbook that was asked for.
    pub runbook: &'a Runbook,
    /// Every file that can be reached by `include:` and could be read as a runbook, in any order.
    pub included: &'a [Runbook],
    /// The month's own file, if there is one.
    pub month_file: Option<&'a MonthFile>,
    /// The project's other runbooks, which the month file speaks of too; `None` where not all could be read.
    pub others: Option<&'a [&'a Runbook]>,
    /// The project's files.
    pub files: &'a dyn Files,
    /// The texts of what was read.
    pub sources: &'a Sources,
}

/// The plan of a runbook for one month. `Err`: the request is wrong (exit 2); `Ok(None)`: files are (exit 3), and
/// `problems` says how. Warnings are added to `problems` too.
pub fn resolve(
    input: &Input<'_>,
    request: &Request,
    problems: &mut Vec<Problem>,
) -> Result<Option<Plan>, Vec<Mistake>> {
    let mut findings = Findings::new(problems);
    let findings = &mut findings;
    let month = accounting_month(input.runbook, input.included, request).map_err(|mistake| vec![mistake])?;
    let files = include::flatten(input, findings);
    let own_first: Vec<&Runbook> = files.iter().rev().take(1).chain(files.iter()).copied().collect();
    let declared = params::declared(&own_first, findings);
    let values = params::values(&declared, input.month_file, month, request, findings)?;
    let run = RunId { runbook: input.runbook.name.value.clone(), month };
    let run = if request.shadow { run.shadow() } else { run };
    let book = Book { input, run, params: Arc::new(values), today: request.today };
    let drafts = stages::stages(&files, findings);
    let layout = expand::expand(&book, &drafts, findings);
    let mut made = nodes::nodes(&book, &drafts, &layout, findings);
    months::skip(&book, &layout, &mut made.nodes, findings);
    let stages = plan_stages(&book, &drafts, &layout, findings);
    circles(&drafts, &layout, &made, findings);
    rota::gaps(&book, findings);
    if findings.failed() {
        return Ok(None);
    }
    tables::order(&book, &drafts, &layout, &made, findings);
    let runbook = input.runbook;
    Ok(Some(Plan {
        title: shown_title(runbook.title.as_ref().unwrap_or(&runbook.name)),
        params: book.params.as_ref().clone(),
        shadow: request.shadow,
        limit: runbook.limit.as_ref().map_or(16, |limit| limit.value),
        run: book.run,
        stages,
        phases: layout.phases,
        nodes: made.nodes,
    }))
}

/// Titles are any text; as people are shown them they are one line without control characters.
fn shown_title(title: &str) -> String {
    crate::words::one_line(title, LONGEST_TITLE)
}

fn plan_stages(
    book: &Book<'_>,
    drafts: &[StageDraft<'_>],
    layout: &Layout<'_>,
    findings: &mut Findings<'_>,
) -> Vec<Stage> {
    let project = book.input.project;
    let main = book.input.runbook;
    let stage = |(number, draft): (usize, &StageDraft<'_>)| {
        let written = draft.written;
        let title =
            written.title.as_ref().and_then(|title| book.rendered(title, &BTreeMap::default(), findings));
        let included = !std::ptr::eq(draft.file, main);
        let limit = written.limit.as_ref().or(draft.file.limit.as_ref().filter(|_| included));
        let handover = written.handover.as_ref().or(draft.file.handover.as_ref()).or(main.handover.as_ref());
        let deadline = written.deadline.as_ref();
        Stage {
            name: written.name.value.clone(),
            title: title.map_or_else(|| written.name.value.clone(), |title| shown_title(&title)),
            owner: people::owner(project, written.owner.as_ref(), findings),
            deadline: deadline.and_then(|day| people::moment(project, book.month(), day, findings)),
            limit: limit.map(|limit| limit.value),
            handover: people::handover(project, handover, findings),
            after: draft.after.iter().copied().map(StageId::from).collect(),
            phases: layout.of_stage[number].clone(),
        }
    };
    drafts.iter().enumerate().map(stage).collect()
}

/// Tells of steps that wait for themselves: by `needs:`, by the outputs that they use, by their levels and stages.
fn circles(drafts: &[StageDraft<'_>], layout: &Layout<'_>, made: &Nodes, findings: &mut Findings<'_>) {
    let count = made.nodes.len();
    if count != layout.nodes {
        return;
    }
    let graph = waits(layout, made);
    let label = |node: usize| {
        let node = &made.nodes[node];
        format!("{}/{}", drafts[node.stage.index()].written.name.value, node.name)
    };
    for circle in cycle::cycles(&graph) {
        let steps: Vec<usize> = circle.into_iter().filter(|member| *member < count).collect();
        let Some(first) = steps.first().copied() else { continue };
        let around: Vec<String> = steps.iter().chain([&first]).map(|step| label(*step)).collect();
        let links: Vec<&nodes::Link> = (0..steps.len())
            .filter_map(|at| {
                let (from, to) = (steps[at], steps[(at + 1) % steps.len()]);
                made.links.iter().find(|link| link.from == NodeId::from(from) && link.to == NodeId::from(to))
            })
            .collect();
        let Some((link, others)) = links.split_first() else { continue };
        let mut problem = Problem::error(link.span, msg!("plan-cycle", path = around.join(" -> ")));
        for other in others.iter().filter(|other| other.span != link.span) {
            problem = problem.related(other.span, msg!("plan-cycle-part", name = label(other.from.index())));
        }
        findings.push(problem);
    }
}

/// Who waits for whom: nodes, then the beginnings of phases, then their ends.
fn waits(layout: &Layout<'_>, made: &Nodes) -> Vec<Vec<usize>> {
    let (nodes, phases) = (made.nodes.len(), layout.phases.len());
    let begin = |phase: super::PhaseId| nodes + phase.index();
    let end = |phase: super::PhaseId| nodes + phases + phase.index();
    let mut graph: Vec<Vec<usize>> = made
        .nodes
        .iter()
        .map(|node| node.needs.iter().map(|need| need.index()).chain([begin(node.phase)]).collect())
        .collect();
    graph.extend(layout.phases.iter().map(|phase| phase.after.iter().copied().map(end).collect()));
    graph.extend(layout.phases.iter().map(|phase| phase.nodes.iter().map(|node| node.index()).collect()));
    graph
}
