//! What ships beside the program: the month start's runbooks, the examples, the team's own list with its doubled programs.

use crate::harness::{Out, Project, sqlite};
use crate::scheduler::staged;
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
fn the_tour_runs_to_green() {
    let tour = copy_of("examples/tour");
    let line = "run tour.yaml --as zhang.wei --yes --month 2026-10";
    tour.spawn(line).finish(Duration::from_mins(1)).code(0);
    assert_eq!(tour.ms("status --json").code(0).json()["run"]["status"], "succeeded");
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

/// Numbers of a query on the sandbox's distribution platform.
fn disp(project: &Project, query: &str) -> Vec<String> {
    let texts = format!("with asked (value) as ({query}) select cast(value as text) from asked");
    sqlite::column(&project.path(".monthstart/sandbox/disp.db"), &texts)
}

const OPEN: &str = "deal_stat not in (99, -100)";

#[test]
fn the_failover_moves_what_is_open_and_nothing_else() {
    let project = staged();
    let tables = ["disp_export_ctl", "disp_import_ctl"];
    let rest = |table: &str, agent: &str| {
        let others = format!("agent_name not like '{agent}%' or not {OPEN}");
        disp(
            &project,
            &format!("select ctl_id from {table} where ({others}) and agent_name not like 'AGENT_C%'"),
        )
    };
    let before = tables.map(|table| rest(table, "AGENT_A"));
    let cfg = disp(&project, "select agent_name from disp_exp_cfg order by cfg_id");
    let open = |table: &str| {
        disp(&project, &format!("select count(*) from {table} where agent_name like 'AGENT_A%' and {OPEN}"))
    };
    assert!(tables.iter().all(|table| open(table) != ["0"]), "there is something to move");

    let start = "run distribution-failover.yaml --month 2026-10 --as zhang.wei --yes --no-wait";
    project.ms(start).code(5).says("server-failed");
    project
        .argv(&[
            "confirm",
            "server-failed",
            "--as",
            "wang.fang",
            "--set",
            "what=代理挂死",
            "--set",
            "why=十分钟未开始",
        ])
        .code(0);
    project.ms("resume --as zhang.wei --yes --no-wait").code(0);

    assert_eq!(
        tables.map(|table| rest(table, "AGENT_A")),
        before,
        "done and void ones and other agents' stay"
    );
    assert!(tables.iter().all(|table| open(table) == ["0"]));
    assert_eq!(disp(&project, "select count(*) from disp_exp_cfg where agent_name = 'AGENT_A'"), ["0"]);
    let backup = disp(&project, "select name from sqlite_master where name like 'DISP_EXP_CFG_2%'");
    assert_eq!(backup.len(), 1, "{backup:?}");
    assert_eq!(disp(&project, &format!("select agent_name from {} order by cfg_id", backup[0])), cfg);
    let states =
        "select server || group_concat(distinct state) from disp_process group by server order by server";
    assert_eq!(disp(&project, states), ["ASTOPPED", "BRUNNING", "CRUNNING"]);
}

/// Runs the shift of a window that the source has told of.
fn shift(project: &Project, params: &str) -> Out {
    let start = format!("run dispatch-window.yaml --month 2026-10 --as zhang.wei --no-wait{params}");
    project.ms(&start).code(5).says("maintenance-told");
    project.ms("confirm maintenance-told --as li.na").code(0);
    project.ms("resume --as zhang.wei --yes --no-wait")
}

#[test]
fn the_maintenance_window_is_left_empty_and_nothing_else_moves() {
    let project = staged();
    let all = "select schedule_id || ' ' || start_time from disp_schedule order by schedule_id";
    let others = "select schedule_id || ' ' || start_time from disp_schedule
                  where source_name <> 'CRM' or enabled = 0 order by schedule_id";
    let inside = "select count(*) from disp_schedule where source_name = 'CRM' and enabled = 1 and start_time < '03:00'";
    let (before, still) = (disp(&project, all), disp(&project, others));
    assert_ne!(disp(&project, inside), ["0"]);
    shift(&project, "").code(0);
    assert_eq!((disp(&project, inside), disp(&project, others)), (vec!["0".to_owned()], still));
    let backup = disp(&project, "select name from sqlite_master where name like 'DISP_SCHEDULE_2%'");
    let kept = disp(&project, &all.replace("disp_schedule", &backup[0]));
    assert_eq!(kept, before, "the way back");
}

#[test]
fn a_shift_that_ends_inside_the_window_moves_nothing() {
    let project = staged();
    let all = "select schedule_id || ' ' || start_time from disp_schedule order by schedule_id";
    let before = disp(&project, all);
    shift(&project, " -p shift_minutes=60").code(4).says("window-fits");
    assert_eq!(disp(&project, all), before);
}
