//! A project in a folder of its own, and one step at a time in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::tz::TimeZone;
use monthstart::engine::ports::{Doubt, Executor as _, Job, Report, Stop};
use monthstart::exec::{Exec, Limits, log_path, read_log};
use monthstart::plan::project::{Connection, Platform, Project, Setting};
use monthstart::plan::{
    Command, Handover, Node, NodeId, OnFailure, Part, Phase, PhaseId, Plan, Policy, SqlText, Stage, StageId,
    Template, Work,
};
use monthstart::run::event::Json;
use monthstart::run::{Failure, Outcome, Shown, StepPath};
use monthstart::words::Lang;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, Row as _};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;
use tokio::time::timeout;

/// Longer than anything here may take, however busy the machine is.
pub(crate) const LONG: Duration = Duration::from_mins(1);

pub(crate) struct World {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) project: Project,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) limits: Limits,
    pub(crate) lang: Lang,
}

/// No two attempts begin at the same moment.
fn begun() -> jiff::Timestamp {
    static LAST: AtomicI64 = AtomicI64::new(1_793_498_584_000);
    jiff::Timestamp::from_millisecond(LAST.fetch_add(1, Ordering::Relaxed)).unwrap()
}

/// A step in flight.
pub(crate) struct Running {
    pub(crate) reports: UnboundedReceiver<Report>,
    pub(crate) switch: watch::Sender<bool>,
    pub(crate) notes: Vec<String>,
    pub(crate) submitted: Vec<String>,
    pub(crate) numbers: Vec<(String, String)>,
}

impl World {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let project = Project {
            dir: dir.path().join("project"),
            zone: TimeZone::UTC,
            language: None,
            store: Setting::Text("sqlite:.monthstart/journal.db".to_owned()),
            mail: None,
            connections: BTreeMap::new(),
            platforms: BTreeMap::new(),
            roster: None,
        };
        std::fs::create_dir(&project.dir).unwrap();
        let environment =
            [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("HOME", "/tmp"), ("OTHER", "not for steps")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let limits = Limits { grace: Duration::from_secs(10), ..Limits::default() };
        World { dir, project, environment: environment.into(), limits, lang: Lang::En }
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.dir.path().join("state")
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.project.dir.join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let file = self.file(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, text).unwrap();
        file
    }

