//! Letters as the command line sees them: who writes them, the store as their outbox, and who sends them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Mutex, watch};

use super::environment::host;
use super::exit::{Exit, Failed};
use super::session::Session;
use crate::engine::Tools;
use crate::engine::ports::Stop;
use crate::mail::{
    Attempted, Drained, HandoverScribe, Letter, Options, Outbox, Transport, deliver, drain, drain_in_turn,
};
use crate::msg;
use crate::plan::project::Project;
use crate::progress::MailRow;
use crate::run::MailStatus;
use crate::store::{PostLock, Sending, StateFolder, Store, StoreError};
use crate::words::{Arg, Explain, Lang, Msg, one_line};

/// How long letters may take when a run has come to its end.
const LAST_POST: Duration = Duration::from_secs(10);

/// The language that a project's letters speak.
pub(super) fn letters_lang(project: &Project) -> Lang {
    project.language.unwrap_or(Lang::Zh)
}

/// What journals need: a scribe who knows the project's people, and the time.
pub(super) fn tools(session: &Session, project: &Project) -> Tools {
    let roster = project.roster.clone();
    let zone = project.zone.clone();
    let people = roster.clone();
    let recipients = Box::new(move |handover: &crate::plan::Handover, at: Timestamp| {
        let Some(roster) = &people else { return Vec::new() };
        let ids = roster.recipients(handover, at, &zone);
        let person = |id: &crate::id::PersonId| {
            let person = roster.people.get(id)?;
            Some((person.name.clone(), person.email.clone()?))
        };
        ids.iter().filter_map(person).collect()
    });
    let scribe = HandoverScribe::new(project.zone.clone(), letters_lang(project), roster, recipients);
    Tools { scribe: Arc::new(scribe), clock: Arc::clone(&session.clock), host: mail_host() }
}

/// The right side of Message-IDs: only what may stand there.
fn mail_host() -> String {
    let safe: String =
        host().chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).collect();
    if safe.is_empty() { "localhost".to_owned() } else { safe }
}

/// Between two looks for letters that another process has called for and left.
const SELDOM: Duration = Duration::from_secs(30);
/// The same where letters are to be tried again.
const AGAIN: Duration = Duration::from_secs(5);

/// An outbox that failed is left alone for so long: a full disk is no reason to send nothing for days.
const MEND: Duration = Duration::from_mins(1);

/// The store as an outbox.
pub(super) struct StoreOutbox {
    store: Mutex<Store>,
    state: StateFolder,
    /// What is queued is due at our first turn, whatever its last sender had in mind.
    hurries: AtomicBool,
    /// There was a letter at the last look.
    had_one: AtomicBool,
    /// One was not taken.
    tries_again: AtomicBool,
    calls: Mutex<watch::Receiver<u64>>,
}

impl StoreOutbox {
    /// The outbox in `store`; who sends from it locks the state folder.
    pub(super) fn new(store: Store, state: StateFolder) -> Self {
        StoreOutbox {
            store: Mutex::new(store),
            state,
            hurries: AtomicBool::new(true),
            had_one: AtomicBool::new(true),
            tries_again: AtomicBool::new(false),
            calls: Mutex::new(Store::letter_calls()),
        }
    }
}

impl Outbox for StoreOutbox {
    type Error = StoreError;
    type Turn = PostLock;

    async fn turn(&self, now: Timestamp) -> Result<Option<PostLock>, StoreError> {
        let Some(turn) = PostLock::take(&self.state)? else {
            self.tries_again.store(true, Ordering::Relaxed);
            return Ok(None);
        };
        if self.hurries.load(Ordering::Relaxed) {
            self.store.lock().await.hurry_letters(now, &self.state.home()?).await?;
            self.hurries.store(false, Ordering::Relaxed);
        }
        Ok(Some(turn))
    }

