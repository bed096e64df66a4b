//! Kills, dealt from a deck, so that each kind has its share in every ten of them.

use crate::chance::Chance;
use crate::house::{House, REPLICAS, cluster, insist, pause};
use kube::api::{DeleteParams, EvictParams};
use serde_json::json;
use std::collections::BTreeMap;

/// Milliseconds between two kills.
const BETWEEN: std::ops::Range<usize> = 200..2_000;
/// Milliseconds that a part of the control plane stays away, at most.
const AWAY: usize = 2_000;

/// What dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
    Pod,
    Operator,
    Replica,
    Apiserver,
    Etcd,
}

const DECK: [Victim; 10] = [
    Victim::Pod,
    Victim::Pod,
    Victim::Pod,
    Victim::Pod,
    Victim::Operator,
    Victim::Operator,
    Victim::Replica,
    Victim::Replica,
    Victim::Apiserver,
    Victim::Etcd,
];

/// Plays so many kills; how many there were of each kind.
pub(crate) async fn play(house: &House, chance: &mut Chance, count: u64) -> BTreeMap<&'static str, u64> {
    let begun = std::time::Instant::now();
    let (mut deck, mut kills) = (Vec::new(), BTreeMap::new());
    for number in 1..=count {
        if deck.is_empty() {
            deck = DECK.to_vec();
        }
        pause(chance, BETWEEN).await;
        let victim = deck.swap_remove(chance.below(deck.len()));
        let (kind, how) = kill(house, chance, victim).await;
        *kills.entry(kind).or_default() += 1;
        println!("{:6.1} s  kill {number}: {how}", begun.elapsed().as_secs_f32());
    }
    kills
}

/// The kind of kill, and what was killed.
async fn kill(house: &House, chance: &mut Chance, victim: Victim) -> (&'static str, String) {
    match victim {
        Victim::Pod => kill_pod(house, chance).await,
        Victim::Operator => {
            let (number, pod) = (chance.below(REPLICAS), chance.one_in(2));
            house.kill_operator(number, pod);
            let kind = if pod { "operator, with its pod" } else { "operator" };
            (kind, format!("operator {number}{}", if pod { ", with its pod" } else { "" }))
        }
        Victim::Replica => {
            let number = chance.below(REPLICAS);
            house.kill_replica(number).await;
            ("session-api", format!("session-api {number}"))
        }
        Victim::Apiserver => ("API server", crash("apiserver", chance.below(AWAY)).await),
        Victim::Etcd => ("etcd", crash("etcd", chance.below(AWAY)).await),
    }
}

/// One of those that run: its containers die, or its node is lost and it is forced away, or it is evicted.
async fn kill_pod(house: &House, chance: &mut Chance) -> (&'static str, String) {
    let kubelet = &house.stand.kubelet;
    let mut running =
        insist("a pod to kill", async || Some(kubelet.running()).filter(|running| !running.is_empty())).await;
    running.sort_by(|one, other| one.1.cmp(&other.1));
    let (uid, name) = running.swap_remove(chance.below(running.len()));
    let gone = |error: &kube::Error| matches!(error, kube::Error::Api(status) if status.code == 404);
    match chance.below(3) {
        0 => {
            // One that went meanwhile is as dead.
            let _ = kubelet.exit(&uid, "", json!({})).await;
            ("pod, its containers", format!("containers of {name}"))
        }
        1 => {
            let forced = DeleteParams::default().grace_period(0);
            let deleted = insist("a pod is forced away", async || match house.pods.delete(&name, &forced).await {
                Ok(_) => Some(()),
                Err(error) => gone(&error).then_some(()),
            });
            deleted.await;
            ("pod, by force", format!("{name}, by force"))
        }
        _ => {
            let evicted =
                insist("a pod is evicted", async || match house.pods.evict(&name, &EvictParams::default()).await {
                    Ok(_) => Some(()),
                    Err(error) => gone(&error).then_some(()),
                });
            evicted.await;
            ("pod, evicted", format!("{name}, evicted"))
        }
    }
}

/// A part of the control plane, by the program that started it.
async fn crash(part: &str, away: usize) -> String {
    cluster(&["crash", part, "--away", &away.to_string()]).await;
    format!("{part}, away for {away} ms")
}
