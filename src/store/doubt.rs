//! Writes whose answer was lost: what was to be written is tried again on a new connection, and what is there already is
//! found by its number and content.

use super::patience::{Ended, within};
use super::{Batch, Store, StoreError};
use crate::plan::Plan;

impl Store {
    /// A new run with its plan and its first events.
    pub async fn create(&mut self, plan: &Plan, batch: &Batch) -> Result<(), StoreError> {
        let mut doubt = false;
        loop {
            match within(self.limit(), self.create_now(plan, batch)).await {
                Err(Ended::Failed(StoreError::RunExists(_))) if doubt && self.holds(batch, 0).await? => {
                    return Ok(());
                }
                ended => doubt = self.settled(ended).await?,
            }
            if !doubt {
                return Ok(());
            }
        }
    }

    /// Appends events after number `after`, with all that goes with them, or nothing at all.
    pub async fn append(&mut self, batch: &Batch, after: u64) -> Result<(), StoreError> {
        self.append_for_sure(batch, after).await?;
        self.note_news();
        if !batch.letters.is_empty() {
            Store::note_letters();
        }
        self.tell_engine(&batch.row.id).await;
        Ok(())
    }

    async fn append_for_sure(&mut self, batch: &Batch, after: u64) -> Result<(), StoreError> {
        let mut doubt = false;
        loop {
            match within(self.limit(), self.append_now(batch, after)).await {
                Err(Ended::Failed(StoreError::Behind)) if doubt && self.holds(batch, after).await? => {
                    return Ok(());
                }
                Err(Ended::Failed(error)) if error.is_conflict() && !doubt => return Err(StoreError::Behind),
                // Somebody was in the way; whether it is there is still to be seen.
                Err(Ended::Failed(error)) if error.is_conflict() => {}
                ended => doubt = self.settled(ended).await?,
            }
            if !doubt {
                return Ok(());
            }
        }
    }

    /// Is a write done? `true`: its server went away and is there again, and nobody knows.
    async fn settled(&mut self, ended: Result<(), Ended>) -> Result<bool, StoreError> {
        match ended {
            Ok(()) => return Ok(false),
            Err(Ended::Failed(error)) => self.mend(error).await?,
            Err(Ended::Silent) => self.mend(self.silent()).await?,
        }
        Ok(true)
    }

    /// Are these events there, after number `after`?
    async fn holds(&mut self, batch: &Batch, after: u64) -> Result<bool, StoreError> {
        let there = self.events(&batch.row.id, after).await?;
        let ours = &batch.records;
        Ok(there.len() >= ours.len() && there.iter().zip(ours).all(|(there, our)| there == our))
    }
}
