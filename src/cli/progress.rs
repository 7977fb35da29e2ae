//! Progress on stderr: a bar with rate and remaining time on a terminal, plain lines when piped, nothing when quiet.

use super::note;
use crate::runner::Watch;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal as _, stderr};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Time between two plain lines.
const PLAIN_EVERY: Duration = Duration::from_secs(10);

/// The progress of one call.
#[derive(Debug)]
pub struct Progress {
    heading: String,
    show: Show,
    state: Mutex<State>,
}

#[derive(Debug)]
enum Show {
    Bar(ProgressBar),
    Lines,
    Nothing,
}

#[derive(Debug)]
struct State {
    began: Instant,
    /// Replicas that were there before: they say nothing about the rate.
    before: Option<u64>,
    said: Instant,
}

impl Progress {
    /// Progress under this heading; silent if `quiet`.
    pub fn new(heading: &str, quiet: bool) -> Progress {
        let show = match (quiet, stderr().is_terminal()) {
            (true, _) => Show::Nothing,
            (false, false) => Show::Lines,
            (false, true) => Show::Bar(bar(heading)),
        };
        let now = Instant::now();
        Progress { heading: heading.to_owned(), show, state: Mutex::new(State { began: now, before: None, said: now }) }
    }
}

fn bar(heading: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let template = "{msg} [{bar:30}] {pos}/{len} replicas, {per_sec}, {eta} left";
    bar.set_style(ProgressStyle::with_template(template).expect("the template is sound").progress_chars("=> "));
    bar.set_message(heading.to_owned());
    bar
}

impl Watch for Progress {
    fn progress(&self, done: u64, total: u64) {
        let mut state = self.state.lock().expect("nothing panics with the state");
        let before = *state.before.get_or_insert(done);
        match &self.show {
            Show::Bar(bar) => {
                bar.set_length(total);
                bar.set_position(done);
                if done == before {
                    // What was there says nothing about the rate.
                    bar.reset_eta();
                }
            }
            Show::Lines if done > before && (state.said.elapsed() >= PLAIN_EVERY || done == total) => {
                state.said = Instant::now();
                let rate = (done - before) as f64 / state.began.elapsed().as_secs_f64().max(1e-9);
                let left = (total - done) as f64 / rate;
                note(&format!("{}: {done} of {total} replicas, {rate:.1}/s, {left:.0} s left", self.heading));
            }
            Show::Lines | Show::Nothing => {}
        }
    }

    fn note(&self, text: &str) {
        match &self.show {
            Show::Bar(bar) => bar.suspend(|| note(text)),
            Show::Lines => note(text),
            Show::Nothing => {}
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Show::Bar(bar) = &self.show {
            bar.finish_and_clear();
        }
    }
}
