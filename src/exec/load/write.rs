//! The database's part of a load: rows are staged, their keys compared, and then everything changes at once.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::header::compares;
use super::read::Row;
use super::rejects::WRITTEN;
use super::script::{Script, whereabouts};
use crate::exec::not_started;
use crate::exec::sql::database::{Database, Interrupt, Refused, Why};
use crate::exec::sql::rows::{Cell, Rows};
use crate::exec::sql::text::{Dialect, statements};
use crate::exec::sql::{Bound, script};
use crate::msg;
use crate::plan::{Load, LoadMode, ParamValue};
use crate::run::Failure;
use crate::words::{Lang, Msg, one_line};

/// Lines that are sought one by one where the temporary table does not take them.
const SOUGHT: usize = 20;

/// What a load did to its table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) read: u64,
    pub(super) inserted: u64,
    pub(super) updated: u64,
    pub(super) removed: u64,
    pub(super) unchanged: u64,
}

impl Counts {
    /// Each with its name.
    pub(super) fn named(&self) -> [(&'static str, u64); 5] {
        [
            ("read", self.read),
            ("inserted", self.inserted),
            ("updated", self.updated),
            ("removed", self.removed),
            ("unchanged", self.unchanged),
        ]
    }
}

/// Lines that the database finds fault with: the first of them by their numbers, and how many more there are.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub(super) lines: BTreeMap<u64, Vec<Msg>>,
    pub(super) more: u64,
}

/// A database that is being written to.
pub(super) struct Writer<'w> {
    pub(super) database: &'w mut Database,
    pub(super) script: Script,
    pub(super) load: &'w Load,
    pub(super) lang: Lang,
    /// What a condition may bind.
    pub(super) bindings: BTreeMap<String, ParamValue>,
    /// Lines that the temporary table did not take.
    pub(super) untaken: Faults,
    pub(super) interrupt: Interrupt,
}

/// The database refused; nothing of the load remains.
pub(super) fn refused(why: Refused) -> Failure {
    Failure::Sql { statement: 1, why: why.words }
}

/// A table's schema, where it has one, and its name, as the database writes them.
pub(super) async fn written(database: &mut Database, table: &str) -> Result<Vec<String>, Failure> {
    let parts: Vec<String> = table.split('.').map(str::to_owned).collect();
    let dialect = database.dialect();
    let Some(sql) = whereabouts(dialect) else { return Ok(parts) };
    let (schema, name) = table.rsplit_once('.').unwrap_or(("", table));
    let values = [("schema", schema), ("name", name)];
    let values = values.map(|(name, value)| (name.to_owned(), ParamValue::Text(value.to_owned())));
    let bound = script(sql, dialect, &values.into(), true).unwrap_or_default();
    let mut rows = Rows::default();
    for (statement, values) in &bound {
        database.execute(statement, values, &mut rows).await.map_err(refused)?;
    }
    Ok(rows.first.map_or(parts, |row| row.iter().map(Cell::text).collect()))
}

