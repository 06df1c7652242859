//! Endless output in flat memory. In a process of its own, because its peak is measured.
#![expect(
    clippy::unwrap_used,
    clippy::too_many_lines,
    reason = "a test says so by failing; one job is written out"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use monthstart::engine::ports::{Executor as _, Job, Report, Stop};
use monthstart::exec::{Exec, KEPT, log_path};
use monthstart::plan::project::{Project, Setting};
use monthstart::plan::{
    Command, Handover, Node, NodeId, OnFailure, Part, Phase, PhaseId, Plan, Policy, Stage, StageId, Template,
    Work,
};
use monthstart::run::{Outcome, StepPath};
use monthstart::words::Lang;

/// The most memory that this process ever had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn two_hundred_megabytes_leave_memory_flat() {
    let dir = tempfile::tempdir().unwrap();
    let before = peak();
    // Without a newline, then in lines; and on standard error.
    let script = "head -c 100000000 /dev/zero | tr '\\0' x; yes 0123456789 | head -c 50000000; yes | head -c 50000000 >&2; echo; echo end";
    let (outcome, size) = run(dir.path(), script).await;
    let Outcome::Succeeded { outputs, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(outputs["last"], serde_json::Value::from("end"));
    assert!(size <= 2 * KEPT as u64 + 200, "{size}");
    let grown = peak() - before;
    assert!(grown < 24 * 1024, "{grown} KiB more");
}

async fn run(dir: &std::path::Path, script: &str) -> (Outcome, u64) {
    let run: monthstart::id::RunId = "month-start/2026-10".parse().unwrap();
    let policy = Policy { retry: None, timeout: None, on_failure: OnFailure::Hold, idempotent: false };
    let node = Node {
        stage: StageId(0),
        phase: PhaseId(0),
        name: "step".to_owned(),
        title: None,
        work: Work::Run { command: Command::Shell(script.to_owned()), env: BTreeMap::new() },
        needs: Vec::new(),
        refs: Vec::new(),
        vars: BTreeMap::new(),
        when: None,
        batch: Template("{{ month }}".to_owned()),
        policy,
        outputs: BTreeMap::from([("kept".to_owned(), "^(x)".to_owned())]),
        skip: None,
        severity: 2,
        owner: None,
        deadline: None,
    };
    let stage = Stage {
        name: "stage".to_owned(),
        title: "stage".to_owned(),
        owner: None,
        deadline: None,
        limit: None,
        handover: Handover::None,
        after: Vec::new(),
        phases: vec![PhaseId(0)],
    };
    let phase = Phase { stage: StageId(0), part: Part::Level(1), nodes: vec![NodeId(0)], after: Vec::new() };
    let plan = Plan {
        run: run.clone(),
        title: "t".to_owned(),
        params: BTreeMap::new(),
        shadow: false,
        limit: 1,
        stages: vec![stage],
        phases: vec![phase],
        nodes: vec![node],
    };
    let project = Project {
        dir: dir.to_owned(),
        zone: TimeZone::UTC,
        language: None,
        store: Setting::Text(String::new()),
        mail: None,
        connections: BTreeMap::new(),
        platforms: BTreeMap::new(),
        roster: None,
    };
    let environment = BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]);
    let exec = Exec::new(Arc::new(project), dir.join("state"), environment, Lang::En)
        .with_keeper(env!("CARGO_BIN_EXE_monthstart").into());
    let (_switch, stop) = Stop::new();
    let path = StepPath("stage/step".to_owned());
    let log = log_path(&dir.join("state"), &run, &path, 1);
    let (sender, mut reports) = tokio::sync::mpsc::unbounded_channel();
    let job = Job {
        run,
        plan: Arc::new(plan),
        node: NodeId(0),
        path,
        attempt: 1,
        token: String::new(),
        at: "2026-11-01T02:03:04Z".parse().unwrap(),
        doubt: monthstart::engine::ports::Doubt::Nothing,
        run_began: "2026-11-01T02:03:04Z".parse().unwrap(),
        begun: "2026-11-01T02:03:04Z".parse().unwrap(),
        waiting_since: "2026-11-01T02:03:04Z".parse().unwrap(),
        outputs: BTreeMap::new(),
        submitted: None,
        taken_over: false,
        anew: false,
        history: Vec::new(),
        since: BTreeMap::new(),
        stop,
    };
    exec.start(job, sender);
    loop {
        if let Report::Ended { outcome, .. } = reports.recv().await.unwrap() {
            return (outcome, std::fs::metadata(log).unwrap().len());
        }
    }
}
