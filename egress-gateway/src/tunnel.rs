//! One connection to the outside, from the pod's CONNECT to its end: bound to its name by what is spoken, and ended by whatever limit
//! comes first.

use crate::gateway::Times;
use crate::hello::{self, HELD_MAX, Malformed};
use crate::ledger::Slot;
use crate::metered::{BACK, CHUNK, Metered, Moved};
use crate::plain;
use cobrowse_session::egress::{Protocol, Target};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional_with_sizes};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};

/// Why a connection to the outside ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// Either end closed it.
    Closed,
    /// Either end broke it off.
    Broken,
    /// It did not say in time whom it is for.
    HelloMissing,
    /// What it said first is not TLS.
    HelloMalformed,
    /// It may say another name, inside, that nobody here can read. Chrome sends such a message, or a likeness of one, unless its
    /// policy `EncryptedClientHelloEnabled` is false.
    HelloEncrypted,
    /// It names no host.
    NameMissing,
    /// It names another host than the one that was asked for.
    NameMismatch,
    /// No byte for too long.
    Idle,
    /// It lasted as long as it may.
    TooLong,
    /// The session has moved as much as it may.
    TooManyBytes,
    /// The grant is over, and nobody renewed it.
    GrantExpired,
}

impl End {
    /// CamelCase, stable.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Closed => "Closed",
            Self::Broken => "Broken",
            Self::HelloMissing => "HelloMissing",
            Self::HelloMalformed => "HelloMalformed",
            Self::HelloEncrypted => "HelloEncrypted",
            Self::NameMissing => "NameMissing",
            Self::NameMismatch => "NameMismatch",
            Self::Idle => "Idle",
            Self::TooLong => "TooLong",
            Self::TooManyBytes => "TooManyBytes",
            Self::GrantExpired => "GrantExpired",
        }
    }

    /// Of a failed read or write.
    pub(crate) fn of(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::QuotaExceeded { Self::TooManyBytes } else { Self::Broken }
    }
}

/// What a connection is held to.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// What was asked for.
    pub target: Target,
    /// What must be spoken.
    pub protocol: Protocol,
    /// How long things may take.
    pub times: Times,
    /// How long it may last.
    pub life: Duration,
}

/// Carries bytes between a pod and the outside until the end.
pub async fn carry(
    pod: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    outside: TcpStream,
    slot: Slot,
    moved: Arc<Moved>,
    bounds: &Bounds,
) -> End {
    let over = over(&slot, &moved, bounds);
    let outside = Metered::new(outside, slot, moved.clone());
    tokio::select! {
        end = over => end,
        end = async {
            match bounds.protocol {
                Protocol::Tls => tls(pod, outside, bounds).await,
                Protocol::Plain => plain::carry(pod, outside, bounds).await,
            }
        } => end,
    }
}

/// Comes with the first limit of time.
fn over(slot: &Slot, moved: &Arc<Moved>, bounds: &Bounds) -> impl Future<Output = End> + use<> {
    let (mut expires, moved) = (slot.expires(), moved.clone());
    let Times { idle, grace, .. } = bounds.times;
    let life = Instant::now() + bounds.life;
    async move {
        loop {
            let (granted, silent) = (*expires.borrow_and_update() + grace, moved.last() + idle);
            let now = Instant::now();
            let ends = [(granted, End::GrantExpired), (life, End::TooLong), (silent, End::Idle)];
            if let Some((_, end)) = ends.into_iter().find(|(at, _)| *at <= now) {
                return end;
            }
            tokio::select! {
                () = sleep_until(granted.min(life).min(silent)) => {}
                // The slot holds the other end for as long as this runs.
                Ok(()) = expires.changed() => {}
            }
        }
    }
}

async fn tls(mut pod: impl AsyncRead + AsyncWrite + Unpin, mut outside: Metered, bounds: &Bounds) -> End {
    let held = match timeout(bounds.times.hello, first(&mut pod, bounds.target.host().as_str())).await {
        Ok(Ok(held)) => held,
        Ok(Err(end)) => return end,
        Err(_) => return End::HelloMissing,
    };
    let carried = async {
        outside.write_all(&held).await?;
        drop(held);
        copy_bidirectional_with_sizes(&mut pod, &mut outside, CHUNK, BACK).await
    };
    match carried.await {
        Ok(_) => End::Closed,
        Err(error) => End::of(&error),
    }
}

/// The first bytes of TLS, which name this host.
async fn first(pod: &mut (impl AsyncRead + Unpin), host: &str) -> Result<Vec<u8>, End> {
    let mut held = Vec::with_capacity(2_048);
    loop {
        match hello::read(&held) {
            Err(Malformed) => return Err(End::HelloMalformed),
            Ok(None) if held.len() >= HELD_MAX => return Err(End::HelloMalformed),
            Ok(None) => {}
            Ok(Some(hello)) if hello.encrypted => return Err(End::HelloEncrypted),
            Ok(Some(hello)) => {
                return match hello.server_name {
                    None => Err(End::NameMissing),
                    Some(name) if name.eq_ignore_ascii_case(host) => Ok(held),
                    Some(_) => Err(End::NameMismatch),
                };
            }
        }
        let room = u64::try_from(HELD_MAX - held.len()).unwrap_or_default();
        match pod.take(room).read_buf(&mut held).await {
            Ok(0) => return Err(End::HelloMissing),
            Ok(_) => {}
            Err(_) => return Err(End::Broken),
        }
    }
}
