//! What must be said first on a connection for TLS: the name that was asked for, where everybody can read it.

use crate::pod::Tunnel;
use crate::website::{Website, browse, echoes, rest, shop};
use crate::world::{SOON, World, grant};
use cobrowse_egress_gateway::gateway::Times;
use cobrowse_egress_gateway::hello::{self, Hello, Malformed};
use cobrowse_identity::ServerName;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsConnector;

const HOST: &str = "shop.example.com";

fn extension(kind: u16, content: &[u8]) -> Vec<u8> {
    [kind.to_be_bytes().as_slice(), &counted(content)].concat()
}

fn counted(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("short");
    [length.to_be_bytes().as_slice(), content].concat()
}

fn named(name: &str) -> Vec<u8> {
    extension(0, &counted(&[&[0], counted(name.as_bytes()).as_slice()].concat()))
}

/// The message, without records.
fn message(extensions: &[Vec<u8>]) -> Vec<u8> {
    let session = [&[32], [7; 32].as_slice()].concat();
    let parts =
        [&[3, 3], [9; 32].as_slice(), &session, &counted(&[0x13, 0x01]), &[1, 0], &counted(&extensions.concat())];
    let body = parts.concat();
    let [_, a, b, c] = u32::try_from(body.len()).expect("short").to_be_bytes();
    [&[1, a, b, c], body.as_slice()].concat()
}

fn record(content: &[u8]) -> Vec<u8> {
    [&[22, 3, 1], counted(content).as_slice()].concat()
}

fn hello(extensions: &[Vec<u8>]) -> Vec<u8> {
    record(&message(extensions))
}

/// One that names this host.
pub(crate) fn named_hello(name: &str) -> Vec<u8> {
    hello(&[named(name)])
}

fn said(name: Option<&str>, encrypted: bool) -> Result<Option<Hello>, Malformed> {
    Ok(Some(Hello { server_name: name.map(str::to_owned), encrypted }))
}

#[test]
fn first_messages_are_read_whole_or_not_at_all() {
    let whole = hello(&[extension(10, &[0, 2, 0, 29]), named(HOST), extension(0x0a0a, &[])]);
    assert_eq!(hello::read(&whole), said(Some(HOST), false));
    for length in 0..whole.len() {
        assert_eq!(hello::read(&whole[..length]), Ok(None), "{length}");
    }
    // What follows, such as early data, is not looked at.
    assert_eq!(hello::read(&[whole.as_slice(), &[23, 3, 3, 0, 1, 0]].concat()), said(Some(HOST), false));
    // In many records.
    for size in [1, 2, 3, 50] {
        let cut: Vec<u8> = message(&[named(HOST)]).chunks(size).flat_map(record).collect();
        assert_eq!(hello::read(&cut), said(Some(HOST), false), "{size}");
    }
    assert_eq!(hello::read(&hello(&[])), said(None, false));
    assert_eq!(hello::read(&hello(&[named(HOST), extension(0xfe0d, &[0; 60])])), said(Some(HOST), true));
}

#[test]
fn other_first_messages_are_refused() {
    let good = message(&[named(HOST)]);
    let list = |names: &[u8]| hello(&[extension(0, &counted(names))]);
    let name = [&[0], counted(HOST.as_bytes()).as_slice()].concat();
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = record(&good);
        change(&mut bytes);
        bytes
    };
    let wrong: Vec<(&str, Vec<u8>)> = vec![
        ("http", b"GET / HTTP/1.1\r\n\r\n".to_vec()),
        ("ssh", b"SSH-2.0-x\r\n".to_vec()),
        ("TLS of 1999's forerunner", vec![0x80, 0x2e, 1, 3, 1]),
        ("an alert", vec![21, 3, 3, 0, 2, 1, 0]),
        ("application data", vec![23, 3, 3, 0, 1, 0]),
        ("another version", with(&|bytes| bytes[1] = 2)),
        ("an empty record", vec![22, 3, 1, 0, 0]),
        ("a record too long", vec![22, 3, 1, 0x40, 1]),
        ("a server's message", with(&|bytes| bytes[5] = 2)),
        ("a message too long", vec![22, 3, 1, 0, 4, 1, 0, 0x40, 1]),
        ("two messages in a record", record(&[good.as_slice(), &good].concat())),
        ("two names of two extensions", hello(&[named(HOST), named("evil.example")])),
        ("twice the same name", hello(&[named(HOST), named(HOST)])),
        ("two names of one extension", list(&[name.as_slice(), &name].concat())),
        ("no name in the list", list(&[])),
        ("another kind of name", list(&[&[1], counted(HOST.as_bytes()).as_slice()].concat())),
        ("a name of bytes", list(&[&[0], counted(&[0xff, 0xfe]).as_slice()].concat())),
        ("an extension cut", hello(&[vec![0, 0, 0, 9]])),
    ];
    for (what, bytes) in wrong {
        assert_eq!(hello::read(&bytes), Err(Malformed), "{what}");
    }
}

