//! How good each picture is, when a still picture is coded once more, and how fast Chrome should draw. Pure: time is a
//! parameter, in microseconds from any start.

use super::Quality;
use crate::display::Pace;

/// A change of at most this share of the screen, in thousandths, is coded crisp at once; a larger one coarse first.
const SMALL: u32 = 120;
/// A picture that stays for this long is coded once more, crisp. Text is sharp well before 500 ms then.
const STILL_US: u64 = 120_000;
/// Large changes closer together than this are motion.
const MOTION_GAP_US: u64 = 150_000;
/// Motion for this long, with nobody's input, is drawn at half the rate.
const LONG_MOTION_US: u64 = 1_000_000;
/// How long after an input Chrome draws at full rate.
const INPUT_US: u64 = 2_000_000;
/// The pace changes at most this often.
const PACE_GAP_US: u64 = 500_000;
/// What a picture at 60 per second may cost.
const BUDGET_US: u64 = 16_000;

/// The ceiling when no viewer wishes for less.
pub const CEILING_KBIT: u32 = 6_000;

/// What is known of the last pictures.
#[derive(Debug)]
pub struct Rate {
    ceiling_kbit: u32,
    motion: Quality,
    /// Bits above what the ceiling let through.
    backlog_bits: u64,
    drained_us: u64,
    /// When large changes began to follow each other, and the last of them.
    moving: Option<(u64, u64)>,
    /// When the screen last changed, while something in the picture is coarse.
    coarse_since: Option<u64>,
    input_us: Option<u64>,
    /// Running mean of the time to code a picture.
    cost_us: u64,
    pace: Pace,
    paced_us: Option<u64>,
}

impl Default for Rate {
    fn default() -> Self {
        Self {
            ceiling_kbit: CEILING_KBIT,
            motion: Quality::MOTION,
            backlog_bits: 0,
            drained_us: 0,
            moving: None,
            coarse_since: None,
            input_us: None,
            cost_us: 0,
            pace: Pace::PerSecond(60),
            paced_us: None,
        }
    }
}

impl Rate {
    /// Sets the ceiling, in kbit/s; 0 is the default one.
    pub fn set_ceiling(&mut self, kbit: u32) {
        self.ceiling_kbit = if kbit == 0 { CEILING_KBIT } else { kbit.clamp(200, 50_000) };
    }

    /// Somebody acted.
    pub fn input(&mut self, now: u64) {
        self.input_us = Some(now);
    }

    /// The quality of a picture whose change covers `share` thousandths of the screen. 0 is a picture made for its own sake.
    pub fn quality(&mut self, now: u64, share: u32) -> Quality {
        self.drain(now);
        if share > SMALL {
            let start = self
                .moving
                .filter(|(_, last)| now.saturating_sub(*last) < MOTION_GAP_US)
                .map_or(now, |(start, _)| start);
            self.moving = Some((start, now));
        }
        if share <= SMALL && self.backlog_bits < self.allowance() {
            return Quality::CRISP;
        }
        self.motion
    }

    /// A picture was coded.
    pub fn coded(&mut self, now: u64, quality: Quality, bytes: usize, cost_us: u64) {
        self.drain(now);
        self.backlog_bits += bytes as u64 * 8;
        self.coarse_since = (quality > Quality::CRISP).then_some(now);
        self.cost_us = (self.cost_us * 7 + cost_us) / 8;
        if self.backlog_bits > self.allowance() {
            self.motion = self.motion.coarser(2);
        } else if self.backlog_bits < self.allowance() / 4 {
            self.motion = self.motion.finer(1);
        }
    }

    /// A patch was made, which only goes over a picture: all is coded once more when nothing changes for a while.
    pub fn patched(&mut self, now: u64, bytes: usize) {
        self.drain(now);
        self.backlog_bits += bytes as u64 * 8;
        self.coarse_since = Some(now);
    }

    /// When the picture should be coded once more if nothing changes until then.
    #[must_use]
    pub fn refine_at(&self) -> Option<u64> {
        self.coarse_since.map(|since| since + STILL_US)
    }

    /// The pace to set now, when it should change.
    pub fn new_pace(&mut self, now: u64) -> Option<Pace> {
        let wanted = Pace::PerSecond(self.wanted_pace(now));
        let early = self.paced_us.is_some_and(|at| now.saturating_sub(at) < PACE_GAP_US);
        if wanted == self.pace || early {
            return None;
        }
        self.pace = wanted;
        self.paced_us = Some(now);
        Some(wanted)
    }

