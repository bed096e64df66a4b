//! One line of a table: what is asked of the pod's proxy, and how it must be refused. A refusal for another reason than the one that is
//! meant would hide that the rule is gone.

use crate::hello::hello;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longer than the gateway waits for anything that is tried here.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Case {
    pub(crate) what: String,
    pub(crate) ask: Ask,
    /// The word of the refusal; `Ended` for a tunnel that says nothing; a status where there is no word.
    pub(crate) wanted: &'static str,
}

pub(crate) enum Ask {
    /// A connection to this `host:port`; on it these bytes and no more.
    Tunnel { target: String, speaks: Vec<u8> },
    /// The same for plain HTTP, where an end of one side is the end. What comes first may be good.
    Plain { target: String, speaks: Vec<u8>, begins_well: bool },
    /// These bytes to the proxy itself.
    Proxy(Vec<u8>),
    /// Two requests to the proxy: the answer to the first sends the browser where the second goes.
    Sent { first: String, then: String },
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Answer {
    /// As in [`Case`]; `Through` where a website answered.
    pub(crate) word: String,
    /// All of it, as text.
    pub(crate) said: String,
}

impl Ask {
    /// TLS to a target, which names this host.
    pub(crate) fn tls(target: &str, name: &str) -> Self {
        Self::Tunnel { target: target.to_owned(), speaks: hello(name) }
    }

    /// A GET of an absolute address by the proxy.
    pub(crate) fn get(url: &str) -> Self {
        let host = url.split('/').nth(2).unwrap_or_default();
        Self::Proxy(format!("GET {url} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").into_bytes())
    }

    pub(crate) fn begins_well(&self) -> bool {
        matches!(self, Self::Plain { begins_well: true, .. } | Self::Sent { .. })
    }

    /// Asks it, and waits until nothing more comes.
    pub(crate) async fn play(&self, proxy: SocketAddr) -> Answer {
        match timeout(PATIENCE, self.ask(proxy)).await {
            Ok(Ok(answer)) => answer,
            // A proxy that breaks off has not let it through.
            Ok(Err(error)) => Answer { word: "Ended".to_owned(), said: error.to_string() },
            Err(_) => Answer { word: "Waits".to_owned(), said: String::new() },
        }
    }

    async fn ask(&self, proxy: SocketAddr) -> io::Result<Answer> {
        let mut stream = BufReader::new(TcpStream::connect(proxy).await?);
        let (target, speaks) = match self {
            Self::Proxy(bytes) => {
                stream.get_mut().write_all(bytes).await?;
                return rest(&mut stream).await;
            }
            Self::Sent { first, then } => {
                stream.get_mut().write_all(first.as_bytes()).await?;
                let head = self::head(&mut stream).await?;
                let length = head
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length: ").or(line.strip_prefix("Content-Length: ")));
                let mut body = vec![0; length.and_then(|length| length.parse().ok()).unwrap_or_default()];
                stream.read_exact(&mut body).await?;
                assert!(head.starts_with("HTTP/1.1 302 "), "{head}");
                stream.get_mut().write_all(then.as_bytes()).await?;
                return rest(&mut stream).await;
            }
            Self::Tunnel { target, speaks } | Self::Plain { target, speaks, .. } => (target, speaks),
        };
        let head = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n");
        stream.get_mut().write_all(head.as_bytes()).await?;
        let head = self::head(&mut stream).await?;
        if !head.starts_with("HTTP/1.1 200 ") {
            return Ok(Answer { word: word(&head), said: head });
        }
        stream.get_mut().write_all(speaks).await?;
        if matches!(self, Self::Tunnel { .. }) {
            stream.get_mut().shutdown().await?;
        }
        rest(&mut stream).await
    }
}

async fn head(stream: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await? == 0 {
            break;
        }
    }
    Ok(head)
}

async fn rest(stream: &mut BufReader<TcpStream>) -> io::Result<Answer> {
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes).await;
    let said = String::from_utf8_lossy(&bytes).into_owned();
    match (read, said.is_empty()) {
        (Err(error), true) => Err(error),
        (Ok(_), true) => Ok(Answer { word: "Ended".to_owned(), said }),
        _ => Ok(Answer { word: word(&said), said }),
    }
}

/// The last refusal of what was said; without one, the last answer.
fn word(said: &str) -> String {
    let mut named = said
        .lines()
        .filter_map(|line| line.split_once(": "))
        .filter(|(name, _)| name.eq_ignore_ascii_case("cobrowse-reason"));
    if let Some((_, reason)) = named.next_back() {
        return reason.trim().to_owned();
    }
    let status = said.lines().rev().find_map(|line| line.strip_prefix("HTTP/1.1 ")?.get(..3));
    match status {
        Some(status) if status.starts_with(['4', '5']) => status.to_owned(),
        _ => "Through".to_owned(),
    }
}
