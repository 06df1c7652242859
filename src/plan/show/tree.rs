//! A plan as lines for a terminal of 80 columns.

use jiff::Timestamp;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{asked, kind, letter, name_of, not_atomic, preview};
use crate::msg;
use crate::plan::project::Project;
use crate::plan::{Gate, Node, Part, Plan, Stage, Template, Votes, Work};
use crate::words::{Lang, Msg, has, one_line, printable, render, show};

/// No line is wider.
const WIDTH: usize = 80;
/// No name makes its column wider.
const NAMES: usize = 30;

/// What would happen, in order: stages, levels, steps, who is asked, who gets a letter.
pub fn tree(plan: &Plan, project: &Project, now: Timestamp, lang: Lang) -> String {
    let mut page = Page { plan, project, now, lang, text: String::new() };
    page.head();
    for stage in &plan.stages {
        page.text.push('\n');
        page.stage(stage);
    }
    page.text
}

struct Page<'p> {
    plan: &'p Plan,
    project: &'p Project,
    now: Timestamp,
    lang: Lang,
    text: String,
}

impl Page<'_> {
    fn say(&self, message: &Msg) -> String {
        render(self.lang, message)
    }

    /// One line, broken where it is too wide, with what follows indented by `hang`.
    fn line(&mut self, indent: usize, hang: usize, text: &str) {
        for (number, part) in wrap(&printable(text), WIDTH - indent, WIDTH - hang).iter().enumerate() {
            let margin = if number == 0 { indent } else { hang };
            self.text.push_str(&" ".repeat(margin));
            self.text.push_str(part.trim_end());
            self.text.push('\n');
        }
    }

    fn head(&mut self) {
        let plan = self.plan;
        let gates = plan.nodes.iter().filter(|node| node.gate().is_some()).count();
        let (steps, stages) = (plan.nodes.len() - gates, plan.stages.len());
        let title = if plan.title == plan.run.runbook { String::new() } else { format!("  {}", plan.title) };
        self.line(0, 2, &format!("{}{title}", plan.run));
        let summary = self.say(&msg!("plan-show-summary", stages = stages, steps = steps, gates = gates));
        self.line(0, 2, &summary);
        for name in plan.params.keys().filter(|name| *name != "month") {
            let value = Template(format!("{{{{ params.{name} }}}}"));
            let shown = plan.nodes.first().map(|node| preview(plan, node, &value)).unwrap_or_default();
            self.line(2, 4, &format!("{name} = {}", one_line(&shown, 200)));
        }
    }

    fn stage(&mut self, stage: &Stage) {
        let title = if stage.title == stage.name { String::new() } else { format!("  {}", stage.title) };
        self.line(0, 2, &format!("{}{title}", stage.name));
        let mut facts = Vec::new();
        if !stage.after.is_empty() {
            let names: Vec<&str> = stage.after.iter().map(|id| self.plan.stage(*id).name.as_str()).collect();
            facts.push(self.say(&msg!("plan-show-after", stages = names.join(", "))));
        }
        facts.extend(stage.owner.as_ref().map(|owner| self.say(&msg!("plan-show-owner", owner = owner))));
        facts.extend(stage.deadline.map(|at| self.say(&msg!("plan-show-deadline", at = self.clock(at)))));
        facts.extend(stage.limit.map(|limit| self.say(&msg!("plan-show-limit", limit = limit))));
        if !facts.is_empty() {
            self.line(2, 4, &facts.join(" · "));
        }
        let names = stage.phases.iter().flat_map(|phase| &self.plan.phase(*phase).nodes);
        let widest = names.map(|id| self.plan.node(*id).name.width()).max().unwrap_or(0).min(NAMES);
        let mut before = None;
        for phase in stage.phases.iter().map(|phase| self.plan.phase(*phase)) {
            if before != Some(phase.part) {
                let heading = match phase.part {
                    Part::Ready => msg!("plan-show-ready"),
                    Part::Level(number) => msg!("plan-show-level", number = number),
                    Part::Verify => msg!("plan-show-verify"),
                };
                let heading = self.say(&heading);
                self.line(2, 4, &heading);
                before = Some(phase.part);
            }
            for id in &phase.nodes {
                self.node(self.plan.node(*id), widest);
            }
        }
        self.letter(stage);
    }

    fn node(&mut self, node: &Node, widest: usize) {
        let fill = " ".repeat(widest.saturating_sub(node.name.width()));
        let platform = node.platform().map_or(String::new(), |platform| format!(" · {platform}"));
        let title = node.title.as_ref().map_or(String::new(), |title| format!("  {}", one_line(title, 200)));
        let line = format!("{}{fill}  {}{platform}{title}", node.name, self.kind(node));
        self.line(4, 8, &line);
        let mut facts = Vec::new();
        if let Some(skip) = &node.skip {
            let message = msg!("plan-show-skip", reason = &skip.reason);
            facts.push(self.say(&message));
            facts.extend(
                skip.agreed.as_ref().map(|agreed| self.say(&msg!("plan-show-agreed", agreed = agreed))),
            );
        }
        if let Work::Later { what } = &node.work {
            facts.push(self.say(&msg!("plan-show-not-yet", what = what)));
        }
        facts.extend(not_atomic(node, self.project).map(|why| self.say(&why)));
        facts.extend(node.gate().map(|gate| self.asks(node, gate)));
        let needs: Vec<String> = node
            .needs
            .iter()
            .filter(|need| !is_own_gate(&self.plan.node(**need).name, &node.name))
            .map(|need| {
                let other = self.plan.node(*need);
                if other.stage == node.stage { other.name.clone() } else { self.plan.path(*need) }
            })
            .collect();
        if !needs.is_empty() {
            facts.push(self.say(&msg!("plan-show-needs", steps = needs.join(", "))));
        }
        if let Some(when) = &node.when {
            facts.push(self.say(&msg!("plan-show-when", condition = one_line(&when.0, 200))));
        }
        facts.extend(node.deadline.map(|at| self.say(&msg!("plan-show-deadline", at = self.clock(at)))));
        for fact in facts {
            self.line(8, 10, &fact);
        }
    }

    /// The question, and who may answer it how often.
    fn asks(&self, node: &Node, gate: &Gate) -> String {
        let asked = asked(gate, self.project);
        let names: Vec<String> = asked.people.iter().map(|person| name_of(self.project, person)).collect();
        let who = match (asked.who.as_slice(), names.is_empty()) {
            ([], true) => self.say(&msg!("plan-show-anyone")),
            ([], false) => self.say(&msg!("plan-show-any-operator", people = names.join(", "))),
            (who, true) => who.join(", "),
            (who, false) => format!("{} ({})", who.join(", "), names.join(", ")),
        };
        let mut text = self.say(&msg!(
            "plan-show-asks",
            ask = one_line(&preview(self.plan, node, &gate.ask), 400),
            who = who
        ));
        let mut add = |message: Msg| {
            text.push_str(" · ");
            text.push_str(&render(self.lang, &message));
        };
        match &gate.votes {
            Votes::Count(0 | 1) => {}
            Votes::Count(count) => add(msg!("plan-show-votes", votes = *count)),
            Votes::ByRole(roles) => {
                let votes: Vec<String> =
                    roles.iter().map(|(role, count)| format!("{role} {count}")).collect();
                add(msg!("plan-show-votes-by-role", votes = votes.join(", ")));
            }
        }
        if !asked.except.is_empty() {
            add(msg!("plan-show-except", who = asked.except.join(", ")));
        }
        if !gate.each.is_empty() {
            add(msg!("plan-show-each", values = gate.each.join(", ")));
        }
        if let Some(deadline) = gate.deadline {
            add(msg!("plan-show-deadline", at = self.clock(deadline)));
        }
        text
    }

    fn letter(&mut self, stage: &Stage) {
        let text = match letter(stage, self.project, self.now) {
            None => self.say(&msg!("plan-show-no-letter")),
            Some(letter) => {
                let to = match letter.to.as_str() {
                    "next_shift" => self.say(&msg!("plan-show-next-shift")),
                    other => other.to_owned(),
                };
                let people: Vec<String> =
                    letter.people.iter().map(|person| name_of(self.project, person)).collect();
                if people.is_empty() {
                    self.say(&msg!("plan-show-letter", to = to))
                } else {
                    self.say(&msg!("plan-show-letter-people", to = to, people = people.join(", ")))
                }
            }
        };
        self.line(2, 4, &text);
    }

    fn clock(&self, at: Timestamp) -> String {
        at.to_zoned(self.project.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }

    fn kind(&self, node: &Node) -> String {
        let id = format!("plan-kind-{}", kind(node));
        if has(self.lang, &id) { show(self.lang, &id, &[]) } else { kind(node).to_owned() }
    }
}

