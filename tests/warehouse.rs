//! The sandbox warehouse and the shipped flows: what they add up to, proven from the raw rows.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a broken helper fails its test")]

#[path = "common/sql.rs"]
mod sql;
#[path = "common/totals/mod.rs"]
mod totals;

use std::path::{Path, PathBuf};

use monthstart::sandbox::{self, Fault, InitKind, Sandbox, SandboxError};
use monthstart::time::Month;
use regex::Regex;
use sql::{connect, run_sql};
use totals::{Failure, Proof, prove, unproven};

/// Task 2 of the month start, by level.
const BILL_ITEM: &[&[&str]] =
    &[&["DimAccItemCode"], &["DimEvtIvrNode", "DimEvtCsrSkill", "DimAccWmsNavtreemap"]];

/// Task 4, the monthly flows of the appliance, by level.
const DWD_MONTH: &[&[&str]] = &[
    &["DwdMergeBillM", "DwdMergeBillProdM", "DwdMergeBillItemM", "DwdMergeBillDtl4M"],
    &["DwdAccFinItemDtlM"],
    &[
        "DwdAccPrepaySplitedM",
        "DwdSvcGrpMemProdM",
        "DwdSvcGrpSrvAttrM",
        "DwdSvcUsrOXXtateM",
        "DwdPrtyGrpInfoM",
        "DwdAccWriteoffRecM",
        "DwdAccAdjustBusiRecDmM",
        "DwdAccPocketM",
        "DwdAccSumBillM",
        "DwdAccGrpAdjustM",
        "DwdAccGrpOweInfoM",
        "DwdAccOweM",
    ],
];

/// Task 4, the flows of the month's last day, by level.
const DWD_DAILY: &[&[&str]] = &[
    &[
        "DwdMergeRcBillDtlD",
        "DwdMergePromBillD",
        "DwdMergeSrvcDtl1D",
        "DwdMergeDailyBillD",
        "DwdMergeUsageBilltD",
        "DwdMergeBillDtl3D",
    ],
    &["DwdAccItemDtlD", "DwdAccFinItemDtlD"],
    &["DwdAccPrepaySplitedD"],
];

const MPP: &[&[&str]] = &[&["DwdMergeBillDtl4M_MPP"]];

/// Task 5, what the scheduler starts once its waiting task is passed.
const LOCALISED: &[&[&str]] = &[&["DwaLocUsrM_MPP"], &["DwaLocUsrAreaM_MPP", "DwaLocUsrProdM_MPP"]];

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("runbooks")
}

fn october() -> Month {
    "2026-10".parse().unwrap()
}

async fn flow(dir: &Path, platform: &str, name: &str, month: Month, batch: &str) -> Result<(), Failure> {
    let sql = std::fs::read_to_string(project().join(format!("flows/{platform}/{name}.sql")))?;
    run_sql(dir, platform, &sql, month, batch).await.map(drop)
}

