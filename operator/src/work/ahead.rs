//! Claims ahead of all other work: what makes warm pods, or tells that a session lives, waits while sessions are on their way to their
//! pod. It waits a little and not for ever, or a pool would run dry while sessions never stop coming.

use std::time::Duration;
use tokio::sync::watch;

/// The longest wait. With so few pods made at once as there are turns, a pool still gets some a second, whatever comes.
pub(super) const SHORT: Duration = Duration::from_secs(1);
/// The same for a pool that has plenty: warm pods are there so that a rush can be served first and made up for later.
pub(super) const LONG: Duration = Duration::from_secs(5);
/// Between two steps of one claim nothing is on its way for a moment, which is no rest.
const REST: Duration = Duration::from_millis(5);

/// How many steps of claims are on their way.
#[derive(Debug)]
pub(super) struct Ahead(watch::Sender<u32>);

/// One of them, until dropped.
#[derive(Debug)]
pub(super) struct OnItsWay<'a>(&'a watch::Sender<u32>);

impl Ahead {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    /// A step begins.
    pub(super) fn enter(&self) -> OnItsWay<'_> {
        self.0.send_modify(|steps| *steps += 1);
        OnItsWay(&self.0)
    }

    /// Waits until claims rest, so long at most.
    pub(super) async fn pass(&self, longest: Duration) {
        let mut steps = self.0.subscribe();
        let rests = async {
            loop {
                let none = steps.wait_for(|steps| *steps == 0).await.is_ok();
                if !none || tokio::time::timeout(REST, steps.changed()).await.is_err() {
                    return;
                }
            }
        };
        let _ = tokio::time::timeout(longest, rests).await;
    }
}

impl Drop for OnItsWay<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|steps| *steps -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;

    /// Whether it waits, when it is looked at once.
    async fn waits(pass: &mut (impl Future<Output = ()> + Unpin)) -> bool {
        tokio::select! {
            biased;
            () = pass => false,
            () = std::future::ready(()) => true,
        }
    }

    #[tokio::test]
    async fn others_wait_for_claims_and_not_for_ever() {
        let ahead = Ahead::new();
        ahead.pass(SHORT).await;
        let step = ahead.enter();
        let mut pass = pin!(ahead.pass(SHORT));
        assert!(waits(&mut pass).await);
        // The step is still on its way.
        pass.await;
        let mut pass = pin!(ahead.pass(SHORT));
        assert!(waits(&mut pass).await);
        drop(step);
        pass.await;
    }

    #[tokio::test]
    async fn the_next_step_of_a_claim_is_no_rest() {
        let ahead = Ahead::new();
        let first = ahead.enter();
        let mut pass = pin!(ahead.pass(SHORT));
        assert!(waits(&mut pass).await);
        drop(first);
        assert!(waits(&mut pass).await, "a moment without a step is no rest");
        let next = ahead.enter();
        assert!(waits(&mut pass).await);
        drop(next);
        pass.await;
    }
}
