//! The flows of the month's last day.

use std::collections::BTreeMap;

use super::{AREA, CHARGES, Failure, Prover, by_first};

impl Prover {
    pub(super) async fn daily(&mut self) -> Result<(), Failure> {
        for (source, amount, table) in [
            ("rc_bill_dtl", "amount", "dwd_merge_rc_bill_dtl_d"),
            ("prom_bill", "amount", "dwd_merge_prom_bill_d"),
            ("srvc_dtl1", "call_seconds", "dwd_merge_srvc_dtl1_d"),
            ("daily_bill", "amount", "dwd_merge_daily_bill_d"),
            ("usage_bill", "amount", "dwd_merge_usage_billt_d"),
            ("bill_dtl3", "amount", "dwd_merge_bill_dtl3_d"),
        ] {
            let raw = self.parts(source, &format!("usr_id, 0, 0, {amount}")).await?;
            let name = format!("{source} of the day");
            self.expect_by(&name, &by_first(&raw), ("usr_id", amount), table).await?;
            let raw = self.parts(source, &format!("AREA, 0, 0, {amount}")).await?;
            self.expect_by(&format!("{name} by locality"), &by_first(&raw), (AREA, amount), table).await?;
        }
        let mut items = BTreeMap::new();
        for (source, sign) in CHARGES {
            for (acct, item, _, amount) in self.parts(source, "acct_id, item_code, 0, amount").await? {
                *items.entry(acct * 31 + item).or_insert(0) += sign * amount;
            }
        }
        let (by, table) = (("(acct_id * 31 + item_code)", "amount"), "dwd_acc_item_dtl_d");
        self.expect_by("rents and usage less promotions", &items, by, table).await?;
        let third = self.parts("bill_dtl3", "acct_id, 0, 0, amount").await?;
        let (by, table) = (("acct_id", "amount"), "dwd_acc_fin_item_dtl_d");
        self.expect_by("third-level details by account", &by_first(&third), by, table).await
    }
}