/// Is `other` the `#confirm` of `name`, or `name` the `#review` of `other`? Those stand next to each other anyway.
fn is_own_gate(other: &str, name: &str) -> bool {
    let before = |gate: &str, step: &str| gate.strip_prefix(step).is_some_and(|rest| rest.starts_with('#'));
    before(other, name) || before(name, other)
}

/// Breaks a text into lines of at most `first` and then `others` columns: at spaces, and between wide characters.
fn wrap(text: &str, first: usize, others: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut line, mut width, mut room) = (String::new(), 0, first);
    let mut pieces = pieces(text).into_iter();
    let mut next = pieces.next();
    while let Some(piece) = next {
        let wide = piece.trim_end().width();
        if width + wide <= room {
            line.push_str(&piece);
            width += piece.width();
            next = pieces.next();
        } else if width > 0 {
            lines.push(std::mem::take(&mut line));
            (width, room) = (0, others);
            next = Some(piece);
        } else {
            let (head, tail) = split(&piece, room);
            lines.push(head);
            room = others;
            next = Some(tail);
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// What may not be broken: a word with its spaces, or one wide character.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut last = ' ';
    for c in text.chars() {
        let wide = c.width().unwrap_or(0) > 1;
        let closes = matches!(c, '，' | '。' | '、' | '；' | '：' | '？' | '！' | '）' | '」' | '”');
        let begins = (wide && !closes)
            || (last == ' ' && c != ' ')
            || last.width().unwrap_or(0) > 1 && !closes && c != ' ';
        match pieces.last_mut() {
            Some(piece) if !begins => piece.push(c),
            _ => pieces.push(c.to_string()),
        }
        last = c;
    }
    pieces
}

/// A word that is wider than a line, cut after `room` columns.
fn split(text: &str, room: usize) -> (String, String) {
    let mut width = 0;
    let at = text
        .char_indices()
        .find(|(_, c)| {
            width += c.width().unwrap_or(0);
            width > room
        })
        .map_or(text.len(), |(at, _)| at);
    // At least one character, so that it ends.
    let at = at.max(text.chars().next().map_or(0, char::len_utf8));
    (text[..at].to_owned(), text[at..].to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_break_at_spaces_and_between_wide_characters() {
        assert_eq!(wrap("one two three", 8, 6), ["one two ", "three"]);
        assert_eq!(wrap("出账验数完成,到位", 8, 6), ["出账验数", "完成,", "到位"]);
        assert_eq!(wrap("abcdefgh", 3, 4), ["abc", "defg", "h"]);
        assert_eq!(wrap("", 8, 8), [""]);
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide(text in "[a-z 出账，,]{0,60}", first in 4_usize..20, others in 4_usize..20) {
            let lines = wrap(&text, first, others);
            prop_assert_eq!(lines.concat(), text);
            for (number, line) in lines.iter().enumerate() {
                prop_assert!(line.trim_end().width() <= if number == 0 { first } else { others }, "{line:?}");
            }
        }
    }
}
