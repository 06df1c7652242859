//! `resume --latest`: the run goes on by its runbook as it is on disk now. What is different is shown first; what is done
//! stays done unless somebody at the terminal wants it again.

use std::io::BufRead;
use std::sync::Arc;

use serde_json::{Value, json};

use super::deciding::here;
use super::exit::{Exit, Failed};
use super::files::runbooks;
use super::looking::page;
use super::pick;
use super::planning::pretty;
use super::post::tools;
use super::project::{Planned, open, plan_at, read_book};
use super::session::Session;
use crate::engine::Journal;
use crate::id::RunId;
use crate::msg;
use crate::plan::diff::{self, Change};
use crate::plan::project::Project;
use crate::run::renew::{Outlook, Renewal};
use crate::run::request::decide;
use crate::run::{Asker, Origin, Record, Request, RunState, StepPath};
use crate::words::{Explain, Msg, printable};

/// What is different, and what would become of it.
struct Difference {
    file: String,
    changes: Vec<Change>,
    outlook: Outlook,
    renewal: Renewal,
    /// Nothing would be recorded.
    nothing: bool,
}

/// `resume --latest --plan`: shows, and changes nothing.
pub(super) async fn preview(session: &Session, named: Option<&str>) -> Result<Exit, Failed> {
    let project = here(session)?;
    let mut journal =
        pick::journal(session, &project, named, pick::Purpose::Decide, tools(session, &project)).await?;
    journal.catch_up().await?;
    let asker = session.asker(&project)?;
    let difference = look(session, &project, journal.state(), &asker)?;
    let text = match session.json {
        true => pretty(&to_json(session, &project, journal.state(), &difference)),
        false => lines(session, &project, journal.state(), &difference).join("\n"),
    };
    session.output.result(&text);
    journal.close().await;
    Ok(Exit::Done)
}

/// Is somebody there who can be asked?
pub(super) fn asks(session: &Session) -> bool {
    let environment = &session.environment;
    environment.input_is_terminal && environment.error_is_terminal && !session.json
}

/// Shows what is different, asks about done steps where somebody is there to be asked, and takes the runbook in. Returns
/// what was different, for scripts.
pub(super) async fn take_in(
    session: &Session,
    project: &Project,
    journal: &mut Journal,
    asker: &Asker,
    asks: bool,
) -> Result<Value, Failed> {
    let mut difference = look(session, project, journal.state(), asker)?;
    session.output.diagnostic(&lines(session, project, journal.state(), &difference).join("\n"));
    if asks && !difference.outlook.stays.is_empty() {
        let Renewal { again, downstream, .. } = ask(session, &difference).await?;
        if !again.is_empty() {
            let renewal = Renewal { again, downstream, ..difference.renewal.clone() };
            difference = compare(session, project, journal.state(), asker, (difference.file, renewal))?;
            let told = fates(session, project, journal.state(), &difference.outlook);
            session.output.diagnostic(&told.join("\n"));
        }
    }
    let told = to_json(session, project, journal.state(), &difference);
    if !difference.nothing {
        let request = Request::Renew(Box::new(difference.renewal));
        let (_, answer) = journal.request(asker, &request).await?;
        answer.map_err(Failed::from)?;
        let run = journal.state().plan().run.to_string();
        let said = msg!("recorded-renewed", run = run, by = asker.by.by.to_string());
        session.output.diagnostic(&session.say(&said));
    }
    Ok(told)
}

/// Why a run that is driven does not take in its runbook.
pub(super) fn is_driven(failed: Failed, run: &RunId) -> Failed {
    match failed.exit {
        Exit::Refused => Failed::new(Exit::Refused, msg!("latest-is-driven", run = run.to_string())),
        _ => failed,
    }
}

fn look(session: &Session, project: &Project, state: &RunState, asker: &Asker) -> Result<Difference, Failed> {
    let origin = origin(session, project, state)?;
    let file = origin.file.clone();
    let run = &state.plan().run;
    let planned = plan_at(session, &project.dir, origin, (Some(run.month), state.plan().shadow));
    // What was given at the start and does not fit any more is no mistake of this command line.
    let planned = planned.map_err(|failed| match failed.exit {
        Exit::Usage => Failed { exit: Exit::Invalid, ..failed },
        _ => failed,
    })?;
    let Planned { plan, origin, .. } = planned;
    if plan.run != *run {
        let (found, run) = (plan.run.to_string(), run.to_string());
        let said = msg!("latest-other-run", file = printable(&file), found = found, run = run);
        return Err(Failed::new(Exit::Refused, said));
    }
    let renewal = Renewal {
        plan: Arc::new(plan),
        origin: Some(origin),
        again: Vec::new(),
        downstream: false,
        reason: session.say(&msg!("latest-reason")),
    };
    compare(session, project, state, asker, (file, renewal))
}

