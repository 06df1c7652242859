//! Telling those who watch; and what is told makes stale what is being gathered meanwhile.

use super::drive::Loop;
use super::wish::Told;
use crate::run::{Event, Record};

impl Loop<'_> {
    /// Tells what was recorded, by us or by others. A question whose evidence may be of something that people have
    /// turned back by that is not asked with it.
    pub(super) fn tell(&mut self, records: Vec<Record>) {
        for record in &records {
            if let Event::StepEnded { step, .. } = &record.event
                && let Some(id) = self.state().find(step)
            {
                self.set_timer(id);
            }
        }
        if records.iter().any(|record| turns_back(&record.event)) {
            self.stale.extend(&self.gathering);
            self.reported.retain(|event| !matches!(event, Event::GateOpened { .. }));
        }
        if !records.is_empty() {
            // Nobody may be watching; the journal has it all the same.
            let _ = self.driver.told.send(Told::Events(records));
        }
    }
}

/// May it change what a gate shows that is about to ask?
fn turns_back(event: &Event) -> bool {
    matches!(
        event,
        Event::StepRedone { .. }
            | Event::StepRetried { .. }
            | Event::StepSkipped { by: Some(_), .. }
            | Event::StepForced { .. }
            | Event::StepSettled { .. }
            | Event::GateVoided { .. }
            | Event::PlanRenewed { .. }
    )
}
