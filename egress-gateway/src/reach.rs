//! The two ways in which the gateway touches the outside: it asks for addresses and it dials. Both are seams, so that tests decide what
//! a name resolves to and what answers at an address.

use cobrowse_session::egress::Dialable;
use cobrowse_session::site::Host;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use tokio::net::{TcpSocket, TcpStream, lookup_host};

/// What comes of it, later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send + 'a>>;

/// Finds the addresses of a name.
pub trait Resolve: Send + Sync {
    /// All addresses. The caller waits only so long.
    fn resolve<'a>(&'a self, host: &'a Host) -> Later<'a, Vec<IpAddr>>;
}

/// Opens connections to checked addresses.
pub trait Dial: Send + Sync {
    /// Connects to exactly this address, from `source` where one is given. The caller waits only so long.
    fn dial(&self, to: Dialable, source: Option<IpAddr>) -> Later<'_, TcpStream>;
}

/// The machine's own resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a Host) -> Later<'a, Vec<IpAddr>> {
        Box::pin(async move {
            if host.is_local() {
                return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
            }
            // With the dot, the search list of a cluster makes no other name of it.
            let found = lookup_host((format!("{}.", host.as_str()), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// TCP.
#[derive(Clone, Copy, Debug, Default)]
pub struct TcpDialer;

impl Dial for TcpDialer {
    fn dial(&self, to: Dialable, source: Option<IpAddr>) -> Later<'_, TcpStream> {
        Box::pin(async move {
            let address = to.address();
            let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
            if let Some(source) = source {
                socket.bind(SocketAddr::new(source, 0))?;
            }
            let stream = socket.connect(address).await?;
            stream.set_nodelay(true)?;
            Ok(stream)
        })
    }
}
