//! What customer, billing, localities and distribution platform do during a month start. Each move is one transaction in
//! each database that it touches, can be made again without harm, and tells how many rows it brought (0: there was
//! nothing to bring, or it was there already).

use super::copy::{
    BILL_ITEMS, Copy, DTL4, DTL4_STAGED, LOC_USR, LOCALISED, MAIN_PLANS, RPT_MAIN_PLAN, RPT_VR011,
};
use super::db::{Db, Table};
use super::files::{self, Access};
use super::make::former;
use super::script::Script;
use super::stations::{self, Fault};
use super::world::World;
use super::{Sandbox, SandboxError, books, localised, plans};

/// Notes in the appliance's dictionary that tables were delivered just now.
macro_rules! delivered {
    ($which:literal) => {
        concat!(
            "update all_objects set last_ddl_time = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') where ",
            $which,
            ";\n"
        )
    };
}

/// What the outside world may do to the month's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Move {
    /// The customer fills the bill items.
    MaintainBillItems,
    /// They arrive on the appliance.
    DistributeBillItems,
    /// The customer fills the main plans.
    MaintainMainPlans,
    /// They arrive on the appliance.
    DistributeMainPlans,
    /// Billing closes and verifies its books.
    CloseBooks,
    /// Billing sends the pocket table that was missing.
    RedeliverPocket,
    /// The detail table arrives on mpp.
    DistributeDetail,
    /// The customer generates the localised user table.
    GenerateLocalised,
    /// It arrives on mpp.
    DistributeLocalised,
}

impl Sandbox {
    /// Makes a move; tells how many rows it brought.
    pub async fn carry(&self, what: Move) -> Result<u64, SandboxError> {
        match what {
            Move::MaintainBillItems => self.maintain_bill_items().await,
            Move::DistributeBillItems => self.distribute_r_vr011().await,
            Move::MaintainMainPlans => self.maintain_main_plans().await,
            Move::DistributeMainPlans => self.distribute_main_plans().await,
            Move::CloseBooks => self.close_books().await,
            Move::RedeliverPocket => self.redeliver_pocket().await,
            Move::DistributeDetail => self.distribute_dtl4().await,
            Move::GenerateLocalised => self.generate_localised().await,
            Move::DistributeLocalised => self.distribute_localised().await,
        }
    }
}

impl Sandbox {
    /// The customer fills `shfin.r_vr011` on mpp with the month's bill items.
    pub async fn maintain_bill_items(&self) -> Result<u64, SandboxError> {
        let mut items = Script::default();
        books::write_bill_items(self.seed, self.month, "shfin.r_vr011", &mut items);
        self.maintain("shfin.r_vr011", items).await
    }

    /// The customer fills `shfin.r_main_plan` on mpp with the month's main plans, and the localities' adjustments
    /// appear on the appliance.
    pub async fn maintain_main_plans(&self) -> Result<u64, SandboxError> {
        let mut adjustments = Script::default();
        plans::write_adjustments(self.seed, self.month, &mut adjustments);
        let mut yt = files::yt(self, Access::Shared).await?;
        yt.begin().await?;
        yt.run(format!("delete from main_plan_adjust where month = '{}'", self.month)).await?;
        yt.run(adjustments.finish()).await?;
        commit(yt).await?;
        let mut offered = Script::default();
        plans::write(self.seed, self.month, "shfin.r_main_plan", &mut offered);
        self.maintain("shfin.r_main_plan", offered).await
    }

    /// Replaces a table of the customer's on mpp, unless the month stands in it.
    async fn maintain(&self, table: &str, rows: Script) -> Result<u64, SandboxError> {
        let mut mpp = files::mpp(self, Access::Shared).await?;
        mpp.begin().await?;
        let here = format!("select count(*) from {table} where acct_month = '{}'", self.month);
        let mut brought = 0;
        if mpp.number(here.clone()).await? == 0 {
            mpp.run(format!("delete from {table};\n{}", rows.finish())).await?;
            brought = mpp.number(here).await?;
        }
        commit(mpp).await?;
        Ok(brought)
    }

    /// The distribution platform copies `shfin.r_vr011` whole from mpp to the appliance's `SHFIN.RPT_VR011`.
    pub async fn distribute_r_vr011(&self) -> Result<u64, SandboxError> {
        let noted = delivered!("owner = 'SHFIN' and object_name = 'RPT_VR011'");
        self.distribute_to_yt("shfin.r_vr011", &BILL_ITEMS, &RPT_VR011, noted).await
    }

    /// The distribution platform copies `shfin.r_main_plan` whole from mpp to the appliance's `SHFIN.RPT_MAIN_PLAN`.
    pub async fn distribute_main_plans(&self) -> Result<u64, SandboxError> {
        let noted = delivered!("owner = 'SHFIN' and object_name = 'RPT_MAIN_PLAN'");
        self.distribute_to_yt("shfin.r_main_plan", &MAIN_PLANS, &RPT_MAIN_PLAN, noted).await
    }

    async fn distribute_to_yt(
        &self,
        from: &str,
        table: &Table,
        copy: &Copy,
        noted: &str,
    ) -> Result<u64, SandboxError> {
        let mut mpp = files::mpp(self, Access::Shared).await?;
        let rows = mpp.rows(table, from).await?;
        mpp.close().await?;
        let ours = format!("'{}',", self.month);
        if !rows.iter().any(|row| row.starts_with(&ours)) {
            return Ok(0);
        }
        let mut yt = files::yt(self, Access::Shared).await?;
        yt.begin().await?;
        let brought = if yt.rows(table, copy.into).await? == rows { 0 } else { rows.len() };
        if brought > 0 {
            let now = yt.now();
            copy.deliver(&mut yt, &rows, self.month, now).await?;
            yt.run(noted.to_owned()).await?;
        }
        commit(yt).await?;
        Ok(brought as u64)
    }

