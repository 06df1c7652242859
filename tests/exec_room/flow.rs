//! Flows of a platform: `dacp` is a script that keeps its state in files.

use std::collections::BTreeMap;
use std::time::Duration;

use monthstart::plan::project::{Action, Means, Platform};
use monthstart::plan::{Command, Node, SqlText, Work};
use monthstart::run::event::Json;
use monthstart::run::{Failure, Outcome};
use monthstart::runbook::model::ActionKind;

use crate::world::{World, failure, program, step, template, within};

/// Writes down what it is asked; answers from files that a test writes.
const DACP: &str = r#"#!/bin/sh
echo "$*" >>asked
case "$1" in
    find) test -e there && cat there; exit "$(cat find-code 2>/dev/null || echo 0)" ;;
    submit) cat submit-says 2>/dev/null || echo "4711 accepted"; exit "$(cat submit-code 2>/dev/null || echo 0)" ;;
    state) cat state; exit "$(cat state-code 2>/dev/null || echo 0)" ;;
    kill) echo killed >>killed ;;
esac
"#;

fn action(words: &[&str]) -> Action {
    let means = Means::Run(program(&[&["./dacp"], words].concat()));
    Action {
        means,
        id: Some(r"^(\d+)".to_owned()),
        none: None,
        every: None,
        succeeded: None,
        failed: None,
        reason: None,
    }
}

fn world() -> World {
    let mut world = World::new();
    world.script("dacp", DACP);
    let poll = Action {
        every: Some(Duration::from_millis(20)),
        succeeded: Some("^SUCCESS".to_owned()),
        failed: Some("^(FAILED|KILLED)".to_owned()),
        reason: Some("reason=(.*)".to_owned()),
        ..action(&["state", "{{ id }}"])
    };
    let actions = BTreeMap::from([
        (
            ActionKind::Submit,
            action(&["submit", "{{ flow }}", "--batch", "{{ batch }}", "--token", "{{ token }}"]),
        ),
        (ActionKind::Poll, poll),
        (ActionKind::Cancel, action(&["kill", "{{ id }}"])),
    ]);
    world.platform(
        "dacp",
        Platform { connection: None, limit: None, encoding: Some("gbk".to_owned()), actions },
    );
    world
}

fn finding(mut world: World) -> World {
    let find = action(&["find", "{{ flow }}", "--batch", "{{ batch }}"]);
    world.project.platforms.get_mut("dacp").unwrap().actions.insert(ActionKind::Find, find);
    world
}

fn flow() -> Node {
    step(Work::Flow {
        flow: template("Dwd{{ 'Merge' }}BillM"),
        platform: "dacp".to_owned(),
        downstream: false,
        findable: false,
    })
}

fn asked(world: &World) -> Vec<String> {
    let text = std::fs::read_to_string(world.file("asked")).unwrap_or_default();
    let mut asked: Vec<String> = text.lines().map(str::to_owned).collect();
    asked.dedup();
    asked
}

#[tokio::test]
async fn a_flow_is_submitted_and_asked_about_until_its_end() {
    let world = world();
    // An unknown word, in GBK: 运行中.
    world.write("state", b"\xd4\xcb\xd0\xd0\xd6\xd0 55%\n");
    let mut running = world.start(flow());
    running.noted("4711: 运行中 55%").await;
    assert_eq!(running.submitted, ["4711"]);
    world.write("state-code", "3");
    running.noted("does not answer").await;
    std::fs::remove_file(world.file("state-code")).unwrap();
    world.write("state", "head\nSUCCESS at 02:10\n");
    let Outcome::Succeeded { outputs, remarks } = running.ended().await else { panic!() };
    assert_eq!(outputs["id"], Json::from("4711"));
    assert_eq!(remarks, ["submitted as 4711"]);
    assert_eq!(asked(&world), ["submit DwdMergeBillM --batch 202610 --token tok-1", "state 4711"]);
    let log = monthstart::exec::read_log(&world.log(), Some("gbk")).unwrap().join("\n");
    assert!(log.contains("── submit: ./dacp submit DwdMergeBillM") && log.contains("运行中 55%"), "{log}");
}

#[tokio::test]
async fn a_failed_flow_tells_the_platforms_reason() {
    let world = world();
    world.write("state", "x\nFAILED reason=no space left\n");
    assert_eq!(world.fails(flow()).await, Failure::Flow { reason: "no space left".to_owned() });
    world.write("state", "KILLED by zhang\nSUCCESS\n\n");
    assert_eq!(world.fails(flow()).await, Failure::Flow { reason: "SUCCESS".to_owned() });
}

