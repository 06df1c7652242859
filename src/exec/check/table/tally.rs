//! How often which key is there on two sides, in memory that does not grow with the tables: first sums of hashes by
//! buckets, which tell where the sides differ; then the keys of those buckets alone, by way of a file.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher as _};

/// Buckets of hashes.
const BUCKETS: usize = 1 << 16;

/// A key's hash: two keys do not share one, so equal hashes are equal keys.
pub(super) type Hash = u128;

/// The hash of a key. The same in every run, so that examples are the same too.
pub(super) fn hash(key: &[u8]) -> Hash {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        hasher.write_u8(salt);
        hasher.write(key);
        hasher.finish()
    };
    (Hash::from(half(1)) << 64) | Hash::from(half(2))
}

fn bucket(hash: Hash) -> usize {
    // The upper 16 bits.
    usize::try_from(hash >> 112).unwrap_or(0)
}

/// What one side holds, by bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sums {
    /// How many keys, and the sum of their hashes: each as often as it is there.
    buckets: Vec<(u64, Hash)>,
    /// Keys, each as often as it is there.
    pub(super) rows: u64,
    /// Keys that are there more than once.
    pub(super) doubled: u64,
}

impl Default for Sums {
    fn default() -> Self {
        Sums { buckets: vec![(0, 0); BUCKETS], rows: 0, doubled: 0 }
    }
}

impl Sums {
    /// A key that is there so often.
    pub(super) fn add(&mut self, hash: Hash, times: u64) {
        let (count, sum) = &mut self.buckets[bucket(hash)];
        *count += times;
        *sum = sum.wrapping_add(hash.wrapping_mul(Hash::from(times)));
        self.rows += times;
        self.doubled += u64::from(times > 1);
    }

    /// Buckets in which the sides differ; `None` when they do in none.
    pub(super) fn differing(&self, other: &Sums) -> Option<Differing> {
        let flags: Vec<bool> =
            self.buckets.iter().zip(&other.buckets).map(|(here, there)| here != there).collect();
        flags.contains(&true).then_some(Differing(flags))
    }
}

/// Buckets in which two sides differ.
#[derive(Debug, Clone)]
pub(super) struct Differing(Vec<bool>);

impl Differing {
    /// May that key differ?
    pub(super) fn holds(&self, hash: Hash) -> bool {
        self.0[bucket(hash)]
    }
}

/// How often a key is there on each side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Times {
    pub(super) from: u64,
    pub(super) to: u64,
}

/// The keys of differing buckets that differ too much.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Differences {
    /// Only in `from`.
    pub(super) missing: u64,
    /// Only in `to`.
    pub(super) extra: u64,
    /// On both sides, but not as often.
    pub(super) uneven: u64,
    /// Some of them, of every kind.
    pub(super) some: BTreeMap<Hash, Times>,
}

/// Of every kind so many differences are remembered, to be looked up and told.
const REMEMBERED: u64 = 1_000;

impl Differences {
    /// A key that differs.
    pub(super) fn add(&mut self, hash: Hash, times: Times) {
        let kind = match times {
            Times { to: 0, .. } => &mut self.missing,
            Times { from: 0, .. } => &mut self.extra,
            Times { .. } => &mut self.uneven,
        };
        *kind += 1;
        if *kind <= REMEMBERED {
            self.some.insert(hash, times);
        }
    }

    /// Does any key differ?
    pub(super) fn any(&self) -> bool {
        self.missing + self.extra + self.uneven > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn sums_are_equal_for_the_same_keys_only(
            mut from in proptest::collection::vec(0_u8..20, 0..40),
            mut to in proptest::collection::vec(0_u8..20, 0..40),
        ) {
            let sums = |keys: &[u8]| {
                let mut sums = Sums::default();
                for key in keys {
                    sums.add(hash(&[*key]), 1);
                }
                sums
            };
            let (left, right) = (sums(&from), sums(&to));
            let differing = left.differing(&right);
            from.sort_unstable();
            to.sort_unstable();
            proptest::prop_assert_eq!(differing.is_none(), from == to);
            for key in 0..20_u8 {
                let count = |keys: &[u8]| keys.iter().map(|other| usize::from(*other == key)).sum::<usize>();
                if count(&from) != count(&to) {
                    proptest::prop_assert!(differing.as_ref().unwrap().holds(hash(&[key])));
                }
            }
        }
    }

    #[test]
    fn a_key_counted_by_the_database_is_as_many_as_its_rows() {
        let (mut one, mut other) = (Sums::default(), Sums::default());
        one.add(hash(b"a"), 3);
        for _ in 0..3 {
            other.add(hash(b"a"), 1);
        }
        assert!(one.differing(&other).is_none());
        assert_eq!((one.rows, one.doubled, other.rows), (3, 1, 3));
    }
}
