//! The localised user table: the customer generates it on the appliance, the distribution platform copies it to mpp,
//! and flows there wait for it.

use super::files::{self, Access, number, run};
use super::moves::{NOW, begin, commit};
use super::{Sandbox, SandboxError};
use crate::time::Month;

/// The table on the appliance.
pub(super) const ON_YT: &str = include_str!("schema/localised_yt.sql");
/// The tables on mpp.
pub(super) const ON_MPP: &str = include_str!("schema/localised_mpp.sql");

/// The customer's statements for `month`: every subscriber with the state of the month's last day.
pub(super) fn generated(month: Month) -> String {
    let day = month.last_day();
    format!(
        "delete from loc_usr_m;
        insert into loc_usr_m
        select '{month}', u.area_code, u.usr_id, u.acct_id, u.prod_id, s.state_code
        from usr as u
        join usr_state as s on s.usr_id = u.usr_id and s.valid_from <= '{day}' and s.valid_to > '{day}';"
    )
}

/// The distribution platform's statements for `month`, whose end is registered as `at`.
pub(super) fn distributed(month: Month, at: &str) -> String {
    format!(
        "delete from shfin.loc_usr_m;
        insert into shfin.loc_usr_m select * from yt.loc_usr_m where month = '{month}';
        delete from shfin.disp_import_ctl where object_name = 'LOC_USR_M' and acct_month = '{month}';
        insert into shfin.disp_import_ctl
        select 'LOC_USR_M', '{month}', 'AGENT_B0', 99, count(*), {at} from shfin.loc_usr_m;"
    )
}

impl Sandbox {
    /// The customer generates the month's localised user table on the appliance.
    pub async fn generate_localised(&self) -> Result<u64, SandboxError> {
        let mut conn = files::yt(&self.dir, Access::Shared).await?;
        begin(&mut conn).await?;
        let here = "select count(*) from loc_usr_m where month = ?";
        let mut brought = 0;
        if number(&mut conn, here, self.month).await? == 0 {
            run(&mut conn, generated(self.month)).await?;
            brought = number(&mut conn, here, self.month).await?;
        }
        commit(conn, brought).await
    }

    /// The distribution platform copies it to mpp. It brings nothing before the customer has made it.
    pub async fn distribute_localised(&self) -> Result<u64, SandboxError> {
        let mut conn = files::mpp(&self.dir, Access::Shared).await?;
        begin(&mut conn).await?;
        let unlike = "select count(*) from (
            select * from (select * from yt.loc_usr_m where month = ?1 except select * from shfin.loc_usr_m) union all
            select * from (select * from shfin.loc_usr_m except select * from yt.loc_usr_m where month = ?1))";
        let made = "select count(*) from yt.loc_usr_m where month = ?";
        let mut brought = number(&mut conn, made, self.month).await?;
        if brought > 0 && number(&mut conn, unlike, self.month).await? > 0 {
            run(&mut conn, distributed(self.month, NOW)).await?;
        } else {
            brought = 0;
        }
        commit(conn, brought).await
    }
}
