//! Traces for an OpenTelemetry collector: where they go, and how they are carried on to pods. Off unless a collector is named. Which
//! spans there are, `work::trace` says. They have names and UIDs of sessions, names of pools and pods, and stable words: nothing
//! about a person, no address of a page.

use cobrowse_crds::trace::TraceParent;
use opentelemetry::Context;
use opentelemetry::propagation::{Injector, TextMapPropagator};
use opentelemetry::trace::{SpanContext, TraceContextExt, TraceFlags, TraceId, TraceState, TracerProvider};
use opentelemetry_otlp::{SpanExporter, WithTonicConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use std::time::Duration;
use tonic::Request;
use tonic::metadata::{MetadataKey, MetadataMap};
use tonic::transport::Endpoint;
use tracing::{Level, Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::registry::LookupSpan;

/// Spans for traces have this target. Logs leave them out, and traces take nothing else.
pub const TARGET: &str = "cobrowse::trace";

/// How long the last traces may take. The lease is given away only then, and the other replica waits for it.
const LAST: Duration = Duration::from_millis(500);

/// Makes a span for traces.
macro_rules! trace_span {
    ($($arguments:tt)+) => {
        tracing::info_span!(target: crate::traces::TARGET, $($arguments)+)
    };
}
pub(crate) use trace_span;

/// Why there are no traces.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The collector's address is none.
    #[error("it must be http://host:port of a collector beside this program")]
    Origin,
    /// The collector's address.
    #[error("failed to understand the collector's address")]
    Address(#[source] tonic::transport::Error),
    /// The exporter.
    #[error("failed to prepare traces")]
    Exporter(#[source] opentelemetry_otlp::ExporterBuildError),
}

/// Traces to one collector.
pub struct Traces {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

impl Traces {
    /// To a collector, which is dialled when there is something to tell. Needs the runtime.
    pub fn to(collector: &str) -> Result<Self, Error> {
        let channel = Endpoint::from_shared(collector.to_owned()).map_err(Error::Address)?.connect_lazy();
        let exporter = SpanExporter::builder().with_tonic().with_channel(channel).build().map_err(Error::Exporter)?;
        // Nothing of the environment or the machine: the resource is this program's name alone.
        let resource = Resource::builder_empty().with_service_name("operator").build();
        Ok(Self::of(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build()))
    }

    pub(crate) fn of(provider: SdkTracerProvider) -> Self {
        let tracer = provider.tracer("operator");
        Self { provider, tracer }
    }

    /// The layer that makes traces of our spans. Events are logs, and no part of traces.
    pub fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    {
        let layer = tracing_opentelemetry::layer().with_tracer(self.tracer.clone());
        let layer = layer.with_location(false).with_threads(false).with_tracked_inactivity(false).with_target(false);
        layer.with_filter(FilterFn::new(|metadata| metadata.is_span() && metadata.target() == TARGET))
    }

    /// Sends what is left. The collector may be gone; then it is lost.
    pub async fn end(self) {
        // Waits for the sending thread, which needs this runtime.
        let ended = tokio::task::spawn_blocking(move || self.provider.shutdown_with_timeout(LAST)).await;
        if !matches!(ended, Ok(Ok(()))) {
            tracing::warn!("the last traces could not be sent");
        }
    }
}

/// Reads a collector's address, as session-api does.
pub fn collector(text: &str) -> Result<String, Error> {
    let uri = text.parse::<http::Uri>().map_err(|_| Error::Origin)?;
    let whole = uri.scheme_str() == Some("http") && uri.port_u16().is_some();
    let bare = matches!(uri.path(), "" | "/") && uri.query().is_none() && !text.contains('@');
    (whole && bare).then(|| text.to_owned()).ok_or(Error::Origin)
}

/// Whether there are traces. Without them this is one look at what is known of this line.
pub(crate) fn are_on() -> bool {
    tracing::span_enabled!(target: TARGET, Level::INFO)
}

/// Makes a span the child of one that another program made. Without one it begins a trace.
pub(crate) fn follow(span: &Span, from: Option<TraceParent>) {
    let Some(TraceParent { trace, span: parent, sampled }) = from else { return };
    let flags = TraceFlags::default().with_sampled(sampled);
    let from = SpanContext::new(trace.into(), parent.into(), flags, true, TraceState::default());
    // Without traces there is nothing to follow.
    let _ = span.set_parent(Context::new().with_remote_span_context(from));
}

/// The id of a span's trace, in hexadecimal; none without traces. What follows nobody yet follows nobody from here on.
pub(crate) fn id_of(span: &Span) -> Option<String> {
    let context = span.context();
    let id = context.span().span_context().trace_id();
    (id != TraceId::INVALID).then(|| id.to_string())
}

/// A request that carries the caller's place in its trace, as W3C `traceparent`.
pub(crate) fn carry<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    TraceContextPropagator::new().inject_context(&Span::current().context(), &mut Carrier(request.metadata_mut()));
    request
}

struct Carrier<'a>(&'a mut MetadataMap);

impl Injector for Carrier<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(key), Ok(value)) = (MetadataKey::from_bytes(key.as_bytes()), value.parse()) {
            self.0.insert(key, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collector_is_beside_the_program_and_has_a_port() {
        for text in ["http://127.0.0.1:4317", "http://localhost:4317/", "http://[::1]:4317"] {
            assert!(collector(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "127.0.0.1:4317",
            "https://127.0.0.1:4317",
            "http://127.0.0.1",
            "http://a@b:1",
            "http://a:1/b",
            "http://a:1?b",
        ] {
            assert!(collector(text).is_err(), "{text}");
        }
    }

    #[test]
    fn without_traces_nothing_is_carried() {
        assert!(!are_on());
        assert!(carry(()).metadata().is_empty());
    }
}
