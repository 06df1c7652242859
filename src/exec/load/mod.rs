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
use super::attempt::{Attempt, Done, Unfinished};
use super::files::{place, size};
use super::log::{Log, log_path};
use super::sql::database::{Database, Interrupt, Purpose, Refused, Why};
use super::sql::guarded;
use super::sql::once::{Begun, Mode, Once};
use super::sql::table::Column;
use super::tape::BETWEEN_NOTES;
use crate::msg;
use crate::plan::Load;
use crate::run::event::Json;
use crate::run::{Failure, Loss};
use crate::words::Msg;

/// Batches that may wait for the database.
const AHEAD: usize = 4;

/// A `load:` step.
pub(super) async fn step(attempt: &Attempt, load: &Load) -> Result<Done, Unfinished> {
    let mut log = attempt.log();
    let limit = attempt.node().policy.timeout;
    let interrupt = Interrupt::within(limit);
    let job = Job { attempt, load, interrupt: interrupt.clone() };
    let done = guarded(job.once(&mut log), &interrupt, limit, &mut attempt.stop()).await;
    let done = done.map_err(|end| Once::unless_in_doubt(attempt, &interrupt, end))?;
    Ok(attempt.with_log_trouble(done, &mut log))
}

/// A load under way.
struct Job<'j> {
    attempt: &'j Attempt,
    load: &'j Load,
    interrupt: Interrupt,
}

