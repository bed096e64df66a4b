//! The canary at work: it opens connections that must not open, and ends the pod when they do. What follows of what, the rules say
//! (`session::canary`). It sends nothing over a connection that opened, and closes it.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use cobrowse_session::canary::{self, Reached, Stage, Target, Transport, Verdict};
use cobrowse_session::participant::EndReason;
use futures::future::join_all;
use tokio::net::{TcpStream, UdpSocket};
use tokio::sync::mpsc;

use super::owner::Message;

/// How long all tries of a round take at most; they run at once. A kernel sends a first packet again after a second, so a longer wait
/// would find no more. It is shorter than Chrome's start, which it runs beside.
const ROUND: Duration = Duration::from_millis(900);
/// A question for the root's name servers: what a DNS server answers, if only by a refusal.
const QUESTION: [u8; 17] = [0xc0, 0xb7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1];

/// What ended a pod, for its last words.
pub(super) type Found = Arc<OnceLock<Reached>>;

/// The canary of one pod.
#[derive(Debug)]
pub(super) struct Watch {
    targets: Vec<Target>,
    rules: canary::Canary,
    found: Found,
    /// By how much waits are shorter than the rules have them: 1, but in tests.
    hurry: u32,
}

impl Watch {
    /// Of these targets, of which there may be none. More than the limit are left out.
    pub(super) fn new(targets: &[Target], found: Found) -> Self {
        let targets = targets.iter().copied().take(canary::TARGETS_MAX).collect();
        Self { targets, rules: canary::Canary::default(), found, hurry: 1 }
    }

    /// Tries until a round reached nothing. False when that never was so: then the pod may serve nobody.
    pub(super) async fn start(&mut self) -> bool {
        loop {
            match self.round(Stage::Starts).await {
                Verdict::Held(_) => return true,
                Verdict::Doubtful(again) => self.rest(again).await,
                Verdict::Open => return false,
            }
        }
    }

    /// Tries on, every minute, and ends the session when it must; `is_bound` says whether there is one.
    pub(super) async fn go_on(mut self, is_bound: impl Fn() -> bool, owner: mpsc::Sender<Message>) {
        if self.targets.is_empty() {
            return;
        }
        let mut verdict = Verdict::Held(self.rules.every());
        loop {
            match verdict {
                Verdict::Held(again) | Verdict::Doubtful(again) => self.rest(again).await,
                Verdict::Open => {
                    // The owner may be gone already.
                    let _ = owner.send(Message::End(EndReason::NetworkNotEnforced)).await;
                    return;
                }
            }
            let stage = if is_bound() { Stage::Live } else { Stage::Warm };
            verdict = self.round(stage).await;
        }
    }

    async fn rest(&self, time: Duration) {
        tokio::time::sleep(time / self.hurry).await;
    }

    async fn round(&mut self, stage: Stage) -> Verdict {
        let reached = all(&self.targets).await;
        let verdict = self.rules.round(stage, reached);
        if !reached.is_nothing() {
            tracing::error!(%reached, ?stage, "the network lets through what it must not");
        }
        if verdict == Verdict::Open {
            let _ = self.found.set(reached);
        }
        verdict
    }
}

/// Tries all at once.
async fn all(targets: &[Target]) -> Reached {
    let tries = targets.iter().map(|target| async {
        let opens = tokio::time::timeout(ROUND, opens(target)).await.unwrap_or(false);
        opens.then_some(target.what)
    });
    join_all(tries).await.into_iter().flatten().collect::<Reached>()
}

/// A refusal is no success: some networks refuse by themselves what others drop.
async fn opens(target: &Target) -> bool {
    match target.transport {
        Transport::Tcp => TcpStream::connect(target.address).await.is_ok(),
        Transport::Udp => answers(target.address).await.unwrap_or(false),
    }
}

