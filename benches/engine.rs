//! What the engine adds to the work: 1,000 steps that do nothing, in 4 levels, 16 at a time, through `monthstart run`,
//! beside a floor that starts the same commands as wide and keeps the same record of when each began and ended.
//!
//! `cargo bench --bench engine`. Both commit to `SQLite` with `synchronous = full` before a command starts and after it
//! has ended, and put into one transaction what comes together.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a bench prints, fails loudly and starts processes"
)]

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::{AnyConnection, Connection};
use tokio::task::JoinSet;

const LEVELS: usize = 4;
const STEPS: usize = 250;
const WIDE: usize = 16;
const COMMAND: &str = "/bin/true";
/// Each is measured so often, in turns; the shortest time counts.
const TIMES: usize = 5;

fn runbook() -> String {
    let mut text = format!("name: bench\nstages:\n  - name: s\n    limit: {WIDE}\n    levels:\n");
    for level in 1..=LEVELS {
        let _ = writeln!(text, "      {level}:");
        for step in 0..STEPS {
            let _ = writeln!(text, "        - {{name: step-{level}-{step}, run: [{COMMAND}]}}");
        }
    }
    text
}

/// `monthstart run`, from nothing to the end.
fn product(folder: &Path) -> Duration {
    std::fs::write(folder.join("monthstart.yaml"), "language: en\n").unwrap();
    std::fs::write(folder.join("bench.yaml"), runbook()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_monthstart"));
    command.args(["run", "bench.yaml", "--month", "2025-10", "--yes", "--progress", "plain"]);
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let begin = Instant::now();
    assert!(command.status().unwrap().success());
    begin.elapsed()
}

/// A journal and nothing else.
struct Journal(AnyConnection);

impl Journal {
    async fn open(path: &Path) -> Self {
        sqlx::any::install_default_drivers();
        let url = format!("sqlite://{}?mode=rwc", path.display());
        let mut connection = AnyConnection::connect(&url).await.unwrap();
        for sql in [
            "pragma journal_mode = wal",
            "pragma synchronous = full",
            "create table events (seq integer primary key, step bigint not null, what text not null)",
        ] {
            sqlx::query(sql).execute(&mut connection).await.unwrap();
        }
        Journal(connection)
    }

    /// Records in one transaction that these have ended and those begin.
    async fn record(&mut self, ended: &[usize], begun: &[usize]) {
        sqlx::query("begin immediate").execute(&mut self.0).await.unwrap();
        let both = ended.iter().map(|step| (step, "ended")).chain(begun.iter().map(|step| (step, "begun")));
        for (step, what) in both {
            let insert = sqlx::query("insert into events (step, what) values ($1, $2)");
            insert.bind(i64::try_from(*step).unwrap()).bind(what).execute(&mut self.0).await.unwrap();
        }
        sqlx::query("commit").execute(&mut self.0).await.unwrap();
    }
}

/// The same commands, as wide, with the same two records for each.
async fn floor(folder: &Path) {
    let mut journal = Journal::open(&folder.join("floor.db")).await;
    for level in 0..LEVELS {
        let mut waiting: VecDeque<usize> = (level * STEPS..(level + 1) * STEPS).collect();
        let mut running = JoinSet::new();
        let mut ended: Vec<usize> = Vec::new();
        loop {
            let begun: Vec<usize> = waiting.drain(..waiting.len().min(WIDE - running.len())).collect();
            if !begun.is_empty() || !ended.is_empty() {
                journal.record(&ended, &begun).await;
                ended.clear();
            }
            for step in begun {
                let mut command = tokio::process::Command::new(COMMAND);
                command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
                running.spawn(async move {
                    assert!(command.output().await.unwrap().status.success());
                    step
                });
            }
            let Some(first) = running.join_next().await else { break };
            ended.push(first.unwrap());
            while let Some(other) = running.try_join_next() {
                ended.push(other.unwrap());
            }
        }
    }
    let kept: i64 =
        sqlx::query_scalar("select count(*) from events").fetch_one(&mut journal.0).await.unwrap();
    assert_eq!(kept, i64::try_from(2 * LEVELS * STEPS).unwrap());
    journal.0.close().await.unwrap();
}

fn floored(folder: &Path) -> Duration {
    let begin = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(floor(folder));
    begin.elapsed()
}

fn main() {
    let (mut lowest, mut ours) = (Duration::MAX, Duration::MAX);
    for _ in 0..TIMES {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        lowest = lowest.min(floored(folder.path()));
        ours = ours.min(product(folder.path()));
    }
    let ms = |took: Duration| took.as_secs_f64() * 1_000.0;
    println!("{} steps in {LEVELS} levels, {WIDE} at a time; the shortest of {TIMES} times", LEVELS * STEPS);
    println!("floor: the same commands and commits{:>9.0} ms", ms(lowest));
    println!(
        "monthstart run                      {:>9.0} ms{:>8.2} x floor",
        ms(ours),
        ms(ours) / ms(lowest)
    );
}
