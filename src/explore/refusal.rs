//! A request that is not answered: a status and one message, as JSON.

use axum::Json;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Status and message.
#[derive(Debug)]
pub(super) struct Refusal(pub(super) StatusCode, pub(super) String);

impl Refusal {
    pub(super) fn bad(message: impl Into<String>) -> Refusal {
        Refusal(StatusCode::BAD_REQUEST, message.into())
    }

    pub(super) fn failed(message: impl Into<String>) -> Refusal {
        Refusal(StatusCode::INTERNAL_SERVER_ERROR, message.into())
    }

    pub(super) fn forbidden(message: impl Into<String>) -> Refusal {
        Refusal(StatusCode::FORBIDDEN, message.into())
    }

    pub(super) fn not_found(uri: &Uri) -> Refusal {
        Refusal(StatusCode::NOT_FOUND, format!("there is nothing at {}", uri.path()))
    }

    pub(super) fn wrong_method() -> Refusal {
        Refusal(StatusCode::METHOD_NOT_ALLOWED, "only GET is answered here".to_owned())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}
