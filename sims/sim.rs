//! An experiment: a grid of cells, and what one replica of one cell measures.

use prunelaw_engine::device::Device;
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::{Assignment, Schema, Settings, SettingsError};
use prunelaw_engine::stop::Stop;
use prunelaw_engine::table::{Column, Row};

/// What an experiment is, for people and for the store.
#[derive(Debug)]
pub struct SimCard {
    /// The ledger's id.
    pub id: &'static str,
    /// The id it had earlier, if it changed.
    pub was: Option<&'static str>,
    /// One line.
    pub says: &'static str,
    /// A paragraph: what is drawn, trained and measured.
    pub about: &'static str,
    /// Where the setting comes from: paper and section.
    pub source: &'static str,
    /// The subject of the ledger that it feeds, such as `"pruned_training"`.
    pub subject: &'static str,
    /// Its keys' name: sims of one family share their draws.
    pub family: &'static str,
    /// Bumped when a default or anything else changes results.
    pub protocol: u32,
}

/// One replica of one cell.
#[derive(Clone, Debug)]
pub struct Job {
    /// The cell.
    pub settings: Settings,
    /// Counted from 0.
    pub replica: u64,
    /// The replica's key: the same for every cell.
    pub key: Key,
}

/// The measures of one job, without axes and replica: one row, or one per recorded step in a trajectory.
pub type Rows = Vec<Row>;

/// What a job is expected to cost, for `--plan` and for the refusal of what does not fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Floating-point operations.
    pub flops: f64,
    /// Bytes of memory while it runs.
    pub bytes: f64,
}

/// An experiment.
pub trait Sim: Sync {
    /// Id, source and protocol.
    fn card(&self) -> &'static SimCard;

    /// One schema per kind of data; the first is the default.
    fn schemas(&self) -> &'static [Schema];

    /// The schema that goes with the word of the `data` field; `None` refuses the word.
    fn schema_for(&self, data: &str) -> Option<&'static Schema> {
        let _ = data;
        self.schemas().first()
    }

    /// What an effort means here, in the grammar of `--set`, `replicas` included.
    fn expand(&self, schema: &'static Schema, effort: Effort) -> Vec<Assignment>;

    /// The measures, in the order of a row; trajectories begin with `step`.
    fn columns(&self, schema: &'static Schema) -> &'static [Column];

    /// What must hold between the fields of a cell.
    ///
    /// # Errors
    /// A [`SettingsError`] that names the field to change and the nearest value that works.
    fn check(&self, cell: &Settings) -> Result<(), SettingsError>;

    /// What one job of a cell is expected to cost.
    fn cost(&self, cell: &Settings) -> Cost;

    /// Runs a group of jobs, in order. `None` for a job that `stop` cut short; everything else finishes, as `diverged`
    /// if need be. Depends on the jobs alone: not on how they are grouped.
    fn run(&self, jobs: &[Job], device: &dyn Device, stop: &Stop) -> Vec<Option<Rows>>;
}