/// Run `levels` one after another, the flows of each side by side.
async fn levels(
    dir: &Path,
    platform: &'static str,
    levels: &[&[&'static str]],
    batch: &'static str,
) -> Result<(), Failure> {
    for level in levels {
        let mut running = tokio::task::JoinSet::new();
        for &name in *level {
            let dir = dir.to_owned();
            running.spawn(async move {
                let done = flow(&dir, platform, name, october(), batch).await;
                done.map_err(|e| format!("{name}: {e}"))
            });
        }
        while let Some(done) = running.join_next().await {
            done??;
        }
    }
    Ok(())
}

async fn all_flows(sandbox: &Sandbox) -> Result<(), Failure> {
    let dir = sandbox.dir();
    levels(dir, "yt", BILL_ITEM, "202610").await?;
    levels(dir, "yt", DWD_MONTH, "202610").await?;
    sandbox.distribute_dtl4().await?;
    levels(dir, "mpp", MPP, "202610").await?;
    sandbox.distribute_localised().await?;
    levels(dir, "mpp", LOCALISED, "202610").await?;
    levels(dir, "yt", DWD_DAILY, "20261031").await?;
    run_sql(dir, "yt", &mark_done(), october(), "20261031").await.map(drop)
}

/// The statements of the step `mark-done`.
fn mark_done() -> String {
    let text = std::fs::read_to_string(project().join("dwd-billing.yaml")).unwrap();
    text.split_once("sql: |\n").unwrap().1.to_owned()
}

/// A new sandbox for October from seed 7 in `dir`: made once, copied for every test.
async fn fresh(dir: &Path) -> Result<Sandbox, Failure> {
    static MADE: tokio::sync::OnceCell<PathBuf> = tokio::sync::OnceCell::const_new();
    let made = MADE
        .get_or_try_init(|| async {
            let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("warehouse-of-seed-7");
            if made.exists() {
                std::fs::remove_dir_all(&made)?;
            }
            sandbox::build(&made, october(), 7).await?;
            Ok::<_, Failure>(made)
        })
        .await?;
    for file in std::fs::read_dir(made)? {
        let file = file?;
        std::fs::copy(file.path(), dir.join(file.file_name()))?;
    }
    Ok(Sandbox::open(dir, october()).await?)
}

/// A whole month start: the moves of the outside world and every flow.
async fn month_start(sandbox: Sandbox) -> Result<Sandbox, Failure> {
    sandbox.maintain_bill_items().await?;
    sandbox.distribute_r_vr011().await?;
    sandbox.close_books().await?;
    sandbox.redeliver_pocket().await?;
    sandbox.generate_localised().await?;
    all_flows(&sandbox).await?;
    Ok(sandbox)
}

#[tokio::test]
async fn every_total_is_proven_from_the_raw_rows() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = month_start(fresh(dir.path()).await.unwrap()).await.unwrap();
    let proofs = prove(dir.path(), october()).await.unwrap();
    assert_eq!(unproven(&proofs), Vec::<&Proof>::new());
    assert!(proofs.len() > 40, "{}", proofs.len());

    all_flows(&sandbox).await.unwrap();
    let again = prove(dir.path(), october()).await.unwrap();
    assert_eq!(again, proofs, "running every flow again changes nothing");
}

#[tokio::test]
async fn the_same_seed_gives_the_same_books_and_another_seed_others() {
    let dirs = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let sandboxes = [
        fresh(dirs[0].path()).await.unwrap(),
        sandbox::build(dirs[1].path(), october(), 7).await.unwrap(),
        sandbox::build(dirs[2].path(), october(), 8).await.unwrap(),
    ];
    let mut found = Vec::new();
    for sandbox in sandboxes {
        let sandbox = month_start(sandbox).await.unwrap();
        let proofs = prove(sandbox.dir(), october()).await.unwrap();
        assert_eq!(unproven(&proofs), Vec::<&Proof>::new(), "seed {}", sandbox.seed());
        found.push(proofs);
    }
    assert_eq!(found[0], found[1]);
    let other = |p: &&Proof| found[2].iter().any(|q| q.name == p.name && q.from_sources != p.from_sources);
    assert!(found[0].iter().filter(other).count() > 35);
}

#[tokio::test]
async fn a_new_sandbox_knows_twelve_months_but_not_its_own() {
    let dir = tempfile::tempdir().unwrap();
    fresh(dir.path()).await.unwrap();
    let sql = "select count(*) from (select month from dwd_acc_sum_bill_m_check group by month having count(*) = 13)";
    assert_eq!(run_sql(dir.path(), "yt", sql, october(), "").await.unwrap(), Some(12));
    for table in ["dwd_merge_bill_m", "dim_acc_item_code", "bill_025"] {
        let sql = format!("select count(*) from {table} where month = :month");
        assert_eq!(run_sql(dir.path(), "yt", &sql, october(), "").await.unwrap(), Some(0), "{table}");
    }

    let again = sandbox::build(dir.path(), october(), 7).await;
    assert!(matches!(again, Err(SandboxError::Exists(_))), "{again:?}");
    let opened = Sandbox::open(dir.path(), october()).await.unwrap();
    assert_eq!((opened.seed(), opened.month()), (7, october()));
    let other = Sandbox::open(dir.path(), october().next()).await;
    assert!(matches!(other, Err(SandboxError::OtherMonth { .. })), "{other:?}");
    let none = Sandbox::open(&dir.path().join("nowhere"), october()).await;
    assert!(matches!(none, Err(SandboxError::NotASandbox(_))), "{none:?}");
}

#[tokio::test]
async fn an_interrupted_making_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("yt.db"), "half a file").unwrap();
    assert!(matches!(Sandbox::open(dir.path(), october()).await, Err(SandboxError::NotASandbox(_))));
    let made = sandbox::build(dir.path(), october(), u64::MAX).await.unwrap();
    assert_eq!(made.seed(), Sandbox::open(dir.path(), october()).await.unwrap().seed());
}

