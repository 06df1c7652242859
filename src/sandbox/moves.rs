//! What customer, billing and distribution platform do during a month start. Each move is one transaction, can be made
//! again without harm, and tells how many rows it brought (0: there was nothing to bring, or it was there already).

use sqlx::{Connection, SqliteConnection};

use super::files::{self, Access, number, run};
use super::make::former;
use super::script::Script;
use super::world::World;
use super::{Sandbox, SandboxError, books};

/// The present, as the tables have it.
pub(super) const NOW: &str = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

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

impl Sandbox {
    /// The customer fills `shfin.r_vr011` on mpp with the month's bill items.
    pub async fn maintain_bill_items(&self) -> Result<u64, SandboxError> {
        let mut conn = files::mpp(&self.dir, Access::Shared).await?;
        begin(&mut conn).await?;
        let here = "select count(*) from shfin.r_vr011 where acct_month = ?";
        let mut brought = 0;
        if number(&mut conn, here, self.month).await? == 0 {
            let mut items = Script::default();
            books::write_bill_items(self.seed, self.month, "shfin.r_vr011", &mut items);
            run(&mut conn, format!("delete from shfin.r_vr011;\n{}", items.finish())).await?;
            brought = number(&mut conn, here, self.month).await?;
        }
        commit(conn, brought).await
    }

    /// The distribution platform copies `shfin.r_vr011` whole from mpp to the appliance's `SHFIN.RPT_VR011`.
    pub async fn distribute_r_vr011(&self) -> Result<u64, SandboxError> {
        let mut conn = files::yt(&self.dir, Access::Shared).await?;
        files::attach_mpp_shfin(&mut conn, &self.dir).await?;
        begin(&mut conn).await?;
        let unlike = "select count(*) from (
            select * from (select * from mpp_shfin.r_vr011 except select * from SHFIN.RPT_VR011) union all
            select * from (select * from SHFIN.RPT_VR011 except select * from mpp_shfin.r_vr011)) where ? <> ''";
        let mut brought = 0;
        if number(&mut conn, unlike, self.month).await? > 0 {
            let copy = concat!(
                "delete from SHFIN.RPT_VR011;
                insert into SHFIN.RPT_VR011 select * from mpp_shfin.r_vr011;
                delete from SHFIN.DISP_IMPORT_CTL where object_name = 'RPT_VR011'
                  and acct_month in (select acct_month from SHFIN.RPT_VR011);
                insert into SHFIN.DISP_IMPORT_CTL
                select 'RPT_VR011', acct_month, 'AGENT_A', 99, count(*) from SHFIN.RPT_VR011 group by acct_month;\n",
                delivered!("owner = 'SHFIN'")
            );
            run(&mut conn, copy.to_owned()).await?;
            let here = "select count(*) from SHFIN.RPT_VR011 where ? <> ''";
            brought = number(&mut conn, here, self.month).await?;
        }
        commit(conn, brought).await
    }

    /// Billing closes the month: its data is put on the appliance and on database 24, all but the pockets. Tells how
    /// many bills that are.
    pub async fn close_books(&self) -> Result<u64, SandboxError> {
        let mut conn = files::yt(&self.dir, Access::Shared).await?;
        begin(&mut conn).await?;
        let here = "select coalesce(sum(bill_count), 0) from bill_ctl where month = ?";
        let mut brought = 0;
        if number(&mut conn, here, self.month).await? == 0 {
            let (mut yt, mut bill24) = (Script::default(), Script::default());
            books::write(&World::new(self.seed), self.seed, self.month, &mut yt, &mut bill24);
            run(&mut conn, format!("{}{}", yt.finish(), bill24.finish())).await?;
            run(&mut conn, delivered!("owner = 'BILL' and object_name like '%BILL%'").to_owned()).await?;
            brought = number(&mut conn, here, self.month).await?;
        }
        commit(conn, brought).await
    }

    /// Billing delivers the table `pocket`, which was missing on the appliance: what repairs `DwdAccPocketM`.
    pub async fn redeliver_pocket(&self) -> Result<u64, SandboxError> {
        let mut conn = files::yt(&self.dir, Access::Shared).await?;
        begin(&mut conn).await?;
        let there = "select count(*) from sqlite_master where name = 'pocket' and ? <> ''";
        let mut brought = 0;
        if number(&mut conn, there, self.month).await? == 0 {
            let (world, mut rows) = (World::new(self.seed), Script::default());
            for month in former(self.month).chain([self.month]) {
                books::write_pockets(&world, self.seed, month, &mut rows);
            }
            run(&mut conn, format!("{}{}", include_str!("schema/pocket.sql"), rows.finish())).await?;
            let known = "insert into all_objects values ('BILL', 'POCKET', 'TABLE', '');\n";
            run(&mut conn, format!("{known}{}", delivered!("object_name = 'POCKET'"))).await?;
            brought = number(&mut conn, "select count(*) from pocket where month = ?", self.month).await?;
        }
        commit(conn, brought).await
    }

    /// The distribution platform copies the month's merged details from the appliance to mpp. It brings nothing before
    /// `DwdMergeBillDtl4M` has made them.
    pub async fn distribute_dtl4(&self) -> Result<u64, SandboxError> {
        let mut conn = files::mpp(&self.dir, Access::Shared).await?;
        begin(&mut conn).await?;
        let unlike = "select count(*) from (
            select * from (select * from yt.dwd_merge_bill_dtl4_m where month = ?1
                           except select * from shfin.stg_merge_bill_dtl4_m) union all
            select * from (select * from shfin.stg_merge_bill_dtl4_m
                           except select * from yt.dwd_merge_bill_dtl4_m where month = ?1))";
        let made = "select count(*) from yt.dwd_merge_bill_dtl4_m where month = ?";
        let mut brought = number(&mut conn, made, self.month).await?;
        if brought > 0 && number(&mut conn, unlike, self.month).await? > 0 {
            let month = self.month;
            let copy = format!(
                "delete from shfin.stg_merge_bill_dtl4_m;
                insert into shfin.stg_merge_bill_dtl4_m
                select * from yt.dwd_merge_bill_dtl4_m where month = '{month}';
                delete from shfin.disp_import_ctl
                where object_name = 'STG_MERGE_BILL_DTL4_M' and acct_month = '{month}';
                insert into shfin.disp_import_ctl
                values ('STG_MERGE_BILL_DTL4_M', '{month}', 'AGENT_B', 99, {brought}, {NOW});"
            );
            run(&mut conn, copy).await?;
        } else {
            brought = 0;
        }
        commit(conn, brought).await
    }
}

pub(super) async fn begin(conn: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    run(conn, "begin immediate".to_owned()).await
}

pub(super) async fn commit(mut conn: SqliteConnection, brought: u64) -> Result<u64, SandboxError> {
    run(&mut conn, "commit".to_owned()).await?;
    conn.close().await?;
    Ok(brought)
}
