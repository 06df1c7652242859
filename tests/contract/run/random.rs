//! Random runbooks against a model of ten lines: what starts, what never starts, and in which order.

use crate::harness::Project;
use std::collections::BTreeMap;

/// A step of the model.
struct Step {
    name: String,
    stage: usize,
    level: usize,
    needs: Vec<usize>,
    fails: bool,
    goes_on: bool,
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// Stages with the stages they come after, and their steps; every edge leads from an earlier step to a later one.
fn story(dice: &mut Dice) -> (Vec<Vec<usize>>, Vec<Step>) {
    let stages: Vec<Vec<usize>> =
        (0..3).map(|stage| (0..stage).filter(|_| dice.below(2) == 0).collect()).collect();
    let mut steps: Vec<Step> = Vec::new();
    for stage in 0..3 {
        for level in 1..=1 + dice.below(3) {
            for _ in 0..=dice.below(2) {
                let number = steps.len();
                let needs = (0..number).filter(|_| dice.below(6) == 0).collect();
                let (fails, goes_on) = (dice.below(6) == 0, dice.below(2) == 0);
                steps.push(Step { name: format!("n{number}"), stage, level, needs, fails, goes_on });
            }
        }
    }
    (stages, steps)
}

/// The steps that a step waits for, by the rules of the language.
fn before(step: &Step, stages: &[Vec<usize>], steps: &[Step]) -> Vec<usize> {
    let waits = |(number, other): (usize, &Step)| {
        let earlier = other.stage == step.stage && other.level < step.level;
        (earlier || stages[step.stage].contains(&other.stage) || step.needs.contains(&number))
            .then_some(number)
    };
    steps.iter().enumerate().filter_map(waits).collect()
}

/// Which steps start at all.
fn starting(stages: &[Vec<usize>], steps: &[Step]) -> Vec<bool> {
    let mut starts = Vec::new();
    for step in steps {
        let lets_go = |number: &usize| starts[*number] && (!steps[*number].fails || steps[*number].goes_on);
        let start = before(step, stages, steps).iter().all(lets_go);
        starts.push(start);
    }
    starts
}

fn written(stages: &[Vec<usize>], steps: &[Step]) -> String {
    let mut text = String::from("name: x\nstages:\n");
    for (stage, after) in stages.iter().enumerate() {
        let after: Vec<String> = after.iter().map(|stage| format!("s{stage}")).collect();
        text = format!("{text}  - name: s{stage}\n    after: [{}]\n    levels:\n", after.join(", "));
        let mine: Vec<&Step> = steps.iter().filter(|step| step.stage == stage).collect();
        for level in 1..=mine.iter().map(|step| step.level).max().unwrap() {
            let rows: String = mine.iter().filter(|step| step.level == level).map(|step| row(step)).collect();
            text = format!("{text}      {level}:\n{rows}");
        }
    }
    text
}

fn row(step: &Step) -> String {
    let name = &step.name;
    let needs: Vec<String> = step.needs.iter().map(|number| format!("n{number}")).collect();
    let exit = i32::from(step.fails);
    let policy = if step.goes_on { "continue" } else { "hold" };
    let script = format!("echo +{name} >> ledger; sleep 0.03; echo -{name} >> ledger; exit {exit}");
    format!(
        "        - {{name: {name}, run: '{script}', on_failure: {policy}, needs: [{}]}}\n",
        needs.join(", ")
    )
}

fn judge(seed: u64) {
    let mut dice = Dice(seed);
    let (stages, steps) = story(&mut dice);
    let text = written(&stages, &steps);
    let project = Project::new().runbook(&text);
    let starts = starting(&stages, &steps);
    let green = steps.iter().all(|step| !step.fails) && starts.iter().all(|start| *start);
    project.run().code(if green { 0 } else { 4 });
    let ledger = project.ledger();
    let places: BTreeMap<&str, usize> =
        ledger.iter().enumerate().map(|(at, line)| (line.as_str(), at)).collect();
    assert_eq!(places.len(), ledger.len(), "something ran twice\n{text}\n{ledger:?}");
    let status = project.status();
    for (number, step) in steps.iter().enumerate() {
        let begun = places.get(format!("+{}", step.name).as_str());
        assert_eq!(begun.is_some(), starts[number], "{} of\n{text}\n{ledger:?}", step.name);
        let word = if !starts[number] {
            "pending"
        } else if step.fails {
            "failed"
        } else {
            "succeeded"
        };
        assert_eq!(status.word(&step.name), word, "{} of\n{text}", step.name);
        for other in begun.iter().flat_map(|_| before(step, &stages, &steps)) {
            let ended = places[format!("-{}", steps[other].name).as_str()];
            assert!(
                ended < *begun.unwrap(),
                "{} before {} ended\n{text}\n{ledger:?}",
                step.name,
                steps[other].name
            );
        }
    }
}

#[test]
fn twenty_random_runbooks_keep_to_the_model() {
    for seed in 1..=20 {
        judge(seed * 7919);
    }
}
