//! What the scheduler knows about programs: where each works, how long it takes, and which events start it.

use std::time::Duration;

/// The database that a program works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The appliance.
    Yt,
    /// The MPP database.
    Mpp,
}

impl Side {
    /// The folder of its programs' SQL.
    pub(super) fn folder(self) -> &'static str {
        match self {
            Side::Yt => "yt",
            Side::Mpp => "mpp",
        }
    }
}

/// A program that events start, or that others wait for.
#[derive(Debug)]
struct Program {
    name: &'static str,
    lasts: Duration,
    /// Programs, or events from outside, that it waits for.
    after: &'static [&'static str],
}

/// How long a program takes that nothing is known about.
const USUAL: Duration = Duration::from_millis(500);

/// The event that the distribution platform never sends: whoever knows that the table has arrived passes the task.
const LOCALISED_ARRIVED: &str = "EVT_LOC_USR_M";

const fn program(name: &'static str, millis: u64, after: &'static [&'static str]) -> Program {
    Program { name, lasts: Duration::from_millis(millis), after }
}

/// Programs in the order in which they start.
const PROGRAMS: &[Program] = &[
    program("DimAccItemCode", 900, &[]),
    program("DimEvtIvrNode", 600, &["DimAccItemCode"]),
    program("DimEvtCsrSkill", 800, &["DimAccItemCode"]),
    program("DimAccWmsNavtreemap", 700, &["DimAccItemCode"]),
    program("EvtLocUsrM_MPP", 100, &[LOCALISED_ARRIVED]),
    program("DwaLocUsrM_MPP", 900, &["EvtLocUsrM_MPP"]),
    program("DwaLocUsrAreaM_MPP", 600, &["DwaLocUsrM_MPP"]),
    program("DwaLocUsrProdM_MPP", 700, &["DwaLocUsrM_MPP"]),
];

/// What waits for the event from outside.
pub(super) const WAITS_OUTSIDE: &str = "EvtLocUsrM_MPP";
/// What begins the bill items' programs.
pub(super) const BILL_ITEMS: &str = "DimAccItemCode";

fn known(flow: &str) -> Option<&'static Program> {
    PROGRAMS.iter().find(|program| program.name == flow)
}

/// How long it takes.
pub(super) fn lasts(flow: &str) -> Duration {
    known(flow).map_or(USUAL, |program| program.lasts)
}

/// What it waits for.
pub(super) fn upstream(flow: &str) -> &'static [&'static str] {
    known(flow).map_or(&[], |program| program.after)
}

/// What waits for it.
pub(super) fn followers(flow: &str) -> impl Iterator<Item = &'static str> {
    PROGRAMS.iter().filter(move |program| program.after.contains(&flow)).map(|program| program.name)
}

/// All that depends on it, nearest first, each once.
pub(super) fn downstream(flow: &str) -> Vec<&'static str> {
    let mut all: Vec<&'static str> = followers(flow).collect();
    let mut at = 0;
    while let Some(next) = all.get(at).copied() {
        all.extend(followers(next).filter(|name| !all.contains(name)).collect::<Vec<_>>());
        at += 1;
    }
    all
}

/// Does it only wait, and do nothing?
pub(super) fn only_waits(flow: &str) -> bool {
    flow == WAITS_OUTSIDE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn downstream_is_all_that_depends_and_nothing_else() {
        assert_eq!(downstream("DimAccItemCode"), ["DimEvtIvrNode", "DimEvtCsrSkill", "DimAccWmsNavtreemap"]);
        let localised = ["DwaLocUsrM_MPP", "DwaLocUsrAreaM_MPP", "DwaLocUsrProdM_MPP"];
        assert_eq!(downstream(WAITS_OUTSIDE), localised);
        assert!(downstream("DwdMergeBillM").is_empty());
    }
}
