//! The handover letter: what somebody needs at 3 a.m. when a stage has just finished. What needs an eye comes first, then
//! who said what, then the steps, then what comes next.
//!
//! One [`Sheet`] of words is made from the run; the text part and the HTML part are two layouts of it.

mod ahead;
mod past;
mod sheet;
mod speech;
mod text;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use self::sheet::{Fact, Sheet};
use self::speech::{Speech, named, span};
use super::letter;
use crate::engine::ports::{Draft, Scribe};
use crate::plan::roster::Roster;
use crate::plan::{Handover, NodeId, StageId};
use crate::run::RunState;
use crate::words::Lang;

/// Names and addresses of those who are handed over to at an instant; an empty address: the letter says that they did not
/// get it.
pub type Recipients = Box<dyn Fn(&Handover, Timestamp) -> Vec<(String, String)> + Send + Sync>;

/// Writes handover letters in the project's language and zone.
pub struct HandoverScribe {
    zone: TimeZone,
    lang: Lang,
    roster: Option<Roster>,
    recipients: Recipients,
}

impl HandoverScribe {
    /// A scribe who knows people by `roster` and finds out by `recipients` who gets a letter.
    pub fn new(zone: TimeZone, lang: Lang, roster: Option<Roster>, recipients: Recipients) -> Self {
        HandoverScribe { zone, lang, roster, recipients }
    }
}

impl Scribe for HandoverScribe {
    fn handover(&self, run: &RunState, stage: StageId, at: Timestamp) -> Option<Draft> {
        let plan = run.plan();
        let people = (self.recipients)(&plan.stage(stage).handover, at);
        let speech = Speech { lang: self.lang, zone: &self.zone, roster: self.roster.as_ref() };
        let (mut names, mut to) = (Vec::new(), Vec::new());
        for (name, address) in people {
            if address.is_empty() {
                names.push(speech.say("mail-no-address", &[("name", speech::label(&name).into())]));
            } else if !to.contains(&address) {
                to.push(address);
                names.push(speech::label(&name));
            }
        }
        if to.is_empty() {
            return None;
        }
        let sheet = sheet(&speech, run, stage, at, &names);
        let subject = subject(&speech, run, stage);
        Some(Draft { to, subject, text: text::lay_out(&sheet), html: sheet.html() })
    }

    fn letter(&self, run: &RunState, node: NodeId, at: Timestamp) -> Option<Draft> {
        letter::of_step(run, node, at, &self.zone, self.roster.as_ref())
    }
}

/// One line: a shadow's says so first, a further round which one it is.
fn subject(speech: &Speech<'_>, run: &RunState, stage: StageId) -> String {
    let plan = run.plan();
    let done = speech.say(
        "mail-subject",
        &[
            ("month", plan.month().to_string().into()),
            ("stage", speech::label(&plan.stage(stage).title).into()),
            ("run", plan.run.to_string().into()),
        ],
    );
    let shadow = plan.shadow.then(|| speech.say("mail-subject-shadow", &[]));
    let parts = [shadow, Some(done), round(speech, run)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn round(speech: &Speech<'_>, run: &RunState) -> Option<String> {
    (run.round() > 1).then(|| speech.say("mail-round", &[("number", run.round().into())]))
}

fn sheet(speech: &Speech<'_>, run: &RunState, stage: StageId, at: Timestamp, names: &[String]) -> Sheet {
    let plan = run.plan();
    let run_id = plan.run.to_string();
    let title = speech::label(&plan.stage(stage).title);
    let sections = [
        Some(past::attention(speech, run, stage)),
        past::decisions(speech, run, stage),
        Some(past::steps(speech, run, stage)),
        Some(ahead::next(speech, run, stage, at)),
        ahead::stages(speech, run, stage, at),
        ahead::this_month(speech, run, stage),
    ];
    Sheet {
        lang: speech.tag(),
        warning: plan.shadow.then(|| speech.say("mail-shadow", &[])),
        title: speech.say("mail-title", &[("stage", title.into())]),
        facts: facts(speech, run, stage, names),
        sections: sections.into_iter().flatten().collect(),
        look: speech.say("mail-look", &[]),
        command: format!("monthstart status {run_id}"),
        basis: speech.say(
            "mail-basis",
            &[
                ("seq", run.seq().to_string().into()),
                ("at", speech.date_time(at).into()),
                ("zone", speech.zone_name().into()),
            ],
        ),
    }
}

fn facts(speech: &Speech<'_>, run: &RunState, stage: StageId, names: &[String]) -> Vec<Fact> {
    let plan = run.plan();
    let fact = |id: &str, value: String| Fact { label: speech.say(id, &[]), value };
    let stage_name = &plan.stage(stage).name;
    let mut facts = vec![
        fact("mail-fact-run", named(&plan.run.to_string(), &plan.title)),
        fact("mail-fact-stage", named(stage_name, &plan.stage(stage).title)),
        fact("mail-fact-month", plan.month().to_string()),
    ];
    if let Some(finished) = run.stage_finished_at(stage) {
        let started = run.stage_started_at(stage).unwrap_or(finished).min(finished);
        let span = speech.say(
            "mail-span",
            &[
                ("from", speech.date_time(started).into()),
                ("to", speech.date_time(finished).into()),
                ("took", span(started, finished).into()),
            ],
        );
        facts.push(fact("mail-fact-span", span));
    }
    if let Some(round) = round(speech, run) {
        facts.push(fact("mail-fact-round", round));
    }
    if let Some(due) = plan.stage(stage).deadline {
        let at = ("at", speech.short(due).into());
        let value = match run.stage_finished_at(stage).filter(|done| *done > due) {
            Some(done) => speech.say("mail-deadline-missed", &[at, ("by", span(due, done).into())]),
            None => speech.say("mail-deadline-kept", &[at]),
        };
        facts.push(fact("mail-fact-deadline", value));
    }
    let status = run.run_status();
    facts.push(fact("mail-fact-status", speech.word("run-status", status.word())));
    let (open, troubled) = (run.open().len(), run.troubled().len());
    if open + troubled > 0 {
        let waits = speech.say("mail-waits", &[("open", open.into()), ("troubled", troubled.into())]);
        facts.push(fact("mail-fact-waits", waits));
    }
    facts.push(fact("mail-fact-to", names.join(&speech.say("mail-and", &[]))));
    facts
}