    /// Billing closes the month: its data is put on database 24 and on the appliance, all but the pockets. Tells how
    /// many bills that are.
    pub async fn close_books(&self) -> Result<u64, SandboxError> {
        let mut yt = files::yt(self, Access::Shared).await?;
        let mut bill24 = files::bill24(self, Access::Shared).await?;
        yt.begin().await?;
        let month = self.month;
        let here = format!("select coalesce(sum(bill_count), 0) from bill_ctl where month = '{month}'");
        let mut brought = 0;
        if yt.number(here.clone()).await? == 0 {
            let (mut books_here, mut books_there) = (Script::default(), Script::default());
            books::write(&World::new(self.seed), self.seed, month, &mut books_here, &mut books_there);
            let old = format!(
                "delete from bill where month = '{month}'; delete from bill_close where month = '{month}';"
            );
            bill24.begin().await?;
            bill24.run(format!("{old}\n{}", books_there.finish())).await?;
            bill24.commit().await?;
            yt.run(books_here.finish()).await?;
            yt.run(delivered!("owner = 'BILL' and object_name like '%BILL%'").to_owned()).await?;
            brought = yt.number(here).await?;
        }
        bill24.close().await?;
        commit(yt).await?;
        Ok(brought)
    }

    /// Billing delivers the table `pocket`, which was missing on the appliance: what repairs `DwdAccPocketM`.
    pub async fn redeliver_pocket(&self) -> Result<u64, SandboxError> {
        let mut yt = files::yt(self, Access::Shared).await?;
        yt.begin().await?;
        let mut brought = 0;
        if !yt.has("pocket").await {
            let (world, mut rows) = (World::new(self.seed), Script::default());
            for month in former(self.month).chain([self.month]) {
                books::write_pockets(&world, self.seed, month, &mut rows);
            }
            yt.run(format!("{}{}", include_str!("schema/pocket.sql"), rows.finish())).await?;
            let known = "insert into all_objects values ('BILL', 'POCKET', 'TABLE', '');\n";
            yt.run(format!("{known}{}", delivered!("object_name = 'POCKET'"))).await?;
            brought =
                yt.number(format!("select count(*) from pocket where month = '{}'", self.month)).await?;
        }
        commit(yt).await?;
        Ok(brought)
    }

    /// The distribution platform copies the month's merged details from the appliance to mpp. It brings nothing before
    /// `DwdMergeBillDtl4M` has made them.
    pub async fn distribute_dtl4(&self) -> Result<u64, SandboxError> {
        self.distribute_to_mpp("dwd_merge_bill_dtl4_m", &DTL4, &DTL4_STAGED).await
    }

    /// The customer generates the month's localised user table on the appliance.
    pub async fn generate_localised(&self) -> Result<u64, SandboxError> {
        let mut yt = files::yt(self, Access::Shared).await?;
        yt.begin().await?;
        let here = format!("select count(*) from loc_usr_m where month = '{}'", self.month);
        let mut brought = 0;
        if yt.number(here.clone()).await? == 0 {
            yt.run(localised::generated(self.month)).await?;
            brought = yt.number(here).await?;
        }
        commit(yt).await?;
        Ok(brought)
    }

    /// The distribution platform copies it to mpp. It brings nothing before the customer has made it.
    pub async fn distribute_localised(&self) -> Result<u64, SandboxError> {
        self.distribute_to_mpp("loc_usr_m", &LOCALISED, &LOC_USR).await
    }

    /// Copies the month's rows of a table on the appliance to mpp, whole.
    async fn distribute_to_mpp(&self, from: &str, table: &Table, copy: &Copy) -> Result<u64, SandboxError> {
        let mut yt = files::yt(self, Access::Shared).await?;
        let made = yt.rows(table, &format!("{from} where month = '{}'", self.month)).await?;
        yt.close().await?;
        let mut mpp = files::mpp(self, Access::Shared).await?;
        mpp.begin().await?;
        let there = mpp.rows(table, copy.into).await?;
        let brought = if made.is_empty() || made == there { 0 } else { made.len() };
        if brought > 0 {
            let now = mpp.now();
            copy.deliver(&mut mpp, &made, self.month, now).await?;
        }
        commit(mpp).await?;
        Ok(brought as u64)
    }

    /// The locality `city` puts its file of stations where it is waited for. Tells how many stations stand in it; 0 for
    /// what is no locality.
    pub async fn send_stations(&self, city: &str, fault: Fault) -> Result<u64, SandboxError> {
        let Some((bytes, count)) = stations::file(self.seed, city, self.month, fault) else { return Ok(0) };
        let folder = self.dir.join(files::INBOX).join(self.month.compact());
        let path = folder.join(format!("{city}.csv"));
        let unwritable = |source| SandboxError::File { path: path.clone(), source };
        tokio::fs::create_dir_all(&folder).await.map_err(unwritable)?;
        tokio::fs::write(&path, bytes).await.map_err(unwritable)?;
        Ok(count)
    }
}

async fn commit(mut db: Db) -> Result<(), SandboxError> {
    db.commit().await?;
    db.close().await?;
    Ok(())
}
