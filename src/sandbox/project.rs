//! The shipped project, `runbooks/`, as it stands in this program: for a demo where there is no checkout.

macro_rules! files {
    ($($path:literal),+ $(,)?) => { &[$(($path, include_str!(concat!("../../runbooks/", $path)))),+] };
}

/// Every file of the project: its path in it and its text.
pub const FILES: &[(&str, &str)] = files![
    "base-station.yaml",
    "bill-item.yaml",
    "billing-rehearsal.yaml",
    "bin/month_init.sh",
    "bin/dacp",
    "bin/dsDispatch.sh",
    "bin/dsExpCtl.sh",
    "bin/dsImpCtl.sh",
    "checks/bill24_unlike_close.sql",
    "checks/bills_unlike_control.sql",
    "checks/daily_items_unlike_parts.sql",
    "checks/daily_prepay_unlike_source.sql",
    "checks/draft_against_last_month.sql",
    "checks/dtl4_incomplete.sql",
    "checks/extract_unlike_control.sql",
    "checks/extract_unlike_draft.sql",
    "checks/item_codes_missing.sql",
    "checks/main_plan_rows_unlike.sql",
    "checks/main_plan_unadjusted.sql",
    "checks/main_plan_unflagged.sql",
    "checks/localised_unlike_source.sql",
    "checks/merged_unlike_control.sql",
    "checks/rpt_vr011_incomplete.sql",
    "checks/show_extract.sql",
    "checks/show_main_plan.sql",
    "checks/show_stations.sql",
    "checks/show_sum_bill.sql",
    "checks/stations_doubled.sql",
    "checks/stations_misplaced.sql",
    "checks/stations_unlike_last_month.sql",
    "checks/users_without_plan.sql",
    "disp/failover_before.sql",
    "disp/show_agents.sql",
    "disp/show_hours.sql",
    "disp/show_processes.sql",
    "disp/show_window.sql",
    "disp/window_before.sql",
    "dispatch-window.yaml",
    "distribution-failover.yaml",
    "dwd-billing.yaml",
    "flows/mpp/DwaLocUsrAreaM_MPP.sql",
    "flows/mpp/DwaLocUsrM_MPP.sql",
    "flows/mpp/DwaLocUsrProdM_MPP.sql",
    "flows/mpp/DwdMergeBillDtl4M_MPP.sql",
    "flows/yt/DimAccItemCode.sql",
    "flows/yt/DimAccWmsNavtreemap.sql",
    "flows/yt/DimEvtCsrSkill.sql",
    "flows/yt/DimEvtIvrNode.sql",
    "flows/yt/DwdAccAdjustBusiRecDmM.sql",
    "flows/yt/DwdAccFinItemDtlD.sql",
    "flows/yt/DwdAccFinItemDtlM.sql",
    "flows/yt/DwdAccGrpAdjustM.sql",
    "flows/yt/DwdAccGrpOweInfoM.sql",
    "flows/yt/DwdAccItemDtlD.sql",
    "flows/yt/DwdAccOweM.sql",
    "flows/yt/DwdAccPocketM.sql",
    "flows/yt/DwdAccPrepaySplitedD.sql",
    "flows/yt/DwdAccPrepaySplitedM.sql",
    "flows/yt/DwdAccSumBillM.sql",
    "flows/yt/DwdAccWriteoffRecM.sql",
    "flows/yt/DwdMergeBillDtl3D.sql",
    "flows/yt/DwdMergeBillDtl4M.sql",
    "flows/yt/DwdMergeBillItemM.sql",
    "flows/yt/DwdMergeBillM.sql",
    "flows/yt/DwdMergeBillProdM.sql",
    "flows/yt/DwdMergeDailyBillD.sql",
    "flows/yt/DwdMergePromBillD.sql",
    "flows/yt/DwdMergeRcBillDtlD.sql",
    "flows/yt/DwdMergeSrvcDtl1D.sql",
    "flows/yt/DwdMergeUsageBilltD.sql",
    "flows/yt/DwdPrtyGrpInfoM.sql",
    "flows/yt/DwdSvcGrpMemProdM.sql",
    "flows/yt/DwdSvcGrpSrvAttrM.sql",
    "flows/yt/DwdSvcUsrOXXtateM.sql",
    "main-plan.yaml",
    "localised.yaml",
    "month-start.yaml",
    "monthstart.yaml",
    "roster.yaml",
    "sql/dim_main_plan.sql",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true if path.ends_with(".monthstart") => {}
                true => files_below(&path, found),
                false => found.push(path),
            }
        }
    }

    #[test]
    fn nothing_of_the_project_is_left_out() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("runbooks");
        let mut found = Vec::new();
        files_below(&root, &mut found);
        let there: BTreeSet<&str> =
            found.iter().map(|path| path.strip_prefix(&root).unwrap().to_str().unwrap()).collect();
        let listed: BTreeSet<&str> = super::FILES.iter().map(|(path, _)| *path).collect();
        assert_eq!(there, listed);
    }
}
