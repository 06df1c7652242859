//! What comes next: what waits for a person, where the other stages stand, what does not run this month.

use jiff::Timestamp;

use super::past::agreed;
use super::sheet::{Group, Item, Row, Section, Tone};
use super::speech::{Speech, ask, clean, label, named, typed, unanswered};
use crate::plan::{Gate, NodeId, StageId};
use crate::run::{Life, RunState, SkipCause, StageStatus};
use crate::words::Explain;

/// Failed and lost steps, open questions, retries: what the reader may have to do.
pub(super) fn next(speech: &Speech<'_>, run: &RunState, done: StageId, at: Timestamp) -> Section {
    let mut items: Vec<Item> = run_held(speech, run).into_iter().collect();
    items.extend(run.troubled().iter().map(|id| trouble(speech, run, *id, at)));
    items.extend(run.open().iter().filter_map(|id| question(speech, run, *id, at)));
    items.extend(run.retrying().iter().map(|(due, id)| retry(speech, run, *id, *due)));
    items.extend(held(speech, run));
    items.extend(late(speech, run, at));
    items.extend(may_start(speech, run, done));
    let title = match (items.is_empty(), run.is_green()) {
        (_, true) => "mail-next-green",
        (true, false) => "mail-next-nothing",
        (false, false) => "mail-next",
    };
    Section { title: speech.say(title, &[]), items, groups: Vec::new() }
}

/// Somebody keeps the whole run from going on.
fn run_held(speech: &Speech<'_>, run: &RunState) -> Option<Item> {
    let run_id = run.plan().run.to_string();
    Some(Item {
        badge: speech.say("mail-mark-run-held", &[]),
        tone: Tone::Bad,
        head: label(&run_id),
        lines: speech.mark(run.held()?),
        command: Some(format!("monthstart release --run {}", typed(&run_id))),
    })
}

/// Steps that somebody keeps from starting.
fn held<'a>(speech: &'a Speech<'_>, run: &'a RunState) -> impl Iterator<Item = Item> + 'a {
    run.plan().iter().filter_map(|(id, _)| {
        let mark = run.step(id).held.as_ref()?;
        let path = label(&run.plan().path(id));
        Some(Item {
            badge: speech.say("mail-mark-held", &[]),
            tone: Tone::Watch,
            lines: speech.mark(mark),
            command: Some(format!("monthstart release {}", typed(&path))),
            head: path,
        })
    })
}

/// Steps past their deadline that are neither failed nor asked about: they are told there.
fn late<'a>(speech: &'a Speech<'_>, run: &'a RunState, at: Timestamp) -> impl Iterator<Item = Item> + 'a {
    let is_told = |id: &NodeId| run.troubled().contains(id) || run.open().contains(id);
    run.plan().iter().filter(move |(id, _)| !is_told(id)).filter_map(move |(id, _)| {
        let due = run.deadline(id).filter(|due| *due < at && !run.step(id).life.is_done())?;
        Some(Item {
            badge: speech.say("mail-mark-late", &[]),
            tone: Tone::Bad,
            head: label(&run.plan().path(id)),
            lines: vec![speech.deadline(due, at)],
            command: None,
        })
    })
}

fn trouble(speech: &Speech<'_>, run: &RunState, id: NodeId, at: Timestamp) -> Item {
    let path = run.plan().path(id);
    let (failure, mark) = match &run.step(id).life {
        Life::Failed { failure, by } => (failure.as_ref(), by.as_ref()),
        _ => (None, None),
    };
    let mut lines: Vec<String> =
        failure.map(|failure| speech.render(&failure.explain())).into_iter().collect();
    lines.extend(mark.iter().flat_map(|mark| speech.mark(mark)));
    lines.extend(run.deadline(id).filter(|due| *due < at).map(|due| speech.deadline(due, at)));
    Item {
        badge: speech.word("step-status", run.step_status(id).word()),
        tone: Tone::Bad,
        head: label(&path),
        lines,
        command: Some(format!("monthstart logs {}", typed(&label(&path)))),
    }
}

fn question(speech: &Speech<'_>, run: &RunState, id: NodeId, at: Timestamp) -> Option<Item> {
    let gate = run.plan().node(id).gate()?;
    let path = label(&run.plan().path(id));
    let question = ask(run, id, gate);
    let asked = speech.say("mail-asked", &[("who", speech.asked(gate).into())]);
    let since = run.step(id).started_at;
    let since = since.map(|at| speech.say("mail-since", &[("at", speech.short(at).into())]));
    let deadline = run.deadline(id).map(|due| speech.deadline(due, at));
    let when: Vec<String> = since.into_iter().chain(deadline).collect();
    let lines = [Some(asked), speech.votes(run, id, gate), (!when.is_empty()).then(|| when.join("  "))];
    Some(Item {
        badge: speech.word("gate-status", run.gate_status(id).word()),
        tone: if run.is_late(id, at) { Tone::Bad } else { Tone::Watch },
        head: named(&path, &question),
        lines: lines.into_iter().flatten().collect(),
        command: Some(confirm(run, id, gate, &path)),
    })
}

/// What to type; for the first open value where there is an answer for each.
fn confirm(run: &RunState, id: NodeId, gate: &Gate, path: &str) -> String {
    let value = unanswered(run, id, gate).next().map(|value| format!(" --for {}", typed(&label(value))));
    format!("monthstart confirm {}{}", typed(path), value.unwrap_or_default())
}

