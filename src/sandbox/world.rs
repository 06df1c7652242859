//! Who the played telecom serves: localities, customers, accounts, subscribers and groups, all from the seed.

use crate::time::Month;

use super::rng::Rng;
use super::script::Script;

/// A prefecture-level city of the province.
#[derive(Debug, Clone, Copy)]
pub(super) struct Locality {
    /// Its name.
    pub(super) city: &'static str,
    /// Its telephone area code, which names its tables.
    pub(super) area: &'static str,
    /// How many of a hundred subscribers live there.
    pub(super) share: u32,
}

const fn locality(city: &'static str, area: &'static str, share: u32) -> Locality {
    Locality { city, area, share }
}

/// The thirteen localities (属地).
pub(super) const LOCALITIES: [Locality; 13] = [
    locality("南京", "025", 14),
    locality("无锡", "0510", 10),
    locality("徐州", "0516", 7),
    locality("常州", "0519", 8),
    locality("苏州", "0512", 16),
    locality("南通", "0513", 8),
    locality("连云港", "0518", 5),
    locality("淮安", "0517", 5),
    locality("盐城", "0515", 6),
    locality("扬州", "0514", 6),
    locality("镇江", "0511", 5),
    locality("泰州", "0523", 5),
    locality("宿迁", "0527", 5),
];

/// Subscribers of the whole province.
const SUBSCRIBERS: u32 = 1_000;
/// Codes of bill items: the first of them and how many there are in every month.
pub(super) const FIRST_ITEM: u32 = 1_001;
/// How many bill items there are in every month.
pub(super) const ITEMS: u32 = 40;
/// What may be on a bill, as the dimension calls it.
pub(super) const ITEM_TYPES: [&str; 5] = ["月租费", "语音费", "流量费", "短信费", "增值业务费"];
/// The day that never comes.
const OPEN_END: &str = "9999-12-31";

/// One who pays.
#[derive(Debug, Clone, Copy)]
pub(super) struct Account {
    /// Its number.
    pub(super) id: u32,
    /// The customer it belongs to.
    pub(super) cust: u32,
    /// Which of that customer's accounts it is, from 1.
    pub(super) seq: u32,
    /// Where it is kept.
    pub(super) area: &'static str,
}

/// One who calls.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subscriber {
    /// The number that identifies them.
    pub(super) id: u32,
    /// The account that pays for them.
    pub(super) acct: u32,
    /// Where they live.
    pub(super) area: &'static str,
    /// What they subscribed to.
    pub(super) prod: u32,
}

/// Everybody.
#[derive(Debug, Default)]
pub(super) struct World {
    /// All accounts, by locality and customer.
    pub(super) accounts: Vec<Account>,
    /// All subscribers, by locality and account.
    pub(super) subscribers: Vec<Subscriber>,
    /// All groups: number and locality.
    pub(super) groups: Vec<(u32, &'static str)>,
}

impl World {
    /// The world of `seed`.
    pub(super) fn new(seed: u64) -> Self {
        let mut world = World::default();
        for (base, place) in (1_u32..).zip(LOCALITIES) {
            let mut rng = Rng::new(seed, 0, u64::from(base));
            world.settle(&mut rng, base * 100_000, place);
        }
        world
    }

    fn settle(&mut self, rng: &mut Rng, base: u32, place: Locality) {
        let (mut left, mut cust, mut acct) = (SUBSCRIBERS * place.share / 100, base, base);
        while left > 0 {
            cust += 1;
            for seq in 1..=rng.between(1, 3) {
                acct += 1;
                self.accounts.push(Account { id: acct, cust, seq, area: place.area });
                for _ in 0..rng.between(1, 2).min(left) {
                    let prod = rng.between(501, 508);
                    self.subscribers.push(Subscriber { id: base + left, acct, area: place.area, prod });
                    left -= 1;
                }
            }
        }
        for number in 1..=rng.between(3, 5) {
            self.groups.push((base + number, place.area));
        }
    }

