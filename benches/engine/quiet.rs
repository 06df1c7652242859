//! What a run costs while it does nothing but wait for a person.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::process::{cpu_of, family, kill, memory_of, reap};
use crate::shape::{Act, Shape};
use crate::table::{Target, Unit, head, line};
use crate::whole::{folder, monthstart};

/// A minute is what is promised.
const MINUTE: Duration = Duration::from_secs(60);
/// So much of it is measured, unless the whole is wanted.
const SHORT: Duration = Duration::from_secs(10);
/// Before it is measured the run has come to rest.
const REST: Duration = Duration::from_secs(1);

/// Waits until a gate of the run in `folder` is open.
pub(crate) fn until_open(folder: &std::path::Path) {
    let deadline = Instant::now() + MINUTE;
    loop {
        let shown = monthstart(folder, &["gates", "--json"]).stdin(Stdio::null()).output().unwrap();
        if String::from_utf8_lossy(&shown.stdout).contains("\"open\"") {
            return;
        }
        assert!(Instant::now() < deadline, "no gate has opened");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A run that has come to a gate.
pub(crate) fn waiting(folder: &std::path::Path) -> Child {
    let mut command = monthstart(folder, &["run", "bench.yaml", "--month", "2025-10", "--progress", "plain"]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    until_open(folder);
    child
}

/// The row; `whole`: the full minute.
pub(crate) fn quiet(whole: bool) {
    let folder = folder();
    let stages = vec![vec![2], vec![1]];
    Shape { stages, wide: 16, gates: true, act: Act::Shell("true".to_owned()) }.lay_out(&folder);
    let engine = waiting(&folder);
    std::thread::sleep(REST);
    let members = family(engine.id());
    let cpu = || members.iter().map(|pid| cpu_of(*pid)).sum::<f64>();
    let time = if whole { MINUTE } else { SHORT };
    let before = cpu();
    std::thread::sleep(time);
    let used = (cpu() - before) * MINUTE.as_secs_f64() / time.as_secs_f64();
    let memory = memory_of(engine.id());
    kill(engine);
    reap();
    let scaled = if whole { "" } else { ", from 10 seconds" };
    head(&format!("waiting at a gate for a minute{scaled} ({} processes)", members.len()));
    line("processor", Unit::S, None, used, Target::AtMost(0.02));
    line("memory", Unit::Mb, None, memory, Target::AtMost(20.0));
}
