//! How long 10,000 steps in 10 levels take to be validated and planned, beside floors that are measured in the same run.
//!
//! `cargo bench --bench planning`. A ratio tells more than a time: it is the same on a slow machine.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a bench prints, fails loudly and starts the binary"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jiff::civil::date;
use jiff::tz::TimeZone;
use monthstart::plan::Plan;
use monthstart::plan::resolve::{Files, Input, Request, resolve, resolve_project};
use monthstart::runbook::{FileId, Runbook, Sources, read_runbook, read_settings};
use saphyr_parser::Parser;
use sha2::{Digest, Sha256};

const LEVELS: usize = 10;
const STEPS: usize = 1_000;
const SETTINGS: &str = "timezone: Asia/Shanghai\nlanguage: en\n";
/// Each is measured so often; the shortest time counts.
const TIMES: usize = 7;

fn runbook() -> String {
    let mut text = "name: bench\nstages:\n  - name: s\n    levels:\n".to_owned();
    for level in 1..=LEVELS {
        let _ = writeln!(text, "      {level}:");
        for step in 0..STEPS {
            let name = format!("step-{level}-{step}");
            let title = format!("step {step} of {{{{ month }}}}");
            let _ = writeln!(
                text,
                "        - {{name: {name}, title: '{title}', run: [/bin/true, '{{{{ month }}}}']}}"
            );
        }
    }
    text
}

fn shortest<T>(mut work: impl FnMut() -> T) -> Duration {
    let once = |()| {
        let begin = Instant::now();
        black_box(work());
        begin.elapsed()
    };
    std::iter::repeat_n((), TIMES).map(once).min().unwrap()
}

struct Nothing;

impl Files for Nothing {
    fn path(&self, _: FileId) -> String {
        "bench.yaml".to_owned()
    }

    fn read(&self, _: &str) -> Option<String> {
        None
    }
}

fn read(text: &str) -> (Sources, Runbook) {
    let mut sources = Sources::default();
    let file = sources.add("bench.yaml", text);
    let mut problems = Vec::new();
    let runbook = read_runbook(&sources, file, &mut problems).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    (sources, runbook)
}

fn plan(text: &str, request: &Request) -> Plan {
    let (mut sources, runbook) = read(text);
    let settings = sources.add("monthstart.yaml", SETTINGS);
    let mut problems = Vec::new();
    let settings = read_settings(&sources, settings, None, &mut problems).unwrap();
    let root = Path::new("/project");
    let project = resolve_project(&settings, None, root, TimeZone::UTC, &sources, &mut problems).unwrap();
    let input = Input {
        project: &project,
        runbook: &runbook,
        included: &[],
        month_file: None,
        others: None,
        files: &Nothing,
        sources: &sources,
    };
    let plan = resolve(&input, request, &mut problems).unwrap().unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    plan
}

fn binary(folder: &Path, args: &[&str]) -> Duration {
    shortest(|| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_monthstart"));
        command.args(args).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null());
        assert!(command.status().unwrap().success(), "{args:?}");
    })
}

fn main() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("bench.yaml");
    let text = runbook();
    std::fs::write(&path, &text).unwrap();
    std::fs::write(folder.path().join("monthstart.yaml"), SETTINGS).unwrap();

    let hash = shortest(|| Sha256::digest(std::fs::read(&path).unwrap()));
    let events = shortest(|| Parser::new_from_str(&text).flatten().count());
    println!(
        "{} steps in {LEVELS} levels, {} bytes; the shortest of {TIMES} times",
        LEVELS * STEPS,
        text.len()
    );
    let show = |name: &str, took: Duration| {
        let of = |floor: Duration| took.as_secs_f64() / floor.as_secs_f64();
        let ms = took.as_secs_f64() * 1_000.0;
        println!("{name:<38}{ms:>9.2} ms{:>9.1} x hash{:>8.2} x events", of(hash), of(events));
    };
    show("floor: the file read and hashed", hash);
    show("floor: the events of saphyr-parser", events);
    let today = date(2026, 11, 3);
    let run = Request::run(Some("2026-10".parse().unwrap()), Vec::new(), today);
    assert_eq!(plan(&text, &run).nodes.len(), LEVELS * STEPS);
    show("read", shortest(|| read(&text)));
    show("validate: read and resolved", shortest(|| plan(&text, &Request::check(today))));
    show("plan: read and resolved for a month", shortest(|| plan(&text, &run)));
    show("plan as the store keeps it", shortest(|| serde_json::to_string(&plan(&text, &run)).unwrap().len()));
    show("monthstart validate", binary(folder.path(), &["validate", "bench.yaml"]));
    show("monthstart plan", binary(folder.path(), &["plan", "bench.yaml", "--month", "2026-10"]));
    show("monthstart --help", binary(folder.path(), &["--help"]));
}
