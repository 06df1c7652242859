//! The demonstration, as the README tells people to start it: by itself. With an operator at the terminal: `operator.rs`.

use crate::harness::Project;
use crate::totals;
use serde_json::Value;
use std::time::Duration;

const POCKET: &str = "dwd-month/DwdAccPocketM";

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
