//! Lets a browser of this machine reach what is in the namespaces: a port of the loopback is passed on into the world's network.
//! The listening socket was made on this machine, the dialled one is made in there; nothing else crosses.

use anyhow::{Context, Result, bail};
use std::fs::File;
use std::io::{ErrorKind, copy};
use std::net::{Ipv4Addr, Shutdown, SocketAddrV4, TcpListener, TcpStream};
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::layout::WORLD;
use crate::wait::say;

/// Connections at once; a browser has a few dozen.
const CONNECTIONS_MAX: usize = 256;
const DIAL_LIMIT: Duration = Duration::from_secs(5);

/// One port, and where it leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    port: u16,
    to: SocketAddrV4,
}

/// Reads `PORT=ADDRESS:PORT`.
pub(crate) fn parse(text: &str) -> Result<Route, String> {
    let wanted = || format!("{text:?} is not PORT=ADDRESS:PORT, for example 8443=172.18.0.2:30443");
    let (port, to) = text.split_once('=').ok_or_else(wanted)?;
    Ok(Route { port: port.parse().map_err(|_| wanted())?, to: to.parse().map_err(|_| wanted())? })
}

/// Passes connections on until this program is ended.
pub(crate) fn forward(routes: &[Route]) -> Result<()> {
    let mut listening = Vec::new();
    for route in routes {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, route.port));
        let listener = listener.with_context(|| format!("failed to listen on port {}: is it taken?", route.port))?;
        listening.push((listener, *route));
    }
    // Before the first thread: each is where its parent was.
    let world = File::open(format!("/run/netns/{WORLD}"))
        .context("failed to find the cluster: start it by `make cluster-up`")?;
    move_into_link_name_space(world.as_fd(), Some(LinkNameSpaceType::Network)).context("failed to go inside")?;
    let open = Arc::new(AtomicUsize::new(0));
    let mut threads = Vec::new();
    for (listener, route) in listening {
        say(&format!("127.0.0.1:{} leads to {}", route.port, route.to));
        let open = Arc::clone(&open);
        threads.push(thread::spawn(move || accept(&listener, route, &open)));
    }
    for thread in threads {
        if thread.join().is_err() {
            bail!("failed to pass connections on");
        }
    }
    Ok(())
}

fn accept(listener: &TcpListener, route: Route, open: &Arc<AtomicUsize>) {
    for connection in listener.incoming() {
        let Ok(near) = connection else { continue };
        if open.fetch_add(1, Ordering::Relaxed) >= CONNECTIONS_MAX {
            open.fetch_sub(1, Ordering::Relaxed);
            continue;
        }
        let open = Arc::clone(open);
        thread::spawn(move || {
            if let Err(error) = pass(near, route)
                && error.kind() != ErrorKind::ConnectionReset
            {
                say(&format!("a connection to {} ended: {error}", route.to));
            }
            open.fetch_sub(1, Ordering::Relaxed);
        });
    }
}

/// Both ways until both ends are done.
fn pass(near: TcpStream, route: Route) -> std::io::Result<()> {
    let far = TcpStream::connect_timeout(&route.to.into(), DIAL_LIMIT)?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let (mut near_in, mut far_out) = (near.try_clone()?, far.try_clone()?);
    let up = thread::spawn(move || {
        let passed = copy(&mut near_in, &mut far_out);
        let _ = far_out.shutdown(Shutdown::Write);
        passed
    });
    let (mut far_in, mut near_out) = (far, near);
    let down = copy(&mut far_in, &mut near_out);
    // The other half may be done already.
    let _ = near_out.shutdown(Shutdown::Write);
    up.join().map_err(|_| std::io::Error::other("its thread ended"))??;
    down.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_has_a_port_and_an_address() {
        let route = Route { port: 8443, to: SocketAddrV4::new(Ipv4Addr::new(172, 18, 0, 2), 30443) };
        assert_eq!(parse("8443=172.18.0.2:30443"), Ok(route));
        for wrong in ["8443", "x=172.18.0.2:1", "1=172.18.0.2", "70000=172.18.0.2:1"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn bytes_go_both_ways() {
        let far = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let std::net::SocketAddr::V4(to) = far.local_addr().unwrap() else { unreachable!() };
        let near = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = near.local_addr().unwrap();
        let route = Route { port: address.port(), to };
        let passing = thread::spawn(move || pass(near.accept().unwrap().0, route));
        let answering = thread::spawn(move || {
            let (mut from, _) = far.accept().unwrap();
            let mut back = from.try_clone().unwrap();
            copy(&mut from, &mut back).unwrap();
        });
        let mut client = TcpStream::connect(address).unwrap();
        std::io::Write::write_all(&mut client, b"there and back").unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        assert_eq!(std::io::read_to_string(&mut client).unwrap(), "there and back");
        passing.join().unwrap().unwrap();
        answering.join().unwrap();
    }
}
