//! A second opinion on the sandbox's warehouse: its totals computed here from the raw rows that billing and customer
//! delivered, beside the same totals in the tables that the flows made. Include it with `#[path]`.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::path::Path;

use monthstart::time::Month;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

/// Any failure to read.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// One total, twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proof {
    /// What is added up.
    pub name: String,
    /// From the raw rows, in Rust.
    pub from_sources: i64,
    /// In the table that a flow made.
    pub in_warehouse: i64,
}

/// The localities' area codes.
const AREAS: [&str; 13] =
    ["025", "0510", "0516", "0519", "0512", "0513", "0518", "0517", "0515", "0514", "0511", "0523", "0527"];

/// What a day's charges are made of.
const CHARGES: [(&str, i64); 3] = [("rc_bill_dtl", 1), ("usage_bill", 1), ("prom_bill", -1)];

/// A row of numbers: what it is about (an id), and up to three more.
type Row = (i64, i64, i64, i64);

struct Prover {
    yt: SqliteConnection,
    mpp: SqliteConnection,
    bill24: SqliteConnection,
    month: Month,
    day: String,
    proofs: Vec<Proof>,
}

/// All totals of `month` of the sandbox in `dir`; every pair should be equal and no total zero.
pub(crate) async fn prove(dir: &Path, month: Month) -> Result<Vec<Proof>, Failure> {
    let mut prover = Prover {
        yt: open(dir, "yt.db", Some("yt_shfin.db")).await?,
        mpp: open(dir, "mpp.db", Some("mpp_shfin.db")).await?,
        bill24: open(dir, "bill24.db", None).await?,
        month,
        day: month.last_day().strftime("%Y%m%d").to_string(),
        proofs: Vec::new(),
    };
    prover.dimensions().await?;
    prover.merged().await?;
    prover.sums().await?;
    prover.prepayments().await?;
    prover.debts().await?;
    prover.accounts().await?;
    prover.groups().await?;
    prover.daily().await?;
    Ok(prover.proofs)
}

/// Those of `proofs` that do not prove: unequal, or about nothing.
pub(crate) fn unproven(proofs: &[Proof]) -> Vec<&Proof> {
    proofs.iter().filter(|p| p.from_sources != p.in_warehouse || p.from_sources == 0).collect()
}

async fn open(dir: &Path, file: &str, shfin: Option<&str>) -> Result<SqliteConnection, Failure> {
    let options = SqliteConnectOptions::new().filename(dir.join(file));
    let mut conn = SqliteConnection::connect_with(&options).await?;
    if let Some(beside) = shfin {
        let path = dir.join(beside).to_string_lossy().into_owned();
        sqlx::query("attach database ? as SHFIN").bind(path).execute(&mut conn).await?;
    }
    Ok(conn)
}

async fn rows(conn: &mut SqliteConnection, sql: &str, key: &str) -> Result<Vec<Row>, Failure> {
    Ok(sqlx::query_as(AssertSqlSafe(sql.to_owned())).bind(key.to_owned()).fetch_all(conn).await?)
}

async fn one(conn: &mut SqliteConnection, sql: &str, key: &str) -> Result<i64, Failure> {
    Ok(sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).bind(key.to_owned()).fetch_one(conn).await?)
}

/// Add up the last number of `rows` by their first.
fn by_first(rows: &[Row]) -> BTreeMap<i64, i64> {
    rows.iter().fold(BTreeMap::new(), |mut sums, row| {
        *sums.entry(row.0).or_insert(0) += row.3;
        sums
    })
}

fn total(rows: &[Row]) -> i64 {
    rows.iter().map(|row| row.3).sum()
}

/// One number that changes when an amount is put to another id's account.
fn fingerprint(sums: &BTreeMap<i64, i64>) -> i64 {
    sums.iter().map(|(id, amount)| id % 1_000_003 * amount).sum()
}