#[tokio::test]
async fn main_plans_are_proven_with_every_localitys_adjustments() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = fresh(dir.path()).await.unwrap();
    let plans = sandbox.maintain_main_plans().await.unwrap();
    assert!(plans >= 24);
    assert_eq!(sandbox.distribute_main_plans().await.unwrap(), plans);
    assert_eq!(sandbox.distribute_main_plans().await.unwrap(), 0);
    let sql = std::fs::read_to_string(project().join("sql/dim_main_plan.sql")).unwrap();
    for _ in 0..2 {
        run_sql(dir.path(), "yt", &sql, october(), "202610").await.unwrap();
        let proofs = prove(dir.path(), october()).await.unwrap();
        assert_eq!((unproven(&proofs), proofs.len()), (Vec::<&Proof>::new(), 5));
    }
}

#[tokio::test]
async fn every_interface_of_simulated_billing_is_proven() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = fresh(dir.path()).await.unwrap();
    let both =
        tokio::join!(sandbox.init_interfaces(InitKind::Regular), sandbox.init_interfaces(InitKind::Iot));
    assert!(both.0.unwrap() > 2_000 && both.1.unwrap() > 200);
    let proofs = prove(dir.path(), october()).await.unwrap();
    assert_eq!((unproven(&proofs), proofs.len()), (Vec::<&Proof>::new(), 2 * (29 + 17) + 1));
}

#[tokio::test]
async fn localities_send_their_files_faulty_or_right() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = fresh(dir.path()).await.unwrap();
    let file = dir.path().join("in/202610/宿迁.csv");
    let stations = sandbox.send_stations("宿迁", Fault::Doubled).await.unwrap();
    let faulty = std::fs::read(&file).unwrap();
    assert_eq!(sandbox.send_stations("宿迁", Fault::None).await.unwrap(), stations);
    let right = std::fs::read(&file).unwrap();
    assert!(faulty.len() > right.len());
    assert_eq!(right.split(|byte| *byte == b'\n').count() as u64, stations + 2);
    let sql = "select count(*) from (select month from dim_station group by month having count(distinct city) = 13)";
    assert_eq!(
        run_sql(dir.path(), "yt", sql, october(), "").await.unwrap(),
        Some(12),
        "a year to compare with"
    );
}

/// The dictionary's rows about `name`: how many, and when it was last delivered.
async fn dictionary(dir: &Path, name: &str) -> Vec<String> {
    let mut conn = connect(dir, "yt").await.unwrap();
    sqlx::query_scalar("select last_ddl_time from all_objects where object_name like ?")
        .bind(format!("%{name}%"))
        .fetch_all(&mut conn)
        .await
        .unwrap()
}

