//! Everything beyond the gateway: one program listens at all addresses and at the ports that are tried, and hears whatever gets there. At
//! the website's addresses it answers.

use crate::case::Ask;
use crate::gateway::PATIENCE;
use crate::stage::{CDN, FOREIGN, SHOP, SHOP_V6, WIKI};
use std::io;
use std::net::{IpAddr, SocketAddr};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;

/// Ports of websites, and of what else machines have.
const PORTS: [u16; 11] = [22, 25, 53, 80, 443, 2379, 6443, 8080, 8443, 9222, 10250];
/// What an attack says where it must not be heard.
pub(crate) const EVIL: &str = "EVIL";

#[derive(Clone, Debug)]
struct Connection {
    from: SocketAddr,
    to: SocketAddr,
    bytes: Vec<u8>,
    over: bool,
}

type All = Vec<Connection>;

/// What was heard since it was asked last.
#[derive(Debug)]
pub(crate) struct Heard(All);

impl Heard {
    /// Nobody else than the website was reached, and it heard nothing but what may be said before an attack.
    pub(crate) fn are_harmless(&self, ask: &Ask) -> bool {
        let website: IpAddr = SHOP.parse().expect("an address");
        let silent = |bytes: &[u8]| match ask.begins_well() {
            true => !String::from_utf8_lossy(bytes).contains(EVIL),
            false => bytes.is_empty(),
        };
        self.0.iter().all(|one| one.to.ip() == website && silent(&one.bytes))
    }
}

pub(crate) struct Outside(watch::Sender<All>);

impl Outside {
    pub(crate) async fn listen() -> Self {
        let (all, _) = watch::channel(All::new());
        for port in PORTS {
            let listener = TcpListener::bind(("::", port)).await.expect("a port");
            let all = all.clone();
            tokio::spawn(async move {
                while let Ok((stream, from)) = listener.accept().await {
                    tokio::spawn(hear(stream, plain(from), all.clone()));
                }
            });
        }
        Self(all)
    }

    /// All that was heard, once what was begun is over. Connections of our own go behind those of an attack, so that none is
    /// still on its way.
    pub(crate) async fn heard(&self) -> Heard {
        let mut changes = self.0.subscribe();
        let mut own = Vec::new();
        for port in PORTS {
            let stream = TcpStream::connect((CDN, port)).await.expect("a connection");
            own.push(stream.local_addr().expect("an address"));
        }
        let all_over = |all: &All| {
            let seen = own.iter().all(|own| all.iter().any(|one| one.from == *own));
            seen && all.iter().all(|one| one.over)
        };
        timeout(PATIENCE, changes.wait_for(all_over)).await.expect("an end in time").expect("it listens");
        let mut all = self.0.send_replace(All::new());
        all.retain(|one| !own.contains(&one.from));
        Heard(all)
    }
}

async fn hear(stream: TcpStream, from: SocketAddr, all: watch::Sender<All>) {
    let Ok(to) = stream.local_addr().map(plain) else { return };
    all.send_modify(|all| all.push(Connection { from, to, bytes: Vec::new(), over: false }));
    let note = |bytes: &[u8]| {
        all.send_modify(|all| {
            let mut ours = all.iter_mut().filter(|one| one.from == from && one.to == to);
            ours.by_ref().for_each(|one| one.bytes.extend(bytes));
        });
    };
    // However it ends.
    let _ = if to.port() == 80 { plain_website(stream, note).await } else { echo(stream, note).await };
    all.send_modify(|all| {
        all.iter_mut().filter(|one| one.from == from && one.to == to).for_each(|one| one.over = true)
    });
}

/// Whether a website answers here.
fn is_website(stream: &TcpStream) -> bool {
    let known = [SHOP, SHOP_V6, CDN, FOREIGN, WIKI];
    stream.local_addr().is_ok_and(|to| known.iter().any(|text| text.parse() == Ok(plain(to).ip())))
}

/// Sends back what it hears, whatever it is.
async fn echo(mut stream: TcpStream, note: impl Fn(&[u8])) -> io::Result<()> {
    let website = is_website(&stream);
    let mut part = vec![0; 64 << 10];
    loop {
        let length = stream.read(&mut part).await?;
        if length == 0 {
            return stream.shutdown().await;
        }
        note(&part[..length.min(4_096)]);
        if website {
            stream.write_all(&part[..length]).await?;
        }
    }
}

/// HTTP/1.1: says which request it had, with how long a body; `/to?` sends elsewhere, and an upgrade echoes. After `/tired` it hangs up on
/// whatever comes next, as a website does that waited long enough just then.
async fn plain_website(stream: TcpStream, note: impl Fn(&[u8])) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut tired = false;
    loop {
        let (mut first, mut length, mut chunked, mut upgrade, mut line) =
            (String::new(), 0, false, false, String::new());
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            note(line.as_bytes());
            let lower = line.trim_end().to_lowercase();
            match lower.split_once(": ") {
                Some(("content-length", value)) => length = value.parse().unwrap_or_default(),
                Some(("transfer-encoding", _)) => chunked = true,
                Some(("upgrade", _)) => upgrade = true,
                _ if lower.is_empty() => break,
                _ if first.is_empty() => first = line.trim_end().to_owned(),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        let mut total = length;
        while chunked {
            line.clear();
            stream.read_line(&mut line).await?;
            let size = usize::from_str_radix(line.trim_end(), 16).unwrap_or_default();
            let mut chunk = vec![0; size + 2];
            stream.read_exact(&mut chunk).await?;
            total += size;
            chunked = size > 0;
        }
        if tired {
            return Ok(());
        }
        if upgrade {
            stream
                .write_all(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
                .await?;
            return echo(stream.into_inner(), note).await;
        }
        let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
        let head = first.starts_with("HEAD ");
        tired = path == "/tired";
        let text = format!("{first} {total}");
        let status = match path.split_once("to?") {
            Some((_, target)) => format!("302 Found\r\nLocation: {target}"),
            None => "200 OK".to_owned(),
        };
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n", text.len());
        stream.write_all(answer.as_bytes()).await?;
        if !head {
            stream.write_all(text.as_bytes()).await?;
        }
    }
}

/// An IPv4 address as one.
fn plain(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
