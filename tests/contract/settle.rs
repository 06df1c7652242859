//! A lost step under fire: `settle`, `retry`, `skip`, `force` and `cancel` from several processes at once, on a live, a
//! halted and an abandoned run. One of those that exclude each other wins, and the others are told why not.

use crate::fire::{PEOPLE, about, at_once, events};
use crate::harness::{Live, Out, PATIENCE, Project, hold, note, poll, sh};
use rustix::process::Signal;
use serde_json::Value;

/// Where a run with a lost step stands.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Scene {
    /// An engine drives it: a gate asks.
    Live,
    /// Its engine has left.
    Left,
    /// Its engine was killed.
    Abandoned,
}

const SCENES: [Scene; 3] = [Scene::Live, Scene::Left, Scene::Abandoned];

/// `b` is lost, for its keeper was killed under it; `g` asks; `z` comes after both.
fn scene(scene: Scene) -> (Project, Option<Live>) {
    let gate = "  - {name: g, gate: {ask: well}}\n";
    let b = sh("b", &format!("{}; {}", note("b"), hold("go")));
    let project = Project::of(&format!("1:\n{b}{gate}2:\n{}", sh("z", &note("z")))).roster();
    let live = project.start();
    project.until("the gate asks", |s| s.open("g"));
    assert!(poll(PATIENCE, || (project.count("b") == 1).then_some(())).is_some());
    project.kill_keeper();
    project.until("lost", |s| s.is("b", "lost"));
    match scene {
        Scene::Live => return (project, Some(live)),
        Scene::Left => {
            live.signal(Signal::TERM);
            live.finish(PATIENCE).code(130);
        }
        Scene::Abandoned => live.kill9(),
    }
    (project, None)
}

/// What was asked by whom, with what came of it.
struct Asked {
    by: &'static str,
    line: &'static str,
    out: Out,
}

/// All of these at once, each by its own person and twice; and what was recorded of them, in its order.
fn race(where_: Scene, lines: &[&'static str], kinds: &[&str]) -> (Project, Vec<Asked>, Vec<Value>) {
    let (project, live) = scene(where_);
    let twice = || lines.iter().zip(PEOPLE).flat_map(|(line, by)| [(*line, by); 2]);
    let outs = at_once(&project, twice().map(|(line, by)| format!("{line} --as {by}")));
    let asked: Vec<Asked> = twice().zip(outs).map(|((line, by), out)| Asked { by, line, out }).collect();
    let all = events(&project);
    let recorded = about(&all, kinds, "").into_iter().cloned().collect();
    project.ms("verify").code(0);
    for Asked { line, out, .. } in asked.iter().filter(|asked| asked.out.code == 6) {
        let told = String::from_utf8_lossy(&out.stderr);
        let why = told.contains("s/b is ") || told.contains("the run is over (cancelled)");
        assert!(why && told.lines().count() == 1, "{where_:?}: {line} is not told why\n{out}");
    }
    drop(live);
    (project, asked, recorded)
}

#[test]
fn of_words_over_a_lost_step_that_exclude_each_other_one_is_taken() {
    let families: [&[&'static str]; 4] = [
        &[
            "settle b --as-done --reason r",
            "settle b --as-failed --reason r",
            "settle b --as-done --reason s",
        ],
        &["settle b --as-done --reason r", "retry b", "settle b --as-done --reason s"],
        &["retry b", "retry b", "retry b"],
        &["skip b --reason r", "settle b --as-done --reason r", "force b --reason r"],
    ];
    let kinds = ["step_settled", "step_retried", "step_skipped", "step_forced"];
    for where_ in SCENES {
        for lines in families {
            let (project, asked, recorded) = race(where_, lines, &kinds);
            assert_eq!(recorded.len(), 1, "{where_:?} {lines:?} {recorded:#?}");
            let winner = recorded[0]["by"].as_str().unwrap();
            assert!(asked.iter().any(|asked| asked.by == winner && asked.out.code == 0));
            for Asked { by, line, out } in asked.iter().filter(|asked| asked.by != winner) {
                assert_eq!(out.code, 6, "{where_:?}: {line} by {by} lost against {winner}\n{out}");
            }
            assert!(project.count("b") <= 1 + usize::from(recorded[0]["kind"] == "step_retried"));
        }
    }
}

#[test]
fn what_follows_upon_another_word_is_taken_after_it_and_never_before() {
    for where_ in SCENES {
        // What was settled as failed can be retried, and nothing else can come after a retry.
        let lines = ["settle b --as-failed --reason r", "retry b", "settle b --as-done --reason r"];
        let (_project, asked, recorded) = race(where_, &lines, &["step_settled", "step_retried"]);
        let told: Vec<&str> = recorded.iter().map(|event| event["kind"].as_str().unwrap()).collect();
        let one = told.len() == 1;
        assert!(one || told == ["step_settled", "step_retried"], "{where_:?} {recorded:#?}");
        if told.len() == 2 {
            assert_eq!(recorded[0]["done"], false, "what is done is not retried");
        }
        let granted = |line: &str| asked.iter().any(|asked| asked.line == line && asked.out.code == 0);
        let granted = lines.iter().filter(|line| granted(line)).count();
        assert_eq!(granted, told.len(), "{where_:?}: what was acknowledged is what is recorded");

        // Nothing comes after a cancel.
        let lines = ["cancel --reason r", "settle b --as-done --reason r", "retry b"];
        let kinds = ["run_cancelled", "step_settled", "step_retried"];
        let (project, asked, recorded) = race(where_, &lines, &kinds);
        let told: Vec<&str> = recorded.iter().map(|event| event["kind"].as_str().unwrap()).collect();
        assert_eq!(told.last(), Some(&"run_cancelled"), "{where_:?} {told:?}");
        assert!(told.len() <= 2, "{where_:?} {told:?}");
        for Asked { line, out, by } in &asked {
            let kind = match line.split(' ').next() {
                Some("settle") => "step_settled",
                Some("retry") => "step_retried",
                _ => "run_cancelled",
            };
            let taken = told.contains(&kind);
            assert!(taken || out.code == 6, "{where_:?}: {line} by {by}\n{out}");
        }
        project.until("cancelled", |s| s.run() == "cancelled");
        assert_eq!(project.count("z"), 0);
    }
}
