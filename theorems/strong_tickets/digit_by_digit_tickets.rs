//! # Digit by digit, about log(1/eps) hyperbolic samples reach every weight
//!
//! A weight is expanded greedily in random digits: from the rest, subtract the sample kept for each digit if it is not larger.
//! If small samples are as frequent as large ones (a density proportional to 1/|x|), the digits of all weights at once are
//! complete after about k log k samples for k = log_{1.618}(1/eps) digits, without any search.
//!
//! ## Source
//! arXiv 2006.12156, golden-ratio decomposition and hyperbolic law; the bins and their count are derived here.
//! `orseau2020logarithmic`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. Samples hyperbolic down to the smallest digit, signs even.
//!
//! ## Law
//! Each of the 2k bins (a digit and a sign) has chance 1/(2 (k + 1)): 2 (k + 1) H_{2k} samples on average. Over the accuracies
//! here its slope in ln log2(1/eps) is 1.2: 1 and the logarithm of coupons.
//!
//! ## Checked here
//! The slope of ln samples against ln log2(1/eps), and the error of the greedy expansion of random weights. The event is
//! uniform: every weight of [-1, 1] at once.
//!
//! ## Not checked here
//! The paper's batches, which share samples between digits and save the logarithm.
//!
//! ## Gaps to the paper
//! Its constants for uniform weights are from memory and not shipped.

use super::{EPS, ORSEAU, SUBJECT};
use crate::exponent::Exponent;
use crate::limit::Limit;
use crate::point::points;
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Symbol, TrialError};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Field, Schema, Settings};
use prunelaw_engine::statistics::slope::{Scale, Slope};
use prunelaw_engine::subset_sum::SampleLaw;
use prunelaw_engine::table::{Column, Row, Table};
use prunelaw_engine::ticket::digits::{BASE, Digits, digits};
use rand::RngExt;

/// The slope of the count over the accuracies of the evidence, which includes the logarithm of coupons.
pub const SLOPE: f64 = 1.2;
/// Half-width of the band around it.
pub const BAND: f64 = 0.2;
/// Weights whose expansion is measured.
const WEIGHTS: usize = 64;
/// Samples drawn at a time.
const BATCH: usize = 256;

/// 2 (k + 1) (1 + 1/2 + ... + 1/(2k)): samples until every digit has one of both signs, on average.
pub fn samples_needed(k: usize) -> f64 {
    2.0 * (k as f64 + 1.0) * (1..=2 * k).map(|i| 1.0 / i as f64).sum::<f64>()
}

static CARD: Card = Card {
    id: "digit_by_digit_tickets",
    was: None,
    subject: &SUBJECT,
    class: Class::Scaling,
    says: "Orseau: the greedy construction, digit by digit, reaches every weight with about log(1/eps) hyperbolic samples, up to \
           the logarithm of that, and no search",
    statement: "With samples of density proportional to 1/|x|, about k log k of them, k = log(1/eps)/log(1.618), hold a digit of \
                every size and sign, and the greedy expansion in these digits meets every weight of [-1, 1] to within eps.",
    source: "arXiv 2006.12156, golden-ratio decomposition and hyperbolic law; count of samples derived here",
    reference: ORSEAU,
    provenance: Provenance::Derived,
    symbols: &[
        EPS,
        Symbol { letter: "k", name: "digits", meaning: "digits, log_{1.618}(1/eps) rounded up; count" },
        Symbol {
            letter: "n",
            name: "samples_needed",
            meaning: "samples until every digit of both signs has one; count",
        },
    ],
    assumptions: &[Assumption {
        name: "hyperbolic samples",
        says: "density proportional to 1/|x| between the smallest digit and 1, signs even",
    }],
    bound: "n = 2 (k + 1) H_{2k} on average: slope 1.2 in ln log2(1/eps) for eps from 2^-4 to 2^-12, 1 in the limit. Band \
            0.2, which is ours. The error is at most 1.618^-k <= eps by the greedy rule",
    checked: &[
        "samples until all digits of both signs are there (the uniform event), eps = 2^-4, 2^-6, 2^-8, 2^-10, 2^-12",
        "the error of the greedy expansion of 64 random weights and both ends, never above eps",
    ],
    not_checked: &["the paper's batches of product weights, which need no logarithm of coupons"],
    gaps: &[
        "the bins of the golden ratio are derived here; the paper's own constants are from memory and not shipped",
        "range and precision do not fail apart here: an incomplete expansion lacks a digit, large or small",
    ],
    power: "alternative: uniform samples, of which small ones are rare, so that 1/eps of them are needed (the false sibling); the \
            slope's standard deviation per replica is near 0.25: 40 replicas decide with power above 0.8",
    about: "the floating-point program, in f64",
    protocol: 1,
};