#[tokio::test]
async fn a_flow_that_is_there_is_adopted_and_not_submitted() {
    let world = finding(world());
    world.write("there", "99 RUNNING\n");
    world.write("state", "SUCCESS");
    let mut running = world.start(flow());
    let Outcome::Succeeded { outputs, remarks } = running.ended().await else { panic!() };
    assert_eq!((&outputs["id"], running.submitted.as_slice()), (&Json::from("99"), &["99".to_owned()][..]));
    assert_eq!(remarks, ["done already on the platform as 99: not submitted by us"]);
    assert_eq!(asked(&world), ["find DwdMergeBillM --batch 202610", "state 99"]);
}

#[tokio::test]
async fn a_flow_that_is_there_but_failed_is_submitted_again() {
    let world = finding(world());
    world.write("there", "99 FAILED\n");
    world.script(
        "dacp",
        &DACP.replace("state) cat state;", "state) [ $2 = 99 ] && echo FAILED || echo SUCCESS;"),
    );
    assert_eq!(world.works(flow()).await.0["id"], Json::from("4711"));
}

#[tokio::test]
async fn what_cannot_be_found_out_is_never_submitted_blindly() {
    let world = finding(world());
    world.write("state", "SUCCESS");
    // Said as grep says it: not there.
    world.write("find-code", "1");
    world.works(flow()).await;
    world.write("asked", "");
    world.write("find-code", "2");
    let Failure::NotStarted { why } = world.fails(flow()).await else { panic!() };
    assert!(why.contains("DwdMergeBillM") && why.contains("exit code 2"), "{why}");
    assert_eq!(asked(&world), ["find DwdMergeBillM --batch 202610"]);
}

#[tokio::test]
async fn an_answer_that_says_neither_is_no_leave_to_submit() {
    let mut world = finding(world());
    world.write("state", "RUNNING\n");
    // A notice, a login page; the flow runs all the while.
    for (said, code) in [("notice: maintenance at 06:00\n", "0"), ("\n  please log in\n", "1")] {
        world.write("there", said);
        world.write("find-code", code);
        let Failure::NotStarted { why } = world.fails(flow()).await else { panic!() };
        assert!(why.contains(said.trim()) && why.contains("not submitted"), "{why}");
    }
    assert_eq!(asked(&world), ["find DwdMergeBillM --batch 202610"]);
    // Blanks are silence.
    world.write("state", "SUCCESS\n");
    world.write("there", " \n\n");
    world.write("find-code", "0");
    assert_eq!(world.works(flow()).await.0["id"], Json::from("4711"));
    // What the platform itself calls no is one, on whichever stream and with whichever end.
    let find = |world: &mut World, none: &str| {
        let action = world.project.platforms.get_mut("dacp").unwrap().actions.get_mut(&ActionKind::Find);
        action.unwrap().none = Some(none.to_owned());
    };
    find(&mut world, "^no such flow$");
    world.write("there", "id state\nno such flow\n");
    for code in ["0", "3"] {
        world.write("find-code", code);
        assert_eq!(world.works(flow()).await.0["id"], Json::from("4711"), "{code}");
    }
    // An id goes before it.
    world.write("find-code", "0");
    world.write("there", "no such flow\n99 RUNNING\n");
    assert_eq!(world.works(flow()).await.0["id"], Json::from("99"));
}

#[tokio::test]
async fn a_submission_without_an_id_is_looked_for_before_it_fails() {
    let mut world = world();
    world.write("submit-says", "ok\n");
    world.write("state", "SUCCESS");
    let Failure::NotStarted { why } = world.fails(flow()).await else { panic!() };
    assert!(why.contains(r"^(\d+)") && why.contains("ok"), "{why}");
    world.write("submit-code", "5");
    assert_eq!(world.fails(flow()).await, Failure::Exit { code: 5, last_line: "ok".to_owned() });
    world = finding(world);
    // It was taken in although the answer was lost.
    world.script("dacp", &DACP.replace("submit) ", "submit) echo 12 >there; "));
    let (outputs, _) = world.works(flow()).await;
    assert_eq!(outputs["id"], Json::from("12"));
}

#[tokio::test]
async fn a_time_out_and_a_stop_cancel_the_flow() {
    let world = world();
    world.write("state", "RUNNING\n");
    let limit = Duration::from_millis(300);
    assert_eq!(world.fails(within(flow(), limit)).await, Failure::TimedOut { after: limit });
    assert_eq!(std::fs::read_to_string(world.file("killed")).unwrap(), "killed\n");
    let mut running = world.start(flow());
    running.noted("4711: RUNNING").await;
    running.stop();
    assert_eq!(failure(running.ended().await), Failure::Cancelled);
    assert_eq!(std::fs::read_to_string(world.file("killed")).unwrap(), "killed\nkilled\n");
}

