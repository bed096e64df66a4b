//! Whatever a pool looks like, plans that are carried out bring it to rest, within its limits on the way.

use proptest::prelude::*;

use super::*;

const WORDS: [&str; 14] = [
    "ready",
    "stale",
    "old",
    "starting",
    "stuck",
    "stalestart",
    "unplaced",
    "waits",
    "crashed",
    "exited",
    "leaving",
    "bound",
    "staleb",
    "lost",
];
/// Plans, a second apart. Enough to replace every pod one by one.
const PLANS: u64 = 120;

fn any_spec() -> impl Strategy<Value = PoolSpec> {
    let update = prop_oneof![
        Just(Update::OnReplenish),
        (0..150_u32).prop_map(|max_unavailable_percent| Update::Recreate { max_unavailable_percent }),
    ];
    (0..5_u32, 0..8_u32, 0..14_u32, 1..5_u32, update).prop_map(
        |(min_warm, max_warm, max_total, max_pending, update)| {
            let refill = Refill { max_pending, ..spec().refill };
            PoolSpec { min_warm, max_warm, max_total, refill, update, ..spec() }
        },
    )
}

/// One second passes: what was planned is done, pods get ready, those that leave are gone.
fn carry_out(pods: &mut Vec<Pod>, plan: &Plan, now: Timestamp, made: &mut u128) {
    pods.retain(|pod| pod.life != Life::Leaving);
    for pod in pods.iter_mut() {
        if matches!(pod.life, Life::Starting { .. } | Life::Unschedulable { .. }) {
            pod.life = Life::Ready { since: now };
        }
    }
    for action in &plan.actions {
        match action {
            Action::DeletePod { uid, .. } => {
                pods.iter_mut().filter(|pod| pod.uid == *uid).for_each(|pod| pod.life = Life::Leaving);
            }
            Action::CreatePods(count) => {
                for _ in 0..*count {
                    *made += 1;
                    let life = Life::Starting { since: now };
                    let uid = PodUid::from_u128(*made);
                    pods.push(Pod { uid, slot: Slot::Warm, revision: Revision(0), created_at: now, life });
                }
            }
        }
    }
}

fn check_on_the_way(spec: &PoolSpec, pods: &[Pod], plan: &Plan) {
    never_touches_bound(pods, plan);
    let Some(Action::CreatePods(created)) = plan.actions.last() else { return };
    assert!(plan.facts.total + created <= spec.max_total, "beyond the budget: {plan:?}");
    assert!(*created <= spec.refill.max_pending.min(spec.refill.burst), "too many at once: {plan:?}");
}

fn check_at_rest(spec: &PoolSpec, waiting: u32, plan: &Plan, pods: &[Pod]) {
    assert_eq!(plan.actions, [], "never at rest: {pods:?}");
    let Facts { wanted, warm, warming, stale, total, .. } = plan.facts;
    assert_eq!((warming, stale), (0, 0), "{pods:?}");
    let room = spec.max_total.saturating_sub(total - warm);
    assert!(warm >= wanted.min(room), "too few: {plan:?} of {pods:?}");
    assert!(warm <= spec.kept(waiting).min(room), "too many: {plan:?} of {pods:?}");
    let old = |pod: &&Pod| pod.slot == Slot::Warm && pod.created_at == ago(7 * 3600);
    assert_eq!(pods.iter().filter(old).count(), 0, "an old pod stays");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn pools_come_to_rest(
        spec in any_spec(),
        words in prop::collection::vec(0..WORDS.len(), 0..12),
        waiting in 0..3_u32,
    ) {
        let mut pods: Vec<Pod> = words.iter().zip(1..).map(|(word, number)| pod(number, WORDS[*word])).collect();
        let (mut memory, mut now, mut made) = (Memory::new(), NOW, 1000);
        for _ in 0..PLANS {
            let observed = Observed { pods: &pods, in_flight: 0, waiting, revision: Revision(0), memory };
            let plan = plan(&spec, &observed, now);
            check_on_the_way(&spec, &pods, &plan);
            memory = plan.memory;
            now = now + Duration::from_secs(1);
            carry_out(&mut pods, &plan, now, &mut made);
        }
        let observed = Observed { pods: &pods, in_flight: 0, waiting, revision: Revision(0), memory };
        check_at_rest(&spec, waiting, &plan(&spec, &observed, now), &pods);
    }
}
