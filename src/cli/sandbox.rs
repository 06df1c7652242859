//! The hidden verb `sandbox`: what scripts of the shipped project call where a real site has programs of its own.

use clap::{Subcommand, ValueEnum};

use super::demo::{SEED, places};
use super::exit::{Exit, Failed, What};
use super::project::read_month_word;
use super::session::Session;
use crate::msg;
use crate::plan::project::Project;
use crate::sandbox::distribution::{self, Doing};
use crate::sandbox::scheduler::{self, Dispatch, Office, Order, Reply};
use crate::sandbox::{self, Fault, InitKind, Move, Sandbox, SandboxError};
use crate::time::Month;

/// The parts of the sandbox.
#[derive(Debug, Subcommand)]
pub(super) enum Part {
    /// Its scheduler.
    #[command(subcommand)]
    Dacp(Dacp),
    /// Its distribution platform's processes.
    Server { program: String, doing: ProcessVerb, server: String },
    /// A new warehouse.
    Build {
        #[arg(long)]
        month: Option<String>,
    },
    /// What the outside world does.
    Move { what: Move },
    /// A locality's file of base stations.
    SendStations {
        city: String,
        #[arg(long, default_value = "none")]
        fault: FaultWord,
    },
    /// The work that `month_init.sh` leaves in the background.
    InitInterfaces { kind: Interfaces },
}

/// What is wrong with a locality's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FaultWord {
    None,
    Doubled,
    Utf16,
}

/// The interfaces of simulated billing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Interfaces {
    #[value(name = "mc_new")]
    McNew,
    #[value(name = "mc_wlw")]
    McWlw,
}

/// What may be done with a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ProcessVerb {
    Start,
    Stop,
    State,
}

/// The scheduler's verbs.
#[derive(Debug, Subcommand)]
pub(super) enum Dacp {
    Find {
        flow: String,
        #[arg(long)]
        batch: String,
    },
    Submit {
        flow: String,
        #[arg(long)]
        batch: String,
        #[arg(long, default_value = "")]
        token: String,
    },
    State {
        id: i64,
    },
    Redo {
        id: i64,
        #[arg(long)]
        downstream: bool,
    },
    Pass {
        flow: String,
        #[arg(long)]
        batch: String,
    },
    Kill {
        id: i64,
    },
    Log {
        id: i64,
    },
}

impl From<Dacp> for Order {
    fn from(verb: Dacp) -> Self {
        match verb {
            Dacp::Find { flow, batch } => Order::Find(Dispatch { flow, batch }),
            Dacp::Submit { flow, batch, token } => Order::Submit(Dispatch { flow, batch }, token),
            Dacp::State { id } => Order::State(id),
            Dacp::Redo { id, downstream } => Order::Redo { id, downstream },
            Dacp::Pass { flow, batch } => Order::Pass(Dispatch { flow, batch }),
            Dacp::Kill { id } => Order::Kill(id),
            Dacp::Log { id } => Order::Log(id),
        }
    }
}

/// Plays the part, on the sandbox of the project in this folder.
pub(super) async fn sandbox(session: &Session, part: Part) -> Result<Exit, Failed> {
    match part {
        Part::Dacp(verb) => dacp(session, &verb.into()).await,
        Part::Server { program, doing, server } => process(session, &program, doing, &server).await,
        Part::Build { month } => build(session, month.as_deref()).await,
        Part::Move { what } => carry(session, what).await,
        Part::SendStations { city, fault } => send_stations(session, &city, fault).await,
        Part::InitInterfaces { kind } => init_interfaces(session, kind).await,
    }
}

fn folder(session: &Session) -> std::path::PathBuf {
    session.state(&session.directory).path().join("sandbox")
}

fn broken(error: &SandboxError) -> Failed {
    let why = crate::words::one_line(&error.to_string(), 200);
    Failed::new(Exit::OutOfReach, msg!("demo-sandbox-broken", why = why))
}