#[tokio::test]
async fn a_time_out_counts_from_the_beginning_and_cancels_only_what_nobody_has_decided_over() {
    let world = world();
    world.write("state", "RUNNING\n");
    let killed = || std::fs::read_to_string(world.file("killed")).unwrap_or_default();
    let hour = Duration::from_hours(1);
    // Another engine follows it on when its time is over.
    let mut late = world.start_with(within(flow(), hour), |job| {
        job.begun = job.at - jiff::SignedDuration::from_hours(1);
        job.submitted = Some("4711".to_owned());
    });
    assert_eq!(failure(late.ended().await), Failure::TimedOut { after: hour });
    assert_eq!(killed(), "killed\n");
    let limit = Duration::from_millis(300);
    let mut forced = world.start(within(flow(), limit));
    forced.noted("4711: RUNNING").await;
    forced.let_go();
    assert_eq!(failure(forced.ended().await), Failure::TimedOut { after: limit });
    assert_eq!(killed(), "killed\n", "a person counts on it");
}

#[tokio::test]
async fn a_stop_does_not_cut_a_submission_in_two() {
    let world = world();
    crate::world::fifo(&world.file("go"));
    world.script("dacp", &DACP.replace("submit) ", "submit) echo begun >begun; read x <go; "));
    world.write("state", "RUNNING\n");
    let mut running = world.start(flow());
    while !world.file("begun").exists() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    running.stop();
    // Opens only when the script reads: the submission goes on.
    tokio::fs::write(world.file("go"), "on\n").await.unwrap();
    assert_eq!(failure(running.ended().await), Failure::Cancelled);
    assert_eq!(running.submitted, ["4711"]);
    assert!(asked(&world).contains(&"kill 4711".to_owned()), "{:?}", asked(&world));
}

#[tokio::test]
async fn a_poll_that_hangs_is_no_answer() {
    let mut world = world();
    world.limits.question = Duration::from_millis(200);
    world.script("dacp", &DACP.replace("state) cat state;", "state) [ -e ok ] || sleep 1000; cat state;"));
    world.write("state", "SUCCESS\n");
    let mut running = world.start(flow());
    running.noted("took longer than").await;
    world.write("ok", "");
    assert!(matches!(running.ended().await, Outcome::Succeeded { .. }));
}

#[tokio::test]
async fn an_action_can_be_all_of_a_flow() {
    let mut world = World::new();
    world.database("yt", "create table done (flow text, batch text)").await;
    world.write("flows/yt/Dim.sql", "insert into done values (:flow, :batch); select batch from done");
    let whole = |means| {
        let action =
            Action { means, id: None, none: None, every: None, succeeded: None, failed: None, reason: None };
        BTreeMap::from([(ActionKind::Whole, action)])
    };
    let text = SqlText::File(template("flows/yt/{{ flow }}.sql"));
    let platform = Platform {
        connection: Some("yt".to_owned()),
        limit: None,
        encoding: None,
        actions: whole(Means::Sql { text, transaction: true }),
    };
    world.platform("yt", platform.clone());
    let node = |flow: &str| {
        step(Work::Flow {
            flow: template(flow),
            platform: "yt".to_owned(),
            downstream: false,
            findable: false,
        })
    };
    let (outputs, _) = world.works(node("Dim")).await;
    assert_eq!((&outputs["rows"], &outputs["batch"]), (&Json::from(1), &Json::from("202610")));
    for flow in ["../../outside", "None"] {
        let Failure::NotStarted { why } = world.fails(node(flow)).await else { panic!() };
        assert!(why.contains(flow), "{why}");
    }
    let means =
        Means::Run(Command::Program(vec![template("printf"), template("%s in 2 s"), template("{{ flow }}")]));
    world.platform("yt", Platform { actions: whole(means), ..platform.clone() });
    let mut timed = node("Dim");
    timed.outputs.insert("seconds".to_owned(), r"in (\d+) s".to_owned());
    assert_eq!(world.works(timed).await.0["seconds"], Json::from(2));
    world.platform("yt", Platform { actions: BTreeMap::new(), ..platform });
    assert!(matches!(world.fails(node("Dim")).await, Failure::NotStarted { .. }));
}

#[tokio::test]
async fn a_flow_that_a_former_engine_submitted_is_followed_on() {
    use monthstart::engine::ports::{Executor as _, Job, Report};
    let world = finding(world());
    world.write("state", "SUCCESS\n");
    let (job, _switch) = world.job(flow(), BTreeMap::new());
    std::fs::create_dir_all(world.log().parent().unwrap()).unwrap();
    std::fs::write(world.log(), "what it wrote before\n").unwrap();
    let (sender, mut reports) = tokio::sync::mpsc::unbounded_channel();
    world.executor().start(Job { submitted: Some("31".to_owned()), ..job }, sender);
    let Some(Report::Ended { outcome: Outcome::Succeeded { remarks, .. }, .. }) = reports.recv().await else {
        panic!()
    };
    assert_eq!(remarks, ["submitted before as 31, followed on"]);
    assert_eq!(asked(&world), ["state 31"]);
    assert!(world.logged().starts_with("what it wrote before\n── submitted before"), "{}", world.logged());
}
