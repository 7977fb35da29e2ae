//! The one runner: threads, order, groups, shards, resume, progress and the clock, for sims and trials alike.
//!
//! * [`Experiment`]: what can be run
//! * [`Layers`], [`sim_request`], [`trial_request`]: from what a person wrote to a checked request
//! * [`compute`]: fills the store with the rows of a [`Study`] and reads them back
//! * [`Watch`]: who looks on: a progress bar, the explorer's stream

mod experiment;
mod request;

pub use experiment::Experiment;
pub use request::{Layers, sim_request, trial_request};

use crate::engine::device::{Cpu, Device};
use crate::engine::key::Key;
use crate::engine::settings::{Request, SettingsError, address};
use crate::engine::stop::Stop;
use crate::engine::table::{Cell, Column, Kind, Row, Table};
use crate::sims::Job;
use crate::store::{Store, StoreError};
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
    /// A file is no TOML; the message names file, line and column.
    #[error("{0}")]
    Toml(String),
}

/// Computes what is missing of `study`, stores it, and gives the rows asked for.
///
/// # Errors
/// [`RunError`]; nothing is left half-written.
pub fn compute(store: &Store, study: &Study, how: &How, stop: &Stop, watch: &dyn Watch) -> Result<Done, RunError> {
    let _ = store;
    let Study { experiment, request, .. } = study;
    let measures = experiment.columns(request.schema());
    let mut table = Table::new(&columns(request, measures));
    let key = Key::root(&request.key).child(experiment.family());
    let cells = request.cells();
    let total = request.replicas * cells.len() as u64;
    let mut computed = 0;
    for replica in 0..request.replicas {
        let job = |cell| Job { settings: cell, replica, key: key.replica(replica) };
        let jobs: Vec<Job> = cells.iter().cloned().map(job).collect();
        if stop.requested() {
            break;
        }
        let unreached = Stop::new();
        let ran = experiment.run(&jobs, how.device, if how.cut { stop } else { &unreached }, &|_, why| watch.note(why));
        for (job, rows) in jobs.iter().zip(ran) {
            let Some(rows) = rows else { continue };
            let full: Vec<Row> = rows.into_iter().map(|row| head(job).chain(row).collect()).collect();
            watch.rows(&full);
            table.rows.extend(full);
            computed += 1;
        }
        watch.progress(computed, total);
    }
    let keys = request.schema().axes().count() + 1 + usize::from(measures.first().is_some_and(|c| c.name == "step"));
    table.sort(keys);
    Ok(Done { table, address: study.address(), complete: computed == total, computed, cpu_seconds: 0.0 })
}

fn head(job: &Job) -> impl Iterator<Item = Cell> + '_ {
    let axes = job.settings.iter().filter(|(field, _)| field.axis).map(|(_, value)| axis_cell(value));
    axes.chain([Cell::Integer(job.replica as i64)])
}

fn axis_cell(value: &crate::engine::settings::Value) -> Cell {
    use crate::engine::settings::{Value, plain};
    match value {
        Value::Integer(value) => Cell::Integer(*value),
        Value::Real(value) => Cell::Real(*value),
        value => Cell::Text(plain(value)),
    }
}

fn columns(request: &Request, measures: &[Column]) -> Vec<Column> {
    use crate::engine::settings::Domain;
    let axis = |field: &'static crate::engine::settings::Field| Column {
        name: field.name,
        kind: match field.domain {
            Domain::Integer { .. } => Kind::Integer,
            Domain::Real { .. } => Kind::Real,
            _ => Kind::Text,
        },
        unit: field.unit,
        meaning: field.help,
    };
    let replica = Column::integer("replica", "1", "index of the replica, from 0; the same draws in every cell");
    request.schema().axes().map(axis).chain([replica]).chain(measures.iter().copied()).collect()
}
