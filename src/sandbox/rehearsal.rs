//! Simulated billing (模拟出账): draft books in the middle of a month, and the interfaces that are initialised from them.

use std::time::Duration;

use crate::time::Month;

use super::db::Db;
use super::files::{self, Access};
use super::rng::Rng;
use super::script::Script;
use super::world::{FIRST_ITEM, ITEMS, World};
use super::{Sandbox, SandboxError};

/// Items of the internet of things.
const FIRST_IOT_ITEM: u32 = 2_001;
const IOT_ITEMS: u32 = 34;
/// How long the work on one interface takes at least: it is watched, so it should be seen.
const PACE: Duration = Duration::from_millis(30);

/// Which interfaces are initialised together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InitKind {
    /// The 29 regular ones.
    Regular,
    /// The 17 of the internet of things.
    Iot,
}

const REGULAR: [&str; 29] = [
    "mc_acc_bill",
    "mc_acc_bill_item",
    "mc_acc_bill_prod",
    "mc_acc_bill_dtl4",
    "mc_acc_sum_bill",
    "mc_acc_fin_item",
    "mc_acc_writeoff",
    "mc_acc_prepay",
    "mc_acc_pocket",
    "mc_acc_adjust",
    "mc_acc_owe",
    "mc_acc_latefee",
    "mc_acc_refund",
    "mc_acc_invoice",
    "mc_acc_payplan",
    "mc_acc_deposit",
    "mc_grp_bill",
    "mc_grp_adjust",
    "mc_grp_owe",
    "mc_grp_member",
    "mc_usr_rent",
    "mc_usr_voice",
    "mc_usr_data",
    "mc_usr_sms",
    "mc_usr_vas",
    "mc_usr_roam",
    "mc_usr_prom",
    "mc_cust_credit",
    "mc_cust_contract",
];

const IOT: [&str; 17] = [
    "mc_wlw_bill",
    "mc_wlw_bill_item",
    "mc_wlw_bill_prod",
    "mc_wlw_writeoff",
    "mc_wlw_prepay",
    "mc_wlw_pocket",
    "mc_wlw_adjust",
    "mc_wlw_owe",
    "mc_wlw_card",
    "mc_wlw_pool",
    "mc_wlw_usage",
    "mc_wlw_sms",
    "mc_wlw_apn",
    "mc_wlw_device",
    "mc_wlw_grp",
    "mc_wlw_stop",
    "mc_wlw_contract",
];

impl InitKind {
    /// As `month_init.sh` is told it.
    pub fn word(self) -> &'static str {
        match self {
            InitKind::Regular => "mc_new",
            InitKind::Iot => "mc_wlw",
        }
    }

    fn interfaces(self) -> &'static [&'static str] {
        match self {
            InitKind::Regular => &REGULAR,
            InitKind::Iot => &IOT,
        }
    }

    fn items(self) -> std::ops::Range<u32> {
        match self {
            InitKind::Regular => FIRST_ITEM..FIRST_ITEM + ITEMS,
            InitKind::Iot => FIRST_IOT_ITEM..FIRST_IOT_ITEM + IOT_ITEMS,
        }
    }
}

/// The draft books of `month`, and which interface takes which items.
pub(super) fn write(world: &World, seed: u64, month: Month, out: &mut Script) {
    for kind in [InitKind::Regular, InitKind::Iot] {
        for (item, interface) in kind.items().zip(kind.interfaces().iter().cycle()) {
            out.row("month_init_item", format_args!("'{}','{interface}',{item}", kind.word()));
        }
    }
    let mut rng = Rng::new(seed, month.compact().parse().unwrap_or(0), 6);
    for s in &world.subscribers {
        let first = rng.between(0, ITEMS - 1);
        for step in 0..rng.between(1, 4) {
            let item = FIRST_ITEM + (first + step * 7) % ITEMS;
            let cents = rng.between(99, 12_000);
            out.row("sim_bill", format_args!("'{month}','{}',{},{item},{cents}", s.area, s.id));
        }
        if rng.chance(30) {
            let item = FIRST_IOT_ITEM + rng.between(0, IOT_ITEMS - 1);
            let cents = rng.between(10, 300);
            out.row("sim_bill", format_args!("'{month}','{}',{},{item},{cents}", s.area, s.id));
        }
    }
}

impl Sandbox {
    /// Puts the interfaces of `kind` on record as to do, then extracts one after another. Tells how many rows that are.
    /// This is the work that `month_init.sh` leaves in the background.
    pub async fn init_interfaces(&self, kind: InitKind) -> Result<u64, SandboxError> {
        let mut yt = files::yt(self, Access::Shared).await?;
        let month = self.month;
        let mut to_do = Script::default();
        for interface in kind.interfaces() {
            to_do.row("month_init_ctl", format_args!("'{month}','{}','{interface}',0,0,0", kind.word()));
        }
        let before =
            format!("delete from month_init_ctl where month = '{month}' and init_kind = '{}'", kind.word());
        yt.run(format!("begin immediate;\n{before};\n{}commit;", to_do.finish())).await?;
        let mut brought = 0;
        for interface in kind.interfaces() {
            tokio::time::sleep(PACE).await;
            brought += extract(&mut yt, month, interface).await?;
        }
        yt.close().await?;
        Ok(brought)
    }
}

/// One interface, in one transaction with its mark as done.
async fn extract(yt: &mut Db, month: Month, interface: &str) -> Result<u64, sqlx::Error> {
    let text = format!(
        "begin immediate;
        delete from mc_extract where month = '{month}' and interface_name = '{interface}';
        insert into mc_extract (month, interface_name, area_code, usr_id, item_code, amount)
        select s.month, i.interface_name, s.area_code, s.usr_id, s.item_code, s.amount
        from sim_bill as s join month_init_item as i on i.item_code = s.item_code
        where s.month = '{month}' and i.interface_name = '{interface}';
        update month_init_ctl set deal_stat = 99,
          row_count = (select count(*) from mc_extract as e where e.month = '{month}' and e.interface_name = '{interface}'),
          amount = (select coalesce(sum(e.amount), 0) from mc_extract as e where e.month = '{month}' and e.interface_name = '{interface}')
        where month = '{month}' and interface_name = '{interface}';
        commit;"
    );
    yt.run(text).await?;
    let count = format!(
        "select row_count from month_init_ctl where month = '{month}' and interface_name = '{interface}'"
    );
    yt.number(count).await
}
