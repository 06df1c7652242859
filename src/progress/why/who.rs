//! Who can move something on: people by the roster, and the commands that they type.

use crate::id::PersonId;
use crate::plan::NodeId;
use crate::plan::roster::Roster;
use crate::progress::page::shell_word;
use crate::progress::plain::commands as answers;
use crate::run::request::may_answer;
use crate::run::why::{Reason, Scene, Who};
use crate::run::{Asker, By};

/// The people of the roster who can; `None` where there is no roster: then whoever is at hand.
pub(super) fn people(
    scene: &Scene<'_>,
    roster: Option<&Roster>,
    id: NodeId,
    who: Who,
) -> Option<Vec<PersonId>> {
    let roster = roster?;
    let can = |person: &&PersonId| match who {
        Who::Asked => can_answer(scene, roster, id, person),
        Who::Operators => roster.may_operate(person),
        Who::Itself | Who::Nobody => false,
    };
    Some(roster.people.keys().filter(can).cloned().collect())
}

/// Is this one of those whom the gate asks, and does it still want their answer?
fn can_answer(scene: &Scene<'_>, roster: &Roster, id: NodeId, person: &PersonId) -> bool {
    let Some(gate) = scene.state.plan().node(id).gate() else { return false };
    let by = By { by: person.clone(), hand: None, played: false };
    let (roles, operator) = (roster.roles_of(person), roster.may_operate(person));
    let asker = Asker { by, roles, operator, known: true };
    let decisions = scene.state.step(id).decisions.iter().map(|decided| &decided.decision);
    let answered = gate.each.is_empty() && decisions.clone().any(|decision| decision.by.by == *person);
    !answered && may_answer(scene.state, gate, &asker).is_ok()
}

/// What they type. `id` is the step that the reason is about, or the first of them.
pub(super) fn commands(scene: &Scene<'_>, id: NodeId, reason: &Reason<'_>) -> Vec<String> {
    let state = scene.state;
    let run = shell_word(&state.plan().run.to_string());
    let step = shell_word(&state.plan().path(id));
    match reason {
        _ if state.cancelled().is_some() => Vec::new(),
        Reason::Held(_) => vec![format!("monthstart release {step} --run {run}")],
        Reason::RunHeld(_) => vec![format!("monthstart release --run {run}")],
        Reason::Running { .. } if !scene.driven => vec![format!("monthstart resume {run}")],
        Reason::Undriven => vec![format!("monthstart resume {run}")],
        Reason::Retrying { .. } => vec![format!("monthstart retry {step} --run {run}")],
        Reason::Stopped(by) => by.iter().flat_map(|id| answers(state, *id)).collect(),
        Reason::Running { .. } if state.plan().node(id).gate().is_none() => {
            vec![format!("monthstart logs {step} -f --run {run}")]
        }
        _ => answers(state, id),
    }
}
