//! The keys of the prompt: what each one does at each point of answering.

use std::mem;

use super::{Choice, Draft, GRACE, Prompt, PromptAction, Said, Step, Verb, Wanted};
use crate::msg;
use crate::plan::NodeId;
use crate::progress::keys::Key;
use crate::progress::questions::{Questions, Subject};
use crate::run::form::read_field;
use crate::run::{Life, Verdict};
use crate::words::{Explain, Msg};

/// Longest line that is taken in, in characters.
const LONGEST: usize = 500;
/// How far a page key scrolls.
const A_PAGE: usize = 8;

impl Prompt {
    /// Takes a key. Call [`Prompt::sync`] first whenever the state has changed.
    pub fn key(&mut self, key: Key, questions: &Questions<'_>) -> PromptAction {
        if self.gone {
            return PromptAction::None;
        }
        let empty = self.step.line().is_none_or(|line| line.is_empty());
        if key == Key::Gone || (key == Key::CtrlD && empty) {
            self.gone = true;
            self.step = Step::Menu;
            self.parked.clear();
            return PromptAction::Gone;
        }
        match key {
            Key::Tab => self.next(questions),
            Key::Up => self.scroll = self.scroll.saturating_sub(1),
            Key::Down => self.scroll = self.scroll.saturating_add(1),
            Key::PageUp => self.scroll = self.scroll.saturating_sub(A_PAGE),
            Key::PageDown => self.scroll = self.scroll.saturating_add(A_PAGE),
            key => return self.key_here(key, questions),
        }
        PromptAction::None
    }

    /// How far the body may be scrolled is only known when it is laid out.
    pub fn scrolled_to(&mut self, scroll: usize) {
        self.scroll = scroll;
    }

    fn key_here(&mut self, key: Key, questions: &Questions<'_>) -> PromptAction {
        if self.step.line().is_some() {
            return self.edit(key, questions);
        }
        match (mem::take(&mut self.step), key) {
            (Step::Menu, Key::Char(c)) => return self.menu(c, questions),
            (Step::Told, Key::Enter) => {
                self.said = None;
                self.sync(questions);
            }
            (Step::Log(_), _) | (Step::Sent(_), Key::Esc) => self.scroll = 0,
            (Step::Sure(wanted), Key::Enter) => return self.send(wanted),
            (Step::Sure(wanted), Key::Esc) => self.back(wanted, ""),
            (Step::Sure(wanted), Key::Char(c)) if !matches!(c, 'y' | 'Y' | ' ') => {
                // Somebody is still writing (or pasting lines): that is more text, never a yes.
                self.back(wanted, &c.to_string());
            }
            (Step::Sure(wanted), Key::Paste(text)) => self.back(wanted, &text),
            (step, _) => self.step = step,
        }
        PromptAction::None
    }

    fn next(&mut self, questions: &Questions<'_>) {
        let list = questions.list();
        let now = self.at.and_then(|at| list.iter().position(|subject| *subject == at));
        let next = now.map_or(0, |now| (now + 1) % list.len());
        if let Some(subject) = list.get(next) {
            self.displaced = None;
            self.select(*subject);
        }
    }

    fn menu(&mut self, c: char, questions: &Questions<'_>) -> PromptAction {
        let c = half_width(c).to_ascii_lowercase();
        if let Some(number) = c.to_digit(10).filter(|number| *number > 0) {
            if let Some(subject) = questions.list().get(number as usize - 1) {
                self.displaced = None;
                self.select(*subject);
            }
            return PromptAction::None;
        }
        let Some(at) = self.at else { return PromptAction::None };
        if self.displaced.is_some_and(|since| questions.now.duration_since(since) < GRACE) {
            return PromptAction::None;
        }
        self.said = None;
        match (at, c) {
            (Subject::Interrupt, _) => return self.interrupt(c),
            (_, 'x') => {
                self.left.insert(at);
                self.at = None;
                self.sync(questions);
            }
            (Subject::Gate(node, _), 'y' | 'n') => {
                let verdict = if c == 'y' { Verdict::Confirmed } else { Verdict::Rejected };
                self.begin(node, verdict, questions);
            }
            (Subject::Failed(node, _) | Subject::Lost(node, _), 'l') => {
                return PromptAction::ShowLog(node);
            }
            (Subject::Failed(node, _) | Subject::Lost(node, _), c) => {
                self.begin_repair(node, verb_of(at, c, questions), questions);
            }
            _ => {}
        }
        PromptAction::None
    }

