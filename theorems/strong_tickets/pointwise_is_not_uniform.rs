//! # Hitting one target is not hitting them all
//!
//! "For each target, with high probability some subset comes close" and "with high probability, for each target some
//! subset comes close" differ by an order of magnitude in their failure rates. Theorems on strong tickets claim the second;
//! published experiments test the first.
//!
//! ## Source
//! The theorem: arXiv 2006.07990, Thm 1, by Lueker's uniform form. The experiment: the statistics published with arXiv
//! 2205.02321, one target per draw. `burkholz2022most`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. Both events are about the same samples.
//!
//! ## Control
//! Pointwise: one target drawn from [-1, 1] is missed by more than eps. Uniform: some target is, rho > eps. The first
//! implies the second; the second must also occur without the first.
//!
//! ## Checked here
//! The paired difference of the two rates, by an exact sign test.
//!
//! ## Not checked here
//! The rate at which published constructions redraw samples.
//!
//! ## Gaps to the paper
//! The published product is of two numbers of [-1, 1], whose law is that of a live unit's product.

use super::draw::{refuse, samples, target};
use super::{BURKHOLZ, EPS, NUMBERS, RADIUS, SAMPLES, SUBJECT};
use crate::point::{Point, points};
use crate::reference::Reference;
use crate::{
    Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Symbol, TrialError, Verdict, Witness,
};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Field, Schema, Settings};
use prunelaw_engine::statistics::compare::sign;
use prunelaw_engine::subset_sum::{CoveringRadius, SubsetSums};
use prunelaw_engine::table::{Column, Row, Table};

static CARD: Card = Card {
    id: "pointwise_is_not_uniform",
    was: None,
    subject: &SUBJECT,
    class: Class::Control,
    says: "at the same n and eps, hitting every target of [-1,1] fails more often than hitting one: the quantifiers must not \
           be exchanged",
    statement: "At the same n, eps and samples, the chance that some target of [-1, 1] is farther than eps from every subset \
                sum exceeds the chance that a target drawn at random is.",
    source: "arXiv 2006.07990, Thm 1 (uniform), against the statistics published with arXiv 2205.02321 (pointwise)",
    reference: BURKHOLZ,
    provenance: Provenance::Derived,
    symbols: &[SAMPLES, EPS, RADIUS, Symbol { letter: "z", name: "target", meaning: "one target, uniform on [-1, 1]" }],
    assumptions: &[Assumption { name: "same samples", says: "both events are taken on the same draw" }],
    bound: "P(error(z) > eps) < P(rho > eps); in each draw error(z) <= rho. No constant enters",
    checked: &[
        "the paired difference of the rates by an exact sign test, for (n, eps) = (10, 0.05) and (15, 0.01), uniform samples \
         and live products",
        "reported beside: the published pointwise rates .00404 (uniform) and .03552 (product) at (15, 0.01), of 100,000 \
         draws each, and uniform rates .052 and .289 simulated before",
    ],
    not_checked: &[
        "several targets at once on one sample, as for the weights of one row",
        "constructions that redraw a sample when its target fails: they answer another question",
    ],
    gaps: &[
        "the published code stops at the first subset within eps and tries subsets of all sizes below n; the event is \
             the same but for the full subset",
    ],
    power: "alternative: the rates agree (the false sibling's); a sign test needs 17 draws in which only the uniform event \
            fails, which 600 replicas have with power above 0.8 at each point",
    about: "the floating-point program: its samples and its exact solvers in 64-bit fixed point",
    protocol: 1,
};

static FIELDS: [Field; 3] = [NUMBERS.integer(15).axis(), field::LAW.axis(), field::EPS.real(0.01).axis()];

static SCHEMA: Schema = Schema { when: "the trials of pointwise_is_not_uniform", fields: &FIELDS, rules: &[] };

static COLUMNS: [Column; 2] = [
    Column::real("error", "1", "distance of one target, uniform on [-1, 1], from the nearest subset sum"),
    Column::real("radius", "1", "covering radius rho of [-1, 1] by the same samples"),
];

/// One sample, one target.
fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let samples = samples(settings, key)?;
    let error = SubsetSums::new(&samples).and_then(|sums| sums.closest(target(key))).map_err(refuse)?.error;
    let radius = CoveringRadius::default().of(&samples, 1.0).map_err(refuse)?.upper;
    Ok(vec![error.into(), radius.into()])
}

