//! The sandbox warehouse and the shipped flows: what they add up to, proven from the raw rows.

#[path = "common/totals.rs"]
mod totals;

use std::path::{Path, PathBuf};

use monthstart::sandbox::{self, Sandbox, SandboxError};
use monthstart::time::Month;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
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

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("runbooks")
}

fn october() -> Month {
    "2026-10".parse().unwrap()
}

/// `sql` with every `:name` outside quotes and comments replaced by its place in `names`, cut into statements.
fn statements(sql: &str, names: &[&str]) -> Vec<String> {
    let (mut done, mut text, mut rest) = (Vec::new(), String::new(), sql);
    while let Some(c) = rest.chars().next() {
        let quoted = rest[1..].find('\'').map(|end| end + 2);
        let taken = match c {
            '\'' => quoted.expect("a quote that ends"),
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            ':' => {
                rest[1..].find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(rest.len() - 1) + 1
            }
            _ => c.len_utf8(),
        };
        let (piece, after) = rest.split_at(taken);
        rest = after;
        match c {
            '-' if piece.starts_with("--") => {}
            ':' => {
                let place = names.iter().position(|n| *n == &piece[1..]);
                text.push_str(&format!("?{}", place.unwrap_or_else(|| panic!("{piece} is not bound")) + 1));
            }
            ';' => done.push(std::mem::take(&mut text)),
            _ => text.push_str(piece),
        }
    }
    done.push(text);
    done.retain(|s| !s.trim().is_empty());
    done
}

async fn connect(dir: &Path, platform: &str) -> Result<SqliteConnection, Failure> {
    let options = SqliteConnectOptions::new().filename(dir.join(format!("{platform}.db")));
    let mut conn = SqliteConnection::connect_with(&options).await?;
    let beside = dir.join(format!("{platform}_shfin.db")).to_string_lossy().into_owned();
    sqlx::query("attach database ? as SHFIN").bind(beside).execute(&mut conn).await?;
    Ok(conn)
}

/// Run one flow as the platform would: its statements in one transaction, values bound.
async fn flow(dir: &Path, platform: &str, name: &str, month: Month, batch: &str) -> Result<(), Failure> {
    let sql = std::fs::read_to_string(project().join(format!("flows/{platform}/{name}.sql")))?;
    let names = ["month", "batch", "month_first", "month_last_day", "month_previous"];
    let values = [
        month.to_string(),
        batch.to_owned(),
        month.first().to_string(),
        month.last_day().to_string(),
        month.previous().to_string(),
    ];
    let mut conn = connect(dir, platform).await?;
    let mut tx = conn.begin().await?;
    for statement in statements(&sql, &names) {
        let query = values.iter().fold(sqlx::query(AssertSqlSafe(statement)), |q, v| q.bind(v.clone()));
        query.execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn levels(dir: &Path, platform: &str, levels: &[&[&str]], batch: &str) -> Result<(), Failure> {
    for name in levels.iter().copied().flatten() {
        flow(dir, platform, name, october(), batch).await.map_err(|e| format!("{name}: {e}"))?;
    }
    Ok(())
}

async fn all_flows(sandbox: &Sandbox) -> Result<(), Failure> {
    let dir = sandbox.dir();
    levels(dir, "yt", BILL_ITEM, "202610").await?;
    levels(dir, "yt", DWD_MONTH, "202610").await?;
    sandbox.distribute_dtl4().await?;
    levels(dir, "mpp", MPP, "202610").await?;
    levels(dir, "yt", DWD_DAILY, "20261031").await
}

/// A whole month start: the moves of the outside world and every flow.
async fn month_start(dir: &Path, seed: u64) -> Result<Sandbox, Failure> {
    let sandbox = sandbox::build(dir, october(), seed).await?;
    sandbox.maintain_bill_items().await?;
    sandbox.distribute_r_vr011().await?;
    sandbox.close_books().await?;
    sandbox.redeliver_pocket().await?;
    all_flows(&sandbox).await?;
    Ok(sandbox)
}

fn sources(proofs: &[Proof]) -> Vec<(&str, i64)> {
    proofs.iter().map(|p| (p.name.as_str(), p.from_sources)).collect()
}

#[tokio::test]
async fn every_total_is_proven_from_the_raw_rows() {
    let dir = tempfile::tempdir().unwrap();
    let started = std::time::Instant::now();
    let sandbox = month_start(dir.path(), 7).await.unwrap();
    eprintln!("{:?}", started.elapsed());
    let proofs = prove(dir.path(), october()).await.unwrap();
    assert_eq!(unproven(&proofs), Vec::<&Proof>::new());
    assert!(proofs.len() > 40, "{}", proofs.len());

    all_flows(&sandbox).await.unwrap();
    let again = prove(dir.path(), october()).await.unwrap();
    assert_eq!(again, proofs, "running every flow again changes nothing");
}
