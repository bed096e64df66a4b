//! A scanner of listeners, as a stranger has one: first messages of TLS written byte by byte, and what a server picks of them or says.
//! It uses no TLS library and none of our code, so that a change of the policy shows here as a difference and not as a new agreement of
//! both ends. Tests of the programs include this file.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// Nothing on loopback takes this long.
const PATIENCE: Duration = Duration::from_secs(10);
/// As many numbers as one record has room for.
const BATCH: usize = 7_000;
/// "I came down from a newer version": a server that has one hangs up, whatever else is offered.
const FALLBACK: u16 = 0x5600;
const TLS_1_2: u16 = 0x0303;
const TLS_1_3: u16 = 0x0304;

/// What a listener speaks: all that it picks when every number there is was offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Versions.
    pub(crate) versions: BTreeSet<u16>,
    /// Suites of TLS 1.3 and of TLS 1.2.
    pub(crate) suites: [BTreeSet<u16>; 2],
    /// Groups of TLS 1.3 and of TLS 1.2.
    pub(crate) groups: [BTreeSet<u16>; 2],
    /// How it signs in TLS 1.2. In TLS 1.3 that stands in what is encrypted already.
    pub(crate) schemes: BTreeSet<u16>,
}

/// What the policy says of listeners for programs of ours: 0x1302 AES-256-GCM, 0x1303 ChaCha20; 0x11EC X25519 with ML-KEM-768,
/// X25519, P-256, P-384.
pub(crate) fn inside() -> Found {
    Found {
        versions: [TLS_1_3].into(),
        suites: [[0x1302, 0x1303].into(), [].into()],
        groups: [[0x11ec, 0x001d, 0x0017, 0x0018].into(), [].into()],
        schemes: [].into(),
    }
}

/// What it says of the door with a certificate of P-256: besides TLS 1.2 with 0xC02C AES-256-GCM and 0xCCA9 ChaCha20.
pub(crate) fn outside() -> Found {
    let Found { suites: [suites, _], groups: [groups, _], .. } = inside();
    Found {
        versions: [TLS_1_2, TLS_1_3].into(),
        suites: [suites, [0xc02c, 0xcca9].into()],
        groups: [groups, [0x001d, 0x0017, 0x0018].into()],
        // ECDSA on P-256 with SHA-256.
        schemes: [0x0403].into(),
    }
}

/// Tries everything there is.
pub(crate) fn scan(address: SocketAddr) -> Found {
    let usual = |version| Offer { version, ..Offer::default() };
    let versions = (0x0300..=0x0305).filter(|version| {
        let picked = ask(address, &usual(*version));
        picked.is_some_and(|picked| picked.version == *version)
    });
    let suites =
        |version| all_picked(|suites| ask(address, &Offer { suites, ..usual(version) }).map(|picked| picked.suite));
    let new_groups =
        all_picked(|groups| ask(address, &Offer { groups, ..usual(TLS_1_3) }).and_then(|picked| picked.group));
    let old = |offer: Offer| ask(address, &offer).is_some();
    Found {
        versions: versions.collect(),
        suites: [suites(TLS_1_3), suites(TLS_1_2)],
        groups: [new_groups, all_taken(|groups| old(Offer { groups, ..usual(TLS_1_2) }))],
        schemes: all_taken(|schemes| old(Offer { schemes, ..usual(TLS_1_2) })),
    }
}

/// All numbers that are taken when they are offered, where the answer does not say which: of a batch that is taken halves are tried.
fn all_taken(takes: impl Fn(Vec<u16>) -> bool) -> BTreeSet<u16> {
    let every: Vec<u16> = (0..=u16::MAX).collect();
    let mut found = BTreeSet::new();
    let mut parts: Vec<&[u16]> = every.chunks(BATCH).collect();
    while let Some(part) = parts.pop() {
        match part {
            part if !takes(part.to_vec()) => {}
            [number] => {
                found.insert(*number);
            }
            part => parts.extend(<[&[u16]; 2]>::from(part.split_at(part.len() / 2))),
        }
    }
    found
}

/// All numbers that are ever picked: what was picked is offered no more, until nothing is.
fn all_picked(pick: impl Fn(Vec<u16>) -> Option<u16>) -> BTreeSet<u16> {
    let every: Vec<u16> = (0..=u16::MAX).filter(|number| *number != FALLBACK).collect();
    let mut found = BTreeSet::new();
    for batch in every.chunks(BATCH) {
        let mut left = batch.to_vec();
        while let Some(picked) = pick(left.clone()) {
            assert!(left.contains(&picked), "{picked:#06x} was picked and not offered");
            left.retain(|number| *number != picked);
            found.insert(picked);
        }
    }
    found
}

/// One first message.
#[derive(Clone)]
struct Offer {
    version: u16,
    suites: Vec<u16>,
    groups: Vec<u16>,
    schemes: Vec<u16>,
}

