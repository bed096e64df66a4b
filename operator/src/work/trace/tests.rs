//! A claim's works done as they are on a cluster, by a fake API server and a fake pod: which spans come of it, and what a pod is told.

use super::*;
use crate::authority::Held;
use crate::decide::Event;
use crate::pods::{dial::Dialer, enroll::Enroller};
use crate::traces::Traces;
use crate::work::{Work, Worker};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use cobrowse_crds::kind::session::FinishReason;
use cobrowse_identity::authorities::Authorities;
use cobrowse_identity::authority::Authority;
use cobrowse_session::PodUid;
use cobrowse_wire::v1::{AdjustRequest, BindRequest, StartRequest};
use http_body_util::{BodyExt, Full};
use opentelemetry::trace::SpanId;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tonic::transport::{Channel, Endpoint};
use tracing_subscriber::layer::SubscriberExt;

const FROM: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const SESSION: &str = "00000000-0000-0000-0000-000000000020";
const POD: &str = "00000000-0000-0000-0000-000000000010";
/// In no span.
const PLANTED: &str = "planted";

/// A collector that only keeps what it gets.
#[derive(Clone, Debug, Default)]
struct FakeCollector(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for FakeCollector {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().expect("not poisoned").extend(batch);
        Ok(())
    }
}

impl FakeCollector {
    /// Traces go here on this thread from now on.
    fn on(&self) -> tracing::subscriber::DefaultGuard {
        let traces = Traces::of(SdkTracerProvider::builder().with_simple_exporter(self.clone()).build());
        tracing::subscriber::set_default(tracing_subscriber::registry().with(traces.layer()))
    }

    fn spans(&self) -> Vec<SpanData> {
        self.0.lock().expect("not poisoned").clone()
    }
}

/// What a fake pod heard of traces, call by call.
type Heard = Arc<Mutex<Vec<Option<String>>>>;

/// Says yes to everything with an empty message.
async fn answer(State(heard): State<Heard>, headers: HeaderMap) -> Response {
    let parent = headers.get("traceparent").map(|value| value.to_str().expect("text").to_owned());
    heard.lock().expect("not poisoned").push(parent);
    let trailers = HeaderMap::from_iter([("grpc-status".parse().expect("a name"), 0.into())]);
    let body = Full::new(Bytes::from_static(&[0; 5])).with_trailers(std::future::ready(Some(Ok(trailers))));
    Response::builder().header("content-type", "application/grpc").body(Body::new(body)).expect("an answer")
}

async fn pod(heard: &Heard) -> Channel {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it listens");
    let service = Router::new().fallback(answer).with_state(heard.clone());
    tokio::spawn(async move { axum::serve(listener, service).await });
    Endpoint::from_shared(format!("http://{address}")).expect("an address").connect_lazy()
}

fn metadata(name: &str, uid: &str) -> Value {
    json!({"name": name, "namespace": "cobrowse", "uid": uid, "resourceVersion": "1", "creationTimestamp": "2026-01-01T00:01:40Z"})
}

fn pod_object() -> Value {
    let mut metadata = metadata("pod-16", POD);
    metadata["labels"] =
        json!({"cobrowse.dev/pool": "standard", "cobrowse.dev/slot": "warm", "cobrowse.dev/revision": "0"});
    json!({"metadata": metadata, "spec": {"containers": []}, "status": {"phase": "Running", "podIP": "127.0.0.1"}})
}

fn session_object(from: Option<&str>) -> Value {
    let mut metadata = metadata("s-32", SESSION);
    metadata["annotations"] = from.map_or(Value::Null, |from| json!({"opentelemetry.io/trace-context": from}));
    json!({"apiVersion": "cobrowse.dev/v1alpha1", "kind": "CoBrowseSession", "metadata": metadata,
        "spec": {"tenantRef": {"name": "shop"}, "poolRef": {"name": "standard"}, "site": "www.shop.example"}})
}

fn session(from: Option<&str>) -> seen::Session {
    seen::Session::read(&serde_json::from_value(session_object(from)).expect("a session")).expect("readable")
}

fn seen_pod() -> seen::Pod {
    seen::Pod::read(&serde_json::from_value(pod_object()).expect("a pod")).expect("readable")
}

/// Works of one session, one after the other.
struct Claiming {
    worker: Worker,
    trace: Trace,
    session: seen::Session,
    heard: Heard,
    _reports: mpsc::Receiver<Event>,
}

