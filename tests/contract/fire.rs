//! The operators' verbs under fire: from several processes at once, racing with the engine and with each other, on live,
//! on halted and on abandoned runs. One wins, the others are told, and what was acknowledged is in the journal.

use crate::harness::{Live, Out, PATIENCE, Project, hold, note, poll, sh, sh_with};
use serde_json::Value;

pub(crate) const PEOPLE: [&str; 3] = ["zhang.wei", "wang.fang", "li.na"];

pub(crate) fn events(project: &Project) -> Vec<Value> {
    project.ms("events --json").code(0).json_lines()
}

/// The events of one of these kinds about a step.
pub(crate) fn about<'e>(events: &'e [Value], kinds: &[&str], step: &str) -> Vec<&'e Value> {
    let path = format!("s/{step}");
    let is = |event: &&Value| {
        kinds.contains(&event["kind"].as_str().unwrap_or_default())
            && (step.is_empty() || event["step"] == path)
    };
    events.iter().filter(is).collect()
}

/// All of these at once.
pub(crate) fn at_once(project: &Project, lines: impl IntoIterator<Item = String>) -> Vec<Out> {
    let racers: Vec<Live> = lines.into_iter().map(|line| project.spawn(&line)).collect();
    racers.into_iter().map(|racer| racer.finish(PATIENCE).one_of(&[0, 6])).collect()
}

/// Where a run stands when people come to it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Scene {
    /// An engine drives it.
    Live,
    /// Its engine has left, because nothing goes on without people.
    Halted,
    /// Its engine was killed.
    Abandoned,
}

/// `good` is done, `bad` has failed, `g` and `h` ask; on a live and on an abandoned run `keep` still runs.
fn scene(scene: Scene) -> (Project, Option<Live>) {
    let keep = if scene == Scene::Halted { String::new() } else { sh("keep", &hold("go")) };
    let bad = sh("bad", "test -e mended || exit 1; echo bad >> ledger");
    let gates = "  - {name: g, gate: {ask: well}}\n  - {name: h, gate: {ask: well}}\n";
    let text =
        format!("1:\n{keep}{}{bad}{gates}2:\n{}", sh("good", &note("good")), sh("later", &note("later")));
    let project = Project::of(&text).roster();
    let live = project.start();
    project.until("the scene", |s| {
        s.is("good", "succeeded") && s.is("bad", "failed") && s.open("g") && s.open("h")
    });
    match scene {
        Scene::Live => (project, Some(live)),
        Scene::Halted => {
            // It waits for the gates as long as somebody drives it.
            live.signal(rustix::process::Signal::TERM);
            live.finish(PATIENCE).code(130);
            (project, None)
        }
        Scene::Abandoned => {
            live.kill9();
            (project, None)
        }
    }
}

/// Requests that exclude each other: exactly one is granted, and it alone is recorded.
fn exclusive(where_: Scene, step: &str, lines: &[&str], kinds: &[&str]) {
    let (project, live) = scene(where_);
    let mut all = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        // Each by its own person, and each more than once.
        let person = PEOPLE[number % PEOPLE.len()];
        all.extend((0..2).map(|_| (person, format!("{line} --as {person}"))));
    }
    let outs = at_once(&project, all.iter().map(|(_, line)| line.clone()));
    let recorded = events(&project);
    let recorded = about(&recorded, kinds, step);
    assert_eq!(recorded.len(), 1, "{where_:?} {lines:?} {recorded:#?}\n{outs:#?}");
    let winner = recorded[0]["by"].as_str().unwrap().to_owned();
    for ((person, line), out) in all.iter().zip(&outs) {
        // The same by the same person again is no error where that is what stands.
        if *person == winner {
            assert!(
                outs.iter().zip(&all).any(|(out, (who, _))| *who == winner && out.code == 0),
                "{outs:#?}"
            );
        } else {
            assert_eq!(out.code, 6, "{where_:?}: {line} lost against {winner}\n{out}");
        }
    }
    project.ms("verify").code(0);
    drop(live);
}

const SCENES: [Scene; 3] = [Scene::Live, Scene::Halted, Scene::Abandoned];

#[test]
fn of_requests_that_exclude_each_other_one_is_granted() {
    let families: [(&str, &[&str], &[&str]); 4] = [
        ("g", &["confirm g", "reject g --note no"], &["gate_decided"]),
        ("bad", &["skip bad --reason r", "force bad --reason r"], &["step_skipped", "step_forced"]),
        ("good", &["redo good --reason a", "redo good --downstream --reason b"], &["step_redone"]),
        ("", &["cancel --reason a", "cancel --reason b", "cancel --reason c"], &["run_cancelled"]),
    ];
    for scene in SCENES {
        for (step, lines, kinds) in families {
            exclusive(scene, step, lines, kinds);
        }
    }
}

