//! Counts what the API server is asked, and for how long it thinks: by verb, resource and code, as the names of `kubectl` have them. No
//! name of an object becomes a label.

use crate::metrics::Metrics;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::{Method, Request, Response, Uri};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;
use tower::{Layer, Service};

/// Counts the requests of a client.
#[derive(Clone)]
pub struct Counted {
    metrics: Arc<Metrics>,
}

impl Counted {
    /// There.
    pub fn new(metrics: Arc<Metrics>) -> Self {
        Self { metrics }
    }
}

impl<S> Layer<S> for Counted {
    type Service = Counting<S>;

    fn layer(&self, inner: S) -> Counting<S> {
        Counting { inner, metrics: self.metrics.clone() }
    }
}

/// The client's service, counted.
#[derive(Clone)]
pub struct Counting<S> {
    inner: S,
    metrics: Arc<Metrics>,
}

impl<S, B, R> Service<Request<B>> for Counting<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
    S::Response: Send,
    S::Error: Send,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (verb, resource) = asked(request.method(), request.uri());
        let (begun, metrics) = (Instant::now(), self.metrics.clone());
        let answer = self.inner.call(request);
        async move {
            let answer = answer.await;
            // No answer at all has no code.
            let code = answer.as_ref().map_or(0, |answer| answer.status().as_u16());
            metrics.asked(verb, &resource, code, begun.elapsed());
            answer
        }
        .boxed()
    }
}

/// Verb and resource of a request, `pods/status` for example. What is no resource is "other".
fn asked(method: &Method, uri: &Uri) -> (&'static str, String) {
    let mut parts = uri.path().trim_matches('/').split('/');
    let version = match parts.next() {
        Some("api") => parts.next(),
        Some("apis") => parts.next().and_then(|_| parts.next()),
        _ => None,
    };
    let mut rest: Vec<&str> = parts.collect();
    if rest.first() == Some(&"namespaces") && rest.len() > 2 {
        rest.drain(..2);
    }
    let Some(resource) = rest.first().filter(|_| version.is_some()) else {
        return ("other", "other".to_owned());
    };
    let named = rest.len() > 1;
    let watches =
        uri.query().is_some_and(|query| query.split('&').any(|part| part == "watch=true" || part == "watch=1"));
    let verb = match method.as_str() {
        "GET" if watches => "watch",
        "GET" if named => "get",
        "GET" => "list",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => "delete",
        _ => "other",
    };
    (verb, rest.get(2).map_or_else(|| (*resource).to_owned(), |sub| format!("{resource}/{sub}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_named_as_rights_are_and_by_no_objects_name() {
        let rows = [
            ("GET", "/api/v1/namespaces/cobrowse/pods?watch=true&resourceVersion=7", "watch", "pods"),
            ("GET", "/api/v1/namespaces/cobrowse/pods?limit=500", "list", "pods"),
            ("GET", "/api/v1/namespaces/cobrowse/pods/shop-x", "get", "pods"),
            ("PATCH", "/api/v1/namespaces/cobrowse/pods/shop-x", "patch", "pods"),
            ("POST", "/api/v1/namespaces/cobrowse/secrets", "create", "secrets"),
            (
                "PATCH",
                "/apis/cobrowse.dev/v1alpha1/namespaces/cobrowse/cobrowsesessions/s-1/status",
                "patch",
                "cobrowsesessions/status",
            ),
            ("PUT", "/apis/coordination.k8s.io/v1/namespaces/system/leases/cobrowse-operator", "update", "leases"),
            ("POST", "/apis/authentication.k8s.io/v1/tokenreviews", "create", "tokenreviews"),
            ("DELETE", "/api/v1/namespaces/cobrowse", "delete", "namespaces"),
            ("GET", "/version", "other", "other"),
        ];
        for (method, path, verb, resource) in rows {
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            let uri: Uri = format!("https://api.example{path}").parse().expect("a path");
            assert_eq!(asked(&method, &uri), (verb, resource.to_owned()), "{path}");
        }
    }
}
