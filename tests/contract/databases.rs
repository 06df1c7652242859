//! The same runbooks with the MPP database on `PostgreSQL` and database 24 on `MariaDB`: the same books.

use crate::harness::Project;
use crate::servers::{Base, Kind, base};
use crate::totals;
use std::time::Duration;

fn empty() -> Project {
    let project = Project::new();
    std::fs::remove_file(project.path("monthstart.yaml")).unwrap();
    project
}

/// The month start by itself; its total proofs, read from where its databases stand.
async fn month_start(project: &Project, servers: Option<(&Base, &Base)>) -> Vec<totals::Proof> {
    let line = "demo --yes stage --month 2026-10";
    let out = project.spawn(line).finish(Duration::from_mins(4)).code(0);
    out.hides("s3cret");
    let places = servers.map(|(mpp, bill24)| [mpp.url(), bill24.url()]);
    let dir = project.path("stage/.monthstart/sandbox");
    totals::prove_at(&dir, "2026-10".parse().unwrap(), places.as_ref()).await.unwrap()
}

#[tokio::test]
async fn the_month_start_comes_to_the_same_totals_on_servers() {
    let files = month_start(&empty(), None).await;
    let (mpp, bill24) = (base(Kind::Postgres), base(Kind::MariaDb));
    let project = empty().env("MPP_URL", &mpp.url()).env("BILL24_URL", &bill24.url());
    let servers = month_start(&project, Some((&mpp, &bill24))).await;
    assert!(files.len() > 50, "{}", files.len());
    assert_eq!(totals::unproven(&servers), Vec::<&totals::Proof>::new());
    assert_eq!(servers, files);
    let none =
        ["mpp.db", "bill24.db"].map(|file| project.path("stage/.monthstart/sandbox").join(file).exists());
    assert_eq!(none, [false, false], "nothing stands in files beside");
    assert_ne!(bill24.ask("select count(*) from bill where month = '2026-10'"), ["0"]);
}

#[test]
fn tables_that_no_sandbox_made_are_left_alone() {
    let mpp = base(Kind::Postgres);
    mpp.ask("create table dwd_merge_bill_dtl4_m (mine int)");
    mpp.ask("insert into dwd_merge_bill_dtl4_m values (1)");
    let project = empty().env("MPP_URL", &mpp.url());
    let out = project.ms("demo --yes stage --month 2026-10").code(7);
    out.says("dwd_merge_bill_dtl4_m").hides("s3cret");
    assert_eq!(mpp.ask("select count(*) from dwd_merge_bill_dtl4_m"), ["1"]);
}
