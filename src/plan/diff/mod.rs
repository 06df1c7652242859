//! What is different between two plans of a runbook, between two projects: what changed, in words. Pure.
//!
//! Steps are told apart by their names and what they do, never by their numbers; values are compared as a person reads
//! them. What a plan holds and this room has no name for is compared all the same, as [`Facet::Other`].

mod facets;
mod gates;
mod pairs;
mod projects;
mod redefined;
mod sources;
mod text;
mod words;
mod work;

use jiff::tz::TimeZone;
use serde::Serialize;

use self::pairs::Pairs;
use super::{NodeId, Part, Plan, StageId};

pub use self::facets::{Facet, shown};
pub use self::projects::projects;
pub use self::redefined::Redefined;
pub use self::sources::{Side, sources};
pub use self::words::tell;

/// One thing that is different now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// A stage that was not there.
    StageAdded {
        /// Its name.
        stage: String,
        /// How many steps and gates it has.
        steps: usize,
    },
    /// A stage that is gone.
    StageRemoved {
        /// Its name.
        stage: String,
        /// How many steps and gates it had.
        steps: usize,
    },
    /// A stage with the same steps under another name.
    StageRenamed {
        /// Its name.
        stage: String,
        /// Its former name.
        from: String,
    },
    /// A step or gate that was not there.
    StepAdded(Spot),
    /// A step or gate that is gone.
    StepRemoved(Spot),
    /// A step that does the same under another name.
    StepRenamed {
        /// Its stage.
        stage: String,
        /// Its name.
        name: String,
        /// Its former name.
        from: String,
    },
    /// A step in another part of its stage.
    StepMoved {
        /// Its path.
        step: String,
        /// Where it was.
        from: Part,
        /// Where it is.
        to: Part,
    },
    /// A step in another stage.
    StepRestaged {
        /// Its path.
        step: String,
        /// The stage where it was.
        stage: String,
        /// Where it was there.
        from: Part,
        /// Where it is.
        to: Part,
    },
    /// Steps that run one after another do so in another order.
    Order {
        /// The stage.
        stage: String,
        /// Which part of it.
        part: Part,
        /// The steps that were there before, in their order now.
        steps: Vec<String>,
    },
    /// Something else that was not there.
    Added {
        /// What.
        place: Place,
    },
    /// Something else that is gone.
    Removed {
        /// What.
        place: Place,
    },
    /// Something has another value.
    Edited {
        /// Of what.
        place: Place,
        /// Which of its values.
        facet: Facet,
        /// As it was; `None`: not there, or not to be shown.
        from: Option<String>,
        /// As it is.
        to: Option<String>,
    },
    /// A file that steps use says something else.
    File {
        /// Its path.
        path: String,
        /// The first line that is different, from 1.
        line: usize,
        /// The paths of those steps.
        steps: Vec<String>,
    },
}

/// A step, for people who do not know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Spot {
    /// Its stage.
    pub stage: String,
    /// Its name.
    pub name: String,
    /// Where it stands there.
    pub level: Part,
    /// What it does.
    pub kind: &'static str,
    /// Of a flow.
    pub platform: Option<String>,
}

/// What a change is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "they are what they are called")]
pub enum Place {
    Runbook(String),
    Stage(String),
    Step(String),
    Parameter(String),
    Connection(String),
    Platform(String),
    Settings,
    Roster,
    Person(String),
    Shift(String),
    RotaDay(String),
}

impl Change {
    /// Does it come from what is different in one month only?
    pub fn is_of_the_month(&self) -> bool {
        matches!(
            self,
            Change::Edited { facet: Facet::Skip, .. } | Change::Edited { place: Place::Parameter(_), .. }
        )
    }
}

/// What is different in `after`. Moments are shown in `zone`.
pub fn plans(before: &Plan, after: &Plan, zone: &TimeZone) -> Vec<Change> {
    let pairs = Pairs::of(before, after);
    let mut changes = Vec::new();
    whole(before, after, &mut changes);
    for stage in (0..before.stages.len()).map(StageId::from).filter(|id| pairs.stage_after(*id).is_none()) {
        let (stage, steps) = (before.stage(stage).name.clone(), before.nodes_of(stage).count());
        changes.push(Change::StageRemoved { stage, steps });
    }
    for id in (0..after.stages.len()).map(StageId::from) {
        match pairs.stage_before(id) {
            Some(old) => stage(before, after, (old, id), &pairs, zone, &mut changes),
            None => changes.push(Change::StageAdded {
                stage: after.stage(id).name.clone(),
                steps: after.nodes_of(id).count(),
            }),
        }
    }
    changes
}

