//! An engine whose clock is set while it runs: retries take their delay, events never go back, deadlines are civil.
#![expect(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a test says so by failing")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use monthstart::engine::ports::{AfterUs, Draft, Executor, Job, Recalled, Report, Reports, Scribe};
use monthstart::engine::{Driver, End, Journal, Tools};
use monthstart::plan::{NodeId, Plan, StageId};
use monthstart::run::{
    Answer, Asker, By, EngineId, Event, Failure, Found, Loss, Outcome, Record, Request, RunState, Verdict,
};
use monthstart::store::{Seat, StateFolder, Store, Taken, Terms};
use monthstart::time::Clock;
use sketch::{Sketch, Tweak, gate, step};
use tempfile::TempDir;
use tokio::sync::mpsc;

#[path = "support/sketch.rs"]
#[expect(dead_code, reason = "other tests draw more with it")]
mod sketch;

const HOUR: i64 = 3_600;

/// A clock that goes on by itself and can be set.
struct Wall {
    began: Instant,
    offset: AtomicI64,
}

impl Wall {
    fn new() -> Arc<Self> {
        Arc::new(Wall { began: Instant::now(), offset: AtomicI64::new(0) })
    }

    fn set(&self, seconds: i64) {
        self.offset.store(seconds, Ordering::SeqCst);
    }

    fn start() -> Timestamp {
        "2026-11-01T02:00:00Z".parse().unwrap()
    }
}

impl Clock for Wall {
    fn now(&self) -> Timestamp {
        let gone = SignedDuration::try_from(self.began.elapsed()).unwrap();
        Wall::start() + gone + SignedDuration::from_secs(self.offset.load(Ordering::SeqCst))
    }
}

/// Fails the first attempt of a step, after which somebody sets the clock; later ones are well.
struct FailsOnce {
    wall: Arc<Wall>,
    sets_to: i64,
    begun: Mutex<Vec<Instant>>,
}

impl Executor for FailsOnce {
    fn recall<'a>(&'a self, jobs: &'a [Job]) -> Recalled<'a> {
        Box::pin(async move { jobs.iter().map(|_| Found::Unknown(Loss::Engine)).collect() })
    }

    fn ready<'a>(&'a self, _: &'a Plan) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(std::future::ready(()))
    }

    fn stop_unclaimed<'a>(
        &'a self,
        plan: &'a Plan,
    ) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        self.ready(plan)
    }

    fn after_us(&self, _: &Job) -> AfterUs {
        AfterUs::Ends
    }

    fn recorded(&self, _: &[(NodeId, u32)]) {}

    fn start(&self, job: Job, reports: Reports) {
        self.begun.lock().unwrap().push(Instant::now());
        let outcome = if job.attempt == 1 {
            Outcome::Failed { failure: Failure::Exit { code: 1, last_line: String::new() } }
        } else {
            Outcome::Succeeded { outputs: BTreeMap::new(), remarks: Vec::new() }
        };
        let (wall, sets_to, first) = (Arc::clone(&self.wall), self.sets_to, job.attempt == 1);
        let (node, attempt) = (job.node, job.attempt);
        let _ = reports.send(Report::Ended { node, attempt, outcome, numbers: Vec::new() });
        tokio::spawn(async move {
            // Once its end is recorded.
            tokio::time::sleep(Duration::from_millis(50)).await;
            if first {
                wall.set(sets_to);
            }
        });
    }

    fn gather(&self, job: Job, reports: Reports) {
        let _ =
            reports.send(Report::Gathered { node: job.node, ask: "well?".to_owned(), evidence: Vec::new() });
    }
}

struct Silent;

impl Scribe for Silent {
    fn handover(&self, _: &RunState, _: StageId, _: Timestamp) -> Option<Draft> {
        None
    }

    fn letter(&self, _: &RunState, _: NodeId, _: Timestamp) -> Option<Draft> {
        None
    }
}

struct Scene {
    dir: TempDir,
    wall: Arc<Wall>,
}

impl Scene {
    fn new() -> Self {
        Scene { dir: TempDir::new().unwrap(), wall: Wall::new() }
    }

    fn tools(&self) -> Tools {
        let clock = Arc::clone(&self.wall) as Arc<dyn Clock>;
        Tools { scribe: Arc::new(Silent), clock, host: "test".to_owned() }
    }

    async fn store(&self) -> Store {
        let url = format!("sqlite:{}", self.dir.path().join("journal.db").display());
        Store::open(&url, true).await.unwrap().unwrap()
    }

    async fn begin(&self, plan: Plan) -> Journal {
        let started = Event::RunStarted { by: By::person("zhang.wei"), engine: me(), origin: None };
        Journal::begin(self.store().await, plan, vec![started], self.tools()).await.unwrap()
    }

    async fn open(&self) -> Journal {
        Journal::open(self.store().await, &"book/2026-10".parse().unwrap(), self.tools()).await.unwrap()
    }