fn compare(
    session: &Session,
    project: &Project,
    state: &RunState,
    asker: &Asker,
    (file, renewal): (String, Renewal),
) -> Result<Difference, Failed> {
    let events = decide(state, asker, &Request::Renew(Box::new(renewal.clone())))?;
    let (mut after, at) = (state.clone(), session.clock.now());
    let nothing = events.is_empty();
    for event in events {
        after.apply(&Record { seq: after.seq() + 1, at, event });
    }
    let changes = diff::plans(state.plan(), &renewal.plan, &project.zone);
    let outlook = Outlook::of(state, &after, &renewal.plan);
    Ok(Difference { file, changes, outlook, renewal, nothing })
}

/// What the run was made from; a run that began before that was kept is looked up by its runbook's name.
fn origin(session: &Session, project: &Project, state: &RunState) -> Result<Origin, Failed> {
    let run = state.plan().run.to_string();
    if let Some(origin) = state.origin() {
        if project.dir.join(&origin.file).is_file() {
            return Ok(origin.clone());
        }
        let file = printable(&origin.file);
        return Err(Failed::new(Exit::Invalid, msg!("latest-no-file", file = file, run = run)));
    }
    let mut opened = open(session, &project.dir);
    let mut named = runbooks(&opened, &[]);
    let (id, shadow) = (state.plan().run.clone(), state.plan().shadow);
    named.retain(|path| {
        read_book(&mut opened.shelf, path).is_some_and(|book| {
            let of = RunId { runbook: book.runbook.name.value, month: id.month };
            id == if shadow { of.shadow() } else { of }
        })
    });
    let name = id.runbook;
    let given = state.plan().params.iter().filter(|(name, _)| *name != "month");
    let given = given.map(|(name, value)| (name.clone(), diff::shown(value))).collect();
    match named.as_slice() {
        [one] => Ok(Origin { file: one.clone(), given }),
        [] => Err(Failed::new(Exit::Invalid, msg!("latest-no-book", name = name, run = run))),
        several => {
            let said = msg!("latest-several-books", name = name, files = several.join(", "), run = run);
            Err(Failed::new(Exit::Invalid, said))
        }
    }
}

/// Everything that is to be told, a line each.
fn lines(session: &Session, project: &Project, state: &RunState, difference: &Difference) -> Vec<String> {
    let (file, run) = (printable(&difference.file), state.plan().run.to_string());
    if difference.nothing && difference.changes.is_empty() {
        return vec![session.say(&msg!("latest-nothing", file = file, run = run))];
    }
    let mut told = vec![session.say(&msg!("latest-head", file = file, run = run))];
    let changes = diff::tell(&difference.changes);
    told.extend(changes.iter().map(|line| format!("  {}", printable(&session.say(line)))));
    told.extend(fates(session, project, state, &difference.outlook));
    told
}

/// What becomes of each step.
fn fates(session: &Session, project: &Project, state: &RunState, outlook: &Outlook) -> Vec<String> {
    let page = page(session, project);
    let moment = |at: Option<jiff::Timestamp>| at.map(|at| page.moment(at)).unwrap_or_default();
    let void = |(gate, who): (&StepPath, &Vec<String>)| match who.join(", ") {
        who if who.is_empty() => msg!("latest-asked-again", gate = gate.to_string()),
        who => msg!("latest-void", gate = gate.to_string(), who = who),
    };
    let one = |step: &StepPath| step.to_string();
    let mut told: Vec<Msg> = Vec::new();
    told.extend(outlook.runs.iter().map(|step| msg!("latest-runs", step = one(step))));
    told.extend(outlook.added.iter().map(|step| msg!("latest-added", step = one(step))));
    told.extend(outlook.changed.iter().map(|step| msg!("latest-changed", step = one(step))));
    told.extend(outlook.goes_on.iter().map(|step| msg!("latest-goes-on", step = one(step))));
    told.extend(outlook.removed.iter().map(|step| removed(state, step)));
    told.extend(outlook.reopened.iter().map(|stage| msg!("latest-reopened", stage = stage)));
    told.extend(outlook.void.iter().map(|(gate, who, _)| void((gate, who))));
    told.extend(outlook.again.iter().map(|step| msg!("latest-again", step = one(step))));
    let stays = outlook.stays.iter();
    told.extend(stays.map(|stays| msg!("latest-stays", step = one(&stays.step), at = moment(stays.done_at))));
    told.push(msg!("latest-kept", count = outlook.kept));
    told.iter().map(|line| format!("  {}", printable(&session.say(line)))).collect()
}

