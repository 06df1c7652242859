//! What an operator sees while a run goes on and how they answer at the terminal; and the tables and JSON of `status`,
//! `gates`, `runs`, `mails` and `events`. It promises that nothing from outside commands the terminal, that a terminal
//! which is slow or gone stops no run, and that an end of input is never an answer.

pub mod charset;
pub mod console;
mod deadlines;
mod evidence;
mod farewell;
mod gates;
mod grid;
pub mod json;
pub mod keyboard;
pub mod keys;
pub mod line;
pub mod output;
mod overview;
pub mod page;
pub mod plain;
pub mod prompt;
pub mod questions;
mod remarks;
pub mod tables;
pub mod view;
pub mod why;

pub use charset::Charset;
pub use page::Page;
pub use prompt::{Choice, Prompt, PromptAction, PromptView};
pub use questions::{Questions, Subject};

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::plan::NodeId;
use crate::run::{EngineId, Record, RunState, status::MailStatus};

use line::Line;
use output::{Output, Sink, Size};
use plain::{Detail, Teller};
use view::{Notes, view};

/// Where a line above the screen goes on that is too long for one row: to the right of its clock.
const AFTER_CLOCK: usize = 10;

/// A letter and its fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailRow {
    /// Its id.
    pub id: String,
    /// Addresses.
    pub to: Vec<String>,
    /// Its subject.
    pub subject: String,
    /// Where it stands.
    pub status: MailStatus,
    /// How often it was tried.
    pub attempts: u32,
    /// What the server said last.
    pub error: Option<String>,
}

/// What is known of a run beside its journal.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// Who drives it now.
    pub driven_by: Option<EngineId>,
    /// Its letters.
    pub mails: Vec<MailRow>,
    /// Process groups that still run, of lost steps whose programs nobody keeps hold of.
    pub orphans: BTreeMap<NodeId, i32>,
}

/// `--progress`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProgressMode {
    /// A screen on a terminal that can move its cursor, lines elsewhere.
    #[default]
    Auto,
    /// A screen.
    Bars,
    /// Lines.
    Plain,
    /// A JSON object a line.
    Json,
}

impl std::str::FromStr for ProgressMode {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        match word {
            "auto" => Ok(ProgressMode::Auto),
            "bars" => Ok(ProgressMode::Bars),
            "plain" => Ok(ProgressMode::Plain),
            "json" => Ok(ProgressMode::Json),
            _ => Err(()),
        }
    }
}

/// Where progress goes, and what it can do.
pub struct Target {
    /// Standard error.
    pub sink: Sink,
    /// Its encoding.
    pub charset: Charset,
    /// Is it a terminal that can move its cursor (`TERM` is set and not `dumb`)?
    pub terminal: bool,
    /// Its size, as it is now.
    pub size: Size,
    /// May it be coloured (a terminal, and no `NO_COLOR`)?
    pub colour: bool,
    /// Are questions answered there?
    pub answers: bool,
}

/// How a run is shown while it goes on.
#[derive(Debug)]
pub enum Progress {
    /// A screen that is drawn again and again, what ended above it.
    Bars(Bars),
    /// A line an event.
    Plain(Plain),
    /// A JSON object an event.
    Json(Output),
}

impl Progress {
    /// The way that `--progress` and the target call for.
    pub fn new(mode: ProgressMode, target: Target) -> Self {
        let bars = match mode {
            ProgressMode::Auto => target.terminal,
            ProgressMode::Bars => true,
            ProgressMode::Plain => false,
            // Scripts read it: always UTF-8.
            ProgressMode::Json => return Progress::Json(Output::lines(target.sink, Charset::default())),
        };
        let (colour, teller) = (target.colour, Teller::default());
        if bars {
            let size = Arc::clone(&target.size);
            let output = Output::screen(target.sink, target.charset, size, target.answers);
            let answers = target.answers;
            Progress::Bars(Bars { output, size: target.size, colour, answers, teller, notes: Notes::new() })
        } else {
            Progress::Plain(Plain { output: Output::lines(target.sink, target.charset), colour, teller })
        }
    }

