//! Random values that repeat for a seed, with a liking for those that break things.

/// The generator "splitmix64".
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    pub(crate) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    /// Mostly small, sometimes at the edges.
    pub(crate) fn number(&mut self) -> u32 {
        match self.below(20) {
            0 => u32::MAX,
            1 => i32::MAX as u32,
            2 => i32::MIN as u32,
            3 => self.next() as u32,
            4..=6 => 0,
            7..=13 => 1 + self.below(4) as u32,
            _ => self.below(700) as u32,
        }
    }

    pub(crate) fn float(&mut self) -> f64 {
        match self.below(20) {
            0 => f64::NAN,
            1 => f64::INFINITY,
            2 => -1e300,
            _ => self.below(80_000) as f64 / 100.0,
        }
    }

    pub(crate) fn text(&mut self) -> String {
        match self.below(8) {
            0 => "\0 zero\0".to_owned(),
            1 => "日本".repeat(self.below(3000)),
            2 => String::new(),
            3 => "text/plain".to_owned(),
            _ => "text/plain;charset=utf-8".to_owned(),
        }
    }
}