impl Claiming {
    async fn of(session: seen::Session) -> Self {
        let api = tower::service_fn(|request: http::Request<kube::client::Body>| async move {
            let object = if request.uri().path().contains("/pods/") { pod_object() } else { session_object(None) };
            Ok::<_, std::convert::Infallible>(http::Response::new(kube::client::Body::from(
                object.to_string().into_bytes(),
            )))
        });
        let client = kube::Client::new(api, "cobrowse");
        let authority = Authority::generate(SystemTime::now()).expect("an authority");
        let held = Held::new(Authorities::new(authority, None).expect("one")).expect("certificates");
        // The receiver keeps the last value when its sender is gone.
        let holding = watch::channel(Arc::new(held)).1;
        let dialer = Dialer::new(holding.clone(), 1);
        let heard = Heard::default();
        dialer.keep(seen_pod().uid, pod(&heard).await);
        let enroller = Enroller::new(holding, client.clone(), "cobrowse", Duration::from_secs(60));
        let (reports, taken) = mpsc::channel(1);
        let worker = Worker::new(&client, "cobrowse", (dialer, enroller), reports);
        Self { worker, trace: Trace::new(session.created_at), session, heard, _reports: taken }
    }

    async fn work(&self, act: Act, job: Job) {
        let trace = self.trace.of(Some(&self.session));
        let (uid, name, abort) = (self.session.uid, self.session.name.clone(), CancellationToken::new());
        self.worker.perform(Work::Session { uid, name, act, job: Box::new(job), trace, abort }).await;
    }

    /// From the patch of the pod to the first picture.
    async fn claim(&self) {
        let (pod, uid) = (seen_pod(), PodUid::parse(POD).expect("a UID"));
        let patch = || json!([{"op": "test", "path": "/metadata/uid", "value": PLANTED}]);
        self.work(Act::Claim(Step::ClaimPod(uid)), Job::ClaimPod { pod: pod.clone(), patch: patch() }).await;
        let request = Box::new(BindRequest { tenant: PLANTED.to_owned(), ..BindRequest::default() });
        self.work(Act::Claim(Step::Bind(uid)), Job::Bind { pod: pod.clone(), request }).await;
        self.work(Act::Claim(Step::WriteBinding(uid)), Job::Status(patch())).await;
        let start_url = format!("https://www.shop.example/?q={PLANTED}");
        let request = Box::new(StartRequest { start_url, ..StartRequest::default() });
        self.work(Act::Claim(Step::Start(uid)), Job::Start { pod, granting: None, request }).await;
        self.work(Act::Claim(Step::WriteReady(uid)), Job::Status(patch())).await;
    }

    fn heard(&self) -> Vec<Option<String>> {
        self.heard.lock().expect("not poisoned").clone()
    }
}

fn value(span: &SpanData, key: &str) -> String {
    let pair = span.attributes.iter().find(|pair| pair.key.as_str() == key);
    pair.map(|pair| pair.value.to_string()).unwrap_or_default()
}

/// With one subscriber in the process, what other tests' threads meet first would be off here too: they have none.
fn second() -> tracing::Dispatch {
    tracing::Dispatch::new(tracing::subscriber::NoSubscriber::new())
}

#[tokio::test(flavor = "current_thread")]
async fn a_claims_spans_are_one_tree_below_the_place_that_the_object_names() {
    let (collector, _second) = (FakeCollector::default(), second());
    let _on = collector.on();
    let claiming = Claiming::of(session(Some(FROM))).await;
    claiming.claim().await;
    let spans = collector.spans();
    let names: Vec<&str> = spans.iter().map(|span| span.name.as_ref()).collect();
    assert_eq!(names, ["pod.claim", "pod.bind", "binding.write", "pod.start", "ready.write", "claim"]);
    let (claim, steps) = spans.split_last().expect("spans");
    let from = TraceParent::parse(FROM).expect("well-formed");
    assert_eq!((claim.parent_span_id, claim.parent_span_is_remote), (SpanId::from(from.span), true));
    assert!(spans.iter().all(|span| span.span_context.trace_id() == from.trace.into()), "{spans:?}");
    assert_eq!(claiming.trace.id(), Some(claim.span_context.trace_id().to_string()));
    assert!(steps.iter().all(|step| step.parent_span_id == claim.span_context.span_id()), "{spans:?}");
    assert!(steps.iter().all(|step| value(step, "outcome") == "Done"), "{spans:?}");
    assert_eq!(value(&steps[0], "pod"), "pod-16");
    let said = ["session_id", "session_uid", "pool", "outcome"].map(|key| value(claim, key));
    assert_eq!(said, ["s-32", SESSION, "standard", "Ready"]);
    assert!(value(claim, "waited_ms").parse::<u64>().is_ok_and(|waited| waited > 0), "{claim:?}");
    // What a pod is told are the spans of its calls.
    let told = [&steps[1], &steps[3]].map(|step| {
        let place = &step.span_context;
        Some(format!("00-{}-{}-01", place.trace_id(), place.span_id()))
    });
    assert_eq!(claiming.heard(), told);
    assert!(!format!("{spans:?}").contains(PLANTED) && spans.iter().all(|span| span.events.is_empty()));
}