impl Job<'_> {
    /// A former attempt's marker may tell that it is done already, whatever has become of the file since.
    async fn once(&self, log: &mut Log) -> Result<Done, Unfinished> {
        let mut care = Once::new(self.attempt, &self.interrupt);
        if self.attempt.job.plan.shadow {
            care.needs_nothing();
        }
        loop {
            let end = match self.settled(&mut care, log).await {
                Ok(None) => self.whole(&mut care, log).await,
                Ok(Some(done)) => Ok(done),
                Err(end) => Err(end),
            };
            if let Some(known) = care.known(end, log).await {
                return known;
            }
        }
    }

    async fn settled(&self, care: &mut Once<'_>, log: &mut Log) -> Result<Option<Done>, Unfinished> {
        if !care.is_in_doubt() {
            return Ok(None);
        }
        let mut database = self.open().await?;
        let found = care.settle(&mut database, log).await;
        database.close().await;
        found
    }

    async fn open(&self) -> Result<Database, Failure> {
        let purpose = Purpose::Work(self.attempt.room.limits.locked);
        Database::open(&self.attempt.room, &self.load.into.connection, purpose, &self.interrupt).await
    }

    async fn whole(&self, care: &mut Once<'_>, log: &mut Log) -> Result<Done, Unfinished> {
        let source = Arc::new(self.source().map_err(|why| self.attempt.not_started(&why))?);
        log.line(&format!("{}: {}", source.shown, size(source.size())));
        let mut database = self.open().await?;
        let done = self.into(&mut database, &source, care, log).await;
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
        care: &mut Once<'_>,
        log: &mut Log,
    ) -> Result<Done, Unfinished> {
        let table = database.columns(&self.load.into.table).await.map_err(refused)?;
        if table.is_empty() {
            let what = format!("{}:{}", self.load.into.connection, self.load.into.table);
            return Err(self.attempt.not_started(&msg!("load-no-table", table = what)).into());
        }
        let part = self.load.filter.as_ref().map(|part| self.attempt.values.sql(part)).transpose();
        let part = part.map_err(|why| self.attempt.not_started(&why))?;
        let (sender, mut said) = mpsc::channel(AHEAD);
        let (file, task) = (Arc::clone(source), self.task(&table, BTreeMap::new()));
        let reading = tokio::task::spawn_blocking(move || pass(&file, task, Some(&sender)));
        let Some(Said::Layout(layout)) = said.recv().await else {
            return Err(self.read(reading).await.err().unwrap_or(Failure::Cancelled).into());
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
        let done = self.compare(&mut writer, &checked, (source, &table), care, log).await;
        match done {
            Err(Unfinished::Failed(failure)) => Err(self.taken_back(&mut writer, failure).await.into()),
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
        (source, table): (&Arc<Source>, &[Column]),
        care: &mut Once<'_>,
        log: &mut Log,
    ) -> Result<Done, Unfinished> {
        let shadow = self.attempt.job.plan.shadow;
        let parts = match shadow || checked.rejected.count > 0 {
            true => {
                writer.database.begin(false).await.map_err(refused)?;
                None
            }
            false => match self.begin(writer, care, log).await? {
                (Begun::Open, parts) => parts,
                (Begun::Over(done), _) => return Ok(done),
                (Begun::Partly, _) => return Err(Unfinished::Lost(Loss::Partly)),
            },
        };
        self.attempt.notes.send(&self.attempt.say(&msg!("load-compares", lines = checked.read)));
        let faults = writer.faults().await?;
        self.insist(source)?;
        if !faults.lines.is_empty() {
            return Err(self.again(source, table, faults, log).await.into());
        }
        if checked.rejected.count > 0 {
            return Err(self.rejected(checked.read, &checked.rejected, log).into());
        }
        let foreseen = writer.foreseen(checked.read).await?.map_err(|why| self.attempt.not_started(&why))?;
        if shadow {
            writer.database.rollback().await;
            return Ok(self.done(&foreseen, None, log));
        }
        self.attempt.notes.send(&self.attempt.say(&msg!("load-writes", lines = checked.read)));
        let counts = match writer.apply(foreseen).await? {
            Ok(counts) => counts,
            Err(why) => return Err(self.turned_down(writer, why, source, table, log).await.into()),
        };
        self.insist(source)?;
        self.last(writer, &counts, care, parts, log).await
    }

    /// With a marker in the transaction, or before it where the table knows none: then it is told why.
    async fn begin(
        &self,
        writer: &mut Writer<'_>,
        care: &mut Once<'_>,
        log: &mut Log,
    ) -> Result<(Begun, Option<Msg>), Failure> {
        let names = self.load.into.table.split('.').map(str::to_owned).collect();
        let parts =
            writer.database.parts(&names, &[Some(self.load.into.table.clone())]).await.map_err(refused)?;
        let Some(why) = parts else {
            return care.begin(writer.database, log).await.map(|begun| (begun, None)).map_err(refused);
        };
        let begun = care.begin_around(&why, writer.database, log).await.map_err(refused)?;
        if let Begun::Open = begun {
            writer.database.begin(true).await.map_err(refused)?;
        }
        Ok((begun, Some(why)))
    }

    /// The result into the marker, and all of it is made to last.
    async fn last(
        &self,
        writer: &mut Writer<'_>,
        counts: &Counts,
        care: &mut Once<'_>,
        parts: Option<Msg>,
        log: &mut Log,
    ) -> Result<Done, Unfinished> {
        let (done, numbers) = (self.outcome(counts, parts.as_ref()), self.numbers(counts));
        let in_doubt = |care: &Once<'_>, why: Refused| match why.why {
            Why::Gone => care.in_doubt(why.words),
            _ => refused(why),
        };
        if care.mode == Mode::Within {
            care.finish(writer.database, &done, &numbers).await.map_err(refused)?;
        }
        care.commit(writer.database).await.map_err(|why| in_doubt(care, why))?;
        if care.mode == Mode::Around {
            care.finish(writer.database, &done, &numbers).await.map_err(|why| in_doubt(care, why))?;
        }
        Ok(self.done(counts, parts.as_ref(), log))
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

    /// What is told and kept of it when it is over.
    fn done(&self, counts: &Counts, parts: Option<&Msg>, log: &mut Log) -> Done {
        let done = self.outcome(counts, parts);
        for words in &done.remarks {
            log.line(words);
        }
        for (series, number) in self.numbers(counts) {
            self.attempt.numbers.note(series, number);
        }
        done
    }

    fn outcome(&self, counts: &Counts, parts: Option<&Msg>) -> Done {
        let shadow = self.attempt.job.plan.shadow;
        let sentence = if shadow { Msg::new("load-would") } else { Msg::new("load-done") };
        let words = counts.named().iter().fold(sentence, |msg, (name, number)| msg.with(name, *number));
        let rejected = std::iter::once(("rejected", 0));
        let outputs = counts.named().into_iter().chain(rejected);
        let outputs = outputs.map(|(name, number)| (name.to_owned(), Json::from(number))).collect();
        let remarks = std::iter::once(&words).chain(parts).map(|words| self.attempt.say(words));
        Done { outputs, remarks: remarks.collect() }
    }

    /// For the months to come; what a shadow run foresees is none of them.
    fn numbers(&self, counts: &Counts) -> Vec<(String, String)> {
        let into = &self.load.into;
        let series = |name| format!("load {}:{} {name}", into.connection, into.table);
        let numbers = counts.named().into_iter().filter(|_| !self.attempt.job.plan.shadow);
        numbers.map(|(name, number)| (series(name), number.to_string())).collect()
    }
}
