//! Nobody but this page drives the server.
//!
//! * `Host` must name this server, so that no foreign name can be pointed at it (DNS rebinding).
//! * A question from another site's page is refused, and no page may read answers across origins.

use super::{Refusal, Server};
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::net::IpAddr;
use std::sync::Arc;

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Headers of every answer: nothing from elsewhere is loaded, framed or guessed.
const HEADERS: [(HeaderName, &str); 5] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
    (CACHE_CONTROL, "no-store"),
];

/// Refuses a foreign `Host`.
pub(super) async fn same_host(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    let host = one(request.headers(), &HOST).or_else(|| request.uri().authority().map(|host| host.as_str()));
    let mut response = match host {
        Some(host) if server.is_called(host) => next.run(request).await,
        _ => Refusal::forbidden("the Host header does not name this server").into_response(),
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Refuses a question that another site's page sent.
pub(super) async fn same_origin(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let origin = !headers.contains_key(ORIGIN)
        || one(headers, &ORIGIN).and_then(|origin| origin.split_once("://")).is_some_and(|(_, host)| {
            server.is_called(host) && one(headers, &HOST).is_none_or(|own| own.eq_ignore_ascii_case(host))
        });
    let site = one(headers, &SITE).is_none_or(|site| matches!(site, "same-origin" | "none"));
    if origin && site {
        next.run(request).await
    } else {
        Refusal::forbidden("another site's page may not ask here").into_response()
    }
}

/// The value of a header that is there once and is text.
fn one<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(first)
}

impl Server {
    /// Whether `host`, perhaps with a port, is this server: by the name it was given, as localhost, or by an address.
    fn is_called(&self, host: &str) -> bool {
        let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, _)) => address,
            None => host.split_once(':').map_or(host, |(name, _)| name),
        };
        let by_address = |address: IpAddr| {
            // An address cannot be rebound; one of another machine never arrives here.
            address.is_loopback() || address == self.address || self.address.is_unspecified()
        };
        name.eq_ignore_ascii_case(&self.host)
            || name.eq_ignore_ascii_case("localhost")
            || name.parse().is_ok_and(by_address)
    }
}
