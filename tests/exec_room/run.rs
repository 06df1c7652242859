//! `run:` steps.

use std::collections::BTreeMap;
use std::time::Duration;

use monthstart::plan::{EnvValue, Work};
use monthstart::run::event::Json;
use monthstart::run::{Failure, Outcome};
use tokio::io::AsyncReadExt as _;

use crate::world::{LONG, World, failure, fifo, program, shell, step, template, within};

#[tokio::test]
async fn programs_get_one_argument_for_a_value_and_an_allow_listed_environment() {
    let world = World::new();
    let command = program(&["printf", "%s|", "{{ city }}; $(id) {{ '{{' }} 1 }}", "{{ month.compact }}"]);
    let (outputs, _) = world.works(step(Work::Run { command, env: BTreeMap::new() })).await;
    assert_eq!(outputs["last"], Json::from("南京; $(id) {{ 1 }}|202610|"));

    let env = BTreeMap::from([("CITY".to_owned(), EnvValue::Text(template("{{ city }}")))]);
    let (outputs, _) = world.works(step(Work::Run { command: program(&["env"]), env })).await;
    assert!(outputs.contains_key("last"));
    let state = world.state();
    let printed = world.logged().replace(state.to_str().unwrap(), "STATE");
    let mut printed: Vec<&str> = printed.lines().collect();
    printed.sort_unstable();
    assert_eq!(
        printed,
        [
            "CITY=南京",
            "HOME=/tmp",
            "MONTHSTART_ATTEMPT=1",
            "MONTHSTART_BATCH=202610",
            "MONTHSTART_MONTH=2026-10",
            "MONTHSTART_RUN=month-start/2026-10",
            "MONTHSTART_STATE=STATE",
            "MONTHSTART_STEP=stage/step",
            "MONTHSTART_TOKEN=tok-1",
            "PATH=/usr/local/bin:/usr/bin:/bin",
        ]
    );
}

#[tokio::test]
async fn scripts_run_in_the_projects_folder_and_stop_at_the_first_failure() {
    let world = World::new();
    let (outputs, _) = world.works(shell("pwd\nread x || echo \"no input\"; pwd")).await;
    assert_eq!(outputs["last"], Json::from(world.project.dir.to_str().unwrap()));
    assert!(world.logged().contains("no input"));
    let failure = world.fails(shell("echo words; echo why >&2; false; echo never")).await;
    assert_eq!(failure, Failure::Exit { code: 1, last_line: "why".to_owned() });
    assert_eq!(
        world.fails(shell("echo only; exit 7")).await,
        Failure::Exit { code: 7, last_line: "only".to_owned() }
    );
    assert_eq!(world.fails(shell("kill -9 $$")).await, Failure::Signal { signal: 9 });
}

#[tokio::test]
async fn a_program_that_is_not_there_is_named() {
    let world = World::new();
    for name in ["no-such-program", "./bin/none"] {
        let node = step(Work::Run { command: program(&[name]), env: BTreeMap::new() });
        let Failure::NotStarted { why } = world.fails(node).await else { panic!("started") };
        assert!(why.contains(name), "{why}");
    }
    world.script("bin/tool", "#!/no/such/interpreter\n");
    let node = step(Work::Run { command: program(&["./bin/tool"]), env: BTreeMap::new() });
    let Failure::NotStarted { why } = world.fails(node).await else { panic!("started") };
    assert!(why.contains("interpreter"), "{why}");
    world.script("bin/good", "#!/bin/sh\necho here\n");
    let node = step(Work::Run { command: program(&["./bin/good"]), env: BTreeMap::new() });
    assert_eq!(world.works(node).await.0["last"], Json::from("here"));
}