#[tokio::test]
async fn moves_bring_their_rows_once() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = fresh(dir.path()).await.unwrap();
    let before = dictionary(dir.path(), "RPT_VR011").await;
    assert_eq!(before, ["2026-10-01T00:30:00Z"], "last month's table is there");
    assert_eq!(sandbox.distribute_r_vr011().await.unwrap(), 0, "nothing new to bring yet");
    assert_eq!(dictionary(dir.path(), "RPT_VR011").await, before);

    let items = sandbox.maintain_bill_items().await.unwrap();
    assert!(items >= 40);
    assert_eq!(sandbox.distribute_r_vr011().await.unwrap(), items);
    assert_ne!(dictionary(dir.path(), "RPT_VR011").await, before);
    assert_eq!(sandbox.maintain_bill_items().await.unwrap(), 0);
    assert_eq!(sandbox.distribute_r_vr011().await.unwrap(), 0);

    assert!(sandbox.close_books().await.unwrap() > 900);
    assert_eq!(sandbox.close_books().await.unwrap(), 0);
    assert_eq!(sandbox.distribute_dtl4().await.unwrap(), 0, "not merged yet");
    flow(dir.path(), "yt", "DwdMergeBillDtl4M", october(), "202610").await.unwrap();
    assert!(sandbox.distribute_dtl4().await.unwrap() > 2_000);
    assert_eq!(sandbox.distribute_dtl4().await.unwrap(), 0);

    assert_eq!(sandbox.distribute_localised().await.unwrap(), 0, "the customer has not made it");
    assert_eq!(sandbox.generate_localised().await.unwrap(), 1_000);
    assert_eq!(sandbox.generate_localised().await.unwrap(), 0);
    assert_eq!(sandbox.distribute_localised().await.unwrap(), 1_000);
    assert_eq!(sandbox.distribute_localised().await.unwrap(), 0);

    assert!(dictionary(dir.path(), "POCKET").await.iter().all(|at| at.starts_with("2026-10-01")));
    let failed = flow(dir.path(), "yt", "DwdAccPocketM", october(), "202610").await.unwrap_err();
    assert!(failed.to_string().contains("no such table: pocket"), "{failed}");
    assert!(sandbox.redeliver_pocket().await.unwrap() > 500);
    assert_eq!(sandbox.redeliver_pocket().await.unwrap(), 0);
    flow(dir.path(), "yt", "DwdAccPocketM", october(), "202610").await.unwrap();
}

/// A value check of a shipped runbook: its step, connection, SQL and what is expected.
struct Check {
    step: String,
    connection: String,
    sql: String,
    expect: String,
}

