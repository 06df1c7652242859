//! Notes for those who watch.

use crate::engine::ports::{Report, Reports};
use crate::plan::NodeId;
use crate::words::one_line;

/// Longest note, in characters.
const LONGEST: usize = 200;

/// Sends notes about one step.
#[derive(Debug, Clone)]
pub(super) struct Notes {
    /// The step.
    pub(super) node: NodeId,
    /// Where they go.
    pub(super) reports: Reports,
}

impl Notes {
    /// Tells one line; nobody needs to listen.
    pub(super) fn send(&self, text: &str) {
        let text = one_line(text, LONGEST);
        if !text.is_empty() {
            let _ = self.reports.send(Report::Note { node: self.node, text });
        }
    }
}
