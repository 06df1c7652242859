//! A lease: the right to drive a run until an instant of the server's clock, renewed in the background. Its holder goes
//! by its own monotonic clock, and stops starting things well before anybody else can take the lease.

use std::time::Duration;

use sqlx::Row as _;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::StoreError;
use super::ear::{Drum, Ear, Line, ear};
use super::fence::{Fence, holder, now};
use super::lock::RunLock;
use super::postgres::Server;
use crate::run::EngineId;

/// Between two tries to renew a lease while the server is away.
const RETRY: Duration = Duration::from_millis(250);
/// Between two connections that an engine asks for because it would like to listen.
const AGAIN: Duration = Duration::from_secs(2);
/// Giving a lease back is not waited for longer: it runs out by itself.
const LEAVING: Duration = Duration::from_secs(2);

/// How long a lease lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    lease: Duration,
}

impl Default for Terms {
    fn default() -> Self {
        Terms { lease: Duration::from_secs(20) }
    }
}

impl Terms {
    /// A lease of another length: at least a second, at most an hour.
    pub fn of(lease: Duration) -> Self {
        Terms { lease: lease.clamp(Duration::from_secs(1), Duration::from_hours(1)) }
    }

    /// Between two renewals.
    fn renewal(self) -> Duration {
        self.lease / 4
    }

    /// So long after it asked for a renewal that was granted, the holder still trusts it.
    fn trust(self) -> Duration {
        self.lease * 3 / 4
    }

    /// How often whoever stands by looks whether a run is free.
    pub fn look(self) -> Duration {
        (self.lease / 10).min(Duration::from_secs(2))
    }

    pub(super) fn millis(self) -> i64 {
        i64::try_from(self.lease.as_millis()).unwrap_or(i64::MAX)
    }
}

/// How it stands with a lease.
#[derive(Debug, Clone)]
enum Standing {
    /// It is ours, and trusted until then.
    Ours(Instant),
    /// Somebody else has it.
    Gone(Option<EngineId>),
}

/// What is to be done on the lease's own connection.
#[derive(Debug)]
enum Order {
    /// A place on a platform is free again.
    Free(String, i64),
    /// The lease is given back.
    Leave,
}

/// The right to drive a run, renewed as long as this value lives.
#[derive(Debug)]
pub struct Lease {
    fence: Fence,
    standing: watch::Receiver<Standing>,
    orders: mpsc::UnboundedSender<Order>,
    task: JoinHandle<()>,
    _lock: RunLock,
}

/// A place on a platform, as a row.
#[derive(Debug)]
pub struct RowPlace {
    platform: String,
    number: i64,
    orders: mpsc::UnboundedSender<Order>,
}

impl Drop for RowPlace {
    fn drop(&mut self) {
        // Where nobody listens any more the lease is given back, and its places with it.
        let _ = self.orders.send(Order::Free(std::mem::take(&mut self.platform), self.number));
    }
}

impl Lease {
    /// Begins to renew a lease that was taken, and `asked` for before. The ear hears what is said of its run.
    pub(super) fn begin(
        server: Server,
        lock: RunLock,
        fence: Fence,
        terms: Terms,
        asked: Instant,
    ) -> (Self, Ear) {
        let (drum, ear) = ear();
        let (standing, watched) = watch::channel(Standing::Ours(asked + terms.trust()));
        let (orders, incoming) = mpsc::unbounded_channel();
        let (free, head) = (Vec::new(), None);
        let renewer = Renewer { server, fence: fence.clone(), terms, standing, line: None, drum, head, free };
        let task = tokio::spawn(renewer.run(incoming));
        (Lease { fence, standing: watched, orders, task, _lock: lock }, ear)
    }

    pub(super) fn fence(&self) -> &Fence {
        &self.fence
    }

    pub(super) fn place(&self, platform: &str, number: i64) -> RowPlace {
        RowPlace { platform: platform.to_owned(), number, orders: self.orders.clone() }
    }

    pub(super) fn is_trusted(&self) -> Result<bool, StoreError> {
        match &*self.standing.borrow() {
            Standing::Ours(until) => Ok(Instant::now() < *until),
            Standing::Gone(by) => Err(StoreError::TakenOver { run: self.fence.run.clone(), by: by.clone() }),
        }
    }

