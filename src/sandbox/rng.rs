//! Numbers that only look random: the same seed and the same purpose always give the same ones.

/// A splitmix64 stream.
#[derive(Debug, Clone)]
pub(super) struct Rng(u64);

impl Rng {
    /// The stream for one `purpose` (a table, a subscriber) of one `period` under `seed`.
    pub(super) fn new(seed: u64, period: u64, purpose: u64) -> Self {
        let mut rng = Rng(seed ^ period.rotate_left(32) ^ purpose.rotate_left(48));
        rng.next();
        rng
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from `low` up to and including `high`.
    pub(super) fn between(&mut self, low: u32, high: u32) -> u32 {
        let span = u64::from(high.saturating_sub(low)) + 1;
        low + u32::try_from(self.next() % span).unwrap_or(0)
    }

    /// True `percent` times in a hundred.
    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.between(1, 100) <= percent
    }

    /// One of `choices`.
    pub(super) fn pick<T: Copy>(&mut self, choices: &[T], otherwise: T) -> T {
        let last = u32::try_from(choices.len()).unwrap_or(1).saturating_sub(1);
        choices.get(self.between(0, last) as usize).copied().unwrap_or(otherwise)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_its_seed_and_stays_in_range() {
        let take =
            |seed| (0..50).scan(Rng::new(seed, 1, 2), |r, _| Some(r.between(3, 9))).collect::<Vec<_>>();
        assert_eq!(take(7), take(7));
        assert_ne!(take(7), take(8));
        assert!(take(7).iter().all(|n| (3..=9).contains(n)));
    }
}
