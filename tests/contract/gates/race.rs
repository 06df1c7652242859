//! Answers that race: one wins, and everybody is told the truth.

use super::{decisions, gated, parked};
use crate::harness::{Live, PATIENCE, Project};

const PEOPLE: [(&str, &str); 3] =
    [("zhang.wei", "Zhang Wei"), ("wang.fang", "Wang Fang"), ("li.na", "Li Na")];

/// Ten answers at once; who gave which.
fn answers(project: &Project) -> Vec<(&'static str, bool, Live)> {
    let one = |n: usize| {
        let (person, confirms) = (PEOPLE[n % 3].0, n.is_multiple_of(2));
        let line = if confirms {
            format!("confirm g --as {person}")
        } else {
            format!("reject g --note no --as {person}")
        };
        (person, confirms, project.spawn(&line))
    };
    (0..10).map(one).collect()
}

/// Insists that one decision stands and that every racer was told so; returns whether it was a confirmation.
fn judge(project: &Project, racers: Vec<(&'static str, bool, Live)>) -> bool {
    let outs: Vec<_> = racers
        .into_iter()
        .map(|(who, yes, live)| (who, yes, live.finish(PATIENCE).one_of(&[0, 6])))
        .collect();
    let kept = decisions(project, "g");
    assert_eq!(kept.len(), 1, "{kept:?}");
    let winner = kept[0]["by"].as_str().unwrap();
    let confirmed = kept[0]["decision"] == "confirmed";
    let name = PEOPLE.iter().find(|(id, _)| *id == winner).unwrap().1;
    for (who, yes, out) in outs {
        if who == winner && yes == confirmed {
            assert_eq!(out.code, 0, "{out}");
        } else if yes != confirmed {
            assert_eq!(out.code, 6, "{out}");
            assert!(
                out.all().contains(winner) || out.all().contains(name),
                "says who was first: {winner}\n{out}"
            );
        }
    }
    confirmed
}

#[test]
fn ten_answers_at_once_while_nobody_drives() {
    let project = parked("");
    let racers = answers(&project);
    let confirmed = judge(&project, racers);
    project.resume().code(if confirmed { 0 } else { 4 });
    assert_eq!(project.count("b"), usize::from(confirmed));
}

#[test]
fn ten_answers_at_once_while_the_run_is_live() {
    let project = gated("");
    let live = project.start();
    project.until("open", |s| s.open("g"));
    let racers = answers(&project);
    let confirmed = judge(&project, racers);
    live.finish(PATIENCE).code(if confirmed { 0 } else { 4 });
    assert_eq!(project.count("b"), usize::from(confirmed));
}

#[test]
fn twenty_gates_answered_at_once_are_all_answered() {
    let gates: String = (0..20).map(|n| format!("  - {{name: g{n}, gate: {{ask: ok {n}}}}}\n")).collect();
    let project = Project::of(&format!("1:\n{gates}2:\n  - {{name: b, run: 'echo b >> ledger'}}\n")).roster();
    let live = project.start();
    project.until("all open", |s| (0..20).all(|n| s.open(&format!("g{n}"))));
    let racers: Vec<_> = (0..20).map(|n| project.spawn(&format!("confirm g{n} --as li.na"))).collect();
    for racer in racers {
        racer.finish(PATIENCE).code(0);
    }
    live.finish(PATIENCE).code(0);
    assert_eq!(project.ledger(), ["b"]);
}

#[test]
fn an_acknowledged_answer_survives_the_engine() {
    for _ in 0..5 {
        let project = gated("");
        let live = project.start();
        project.until("open", |s| s.open("g"));
        let answer = project.spawn("confirm g --as li.na");
        live.kill9();
        answer.finish(PATIENCE).code(0);
        assert_eq!(decisions(&project, "g").len(), 1);
        project.resume_all();
        assert!(project.count("b") >= 1);
    }
}
