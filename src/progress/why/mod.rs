//! `why`, for people: a short chain from a step down to the final causes, or the final causes of a run, worst first; each
//! with who can act and what they type.

mod json;
mod sentence;
mod who;

pub use json::{run_json, step_json};

use super::grid::Text;
use super::line::{width, wrap};
use super::page::Page;
use crate::msg;
use crate::plan::NodeId;
use crate::plan::roster::Roster;
use crate::run::why::{Cause, On, Reason, Scene, Wait, Who};
use crate::run::{GateStatus, RunStatus};
use crate::words::Msg;

/// So many of what is alike are named; the rest is counted.
const NAMED: usize = 5;
/// So many final causes are told with all that goes with them.
const TOLD: usize = 20;
/// No line stands further right.
const RIGHTMOST: usize = 24;

/// The chain of one step.
pub fn step(scene: &Scene<'_>, id: NodeId, roster: Option<&Roster>, page: &Page) -> String {
    let mut telling = Telling { scene, roster, page, text: Text::new(page), told: 0 };
    let state = scene.state;
    let status = match state.plan().node(id).gate() {
        Some(_) => page.word("gate-status", state.gate_status(id).word()),
        None => page.word("step-status", state.step_status(id).word()),
    };
    telling.line(0, &format!("{}  {status}", state.plan().path(id)));
    telling.late(1, id);
    telling.remarks(id);
    let reason = scene.reason(id);
    if reason == Reason::Waits {
        telling.said(1, &msg!("why-waits"));
        telling.waits(2, &scene.waits(id));
    } else {
        telling.cause(1, id, &reason);
    }
    telling.text.done
}

/// The final causes of the whole run, worst first.
pub fn run(scene: &Scene<'_>, roster: Option<&Roster>, page: &Page) -> String {
    let mut telling = Telling { scene, roster, page, text: Text::new(page), told: 0 };
    let state = scene.state;
    let status = state.run_status();
    telling.line(0, &format!("{}  {}", state.plan().run, page.word("run-status", status.word())));
    for (stage, late) in scene.late_stages() {
        let name = state.plan().stage(stage).name.clone();
        telling.said(1, &msg!("why-late-stage", stage = name, late = sentence::late(page, late)));
    }
    if status == RunStatus::Succeeded {
        telling.said(1, &msg!("why-run-done"));
    }
    let causes = scene.causes();
    for cause in causes.iter().take(TOLD) {
        telling.whole(cause);
    }
    if causes.len() > TOLD {
        telling.line(0, "");
        telling.said(0, &msg!("why-more-causes", count = causes.len() - TOLD));
    }
    telling.text.done
}

struct Telling<'a> {
    scene: &'a Scene<'a>,
    roster: Option<&'a Roster>,
    page: &'a Page,
    text: Text<'a>,
    told: usize,
}