impl Default for Offer {
    /// What many have, and much that nobody should have any more.
    fn default() -> Self {
        let suites = vec![
            0x1301, 0x1302, 0x1303, 0xc02b, 0xc02c, 0xc02f, 0xc030, 0xcca8, 0xcca9, 0xc009, 0xc00a, 0xc013, 0xc014,
            0xc023, 0xc024, 0x009c, 0x009d, 0x002f, 0x0035, 0x003c, 0x000a, 0x0005, 0x0004, 0x0033, 0x0039, 0x0067,
            0x009e, 0x009f,
        ];
        let schemes = vec![
            0x0101, 0x0201, 0x0202, 0x0203, 0x0301, 0x0303, 0x0401, 0x0403, 0x0501, 0x0503, 0x0601, 0x0603, 0x0804,
            0x0805, 0x0806, 0x0807, 0x0808, 0x0809, 0x080a, 0x080b,
        ];
        Self { version: TLS_1_3, suites, groups: vec![0x001d, 0x0017, 0x0018, 0x0019, 0x11ec, 0x0100], schemes }
    }
}

/// What a server picked.
struct Picked {
    version: u16,
    suite: u16,
    /// In TLS 1.3 alone: none of our offers has a key, so the server asks for one of this group.
    group: Option<u16>,
}

/// Sends an offer. None: the server refused it, by an alert or by hanging up.
fn ask(address: SocketAddr, offer: &Offer) -> Option<Picked> {
    let mut stream = connect(address);
    // It may hang up before it has read all.
    let _ = stream.write_all(&offer.record());
    let mut head = [0; 5];
    stream.read_exact(&mut head).ok()?;
    let mut body = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
    stream.read_exact(&mut body).ok()?;
    let _ = stream.shutdown(Shutdown::Both);
    match head[0] {
        21 => None,
        22 => Some(picked(&body)),
        other => panic!("{address} answered TLS with {other} {body:?}"),
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect_timeout(&address, PATIENCE).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a setting");
    stream.set_nodelay(true).expect("a setting");
    stream
}

impl Offer {
    fn record(&self) -> Vec<u8> {
        let mut extensions = Vec::new();
        let mut extension = |number: u16, body: Vec<u8>| {
            extensions.extend(number.to_be_bytes());
            extensions.extend(long(&body));
        };
        extension(10, long(&numbers(&self.groups)));
        extension(11, vec![1, 0]);
        extension(13, long(&numbers(&self.schemes)));
        extension(23, Vec::new());
        if self.version >= TLS_1_3 {
            extension(43, [&[2], &self.version.to_be_bytes()[..]].concat());
            extension(51, long(&[]));
        }
        let mut hello = self.version.min(TLS_1_2).to_be_bytes().to_vec();
        hello.extend([7; 32]);
        hello.push(0);
        hello.extend(long(&numbers(&self.suites)));
        hello.extend([1, 0]);
        hello.extend(long(&extensions));
        let mut message = vec![1, 0];
        message.extend(long(&hello));
        [&[22, 3, 1][..], &long(&message)].concat()
    }
}

/// Bytes behind their length.
fn long(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("it fits");
    [&length.to_be_bytes()[..], bytes].concat()
}

fn numbers(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

fn picked(message: &[u8]) -> Picked {
    let number = |at: usize| u16::from_be_bytes([message[at], message[at + 1]]);
    assert_eq!(message[0], 2, "a ServerHello");
    let suite_at = 4 + 2 + 32 + 1 + usize::from(message[4 + 2 + 32]);
    let mut picked = Picked { version: number(4), suite: number(suite_at), group: None };
    // Behind suite and compression stand the length of the extensions, and they.
    let mut at = suite_at + 5;
    while at + 4 <= message.len() {
        match number(at) {
            43 => picked.version = number(at + 4),
            51 => picked.group = Some(number(at + 4)),
            _ => {}
        }
        at += 4 + usize::from(number(at + 2));
    }
    picked
}

/// What comes back to a request in clear: nothing, or the first bytes.
pub(crate) fn in_clear(address: SocketAddr, path: &str) -> String {
    let mut stream = connect(address);
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("taken");
    let mut answer = Vec::new();
    // One that hangs up in the middle has said what it says.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// Where a process listens. It must be ours to look into.
pub(crate) fn listening(pid: u32) -> BTreeSet<SocketAddr> {
    let links = std::fs::read_dir(format!("/proc/{pid}/fd")).expect("a process of ours").flatten();
    let sockets: BTreeSet<String> = links
        .filter_map(|link| std::fs::read_link(link.path()).ok()?.to_str()?.strip_prefix("socket:[").map(str::to_owned))
        .map(|inode| inode.trim_end_matches(']').to_owned())
        .collect();
    let table = |name| std::fs::read_to_string(format!("/proc/{pid}/net/{name}")).unwrap_or_default();
    let lines = format!("{}{}", table("tcp"), table("tcp6"));
    let listens = lines.lines().filter_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        // 0A is LISTEN.
        (words.get(3) == Some(&"0A") && sockets.contains(*words.get(9)?)).then(|| parse(words[1]))?
    });
    listens.collect()
}

/// An address as the kernel writes it: words of four bytes in the machine's order, and the port.
fn parse(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let words = address.as_bytes().chunks(8).map(|word| u32::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok());
    let bytes: Vec<u8> = words.collect::<Option<Vec<u32>>>()?.into_iter().flat_map(u32::to_ne_bytes).collect();
    let port = u16::from_str_radix(port, 16).ok()?;
    match <[u8; 16]>::try_from(bytes.as_slice()) {
        Ok(long) => Some(SocketAddr::from((Ipv6Addr::from(long), port))),
        Err(_) => Some(SocketAddr::from((Ipv4Addr::from(<[u8; 4]>::try_from(bytes.as_slice()).ok()?), port))),
    }
}
