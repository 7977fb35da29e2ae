//! What the claims on memorized labels share: the cells of `memorization_by_method`, and what one gains on another.

use crate::average::Average;
use crate::point::{Point, points};
use crate::{Evidence, Finding, Level, Replicas, Symbol};
use prunelaw_engine::settings::Assignment;
use prunelaw_engine::statistics::Interval;
use prunelaw_engine::table::Table;

/// The experiment.
pub(super) const SIM: &str = "memorization_by_method";

/// What its tables are read for.
pub(super) const COLUMNS: &[&str] = &["outcome", "memorized", "kept_weights", "weights_by_layer"];

/// Hidden widths of the two networks, which have 1830 and 1860 weights.
pub(super) const NETS: [&str; 2] = ["30,30", "60"];

pub(super) const KEEP: Symbol =
    Symbol { letter: "p", name: "keep", meaning: "fraction of the weights kept, of all layers together; in (0, 1]" };
pub(super) const SAMPLES: Symbol =
    Symbol { letter: "n", name: "samples", meaning: "training samples with random labels; count" };
pub(super) const INFORMATION: Symbol = Symbol {
    letter: "I",
    name: "information",
    meaning: "mutual information of mask and data, given the initial weights; nats, 0 for a rule that sees no data",
};
pub(super) const MEMORIZED: Symbol =
    Symbol { letter: "M", name: "memorized", meaning: "fraction of the samples with loss at most (ln 2)/10" };

/// Rows of the experiment at these values beside its defaults.
pub(super) fn evidence(settings: &[(&str, &str)], replicas: u64) -> Evidence {
    let settings = settings.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
    Evidence::Sim { id: SIM, settings, columns: COLUMNS, replicas: Replicas::Fixed(replicas) }
}

/// The cells of one network.
pub(super) struct Cells<'t>(Vec<Point<'t>>);

impl<'t> Cells<'t> {
    pub(super) fn of(tables: &'t [Table]) -> Cells<'t> {
        Cells(tables.iter().flat_map(points).collect())
    }

    pub(super) fn all(&self) -> &[Point<'t>] {
        &self.0
    }

    pub(super) fn at(&self, rule: &str, keep: f64, ablation: &str) -> Option<&Point<'t>> {
        let here = |point: &&Point<'_>| point.word("rule") == rule && point.word("ablation") == ablation;
        self.0.iter().filter(here).find(|point| point.number("keep") == keep)
    }
}

/// A claim about the mean over replicas of M in one cell minus M in another.
#[derive(Clone, Copy)]
pub(super) struct Gain {
    pub(super) version: &'static str,
    pub(super) ours: bool,
    pub(super) band: Interval,
}

/// Above 0.
pub(super) const POSITIVE: Interval = Interval { low: 0.0, high: f64::INFINITY };

impl Gain {
    /// Judged at the point `less`, the cell with which `more` is compared; margins are in points of 1.
    pub(super) fn judge(&self, more: &Point<'_>, less: &Point<'_>, level: &Level, points: usize) -> Finding {
        let (many, few) = (more.numbers("memorized"), less.numbers("memorized"));
        let gains: Vec<f64> = many.iter().zip(&few).map(|(many, few)| many - few).collect();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let what = format!("of {} {:.3} minus {} {:.3}", named(more), mean(&many), named(less), mean(&few));
        let average = Average { version: self.version, ours: self.ours, band: self.band, scale: 1.0 };
        average.judge(&what, less.at(), &gains, level, points)
    }
}

/// Rule and ablation of a cell in words.
pub(super) fn named(point: &Point<'_>) -> String {
    match point.word("ablation").as_str() {
        "none" => point.word("rule"),
        ablation => format!("{} ({ablation})", point.word("rule")),
    }
}