impl Prover {
    /// The raw rows of all localities; `columns` are four numbers.
    async fn parts(&mut self, table: &str, columns: &str) -> Result<Vec<Row>, Failure> {
        let (key, value) = self.key(table);
        let mut all = Vec::new();
        for area in AREAS {
            let sql = format!("select {columns} from {table}_{area} where {key} = ?");
            all.extend(rows(&mut self.yt, &sql, &value).await?);
        }
        Ok(all)
    }

    async fn source(&mut self, sql: &str) -> Result<Vec<Row>, Failure> {
        rows(&mut self.yt, sql, &self.month.to_string()).await
    }

    fn key(&self, table: &str) -> (&'static str, String) {
        match table {
            "bill" | "bill_prod" | "bill_item" | "bill_dtl4" => ("month", self.month.to_string()),
            _ => ("day_id", self.day.clone()),
        }
    }

    /// Set `expected` beside the sum of `what` over the appliance's `table`.
    async fn expect(&mut self, name: &str, expected: i64, what: &str, table: &str) -> Result<(), Failure> {
        let daily = table.ends_with("_d");
        let (key, value) =
            if daily { ("day_id", self.day.clone()) } else { ("month", self.month.to_string()) };
        let sql = format!("select coalesce(sum({what}), 0) from {table} where {key} = ?");
        let found = one(&mut self.yt, &sql, &value).await?;
        self.put(name, expected, found);
        Ok(())
    }

    /// The same, by `key`: an amount that was put to another one's account shows.
    async fn expect_by(
        &mut self,
        name: &str,
        expected: &BTreeMap<i64, i64>,
        (key, column): (&str, &str),
        table: &str,
    ) -> Result<(), Failure> {
        let what = format!("{key} % 1000003 * {column}");
        self.expect(name, fingerprint(expected), &what, table).await
    }

    fn put(&mut self, name: &str, from_sources: i64, in_warehouse: i64) {
        self.proofs.push(Proof { name: name.to_owned(), from_sources, in_warehouse });
    }

    async fn dimensions(&mut self) -> Result<(), Failure> {
        let month = self.month.to_string();
        let sql = "select acc_item_code, length(item_type), 0, 1 from shfin.r_vr011 where acct_month = ?";
        let items = rows(&mut self.mpp, sql, &month).await?;
        let codes: i64 = items.iter().map(|row| row.0).sum();
        self.expect("bill item codes", codes, "acc_item_code", "dim_acc_item_code").await?;
        let known: Vec<i64> = items.iter().map(|row| row.0).collect();
        for (name, source, dim) in [
            ("navigation nodes", "wms_nav_tree", "dim_acc_wms_navtreemap"),
            ("voice nodes", "ivr_node_cfg", "dim_evt_ivr_node"),
        ] {
            let nodes = self
                .source(&format!("select node_id, acc_item_code, 0, 1 from {source} where ? <> ''"))
                .await?;
            let ids = nodes.iter().filter(|n| known.contains(&n.1)).map(|n| n.0).sum();
            self.expect(name, ids, "node_id", dim).await?;
        }
        // Every item type has one skill group.
        let skilled = i64::try_from(items.len())?;
        self.expect("items with a skill group", skilled, "item_count", "dim_evt_csr_skill").await
    }

