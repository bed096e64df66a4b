//! Websites on loopback, and browsers' ways to speak with them.

use crate::pod::Tunnel;
use crate::world::{SOON, World};
use cobrowse_identity::{ClientConfig, ServerName, door};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// A website that counts what reaches it.
pub(crate) struct Website {
    pub(crate) address: SocketAddr,
    pub(crate) trusted: Arc<ClientConfig>,
    heard: Arc<AtomicUsize>,
}

impl Website {
    /// Speaks TLS and sends back what it hears.
    pub(crate) async fn echo(hosts: &[&str]) -> Self {
        let (certificate, key) = door::self_signed(hosts, SystemTime::now()).expect("a certificate");
        let acceptor = TlsAcceptor::from(door::server(&certificate, &key).expect("a configuration"));
        let trusted = door::client(&certificate, &[]).expect("a configuration");
        let (listener, address, heard) = listen().await;
        let counted = heard.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, counted) = (acceptor.clone(), counted.clone());
                tokio::spawn(async move {
                    let mut first = [0; 1];
                    counted.fetch_add(stream.peek(&mut first).await?, Ordering::SeqCst);
                    let (mut from, mut to) = tokio::io::split(acceptor.accept(stream).await?);
                    tokio::io::copy(&mut from, &mut to).await?;
                    to.shutdown().await
                });
            }
        });
        Self { address, trusted, heard }
    }

    /// Speaks HTTP/1.1: answers each request with its first line and Host, and echoes after an upgrade.
    pub(crate) async fn plain() -> Self {
        let (listener, address, heard) = listen().await;
        let counted = heard.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, counted.clone()));
            }
        });
        let (certificate, _) = door::self_signed(&["unused.example.com"], SystemTime::now()).expect("a certificate");
        Self { address, trusted: door::client(&certificate, &[]).expect("a configuration"), heard }
    }

    /// How many connections or requests brought a byte.
    pub(crate) fn heard(&self) -> usize {
        self.heard.load(Ordering::SeqCst)
    }
}

async fn listen() -> (TcpListener, SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    (listener, address, Arc::default())
}

async fn answer(stream: impl AsyncRead + AsyncWrite + Unpin, counted: Arc<AtomicUsize>) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let (mut head, mut line) = (Vec::new(), String::new());
        while stream.read_line(&mut line).await? > 2 {
            head.push(std::mem::take(&mut line).trim_end().to_owned());
        }
        let Some(first) = head.first() else { return Ok(()) };
        counted.fetch_add(1, Ordering::SeqCst);
        if head.iter().any(|line| line.eq_ignore_ascii_case("upgrade: websocket")) {
            let agreed = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
            stream.write_all(agreed.as_bytes()).await?;
            let (mut from, mut to) = tokio::io::split(stream);
            tokio::io::copy(&mut from, &mut to).await?;
            return to.shutdown().await;
        }
        let length =
            head.iter().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut content = vec![0; length.unwrap_or(0)];
        stream.read_exact(&mut content).await?;
        if head.iter().any(|line| line.eq_ignore_ascii_case("transfer-encoding: chunked")) {
            // Tests send no more than the end of a chunked body.
            content = vec![0; b"0\r\n\r\n".len()];
            stream.read_exact(&mut content).await?;
            assert_eq!(content, b"0\r\n\r\n");
        }
        let said = format!("{first}\n{}", String::from_utf8_lossy(&content));
        let response = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{said}", said.len());
        stream.write_all(response.as_bytes()).await?;
    }
}

/// A website that echoes, for these hosts at this public address, each of them named.
pub(crate) async fn shop(world: &World, hosts: &[&str], address: &str) -> Website {
    let website = Website::echo(hosts).await;
    world.internet.put(address, website.address);
    let ip = address.parse::<SocketAddr>().expect(address).ip().to_string();
    hosts.iter().for_each(|host| world.internet.name(host, &[&[ip.as_str()]]));
    website
}

/// Speaks TLS through a tunnel, as a browser that wants this host.
pub(crate) async fn browse(website: &Website, tunnel: Tunnel, host: &str) -> io::Result<TlsStream<Tunnel>> {
    let name = ServerName::try_from(host.to_owned()).expect("a name");
    let connected = TlsConnector::from(website.trusted.clone()).connect(name, tunnel);
    timeout(SOON, connected).await.expect("an end in time")
}

/// Sends this and awaits it back.
pub(crate) async fn echoes(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), text: &[u8]) -> io::Result<()> {
    let both = async {
        stream.write_all(text).await?;
        stream.flush().await?;
        let mut back = vec![0; text.len()];
        stream.read_exact(&mut back).await?;
        assert!(back == text, "the same comes back");
        Ok(())
    };
    timeout(SOON, both).await.expect("an echo in time")
}

/// All that still comes, until the end.
pub(crate) async fn rest(stream: &mut (impl AsyncRead + Unpin)) -> Vec<u8> {
    let mut all = Vec::new();
    // How a connection is broken off differs; that it ends is what counts.
    let _ = timeout(SOON, stream.read_to_end(&mut all)).await.expect("an end in time");
    all
}