impl Telling<'_> {
    /// A line at a depth; what does not fit goes on below, further right.
    fn line(&mut self, depth: usize, line: &str) {
        let indent = (depth * 2).min(RIGHTMOST);
        let cols = usize::from(self.page.cols).saturating_sub(indent);
        for (number, part) in wrapped(line, cols).into_iter().enumerate() {
            let hang = if number == 0 { 0 } else { 2 };
            self.text.done.push_str(&" ".repeat(indent + hang));
            self.text.done.push_str(part.trim());
            self.text.done.push('\n');
        }
    }

    fn said(&mut self, depth: usize, msg: &Msg) {
        let line = self.page.say(msg);
        self.line(depth, &line);
    }

    /// A command as it is typed: never broken, so that it can be copied.
    fn command(&mut self, depth: usize, command: &str) {
        self.text.done.push_str(&" ".repeat((depth * 2).min(RIGHTMOST)));
        self.text.done.push_str(&crate::words::printable(command).replace('\n', " "));
        self.text.done.push('\n');
    }

    fn late(&mut self, depth: usize, id: NodeId) {
        if let Some(late) = self.scene.late(id) {
            let line = sentence::late(self.page, late);
            self.line(depth, &line);
        }
    }

    /// What else is to be known of a step: a hold while it waits, answers that became void.
    fn remarks(&mut self, id: NodeId) {
        let state = self.scene.state;
        let step = state.step(id);
        if let (Some(mark), Reason::Waits) = (&step.held, self.scene.reason(id)) {
            let who = super::plain::mark_words(mark, self.page);
            self.said(1, &msg!("why-also-held", who = who));
        }
        if let (GateStatus::Void, Some(voided)) = (state.gate_status(id), step.voided.last()) {
            let who = super::plain::mark_words(&voided.mark, self.page);
            let answer = self.page.by(&voided.decided.decision.by);
            self.said(1, &msg!("why-void", answer = answer, who = who));
        }
    }

    /// Why, who can act, and what they type.
    fn cause(&mut self, depth: usize, id: NodeId, reason: &Reason<'_>) {
        for line in sentence::lines(self.scene, id, reason, self.page) {
            self.line(depth, &line);
        }
        let Some(who) = self.scene.who(reason) else { return };
        let can = match (who, who::people(self.scene, self.roster, id, who)) {
            (Who::Itself, _) => self.page.say(&msg!("why-who-itself")),
            (Who::Nobody, _) => self.page.say(&msg!("why-who-nobody")),
            (_, None) => self.page.say(&msg!("why-who-anybody")),
            (_, Some(people)) if people.is_empty() => self.page.say(&msg!("why-who-no-one")),
            (Who::Asked, Some(people)) => {
                let people = self.named(people.iter().map(|person| self.page.person(person)).collect());
                self.page.say(&msg!("why-who-asked", people = people))
            }
            (Who::Operators, Some(people)) => {
                let people = self.named(people.iter().map(|person| self.page.person(person)).collect());
                self.page.say(&msg!("why-who-operators", people = people))
            }
        };
        self.line(depth, &can);
        for command in who::commands(self.scene, id, reason) {
            self.command(depth + 1, &command);
        }
    }

    fn waits(&mut self, depth: usize, waits: &[Wait]) {
        for wait in waits {
            self.wait(depth, wait);
        }
    }

    fn wait(&mut self, depth: usize, wait: &Wait) {
        let plan = self.scene.state.plan();
        let left = wait.causes.len() + wait.waiting.len();
        let what = match wait.on {
            On::Need(id) => msg!("why-need", step = plan.path(id)),
            On::Phase(phase) => {
                let phase = plan.phase(phase);
                let stage = plan.stage(phase.stage).name.clone();
                let (part, of) = (self.page.part(phase.part), phase.nodes.len());
                msg!("why-phase", stage = stage, part = part, left = left, of = of)
            }
        };
        self.said(depth, &what);
        let names = wait.waiting.iter().map(|id| plan.node(*id).name.clone()).collect();
        if !wait.waiting.is_empty() && matches!(wait.on, On::Phase(_)) {
            let names = self.named(names);
            self.said(depth + 1, &msg!("why-waiting", steps = names));
        }
        for id in &wait.causes {
            if self.told == TOLD {
                self.said(depth + 1, &msg!("why-more-steps"));
                break;
            }
            self.told += 1;
            self.final_cause(depth + 1, *id);
        }
        self.waits(depth + 1, &wait.waits);
    }

    fn final_cause(&mut self, depth: usize, id: NodeId) {
        let state = self.scene.state;
        let status = match state.plan().node(id).gate() {
            Some(_) => self.page.word("gate-status", state.gate_status(id).word()),
            None => self.page.word("step-status", state.step_status(id).word()),
        };
        self.line(depth, &format!("{}  {status}", state.plan().path(id)));
        self.late(depth + 1, id);
        self.cause(depth + 1, id, &self.scene.reason(id));
    }

    /// A final cause of the whole run, with how much it holds up.
    fn whole(&mut self, cause: &Cause<'_>) {
        let plan = self.scene.state.plan();
        let Some(first) = cause.steps.first() else { return };
        self.line(0, "");
        let holds = self.page.say(&msg!("why-holds", count = cause.holds));
        let severity = self.page.say(&msg!("term-severity", number = u32::from(cause.severity)));
        let names = self.named(cause.steps.iter().map(|id| plan.path(*id)).collect());
        self.line(0, &format!("{names}  {severity}  {holds}"));
        if let Some(late) = cause.late {
            let line = sentence::late(self.page, late);
            self.line(1, &line);
        }
        self.cause(1, *first, &cause.reason);
    }

    /// The first few, and how many more there are.
    fn named(&self, mut names: Vec<String>) -> String {
        let more = names.len().saturating_sub(NAMED);
        names.truncate(NAMED);
        let named = names.join(", ");
        match more {
            0 => named,
            more => self.page.say(&msg!("why-and-more", names = named, count = more)),
        }
    }
}

/// Lines of at most `cols` columns; the ones after the first leave two for their indentation.
fn wrapped(line: &str, cols: usize) -> Vec<String> {
    if width(line) <= cols && !line.contains('\n') {
        return wrap(line, cols);
    }
    wrap(line, cols.saturating_sub(2))
}
