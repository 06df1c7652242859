//! The sandbox's scheduler as the shipped project calls it: by its script, from many processes at once, in GBK.

use crate::harness::{Live, PATIENCE, Project, binary, poll, sh};
use crate::shipped::copy_of;
use std::collections::BTreeSet;
use std::time::Duration;

/// How many ask at once.
const CROWD: usize = 20;

/// The shipped project with a new sandbox for October.
pub(crate) fn staged() -> Project {
    let bin = binary().display().to_string();
    let project = copy_of("runbooks").env("MONTHSTART_BIN", &bin);
    project.ms("sandbox build --month 2026-10").code(0);
    project
}

/// Starts the scheduler's command.
fn dacp(project: &Project, line: &str) -> Live {
    let mut args = vec!["bin/dacp".to_owned()];
    args.extend(line.split(' ').map(str::to_owned));
    Live::spawn(project.command(std::path::Path::new("/bin/sh"), &args), line)
}

/// What it printed, out of GBK.
fn said(project: &Project, line: &str) -> String {
    let out = dacp(project, line).finish(PATIENCE);
    let bytes = [out.stdout, out.stderr].concat();
    encoding_rs::GBK.decode(&bytes).0.trim().to_owned()
}

#[test]
fn twenty_submissions_of_one_token_and_twenty_polls_at_once_are_one_task() {
    let project = staged();
    let asked: Vec<(usize, Live)> = (0..2 * CROWD)
        .map(|number| match number % 2 {
            0 => (number, dacp(&project, "submit DwdMergeBillM --batch 202610 --token once")),
            _ => (number, dacp(&project, "state 1")),
        })
        .collect();
    let mut ids = BTreeSet::new();
    for (number, live) in asked {
        let out = live.finish(PATIENCE).code(0);
        if number % 2 == 0 {
            ids.insert(out.text().split(' ').next().unwrap().to_owned());
        } else {
            assert!(out.text().starts_with("SUCCESS"), "{out}");
        }
    }
    assert_eq!(ids.len(), 1, "{ids:?}");
    let id = ids.first().unwrap().clone();
    let ended = poll(Duration::from_secs(20), || {
        said(&project, &format!("state {id}")).starts_with("SUCCESS").then_some(())
    });
    assert!(ended.is_some());
    let log = said(&project, &format!("log {id}"));
    assert_eq!(log.matches("成功").count(), 1, "it did its work once: {log}");
}

#[test]
fn its_words_are_gbk_and_its_codes_are_those_of_a_program() {
    let project = staged();
    let out = dacp(&project, "state 99").finish(PATIENCE).code(6);
    assert_eq!(encoding_rs::GBK.decode(&out.stderr).0.trim(), "没有任务 99");
    assert!(std::str::from_utf8(&out.stderr).is_err(), "not UTF-8");
    let none = dacp(&project, "find DwdMergeBillM --batch 202610").finish(PATIENCE).code(1);
    assert!(none.stdout.is_empty() && none.stderr.is_empty(), "as grep says that there is nothing");
    Project::new().ms("sandbox dacp state 1").code(7).says("no finished sandbox");
}

#[test]
fn steps_know_the_program_that_runs_them_and_its_state_folder() {
    let script = r#"echo "$MONTHSTART_BIN" > bin; echo "$MONTHSTART_STATE" > state; cd /; "$MONTHSTART_BIN" --version"#;
    let project = Project::of(&format!("1:\n{}", sh("a", script))).env("MONTHSTART_STATE", "elsewhere");
    project.run().code(0);
    assert_eq!(project.read("bin").trim(), binary().canonicalize().unwrap().display().to_string());
    let state = std::path::PathBuf::from(project.read("state").trim());
    assert!(state.is_absolute() && state.ends_with("elsewhere") && state.is_dir(), "{state:?}");
}
