//! The hash chain of the journal: whatever is changed in it behind the program's back is found.
#![expect(clippy::unwrap_used, reason = "a test says so by failing")]

#[path = "heart/bench.rs"]
#[expect(dead_code, reason = "made for more than this")]
mod bench;
#[path = "support/sketch.rs"]
#[expect(dead_code, reason = "made for more than this")]
mod sketch;

use std::path::Path;

use bench::{Bench, answer, ids, zhang};
use monthstart::id::RunId;
use monthstart::run::{Event, Request, RunState, Verdict};
use monthstart::store::{Batch, Broken, NewLetter, RunRow, Store, Verified};
use proptest::prelude::*;
use sketch::{Sketch, Tweak, gate, step};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tempfile::TempDir;

/// A run with a failure, a retry, an answer, a mark and a further round.
fn story() -> Bench {
    let plan = Sketch::new(16)
        .stage("s", &[])
        .level(1, vec![step("a"), gate("g")])
        .level(2, vec![step("b").needs(&[0]), step("c")])
        .done();
    let mut run = Bench::new(plan);
    run.tick();
    run.end(0, false);
    run.ask(&zhang(), &Request::Retry { steps: ids(&[0]), reason: Some("南京 is back".into()) }).unwrap();
    run.tick();
    run.end(0, true);
    run.ask(&zhang(), &answer(1, Verdict::Confirmed)).unwrap();
    run.ask(&zhang(), &Request::Force { steps: ids(&[3]), reason: "by hand".into() }).unwrap();
    run.tick();
    run.end(2, true);
    let reason = "wrong book".to_owned();
    run.ask(&zhang(), &Request::Redo { steps: ids(&[2]), value: None, downstream: false, reason }).unwrap();
    run.tick();
    run.end(2, true);
    run
}

