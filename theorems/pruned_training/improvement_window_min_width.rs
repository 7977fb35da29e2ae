//! # Narrow networks have no keep fraction that helps
//!
//! Pruning helps between two boundaries: below p_c the signal wins the race against the noise, and above (2/m)
//! log(K/delta) every class keeps a usable neuron with probability 1 - delta. The window is open iff the width m is at
//! least 2 log(K/delta) / p_c.
//!
//! ## Source
//! Derived here, the two boundaries of arXiv 2301.00335 (JMLR 26(84), 2025), Thm 3 and Lemmas 5, 12, 17, at finite
//! size; not in the paper. `yang2025random`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. q > 2 and p_c < 1: the dense network does not learn the signal by itself.
//! 2. Training reaches its loss target; a replica that does not makes its row inconclusive.
//!
//! ## Bound
//! [`minimum_width`]. Measured: the width at which the mean test accuracy at the best keep fraction passes half way
//! from chance to 1, linear in log m between the widths of the grid.
//!
//! ## Checked here
//! The ratio of the two, within a factor 3, at every SNR; reported beside it the exponent in SNR.
//!
//! ## Not checked here
//! The dependence on K, n and q one by one.
//!
//! ## Gaps to the paper
//! None of this is in the paper, which asks for m = Omega(poly log d).

use super::boundaries::{memorization_keep, minimum_width};
use super::crossover::{Boundary, crossing, mean_over};
use super::{CLASSES, DIMENSION, KEEP, NEURONS, PAPER, POWER, SAMPLES, SUBJECT};
use crate::exponent::Exponent;
use crate::point::{Point, points};
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Replicas, Symbol};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::Assignment;
use prunelaw_engine::statistics::CannotDecide;
use prunelaw_engine::statistics::estimate::Estimate;
use prunelaw_engine::statistics::slope::{Scale, Slope};
use prunelaw_engine::table::Table;

/// The measured width may lie off the derived one by this factor, either way: the window has soft edges on both sides.
pub const FACTOR: f64 = 3.0;
/// Half-width of the band around the exponent -2 of the width in SNR.
pub const BAND: f64 = 0.5;
/// Chance that some class is without a usable neuron, at the derived width.
pub const DELTA: f64 = 0.1;

const K: usize = 2;
const N: usize = 8;
const Q: f64 = 3.0;
/// Widths of a row, in units of the derived one; the outermost lie outside the factor 3.
const WIDTHS: [f64; 3] = [0.3, 1.0, 3.2];
/// Keep fractions at every width, in units of p_c.
const KEEPS: [f64; 2] = [0.3, 0.6];

static CARD: Card = Card {
    id: "improvement_window_min_width",
    was: None,
    subject: &SUBJECT,
    class: Class::Scaling,
    says: "window nonempty iff m large enough, derived",
    statement: "Some keep fraction lets a network learn the signal that the dense one would not learn if and only if \
                the width m per class is at least about 2 log(K/delta) / p_c, with p_c = (n SNR^q / K)^(2/q).",
    source: "derived here from two boundaries of arXiv 2301.00335 (JMLR 26(84), 2025), Thm 3 and Lemmas 5, 12 and 17; \
             not in the paper",
    reference: PAPER,
    provenance: Provenance::Derived,
    symbols: &[
        CLASSES,
        NEURONS,
        DIMENSION,
        SAMPLES,
        KEEP,
        POWER,
        Symbol { letter: "SNR", name: "snr", meaning: "mu / (sigma_n sqrt(d)); above 0" },
        Symbol { letter: "delta", name: "delta", meaning: "chance that some class has no usable neuron; 0.1 here" },
    ],
    assumptions: &[
        Assumption { name: "room to improve", says: "q > 2 and p_c < 1: the dense network memorizes" },
        Assumption { name: "trained", says: "the training loss reaches its target in every replica" },
    ],
    bound: "m = 2 log(K/delta) / p_c with delta = 0.1, where (2/m) log(K/delta) = p_c; band: a factor 3 either side. \
            The width at which the best mean accuracy is half way from chance to 1 stands for the window's opening, \
            which has no sharp edge",
    checked: &[
        "the width at which the mean test accuracy at the better of two keep fractions below p_c passes 0.75, at SNR \
         0.2 and 0.28, K = 2, n = 8, d = 1000, q = 3, sigma_0 = 0.01",
        "reported beside it: the exponent of that width in SNR against -2 +- 0.5",
    ],
    not_checked: &["the exponents of n and K by themselves", "other delta, which enters as a logarithm"],
    gaps: &[
        "the best of several means is above the mean at the best keep fraction, by about one standard error",
        "at small m p the race itself turns against the signal, which the boundaries ignore",
    ],
    power: "alternative: the square of the derived width, the false sibling, off by a factor of 50 or more; the \
            logarithm of a row's width has a standard error of 0.15 with the 60 replicas of `normal`, and the \
            band is 1.1 either side: power above 0.8 in either direction",
    about: "the floating-point program, f32",
    protocol: 1,
};

const COLUMNS: &[&str] = &["outcome", "snr", "test_accuracy"];

