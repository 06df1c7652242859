//! `why`: why something does not run, or failed, or is late, down to the final cause and who can act.

use super::deciding::here;
use super::exit::{Exit, Failed};
use super::looking::{driver, page};
use super::pick;
use super::planning::pretty;
use super::post::tools;
use super::session::Session;
use crate::exec::left_behind;
use crate::msg;
use crate::progress::why::{run, run_json, step, step_json};
use crate::run::scheduler::PlatformLimits;
use crate::run::why::Scene;
use crate::words::Msg;

/// The chain of one step; without one the final causes of the whole run.
pub(super) async fn why(session: &Session, named: Option<&str>) -> Result<Exit, Failed> {
    let project = here(session)?;
    let mut journal =
        pick::journal(session, &project, None, pick::Purpose::Look, tools(session, &project)).await?;
    let of = journal.state().plan().run.clone();
    let driven = driver(session, &project, journal.store(), &of).await?.is_some();
    let state = journal.state();
    let limits =
        project.platforms.iter().filter_map(|(name, platform)| Some((name.clone(), platform.limit?)));
    let platforms: PlatformLimits = limits.collect();
    let scene = Scene { state, now: session.clock.now(), driven, platforms: &platforms };
    let orphans = left_behind(session.state(&project.dir).path(), state);
    let (roster, page) = (project.roster.as_ref(), page(session, &project));
    let text = match (named, session.json) {
        (Some(name), true) => {
            let id = pick::step(state, name)?;
            let mut told = step_json(&scene, id, roster, &project.zone);
            if let Some(group) = orphans.get(&id) {
                told["process_group"] = (*group).into();
            }
            pretty(&told)
        }
        (Some(name), false) => {
            let id = pick::step(state, name)?;
            let told = step(&scene, id, roster, &page);
            match orphans.get(&id) {
                Some(group) => format!("{}\n  {}", told.trim_end(), session.say(&still_runs(*group))),
                None => told,
            }
        }
        (None, true) => pretty(&run_json(&scene, roster, &project.zone)),
        (None, false) => run(&scene, roster, &page),
    };
    session.output.result(&text);
    Ok(Exit::Done)
}

/// A program that nobody keeps hold of is still at work.
fn still_runs(group: i32) -> Msg {
    msg!("why-still-runs", group = group.to_string())
}