    fn interrupt(&mut self, c: char) -> PromptAction {
        match c {
            'w' => PromptAction::Interrupt(Choice::Wait),
            'k' => {
                self.step = Step::Sure(Wanted::Interrupt(Choice::Kill));
                PromptAction::None
            }
            'l' => {
                self.step = Step::Sure(Wanted::Interrupt(Choice::Leave));
                PromptAction::None
            }
            _ => PromptAction::None,
        }
    }

    fn begin(&mut self, node: NodeId, verdict: Verdict, questions: &Questions<'_>) {
        let Some(gate) = questions.gate(node) else { return };
        if let Err(refusal) = questions.may(gate) {
            return self.hint(refusal.explain());
        }
        if questions.has_answered(node) {
            return self.hint(msg!("term-you-answered"));
        }
        let mut draft = Draft::new(verdict);
        match questions.values(node).as_slice() {
            [] => self.after_value(node, draft, questions),
            [only] => {
                draft.value = Some((*only).to_owned());
                self.after_value(node, draft, questions);
            }
            _ => self.step = Step::Value(draft, String::new()),
        }
    }

    fn begin_repair(&mut self, node: NodeId, verb: Option<Verb>, questions: &Questions<'_>) {
        let Some(verb) = verb else { return };
        if !questions.may_repair() {
            let person = questions.asker.by.by.to_string();
            return self.hint(crate::run::Refusal::MayNotDecide { person }.explain());
        }
        let lost = matches!(questions.state.step(node).life, Life::Lost { .. });
        self.step = if verb == Verb::Retry && !lost {
            Step::Sure(Wanted::Repair(verb, None))
        } else {
            Step::Reason(verb, String::new())
        };
    }

    fn edit(&mut self, key: Key, questions: &Questions<'_>) -> PromptAction {
        if key == Key::Enter {
            self.said = None;
            self.enter(questions);
            return PromptAction::None;
        }
        if key == Key::Esc {
            self.said = None;
            self.step = Step::Menu;
            return PromptAction::None;
        }
        let Some(line) = self.step.line() else { return PromptAction::None };
        match key {
            Key::Char(c) => append(line, c.encode_utf8(&mut [0; 4])),
            Key::Paste(text) => append(line, &text),
            Key::Clear => line.clear(),
            Key::Backspace => {
                line.pop();
            }
            _ => {}
        }
        PromptAction::None
    }

    fn enter(&mut self, questions: &Questions<'_>) {
        let Some(node) = self.at.and_then(Subject::node) else { return };
        match mem::take(&mut self.step) {
            Step::Value(mut draft, line) => {
                draft.value = value_of(&line, &questions.values(node));
                if draft.value.is_some() {
                    self.after_value(node, draft, questions);
                } else {
                    self.hint(msg!("term-no-such-value"));
                    self.step = Step::Value(draft, String::new());
                }
            }
            Step::Field(draft, index, line) => self.enter_field(node, draft, index, line, questions),
            Step::Note(mut draft, line) => {
                let text = line.trim();
                if text.is_empty() && draft.verdict == Verdict::Rejected {
                    self.hint(msg!("term-note-needed"));
                    self.step = Step::Note(draft, String::new());
                } else {
                    draft.note = (!text.is_empty()).then(|| text.to_owned());
                    self.step = Step::Sure(Wanted::Answer(draft));
                }
            }
            Step::Reason(verb, line) if line.trim().is_empty() => {
                self.hint(msg!("term-reason-needed"));
                self.step = Step::Reason(verb, String::new());
            }
            Step::Reason(verb, line) => {
                self.step = Step::Sure(Wanted::Repair(verb, Some(line.trim().to_owned())));
            }
            step => self.step = step,
        }
    }

