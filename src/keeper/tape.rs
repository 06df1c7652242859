//! What a program prints, on its way: masked, into the log, with the last lines and what patterns need kept aside.

use std::time::Duration;

use encoding_rs::Encoding;
use tokio::time::Instant;

use super::keep::{Kept, LastLine, Line};
use super::log::{KEPT, Log, decode};
use super::mask::{MaskStream, Masks};
use super::protocol::{End, Ended, NotStarted};
use crate::words::one_line;

/// A line that becomes an output is at most this long.
pub(crate) const LONGEST_LINE: usize = 1 << 16;

/// Between two notes.
pub(crate) const BETWEEN_NOTES: Duration = Duration::from_millis(500);

/// Between two looks that others can take at the end of a log that is long.
const BETWEEN_TAILS: Duration = Duration::from_secs(1);

/// Enough of what came last to show a line of it.
const RECENT: usize = 1 << 10;

/// Which of the two pipes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// Hears the latest line.
pub(crate) type Ear = Box<dyn Fn(&str) + Send>;

/// Takes in what a program prints.
pub(crate) struct Tape<'l> {
    log: &'l mut Log,
    encoding: &'static Encoding,
    ear: Option<Ear>,
    out: Track,
    err: Track,
    kept: Option<Kept>,
    recent: Vec<u8>,
    due: Option<Instant>,
    tail_due: Option<Instant>,
    told: Option<Instant>,
}

#[derive(Debug)]
struct Track {
    mask: MaskStream,
    last: LastLine,
}

impl<'l> Tape<'l> {
    pub(crate) fn new(log: &'l mut Log, masks: &Masks, encoding: &'static Encoding) -> Self {
        let track = || Track { mask: masks.stream(), last: LastLine::new(LONGEST_LINE) };
        Tape {
            log,
            encoding,
            ear: None,
            out: track(),
            err: track(),
            kept: None,
            recent: Vec::new(),
            due: None,
            tail_due: None,
            told: None,
        }
    }

    /// The latest line is told, now and then.
    pub(crate) fn telling(mut self, ear: Ear) -> Self {
        self.ear = Some(ear);
        self
    }

    /// Beginning and end of standard output are kept, for patterns.
    pub(crate) fn keeping(mut self) -> Self {
        self.kept = Some(Kept::new(KEPT));
        self
    }

    /// A piece of output.
    pub(crate) fn take(&mut self, source: Source, bytes: &[u8]) {
        let shown = match source {
            Source::Out => self.out.mask.feed(bytes),
            Source::Err => self.err.mask.feed(bytes),
        };
        self.show(source, &shown);
    }

    fn show(&mut self, source: Source, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.log.write(bytes);
        if self.log.hides() {
            let now = Instant::now();
            // Who prints without a pause leaves no time for what is due later.
            if *self.tail_due.get_or_insert(now + BETWEEN_TAILS) <= now {
                self.tail_due = None;
                self.log.show_tail();
            }
        }
        match source {
            Source::Err => self.err.last.push(bytes),
            Source::Out => {
                self.out.last.push(bytes);
                if let Some(kept) = &mut self.kept {
                    kept.push(bytes);
                }
            }
        }
        let end = &bytes[bytes.len().saturating_sub(RECENT)..];
        self.recent.extend_from_slice(end);
        self.recent.drain(..self.recent.len().saturating_sub(RECENT));
        self.due.get_or_insert_with(|| {
            let now = Instant::now();
            self.told.map_or(now, |told| now.max(told + BETWEEN_NOTES))
        });
    }

    /// When the next note, or look at the end of the log, is due.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.note_due().into_iter().chain(self.tail_due).min()
    }

    fn note_due(&self) -> Option<Instant> {
        self.due.filter(|_| self.ear.is_some())
    }

    /// Tells what is due.
    pub(crate) fn tell_due(&mut self) {
        let now = Instant::now();
        if self.note_due().is_some_and(|due| due <= now) {
            self.tell();
        }
        if self.tail_due.is_some_and(|due| due <= now) {
            self.tail_due = None;
            self.log.show_tail();
        }
    }

    /// Tells the latest line.
    fn tell(&mut self) {
        self.due = None;
        self.told = Some(Instant::now());
        let latest = self
            .recent
            .split(|byte| matches!(byte, b'\n' | b'\r'))
            .rfind(|line| line.iter().any(|byte| !byte.is_ascii_whitespace()));
        if let (Some(ear), Some(line)) = (&self.ear, latest) {
            ear(&decode(line, self.encoding));
        }
    }

    /// Nothing more comes.
    pub(crate) fn finish(&mut self) {
        let rest = self.out.mask.finish();
        self.show(Source::Out, &rest);
        let rest = self.err.mask.finish();
        self.show(Source::Err, &rest);
        if self.note_due().is_some_and(|due| due <= Instant::now()) {
            self.tell();
        }
    }

    /// Everything that is to be known of the program, now that it has ended.
    pub(crate) fn ended(&self, end: Result<End, NotStarted>) -> Ended {
        let (last_line, cut) = self.last_line();
        Ended { end, last_line, cut, last_words: self.last_words(), printed: self.printed(), trouble: None }
    }

    /// The last line of standard output, and whether it was cut.
    fn last_line(&self) -> (String, bool) {
        let line = self.out.last.get();
        (self.line(line), line.cut)
    }

    /// The line that tells why it failed: the last one of standard error, else of standard output.
    fn last_words(&self) -> String {
        let error = self.line(self.err.last.get());
        // What only commands a terminal says nothing.
        if one_line(&error, 10).is_empty() { self.line(self.out.last.get()) } else { error }
    }

    fn line(&self, line: &Line) -> String {
        decode(&line.bytes, self.encoding).trim_end().to_owned()
    }

    /// What is kept of standard output, as it came.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.kept.as_ref().map(Kept::bytes).unwrap_or_default()
    }

    /// What is kept of standard output.
    fn printed(&self) -> String {
        decode(&self.raw(), self.encoding)
    }
}
