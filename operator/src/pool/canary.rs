//! What the pods of an installation must not reach, as addresses: the canary's targets. They are those that the pools' policy closes.

use crate::args::Arguments;
use cobrowse_session::canary::{Forbidden, TARGETS_MAX, Target};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Where clouds serve a machine's metadata.
const METADATA: [(IpAddr, u16); 2] = [
    (IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)), 80),
    (IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)), 80),
];
const DNS: u16 = 53;
/// Where a pod reads which servers resolve names for it.
const RESOLVERS: &str = "/etc/resolv.conf";

/// What keeps an installation from having a canary.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// Its address is not known.
    #[error("failed to find {what}: {mend}", what = .0.name(), mend = .1)]
    NoAddress(Forbidden, &'static str),
    /// More than a pod tries.
    #[error(
        "failed to make the canary: it has {0} targets, at most {TARGETS_MAX} are tried, so leave some out of --canary-targets"
    )]
    TooMany(usize),
    /// What a pod always reaches.
    #[error(
        "failed to make the canary: {0} is a pod's own loopback, which it always reaches; name an address beside it"
    )]
    Loopback(Target),
}

/// What the program finds around it.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The API server as pods find it.
    pub api_server: Option<SocketAddr>,
    /// The text of resolv.conf.
    pub resolvers: String,
}

impl Place {
    /// Of this process, in its pod.
    pub fn of_this_process() -> Self {
        let variable = |name| std::env::var(name).ok();
        let host = variable("KUBERNETES_SERVICE_HOST").and_then(|host| host.parse::<IpAddr>().ok());
        let port = variable("KUBERNETES_SERVICE_PORT").and_then(|port| port.parse().ok());
        let api_server = host.zip(port).map(SocketAddr::from);
        // A program that is no pod may have none: that is told where it is asked for.
        Self { api_server, resolvers: std::fs::read_to_string(RESOLVERS).unwrap_or_default() }
    }
}

/// Reads what may be named for --canary.
pub fn what(text: &str) -> Result<Forbidden, String> {
    let known = [Forbidden::ApiServer, Forbidden::Metadata, Forbidden::Pod, Forbidden::Dns];
    let found = known.into_iter().find(|one| one.name() == text);
    found.ok_or_else(|| "write any of ApiServer, Metadata, Pod, Dns; other addresses go to --canary-targets".to_owned())
}

/// The targets, without any where nothing is named.
pub fn targets(arguments: &Arguments, place: &Place) -> Result<Vec<Target>, Error> {
    if arguments.canary.is_empty() {
        return Ok(Vec::new());
    }
    // Behind a gateway a pod needs no names, and its policy closes them.
    let names = arguments.gateway.is_some() && !arguments.canary.contains(&Forbidden::Dns);
    let named = arguments.canary.iter().copied().chain(names.then_some(Forbidden::Dns));
    let mut targets = Vec::new();
    for what in named {
        targets.extend(of(what, arguments, place)?);
    }
    targets.extend(&arguments.canary_targets);
    match targets.iter().find(|target| target.address.ip().is_loopback()) {
        Some(own) => Err(Error::Loopback(*own)),
        None if targets.len() > TARGETS_MAX => Err(Error::TooMany(targets.len())),
        None => Ok(targets),
    }
}

fn of(what: Forbidden, arguments: &Arguments, place: &Place) -> Result<Vec<Target>, Error> {
    let none = |mend| Error::NoAddress(what, mend);
    Ok(match what {
        Forbidden::ApiServer => {
            let server = place.api_server.ok_or_else(|| none("run in a pod, or name it with --canary-targets"))?;
            vec![Target::tcp(what, server)]
        }
        Forbidden::Pod => {
            let own = arguments.pod_address.ok_or_else(|| none("say with --pod-address where this program is"))?;
            vec![Target::tcp(what, SocketAddr::from((own, arguments.metrics.port())))]
        }
        Forbidden::Dns => {
            let server =
                resolver(&place.resolvers).ok_or_else(|| none("there is no nameserver in /etc/resolv.conf"))?;
            let address = SocketAddr::from((server, DNS));
            vec![Target::udp(what, address), Target::tcp(what, address)]
        }
        _ => METADATA.map(|address| Target::tcp(Forbidden::Metadata, address.into())).to_vec(),
    })
}

/// The first server of a resolv.conf.
fn resolver(text: &str) -> Option<IpAddr> {
    let server = |line: &str| line.strip_prefix("nameserver")?.trim().parse().ok();
    text.lines().find_map(server)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    fn arguments(more: &[&str]) -> Arguments {
        let needed = ["operator", "--namespace=s", "--lease-namespace=o", "--identity=i", "--authority=/a"];
        Arguments::try_parse_from(needed.iter().chain(more)).expect("arguments")
    }

    fn place() -> Place {
        let resolvers = "search a.example\nnameserver 192.0.2.10\nnameserver 192.0.2.11\n".to_owned();
        Place { api_server: Some(([192, 0, 2, 1], 443).into()), resolvers }
    }

    fn told(more: &[&str]) -> Result<String, Error> {
        let all = targets(&arguments(more), &place())?;
        Ok(all.iter().map(Target::to_string).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn what_is_named_becomes_addresses() {
        let own = "--pod-address=192.0.2.77";
        assert_eq!(told(&[own]).expect("none"), "");
        assert_eq!(told(&[own, "--canary-targets=Outside=203.0.113.10:443"]).expect("none"), "");
        let usual = told(&["--canary=ApiServer,Metadata,Pod", own]).expect("targets");
        assert_eq!(
            usual,
            "ApiServer=192.0.2.1:443 Metadata=169.254.169.254:80 Metadata=[fd00:ec2::254]:80 Pod=192.0.2.77:9090"
        );
        let closed = told(&["--canary=Dns", "--canary-targets=Outside=203.0.113.10:443"]).expect("targets");
        assert_eq!(closed, "Dns=192.0.2.10:53/udp Dns=192.0.2.10:53 Outside=203.0.113.10:443");
        let gateway = ["--canary=Metadata", "--gateway=gateway.example:8710", "--grant-secret=grant"];
        assert!(told(&gateway).expect("targets").ends_with(" Dns=192.0.2.10:53/udp Dns=192.0.2.10:53"));
        assert_eq!(told(&gateway[1..]).expect("none"), "");
    }

    #[test]
    fn what_cannot_be_tried_is_refused_with_its_mend() {
        let nowhere = targets(&arguments(&["--canary=ApiServer"]), &Place::default()).expect_err("no server");
        assert!(nowhere.to_string().contains("--canary-targets"), "{nowhere}");
        let wrong = [
            (vec!["--canary=Pod"], "--pod-address"),
            (vec!["--canary=Metadata", "--canary-targets=Pod=127.0.0.1:80"], "loopback"),
        ];
        for (arguments, mend) in wrong {
            let error = told(&arguments).expect_err(mend).to_string();
            assert!(error.contains(mend), "{error}");
        }
        let many = format!("--canary-targets={}", vec!["Pod=192.0.2.9:80"; TARGETS_MAX].join(","));
        assert_eq!(told(&["--canary=Metadata", &many]), Err(Error::TooMany(TARGETS_MAX + 2)));
    }
}
