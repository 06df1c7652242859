//! What ships beside the program: the month start's runbooks, the examples, the team's own list with its doubled programs.

use crate::harness::Project;
use serde_json::json;
use std::path::Path;
use std::time::Duration;

/// A copy of a folder of this repository, as a project of its own.
pub(crate) fn copy_of(folder: &str) -> Project {
    let project = Project::new();
    std::fs::remove_file(project.path("monthstart.yaml")).unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), Path::new(""), &project);
    project
}

fn copy(from: &Path, to: &Path, project: &Project) {
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let name = to.join(entry.file_name());
        // What a run of it here has left is no part of it.
        let left = [".monthstart", "work"].iter().any(|left| name.ends_with(left));
        match entry.path() {
            _ if left => {}
            folder if folder.is_dir() => copy(&folder, &name, project),
            file => {
                project.put(name.to_str().unwrap(), &std::fs::read(&file).unwrap());
                let mode = std::fs::metadata(&file).unwrap().permissions();
                std::fs::set_permissions(project.path(name.to_str().unwrap()), mode).unwrap();
            }
        }
    }
}

#[test]
fn the_runbooks_and_examples_are_in_order() {
    for folder in ["runbooks", "examples/first", "examples/tour"] {
        copy_of(folder).ms("validate").code(0);
    }
}

#[test]
fn the_runbooks_and_examples_are_in_the_layout() {
    for folder in ["runbooks", "examples/first", "examples/tour"] {
        copy_of(folder).ms("fmt --check").code(0);
    }
}

#[test]
fn the_tour_runs_to_green_and_one_city_is_done_anew() {
    let tour = copy_of("examples/tour");
    let line = "run tour.yaml --as zhang.wei --yes --month 2026-10";
    tour.spawn(line).finish(Duration::from_mins(1)).code(0);
    assert_eq!(tour.ms("status --json").code(0).json()["run"]["status"], "succeeded");
    tour.ms("redo load-nj --as zhang.wei --reason again").code(0);
    let gates = tour.ms("gates --json").code(0).json();
    let each = gates.as_array().unwrap().iter().find(|gate| gate["path"] == "stations/each-right").unwrap();
    assert_eq!(each["unanswered"], json!(["nj"]), "{each:#}");
    tour.spawn("resume --as zhang.wei --yes").finish(Duration::from_mins(1)).code(0);
    assert_eq!(tour.ms("status --json").code(0).json()["run"]["round"], 2);
}

#[test]
fn the_tour_asks_two_others_and_a_shadow_of_it_writes_nothing() {
    let tour = copy_of("examples/tour");
    let line = "run tour.yaml --as zhang.wei --yes --month 2026-10 -p signed=true";
    let live = tour.spawn(line);
    live.shows("bulletin/signed");
    tour.ms("confirm signed --as zhang.wei").code(6);
    tour.ms("confirm signed --as wang.fang").code(0);
    tour.ms("confirm signed --as li.na").code(0);
    live.finish(Duration::from_mins(1)).code(0);
    let before = std::fs::read(tour.path("work/mart.db")).unwrap();
    // A value that only real work would have put out stops it nowhere.
    let shadow = tour.spawn("run tour.yaml --as zhang.wei --yes --month 2026-10 --shadow");
    shadow.finish(Duration::from_mins(1)).code(0);
    assert_eq!(std::fs::read(tour.path("work/mart.db")).unwrap(), before);
}

#[test]
fn the_first_runbook_runs_to_green() {
    copy_of("examples/first").ms("run first.yaml --as zhang.wei --yes").code(0);
}

#[test]
fn the_teams_own_level_three_is_refused_at_both_lines() {
    let list = copy_of("tests/fixtures/doubled-level-3");
    let out = list.ms("validate").code(3);
    let text = list.read("dwd-billing.yaml");
    for program in ["DwdAccPocketM", "DwdAccSumBillM"] {
        let lines: Vec<usize> =
            (1..).zip(text.lines()).filter(|(_, line)| line.contains(program)).map(|(n, _)| n).collect();
        assert_eq!(lines.len(), 2, "{program} stands twice in the fixture");
        for line in lines {
            let shown = format!("{line} |         - {program}");
            assert!(out.all().contains(&shown), "{program}, line {line}\n{out}");
        }
    }
}