    /// Does it have a screen, on which questions can be asked?
    pub fn has_screen(&self) -> bool {
        matches!(self, Progress::Bars(_))
    }

    /// Tells what happened; the run stands at `state` after it.
    pub fn events(&mut self, state: &RunState, new: &[Record], page: &Page) {
        match self {
            Progress::Bars(bars) => {
                let detail = if bars.answers { Detail::AboveScreen } else { Detail::Full };
                let lines = bars.teller.lines(state, new, detail, page);
                let cols = usize::from(page.cols);
                let lines: Vec<Line> = lines.into_iter().flat_map(|line| folded(line, cols)).collect();
                bars.output.print(painted(&lines, bars.colour));
                for id in new.iter().filter_map(|record| state.find(record.event.step()?)) {
                    if !state.in_flight().contains(&id) {
                        bars.notes.remove(&id);
                    }
                }
            }
            Progress::Plain(plain) => {
                let lines = plain.teller.lines(state, new, Detail::Full, page);
                plain.output.print(painted(&lines, plain.colour));
            }
            Progress::Json(output) => {
                output.print(
                    new.iter().map(|record| json::event_json(record, &page.zone).to_string()).collect(),
                );
            }
        }
    }

    /// Keeps the latest word of a step; only a screen has a place for it.
    pub fn note(&mut self, step: NodeId, text: String) {
        if let Progress::Bars(bars) = self {
            bars.notes.insert(step, text);
        }
    }

    /// A line for the one who looks, above the screen; never part of JSON.
    pub fn say(&mut self, line: &Line) {
        match self {
            Progress::Bars(bars) => bars.output.print(painted(std::slice::from_ref(line), bars.colour)),
            Progress::Plain(plain) => plain.output.print(painted(std::slice::from_ref(line), plain.colour)),
            Progress::Json(_) => {}
        }
    }

    /// Draws the screen, where there is one.
    pub fn draw(&mut self, state: &RunState, prompt: &PromptView, page: &Page) {
        if let Progress::Bars(bars) = self {
            bars.output.draw(painted(&view(state, &bars.notes, prompt, page), bars.colour));
        }
    }

    /// Somebody else has written to the terminal: the screen is drawn anew, on an empty terminal or below what is there.
    pub fn afresh(&mut self, clear: bool) {
        if let Progress::Bars(bars) = self {
            bars.output.afresh(clear);
        }
    }

    /// The present size, where that matters.
    pub fn size(&self) -> Option<(u16, u16)> {
        match self {
            Progress::Bars(bars) => Some((bars.size)()),
            Progress::Plain(_) | Progress::Json(_) => None,
        }
    }

    /// Takes the screen away, says where the run stands, and waits until all is written (but not for ever).
    pub fn finish(mut self, state: &RunState, page: &Page) {
        let lines = plain::farewell(state, page);
        match &mut self {
            Progress::Bars(bars) => {
                let cols = usize::from(page.cols);
                let lines: Vec<Line> = lines.into_iter().flat_map(|line| folded(line, cols)).collect();
                bars.output.print_last(painted(&lines, bars.colour));
                bars.output.finish();
            }
            Progress::Plain(plain) => {
                plain.output.print_last(painted(&lines, plain.colour));
                plain.output.finish();
            }
            Progress::Json(output) => output.finish(),
        }
    }
}

/// A screen.
pub struct Bars {
    output: Output,
    size: Size,
    colour: bool,
    answers: bool,
    teller: Teller,
    notes: Notes,
}

impl std::fmt::Debug for Bars {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bars").finish_non_exhaustive()
    }
}

/// Lines.
#[derive(Debug)]
pub struct Plain {
    output: Output,
    colour: bool,
    teller: Teller,
}

/// Lines that fit into the terminal, but commands whole: they are there to be copied.
fn folded(line: Line, cols: usize) -> Vec<Line> {
    if line.text().trim_start().starts_with("$ ") {
        return vec![line];
    }
    line.fold(cols, AFTER_CLOCK)
}

fn painted(lines: &[Line], colour: bool) -> Vec<String> {
    lines.iter().map(|line| line.paint(colour)).collect()
}
