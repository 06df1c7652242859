//! One side of a comparison: a table in a transaction that only reads, so that every look at it sees the same.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use bigdecimal::BigDecimal;

use super::super::Trouble;
use super::normal::{Meaning, add};
use crate::exec::attempt::Attempt;
use crate::exec::number;
use crate::exec::sql::database::{Database, Refused};
use crate::exec::sql::place::quoted;
use crate::exec::sql::rows::{Cell, Rows};
use crate::exec::sql::table::{Column, ColumnKind};
use crate::exec::sql::text::Dialect;
use crate::msg;
use crate::plan::TableName;
use crate::run::Failure;
use crate::words::{Msg, one_line};

/// A table that is there.
pub(super) struct Table<'d> {
    database: &'d mut Database,
    /// `connection:table`, as the runbook has it.
    pub(super) name: String,
    /// Its name for queries.
    place: String,
    columns: Vec<Column>,
}

/// What keeps a table from being read.
pub(super) enum Unreadable {
    /// The database.
    Refused(Refused),
    /// A value or a column that no look more will mend.
    Lasting(Msg),
}

impl From<Refused> for Unreadable {
    fn from(refused: Refused) -> Self {
        Unreadable::Refused(refused)
    }
}

impl Unreadable {
    pub(super) fn trouble(self, attempt: &Attempt) -> Trouble {
        match self {
            Unreadable::Refused(refused) => Failure::Sql { statement: 1, why: refused.words }.into(),
            Unreadable::Lasting(words) => Trouble::Lasting(attempt.not_started(&words)),
        }
    }
}

/// A query for keys, each with how often it is there.
#[derive(Debug, Clone)]
pub(super) struct Scan {
    sql: String,
    counted: bool,
}

impl<'d> Table<'d> {
    /// Begins to read; `None` where there is no such table.
    pub(super) async fn open(database: &'d mut Database, name: &TableName) -> Result<Option<Self>, Refused> {
        match database.dialect() {
            Dialect::Sqlite => database.begin(false).await?,
            Dialect::Postgres => {
                let begin = "rollback; begin isolation level repeatable read, read only";
                database.ask(begin, &[], &mut Rows::default()).await?;
            }
            Dialect::MySql => {
                let begin = "rollback; set transaction isolation level repeatable read; \
                             start transaction with consistent snapshot, read only";
                database.ask(begin, &[], &mut Rows::default()).await?;
            }
        }
        let Some(place) = database.quoted(&name.table).await? else { return Ok(None) };
        let columns = database.columns(&name.table).await?;
        let name = format!("{}:{}", name.connection, name.table);
        Ok(Some(Table { database, name, place, columns }))
    }

    /// A column, by its name as it is written, else without regard to capitals.
    pub(super) fn column(&self, name: &str) -> Result<&Column, Unreadable> {
        let exact = self.columns.iter().find(|column| column.name == name);
        let same = |column: &&Column| column.name.eq_ignore_ascii_case(name);
        exact.or_else(|| self.columns.iter().find(same)).ok_or_else(|| {
            let known: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
            let known = one_line(&known.join(", "), 200);
            Unreadable::Lasting(msg!(
                "exec-table-no-column",
                table = &self.name,
                column = name,
                known = known
            ))
        })
    }

    fn quoted(&self, column: &Column) -> String {
        quoted(&column.name, self.database.dialect())
    }

    /// The number of rows.
    pub(super) async fn rows(&mut self) -> Result<BigDecimal, Unreadable> {
        let cell = self.first(&format!("select count(*) from {}", self.place)).await?;
        Ok(number::of_cell(&cell[0]).unwrap_or_default())
    }

    /// The exact sum of a column; `None` where it has no value.
    pub(super) async fn sum(
        &mut self,
        column: &str,
        seen: &AtomicU64,
    ) -> Result<Option<BigDecimal>, Unreadable> {
        let (name, place) = (self.quoted(self.column(column)?), &self.place);
        if self.database.dialect() == Dialect::Sqlite {
            let others = "('integer', 'null')";
            let sql = format!("select count(*) from {place} where typeof({name}) not in {others}");
            if self.first(&sql).await?[0] != Cell::Integer(0) {
                return self.added(column, seen).await;
            }
            // Sums of whole numbers that do not fit are an error there: each half does fit.
            let sql =
                format!("select sum({name} / 1000000000), sum({name} % 1000000000) from {}", self.place);
            let halves = self.first(&sql).await?;
            let (high, low) = (number::of_cell(&halves[0]), number::of_cell(&halves[1]));
            let billion = BigDecimal::from(1_000_000_000);
            return Ok(high.zip(low).map(|(high, low)| high * billion + low));
        }
        let sum = self.first(&format!("select sum({name}) from {place}")).await?;
        match &sum[0] {
            Cell::Null => Ok(None),
            cell => number::of_cell(cell).map(Some).ok_or_else(|| self.no_number(column, cell)),
        }
    }

