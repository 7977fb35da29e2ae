//! # One pair of weights per target weight takes 1/eps^2 samples, and d^4 or d^2 times that for a layer
//!
//! If every weight w is built from a single hidden unit whose first weight is near 1 and whose second weight is near w, then
//! n units leave an error of order n^(-1/2): 1/eps^2 samples per weight. A d x d layer needs per-weight errors eps/d^2 by the
//! proof's count, hence n ~ d^4/eps^2, and eps/d by Frobenius norms, hence d^2/eps^2; l layers share eps, which is the l^2.
//!
//! ## Source
//! arXiv 2002.00585, whose polynomial width has this form; exponents derived here. `malach2020proving`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. Both weights uniform on [-1, 1], units fresh for every weight.
//!
//! ## Law
//! The nearest of n points to (1, w) in the plane is at a distance of order n^(-1/2). |D|_F of d^2 independent errors grows like
//! d, and d^2 max D like d^2 times the slowly growing largest of d^2 errors.
//!
//! ## Checked here
//! The slope of ln |D|_F against ln n, and those of ln |D|_F and ln d^2 max D against ln d.
//!
//! ## Not checked here
//! The paper's constants, which are from memory and not shipped; the factor l^2, which is arithmetic.
//!
//! ## Gaps to the paper
//! A single unit can do better than its proof: the nearest product u v to w errs by 1/n only.

use super::{MALACH, SUBJECT};
use crate::exponent::Exponent;
use crate::point::points;
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Symbol, TrialError};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Field, Schema, Settings};
use prunelaw_engine::statistics::slope::{Scale, Slope};
use prunelaw_engine::subset_sum::SampleLaw;
use prunelaw_engine::table::{Column, Row, Table};
use prunelaw_engine::ticket::Target;
use prunelaw_engine::ticket::pairs::{Pair, nearest_pair, nearest_product};

/// Units for an accuracy `eps` of a d x d layer among l, up to a constant, with per-weight errors `eps / (l d^budget)`:
/// budget 2 is the proof's count, 1 that of Frobenius norms.
pub fn units_needed(eps: f64, d: f64, layers: f64, budget: i32) -> f64 {
    (layers * d.powi(budget) / eps).powi(2)
}

static CARD: Card = Card {
    id: "width_polynomial",
    was: None,
    subject: &SUBJECT,
    class: Class::Scaling,
    says: "Malach: 1/eps^2 samples per weight; where the factor d^4 l^2 comes from, and d^2 l^2 by the Frobenius budget",
    statement: "A weight built from a single random unit, with a first weight near 1 and a second weight near w, needs of \
                order 1/eps^2 units for accuracy eps. A d x d layer of accuracy eps needs errors eps/d^2 per weight by the \
                proof's count and eps/d by Frobenius norms: d^4/eps^2 and d^2/eps^2 units; l layers put eps/l for eps.",
    source: "arXiv 2002.00585, with constants that are not checked; exponents derived here",
    reference: MALACH,
    provenance: Provenance::Derived,
    symbols: &[
        Symbol { letter: "n", name: "n", meaning: "random units for one target weight; count" },
        Symbol { letter: "d", name: "dimension", meaning: "inputs and outputs of the target layer; count" },
        Symbol { letter: "D", name: "error", meaning: "errors |u v - w| of its weights; matrix (d, d)" },
        Symbol { letter: "l", name: "layers", meaning: "layers of the target; count" },
    ],
    assumptions: &[Assumption {
        name: "fresh uniform units",
        says: "first and second weights uniform on [-1, 1], independent over units and target weights",
    }],
    bound: "ln |D|_F against ln n: -1/2; ln |D|_F against ln d: 1; ln d^2 max D against ln d: 2.2, that is 2 and the growth of \
            the largest of d^2 errors, for which the width has its logarithm. Bands 0.1, 0.15, 0.3, which are ours",
    checked: &[
        "|D|_F at d = 8 for n = 64 to 4096, the unit nearest to (1, w) in the larger coordinate being kept",
        "|D|_F and d^2 max D at n = 256 for d = 4, 8, 16, 32",
        "reported beside it: the unit whose product is nearest to w, with exponent -1 in n",
    ],
    not_checked: &[
        "the paper's constants, such as 64 l^2 n^3 log(..)/eps^2, which are from memory",
        "the factor l^2: sum of l layer errors of eps/l each",
    ],
    gaps: &["the proof keeps the unit nearest to (1, w); keeping that of the nearest product takes 1/eps units only"],
    power: "alternative: an exponent -1 in n (the false sibling, as if one number had to be near and not two); the slopes' \
            standard deviations per replica are below 0.1, so that 20 replicas decide with power above 0.8",
    about: "the floating-point program, in f64",
    protocol: 1,
};

