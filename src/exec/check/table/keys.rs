//! Keys and numbers of rows on both sides.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;

use super::allowed::within;
use super::normal::{Meaning, shown};
use super::side::{Scan, Table, Unreadable};
use super::spill::{Side, Spill};
use super::tally::{Differences, Differing, Hash, Sums, Times, hash};
use crate::exec::attempt::Attempt;
use crate::exec::log::log_path;
use crate::msg;
use crate::plan::Tolerance;
use crate::words::one_line;

/// So many examples are told.
const TOLD: usize = 3;

/// Longest example, in characters.
const LONGEST: usize = 40;

/// What is compared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'c> {
    pub(super) columns: &'c [String],
    /// Only how often: what else is there of a row does not matter, and a difference may be allowed.
    pub(super) by_value: bool,
    pub(super) tolerance: Option<Tolerance>,
}

/// What was found of the keys.
pub(super) struct Compared {
    pub(super) from: Sums,
    pub(super) differences: Differences,
    pub(super) examples: Examples,
}

/// Differing keys by name, in their order.
#[derive(Debug, Default)]
pub(super) struct Examples(BTreeMap<String, Times>);

impl Examples {
    /// The first few of a kind.
    pub(super) fn few(&self, kind: impl Fn(Times) -> bool, counts: bool) -> String {
        let mut names: Vec<String> = self
            .0
            .iter()
            .filter(|(_, times)| kind(**times))
            .take(TOLD + 1)
            .map(
                |(name, times)| {
                    if counts { format!("{name} ({} ≠ {})", times.from, times.to) } else { name.clone() }
                },
            )
            .collect();
        if names.len() > TOLD {
            "…".clone_into(&mut names[TOLD]);
        }
        names.join(", ")
    }
}

/// Compares the keys of two tables.
pub(super) async fn compare(
    attempt: &Attempt,
    from: &mut Table<'_>,
    to: &mut Table<'_>,
    asked: Asked<'_>,
    seen: &AtomicU64,
) -> Result<Compared, Unreadable> {
    let meaning = |name: &String| Ok(Meaning::of(from.column(name)?.kind, to.column(name)?.kind));
    let meanings = asked.columns.iter().map(meaning).collect::<Result<Vec<_>, Unreadable>>()?;
    let scans = (from.scan(asked.columns, asked.by_value)?, to.scan(asked.columns, asked.by_value)?);
    let mut looking = Looking { attempt, from, to, scans, meanings, seen };
    let (sums, others) = looking.sums().await?;
    let Some(differing) = sums.differing(&others) else {
        return Ok(Compared {
            from: sums,
            differences: Differences::default(),
            examples: Examples::default(),
        });
    };
    drop(others);
    let differences = looking.differences(differing, asked.tolerance).await?;
    let examples = looking.examples(&differences).await?;
    Ok(Compared { from: sums, differences, examples })
}

struct Looking<'l, 'f, 't> {
    attempt: &'l Attempt,
    from: &'l mut Table<'f>,
    to: &'l mut Table<'t>,
    scans: (Scan, Scan),
    meanings: Vec<Meaning>,
    seen: &'l AtomicU64,
}

impl Looking<'_, '_, '_> {
    async fn sums(&mut self) -> Result<(Sums, Sums), Unreadable> {
        let (mut left, mut right) = (Sums::default(), Sums::default());
        let (meanings, seen) = (&self.meanings, self.seen);
        let from = self.from.each_key(&self.scans.0, meanings, seen, |key, times| left.add(hash(key), times));
        let to = self.to.each_key(&self.scans.1, meanings, seen, |key, times| right.add(hash(key), times));
        tokio::try_join!(from, to)?;
        Ok((left, right))
    }

    /// Keys of differing buckets, both sides of each brought together.
    async fn differences(
        &mut self,
        differing: Differing,
        tolerance: Option<Tolerance>,
    ) -> Result<Differences, Unreadable> {
        let job = &self.attempt.job;
        let log = log_path(&self.attempt.room.state_dir, &job.run, &job.path, job.attempt);
        let folder = log.parent().unwrap_or(&self.attempt.room.state_dir);
        let unwritten =
            |error: std::io::Error| Unreadable::Lasting(msg!("exec-table-no-room", why = error.to_string()));
        let mut spill = Spill::new(folder, &format!("{}.keys", job.attempt)).map_err(unwritten)?;
        let mut keep = |key: &[u8], side, times| {
            let hash = hash(key);
            if differing.holds(hash) {
                spill.add(hash, side, times);
            }
        };
        let (meanings, seen) = (&self.meanings, self.seen);
        self.from.each_key(&self.scans.0, meanings, seen, |key, times| keep(key, Side::From, times)).await?;
        self.to.each_key(&self.scans.1, meanings, seen, |key, times| keep(key, Side::To, times)).await?;
        let finding = tokio::task::spawn_blocking(move || {
            let mut found = Differences::default();
            spill.each(|hash, times| {
                if !within(tolerance, &times.from.into(), &times.to.into()) {
                    found.add(hash, times);
                }
            })?;
            Ok(found)
        });
        finding.await.unwrap_or_else(|broken| Err(std::io::Error::other(broken))).map_err(unwritten)
    }

    /// The names of the differences that were remembered.
    async fn examples(&mut self, differences: &Differences) -> Result<Examples, Unreadable> {
        let mut examples = Examples::default();
        let mut name = |key: &[u8], kind: fn(Times) -> bool| {
            let hash: Hash = hash(key);
            if let Some(times) = differences.some.get(&hash).filter(|times| kind(**times)) {
                let values = shown(key).join(", ");
                examples.0.insert(one_line(&values, LONGEST), *times);
            }
        };
        let (meanings, seen) = (&self.meanings, self.seen);
        if differences.missing + differences.uneven > 0 {
            self.from
                .each_key(&self.scans.0, meanings, seen, |key, _| name(key, |times| times.from > 0))
                .await?;
        }
        if differences.extra > 0 {
            self.to
                .each_key(&self.scans.1, meanings, seen, |key, _| name(key, |times| times.from == 0))
                .await?;
        }
        Ok(examples)
    }
}
