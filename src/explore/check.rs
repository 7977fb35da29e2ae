//! The claims, and a check of one that is watched: every look of the judge goes to the page.
//!
//! | event | data |
//! |---|---|
//! | `begin` | `command` |
//! | `progress` | `done, total` replicas |
//! | `look` | `replicas, points`: what the judge says of the replicas so far |
//! | `note` | `text` |
//! | `done` | the object of `verify --json` |
//! | `moot`, `failed` | as for rows |

use super::desk::View;
use super::query::Query;
use super::turn::{self, event, send};
use super::{Lab, Refusal, Server};
use crate::engine::effort::Effort;
use crate::engine::stop::Stop;
use crate::report::card;
use crate::runner::{self, Done, RunError, Study, Watch};
use crate::theorems::{Claim, Finding};
use crate::verify::{self, Ask, Bench, VerifyError, point, to_json};
use axum::Json as Body;
use axum::extract::State;
use axum::http::Uri;
use axum::response::sse::Event;
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use tokio::sync::mpsc;

/// Bound on the chance of a false verdict of a check, which the page states.
const ALPHA: f64 = 1e-3;

/// The card of every claim.
pub(super) fn claims(lab: &Lab) -> Body<Json> {
    Body(
        json!({ "alpha": ALPHA, "claims": lab.claims.iter().map(|claim| card::json(claim.card())).collect::<Vec<_>>() }),
    )
}

/// Checks the claim `id` at `effort` under `key`.
pub(super) async fn answer(State(server): State<Arc<Server>>, uri: Uri) -> Result<Response, Refusal> {
    let (claim, ask) = read(&uri, &server.lab)?;
    let work = {
        let server = Arc::clone(&server);
        move |stop: &Stop, events: &mpsc::Sender<Event>| {
            let bench = Watched { server: &server, stop, events };
            bench.send("begin", &json!({ "command": command(claim, &ask, &server.lab) }));
            match verify::run(&[claim], &ask, &bench) {
                Ok(reports) => event("done", &to_json(&reports)[0]),
                Err(VerifyError::Interrupted) => event("moot", &json!({})),
                Err(error) => event("failed", &json!({ "error": error.to_string() })),
            }
        }
    };
    Ok(turn::stream(Arc::clone(&server), View::of("claims"), work).into_response())
}

fn read(uri: &Uri, lab: &Lab) -> Result<(&'static dyn Claim, Ask), Refusal> {
    let ids: Vec<&str> = lab.claims.iter().map(|claim| claim.card().id).collect();
    let mut query = Query::read(uri)?;
    let id = query.word("id", &ids)?;
    let effort: Effort = query.text("effort", lab.effort.name()).parse().map_err(Refusal::bad)?;
    let key = query.text("key", &lab.key);
    query.end()?;
    let claim = lab.claims.iter().copied().find(|claim| claim.card().id == id).expect("the id is one of theirs");
    Ok((claim, Ask { effort, alpha: ALPHA, key, sabotage: false }))
}

fn command(claim: &dyn Claim, ask: &Ask, lab: &Lab) -> String {
    let mut words = vec![format!("prunelaw verify {}", claim.card().id)];
    if ask.effort != Effort::default() {
        words.push(format!("--effort {}", ask.effort));
    }
    words.extend(super::ask::globals(&ask.key, lab));
    words.join(" ")
}

/// Rows through the store, and every step told to the page.
struct Watched<'a> {
    server: &'a Server,
    stop: &'a Stop,
    events: &'a mpsc::Sender<Event>,
}

impl Watched<'_> {
    fn send(&self, name: &str, data: &Json) {
        send(self.events, self.stop, name, data);
    }
}

impl Watch for Watched<'_> {
    fn progress(&self, done: u64, total: u64) {
        self.send("progress", &json!({ "done": done, "total": total }));
    }

    fn note(&self, text: &str) {
        self.send("note", &json!({ "text": text }));
    }
}

impl Bench for Watched<'_> {
    fn rows(&self, study: &Study) -> Result<Done, RunError> {
        runner::compute(&self.server.lab.store, study, &self.server.lab.how, self.stop, self)
    }

    fn look(&self, findings: &[Finding], replicas: u64) {
        let points: Vec<Json> = findings.iter().map(point).collect();
        self.send("look", &json!({ "replicas": replicas, "points": points }));
    }
}
