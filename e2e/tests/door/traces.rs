//! One trace has a whole session of two programs: the end user's call, the object, the operator's claim of a pod, and the pod's calls.

use crate::people::{PATIENCE, live};
use crate::program::until;
use crate::stand::Stand;
use cobrowse_wire::v1::Phase;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use std::sync::{Arc, Mutex};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status};

const SECRET: &str = "planted-private-query";
/// A claim's steps, in order, where nothing goes wrong.
const STEPS: [&str; 5] = ["pod.claim", "pod.bind", "binding.write", "pod.start", "ready.write"];

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
        let serve = tonic::transport::Server::builder().add_service(TraceServiceServer::new(self.clone()));
        tokio::spawn(serve.serve_with_incoming(TcpListenerStream::new(listener)));
        format!("http://{address}")
    }

    /// Every span, with the name of the program that made it.
    fn spans(&self) -> Vec<(String, Span)> {
        let got = self.0.lock().expect("not poisoned").clone();
        let of_programs = got.into_iter().flat_map(|request| request.resource_spans).flat_map(|of| {
            let program = format!("{:?}", of.resource.unwrap_or_default().attributes);
            let program = if program.contains("session-api") { "session-api" } else { "operator" };
            of.scope_spans.into_iter().flat_map(|scope| scope.spans).map(move |span| (program.to_owned(), span))
        });
        of_programs.collect()
    }

    fn has(&self, words: &str) -> bool {
        let got: Vec<u8> = self.0.lock().expect("not poisoned").iter().flat_map(Message::encode_to_vec).collect();
        got.windows(words.len()).any(|window| window == words.as_bytes())
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_trace_has_a_session_from_the_end_users_call_to_the_pods_readiness() {
    let collector = FakeCollector::default();
    let mut stand = Stand::without_operator("traces").await;
    stand.traces = Some(collector.start().await);
    let (operator, replica) = (stand.operator("operator"), stand.replica().await);
    let (mut user, _sam) = live(&stand, &replica, &format!("{}/basket?of={SECRET}", stand.shop())).await;
    let pod = stand.pod_of(&user.session).await.inside;
    let object = || async { stand.object(&user.session) };
    let ready = || async { object().await?["status"]["timings"]["ready"].is_string().then_some(()) };
    until("it is ready", PATIENCE, ready).await;
    let annotated = object().await.expect("it has an object");
    let annotated = annotated["metadata"]["annotations"]["opentelemetry.io/trace-context"].as_str().map(str::to_owned);
    user.end().await;
    user.until(Phase::Ended).await;
    // What is not sent yet is sent at their end.
    replica.stop().await;
    operator.terminate().expect("it runs");
    until("the claim is told", PATIENCE, || async {
        collector.spans().iter().any(|(_, span)| span.name == "claim").then_some(())
    })
    .await;

    let spans = collector.spans();
    let one = |name: &str| {
        let found = spans.iter().find(|(_, span)| span.name == name);
        found.unwrap_or_else(|| {
            panic!("no span {name} among {:?}", spans.iter().map(|(_, s)| &s.name).collect::<Vec<_>>())
        })
    };
    let (made_by, create) = one("object.create");
    assert_eq!(made_by, "session-api");
    let parent = |of: &Span| format!("00-{}-{}-01", hexadecimal(&of.trace_id), hexadecimal(&of.span_id));
    assert_eq!(annotated, Some(parent(create)));
    let (made_by, claim) = one("claim");
    assert_eq!((made_by.as_str(), &claim.parent_span_id), ("operator", &create.span_id));
    for step in STEPS {
        let (made_by, step) = one(step);
        assert_eq!((made_by.as_str(), &step.parent_span_id), ("operator", &claim.span_id), "{}", step.name);
    }
    for name in ["call", "drive", "browser.make", "object.create", "claim"].iter().chain(&STEPS) {
        let in_it = |(_, span): &&(String, Span)| span.name == **name && span.trace_id == create.trace_id;
        assert!(spans.iter().any(|span| in_it(&span)), "{name} is in no trace with the others");
    }
    let told = pod.parents.lock().expect("not poisoned").clone();
    for name in ["pod.bind", "pod.start", "browser.start"] {
        assert!(told.contains(&parent(&one(name).1)), "{name} was not told to the pod: {told:?}");
    }
    assert!(collector.has(&user.session), "names are there, or this looks in the wrong place");
    for secret in [SECRET, "/basket", &stand.shop(), &user.token] {
        assert!(!collector.has(secret), "{secret} is in a trace");
    }
}
