//! From what a pod asks for to a connection: by name and port, then by every address, then to one of exactly these addresses.

use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::refusal::Refusal;
use crate::terms::Terms;
use cobrowse_session::egress::{Admission, Dialable, Target};
use std::collections::HashMap;
use std::net::IpAddr;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

/// Addresses of one name that are tried: more than the eight of each family that large websites have are the same ones again.
const TRIED: usize = 16;
/// Addresses of one name that are looked at. A name with more is refused: nobody needs them, and each is checked.
const ANSWERS: usize = 64;

/// Source addresses by the name of their group.
pub type Sources = HashMap<String, Vec<IpAddr>>;

/// Why nothing was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub refusal: Refusal,
    /// The address that was refused, where it was one.
    pub address: Option<IpAddr>,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, address: None }
    }
}

/// Opens a connection that the rules admitted.
pub async fn open(
    gateway: &Gateway,
    terms: &Terms,
    ledger: &Ledger,
    target: &Target,
) -> Result<(TcpStream, Admission), Refused> {
    let admission = terms.policy.admit(target, &gateway.network).map_err(Refusal::Rule)?;
    let answers = resolve(gateway, ledger, target).await?;
    let checked = gateway.network.check(target, &answers);
    let checked = checked.map_err(|(address, reason)| Refused { refusal: Refusal::Rule(reason), address })?;
    let stream = dial(gateway, terms, &checked).await?;
    Ok((stream, admission))
}

async fn resolve(gateway: &Gateway, ledger: &Ledger, target: &Target) -> Result<Vec<IpAddr>, Refused> {
    let asked = async {
        // A session that asks for slow names waits for itself.
        let _turn = ledger.lookup().await;
        gateway.resolve.resolve(target.host()).await
    };
    match timeout(gateway.times.lookup, asked).await {
        Err(_) => Err(Refusal::NameTimeout.into()),
        Ok(Ok(answers)) if answers.len() <= ANSWERS => Ok(answers),
        Ok(_) => Err(Refusal::NameNotFound.into()),
    }
}

async fn dial(gateway: &Gateway, terms: &Terms, checked: &[Dialable]) -> Result<TcpStream, Refused> {
    let sources = match &terms.address_class {
        None => None,
        Some(class) => Some(gateway.sources.get(class).ok_or(Refusal::AddressClassUnknown)?),
    };
    let until = Instant::now() + gateway.times.dial;
    let mut refusal = Refusal::NotReached;
    for to in checked.iter().take(TRIED) {
        let source = match sources {
            None => None,
            // Never from another address than those that the website knows.
            Some(sources) => match sources.iter().find(|source| source.is_ipv4() == to.address().is_ipv4()) {
                None => continue,
                found => found.copied(),
            },
        };
        let part = Instant::now() + gateway.times.dial / 2;
        match timeout_at(part.min(until), gateway.dial.dial(*to, source)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(_)) => {}
            Err(_) => refusal = Refusal::ReachTimeout,
        }
    }
    Err(refusal.into())
}
