//! What is done when the journal's server goes away: it is waited for, and what was under way is done again on a new
//! connection. That is safe because every write can be repeated: events are appended at a number, and the row of their
//! run is locked first, so that a commit whose answer was lost has either happened by then or never will.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::backend::Backend;
use super::postgres::LONGEST;
use super::{Store, StoreError};
use crate::msg;
use crate::words::Msg;

/// How long a command waits for a server that went away while it was at work.
const BRIEF: Duration = Duration::from_secs(5);
/// How long an engine waits for it: a night.
const NIGHT: Duration = Duration::from_hours(12);
/// Between two tries, at first and at last.
const FIRST: Duration = Duration::from_millis(50);
const LAST: Duration = Duration::from_secs(2);
/// It is said again after so long.
const REMIND: Duration = Duration::from_mins(10);

/// Where it is told that the journal cannot be reached, and that it can again.
pub type Teller = Arc<dyn Fn(Msg) + Send + Sync>;

/// How long a server is waited for that went away.
#[derive(Clone)]
pub struct Patience {
    longest: Duration,
    told: Option<Teller>,
    stop: Option<watch::Receiver<bool>>,
}

impl fmt::Debug for Patience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Patience({:?})", self.longest)
    }
}

impl Default for Patience {
    fn default() -> Self {
        Patience { longest: BRIEF, told: None, stop: None }
    }
}

impl Patience {
    /// An engine's: it waits a night, and says so, until `stop` is wished.
    pub fn of_an_engine(told: Teller, stop: watch::Receiver<bool>) -> Self {
        Patience { longest: NIGHT, told: Some(told), stop: Some(stop) }
    }

    /// The same without a word: somebody else tells it.
    pub fn beside_an_engine(stop: watch::Receiver<bool>) -> Self {
        Patience { longest: NIGHT, told: None, stop: Some(stop) }
    }

    /// A stand-by's: it waits a night, and any signal ends it.
    pub fn of_a_stand_by() -> Self {
        Patience { longest: NIGHT, told: None, stop: None }
    }

    fn tell(&self, msg: Msg) {
        if let Some(told) = &self.told {
            told(msg);
        }
    }

    /// Ends early, with `false`, when nobody wants to wait any longer.
    async fn pause(&mut self, pause: Duration) -> bool {
        let Some(stop) = &mut self.stop else {
            sleep(pause).await;
            return true;
        };
        tokio::select! {
            biased;
            Ok(_) = stop.wait_for(|wish| *wish) => false,
            () = sleep(pause) => true,
        }
    }
}

/// Work on the store that is done again when the server had gone away meanwhile.
macro_rules! again {
    ($store:ident, $work:expr) => {
        loop {
            let limit = $store.limit();
            match $crate::store::patience::within(limit, $work).await {
                Err($crate::store::patience::Ended::Failed(error)) => $store.mend(error).await?,
                Err($crate::store::patience::Ended::Silent) => $store.mend($store.silent()).await?,
                Ok(done) => break Ok(done),
            }
        }
    };
}
pub(super) use again;

/// Why work on the store did not succeed.
pub(super) enum Ended {
    /// The store says why.
    Failed(StoreError),
    /// Nothing was heard of it in time.
    Silent,
}

/// Work with a limit, where there is one.
pub(super) async fn within<T>(
    limit: Option<Duration>,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, Ended> {
    match limit {
        None => work.await.map_err(Ended::Failed),
        Some(limit) => match tokio::time::timeout(limit, work).await {
            Ok(done) => done.map_err(Ended::Failed),
            Err(_) => Err(Ended::Silent),
        },
    }
}

impl Store {
    /// The same store, waited for in another way.
    pub fn wait_with(&mut self, patience: Patience) {
        self.patience = patience;
    }

    /// How long one piece of work may take before the server counts as gone; a file is always there.
    pub(super) fn limit(&self) -> Option<Duration> {
        match self.backend {
            Backend::Sqlite(_) => None,
            Backend::Postgres(_) => Some(LONGEST),
        }
    }

    /// What it means that nothing is heard of it.
    pub(super) fn silent(&self) -> StoreError {
        match &self.backend {
            Backend::Sqlite(path) => {
                let why = std::io::ErrorKind::TimedOut.to_string();
                StoreError::Unusable { path: path.clone(), why }
            }
            Backend::Postgres(server) => server.silent(),
        }
    }

    /// A new connection in place of one that broke; any other error, and one that lasts too long, is given back.
    pub(super) async fn mend(&mut self, error: StoreError) -> Result<(), StoreError> {
        if !error.is_gone() {
            return Err(error);
        }
        let (begun, mut patience) = (Instant::now(), self.patience.clone());
        let (mut why, mut pause, mut reminded) = (error, FIRST, None::<Instant>);
        loop {
            match self.backend.connect_again().await {
                Ok(Some(connection)) => {
                    self.connection = connection;
                    if reminded.is_some() {
                        patience.tell(msg!("store-back"));
                    }
                    return Ok(());
                }
                Ok(None) => return Err(why),
                Err(error) if error.is_gone() => why = error,
                Err(error) => return Err(error),
            }
            if begun.elapsed() >= patience.longest {
                return Err(why);
            }
            if reminded.is_none_or(|said| said.elapsed() >= REMIND) {
                reminded = Some(Instant::now());
                patience.tell(waits(&why));
            }
            if !patience.pause(pause).await {
                return Err(why);
            }
            pause = (pause * 2).min(LAST);
        }
    }
}

fn waits(why: &StoreError) -> Msg {
    match why {
        StoreError::Gone { path, why } => msg!("store-waits", path = path, why = why),
        other => crate::words::Explain::explain(other),
    }
}