    async fn merged(&mut self) -> Result<(), Failure> {
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
    async fn sums(&mut self) -> Result<(), Failure> {
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
        let sum = by_account.values().sum();
        self.expect("items less adjustments", sum, "sum_amount", "dwd_acc_sum_bill_m").await?;
        self.expect("items less adjustments, checked", sum, "sum_amount", "dwd_acc_sum_bill_m_check").await?;
        let (by, table) = (("acct_id", "sum_amount"), "dwd_acc_sum_bill_m");
        self.expect_by("items less adjustments by account", &by_account, by, table).await?;
        self.expect("adjustments", total(&adjusted), "amount", "dwd_acc_adjust_busi_rec_dm_m").await
    }

    /// A customer's prepayment goes to its accounts in equal parts, odd cents to the first ones.
    async fn prepayments(&mut self) -> Result<(), Failure> {
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
    async fn debts(&mut self) -> Result<(), Failure> {
        let sql = "select acct_id, bill_id, reversed, amount from writeoff_rec where month = ?";
        let paid: Vec<Row> = self.source(sql).await?.into_iter().filter(|w| w.2 == 0).collect();
        self.expect("write-offs", total(&paid), "amount", "dwd_acc_writeoff_rec_m").await?;
        let bills = self.parts("bill", "acct_id, usr_id, bill_id, amount").await?;
        let mut owed = by_first(&bills);
        for (acct, amount) in by_first(&paid) {
            *owed.entry(acct).or_insert(0) -= amount;
        }
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

    /// Pockets and the state of subscribers.
    async fn accounts(&mut self) -> Result<(), Failure> {
        let sql = "select acct_id, balance_begin, outgo, income from pocket where month = ?";
        let left = self.source(sql).await?.iter().map(|p| p.1 + p.3 - p.2).sum();
        self.expect("pockets at the end", left, "balance_end", "dwd_acc_pocket_m").await?;
        let last = self.month.last_day();
        let sql = format!(
            "select usr_id, length(state_code), 0, 1 from usr_state
             where '{last}' between valid_from and date(valid_to, '-1 day') and ? <> ''"
        );
        let states = self.source(&sql).await?;
        let told = states.iter().map(|s| s.0 * s.1).sum();
        self.expect("subscribers' states", told, "usr_id * length(state_code)", "dwd_svc_usr_oxxtate_m")
            .await?;
        let bills = by_first(&self.parts("bill", "usr_id, 0, 0, amount").await?);
        let billed =
            states.iter().filter_map(|s| bills.get(&s.0).map(|amount| amount * (s.0 % 1_000_003))).sum();
        let what = "usr_id % 1000003 * billed_amount";
        self.expect("bills of subscribers with a state", billed, what, "dwd_svc_usr_oxxtate_m").await
    }

    /// Group and member of those who are members on the month's last day.
    async fn members(&mut self) -> Result<Vec<Row>, Failure> {
        let last = self.month.last_day();
        let sql = format!(
            "select grp_id, usr_id, prod_id, 1 from grp_mem
             where '{last}' between joined_day and date(left_day, '-1 day') and ? <> ''"
        );
        self.source(&sql).await
    }

    async fn groups(&mut self) -> Result<(), Failure> {
        let members = self.members().await?;
        let products = members.iter().map(|m| m.2 * m.0).sum();
        self.expect("members' products", products, "prod_id * grp_id", "dwd_svc_grp_mem_prod_m").await?;
        let bills = by_first(&self.parts("bill", "usr_id, 0, 0, amount").await?);
        let billed = members.iter().filter_map(|m| bills.get(&m.1)).sum();
        self.expect("members' bills", billed, "billed_amount", "dwd_svc_grp_mem_prod_m").await?;
        let last = self.month.last_day();
        let created = format!("select grp_id, 0, 0, 1 from grp where created_day <= '{last}' and ? <> ''");
        let known: Vec<i64> = self.source(&created).await?.iter().map(|g| g.0).collect();
        let count = i64::try_from(members.iter().filter(|m| known.contains(&m.0)).count())?;
        self.expect("members of groups", count, "member_count", "dwd_prty_grp_info_m").await?;
        let sql = format!(
            "select grp_id, cast(attr_value as integer), 0, 1 from grp_srv_attr
             where '{last}' between valid_from and date(valid_to, '-1 day') and ? <> ''"
        );
        let values = self.source(&sql).await?.iter().map(|a| a.0 * a.1).sum();
        let what = "grp_id * cast(attr_value as integer)";
        self.expect("attributes of groups", values, what, "dwd_svc_grp_srv_attr_m").await?;
        let adjusted = self.source("select grp_id, 0, 0, amount from grp_adjust where month = ?").await?;
        self.expect("adjustments of groups", total(&adjusted), "amount", "dwd_acc_grp_adjust_m").await
    }

    async fn daily(&mut self) -> Result<(), Failure> {
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
