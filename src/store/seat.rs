//! The right to drive a run. On `SQLite` it is a lock that the operating system gives up when its holder dies; on a
//! server it is a lease by the server's clock, and every write of its holder is fenced by its epoch.

use std::path::Path;

use tokio::time::Instant;

use super::backend::Backend;
use super::lease::{Lease, Terms};
use super::lock::{FilePlace, RunLock};
use super::{StateFolder, Store, StoreError};
use crate::id::RunId;
use crate::run::EngineId;

/// The right to drive a run, held as long as this value lives.
#[derive(Debug)]
pub enum Seat {
    /// A locked file.
    Lock(RunLock, StateFolder),
    /// A lease on a server.
    Lease(Lease),
}

/// Was the right to drive a run to be had?
#[derive(Debug)]
pub enum Taken {
    /// It is ours.
    Ours(Seat),
    /// Somebody has it; who, where that can be told.
    Held(Option<EngineId>),
}

/// A place on a platform that runs a limited number of flows, over all runs of the project. It is given back when this
/// value goes; whoever dies gives it back too.
#[derive(Debug)]
pub enum PlatformPlace {
    /// A locked file.
    File(FilePlace),
    /// A row on a server.
    Row(super::lease::RowPlace),
}

impl Seat {
    /// Takes the right to drive `run`. From then on `store` writes with it.
    pub async fn take(
        store: &mut Store,
        folder: &StateFolder,
        run: &RunId,
        me: &EngineId,
        terms: Terms,
    ) -> Result<Taken, StoreError> {
        // The file lock is what tells engines of one machine apart, whatever keeps the journal.
        let folder = &beside(store, folder);
        let lock = match RunLock::take(folder, run, me)? {
            Ok(lock) => lock,
            Err(holder) => return Ok(Taken::Held(holder)),
        };
        let Backend::Postgres(server) = store.backend.clone() else {
            return Ok(Taken::Ours(Seat::Lock(lock, folder.clone())));
        };
        // Who holds the file lock of a home that no other machine uses is the only engine there.
        let alone = folder.is_ours_alone();
        let asked = Instant::now();
        match store.take_lease(run, me, alone, terms).await? {
            Ok(fence) => {
                store.fence = Some(fence.clone());
                let (lease, ear) = Lease::begin(server, lock, fence, terms, asked);
                store.hear_with(ear);
                Ok(Taken::Ours(Seat::Lease(lease)))
            }
            Err(holder) => Ok(Taken::Held(holder)),
        }
    }

    /// Who drives `run` now, if anybody does.
    pub async fn holder(
        store: &mut Store,
        folder: &StateFolder,
        run: &RunId,
    ) -> Result<Option<EngineId>, StoreError> {
        match store.backend {
            Backend::Sqlite(_) => Ok(RunLock::holder(&beside(store, folder), run)),
            Backend::Postgres(_) => {
                let holder = store.lease_holder(run).await?;
                Ok(holder.filter(|holder| !is_dead(folder, run, holder)))
            }
        }
    }

    /// May something be started now? Not while a lease might run out before it has begun; an error when somebody else
    /// drives the run.
    pub fn may_start(&self) -> Result<bool, StoreError> {
        match self {
            Seat::Lock(..) => Ok(true),
            Seat::Lease(lease) => lease.is_trusted(),
        }
    }

    /// Ends when it has to be looked at again whether something may be started; never, for a lock.
    pub async fn changed(&self) {
        match self {
            Seat::Lock(..) => std::future::pending().await,
            Seat::Lease(lease) => lease.changed().await,
        }
    }

    /// Takes one of `limit` places on `platform`; `None`: all are taken.
    pub async fn take_place(
        &self,
        store: &mut Store,
        platform: &str,
        limit: u32,
    ) -> Result<Option<PlatformPlace>, StoreError> {
        match self {
            Seat::Lock(_, folder) => Ok(FilePlace::take(folder, platform, limit)?.map(PlatformPlace::File)),
            Seat::Lease(lease) => {
                let number = store.take_row_place(lease.fence(), platform, limit).await?;
                Ok(number.map(|number| PlatformPlace::Row(lease.place(platform, number))))
            }
        }
    }

    /// Gives the right back.
    pub async fn leave(self) {
        if let Seat::Lease(lease) = self {
            lease.leave().await;
        }
    }
}

/// Where locks stand: beside a file, so that whoever uses it meets the others, from whichever state folder.
fn beside(store: &Store, folder: &StateFolder) -> StateFolder {
    let place = match &store.backend {
        Backend::Sqlite(path) => Path::new(path).parent(),
        Backend::Postgres(_) => None,
    };
    place.map_or_else(|| folder.clone(), StateFolder::at)
}

/// Did an engine of our own home leave a lease behind that has not run out? Its lock would be held if it lived.
fn is_dead(folder: &StateFolder, run: &RunId, holder: &EngineId) -> bool {
    let ours = folder.known_home().is_some_and(|home| holder.home.as_ref() == Some(&home));
    ours && folder.is_ours_alone() && !RunLock::is_held(folder, run)
}