fn settings(session: &Session) -> Result<Project, Failed> {
    let opened = super::project::open(session, &session.directory);
    super::project::show_problems(session, &opened.shelf)?;
    opened.project.ok_or(Failed { exit: Exit::Invalid, what: What::Nothing })
}

async fn dacp(session: &Session, order: &Order) -> Result<Exit, Failed> {
    let dir = folder(session);
    let office = Office { dir: &dir, project: &session.directory, now: session.clock.now() };
    match scheduler::ask(office, order).await.map_err(|error| broken(&error))? {
        Reply::Said(text) => {
            session.output.result(&text);
            Ok(Exit::Done)
        }
        // As grep says that there is nothing.
        Reply::Nothing => Err(Failed { exit: Exit::Unexpected, what: What::Nothing }),
        Reply::Refused(why) => Err(Failed { exit: Exit::Refused, what: What::Shown(why) }),
    }
}

async fn process(session: &Session, name: &str, verb: ProcessVerb, server: &str) -> Result<Exit, Failed> {
    let doing = match verb {
        ProcessVerb::Start => Doing::Start,
        ProcessVerb::Stop => Doing::Stop,
        ProcessVerb::State => Doing::Look,
    };
    let unknown = || Failed { exit: Exit::Usage, what: What::Shown(format!("没有进程 {name} {server}")) };
    let program = distribution::Program::named(name).ok_or_else(unknown)?;
    let done = distribution::process(&folder(session), server, program, doing, session.clock.now()).await;
    let (state, dealt) = done.map_err(|error| broken(&error))?.ok_or_else(unknown)?;
    session.output.result(&format!("{name} {server}: {state}"));
    let outputs = serde_json::json!({"server": server, "state": state, "dealt": dealt});
    session.output.result(&outputs.to_string());
    Ok(Exit::Done)
}

async fn build(session: &Session, month: Option<&str>) -> Result<Exit, Failed> {
    let month = match month {
        Some(text) => read_month_word(text)?,
        None => Month::closing(session.today(None)),
    };
    let state = session.state(&session.directory);
    state.prepare()?;
    let places = places(session, &settings(session)?)?;
    let made = sandbox::build_at(&folder(session), month, SEED, places).await;
    made.map_err(|error| broken(&error))?;
    session.output.result(&session.say(&msg!("demo-built", dir = folder(session).display().to_string())));
    Ok(Exit::Done)
}

async fn carry(session: &Session, what: Move) -> Result<Exit, Failed> {
    let sandbox = Sandbox::found(&folder(session)).await.map_err(|error| broken(&error))?;
    let rows = sandbox.carry(what).await;
    session.output.result(&rows.map_err(|error| broken(&error))?.to_string());
    Ok(Exit::Done)
}

async fn send_stations(session: &Session, city: &str, fault: FaultWord) -> Result<Exit, Failed> {
    let sandbox = Sandbox::found(&folder(session)).await.map_err(|error| broken(&error))?;
    let fault = match fault {
        FaultWord::None => Fault::None,
        FaultWord::Doubled => Fault::Doubled,
        FaultWord::Utf16 => Fault::Utf16,
    };
    let count = sandbox.send_stations(city, fault).await.map_err(|error| broken(&error))?;
    if count == 0 {
        return Err(Failed { exit: Exit::Usage, what: What::Shown(format!("没有属地 {city}")) });
    }
    session.output.result(&count.to_string());
    Ok(Exit::Done)
}

async fn init_interfaces(session: &Session, kind: Interfaces) -> Result<Exit, Failed> {
    let sandbox = Sandbox::found(&folder(session)).await.map_err(|error| broken(&error))?;
    let kind = match kind {
        Interfaces::McNew => InitKind::Regular,
        Interfaces::McWlw => InitKind::Iot,
    };
    let rows = sandbox.init_interfaces(kind).await.map_err(|error| broken(&error))?;
    session.output.result(&rows.to_string());
    Ok(Exit::Done)
}
