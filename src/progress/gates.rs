//! `gates`: every gate that was asked, block by block: what it asks and shows, who has answered, who is missing, what
//! answers it. Pure.

use super::evidence;
use super::grid::{STATUS, Text, name_width};
use super::line::{pad, wrap};
use super::page::Page;
use super::plain::commands;
use super::remarks;
use crate::msg;
use crate::plan::{Field, Gate, NodeId};
use crate::run::form::wanted;
use crate::run::request::asked_words;
use crate::run::{Life, RunState, Verdict};
use crate::words::Msg;

/// What is said of a gate stands below its name.
const INDENT: usize = STATUS as usize + 2;

/// `gates`: every gate that was asked, and how those that ask are answered.
pub fn gates(state: &RunState, page: &Page) -> String {
    let mut text = Text::new(page);
    let asked =
        |id: &NodeId| !matches!(state.step(*id).life, Life::Pending) || !state.step(*id).voided.is_empty();
    let gates = state.plan().iter().filter(|(_, node)| node.gate().is_some());
    let ids: Vec<NodeId> = gates.map(|(id, _)| id).filter(asked).collect();
    if ids.is_empty() {
        text.line(&page.say(&msg!("term-no-gates")));
        return text.done;
    }
    let widest = usize::from(name_width(ids.iter().map(|id| state.plan().path(*id)), 40));
    for (number, id) in ids.iter().enumerate() {
        if number > 0 {
            text.raw("\n");
        }
        if let Some(gate) = state.plan().node(*id).gate() {
            Block { state, id: *id, gate, page }.write(&mut text, widest);
        }
    }
    text.done
}

/// One gate.
struct Block<'a> {
    state: &'a RunState,
    id: NodeId,
    gate: &'a Gate,
    page: &'a Page,
}

impl Block<'_> {
    fn write(&self, text: &mut Text<'_>, widest: usize) {
        let is_open = matches!(self.state.step(self.id).life, Life::Open { .. });
        text.raw(&format!("{}\n", self.head(widest).trim_end()));
        below(text, self.state.asked(self.id));
        if is_open && !self.gate.approvers.is_empty() {
            below(text, &self.say(&msg!("term-may-answer", who = asked_words(self.gate))));
        }
        if let Some(due) = remarks::step_due(self.state, self.id, self.page) {
            below(text, &due.line(self.page));
        }
        if let Some(line) = remarks::missing(self.state, self.id, self.page).filter(|_| is_open) {
            below(text, &line);
        }
        for decided in &self.state.step(self.id).decisions {
            below(text, &remarks::answer(decided, self.page));
        }
        for voided in &self.state.step(self.id).voided {
            let word = self.page.word("gate-status", "void");
            below(text, &format!("{word}  {}", remarks::void(voided, self.page)));
        }
        if let Life::Open { evidence, .. } = &self.state.step(self.id).life {
            let room = usize::from(self.page.cols).saturating_sub(INDENT);
            for line in evidence::compact(evidence, self.page) {
                text.raw(&format!("{}{}\n", " ".repeat(INDENT), line.cut(room).text()));
            }
            self.form(text);
        }
        // What is to be copied is not broken into lines.
        for command in commands(self.state, self.id) {
            text.raw(&format!("  $ {command}\n"));
        }
    }

    fn say(&self, msg: &Msg) -> String {
        self.page.say(msg)
    }

    /// Its status, its name, since when it asks, and how many have answered.
    fn head(&self, widest: usize) -> String {
        let (state, page) = (self.state, self.page);
        let word = page.word("gate-status", state.gate_status(self.id).word());
        let since = state.step(self.id).started_at.map(|at| {
            let since = msg!("term-asked-at", at = page.moment(at));
            page.say(&since)
        });
        let word = pad(&word, STATUS.into());
        let path = pad(&state.plan().path(self.id), widest);
        format!("{word}  {path}  {}  {}", since.unwrap_or_default(), self.votes())
    }

    fn votes(&self) -> String {
        let decisions = self.state.step(self.id).decisions.iter();
        let given = decisions.filter(|decided| decided.decision.decision == Verdict::Confirmed).count();
        let wanted = self.gate.votes.total() as usize * self.gate.each.len().max(1);
        format!("{given}/{wanted}")
    }

    /// What is to be filled in.
    fn form(&self, text: &mut Text<'_>) {
        if self.gate.form.is_empty() {
            return;
        }
        below(text, &self.say(&msg!("term-form")));
        for field in &self.gate.form {
            below(text, &format!("  {}", self.field(field)));
        }
    }

    fn field(&self, field: &Field) -> String {
        let label = self.page.field(self.gate, field);
        let name = if label == field.name { label } else { format!("{}  {label}", field.name) };
        let kind = self.say(&wanted(field));
        let rest = match &field.default {
            Some(default) => self.say(&msg!("term-form-default", default = default)),
            None if field.optional => self.say(&msg!("term-form-optional")),
            None => self.say(&msg!("term-form-needed")),
        };
        format!("{name}  {kind}  {rest}")
    }
}

/// A line below the gate's name, broken where the page ends.
fn below(text: &mut Text<'_>, line: &str) {
    let room = usize::from(text.page.cols).saturating_sub(INDENT);
    for part in wrap(line, room) {
        text.raw(format!("{}{}", " ".repeat(INDENT), part.trim_end()).trim_end());
        text.raw("\n");
    }
}
