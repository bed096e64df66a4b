//! Whose turn it is.

use std::collections::BTreeMap;

use super::*;
use crate::id::TenantId;
use crate::uid::SessionUid;

/// Sessions that wait, as "tenant number" from the one that came first: "a1 a2 b3".
fn parse(text: &str) -> Vec<(TenantId, u64)> {
    let word = |word: &str| (TenantId::parse(&word[..1]).expect(word), word[1..].parse().expect(word));
    text.split_whitespace().map(word).collect()
}

/// Limits and pods held, as "tenant:held/limit".
fn loads(text: &str) -> BTreeMap<TenantId, TenantLoad> {
    let load = |word: &str| {
        let (tenant, rest) = word.split_once(':').expect(word);
        let (held, limit) = rest.split_once('/').expect(word);
        let load = TenantLoad { held: held.parse().expect(word), limit: limit.parse().ok() };
        (TenantId::parse(tenant).expect(word), load)
    };
    text.split_whitespace().map(load).collect()
}

fn serve(turns: &mut Turns, text: &str, load: &str, free: usize) -> (Vec<u128>, Vec<u128>) {
    let waiting = parse(text);
    let waiting: Vec<Waiting<'_>> = waiting
        .iter()
        .map(|(tenant, number)| {
            let session = SessionUid::from_u128(u128::from(*number));
            Waiting { session, tenant, since: Timestamp::from_millis(*number) }
        })
        .collect();
    let numbers = |sessions: Vec<SessionUid>| sessions.into_iter().map(SessionUid::as_u128).collect();
    let served = turns.serve(&waiting, &loads(load), free);
    (numbers(served.sessions), numbers(served.over_limit))
}

/// Who waits, the loads, pods, and then who is served and who is over the limit.
type Row = (&'static str, &'static str, usize, &'static [u128], &'static [u128]);

#[test]
fn one_call() {
    let rows: [Row; 11] = [
        ("", "", 5, &[], &[]),
        ("a1 a2", "", 0, &[], &[]),
        ("a2 a1 a3", "", 2, &[1, 2], &[]),
        ("a1 a2 a3 b4", "", 2, &[1, 4], &[]),
        ("a1 a2 a3 b4 c5", "", 9, &[1, 4, 5, 2, 3], &[]),
        ("b1 a2 b3 a4", "", 3, &[1, 2, 3], &[]),
        ("a1 a2 a3 b4", "a:0/1", 9, &[1, 4], &[2, 3]),
        ("a1 a2 b3", "a:2/2", 1, &[3], &[1, 2]),
        ("a1 a2 b3", "a:5/2 b:7/-", 9, &[3], &[1, 2]),
        ("a1 b2", "a:0/0 b:0/0", 9, &[], &[1, 2]),
        ("a1 a2 b3", "a:0/2 c:9/9", 1, &[1], &[]),
    ];
    for (waiting, load, free, sessions, over) in rows {
        let got = serve(&mut Turns::new(), waiting, load, free);
        assert_eq!(got, (sessions.to_vec(), over.to_vec()), "{waiting}; {load}; {free}");
    }
}

#[test]
fn turns_go_on_from_call_to_call() {
    let mut turns = Turns::new();
    let mut waiting: Vec<&str> = "a1 a2 a3 a4 b5 b6 c7".split(' ').collect();
    let mut order = Vec::new();
    while !waiting.is_empty() {
        let (served, _) = serve(&mut turns, &waiting.join(" "), "", 1);
        waiting.retain(|word| word[1..].parse() != Ok(served[0]));
        order.extend(served);
    }
    assert_eq!(order, [1, 5, 7, 2, 6, 3, 4]);
}

#[test]
fn a_tenant_that_asks_often_does_not_shut_others_out() {
    let mut turns = Turns::new();
    let mut of_a = 0;
    for round in 0..20 {
        // B comes back the moment it was served; A waits with ten all the time.
        let b = format!("b{}", 1000 + round);
        let (served, _) = serve(&mut turns, &format!("a1 a2 a3 a4 a5 a6 a7 a8 a9 {b}"), "", 1);
        of_a += usize::from(served[0] < 1000);
    }
    assert_eq!(of_a, 10);
}
