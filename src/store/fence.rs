//! What of the right to drive a run stands on a server: seats with their epochs, and places on platforms. Everything that
//! is compared with a clock is compared with the server's.

use std::sync::Arc;

use sqlx::{AnyConnection, Row as _};

use super::backend::Backend;
use super::lease::Terms;
use super::patience::again;
use super::{Store, StoreError};
use crate::id::RunId;
use crate::run::EngineId;

/// So long after its lease ran out a run still has its places, in milliseconds: its flows go on, and while the server was
/// away nobody could renew anything.
const KEPT: i64 = 120_000;

/// The server's clock in milliseconds of the epoch, as SQL.
macro_rules! now {
    () => {
        "cast(extract(epoch from clock_timestamp()) * 1000 as bigint)"
    };
}
pub(super) use now;

/// What lets a write through: the run is still driven in this epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fence {
    pub(super) run: RunId,
    pub(super) epoch: i64,
}

/// Who has the seat of a run; `current`: only where their lease has not run out.
pub(super) async fn holder(
    connection: &mut AnyConnection,
    run: &RunId,
    current: bool,
) -> Result<Option<EngineId>, sqlx::Error> {
    let sql =
        concat!("select host, pid, home from seats where run = $1 and ($2 = 0 or until > ", now!(), ")");
    let row =
        sqlx::query(sql).bind(run.to_string()).bind(i64::from(current)).fetch_optional(connection).await?;
    let Some(row) = row else { return Ok(None) };
    let pid = u32::try_from(row.try_get::<i64, _>(1)?).unwrap_or_default();
    let home: String = row.try_get(2)?;
    Ok(Some(EngineId { host: row.try_get(0)?, pid, home: crate::id::HomeId::new(&home) }))
}

/// What a server says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerFacts {
    /// Its version, in its own words.
    pub version: String,
    /// The schema that holds the journal.
    pub schema: String,
    /// Does it keep what it has acknowledged when its machine dies?
    pub is_durable: bool,
    /// Its clock, in milliseconds of the epoch.
    pub now: i64,
}

impl Store {
    /// What the server says of itself; `None`: there is none.
    pub async fn server(&mut self) -> Result<Option<ServerFacts>, StoreError> {
        let Backend::Postgres(server) = &self.backend else { return Ok(None) };
        let schema = server.schema().to_owned();
        let sql = concat!("select current_setting('server_version'), current_setting('fsync'), ", now!());
        let row = sqlx::query(sql).fetch_one(&mut self.connection).await;
        let row = row.map_err(|source| self.fault(source))?;
        let read = || {
            let fsync: String = row.try_get(1)?;
            Ok(ServerFacts {
                version: row.try_get(0)?,
                schema,
                is_durable: fsync == "on",
                now: row.try_get(2)?,
            })
        };
        read().map(Some).map_err(|source| self.fault(source))
    }

    /// The lease of a run, where nobody has it whose lease has not run out: a new epoch. `alone`: an engine of our own
    /// home that has it is dead.
    pub(super) async fn take_lease(
        &mut self,
        run: &RunId,
        me: &EngineId,
        alone: bool,
        terms: Terms,
    ) -> Result<Result<Fence, Option<EngineId>>, StoreError> {
        again!(self, self.take_lease_now(run, me, alone, terms))
    }

