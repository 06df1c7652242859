//! The sentences of `why`: what each reason is called.

use crate::msg;
use crate::plan::NodeId;
use crate::progress::page::Page;
use crate::progress::plain::mark_words;
use crate::run::scheduler::Full;
use crate::run::why::{Late, Missing, Reason, Scene};
use crate::run::{Mark, SkipCause};
use crate::time::show_duration;
use crate::words::{Explain, Msg};

/// `late by 2h 10m: its deadline was 11-01 04:00`.
pub(super) fn late(page: &Page, late: Late) -> String {
    let by = show_duration(late.by.try_into().unwrap_or_default());
    page.say(&msg!("why-late", by = by, deadline = page.moment(late.deadline)))
}

/// What a reason is, in a line or a few.
pub(super) fn lines(scene: &Scene<'_>, id: NodeId, reason: &Reason<'_>, page: &Page) -> Vec<String> {
    let mut lines = vec![page.say(&first(scene, id, reason, page))];
    if let Reason::Running { .. } = reason {
        lines.extend(scene.state.step(id).not_atomic.clone());
    }
    match reason {
        Reason::Asks { missing, .. } => {
            let state = scene.state;
            lines.push(page.say(&msg!("why-question", ask = state.asked(id))));
            lines.extend(missing.iter().map(|missing| wanted(missing, page)));
            if let Some(deadline) = state.deadline(id).filter(|deadline| *deadline >= scene.now) {
                lines.push(page.say(&msg!("term-due", at = page.moment(deadline))));
            }
        }
        Reason::Running { .. } if !scene.driven => lines.push(page.say(&msg!("why-unfollowed"))),
        _ => {}
    }
    lines
}

fn first(scene: &Scene<'_>, id: NodeId, reason: &Reason<'_>, page: &Page) -> Msg {
    let who = |mark: &Mark| mark_words(mark, page);
    match reason {
        Reason::Succeeded => msg!("why-succeeded"),
        Reason::Skipped(SkipCause::When, _) => msg!("why-skipped-when"),
        Reason::Skipped(SkipCause::Month, mark) => msg!("why-skipped-month", why = mark.reason.clone()),
        Reason::Skipped(SkipCause::Person, mark) => msg!("why-skipped", who = who(mark)),
        Reason::Forced(mark) => msg!("why-forced", who = who(mark)),
        Reason::Running { since, flow, watches } => running(scene, id, (*since, *flow, *watches), page),
        Reason::Retrying { due, failure } => {
            let why = page.say(&failure.explain());
            msg!("why-retrying", at = page.moment(*due), why = why)
        }
        Reason::Asks { since, .. } => {
            let (at, span) = moment_and_span(*since, page);
            msg!("why-asks", at = at, span = span)
        }
        Reason::Failed { failure, by } => {
            let said = by.map(who).unwrap_or_default();
            let why = failure.map_or(said, |failure| page.say(&failure.explain()));
            let at = scene.state.step(id).finished_at;
            msg!("why-failed", at = moment_and_span(at, page).0, why = why)
        }
        Reason::Rejected(mark) => msg!("why-rejected", who = who(mark)),
        Reason::TimedOut => msg!("term-gate-timed-out"),
        Reason::Lost(cause) => cause.explain(),
        Reason::Cancelled(mark) => msg!("why-cancelled", who = who(mark)),
        Reason::Stopped(by) => {
            let steps: Vec<String> = by.iter().map(|id| scene.state.plan().path(*id)).collect();
            msg!("why-stopped", steps = steps.join(", "))
        }
        Reason::Held(mark) => msg!("why-held", who = who(mark), at = page.moment(mark.at)),
        Reason::RunHeld(mark) => msg!("why-held-run", who = who(mark), at = page.moment(mark.at)),
        Reason::Undriven => msg!("why-undriven"),
        Reason::Full(full) => no_place(scene, id, full),
        Reason::Starts => msg!("why-starts"),
        Reason::Waits => msg!("why-waits"),
    }
}

type Flight<'a> = (Option<jiff::Timestamp>, Option<&'a str>, bool);

fn running(scene: &Scene<'_>, id: NodeId, (since, flow, watches): Flight<'_>, page: &Page) -> Msg {
    let (at, span) = moment_and_span(since, page);
    match (flow, scene.state.plan().node(id).platform()) {
        (Some(flow), Some(platform)) => {
            msg!("why-running-flow", at = at, span = span, flow = flow, platform = platform)
        }
        _ if watches => msg!("why-watching", at = at, span = span),
        _ => msg!("why-running", at = at, span = span),
    }
}

fn no_place(scene: &Scene<'_>, id: NodeId, full: &Full) -> Msg {
    let taken: Vec<String> =
        scene.takers(id, full).iter().take(5).map(|id| scene.state.plan().path(*id)).collect();
    let steps = taken.join(", ");
    match full {
        Full::Run(limit) => msg!("why-full-run", limit = *limit, steps = steps),
        Full::Stage(limit) => msg!("why-full-stage", limit = *limit, steps = steps),
        Full::Platform(name, limit) => {
            msg!("why-full-platform", platform = name, limit = *limit, steps = steps)
        }
    }
}

fn wanted(missing: &Missing<'_>, page: &Page) -> String {
    let (given, wanted) = (missing.given, missing.wanted);
    page.say(&match missing.value {
        Some(value) => msg!("why-wanted-for", value = value, given = given, wanted = wanted),
        None => msg!("term-votes", given = given, wanted = wanted),
    })
}

fn moment_and_span(at: Option<jiff::Timestamp>, page: &Page) -> (String, String) {
    match at {
        Some(at) => (page.moment(at), page.span(at, None)),
        None => ("?".to_owned(), "?".to_owned()),
    }
}
