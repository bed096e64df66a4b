//! The first packets of pods. A pool's pods and strangers start at once and dial from their first instruction on; meanwhile a stranger
//! dials every address of the node's pods. Policies have to be there before any of it.

use crate::PORT;
use crate::pod::{Pod, get, text};
use crate::stand::{SESSIONS, STRANGERS, Stand, make, pool, probe};
use cobrowse_e2e::{kubectl, must};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// The pool, and how many pods it has.
const POOL: &str = "first-packets";
const PODS: usize = 4;
/// Strangers that do the same.
const CONTROLS: usize = 3;
/// From the pool's creation to the last pod's report: a pod tries for five seconds.
const LIMIT: Duration = Duration::from_secs(120);
/// What the pods do, which also the image of the stand-in says: `e2e/installation/load`.
const TABLE: &str = include_str!("stand-in.table");
/// A pod that tried less often than this was kept from trying by somebody else than the network.
const TRIES_MIN: u32 = 20;

/// What was seen.
pub(crate) struct Seen {
    /// The pool's pods, which go when this does.
    pub(crate) pods: Vec<Pod>,
    pub(crate) wrong: Vec<String>,
    _pool: Pool,
}

/// Deletes the pool, whose pods go with it.
struct Pool;

impl Drop for Pool {
    fn drop(&mut self) {
        let _ = kubectl(&["delete", "cobrowsepool", POOL, "--namespace", SESSIONS, "--wait=false"], "");
    }
}

pub(crate) fn watch(stand: &Stand) -> Seen {
    let began = Instant::now();
    must(&["delete", "cobrowsepool", POOL, "--namespace", SESSIONS, "--ignore-not-found", "--wait"], "")
        .expect("no pool");
    let range = text(&get(&["nodes"])[0], "/spec/podCIDR");
    let (scanning, answered) = stand.stranger.scan(PORT, &range);
    let line: Vec<&str> = TABLE.lines().next().expect("a line").split_whitespace().skip(1).collect();
    let control = |at: usize| probe(STRANGERS, &format!("control-{at}"), &json!({"reach": "control"}), &line);
    let controls: Vec<_> = (0..CONTROLS).map(control).collect();
    let pool_guard = Pool;
    make(&[controls, vec![pool(POOL, PODS)]].concat());

    let mut wrong = Vec::new();
    let labels = format!("cobrowse.dev/pool={POOL}");
    let reports = |namespace, labels: &str, containers: &[&str], pods| {
        loop {
            let found = Pod::find(namespace, labels);
            let logs: Vec<_> = found
                .iter()
                .flat_map(|pod| containers.iter().map(|container| report(namespace, pod, container)))
                .collect();
            if logs.len() == pods * containers.len() && logs.iter().all(Option::is_some) {
                return (found, logs.into_iter().flatten().collect::<Vec<_>>());
            }
            assert!(began.elapsed() < LIMIT, "{namespace}: {} of {pods} pods, {logs:?}", found.len());
        }
    };
    let (strangers, said) = reports(STRANGERS, "reach=control", &["probe"], CONTROLS);
    wrong.extend(said.iter().flatten().filter(|dialled| dialled.opened == 0).map(|one| format!("a control: {one:?}")));
    let (pods, said) = reports(SESSIONS, &labels, &["agent", "browser"], PODS);
    for one in said.iter().flatten() {
        // A website is among them: its way is the gateway, and these pods do not take it.
        let as_wanted = one.opened + one.refused == 0;
        wrong.extend(
            (!as_wanted || one.tries < TRIES_MIN).then(|| format!("a session's first packets to {}: {one:?}", one.to)),
        );
    }
    wrong.extend(scanned(&stand.session_api, &strangers, &pods, &answered.try_iter().collect()));
    drop(scanning);
    Seen { pods, wrong, _pool: pool_guard }
}

/// Of those who answered to a stranger none may be a session's, and all controls must be there. The sessions' pods do listen: one who
/// may sees it.
fn scanned(session_api: &Pod, controls: &[Pod], pods: &[Pod], answered: &BTreeSet<String>) -> Vec<String> {
    let addresses: Vec<String> = pods.iter().map(|pod| format!("{}:{PORT}", pod.address)).collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let listening = session_api.dial(&addresses).into_iter().zip(pods);
    let deaf = listening.filter(|(became, _)| became != "open").map(|(_, pod)| format!("{} does not listen", pod.name));
    let missed = controls.iter().filter(|pod| !answered.contains(&pod.address));
    let missed = missed.map(|pod| format!("the scan has not seen {} ({})", pod.name, pod.address));
    let reached = pods.iter().filter(|pod| answered.contains(&pod.address));
    let reached = reached.map(|pod| format!("a stranger reached {} ({}) while it started", pod.name, pod.address));
    deaf.chain(missed).chain(reached).collect()
}

/// What became of one address.
#[derive(Debug)]
struct Dialled {
    to: String,
    opened: u32,
    refused: u32,
    tries: u32,
}

/// What a container says that it saw, once it has ended its tries.
fn report(namespace: &str, pod: &Pod, container: &str) -> Option<Vec<Dialled>> {
    let said =
        kubectl(&["logs", "--namespace", namespace, &pod.name, "--container", container], "").expect("kubectl runs");
    let wanted = TABLE.lines().next()?.split_whitespace().skip(3).filter(|word| !word.starts_with(':')).count();
    let lines: Vec<Dialled> = said.out.lines().filter_map(dialled).collect();
    (said.ok && lines.len() == wanted).then_some(lines)
}

/// Reads `ADDRESS opened N refused N of N first N`.
fn dialled(line: &str) -> Option<Dialled> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [to, "opened", opened, "refused", refused, "of", tries, "first", _] = words.as_slice() else { return None };
    let number = |text: &str| text.parse().ok();
    Some(Dialled { to: (*to).to_owned(), opened: number(opened)?, refused: number(refused)?, tries: number(tries)? })
}
