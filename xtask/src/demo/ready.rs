//! Whether ports are free, and when all of them answer. Loopback only.

use anyhow::{Context, Result, ensure};
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

const EVERY: Duration = Duration::from_millis(50);

/// Fails, with the mend, when somebody listens on the port.
pub(crate) fn free(port: u16) -> Result<()> {
    let taken = || {
        format!(
            "port {port} is taken: end what listens there, or choose others: make demo PORT=9443 SHOP_PORT=9300 BANK_PORT=9301"
        )
    };
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map(drop).with_context(taken)
}

/// Waits until somebody accepts on every port.
pub(crate) async fn all(ports: &[u16], within: Duration) -> Result<()> {
    let until = Instant::now() + within;
    for port in ports {
        while TcpStream::connect((Ipv4Addr::LOCALHOST, *port)).await.is_err() {
            ensure!(Instant::now() < until, "nobody answered on port {port} within {} s", within.as_secs());
            sleep(EVERY).await;
        }
    }
    Ok(())
}