    /// A script that can be started by its path.
    pub(crate) fn script(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let file = self.write(name, text);
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// A database with a connection of that name.
    pub(crate) async fn database(&mut self, name: &str, sql: &'static str) {
        let file = self.file(&format!("{name}.db"));
        let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
        let mut connection = options.connect().await.unwrap();
        connection.execute("PRAGMA journal_mode = WAL").await.unwrap();
        connection.execute(sql).await.unwrap();
        connection.close().await.unwrap();
        let url = Setting::Text(format!("sqlite:{name}.db"));
        let connection = Connection { url, attach: BTreeMap::new(), insecure: false, changed: None };
        self.project.connections.insert(name.to_owned(), connection);
    }

    /// The first column of all rows.
    pub(crate) async fn query(&self, name: &str, sql: &'static str) -> Vec<i64> {
        let mut connection =
            SqliteConnectOptions::new().filename(self.file(&format!("{name}.db"))).connect().await.unwrap();
        let rows = connection.fetch_all(sql).await.unwrap();
        connection.close().await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// The first column of all rows, as text.
    pub(crate) async fn texts(&self, sql: &'static str) -> Vec<String> {
        let mut connection =
            SqliteConnectOptions::new().filename(self.file("yt.db")).connect().await.unwrap();
        let rows = connection.fetch_all(sql).await.unwrap();
        connection.close().await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    pub(crate) fn platform(&mut self, name: &str, platform: Platform) {
        self.project.platforms.insert(name.to_owned(), platform);
    }

    pub(crate) fn executor(&self) -> Exec {
        let project = Arc::new(self.project.clone());
        Exec::new(project, self.state(), self.environment.clone(), self.lang)
            .with_limits(self.limits)
            .with_keeper(env!("CARGO_BIN_EXE_monthstart").into())
    }

    pub(crate) fn job(
        &self,
        node: Node,
        outputs: BTreeMap<String, BTreeMap<String, Json>>,
    ) -> (Job, watch::Sender<bool>) {
        let _ = std::fs::remove_file(self.log());
        let (switch, stop) = Stop::new();
        let plan = plan(node);
        let path = StepPath(plan.path(NodeId(0)));
        let job = Job {
            run: plan.run.clone(),
            plan: Arc::new(plan),
            node: NodeId(0),
            path,
            attempt: 1,
            token: "tok-1".to_owned(),
            doubt: Doubt::Nothing,
            run_began: another_run(),
            at: "2026-11-01T02:03:04Z".parse().unwrap(),
            begun: begun(),
            waiting_since: "2026-11-01T02:03:04Z".parse().unwrap(),
            outputs,
            submitted: None,
            taken_over: false,
            anew: false,
            history: Vec::new(),
            since: BTreeMap::new(),
            stop,
        };
        (job, switch)
    }

    pub(crate) fn start(&self, node: Node) -> Running {
        self.start_with(node, |_| {})
    }

    /// The same, in a run that changes nothing outside.
    pub(crate) fn start_shadow(&self, node: Node) -> Running {
        self.start_with(node, |job| Arc::make_mut(&mut job.plan).shadow = true)
    }

    /// The same with more in the job.
    pub(crate) fn start_with(&self, node: Node, add: impl FnOnce(&mut Job)) -> Running {
        let (mut job, switch) = self.job(node, BTreeMap::new());
        add(&mut job);
        Running { switch, ..self.start_job(job) }
    }

    /// A job that nobody stops.
    pub(crate) fn start_job(&self, job: Job) -> Running {
        let (sender, reports) = tokio::sync::mpsc::unbounded_channel();
        self.executor().start(job, sender);
        let switch = watch::Sender::new(false);
        Running { reports, switch, notes: Vec::new(), submitted: Vec::new(), numbers: Vec::new() }
    }

    pub(crate) async fn run(&self, node: Node) -> Outcome {
        self.start(node).ended().await
    }

    pub(crate) async fn works(&self, node: Node) -> (BTreeMap<String, Json>, Vec<String>) {
        match self.run(node).await {
            Outcome::Succeeded { outputs, remarks } => (outputs, remarks),
            Outcome::Failed { failure } => panic!("{failure:?}"),
        }
    }

    pub(crate) async fn fails(&self, node: Node) -> Failure {
        failure(self.run(node).await)
    }

    pub(crate) async fn gathered(
        &self,
        node: Node,
        outputs: BTreeMap<String, BTreeMap<String, Json>>,
    ) -> (String, Vec<Shown>) {
        self.gathered_for(self.job(node, outputs).0).await
    }

    pub(crate) async fn gathered_for(&self, job: Job) -> (String, Vec<Shown>) {
        let (sender, mut reports) = tokio::sync::mpsc::unbounded_channel();
        self.executor().gather(job, sender);
        match timeout(LONG, reports.recv()).await.unwrap() {
            Some(Report::Gathered { ask, evidence, .. }) => (ask, evidence),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn log(&self) -> PathBuf {
        let run = "month-start/2026-10".parse().unwrap();
        log_path(&self.state(), &run, &StepPath("stage/step".to_owned()), 1)
    }

    pub(crate) fn logged(&self) -> String {
        read_log(&self.log(), None).unwrap().join("\n")
    }
}

/// Each job is of a run of its own, unless a test makes two of one.
fn another_run() -> jiff::Timestamp {
    static RUNS: AtomicI64 = AtomicI64::new(1_793_000_000);
    jiff::Timestamp::from_second(RUNS.fetch_add(1, Ordering::Relaxed)).unwrap()
}

pub(crate) fn failure(outcome: Outcome) -> Failure {
    match outcome {
        Outcome::Failed { failure } => failure,
        Outcome::Succeeded { outputs, remarks } => panic!("succeeded: {outputs:?} {remarks:?}"),
    }
}

impl Running {
    /// The end; nothing comes after it.
    pub(crate) async fn ended(&mut self) -> Outcome {
        self.ended_within(LONG).await
    }

    /// The end of what takes longer than other steps.
    pub(crate) async fn ended_within(&mut self, limit: Duration) -> Outcome {
        loop {
            match timeout(limit, self.reports.recv()).await.expect("no end").expect("no report of an end") {
                Report::Ended { outcome, numbers, .. } => {
                    self.numbers = numbers.into_iter().map(|number| (number.series, number.value)).collect();
                    assert_eq!(timeout(LONG, self.reports.recv()).await.unwrap(), None);
                    return outcome;
                }
                Report::Note { text, .. } => self.notes.push(text),
                Report::Submitted { id, .. } => self.submitted.push(id),
                Report::NotAtomic { why, recorded, .. } => {
                    self.notes.push(why);
                    recorded.give();
                }
                Report::Lost { cause, .. } => panic!("lost: {cause:?}"),
                Report::Gathered { .. } => panic!("not a gate"),
            }
        }
    }

    /// Waits for a note that contains `part`; other notes, however many, do not make it wait longer.
    pub(crate) async fn noted(&mut self, part: &str) {
        let end = tokio::time::Instant::now() + LONG;
        while !self.notes.iter().any(|note| note.contains(part)) {
            let report = tokio::time::timeout_at(end, self.reports.recv()).await;
            match report.unwrap_or_else(|_| panic!("no note of {part:?} among {:?}", self.notes)).unwrap() {
                Report::Note { text, .. } => self.notes.push(text),
                Report::Submitted { id, .. } => self.submitted.push(id),
                Report::NotAtomic { why, recorded, .. } => {
                    self.notes.push(why);
                    recorded.give();
                }
                other => panic!("{other:?} before {part:?}; notes: {:?}", self.notes),
            }
        }
    }

    /// A person has decided over it: nobody stops it any more.
    pub(crate) fn let_go(&mut self) {
        self.switch = watch::Sender::new(false);
    }

    pub(crate) fn stop(&self) {
        self.switch.send(true).unwrap();
    }
}

pub(crate) fn template(text: &str) -> Template {
    Template(text.to_owned())
}

pub(crate) fn program(words: &[&str]) -> Command {
    Command::Program(words.iter().map(|word| template(word)).collect())
}

pub(crate) fn step(work: Work) -> Node {
    Node {
        stage: StageId(0),
        phase: PhaseId(0),
        name: "step".to_owned(),
        title: None,
        work,
        needs: Vec::new(),
        refs: Vec::new(),
        vars: BTreeMap::from([("city".to_owned(), "南京".to_owned())]),
        when: None,
        batch: template("{{ month.compact }}"),
        policy: Policy { retry: None, timeout: None, on_failure: OnFailure::Hold, idempotent: false },
        outputs: BTreeMap::new(),
        skip: None,
        severity: 2,
        owner: None,
        deadline: None,
    }
}

pub(crate) fn within(mut node: Node, limit: Duration) -> Node {
    node.policy.timeout = Some(limit);
    node
}

pub(crate) fn shell(script: &str) -> Node {
    step(Work::Run { command: Command::Shell(script.to_owned()), env: BTreeMap::new() })
}

pub(crate) fn sql(text: &str) -> Node {
    let text = SqlText::Text(template(text));
    step(Work::Sql { text, connection: "yt".to_owned(), transaction: true })
}

fn plan(node: Node) -> Plan {
    let run: monthstart::id::RunId = "month-start/2026-10".parse().unwrap();
    let month = monthstart::plan::ParamValue::Month(run.month);
    Plan {
        run,
        title: "t".to_owned(),
        params: BTreeMap::from([
            ("month".to_owned(), month),
            ("n".to_owned(), monthstart::plan::ParamValue::Integer(7)),
        ]),
        shadow: false,
        limit: 16,
        stages: vec![Stage {
            name: "stage".to_owned(),
            title: "stage".to_owned(),
            owner: None,
            deadline: None,
            limit: None,
            handover: Handover::None,
            after: Vec::new(),
            phases: vec![PhaseId(0)],
        }],
        phases: vec![Phase {
            stage: StageId(0),
            part: Part::Level(1),
            nodes: vec![NodeId(0)],
            after: Vec::new(),
        }],
        nodes: vec![node],
    }
}

/// A pipe with a name: who reads it to its end learns that all who held it are gone.
pub(crate) fn fifo(path: &Path) {
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
}
