//! What makes no sense in one step.

use super::{fits_text, shown, step_name};
use crate::msg;
use crate::runbook::model::{
    Check, CheckSubject, Command, Evidence, Field, Gate, Load, LoadMode, ParamKind, Step, Verb, Votes,
};
use crate::runbook::problem::{Problem, Span};

/// What makes no sense in `step`.
pub(super) fn step(step: &Step, problems: &mut Vec<Problem>) {
    if step_name(step).is_none() {
        let problem = Problem::error(step.span, msg!("problem-step-without-name"));
        problems.push(problem.help(msg!("help-problem-step-without-name")));
    }
    match &step.verb.value {
        Verb::Run(command) => self::command(command, step.verb.span, problems),
        Verb::Load(load) => self::load(load, problems),
        Verb::Check(checks) if checks.items.is_empty() => {
            problems.push(Problem::error(step.verb.span, msg!("problem-nothing-listed", key = "check")));
        }
        Verb::Check(checks) => checks.items.iter().for_each(|item| check(item, problems)),
        Verb::Gate(gate) | Verb::Notice(gate) => self::gate(gate, problems),
        Verb::Mail(letter) if letter.to.is_empty() => {
            problems.push(Problem::error(step.verb.span, msg!("problem-nothing-listed", key = "to")));
        }
        _ => {}
    }
    for gate in [&step.confirm, &step.review].into_iter().flatten() {
        self::gate(gate, problems);
    }
}

fn command(command: &Command, span: Span, problems: &mut Vec<Problem>) {
    let empty = match command {
        Command::Program(words) => words.first().is_none_or(|program| program.is_empty()),
        Command::Shell(script) => script.trim().is_empty(),
    };
    if empty {
        problems.push(Problem::error(span, msg!("problem-nothing-listed", key = "run")));
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

fn check(check: &Check, problems: &mut Vec<Problem>) {
    let value = matches!(check.subject, CheckSubject::Value(_));
    if value && check.expect.is_none() && check.like.is_none() {
        problems.push(Problem::error(check.span, msg!("problem-check-without-condition")));
    }
}

fn gate(gate: &Gate, problems: &mut Vec<Problem>) {
    if gate.approvers.as_ref().is_some_and(Vec::is_empty) {
        problems.push(Problem::error(gate.span, msg!("problem-nobody-may-answer")));
    }
    if matches!(&gate.votes, Votes::ByRole(roles) if roles.is_empty()) {
        problems.push(Problem::error(gate.span, msg!("problem-nothing-listed", key = "votes")));
    }
    if gate.fails_on_timeout && gate.deadline.is_none() {
        problems.push(Problem::error(gate.span, msg!("problem-timeout-without-deadline")));
    }
    for field in &gate.form {
        self::field(field, problems);
    }
    for evidence in &gate.show {
        if let Evidence::Run(command) = evidence {
            self::command(command, gate.span, problems);
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
