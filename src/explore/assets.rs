//! The page, in the binary: plain files, no build step, nothing from elsewhere.

use super::Refusal;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Uri};
use axum::response::{IntoResponse, Response};

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Path, type, content.
static ASSETS: &[(&str, &str, &str)] = &[
    ("/", HTML, include_str!("page/index.html")),
    ("/style.css", CSS, include_str!("page/style.css")),
    ("/icon.svg", SVG, include_str!("page/icon.svg")),
    ("/main.js", SCRIPT, include_str!("page/main.js")),
    ("/chart.js", SCRIPT, include_str!("page/chart.js")),
    ("/controls.js", SCRIPT, include_str!("page/controls.js")),
    ("/curves.js", SCRIPT, include_str!("page/curves.js")),
    ("/numbers.js", SCRIPT, include_str!("page/numbers.js")),
    ("/stream.js", SCRIPT, include_str!("page/stream.js")),
    ("/page.js", SCRIPT, include_str!("page/page.js")),
    ("/phase.js", SCRIPT, include_str!("page/phase.js")),
    ("/map.js", SCRIPT, include_str!("page/map.js")),
    ("/threshold_view.js", SCRIPT, include_str!("page/threshold_view.js")),
    ("/phase_view.js", SCRIPT, include_str!("page/phase_view.js")),
    ("/claims_view.js", SCRIPT, include_str!("page/claims_view.js")),
    ("/masks_view.js", SCRIPT, include_str!("page/masks_view.js")),
    ("/presets.js", SCRIPT, include_str!("page/presets.js")),
    ("/robustness_view.js", SCRIPT, include_str!("page/robustness_view.js")),
    ("/sums_view.js", SCRIPT, include_str!("page/sums_view.js")),
    ("/threshold.js", SCRIPT, include_str!("page/threshold.js")),
];

/// The file at a path.
pub(super) async fn answer(method: Method, uri: Uri) -> Response {
    let Some((_, kind, text)) = ASSETS.iter().find(|(path, ..)| *path == uri.path()) else {
        return Refusal::not_found(&uri).into_response();
    };
    if method != Method::GET && method != Method::HEAD {
        return Refusal::wrong_method().into_response();
    }
    ([(CONTENT_TYPE, *kind)], *text).into_response()
}
