//! How questions are answered at the terminal: a state machine of keys, without IO. What it comes to is a request; only
//! the journal says whether it was granted. An end of input is never an answer.

mod draft;
mod machine;
mod screen;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

pub use draft::{Draft, Verb, Wanted};
pub use screen::PromptView;

use super::questions::{Questions, Subject};
use crate::plan::NodeId;
use crate::run::{By, Life, Request, Verdict};
use crate::words::Msg;

/// How long keys that answer are ignored after a question has taken another one's place by itself: they were meant for
/// the other one.
const GRACE: SignedDuration = SignedDuration::from_millis(500);

/// What an operator wants of the steps that run, after Ctrl-C.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Wait for them.
    Wait,
    /// Stop them.
    Kill,
    /// Leave at once; they can be found again.
    Leave,
}

/// What a key comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum PromptAction {
    /// Only the screen may have changed.
    None,
    /// Something is asked of the run.
    Send(Request),
    /// What to do with the steps that run.
    Interrupt(Choice),
    /// The end of a step's log is wanted; see [`Prompt::show_log`].
    ShowLog(NodeId),
    /// Nobody is at the terminal any more.
    Gone,
}

/// What the prompt tells by itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Said {
    /// The answer is in the journal.
    Recorded,
    /// Somebody else was first.
    AnsweredBy(NodeId, Verdict, By),
    /// The question is gone otherwise.
    MovedOn(NodeId),
    /// Something is wrong with what was typed or asked.
    Hint(Msg),
}

/// Where in answering the person is.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Step {
    /// Reading the question.
    #[default]
    Menu,
    /// Choosing a value of `each`.
    Value(Draft, String),
    /// Filling in a field of the form, by its number.
    Field(Draft, usize, String),
    /// Adding a note.
    Note(Draft, String),
    /// Saying why.
    Reason(Verb, String),
    /// One last look.
    Sure(Wanted),
    /// Sent, not recorded yet.
    Sent(Wanted),
    /// The question went away while it was being answered; Enter goes on.
    Told,
    /// Reading the end of a log.
    Log(Vec<String>),
}

impl Step {
    /// Would something that was typed be lost?
    fn is_begun(&self) -> bool {
        matches!(self, Step::Value(..) | Step::Field(..) | Step::Note(..) | Step::Reason(..) | Step::Sure(_))
    }

    fn line(&mut self) -> Option<&mut String> {
        match self {
            Step::Value(_, line) | Step::Field(_, _, line) | Step::Note(_, line) | Step::Reason(_, line) => {
                Some(line)
            }
            Step::Menu | Step::Sure(_) | Step::Sent(_) | Step::Told | Step::Log(_) => None,
        }
    }
}

/// The one who answers at the terminal.
#[derive(Debug, Default)]
pub struct Prompt {
    at: Option<Subject>,
    /// The person went to it themselves.
    chosen: bool,
    step: Step,
    said: Option<Said>,
    /// What was begun for other questions.
    parked: BTreeMap<Subject, Step>,
    /// Questions that the person wants to leave as they are.
    left: BTreeSet<Subject>,
    /// When a question took another one's place by itself.
    displaced: Option<Timestamp>,
    scroll: usize,
    gone: bool,
}

impl Prompt {
    /// A prompt that shows nothing yet.
    pub fn new() -> Self {
        Prompt::default()
    }

    /// The question that is shown.
    pub fn at(&self) -> Option<Subject> {
        self.at
    }

    /// Has the person left the terminal?
    pub fn is_gone(&self) -> bool {
        self.gone
    }

    /// Takes notice of what has changed: questions that are gone or new.
    pub fn sync(&mut self, questions: &Questions<'_>) {
        let list = questions.list();
        self.left.retain(|subject| list.contains(subject));
        self.parked.retain(|subject, _| list.contains(subject));
        if let Some(at) = self.at {
            if list.contains(&at) {
                self.notice_own_vote(at, questions);
            } else {
                self.question_is_gone(at, questions);
            }
        }
        let interrupted = list.first() == Some(&Subject::Interrupt);
        if interrupted && self.at != Some(Subject::Interrupt) {
            self.select(Subject::Interrupt);
        }
        self.make_way(&list, questions);
        if self.at.is_none() && self.step != Step::Told {
            self.at = self.first(&list, questions);
            self.chosen = false;
            self.unpark();
        }
    }

