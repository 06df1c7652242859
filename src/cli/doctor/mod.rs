//! `doctor`: is everything fit to start? A line for everything that was looked at, and a fix for everything that is not
//! well. It changes nothing, unless `--fix` asks for it.

mod files;
mod machine;
mod markers;
mod people;
mod reach;
mod state;

use serde_json::json;

use super::exit::Exit;
use super::exit::Failed;
use super::looking::terminal_size;
use super::planning::pretty;
use super::project::{find_root, open};
use super::session::Session;
use crate::msg;
use crate::plan::project::Project;
use crate::progress::line::{pad, width, wrap};
use crate::words::{Lang, Msg, printable, render, show};

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Area {
    Settings,
    Roster,
    Person,
    State,
    Store,
    Connection,
    Platform,
    Mail,
    Clock,
    Terminal,
}

impl Area {
    /// Its word, as in JSON and in the catalogue.
    fn word(self) -> &'static str {
        match self {
            Area::Settings => "settings",
            Area::Roster => "roster",
            Area::Person => "person",
            Area::State => "state",
            Area::Store => "store",
            Area::Connection => "connection",
            Area::Platform => "platform",
            Area::Mail => "mail",
            Area::Clock => "clock",
            Area::Terminal => "terminal",
        }
    }
}

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    /// Well.
    Good,
    /// A run can start; somebody should look at it.
    Warning,
    /// A file has to be changed before a run can start.
    Invalid,
    /// Something cannot be reached or used.
    OutOfReach,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Level::Good => "ok",
            Level::Warning => "warning",
            Level::Invalid | Level::OutOfReach => "problem",
        }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    area: Area,
    level: Level,
    text: Msg,
    fix: Option<Msg>,
}

impl Finding {
    fn good(area: Area, text: Msg) -> Self {
        Finding { area, level: Level::Good, text, fix: None }
    }

    fn new(area: Area, level: Level, text: Msg, fix: Msg) -> Self {
        Finding { area, level, text, fix: Some(fix) }
    }
}

/// Looks at everything, and says what it found.
pub(super) async fn doctor(session: &Session, fix: bool) -> Result<Exit, Failed> {
    let root = find_root(&session.directory);
    let opened = open(session, &root);
    let mut found = files::settings(&opened, &root);
    let invalid = found.iter().any(|finding| finding.level == Level::Invalid);
    let project = opened.project.filter(|_| !invalid);
    found.extend(state::folder(session, &root, fix));
    if let Some(project) = &project {
        found.extend(whole(session, project, fix).await);
    }
    found.extend(machine::clock(session, project.as_ref()));
    found.push(machine::library().await);
    found.extend(machine::terminal(session));
    session.output.result(&match session.json {
        true => pretty(&data(&found)),
        false => text(session, &found),
    });
    let any = |level| found.iter().any(|finding| finding.level == level);
    Ok(match (any(Level::Invalid), any(Level::OutOfReach)) {
        (true, _) => Exit::Invalid,
        (false, true) => Exit::OutOfReach,
        (false, false) => Exit::Done,
    })
}

/// What can be looked at only where the settings can be read.
async fn whole(session: &Session, project: &Project, fix: bool) -> Vec<Finding> {
    let (mut found, missing) = files::secrets(session, project);
    found.extend(people::roster(session, project));
    found.push(people::person(session, project));
    if !missing.contains("store") {
        found.extend(state::store(session, project).await);
    }
    found.extend(files::platforms(session, project));
    let (connections, unreachable) = reach::connections(session, project, &missing).await;
    found.extend(connections);
    found.extend(markers::tables(session, project, &unreachable, fix).await);
    if !missing.contains("mail") {
        found.push(reach::mail(session, project).await);
    }
    found
}

fn data(found: &[Finding]) -> serde_json::Value {
    let one = |finding: &Finding| {
        let said = |msg: &Msg| printable(&render(Lang::En, msg));
        json!({
            "area": finding.area.word(),
            "level": finding.level.word(),
            "text": said(&finding.text),
            "fix": finding.fix.as_ref().map(said),
        })
    };
    serde_json::Value::Array(found.iter().map(one).collect())
}

fn text(session: &Session, found: &[Finding]) -> String {
    let word = |family: &str, word: &str| show(session.lang, &format!("{family}-{word}"), &[]);
    let levels = ["ok", "warning", "problem"].map(|level| word("doctor-level", level));
    let levels_width = levels.iter().map(|level| width(level)).max().unwrap_or(0) + 2;
    let areas = found.iter().map(|finding| word("doctor-area", finding.area.word()));
    let before = levels_width + areas.map(|area| width(&area)).max().unwrap_or(0) + 2;
    let cols =
        terminal_size(session.environment.output_is_terminal).map_or(80, |(cols, _)| usize::from(cols));
    let mut lines: Vec<String> = Vec::new();
    for finding in found {
        let level = pad(&word("doctor-level", finding.level.word()), levels_width);
        let head = pad(&format!("{level}{}", word("doctor-area", finding.area.word())), before);
        let said = std::iter::once(session.say(&finding.text));
        let fix = finding.fix.as_ref().map(|fix| session.say(&msg!("doctor-fix", text = session.say(fix))));
        let parts = said.chain(fix).flat_map(|text| wrap(&text, cols.max(40).saturating_sub(before)));
        for (number, part) in parts.enumerate() {
            let head = if number == 0 { head.clone() } else { " ".repeat(before) };
            lines.push(format!("{head}{part}"));
        }
    }
    let count = |wanted: &str| found.iter().filter(|finding| finding.level.word() == wanted).count();
    let (problems, warnings) = (count("problem"), count("warning"));
    lines.push(String::new());
    lines.push(session.say(&msg!("doctor-end", problems = problems, warnings = warnings)));
    lines.join("\n")
}
