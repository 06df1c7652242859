//! A keeper that cannot be had.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Instant;

use monthstart::engine::ports::Executor as _;
use monthstart::run::Failure;
use monthstart::words::Lang;

use crate::world::{LONG, Running, World, failure, shell};

/// A keeper that says what it has, as it should, and dies before it takes anything on.
const DIES_AFTER_ITS_GREETING: &str = r#"#!/usr/bin/python3
import os, signal, socket
with open("births", "a") as births: births.write("x")
engine, _ = socket.socket(fileno=0).accept()
engine.sendall(b'{"held":{"running":[],"ended":[]}}\n')
os.kill(os.getpid(), signal.SIGKILL)
"#;

const DIES_AT_ONCE: &str = "#!/bin/sh\nprintf x >> births\nexit 3\n";

fn program(world: &World, text: &str) -> PathBuf {
    let file = world.write("keeper", text);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    file
}

/// How often it was begun: every keeper of the world notes it in its own folder.
fn births(world: &World) -> usize {
    let homes = std::fs::read_dir(world.state().join("keepers")).unwrap();
    let noted = |home: std::io::Result<std::fs::DirEntry>| {
        std::fs::read(home.unwrap().path().join("births")).unwrap_or_default().len()
    };
    homes.map(noted).sum()
}

async fn fails_under(world: &World, keeper: PathBuf) -> String {
    let (job, switch) = world.job(shell("touch done"), BTreeMap::new());
    let (sender, reports) = tokio::sync::mpsc::unbounded_channel();
    world.executor().with_keeper(keeper).start(job, sender);
    let (notes, submitted, numbers) = (Vec::new(), Vec::new(), Vec::new());
    let mut running = Running { reports, switch, notes, submitted, numbers };
    match failure(running.ended().await) {
        Failure::NotStarted { why } => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn keepers_that_die_at_their_birth_are_tried_a_few_times_and_the_step_fails_as_not_started() {
    for (text, how) in [(DIES_AT_ONCE, "exit status: 3"), (DIES_AFTER_ITS_GREETING, "signal: 9")] {
        for (lang, words) in
            [(Lang::En, "the process that keeps programs dies"), (Lang::Zh, "看管程序的进程")]
        {
            let world = World { lang, ..World::new() };
            let begun = Instant::now();
            let why = fails_under(&world, program(&world, text)).await;
            assert!(why.contains(words) && why.contains(how), "{why}");
            assert!(begun.elapsed() < LONG / 2, "{:?}", begun.elapsed());
            assert!((2..=8).contains(&births(&world)), "{} keepers were tried", births(&world));
            assert!(!world.project.dir.join("done").exists(), "nothing was begun");
        }
    }
}
