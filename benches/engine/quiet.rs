//! What a run costs while it does nothing but wait for a person.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::process::{cpu_of, family, kill, memory_of, reap};
use crate::servers::base_to_crash;
use crate::shape::{Act, Shape};
use crate::table::{Target, Unit, head, line};
use crate::whole::{folder, monthstart};

/// A minute is what is promised.
const MINUTE: Duration = Duration::from_mins(1);
/// So much of it is measured, unless the whole is wanted.
const SHORT: Duration = Duration::from_secs(10);
/// The whole minute begins when the gate is open; ten seconds that stand for it, when all has come to rest.
const BEGUN: Duration = Duration::from_secs(1);
const REST: Duration = Duration::from_secs(8);

/// Where a server would be.
const POSTGRES: &str = "/usr/lib/postgresql";

/// Where the journal is: beside the runbook, or elsewhere.
type Elsewhere<'a> = Option<&'a str>;

fn command(folder: &Path, store: Elsewhere<'_>, args: &[&str]) -> Command {
    let mut command = monthstart(folder, args);
    command.stdin(Stdio::null());
    if let Some(url) = store {
        command.env("MONTHSTART_STORE", url);
    }
    command
}

/// Waits until a gate of the run in `folder` is open.
pub(crate) fn until_open(folder: &Path, store: Elsewhere<'_>) {
    let deadline = Instant::now() + MINUTE;
    loop {
        let shown = command(folder, store, &["gates", "--json"]).output().unwrap();
        if String::from_utf8_lossy(&shown.stdout).contains("\"open\"") {
            return;
        }
        assert!(Instant::now() < deadline, "no gate has opened");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A run that has come to a gate.
pub(crate) fn waiting(folder: &Path, store: Elsewhere<'_>) -> Child {
    let args = ["run", "bench.yaml", "--month", "2025-10", "--progress", "plain"];
    let mut command = command(folder, store, &args);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    until_open(folder, store);
    child
}

/// The rows; `whole`: the full minute.
pub(crate) fn quiet(whole: bool) {
    on("SQLite", None, whole);
    if Path::new(POSTGRES).exists() {
        let base = base_to_crash();
        on("PostgreSQL", Some(&base.url()), whole);
        base.server.end();
    } else {
        head("waiting at a gate for a minute, the journal on PostgreSQL: left out, none is installed here");
    }
    reap();
}

fn on(name: &str, store: Elsewhere<'_>, whole: bool) {
    let folder = folder();
    let stages = vec![vec![2], vec![1]];
    Shape { stages, wide: 16, gates: true, act: Act::Shell("true".to_owned()) }.lay_out(&folder);
    let engine = waiting(&folder, store);
    std::thread::sleep(if whole { BEGUN } else { REST });
    let members = family(engine.id());
    let cpu = || members.iter().map(|pid| cpu_of(*pid)).sum::<f64>();
    let time = if whole { MINUTE } else { SHORT };
    let before = cpu();
    std::thread::sleep(time);
    let used = (cpu() - before) * MINUTE.as_secs_f64() / time.as_secs_f64();
    let memory = memory_of(engine.id());
    kill(engine);
    let (scaled, members) = (if whole { "" } else { ", from 10 seconds" }, members.len());
    head(&format!("waiting at a gate for a minute{scaled}, the journal on {name} ({members} processes)"));
    line("processor", Unit::S, None, used, Target::AtMost(0.02));
    line("memory", Unit::Mb, None, memory, Target::AtMost(20.0));
}
