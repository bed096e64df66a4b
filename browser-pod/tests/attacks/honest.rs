//! What must get through: how browsers speak with websites that are open, in every mode.

use crate::case::{Answer, Ask};
use crate::hello::{extension, hello, message, named, record};
use crate::names::label;
use crate::pod::Pod;
use crate::stage::{FOREIGN, SHOP, SHOP_V6, Stage, grant};
use cobrowse_identity::grant::{Grant, GrantMode};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A use, and why it did not get through.
type Played = (String, Option<String>);

pub(crate) async fn all(stage: &Stage) -> Vec<Played> {
    let pod = stage.pod(&grant()).await;
    let mut all = websites(&pod).await;
    all.extend(hellos(&pod).await);
    all.extend(requests(&pod).await);
    all.extend(modes(stage).await);
    all.push(many(&pod).await);
    all.push(renewed(stage).await);
    all
}

fn judged(what: String, answer: &Answer, wanted: &str) -> Played {
    let through = answer.word == "Through" && answer.said.contains(wanted);
    (what, (!through).then(|| format!("{answer:?}")))
}

/// Every kind of target that is open, by TLS.
async fn websites(pod: &Pod) -> Vec<Played> {
    let both = format!("{}.shop.example.com", label(&[SHOP, SHOP_V6]));
    let turning = format!("turn-{}.shop.example.com", label(&[SHOP, FOREIGN]));
    let mut all = Vec::new();
    for target in [
        "shop.example.com:443",
        "www.shop.example.com:443",
        "a.b.shop.example.com:443",
        "shop.example.com:8443",
        "xn--bcher-kva.shop.example.com:443",
        "under_score.shop.example.com:443",
        "1.shop.example.com:443",
        "v6.shop.example.com:443",
        "both.shop.example.com:443",
        "a.cdn.example.net:443",
        "deep.a.cdn.example.net:443",
        "wiki.example.com:443",
        &format!("{both}:443"),
        &format!("{turning}:443"),
        // Another public address the next time is no attack.
        &format!("{turning}:443"),
    ] {
        let name = target.rsplit_once(':').map_or("", |(name, _)| name);
        let answer = Ask::tls(target, name).play(pod.proxy).await;
        all.push(judged(format!("TLS to {target}"), &answer, name));
    }
    all
}

/// First messages as browsers and others cut them.
async fn hellos(pod: &Pod) -> Vec<Played> {
    let name = "www.shop.example.com";
    let whole = message(&[extension(51, &[7; 1_300]), named(name.as_bytes()), extension(0x0a0a, &[])]);
    let two = [record(&whole[..5]), record(&whole[5..])].concat();
    let small: Vec<u8> = whole.chunks(40).flat_map(record).collect();
    let mut all = Vec::new();
    for (what, speaks) in [
        ("with keys against quantum computers", record(&whole)),
        ("in two records", two),
        ("in many records", small),
        ("with the name in capitals", hello("WWW.Shop.Example.COM")),
        ("with data behind it", [hello(name), vec![23, 3, 3, 0, 2, 1, 2]].concat()),
    ] {
        let answer = Ask::Tunnel { target: format!("{name}:443"), speaks }.play(pod.proxy).await;
        all.push(judged(format!("a first message {what}"), &answer, ""));
    }
    let slow = in_pieces(pod.proxy, &format!("{name}:443"), &hello(name)).await;
    all.push(("a first message byte by byte".to_owned(), slow.err().map(|error| error.to_string())));
    all
}

async fn in_pieces(proxy: SocketAddr, target: &str, bytes: &[u8]) -> std::io::Result<()> {
    let mut stream = tunnel(proxy, target).await?;
    for byte in bytes {
        stream.write_all(&[*byte]).await?;
    }
    let mut back = vec![0; bytes.len()];
    timeout(Duration::from_secs(20), stream.read_exact(&mut back)).await??;
    Ok(())
}

async fn tunnel(proxy: SocketAddr, target: &str) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect(proxy).await?;
    stream.write_all(format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n").as_bytes()).await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    if head.starts_with(b"HTTP/1.1 200 ") { Ok(stream) } else { Err(std::io::ErrorKind::ConnectionRefused.into()) }
}

