//! The program's parts, put together: watches from the start, decisions while this replica leads, and an orderly end.

use crate::args::Arguments;
use crate::authority::Holding;
use crate::decide::{Decider, Event};
use crate::egress::secrets::Secrets;
use crate::events::Events;
use crate::lease::{self, Hold};
use crate::metrics::Metrics;
use crate::pods::dial::Dialer;
use crate::pods::enroll::Enroller;
use crate::pool::canary::Place;
use crate::pool::dereference::Installation;
use crate::traces::Traces;
use crate::work::Worker;
use crate::{admin, authority, cluster, egress, watch};
use anyhow::{Context, Result};
use cobrowse_session::policy::LONGEST_LIFE;
use kube::api::Api;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot};

/// Events that wait for the deciding task.
const EVENTS: usize = 4096;
/// How long what was begun may take at the end. What is left undone, the next leader does.
const REST: Duration = Duration::from_secs(3);
/// Longer than any pod: the longest time that a pool keeps a warm pod, a week, and its session.
const CERTIFICATE_LIFE: Duration = Duration::from_secs(8 * 24 * 3600);

/// Runs until a signal, or until this replica may lead no more.
pub async fn run(arguments: Arguments, traces: Option<Traces>) -> Result<()> {
    const { assert!(CERTIFICATE_LIFE.as_secs() > 168 * 3600 + LONGEST_LIFE.as_secs()) };
    let mut end = signal(SignalKind::terminate()).context("failed to wait for signals")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("failed to wait for signals")?;
    let metrics = Arc::new(Metrics::default());
    let (events, worker) = begin(&arguments, metrics.clone()).await?;
    let client = cluster::counted(metrics.clone()).await?;
    let mut hold = Hold::new(client, &arguments.lease_namespace, &arguments.identity, metrics);
    let led = async {
        let (lease, since) = hold.acquire().await;
        let _ = events.send(Event::Lead).await;
        hold.keep(lease, since).await
    };
    let lost: lease::Error = tokio::select! {
        error = led => error,
        _ = end.recv() => return finish(&events, &worker, traces, &hold).await,
        _ = interrupt.recv() => return finish(&events, &worker, traces, &hold).await,
    };
    // Nothing more may be written: what is on its way ends with the process, and the last traces with it.
    Err(lost).context("this replica stops, since another one may lead")
}

async fn begin(arguments: &Arguments, metrics: Arc<Metrics>) -> Result<(mpsc::Sender<Event>, Worker)> {
    let holding = authority::follow(arguments.authority.clone())?;
    let mut installation = Installation::new(arguments, &Place::of_this_process())?;
    installation.authority = signing(&holding);
    let listener = TcpListener::bind(arguments.metrics).await.context("failed to listen for --metrics")?;
    tokio::spawn(admin::serve(listener, metrics.clone()));
    let client = cluster::counted(metrics.clone()).await?;
    let (events, taken) = mpsc::channel(EVENTS);
    tokio::spawn(tell_authority(holding.clone(), events.clone()));
    let dialer = Dialer::new(holding.clone(), arguments.pod_port);
    let enroller = Enroller::new(holding.clone(), client.clone(), &arguments.namespace, CERTIFICATE_LIFE);
    let worker = Worker::new(&client, &arguments.namespace, (dialer, enroller), events.clone());
    let told = Events::begin(client.clone(), &arguments.namespace, &arguments.identity);
    let decider = Decider::new(installation, metrics, told);
    tokio::spawn(decider.run(taken, worker.clone()));
    watch::begin(&client, &arguments.namespace, &events);
    if let Some(source) = way_out(arguments, client, holding) {
        tokio::spawn(egress::follow(source, events.clone()));
    }
    Ok((events, worker))
}

/// Where pods' way out is looked up, if it is the egress gateway.
fn way_out(arguments: &Arguments, client: kube::Client, holding: Holding) -> Option<egress::Source> {
    let (gateway, grant) = arguments.gateway.clone().zip(arguments.grant_secret.clone())?;
    let api = Api::namespaced(client, &arguments.lease_namespace);
    let secrets = Secrets { api, grant, gateway: arguments.gateway_secret.clone(), holding };
    Some(egress::Source { gateway, secrets })
}

/// By which authority new pods are signed.
fn signing(holding: &Holding) -> String {
    holding.borrow().authorities.signing().tag()
}

/// Tells the deciding task when another authority signs, so that warm pods of the old one go in their turn.
async fn tell_authority(mut holding: Holding, events: mpsc::Sender<Event>) {
    while holding.changed().await.is_ok() {
        if events.send(Event::Authority(signing(&holding))).await.is_err() {
            return;
        }
    }
}

/// Decides no more, waits for what was begun, and gives the lease away.
async fn finish(events: &mpsc::Sender<Event>, worker: &Worker, traces: Option<Traces>, hold: &Hold) -> Result<()> {
    tracing::info!("the program ends");
    let (done, retired) = oneshot::channel();
    if events.send(Event::Retire(done)).await.is_ok() {
        let _ = retired.await;
    }
    worker.rest(REST).await;
    // While the lease is held: what has not come to rest ends with the process, and so before another one leads.
    if let Some(traces) = traces {
        traces.end().await;
    }
    hold.release().await;
    Ok(())
}
