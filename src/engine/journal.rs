//! A run as this process knows it: its state and its place in the store. Everything that is ever recorded of a run goes
//! through [`Journal`], from whichever process: events, the run's row and the letters that they call for together.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::ports::{Draft, Scribe};
use crate::id::RunId;
use crate::plan::{NodeId, Plan, StageId};
use crate::run::request::decide;
use crate::run::{Asker, Event, Record, Refusal, Request, RunState};
use crate::store::{Batch, NewLetter, RunRow, Store, StoreError};
use crate::time::Clock;

/// A run, open for reading and recording.
pub struct Journal {
    store: Store,
    /// The plan that the run began with: what its events are folded over.
    first: Arc<Plan>,
    state: RunState,
    staged: Staged,
    tools: Tools,
}

/// What the state has taken in and the store has not.
#[derive(Default)]
struct Staged {
    records: Vec<Record>,
    letters: Vec<NewLetter>,
}

/// How a request was granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Granted {
    /// It is recorded now.
    Recorded,
    /// It was so already: nothing was recorded anew.
    Already,
}

/// What a recording came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Recorded {
    /// It is in the journal.
    Done(Vec<Record>),
    /// Somebody else was first: their events are taken in now, nothing of ours is.
    Behind(Vec<Record>),
}

impl Journal {
    /// A new run: its plan and its first events. Refused by the store where there is one of that name.
    pub async fn begin(
        store: Store,
        plan: Plan,
        events: Vec<Event>,
        tools: Tools,
    ) -> Result<Journal, StoreError> {
        let first = Arc::new(plan);
        let state = RunState::new(Arc::clone(&first));
        let mut journal = Journal { store, first, state, staged: Staged::default(), tools };
        journal.stage(events);
        let batch = journal.batch();
        journal.store.create(journal.state.plan(), &batch).await?;
        Ok(journal)
    }

    /// A run that is there.
    pub async fn open(mut store: Store, run: &RunId, tools: Tools) -> Result<Journal, StoreError> {
        let (first, records) = store.history(run).await?;
        let first = Arc::new(first);
        let state = RunState::replay(Arc::clone(&first), &records);
        Ok(Journal { store, first, state, staged: Staged::default(), tools })
    }

    /// Where the run stands, as far as this process has read.
    pub fn state(&self) -> &RunState {
        &self.state
    }

    /// The plan that the run began with.
    pub fn first_plan(&self) -> &Arc<Plan> {
        &self.first
    }

    /// The store, for what is not part of a run's journal.
    pub fn store(&mut self) -> &mut Store {
        &mut self.store
    }

    /// Closes the store in order.
    pub async fn close(self) {
        self.store.close().await;
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.tools.clock.now()
    }

    /// Has something happened a moment ago?
    pub fn is_lively(&self) -> bool {
        self.store.is_lively()
    }

    /// How long nobody needs to look for what others record, when nothing has happened for a while and
    /// [`Journal::stirred`] is listened to.
    pub fn nap(&mut self) -> Duration {
        self.store.nap()
    }

    /// Ends when somebody has written, where that is heard of without asking.
    pub async fn stirred(&self) {
        self.store.stirred().await;
    }

    /// Somebody has been heard. Can it be read already, or is it just being written?
    pub fn expect_news(&mut self) -> bool {
        self.store.expect_news()
    }

    /// Could other processes have recorded something since this was last asked?
    pub fn may_have_news(&mut self) -> bool {
        self.store.may_have_news()
    }

    /// The instant that an event gets: it never goes back, whatever becomes of the clock.
    pub fn at(&self) -> Timestamp {
        self.now().max(self.state.at().unwrap_or(Timestamp::MIN))
    }

    /// Takes in what other processes have recorded, and returns it.
    pub async fn catch_up(&mut self) -> Result<Vec<Record>, StoreError> {
        let run = self.state.plan().run.clone();
        let records = self.store.events(&run, self.state.seq()).await?;
        for record in &records {
            self.state.apply(record);
        }
        Ok(records)
    }

    /// Records `events` in one transaction, with the letters that they call for and with what was staged before.
    pub async fn record(&mut self, events: Vec<Event>) -> Result<Recorded, StoreError> {
        self.stage(events);
        self.commit().await
    }

