//! What can happen in a history. Small numbers stand for things that may or may not be there; the world picks by them.

use cobrowse_session::{Permissions, Role};
use proptest::prelude::*;

/// A session by number, a person by number in its row, an account, a replica.
pub(crate) type Index = usize;

#[derive(Clone, Debug)]
pub(crate) enum Move {
    Wait {
        millis: u64,
        sweep: bool,
    },
    EnterPin {
        session: Index,
        account: Index,
        which: Which,
    },
    Renew {
        session: Index,
        by: Index,
    },
    Allow {
        session: Index,
        by: Index,
        who: Index,
        permissions: Permissions,
    },
    Deny {
        session: Index,
        by: Index,
        who: Index,
    },
    Invite {
        session: Index,
        by: Index,
        role: Role,
    },
    Accept {
        session: Index,
        account: Index,
        invitation: Index,
    },
    Ticket {
        session: Index,
        by: Index,
    },
    Spend {
        session: Index,
        ticket: Index,
    },
    Claim {
        session: Index,
        replica: Index,
    },
    /// The pod is told who is in, but the store is not yet told of the pod.
    MakePod {
        session: Index,
        replica: Index,
    },
    Bound {
        session: Index,
        replica: Index,
    },
    Fail {
        session: Index,
        replica: Index,
    },
    TakeOver {
        session: Index,
        from: Index,
        by: Index,
    },
    WentLive {
        session: Index,
    },
    /// The pod's present state reaches the store.
    Facts {
        session: Index,
    },
    /// All admissions reach the pod, those that it heard before too.
    Admit {
        session: Index,
    },
    Attach {
        session: Index,
        who: Index,
    },
    Detach {
        session: Index,
        who: Index,
    },
    Active {
        session: Index,
        who: Index,
    },
    Command {
        session: Index,
        by: Index,
        command: Ask,
    },
    /// An administrator's wish reaches the pod.
    Administer {
        session: Index,
        paused: bool,
        max_seconds: u64,
    },
    /// Stop by the end user's call: to the store at once, to the pod now or later; the caller knows the pod's count or not.
    StopCall {
        session: Index,
        to_pod: bool,
        knows: bool,
    },
    End {
        session: Index,
        by: Index,
    },
    PodLost {
        session: Index,
    },
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Which {
    /// The PIN in force.
    Current,
    /// The one before it.
    Older,
    /// Digits that nobody was given.
    Wrong,
}

#[derive(Clone, Debug)]
pub(crate) enum Ask {
    Pause,
    Resume,
    End,
    Extend,
    Request,
    Grant(Index),
    Release,
    Revoke,
    Take,
    Permit(Index, Permissions),
}

fn session() -> impl Strategy<Value = Index> {
    0..3_usize
}

/// The end user, number 0, more often than others.
fn person() -> impl Strategy<Value = Index> {
    prop_oneof![3 => Just(0), 2 => Just(1), 1 => 0..5_usize]
}

fn permissions() -> impl Strategy<Value = Permissions> {
    let some = any::<[bool; 4]>().prop_map(|[view, point, act, clipboard]| Permissions { view, point, act, clipboard });
    prop_oneof![2 => Just(Permissions::ALL), 1 => some]
}

fn ask() -> impl Strategy<Value = Ask> {
    prop_oneof![
        3 => Just(Ask::Pause),
        3 => Just(Ask::Resume),
        1 => Just(Ask::Extend),
        2 => Just(Ask::Request),
        2 => person().prop_map(Ask::Grant),
        1 => Just(Ask::Release),
        1 => Just(Ask::Revoke),
        1 => Just(Ask::Take),
        3 => (person(), permissions()).prop_map(|(who, permissions)| Ask::Permit(who, permissions)),
    ]
}

fn wait() -> impl Strategy<Value = Move> {
    let millis = prop_oneof![4 => 0..3_000_u64, 2 => 0..40_000_u64, 1 => 0..700_000_u64];
    (millis, any::<bool>()).prop_map(|(millis, sweep)| Move::Wait { millis, sweep })
}

fn join_move() -> impl Strategy<Value = Move> {
    let which = prop_oneof![4 => Just(Which::Current), 1 => Just(Which::Older), 1 => Just(Which::Wrong)];
    let role = prop_oneof![3 => Just(Role::Agent), 1 => Just(Role::Observer), 1 => Just(Role::EndUser)];
    prop_oneof![
        6 => (session(), 0..4_usize, which)
            .prop_map(|(session, account, which)| Move::EnterPin { session, account, which }),
        2 => (session(), person()).prop_map(|(session, by)| Move::Renew { session, by }),
        6 => (session(), person(), person(), permissions())
            .prop_map(|(session, by, who, permissions)| Move::Allow { session, by, who, permissions }),
        1 => (session(), person(), person()).prop_map(|(session, by, who)| Move::Deny { session, by, who }),
        2 => (session(), person(), role).prop_map(|(session, by, role)| Move::Invite { session, by, role }),
        2 => (session(), 0..4_usize, 0..3_usize)
            .prop_map(|(session, account, invitation)| Move::Accept { session, account, invitation }),
        2 => (session(), person()).prop_map(|(session, by)| Move::Ticket { session, by }),
        2 => (session(), 0..4_usize).prop_map(|(session, ticket)| Move::Spend { session, ticket }),
    ]
}

fn claim_move() -> impl Strategy<Value = Move> {
    let both = || (session(), 0..2_usize);
    prop_oneof![
        3 => both().prop_map(|(session, replica)| Move::Claim { session, replica }),
        3 => both().prop_map(|(session, replica)| Move::MakePod { session, replica }),
        3 => both().prop_map(|(session, replica)| Move::Bound { session, replica }),
        1 => both().prop_map(|(session, replica)| Move::Fail { session, replica }),
        1 => both().prop_map(|(session, from)| Move::TakeOver { session, from, by: 1 - from }),
        3 => session().prop_map(|session| Move::WentLive { session }),
    ]
}

fn pod_move(session: impl Strategy<Value = Index> + Clone + 'static) -> impl Strategy<Value = Move> {
    let of = session.clone();
    let pair = move || (of.clone(), person());
    prop_oneof![
        3 => session.clone().prop_map(|session| Move::Facts { session }),
        3 => session.clone().prop_map(|session| Move::Admit { session }),
        5 => pair().prop_map(|(session, who)| Move::Attach { session, who }),
        2 => pair().prop_map(|(session, who)| Move::Detach { session, who }),
        2 => pair().prop_map(|(session, who)| Move::Active { session, who }),
        8 => (session.clone(), person(), ask())
            .prop_map(|(session, by, command)| Move::Command { session, by, command }),
        2 => (session.clone(), any::<bool>(), 600..20_000_u64)
            .prop_map(|(session, paused, max_seconds)| Move::Administer { session, paused, max_seconds }),
        2 => (session, any::<bool>(), any::<bool>())
            .prop_map(|(session, to_pod, knows)| Move::StopCall { session, to_pod, knows }),
    ]
}

fn end_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        (session(), person()).prop_map(|(session, by)| Move::End { session, by }),
        (session(), person()).prop_map(|(session, by)| Move::Command { session, by, command: Ask::End }),
        session().prop_map(|session| Move::PodLost { session }),
    ]
}

