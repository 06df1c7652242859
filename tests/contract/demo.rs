//! The demonstration, as the README tells people to start it: by itself, and with an operator at the terminal.

use crate::harness::{Live, PATIENCE, Project, poll};
use crate::totals;
use serde_json::Value;
use std::time::Duration;

const POCKET: &str = "dwd-month/DwdAccPocketM";
const CLOSED: &str = "dwd-month/month-closed";

fn empty() -> Project {
    let project = Project::new();
    std::fs::remove_file(project.path("monthstart.yaml")).unwrap();
    project
}

fn status(project: &Project) -> Value {
    project.ms("-C stage status --json").code(0).json()
}

fn find<'a>(status: &'a Value, list: &str, path: &str) -> &'a Value {
    status[list].as_array().unwrap().iter().find(|item| item["path"] == path).unwrap()
}

#[tokio::test]
async fn by_itself_it_ends_green_with_books_that_are_right() {
    let project = empty();
    project.spawn("demo --yes stage").finish(Duration::from_mins(3)).code(0).says("month-start/");
    let status = status(&project);
    assert_eq!(status["run"]["status"], "succeeded");
    assert_eq!(find(&status, "steps", POCKET)["attempt"], 3, "it failed twice and was had repaired");
    for city in ["宿迁", "淮安"] {
        let load = format!("base-station/load-{city}");
        assert_eq!(find(&status, "steps", &load)["attempt"], 2, "{city} sent its file again");
    }
    let told = &find(&status, "gates", "bill-item/told")["decisions"][0];
    assert_eq!((&told["by"], &told["played"]), (&Value::from("li.na"), &Value::from(true)), "{told}");
    let letters = std::fs::read_dir(project.path("stage/.monthstart/mail")).unwrap().count();
    assert_eq!(letters, 7, "one a stage, and one to those who come after the base stations");
    let month = status["run"]["month"].as_str().unwrap().parse().unwrap();
    let proofs = totals::prove(&project.path("stage/.monthstart/sandbox"), month).await.unwrap();
    assert!(proofs.len() > 30);
    let unproven = totals::unproven(&proofs);
    assert!(unproven.is_empty(), "{unproven:#?}");
}

#[tokio::test]
async fn simulated_billing_runs_in_the_background_and_is_complete() {
    let project = empty();
    let line = "demo --yes stage --month 2026-10 --runbook billing-rehearsal.yaml";
    project.spawn(line).finish(Duration::from_mins(3)).code(0).says("billing-rehearsal/2026-10");
    let now = status(&project);
    assert_eq!(now["run"]["status"], "succeeded");
    let dir = project.path("stage/.monthstart/sandbox");
    let proofs = totals::prove(&dir, "2026-10".parse().unwrap()).await.unwrap();
    assert_eq!((totals::unproven(&proofs), proofs.len()), (vec![], 2 * (29 + 17) + 1));
}

/// Types, and says whether what was wanted came of it.
fn answer(project: &Project, live: &mut Live, keys: &[&str], done: impl Fn(&Value) -> bool) -> bool {
    for key in keys {
        live.types(key);
    }
    poll(Duration::from_secs(4), || done(&status(project)).then_some(())).is_some()
}

#[test]
fn an_operator_goes_through_it_at_the_terminal() {
    let project = empty().env("LANG", "zh_CN.UTF-8");
    let mut live = project.terminal("demo stage");
    live.shows("dwd-month/books-closed");
    let finished = poll(Duration::from_mins(2), || {
        let now = status(&project);
        let open = |now: &Value, path: &str| find(now, "gates", path)["status"] == "open";
        if find(&now, "steps", POCKET)["status"] == "failed" {
            let repaired = |now: &Value| find(now, "steps", POCKET)["status"] == "succeeded";
            answer(&project, &mut live, &["r", "\r"], repaired);
        }
        if open(&now, CLOSED) {
            answer(&project, &mut live, &["y", "\r", "\r"], |now| !open(now, CLOSED));
        }
        (now["run"]["status"] == "succeeded").then_some(())
    });
    assert!(finished.is_some(), "{}", live.printed());
    let out = live.finish(PATIENCE).code(0).says("已完成");
    assert!(out.all().contains("DWD月流程数据核对无误?"), "{out}");
    let decided = status(&project);
    let closed = &find(&decided, "gates", CLOSED)["decisions"][0];
    assert_eq!((&closed["by"], &closed["in_advance"]), (&Value::from("zhang.wei"), &Value::from(false)));
}
