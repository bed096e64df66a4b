//! Plain HTTP: each request is for the host that was asked for.

use crate::pod::Tunnel;
use crate::website::{Website, echoes, rest};
use crate::world::{SOON, World, grant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

async fn tunnel(world: &World) -> (Website, Tunnel) {
    let website = Website::plain().await;
    world.internet.put("93.184.216.34:80", website.address);
    world.internet.name("shop.example.com", &[&["93.184.216.34"]]);
    let pod = world.granted(grant()).await;
    (website, pod.connect("shop.example.com:80").await.expect("a tunnel"))
}

/// Reads until this text came.
async fn until(tunnel: &mut Tunnel, text: &str) -> String {
    let mut all = Vec::new();
    let read = async {
        while !String::from_utf8_lossy(&all).contains(text) {
            assert!(tunnel.read_buf(&mut all).await.expect("bytes") > 0, "{}", String::from_utf8_lossy(&all));
        }
    };
    timeout(SOON, read).await.expect("the text in time");
    String::from_utf8_lossy(&all).into_owned()
}

#[tokio::test]
async fn requests_for_the_host_pass_one_after_the_other() {
    let world = World::new().await;
    let (website, mut tunnel) = tunnel(&world).await;
    tunnel.write_all(b"GET /a?b HTTP/1.1\r\nHost: shop.example.com\r\n\r\n").await.expect("written");
    assert!(until(&mut tunnel, "GET /a?b HTTP/1.1\n").await.starts_with("HTTP/1.1 200 OK\r\n"));
    let post = b"POST /c HTTP/1.1\r\nHOST: Shop.example.com:80\r\nContent-Length: 5\r\n\r\nhello";
    tunnel.write_all(post).await.expect("written");
    until(&mut tunnel, "POST /c HTTP/1.1\nhello").await;
    tunnel.write_all(b"GET /d HTTP/1.1\r\nHost: shop.example.com\r\nConnection: close\r\n\r\n").await.expect("written");
    assert!(String::from_utf8_lossy(&rest(&mut tunnel).await).ends_with("GET /d HTTP/1.1\n"));
    assert_eq!(website.heard(), 3);
}

#[tokio::test]
async fn an_upgrade_passes() {
    let world = World::new().await;
    let (_website, mut tunnel) = tunnel(&world).await;
    let asked = "GET /ws HTTP/1.1\r\nHost: shop.example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    tunnel.write_all(asked.as_bytes()).await.expect("written");
    assert!(until(&mut tunnel, "\r\n\r\n").await.starts_with("HTTP/1.1 101 "));
    for size in [1, 1_000, 100_000] {
        echoes(&mut tunnel, &vec![7; size]).await.expect("an echo");
    }
    tunnel.shutdown().await.expect("an end");
    assert_eq!(rest(&mut tunnel).await, b"");
}

#[tokio::test]
async fn requests_for_another_host_reach_nobody() {
    let wrong = [
        "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: shop.example.com\r\nHost: evil.example\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: shop.example.com, evil.example\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: shop.example.com:8080\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: shop.example.com.\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: shop.example.com@evil.example\r\n\r\n",
        "GET http://evil.example/ HTTP/1.1\r\nHost: shop.example.com\r\n\r\n",
        "GET http://shop.example.com/ HTTP/1.1\r\nHost: shop.example.com\r\n\r\n",
        "CONNECT evil.example:443 HTTP/1.1\r\nHost: shop.example.com\r\n\r\n",
    ];
    for request in wrong {
        let world = World::new().await;
        let (website, mut tunnel) = tunnel(&world).await;
        // What is sent along with it, as if it were a request of its own, is not read either.
        let along = "GET /along HTTP/1.1\r\nHost: shop.example.com\r\n\r\n";
        tunnel.write_all(format!("{request}{along}").as_bytes()).await.expect("written");
        let answer = String::from_utf8_lossy(&rest(&mut tunnel).await).into_owned();
        assert!(answer.starts_with("HTTP/1.1 403 "), "{request}: {answer}");
        assert!(answer.contains("cobrowse-reason: HostMismatch\r\n"), "{request}: {answer}");
        assert_eq!(website.heard(), 0, "{request}");
        assert!(world.metrics().contains("cobrowse_egress_ends_total{reason=\"NameMismatch\"} 1"), "{request}");
    }
}

#[tokio::test]
async fn a_second_request_is_looked_at_as_the_first() {
    let world = World::new().await;
    let (website, mut tunnel) = tunnel(&world).await;
    let requests = "GET /a HTTP/1.1\r\nHost: shop.example.com\r\n\r\nGET /b HTTP/1.1\r\nHost: evil.example\r\n\r\n";
    tunnel.write_all(requests.as_bytes()).await.expect("written");
    let answer = String::from_utf8_lossy(&rest(&mut tunnel).await).into_owned();
    assert!(answer.contains("GET /a HTTP/1.1") && answer.contains("403 Forbidden"), "{answer}");
    assert_eq!(website.heard(), 1);
}

#[tokio::test]
async fn what_two_could_read_differently_is_written_anew_or_refused() {
    let smuggled = [
        "POST / HTTP/1.1\r\nHost: shop.example.com\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: shop.example.com\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\nGET /evil HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: shop.example.com\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : shop.example.com\r\n\r\n",
        "\0\0\0",
    ];
    for request in smuggled {
        let world = World::new().await;
        let (website, mut tunnel) = tunnel(&world).await;
        tunnel.write_all(request.as_bytes()).await.expect("written");
        tunnel.shutdown().await.expect("an end");
        let answer = String::from_utf8_lossy(&rest(&mut tunnel).await).into_owned();
        assert!(!answer.contains("/evil") && website.heard() <= 1, "{request}: {answer}");
    }
}
