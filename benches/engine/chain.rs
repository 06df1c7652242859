//! A chain of 200 steps, each of which says the moment at which it runs: how long the next one is in coming.
//!
//! A step writes a line into a pipe with a name and is over; the bench notes when each line came. What lies between two
//! lines is the end of one step, all that is recorded, and the start of the next.

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use rustix::fs::{CWD, Mode};

use crate::floor::Task;
use crate::process::reap;
use crate::shape::{Act, Shape};
use crate::table::{Target, Unit, head, line};
use crate::whole::{RUN, folder, monthstart};

const LENGTH: usize = 200;
const TIMES: usize = 5;

/// A pipe with a name, and who listens at it.
pub(crate) struct Marks {
    path: PathBuf,
    /// As long as it is open nobody waits for a reader.
    open: Option<File>,
    listening: JoinHandle<Vec<Instant>>,
}

impl Marks {
    /// Listens for `count` marks.
    pub(crate) fn listen(folder: &Path, count: usize) -> Self {
        let path = folder.join("marks");
        rustix::fs::mkfifoat(CWD, &path, Mode::RUSR | Mode::WUSR).unwrap();
        // Open for writing too: then no step waits for a reader, and no reader sees an end.
        let mut pipe = OpenOptions::new().read(true).write(true).open(&path).unwrap();
        let open = Some(pipe.try_clone().unwrap());
        let listening = thread::spawn(move || {
            let (mut marks, mut bytes) = (Vec::with_capacity(count), [0; 64]);
            while marks.len() < count {
                let read = pipe.read(&mut bytes).unwrap();
                let now = Instant::now();
                marks.extend(std::iter::repeat_n(now, read));
            }
            marks
        });
        Marks { path, open, listening }
    }

    /// Keeps the pipe open, for steps beyond those that are listened for.
    pub(crate) fn kept_open(&mut self) -> Option<File> {
        self.open.take()
    }

    /// What a step does to make a mark.
    pub(crate) fn act(folder: &Path) -> Act {
        Act::Shell(format!("echo > {}", folder.join("marks").display()))
    }

    /// When they came.
    pub(crate) fn all(self) -> Vec<Instant> {
        let marks = self.listening.join().unwrap();
        std::fs::remove_file(self.path).unwrap();
        marks
    }
}

/// Time of the whole, median and 99th percentile of what lies between two steps; in seconds.
type Times = [f64; 3];

fn timed(command: &mut Command, folder: &Path) -> Times {
    let marks = Marks::listen(folder, LENGTH);
    let begin = Instant::now();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    let wall = begin.elapsed().as_secs_f64();
    assert!(status.success());
    reap();
    let mut between: Vec<f64> =
        marks.all().windows(2).map(|pair| pair[1].duration_since(pair[0]).as_secs_f64()).collect();
    between.sort_by(f64::total_cmp);
    [wall, between[between.len() / 2], between[between.len() * 99 / 100]]
}

fn floor() -> Times {
    let folder = folder();
    let shape = Shape::even(LENGTH, 1, 16, Marks::act(&folder));
    timed(&mut Task::of(&shape, &folder).command(), &folder)
}

fn product() -> Times {
    let folder = folder();
    Shape::even(LENGTH, 1, 16, Marks::act(&folder)).lay_out(&folder);
    timed(&mut monthstart(&folder, &RUN), &folder)
}

/// The row.
pub(crate) fn chain() {
    let (mut lowest, mut ours) = ([f64::INFINITY; 3], [f64::INFINITY; 3]);
    let least = |before: Times, now: Times| [0, 1, 2].map(|at| before[at].min(now[at]));
    for _ in 0..TIMES {
        lowest = least(lowest, floor());
        ours = least(ours, product());
    }
    head("a chain of 200 steps of a shell");
    line("time", Unit::S, Some(lowest[0]), ours[0], Target::Times(1.2));
    line("end of one to start of the next, median", Unit::Ms, Some(lowest[1]), ours[1], Target::Times(1.25));
    line("the same, 99 of 100", Unit::Ms, Some(lowest[2]), ours[2], Target::Times(1.25));
}