    async fn take_lease_now(
        &mut self,
        run: &RunId,
        me: &EngineId,
        alone: bool,
        terms: Terms,
    ) -> Result<Result<Fence, Option<EngineId>>, StoreError> {
        let home = me.home.as_ref().map(ToString::to_string).unwrap_or_default();
        let taken = sqlx::query(concat!(
            "insert into seats (run, epoch, host, pid, home, until) values ($1, 1, $2, $3, $4, ",
            now!(),
            " + $5) on conflict (run) do update set epoch = seats.epoch + 1, host = excluded.host, \
             pid = excluded.pid, home = excluded.home, until = ",
            now!(),
            " + $5 where seats.until <= ",
            now!(),
            " or ($6 <> '' and seats.home = $6 and seats.host = excluded.host) returning epoch"
        ))
        .bind(run.to_string())
        .bind(me.host.clone())
        .bind(i64::from(me.pid))
        .bind(home.clone())
        .bind(terms.millis())
        .bind(if alone { home } else { String::new() })
        .fetch_optional(&mut self.connection)
        .await
        .map_err(|source| self.fault(source));
        match taken {
            Ok(Some(row)) => {
                let epoch = row.try_get(0).map_err(|source| self.fault(source))?;
                Ok(Ok(Fence { run: run.clone(), epoch }))
            }
            // Its holder is writing just now.
            Err(error) if error.is_conflict() => Ok(Err(self.lease_holder_now(run).await?)),
            Err(error) => Err(error),
            Ok(None) => Ok(Err(self.lease_holder_now(run).await?)),
        }
    }

    /// Who has the lease of a run.
    pub(super) async fn lease_holder(&mut self, run: &RunId) -> Result<Option<EngineId>, StoreError> {
        again!(self, self.lease_holder_now(run))
    }

    async fn lease_holder_now(&mut self, run: &RunId) -> Result<Option<EngineId>, StoreError> {
        holder(&mut self.connection, run, true).await.map_err(|source| self.fault(source))
    }

    /// On a server: makes sure that we still may write, and that nobody else writes of this run until the transaction
    /// that has begun is over.
    pub(super) async fn claim(&mut self, run: &str) -> Result<(), StoreError> {
        if let Backend::Sqlite(_) = self.backend {
            return Ok(());
        }
        if let Some(fence) = self.fence.clone() {
            let ours = sqlx::query("select run from seats where run = $1 and epoch = $2 for share")
                .bind(fence.run.to_string())
                .bind(fence.epoch)
                .fetch_optional(&mut self.connection)
                .await
                .map_err(|source| self.fault(source))?;
            if ours.is_none() {
                let by = holder(&mut self.connection, &fence.run, false).await;
                let by = by.map_err(|source| self.fault(source))?;
                return Err(StoreError::TakenOver { run: fence.run, by });
            }
        }
        sqlx::query("select id from runs where id = $1 for update")
            .bind(run.to_owned())
            .fetch_optional(&mut self.connection)
            .await
            .map_err(|source| self.fault(source))?;
        Ok(())
    }

    /// The number of a place on `platform` that is ours now.
    pub(super) async fn take_row_place(
        &mut self,
        fence: &Fence,
        platform: &str,
        limit: u32,
    ) -> Result<Option<i64>, StoreError> {
        let (fence, platform) = (Arc::new(fence.clone()), platform.to_owned());
        again!(self, self.take_row_place_now(&fence, &platform, limit))
    }

    async fn take_row_place_now(
        &mut self,
        fence: &Fence,
        platform: &str,
        limit: u32,
    ) -> Result<Option<i64>, StoreError> {
        // What belongs to a seat that somebody else has now, or that has run out long ago, is free.
        let freed = concat!(
            "delete from places where platform = $1 and not exists (select 1 from seats where \
             seats.run = places.run and seats.epoch = places.epoch and seats.until > ",
            now!(),
            " - $2)"
        );
        let freed = sqlx::query(freed).bind(platform.to_owned()).bind(KEPT);
        let freed = freed.execute(&mut self.connection).await;
        freed.map_err(|source| self.fault(source))?;
        let taken = sqlx::query(
            "insert into places (platform, place, run, epoch) select $1, n, $2, $3 \
             from generate_series(cast(0 as bigint), $4 - 1) n where not exists \
             (select 1 from places where platform = $1 and place = n) \
             order by n limit 1 on conflict do nothing returning place",
        )
        .bind(platform.to_owned())
        .bind(fence.run.to_string())
        .bind(fence.epoch)
        .bind(i64::from(limit))
        .fetch_optional(&mut self.connection)
        .await
        .map_err(|source| self.fault(source))?;
        taken.map(|row| row.try_get(0).map_err(|source| self.fault(source))).transpose()
    }
}