/// Plain http, as a page asks the proxy for it, and within a tunnel, as web sockets have it.
async fn requests(pod: &Pod) -> Vec<Played> {
    let host = "plain.example.com";
    let proxied = |method: &str, path: &str, more: &str, body: &str| {
        let head =
            format!("{method} http://{host}{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n{body}");
        Ask::Proxy(head.into_bytes())
    };
    let long = format!("Cookie: {}\r\n", "c".repeat(30_000));
    let large = "x".repeat(1 << 20);
    let sized = format!("Content-Length: {}\r\n", large.len());
    let chunks = "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n";
    let mut all = Vec::new();
    for (what, ask, wanted) in [
        ("a page", proxied("GET", "/page?q=1", "", ""), "GET /page?q=1 HTTP/1.1 0"),
        ("a page of port 80, which is said", Ask::get("http://plain.example.com:80/"), "GET / HTTP/1.1 0"),
        ("a site of https by plain http", Ask::get("http://shop.example.com/"), "GET / HTTP/1.1 0"),
        ("a head alone", proxied("HEAD", "/", "", ""), "200 OK"),
        ("a form", proxied("POST", "/form", "Content-Length: 7\r\n", "a=b&c=d"), "POST /form HTTP/1.1 7"),
        ("a megabyte up", proxied("POST", "/up", &sized, &large), "POST /up HTTP/1.1 1048576"),
        ("a body in chunks", proxied("PUT", "/put", "Transfer-Encoding: chunked\r\n", chunks), "PUT /put HTTP/1.1 11"),
        ("many cookies", proxied("GET", "/", &long, ""), "GET / HTTP/1.1 0"),
        ("a method of another kind", proxied("DELETE", "/one", "", ""), "DELETE /one HTTP/1.1 0"),
        ("an address in other letters", proxied("GET", "/%C3%BC/%20?x=%26", "", ""), "GET /%C3%BC/%20?x=%26"),
        ("a redirect within the site", proxied("GET", "/to?http://plain.example.com/two", "", ""), "302 Found"),
    ] {
        let answer = ask.play(pod.proxy).await;
        all.push(judged(format!("plain http: {what}"), &answer, wanted));
    }
    let upgrade = format!("GET /socket HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    let socket = web_socket(pod.proxy, &format!("{host}:80"), &upgrade).await;
    all.push(("a web socket".to_owned(), socket.err().map(|error| error.to_string())));
    let kept = kept_alive(pod.proxy, host).await;
    all.push(("a hundred pages on one connection".to_owned(), kept.err().map(|error| error.to_string())));
    let again = pages(pod.proxy, host, &["tired", "next", "tired", "last"]).await;
    all.push(("a page of a website that hangs up meanwhile".to_owned(), again.err().map(|error| error.to_string())));
    all
}

async fn web_socket(proxy: SocketAddr, target: &str, upgrade: &str) -> std::io::Result<()> {
    let mut stream = tunnel(proxy, target).await?;
    stream.write_all(upgrade.as_bytes()).await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    for word in [b"first", b"other"] {
        stream.write_all(word).await?;
        let mut back = [0; 5];
        timeout(Duration::from_secs(20), stream.read_exact(&mut back)).await??;
        if back != *word {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
    }
    Ok(())
}

async fn kept_alive(proxy: SocketAddr, host: &str) -> std::io::Result<()> {
    let all: Vec<String> = (0..100).map(|number: u8| number.to_string()).collect();
    pages(proxy, host, &all.iter().map(String::as_str).collect::<Vec<_>>()).await
}

/// Asks for these pages, one after the other, on one connection.
async fn pages(proxy: SocketAddr, host: &str, paths: &[&str]) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(proxy).await?;
    for path in paths {
        let request = format!("GET http://{host}/{path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let wanted = format!("GET /{path} HTTP/1.1 0");
        let mut said = Vec::new();
        while !said.ends_with(wanted.as_bytes()) {
            said.push(timeout(Duration::from_secs(20), stream.read_u8()).await??);
        }
    }
    Ok(())
}

/// What each mode opens.
async fn modes(stage: &Stage) -> Vec<Played> {
    let mut all = Vec::new();
    for (mode, target) in [
        (GrantMode::Strict, "shop.example.com:443"),
        (GrantMode::Listed, "a.cdn.example.net:443"),
        (GrantMode::Open, "anybody.example.org:443"),
        (GrantMode::Open, "a.cdn.example.net:443"),
        (GrantMode::ReportOnly, "anybody.example.org:443"),
        (GrantMode::ReportOnly, "shop.example.com:8443"),
    ] {
        let pod = stage.pod(&Grant { mode, ..grant() }).await;
        let name = target.rsplit_once(':').map_or("", |(name, _)| name);
        let answer = Ask::tls(target, name).play(pod.proxy).await;
        all.push(judged(format!("{mode:?}: {target}"), &answer, name));
    }
    let pod = stage.pod(&Grant { mode: GrantMode::Open, ..grant() }).await;
    let answer = Ask::get("http://anybody.example.org/").play(pod.proxy).await;
    all.push(judged("Open: plain http to anybody".to_owned(), &answer, "GET / HTTP/1.1 0"));
    all
}

/// As many connections at once as Chrome has.
async fn many(pod: &Pod) -> Played {
    let mut open = Vec::new();
    for _ in 0..60 {
        open.push(tunnel(pod.proxy, "www.shop.example.com:443").await);
    }
    let lost = open.iter().filter(|one| one.is_err()).count();
    drop(open);
    let after = in_pieces(pod.proxy, "www.shop.example.com:443", &hello("www.shop.example.com")).await;
    (
        "sixty connections at once".to_owned(),
        (lost > 0 || after.is_err()).then(|| format!("{lost} lost, then {after:?}")),
    )
}

/// Grants that are renewed while a connection is open.
async fn renewed(stage: &Stage) -> Played {
    let pod = stage.pod(&grant()).await;
    let open = tunnel(pod.proxy, "www.shop.example.com:443").await;
    for _ in 0..5 {
        pod.grant(&stage.gateway.sign(&grant()));
    }
    let name = hello("www.shop.example.com");
    let answered = async {
        let mut open = open?;
        open.write_all(&name).await?;
        let mut back = vec![0; name.len()];
        timeout(Duration::from_secs(20), open.read_exact(&mut back)).await??;
        Ok::<_, std::io::Error>(())
    };
    ("a connection while its grant is renewed".to_owned(), answered.await.err().map(|error| error.to_string()))
}
