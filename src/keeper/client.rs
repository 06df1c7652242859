//! An engine's side: what it asks of the run's keeper.

use std::time::Duration;

use rustix::process::Signal;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};

use super::group::{Mark, Orphan, Process};
use super::home::Home;
use super::line::Line;
use super::protocol::{Ended, Key, Start};

/// How long a process that was killed may take to be gone.
const SOON: Duration = Duration::from_secs(10);

/// Between two looks at it.
const LOOK: Duration = Duration::from_millis(20);

/// The keeper of a run, for those who have something done.
#[derive(Debug, Clone)]
pub(crate) struct Keeper {
    asks: mpsc::UnboundedSender<Ask>,
}

/// What can be found out about a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// It runs, or how it ended is known.
    Kept,
    /// It surely never began.
    Never,
    /// It may have begun, and nobody has hold of it.
    Nothing,
}

/// What is heard of a program.
#[derive(Debug)]
pub(crate) enum Heard {
    /// How it goes.
    Note(String),
    /// Its end.
    Ended(Box<Ended>),
    /// Nobody has hold of it any more.
    Lost,
}

/// Hears of one program.
pub(crate) type Ears = mpsc::UnboundedReceiver<Heard>;

pub(super) type Mouth = mpsc::UnboundedSender<Heard>;

/// What is asked.
#[derive(Debug)]
pub(super) enum Ask {
    /// Is there a keeper?
    Ready(oneshot::Sender<()>),
    /// What is known of these?
    Known(Vec<Key>, oneshot::Sender<Vec<Known>>),
    /// Start it.
    Begin(Box<Start>, Mouth),
    /// Tell of it.
    Attach(Key, Mouth),
    /// Stop it.
    Stop(Key),
    /// Stop what nobody has asked about.
    StopUnclaimed(oneshot::Sender<()>),
    /// They are recorded.
    Forget(Vec<Key>),
    /// What runs that is of the same step, and of no attempt that goes on?
    Orphans(Key, oneshot::Sender<Vec<Process>>),
}

impl Keeper {
    /// The keeper that lives in `home`, or will.
    pub(crate) fn at(home: Home) -> Self {
        let (asks, asked) = mpsc::unbounded_channel();
        tokio::spawn(Line::to(home).serve(asked));
        Keeper { asks }
    }

    fn ask(&self, ask: Ask) {
        // It listens as long as there is somebody who asks.
        let _ = self.asks.send(ask);
    }

    /// Makes sure that there is one, before anything is recorded as begun.
    pub(crate) async fn ready(&self) {
        let (answer, answered) = oneshot::channel();
        self.ask(Ask::Ready(answer));
        let _ = answered.await;
    }

    /// What can be found out about programs. Starts nothing.
    pub(crate) async fn known(&self, keys: Vec<Key>) -> Vec<Known> {
        let nothing = vec![Known::Nothing; keys.len()];
        let (answer, answered) = oneshot::channel();
        self.ask(Ask::Known(keys, answer));
        answered.await.unwrap_or(nothing)
    }

    /// Starts a program.
    pub(crate) fn begin(&self, start: Start) -> Ears {
        let (mouth, ears) = mpsc::unbounded_channel();
        self.ask(Ask::Begin(Box::new(start), mouth));
        ears
    }

    /// Hears of a program that was begun before.
    pub(crate) fn attach(&self, key: Key) -> Ears {
        let (mouth, ears) = mpsc::unbounded_channel();
        self.ask(Ask::Attach(key, mouth));
        ears
    }

    /// Has a program stopped; its end is told as ever.
    pub(crate) fn stop(&self, key: Key) {
        self.ask(Ask::Stop(key));
    }

    /// Has everything stopped that nobody has asked about, where a keeper lives that has it. Starts none.
    pub(crate) async fn stop_unclaimed(&self) {
        let (answer, answered) = oneshot::channel();
        self.ask(Ask::StopUnclaimed(answer));
        let _ = answered.await;
    }

    /// What became of these is recorded.
    pub(crate) fn forget(&self, keys: Vec<Key>) {
        self.ask(Ask::Forget(keys));
    }

    /// Ends what former attempts of the same step, whose programs carry `mark`, have left behind without a keeper; tells
    /// which process groups.
    pub(crate) async fn end_orphans(&self, of: &Key, mark: Option<&Mark>, grace: Duration) -> Vec<i32> {
        let (answer, answered) = oneshot::channel();
        self.ask(Ask::Orphans(of.clone(), answer));
        let mut ended = Vec::new();
        for process in answered.await.unwrap_or_default() {
            let mut orphan = Orphan::new(process, mark);
            if orphan.signal(Signal::TERM) {
                orphan.signal(Signal::CONT);
                if timeout(grace, gone(&mut orphan)).await.is_err() {
                    orphan.signal(Signal::KILL);
                    let _ = timeout(SOON, gone(&mut orphan)).await;
                }
                ended.push(process.pid);
            }
        }
        ended
    }
}

async fn gone(orphan: &mut Orphan<'_>) {
    while orphan.is_there() {
        sleep(LOOK).await;
    }
}
