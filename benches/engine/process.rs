//! What a process costs, with everything that it starts: time, processor, memory. Read off `/proc`, the same way for the
//! floor and for the product.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{WaitOptions, getpid, set_child_subreaper, wait};

/// How often memory is looked at. The kernel keeps the highest value, so that only what came last can be missed.
const LOOK: Duration = Duration::from_millis(20);
/// A process that was seen so often is no copy on its way to another program.
const SEEN: u32 = 3;
/// How long what a process leaves behind may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(20);

/// Into so many ticks `/proc` divides a second.
const TICKS: f64 = 100.0;

/// What a process cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// From its start to its end, in seconds.
    pub(crate) wall: f64,
    /// Of it and of all that it started, in seconds.
    pub(crate) cpu: f64,
    /// The most that was resident of it, with what a second process of the same program has of its own, in megabytes:
    /// the pages of the program's file are the same.
    pub(crate) memory: f64,
}

impl Cost {
    /// Each at its least: the machine does other things too.
    pub(crate) fn least(self, other: Option<Cost>) -> Cost {
        other.map_or(self, |other| Cost {
            wall: self.wall.min(other.wall),
            cpu: self.cpu.min(other.cpu),
            memory: self.memory.min(other.memory),
        })
    }
}

/// Orphans come to us, so that a keeper that outlives its engine is counted too.
pub(crate) fn adopt() {
    set_child_subreaper(Some(getpid())).unwrap();
}

/// Runs `command` to its end.
pub(crate) fn cost(mut command: Command) -> Cost {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let before = children_cpu();
    let begin = Instant::now();
    let mut child = command.spawn().unwrap();
    let memory = Memory::watch(child.id());
    let status = child.wait().unwrap();
    let wall = begin.elapsed().as_secs_f64();
    let memory = memory.stop();
    assert!(status.success(), "{command:?}: {status}");
    reap();
    Cost { wall, cpu: children_cpu() - before, memory }
}

/// Waits for what was left behind.
pub(crate) fn reap() {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match wait(WaitOptions::NOHANG) {
            Ok(Some(_)) => {}
            Ok(None) if Instant::now() > deadline => panic!("something was left behind and goes on"),
            Ok(None) => thread::sleep(Duration::from_millis(1)),
            Err(_) => return,
        }
    }
}

/// Ends a process, and waits for it.
pub(crate) fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Processor time of all children that have been waited for, with theirs, in seconds.
fn children_cpu() -> f64 {
    let fields = stat("self").unwrap();
    let ticks: f64 = fields[13..15].iter().map(|ticks| ticks.parse::<f64>().unwrap()).sum();
    ticks / TICKS
}

/// The fields of a process after its name, from its state on.
fn stat(process: &str) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(") ")?;
    Some(fields.split(' ').map(str::to_owned).collect())
}

/// Processor time of a process that lives, its threads together, in seconds.
pub(crate) fn cpu_of(pid: u32) -> f64 {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return 0.0 };
    let ran = |entry: std::io::Result<std::fs::DirEntry>| {
        let text = std::fs::read_to_string(entry.ok()?.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<f64>().ok()
    };
    threads.filter_map(ran).sum::<f64>() / 1e9
}

/// The most memory that a process had, in megabytes; `second`: without the pages of the program's file.
fn peak_of(pid: u32, second: bool) -> Option<f64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let name = if second { "RssAnon:" } else { "VmHWM:" };
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().trim_end_matches(" kB").parse::<f64>().ok()? / 1024.0)
}

/// The memory of a process and of the others of its family, in megabytes.
pub(crate) fn memory_of(pid: u32) -> f64 {
    family(pid).iter().filter_map(|member| peak_of(*member, *member != pid)).sum()
}

/// The processes of the program of `pid` among its descendants and our own, itself among them.
pub(crate) fn family(pid: u32) -> BTreeSet<u32> {
    let program = |pid: u32| std::fs::read_link(format!("/proc/{pid}/exe")).ok();
    let ours = program(pid);
    let mut found = BTreeSet::from([pid]);
    let mut waiting = vec![pid, std::process::id()];
    while let Some(parent) = waiting.pop() {
        for child in children(parent) {
            if program(child) == ours && found.insert(child) {
                waiting.push(child);
            }
        }
    }
    found
}

fn children(pid: u32) -> Vec<u32> {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let lists = threads
        .filter_map(|entry| std::fs::read_to_string(entry.ok()?.path().join("children")).ok())
        .collect::<Vec<_>>();
    lists.iter().flat_map(|list| list.split_whitespace()).filter_map(|pid| pid.parse().ok()).collect()
}

/// Looks at a process's memory until it is told to stop.
struct Memory {
    over: Arc<AtomicBool>,
    looking: JoinHandle<f64>,
}

impl Memory {
    fn watch(pid: u32) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&over);
        let looking = thread::spawn(move || {
            let mut peaks: BTreeMap<u32, (u32, f64)> = BTreeMap::new();
            while !seen.load(Ordering::Relaxed) {
                for member in family(pid) {
                    if let Some(peak) = peak_of(member, member != pid) {
                        let (times, highest) = peaks.entry(member).or_default();
                        (*times, *highest) = (*times + 1, peak.max(*highest));
                    }
                }
                thread::sleep(LOOK);
            }
            let lasting = peaks.iter().filter(|(member, (times, _))| **member == pid || *times >= SEEN);
            lasting.map(|(_, (_, highest))| highest).sum()
        });
        Memory { over, looking }
    }

    fn stop(self) -> f64 {
        self.over.store(true, Ordering::Relaxed);
        self.looking.join().unwrap()
    }
}