    /// What is shown by itself: the first question that this person can answer, else the first.
    fn first(&self, list: &[Subject], questions: &Questions<'_>) -> Option<Subject> {
        let mut open = list.iter().copied().filter(|subject| !self.left.contains(subject));
        open.clone().find(|subject| questions.is_theirs(*subject)).or_else(|| open.next())
    }

    /// What came up by itself and only others can answer makes way for what this person can answer.
    fn make_way(&mut self, list: &[Subject], questions: &Questions<'_>) {
        let Some(at) = self.at.filter(|_| !self.chosen && self.step == Step::Menu) else { return };
        let better = self.first(list, questions).is_some_and(|first| questions.is_theirs(first));
        if better && !questions.is_theirs(at) {
            self.at = None;
            self.displaced = Some(questions.now);
        }
    }

    /// A request was not granted.
    pub fn refused(&mut self, why: Msg) {
        if matches!(self.step, Step::Sent(_)) {
            self.step = Step::Menu;
        }
        self.said = Some(Said::Hint(why));
    }

    /// The end of a log that [`PromptAction::ShowLog`] asked for.
    pub fn show_log(&mut self, lines: Vec<String>) {
        self.scroll = usize::MAX;
        self.step = Step::Log(lines);
    }

    /// An answer of one's own may leave the question open: more votes or values are wanted.
    fn notice_own_vote(&mut self, at: Subject, questions: &Questions<'_>) {
        let Step::Sent(Wanted::Answer(draft)) = &self.step else { return };
        let Subject::Gate(node, _) = at else { return };
        let me = &questions.asker.by.by;
        let recorded = questions.state.step(node).decisions.iter().any(|decided| {
            let decision = &decided.decision;
            decision.by.by == *me && decision.value == draft.value && decision.decision == draft.verdict
        });
        if recorded {
            self.step = Step::Menu;
            self.chosen = false;
            self.said = Some(Said::Recorded);
        }
    }

    fn question_is_gone(&mut self, at: Subject, questions: &Questions<'_>) {
        self.at = None;
        self.scroll = 0;
        let sent = matches!(self.step, Step::Sent(_));
        let Some(node) = at.node() else {
            self.step = Step::Menu;
            return;
        };
        if sent && was_mine(node, questions) {
            self.step = Step::Menu;
            self.said = Some(Said::Recorded);
            return;
        }
        let last = questions.state.step(node).decisions.last();
        self.said = Some(match (at, last) {
            (Subject::Gate(..), Some(last)) => {
                Said::AnsweredBy(node, last.decision.decision, last.decision.by.clone())
            }
            _ => Said::MovedOn(node),
        });
        // Who was in the middle of typing goes on typing: none of that may answer the next question.
        if self.step.is_begun() || sent {
            self.step = Step::Told;
        } else {
            self.step = Step::Menu;
            self.displaced = Some(questions.now);
        }
    }

    /// Shows a question; what was begun for the one before is kept for when it is shown again.
    fn select(&mut self, subject: Subject) {
        if self.at == Some(subject) {
            return;
        }
        if let Some(at) = self.at.replace(subject)
            && self.step.is_begun()
        {
            self.parked.insert(at, std::mem::take(&mut self.step));
        }
        self.chosen = true;
        self.left.remove(&subject);
        self.said = None;
        self.unpark();
    }

    fn unpark(&mut self) {
        self.scroll = 0;
        self.step = self.at.and_then(|at| self.parked.remove(&at)).unwrap_or_default();
    }
}

/// Did the one at the terminal bring a question to its end?
fn was_mine(node: NodeId, questions: &Questions<'_>) -> bool {
    let me = &questions.asker.by.by;
    let step = questions.state.step(node);
    let mark = match &step.life {
        Life::Skipped { mark, .. }
        | Life::Forced { mark }
        | Life::Succeeded { settled: Some(mark), .. }
        | Life::Failed { by: Some(mark), .. } => mark.by.as_ref(),
        _ => None,
    };
    let decided = step.decisions.last().map(|decided| &decided.decision.by);
    let repaired = step.repairs.last().and_then(|mark| mark.by.as_ref());
    mark.or(decided).or(repaired).is_some_and(|by| by.by == *me)
}
