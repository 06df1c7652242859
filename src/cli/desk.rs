//! The terminal's end of a run: what is shown, and who answers. The same whether the run is driven here or only watched.

use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::args::Style;
use super::looking::{page, terminal_size};
use super::session::Session;
use crate::engine::{Choice, Told, Wish};
use crate::exec::{log_encoding, log_path, read_log};
use crate::plan::Plan;
use crate::plan::project::Project;
use crate::progress::console::{Console, LogTail, Setup, Update, Wish as Typed};
use crate::progress::keyboard::Keyboard;
use crate::progress::output::Sink;
use crate::progress::{self, Charset, Progress, ProgressMode, Target};
use crate::run::{Asker, RunState, StepPath};
use crate::words::Explain;

/// How many lines of a log the terminal shows.
const TAIL: usize = 15;

/// How a run is shown, and where.
pub(super) struct Look {
    mode: ProgressMode,
    sink: Sink,
}

impl Look {
    /// On standard error, as `--progress` says. Nobody looks at what an engine in the background draws.
    pub(super) fn of(session: &Session, style: Style) -> Self {
        let mode = match style {
            Style::Auto => ProgressMode::Auto,
            Style::Bars if session.common.detached => ProgressMode::Plain,
            Style::Bars => ProgressMode::Bars,
            Style::Plain => ProgressMode::Plain,
            Style::Json => ProgressMode::Json,
        };
        Look { mode, sink: Box::new(std::io::stderr()) }
    }

    /// Events as results: a JSON object a line on standard output.
    pub(super) fn events() -> Self {
        Look { mode: ProgressMode::Json, sink: Box::new(std::io::stdout()) }
    }
}

/// What is shown, and who answers.
pub(super) struct Desk {
    console: Console,
    keyboard: Option<Keyboard>,
    asker: Asker,
    /// Somebody is there who can be asked.
    pub attended: bool,
    /// A screen is drawn, or events are JSON: nothing else has to say where the run stands.
    pub tells_all: bool,
}

impl Desk {
    /// A desk for the run at `state`, at which `asker` sits where there is a terminal.
    pub(super) fn open(
        session: &Session,
        project: &Arc<Project>,
        state: &RunState,
        asker: &Asker,
        look: Look,
    ) -> Self {
        let environment = &session.environment;
        let charset = Charset::of_locale(environment.locale().unwrap_or_default());
        let terminal = environment.error_is_terminal
            && environment.get("TERM").is_some_and(|term| term != "dumb")
            && !session.json;
        let mode = look.mode;
        let shows_questions = terminal && matches!(mode, ProgressMode::Auto | ProgressMode::Bars);
        let keys = (shows_questions && environment.input_is_terminal)
            .then(|| std::io::stdin().as_fd().try_clone_to_owned().ok())
            .flatten()
            .and_then(|input| Keyboard::open(input, charset));
        let (keyboard, typed) = keys.map_or((None, None), |(keyboard, typed)| (Some(keyboard), Some(typed)));
        let attended = typed.is_some();
        let target = Target {
            sink: look.sink,
            charset,
            terminal,
            size: Arc::new(|| terminal_size(true).unwrap_or((80, 24))),
            colour: environment.colour(environment.error_is_terminal),
            answers: attended,
        };
        let progress = Progress::new(mode, target);
        let tells_all = progress.has_screen() || mode == ProgressMode::Json;
        let console = Console::new(Setup {
            state: state.clone(),
            progress,
            page: page(session, project),
            clock: Arc::clone(&session.clock),
            person: typed.map(|typed| (asker.clone(), typed)),
            log: log_tail(session, project, state),
        });
        Desk { console, keyboard, asker: asker.clone(), attended, tells_all }
    }

    /// Shows and asks until the engine has nothing more to tell.
    pub(super) async fn run(self, mut tidings: UnboundedReceiver<Told>, wishes: UnboundedSender<Wish>) {
        let (update, updates) = unbounded_channel();
        let (typed, mut answers) = unbounded_channel();
        let asker = self.asker;
        tokio::spawn(async move {
            while let Some(answer) = answers.recv().await {
                let wish = match answer {
                    Typed::Request(request) => Wish::Request(Box::new((asker.clone(), request))),
                    Typed::Interrupt(progress::Choice::Wait) => Wish::Choice(Choice::Wait),
                    Typed::Interrupt(progress::Choice::Kill) => Wish::Choice(Choice::Stop),
                    Typed::Interrupt(progress::Choice::Leave) => Wish::Choice(Choice::Leave),
                    Typed::Gone => Wish::Unattended,
                };
                if wishes.send(wish).is_err() {
                    return;
                }
            }
        });
        tokio::spawn(async move {
            while let Some(told) = tidings.recv().await {
                let news = match told {
                    Told::Events(records) => Update::Events(records),
                    Told::Note(node, text) => Update::Note(node, text),
                    Told::Refused(refusal) => Update::Refused(refusal.explain()),
                    Told::Interrupted => Update::Interrupted,
                    Told::Journal(msg) => Update::Say(msg),
                };
                if update.send(news).is_err() {
                    return;
                }
            }
            let _ = update.send(Update::Done);
        });
        self.console.run(updates, typed).await;
        drop(self.keyboard);
    }
}

/// The last lines of a step's latest log, for the terminal.
fn log_tail(session: &Session, project: &Arc<Project>, state: &RunState) -> LogTail {
    let folder = session.state(&project.dir).path().to_owned();
    let (project, plan) = (Arc::clone(project), Arc::clone(state.plan()));
    Arc::new(move |id| {
        let path = StepPath(plan.path(id));
        let latest = latest_log(&folder, &plan, &path);
        let lines = latest.and_then(|file| read_log(&file, log_encoding(&project, &plan, id)).ok());
        let lines = lines.unwrap_or_default();
        lines[lines.len().saturating_sub(TAIL)..].to_vec()
    })
}

fn latest_log(folder: &Path, plan: &Plan, path: &StepPath) -> Option<PathBuf> {
    let log = |attempt| log_path(folder, &plan.run, path, attempt);
    // An attempt that printed nothing has none.
    let files = std::fs::read_dir(log(1).parent()?).ok()?;
    let number = |file: &Path| file.file_name()?.to_str()?.strip_suffix(".log")?.parse::<u32>().ok();
    files.filter_map(|file| number(&file.ok()?.path())).max().map(log)
}
