//! Rules broken on purpose, one at a time. If the simulation finds nothing wrong with one of these, it proves nothing.

use cobrowse_session::claim::{Guard, Step};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Broken {
    #[default]
    Nothing,
    /// A claim does not test that the pod is warm.
    NoSlotTest,
    /// A binding does not test that there is none.
    NoBindingTest,
    /// A patch of a session does not test that it is still the same session.
    NoSessionTest,
    /// A binding does not test that the session's end is not written yet.
    NoFinishedTest,
    /// An end for want of a pod does not test that there is no pod.
    FinishesBound,
    /// The first picture is written again by whoever sees it next.
    NoReadyTest,
    /// The loser of a tie makes its pod warm again.
    ReusesBound,
    /// The next leader does not see pods that another one claimed.
    ForgetsOthersPods,
    /// The page is loaded before the binding is written.
    StartsBeforeBinding,
    /// A pod loads the page each time it is told.
    PodLoadsAgain,
    /// What is not in the cache is taken for gone.
    TrustsCacheOnGone,
    /// A dead pod is taken for unbound because the cache says so.
    TrustsCacheOnDead,
    /// Pods of a session that ends are deleted before its end is written.
    DeletesBeforeFinish,
    /// The pool deletes a warm pod whatever became of it since.
    DeletesUnseenVersion,
}

impl Broken {
    /// Whether the API server is not asked to test this.
    pub(crate) fn drops(self, guard: Guard, step: &Step) -> bool {
        let finish = matches!(step, Step::Finish(_));
        match self {
            Self::NoSlotTest => guard == Guard::SlotWarm,
            Self::NoBindingTest => guard == Guard::NoBinding && !finish,
            Self::FinishesBound => guard == Guard::NoBinding && finish,
            Self::NoSessionTest => guard == Guard::SessionUid,
            Self::NoFinishedTest => guard == Guard::NotFinished,
            Self::NoReadyTest => guard == Guard::NotReady,
            _ => false,
        }
    }
}
