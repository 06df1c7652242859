//! The store by one story for all databases that keep a journal, and what only a server does to those who use it.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

#[path = "heart/bench.rs"]
#[expect(dead_code, reason = "made for more than this")]
mod bench;
#[path = "store/crash.rs"]
mod crash;
#[path = "store/seats.rs"]
mod seats;
#[path = "support/servers.rs"]
mod servers;
#[path = "support/sketch.rs"]
#[expect(dead_code, reason = "made for more than this")]
mod sketch;
#[path = "store/story.rs"]
mod story;

use std::time::Duration;

use bench::{Bench, answer, ids, zhang};
use monthstart::id::HomeId;
use monthstart::plan::Plan;
use monthstart::run::{By, EngineId, Event, Record, Request, RunState, Verdict};
use monthstart::store::{Batch, NewLetter, RunRow, StateFolder, Store, Terms};
use servers::{Base, Kind, base};
use sketch::{Sketch, gate, step};
use tempfile::TempDir;

/// Where a journal can be.
enum Place {
    File(TempDir),
    Server(Base),
}

impl Place {
    /// One of each kind, empty.
    fn all() -> [Place; 2] {
        [Place::File(TempDir::new().unwrap()), Place::Server(base(Kind::Postgres))]
    }

    fn url(&self) -> String {
        match self {
            Place::File(dir) => format!("sqlite:{}", dir.path().join("journal.db").display()),
            Place::Server(base) => base.url(),
        }
    }

    async fn open(&self) -> Store {
        Store::open(&self.url(), true).await.unwrap().unwrap()
    }

    /// The first column of what the database's own client finds.
    async fn ask(&self, sql: &str) -> Vec<String> {
        match self {
            Place::Server(base) => {
                base.ask(&sql.replace("from ", "from monthstart.").replace("update ", "update monthstart."))
            }
            Place::File(dir) => {
                use sqlx::{AssertSqlSafe, ConnectOptions as _};
                let options =
                    sqlx::sqlite::SqliteConnectOptions::new().filename(dir.path().join("journal.db"));
                let mut connection = options.connect().await.unwrap();
                sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await.unwrap()
            }
        }
    }
}

/// A plan of its own.
fn plan(run: &str) -> Plan {
    let plan = Sketch::new(16)
        .stage("s", &[])
        .level(1, vec![step("a"), gate("g")])
        .level(2, vec![step("b").needs(&[0]), step("c")])
        .done();
    Plan { run: run.parse().unwrap(), ..plan }
}

use sketch::Tweak as _;

/// A run with a failure, a retry, an answer, a mark.
fn night(run: &str) -> Bench {
    let mut bench = Bench::new(plan(run));
    bench.tick();
    bench.end(0, false);
    bench
        .ask(&zhang(), &Request::Retry { steps: ids(&[0]), reason: Some("南京 is back 🌙".into()) })
        .unwrap();
    bench.tick();
    bench.end(0, true);
    bench.ask(&zhang(), &answer(1, Verdict::Confirmed)).unwrap();
    bench.ask(&zhang(), &Request::Force { steps: ids(&[3]), reason: "by hand\u{0}".into() }).unwrap();
    bench.tick();
    bench.end(2, true);
    bench
}

/// The batch that writes event number `seq` of a run, and the state after it.
fn batch(bench: &Bench, seq: u64) -> Batch {
    let known: Vec<&Record> = bench.records.iter().filter(|record| record.seq <= seq).collect();
    let state = RunState::replay(bench.state.plan().clone(), known.iter().copied());
    Batch {
        records: vec![(*known.last().unwrap()).clone()],
        row: RunRow::of(&state, jiff::Timestamp::UNIX_EPOCH),
        letters: vec![],
    }
}

/// A run that has just begun, recorded.
async fn begun(store: &mut Store, run: &str) -> Bench {
    let bench = Bench::new(plan(run));
    store.create(bench.state.plan(), &batch(&bench, 1)).await.unwrap();
    bench
}

/// Records one more event of a run: its whole is held, and let go.
async fn record(store: &mut Store, bench: &mut Bench) -> Result<(), monthstart::store::StoreError> {
    let by = By::person("zhang.wei");
    let event = match bench.state.seq() % 2 {
        1 => Event::RunHeld { by, reason: None },
        _ => Event::RunReleased { by },
    };
    bench.record(event);
    let seq = bench.state.seq();
    store.append(&batch(bench, seq), seq - 1).await
}

fn letter(seq: u64) -> NewLetter {
    NewLetter {
        id: format!("letter-{seq}"),
        seq,
        message_id: format!("<{seq}@h>"),
        to: vec!["li.na@example.com".to_owned(), "wang.fang@example.com".to_owned()],
        subject: "DWD月流程 done".to_owned(),
        text: "done\n".to_owned(),
        html: "<p>done</p>".to_owned(),
        at: jiff::Timestamp::UNIX_EPOCH,
    }
}

/// An engine of a host of its own.
struct Host {
    folder: StateFolder,
    me: EngineId,
    _dir: TempDir,
}

impl Host {
    fn new(name: &str, pid: u32) -> Self {
        let dir = TempDir::new().unwrap();
        let folder = StateFolder::at(dir.path().join("state"));
        folder.prepare().unwrap();
        let home: HomeId = folder.home().unwrap();
        assert_eq!(folder.home().unwrap(), home, "it is made once");
        Host { folder, me: EngineId { host: name.to_owned(), pid, home: Some(home) }, _dir: dir }
    }
}

/// A short lease, for tests that wait for its end.
fn short() -> Terms {
    Terms::of(Duration::from_secs(4))
}

/// Waits until there is an answer.
async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let end = tokio::time::Instant::now() + Duration::from_mins(1);
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(tokio::time::Instant::now() < end, "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
