//! The floor: the least that a program can do which starts the same commands as wide and keeps a durable record of when
//! each began and ended. Nothing of the product is in it.
//!
//! It runs as a process of its own (this bench starts itself again), so that time, processor and memory are measured alike.
//! A thread a place, each of which waits for one command and reads what it prints to the end; what ended and what begins
//! after it are one statement, which is one transaction of `SQLite` (write-ahead log, `synchronous = full`).

use std::path::Path;
use std::process::{Command, Stdio};
use std::str::FromStr as _;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};
use tokio::runtime::Runtime;

use crate::shape::Shape;

/// The variable by which the bench's binary knows that it is the floor.
pub(crate) const VARIABLE: &str = "MONTHSTART_BENCH_FLOOR";

/// What the floor is asked to do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Task {
    database: String,
    levels: Vec<Level>,
    wide: usize,
    argv: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
enum Level {
    Commands(usize),
    /// A question: it is asked and answered.
    Gate,
}

impl Task {
    /// The same work as `shape`'s, recorded in `folder`.
    pub(crate) fn of(shape: &Shape, folder: &Path) -> Self {
        let mut levels = Vec::new();
        for (number, stage) in shape.stages.iter().enumerate() {
            if number > 0 && shape.gates {
                levels.push(Level::Gate);
            }
            levels.extend(stage.iter().copied().map(Level::Commands));
        }
        let database = folder.join("floor.db").display().to_string();
        Task { database, levels, wide: shape.wide, argv: shape.act.argv() }
    }

    /// As a command.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.env(VARIABLE, serde_json::to_string(self).unwrap());
        command
    }
}

/// The floor's own `main`.
pub(crate) fn run(task: &str) {
    let task: Task = serde_json::from_str(task).unwrap();
    let mut journal = Journal::open(&task.database);
    let crew = Crew::new(&task);
    let mut first = 0;
    for level in &task.levels {
        match level {
            Level::Commands(steps) => {
                crew.level(&mut journal, first..first + steps);
                first += steps;
            }
            Level::Gate => {
                journal.record(&[], &[first]);
                journal.record(&[first], &[]);
                first += 1;
            }
        }
    }
    journal.close(2 * first);
}

/// As many threads as commands may run side by side.
struct Crew {
    orders: Sender<usize>,
    ended: Receiver<usize>,
    wide: usize,
}

impl Crew {
    fn new(task: &Task) -> Self {
        let (orders, waiting) = channel();
        let (done, ended) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..task.wide {
            let (waiting, done, argv) = (Arc::clone(&waiting), done.clone(), task.argv.clone());
            std::thread::spawn(move || work(&waiting, &done, &argv));
        }
        Crew { orders, ended, wide: task.wide }
    }

    fn level(&self, journal: &mut Journal, mut steps: std::ops::Range<usize>) {
        let mut running = 0;
        let mut ended: Vec<usize> = Vec::new();
        loop {
            let begun: Vec<usize> = steps.by_ref().take(self.wide - running).collect();
            journal.record(&ended, &begun);
            running += begun.len();
            for step in begun {
                self.orders.send(step).unwrap();
            }
            if running == 0 {
                return;
            }
            ended = vec![self.ended.recv().unwrap()];
            ended.extend(self.ended.try_iter());
            running -= ended.len();
        }
    }
}

fn work(waiting: &Mutex<Receiver<usize>>, done: &Sender<usize>, argv: &[String]) {
    loop {
        let next = waiting.lock().unwrap().recv();
        let Ok(step) = next else { return };
        let mut command = Command::new(&argv[0]);
        command.args(&argv[1..]).env_remove(VARIABLE).stdin(Stdio::null());
        assert!(command.output().unwrap().status.success());
        if done.send(step).is_err() {
            return;
        }
    }
}

/// A journal and nothing else.
struct Journal {
    connection: SqliteConnection,
    runtime: Runtime,
}

impl Journal {
    fn open(path: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let options = SqliteConnectOptions::from_str(path)
            .unwrap()
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let connection = runtime.block_on(async {
            let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
            let table =
                "create table events (seq integer primary key, step bigint not null, what text not null)";
            sqlx::query(table).execute(&mut connection).await.unwrap();
            connection
        });
        Journal { connection, runtime }
    }

    /// Records at once that these have ended and those begin.
    fn record(&mut self, ended: &[usize], begun: &[usize]) {
        let ended = ended.iter().map(|step| format!("({step}, 'ended')"));
        let rows: Vec<String> = ended.chain(begun.iter().map(|step| format!("({step}, 'begun')"))).collect();
        if rows.is_empty() {
            return;
        }
        let insert = format!("insert into events (step, what) values {}", rows.join(", "));
        let done = sqlx::raw_sql(AssertSqlSafe(insert)).execute(&mut self.connection);
        self.runtime.block_on(done).unwrap();
    }

    fn close(mut self, events: usize) {
        let count = sqlx::query_scalar("select count(*) from events");
        let kept: i64 = self.runtime.block_on(count.fetch_one(&mut self.connection)).unwrap();
        assert_eq!(kept, i64::try_from(events).unwrap());
        self.runtime.block_on(self.connection.close()).unwrap();
    }
}
