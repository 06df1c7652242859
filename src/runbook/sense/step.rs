//! What makes no sense in one step.

use super::{fits_text, shown, step_name};
use crate::msg;
use crate::runbook::model::{Command, Evidence, Field, Gate, Load, LoadMode, ParamKind, Step, Verb};
use crate::runbook::problem::Problem;

/// What makes no sense in `step`.
pub(super) fn step(step: &Step, problems: &mut Vec<Problem>) {
    if step_name(step).is_none() && !is_unread(step) {
        let problem = Problem::error(step.span, msg!("problem-step-without-name"));
        problems.push(problem.help(msg!("help-problem-step-without-name")));
    }
    match &step.verb.value {
        Verb::Run(command) => self::command(command, problems),
        Verb::Load(load) => self::load(load, problems),
        Verb::Gate(gate) | Verb::Notice(gate) => self::gate(gate, problems),
        _ => {}
    }
    for gate in [&step.confirm, &step.review].into_iter().flatten() {
        self::gate(gate, problems);
    }
}

/// Was the verb not readable? It stands as a notice without words then, and has been reported.
fn is_unread(step: &Step) -> bool {
    matches!(&step.verb.value, Verb::Notice(gate) if gate.ask.is_empty())
}

fn command(command: &Command, problems: &mut Vec<Problem>) {
    if let Command::Program(words) = command
        && let Some(program) = words.first().filter(|program| program.trim().is_empty())
    {
        problems.push(Problem::error(program.span, msg!("problem-empty")));
    }
}

fn load(load: &Load, problems: &mut Vec<Problem>) {
    if load.mode == LoadMode::Merge && load.key.is_empty() {
        problems.push(Problem::error(load.into.span, msg!("problem-merge-without-key")));
    }
    if let Some(filter) = load.filter.as_ref().filter(|_| load.mode != LoadMode::Replace) {
        problems.push(Problem::error(filter.span, msg!("problem-where-without-replace")));
    }
}

fn gate(gate: &Gate, problems: &mut Vec<Problem>) {
    if gate.fails_on_timeout && gate.deadline.is_none() {
        problems.push(Problem::error(gate.span, msg!("problem-timeout-without-deadline")));
    }
    for field in &gate.form {
        self::field(field, problems);
    }
    for evidence in &gate.show {
        if let Evidence::Run(command) = evidence {
            self::command(command, problems);
        }
    }
}

fn field(field: &Field, problems: &mut Vec<Problem>) {
    let name = shown(&field.name);
    if matches!(&field.kind, ParamKind::Choice(values) if values.is_empty()) {
        problems.push(Problem::error(field.name.span, msg!("problem-choice-without-values", name = name)));
    } else if field.default.as_ref().is_some_and(|default| !fits_text(&field.kind, default)) {
        problems.push(Problem::error(field.name.span, msg!("problem-default", name = name)));
    } else if let (Some(min), Some(max)) = (field.min, field.max)
        && min > max
    {
        problems.push(Problem::error(field.name.span, msg!("problem-min-above-max", name = name)));
    }
}