fn shipped_checks() -> Vec<Check> {
    let item = Regex::new(r#"\{sql: (?:"([^"]+)"|\{file: ([^}]+)\}), expect: "([^"{]+)"\}"#).unwrap();
    let mut checks = Vec::new();
    for file in ["bill-item.yaml", "main-plan.yaml", "dwd-billing.yaml", "billing-rehearsal.yaml"] {
        let text = std::fs::read_to_string(project().join(file)).unwrap();
        let (mut step, mut connection) = (String::new(), String::new());
        for line in text.lines() {
            if let Some((_, name)) = line.split_once("- name: ") {
                (step, connection) = (name.to_owned(), "yt".to_owned());
            } else if let Some((_, name)) = line.split_once("connection: ") {
                name.clone_into(&mut connection);
            } else if let Some(found) = item.captures(line) {
                let sql = found.get(1).map_or_else(
                    || std::fs::read_to_string(project().join(&found[2])).unwrap(),
                    |text| text.as_str().to_owned(),
                );
                let (step, connection, expect) = (step.clone(), connection.clone(), found[3].to_owned());
                checks.push(Check { step, connection, sql, expect });
            }
        }
    }
    checks
}

/// The steps of the shipped runbooks whose checks do not all hold.
async fn unmet(dir: &Path) -> Vec<String> {
    let mut steps = Vec::new();
    for check in shipped_checks() {
        let batch = if check.step.starts_with("daily") { "20261031" } else { "202610" };
        let found = run_sql(dir, &check.connection, &check.sql, october(), batch).await;
        let found = found.unwrap_or_else(|e| panic!("{}: {e}", check.step));
        let words: Vec<&str> = check.expect.split(' ').collect();
        let number = |at: usize| words[at].parse::<i64>().unwrap();
        let met = found.is_some_and(|found| match words[0] {
            "=" => found == number(1),
            ">" => found > number(1),
            "between" => (number(1)..=number(3)).contains(&found),
            other => panic!("{other}"),
        });
        if !met && steps.last() != Some(&check.step) {
            steps.push(check.step);
        }
    }
    steps
}

#[tokio::test]
async fn the_runbooks_checks_hold_when_their_work_is_done_and_not_before() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = fresh(dir.path()).await.unwrap();
    let ready = [
        "rpt_vr011-arrived",
        "dims-loaded",
        "plans-arrived",
        "main-plan-complete",
        "bills-on-yt",
        "bills-on-bill24",
    ];
    let done = [
        "dtl4-distributed",
        "totals-agree",
        "mpp-complete",
        "daily-totals-agree",
        "interfaces-done",
        "extract-complete",
    ];
    assert_eq!(unmet(dir.path()).await, [ready, done].concat());
    sandbox.maintain_bill_items().await.unwrap();
    assert_eq!(unmet(dir.path()).await, [ready, done].concat(), "maintained is not distributed");
    sandbox.distribute_r_vr011().await.unwrap();
    assert_eq!(unmet(dir.path()).await, [&ready[1..], &done].concat());
    sandbox.maintain_main_plans().await.unwrap();
    assert_eq!(unmet(dir.path()).await, [&ready[1..], &done].concat(), "maintained is not distributed");
    sandbox.distribute_main_plans().await.unwrap();
    sandbox.close_books().await.unwrap();
    assert_eq!(unmet(dir.path()).await, [&["dims-loaded", "main-plan-complete"], &done[..]].concat());
    let update = std::fs::read_to_string(project().join("sql/dim_main_plan.sql")).unwrap();
    run_sql(dir.path(), "yt", &update, october(), "202610").await.unwrap();
    assert_eq!(unmet(dir.path()).await, [&["dims-loaded"], &done[..]].concat());
    for kind in [InitKind::Regular, InitKind::Iot] {
        sandbox.init_interfaces(kind).await.unwrap();
    }
    assert_eq!(unmet(dir.path()).await, [&["dims-loaded"], &done[..4]].concat());
    sandbox.redeliver_pocket().await.unwrap();
    all_flows(&sandbox).await.unwrap();
    assert_eq!(unmet(dir.path()).await, Vec::<String>::new());
}

#[test]
fn every_program_of_the_plan_is_in_the_runbooks_once_and_has_its_sql() {
    let mut planned: Vec<&str> = [BILL_ITEM, DWD_MONTH, DWD_DAILY, MPP, LOCALISED].concat().concat();
    planned.sort_unstable();

    let program = Regex::new(r"(?m)^ +- (?:\{flow: |follow: )?((?:Dim|Dwd|Dwa)\w+)").unwrap();
    let texts = ["bill-item.yaml", "dwd-billing.yaml", "localised.yaml"]
        .map(|f| std::fs::read_to_string(project().join(f)).unwrap());
    let mut written: Vec<&str> =
        texts.iter().flat_map(|t| program.captures_iter(t)).map(|c| c.get(1).unwrap().as_str()).collect();
    written.sort_unstable();
    assert_eq!(written, planned);

    let mut files: Vec<String> = ["yt", "mpp"]
        .iter()
        .flat_map(|platform| std::fs::read_dir(project().join("flows").join(platform)).unwrap())
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    files.sort_unstable();
    assert_eq!(files, planned);
}
