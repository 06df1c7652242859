//! Stages of all files in one row, and what they wait for.

use std::collections::HashMap;

use super::findings::Findings;
use crate::msg;
use crate::runbook::model::{Runbook, Stage};
use crate::runbook::problem::Problem;

/// A stage on its way into the plan.
#[derive(Debug)]
pub(super) struct StageDraft<'a> {
    /// The file that holds it.
    pub(super) file: &'a Runbook,
    /// As written.
    pub(super) written: &'a Stage,
    /// Stages that it waits for.
    pub(super) after: Vec<usize>,
}

/// All stages, their names unique, their `after:` found and free of circles.
pub(super) fn stages<'a>(files: &[&'a Runbook], findings: &mut Findings<'_>) -> Vec<StageDraft<'a>> {
    let mut drafts = Vec::new();
    let mut by_name: HashMap<&str, usize> = HashMap::new();
    for file in files {
        for written in &file.stages {
            if let Some(first) = by_name.get(written.name.value.as_str()) {
                let first: &StageDraft<'_> = &drafts[*first];
                findings.push(
                    Problem::error(written.name.span, msg!("plan-stage-twice", name = &written.name.value))
                        .related(first.written.name.span, msg!("plan-first-here")),
                );
            } else {
                by_name.insert(&written.name.value, drafts.len());
            }
            drafts.push(StageDraft { file, written, after: Vec::new() });
        }
    }
    if let (true, Some(main)) = (drafts.is_empty(), files.last()) {
        findings.error(main.name.span, msg!("plan-no-stages"));
    }
    for draft in &mut drafts {
        let first = draft.file.stages.first().is_some_and(|first| std::ptr::eq(first, draft.written))
            && draft.file.include.is_empty();
        draft.after = after(draft, first, &by_name, findings);
    }
    circles(&drafts, findings);
    drafts
}

fn after(
    draft: &StageDraft<'_>,
    first: bool,
    by_name: &HashMap<&str, usize>,
    findings: &mut Findings<'_>,
) -> Vec<usize> {
    let name = &draft.written.name;
    let Some(written) = &draft.written.after else {
        if !first {
            let problem = Problem::error(name.span, msg!("plan-after-missing", name = &name.value));
            findings.push(problem.help(msg!("help-plan-after-missing")));
        }
        return Vec::new();
    };
    let mut found = Vec::new();
    for wanted in &written.value {
        match by_name.get(wanted.value.as_str()) {
            Some(index) if !found.contains(index) => found.push(*index),
            Some(_) => {}
            None => {
                let known = by_name.keys().copied();
                findings.unknown(
                    wanted.span,
                    msg!("plan-stage-unknown", name = &wanted.value),
                    wanted,
                    known,
                );
            }
        }
    }
    found
}

/// Tells of every stage that waits for itself, each circle once.
fn circles(drafts: &[StageDraft<'_>], findings: &mut Findings<'_>) {
    let successors: Vec<Vec<usize>> = drafts.iter().map(|draft| draft.after.clone()).collect();
    for circle in super::cycle::cycles(&successors) {
        let name = |index: &usize| drafts[*index].written.name.value.clone();
        let around: Vec<String> = circle.iter().chain(circle.first()).map(name).collect();
        let Some((first, others)) = circle.split_first() else { continue };
        let mut problem = Problem::error(
            drafts[*first].written.after.as_ref().map_or(drafts[*first].written.span, |after| after.span),
            msg!("plan-cycle", path = around.join(" -> ")),
        );
        for other in others {
            let span = drafts[*other].written.name.span;
            problem = problem.related(span, msg!("plan-cycle-part", name = name(other)));
        }
        findings.push(problem);
    }
}