    /// Records what is staged, in one transaction. Where somebody else was first nothing of it is left.
    pub async fn commit(&mut self) -> Result<Recorded, StoreError> {
        let batch = self.batch();
        let Some(first) = batch.records.first() else { return Ok(Recorded::Done(Vec::new())) };
        let after = first.seq - 1;
        match self.store.append(&batch, after).await {
            Ok(()) => Ok(Recorded::Done(batch.records)),
            Err(StoreError::Behind) => Ok(Recorded::Behind(self.read_again(after).await?)),
            Err(error) => Err(error),
        }
    }

    /// Grants or refuses a request against the state at the moment of recording: when somebody else records first, it
    /// is decided anew. Returns all that was read and recorded on the way.
    pub async fn request(
        &mut self,
        asker: &Asker,
        request: &Request,
    ) -> Result<(Vec<Record>, Result<Granted, Refusal>), StoreError> {
        let asked_by = Arc::clone(self.state.plan());
        let mut seen = self.catch_up().await?;
        loop {
            // Whoever asked spoke of the steps of the plan that they saw.
            let request = match Arc::ptr_eq(&asked_by, self.state.plan()) {
                true => Ok(Cow::Borrowed(request)),
                false => request.moved(&asked_by, &self.state).map(Cow::Owned),
            };
            let events = match request.and_then(|request| decide(&self.state, asker, &request)) {
                Ok(events) => events,
                Err(refusal) => return Ok((seen, Err(refusal))),
            };
            let granted = if events.is_empty() { Granted::Already } else { Granted::Recorded };
            match self.record(events).await? {
                Recorded::Done(records) => {
                    seen.extend(records);
                    return Ok((seen, Ok(granted)));
                }
                Recorded::Behind(records) => seen.extend(records),
            }
        }
    }

    /// The state had already taken in events that were not written: it is folded again from what the store has.
    async fn read_again(&mut self, known: u64) -> Result<Vec<Record>, StoreError> {
        let records = self.store.events(&self.first.run, 0).await?;
        self.state = RunState::replay(Arc::clone(&self.first), &records);
        Ok(records.into_iter().filter(|record| record.seq > known).collect())
    }

    /// Numbers the events and folds them in. Nothing that rests on them may be begun or told before they are recorded,
    /// and nothing else may be recorded first.
    pub fn stage(&mut self, events: Vec<Event>) {
        let at = self.at();
        for event in events {
            let record = Record { seq: self.state.seq() + 1, at, event };
            let mailing = self.state.letter_of(&record.event);
            let consequences = self.state.apply(&record);
            let letter = mailing.and_then(|step| self.letter(step, &record));
            self.staged.letters.extend(letter);
            for stage in consequences.finished {
                let letter = self.handover(stage, &record);
                self.staged.letters.extend(letter);
            }
            self.staged.records.push(record);
        }
    }

    /// The transaction that holds what is staged.
    fn batch(&mut self) -> Batch {
        let Staged { records, letters } = std::mem::take(&mut self.staged);
        Batch { row: RunRow::of(&self.state, self.now()), records, letters }
    }

    fn handover(&self, stage: StageId, record: &Record) -> Option<NewLetter> {
        let draft = self.tools.scribe.handover(&self.state, stage, record.at)?;
        Some(self.addressed(draft, record, &self.state.plan().stage(stage).name))
    }

    /// The letter of a step leaves with the event that says that the step is done.
    fn letter(&self, step: NodeId, record: &Record) -> Option<NewLetter> {
        let draft = self.tools.scribe.letter(&self.state, step, record.at)?;
        let plan = self.state.plan();
        let name = format!("{}-letter", plan.stage(plan.node(step).stage).name);
        Some(self.addressed(draft, record, &name))
    }

    fn addressed(&self, draft: Draft, record: &Record, name: &str) -> NewLetter {
        let run = &self.state.plan().run;
        let id = format!("{}@{}-{}-{name}", run.runbook, run.month, record.seq);
        NewLetter {
            message_id: format!("<{id}@{}>", self.tools.host),
            id,
            seq: record.seq,
            to: draft.to,
            subject: draft.subject,
            text: draft.text,
            html: draft.html,
            at: record.at,
        }
    }
}

/// What a journal needs besides its store.
#[derive(Clone)]
pub struct Tools {
    /// Writes letters.
    pub scribe: Arc<dyn Scribe>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// The host part of Message-IDs.
    pub host: String,
}
