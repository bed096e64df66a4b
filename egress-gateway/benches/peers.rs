//! The gateway beside squid, as a proxy that browsers connect through: how long a connection takes, how much it carries at which cost, and
//! what a thousand of them hold in memory. Three ways to the same origin on loopback, in one run: ours, with mutual TLS and a grant
//! on each pod's one connection; squid with mutual TLS; and squid as most run it, without. `make bench-egress` writes the table.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench that cannot go on says so and tells people what it found"
)]

#[path = "peers/figures.rs"]
mod figures;
#[path = "peers/origin.rs"]
mod origin;
#[path = "peers/ours.rs"]
mod ours;
#[path = "peers/squid.rs"]
mod squid;

use figures::{Measured, Process, percentile};
use origin::Origin;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Connections that are opened one after the other.
const ALONE: usize = 500;
/// Connections that are opened side by side, and how many at a time.
const TOGETHER: usize = 1_600;
const AT_A_TIME: usize = 16;
/// Bytes that one connection carries, and those of eight together.
const CARRIED: u64 = 512 << 20;
const STREAMS: usize = 8;
/// Connections that are held open, each of which carried a page's worth.
const HELD: usize = 1_000;
const PAGE: u64 = 64 << 10;

/// Both ways of a connection to the origin.
pub(crate) trait Bytes: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Bytes for T {}

pub(crate) type Opened<'a> = Pin<Box<dyn Future<Output = Box<dyn Bytes>> + Send + 'a>>;

/// One way to the origin.
pub(crate) trait Way: Sync {
    fn name(&self) -> &'static str;
    /// Opens a connection. The origin has not been spoken to.
    fn open(&self) -> Opened<'_>;
    /// The program that is measured.
    fn process(&self) -> Process;
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let table = runtime.block_on(async {
        let origin = Origin::start().await;
        let ours = ours::Ours::start(&origin).await;
        let mut ways: Vec<Box<dyn Way>> = vec![Box::new(ours)];
        match squid::Squid::start(&origin).await {
            Some((secured, plain)) => ways.extend([Box::new(secured) as Box<dyn Way>, Box::new(plain)]),
            None => println!("left out: squid, which is not installed (apt-get install squid-openssl)"),
        }
        let mut measured = Vec::new();
        for way in &ways {
            measured.push(measure(way.as_ref()).await);
        }
        figures::table(&measured)
    });
    println!("{table}");
    if let Some(file) = std::env::var_os("EGRESS_TABLE") {
        std::fs::write(file, table).expect("the table is written");
    }
}

async fn measure(way: &dyn Way) -> Measured {
    let fresh = way.process().memory();
    // What is made at the first use is not measured.
    for _ in 0..20 {
        greet(way).await;
    }
    let mut alone = Vec::new();
    for _ in 0..ALONE {
        let began = Instant::now();
        greet(way).await;
        alone.push(began.elapsed());
    }
    let together = together(way).await;
    let one = carry(way, 1).await;
    let eight = carry(way, STREAMS).await;
    let held = hold(way).await;
    Measured {
        name: way.name(),
        alone: (percentile(&alone, 50), percentile(&alone, 99)),
        together: (percentile(&together, 50), percentile(&together, 99)),
        one,
        eight,
        memory: (fresh, held),
    }
}

/// Opens a connection and has the origin's first byte.
async fn greet(way: &dyn Way) -> Box<dyn Bytes> {
    let mut stream = way.open().await;
    stream.write_all(&origin::hello()).await.expect("written");
    assert_eq!(stream.read_u8().await.expect("an answer"), origin::HEARD);
    stream
}

async fn together(way: &dyn Way) -> Vec<Duration> {
    let some = || async {
        let mut taken = Vec::new();
        for _ in 0..TOGETHER / AT_A_TIME {
            let began = Instant::now();
            greet(way).await;
            taken.push(began.elapsed());
        }
        taken
    };
    futures::future::join_all((0..AT_A_TIME).map(|_| some())).await.concat()
}

/// MiB a second, and seconds of a processor for each GiB.
async fn carry(way: &dyn Way, streams: usize) -> (f64, f64) {
    let mut open = Vec::new();
    for _ in 0..streams {
        open.push(greet(way).await);
    }
    let each = CARRIED / streams as u64;
    let (began, busy) = (Instant::now(), way.process().busy());
    futures::future::join_all(open.iter_mut().map(|stream| origin::take(stream, each))).await;
    let (took, busy) = (began.elapsed().as_secs_f64(), way.process().busy() - busy);
    let carried = CARRIED as f64;
    (carried / f64::from(1 << 20) / took, busy / (carried / f64::from(1 << 30)))
}

/// KiB of memory with that many connections open.
async fn hold(way: &dyn Way) -> u64 {
    let mut open = Vec::new();
    for _ in 0..HELD {
        let mut stream = greet(way).await;
        origin::take(&mut stream, PAGE).await;
        open.push(stream);
    }
    way.process().memory()
}
