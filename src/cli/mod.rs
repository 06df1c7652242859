//! The command line: one file a verb. Each reads, wires, prints, and says how it ended.

mod against;
mod args;
mod attach;
mod deciding;
mod demo;
mod desk;
mod detach;
mod doctor;
mod drive;
mod environment;
mod exit;
mod files;
mod fmt;
mod follow;
mod help;
mod init;
mod latest;
mod looking;
mod man;
mod neighbours;
mod output;
mod outside;
mod pick;
mod planning;
mod post;
mod preview;
mod project;
mod sandbox;
mod scenes;
mod seat;
mod session;
mod shelf;
mod validate;
mod verify;
mod why;

use std::process::ExitCode;

use clap::FromArgMatches;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use self::args::{CommandLine, Verb};
use self::environment::Environment;
use self::exit::{Exit, Failed};
use self::session::Session;
use crate::keeper;

/// Runs the command that this process was started with.
pub fn main() -> ExitCode {
    if is_keeper() {
        // Nobody is there to be told why it ends: the engine sees that it has.
        return keeper::serve().map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
    }
    let Ok(environment) = Environment::read() else { return ExitCode::from(Exit::Unexpected as u8) };
    let arguments = std::env::args_os();
    let parsed = help::command(&environment)
        .try_get_matches_from(arguments)
        .and_then(|matches| CommandLine::from_arg_matches(&matches));
    let exit = match parsed {
        Ok(line) => run(environment, line),
        Err(error) => help::show(&environment, &error),
    };
    ExitCode::from(exit as u8)
}

/// Was this process started by an engine, to keep its programs?
fn is_keeper() -> bool {
    std::env::args_os().nth(1).is_some_and(|word| word == keeper::WORD) && keeper::is_keeper()
}

fn run(environment: Environment, line: CommandLine) -> Exit {
    let charset = environment.charset().to_owned();
    let session = match Session::new(environment, line.common) {
        Ok(session) => session,
        Err(failed) => return help::tell(&charset, &failed),
    };
    if session.common.verbose {
        tell_more();
    }
    if session.common.detached {
        detach::leave_terminal();
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            session.output.diagnostic(&error.to_string());
            return Exit::Unexpected;
        }
    };
    let ended = runtime.block_on(dispatch(&session, line.verb));
    // A thread that waits for a key must not keep the process.
    runtime.shutdown_background();
    match ended {
        Ok(exit) => exit,
        Err(failed) => session.report(&failed),
    }
}

/// `-v`: what goes on inside, on standard error. Only of this program: what databases are asked may hold secrets.
fn tell_more() {
    let ours = Targets::new().with_target("monthstart", tracing::Level::DEBUG);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(lines).with(ours).init();
}

async fn dispatch(session: &Session, verb: Verb) -> Result<Exit, Failed> {
    match verb {
        Verb::Init { dir } => init::init(session, dir.as_deref()),
        Verb::Validate { files, against: None } => validate::validate(session, &files),
        Verb::Validate { files, against: Some(revision) } => against::against(session, &files, &revision),
        Verb::Fmt { files, check } => fmt::fmt(session, &files, check),
        Verb::Plan { what, format } => planning::plan(session, &what, format),
        Verb::Schema { kind } => Ok(planning::schema(session, kind)),
        Verb::Run { what, shadow, detach: true, .. } if !session.common.detached => {
            detach::run(session, &what, shadow).await
        }
        Verb::Run { what, shadow, driving, .. } => drive::run(session, &what, shadow, &driving).await,
        Verb::Resume { run, latest, .. } if latest.plan => latest::preview(session, run.as_deref()).await,
        Verb::Resume { run, latest, detach: true, .. } if !session.common.detached => {
            detach::resume(session, run.as_deref(), latest.latest).await
        }
        Verb::Resume { run, latest, driving, stand_by, .. } => {
            let how = drive::Resuming { latest: latest.latest, stand_by };
            drive::resume(session, run.as_deref(), how, &driving).await
        }
        Verb::Attach { run, progress } => attach::attach(session, run.as_deref(), progress).await,
        Verb::Runs => looking::runs(session).await,
        Verb::Status { run } => looking::status(session, run.as_deref()).await,
        Verb::Gates { run } => looking::gates(session, run.as_deref()).await,
        Verb::Mails { run, send } => looking::mails(session, run.as_deref(), send).await,
        Verb::Logs { step, attempt, follow } => looking::logs(session, &step, attempt, follow).await,
        Verb::Why { step } => why::why(session, step.as_deref()).await,
        Verb::Verify { run } => verify::verify(session, run.as_deref()).await,
        Verb::Doctor { fix } => doctor::doctor(session, fix).await,
        Verb::Events { run } => looking::events(session, run.as_deref()).await,
        Verb::Demo { dir, month, runbook, driving } => {
            demo::demo(session, dir.as_deref(), (month.as_deref(), runbook.as_deref()), &driving).await
        }
        Verb::Sandbox(part) => sandbox::sandbox(session, part).await,
        Verb::Man => Ok(man::man(session)),
        Verb::Completions { shell } => Ok(help::completions(session, shell)),
        deciding => deciding::decide(session, deciding).await,
    }
}
