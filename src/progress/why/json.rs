//! `why --json`: the chain, and the final causes, as data.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::who::{commands, people};
use crate::plan::NodeId;
use crate::plan::roster::Roster;
use crate::progress::json::cause_json;
use crate::run::Mark;
use crate::run::scheduler::Full;
use crate::run::why::{Cause, Late, On, Reason, Scene, Wait, Who};
use crate::time::rfc3339;
use crate::words::{Explain, Lang, printable, render};

/// One step: why it stands where it stands, what it waits for, and the final causes of that.
pub fn step_json(scene: &Scene<'_>, id: NodeId, roster: Option<&Roster>, zone: &TimeZone) -> Value {
    let (plan, found) = (scene.state.plan(), Found { scene, roster, zone });
    let waits = scene.waits(id);
    let causes = scene.causes_of(id);
    json!({
        "run": plan.run.to_string(),
        "step": plan.path(id),
        "status": scene.state.step_status(id),
        "late": scene.late(id).map(|late| found.late(late)),
        "reason": found.reason(id, &scene.reason(id)),
        "waits": waits.iter().map(|wait| found.wait(wait)).collect::<Vec<_>>(),
        "causes": causes.iter().map(|id| found.step_cause(*id)).collect::<Vec<_>>(),
    })
}

/// The whole run: its final causes, worst first.
pub fn run_json(scene: &Scene<'_>, roster: Option<&Roster>, zone: &TimeZone) -> Value {
    let (plan, found) = (scene.state.plan(), Found { scene, roster, zone });
    let late = scene.late_stages();
    let stage = |(id, late): &(crate::plan::StageId, Late)| json!({"stage": plan.stage(*id).name, "late": found.late(*late)});
    json!({
        "run": plan.run.to_string(),
        "status": scene.state.run_status(),
        "driven": scene.driven,
        "late_stages": late.iter().map(stage).collect::<Vec<_>>(),
        "causes": scene.causes().iter().map(|cause| found.cause(cause)).collect::<Vec<_>>(),
    })
}

struct Found<'a> {
    scene: &'a Scene<'a>,
    roster: Option<&'a Roster>,
    zone: &'a TimeZone,
}

impl Found<'_> {
    fn path(&self, id: NodeId) -> String {
        self.scene.state.plan().path(id)
    }

    fn paths(&self, ids: &[NodeId]) -> Vec<String> {
        ids.iter().map(|id| self.path(*id)).collect()
    }

    fn at(&self, at: Option<jiff::Timestamp>) -> Option<String> {
        at.map(|at| rfc3339(at, self.zone))
    }

    fn late(&self, late: Late) -> Value {
        json!({"deadline": rfc3339(late.deadline, self.zone), "seconds": late.by.as_secs()})
    }

    fn mark(&self, mark: &Mark) -> Value {
        let by = mark.by.as_ref().map(|by| by.by.to_string());
        json!({"by": by, "reason": mark.reason, "at": rfc3339(mark.at, self.zone)})
    }

    fn wait(&self, wait: &Wait) -> Value {
        let plan = self.scene.state.plan();
        let (stage, part, need) = match wait.on {
            On::Need(id) => (plan.node(id).stage, None, Some(self.path(id))),
            On::Phase(phase) => (plan.phase(phase).stage, Some(plan.phase(phase).part), None),
        };
        json!({
            "stage": plan.stage(stage).name,
            "level": part,
            "need": need,
            "causes": self.paths(&wait.causes),
            "waiting": self.paths(&wait.waiting),
            "waits": wait.waits.iter().map(|wait| self.wait(wait)).collect::<Vec<_>>(),
        })
    }

    fn step_cause(&self, id: NodeId) -> Value {
        let steps = vec![id];
        let (holds, severity) = (self.scene.held_up_by(&steps), self.scene.state.plan().node(id).severity);
        self.cause(&Cause {
            reason: self.scene.reason(id),
            steps,
            holds,
            severity,
            late: self.scene.late(id),
        })
    }

    fn cause(&self, cause: &Cause<'_>) -> Value {
        let first = cause.steps.first().copied().unwrap_or(NodeId(0));
        let who = self.scene.who(&cause.reason);
        let word = who.map(|who| match who {
            Who::Asked => "asked",
            Who::Operators => "operators",
            Who::Itself => "itself",
            Who::Nobody => "nobody",
        });
        let people = who.and_then(|who| people(self.scene, self.roster, first, who));
        json!({
            "steps": self.paths(&cause.steps),
            "severity": cause.severity,
            "holds": cause.holds,
            "late": cause.late.map(|late| self.late(late)),
            "reason": self.reason(first, &cause.reason),
            "who": word,
            "people": people.map(|people| people.iter().map(ToString::to_string).collect::<Vec<_>>()),
            "commands": commands(self.scene, first, &cause.reason),
        })
    }

    /// The reason's word under `kind`, and what goes with it.
    fn reason(&self, id: NodeId, reason: &Reason<'_>) -> Value {
        let mut value = match reason {
            Reason::Succeeded | Reason::TimedOut | Reason::Undriven | Reason::Starts | Reason::Waits => {
                json!({})
            }
            Reason::Lost(cause) => json!({"cause": cause_json(cause), "error": told(&cause.explain())}),
            Reason::Skipped(cause, mark) => json!({"cause": cause, "mark": self.mark(mark)}),
            Reason::Forced(mark)
            | Reason::Rejected(mark)
            | Reason::Cancelled(mark)
            | Reason::Held(mark)
            | Reason::RunHeld(mark) => json!({"mark": self.mark(mark)}),
            Reason::Running { since, flow, .. } => json!({"since": self.at(*since), "flow": flow}),
            Reason::Retrying { due, failure } => {
                json!({"due": rfc3339(*due, self.zone), "error": told(&failure.explain())})
            }
            Reason::Asks { since, missing } => {
                let missing = missing.iter().map(
                    |missing| json!({"for": missing.value, "given": missing.given, "wanted": missing.wanted}),
                );
                json!({
                    "since": self.at(*since),
                    "ask": self.scene.state.asked(id),
                    "deadline": self.at(self.scene.state.deadline(id)),
                    "missing": missing.collect::<Vec<_>>(),
                })
            }
            Reason::Failed { failure, by } => json!({
                "error": failure.map(|failure| told(&failure.explain())),
                "mark": by.map(|mark| self.mark(mark)),
            }),
            Reason::Stopped(by) => json!({"by": self.paths(by)}),
            Reason::Full(full) => {
                let (limit, of, platform) = match full {
                    Full::Run(limit) => (limit, "run", None),
                    Full::Stage(limit) => (limit, "stage", None),
                    Full::Platform(name, limit) => (limit, "platform", Some(name)),
                };
                let takers = self.paths(&self.scene.takers(id, full));
                json!({"of": of, "limit": limit, "platform": platform, "taken_by": takers})
            }
        };
        if let Value::Object(fields) = &mut value {
            fields.insert("kind".to_owned(), json!(reason.word()));
        }
        value
    }
}

fn told(msg: &crate::words::Msg) -> String {
    printable(&render(Lang::En, msg))
}