/// The rows at one SNR.
fn row(snr: f64, dimension: &str, replicas: u64) -> Evidence {
    let boundary = memorization_keep(N, snr, K, Q);
    let width = minimum_width(N, snr, K, Q, DELTA);
    let list = |values: Vec<String>| values.join(",");
    let numbers = [
        ("classes", K.to_string()),
        ("samples", N.to_string()),
        ("power", Q.to_string()),
        ("snr", snr.to_string()),
        ("neurons", list(WIDTHS.iter().map(|part| format!("{:.0}", part * width)).collect())),
        ("keep", list(KEEPS.iter().map(|part| format!("{:.4}", part * boundary)).collect())),
        ("dimension", dimension.to_owned()),
        ("init_scale", "0.01".to_owned()),
        ("rate", "1".to_owned()),
        ("steps", "20000".to_owned()),
        ("target_loss", "0.1".to_owned()),
        ("test_samples", "200".to_owned()),
    ];
    let settings = numbers.into_iter().map(|(key, value)| Assignment::own(key, value)).collect();
    Evidence::Sim { id: "pruning_phase_grid", settings, columns: COLUMNS, replicas: Replicas::Fixed(replicas) }
}

/// What was measured at one SNR.
struct Row<'t> {
    snr: f64,
    points: Vec<Point<'t>>,
    /// Ascending.
    widths: Vec<f64>,
}

impl<'t> Row<'t> {
    fn of(table: &'t Table) -> Option<Row<'t>> {
        let points = points(table);
        let snr = points.first()?.number("snr");
        let mut widths: Vec<f64> = points.iter().map(|point| point.number("neurons")).collect();
        widths.dedup();
        Some(Row { snr, points, widths })
    }

    fn replicas(&self) -> usize {
        self.points.iter().map(|point| point.rows.len()).min().unwrap_or(0)
    }

    /// Accuracies of every keep fraction at each width; (width, keep, replica).
    fn accuracies(&self) -> Vec<Vec<Vec<f64>>> {
        let at = |width: &f64| {
            let here = self.points.iter().filter(|point| point.number("neurons") == *width);
            here.map(|point| point.numbers("test_accuracy")).collect()
        };
        self.widths.iter().map(at).collect()
    }

    /// The width at which the best mean accuracy passes half way from chance to 1.
    fn opening(&self, accuracies: &[Vec<Vec<f64>>], drawn: &[usize]) -> f64 {
        let best = |keeps: &Vec<Vec<f64>>| keeps.iter().map(|cell| mean_over(cell, drawn)).fold(0.0, f64::max);
        // It rises with the width: what is looked for is where its shortfall first exceeds 1 - level from the right.
        let short: Vec<f64> = accuracies.iter().map(|keeps| 1.0 - best(keeps)).collect();
        crossing(&self.widths, &short, 0.5 * (1.0 - 1.0 / K as f64))
    }
}

/// The width, or its false sibling, which is its square.
#[derive(Debug)]
pub struct ImprovementWindowMinWidth {
    squared: bool,
}

/// The claim.
pub static CLAIM: ImprovementWindowMinWidth = ImprovementWindowMinWidth { squared: false };
static FALSE: ImprovementWindowMinWidth = ImprovementWindowMinWidth { squared: true };

impl ImprovementWindowMinWidth {
    fn width(&self, snr: f64) -> f64 {
        let width = minimum_width(N, snr, K, Q, DELTA);
        if self.squared { width * width } else { width }
    }
}

impl Claim for ImprovementWindowMinWidth {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let (snrs, dimension, replicas): (&[f64], &str, u64) = match effort {
            Effort::Smoke => (&[0.24], "400", 20),
            Effort::Normal => (&[0.2, 0.28], "1000", 60),
            Effort::Paper => (&[0.2, 0.24, 0.28], "1000", 200),
        };
        snrs.iter().map(|snr| row(*snr, dimension, replicas)).collect()
    }

    fn judge(&self, seen: &[Table], level: &Level) -> Vec<Finding> {
        let rows: Vec<Row<'_>> = seen.iter().filter_map(Row::of).collect();
        let key = Key::root(CARD.id);
        let judge = |row: &Row<'_>| {
            let (place, accuracies) = (self.width(row.snr), row.accuracies());
            let estimate = Estimate::of(row.replicas(), &key.child(&row.snr.to_string()), |drawn| {
                (row.opening(&accuracies, drawn) / place).ln()
            });
            let boundary =
                Boundary { version: "as derived", ours: true, what: "opens at width", place, factor: FACTOR };
            // What varies within a row is the width and the keep fraction.
            let at = row.points[0].at().into_iter().filter(|(axis, _)| axis == "noise").collect();
            boundary.judge(estimate, &row.points, at, level, rows.len())
        };
        let exponent = || -> Result<Slope, CannotDecide> {
            let snrs: Vec<f64> = rows.iter().map(|row| row.snr).collect();
            let replicas = rows.iter().map(Row::replicas).min().unwrap_or(0);
            let accuracies: Vec<_> = rows.iter().map(Row::accuracies).collect();
            Slope::through(&snrs, replicas, Scale::LogLog, &key.child("exponent"), |drawn| {
                rows.iter().zip(&accuracies).map(|(row, seen)| row.opening(seen, drawn)).collect()
            })
        };
        let expected = if self.squared { -4.0 } else { -2.0 };
        let claimed = Exponent { version: "exponent", ours: false, expected, band: BAND };
        let slope = (rows.len() > 1).then(|| claimed.judge(&exponent(), level, 1));
        rows.iter().map(judge).chain(slope).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_reaches_beyond_the_factor_on_both_sides() {
        const { assert!(WIDTHS[0] < 1.0 / FACTOR && FACTOR < WIDTHS[2]) };
        for snr in [0.2, 0.28] {
            assert!(memorization_keep(N, snr, K, Q) < 1.0 && WIDTHS[0] * minimum_width(N, snr, K, Q, DELTA) > 8.0);
        }
    }
}
