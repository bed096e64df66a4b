//! How often and how much one viewer may get, by its wish in Attach. It holds pictures of that viewer back and nobody
//! else's; what the encoder makes of it is `Wanted`.

/// Nobody is served less than this, in kbit/s: one key picture of a page would take minutes.
const LEAST_KBIT: u32 = 200;
/// What may go at once, in milliseconds of the rate.
const BURST_MS: u64 = 500;

/// Pictures per second and bits per second. Time is in milliseconds.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// Microseconds from one picture to the next; 0 for no wish.
    gap_us: u64,
    next_us: u64,
    /// 0 for no wish.
    kbit: u64,
    /// Bits that were sent and that the rate has not let through yet, at `drained`.
    debt: u64,
    drained: u64,
}

impl Pace {
    /// By the wishes of a viewer; 0 is none.
    pub(super) fn new(max_fps: u32, max_kbit: u32) -> Self {
        let gap_us = 1_000_000u64.checked_div(max_fps.into()).unwrap_or(0);
        let kbit = if max_kbit == 0 { 0 } else { u64::from(max_kbit.max(LEAST_KBIT)) };
        Self { gap_us, kbit, ..Self::default() }
    }

    /// Whether there is any wish.
    pub(super) fn is_wished(&self) -> bool {
        self.gap_us > 0 || self.kbit > 0
    }

    /// The moment from which the next picture may go.
    pub(super) fn due(&self) -> u64 {
        let over = self.debt.saturating_sub(self.kbit * BURST_MS);
        let paid = if over == 0 { 0 } else { self.drained + over.div_ceil(self.kbit.max(1)) };
        paid.max(self.next_us.div_ceil(1_000))
    }

    /// A picture of so many bytes went out.
    pub(super) fn sent(&mut self, bytes: usize, now: u64) {
        if self.gap_us > 0 {
            // What a late picture lost is made up for, so that the mean is what was wished; after a rest it is not.
            let now_us = now * 1_000;
            let rested = now_us > self.next_us + self.gap_us;
            self.next_us = if rested { now_us } else { self.next_us } + self.gap_us;
        }
        if self.kbit > 0 {
            let passed = now.saturating_sub(self.drained).saturating_mul(self.kbit);
            self.debt = self.debt.saturating_sub(passed) + bytes as u64 * 8;
            self.drained = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pace;

    /// Offers a picture each millisecond for so many seconds; how many went.
    fn went(pace: &mut Pace, bytes: usize, seconds: u64) -> u64 {
        let mut count = 0;
        for now in 0..seconds * 1_000 {
            if pace.due() <= now {
                pace.sent(bytes, now);
                count += 1;
            }
        }
        count
    }

    #[test]
    fn without_a_wish_everything_goes_at_once() {
        assert_eq!(went(&mut Pace::new(0, 0), 1 << 20, 2), 2_000);
    }

    #[test]
    fn pictures_per_second_are_as_wished_and_not_fewer() {
        for fps in [1, 5, 15, 30, 60] {
            let count = went(&mut Pace::new(fps, 0), 1, 10);
            let wished = u64::from(fps) * 10;
            assert!((wished..=wished + 2).contains(&count), "{count} at {fps} per second");
        }
    }

    #[test]
    fn bits_per_second_are_as_wished_apart_from_the_first_half_second() {
        // 1,000 kbit/s for 10 s are 10,000,000 bits; a picture has 80,000.
        let count = went(&mut Pace::new(0, 1_000), 10_000, 10);
        assert!((125..=132).contains(&count), "{count}");
        let least = went(&mut Pace::new(0, 1), 2_500, 10);
        assert!((100..=107).contains(&least), "{least} at the least rate");
    }
}
