//! What the figures on memorized labels share: the rules with their words and colours, and means over replicas.

use crate::drawing::{Ink, Span};
use prunelaw_engine::fraction::KeepFraction;
use prunelaw_engine::statistics::mean::Mean;
use prunelaw_engine::table::{Row, Table};

/// Confidence of the interval of each mean.
const CONFIDENCE: f64 = 0.95;

/// A pruning rule: its word in the table, its name in the legend, its colour.
pub(crate) struct Method {
    pub(crate) rule: &'static str,
    pub(crate) name: &'static str,
    pub(crate) ink: Ink,
}

const fn method(rule: &'static str, name: &'static str, ink: Ink) -> Method {
    Method { rule, name, ink }
}

/// The rules of Fig. 1a.
pub(crate) static PUBLISHED: [Method; 5] = [
    method("imp", "iterative magnitude", Ink::Black),
    method("synflow", "SynFlow", Ink::Blue),
    method("grasp", "GraSP", Ink::Green),
    method("snip", "SNIP", Ink::Orange),
    method("random", "random", Ink::Grey),
];

/// Magnitude before, after and between trainings.
pub(crate) static MAGNITUDES: [Method; 3] = [
    method("imp", "iterative magnitude", Ink::Black),
    method("magnitude-after", "magnitude after training", Ink::Purple),
    method("magnitude", "magnitude at initialization", Ink::Orange),
];

/// Mean and interval of a measure at every keep fraction of a rule, against `x` of its first row.
pub(crate) fn means(table: &Table, rule: &str, measure: &str, x: impl Fn(&Table, &Row) -> f64) -> Vec<Span> {
    let (of, keep) = (table.index("rule"), table.index("keep"));
    let rows = table.filter(|row| row[of] == rule.into());
    let span = |cell| {
        let cell = rows.filter(|row| row[keep] == cell);
        let values: Vec<f64> = cell.numbers(measure).into_iter().filter(|value| value.is_finite()).collect();
        let mean = Mean::of(&values).ok()?;
        let interval = mean.interval(CONFIDENCE).ok()?;
        Some(Span { x: x(&cell, cell.rows.first()?), low: interval.low, y: mean.mean, high: interval.high })
    };
    rows.distinct("keep").into_iter().rev().filter_map(span).collect()
}

/// The prune fraction of a row.
pub(crate) fn alpha(table: &Table, row: &Row) -> f64 {
    KeepFraction::new(row[table.index("keep")].number()).map_or(f64::NAN, |keep| keep.pruned().get())
}
