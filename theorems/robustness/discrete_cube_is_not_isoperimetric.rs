//! # The discrete cube is not isoperimetric
//!
//! On {-1/2, 1/2}^d / sqrt(d) the distance to the majority half is 1-Lipschitz, and d Var f grows like sqrt(d): no constant
//! c serves all d. Linear functions keep to c = 1/4.
//!
//! ## Source
//! Known; stated here against arXiv 2105.12806, Definition 1.1. `bubeck2023universal`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. f is Lipschitz for the Euclidean distance and not convex: convex f would keep a constant (Talagrand).
//!
//! ## Law
//! To reach the half with at least as many pluses, ceil(|S|/2) of the minuses flip, S the sum of the signs: f = sqrt(that / d).
//!
//! ## Checked here
//! The growth of the variance, and the tail of c = 1/4 at d = 8, 32, 128, over drawn corners.
//!
//! ## Not checked here
//! The exact constant sqrt(d) in the limit.
//!
//! ## Gaps to the paper
//! The paper lists no discrete law; the control is there so that nobody takes one for isoperimetric.

use super::isoperimetry::quantile;
use super::{BUBECK_SELLKE, SUBJECT};
use crate::average::Average;
use crate::point::{Point, points};
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Symbol, TrialError};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Field, Schema, Settings};
use prunelaw_engine::statistics::Interval;
use prunelaw_engine::statistics::binomial::exactly;
use prunelaw_engine::table::{Column, Row, Table};
use rand::RngExt;

/// Corners of the cube per draw.
const CORNERS: usize = 500;
/// c of linear functions: a coordinate lies in an interval of length d^(-1/2) (Hoeffding).
const C: f64 = 0.25;
/// The tail of c that is looked at.
const RATE: f64 = 0.02;
/// The ratio of variances from one d to four times it.
const GROWTH: Interval = Interval { low: 1.6, high: 2.4 };

/// sqrt(d) times the distance to the majority half, of a corner with this many pluses.
pub fn distance(pluses: usize, dimension: usize) -> f64 {
    let minuses = dimension - pluses;
    (minuses.saturating_sub(pluses).div_ceil(2) as f64).sqrt()
}

/// sqrt(d) E f and d Var f, exactly.
pub fn moments(dimension: usize) -> (f64, f64) {
    let at = |pluses| (exactly(pluses as u64, dimension as u64, 0.5), distance(pluses, dimension));
    let mean: f64 = (0..=dimension).map(at).map(|(p, f)| p * f).sum();
    let variance = (0..=dimension).map(at).map(|(p, f)| p * (f - mean).powi(2)).sum();
    (mean, variance)
}

static CARD: Card = Card {
    id: "discrete_cube_is_not_isoperimetric",
    was: None,
    subject: &SUBJECT,
    class: Class::Control,
    says: "on the discrete cube d Var f / L^2 of a Lipschitz f grows with d, so no constant c serves it: it must fail the \
           isoperimetric tail",
    statement: "Let x be a corner of a cube of side d^(-1/2) in d dimensions and f the Euclidean distance to the corners with \
                at least as many pluses as minuses. Then d Var f about doubles whenever d grows four times, and the tail of f \
                exceeds 2 exp(-d t^2 / (2 c)) with the c = 1/4 of linear functions from d = 32 on.",
    source: "derived here, against Definition 1.1 of arXiv 2105.12806",
    reference: BUBECK_SELLKE,
    provenance: Provenance::Derived,
    symbols: &[
        Symbol { letter: "d", name: "dimension", meaning: "coordinates; count" },
        Symbol { letter: "c", name: "isoperimetry", meaning: "constant of the tail 2 exp(-d t^2 / (2 c L^2))" },
    ],
    assumptions: &[Assumption { name: "not convex", says: "f is 1-Lipschitz and not convex" }],
    bound: "ratio of d Var f from d to 4 d in [1.6, 2.4]; P(|f - E f| >= t) above 0.02 where 2 exp(-2 d t^2) = 0.02, for d = 32 \
            and 128. E f is exact, by the binomial law of the pluses",
    checked: &[
        "the ratios of the variances of drawn corners, 8 to 32 and 32 to 128",
        "the tail of f at d = 32, 128 above that of c = 1/4, and that of a linear f below it",
    ],
    not_checked: &["the rate sqrt(d) in the limit"],
    gaps: &["at d = 8 the tail of f is still below that of c = 1/4: the failure is one of large d"],
    power: "alternative: no growth; 40 draws of 500 corners each put ratios within 0.1 and tails within 0.01 of their means",
    about: "the floating-point program, in f64",
    protocol: 1,
};