fn letter(seq: u64) -> NewLetter {
    NewLetter {
        id: format!("letter-{seq}"),
        seq,
        message_id: format!("<{seq}@h>"),
        to: vec!["li.na@example.com".to_owned()],
        subject: "done".to_owned(),
        text: "done".to_owned(),
        html: "<p>done</p>".to_owned(),
        at: jiff::Timestamp::UNIX_EPOCH,
    }
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn url(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

/// Writes the run event by event, each with the row as it was then; the last one calls for a letter.
async fn write(file: &Path, run: &Bench) -> RunId {
    let mut store = Store::open(&url(file), true).await.unwrap().unwrap();
    let mut state = RunState::new(run.state.plan().clone());
    for record in &run.records {
        let after = state.seq();
        state.apply(record);
        let letters = if record.seq == run.state.seq() { vec![letter(record.seq)] } else { vec![] };
        let batch = Batch {
            records: vec![record.clone()],
            row: RunRow::of(&state, jiff::Timestamp::UNIX_EPOCH),
            letters,
        };
        match after {
            0 => store.create(state.plan(), &batch).await.unwrap(),
            after => store.append(&batch, after).await.unwrap(),
        }
    }
    store.close().await;
    state.plan().run.clone()
}

async fn look(file: &Path, run: &RunId) -> Result<Verified, Broken> {
    let mut store = Store::open(&url(file), false).await.unwrap().unwrap();
    let found = store.verify(run).await.unwrap();
    store.close().await;
    found
}

async fn change(file: &Path, statements: &str) {
    let mut connection: SqliteConnection =
        SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// The bytes of a column of an event.
async fn bytes(file: &Path, column: &str, seq: usize) -> Vec<u8> {
    let mut connection: SqliteConnection =
        SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    let query = format!("select cast({column} as blob) from events where seq = {seq}");
    sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(&mut connection).await.unwrap()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// Something that somebody did to the file. Places are taken modulo what there is.
#[derive(Debug, Clone)]
enum Done {
    Byte { column: &'static str, seq: usize, at: usize, mask: u8 },
    Extra { column: &'static str, seq: usize, byte: u8 },
    Number { seq: usize, to: i64 },
    Removed { seq: usize },
    Cut { seq: usize },
    Swapped { one: usize, other: usize },
    Forged { like: usize, hash: String },
    Elsewhere { seq: usize },
    Row(&'static str),
}

fn done() -> impl Strategy<Value = Done> {
    let column = || prop::sample::select(vec!["at", "body", "hash"]);
    let place = any::<usize>;
    let row = prop::sample::select(vec![
        "update runs set status = 'halted'",
        "update runs set round = round + 1",
        "update runs set runbook = 'other'",
        "update runs set month = '2026-11'",
        "update runs set head = null",
        "update runs set head = 'ab'",
        "update runs set finished_at = null",
        "update runs set started_by = 'li.na'",
        "update runs set started_at = '2026-01-01T00:00:00Z'",
        "update plans set body = '{'",
        "update letters set seq = 10000",
        "update letters set seq = 0",
    ]);
    prop_oneof![
        8 => (column(), place(), place(), 1..=255_u8)
            .prop_map(|(column, seq, at, mask)| Done::Byte { column, seq, at, mask }),
        2 => (column(), place(), any::<u8>()).prop_map(|(column, seq, byte)| Done::Extra { column, seq, byte }),
        2 => (place(), prop_oneof![-3..60_i64, any::<i64>()]).prop_map(|(seq, to)| Done::Number { seq, to }),
        2 => place().prop_map(|seq| Done::Removed { seq }),
        2 => place().prop_map(|seq| Done::Cut { seq }),
        3 => (place(), place()).prop_map(|(one, other)| Done::Swapped { one, other }),
        2 => (place(), "[0-9a-f]{64}").prop_map(|(like, hash)| Done::Forged { like, hash }),
        1 => place().prop_map(|seq| Done::Elsewhere { seq }),
        1 => row.prop_map(Done::Row),
    ]
}

/// The statements that do it to a journal of `count` events; none where it would change nothing.
async fn statements(file: &Path, count: usize, done: &Done) -> Option<String> {
    let seq = |place: &usize| place % count + 1;
    Some(match done {
        Done::Byte { column, seq: place, at, mask } => {
            let mut bytes = bytes(file, column, seq(place)).await;
            let at = at % bytes.len();
            bytes[at] ^= mask;
            let (seq, bytes) = (seq(place), hex(&bytes));
            format!("update events set {column} = cast(x'{bytes}' as text) where seq = {seq}")
        }
        Done::Extra { column, seq: place, byte } => {
            let mut bytes = bytes(file, column, seq(place)).await;
            bytes.push(*byte);
            let (seq, bytes) = (seq(place), hex(&bytes));
            format!("update events set {column} = cast(x'{bytes}' as text) where seq = {seq}")
        }
        Done::Number { seq: place, to } => {
            // A number that is taken cannot be given again; an event's own number is no change.
            if (1..=i64::try_from(count).unwrap()).contains(to) {
                return None;
            }
            format!("update events set seq = {to} where seq = {}", seq(place))
        }
        Done::Removed { seq: place } => format!("delete from events where seq = {}", seq(place)),
        Done::Cut { seq: place } => format!("delete from events where seq >= {}", seq(place)),
        Done::Swapped { one, other } => {
            let (one, other) = (seq(one), seq(other));
            if one == other {
                return None;
            }
            format!(
                "update events set seq = -1 where seq = {one}; update events set seq = {one} where seq = {other}; \
                 update events set seq = {other} where seq = -1"
            )
        }
        Done::Forged { like, hash } => {
            let (like, next) = (seq(like), count + 1);
            format!(
                "insert into events (run, seq, at, body, hash) select run, {next}, at, body, '{hash}' from events \
                 where seq = {like}"
            )
        }
        Done::Elsewhere { seq: place } => {
            format!("update events set run = 'other/2026-10' where seq = {}", seq(place))
        }
        Done::Row(statement) => (*statement).to_owned(),
    })
}

#[test]
fn a_thousand_changes_are_each_found() {
    let folder = TempDir::new().unwrap();
    let (clean, copy) = (folder.path().join("clean.db"), folder.path().join("copy.db"));
    let run = story();
    let count = run.records.len();
    let id = wait(write(&clean, &run));
    let whole = wait(look(&clean, &id)).unwrap();
    assert_eq!((whole.events, whole.head.len()), (count as u64, 64));
    let settings = ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() };
    let mut tried = proptest::test_runner::TestRunner::new(settings);
    tried
        .run(&done(), |done| {
            wait(async {
                for ending in ["", "-wal", "-shm"] {
                    let _ = std::fs::remove_file(format!("{}{ending}", copy.display()));
                }
                std::fs::copy(&clean, &copy).unwrap();
                let Some(statements) = statements(&copy, count, &done).await else {
                    return Err(TestCaseError::reject("no change"));
                };
                change(&copy, &statements).await;
                prop_assert!(look(&copy, &id).await.is_err(), "not found: {statements}");
                Ok(())
            })
        })
        .unwrap();
}

#[test]
fn the_first_event_that_does_not_fit_is_named() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("journal.db");
    let run = story();
    let id = wait(write(&file, &run));
    let last = run.records.len();
    let retried =
        run.records.iter().find(|record| matches!(record.event, Event::StepRetried { .. })).unwrap().seq;
    let cases = [
        ("update events set body = replace(body, '南京', '无锡')", Broken::Hash { seq: retried }),
        ("update events set body = 'no event at all' where seq = 2", Broken::Hash { seq: 2 }),
        ("delete from events where seq = 1", Broken::Number { wanted: 1, found: 2 }),
    ];
    for (statement, wanted) in cases {
        let copy = folder.path().join("copy.db");
        let _ = std::fs::remove_file(&copy);
        std::fs::copy(&file, &copy).unwrap();
        wait(change(&copy, statement));
        assert_eq!(wait(look(&copy, &id)), Err(wanted), "{statement}");
    }
    wait(change(&file, &format!("delete from events where seq = {last}")));
    assert_eq!(wait(look(&file, &id)), Err(Broken::Head { seq: last as u64 - 1 }));
}

#[test]
fn a_store_of_an_older_program_gets_the_head_of_what_it_holds() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("journal.db");
    let id = wait(write(&file, &story()));
    let old = "alter table letters drop column sender; alter table runs drop column head; alter table runs add column plan text; \
               update runs set plan = (select body from plans where plans.run = runs.id); drop table plans; \
               update meta set value = '2' where name = 'schema'";
    wait(change(&file, old));
    assert!(wait(look(&file, &id)).is_ok());
}