fn retry(speech: &Speech<'_>, run: &RunState, id: NodeId, due: Timestamp) -> Item {
    let failure = match &run.step(id).life {
        Life::Retrying { failure, .. } => Some(speech.render(&failure.explain())),
        _ => None,
    };
    let due = speech.say("mail-retry-at", &[("at", speech.short(due).into())]);
    Item {
        badge: speech.word("step-status", run.step_status(id).word()),
        tone: Tone::Watch,
        head: label(&run.plan().path(id)),
        lines: failure.into_iter().chain([due]).collect(),
        command: None,
    }
}

/// Stages that have not begun and that nothing but a free place keeps from beginning now.
fn may_start<'a>(
    speech: &'a Speech<'_>,
    run: &'a RunState,
    done: StageId,
) -> impl Iterator<Item = Item> + 'a {
    let stages = (0..run.plan().stages.len()).map(StageId::from).filter(move |id| *id != done);
    stages.filter(|id| is_next(run, *id)).map(|id| {
        let stage = run.plan().stage(id);
        Item {
            badge: speech.say("mail-may-start", &[]),
            tone: Tone::Quiet,
            head: named(&stage.name, &stage.title),
            lines: Vec::new(),
            command: None,
        }
    })
}

fn is_next(run: &RunState, stage: StageId) -> bool {
    let pending = run.stage_status(stage) == StageStatus::Pending;
    pending && !run.is_stopped() && run.plan().nodes_of(stage).any(|id| run.startable().contains(&id))
}

/// The other stages, a line each.
pub(super) fn stages(speech: &Speech<'_>, run: &RunState, done: StageId, at: Timestamp) -> Option<Section> {
    let others = (0..run.plan().stages.len()).map(StageId::from).filter(|id| *id != done);
    let rows: Vec<Row> = others.map(|id| stage(speech, run, id, at)).collect();
    let title = speech.say("mail-stages", &[]);
    let groups = vec![Group { title: String::new(), rows }];
    (!groups[0].rows.is_empty()).then_some(Section { title, items: Vec::new(), groups })
}

fn stage(speech: &Speech<'_>, run: &RunState, id: StageId, at: Timestamp) -> Row {
    let stage = run.plan().stage(id);
    let status = run.stage_status(id);
    let (mut done, mut total) = (0_usize, 0_usize);
    for node in run.plan().nodes_of(id) {
        total += 1;
        done += usize::from(run.step(node).life.is_done());
    }
    let tone = match status {
        StageStatus::Succeeded => Tone::Good,
        StageStatus::Halted | StageStatus::Cancelled => Tone::Bad,
        StageStatus::Waiting => Tone::Watch,
        StageStatus::Pending | StageStatus::Running => Tone::Quiet,
    };
    let mut notes: Vec<String> = marks(speech, run, id).into_iter().collect();
    notes.extend(match (stage.deadline, run.stage_finished_at(id)) {
        (Some(due), None) => Some(speech.deadline(due, at)),
        (Some(due), finished) => speech.late(due, finished),
        (None, _) => None,
    });
    let waits = stage.after.iter().filter(|before| run.stage_finished_at(**before).is_none());
    let waits: Vec<String> = waits.map(|before| label(&run.plan().stage(*before).name)).collect();
    if status == StageStatus::Pending && !waits.is_empty() {
        let names = waits.join(&speech.say("mail-and", &[]));
        notes.push(speech.say("mail-waits-for", &[("names", names.into())]));
    }
    let begun = if status == StageStatus::Pending { None } else { run.stage_started_at(id) };
    Row {
        badge: speech.word("stage-status", status.word()),
        tone,
        name: named(&stage.name, &stage.title),
        count: speech.say("mail-progress", &[("done", done.into()), ("total", total.into())]),
        took: String::new(),
        at: run.stage_finished_at(id).or(begun).map(|at| speech.short(at)).unwrap_or_default(),
        notes,
    }
}

/// How many steps of a stage people forced or skipped.
fn marks(speech: &Speech<'_>, run: &RunState, stage: StageId) -> Option<String> {
    let (mut forced, mut skipped) = (0_usize, 0_usize);
    for id in run.plan().nodes_of(stage) {
        forced += usize::from(matches!(run.step(id).life, Life::Forced { .. }));
        skipped += usize::from(matches!(run.step(id).life, Life::Skipped { cause: SkipCause::Person, .. }));
    }
    let counts = [("forced", forced.into()), ("skipped", skipped.into())];
    (forced + skipped > 0).then(|| speech.say("mail-stage-marks", &counts))
}

/// Steps of other stages that the month file skips.
pub(super) fn this_month(speech: &Speech<'_>, run: &RunState, done: StageId) -> Option<Section> {
    let skipped = run.plan().iter().filter(|(_, node)| node.stage != done);
    let items: Vec<Item> = skipped
        .filter_map(|(id, node)| {
            let skip = node.skip.as_ref()?;
            let why = speech.say("mail-why", &[("why", clean(&skip.reason).into())]);
            Some(Item {
                badge: speech.say("mail-mark-month", &[]),
                tone: Tone::Quiet,
                head: label(&run.plan().path(id)),
                lines: std::iter::once(why).chain(agreed(speech, skip)).collect(),
                command: None,
            })
        })
        .collect();
    let title = speech.say("mail-this-month", &[]);
    (!items.is_empty()).then_some(Section { title, items, groups: Vec::new() })
}
