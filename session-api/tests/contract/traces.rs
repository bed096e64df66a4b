//! Traces of a whole session at a collector: connected, carried on to the pod, and free of secrets and people.

use crate::door::TestDoor;
use crate::fake_pod::LAST_URL;
use crate::people::{agent, end_user, with};
use crate::viewer::Viewer;
use cobrowse_session_api::traces::Traces;
use cobrowse_wire::v1::*;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use std::sync::{Arc, Mutex};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status};
use tracing_subscriber::layer::SubscriberExt;

/// A collector that only keeps what it gets.
#[derive(Clone, Default)]
struct FakeCollector(Arc<Mutex<Vec<ExportTraceServiceRequest>>>);

#[tonic::async_trait]
impl TraceService for FakeCollector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.0.lock().expect("not poisoned").push(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

impl FakeCollector {
    /// Starts it; where it listens.
    async fn start(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let service = TraceServiceServer::new(self.clone());
        let serve = tonic::transport::Server::builder().add_service(service);
        tokio::spawn(serve.serve_with_incoming(TcpListenerStream::new(listener)));
        format!("http://{address}")
    }

    fn spans(&self) -> Vec<Span> {
        let got = self.0.lock().expect("not poisoned").clone();
        let scopes =
            got.into_iter().flat_map(|request| request.resource_spans).flat_map(|resource| resource.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }

    fn bytes(&self) -> Vec<u8> {
        self.0.lock().expect("not poisoned").iter().flat_map(Message::encode_to_vec).collect()
    }
}

fn hex(bytes: &[u8]) -> String {
    cobrowse_session_api::hex::encode(bytes)
}

/// This test has one thread, and so what is set for the thread is set for the door.
#[tokio::test(flavor = "current_thread")]
async fn a_session_is_traced_without_a_word_about_anybody() {
    let collector = FakeCollector::default();
    let traces = Traces::to(&collector.start().await).expect("an address");
    // With one subscriber in the process, what other tests' threads meet first would be off here too: they have none.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::new());
    let on = tracing::subscriber::set_default(tracing_subscriber::registry().with(traces.layer()));
    let door = TestDoor::open().await;
    let mut user = end_user(&door).await;
    let mut sam = agent(&door, "sam@northwind.example").await;
    let knocking = sam.join(&user.pin).await.expect("the PIN admits");
    user.person.allow(&knocking.self_id).await.expect("may allow");
    user.person.until(Phase::Live).await;
    let ticket = sam.ticket().await.expect("is in");
    let mut viewer = Viewer::attached(&door, &ticket).await;
    let pod = door.runner.pod_of(&user.person.session);
    let to = navigate_command::To::Url("http://shop.localhost:8300/search?q=planted-search".to_owned());
    let navigate =
        NavigateRequest { session_id: sam.session.clone(), navigate: Some(NavigateCommand { to: Some(to) }) };
    sam.client.navigate(with(&sam.token, navigate)).await.expect("passes");
    let end = EndSessionRequest { session_id: user.person.session.clone() };
    user.person.client.end_session(with(&user.person.token, end)).await.expect("may end");
    viewer.closed().await;
    user.person.until(Phase::Ended).await;
    door.running.stop().await;
    drop(on);
    traces.end().await;

    let spans = collector.spans();
    let of = |name: &str| spans.iter().filter(|span| span.name == name).collect::<Vec<_>>();
    for name in ["call", "drive", "browser.make", "browser.start", "pod.dial", "stream"] {
        assert!(!of(name).is_empty(), "no span {name} among {:?}", spans.iter().map(|s| &s.name).collect::<Vec<_>>());
    }
    // From the call that allowed somebody to the dial of the pod it is one trace.
    let parent = |span: &Span| spans.iter().find(|other| other.span_id == span.parent_span_id).cloned();
    let made = of("pod.dial").into_iter().filter_map(parent).find(|span| span.name == "browser.make").expect("dials");
    let drive = parent(&made).expect("is driven");
    let call = parent(&drive).expect("was called for");
    let values: Vec<_> = call.attributes.iter().map(|pair| format!("{:?}", pair.value)).collect();
    assert!(values.iter().any(|value| value.contains("AllowParticipant")), "{values:?}");
    let parents = pod.traceparents.lock().expect("not poisoned").clone();
    assert!(parents.len() >= 4, "bind, start, attach, execute: {parents:?}");
    for one in &parents {
        let known = |span: &&Span| *one == format!("00-{}-{}-01", hex(&span.trace_id), hex(&span.span_id));
        assert!(spans.iter().any(|span| known(&span)), "{one} is no span of ours");
    }
    assert!(spans.iter().all(|span| span.events.is_empty()), "logs are no part of traces");
    let bytes = collector.bytes();
    let found = |planted: &str| bytes.windows(planted.len()).any(|window| window == planted.as_bytes());
    assert!(found(&user.person.session), "session ids are there, or this looks in the wrong place");
    let planted = [&user.pin, &user.person.token, &sam.token, &ticket, &knocking.self_id, LAST_URL];
    let people =
        ["sam@", "Sam de Vries", "Northwind", "Customer", "127.0.0.1", "planted-query", "planted-search", "shop."];
    for secret in planted.iter().map(|text| text.as_ref()).chain(people) {
        let secret: &str = secret;
        assert!(!found(secret), "{secret} is in a trace");
    }
}

#[tokio::test]
async fn without_a_collector_pods_are_told_nothing() {
    let door = TestDoor::open().await;
    let (user, _sam) = crate::people::live(&door).await;
    let pod = door.runner.pod_of(&user.person.session);
    assert!(pod.traceparents.lock().expect("not poisoned").is_empty());
    door.running.stop().await;
}
