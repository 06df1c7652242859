//! One month of billing: what every subscriber, account and group owes, pays and uses, from the seed alone.

use std::collections::BTreeSet;

use crate::time::Month;

use super::rng::Rng;
use super::script::Script;
use super::world::{FIRST_ITEM, ITEMS, LOCALITIES, Subscriber, World, item_type};

/// What a month's books come to, by locality.
#[derive(Debug, Default, Clone, Copy)]
struct Sum {
    bills: u32,
    cents: u64,
}

/// The month's books, being written into two databases.
struct Books<'a> {
    month: Month,
    day: String,
    rng: Rng,
    billed: BTreeSet<u32>,
    yt: &'a mut Script,
    bill24: &'a mut Script,
}

/// The inserts that put `month` on the appliance and on database 24; `pocket` is delivered apart.
pub(super) fn write(world: &World, seed: u64, month: Month, yt: &mut Script, bill24: &mut Script) {
    let rng = Rng::new(seed, period(month), 1);
    let day = month.last_day().strftime("%Y%m%d").to_string();
    let mut books = Books { month, day, rng, billed: BTreeSet::new(), yt, bill24 };
    let sums: Vec<Sum> = LOCALITIES.iter().map(|place| books.locality(world, place.area)).collect();
    for (place, sum) in LOCALITIES.iter().zip(sums) {
        let (area, Sum { bills, cents }) = (place.area, sum);
        books.yt.row("bill_ctl", format_args!("'{month}','{area}',{bills},{cents}"));
        books.bill24.row("bill_close", format_args!("'{month}','{area}',{bills},{cents},1"));
    }
    books.accounts(world);
    books.groups(world);
}

fn period(month: Month) -> u64 {
    month.compact().parse().unwrap_or(0)
}