    async fn next_due(&self, now: Timestamp) -> Result<Option<Letter>, StoreError> {
        let mut store = self.store.lock().await;
        // As long as there was one there may be another one.
        if !self.had_one.load(Ordering::Relaxed) && !store.may_have_letters() {
            return Ok(None);
        }
        // Also where the claim fails: what called for this look is not heard of again.
        self.had_one.store(true, Ordering::Relaxed);
        let claimed = store.claim_letter(now, &self.state.home()?).await?;
        self.had_one.store(claimed.is_some(), Ordering::Relaxed);
        Ok(claimed.map(|found| Letter {
            id: found.letter.id,
            message_id: found.letter.message_id,
            to: found.letter.to,
            subject: found.letter.subject,
            text: found.letter.text,
            html: found.letter.html,
            queued_at: found.letter.at,
            attempts: found.sending.attempts,
            fates: serde_json::from_str(&found.sending.fates).unwrap_or_default(),
        }))
    }

    async fn record(&self, letter: &Letter, attempted: &Attempted) -> Result<(), StoreError> {
        let (status, due_at, error) = match attempted {
            Attempted::Sent { refused } => (MailStatus::Sent, letter.queued_at, refused.clone()),
            Attempted::Retry { at, error } => (MailStatus::Queued, *at, Some(error.clone())),
            Attempted::Failed { error } => (MailStatus::Failed, letter.queued_at, Some(error.clone())),
        };
        if status == MailStatus::Queued {
            self.tries_again.store(true, Ordering::Relaxed);
        }
        let fates = serde_json::to_string(&letter.fates).unwrap_or_default();
        let sending = Sending { status, attempts: letter.attempts, due_at, fates, error };
        self.store.lock().await.record_sending(&letter.id, &sending).await
    }

    async fn called(&self) {
        let pause = if self.tries_again.load(Ordering::Relaxed) { AGAIN } else { SELDOM };
        let mut calls = self.calls.lock().await;
        tokio::select! {
            // Who calls is never gone.
            Ok(()) = calls.changed() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }

    async fn mended(&self, error: &StoreError) {
        match error {
            // To try again may lock the account.
            StoreError::Denied { .. } => std::future::pending().await,
            _ => tokio::time::sleep(MEND).await,
        }
    }
}

/// Why letters may have stayed queued when a run has come to its end, beside what a mail server says of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rest {
    /// All that was due was tried.
    Tried,
    /// There was no more time.
    Late,
    /// They could not be sent, or what became of them could not be written down.
    Broken(Msg),
}

