//! The egress suite: every attack and every honest use in tables, by way of the pod's real proxy and the real gateway's program, with
//! real names and real addresses. All of it runs in a network of its own, in which a public website, this machine, a cloud's
//! metadata and a cluster's services are addresses of one loopback device, so that no packet leaves the machine and whatever gets
//! through is heard.

#![expect(clippy::print_stdout, reason = "people read how many were played")]

#[path = "attacks/answered.rs"]
mod answered;
#[path = "attacks/asked.rs"]
mod asked;
#[path = "attacks/case.rs"]
mod case;
#[allow(dead_code, reason = "the gateway serves other tests too, which use more of it")]
#[path = "egress/gateway.rs"]
mod gateway;
#[path = "attacks/granted.rs"]
mod granted;
#[path = "attacks/hello.rs"]
mod hello;
#[path = "attacks/honest.rs"]
mod honest;
#[path = "attacks/names.rs"]
mod names;
#[path = "attacks/outside.rs"]
mod outside;
#[path = "egress/pod.rs"]
mod pod;
#[path = "attacks/spoken.rs"]
mod spoken;
#[path = "attacks/stage.rs"]
mod stage;

use case::Case;
use stage::Stage;

/// At least so many.
const ATTACKS: usize = 100;
const HONEST: usize = 30;

#[tokio::test(flavor = "multi_thread")]
async fn no_attack_gets_through() {
    let Some(stage) = Stage::enter("no_attack_gets_through").await else { return };
    let pod = stage.pod(&stage::grant()).await;
    let tables =
        [asked::literals(), asked::names(), asked::ports(), asked::addresses(), answered::all(), spoken::all()];
    let mut played = 0;
    let mut through = Vec::new();
    for table in tables {
        for Case { what, ask, wanted } in table {
            let answer = ask.play(pod.proxy).await;
            let heard = stage.outside.heard().await;
            if answer.word != wanted || !heard.are_harmless(&ask) {
                through.push(format!("{what}: {answer:?}, wanted {wanted}, heard {heard:?}"));
            }
            played += 1;
        }
        stage.check_alive(&pod).await;
    }
    let (turned, more) = answered::turns(&stage, &pod).await;
    played += turned;
    through.extend(more);
    let (granted, more) = granted::all(&stage).await;
    played += granted;
    through.extend(more);
    assert!(through.is_empty(), "{} of {played} attacks:\n{}", through.len(), through.join("\n"));
    assert!(played >= ATTACKS, "{played}");
    println!("{played} attacks, 0 through");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_honest_use_gets_through() {
    let Some(stage) = Stage::enter("every_honest_use_gets_through").await else { return };
    let failed = honest::all(&stage).await;
    let lost: Vec<_> = failed.iter().filter_map(|(what, why)| Some(format!("{what}: {}", why.as_ref()?))).collect();
    assert!(lost.is_empty(), "{} of {} uses:\n{}", lost.len(), failed.len(), lost.join("\n"));
    assert!(failed.len() >= HONEST, "{}", failed.len());
    println!("{} honest uses, all through", failed.len());
}