static FIELDS: [Field; 2] = [
    Field { help: "random units for one target weight", ..field::N.integer(256).axis() },
    Field { help: "inputs and outputs of the target layer", ..field::DIMENSION.integer(8).axis() },
];

static SCHEMA: Schema = Schema { when: "the trials of width_polynomial", fields: &FIELDS, rules: &[] };

static COLUMNS: [Column; 3] = [
    Column::real("frobenius", "1", "|D|_F with the unit nearest to (1, w) kept"),
    Column::real("counted", "1", "d^2 max D, as the proof counts"),
    Column::real("product_frobenius", "1", "|D|_F with the unit of the nearest product kept"),
];

fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let (n, d) = (settings.count("n"), settings.count("dimension"));
    let target = Target::normalised(&[d, d], &key.child("target"));
    let (mut frobenius, mut largest, mut product) = (0.0, 0.0_f64, 0.0);
    for (at, weight) in target.layers()[0].iter().enumerate() {
        let weights = |name: &str| SampleLaw::Uniform.draw(n, &key.child(name).replica(at as u64));
        let pairs: Vec<(f64, f64)> = weights("first").into_iter().zip(weights("second")).collect();
        let error = |pair: Option<Pair>| pair.map_or(weight.abs(), |pair| pair.residual.abs());
        let kept = error(nearest_pair(&pairs, *weight));
        frobenius += kept.powi(2);
        largest = largest.max(kept);
        product += error(nearest_product(&pairs, *weight)).powi(2);
    }
    Ok(vec![frobenius.sqrt().into(), ((d * d) as f64 * largest).into(), product.sqrt().into()])
}

/// The law, or its false sibling, in which only one number has to be near.
#[derive(Debug)]
pub struct WidthPolynomial {
    in_samples: f64,
}

/// The claim.
pub static CLAIM: WidthPolynomial = WidthPolynomial { in_samples: -0.5 };
static FALSE: WidthPolynomial = WidthPolynomial { in_samples: -1.0 };

/// Slopes that make the verdict.
const SLOPES: usize = 3;

impl Claim for WidthPolynomial {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let replicas = match effort {
            Effort::Smoke => 20,
            Effort::Normal => 40,
            Effort::Paper => 200,
        };
        let trial = |settings: &[(&str, &str)]| Evidence::fixed(&SCHEMA, &COLUMNS, replicas, one, settings);
        vec![trial(&[("n", "64,256,1024,4096")]), trial(&[("dimension", "4,8,16,32")])]
    }

    fn judge(&self, seen: &[Table], level: &Level) -> Vec<Finding> {
        let [in_samples, in_dimension] = seen else { return Vec::new() };
        let fit = |table: &Table, axis: &str, column: &str, claimed: Exponent| {
            let points = points(table);
            let x: Vec<f64> = points.iter().map(|point| point.number(axis)).collect();
            let y: Vec<Vec<f64>> = points.iter().map(|point| point.numbers(column)).collect();
            let fit = Slope::fit(&x, &y, Scale::LogLog, &Key::root(CARD.id).child(claimed.version));
            claimed.judge(&fit, level, SLOPES)
        };
        let claimed = |version, ours, expected, band| Exponent { version, ours, expected, band };
        vec![
            fit(in_samples, "n", "frobenius", claimed("error in n", true, self.in_samples, 0.1)),
            fit(in_dimension, "dimension", "frobenius", claimed("Frobenius budget in d", true, 1.0, 0.15)),
            fit(in_dimension, "dimension", "counted", claimed("the proof's budget in d", true, 2.2, 0.3)),
            fit(in_samples, "n", "product_frobenius", claimed("nearest product in n (derived)", false, -1.0, 0.15)),
        ]
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factors_of_the_width() {
        let factor = |d, layers, budget| units_needed(0.1, d, layers, budget) / units_needed(0.1, 1.0, 1.0, budget);
        assert!((factor(3.0, 2.0, 2) - 81.0 * 4.0).abs() < 1e-9);
        assert!((factor(3.0, 2.0, 1) - 9.0 * 4.0).abs() < 1e-9);
    }
}