#[test]
fn requests_that_agree_are_all_granted_and_recorded_once() {
    for scene_ in SCENES {
        let (project, live) = scene(scene_);
        let lines = ["hold later --reason r", "hold --reason r", "confirm h", "skip bad --reason r"];
        let lines = lines.iter().flat_map(|line| (0..4).map(move |_| format!("{line} --as li.na")));
        for out in at_once(&project, lines) {
            assert_eq!(out.code, 0, "{scene_:?}\n{out}");
        }
        let recorded = events(&project);
        for (kind, step) in
            [("step_held", "later"), ("run_held", ""), ("gate_decided", "h"), ("step_skipped", "bad")]
        {
            assert_eq!(about(&recorded, &[kind], step).len(), 1, "{scene_:?} {kind}");
        }
        for out in at_once(&project, (0..5).map(|_| "release --as li.na".to_owned())) {
            assert_eq!(out.code, 0, "{scene_:?}\n{out}");
        }
        let recorded = events(&project);
        assert_eq!(about(&recorded, &["run_released"], "").len(), 1);
        assert_eq!(about(&recorded, &["step_released"], "later").len(), 1);
        drop(live);
    }
}

#[test]
fn a_retry_is_granted_once_while_the_step_has_not_failed_again() {
    for scene_ in SCENES {
        let (project, live) = scene(scene_);
        project.put("mended", b"");
        let outs = at_once(&project, (0..8).map(|n| format!("retry bad --as {}", PEOPLE[n % 3])));
        assert_eq!(outs.iter().filter(|out| out.code == 0).count(), 1, "{scene_:?} {outs:#?}");
        let recorded = events(&project);
        assert_eq!(about(&recorded, &["step_retried"], "bad").len(), 1);
        if scene_ == Scene::Live {
            project.until("done", |s| s.is("bad", "succeeded"));
            assert_eq!(project.count("bad"), 1);
        }
        drop(live);
    }
}

#[test]
fn fifty_starts_at_once_are_one_run() {
    let project = Project::of(&format!("1:\n{}", sh("a", &note("a")))).roster();
    let outs =
        at_once(&project, (0..50).map(|n| format!("run x.yaml --month 2025-10 --as {}", PEOPLE[n % 3])));
    assert_eq!(outs.iter().filter(|out| out.code == 0).count(), 1, "{outs:#?}");
    assert_eq!(project.ledger(), ["a"]);
    assert_eq!(about(&events(&project), &["run_started"], "").len(), 1);
}

#[test]
fn fifty_answers_by_one_person_are_one_answer() {
    let (project, live) = scene(Scene::Live);
    for out in at_once(&project, (0..50).map(|_| "confirm g --as li.na".to_owned())) {
        assert_eq!(out.code, 0, "{out}");
    }
    assert_eq!(about(&events(&project), &["gate_decided"], "g").len(), 1);
    drop(live);
}

#[test]
fn what_was_acknowledged_is_there_after_a_kill_in_the_middle() {
    for round in 0..3 {
        let (project, live) = scene(Scene::Live);
        let mut live = live;
        let lines: Vec<String> = (0..12)
            .map(|n| match n % 4 {
                0 => "confirm g --as li.na".to_owned(),
                1 => "reject h --note no --as wang.fang".to_owned(),
                2 => "hold later --as li.na".to_owned(),
                _ => "force bad --reason r --as li.na".to_owned(),
            })
            .collect();
        let racers: Vec<Live> = lines.iter().map(|line| project.spawn(line)).collect();
        if round > 0 {
            // Somewhere among them.
            let _: Option<()> = poll(PATIENCE, || (events(&project).len() > 8 + round).then_some(()));
        }
        live.take().unwrap().kill9();
        let outs: Vec<Out> = racers.into_iter().map(|racer| racer.finish(PATIENCE).code(0)).collect();
        let recorded = events(&project);
        for (kind, step) in
            [("gate_decided", "g"), ("gate_decided", "h"), ("step_held", "later"), ("step_forced", "bad")]
        {
            assert_eq!(about(&recorded, &[kind], step).len(), 1, "{kind} {step} {outs:#?}");
        }
        project.ms("verify").code(0);
    }
}

/// `a` runs until `go` is there, then `b` begins: while it does, a request about `b` comes.
fn beside_the_start(line: &str) -> (Project, Out) {
    let project = Project::of(&format!("1:\n{}2:\n{}", sh("a", &hold("go")), sh("b", &note("b")))).roster();
    let live = project.start();
    project.until("running", |s| s.is("a", "running"));
    let racer = project.spawn(line);
    project.put("go", b"");
    let out = racer.finish(PATIENCE).one_of(&[0, 6]);
    if out.code == 0 && line.starts_with("hold") {
        assert_eq!(project.count("b"), 0, "held before it began");
        project.ms("release b --as li.na").code(0);
    }
    live.finish(PATIENCE).code(0);
    (project, out)
}

#[test]
fn a_skip_beside_the_start_of_its_step_is_before_it_or_refused() {
    for _ in 0..6 {
        let (project, out) = beside_the_start("skip b --reason r --as li.na");
        let (ran, skipped) = (project.count("b"), project.status().is("b", "skipped"));
        assert_eq!((ran, skipped), if out.code == 0 { (0, true) } else { (1, false) }, "{out}");
    }
}

