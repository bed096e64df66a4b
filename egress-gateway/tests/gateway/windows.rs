//! Websites that do not read what they are sent, as many as a session may have: nobody else waits for them.

use crate::pod::Tunnel;
use crate::website::{browse, echoes, shop};
use crate::world::{SOON, World, grant};
use cobrowse_identity::grant::{Grant, GrantLimits};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpSocket};
use tokio::time::timeout;

/// Connections whose websites read nothing.
const STUCK: usize = 120;
/// How long a part may take before nothing moves any more.
const STILL: Duration = Duration::from_millis(300);

/// Accepts, and reads nothing. What its kernel takes is little.
fn deaf() -> (TcpListener, SocketAddr) {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("set");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
    let listener = socket.listen(1_024).expect("it listens");
    let address = listener.local_addr().expect("an address");
    (listener, address)
}

/// Sends until nothing moves any more.
async fn fill(tunnel: &mut Tunnel) {
    let part = vec![0; 16 << 10];
    while let Ok(sent) = timeout(STILL, tunnel.write_all(&part)).await {
        sent.expect("an open tunnel");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn websites_that_do_not_read_keep_up_nobody_else() {
    let world = World::new().await;
    let website = shop(&world, &["shop.example.com"], "93.184.216.34:443").await;
    let (_deaf, address) = deaf();
    world.internet.name("deaf.shop.example.com", &[&["93.184.216.35"]]);
    world.internet.put("93.184.216.35:443", address);
    let limits = GrantLimits { connections: 128, ..grant().limits };
    let pod = world.granted(Grant { limits, ..grant() }).await;
    let mut stuck = Vec::new();
    for _ in 0..STUCK {
        let mut tunnel = pod.connect("deaf.shop.example.com:443").await.expect("a tunnel");
        tunnel.write_all(&crate::hellos::named_hello("deaf.shop.example.com")).await.expect("written");
        stuck.push(tunnel);
    }
    futures::future::join_all(stuck.iter_mut().map(fill)).await;
    let tunnel = pod.connect("shop.example.com:443").await.expect("a tunnel");
    let moved = async {
        let mut page = browse(&website, tunnel, "shop.example.com").await.expect("a page");
        echoes(&mut page, &vec![7; 1 << 20]).await
    };
    timeout(SOON, moved).await.expect("it does not wait for the others").expect("an echo");
}
