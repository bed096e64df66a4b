//! Traces: which call led to which browser, dial and stream, and how long each took, for an OpenTelemetry collector. Off
//! unless a collector is named. Spans carry session ids, names of calls and stable reasons: nothing about a person, no
//! secret, no address of a page.

use cobrowse_crds::trace::TraceParent;
use opentelemetry::Context;
use opentelemetry::propagation::{Injector, TextMapPropagator};
use opentelemetry::trace::{TraceContextExt, TracerProvider};
use opentelemetry_otlp::{SpanExporter, WithTonicConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tonic::Request;
use tonic::metadata::{MetadataKey, MetadataMap};
use tonic::transport::Endpoint;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::registry::LookupSpan;

/// Spans for traces have this target. Logs leave them out, and traces take nothing else.
pub const TARGET: &str = "cobrowse::trace";

/// Makes a span for traces.
#[macro_export]
macro_rules! trace_span {
    ($name:literal $(, $($fields:tt)*)?) => {
        tracing::info_span!(target: "cobrowse::trace", $name $(, $($fields)*)?)
    };
}

/// Why there are no traces.
#[derive(Debug, thiserror::Error)]
pub enum Error {
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
        let resource = Resource::builder_empty().with_service_name("session-api").build();
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
        let tracer = provider.tracer("session-api");
        Ok(Self { provider, tracer })
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
        let ended = tokio::task::spawn_blocking(move || self.provider.shutdown()).await;
        if !matches!(ended, Ok(Ok(()))) {
            tracing::warn!("the last traces could not be sent");
        }
    }
}

/// Where the caller is in its trace.
pub fn here() -> Context {
    Span::current().context()
}

/// The same for an object that somebody else reads later. None without traces.
pub fn parent() -> Option<TraceParent> {
    let place = here().span().span_context().clone();
    place.is_valid().then(|| TraceParent {
        trace: u128::from_be_bytes(place.trace_id().to_bytes()),
        span: u64::from_be_bytes(place.span_id().to_bytes()),
        sampled: place.is_sampled(),
    })
}

/// Makes a span the child of one that may be over by now.
pub fn follow(span: &Span, from: Context) {
    // Without traces there is nothing to follow.
    let _ = span.set_parent(from);
}

/// A request that carries the caller's place in its trace, as W3C `traceparent`.
pub fn carry<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    TraceContextPropagator::new().inject_context(&here(), &mut Carrier(request.metadata_mut()));
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
    use tracing_subscriber::layer::SubscriberExt;

    #[test]
    fn who_makes_an_object_knows_its_place_with_traces_alone() {
        assert_eq!(parent(), None);
        let provider = SdkTracerProvider::builder().build();
        let traces = Traces { tracer: provider.tracer("session-api"), provider };
        let _on = tracing::subscriber::set_default(tracing_subscriber::registry().with(traces.layer()));
        assert_eq!(parent(), None, "outside of every span");
        let span = trace_span!("object.create");
        let place = span.in_scope(parent).expect("it is in a trace");
        let same = span.context().span().span_context().clone();
        let written = format!("00-{}-{}-01", same.trace_id(), same.span_id());
        assert_eq!((place.to_string(), TraceParent::parse(&written)), (written, Some(place)));
    }
}