static FIELDS: [Field; 1] = [field::DIMENSION.integer(32).axis()];

static SCHEMA: Schema =
    Schema { when: "the trials of discrete_cube_is_not_isoperimetric", fields: &FIELDS, rules: &[] };

static COLUMNS: [Column; 3] = [
    Column::real("variance", "1", "mean of d (f - E f)^2 over 500 corners, f the distance to the majority half"),
    Column::real("beyond", "1", "part of the corners with |f - E f| >= t, 2 exp(-2 d t^2) = 0.02"),
    Column::real("linear_beyond", "1", "the same of the linear f = sum x_i / sqrt(d)"),
];

fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let d = settings.count("dimension");
    let mut rng = key.child("data").rng();
    let (mean, _) = moments(d);
    let least = quantile(RATE) * C.sqrt();
    let (mut squares, mut beyond, mut linear) = (0.0, 0, 0);
    for _ in 0..CORNERS {
        let pluses = (0..d).filter(|_| rng.random::<bool>()).count();
        let deviation = distance(pluses, d) - mean;
        squares += deviation * deviation;
        beyond += usize::from(deviation.abs() >= least);
        // sqrt(d) sum of (+-1/2) / d
        let along = (pluses as f64 - 0.5 * d as f64) / (d as f64).sqrt();
        linear += usize::from(along.abs() >= least);
    }
    let part = |count: f64| count / CORNERS as f64;
    Ok(vec![part(squares).into(), part(beyond as f64).into(), part(linear as f64).into()])
}

/// The control, or its false sibling: the distance keeps to c = 1/4 as linear functions do.
#[derive(Debug)]
pub struct DiscreteCubeIsNotIsoperimetric {
    isoperimetric: bool,
}

/// The claim.
pub static CLAIM: DiscreteCubeIsNotIsoperimetric = DiscreteCubeIsNotIsoperimetric { isoperimetric: false };
static FALSE: DiscreteCubeIsNotIsoperimetric = DiscreteCubeIsNotIsoperimetric { isoperimetric: true };

impl Claim for DiscreteCubeIsNotIsoperimetric {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let replicas = match effort {
            Effort::Smoke => 40,
            Effort::Normal => 200,
            Effort::Paper => 4000,
        };
        vec![Evidence::fixed(&SCHEMA, &COLUMNS, replicas, one, &[("dimension", "8,32,128")])]
    }

    fn judge(&self, seen: &[Table], level: &Level) -> Vec<Finding> {
        let points: Vec<Point<'_>> = seen.iter().flat_map(points).collect();
        let decisions = 3 * points.len();
        let average = |version, low, high| Average { version, ours: true, band: Interval { low, high }, scale: RATE };
        let grow = Average { version: "the variance doubles", ours: true, band: GROWTH, scale: 2.0 };
        let beyond = if self.isoperimetric {
            average("the distance keeps to c = 1/4", f64::NEG_INFINITY, RATE)
        } else {
            average("the distance fails c = 1/4", RATE, f64::INFINITY)
        };
        let linear = average("linear functions keep to c = 1/4", f64::NEG_INFINITY, RATE);
        let ratio = |pair: &[Point<'_>]| {
            let (before, after) = (pair[0].numbers("variance"), pair[1].numbers("variance"));
            let ratios: Vec<f64> = before.iter().zip(&after).map(|(a, b)| b / a).collect();
            grow.judge("ratio of d Var f to that at d/4", pair[1].at(), &ratios, level, decisions)
        };
        let tail = |average: &Average, column: &str, point: &Point<'_>| {
            average.judge("part beyond t", point.at(), &point.numbers(column), level, decisions)
        };
        let large = || points.iter().filter(|point| point.number("dimension") >= 32.0);
        let mut findings: Vec<Finding> = points.windows(2).map(ratio).collect();
        findings.extend(large().map(|point| tail(&beyond, "beyond", point)));
        findings.extend(points.iter().map(|point| tail(&linear, "linear_beyond", point)));
        findings
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variances_are_those_of_the_sheet() {
        for (d, variance) in [(8, 0.359), (32, 0.677), (128, 1.318)] {
            assert!((moments(d).1 - variance).abs() < 0.02 * variance, "{d}: {}", moments(d).1);
        }
    }

    #[test]
    fn the_distance_counts_the_flips() {
        assert_eq!((distance(5, 8), distance(4, 8), distance(3, 8), distance(0, 8)), (0.0, 0.0, 1.0, 2.0));
        assert_eq!((distance(0, 1), distance(1, 3)), (1.0, 1.0));
    }
}
