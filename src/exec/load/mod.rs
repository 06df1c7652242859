//! `load:` steps: a file into a table. The whole file is checked against the table, its rows wait in a temporary one, and
//! only when no line of it is wrong do they go into the table, all in one transaction.

mod header;
mod json;
mod read;
mod records;
mod rejects;
mod script;
mod source;
mod types;
mod write;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc::{self, Receiver};
use tokio::time::Instant;

use self::read::{Checked, Halt, Said, Task, pass};
use self::rejects::Rejected;
use self::script::Script;
use self::source::Source;
use self::write::{Counts, Faults, Writer, refused, written};
use super::attempt::{Attempt, Done};
use super::files::{place, size};
use super::log::{Log, log_path};
use super::sql::database::{Database, Interrupt, Purpose, Refused, Why};
use super::sql::table::Column;
use super::sql::{WAITS, guarded};
use super::tape::BETWEEN_NOTES;
use crate::msg;
use crate::plan::Load;
use crate::run::Failure;
use crate::run::event::Json;
use crate::words::Msg;

/// Batches that may wait for the database.
const AHEAD: usize = 4;

/// A `load:` step.
pub(super) async fn step(attempt: &Attempt, load: &Load) -> Result<Done, Failure> {
    let mut log = attempt.log();
    let limit = attempt.node().policy.timeout;
    let interrupt = Interrupt::within(limit);
    let job = Job { attempt, load, interrupt: interrupt.clone() };
    let counts = guarded(job.whole(&mut log), &interrupt, limit, &mut attempt.stop()).await?;
    Ok(attempt.with_log_trouble(job.done(counts, &mut log), &mut log))
}

/// A load under way.
struct Job<'j> {
    attempt: &'j Attempt,
    load: &'j Load,
    interrupt: Interrupt,
}