impl Books<'_> {
    fn locality(&mut self, world: &World, area: &str) -> Sum {
        let mut sum = Sum::default();
        for s in world.subscribers.iter().filter(|s| s.area == area) {
            self.day_of(*s);
            if self.rng.chance(97) {
                let cents = self.bill(*s, sum.bills);
                sum = Sum { bills: sum.bills + 1, cents: sum.cents + u64::from(cents) };
            }
        }
        sum
    }

    /// A bill with its items, products, fourth-level lines and payment; its amount is returned.
    fn bill(&mut self, s: Subscriber, nth: u32) -> u32 {
        let (m, area) = (self.month, s.area);
        let bill = period(m) * 10_000_000 + u64::from(s.id);
        let first = self.rng.between(0, ITEMS - 1);
        let (mut total, mut base) = (0, 0);
        for step in 0..self.rng.between(1, 4) {
            let item = FIRST_ITEM + (first + step * 7) % ITEMS;
            let cents = self.rng.between(99, 12_000);
            self.yt.row(&format!("bill_item_{area}"), format_args!("'{m}',{bill},{item},{cents}"));
            self.lines(area, bill, item, cents);
            base += if step == 0 { cents } else { 0 };
            total += cents;
        }
        self.billed.insert(s.acct);
        let (prod, addon) = (s.prod, self.rng.between(601, 620));
        self.yt.row(&format!("bill_prod_{area}"), format_args!("'{m}',{bill},{prod},{base}"));
        if total > base {
            let rest = total - base;
            self.yt.row(&format!("bill_prod_{area}"), format_args!("'{m}',{bill},{addon},{rest}"));
        }
        self.yt.row(&format!("bill_{area}"), format_args!("'{m}',{bill},{},{},{total}", s.acct, s.id));
        self.bill24.row("bill", format_args!("'{m}','{area}',{bill},{total}"));
        self.payment(s, bill, total, nth);
        total
    }

    fn lines(&mut self, area: &str, bill: u64, item: u32, cents: u32) {
        let m = self.month;
        let split = if cents > 8_000 { cents / 3 } else { 0 };
        for (line, part) in (1..).zip([cents - split, split]) {
            if part > 0 {
                let quantity = self.rng.between(1, 90);
                let values = format_args!("'{m}',{bill},{item},{line},{quantity},{part}");
                self.yt.row(&format!("bill_dtl4_{area}"), values);
            }
        }
    }

    /// Most pay in full, some in part or not at all; now and then a payment was booked wrongly and reversed.
    fn payment(&mut self, s: Subscriber, bill: u64, total: u32, nth: u32) {
        let (m, area, acct) = (self.month, s.area, s.acct);
        let number = bill * 10;
        if self.rng.chance(3) {
            let wrong = self.rng.between(1, total);
            self.yt
                .row("writeoff_rec", format_args!("'{m}','{area}',{},{bill},{acct},{wrong},1", number + 1));
        }
        let paid = match self.rng.between(1, 100) {
            1..=84 => total,
            85..=93 => self.rng.between(1, total),
            _ => 0,
        };
        // The first bill of a locality stays unpaid, so that every locality has somebody to remind.
        if paid > 0 && nth > 0 {
            self.yt.row("writeoff_rec", format_args!("'{m}','{area}',{number},{bill},{acct},{paid},0"));
        }
    }

    /// What the month's last day adds: rents, promotions, calls, usage.
    fn day_of(&mut self, s: Subscriber) {
        let Subscriber { id, acct, area, .. } = s;
        let item = FIRST_ITEM + self.rng.between(0, ITEMS - 1);
        let (rent, calls, bytes) =
            (self.rng.between(30, 400), self.rng.between(1, 20), self.rng.between(1, 900));
        let day = self.day.clone();
        self.yt.row(&format!("daily_bill_{area}"), format_args!("'{day}',{id},{acct},{}", rent + bytes));
        if self.rng.chance(40) {
            self.yt.row(&format!("rc_bill_dtl_{area}"), format_args!("'{day}',{id},{acct},{item},{rent}"));
        }
        if self.rng.chance(12) {
            self.yt
                .row(&format!("prom_bill_{area}"), format_args!("'{day}',{id},{acct},{item},{}", rent / 2));
        }
        if self.rng.chance(45) {
            let (kind, seconds) = (self.rng.pick(&["国内", "漫游", "国际"], "国内"), calls * 47);
            self.yt
                .row(&format!("srvc_dtl1_{area}"), format_args!("'{day}',{id},'{kind}',{calls},{seconds}"));
        }
        if self.rng.chance(45) {
            let values = format_args!("'{day}',{id},{acct},{item},{bytes},{}", bytes / 3 + 1);
            self.yt.row(&format!("usage_bill_{area}"), values);
        }
        if self.rng.chance(50) {
            let values = format_args!("'{day}',{id},{acct},{item},{}", rent + calls);
            self.yt.row(&format!("bill_dtl3_{area}"), values);
        }
    }

    /// Adjustments of billed accounts and prepayments of customers.
    fn accounts(&mut self, world: &World) {
        let m = self.month;
        let last = m.last_day();
        for a in &world.accounts {
            let number = period(m) * 10_000_000 + u64::from(a.id);
            let reason = self.rng.pick(&["计费差错", "协议优惠", "投诉赔付"], "其他");
            if self.rng.chance(6) && self.billed.contains(&a.id) {
                let cents = self.rng.between(10, 900);
                let values = format_args!("'{m}','{}',{number},{},'{reason}',{cents}", a.area, a.id);
                self.yt.row("adjust_busi_rec", values);
            }
            if a.seq == 1 && self.rng.chance(35) {
                let earlier = i64::from(self.rng.between(0, u32::from(last.day().unsigned_abs()) - 1));
                let back = if self.rng.chance(20) { 0 } else { earlier };
                let day = last.saturating_sub(jiff::ToSpan::days(back));
                let cents = self.rng.between(1_000, 50_000);
                let values = format_args!("'{m}','{day}',{number},{},'{}',{cents}", a.cust, a.area);
                self.yt.row("prepay", values);
            }
        }
    }

    fn groups(&mut self, world: &World) {
        let m = self.month;
        for (group, area) in &world.groups {
            for nth in 0..self.rng.between(0, 3) {
                let number = (period(m) * 10_000_000 + u64::from(*group)) * 10 + u64::from(nth);
                let cents = self.rng.between(100, 20_000);
                self.yt.row("grp_adjust", format_args!("'{m}','{area}',{number},{group},{cents}"));
            }
        }
    }
}

/// Every account's pockets (cash, and for some a gift) of `month`.
pub(super) fn write_pockets(world: &World, seed: u64, month: Month, out: &mut Script) {
    let mut rng = Rng::new(seed, period(month), 2);
    for a in &world.accounts {
        let kinds = if rng.chance(40) { 2 } else { 1 };
        for (nth, kind) in (0_u64..).zip(["现金", "赠款"]).take(kinds) {
            let number = (period(month) * 10_000_000 + u64::from(a.id)) * 10 + nth;
            let (begin, income) = (rng.between(0, 30_000), rng.between(0, 10_000));
            let outgo = rng.between(0, begin + income);
            let (area, acct) = (a.area, a.id);
            let values = format_args!("'{month}','{area}',{number},{acct},'{kind}',{begin},{income},{outgo}");
            out.row("pocket", values);
        }
    }
}

/// The customer's bill items of `month`, into `table`; a month brings a few codes of its own.
pub(super) fn write_bill_items(seed: u64, month: Month, table: &str, out: &mut Script) {
    let extra = Rng::new(seed, period(month), 3).between(1, 6);
    for item in FIRST_ITEM..FIRST_ITEM + ITEMS + extra {
        let (kind, fin) = item_type(item);
        out.row(table, format_args!("'{month}',{item},'{kind}{item}','{kind}','{fin}'"));
    }
}
