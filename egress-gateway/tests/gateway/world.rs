//! A gateway, its authority and keys, and the internet as it sees it.

use crate::pod::Pod;
use cobrowse_egress_gateway::gateway::{Gateway, Times};
use cobrowse_egress_gateway::ledger::Sessions;
use cobrowse_egress_gateway::material::Material;
use cobrowse_egress_gateway::metrics::Metrics;
use cobrowse_egress_gateway::reach::{Dial, Later, Resolve};
use cobrowse_egress_gateway::serve::serve;
use cobrowse_identity::authority::Authority;
use cobrowse_identity::grant::{Grant, GrantKey, GrantLimits, GrantMode};
use cobrowse_identity::name::PodUid;
use cobrowse_session::egress::{Dialable, Network, PrivateTarget};
use cobrowse_session::site::Host;
use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub(crate) const HOUR: Duration = Duration::from_secs(3_600);
/// Nothing here takes as long.
pub(crate) const SOON: Duration = Duration::from_secs(20);
pub(crate) const POD: &str = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";

/// What names resolve to, and what is at addresses.
#[derive(Clone, Default)]
pub(crate) struct Internet(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    /// One answer after the other; the last one stays.
    answers: HashMap<String, VecDeque<Vec<IpAddr>>>,
    websites: HashMap<SocketAddr, SocketAddr>,
    asked: Vec<String>,
    dialled: Vec<(SocketAddr, Option<IpAddr>)>,
}

impl Internet {
    /// Names this host; each list is one answer.
    pub(crate) fn name(&self, host: &str, answers: &[&[&str]]) {
        let one = |answer: &&[&str]| answer.iter().map(|text| text.parse().expect(text)).collect();
        self.0.lock().expect("a test").answers.insert(host.to_owned(), answers.iter().map(one).collect());
    }

    /// Puts a website that listens on loopback at a public address.
    pub(crate) fn put(&self, address: &str, website: SocketAddr) {
        self.0.lock().expect("a test").websites.insert(address.parse().expect(address), website);
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.0.lock().expect("a test").asked.clone()
    }

    pub(crate) fn dialled(&self) -> Vec<String> {
        self.0.lock().expect("a test").dialled.iter().map(|(to, _)| to.to_string()).collect()
    }

    pub(crate) fn sources(&self) -> Vec<Option<IpAddr>> {
        self.0.lock().expect("a test").dialled.iter().map(|(_, source)| *source).collect()
    }
}

impl Resolve for Internet {
    fn resolve<'a>(&'a self, host: &'a Host) -> Later<'a, Vec<IpAddr>> {
        let mut inner = self.0.lock().expect("a test");
        inner.asked.push(host.as_str().to_owned());
        let answer = match inner.answers.get_mut(host.as_str()) {
            None => Err(io::Error::from(io::ErrorKind::NotFound)),
            Some(answers) if answers.len() > 1 => Ok(answers.pop_front().unwrap_or_default()),
            Some(answers) => Ok(answers.front().cloned().unwrap_or_default()),
        };
        match host.as_str() {
            "never.example.com" => Box::pin(std::future::pending()),
            _ => Box::pin(async { answer }),
        }
    }
}

impl Dial for Internet {
    fn dial(&self, to: Dialable, source: Option<IpAddr>) -> Later<'_, TcpStream> {
        let mut inner = self.0.lock().expect("a test");
        inner.dialled.push((to.address(), source));
        let website = inner.websites.get(&to.address()).copied();
        Box::pin(async move {
            match website {
                Some(website) => TcpStream::connect(website).await,
                None => Err(io::Error::from(io::ErrorKind::ConnectionRefused)),
            }
        })
    }
}

/// A running gateway.
pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) authority: Authority,
    pub(crate) key: GrantKey,
    pub(crate) internet: Internet,
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) stop: CancellationToken,
    pub(crate) served: JoinHandle<()>,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Times::default(), HOUR).await
    }

    pub(crate) async fn with(times: Times, drain: Duration) -> Self {
        let authority = Authority::generate(SystemTime::now()).expect("an authority");
        let key = GrantKey::generate().expect("a key");
        let (certificate, own) = authority.issue_gateway(SystemTime::now(), HOUR).expect("a certificate");
        let material = Material::new(&certificate, &own, &authority.to_pem().0, &key.public_pem()).expect("material");
        let internet = Internet::default();
        let private = "wiki.example.com@10.1.2.0/24:443";
        let gateway = Arc::new(Gateway {
            network: Network {
                cluster: vec!["185.10.0.0/16".parse().expect("a range")],
                private: vec![PrivateTarget::parse(private).expect(private)],
            },
            sources: HashMap::from([("europe".to_owned(), vec!["192.0.2.7".parse().expect("an address")])]),
            resolve: Box::new(internet.clone()),
            dial: Box::new(internet.clone()),
            times,
            // The receiver keeps the last value when its sender is gone.
            material: watch::channel(Arc::new(material)).1,
            sessions: Sessions::default(),
            metrics: Arc::new(Metrics::default()),
            noticed: Arc::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let stop = CancellationToken::new();
        let served = tokio::spawn(serve(listener, gateway.clone(), stop.clone(), drain));
        Self { address, authority, key, internet, gateway, stop, served }
    }

    /// A pod that is connected and has shown no grant.
    pub(crate) async fn pod(&self) -> Pod {
        Pod::dial(self, POD).await.expect("a connection")
    }

    /// A pod with a good grant.
    pub(crate) async fn granted(&self, grant: Grant) -> Pod {
        let pod = self.pod().await;
        assert_eq!(pod.show(&self.key.sign(&grant).expect("a grant")).await, Ok(()));
        pod
    }

    /// What is counted, as a scrape sees it.
    pub(crate) fn metrics(&self) -> String {
        self.gateway.metrics.encode().expect("metrics")
    }
}

/// A grant of the pod of most tests, as generous as any.
pub(crate) fn grant() -> Grant {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a time after 1970").as_secs();
    let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    Grant {
        session: "s-1".to_owned(),
        pod: PodUid::parse(POD).expect("a uid"),
        tenant: "northwind".to_owned(),
        mode: GrantMode::Listed,
        sites: [
            "shop.example.com",
            "*.shop.example.com",
            "shop.example.com:8443",
            "wiki.example.com",
            "never.example.com",
        ]
        .map(str::to_owned)
        .to_vec(),
        listed: vec!["*.cdn.example.net".to_owned()],
        ports: vec![80, 443],
        limits: GrantLimits { connections: 64, bytes_per_second: 1 << 30, bytes: 1 << 40, connection_seconds: 3_600 },
        address_class: None,
        issued_at: at(now),
        expires_at: at(now + 300),
    }
}
