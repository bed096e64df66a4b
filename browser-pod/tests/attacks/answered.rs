//! Attacks by what names answer: a name of the tenant's own that leads to a closed address, alone, mixed, by an alias, and one that
//! answers differently each time.

use crate::case::{Ask, Case};
use crate::names::label;
use crate::pod::Pod;
use crate::stage::{CLOSED, SHOP, Stage};

fn case(first: &str, wanted: &'static str) -> Case {
    let name = format!("{first}.shop.example.com");
    Case { what: format!("{name} leads astray"), ask: Ask::tls(&format!("{name}:443"), &name), wanted }
}

fn word(address: &str) -> &'static str {
    match address {
        "10.0.0.1" | "10.1.2.8" | "10.96.0.1" | "172.16.0.1" | "192.168.1.1" | "2002:a00:1::1" | "64:ff9b::a00:1" => {
            "Private"
        }
        "100.64.0.1" => "SharedAddress",
        "100.100.100.200" | "161.26.0.10" | "166.8.0.1" | "168.63.129.16" | "169.254.169.254" | "169.254.170.2" => {
            "Metadata"
        }
        "192.0.0.192" | "fd00:ec2::254" | "fd20:ce::254" => "Metadata",
        "169.254.1.1" => "LinkLocal",
        "185.10.0.1" => "Cluster",
        "192.0.2.1" | "198.51.100.1" | "203.0.113.1" | "2001:db8::1" => "Documentation",
        "192.88.99.1" => "Translated",
        "198.18.0.1" => "Benchmarking",
        "fd12:3456::1" => "UniqueLocal",
        _ => "?",
    }
}

pub(crate) fn all() -> Vec<Case> {
    let mut all: Vec<Case> = CLOSED.iter().map(|address| case(&label(&[*address]), word(address))).collect();
    for (address, wanted) in [
        ("0.0.0.0", "Unspecified"),
        ("127.0.0.1", "Loopback"),
        ("127.255.255.254", "Loopback"),
        ("224.0.0.251", "Multicast"),
        ("240.0.0.1", "Reserved"),
        ("255.255.255.255", "Broadcast"),
        ("::", "Unspecified"),
        ("::1", "Loopback"),
        ("::ffff:127.0.0.1", "Loopback"),
        ("::ffff:93.184.216.34", "Translated"),
        ("::10.0.0.1", "Private"),
        ("fe80::1", "LinkLocal"),
        ("fec0::1", "Private"),
        ("ff02::fb", "Multicast"),
        ("2001:0:a00:1::1", "Reserved"),
        ("3fff::1", "Documentation"),
        ("5f00::1", "Reserved"),
        ("4000::1", "Reserved"),
    ] {
        all.push(case(&label(&[address]), wanted));
    }
    // One closed address closes the name, wherever it stands.
    all.push(case(&label(&[SHOP, "10.0.0.1"]), "Private"));
    all.push(case(&label(&["10.0.0.1", SHOP]), "Private"));
    all.push(case(&label(&[SHOP, "fd12:3456::1"]), "UniqueLocal"));
    all.push(case(&format!("alias-{}", label(&["127.0.0.1"])), "Loopback"));
    all.push(case(&format!("alias-{}", label(&["169.254.169.254"])), "Metadata"));
    all.push(case(&format!("many-{}", label(&[SHOP])), "NameNotFound"));
    all.push(case("none", "NameNotFound"));
    all.push(case("nobody", "NameNotFound"));
    all
}

/// Names that lead to the website at first, and elsewhere when they are asked again. How many were played, and what went wrong.
pub(crate) async fn turns(stage: &Stage, pod: &Pod) -> (usize, Vec<String>) {
    let mut wrong = Vec::new();
    let turns = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1"];
    for closed in turns {
        let name = format!("turn-{}.shop.example.com", label(&[SHOP, closed]));
        let ask = || Ask::tls(&format!("{name}:443"), &name);
        let first = ask().play(pod.proxy).await;
        stage.outside.heard().await;
        let second = ask().play(pod.proxy).await;
        let heard = stage.outside.heard().await;
        let refused = ["Loopback", "Private", "Metadata"].contains(&second.word.as_str());
        if first.word != "Through" || !refused || !heard.are_harmless(&ask()) {
            wrong.push(format!("{name}: {first:?}, then {second:?}, heard {heard:?}"));
        }
    }
    (turns.len(), wrong)
}