    async fn drive(&self, journal: &mut Journal, sets_to: i64, resumes: bool) -> (End, Vec<Instant>) {
        let folder = StateFolder::at(self.dir.path().join("state"));
        folder.prepare().unwrap();
        let run = journal.state().plan().run.clone();
        let taken = Seat::take(journal.store(), &folder, &run, &me(), Terms::default()).await.unwrap();
        let Taken::Ours(seat) = taken else { panic!("somebody else drives it") };
        let wall = Arc::clone(&self.wall);
        let executor = Arc::new(FailsOnce { wall, sets_to, begun: Mutex::new(Vec::new()) });
        let (told, _nobody_listens) = mpsc::unbounded_channel();
        let driver = Driver {
            executor: Arc::clone(&executor) as Arc<dyn Executor>,
            limits: BTreeMap::new(),
            seat: Arc::new(seat),
            zone: jiff::tz::TimeZone::UTC,
            no_wait: false,
            yes: None,
            attended: false,
            told,
        };
        let (_wish, wishes) = mpsc::unbounded_channel();
        let resumed = resumes.then(|| (By::person("zhang.wei"), me()));
        let driving = driver.drive(journal, wishes, resumed);
        let end = tokio::time::timeout(Duration::from_secs(20), driving)
            .await
            .expect("it comes to its end")
            .unwrap();
        let begun = executor.begun.lock().unwrap().clone();
        (end, begun)
    }
}

fn me() -> EngineId {
    EngineId { host: "h".to_owned(), pid: 1, home: None }
}

fn book(delay: Duration) -> Plan {
    let mut node = step("a").retries(1);
    if let Some(retry) = &mut node.policy.retry {
        retry.delay = delay;
    }
    Sketch::new(4).stage("s", &[]).level(1, vec![node]).done()
}

fn assert_never_back(records: &[Record]) {
    assert!(records.windows(2).all(|two| two[0].at <= two[1].at), "{records:#?}");
}

#[tokio::test]
async fn a_retry_takes_its_delay_whatever_the_clock_is_set_to() {
    for sets_to in [-365 * 24 * HOUR, 365 * 24 * HOUR] {
        let scene = Scene::new();
        let mut journal = scene.begin(book(Duration::from_millis(1_200))).await;
        let (end, begun) = scene.drive(&mut journal, sets_to, false).await;
        assert_eq!(end, End::Succeeded);
        let waited = begun[1].duration_since(begun[0]);
        assert!(waited >= Duration::from_millis(1_150), "set by {sets_to} s it came after {waited:?}");
        let run = journal.state().plan().run.clone();
        assert_never_back(&journal.store().events(&run, 0).await.unwrap());
    }
}

#[tokio::test]
async fn the_next_engine_waits_no_longer_than_the_delay() {
    let scene = Scene::new();
    let mut journal = scene.begin(book(Duration::from_millis(600))).await;
    let step = monthstart::run::StepPath("s/a".to_owned());
    let failure = Failure::Exit { code: 1, last_line: String::new() };
    let ended = Event::StepEnded {
        step: step.clone(),
        attempt: 1,
        outcome: Outcome::Failed { failure },
        numbers: Vec::new(),
    };
    journal.record(vec![Event::StepStarted { step, attempt: 1 }, ended]).await.unwrap();
    drop(journal);
    // Over night somebody sets the clock right, by years.
    scene.wall.set(-3 * 365 * 24 * HOUR);
    let mut journal = scene.open().await;
    let (end, begun) = scene.drive(&mut journal, 0, true).await;
    assert_eq!((end, begun.len()), (End::Succeeded, 1));
    let run = journal.state().plan().run.clone();
    assert_never_back(&journal.store().events(&run, 0).await.unwrap());
}

#[tokio::test]
async fn an_answer_at_the_very_deadline_counts_or_is_refused() {
    let (mut counted, mut refused) = (0, 0);
    for round in 0..12u64 {
        let scene = Scene::new();
        let deadline = scene.wall.now() + SignedDuration::from_millis(500);
        let asks = gate("g").asking(|gate| {
            gate.deadline = Some(deadline);
            gate.fails_on_timeout = true;
        });
        let plan = Sketch::new(4).stage("s", &[]).level(1, vec![asks]).done();
        let mut journal = scene.begin(plan).await;
        let mut other = scene.open().await;
        let wall = Arc::clone(&scene.wall);
        let answers = tokio::spawn(async move {
            while other.state().open().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
                other.catch_up().await.unwrap();
            }
            let left = Duration::try_from(deadline.duration_since(wall.now())).unwrap_or_default();
            tokio::time::sleep(
                (left + Duration::from_millis(round * 2)).saturating_sub(Duration::from_millis(12)),
            )
            .await;
            let asker = Asker {
                by: By::person("li.na"),
                roles: std::collections::BTreeSet::new(),
                operator: true,
                known: true,
            };
            let yes = Answer {
                step: NodeId(0),
                verdict: Verdict::Confirmed,
                value: None,
                note: None,
                form: BTreeMap::new(),
                in_advance: false,
            };
            other.request(&asker, &Request::Answer(yes)).await.unwrap().1.is_ok()
        });
        let (end, _) = scene.drive(&mut journal, 0, false).await;
        let granted = answers.await.unwrap();
        let run = journal.state().plan().run.clone();
        let records = journal.store().events(&run, 0).await.unwrap();
        let timed_out = records.iter().any(|record| matches!(record.event, Event::GateTimedOut { .. }));
        let decided = records.iter().any(|record| matches!(record.event, Event::GateDecided { .. }));
        assert_eq!((decided, timed_out), (granted, !granted), "{records:#?}");
        assert_eq!(end, if granted { End::Succeeded } else { End::Halted });
        counted += u32::from(granted);
        refused += u32::from(!granted);
    }
    assert!(counted > 0 && refused > 0, "both came to pass: {counted} counted, {refused} refused");
}
