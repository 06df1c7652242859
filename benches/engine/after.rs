//! What is done with a large run that is there: looking at it, and taking it up again after a kill.

use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use crate::chain::Marks;
use crate::process::{kill, reap};
use crate::quiet::waiting;
use crate::shape::Shape;
use crate::table::{Target, Unit, head, line};
use crate::whole::{folder, monthstart};

/// Steps before the gate: two events each.
const STEPS: usize = 5_000;
const TIMES: usize = 7;

/// How long `verb` takes.
fn looks(folder: &Path, verb: &[&str]) -> f64 {
    let once = |_| {
        let mut command = monthstart(folder, verb);
        let begin = Instant::now();
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap();
        assert!(status.success());
        begin.elapsed().as_secs_f64()
    };
    (0..TIMES).map(once).fold(f64::INFINITY, f64::min)
}

/// Both rows: 10,000 steps, of which 5,000 are done when the engine is killed.
pub(crate) fn after() {
    let folder = folder();
    let mut shape = Shape::even(5, STEPS / 5, 16, Marks::act(&folder));
    shape.stages.push(vec![STEPS]);
    shape.gates = true;
    shape.lay_out(&folder);
    let before = Marks::listen(&folder, STEPS);
    let engine = waiting(&folder);
    before.all();
    head("a run of 10,000 steps after 10,000 events");
    let least = looks(&folder, &["--help"]);
    line("the least that a command takes (--help)", Unit::Ms, None, least, Target::None);
    line("status", Unit::Ms, None, looks(&folder, &["status"]), Target::AtMost(0.06));
    line("status --json", Unit::Ms, None, looks(&folder, &["status", "--json"]), Target::None);
    kill(engine);
    reap();
    let answered = monthstart(&folder, &["confirm", "gate"]).stdin(Stdio::null()).output().unwrap();
    assert!(answered.status.success(), "{answered:?}");
    let resumed = (0..TIMES).map(|_| resumed(&folder)).fold(f64::INFINITY, f64::min);
    line("kill -9, then resume to its first start", Unit::Ms, None, resumed, Target::AtMost(0.1));
}

/// From the start of `resume` to the first step that runs.
fn resumed(folder: &Path) -> f64 {
    let mut marks = Marks::listen(folder, 1);
    let pipe = marks.kept_open();
    let begin = Instant::now();
    let mut command = monthstart(folder, &["resume", "--progress", "plain"]);
    let engine = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let first = marks.all()[0];
    kill(engine);
    reap();
    drop(pipe);
    // Steps that ran on have put a file where the pipe was.
    let _ = std::fs::remove_file(folder.join("marks"));
    first.duration_since(begin).as_secs_f64()
}
