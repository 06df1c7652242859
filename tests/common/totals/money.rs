//! Bills, their sums, prepayments and debts.

use std::collections::{BTreeMap, HashMap};

use super::{AREA, AREAS, CHARGES, Failure, Prover, Row, by_first, one, rows, total};

impl Prover {
    pub(super) async fn merged(&mut self) -> Result<(), Failure> {
        let month = self.month.to_string();
        for area in AREAS {
            let sql = format!("select bill_id, 0, 0, amount from bill_{area} where month = ?");
            let raw = rows(&mut self.yt, &sql, &month).await?;
            let sql =
                format!("select sum(amount) from dwd_merge_bill_m where area_code = '{area}' and month = ?");
            let found = one(&mut self.yt, &sql, &month).await?;
            self.put(&format!("bills of {area}"), total(&raw), found);
        }
        let closed =
            rows(&mut self.bill24, "select bill_id, 0, 0, amount from bill where month = ?", &month).await?;
        self.expect("bills, as database 24 has them", total(&closed), "amount", "dwd_merge_bill_m").await?;
        for (source, table) in [
            ("bill", "dwd_merge_bill_m"),
            ("bill_prod", "dwd_merge_bill_prod_m"),
            ("bill_item", "dwd_merge_bill_item_m"),
            ("bill_dtl4", "dwd_merge_bill_dtl4_m"),
        ] {
            let raw = self.parts(source, "bill_id, 0, 0, amount").await?;
            let name = format!("{source} by bill");
            self.expect_by(&name, &by_first(&raw), ("bill_id", "amount"), table).await?;
            let raw = self.parts(source, "AREA, 0, 0, amount").await?;
            self.expect_by(&format!("{source} by locality"), &by_first(&raw), (AREA, "amount"), table)
                .await?;
        }
        let raw = self.parts("bill_dtl4", "bill_id, 0, 0, amount").await?;
        for table in ["dwd_merge_bill_dtl4_m", "dwd_merge_bill_dtl4_m_check"] {
            let sql = format!("select coalesce(sum(amount), 0) from {table} where month = ?");
            let found = one(&mut self.mpp, &sql, &month).await?;
            self.put(&format!("{table} on mpp"), total(&raw), found);
        }
        Ok(())
    }

    /// Finance items, and each account's bill as the sum of its items less its adjustments.
    pub(super) async fn sums(&mut self) -> Result<(), Failure> {
        let bills = self.parts("bill", "bill_id, acct_id, 0, amount").await?;
        let account: HashMap<i64, i64> = bills.iter().map(|b| (b.0, b.1)).collect();
        let sql = "select item_code, cast(substr(fin_item_code, 2) as integer), 0, 1 from fin_item_map where ? <> ''";
        let finance: HashMap<i64, i64> = self.source(sql).await?.iter().map(|f| (f.0, f.1)).collect();
        let items = self.parts("bill_item", "bill_id, item_code, 0, amount").await?;
        let (mut by_finance, mut by_account) = (BTreeMap::new(), BTreeMap::new());
        for (bill, item, _, amount) in items {
            let acct = account.get(&bill).ok_or("an item without its bill")?;
            let fin = finance.get(&item).ok_or("an item that finance does not know")?;
            *by_finance.entry(fin * 7 + acct).or_insert(0) += amount;
            *by_account.entry(*acct).or_insert(0) += amount;
        }
        let key = "(cast(substr(fin_item_code, 2) as integer) * 7 + acct_id)";
        let table = "dwd_acc_fin_item_dtl_m";
        self.expect_by("finance items by account", &by_finance, (key, "amount"), table).await?;
        let adjusted =
            self.source("select acct_id, 0, 0, amount from adjust_busi_rec where month = ?").await?;
        for (acct, amount) in by_first(&adjusted) {
            *by_account.entry(acct).or_insert(0) -= amount;
        }
        let items = total(&bills);
        self.expect("items of accounts", items, "item_amount", "dwd_acc_sum_bill_m").await?;
        self.expect("items of accounts, checked", items, "item_amount", "dwd_acc_sum_bill_m_check").await?;
        let less = total(&adjusted);
        self.expect("less adjustments", less, "adjust_amount", "dwd_acc_sum_bill_m").await?;
        self.expect("less adjustments, checked", less, "adjust_amount", "dwd_acc_sum_bill_m_check").await?;
        let sum = by_account.values().sum();
        self.expect("the month, marked done", sum, "sum_amount", "dwd_month_done").await?;
        self.expect("items less adjustments", sum, "sum_amount", "dwd_acc_sum_bill_m").await?;
        self.expect("items less adjustments, checked", sum, "sum_amount", "dwd_acc_sum_bill_m_check").await?;
        let (by, table) = (("acct_id", "sum_amount"), "dwd_acc_sum_bill_m");
        self.expect_by("items less adjustments by account", &by_account, by, table).await?;
        self.expect("adjustments", total(&adjusted), "amount", "dwd_acc_adjust_busi_rec_dm_m").await
    }

