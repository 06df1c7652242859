//! The localised user table: the customer generates it on the appliance, the distribution platform copies it to mpp,
//! and flows there wait for it.

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
