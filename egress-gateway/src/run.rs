//! The program's parts, put together, and an orderly end.

use crate::args::Arguments;
use crate::gateway::{Gateway, Times};
use crate::ledger::Sessions;
use crate::material::{self, Files, Material};
use crate::metrics::Metrics;
use crate::noticed::Noticed;
use crate::reach::{SystemResolver, TcpDialer};
use crate::{admin, parent, serve};
use anyhow::{Context, Result, bail};
use cobrowse_session::egress::Network;
use std::io::{self, BufReader};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Runs until a signal, and then until what is open has ended or must.
pub async fn run(arguments: Arguments) -> Result<()> {
    let mut end = signal(SignalKind::terminate()).context("failed to wait for signals")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("failed to wait for signals")?;
    let metrics = Arc::new(Metrics::default());
    let (sources, noticed) = (arguments.sources(), Arc::new(Noticed::default()));
    let over = CancellationToken::new();
    let material = material(&arguments, &metrics, &over)?;
    let gateway = Arc::new(Gateway {
        network: Network { cluster: arguments.cluster_ranges, private: arguments.private_targets },
        sources,
        resolve: Box::new(SystemResolver),
        dial: Box::new(TcpDialer),
        times: Times::default(),
        material,
        sessions: Sessions::default(),
        metrics: metrics.clone(),
        noticed: noticed.clone(),
    });
    let machines = TcpListener::bind(arguments.metrics).await.context("failed to listen for --metrics")?;
    let listener = TcpListener::bind(arguments.listen).await.context("failed to listen for --listen")?;
    tracing::info!(
        pods = listener.local_addr().ok().map(|address| address.to_string()),
        machines = machines.local_addr().ok().map(|address| address.to_string()),
        "the egress gateway listens"
    );
    if arguments.child {
        let address = listener.local_addr().context("failed to listen for --listen")?;
        parent::say(address).context("failed to say where pods dial")?;
    }
    tokio::spawn(admin::serve(machines, metrics.clone(), noticed));
    let stop = CancellationToken::new();
    let drain = Duration::from_secs(arguments.drain);
    let serving = tokio::spawn(serve::serve(listener, gateway, stop.clone(), drain));
    metrics.serving.store(true, Ordering::Relaxed);
    tokio::select! {
        _ = end.recv() => {}
        _ = interrupt.recv() => {}
        // Whoever started it is gone, and so are its pods: there is nothing to wait for.
        () = over.cancelled() => return Ok(()),
    }
    tracing::info!("the program ends: it waits for what is open");
    metrics.serving.store(false, Ordering::Relaxed);
    stop.cancel();
    serving.await.context("failed to end in order")
}

/// From files, which are followed, or from the program that started this one, whose end is then waited for.
fn material(
    arguments: &Arguments,
    metrics: &Arc<Metrics>,
    over: &CancellationToken,
) -> Result<watch::Receiver<Arc<Material>>> {
    if arguments.child {
        let mut input = BufReader::new(io::stdin());
        let handed = parent::material(&mut input)?;
        parent::watch(input, over.clone()).context("failed to wait for the end of standard input")?;
        // The receiver keeps the last value when its sender is gone.
        return Ok(watch::channel(Arc::new(handed)).1);
    }
    let (Some(certificates), Some(grant_keys)) = (arguments.certificates.clone(), arguments.grant_keys.clone()) else {
        bail!("failed to find certificates and keys: give --certificates and --grant-keys");
    };
    Ok(material::follow(Files { certificates, grant_keys }, metrics.clone())?)
}

/// An error with all its sources on one line, for the place where it is handled.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
