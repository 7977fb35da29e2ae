//! The one runner: threads, order, groups, shards, resume, progress and the clock, for sims and trials alike.
//!
//! * [`Experiment`]: what can be run
//! * [`Layers`], [`sim_request`], [`trial_request`]: from what a person wrote to a checked request
//! * [`fill`]: fills the store with the missing rows of a [`Study`]; [`compute`] also reads them back; [`stored`]
//!   gives those that are there
//! * [`plan`]: what [`fill`] would do, and what it would cost
//! * [`Watch`]: who looks on: a progress bar, the explorer's stream

mod experiment;
mod fill;
mod machine;
mod outside;
mod plan;
mod queue;
mod request;

pub use experiment::Experiment;
pub use fill::{Filled, compute, fill, stored};
pub use machine::{memory, readable};
pub use plan::{Plan, PlannedCell, plan};
pub use request::{Layers, sim_request, trial_request};

use plan::refuse_what_does_not_fit;

use crate::engine::device::{Cpu, Device};
use crate::engine::settings::{Request, SettingsError, address};
use crate::engine::table::{Row, Table};
use crate::outside::OutsideFileError;
use crate::store::StoreError;
use std::path::PathBuf;

/// One call to an experiment.
#[derive(Clone, Debug)]
pub struct Study {
    /// What to run.
    pub experiment: Experiment,
    /// With which settings, key and replicas.
    pub request: Request,
    /// Which part of the (cell, replica) pairs; all if `None`.
    pub shard: Option<Shard>,
}

impl Study {
    /// Everything that `request` asks of `experiment`.
    pub fn new(experiment: Experiment, request: Request) -> Study {
        Study { experiment, request, shard: None }
    }

    /// The address of its results.
    pub fn address(&self) -> String {
        address::address(self.experiment.id(), self.experiment.protocol(), &self.request)
    }
}

/// Part I of N, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// I.
    pub index: u64,
    /// N.
    pub of: u64,
}

/// How to run.
#[derive(Clone, Copy)]
pub struct How {
    /// Worker threads, one replica group each.
    pub threads: usize,
    /// Where networks train.
    pub device: &'static dyn Device,
    /// Whether a stop cuts running replicas short (a slider moved) instead of letting them finish (Ctrl-C).
    pub cut: bool,
}

impl Default for How {
    fn default() -> How {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        How { threads, device: &Cpu, cut: false }
    }
}

/// Who looks on while rows are made. Called from one thread at a time.
pub trait Watch: Sync {
    /// Finished rows, in no order: axes, replica, measures.
    fn rows(&self, new: &[Row]) {
        let _ = new;
    }

    /// Replicas that are there, of those asked for.
    fn progress(&self, done: u64, total: u64) {
        let _ = (done, total);
    }

    /// Something a person should know, such as a damaged file that is computed again.
    fn note(&self, text: &str) {
        let _ = text;
    }
}

/// Nobody looks on.
impl Watch for () {}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Done {
    /// The rows asked for that are there: axes, `replica`, perhaps `step`, measures; sorted by the first of these.
    pub table: Table,
    /// Where they lie.
    pub address: String,
    /// Whether all of them are there.
    pub complete: bool,
    /// Replicas computed by this call.
    pub computed: u64,
    /// CPU time of those, from draw to finished row.
    pub cpu_seconds: f64,
}

/// Why nothing was run, or not everything.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A wrong setting.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file that settings name cannot be read.
    #[error("cannot read {}: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system or the parser said.
        why: String,
    },
    /// A file holds other data than its setting says.
    #[error("`{setting}`: {source}")]
    Outside {
        /// The setting's value.
        setting: String,
        /// What is wrong with it.
        source: OutsideFileError,
    },
    /// A file is no TOML; the message names file, line and column.
    #[error("{0}")]
    Toml(String),
}