    /// Adds row by row: `SQLite` itself would add floats.
    async fn added(&mut self, column: &str, seen: &AtomicU64) -> Result<Option<BigDecimal>, Unreadable> {
        let name = self.quoted(self.column(column)?);
        let sql = format!("select {name} from {} where {name} is not null", self.place);
        let (mut sum, mut bad) = (None::<BigDecimal>, None);
        let add = |cells: &[Cell]| {
            seen.fetch_add(1, Ordering::Relaxed);
            let Some(number) = number::of_cell(&cells[0]) else {
                bad = Some(cells[0].clone());
                return ControlFlow::Break(());
            };
            sum = Some(sum.take().unwrap_or_default() + number);
            ControlFlow::Continue(())
        };
        self.database.each(&sql, add).await?;
        match bad {
            Some(cell) => Err(self.no_number(column, &cell)),
            None => Ok(sum),
        }
    }

    fn no_number(&self, column: &str, cell: &Cell) -> Unreadable {
        let value = one_line(&cell.text(), 100);
        let table = &self.name;
        Unreadable::Lasting(msg!("exec-table-no-number", table = table, column = column, value = value))
    }

    async fn first(&mut self, sql: &str) -> Result<Vec<Cell>, Unreadable> {
        let mut rows = Rows::only_first();
        self.database.ask(sql, &[], &mut rows).await?;
        Ok(rows.first.unwrap_or_else(|| vec![Cell::Null; 2]))
    }

    /// How the keys in these columns are read. What may be there more than once is counted by the database, which has
    /// nothing to count where the primary key is among them.
    pub(super) fn scan(&self, columns: &[String], count: bool) -> Result<Scan, Unreadable> {
        let columns = columns.iter().map(|name| self.column(name)).collect::<Result<Vec<_>, _>>()?;
        let mut parts = self.columns.iter().filter(|column| column.primary_key).peekable();
        let is_unique = parts.peek().is_some() && parts.all(|part| columns.contains(&part));
        let counted = count || !is_unique;
        let place = &self.place;
        let list = |write: &dyn Fn(&Column) -> String| {
            columns.iter().map(|column| write(column)).collect::<Vec<_>>().join(", ")
        };
        let sql = if counted {
            let numbers = (1..=columns.len()).map(|number| number.to_string()).collect::<Vec<_>>().join(", ");
            let list = list(&|column| self.told_apart(column));
            format!("select {list}, count(*) from {place} group by {numbers}")
        } else {
            format!("select {} from {place}", list(&|column| self.quoted(column)))
        };
        Ok(Scan { sql, counted })
    }

    /// A column whose values the database tells apart letter by letter, whatever it was told about sorting.
    fn told_apart(&self, column: &Column) -> String {
        let name = self.quoted(column);
        match (self.database.dialect(), column.kind) {
            (Dialect::Sqlite, _) => format!("{name} collate binary"),
            (Dialect::MySql, ColumnKind::Text { .. }) => {
                format!("convert({name} using utf8mb4) collate utf8mb4_bin")
            }
            (Dialect::MySql | Dialect::Postgres, _) => name,
        }
    }

    /// Shows every key, with how often it is there.
    pub(super) async fn each_key(
        &mut self,
        scan: &Scan,
        meanings: &[Meaning],
        seen: &AtomicU64,
        mut see: impl FnMut(&[u8], u64) + Send,
    ) -> Result<(), Unreadable> {
        let mut key = Vec::new();
        let show = |cells: &[Cell]| {
            seen.fetch_add(1, Ordering::Relaxed);
            key.clear();
            for (cell, meaning) in cells.iter().zip(meanings) {
                add(&mut key, cell, *meaning);
            }
            let times = match cells.last().filter(|_| scan.counted) {
                Some(count) => count.text().parse().unwrap_or(0),
                None => 1,
            };
            see(&key, times);
            ControlFlow::Continue(())
        };
        Ok(self.database.each(&scan.sql, show).await?)
    }
}
