//! What has to be computed before a claim can be judged. The runner in the root computes it, stores it, and hands back
//! tables; a claim never runs anything itself.

use prunelaw_engine::key::Key;
use prunelaw_engine::settings::{Assignment, Schema, Settings};
use prunelaw_engine::table::{Column, Row};

/// How many replicas a claim asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replicas {
    /// This many, fixed beforehand, no looks.
    Fixed(u64),
    /// In growing prefixes until the judge decides every point, at most this many.
    UpTo(u64),
}

impl Replicas {
    /// The number at which the runner stops at the latest.
    pub fn most(self) -> u64 {
        match self {
            Replicas::Fixed(count) | Replicas::UpTo(count) => count,
        }
    }
}

/// One cheap draw through the engine: the measures of one replica of one cell.
pub type Draw = fn(&Settings, &Key) -> Result<Row, TrialError>;

/// A draw that could not be made. The runner records the replica as failed and no verdict comes out as `holds`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TrialError(pub String);

/// Draws of a claim's own.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The fields of a cell; its axes are the points of the claim.
    pub schema: &'static Schema,
    /// Values beside the schema's defaults, in the grammar of `--set`.
    pub settings: Vec<Assignment>,
    /// The measures of a draw, in the order of its row.
    pub columns: &'static [Column],
    /// How many draws per cell.
    pub replicas: Replicas,
    /// The draw.
    pub one: Draw,
}

/// What a claim is judged on.
#[derive(Clone, Debug)]
pub enum Evidence {
    /// Cheap draws: an identity, a mask, a few gradient steps. The claim's id names their place in the store.
    Trial(Trial),
    /// Anything trained over a grid: a sim, named by its id.
    Sim {
        /// The sim's id.
        id: &'static str,
        /// Values beside the effort's, in the grammar of `--set`.
        settings: Vec<Assignment>,
        /// The columns that the judge reads.
        columns: &'static [&'static str],
        /// How many replicas per cell.
        replicas: Replicas,
    },
}

impl Evidence {
    /// Trials of a fixed number of replicas at the points that `settings` spans: `(field, values)` in the grammar of
    /// `--set`.
    pub fn fixed(
        schema: &'static Schema,
        columns: &'static [Column],
        replicas: u64,
        one: Draw,
        settings: &[(&str, &str)],
    ) -> Evidence {
        let settings = settings.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
        Evidence::Trial(Trial { schema, settings, columns, replicas: Replicas::Fixed(replicas), one })
    }
}
