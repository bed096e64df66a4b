//! What follows of one round of tries, by where the pod is in its life. A network plugin may be some seconds late with a new pod, and a
//! restart of it may leave a gap of moments, so a pod is not given up by the first packet where nobody is at risk or people are in it:
//!
//! - before it serves, it waits for a round in which nothing is reached, and is given up after ten that were not;
//! - while it is warm, one round is enough: another pod takes its place;
//! - with a session in it, three rounds in a row within half a minute end the session, and so tell the operator; one or two do not.

use super::reached::Reached;
use std::time::Duration;

/// Between rounds in which nothing was reached.
const EVERY: Duration = Duration::from_secs(60);
/// Between rounds of a pod that starts.
const START_AGAIN: Duration = Duration::from_secs(1);
/// Rounds that a pod that starts may fail.
const START_ROUNDS: u32 = 10;
/// Between rounds of a pod with a session, once something was reached.
const LIVE_AGAIN: Duration = Duration::from_secs(10);
/// Rounds in a row that end a session.
const LIVE_ROUNDS: u32 = 3;

/// Where a pod is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nobody is served yet.
    Starts,
    /// It waits for a session.
    Warm,
    /// It has one.
    Live,
}

/// What follows of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was reached. The next round is due after this time.
    Held(Duration),
    /// Something was. Whether it stays so is tried after this time.
    Doubtful(Duration),
    /// The pod serves no more.
    Open,
}

/// Counts the rounds of one pod.
#[derive(Clone, Copy, Debug, Default)]
pub struct Canary {
    /// Rounds in a row in which something was reached.
    reached: u32,
}

impl Canary {
    /// Between rounds in which nothing is reached.
    pub const fn every(&self) -> Duration {
        EVERY
    }

    /// Takes what a round has reached.
    pub fn round(&mut self, stage: Stage, reached: Reached) -> Verdict {
        if reached.is_nothing() {
            self.reached = 0;
            return Verdict::Held(EVERY);
        }
        self.reached = self.reached.saturating_add(1);
        let (rounds, again) = match stage {
            Stage::Starts => (START_ROUNDS, START_AGAIN),
            Stage::Warm => (1, EVERY),
            Stage::Live => (LIVE_ROUNDS, LIVE_AGAIN),
        };
        if self.reached >= rounds { Verdict::Open } else { Verdict::Doubtful(again) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canary::Forbidden;

    /// A letter for each round: `-` nothing was reached, `x` something was; and what followed of the last.
    fn after(stage: Stage, rounds: &str) -> Verdict {
        let mut canary = Canary::default();
        let each = rounds.chars().map(|letter| match letter {
            'x' => Reached::NOTHING.and(Forbidden::ApiServer),
            _ => Reached::NOTHING,
        });
        each.map(|reached| canary.round(stage, reached)).last().expect("a round")
    }

    #[test]
    fn a_pod_that_starts_waits_for_its_policy_but_not_for_ever() {
        assert_eq!(after(Stage::Starts, "-"), Verdict::Held(EVERY));
        assert_eq!(after(Stage::Starts, "x"), Verdict::Doubtful(START_AGAIN));
        assert_eq!(after(Stage::Starts, "xxxxxxxxx"), Verdict::Doubtful(START_AGAIN));
        assert_eq!(after(Stage::Starts, "xxxxxxxxx-"), Verdict::Held(EVERY));
        assert_eq!(after(Stage::Starts, "xxxxxxxxxx"), Verdict::Open);
    }

    #[test]
    fn a_warm_pod_goes_at_once() {
        assert_eq!(after(Stage::Warm, "---"), Verdict::Held(EVERY));
        assert_eq!(after(Stage::Warm, "--x"), Verdict::Open);
    }

    #[test]
    fn a_session_outlives_a_gap_and_nothing_longer() {
        assert_eq!(after(Stage::Live, "-x"), Verdict::Doubtful(LIVE_AGAIN));
        assert_eq!(after(Stage::Live, "xx"), Verdict::Doubtful(LIVE_AGAIN));
        assert_eq!(after(Stage::Live, "xx-"), Verdict::Held(EVERY));
        assert_eq!(after(Stage::Live, "xx-xx"), Verdict::Doubtful(LIVE_AGAIN));
        assert_eq!(after(Stage::Live, "xxx"), Verdict::Open);
    }

    #[test]
    fn rounds_of_the_start_do_not_count_against_a_warm_pod_that_held() {
        let mut canary = Canary::default();
        let open = Reached::NOTHING.and(Forbidden::Metadata);
        canary.round(Stage::Starts, open);
        canary.round(Stage::Starts, Reached::NOTHING);
        assert_eq!(canary.round(Stage::Live, open), Verdict::Doubtful(LIVE_AGAIN));
    }
}