async fn tunnel(world: &World) -> (Website, Tunnel) {
    let website = shop(world, &[HOST, "evil.example"], "93.184.216.34:443").await;
    let pod = world.granted(grant()).await;
    (website, pod.connect("shop.example.com:443").await.expect("a tunnel"))
}

/// The word that the end was counted by.
fn ended(world: &World, word: &str) -> bool {
    world.metrics().contains(&format!("cobrowse_egress_ends_total{{reason=\"{word}\"}} 1"))
}

#[tokio::test]
async fn another_name_or_none_brings_no_byte_to_the_website() {
    let (missing, mismatch, encrypted, malformed) = ("NameMissing", "NameMismatch", "HelloEncrypted", "HelloMalformed");
    let cases = [
        (hello(&[]), missing),
        (hello(&[named("evil.example")]), mismatch),
        (hello(&[named("a.shop.example.com")]), mismatch),
        (hello(&[named("shop.example.com.")]), mismatch),
        (hello(&[named("shop.example.com\0")]), mismatch),
        (hello(&[named("")]), mismatch),
        (hello(&[named(HOST), extension(0xfe0d, &[0; 60])]), encrypted),
        (hello(&[named("evil.example"), named(HOST)]), malformed),
        (b"GET / HTTP/1.1\r\nHost: shop.example.com\r\n\r\n".to_vec(), malformed),
    ];
    for (bytes, word) in cases {
        let world = World::new().await;
        let (website, mut tunnel) = tunnel(&world).await;
        tunnel.write_all(&bytes).await.expect("a tunnel takes it");
        assert_eq!(rest(&mut tunnel).await, b"", "{word}");
        assert!(ended(&world, word), "{word}: {}", world.metrics());
        assert_eq!(website.heard(), 0, "{word}");
    }
}

#[tokio::test]
async fn a_browser_that_hides_or_changes_the_name_is_cut_off() {
    let world = World::new().await;
    let (website, fronted) = tunnel(&world).await;
    assert!(browse(&website, fronted, "evil.example").await.is_err());
    let (website, hidden) = tunnel(&world).await;
    let mut config = (*website.trusted).clone();
    config.enable_sni = false;
    let name = ServerName::try_from(HOST).expect("a name");
    assert!(TlsConnector::from(Arc::new(config)).connect(name, hidden).await.is_err());
    assert_eq!(website.heard(), 0);
    let (website, good) = tunnel(&world).await;
    let mut page = browse(&website, good, HOST).await.expect("a page");
    echoes(&mut page, b"hello").await.expect("an echo");
}

#[tokio::test]
async fn a_name_that_comes_slowly_is_awaited_and_one_that_never_comes_is_not() {
    let times = Times { hello: Duration::from_millis(300), ..Times::default() };
    let world = World::with(times, SOON).await;
    let (website, mut silent) = tunnel(&world).await;
    assert_eq!(rest(&mut silent).await, b"");
    assert!(ended(&world, "HelloMissing") && website.heard() == 0);
    let world = World::new().await;
    let (website, mut slow) = tunnel(&world).await;
    for byte in hello(&[named(HOST)]) {
        slow.write_all(&[byte]).await.expect("a tunnel takes it");
        slow.flush().await.expect("a tunnel takes it");
    }
    // The website does not like what our few suites offer, and says so: an alert, or an end.
    let _ = rest(&mut slow).await;
    assert_eq!(website.heard(), 1);
}