#[tokio::test(flavor = "current_thread")]
async fn an_object_that_names_no_place_begins_a_trace() {
    for from in [None, Some(PLANTED), Some("00-00000000000000000000000000000000-00f067aa0ba902b7-01")] {
        let (collector, _second) = (FakeCollector::default(), second());
        let _on = collector.on();
        Claiming::of(session(from)).await.claim().await;
        let spans = collector.spans();
        let (claim, steps) = spans.split_last().expect("spans");
        assert_eq!((steps.len(), claim.parent_span_id), (5, SpanId::INVALID));
        assert!(!format!("{spans:?}").contains(PLANTED));
    }
}

#[tokio::test(flavor = "current_thread")]
async fn what_follows_a_claim_is_no_part_of_it() {
    let (collector, _second) = (FakeCollector::default(), second());
    let _on = collector.on();
    let claiming = Claiming::of(session(Some(FROM))).await;
    claiming.claim().await;
    let request = AdjustRequest::default();
    claiming.work(Act::Adjust, Job::Adjust { pod: seen_pod(), request, generation: 2 }).await;
    claiming.work(Act::Tell, Job::Status(json!([]))).await;
    claiming.work(Act::End(FinishReason::Idle), Job::Status(json!([]))).await;
    let spans = collector.spans();
    let after: Vec<&SpanData> = spans.iter().skip_while(|span| span.name != "claim").skip(1).collect();
    let from = TraceParent::parse(FROM).expect("well-formed");
    // Its connection was closed after the first picture, and is dialled anew; nobody listens there.
    let [dial, adjust] = after[..] else { panic!("{after:?}") };
    assert_eq!((adjust.name.as_ref(), adjust.parent_span_id), ("pod.adjust", SpanId::from(from.span)));
    assert_eq!((dial.name.as_ref(), dial.parent_span_id), ("pod.dial", adjust.span_context.span_id()));
    assert_eq!(value(adjust, "outcome"), "Unavailable");
}

#[tokio::test(flavor = "current_thread")]
async fn a_claim_that_comes_to_nothing_ends_with_what_remembers_it() {
    let (collector, _second) = (FakeCollector::default(), second());
    let _on = collector.on();
    let claiming = Claiming::of(session(Some(FROM))).await;
    claiming.work(Act::Claim(Step::Read(cobrowse_session::claim::Doubt::Answer)), Job::Read(Vec::new())).await;
    assert!(collector.spans().is_empty(), "to look begins no claim");
    let step = Act::Claim(Step::Finish(Finish::ClaimDeadline));
    claiming.work(step, Job::Status(json!([]))).await;
    let lost = Claiming::of(session(None)).await;
    let uid = PodUid::parse(POD).expect("a UID");
    lost.work(Act::Claim(Step::ClaimPod(uid)), Job::ClaimPod { pod: seen_pod(), patch: json!([]) }).await;
    drop(lost);
    let ends: Vec<(String, String)> =
        collector.spans().iter().map(|span| (span.name.to_string(), value(span, "outcome"))).collect();
    let ends: Vec<(&str, &str)> = ends.iter().map(|(name, outcome)| (name.as_str(), outcome.as_str())).collect();
    assert_eq!(ends, [("end.write", "Done"), ("claim", "ClaimDeadline"), ("pod.claim", "Done"), ("claim", "")]);
}

#[tokio::test(flavor = "current_thread")]
async fn without_a_collector_nothing_is_made_and_pods_are_told_nothing() {
    let claiming = Claiming::of(session(Some(FROM))).await;
    claiming.claim().await;
    assert_eq!(claiming.heard(), [None, None]);
    assert_eq!(claiming.trace.id(), None);
    assert!(claiming.trace.0.said.get().is_none() && matches!(*claiming.trace.stage(), Stage::Ahead));
}