    /// A customer's prepayment goes to its accounts in equal parts, odd cents to the first ones.
    pub(super) async fn prepayments(&mut self) -> Result<(), Failure> {
        let mut accounts: BTreeMap<i64, Vec<(i64, i64)>> = BTreeMap::new();
        for (acct, cust, seq, _) in
            self.source("select acct_id, cust_id, acct_seq, 1 from acct where ? <> ''").await?
        {
            accounts.entry(cust).or_default().push((seq, acct));
        }
        for of_customer in accounts.values_mut() {
            of_customer.sort_unstable();
        }
        let sql = "select prepay_id, cust_id, pay_day = date(month || '-01', '+1 month', '-1 day'), amount
            from prepay where month = ?";
        let paid = self.source(sql).await?;
        let last_day: Vec<Row> = paid.iter().copied().filter(|p| p.2 == 1).collect();
        let billed = by_first(&self.parts("bill", "acct_id, 0, 0, amount").await?);
        let mut charged = BTreeMap::new();
        for (source, sign) in CHARGES {
            for (acct, _, _, amount) in self.parts(source, "acct_id, 0, 0, amount").await? {
                *charged.entry(acct).or_insert(0) += sign * amount;
            }
        }
        for (name, raw, beside, column, table) in [
            ("prepayments", &paid, &billed, "billed_amount", "dwd_acc_prepay_splited_m"),
            (
                "prepayments of the last day",
                &last_day,
                &charged,
                "charged_amount",
                "dwd_acc_prepay_splited_d",
            ),
        ] {
            let (mut shares, mut due) = (BTreeMap::new(), 0);
            for (_, cust, _, amount) in raw {
                let among = accounts.get(cust).ok_or("a customer without accounts")?;
                let count = i64::try_from(among.len())?;
                for (nth, (_, acct)) in (0..).zip(among) {
                    *shares.entry(*acct).or_insert(0) += amount / count + i64::from(nth < amount % count);
                    due += beside.get(acct).copied().unwrap_or(0);
                }
            }
            self.expect(name, total(raw), "amount", table).await?;
            self.expect(&format!("{column} beside {name}"), due, column, table).await?;
            self.expect_by(&format!("{name} by account"), &shares, ("acct_id", "amount"), table).await?;
        }
        Ok(())
    }

    /// What was paid, and what of the bills is still owed.
    pub(super) async fn debts(&mut self) -> Result<(), Failure> {
        let sql = "select acct_id, bill_id, reversed, amount from writeoff_rec where month = ?";
        let paid: Vec<Row> = self.source(sql).await?.into_iter().filter(|w| w.2 == 0).collect();
        self.expect("write-offs", total(&paid), "amount", "dwd_acc_writeoff_rec_m").await?;
        let bills = self.parts("bill", "acct_id, usr_id, bill_id, amount").await?;
        let mut owed = by_first(&bills);
        for (acct, amount) in by_first(&paid) {
            *owed.entry(acct).or_insert(0) -= amount;
        }
        self.expect("billed", total(&bills), "billed_amount", "dwd_acc_owe_m").await?;
        self.expect("paid", total(&paid), "paid_amount", "dwd_acc_owe_m").await?;
        self.expect("owed", total(&bills) - total(&paid), "owe_amount", "dwd_acc_owe_m").await?;
        self.expect_by("owed by account", &owed, ("acct_id", "owe_amount"), "dwd_acc_owe_m").await?;

        let members: HashMap<i64, i64> = self.members().await?.iter().map(|m| (m.1, m.0)).collect();
        let mut by_group: BTreeMap<i64, i64> = BTreeMap::new();
        let mut group_of_bill = HashMap::new();
        for (_, user, bill, amount) in bills {
            if let Some(group) = members.get(&user) {
                *by_group.entry(*group).or_insert(0) += amount;
                group_of_bill.insert(bill, *group);
            }
        }
        for (_, bill, _, amount) in paid {
            if let Some(group) = group_of_bill.get(&bill) {
                *by_group.entry(*group).or_insert(0) -= amount;
            }
        }
        let table = "dwd_acc_grp_owe_info_m";
        self.expect_by("owed by groups", &by_group, ("grp_id", "owe_amount"), table).await
    }
}