#[test]
fn a_hold_beside_the_start_of_its_step_is_before_it_or_refused() {
    for _ in 0..6 {
        let (project, out) = beside_the_start("hold b --as li.na");
        let recorded = events(&project);
        assert_eq!(about(&recorded, &["step_held"], "b").len(), usize::from(out.code == 0), "{out}");
        assert_eq!(about(&recorded, &["step_started"], "b").len(), 1);
        assert_eq!(project.count("b"), 1);
    }
}

#[test]
fn a_cancel_beside_the_last_steps_end_is_before_it_or_refused() {
    for _ in 0..6 {
        let project = Project::of(&format!("1:\n{}", sh("a", &hold("go")))).roster();
        let live = project.start();
        project.until("running", |s| s.is("a", "running"));
        let racer = project.spawn("cancel --reason r --as li.na");
        project.put("go", b"");
        let out = racer.finish(PATIENCE).one_of(&[0, 6]);
        live.finish(PATIENCE).code(if out.code == 0 { 4 } else { 0 });
        let status = project.status().run().to_owned();
        assert_eq!(status, if out.code == 0 { "cancelled" } else { "succeeded" }, "{out}");
        project.ms("verify").code(0);
    }
}

#[test]
fn a_retry_beside_an_automatic_one_begins_each_attempt_once() {
    let script = "echo a >> ledger; test $(wc -l < ledger) -ge 4";
    let keys = "retry: {times: 3, delay: 300ms}";
    let project = Project::of(&format!("1:\n{}", sh_with("a", script, keys))).roster();
    let live = project.start();
    project.until("retrying", |s| s.is("a", "retrying"));
    let outs = at_once(&project, (0..6).map(|_| "retry a --as li.na".to_owned()));
    live.finish(PATIENCE).code(0);
    let recorded = events(&project);
    let granted = outs.iter().filter(|out| out.code == 0).count();
    assert_eq!(about(&recorded, &["step_retried"], "a").len(), granted, "{outs:#?}");
    let attempts: Vec<i64> = about(&recorded, &["step_started"], "a")
        .iter()
        .map(|event| event["attempt"].as_i64().unwrap())
        .collect();
    assert_eq!(attempts, [1, 2, 3, 4], "each once, in their order");
    assert_eq!(project.ledger().len(), 4);
}

#[test]
fn an_answer_beside_a_deadline_that_fails_the_gate_counts_or_is_refused() {
    // The deadline of a month that is long over has passed when the gate opens.
    let gate = "  - {name: g, gate: {ask: well, deadline: {day: 2, at: \"03:00\"}, on_timeout: fail}}\n";
    for round in 0..4 {
        let project =
            Project::of(&format!("1:\n{}2:\n{gate}3:\n{}", sh("a", &hold("go")), sh("b", &note("b"))))
                .roster();
        let live = project.start();
        project.until("running", |s| s.is("a", "running"));
        project.put("go", b"");
        if round % 2 == 1 {
            project.until("asked", |s| s.step("g")["attempt"] == 1);
        }
        let outs = at_once(&project, (0..4).map(|n| format!("confirm g --as {}", PEOPLE[n % 3])));
        let granted = outs.iter().any(|out| out.code == 0);
        live.finish(PATIENCE).code(if granted { 0 } else { 4 });
        let recorded = events(&project);
        let (decided, timed_out) = (
            about(&recorded, &["gate_decided"], "g").len(),
            about(&recorded, &["gate_timed_out"], "g").len(),
        );
        assert_eq!((decided, timed_out), if granted { (1, 0) } else { (0, 1) }, "{outs:#?}");
        assert_eq!(project.count("b"), usize::from(granted));
    }
}

#[test]
fn evidence_that_was_gathered_before_a_redo_is_gathered_again_after_it() {
    let show =
        "cat figure; touch gathering; until [ -e shown ] || [ ! -e monthstart.yaml ]; do sleep 0.05; done";
    let gate = format!("  - {{name: g, gate: {{ask: well, show: [{{run: '{show}'}}]}}}}\n");
    let a = sh("a", "if [ -e figure ]; then echo new > figure; else echo old > figure; fi");
    let project = Project::of(&format!("1:\n{a}2:\n{gate}")).roster();
    let live = project.start();
    project.until_file("figure");
    let _: Option<()> = poll(PATIENCE, || project.path("gathering").exists().then_some(()));
    project.ms("redo a --reason 'the figure was wrong' --as li.na").code(0);
    project.until("again", |s| s.is("a", "succeeded") && s.step("a")["attempt"] == 2);
    project.put("shown", b"");
    let status = project.until("asked", |s| s.open("g"));
    let evidence = status.gate("g")["evidence"].to_string();
    assert!(evidence.contains("new") && !evidence.contains("old"), "{evidence}");
    project.ms("confirm g --as li.na").code(0);
    live.finish(PATIENCE).code(0);
}
