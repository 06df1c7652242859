//! A scheduler for tests: a script that keeps its state in files, and the platform that is described by it.

use std::collections::BTreeMap;
use std::time::Duration;

use monthstart::plan::project::{Action, Means, Platform};
use monthstart::plan::{Node, Work};
use monthstart::runbook::model::ActionKind;

use crate::world::{World, program, step, template};

/// Writes down what it is asked. What happens at a redo and at a pass is a script of the test. A file `stale` is an
/// answer of before, given once.
const SCHEDULER: &str = r#"#!/bin/sh
echo "$*" >>asked
case "$1" in
    find) cat there 2>/dev/null; exit "$(cat find-code 2>/dev/null || echo 0)" ;;
    submit) cat submit-says 2>/dev/null || echo 4711; [ ! -e on-submit ] || . ./on-submit ;;
    state) if [ -e stale ]; then cat stale; rm stale; else cat "state-$2"; fi ;;
    redo) [ ! -e on-redo ] || . ./on-redo ;;
    pass) [ ! -e on-pass ] || . ./on-pass ;;
    kill) echo KILLED >"state-$2" ;;
    log) cat log ;;
esac
"#;

pub(crate) fn action(means: Means) -> Action {
    let id = Some(r"^(\d+)".to_owned());
    Action { means, id, none: None, every: None, succeeded: None, failed: None, reason: None }
}

pub(crate) fn polled(action: Action) -> Action {
    Action {
        every: Some(Duration::from_millis(20)),
        succeeded: Some("^SUCCESS".to_owned()),
        failed: Some("^(FAILED|KILLED)".to_owned()),
        reason: Some("reason=(.*)".to_owned()),
        ..action
    }
}

fn asks(words: &[&str]) -> Action {
    action(Means::Run(program(&[&["./sched"], words].concat())))
}

/// A world with the platform `s`, which can do `kinds` beside submitting and being polled.
pub(crate) fn scheduled(kinds: &[ActionKind]) -> World {
    let mut world = World::new();
    world.script("sched", SCHEDULER);
    let mut actions = BTreeMap::from([
        (ActionKind::Submit, asks(&["submit", "{{ flow }}", "{{ batch }}", "{{ token }}"])),
        (ActionKind::Poll, polled(asks(&["state", "{{ id }}"]))),
    ]);
    for kind in kinds {
        let mut action = match kind {
            ActionKind::Find => asks(&["find", "{{ flow }}", "{{ batch }}"]),
            ActionKind::Redo => asks(&["redo", "{{ id }}"]),
            ActionKind::ForcePass => asks(&["pass", "{{ flow }}", "{{ batch }}"]),
            ActionKind::Cancel => asks(&["kill", "{{ id }}"]),
            ActionKind::Log => asks(&["log", "{{ id }}"]),
            ActionKind::Whole | ActionKind::Submit | ActionKind::Poll => unreachable!(),
        };
        if matches!(kind, ActionKind::Redo | ActionKind::ForcePass) {
            action.id = None;
        }
        actions.insert(*kind, action);
    }
    let encoding = Some("gbk".to_owned());
    world.platform("s", Platform { connection: None, limit: None, encoding, actions });
    world
}

/// What it was asked, first words only, nothing twice in a row.
pub(crate) fn verbs(world: &World) -> Vec<String> {
    let mut verbs = all_verbs(world);
    verbs.dedup();
    verbs
}

/// The same, as often as it was asked.
pub(crate) fn all_verbs(world: &World) -> Vec<String> {
    let text = std::fs::read_to_string(world.file("asked")).unwrap_or_default();
    text.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect()
}

pub(crate) fn flow(downstream: bool) -> Node {
    step(Work::Flow { flow: template("Dim"), platform: "s".to_owned(), downstream, findable: true })
}

pub(crate) fn follow() -> Node {
    step(Work::Follow { flow: template("Dim"), platform: "s".to_owned() })
}

pub(crate) fn pass() -> Node {
    step(Work::ForcePass { flow: template("Dim"), platform: "s".to_owned() })
}
