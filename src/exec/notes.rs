//! Notes for those who watch.

use std::convert::Infallible;

use tokio::time::{Instant, sleep_until};

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
    /// Waits for `work`; when it is still at it at `when`, one line is told.
    pub(super) async fn telling_at<T>(&self, when: Instant, text: &str, work: impl Future<Output = T>) -> T {
        let telling = async {
            sleep_until(when).await;
            self.send(text);
            std::future::pending::<Infallible>().await
        };
        tokio::select! {
            biased;
            done = work => done,
            never = telling => match never {},
        }
    }

    /// Tells one line; nobody needs to listen.
    pub(super) fn send(&self, text: &str) {
        let text = one_line(text, LONGEST);
        if !text.is_empty() {
            let _ = self.reports.send(Report::Note { node: self.node, text });
        }
    }
}
