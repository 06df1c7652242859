//! The ledgers that steps, scheduler, database, mail server and HTTP server write themselves, and the comparison of a
//! finished run with them.

use crate::outside;
use crate::person::{Harm, Person};
use crate::world::World;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Steps that write into the ledger themselves.
pub(crate) const PROGRAMS: [&str; 8] =
    ["s/program", "s/script", "s/again", "s/each-a", "s/each-b", "s/bad", "s/published", "t/last"];

/// How many letters the run calls for: two stages that finish, and one step.
const LETTERS: usize = 3;

/// The programs' ledger.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    /// Step and attempt of every beginning, in order.
    begun: Vec<(String, u64)>,
    /// How attempts ended.
    ended: BTreeMap<(String, u64), i32>,
    /// Lines of programs that were started with the faults of their engine.
    preloaded: usize,
}

impl Attempts {
    /// Reads the ledger of a world.
    pub(crate) fn of(world: &World) -> Self {
        let mut attempts = Attempts::default();
        for line in world.read("ledger").lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let who = (words[1].to_owned(), words[2].parse().unwrap());
            match words[0] {
                "begin" => attempts.begun.push(who),
                "end" => drop(attempts.ended.insert(who, words[5].parse().unwrap())),
                _ => attempts.preloaded += 1,
            }
        }
        attempts
    }

    /// How often the step began.
    pub(crate) fn begun(&self, path: &str) -> usize {
        self.begun.iter().filter(|(step, _)| step == path).count()
    }

    /// The exit code of an attempt that came to its end.
    pub(crate) fn end(&self, path: &str, attempt: u64) -> Option<i32> {
        self.ended.get(&(path.to_owned(), attempt)).copied()
    }
}

/// Compares a run that has come to its end with all ledgers.
pub(crate) fn compare(person: &Person) {
    let status = person.world.status().unwrap();
    for step in status["steps"].as_array().unwrap() {
        let wanted = if step["path"] == "s/bad" { "forced" } else { "succeeded" };
        assert_eq!(step["status"], wanted, "{step:#}");
    }
    let engine_died = person.harm == Harm::Engine;
    assert!(
        !engine_died || person.lost.is_empty(),
        "an engine's death leaves nothing in doubt: {:?}",
        person.lost
    );
    let events = events(person);
    programs(person, &events);
    databases(person);
    scheduler(person);
    requests(person);
    gates(person, &status);
    letters(person);
    let verified = person.world.ms("verify");
    assert_eq!(verified.code, 0, "{verified:?}");
}

/// Everything that was told is in the journal, as it was told.
fn events(person: &Person) -> Vec<Value> {
    let out = person.world.ms("events --json");
    let events: Vec<Value> = out.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbers: Vec<u64> = events.iter().map(|event| event["seq"].as_u64().unwrap()).collect();
    assert!(numbers.iter().copied().eq(1..=numbers.len() as u64), "gaps: {numbers:?}");
    for (seq, told) in &person.told {
        let kept = events.get(usize::try_from(*seq).unwrap() - 1);
        assert_eq!(kept, Some(told), "event {seq} was told and is not in the journal");
    }
    events
}

/// Nothing was lost, no attempt began twice, and nothing ran again that nobody asked for.
fn programs(person: &Person, events: &[Value]) {
    let attempts = Attempts::of(&person.world);
    assert_eq!(attempts.preloaded, 0, "a step inherited the faults");
    let different: BTreeSet<_> = attempts.begun.iter().collect();
    assert_eq!(different.len(), attempts.begun.len(), "an attempt began twice: {:?}", attempts.begun);
    for path in PROGRAMS {
        let by_itself = begun_again(&attempts, events, path);
        assert!(by_itself == 0 || path == "s/again", "{path} ran again by itself");
        let begun = attempts.begun(path);
        let allowed = 1 + by_itself + asked(person, path);
        assert!((1..=allowed).contains(&begun), "{path} began {begun} times, {allowed} were asked for");
        if let Some(then) = person.ended.get(path) {
            assert_eq!(begun, *then, "{path} was recorded as done and ran again");
        }
        let code = if path == "s/bad" { 7 } else { 0 };
        for event in events.iter().filter(|event| event["kind"] == "step_ended" && event["step"] == path) {
            let (outcome, attempt) = (&event["outcome"], &event["attempt"]);
            let is_true = outcome["result"] != "succeeded" || outcome["outputs"]["attempt"] == *attempt;
            assert!(is_true, "what it printed was lost: {event:#}");
        }
        let ended = attempts.ended.iter().any(|((step, _), end)| step == path && *end == code);
        assert!(ended, "{path} never came to its end: {attempts:?}");
    }
}