async fn answers(address: SocketAddr) -> std::io::Result<bool> {
    let any: SocketAddr = match address {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).await?;
    // Only this peer's packets come in.
    socket.connect(address).await?;
    socket.send(&QUESTION).await?;
    Ok(socket.recv(&mut [0; 64]).await? >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cobrowse_session::canary::Forbidden;
    use tokio::net::TcpListener;

    async fn listener() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        (listener, address)
    }

    /// A port that nobody has: it was had a moment ago, and refuses.
    async fn refusing() -> SocketAddr {
        listener().await.1
    }

    fn watch(targets: &[Target]) -> (Watch, Found) {
        let found = Found::default();
        (Watch { hurry: 600, ..Watch::new(targets, Arc::clone(&found)) }, found)
    }

    #[tokio::test]
    async fn what_opens_is_told_apart_from_what_does_not() {
        let (_open, at) = listener().await;
        let closed = refusing().await;
        let targets = [Target::tcp(Forbidden::ApiServer, at), Target::tcp(Forbidden::Metadata, closed)];
        assert_eq!(all(&targets).await, Reached::NOTHING.and(Forbidden::ApiServer));
        assert_eq!(all(&targets[1..]).await, Reached::NOTHING);
        assert_eq!(all(&[]).await, Reached::NOTHING);
    }

    #[tokio::test]
    async fn a_question_that_is_answered_is_reached_and_one_that_is_not_is_not() {
        let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let target = Target::udp(Forbidden::Dns, server.local_addr().expect("an address"));
        let targets = [target];
        assert_eq!(all(&targets).await, Reached::NOTHING, "a server that says nothing");
        let answer = async {
            let mut asked = [0; 64];
            loop {
                let (length, from) = server.recv_from(&mut asked).await.expect("a question");
                server.send_to(&asked[..length], from).await.expect("answered");
            }
        };
        let reached =
            tokio::select! { reached = all(&targets) => reached, () = answer => unreachable!("it ends never") };
        assert_eq!(reached, Reached::NOTHING.and(Forbidden::Dns));
    }

    #[tokio::test]
    async fn a_pod_that_starts_waits_for_its_policy_and_gives_up_where_there_is_none() {
        let (open, at) = listener().await;
        let (mut waits, found) = watch(&[Target::tcp(Forbidden::Pod, at)]);
        let closing = async {
            // Three rounds open, then the policy is there.
            for _ in 0..3 {
                open.accept().await.expect("a try");
            }
            drop(open);
        };
        let (held, ()) = tokio::join!(waits.start(), closing);
        assert!(held && found.get().is_none());
        let (_open, at) = listener().await;
        let (mut gives_up, found) = watch(&[Target::tcp(Forbidden::Pod, at)]);
        assert!(!gives_up.start().await);
        assert_eq!(found.get(), Some(&Reached::NOTHING.and(Forbidden::Pod)));
    }

    #[tokio::test]
    async fn a_warm_pod_ends_within_the_next_minute_and_a_live_one_after_three_rounds() {
        for (bound, rounds) in [(false, 1), (true, 3)] {
            let (open, at) = listener().await;
            let (watch, found) = watch(&[Target::tcp(Forbidden::ApiServer, at)]);
            let (owner, mut told) = mpsc::channel(1);
            let going = tokio::spawn(watch.go_on(move || bound, owner));
            for _ in 0..rounds {
                assert!(found.get().is_none());
                open.accept().await.expect("a try");
            }
            let message = told.recv().await.expect("an end");
            assert!(matches!(message, Message::End(EndReason::NetworkNotEnforced)));
            assert_eq!(found.get(), Some(&Reached::NOTHING.and(Forbidden::ApiServer)));
            going.await.expect("it ends");
        }
    }

    #[tokio::test]
    async fn without_targets_nothing_is_tried() {
        let (mut watch, found) = watch(&[]);
        assert!(watch.start().await);
        let (owner, mut told) = mpsc::channel(1);
        watch.go_on(|| false, owner).await;
        assert!(told.recv().await.is_none() && found.get().is_none());
    }
}