    /// The tables about people, as billing keeps them on the appliance; what changes does so in the year before `month`.
    pub(super) fn write(&self, seed: u64, month: Month, out: &mut Script) {
        for place in LOCALITIES {
            out.row("locality", format_args!("'{}','{}'", place.area, place.city));
        }
        for a in &self.accounts {
            out.row("acct", format_args!("{},{},{},'{}'", a.id, a.cust, a.seq, a.area));
            if a.seq == 1 {
                out.row("cust", format_args!("{},'{}'", a.cust, a.area));
            }
        }
        let mut rng = Rng::new(seed, 0, 101);
        for s in &self.subscribers {
            out.row("usr", format_args!("{},{},'{}',{}", s.id, s.acct, s.area, s.prod));
            write_states(&mut rng, month, *s, out);
        }
        self.write_groups(&mut rng, month, out);
        write_settings(out);
    }

    fn write_groups(&self, rng: &mut Rng, month: Month, out: &mut Script) {
        for (id, area) in &self.groups {
            let created = some_month(rng, month).first();
            out.row("grp", format_args!("{id},'{area}','集团{id}','{created}'"));
            for attr in ["专线带宽", "短号", "统付", "定位"] {
                let (from, to) = (some_month(rng, month).first(), some_month(rng, month).next().first());
                let value = rng.between(1, 100);
                let end = if rng.chance(60) { OPEN_END.to_owned() } else { to.to_string() };
                out.row("grp_srv_attr", format_args!("{id},'{attr}','{value}','{from}','{end}'"));
            }
        }
        for s in &self.subscribers {
            let local: Vec<u32> = self.groups.iter().filter(|g| g.1 == s.area).map(|g| g.0).collect();
            if !rng.chance(35) {
                continue;
            }
            let group = rng.pick(&local, 0);
            let (from, prod) = (some_month(rng, month).first(), rng.between(901, 906));
            let left = some_month(rng, month).last_day().to_string();
            let end = if rng.chance(80) { OPEN_END } else { left.as_str() };
            out.row("grp_mem", format_args!("{group},{},{prod},'{from}','{end}'", s.id));
        }
    }
}

/// Some month of the year that ends with `month`.
fn some_month(rng: &mut Rng, month: Month) -> Month {
    month.plus(-i32::try_from(rng.between(0, 12)).unwrap_or(0))
}

fn write_states(rng: &mut Rng, month: Month, s: Subscriber, out: &mut Script) {
    let change = some_month(rng, month).plus(1).first().to_string();
    let changed = rng.chance(20);
    let until = if changed { change.as_str() } else { OPEN_END };
    out.row("usr_state", format_args!("{},'{}','在用','2000-01-01','{until}'", s.id, s.area));
    if changed {
        let state = rng.pick(&["停机", "欠费停机", "销户"], "停机");
        out.row("usr_state", format_args!("{},'{}','{state}','{change}','{OPEN_END}'", s.id, s.area));
    }
}

/// The kind of an item, as text for the dimension and as a code for finance.
pub(super) fn item_type(item: u32) -> (&'static str, String) {
    let types = u32::try_from(ITEM_TYPES.len()).unwrap_or(1);
    let name = ITEM_TYPES.get((item % types) as usize).copied().unwrap_or("其他");
    (name, format!("F{:02}", item % types))
}

fn write_settings(out: &mut Script) {
    for item in FIRST_ITEM..FIRST_ITEM + ITEMS {
        let fin = item_type(item).1;
        out.row("fin_item_map", format_args!("{item},'{fin}'"));
        if item % 3 == 0 {
            out.row("ivr_node_cfg", format_args!("{},{},'播报科目{item}',{item}", item * 10, item % 5));
        }
        out.row("wms_nav_tree", format_args!("{},{},'费用/科目{item}',{item}", item * 100, item % 5));
    }
    for (number, kind) in (1..).zip(ITEM_TYPES) {
        out.row("csr_skill_cfg", format_args!("{number},'{kind}咨询','{kind}'"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_localities_share_all_subscribers() {
        let world = World::new(1);
        assert_eq!(world.subscribers.len(), SUBSCRIBERS as usize);
        for place in LOCALITIES {
            assert!(world.subscribers.iter().any(|s| s.area == place.area), "{}", place.city);
        }
    }
}