fn removed(state: &RunState, step: &StepPath) -> Msg {
    let name = step.to_string();
    let begun = state.find(step).filter(|id| *state.step(*id) != crate::run::StepState::default());
    match begun {
        Some(id) => {
            let status = Msg::word("step-status", state.step_status(id).word());
            msg!("latest-removed", step = name, status = status)
        }
        None => msg!("latest-removed-untouched", step = name),
    }
}

fn to_json(session: &Session, project: &Project, state: &RunState, difference: &Difference) -> Value {
    let outlook = &difference.outlook;
    let at = |at: Option<jiff::Timestamp>| at.map(|at| crate::time::rfc3339(at, &project.zone));
    let changes = difference.changes.iter().map(|change| {
        let mut value = serde_json::to_value(change).unwrap_or_default();
        if let Value::Object(fields) = &mut value {
            fields.insert("text".to_owned(), session.say(&change.explain()).into());
        }
        value
    });
    let status = |step: &StepPath| state.find(step).map(|id| state.step_status(id));
    json!({
        "run": state.plan().run.to_string(),
        "file": difference.file,
        "changes": changes.collect::<Vec<_>>(),
        "kept": outlook.kept,
        "runs": outlook.runs,
        "added": outlook.added,
        "changed": outlook.changed,
        "goes_on": outlook.goes_on,
        "removed": outlook.removed.iter().map(|step| json!({"step": step, "status": status(step)})).collect::<Vec<_>>(),
        "stays": outlook.stays.iter().map(|stays| json!({"step": stays.step, "done_at": at(stays.done_at)})).collect::<Vec<_>>(),
        "again": outlook.again,
        "void": outlook.void.iter().map(|(gate, who, _)| json!({"gate": gate, "who": who})).collect::<Vec<_>>(),
        "reopened": outlook.reopened,
    })
}

/// Which of the done steps that are defined otherwise now run again.
async fn ask(session: &Session, difference: &Difference) -> Result<Renewal, Failed> {
    let steps: Vec<StepPath> = difference.outlook.stays.iter().map(|stays| stays.step.clone()).collect();
    for (number, step) in (1..).zip(&steps) {
        session.output.diagnostic(&format!("  [{number}] {}", printable(&step.0)));
    }
    let again = loop {
        let answer = answer(session, &msg!("latest-choose")).await?;
        if let Some(chosen) = chosen(&steps, &answer) {
            break chosen;
        }
        let answer = crate::words::one_line(&answer, 40);
        session.output.diagnostic(&session.say(&msg!("latest-not-understood", answer = answer)));
    };
    let downstream = !again.is_empty()
        && matches!(answer(session, &msg!("latest-downstream")).await?.trim(), "y" | "Y" | "yes" | "是");
    Ok(Renewal { again, downstream, ..difference.renewal.clone() })
}

/// The steps of these numbers; `None` where it is no answer.
fn chosen(steps: &[StepPath], answer: &str) -> Option<Vec<StepPath>> {
    let words: Vec<&str> =
        answer.split([' ', ',', ',', '、']).map(str::trim).filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        ["all" | "全部"] => Some(steps.to_vec()),
        words => {
            let one = |word: &&str| steps.get(word.parse::<usize>().ok()?.checked_sub(1)?).cloned();
            words.iter().map(one).collect()
        }
    }
}

/// A line that somebody types. The end of input is no answer.
async fn answer(session: &Session, question: &Msg) -> Result<String, Failed> {
    session.output.diagnostic(&session.say(question));
    let read = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map(|length| (length, line))
    });
    match read.await {
        Ok(Ok((length, line))) if length > 0 => Ok(line),
        _ => Err(Failed::new(Exit::Interrupted, msg!("latest-unanswered"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_is_chosen() {
        let steps: Vec<StepPath> = ["a", "b", "c"].map(|name| StepPath(name.to_owned())).into();
        let names = |answer: &str| {
            chosen(&steps, answer).map(|chosen| chosen.into_iter().map(|step| step.0).collect::<Vec<_>>())
        };
        assert_eq!(names("\n"), Some(vec![]));
        assert_eq!(names("all\n"), Some(vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]));
        assert_eq!(names("3, 1"), Some(vec!["c".to_owned(), "a".to_owned()]));
        for bad in ["0", "4", "y", "1 x", "-1"] {
            assert_eq!(names(bad), None, "{bad}");
        }
    }
}