/// How many attempts that had begun were followed by another one that nobody asked for.
fn begun_again(attempts: &Attempts, events: &[Value], path: &str) -> usize {
    let again = events
        .iter()
        .filter(|event| event["kind"] == "step_lost" && event["step"] == path && event["again"] == true);
    let number = |event: &Value| (path.to_owned(), event["attempt"].as_u64().unwrap());
    again.filter(|event| attempts.begun.contains(&number(event))).count()
}

fn databases(person: &Person) {
    assert_eq!(person.world.sql("select step from done"), ["rows"], "an insert was lost, or done twice");
    let names = person.world.sql("select name from station order by id");
    assert_eq!(names, ["a", "b", "c"], "a load was lost, or done twice");
}

fn scheduler(person: &Person) {
    let ledger = person.world.read("sched/ledger");
    let count = |line: &str| ledger.lines().filter(|known| *known == line).count();
    assert_eq!(count("submit Nightly"), 1, "{ledger}");
    assert_eq!(count("submit Hourly"), 0, "what is followed is never submitted\n{ledger}");
    let passed = count("pass Blocked");
    assert!((1..=1 + asked(person, "s/Blocked")).contains(&passed), "{ledger}");
}

fn requests(person: &Person) {
    let requests = outside::requests(&person.world.name);
    assert_eq!(requests.keys().collect::<Vec<_>>(), ["x/2025-10/announce"], "one key for ever: {requests:?}");
}

/// Each gate was decided once, as it was answered.
fn gates(person: &Person, status: &Value) {
    let gates = status["gates"].as_array().unwrap();
    assert_eq!(gates.len(), 4, "{gates:#?}");
    for gate in gates {
        let decisions = gate["decisions"].as_array().unwrap();
        assert_eq!((&gate["status"], decisions.len()), (&"confirmed".into(), 1), "{gate:#}");
        let by_hand = gate["path"] == "s/close";
        let by = if by_hand { "li.na" } else { "zhang.wei" };
        assert_eq!(
            (&decisions[0]["by"], &decisions[0]["in_advance"]),
            (&by.into(), &(!by_hand).into()),
            "{gate:#}"
        );
        if by_hand {
            assert!(!person.acknowledged.is_empty(), "a decision that nobody made");
            assert_eq!(decisions[0]["note"], person.acknowledged[0].as_str(), "{gate:#}");
        }
    }
}

/// Every letter arrived, under one Message-ID.
fn letters(person: &Person) {
    let out = person.world.ms("mails --json");
    let mails: Value = serde_json::from_str(&out.stdout).unwrap();
    let mails = mails.as_array().unwrap();
    assert_eq!(mails.len(), LETTERS, "{mails:#?}");
    assert!(mails.iter().all(|mail| mail["status"] == "sent"), "{mails:#?}");
    let arrived = outside::letters(&person.world.name);
    assert_eq!(arrived.len(), LETTERS, "{arrived:#?}");
    assert!(arrived.values().all(|ids| ids.len() == 1), "a letter under two names: {arrived:#?}");
}

fn asked(person: &Person, path: &str) -> usize {
    person.asked.get(path).copied().unwrap_or(0)
}