    pub(super) async fn changed(&self) {
        let mut standing = self.standing.clone();
        let lost = standing.wait_for(|standing| matches!(standing, Standing::Gone(_)));
        if lost.await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    pub(super) async fn leave(self) {
        // A renewer that has ended has nothing to give back.
        let _ = self.orders.send(Order::Leave);
        let _ = timeout(LEAVING, self.task).await;
    }
}

/// Keeps a lease on a connection of its own, so that nothing that the engine does delays it.
struct Renewer {
    server: Server,
    fence: Fence,
    terms: Terms,
    standing: watch::Sender<Standing>,
    line: Option<Line>,
    drum: Drum,
    /// The number of the run's last event at the last renewal: what nobody has said is seen by it.
    head: Option<i64>,
    /// Places that are free again and not given back yet.
    free: Vec<(String, i64)>,
}

impl Renewer {
    async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        let mut asked = Instant::now();
        let mut next = asked + self.terms.renewal();
        loop {
            tokio::select! {
                biased;
                order = orders.recv() => match order {
                    Some(Order::Free(platform, number)) => self.free.push((platform, number)),
                    Some(Order::Leave) | None => return self.give_back().await,
                },
                () = tokio::time::sleep_until(next) => {
                    asked = Instant::now();
                    next = match self.renew().await {
                        Ok(true) => {
                            self.standing.send_replace(Standing::Ours(asked + self.terms.trust()));
                            asked + self.terms.renewal()
                        }
                        Ok(false) => return self.lose().await,
                        Err(_) => Instant::now() + RETRY.min(self.terms.renewal()),
                    };
                }
                () = self.drum.wanted(), if self.line.is_none() => next = next.min(asked + AGAIN),
                () = heard(&mut self.line) => self.line = None,
            }
            // What cannot be given back now is given back with the next renewal.
            if !self.free.is_empty()
                && !matches!(timeout(self.terms.renewal(), self.free()).await, Ok(Ok(())))
            {
                self.line = None;
                sleep(Duration::ZERO).await;
            }
        }
    }

    /// The connection, made anew where it broke.
    async fn at_hand(&mut self) -> Result<&mut Line, sqlx::Error> {
        let line = match self.line.take() {
            Some(line) => line,
            None => Line::open(&self.server, self.fence.run.to_string(), &self.drum).await?,
        };
        Ok(self.line.insert(line))
    }

    /// `false`: somebody else has it.
    async fn renew(&mut self) -> Result<bool, sqlx::Error> {
        let (run, epoch, lease) = (self.fence.run.to_string(), self.fence.epoch, self.terms.millis());
        let longest = self.terms.renewal();
        let renewing = async {
            let sql = concat!(
                "update seats set until = ",
                now!(),
                " + $3 where run = $1 and epoch = $2 \
                 returning coalesce((select max(seq) from events where events.run = seats.run), 0)"
            );
            let row = sqlx::query(sql).bind(run).bind(epoch).bind(lease);
            let row = row.fetch_optional(self.at_hand().await?.ask()).await?;
            row.map(|row| row.try_get::<i64, _>(0)).transpose()
        };
        let done = match timeout(longest, renewing).await {
            Ok(done) => done,
            Err(_) => Err(sqlx::Error::PoolTimedOut),
        };
        match &done {
            Ok(head) => {
                let known = std::mem::replace(&mut self.head, *head);
                if known.is_some() && head.is_some() && known != *head {
                    self.drum.beat();
                }
            }
            Err(_) => self.line = None,
        }
        done.map(|head| head.is_some())
    }

    async fn free(&mut self) -> Result<(), sqlx::Error> {
        while let Some((platform, number)) = self.free.last().cloned() {
            let (run, epoch) = (self.fence.run.to_string(), self.fence.epoch);
            let sql = "delete from places where platform = $1 and place = $2 and run = $3 and epoch = $4";
            let gone = sqlx::query(sql).bind(platform).bind(number).bind(run).bind(epoch);
            gone.execute(self.at_hand().await?.ask()).await?;
            self.free.pop();
        }
        Ok(())
    }

    async fn lose(self) {
        let by = match self.server.connect().await {
            Ok(mut connection) => holder(&mut connection, &self.fence.run, false).await.ok().flatten(),
            Err(_) => None,
        };
        self.standing.send_replace(Standing::Gone(by));
    }

    async fn give_back(mut self) {
        let (run, epoch) = (self.fence.run.to_string(), self.fence.epoch);
        let Ok(line) = self.at_hand().await else { return };
        for sql in [
            "delete from places where run = $1 and epoch = $2",
            "update seats set until = 0 where run = $1 and epoch = $2",
        ] {
            // What cannot be given back runs out by itself.
            let _ = sqlx::query(sql).bind(run.clone()).bind(epoch).execute(line.ask()).await;
        }
        if let Some(line) = self.line {
            line.close().await;
        }
    }
}

/// Ends when a connection is lost on which is listened.
async fn heard(line: &mut Option<Line>) {
    match line {
        Some(line) => line.listen().await,
        None => std::future::pending().await,
    }
}