impl Job<'_> {
    async fn whole(&self, log: &mut Log) -> Result<Counts, Failure> {
        let source = Arc::new(self.source().map_err(|why| self.attempt.not_started(&why))?);
        log.line(&format!("{}: {}", source.shown, size(source.size())));
        let purpose = Purpose::Work(self.attempt.room.limits.locked);
        let into = &self.load.into;
        let mut database =
            Database::open(&self.attempt.room, &into.connection, purpose, &self.interrupt).await?;
        let done = self.into(&mut database, &source, log).await;
        database.close().await;
        done
    }

    fn source(&self) -> Result<Source, Msg> {
        let path = self.attempt.values.text(&self.load.file)?;
        Source::open(&place(&self.attempt.room, &path)?)
    }

    async fn into(
        &self,
        database: &mut Database,
        source: &Arc<Source>,
        log: &mut Log,
    ) -> Result<Counts, Failure> {
        let table = database.columns(&self.load.into.table).await.map_err(refused)?;
        if table.is_empty() {
            let what = format!("{}:{}", self.load.into.connection, self.load.into.table);
            return Err(self.attempt.not_started(&msg!("load-no-table", table = what)));
        }
        let part = self.load.filter.as_ref().map(|part| self.attempt.values.sql(part)).transpose();
        let part = part.map_err(|why| self.attempt.not_started(&why))?;
        let (sender, mut said) = mpsc::channel(AHEAD);
        let (file, task) = (Arc::clone(source), self.task(&table, BTreeMap::new()));
        let reading = tokio::task::spawn_blocking(move || pass(&file, task, Some(&sender)));
        let Some(Said::Layout(layout)) = said.recv().await else {
            return Err(self.read(reading).await.err().unwrap_or(Failure::Cancelled));
        };
        let names = written(database, &self.load.into.table).await?;
        let script = Script::new(database.dialect(), &names, &layout, part.as_deref());
        let bindings = self.attempt.values.bindings();
        let mut writer = Writer {
            database,
            script,
            load: self.load,
            lang: self.attempt.room.lang,
            bindings,
            untaken: Faults::default(),
            interrupt: self.interrupt.clone(),
        };
        self.stage(&mut writer, &mut said, source).await?;
        let checked = self.read(reading).await?;
        let done = self.compare(&mut writer, &checked, source, &table, log).await;
        match done {
            Err(failure) => Err(self.taken_back(&mut writer, failure).await),
            done => done,
        }
    }

    /// What a database cannot take back has to be known.
    async fn taken_back(&self, writer: &mut Writer<'_>, failure: Failure) -> Failure {
        match (writer.database.rollback().await, failure) {
            (true, Failure::Sql { statement, why }) => Failure::SqlLeft { statement, why },
            (_, failure) => failure,
        }
    }

    fn task(&self, table: &[Column], known: BTreeMap<u64, Vec<Msg>>) -> Task {
        Task {
            load: self.load.clone(),
            table: table.to_vec(),
            lang: self.attempt.room.lang,
            rejects: self.rejects(),
            known,
            interrupt: self.interrupt.clone(),
        }
    }

    /// Beside the log.
    fn rejects(&self) -> PathBuf {
        let job = &self.attempt.job;
        log_path(&self.attempt.room.state_dir, &job.run, &job.path, job.attempt)
            .with_extension("rejected.csv")
    }

    /// How the reading thread ended.
    async fn read(
        &self,
        reading: tokio::task::JoinHandle<Result<Checked, Halt>>,
    ) -> Result<Checked, Failure> {
        match reading.await {
            Ok(Ok(checked)) => Ok(checked),
            Ok(Err(Halt::Refused(faults))) => {
                let faults: Vec<String> = faults.iter().map(|why| self.attempt.say(why)).collect();
                Err(Failure::NotStarted { why: crate::words::one_line(&faults.join("; "), super::LONGEST) })
            }
            Ok(Err(Halt::Unwanted)) => Err(Failure::Cancelled),
            Err(broken) => Err(self.attempt.not_started(&super::broke(&broken.to_string()))),
        }
    }

    /// Rows into the temporary table, as they are read.
    async fn stage(
        &self,
        writer: &mut Writer<'_>,
        said: &mut Receiver<Said>,
        source: &Source,
    ) -> Result<(), Failure> {
        writer.begin().await?;
        writer.database.begin(false).await.map_err(refused)?;
        let mut told = Instant::now();
        while let Some(said) = said.recv().await {
            let Said::Rows { rows, read, bytes } = said else { continue };
            writer.stage(&rows).await?;
            if told.elapsed() >= BETWEEN_NOTES {
                told = Instant::now();
                let (done, all) = (size(bytes), size(source.size()));
                self.attempt.notes.send(&self.attempt.say(&msg!(
                    "load-reads",
                    lines = read,
                    done = done,
                    size = all
                )));
            }
        }
        writer.database.commit().await.map_err(refused)?;
        writer.staged().await
    }

    /// Rows against the table, and into it.
    async fn compare(
        &self,
        writer: &mut Writer<'_>,
        checked: &Checked,
        source: &Arc<Source>,
        table: &[Column],
        log: &mut Log,
    ) -> Result<Counts, Failure> {
        let shadow = self.attempt.job.plan.shadow;
        let waits = self.attempt.say(&msg!("exec-sql-waits"));
        let begun = writer.database.begin(!shadow && checked.rejected.count == 0);
        self.attempt.notes.telling_at(Instant::now() + WAITS, &waits, begun).await.map_err(refused)?;
        self.attempt.notes.send(&self.attempt.say(&msg!("load-compares", lines = checked.read)));
        let faults = writer.faults().await?;
        self.insist(source)?;
        if !faults.lines.is_empty() {
            return Err(self.again(source, table, faults, log).await);
        }
        if checked.rejected.count > 0 {
            return Err(self.rejected(checked.read, &checked.rejected, log));
        }
        let foreseen = writer.foreseen(checked.read).await?.map_err(|why| self.attempt.not_started(&why))?;
        if shadow {
            writer.database.rollback().await;
            return Ok(foreseen);
        }
        self.attempt.notes.send(&self.attempt.say(&msg!("load-writes", lines = checked.read)));
        let counts = match writer.apply(foreseen).await? {
            Ok(counts) => counts,
            Err(why) => return Err(self.turned_down(writer, why, source, table, log).await),
        };
        self.insist(source)?;
        writer.database.commit().await.map_err(refused)?;
        Ok(counts)
    }

    /// The table does not take all of the rows: nothing of them remains, and where one line is why, it is told.
    async fn turned_down(
        &self,
        writer: &mut Writer<'_>,
        why: Refused,
        source: &Arc<Source>,
        table: &[Column],
        log: &mut Log,
    ) -> Failure {
        if writer.database.rollback().await {
            return Failure::SqlLeft { statement: 1, why: why.words };
        }
        let line = if why.why == Why::Values { writer.culprit(&why).await } else { None };
        match line {
            Some(faults) => self.again(source, table, faults, log).await,
            None => refused(why),
        }
    }

    /// A file that changes while it is read is half of one and half of another.
    fn insist(&self, source: &Source) -> Result<(), Failure> {
        if source.is_unchanged() {
            return Ok(());
        }
        Err(self.attempt.not_started(&msg!("load-changed", file = source.shown.clone())))
    }

    /// Goes over the file once more, for the lines that the database finds wrong.
    async fn again(&self, source: &Arc<Source>, table: &[Column], faults: Faults, log: &mut Log) -> Failure {
        let (file, task) = (Arc::clone(source), self.task(table, faults.lines));
        let reading = tokio::task::spawn_blocking(move || pass(&file, task, None));
        match self.read(reading).await {
            Ok(mut checked) => {
                checked.rejected.count += faults.more;
                self.rejected(checked.read, &checked.rejected, log)
            }
            Err(failure) => failure,
        }
    }

    fn rejected(&self, read: u64, rejected: &Rejected, log: &mut Log) -> Failure {
        let mut told = rejected.told.clone();
        if let Some(error) = &rejected.trouble {
            told.push(self.attempt.say(&msg!("load-rejects-trouble", why = error.to_string())));
        }
        for words in &told {
            log.line(words);
        }
        let below = |file: &PathBuf| {
            let file = file.strip_prefix(&self.attempt.room.project.dir).unwrap_or(file);
            file.display().to_string()
        };
        let file = rejected.file.as_ref().map(below);
        Failure::Rejected { read, rejected: rejected.count, told, file }
    }

    fn done(&self, counts: Counts, log: &mut Log) -> Done {
        let Counts { read, inserted, updated, removed, unchanged } = counts;
        let shadow = self.attempt.job.plan.shadow;
        let sentence = if shadow { Msg::new("load-would") } else { Msg::new("load-done") };
        let numbers = [
            ("read", read),
            ("inserted", inserted),
            ("updated", updated),
            ("removed", removed),
            ("unchanged", unchanged),
        ];
        let words = numbers.iter().fold(sentence, |msg, (name, number)| msg.with(name, *number));
        let words = self.attempt.say(&words);
        log.line(&words);
        if !shadow {
            for (name, number) in numbers {
                let series = format!("load {}:{} {name}", self.load.into.connection, self.load.into.table);
                self.attempt.numbers.note(series, number.to_string());
            }
        }
        let rejected = std::iter::once(("rejected", 0));
        let outputs = numbers.into_iter().chain(rejected);
        let outputs = outputs.map(|(name, number)| (name.to_owned(), Json::from(number))).collect();
        Done { outputs, remarks: vec![words] }
    }
}
