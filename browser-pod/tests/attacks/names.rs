//! A resolver that says what a name asks it to: the first label holds the answers. `a-HEX` is an IPv4 address by its eight digits, `b-HEX`
//! an IPv6 one by its thirty-two; several follow each other. `turn-` has each ask get the next one, `alias-` an alias before it, `many-`
//! seventy of them. `none` has no address, and what is in no other line is the website's or does not exist.

use crate::stage::{CDN, FOREIGN, SHOP, SHOP_V6, WIKI};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use tokio::net::UdpSocket;

const A: u16 = 1;
const ALIAS: u16 = 5;
const AAAA: u16 = 28;

/// Serves until the test ends.
pub(crate) async fn serve() {
    let socket = UdpSocket::bind("127.0.0.1:53").await.expect("the port of names");
    tokio::spawn(async move {
        let mut asked = HashMap::new();
        let mut question = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut question).await {
            if let Some(answer) = answer(&question[..length], &mut asked) {
                // Who asked may be gone.
                let _ = socket.send_to(&answer, from).await;
            }
        }
    });
}

/// The first label of a name with these answers.
pub(crate) fn label(answers: &[&str]) -> String {
    let one = |text: &&str| match text.parse::<IpAddr>().expect(text) {
        IpAddr::V4(address) => format!("a-{:08x}", address.to_bits()),
        IpAddr::V6(address) => format!("b-{:032x}", address.to_bits()),
    };
    answers.iter().map(one).collect::<Vec<_>>().join("-")
}

fn answer(question: &[u8], asked: &mut HashMap<(String, u16), usize>) -> Option<Vec<u8>> {
    let (name, after) = name(question.get(12..)?)?;
    let kind = u16::from_be_bytes(question.get(12 + after..14 + after)?.try_into().ok()?);
    let found = found(&name, kind, asked);
    let code = if found.is_none() { 3 } else { 0 };
    let records = found.unwrap_or_default();
    let mut out = question.get(..2)?.to_vec();
    out.extend([0x81, 0x80 | code, 0, 1]);
    out.extend(u16::try_from(records.len()).ok()?.to_be_bytes());
    out.extend([0, 0, 0, 0]);
    out.extend(question.get(12..16 + after)?);
    for (owner, kind, content) in records {
        out.extend(owner);
        out.extend(kind.to_be_bytes());
        out.extend([0, 1, 0, 0, 0, 0]);
        out.extend(u16::try_from(content.len()).ok()?.to_be_bytes());
        out.extend(content);
    }
    Some(out)
}

fn name(mut bytes: &[u8]) -> Option<(String, usize)> {
    let (mut labels, mut length) = (Vec::new(), 1);
    loop {
        let (count, rest) = bytes.split_first()?;
        if *count == 0 {
            return Some((labels.join(".").to_lowercase(), length));
        }
        let (label, rest) = rest.split_at_checked(usize::from(*count))?;
        labels.push(String::from_utf8_lossy(label).into_owned());
        length += usize::from(*count) + 1;
        bytes = rest;
    }
}

/// Whose, of which kind, and what.
type Records = Vec<(Vec<u8>, u16, Vec<u8>)>;

/// The name that was asked for, by where it stands.
const ASKED: [u8; 2] = [0xc0, 12];
const LOCALHOST: &[u8] = b"\x09localhost\x00";

/// The records of one kind; nothing where there is no such name.
fn found(name: &str, kind: u16, asked: &mut HashMap<(String, u16), usize>) -> Option<Records> {
    let first = name.split('.').next().unwrap_or_default();
    let wanted = |address: &IpAddr| address.is_ipv4() == (kind == A);
    let records = |all: Vec<IpAddr>| {
        let all = all.into_iter().filter(wanted).filter(|_| kind == A || kind == AAAA);
        all.map(|address| (ASKED.to_vec(), kind, bytes(address))).collect::<Records>()
    };
    let fixed = |texts: &[&str]| texts.iter().map(|text| text.parse().expect(text)).collect::<Vec<IpAddr>>();
    if let Some(rest) = first.strip_prefix("turn-") {
        let all = listed(rest)?;
        let turn = asked.entry((name.to_owned(), kind)).or_default();
        let now = all.get(*turn).or(all.last()).copied();
        *turn += 1;
        return Some(records(now.into_iter().collect()));
    }
    if let Some(rest) = first.strip_prefix("alias-") {
        let address = listed(rest)?.into_iter().find(wanted);
        let address = address.map(|address| (LOCALHOST.to_vec(), kind, bytes(address)));
        return Some(std::iter::once((ASKED.to_vec(), ALIAS, LOCALHOST.to_vec())).chain(address).collect());
    }
    if let Some(rest) = first.strip_prefix("many-") {
        let all = listed(rest)?;
        return Some(records(all.iter().cycle().take(70).copied().collect()));
    }
    if first.starts_with("a-") || first.starts_with("b-") {
        return Some(records(listed(first)?));
    }
    match name {
        "none.shop.example.com" => Some(Vec::new()),
        "wiki.example.com" => Some(records(fixed(&[WIKI]))),
        "v6.shop.example.com" => Some(records(fixed(&[SHOP_V6]))),
        "both.shop.example.com" => Some(records(fixed(&[SHOP, SHOP_V6]))),
        _ if name.ends_with(".cdn.example.net") => Some(records(fixed(&[CDN]))),
        "plain.example.com" | "shop.example.com" | "www.shop.example.com" | "a.b.shop.example.com" => {
            Some(records(fixed(&[SHOP])))
        }
        "xn--bcher-kva.shop.example.com" | "under_score.shop.example.com" | "1.shop.example.com" => {
            Some(records(fixed(&[SHOP])))
        }
        _ if name.ends_with(".example.org") || name.ends_with(".test") => Some(records(fixed(&[FOREIGN]))),
        _ => None,
    }
}

fn listed(text: &str) -> Option<Vec<IpAddr>> {
    let mut parts = text.split('-');
    let mut all = Vec::new();
    while let Some(kind) = parts.next() {
        let digits = parts.next()?;
        all.push(match kind {
            "a" => IpAddr::V4(Ipv4Addr::from_bits(u32::from_str_radix(digits, 16).ok()?)),
            _ => IpAddr::V6(Ipv6Addr::from_bits(u128::from_str_radix(digits, 16).ok()?)),
        });
    }
    Some(all)
}

fn bytes(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}
