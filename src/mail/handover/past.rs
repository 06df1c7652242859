//! What has happened in the stage: what needs an eye, who said what, and the steps.

use super::sheet::{Group, Item, Row, Section, Tone};
use super::speech::{Speech, ask, clean, label, named, span};
use crate::plan::{GateKind, NodeId, Part, StageId};
use crate::run::event::Json;
use crate::run::{Decided, Life, Removed, RunState, SkipCause, StepState, StepStatus, Verdict, Voided};

/// Remarks of a step that are shown.
const REMARKS: usize = 3;
/// What is known of somebody's word from outside, in the order in which it is told.
const TOLD: [&str; 3] = ["who", "channel", "told_at"];

/// Forced, lost, skipped and repaired steps, in that order.
pub(super) fn attention(speech: &Speech<'_>, run: &RunState, stage: StageId) -> Section {
    let mut items: Vec<(u8, Item)> =
        run.plan().nodes_of(stage).flat_map(|id| concerns(speech, run, id)).collect();
    items.extend(gone(speech, run, &run.plan().stage(stage).name));
    items.sort_by_key(|(rank, _)| *rank);
    let title = match items.len() {
        0 => speech.say("mail-attention-none", &[]),
        count => speech.say("mail-attention", &[("count", count.into())]),
    };
    Section { title, items: items.into_iter().map(|(_, item)| item).collect(), groups: Vec::new() }
}

fn concerns(speech: &Speech<'_>, run: &RunState, id: NodeId) -> Vec<(u8, Item)> {
    let node = run.plan().node(id);
    let step = run.step(id);
    let mut found = Vec::new();
    let mut add = |rank: u8, badge: &str, tone: Tone, lines: Vec<String>| {
        let head = named(&node.name, node.title.as_deref().unwrap_or_default());
        found.push((rank, Item { badge: speech.say(badge, &[]), tone, head, lines, command: None }));
    };
    // The question before a step goes with the step; it is no mark of its own.
    let follows = node.gate().is_some_and(|gate| gate.kind == GateKind::Confirm);
    match &step.life {
        Life::Forced { mark } if !follows => add(0, "mail-mark-forced", Tone::Bad, speech.mark(mark)),
        Life::Succeeded { settled: Some(mark), .. } => {
            add(1, "mail-mark-settled", Tone::Bad, speech.mark(mark));
        }
        Life::Skipped { cause: SkipCause::Person, mark } if !follows => {
            add(2, "mail-mark-skipped", Tone::Watch, speech.mark(mark));
        }
        Life::Skipped { cause: SkipCause::Month, mark } => {
            add(3, "mail-mark-month", Tone::Watch, month_mark(speech, node, mark));
        }
        _ => {}
    }
    for former in &step.marks {
        let badge = if former.status == StepStatus::Forced {
            "mail-mark-was-forced"
        } else {
            "mail-mark-was-skipped"
        };
        add(0, badge, Tone::Bad, speech.mark(&former.mark));
    }
    if !step.redone.is_empty() {
        add(
            2,
            "mail-mark-redone",
            Tone::Watch,
            step.redone.iter().flat_map(|mark| speech.mark(mark)).collect(),
        );
    }
    if let Some(held) = &step.held {
        add(3, "mail-mark-held", Tone::Watch, speech.mark(held));
    }
    if let Some(late) = run.deadline(id).and_then(|due| speech.late(due, step.finished_at)) {
        add(4, "mail-mark-late", Tone::Watch, vec![late]);
    }
    if step.failures > 0 || !step.repairs.is_empty() {
        add(4, "mail-mark-repaired", Tone::Watch, repairs(speech, step));
    }
    found
}

