//! The disk fails: it is full at every size of the files, and each sync may fail. The program says so and stops; what it
//! acknowledged is there when it goes on.

use crate::ledger::{PROGRAMS, compare};
use crate::person::{Harm, Person};
use crate::shim::Fault;
use crate::trials::{all, long};
use crate::world::Out;

/// Exit codes of an engine whose disk failed: it got through, said so, or is halted by steps that failed.
const CODES: [i32; 4] = [0, 1, 4, 7];

/// A run in which nothing fails: by how many bytes its files grow, and how many syncs it makes.
fn measured() -> (usize, usize) {
    let mut person = Person::new(Harm::Disk);
    person.drive(&Fault::full_after(1 << 40));
    let disk = std::fs::read(person.world.path("disk")).unwrap();
    let grown = u64::from_le_bytes(disk[..8].try_into().unwrap());
    let log = person.world.read("calls");
    let is_sync = |line: &&str| {
        line.starts_with("engine ") && (line.contains(" fsync ") || line.contains(" fdatasync "))
    };
    let syncs: Vec<&str> = log.lines().filter(is_sync).collect();
    // What is told is on the disk: no step begins or ends without the journal's.
    let of_journal = syncs.iter().filter(|line| line.contains("journal.db-wal")).count();
    assert!(of_journal > PROGRAMS.len(), "the journal is put on the disk {of_journal} times: {syncs:#?}");
    (usize::try_from(grown).unwrap(), syncs.len())
}

/// What stopped is said in one line, beside what is told of the run itself.
fn says_so(out: &Out) {
    assert!(CODES.contains(&out.code), "{out:?}");
    if out.code == 1 || out.code == 7 {
        let said: Vec<&str> = out.stderr.lines().filter(|line| !line.starts_with('{')).collect();
        let why = |line: &&&str| line.contains("journal.db") || line.contains(".monthstart");
        assert_eq!(said.iter().filter(why).count(), 1, "{said:#?}");
    }
}

fn trial(fault: &Fault) {
    let mut person = Person::new(Harm::Disk);
    let out = person.drive(fault);
    says_so(&out);
    person.bring_home();
    compare(&person);
}

/// Every so many bytes from 0 on.
fn sizes(grown: usize, short: usize, long_step: usize) -> impl Iterator<Item = usize> {
    (0..grown).step_by(if long() { long_step } else { grown / short + 1 })
}

#[test]
fn the_disk_is_full_at_every_size() {
    let (grown, _) = measured();
    let mut cases: Vec<Fault> = sizes(grown, 9, 997).map(Fault::full_after).collect();
    // Room is made after a while: what was refused is not done half, and not done twice.
    cases.extend(sizes(grown, 3, 4_999).map(|size| Fault::full_for(size, 1)));
    cases.extend(sizes(grown, 2, 9_973).map(|size| Fault::full_for(size, 3)));
    all(&cases, trial);
}

#[test]
fn each_sync_fails_in_turn() {
    let (_, syncs) = measured();
    let step = if long() { 1 } else { syncs / 8 + 1 };
    let mut cases: Vec<Fault> = (1..=syncs).step_by(step).map(Fault::sync_fails).collect();
    cases.extend((1..=syncs).step_by(step * 4).map(Fault::syncs_fail_from));
    all(&cases, trial);
}
