//! Attacks by grants: none, forged, foreign, over, not yet good, cut, changed, and good ones that open less than is asked.

use crate::case::Ask;
use crate::gateway::Gateway;
use crate::outside::Heard;
use crate::stage::{Stage, grant};
use cobrowse_identity::grant::{Grant, GrantKey, GrantMode};
use cobrowse_identity::name::PodUid;
use std::time::Duration;

/// What is shown, and what is asked with it. One of the words must come of it.
struct Shown {
    what: String,
    grant: Vec<u8>,
    target: &'static str,
    wanted: &'static str,
}

const TARGET: &str = "www.shop.example.com:443";

/// How many were played, and what went wrong.
pub(crate) async fn all(stage: &Stage) -> (usize, Vec<String>) {
    let mut wrong = Vec::new();
    let all: Vec<Shown> = unusable(&stage.gateway).into_iter().chain(narrow(&stage.gateway)).collect();
    let played = all.len();
    for Shown { what, grant, target, wanted } in all {
        let pod = stage.pod_with(&grant).await;
        let ask = Ask::tls(target, target.rsplit_once(':').map_or("", |(name, _)| name));
        let answer = ask.play(pod.proxy).await;
        let heard: Heard = stage.outside.heard().await;
        if answer.word != wanted || !heard.are_harmless(&ask) {
            wrong.push(format!("grant: {what}: {answer:?}, wanted {wanted}, heard {heard:?}"));
        }
    }
    (played, wrong)
}

/// Grants that are none: nothing is open with them.
fn unusable(gateway: &Gateway) -> Vec<Shown> {
    let ago = Duration::from_secs(240);
    let other_pod = PodUid::parse("pod-2").expect("a uid");
    let good = gateway.sign(&grant());
    let forger = GrantKey::generate().expect("a key");
    let changed = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    let mut rows: Vec<(String, Vec<u8>)> = vec![
        ("nothing".to_owned(), Vec::new()),
        ("words".to_owned(), b"please".to_vec()),
        ("by another key".to_owned(), forger.sign(&grant()).expect("signed")),
        ("of another pod".to_owned(), gateway.sign(&Grant { pod: other_pod, ..grant() })),
        (
            "over".to_owned(),
            gateway.sign(&Grant {
                issued_at: grant().issued_at - ago,
                expires_at: grant().issued_at - ago / 2,
                ..grant()
            }),
        ),
        (
            "of an hour from now".to_owned(),
            gateway.sign(&Grant {
                issued_at: grant().issued_at + ago * 15,
                expires_at: grant().expires_at + ago * 15,
                ..grant()
            }),
        ),
        ("for an hour".to_owned(), gateway.sign(&Grant { expires_at: grant().issued_at + ago * 15, ..grant() })),
        ("with a limit of nothing".to_owned(), gateway.sign(&limited())),
        (
            "with a pattern that is none".to_owned(),
            gateway.sign(&Grant { sites: vec!["https://*".to_owned()], ..grant() }),
        ),
        ("cut".to_owned(), good[..good.len() - 1].to_vec()),
        ("of two".to_owned(), [good.as_slice(), &good].concat()),
        ("with a byte more".to_owned(), [good.as_slice(), &[0]].concat()),
        (
            "another signature behind it".to_owned(),
            [&good[..good.len() - 64], &forger.sign(&grant()).expect("signed")[good.len() - 64..]].concat(),
        ),
    ];
    // Version, algorithm, key, session, pod, mode, sites, times, signature.
    for at in [0, 1, 4, 12, 20, 40, 60, good.len() / 2, good.len() - 72, good.len() - 1] {
        rows.push((format!("changed at byte {at}"), changed(at)));
    }
    let shown = |(what, grant)| Shown { what, grant, target: TARGET, wanted: "GrantMissing" };
    rows.into_iter().map(shown).collect()
}

fn limited() -> Grant {
    let mut limited = grant();
    limited.limits.connections = 0;
    limited
}

/// Good ones, and what they do not open.
fn narrow(gateway: &Gateway) -> Vec<Shown> {
    let of = |mode| gateway.sign(&Grant { mode, ..grant() });
    let shown = |what: &str, grant, target, wanted| Shown { what: what.to_owned(), grant, target, wanted };
    let no_sites = gateway.sign(&Grant { sites: Vec::new(), ..grant() });
    let no_class = gateway.sign(&Grant { address_class: Some("nowhere".to_owned()), ..grant() });
    vec![
        shown("strict, and a listed host", of(GrantMode::Strict), "a.cdn.example.net:443", "HostNotAllowed"),
        shown("listed, and any host", of(GrantMode::Listed), "evil.example.org:443", "HostNotAllowed"),
        shown("open, and a port of machines", of(GrantMode::Open), "evil.example.org:22", "PortNotAllowed"),
        shown("open, and a private name", of(GrantMode::Open), "a-0a000001.example.org:443", "Private"),
        shown("open, and a cloud's metadata", of(GrantMode::Open), "a-a9fea9fe.example.org:443", "Metadata"),
        shown("open, and a local name", of(GrantMode::Open), "metadata.google.internal:443", "LocalName"),
        shown("open, and an address", of(GrantMode::Open), "10.0.0.1:443", "AddressLiteral"),
        shown("only noted, and a private name", of(GrantMode::ReportOnly), "a-c0a80101.example.org:443", "Private"),
        shown("only noted, and the cluster", of(GrantMode::ReportOnly), "a-b90a0001.example.org:443", "Cluster"),
        shown("without sites", no_sites, TARGET, "HostNotAllowed"),
        shown("with source addresses that nobody has", no_class, TARGET, "AddressClassUnknown"),
        // The private host is the installation's to open, and the tenant's too.
        shown("the private host at its neighbour's name", of(GrantMode::Open), "a-0a010207.example.org:443", "Private"),
    ]
}
