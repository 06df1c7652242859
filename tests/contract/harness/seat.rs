//! Somebody who sits at a terminal: looks at the screen, and types.

use super::screen::Screen;
use super::{Live, Out, PATIENCE, poll};
use std::time::Duration;

/// How long a key may take to show before it is pressed again where that does no harm.
const SOON: Duration = Duration::from_secs(3);

pub(crate) struct Seat {
    live: Live,
    screen: Screen,
    fed: usize,
}

impl Seat {
    pub(crate) fn at(live: Live) -> Self {
        Self { live, screen: Screen::new(), fed: 0 }
    }

    /// Looks at the screen.
    pub(crate) fn look(&mut self) -> &Screen {
        let bytes = self.live.stdout_from(self.fed);
        self.fed += bytes.len();
        self.screen.feed(&bytes);
        &self.screen
    }

    pub(crate) fn types(&mut self, keys: &str) {
        self.live.types(keys);
    }

    /// Waits until a row of the screen is as wanted.
    #[track_caller]
    pub(crate) fn sees(&mut self, what: &str, row: impl Fn(&str) -> bool) {
        let seen = poll(PATIENCE, || self.look().now().iter().any(|line| row(line)).then_some(()));
        assert!(seen.is_some(), "never saw {what}\n{}", self.shown());
    }

    /// Waits until a text is on the screen, and types.
    #[track_caller]
    pub(crate) fn answers(&mut self, dialogue: &[(&str, &str)]) {
        for (asked, keys) in dialogue {
            self.sees(asked, |line| line.contains(asked));
            self.types(keys);
        }
    }

    /// Goes to what is asked of this step: away from it first, so that nothing is left there of what was said before.
    #[track_caller]
    pub(crate) fn goes_to(&mut self, path: &str) {
        let head = format!("{path}  ");
        let is_there = |line: &str| line.starts_with(&head);
        let here = |seat: &mut Self| seat.look().now().iter().any(|line| is_there(line));
        let there = poll(PATIENCE, || {
            let number = self.look().now().iter().find_map(|line| number_of(line, path))?;
            if here(self) {
                self.types("\t");
                let _alone: Option<()> = poll(SOON, || (!here(self)).then_some(()));
            }
            self.types(&number);
            poll(SOON, || here(self).then_some(()))
        });
        assert!(there.is_some(), "never came to {path}\n{}", self.shown());
    }

    /// The first drawing, as `wanted` shows it, that is followed by `still` more that look the same: from the beginning
    /// on where one is enough, else from now on. It begins with the run's line.
    #[track_caller]
    pub(crate) fn captures(
        &mut self,
        what: &str,
        still: usize,
        wanted: impl Fn(&[String]) -> Option<Vec<String>>,
    ) -> Vec<String> {
        let from = if still == 0 { 0 } else { self.look().frames().len().saturating_sub(1) };
        let found = poll(PATIENCE, || {
            let frames: Vec<_> =
                self.look().frames()[from..].iter().map(|frame| wanted(run_of(frame))).collect();
            let same =
                |some: &&[Option<Vec<String>>]| some[0].is_some() && some.iter().all(|one| *one == some[0]);
            frames.windows(still + 1).find(same).and_then(|some| some[0].clone())
        });
        found.unwrap_or_else(|| panic!("never drew {what}\n{}", self.shown()))
    }

    /// Waits for the end, and insists that all that was drawn stood straight.
    #[track_caller]
    pub(crate) fn leaves(mut self, within: Duration) -> (Out, Vec<String>) {
        let ended = poll(within, || self.live.ended().then_some(()));
        assert!(ended.is_some(), "has not ended\n{}", self.shown());
        let out = self.live.finish(PATIENCE);
        self.screen.feed(&out.stdout[self.fed..]);
        assert!(self.screen.askew().is_empty(), "{:#?}", self.screen.askew());
        (out, self.screen.now())
    }

    fn shown(&mut self) -> String {
        self.look().now().join("\n")
    }
}

/// The number under which a question about the step is listed.
fn number_of(line: &str, path: &str) -> Option<String> {
    let (number, rest) = line.get(2..)?.strip_prefix('[')?.split_once(']')?;
    rest.contains(&format!("  {path}  ")).then(|| number.to_owned())
}

/// The screen of the run, without what stands above it and the empty rows below.
fn run_of(frame: &[String]) -> &[String] {
    let top = frame.iter().rposition(|line| line.starts_with("month-start/")).unwrap_or(0);
    let end = frame.iter().rposition(|line| !line.is_empty()).map_or(top, |last| last + 1);
    &frame[top..end.max(top)]
}