/// Steps of the stage that are no longer in the runbook: what people said of them stays.
fn gone(speech: &Speech<'_>, run: &RunState, stage: &str) -> Vec<(u8, Item)> {
    let here = run.removed().iter().filter(|(_, gone)| gone.stage == stage);
    let item = |(path, gone): (&crate::run::StepPath, &Removed)| {
        let step = &gone.step;
        let mut lines = vec![speech.word("step-status", gone.status.word())];
        let (rank, tone) = match &step.life {
            Life::Forced { mark } => {
                lines.extend(speech.mark(mark));
                (0, Tone::Bad)
            }
            Life::Skipped { mark, .. } | Life::Succeeded { settled: Some(mark), .. } => {
                lines.extend(speech.mark(mark));
                (2, Tone::Watch)
            }
            _ => (4, Tone::Watch),
        };
        lines.extend(step.marks.iter().flat_map(|former| speech.mark(&former.mark)));
        lines.extend(step.voided.iter().flat_map(|voided| void(speech, voided)));
        lines.extend(step.decisions.iter().flat_map(|decided| answer(speech, decided)));
        let (badge, head) = (speech.say("mail-no-longer", &[]), label(&path.0));
        (rank, Item { badge, tone, head, lines, command: None })
    };
    here.map(item).collect()
}

fn month_mark(speech: &Speech<'_>, node: &crate::plan::Node, mark: &crate::run::Mark) -> Vec<String> {
    let mut lines = speech.mark(mark);
    lines.extend(node.skip.as_ref().and_then(|skip| agreed(speech, skip)));
    lines
}

/// By whose word the month file skips a step.
pub(super) fn agreed(speech: &Speech<'_>, skip: &crate::plan::Skip) -> Option<String> {
    let who = skip.agreed.as_deref()?;
    Some(speech.say("mail-agreed", &[("who", clean(who).into())]))
}

fn repairs(speech: &Speech<'_>, step: &StepState) -> Vec<String> {
    let counts = [("failures", step.failures.into()), ("attempts", step.attempt.into())];
    let id = match (step.failures, &step.life) {
        // A gate that was rejected, a lost attempt that was begun again.
        (0, _) => "mail-begun-again",
        (_, Life::Succeeded { .. }) => "mail-repaired",
        _ => "mail-not-repaired",
    };
    let mut lines = vec![speech.say(id, &counts)];
    for mark in &step.repairs {
        let told = speech.mark(mark).join("  ");
        lines.push(speech.say("mail-retried-by", &[("told", told.into())]));
    }
    lines
}

/// Who confirmed what, with which note and values.
pub(super) fn decisions(speech: &Speech<'_>, run: &RunState, stage: StageId) -> Option<Section> {
    let items: Vec<Item> = run.plan().nodes_of(stage).filter_map(|id| answered(speech, run, id)).collect();
    let title = speech.say("mail-decisions", &[]);
    (!items.is_empty()).then_some(Section { title, items, groups: Vec::new() })
}

fn answered(speech: &Speech<'_>, run: &RunState, id: NodeId) -> Option<Item> {
    let node = run.plan().node(id);
    let gate = node.gate()?;
    let step = run.step(id);
    if step.decisions.is_empty() && step.voided.is_empty() {
        return None;
    }
    let status = run.gate_status(id);
    let tone = if step.life.is_done() { Tone::Good } else { Tone::Watch };
    Some(Item {
        badge: speech.word("gate-status", status.word()),
        tone,
        head: named(&node.name, &ask(run, id, gate)),
        lines: step
            .voided
            .iter()
            .flat_map(|voided| void(speech, voided))
            .chain(step.decisions.iter().flat_map(|decided| answer(speech, decided)))
            .collect(),
        command: None,
    })
}

/// An answer that counts no more, and who had what it rested on done anew.
fn void(speech: &Speech<'_>, voided: &Voided) -> Vec<String> {
    let mut lines = answer(speech, &voided.decided);
    if let Some(first) = lines.first_mut() {
        *first = format!("{first}  [{}]", speech.word("gate-status", "void"));
    }
    let told = speech.mark(&voided.mark).join("  ");
    lines.push(speech.say("mail-voided-by", &[("told", told.into())]));
    lines
}