impl Writer<'_> {
    /// Makes the temporary table.
    pub(super) async fn begin(&mut self) -> Result<(), Failure> {
        let create = self.script.create();
        self.execute(&create).await.map(drop)
    }

    /// Rows into the temporary table.
    pub(super) async fn stage(&mut self, rows: &[Row]) -> Result<(), Failure> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut waiting = vec![rows];
        while let Some(rows) = waiting.pop() {
            self.execute("SAVEPOINT monthstart_rows").await?;
            let Err(why) = self.fill(rows).await? else {
                self.execute("RELEASE SAVEPOINT monthstart_rows").await?;
                continue;
            };
            let known = self.untaken.lines.len();
            if why.why != Why::Values || known >= SOUGHT || self.interrupt.is_set() {
                return Err(refused(why));
            }
            self.execute("ROLLBACK TO SAVEPOINT monthstart_rows").await?;
            if let [row] = rows {
                self.untaken.lines.insert(row.line, vec![msg!("load-refused", why = why.words)]);
            } else {
                let (first, second) = rows.split_at(rows.len() / 2);
                waiting.extend([second, first]);
            }
        }
        Ok(())
    }

    async fn fill(&mut self, rows: &[Row]) -> Result<Result<(), Refused>, Failure> {
        let values = BTreeMap::from([("rows".to_owned(), self.script.rows(rows))]);
        let (statement, values) = self.bound(&self.script.fill(), &values)?;
        Ok(self.database.execute(&statement, &values, &mut Rows::default()).await.map(drop))
    }

    /// After the last row.
    pub(super) async fn staged(&mut self) -> Result<(), Failure> {
        let Some(index) = self.script.index() else { return Ok(()) };
        let made = self.execute(&index).await.map(drop);
        // It stands outside of any transaction: without it everything is slower, and the same.
        if self.database.dialect() == Dialect::MySql { Ok(()) } else { made }
    }

    /// What only the database can find wrong: keys that are doubled, or where they may not be.
    pub(super) async fn faults(&mut self) -> Result<Faults, Failure> {
        let mut faults = std::mem::take(&mut self.untaken);
        let replaces = self.load.mode == LoadMode::Replace && self.load.filter.is_some();
        let part = self.load.filter.as_ref().map(|part| one_line(&part.0, 100)).unwrap_or_default();
        if self.script.has_key() {
            let doubled = self.script.doubled();
            self.lines(&doubled, &mut faults, |first| msg!("load-doubled", line = first)).await?;
        }
        if self.load.mode == LoadMode::Append && self.script.has_key() {
            let there = self.script.there();
            self.lines(&there, &mut faults, |_| msg!("load-there")).await?;
        }
        if replaces {
            let outside = self.script.outside();
            self.lines(&outside, &mut faults, |_| msg!("load-outside", part = part.clone())).await?;
        }
        if replaces && self.script.has_key() {
            let elsewhere = self.script.elsewhere();
            self.lines(&elsewhere, &mut faults, |_| msg!("load-elsewhere", part = part.clone())).await?;
        }
        Ok(faults)
    }

    /// What the load would do.
    pub(super) async fn foreseen(&mut self, read: u64) -> Result<Result<Counts, Msg>, Failure> {
        let compares = compares(self.load);
        let mut counts = Counts { read, inserted: read, ..Counts::default() };
        if compares {
            let numbers = self.script.counts();
            let [rows, keys, updated] = self.numbers(&numbers).await?;
            if rows != keys {
                let table = self.load.into.table.clone();
                return Ok(Err(msg!("load-key-of-many", table = table, rows = rows, keys = keys)));
            }
            (counts.inserted, counts.updated) = (read.saturating_sub(keys), updated);
            counts.unchanged = keys.saturating_sub(updated);
        }
        if self.load.mode == LoadMode::Replace {
            let gone = self.script.gone(compares);
            [counts.removed] = self.numbers(&gone).await?;
        }
        Ok(Ok(counts))
    }

    /// Does it.
    pub(super) async fn apply(&mut self, foreseen: Counts) -> Result<Result<Counts, Refused>, Failure> {
        let compares = compares(self.load);
        let mut counts = Counts { updated: 0, removed: 0, ..foreseen };
        if self.load.mode == LoadMode::Replace {
            let remove = self.script.remove(compares);
            match self.attempted(&remove).await? {
                Ok(removed) => counts.removed = removed,
                Err(why) => return Ok(Err(why)),
            }
        }
        if let Some(update) = self.script.update().filter(|_| compares) {
            match self.attempted(&update).await? {
                Ok(updated) => counts.updated = updated,
                Err(why) => return Ok(Err(why)),
            }
        }
        let insert = self.script.insert(compares);
        match self.attempted(&insert).await? {
            Ok(inserted) => counts.inserted = inserted,
            Err(why) => return Ok(Err(why)),
        }
        counts.unchanged = counts.read.saturating_sub(counts.inserted + counts.updated);
        Ok(Ok(counts))
    }

    /// The line that the table does not take, for these reasons: with the lines before it everything is well, with it
    /// too the database says the same. Nothing of the search remains.
    pub(super) async fn culprit(&mut self, why: &Refused) -> Option<Faults> {
        let whole = self.script.clone();
        let [last] = self.numbers(&whole.last()).await.ok()?;
        let (mut good, mut bad) = (0, last);
        let mut same = self.refuses(&whole, good).await?.is_none();
        while same && bad - good > 1 {
            let middle = good + (bad - good) / 2;
            match self.refuses(&whole, middle).await? {
                None => good = middle,
                Some(words) => (bad, same) = (middle, words == why.words),
            }
        }
        self.script = whole;
        let lines = BTreeMap::from([(bad, vec![msg!("load-refused", why = why.words.clone())])]);
        same.then_some(Faults { lines, more: 0 })
    }

    /// What the database says of the lines up to this one; `None` where it cannot be known.
    async fn refuses(&mut self, whole: &Script, line: u64) -> Option<Option<String>> {
        self.script = whole.until(line);
        let begun = !self.interrupt.is_set() && self.database.begin(true).await.is_ok();
        let done = if begun { self.apply(Counts::default()).await.ok() } else { None };
        self.database.rollback().await;
        match done? {
            Ok(_) => Some(None),
            Err(why) => (why.why == Why::Values).then_some(Some(why.words)),
        }
    }

    /// One statement, with what it binds; a condition that is none makes it several.
    fn bound(&self, sql: &str, values: &BTreeMap<String, ParamValue>) -> Result<Bound, Failure> {
        let dialect = self.database.dialect();
        let odd = |why: String| Failure::Sql { statement: 1, why };
        if statements(sql, dialect).len() != 1 {
            return Err(odd(one_line(sql, 200)));
        }
        let told = |why: Msg| not_started(self.lang, &why);
        let mut all = script(sql, dialect, values, true).map_err(told)?;
        all.pop().ok_or_else(|| odd(one_line(sql, 200)))
    }

    async fn execute(&mut self, sql: &str) -> Result<u64, Failure> {
        self.attempted(sql).await?.map_err(refused)
    }

    async fn attempted(&mut self, sql: &str) -> Result<Result<u64, Refused>, Failure> {
        let (statement, values) = self.bound(sql, &self.bindings)?;
        Ok(self.database.execute(&statement, &values, &mut Rows::default()).await)
    }

    /// The numbers of the one row that a query gives.
    async fn numbers<const N: usize>(&mut self, sql: &str) -> Result<[u64; N], Failure> {
        let (statement, values) = self.bound(sql, &self.bindings)?;
        let mut rows = Rows::default();
        self.database.execute(&statement, &values, &mut rows).await.map_err(refused)?;
        let mut numbers = [0; N];
        for (number, cell) in numbers.iter_mut().zip(rows.first.iter().flatten()) {
            *number = cell.text().parse().unwrap_or_default();
        }
        Ok(numbers)
    }

    /// Adds the lines that a query names, each with its reason, which may name a second one.
    async fn lines(
        &mut self,
        sql: &str,
        faults: &mut Faults,
        reason: impl Fn(u64) -> Msg + Send + Sync,
    ) -> Result<(), Failure> {
        let (statement, values) = self.bound(sql, &self.bindings)?;
        let see = |cells: &[Cell]| {
            let number =
                |index: usize| cells.get(index).and_then(|cell| cell.text().parse().ok()).unwrap_or(0);
            let line: u64 = number(0);
            if (faults.lines.len() as u64) < WRITTEN || faults.lines.contains_key(&line) {
                faults.lines.entry(line).or_default().push(reason(number(1)));
            } else {
                faults.more += 1;
            }
            ControlFlow::Continue(())
        };
        self.database.each_row(&statement, &values, see).await.map_err(refused)
    }
}
