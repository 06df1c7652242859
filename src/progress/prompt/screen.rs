//! What the prompt looks like: the question, what it rests on, and what may be typed now.

use super::{Prompt, Said, Step, Wanted};
use crate::msg;
use crate::plan::{Excluded, Gate, NodeId};
use crate::progress::evidence;
use crate::progress::line::{Line, Tone, wrap};
use crate::progress::page::Page;
use crate::progress::questions::{Questions, Subject};
use crate::progress::remarks;
use crate::run::refusal::verdict_msg;
use crate::run::request::asked_words;
use crate::run::{Decided, Life, Verdict, Voided};
use crate::words::{Explain, Msg};

/// The prompt as lines. Head and tail are always shown; of the body as much as there is room for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PromptView {
    /// The question that is shown, marked in the list of what waits.
    pub at: Option<Subject>,
    /// The question and who has said what.
    pub head: Vec<Line>,
    /// Evidence, or the end of a log.
    pub body: Vec<Line>,
    /// What was told, what may be typed.
    pub tail: Vec<Line>,
    /// The first line of the body that is wanted.
    pub scroll: usize,
}

impl Prompt {
    /// The prompt's lines.
    pub fn view(&self, questions: &Questions<'_>, page: &Page) -> PromptView {
        let screen = Screen { prompt: self, questions, page, cols: usize::from(page.cols) };
        if self.gone {
            return PromptView { tail: vec![screen.dim(&msg!("term-gone"))], ..PromptView::default() };
        }
        let mut view = PromptView { at: self.at, scroll: self.scroll, ..PromptView::default() };
        if let Some(at) = self.at {
            view.head = screen.head(at);
            view.body = screen.body(at);
        }
        // What is told, typed and about to be recorded is shown to its last word.
        let tail = self.said.as_ref().map(|said| screen.said(said)).into_iter().chain(screen.tail());
        view.tail = tail.flat_map(|line| line.fold(screen.cols, 0)).collect();
        view
    }
}

struct Screen<'a> {
    prompt: &'a Prompt,
    questions: &'a Questions<'a>,
    page: &'a Page,
    cols: usize,
}

