//! Numbers that checks and loads saw, by month: written with the event that brings them, read by later months.

use sqlx::Row;

use super::patience::again;
use super::{Store, StoreError, number};
use crate::id::RunId;
use crate::run::{Event, Record};
use crate::time::Month;

/// A number that a step saw in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthNumber {
    /// What it counts.
    pub series: String,
    /// The accounting month.
    pub month: Month,
    /// The number, in decimal digits.
    pub value: String,
}

impl Store {
    /// Keeps an event's numbers; what a step sees again in the same month takes the place of what it saw before.
    pub(super) async fn keep_numbers(&mut self, run: &RunId, record: &Record) -> Result<(), StoreError> {
        let Event::StepEnded { step, numbers, .. } = &record.event else { return Ok(()) };
        for seen in numbers {
            sqlx::query(
                "insert into numbers (step, series, month, value, run, seq) values ($1, $2, $3, $4, $5, $6) \
                 on conflict (step, series, month) do update \
                 set value = excluded.value, run = excluded.run, seq = excluded.seq",
            )
            .bind(step.0.clone())
            .bind(seen.series.clone())
            .bind(run.month.to_string())
            .bind(seen.value.clone())
            .bind(run.to_string())
            .bind(number(record.seq))
            .execute(&mut self.connection)
            .await
            .map_err(|source| self.fault(source))?;
        }
        Ok(())
    }

    /// What the step at `path` saw from month `from` on and before month `before`, in the order of months.
    pub async fn numbers(
        &mut self,
        path: &str,
        from: Month,
        before: Month,
    ) -> Result<Vec<MonthNumber>, StoreError> {
        again!(self, self.numbers_now(path, from, before))
    }

    async fn numbers_now(
        &mut self,
        path: &str,
        from: Month,
        before: Month,
    ) -> Result<Vec<MonthNumber>, StoreError> {
        let rows = sqlx::query(
            "select series, month, value from numbers where step = $1 and month >= $2 and month < $3 \
             order by month, series",
        )
        .bind(path.to_owned())
        .bind(from.to_string())
        .bind(before.to_string())
        .fetch_all(&mut self.connection)
        .await
        .map_err(|source| self.fault(source))?;
        let read = |row: &sqlx::any::AnyRow| {
            let month: String = row.try_get(1)?;
            let month = month.parse().map_err(|_| sqlx::Error::RowNotFound)?;
            Ok(MonthNumber { series: row.try_get(0)?, month, value: row.try_get(2)? })
        };
        rows.iter().map(read).collect::<Result<_, sqlx::Error>>().map_err(|why| self.damaged(why))
    }
}
