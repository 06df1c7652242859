//! The customer's main plans (主策划) of a month, and what the localities adjust in them.

use crate::time::Month;

use super::rng::Rng;
use super::script::Script;
use super::world::LOCALITIES;

/// The first main plan; the first eight are those that people subscribe to.
const FIRST_PLAN: u32 = 501;
/// How many plans people subscribe to: no locality withdraws one of them.
const SUBSCRIBED: u32 = 8;
/// How many plans there are in every month.
const PLANS: u32 = 24;
const FAMILIES: [&str; 4] = ["畅享", "融合", "家庭", "校园"];
const FEES: [u32; 8] = [19, 39, 59, 79, 99, 129, 199, 299];

/// The customer's plans of `month`, into `table`; a month brings a few of its own.
pub(super) fn write(seed: u64, month: Month, table: &str, out: &mut Script) {
    let extra = Rng::new(seed, period(month), 4).between(0, 2);
    for plan in FIRST_PLAN..FIRST_PLAN + PLANS + extra {
        let (name, family, fee) = terms(plan);
        out.row(table, format_args!("'{month}',{plan},'{name}','{family}主策划',{}", fee * 100));
    }
}

/// A plan's name, family and monthly fee in yuan.
fn terms(plan: u32) -> (String, &'static str, u32) {
    let nth = plan - FIRST_PLAN;
    let family = FAMILIES.get((nth / 8) as usize).copied().unwrap_or("其他");
    let fee = FEES.get((nth % 8) as usize).copied().unwrap_or(9);
    (format!("{family}{fee}元套餐"), family, fee)
}

/// What each locality has different in `month`: another name and fee, or a plan that it does not sell.
pub(super) fn write_adjustments(seed: u64, month: Month, out: &mut Script) {
    let mut rng = Rng::new(seed, period(month), 5);
    for place in LOCALITIES {
        for plan in FIRST_PLAN..FIRST_PLAN + PLANS {
            if !rng.chance(15) {
                continue;
            }
            let (name, _, fee) = terms(plan);
            let withdrawn = plan >= FIRST_PLAN + SUBSCRIBED && rng.chance(30);
            let fee = fee * 100 - rng.between(1, 9) * 100;
            let (stop, reason) = if withdrawn { (1, "本地停售") } else { (0, "本地优惠") };
            let (area, city) = (place.area, place.city);
            out.row(
                "main_plan_adjust",
                format_args!("'{month}','{area}',{plan},'{city}{name}',{fee},{stop},'{reason}'"),
            );
        }
    }
}

fn period(month: Month) -> u64 {
    month.compact().parse().unwrap_or(0)
}
