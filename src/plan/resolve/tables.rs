//! Tables that steps say they read and write: who reads what is not written yet?

use std::collections::{HashMap, HashSet};

use super::book::Book;
use super::expand::{Draft, Layout};
use super::findings::Findings;
use super::nodes::Nodes;
use super::params::harmless;
use super::stages::StageDraft;
use crate::msg;
use crate::plan::NodeId;
use crate::runbook::model::Text;
use crate::runbook::problem::Problem;

/// Warns where a step reads what a later or a side-by-side step writes. A later writer is no matter where an earlier
/// one wrote the same table.
pub(super) fn order(
    book: &Book<'_>,
    stages: &[StageDraft<'_>],
    layout: &Layout<'_>,
    made: &Nodes,
    findings: &mut Findings<'_>,
) {
    let mut writers: HashMap<String, Vec<(usize, &Text)>> = HashMap::new();
    for (place, draft) in layout.drafts.iter().enumerate() {
        for text in &draft.step.writes {
            let table = table(book, stages, draft, text, findings);
            writers.entry(table).or_default().push((place, text));
        }
    }
    let mut order = Order::new(stages, layout, made);
    for (place, draft) in layout.drafts.iter().enumerate() {
        for text in &draft.step.reads {
            let table = table(book, stages, draft, text, findings);
            let others = writers.get(&table).into_iter().flatten().filter(|(writer, _)| *writer != place);
            let others: Vec<_> =
                others.map(|(writer, text)| (order.relation(*writer, place), *writer, *text)).collect();
            let any_before = others.iter().any(|(relation, ..)| *relation == Relation::Before);
            for (relation, writer, written) in others {
                let (name, table) = (harmless(&layout.drafts[writer].name), harmless(text));
                let message = match relation {
                    Relation::Beside => msg!("plan-reads-beside", table = table, name = name),
                    Relation::Later if !any_before => msg!("plan-reads-later", table = table, name = name),
                    _ => continue,
                };
                let problem = Problem::warning(text.span, message);
                findings.push(problem.related(written.span, msg!("plan-written-here")));
            }
        }
    }
}

/// Where a writer stands, seen from a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Before,
    Beside,
    Later,
}

/// Answers who comes before whom, looking only as far as it must.
struct Order<'o, 'a> {
    layout: &'o Layout<'a>,
    made: &'o Nodes,
    /// For each stage all stages before it.
    before: Vec<HashSet<usize>>,
    graph: Option<Vec<Vec<usize>>>,
    known: HashMap<NodeId, HashSet<usize>>,
}

impl<'o, 'a> Order<'o, 'a> {
    fn new(stages: &[StageDraft<'_>], layout: &'o Layout<'a>, made: &'o Nodes) -> Self {
        let after: Vec<Vec<usize>> = stages.iter().map(|stage| stage.after.clone()).collect();
        let before = (0..stages.len()).map(|stage| reachable(&after, stage)).collect();
        Order { layout, made, before, graph: None, known: HashMap::new() }
    }

    fn relation(&mut self, writer: usize, reader: usize) -> Relation {
        let (writer, reader) = (&self.layout.drafts[writer], &self.layout.drafts[reader]);
        let same = writer.stage == reader.stage;
        if (same && writer.phase < reader.phase) || self.before[reader.stage].contains(&writer.stage) {
            Relation::Before
        } else if (same && writer.phase > reader.phase) || self.before[writer.stage].contains(&reader.stage) {
            Relation::Later
        } else if self.waits_for(reader.id, writer.id) {
            Relation::Before
        } else if self.waits_for(writer.id, reader.id) {
            Relation::Later
        } else {
            Relation::Beside
        }
    }

    fn waits_for(&mut self, node: NodeId, other: NodeId) -> bool {
        let graph = self.graph.get_or_insert_with(|| super::waits(self.layout, self.made));
        let all = self.known.entry(node).or_insert_with(|| reachable(graph, node.index()));
        all.contains(&other.index())
    }
}

/// A table as a key: its connection as settings call it, without regard to case.
fn table(
    book: &Book<'_>,
    stages: &[StageDraft<'_>],
    draft: &Draft<'_>,
    text: &Text,
    findings: &mut Findings<'_>,
) -> String {
    let written = book.rendered(text, &draft.vars, findings).unwrap_or_else(|| text.value.clone());
    let step = draft.step;
    let fallback =
        step.connection.as_ref().or(step.platform.as_ref()).or(stages[draft.stage].written.platform.as_ref());
    let (place, table) = match written.split_once(':') {
        Some((place, table)) => (place, table),
        None => (fallback.map_or("", |word| word.as_str()), written.as_str()),
    };
    let platform = book.input.project.platforms.get(place);
    let connection = platform.and_then(|platform| platform.connection.as_deref()).unwrap_or(place);
    format!("{connection}:{}", table.to_lowercase())
}

/// Everything that `node` waits for.
fn reachable(graph: &[Vec<usize>], node: usize) -> HashSet<usize> {
    let mut seen = HashSet::new();
    let mut stack = vec![node];
    while let Some(at) = stack.pop() {
        for next in &graph[at] {
            if seen.insert(*next) {
                stack.push(*next);
            }
        }
    }
    seen
}