/// What concerns the runbook as a whole.
fn whole(before: &Plan, after: &Plan, changes: &mut Vec<Change>) {
    let place = Place::Runbook(after.run.runbook.clone());
    facets::compare(&place, facets::of_plan(before), facets::of_plan(after), changes);
    for (name, value) in &before.params {
        match after.params.get(name) {
            None => changes.push(Change::Removed { place: Place::Parameter(name.clone()) }),
            Some(now) => {
                let place = Place::Parameter(name.clone());
                facets::compare(&place, facets::of_value(value), facets::of_value(now), changes);
            }
        }
    }
    let new = after.params.keys().filter(|name| !before.params.contains_key(*name));
    changes.extend(new.map(|name| Change::Added { place: Place::Parameter(name.clone()) }));
}

/// What is different in a stage that was there before.
fn stage(
    before: &Plan,
    after: &Plan,
    (old, new): (StageId, StageId),
    pairs: &Pairs,
    zone: &TimeZone,
    changes: &mut Vec<Change>,
) {
    let name = after.stage(new).name.clone();
    if before.stage(old).name != name {
        let from = before.stage(old).name.clone();
        changes.push(Change::StageRenamed { stage: name.clone(), from });
    }
    let then = facets::of_stage(before.stage(old), zone, |id| match pairs.stage_after(id) {
        Some(now) => after.stage(now).name.clone(),
        None => before.stage(id).name.clone(),
    });
    let now = facets::of_stage(after.stage(new), zone, |id| after.stage(id).name.clone());
    facets::compare(&Place::Stage(name.clone()), then, now, changes);
    let gone = before.nodes_of(old).filter(|id| pairs.after(*id).is_none());
    changes.extend(gone.map(|id| Change::StepRemoved(spot(before, id, &name))));
    for id in after.nodes_of(new) {
        match pairs.before(id) {
            None => changes.push(Change::StepAdded(spot(after, id, &name))),
            Some(was) => step(before, after, (was, id), pairs, zone, changes),
        }
    }
    for part in [Part::Ready, Part::Verify] {
        order(before, after, (old, new), part, pairs, changes);
    }
}

fn spot(plan: &Plan, id: NodeId, stage: &str) -> Spot {
    let node = plan.node(id);
    Spot {
        stage: stage.to_owned(),
        name: node.name.clone(),
        level: plan.phase(node.phase).part,
        kind: node.kind(),
        platform: node.platform().map(str::to_owned),
    }
}

/// What is different about a step that was there before.
fn step(
    before: &Plan,
    after: &Plan,
    (old, new): (NodeId, NodeId),
    pairs: &Pairs,
    zone: &TimeZone,
    changes: &mut Vec<Change>,
) {
    let (was, is) = (before.node(old), after.node(new));
    let path = after.path(new);
    // The gates of a step go where it goes and are called as it is.
    let own_gate = is.name.contains('#');
    if was.name != is.name && !own_gate {
        let (stage, name, from) = (after.stage(is.stage).name.clone(), is.name.clone(), was.name.clone());
        changes.push(Change::StepRenamed { stage, name, from });
    }
    let (from, to) = (before.phase(was.phase).part, after.phase(is.phase).part);
    if pairs.stage_after(was.stage) != Some(is.stage) && !own_gate {
        let stage = before.stage(was.stage).name.clone();
        changes.push(Change::StepRestaged { step: path.clone(), stage, from, to });
    } else if from != to && !own_gate {
        changes.push(Change::StepMoved { step: path.clone(), from, to });
    }
    let then = facets::of_node(before, was, zone, &|id| match pairs.after(id) {
        Some(now) => after.path(now),
        None => before.path(id),
    });
    let now = facets::of_node(after, is, zone, &|id| after.path(id));
    facets::compare_work(&Place::Step(path), (was.kind(), then), (is.kind(), now), changes);
}

/// Are the steps that run one after another, and did so before, in another order now?
fn order(
    before: &Plan,
    after: &Plan,
    (old, new): (StageId, StageId),
    part: Part,
    pairs: &Pairs,
    changes: &mut Vec<Change>,
) {
    let inside = |plan: &Plan, id: NodeId| plan.phase(plan.node(id).phase).part == part;
    let was: Vec<NodeId> = before
        .nodes_of(old)
        .filter(|id| inside(before, *id))
        .filter_map(|id| pairs.after(id))
        .filter(|id| inside(after, *id) && after.node(*id).stage == new)
        .collect();
    let is: Vec<NodeId> = after.nodes_of(new).filter(|id| inside(after, *id) && was.contains(id)).collect();
    if was != is {
        let steps = is.iter().map(|id| after.node(*id).name.clone()).collect();
        changes.push(Change::Order { stage: after.stage(new).name.clone(), part, steps });
    }
}
