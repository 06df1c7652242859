//! Dimensions that people outside maintain: the localities' stations, the main plans with their adjustments; and what
//! simulated billing extracts.

use std::collections::BTreeMap;
use std::path::Path;

use monthstart::time::Month;

use super::{AREA, AREAS, Failure, Link, Proof, Prover, fingerprint, one, rows};

impl Prover {
    /// Every locality sells what the customer maintains, less what it withdrew, at its own fee where it has one.
    pub(super) async fn main_plans(&mut self) -> Result<(), Failure> {
        let month = self.month.to_string();
        let sql = "select plan_id, 0, 0, monthly_fee from shfin.r_main_plan where acct_month = ?";
        let offered = rows(&mut self.mpp, sql, &month).await?;
        let sql =
            format!("select {AREA}, plan_id, withdrawn, local_fee from main_plan_adjust where month = ?");
        let adjusted = self.source(&sql).await?;
        let own: BTreeMap<(i64, i64), (i64, i64)> =
            adjusted.iter().map(|a| ((a.0, a.1), (a.2, a.3))).collect();
        let (mut fees, mut sold, mut changed) = (BTreeMap::new(), 0, 0);
        for area in AREAS {
            let area: i64 = area.parse()?;
            for (plan, _, _, fee) in &offered {
                let fee = match own.get(&(area, *plan)) {
                    Some((1, _)) => continue,
                    Some((_, local)) => {
                        changed += 1;
                        *local
                    }
                    None => *fee,
                };
                sold += 1;
                *fees.entry(area * 1_000 + plan).or_insert(0) += fee;
            }
        }
        let (key, table) = (format!("({AREA} * 1000 + plan_id)"), "dim_main_plan");
        self.expect_by("main plans by locality", &fees, (&key, "monthly_fee"), table).await?;
        self.expect("main plans sold", sold, "1", table).await?;
        self.expect("main plans adjusted", changed, "adjusted", table).await?;
        self.expect("main plans, marked done", sold, "row_count", "dim_done").await?;
        self.expect("fees of main plans, marked done", fees.values().sum(), "checksum", "dim_done").await
    }

    /// The stations in the files that the localities sent, in their last version.
    pub(super) async fn stations(&mut self, dir: &Path) -> Result<(), Failure> {
        let month: Month = self.month;
        for file in std::fs::read_dir(dir.join("in").join(month.compact()))? {
            let file = file?.path();
            let city = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let bytes = std::fs::read(&file)?;
            let (text, _, broken) = encoding_rs::GBK.decode(&bytes);
            if broken {
                return Err(format!("{city}: not GBK").into());
            }
            let mut cells = BTreeMap::new();
            for line in text.lines().skip(1) {
                let fields: Vec<&str> = line.split(',').collect();
                *cells.entry(fields[1].parse::<i64>()?).or_insert(0) += fields[8].parse::<i64>()?;
            }
            let sql = format!(
                "select coalesce(sum(station_id % 1000003 * cell_count), 0) from dim_station where city = '{city}' and month = ?"
            );
            let found = one(&mut self.yt, &sql, &month.to_string()).await?;
            self.put(&format!("cells of the stations of {city}"), fingerprint(&cells), found);
        }
        Ok(())
    }

    /// What the interfaces of simulated billing should have taken from the draft books, and did.
    pub(super) async fn rehearsal(&mut self) -> Result<(), Failure> {
        let month = self.month.to_string();
        let Link::File(conn) = &mut self.yt else { return Err("the appliance stands in files".into()) };
        let interfaces: Vec<(String, i64)> =
            sqlx::query_as("select interface_name, item_code from month_init_item").fetch_all(conn).await?;
        let by_item: BTreeMap<i64, String> =
            interfaces.into_iter().map(|(name, item)| (item, name)).collect();
        let drafts = self.source("select item_code, usr_id, 0, amount from sim_bill where month = ?").await?;
        let mut expected: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        for (item, usr, _, amount) in &drafts {
            let name = by_item.get(item).ok_or("an item that no interface takes")?;
            let sum = expected.entry(name).or_default();
            *sum = (sum.0 + 1, sum.1 + usr % 1_000_003 * amount);
        }
        let mut proofs = Vec::new();
        for (name, (count, sum)) in expected {
            for (what, should, sql) in [
                ("rows", count, "select row_count from month_init_ctl where interface_name = ?"),
                (
                    "amounts by subscriber",
                    sum,
                    "select sum(usr_id % 1000003 * amount) from mc_extract where interface_name = ?",
                ),
            ] {
                let found = one(&mut self.yt, sql, name).await?;
                let name = format!("{what} of {name}");
                proofs.push(Proof { name, from_sources: should, in_warehouse: found });
            }
        }
        let done = one(
            &mut self.yt,
            "select count(*) from month_init_ctl where deal_stat = 99 and month = ?",
            &month,
        );
        proofs.push(Proof {
            name: "interfaces done".to_owned(),
            from_sources: 46,
            in_warehouse: done.await?,
        });
        self.proofs.extend(proofs);
        Ok(())
    }
}
