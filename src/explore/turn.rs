//! One question at work: it waits for its view's seat, tells the page what it finds, and gives up when a newer question
//! takes its place or the page goes away.

use super::Server;
use super::desk::View;
use crate::engine::stop::Stop;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use serde_json::{Value as Json, json};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;

/// Events on their way; a page that does not read holds its own computation up, and nothing else.
const WAITING: usize = 64;

/// The events that `work` sends in its turn, and the one that it ends with.
pub(super) fn stream(
    server: Arc<Server>,
    view: View,
    work: impl FnOnce(&Stop, &mpsc::Sender<Event>) -> Event + Send + 'static,
) -> impl IntoResponse {
    let (events, stream) = mpsc::channel(WAITING);
    let stop = server.desk.seat(view).claim();
    tokio::spawn(run(server, view, stop, events, work));
    let stream = ReceiverStream::new(stream).map(Ok::<Event, Infallible>);
    Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(2)))
}

async fn run(
    server: Arc<Server>,
    view: View,
    stop: Stop,
    events: mpsc::Sender<Event>,
    work: impl FnOnce(&Stop, &mpsc::Sender<Event>) -> Event + Send + 'static,
) {
    let seat = server.desk.seat(view);
    let turn = tokio::select! {
        turn = seat.busy.lock() => turn,
        () = seat.superseded(&stop) => return drop(events.send(event("moot", &json!({}))).await),
        () = events.closed() => return,
    };
    let work = tokio::task::spawn_blocking({
        let (stop, events) = (stop.clone(), events.clone());
        move || work(&stop, &events)
    });
    tokio::pin!(work);
    let last = tokio::select! {
        last = &mut work => last,
        // The page has gone, or has moved on.
        () = events.closed() => {
            stop.request();
            work.await
        }
    };
    // One computation that panics takes nobody with it.
    let crashed = |_| event("failed", &json!({ "error": "the computation crashed; the log of the server says where" }));
    let last = last.unwrap_or_else(crashed);
    drop(turn);
    let _ = events.send(last).await;
}

pub(super) fn event(name: &str, data: &Json) -> Event {
    Event::default().event(name).data(data.to_string())
}

/// Waits while the page is behind, but never longer than the question lives.
pub(super) fn send(events: &mpsc::Sender<Event>, stop: &Stop, name: &str, data: &Json) {
    let mut waiting = event(name, data);
    while let Err(TrySendError::Full(event)) = events.try_send(waiting) {
        if stop.requested() {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
        waiting = event;
    }
}