impl Rest {
    /// What is to be said of a run's letters at its end.
    pub(super) fn told(&self, mails: &[MailRow]) -> Vec<Msg> {
        let of = |status| mails.iter().filter(|mail| mail.status == status).collect::<Vec<_>>();
        let (queued, failed) = (of(MailStatus::Queued), of(MailStatus::Failed));
        let said = failed.iter().find_map(|mail| mail.error.clone()).unwrap_or_default();
        [
            (!queued.is_empty())
                .then(|| msg!("end-letters-queued", count = queued.len(), why = self.why(&queued))),
            (!failed.is_empty()).then(|| msg!("end-letters-failed", count = failed.len(), why = said)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Why these letters are still queued.
    fn why(&self, queued: &[&MailRow]) -> Arg {
        let said = queued.iter().find_map(|mail| mail.error.clone());
        match (self, said) {
            (Rest::Broken(why), _) => why.clone().into(),
            (_, Some(said)) => said.into(),
            (Rest::Late, None) => msg!("letters-late", seconds = LAST_POST.as_secs()).into(),
            (Rest::Tried, None) => msg!("letters-elsewhere").into(),
        }
    }

    fn broken(error: &StoreError) -> Self {
        Rest::Broken(msg!("letters-store", why = one_line(&error.to_string(), 200)))
    }
}

/// Sends letters beside a run, on a connection of its own: a dead server holds up nothing.
pub(super) struct Postman {
    stop: watch::Sender<bool>,
    /// Ends with why the sending came to its end; `None`: there was no transport.
    task: tokio::task::JoinHandle<Option<Result<Drained, StoreError>>>,
    outbox: Arc<StoreOutbox>,
    /// Or why there is none.
    transport: Result<Arc<Transport>, Msg>,
    clock: Arc<dyn crate::time::Clock>,
}

impl Postman {
    /// Begins to send what is due. Settings that give no transport are told about; letters stay queued then.
    pub(super) fn start(session: &Session, project: &Project, store: Store) -> Self {
        let (switch, stop) = Stop::new();
        let outbox = Arc::new(StoreOutbox::new(store, session.state(&project.dir)));
        let transport = match transport(session, project) {
            Ok(transport) => Ok(Arc::new(transport)),
            Err(why) => {
                session.report(&Failed::new(Exit::OutOfReach, why.clone()));
                Err(why)
            }
        };
        let clock = Arc::clone(&session.clock);
        let task = {
            let (outbox, transport, clock) = (Arc::clone(&outbox), transport.clone(), Arc::clone(&clock));
            tokio::spawn(async move {
                let transport = transport.ok()?;
                Some(deliver(outbox.as_ref(), &transport, clock.as_ref(), stop).await)
            })
        };
        Postman { stop: switch, task, outbox, transport, clock }
    }

    /// Gives queued letters their last chance, and goes.
    pub(super) async fn finish(self) -> Rest {
        // A postman who has already ended needs no sign.
        let _ = self.stop.send(true);
        let transport = match self.transport {
            Ok(transport) => transport,
            Err(why) => return Rest::Broken(why),
        };
        let mut broken = None;
        let last = async {
            broken = match self.task.await.ok().flatten() {
                // Another try may lock the account.
                Some(Ok(Drained::LoginRefused { .. })) => return,
                Some(Err(error @ StoreError::Denied { .. })) => Some(error),
                before => {
                    self.outbox.had_one.store(true, Ordering::Relaxed);
                    let drained = drain_in_turn(self.outbox.as_ref(), &transport, self.clock.as_ref()).await;
                    // The first error is the one that matters.
                    before.and_then(Result::err).or(drained.err())
                }
            };
        };
        let in_time = tokio::time::timeout(LAST_POST, Box::pin(last)).await.is_ok();
        // Closed in order, so that the journal is one file again when the program has gone.
        if let Ok(outbox) = Arc::try_unwrap(self.outbox) {
            outbox.store.into_inner().close().await;
        }
        match (broken, in_time) {
            (Some(error), _) => Rest::broken(&error),
            (None, true) => Rest::Tried,
            (None, false) => Rest::Late,
        }
    }
}

/// How this project's letters leave; else why they cannot.
pub(super) fn transport(session: &Session, project: &Project) -> Result<Transport, Msg> {
    let folder = session.state(&project.dir).path().join("mail");
    let resolve = |setting: &crate::plan::project::Setting| {
        session.resolve(&project.dir, setting).map_err(|failed| match failed.what {
            super::exit::What::Said(msg) => session.say(&msg),
            _ => String::new(),
        })
    };
    let options = Options::new(folder, letters_lang(project));
    Transport::from_settings(project.mail.as_ref(), &resolve, options).map_err(|error| error.explain())
}

/// Sends everything that is queued, now.
pub(super) async fn send_now(session: &Session, project: &Project, store: Store) -> Result<Drained, Failed> {
    let transport = transport(session, project).map_err(|why| Failed::new(Exit::OutOfReach, why))?;
    let outbox = StoreOutbox::new(store, session.state(&project.dir));
    match drain(&outbox, &transport, session.clock.as_ref()).await? {
        Drained::Elsewhere => session.output.diagnostic(&session.say(&msg!("letters-turn"))),
        drained => return Ok(drained),
    }
    Ok(drain_in_turn(&outbox, &transport, session.clock.as_ref()).await?)
}