static FIELDS: [Field; 1] = [field::EPS.real(0.01).axis()];

static SCHEMA: Schema = Schema { when: "the trials of digit_by_digit_tickets", fields: &FIELDS, rules: &[] };

static COLUMNS: [Column; 4] = [
    Column::integer("samples_needed", "samples", "hyperbolic samples until every digit of both signs has one"),
    Column::integer("uniform_samples_needed", "samples", "the same with uniform samples"),
    Column::real("ratio", "1", "largest error of the greedy expansion / eps"),
    Column::integer("digits", "digits", "k"),
];

/// Draws until the digits are complete; how many that took.
fn complete(law: SampleLaw, k: usize, key: &Key) -> (usize, Digits) {
    let (mut digits, mut drawn) = (Digits::new(k), 0);
    for batch in 0.. {
        for sample in law.draw(BATCH, &key.replica(batch)) {
            digits.offer(sample);
            drawn += 1;
            if digits.complete() {
                return (drawn, digits);
            }
        }
    }
    unreachable!("batches do not end")
}

fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let eps = settings.real("eps");
    let k = digits(eps);
    let least = BASE.powi(k as i32 + 1);
    let (needed, digits) = complete(SampleLaw::Hyperbolic { least }, k, &key.child("hyperbolic"));
    let (uniform, _) = complete(SampleLaw::Uniform, k, &key.child("uniform"));
    let mut rng = key.child("target").rng();
    let weights = (0..WEIGHTS).map(|_| rng.random_range(-1.0..=1.0)).chain([-1.0, 1.0]);
    let largest = weights.map(|weight| digits.residual(weight).abs()).fold(0.0, f64::max);
    Ok(vec![needed.into(), uniform.into(), (largest / eps).into(), k.into()])
}

/// The law, or its false sibling, which takes uniform samples.
#[derive(Debug)]
pub struct DigitByDigitTickets {
    column: &'static str,
}

/// The claim.
pub static CLAIM: DigitByDigitTickets = DigitByDigitTickets { column: "samples_needed" };
static FALSE: DigitByDigitTickets = DigitByDigitTickets { column: "uniform_samples_needed" };

impl Claim for DigitByDigitTickets {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let replicas = match effort {
            Effort::Smoke => 100,
            Effort::Normal => 200,
            Effort::Paper => 2000,
        };
        let eps = [4, 6, 8, 10, 12].map(|bits| (-f64::from(bits)).exp2().to_string()).join(",");
        vec![Evidence::fixed(&SCHEMA, &COLUMNS, replicas, one, &[("eps", &eps)])]
    }

    fn judge(&self, seen: &[Table], level: &Level) -> Vec<Finding> {
        let points: Vec<_> = seen.iter().flat_map(points).collect();
        let bits: Vec<f64> = points.iter().map(|point| -point.number("eps").log2()).collect();
        let samples: Vec<Vec<f64>> = points.iter().map(|point| point.numbers(self.column)).collect();
        let fit = Slope::fit(&bits, &samples, Scale::LogLog, &Key::root(CARD.id).child(self.column));
        let claimed = Exponent { version: "samples in bits", ours: true, expected: SLOPE, band: BAND };
        let within = Limit { version: "accuracy", ours: true, column: "ratio", limit: 1.0 };
        let errors = points.iter().map(|point| within.beside_a_scaling(point));
        std::iter::once(claimed.judge(&fit, level, 1)).chain(errors).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expected_slope_is_that_of_the_expected_count() {
        let at = |bits: i32| samples_needed(digits((-f64::from(bits)).exp2())).ln();
        let slope = (at(12) - at(4)) / 3f64.ln();
        assert!((slope - SLOPE).abs() < 0.06, "{slope}");
    }
}
