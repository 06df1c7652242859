//! Hears at once what other processes record of a run on a server, so that nobody has to ask all the time. Who records
//! something for an engine says the run's name on a channel (`NOTIFY`); the engine listens on its lease's connection,
//! which is asked something every few seconds anyway, and so is known to be alive.

use std::sync::Arc;

use sqlx::postgres::{PgListener, PgPool};
use tokio::sync::{Notify, watch};

use super::postgres::Server;

/// How well it is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Hearing {
    /// Nobody listens.
    #[default]
    Deaf,
    /// It is listened, and nothing was heard yet: between us and the server may be somebody who keeps it from us.
    Untried,
    /// What is said is heard.
    Proven,
}

#[derive(Debug, Clone, Copy, Default)]
struct Heard {
    hearing: Hearing,
    /// How often it was begun to listen.
    begun: u64,
    /// How often there was something new.
    news: u64,
}

/// The engine's end.
#[derive(Debug)]
pub(super) struct Ear {
    heard: watch::Receiver<Heard>,
    wanted: Arc<Notify>,
    /// So much of what was heard was taken in.
    taken: u64,
    /// When listening was begun for the how-manieth time it was tried.
    tried: u64,
}

/// The end of whoever listens.
#[derive(Debug)]
pub(super) struct Drum {
    heard: watch::Sender<Heard>,
    wanted: Arc<Notify>,
}

/// Both ends.
pub(super) fn ear() -> (Drum, Ear) {
    let (sender, heard) = watch::channel(Heard::default());
    let wanted = Arc::new(Notify::new());
    let ear = Ear { heard, wanted: Arc::clone(&wanted), taken: 0, tried: 0 };
    (Drum { heard: sender, wanted }, ear)
}

impl Ear {
    /// Is everything heard that is said? Where it is not, whoever listens is asked to.
    pub(super) fn hears(&self) -> bool {
        let hearing = self.heard.borrow().hearing;
        if hearing == Hearing::Deaf {
            self.wanted.notify_one();
        }
        hearing == Hearing::Proven
    }

    /// Is it to be tried whether what is said is heard?
    pub(super) fn is_untried(&self) -> bool {
        let heard = self.heard.borrow();
        heard.hearing == Hearing::Untried && heard.begun > self.tried
    }

    /// Something was said to try it.
    pub(super) fn note_tried(&mut self) {
        self.tried = self.heard.borrow().begun;
    }

    /// Was there something new since this was last asked?
    pub(super) fn take(&mut self) -> bool {
        let news = self.heard.borrow().news;
        std::mem::replace(&mut self.taken, news) != news
    }

    /// Ends when there is something new; never, when nobody listens any more.
    pub(super) async fn stirred(&self) {
        let mut heard = self.heard.clone();
        if heard.wait_for(|heard| heard.news != self.taken).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drum {
    /// Ends when the engine would like it to be listened.
    pub(super) async fn wanted(&self) {
        self.wanted.notified().await;
    }

    /// There is something new.
    pub(super) fn beat(&self) {
        self.heard.send_modify(|heard| heard.news += 1);
    }
}

/// Somebody listens as long as this lives.
#[derive(Debug)]
struct Listening(watch::Sender<Heard>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.send_modify(|heard| heard.hearing = Hearing::Deaf);
    }
}

/// The lease's connection.
#[derive(Debug)]
pub(super) struct Line {
    listener: PgListener,
    /// The driver wants one for its listener; nothing else is ever in it.
    pool: PgPool,
    run: String,
    /// `None`: the server does not let us.
    listening: Option<Listening>,
}

impl Line {
    /// A connection, on which is listened to what is said of `run`.
    pub(super) async fn open(server: &Server, run: String, drum: &Drum) -> Result<Self, sqlx::Error> {
        let (pool, mut listener) = server.listener().await?;
        let listening = listener.listen(server.schema()).await.is_ok().then(|| {
            drum.heard.send_modify(|heard| {
                (heard.hearing, heard.begun) = (Hearing::Untried, heard.begun + 1);
            });
            Listening(drum.heard.clone())
        });
        Ok(Line { listener, pool, run, listening })
    }

    /// To be asked on. What is said meanwhile is heard afterwards.
    pub(super) fn ask(&mut self) -> &mut PgListener {
        &mut self.listener
    }

    /// Hears, until the connection is lost. Nothing is lost when it is dropped.
    pub(super) async fn listen(&mut self) {
        while let Ok(Some(said)) = self.listener.try_recv().await {
            if let (Some(Listening(heard)), true) = (&self.listening, said.payload() == self.run) {
                heard.send_modify(|heard| {
                    (heard.hearing, heard.news) = (Hearing::Proven, heard.news + 1);
                });
            }
        }
    }

    /// Says good-bye to the server.
    pub(super) async fn close(self) {
        let Line { listener, pool, .. } = self;
        drop(listener);
        pool.close().await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    fn begin(drum: &Drum) -> Listening {
        drum.heard.send_modify(|heard| (heard.hearing, heard.begun) = (Hearing::Untried, heard.begun + 1));
        Listening(drum.heard.clone())
    }

    #[tokio::test]
    async fn what_was_said_is_news_once_and_whoever_is_gone_is_silent() {
        let (drum, mut ear) = ear();
        let still = Duration::from_millis(50);
        assert!(!ear.take() && timeout(still, ear.stirred()).await.is_err());
        for _ in 0..2 {
            drum.beat();
            drum.beat();
            timeout(Duration::from_secs(10), ear.stirred()).await.unwrap();
            assert!(ear.take() && !ear.take());
            assert!(timeout(still, ear.stirred()).await.is_err());
        }
        drop(drum);
        assert!(timeout(still, ear.stirred()).await.is_err());
    }

    #[tokio::test]
    async fn an_ear_is_trusted_when_it_has_heard_something_and_each_line_is_tried_once() {
        let (drum, mut ear) = ear();
        assert!(!ear.hears() && !ear.is_untried());
        timeout(Duration::from_secs(10), drum.wanted()).await.unwrap();
        for _ in 0..2 {
            let listening = begin(&drum);
            assert!(!ear.hears() && ear.is_untried());
            ear.note_tried();
            assert!(!ear.hears() && !ear.is_untried());
            listening.0.send_modify(|heard| heard.hearing = Hearing::Proven);
            assert!(ear.hears() && !ear.is_untried());
            drop(listening);
            assert!(!ear.hears());
        }
    }
}
