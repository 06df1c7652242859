//! The shipped runbooks on the sandbox, one by one, the outside world played by hand.

use crate::harness::{Live, Out, PATIENCE, Project, poll, sqlite};
use crate::scheduler::staged;
use std::time::Duration;

/// Starts a shipped runbook beside the test, as zhang.wei, who is a lead.
fn starts(project: &Project, runbook: &str) -> Live {
    project.spawn(&format!("run {runbook}.yaml --month 2026-10 --as zhang.wei --progress plain"))
}

/// Waits until the gate asks.
#[track_caller]
fn asked(project: &Project, gate: &str) {
    let open = || {
        // 2: the run is still to be made.
        let gates = project.ms("gates --json").one_of(&[0, 2]);
        let gates = (gates.code == 0).then(|| gates.json())?;
        let open = gates.as_array()?.iter().any(|it| it["path"] == gate && it["status"] == "open");
        open.then_some(())
    };
    assert!(
        poll(Duration::from_secs(30), open).is_some(),
        "{gate} is not asked: {}",
        project.ms("status").all()
    );
}

/// Numbers of a query on one of the sandbox's databases.
fn numbers(project: &Project, database: &str, query: &str) -> Vec<String> {
    let texts = format!("with asked (value) as ({query}) select cast(value as text) from asked");
    sqlite::column(&project.path(&format!(".monthstart/sandbox/{database}.db")), &texts)
}

/// How the scheduler's tasks stand: what is in state and how often they began.
fn tasks(project: &Project, like: &str) -> Vec<String> {
    let begun = "((length(log) - length(replace(log, '开始', ''))) / 2)";
    let query = format!(
        "select flow || ' ' || state || ' ' || {begun} from task where flow like '{like}' order by id"
    );
    numbers(project, "dacp", &query)
}

#[test]
fn bill_items_are_redone_downstream_when_they_have_come_after_the_word() {
    let project = staged();
    let live = starts(&project, "bill-item");
    asked(&project, "bill-item/told");
    // What arrived before the word does not count: it is last month's, or half of it.
    project.ms("sandbox move maintain-bill-items").code(0);
    project.ms("confirm told --as li.na --set who=周经理 --set channel=mail").code(0);
    project.ms("sandbox move distribute-bill-items").code(0);
    let review = "bill-item/dims-loaded#review";
    asked(&project, review);
    assert_eq!(
        tasks(&project, "Dim%"),
        [
            "DimAccItemCode SUCCESS 2",
            "DimEvtIvrNode SUCCESS 2",
            "DimEvtCsrSkill SUCCESS 2",
            "DimAccWmsNavtreemap SUCCESS 2"
        ],
        "each ran once more, none was submitted anew"
    );
    project.ms(&format!("confirm {review} --as zhang.wei")).code(6);
    for person in ["wang.fang", "li.na"] {
        project.ms(&format!("confirm {review} --as {person}")).code(0);
    }
    live.finish(PATIENCE).code(0);
}

#[test]
fn the_localised_table_is_proven_before_the_task_is_passed() {
    let project = staged();
    let live = starts(&project, "localised");
    asked(&project, "localised/told");
    project.ms("sandbox move generate-localised").code(0).says("1000");
    project.ms("confirm told --as li.na --set who=周经理 --set channel=mail").code(0);
    assert_eq!(tasks(&project, "EvtLocUsrM_MPP"), ["EvtLocUsrM_MPP WAIT 0"], "nothing has arrived yet");
    project.ms("sandbox move distribute-localised").code(0).says("1000");
    live.finish(PATIENCE).code(0);
    assert_eq!(
        tasks(&project, "%Loc%"),
        [
            "EvtLocUsrM_MPP PASSED 0",
            "DwaLocUsrM_MPP SUCCESS 1",
            "DwaLocUsrAreaM_MPP SUCCESS 1",
            "DwaLocUsrProdM_MPP SUCCESS 1"
        ]
    );
    let rows = "select count(*) from dwa_loc_usr_m where month = '2026-10'";
    assert_eq!(numbers(&project, "mpp", rows), ["1000"]);
}

/// The same on the distribution platform.
fn disp(project: &Project, query: &str) -> Vec<String> {
    numbers(project, "disp", query)
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