fn answer(speech: &Speech<'_>, decided: &Decided) -> Vec<String> {
    let decision = &decided.decision;
    let verdict = match decision.decision {
        Verdict::Confirmed => speech.say("verdict-confirmed", &[]),
        Verdict::Rejected => speech.say("verdict-rejected", &[]),
    };
    let value = decision.value.as_deref().map(label);
    let advance = decision.in_advance.then(|| format!("[{}]", speech.say("mail-in-advance", &[])));
    let parts =
        [value, Some(speech.who(&decision.by)), Some(verdict), Some(speech.short(decided.at)), advance];
    let mut lines = vec![parts.into_iter().flatten().collect::<Vec<_>>().join("  ")];
    if !decision.form.is_empty() {
        let mut fields: Vec<_> = decision.form.iter().collect();
        fields.sort_by_key(|(name, _)| TOLD.iter().position(|known| known == name).unwrap_or(TOLD.len()));
        let fields: Vec<String> = fields.iter().map(|(name, value)| field(speech, name, value)).collect();
        lines.push(fields.join("; "));
    }
    if let Some(note) = decision.note.as_deref().map(clean).filter(|n| !n.is_empty()) {
        lines.push(speech.say("mail-note", &[("note", note.into())]));
    }
    lines
}

fn field(speech: &Speech<'_>, name: &str, value: &Json) -> String {
    let text = match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let label = if TOLD.contains(&name) { speech.word("mail-form", name) } else { label(name) };
    let word = format!("mail-channel-{text}");
    let channel = name == "channel" && crate::words::has(speech.lang, &word);
    let shown = if channel { speech.say(&word, &[]) } else { clean(&text) };
    format!("{label}={shown}")
}

/// Every step, by part and level.
pub(super) fn steps(speech: &Speech<'_>, run: &RunState, stage: StageId) -> Section {
    let plan = run.plan();
    let mut groups: Vec<(Part, Group)> = Vec::new();
    for phase in &plan.stage(stage).phases {
        let phase = plan.phase(*phase);
        let rows = phase.nodes.iter().map(|id| row(speech, run, *id));
        match groups.last_mut() {
            // Ready and verify steps are a phase each; people see one part.
            Some((part, group)) if *part == phase.part => group.rows.extend(rows),
            _ => {
                groups.push((phase.part, Group { title: part(speech, phase.part), rows: rows.collect() }));
            }
        }
    }
    let groups = groups.into_iter().map(|(_, group)| group).collect();
    Section { title: speech.say("mail-steps", &[]), items: Vec::new(), groups }
}

fn part(speech: &Speech<'_>, part: Part) -> String {
    match part {
        Part::Ready => speech.say("mail-part-ready", &[]),
        Part::Level(number) => speech.say("mail-part-level", &[("number", number.to_string().into())]),
        Part::Verify => speech.say("mail-part-verify", &[]),
    }
}

fn row(speech: &Speech<'_>, run: &RunState, id: NodeId) -> Row {
    let node = run.plan().node(id);
    let step = run.step(id);
    let is_gate = node.gate().is_some();
    let badge = match (is_gate, &step.life) {
        (true, Life::Succeeded { .. }) => speech.word("gate-status", run.gate_status(id).word()),
        _ => speech.word("step-status", run.step_status(id).word()),
    };
    let (tone, remarks) = match &step.life {
        Life::Succeeded { remarks, settled: Some(_), .. } => (Tone::Watch, remarks.as_slice()),
        Life::Succeeded { remarks, .. } => (Tone::Good, remarks.as_slice()),
        Life::Skipped { .. } | Life::Forced { .. } => (Tone::Watch, [].as_slice()),
        _ => (Tone::Bad, [].as_slice()),
    };
    let ran = matches!(step.life, Life::Succeeded { .. }) && step.started_at.is_some();
    let took = step.started_at.zip(step.finished_at).filter(|_| ran);
    let title = node.title.iter().map(|title| label(title));
    let shown = remarks.iter().take(REMARKS).map(|remark| clean(remark));
    let hidden = remarks.len().saturating_sub(REMARKS);
    let more = (hidden > 0).then(|| speech.say("mail-more", &[("count", hidden.into())]));
    let outdated = step.outdated.then(|| speech.say("mail-outdated", &[]));
    Row {
        badge,
        tone,
        name: label(&node.name),
        count: match step.attempt {
            attempt if is_gate || attempt == 0 => String::new(),
            attempt => speech.say("mail-attempts", &[("count", attempt.into())]),
        },
        took: took.map(|(from, to)| span(from, to)).unwrap_or_default(),
        at: step.finished_at.map(|at| speech.short(at)).unwrap_or_default(),
        notes: title.chain(shown).chain(more).chain(outdated).collect(),
    }
}