    fn enter_field(
        &mut self,
        node: NodeId,
        mut draft: Draft,
        index: usize,
        line: String,
        questions: &Questions<'_>,
    ) {
        let Some(field) = questions.gate(node).and_then(|gate| gate.form.get(index)) else { return };
        let typed = line.trim();
        let wrong = if !typed.is_empty() {
            read_field(field, typed).err().map(|error| error.explain())
        } else if field.default.is_none() && !field.optional {
            Some(msg!("term-field-needed"))
        } else {
            None
        };
        if let Some(wrong) = wrong {
            self.hint(wrong);
            self.step = Step::Field(draft, index, line);
            return;
        }
        if !typed.is_empty() {
            draft.form.insert(field.name.clone(), typed.to_owned());
        }
        self.fields_from(node, draft, index + 1, questions);
    }

    fn after_value(&mut self, node: NodeId, draft: Draft, questions: &Questions<'_>) {
        match draft.verdict {
            Verdict::Confirmed => self.fields_from(node, draft, 0, questions),
            Verdict::Rejected => self.step = Step::Note(draft, String::new()),
        }
    }

    fn fields_from(&mut self, node: NodeId, draft: Draft, index: usize, questions: &Questions<'_>) {
        let fields = questions.gate(node).map_or(0, |gate| gate.form.len());
        self.step = if index < fields {
            Step::Field(draft, index, String::new())
        } else {
            Step::Note(draft, String::new())
        };
    }

    /// From the last look back to the text that can still be changed, with more text at its end.
    fn back(&mut self, wanted: Wanted, more: &str) {
        let with_more = |text: Option<String>| {
            let mut line = text.unwrap_or_default();
            if !line.is_empty() && !more.is_empty() {
                line.push(' ');
            }
            append(&mut line, more);
            line
        };
        self.step = match wanted {
            Wanted::Answer(mut draft) => {
                let line = with_more(draft.note.take());
                Step::Note(draft, line)
            }
            Wanted::Repair(Verb::Retry, None) | Wanted::Interrupt(_) => Step::Menu,
            Wanted::Repair(verb, reason) => Step::Reason(verb, with_more(reason)),
        };
    }

    fn send(&mut self, wanted: Wanted) -> PromptAction {
        let request = self.at.and_then(Subject::node).and_then(|node| wanted.request(node));
        match (&wanted, request) {
            (Wanted::Interrupt(choice), _) => PromptAction::Interrupt(*choice),
            (_, Some(request)) => {
                self.step = Step::Sent(wanted);
                PromptAction::Send(request)
            }
            (_, None) => PromptAction::None,
        }
    }

    fn hint(&mut self, why: Msg) {
        self.said = Some(Said::Hint(why));
    }
}

fn append(line: &mut String, text: &str) {
    let room = LONGEST.saturating_sub(line.chars().count());
    line.extend(text.chars().take(room));
}

/// A key of a Chinese input method in full width is the key that was meant.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    }
}

fn verb_of(at: Subject, c: char, questions: &Questions<'_>) -> Option<Verb> {
    let is_gate = at.node().is_some_and(|node| questions.gate(node).is_some());
    match (at, c) {
        (_, 'r') => Some(Verb::Retry),
        (Subject::Failed(..), 's') if !is_gate => Some(Verb::Skip),
        (Subject::Failed(..), 'f') if !is_gate => Some(Verb::Force),
        (Subject::Lost(..), 'd') => Some(Verb::SettleDone),
        (Subject::Lost(..), 'n') => Some(Verb::SettleFailed),
        _ => None,
    }
}

/// A value by its name or by its number in the list that is shown.
fn value_of(line: &str, values: &[&str]) -> Option<String> {
    let typed = line.trim();
    let by_number =
        || typed.parse::<usize>().ok()?.checked_sub(1).and_then(|index| values.get(index).copied());
    values.iter().find(|value| **value == typed).copied().or_else(by_number).map(str::to_owned)
}
