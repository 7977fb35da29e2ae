//! One computation per view at a time, the newest question's.

use crate::engine::stop::Stop;
use tokio::sync::{Mutex, watch};

/// The views of the page, each with its own computation.
pub const VIEWS: &[&str] = &["curves", "threshold", "phase", "robustness", "sums", "claims"];

/// An index into [`VIEWS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct View(usize);

impl View {
    pub(super) fn of(name: &str) -> View {
        View(VIEWS.iter().position(|view| *view == name).expect("checked by the caller"))
    }
}

/// A seat per view.
#[derive(Debug, Default)]
pub(super) struct Desk([Seat; VIEWS.len()]);

/// Where one computation sits.
#[derive(Debug, Default)]
pub(super) struct Seat {
    /// The stop of the newest question.
    newest: watch::Sender<Stop>,
    /// Held by who computes.
    pub(super) busy: Mutex<()>,
}

impl Desk {
    pub(super) fn seat(&self, view: View) -> &Seat {
        &self.0[view.0]
    }

    /// Stops everything.
    pub(super) fn close(&self) {
        self.0.iter().for_each(|seat| seat.newest.borrow().request());
    }
}

impl Seat {
    /// A stop for a new question; the one before is raised.
    pub(super) fn claim(&self) -> Stop {
        let stop = Stop::new();
        self.newest.send_replace(stop.clone()).request();
        stop
    }

    /// Until a newer question than the one of `stop` is there.
    pub(super) async fn superseded(&self, stop: &Stop) {
        let mut newest = self.newest.subscribe();
        while !stop.requested() {
            if newest.changed().await.is_err() {
                break;
            }
        }
    }
}
