//! A browser's side of the proxy, by hand: one request, and what comes back.

use crate::gateway::PATIENCE;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A name that no grant here opens.
pub(crate) const REFUSED_HOST: &str = "elsewhere.example";

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The word of a refusal.
    pub(crate) reason: Option<String>,
    pub(crate) body: String,
}

pub(crate) type Tunnel = BufReader<TcpStream>;

async fn dial(proxy: SocketAddr) -> Tunnel {
    BufReader::new(TcpStream::connect(proxy).await.expect("the proxy"))
}

/// Loads an absolute address by way of the proxy.
pub(crate) async fn get(proxy: SocketAddr, url: &str) -> Answer {
    let host = url.split('/').nth(2).unwrap_or_default();
    let request = format!("GET {url} HTTP/1.1\r\nHost: {host}\r\nProxy-Connection: keep-alive\r\n\r\n");
    ask(&mut dial(proxy).await, &request).await
}

/// Has the proxy connect to this `host:port`.
pub(crate) async fn connect(proxy: SocketAddr, target: &str) -> Result<Tunnel, Answer> {
    let mut stream = dial(proxy).await;
    let answer = ask(&mut stream, &format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n")).await;
    if answer.status == 200 { Ok(stream) } else { Err(answer) }
}

/// Sends a request and reads the answer.
pub(crate) async fn ask(stream: &mut Tunnel, request: &str) -> Answer {
    timeout(PATIENCE, exchange(stream, request)).await.expect("an answer in time").expect("an answer")
}

async fn exchange(stream: &mut Tunnel, request: &str) -> std::io::Result<Answer> {
    stream.get_mut().write_all(request.as_bytes()).await?;
    let mut answer = Answer { status: 0, reason: None, body: String::new() };
    let mut length = 0;
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    answer.status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    loop {
        line.clear();
        stream.read_line(&mut line).await?;
        match line.trim_end().split_once(": ") {
            None => break,
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.parse().unwrap_or_default();
            }
            Some((name, value)) if name.eq_ignore_ascii_case("cobrowse-reason") => {
                answer.reason = Some(value.to_owned());
            }
            Some(_) => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    answer.body = String::from_utf8_lossy(&body).into_owned();
    Ok(answer)
}

/// Loads an address until its answer has this status.
pub(crate) async fn until(proxy: SocketAddr, url: &str, status: u16) -> Answer {
    let loaded = async {
        let mut pace = tokio::time::interval(Duration::from_millis(50));
        loop {
            pace.tick().await;
            let answer = get(proxy, url).await;
            if answer.status == status {
                return answer;
            }
        }
    };
    timeout(PATIENCE, loaded).await.expect("that answer in time")
}