/// Anything, anywhere.
fn any_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        12 => join_move(),
        10 => claim_move(),
        10 => pod_move(session().boxed()),
        8 => wait(),
        1 => end_move(),
    ]
}

/// Anything in session 0 once it is live.
pub(crate) fn live_move() -> impl Strategy<Value = Move> {
    let invite = person().prop_map(|by| Move::Invite { session: 0, by, role: Role::Agent });
    let accept = (0..4_usize).prop_map(|account| Move::Accept { session: 0, account, invitation: 0 });
    let allow = (0..5_usize).prop_map(|who| Move::Allow { session: 0, by: 0, who, permissions: Permissions::ALL });
    let short = (0..4_000_u64, any::<bool>()).prop_map(|(millis, sweep)| Move::Wait { millis, sweep });
    prop_oneof![1 => invite, 1 => accept, 2 => allow, 12 => pod_move(Just(0)), 3 => short]
}

/// The straight way of a session to a page that its end user and one agent see.
pub(crate) fn way_to_live(session: Index) -> Vec<Move> {
    vec![
        // Accounts 0 and 1 are of the first tenant, whose sessions are 0 and 1; 2 and 3 of the other.
        Move::EnterPin { session, account: session, which: Which::Current },
        Move::Allow { session, by: 0, who: 1, permissions: Permissions::ALL },
        Move::Claim { session, replica: 0 },
        Move::MakePod { session, replica: 0 },
        Move::Bound { session, replica: 0 },
        Move::WentLive { session },
        Move::Attach { session, who: 0 },
        Move::Attach { session, who: 1 },
        Move::Facts { session },
    ]
}

/// A whole history: random moves, and here and there a part of the straight way, without which few would get anywhere.
pub(crate) fn history() -> impl Strategy<Value = Vec<Move>> {
    let single = any_move().prop_map(|step| vec![step]);
    let way = (session(), 1..10_usize).prop_map(|(session, steps)| way_to_live(session)[..steps].to_vec());
    let parts = prop_oneof![15 => single, 1 => way];
    prop::collection::vec(parts, 1..100).prop_map(|parts| parts.concat())
}
