//! Whole runs, from an empty folder to the end, beside the floor with the same commands.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use crate::floor::Task;
use crate::process::{Cost, cost};
use crate::shape::{Act, Shape};
use crate::table::{Target, Unit, head, line};

/// All folders of this bench. They stay until its end: a file system is slow to make files just after it lost many.
static FOLDERS: Mutex<Vec<tempfile::TempDir>> = Mutex::new(Vec::new());

/// A folder on the disk that the build is on.
pub(crate) fn folder() -> PathBuf {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().to_owned();
    FOLDERS.lock().unwrap().push(folder);
    path
}

/// Removes them.
pub(crate) fn tidy() {
    FOLDERS.lock().unwrap().clear();
}

/// A command of the product in a project.
pub(crate) fn monthstart(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_monthstart"));
    command.args(args).current_dir(folder).env("LANG", "C.UTF-8");
    for name in ["MONTHSTART_STATE", "MONTHSTART_STORE", "MONTHSTART_PROFILE"] {
        command.env_remove(name);
    }
    command
}

/// How a run is started.
pub(crate) const RUN: [&str; 7] = ["run", "bench.yaml", "--month", "2025-10", "--yes", "--progress", "plain"];

fn floor(shape: &Shape) -> Cost {
    let folder = folder();
    cost(Task::of(shape, &folder).command())
}

fn product(shape: &Shape) -> Cost {
    let folder = folder();
    shape.lay_out(&folder);
    cost(monthstart(&folder, &RUN))
}

/// Both in turns, so that what disturbs one disturbs the other; of each its least.
fn both(shape: &Shape, times: usize) -> (Cost, Cost) {
    let (mut lowest, mut ours) = (None, None);
    for _ in 0..times {
        lowest = Some(floor(shape).least(lowest));
        ours = Some(product(shape).least(ours));
    }
    (lowest.unwrap(), ours.unwrap())
}

/// A month's start as people have it: 30 steps.
pub(crate) fn thirty() {
    let stages = vec![vec![4, 1, 14, 1], vec![6, 2, 1]];
    let shape = Shape { stages, wide: 16, gates: true, act: Act::Shell("true".to_owned()) };
    let (floor, ours) = both(&shape, 15);
    head("30 steps in levels 4/1/14/1 and 6/2/1 with a gate that is answered in advance, whole process");
    line("time", Unit::S, Some(floor.wall), ours.wall, Target::Times(1.3));
    line("processor", Unit::S, Some(floor.cpu), ours.cpu, Target::None);
    line("memory", Unit::Mb, Some(floor.memory), ours.memory, Target::AtMost(20.0));
}

/// 1,000 steps of a shell.
pub(crate) fn shell() {
    let shape = Shape::even(4, 250, 16, Act::Shell("true".to_owned()));
    let (floor, ours) = both(&shape, 5);
    head("1,000 steps of a shell in 4 levels, 16 at a time");
    line("time", Unit::S, Some(floor.wall), ours.wall, Target::Times(1.2));
    line("processor, with all that was started", Unit::S, Some(floor.cpu), ours.cpu, Target::Times(1.2));
    line("memory", Unit::Mb, Some(floor.memory), ours.memory, Target::None);
}

/// 1,000 programs without a shell.
pub(crate) fn program() -> f64 {
    let shape = Shape::even(4, 250, 16, Act::Program("/bin/true"));
    let (floor, ours) = both(&shape, 5);
    head("1,000 steps of a program without a shell in 4 levels, 16 at a time");
    line("time", Unit::S, Some(floor.wall), ours.wall, Target::Times(1.2));
    line("processor, with all that was started", Unit::S, Some(floor.cpu), ours.cpu, Target::Times(1.2));
    line("memory", Unit::Mb, Some(floor.memory), ours.memory, Target::None);
    ours.wall
}

/// 10,000 of them; a step must not cost more than one of 1,000.
pub(crate) fn ten_thousand() {
    let small = Shape::even(4, 250, 16, Act::Shell("true".to_owned()));
    let large = Shape::even(10, 1_000, 16, Act::Shell("true".to_owned()));
    let (_, of_small) = both(&small, 3);
    let (floor, ours) = both(&large, 2);
    head("10,000 steps of a shell in 10 levels, 16 at a time");
    line("time", Unit::S, Some(floor.wall), ours.wall, Target::Times(1.2));
    line("processor, with all that was started", Unit::S, Some(floor.cpu), ours.cpu, Target::Times(1.2));
    line("memory", Unit::Mb, Some(floor.memory), ours.memory, Target::AtMost(80.0));
    let a_step = |cost: Cost, shape: &Shape| cost.wall / shape.steps() as f64;
    let (small, large) = (a_step(of_small, &small), a_step(ours, &large));
    line("a step, against one of 1,000", Unit::Ms, Some(small), large, Target::Times(1.0));
}