impl Screen<'_> {
    fn say(&self, msg: &Msg) -> String {
        self.page.say(msg)
    }

    fn dim(&self, msg: &Msg) -> Line {
        Line::new().add(Tone::Dim, &self.say(msg))
    }

    fn path(&self, node: NodeId) -> String {
        self.questions.state.plan().path(node)
    }

    fn head(&self, at: Subject) -> Vec<Line> {
        match at {
            Subject::Interrupt => {
                let running = self.questions.state.in_flight().len();
                vec![Line::new().add(Tone::Strong, &self.say(&msg!("term-interrupted", count = running)))]
            }
            Subject::Gate(node, _) => self.gate_head(node),
            Subject::Failed(node, _) | Subject::Lost(node, _) => self.trouble_head(node),
        }
    }

    fn gate_head(&self, node: NodeId) -> Vec<Line> {
        let step = self.questions.state.step(node);
        let Some(gate) = self.questions.gate(node) else { return Vec::new() };
        let ask = self.questions.state.asked(node);
        let mut head = strong(ask, self.cols, 3);
        let stage = self.questions.state.plan().stage(self.questions.state.plan().node(node).stage);
        let mut about = Line::new().add(
            Tone::Dim,
            &format!("{}  {}", self.path(node), self.page.word("term-kind", gate.kind.word())),
        );
        if let Some(since) = step.started_at {
            let asked = self.say(&msg!("term-asked-at", at = self.page.clock(since)));
            about = about.add(Tone::Dim, &format!("  {asked}"));
        }
        // Where the line is too long it is the stage's title that can be missed: it stands above.
        let about = self.with_deadline(about, node).add(Tone::Dim, &format!("  {}", stage.title));
        head.push(about);
        head.extend(self.who_and_votes(node, gate));
        let from = step.decisions.len().saturating_sub(4);
        head.extend(step.decisions[from..].iter().map(|decided| self.decision(decided)));
        head.extend(step.voided.last().into_iter().flat_map(|voided| self.void(voided)));
        head
    }

    /// The line with a deadline that is to come; one that has passed stands on a line of its own.
    fn with_deadline(&self, line: Line, node: NodeId) -> Line {
        match remarks::step_due(self.questions.state, node, self.page) {
            Some(remarks::Due::ToCome(due)) => line.add(Tone::Dim, &format!("  {due}")),
            Some(remarks::Due::Late(..)) | None => line,
        }
    }

    fn who_and_votes(&self, node: NodeId, gate: &Gate) -> Vec<Line> {
        let mut parts = Vec::new();
        if !gate.approvers.is_empty() {
            parts.push(self.say(&msg!("term-may-answer", who = asked_words(gate))));
        }
        if !gate.except.is_empty() {
            let names: Vec<String> = gate.except.iter().map(|excluded| self.excluded(excluded)).collect();
            parts.push(self.say(&msg!("term-may-not-answer", who = names.join(", "))));
        }
        let wanted = gate.votes.total();
        if wanted > 1 && gate.each.is_empty() {
            let given = self.questions.votes(node, None);
            parts.push(self.say(&msg!("term-votes", given = given, wanted = wanted)));
        }
        if !gate.each.is_empty() {
            let done = |value: &&String| self.questions.votes(node, Some(value)) >= wanted as usize;
            let given = gate.each.iter().filter(done).count();
            parts.push(self.say(&msg!("term-values", given = given, wanted = gate.each.len())));
        }
        let all = parts.join("  ");
        let line = (!all.is_empty()).then(|| Line::new().add(Tone::Dim, &all));
        line.into_iter().chain(self.missing(node)).collect()
    }

    /// By how much it is late, and for which values nobody has answered yet.
    fn missing(&self, node: NodeId) -> Vec<Line> {
        let state = self.questions.state;
        let late = remarks::step_late(state, node, self.page);
        let tone = if late.is_some() { Tone::Bad } else { Tone::Ask };
        let parts: Vec<String> = late.into_iter().chain(remarks::missing(state, node, self.page)).collect();
        if parts.is_empty() {
            return Vec::new();
        }
        let lines = wrap(&parts.join("  "), self.cols);
        lines.iter().take(3).map(|line| Line::new().add(tone, line)).collect()
    }

    fn excluded(&self, excluded: &Excluded) -> String {
        match excluded {
            Excluded::Starter => self.say(&msg!("term-starter")),
            Excluded::Role(role) => role.clone(),
            Excluded::Person(id) => self.page.person(id),
        }
    }

    fn decision(&self, decided: &Decided) -> Line {
        let decision = &decided.decision;
        let verdict = self.say(&verdict_msg(decision.decision));
        let tone = if decision.decision == Verdict::Confirmed { Tone::Good } else { Tone::Bad };
        let value = decision.value.as_ref().map_or_else(String::new, |value| format!("{value}  "));
        let note = decision.note.as_ref().map_or_else(String::new, |note| format!("  {note}"));
        let who = self.page.by(&decision.by);
        Line::new()
            .add(tone, &format!("  {verdict}  "))
            .add(Tone::Plain, &format!("{value}{who}  {}{note}", self.page.clock(decided.at)))
    }

    /// Why it is asked again: the latest answer that counts no more.
    fn void(&self, voided: &Voided) -> Vec<Line> {
        let word = self.page.word("gate-status", "void");
        let text = format!("  {word}  {}", remarks::void(voided, self.page));
        let lines = Line::new().add(Tone::Mark, &text).fold(self.cols, 4);
        lines.into_iter().take(2).collect()
    }

    fn trouble_head(&self, node: NodeId) -> Vec<Line> {
        let step = self.questions.state.step(node);
        let status = self.questions.state.step_status(node).word();
        let word = self.page.word("step-status", status);
        let mut head = strong(&format!("{}  {word}", self.path(node)), self.cols, 2);
        head.extend(self.why(node));
        let severity = u32::from(self.questions.state.plan().node(node).severity);
        let mut about = vec![self.say(&msg!("term-attempt", number = step.attempt))];
        about.extend(step.finished_at.map(|at| self.page.clock(at)));
        about.push(self.say(&msg!("term-severity", number = severity)));
        head.push(Line::new().add(Tone::Dim, &about.join("  ")));
        head
    }

    fn why(&self, node: NodeId) -> Vec<Line> {
        let text = match &self.questions.state.step(node).life {
            Life::Failed { failure: Some(failure), .. } => self.say(&failure.explain()),
            Life::Failed { by: Some(mark), .. } => {
                let who = mark.by.as_ref().map_or_else(String::new, |by| self.page.by(by));
                self.say(&msg!("term-said-by", who = who, what = mark.reason.clone()))
            }
            Life::Failed { .. } => self.say(&msg!("term-gate-timed-out")),
            Life::Lost { cause } => self.say(&cause.explain()),
            _ => return Vec::new(),
        };
        let mut lines = wrap(&text, self.cols);
        lines.truncate(4);
        lines.iter().map(|line| Line::new().add(Tone::Bad, line)).collect()
    }

    fn body(&self, at: Subject) -> Vec<Line> {
        if let Step::Log(lines) = &self.prompt.step {
            let empty = lines.is_empty().then(|| self.dim(&msg!("term-log-empty")));
            return lines.iter().map(|line| Line::plain(line)).chain(empty).collect();
        }
        if let (Step::Value(..), Subject::Gate(node, _)) = (&self.prompt.step, at) {
            let numbered =
                |(index, value): (usize, &&str)| Line::plain(&format!("  [{}] {value}", index + 1));
            return self.questions.values(node).iter().enumerate().map(numbered).collect();
        }
        match at.node().map(|node| &self.questions.state.step(node).life) {
            Some(Life::Open { evidence, .. }) => evidence::lines(evidence, self.page),
            _ => Vec::new(),
        }
    }

    fn said(&self, said: &Said) -> Line {
        let (tone, msg) = match said {
            Said::Recorded => (Tone::Good, msg!("term-recorded")),
            Said::AnsweredBy(node, verdict, by) => {
                let verdict = verdict_msg(*verdict);
                let who = self.page.by(by);
                (Tone::Ask, msg!("term-answered-by", step = self.path(*node), verdict = verdict, who = who))
            }
            Said::MovedOn(node) => {
                let status = Msg::word("step-status", self.questions.state.step_status(*node).word());
                (Tone::Ask, msg!("term-moved-on", step = self.path(*node), status = status))
            }
            Said::Hint(msg) => (Tone::Bad, msg.clone()),
        };
        Line::new().add(tone, &self.say(&msg))
    }

    fn tail(&self) -> Vec<Line> {
        let typed = |label: String, line: &str| {
            Line::new().add(Tone::Strong, &format!("{label} ")).add(Tone::Plain, line).add(Tone::Strong, "_")
        };
        let keys = |id| self.dim(&Msg::new(id));
        match (&self.prompt.step, self.prompt.at) {
            (Step::Told, _) => vec![keys("term-keys-told")],
            (_, None) => Vec::new(),
            (Step::Menu, Some(at)) => vec![self.keys(at)],
            (Step::Log(_), _) => vec![keys("term-keys-log")],
            (Step::Sent(_), _) => vec![keys("term-sent")],
            (Step::Value(_, line), _) => {
                vec![typed(self.say(&msg!("term-which-value")), line), keys("term-keys-line")]
            }
            (Step::Field(draft, index, line), Some(at)) => {
                let label = self.field_label(at, *index);
                let value = draft.value.as_ref().map(|value| format!("{value}: ")).unwrap_or_default();
                vec![typed(format!("{value}{label}"), line), keys("term-keys-line")]
            }
            (Step::Note(draft, line), _) => {
                let id = match draft.verdict {
                    Verdict::Confirmed => "term-note",
                    Verdict::Rejected => "term-note-why",
                };
                vec![typed(self.say(&Msg::new(id)), line), keys("term-keys-line")]
            }
            (Step::Reason(verb, line), _) => {
                let verb = self.page.word("term-verb", verb.word());
                vec![typed(self.say(&msg!("term-reason", verb = verb)), line), keys("term-keys-line")]
            }
            (Step::Sure(wanted), Some(at)) => self.sure(wanted, at),
        }
    }

    fn field_label(&self, at: Subject, index: usize) -> String {
        let gate = at.node().and_then(|node| self.questions.gate(node));
        let Some((gate, field)) = gate.and_then(|gate| Some((gate, gate.form.get(index)?))) else {
            return String::new();
        };
        let name = self.page.field(gate, field);
        match &field.default {
            Some(default) => self.say(&msg!("term-field-default", field = name, default = default)),
            None if field.optional => self.say(&msg!("term-field-optional", field = name)),
            None => self.say(&msg!("term-field", field = name)),
        }
    }

    fn sure(&self, wanted: &Wanted, at: Subject) -> Vec<Line> {
        let who = self.page.by(&self.questions.asker.by);
        let step = at.node().map(|node| self.path(node)).unwrap_or_default();
        let of_verb = |verb: &str| {
            msg!(
                "term-sure",
                verb = self.page.word("term-verb", verb),
                step = step.as_str(),
                who = who.as_str()
            )
        };
        let question = match wanted {
            Wanted::Answer(draft) => of_verb(verdict_verb(draft.verdict)),
            Wanted::Repair(verb, _) => of_verb(verb.word()),
            Wanted::Interrupt(super::Choice::Kill) => msg!("term-sure-kill"),
            Wanted::Interrupt(_) => msg!("term-sure-leave"),
        };
        let mut lines = Vec::new();
        let filled = self.filled(wanted, at);
        if !filled.is_empty() {
            lines.push(Line::new().add(Tone::Plain, &filled));
        }
        lines.push(self.strong(&question));
        lines.push(Line::new().add(Tone::Dim, &self.say(&msg!("term-sure-keys"))));
        lines
    }

    /// What was filled in and added, for the last look.
    fn filled(&self, wanted: &Wanted, at: Subject) -> String {
        let mut parts = Vec::new();
        match wanted {
            Wanted::Answer(draft) => {
                parts.extend(draft.value.clone());
                let gate = at.node().and_then(|node| self.questions.gate(node));
                for (gate, field) in gate.iter().flat_map(|gate| gate.form.iter().map(move |f| (*gate, f))) {
                    let default = field.default.as_ref().filter(|_| draft.verdict == Verdict::Confirmed);
                    if let Some(value) = draft.form.get(&field.name).or(default) {
                        parts.push(format!("{} = {value}", self.page.field(gate, field)));
                    }
                }
                parts.extend(draft.note.clone());
            }
            Wanted::Repair(_, reason) => parts.extend(reason.clone()),
            Wanted::Interrupt(_) => {}
        }
        parts.join("  ")
    }

    fn strong(&self, msg: &Msg) -> Line {
        Line::new().add(Tone::Ask, &self.say(msg))
    }

    /// The keys that mean something at a question.
    fn keys(&self, at: Subject) -> Line {
        let mut ids: Vec<&'static str> = Vec::new();
        let mut line = Line::new();
        match at {
            Subject::Interrupt => ids.extend(["term-key-wait", "term-key-kill", "term-key-leave"]),
            Subject::Gate(node, _) => match self.questions.gate(node).map(|gate| self.questions.may(gate)) {
                Some(Err(refusal)) => {
                    line = line.add(Tone::Ask, &format!("{}  ", self.say(&refusal.explain())));
                }
                _ if self.questions.has_answered(node) => {
                    line = line.add(Tone::Ask, &format!("{}  ", self.say(&msg!("term-you-answered"))));
                }
                _ => ids.extend(["term-key-confirm", "term-key-reject"]),
            },
            _ if !self.questions.may_repair() => ids.push("term-key-log"),
            Subject::Failed(node, _) if self.questions.gate(node).is_some() => ids.push("term-key-ask-again"),
            Subject::Failed(..) => {
                ids.extend(["term-key-retry", "term-key-skip", "term-key-force", "term-key-log"]);
            }
            Subject::Lost(..) => {
                ids.extend(["term-key-done", "term-key-failed", "term-key-retry", "term-key-log"]);
            }
        }
        if at != Subject::Interrupt {
            ids.push("term-key-leave-it");
        }
        if self.questions.list().len() > 1 {
            ids.push("term-key-next");
        }
        let words: Vec<String> = ids.into_iter().map(|id| self.say(&Msg::new(id))).collect();
        line.add(Tone::Dim, &words.join("  "))
    }
}

fn strong(text: &str, cols: usize, most: usize) -> Vec<Line> {
    let lines = wrap(text, cols);
    lines.iter().take(most).map(|line| Line::new().add(Tone::Strong, line)).collect()
}

fn verdict_verb(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Confirmed => "confirm",
        Verdict::Rejected => "reject",
    }
}