    fn wanted_pace(&self, now: u64) -> u32 {
        let moving = self.moving.filter(|(_, last)| now.saturating_sub(*last) < MOTION_GAP_US);
        let Some((start, _)) = moving else { return 60 };
        let acted = self.input_us.is_some_and(|at| now.saturating_sub(at) < INPUT_US);
        let long = now.saturating_sub(start) > LONG_MOTION_US;
        match (self.cost_us > BUDGET_US, acted, long) {
            (true, true, _) | (false, false, true) => 30,
            (true, false, true) => 20,
            (false, true, _) | (_, false, false) => 60,
        }
    }

    /// Bits of half a second: the burst that the ceiling lets through before the quality falls.
    fn allowance(&self) -> u64 {
        u64::from(self.ceiling_kbit) * 500
    }

    fn drain(&mut self, now: u64) {
        let passed_ms = now.saturating_sub(self.drained_us) / 1_000;
        self.drained_us += passed_ms * 1_000;
        self.backlog_bits = self.backlog_bits.saturating_sub(passed_ms.saturating_mul(u64::from(self.ceiling_kbit)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes pictures of `share` and `bytes` at 60 per second for a second, from `start`.
    fn second(rate: &mut Rate, start: u64, share: u32, bytes: usize, cost_us: u64) -> u64 {
        for frame in 0..60 {
            let now = start + frame * 16_667;
            let quality = rate.quality(now, share);
            rate.coded(now, quality, bytes, cost_us);
        }
        start + 1_000_000
    }

    #[test]
    fn a_small_change_is_crisp_at_once_and_needs_no_second_picture() {
        let mut rate = Rate::default();
        let quality = rate.quality(0, 50);
        assert_eq!(quality, Quality::CRISP);
        rate.coded(0, quality, 3_000, 4_000);
        assert_eq!(rate.refine_at(), None);
    }

    #[test]
    fn a_patch_is_followed_by_a_whole_picture_when_the_screen_is_still() {
        let mut rate = Rate::default();
        rate.patched(0, 700);
        rate.patched(100_000, 700);
        assert_eq!(rate.refine_at(), Some(100_000 + STILL_US));
        let quality = rate.quality(220_000, 0);
        rate.coded(220_000, quality, 900, 7_000);
        assert_eq!((quality, rate.refine_at()), (Quality::CRISP, None));
    }

    #[test]
    fn a_large_change_is_coded_again_once_within_500_ms() {
        let mut rate = Rate::default();
        let quality = rate.quality(0, 1_000);
        rate.coded(0, quality, 80_000, 20_000);
        let again = rate.refine_at().expect("a second picture");
        assert!(again < 300_000);
        let quality = rate.quality(again, 0);
        assert_eq!(quality, Quality::CRISP);
        rate.coded(again, quality, 50_000, 20_000);
        assert_eq!(rate.refine_at(), None);
    }

    #[test]
    fn above_the_ceiling_the_quality_falls_and_comes_back() {
        let mut rate = Rate::default();
        let now = second(&mut rate, 0, 900, 60_000, 8_000);
        assert_eq!(rate.quality(now, 900), Quality::COARSE);
        let now = second(&mut rate, now + 5_000_000, 900, 2_000, 8_000);
        assert_eq!(rate.quality(now, 900), Quality::MOTION);
    }

    #[test]
    fn long_motion_nobody_acts_in_halves_the_pace_and_input_restores_it() {
        let mut rate = Rate::default();
        let now = second(&mut rate, 0, 900, 2_000, 8_000);
        let now = second(&mut rate, now, 900, 2_000, 8_000);
        assert_eq!(rate.new_pace(now - 10_000), Some(Pace::PerSecond(30)));
        rate.input(now);
        let now = second(&mut rate, now, 900, 2_000, 8_000);
        assert_eq!(rate.new_pace(now - 10_000), Some(Pace::PerSecond(60)));
    }

    #[test]
    fn motion_that_costs_more_than_its_time_is_slowed_even_under_input() {
        let mut rate = Rate::default();
        rate.input(0);
        let now = second(&mut rate, 0, 900, 2_000, 30_000);
        assert_eq!(rate.new_pace(now - 10_000), Some(Pace::PerSecond(30)));
    }

    #[test]
    fn a_still_page_is_paced_at_60_so_that_a_click_is_seen_at_once() {
        let mut rate = Rate::default();
        let now = second(&mut rate, 0, 900, 2_000, 8_000);
        let _ = rate.new_pace(now);
        assert_eq!(rate.wanted_pace(now + 10_000_000), 60);
    }
}