/// Published and earlier rates at (15, 0.01): law, version, column, rate, draws.
const REFERENCES: [(&str, &str, &str, f64, f64); 4] = [
    ("uniform", "published, one target", "error", 0.00404, 1e5),
    ("live-product", "published, one target", "error", 0.03552, 1e5),
    ("uniform", "simulated before, all targets", "radius", 0.0518, 12_000.0),
    ("live-product", "simulated before, all targets", "radius", 0.289, 12_000.0),
];

/// The control, or its false sibling: one random target is the theorem.
#[derive(Debug)]
pub struct PointwiseIsNotUniform {
    one_target_suffices: bool,
}

/// The claim.
pub static CLAIM: PointwiseIsNotUniform = PointwiseIsNotUniform { one_target_suffices: false };
static FALSE: PointwiseIsNotUniform = PointwiseIsNotUniform { one_target_suffices: true };

/// 1 for a draw that fails, else 0.
fn failures(point: &Point<'_>, column: &str) -> Vec<f64> {
    let eps = point.number("eps");
    // A number that is none fails.
    point.numbers(column).iter().map(|value| f64::from(u8::from(!(*value <= eps)))).collect()
}

fn rate(failures: &[f64]) -> f64 {
    failures.iter().sum::<f64>() / failures.len() as f64
}

impl PointwiseIsNotUniform {
    fn finding(&self, point: &Point<'_>, level: &Level, points: usize) -> Finding {
        let (one, all) = (failures(point, "error"), failures(point, "radius"));
        let (pointwise, uniform) = (rate(&one), rate(&all));
        let seen = format!("one target fails at rate {pointwise:.5}, some target at {uniform:.5}");
        // Relative to the larger: 1 if single targets never fail, 0 if the rates agree.
        let margin = if uniform > 0.0 { (uniform - pointwise) / uniform } else { 0.0 };
        let (verdict, p_value) = match sign(&all, &one) {
            Err(error) => (Verdict::Inconclusive { replicas_needed: None, because: error.to_string() }, None),
            Ok(found) => {
                let (claimed, opposite, margin) = if self.one_target_suffices {
                    (found.less, found.greater, -margin)
                } else {
                    (found.greater, found.less, margin)
                };
                if claimed <= level.alpha {
                    (Verdict::Holds { margin }, Some(claimed))
                } else if opposite <= level.per_point(points) {
                    let witness = Witness { at: point.at(), replica: None, seen: seen.clone() };
                    (Verdict::Violated { margin, witness }, Some(opposite))
                } else {
                    let because = format!("too few draws tell the events apart: {seen}");
                    (Verdict::Inconclusive { replicas_needed: None, because }, Some(claimed))
                }
            }
        };
        Finding {
            version: "as stated",
            ours: true,
            point: point.at(),
            verdict,
            p_value,
            replicas: one.len() as u64,
            failures: None,
            claimed_rate: None,
            seen,
        }
    }
}

/// The rates at the published point beside those of others.
fn beside_others(point: &Point<'_>) -> Vec<Finding> {
    let here = |law: &str| point.number("samples") == 15.0 && point.number("eps") == 0.01 && point.word("law") == law;
    let beside = |(_, version, column, value, draws): (_, _, &str, _, _)| {
        let failures = failures(point, column);
        let (rate, count) = (rate(&failures), failures.len() as f64);
        Reference::rate(version, value, draws).beside(point, rate, (rate * (1.0 - rate) / count).sqrt())
    };
    REFERENCES.into_iter().filter(|(law, ..)| here(law)).map(beside).collect()
}

impl Claim for PointwiseIsNotUniform {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let replicas = match effort {
            Effort::Smoke => 1_500,
            Effort::Normal => 20_000,
            Effort::Paper => 100_000,
        };
        let at = |n: &str, eps: &str| {
            let settings = [("samples", n), ("eps", eps), ("law", "uniform,live-product")];
            Evidence::fixed(&SCHEMA, &COLUMNS, replicas, one, &settings)
        };
        vec![at("10", "0.05"), at("15", "0.01")]
    }

    fn judge(&self, seen: &[Table], level: &Level) -> Vec<Finding> {
        let points: Vec<Point<'_>> = seen.iter().flat_map(points).collect();
        let ours = points.iter().map(|point| self.finding(point, level, points.len()));
        ours.chain(points.iter().flat_map(beside_others)).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}
