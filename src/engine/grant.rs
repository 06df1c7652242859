//! What people want is asked of the journal; what `--yes` allows is answered at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::drive::Loop;
use super::wish::{Choice, Told, Wish};
use crate::plan::NodeId;
use crate::run::request::may_answer_in_advance;
use crate::run::{Answer, Request, Verdict};
use crate::store::StoreError;

impl Loop<'_> {
    /// `true`: something was answered.
    pub(super) async fn answer_in_advance(&mut self) -> Result<bool, StoreError> {
        let Some(asker) = self.driver.yes.clone() else { return Ok(false) };
        let mut answered = false;
        let open: Vec<NodeId> = self.state().open().iter().copied().collect();
        for id in open {
            let plan = Arc::clone(self.state().plan());
            let Some(gate) = plan.node(id).gate() else { continue };
            if !may_answer_in_advance(self.state(), gate, &asker) {
                continue;
            }
            let values: Vec<Option<String>> = match gate.each.as_slice() {
                [] => vec![None],
                each => each.iter().cloned().map(Some).collect(),
            };
            for value in values {
                let answer = Answer {
                    step: id,
                    verdict: Verdict::Confirmed,
                    value,
                    note: None,
                    form: BTreeMap::new(),
                    in_advance: true,
                };
                // A refusal here means that somebody answered in this very moment: that answer stands.
                let (records, granted) = self.journal.request(&asker, &Request::Answer(answer)).await?;
                answered |= granted.is_ok();
                self.tell(records);
            }
        }
        Ok(answered)
    }

    pub(super) async fn grant(&mut self, wish: Wish) -> Result<(), StoreError> {
        match wish {
            Wish::Request(request) => {
                let (asker, request) = *request;
                let (records, answer) = self.journal.request(&asker, &request).await?;
                self.tell(records);
                if let Err(refusal) = answer {
                    let _ = self.driver.told.send(Told::Refused(refusal));
                }
            }
            Wish::Interrupt if self.driver.attended && self.leaving.is_none() => {
                self.leaving = Some(Choice::Wait);
                let _ = self.driver.told.send(Told::Interrupted);
            }
            Wish::Interrupt => self.leaving = Some(Choice::Leave),
            Wish::Choice(Choice::GoOn) => self.leaving = None,
            Wish::Choice(choice) => self.leaving = Some(choice),
            Wish::Unattended => self.driver.attended = false,
        }
        Ok(())
    }
}
