//! What histories came upon. A simulation that never gets into trouble proves nothing.

use cobrowse_session::claim::Step;

/// The steps that write something or call a pod.
pub(crate) const KINDS: [&str; 8] =
    ["ClaimPod", "Cold", "Bind", "WriteBinding", "Start", "WriteReady", "DeletePod", "Finish"];

/// The place of a step among `KINDS`.
pub(crate) fn kind(step: &Step) -> Option<usize> {
    Some(match step {
        Step::ClaimPod(_) => 0,
        Step::Cold => 1,
        Step::Bind(_) => 2,
        Step::WriteBinding(_) => 3,
        Step::Start(_) => 4,
        Step::WriteReady(_) => 5,
        Step::DeletePod { .. } => 6,
        Step::Finish(_) => 7,
        Step::Read(_) | Step::Wait(_) | Step::Over => return None,
    })
}

/// Counts over all histories.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reached {
    pub(crate) histories: u64,
    /// By kind of step.
    pub(crate) done: [u64; 8],
    pub(crate) crashes_before: [u64; 8],
    pub(crate) crashes_after: [u64; 8],
    pub(crate) answers_lost: [u64; 8],
    /// Carried out when nobody waited for them any more.
    pub(crate) late: [u64; 8],
    pub(crate) races_lost: [u64; 8],
    /// Two pods named one session at once, claimed by two leaders.
    pub(crate) two_pods: u64,
    /// A binding was written by another leader than the one that claimed.
    pub(crate) recoveries: u64,
    /// A pod was started that another leader had bound.
    pub(crate) restarts: u64,
    /// The pool wanted to delete a pod that was claimed since.
    pub(crate) deletions_refused: u64,
    /// A session's object went while pods named it.
    pub(crate) sessions_gone: u64,
    /// A session came back under its name with another UID.
    pub(crate) names_again: u64,
    /// A second pod was claimed beside one that does not answer.
    pub(crate) company: u64,
    /// Nobody was left, and the lease had to run out.
    pub(crate) leaderless: u64,
    /// A page did not come.
    pub(crate) failures: u64,
    /// Sessions with a first picture, at the end.
    pub(crate) ready: u64,
    /// Sessions that ended otherwise, at the end.
    pub(crate) finished: u64,
}

impl Reached {
    pub(crate) fn add(&mut self, other: &Self) {
        let lists = |reached: &mut Self| {
            let Self { done, crashes_before, crashes_after, answers_lost, late, races_lost, .. } = reached;
            [*done, *crashes_before, *crashes_after, *answers_lost, *late, *races_lost]
        };
        let mut other = other.clone();
        let (mine, theirs) = (lists(self), lists(&mut other));
        let sum = |list: usize| std::array::from_fn(|kind| mine[list][kind] + theirs[list][kind]);
        *self = Self {
            histories: self.histories + other.histories,
            done: sum(0),
            crashes_before: sum(1),
            crashes_after: sum(2),
            answers_lost: sum(3),
            late: sum(4),
            races_lost: sum(5),
            two_pods: self.two_pods + other.two_pods,
            recoveries: self.recoveries + other.recoveries,
            restarts: self.restarts + other.restarts,
            deletions_refused: self.deletions_refused + other.deletions_refused,
            sessions_gone: self.sessions_gone + other.sessions_gone,
            names_again: self.names_again + other.names_again,
            company: self.company + other.company,
            leaderless: self.leaderless + other.leaderless,
            failures: self.failures + other.failures,
            ready: self.ready + other.ready,
            finished: self.finished + other.finished,
        };
    }

    /// Everything that must have happened, with how often it did.
    pub(crate) fn all(&self) -> Vec<(String, u64)> {
        let named = |what: &str, counts: &[u64; 8]| {
            let of = |kind: usize| (format!("{what} {}", KINDS[kind]), counts[kind]);
            (0..KINDS.len()).map(of).collect::<Vec<_>>()
        };
        let mut all = named("done", &self.done);
        all.extend(named("crash before", &self.crashes_before));
        all.extend(named("crash after", &self.crashes_after));
        all.extend(named("lost answer of", &self.answers_lost));
        all.extend(named("late", &self.late));
        for kind in [0, 3, 5, 7] {
            all.push((format!("lost race of {}", KINDS[kind]), self.races_lost[kind]));
        }
        for (what, count) in [
            ("two pods for one session", self.two_pods),
            ("recovery with the same pod", self.recoveries),
            ("start by another leader", self.restarts),
            ("deletion of a claimed pod refused", self.deletions_refused),
            ("session gone", self.sessions_gone),
            ("name used again", self.names_again),
            ("second pod beside a silent one", self.company),
            ("lease run out", self.leaderless),
            ("page that does not come", self.failures),
            ("ready", self.ready),
            ("finished", self.finished),
        ] {
            all.push((what.to_owned(), count));
        }
        all
    }
}