#[tokio::test]
async fn outputs_come_from_the_last_line_and_from_patterns() {
    let world = World::new();
    let (outputs, _) = world.works(shell(r#"echo x; printf '{"rows": 3, "ok": true}\n\n'"#)).await;
    assert_eq!((&outputs["rows"], &outputs["ok"]), (&Json::from(3), &Json::from(true)));
    let mut node = shell("echo loaded 1; echo loaded 22; echo; echo done");
    node.outputs = BTreeMap::from([("rows".to_owned(), r"loaded (\d+)".to_owned())]);
    let (outputs, _) = world.works(node.clone()).await;
    assert_eq!((&outputs["rows"], &outputs["last"]), (&Json::from(22), &Json::from("done")));
    node.outputs.insert("files".to_owned(), "files (.*)".to_owned());
    let Failure::Output { why } = world.fails(node).await else { panic!("no output failure") };
    assert!(why.contains("files"), "{why}");
    let (outputs, _) = world.works(shell(r"printf 'a\377b'")).await;
    assert_eq!(outputs["last"], Json::from("a\u{fffd}b"));
    assert!(world.works(shell("true")).await.0.is_empty());
    let (outputs, remarks) = world.works(shell("head -c 100000 /dev/zero | tr '\\0' x")).await;
    assert_eq!(outputs["last"].as_str().unwrap().len(), 1 << 16);
    assert_eq!(remarks.len(), 1);
}

#[tokio::test]
async fn a_time_out_ends_the_whole_group_gently_then_hard() {
    let mut world = World::new();
    // Everybody in the group holds the pipe open; the reader learns when the last one is gone.
    fifo(&world.file("alive"));
    let reader = tokio::spawn(read(world.file("alive")));
    let node = shell(
        "exec 9>alive; trap 'echo term >>heard' TERM; (trap 'echo child >>heard' TERM; while :; do sleep 60 & wait || :; done) & while :; do sleep 60 & wait || :; done",
    );
    world.limits.grace = Duration::from_millis(600);
    let limit = Duration::from_millis(400);
    assert_eq!(world.fails(within(node, limit)).await, Failure::TimedOut { after: limit });
    tokio::time::timeout(LONG, reader).await.unwrap().unwrap();
    let mut heard: Vec<String> =
        std::fs::read_to_string(world.file("heard")).unwrap().lines().map(str::to_owned).collect();
    heard.sort();
    heard.dedup();
    assert_eq!(heard, ["child", "term"]);
}

#[tokio::test]
async fn a_stop_reaches_grandchildren_whose_parent_is_dead() {
    let world = World::new();
    fifo(&world.file("alive"));
    let reader = tokio::spawn(read(world.file("alive")));
    let mut running =
        world.start(shell("exec 9>alive; sh -c '(sleep 1000) & echo orphan' ; echo ready; sleep 1000"));
    running.noted("ready").await;
    running.stop();
    assert_eq!(failure(running.ended().await), Failure::Cancelled);
    tokio::time::timeout(LONG, reader).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_leader_that_obeys_leaves_nobody_who_does_not() {
    let mut world = World::new();
    world.limits.grace = Duration::from_millis(300);
    fifo(&world.file("alive"));
    let reader = tokio::spawn(read(world.file("alive")));
    let mut running =
        world.start(shell("exec 9>alive; (trap '' TERM; echo deaf; while :; do sleep 60; done) & wait"));
    running.noted("deaf").await;
    running.stop();
    assert_eq!(failure(running.ended().await), Failure::Cancelled);
    tokio::time::timeout(LONG, reader).await.unwrap().unwrap();
}

async fn read(path: std::path::PathBuf) {
    let mut file = tokio::fs::File::open(path).await.unwrap();
    file.read_to_end(&mut Vec::new()).await.unwrap();
}

#[tokio::test]
async fn a_child_left_behind_holds_nothing_up() {
    let mut world = World::new();
    world.limits.drain = Duration::from_millis(200);
    let begun = std::time::Instant::now();
    let (outputs, _) = world.works(shell("sleep 1000 & echo $!")).await;
    assert!(begun.elapsed() < Duration::from_secs(30));
    // It is left alone: the script wanted it so. We end it here.
    let pid = rustix::process::Pid::from_raw(outputs["last"].as_str().map_or_else(
        || i32::try_from(outputs["last"].as_i64().unwrap()).unwrap(),
        |text| text.parse().unwrap(),
    ));
    rustix::process::kill_process(pid.unwrap(), rustix::process::Signal::KILL).unwrap();
}

#[tokio::test]
async fn a_stop_before_the_start_starts_nothing() {
    use monthstart::engine::ports::Executor as _;
    let world = World::new();
    let (job, switch) = world.job(shell("touch started"), BTreeMap::new());
    switch.send(true).unwrap();
    let (sender, mut reports) = tokio::sync::mpsc::unbounded_channel();
    world.executor().start(job, sender);
    let report = reports.recv().await.unwrap();
    assert!(matches!(
        report,
        monthstart::engine::ports::Report::Ended {
            outcome: Outcome::Failed { failure: Failure::Cancelled },
            ..
        }
    ));
    assert!(!world.file("started").exists());
}

#[tokio::test]
async fn secrets_are_masked_in_the_log_the_notes_and_the_outcome() {
    let mut world = World::new();
    world.environment.insert("DB_PASSWORD".to_owned(), "hunter2-secret".to_owned());
    world.write("key", "file-secret\n");
    let env = BTreeMap::from([
        ("PASSWORD".to_owned(), EnvValue::Env { name: "DB_PASSWORD".to_owned(), default: None }),
        ("KEY".to_owned(), EnvValue::File("key".to_owned())),
    ]);
    let script = r#"half=${PASSWORD%?????}; printf "$half"; printf "${PASSWORD#$half}\n"
        echo "key $KEY" >&2; printf '{"p": "%s"}\n' "$PASSWORD"; exit ${1:-0}"#;
    let node = |script: &str| {
        step(Work::Run { command: monthstart::plan::Command::Shell(script.to_owned()), env: env.clone() })
    };
    let mut running = world.start(node(script));
    let Outcome::Succeeded { outputs, .. } = running.ended().await else { panic!("failed") };
    assert_eq!(outputs["p"], Json::from("•••"));
    let log = std::fs::read_to_string(world.log()).unwrap();
    assert!(!log.contains("hunter2") && !log.contains("file-secret"), "{log}");
    assert_eq!(log.matches("•••").count(), 3);
    assert!(running.notes.iter().all(|note| !note.contains("hunter2")));
    let Failure::Exit { last_line, .. } = world.fails(node("echo bad $KEY >&2; exit 3")).await else {
        panic!()
    };
    assert_eq!(last_line, "bad •••");
    world.environment.clear();
    let Failure::NotStarted { why } = world.fails(node("true")).await else { panic!() };
    assert!(why.contains("DB_PASSWORD"), "{why}");
}

#[tokio::test]
async fn nothing_that_is_printed_commands_a_terminal() {
    let world = World::new();
    let mut running =
        world.start(shell(r"printf '\033]0;owned\007\033[2Jshown\n'; printf '\033[31mred\n' >&2; exit 1"));
    let Failure::Exit { last_line, .. } = failure(running.ended().await) else { panic!() };
    assert_eq!(last_line, "red");
    assert!(running.notes.iter().all(|note| !note.chars().any(char::is_control)), "{:?}", running.notes);
    let silent = shell(r"echo words; printf '\033[2J\n' >&2; exit 1");
    assert_eq!(world.fails(silent).await, Failure::Exit { code: 1, last_line: "words".to_owned() });
    world.works(shell(r"printf '\033[2Jshown\n'")).await;
    assert!(world.logged().contains("shown") && !world.logged().contains('\u{1b}'));
    assert!(std::fs::read(world.log()).unwrap().contains(&0x1b), "the file keeps what was printed");
}

#[tokio::test]
async fn a_log_that_cannot_be_written_does_not_stop_the_work() {
    let world = World::new();
    std::fs::create_dir(world.state()).unwrap();
    std::fs::write(world.state().join("logs"), "a file where the folder should be").unwrap();
    let (_, remarks) = world.works(shell("echo words; touch done")).await;
    assert!(world.file("done").exists());
    assert_eq!(remarks.len(), 1, "{remarks:?}");
}

#[tokio::test]
async fn a_flood_is_told_twice_a_second_at_most() {
    let world = World::new();
    let begun = std::time::Instant::now();
    let mut running = world.start(shell("yes | head -c 30000000"));
    assert!(matches!(running.ended().await, Outcome::Succeeded { .. }));
    let most = 2 + begun.elapsed().as_millis() / 500;
    assert!(running.notes.len() as u128 <= most, "{} notes", running.notes.len());
}

#[tokio::test]
async fn what_breaks_here_ends_the_job_all_the_same() {
    use monthstart::engine::ports::{Executor as _, Report};
    use monthstart::plan::NodeId;
    let world = World::new();
    let (sender, mut reports) = tokio::sync::mpsc::unbounded_channel();
    let broken = || {
        let (job, _) = world.job(shell("true"), BTreeMap::new());
        monthstart::engine::ports::Job { node: NodeId(9), ..job }
    };
    world.executor().start(broken(), sender.clone());
    let Some(Report::Ended { outcome, .. }) = reports.recv().await else { panic!() };
    let Failure::NotStarted { why } = failure(outcome) else { panic!() };
    assert!(why.contains("broke"), "{why}");
    world.executor().gather(broken(), sender);
    assert!(matches!(reports.recv().await, Some(Report::Gathered { .. })));
}
