//! The shipped flows, run over former months, so that a sandbox has a past to compare with.

use crate::time::Month;

use super::db::Db;

macro_rules! flows {
    ($platform:literal: $($name:literal),+ $(,)?) => {
        &[$(include_str!(concat!("../../runbooks/flows/", $platform, "/", $name, ".sql"))),+]
    };
}

/// The appliance's flows that are dispatched for a month, each after what it reads.
const YT_MONTHLY: &[&str] = flows!["yt":
    "DimAccItemCode", "DimEvtIvrNode", "DimEvtCsrSkill", "DimAccWmsNavtreemap",
    "DwdMergeBillM", "DwdMergeBillProdM", "DwdMergeBillItemM", "DwdMergeBillDtl4M", "DwdAccFinItemDtlM",
    "DwdAccPrepaySplitedM", "DwdSvcGrpMemProdM", "DwdSvcGrpSrvAttrM", "DwdSvcUsrOXXtateM", "DwdPrtyGrpInfoM",
    "DwdAccWriteoffRecM", "DwdAccAdjustBusiRecDmM", "DwdAccPocketM", "DwdAccSumBillM", "DwdAccGrpAdjustM",
    "DwdAccGrpOweInfoM", "DwdAccOweM",
];

/// Those dispatched for a month's last day.
const YT_DAILY: &[&str] = flows!["yt":
    "DwdMergeRcBillDtlD", "DwdMergePromBillD", "DwdMergeSrvcDtl1D", "DwdMergeDailyBillD",
    "DwdMergeUsageBilltD", "DwdMergeBillDtl3D", "DwdAccItemDtlD", "DwdAccFinItemDtlD", "DwdAccPrepaySplitedD",
];

/// The flows of the MPP database.
const MPP_MONTHLY: &[&str] = flows!["mpp":
    "DwdMergeBillDtl4M_MPP", "DwaLocUsrM_MPP", "DwaLocUsrAreaM_MPP", "DwaLocUsrProdM_MPP",
];

/// What the main plan's runbook does on the appliance.
const MAIN_PLAN: &str = include_str!("../../runbooks/sql/dim_main_plan.sql");

/// All of the appliance's flows for a former `month`.
pub(super) async fn run_yt(db: &mut Db, month: Month) -> Result<(), sqlx::Error> {
    let day = month.last_day().strftime("%Y%m%d").to_string();
    run(db, YT_MONTHLY, month, &month.compact()).await?;
    run(db, &[MAIN_PLAN], month, &month.compact()).await?;
    run(db, YT_DAILY, month, &day).await
}

/// The MPP database's flows for a former `month`.
pub(super) async fn run_mpp(db: &mut Db, month: Month) -> Result<(), sqlx::Error> {
    run(db, MPP_MONTHLY, month, &month.compact()).await
}

async fn run(db: &mut Db, flows: &[&str], month: Month, batch: &str) -> Result<(), sqlx::Error> {
    for flow in flows {
        db.run(with_values(flow, month, batch)).await?;
    }
    Ok(())
}

/// The SQL of a program with its values. They are months and dates, and a batch of digits: never a person's text.
pub(super) fn with_values(text: &str, month: Month, batch: &str) -> String {
    // Longer names first: `:month` begins the others.
    let values = [
        (":month_last_day", month.last_day().to_string()),
        (":month_previous", month.previous().to_string()),
        (":month_first", month.first().to_string()),
        (":month", month.to_string()),
        (":batch", batch.to_owned()),
    ];
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, &format!("'{value}'")))
}
