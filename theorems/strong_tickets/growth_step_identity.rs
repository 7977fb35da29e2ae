//! # One step of the restricted process multiplies the reached length by 1 + (1 - v)/2 in expectation
//!
//! Start from the targets within eps of 0. Each sample X, uniform on [-1, 1], adds the reached targets shifted by X, as far
//! as they stay in (-1/2, 1/2). If a length v is reached, then the next one has mean v (1 + (1 - v)/2), exactly and
//! whatever the shape of the reached set.
//!
//! ## Source
//! The process of the elementary proof in arXiv 2204.13929; the identity in this form is derived here.
//! `dacunha2022revisiting`.
//!
//! ## Symbols
//! v: reached length. The rest stands on the card.
//!
//! ## Assumptions
//! 1. X is uniform on [-1, 1], independent of what is reached.
//!
//! ## Identity
//! E[v' | reached] = v (1 + (1 - v)/2). A missing z of (-1/2, 1/2) is reached if z - X is, and z - X has density 1/2 on an
//! interval that holds all of (-1/2, 1/2).
//!
//! ## Checked here
//! The integral over X, exactly: v' is linear in X between the points at which an end of a shifted interval meets an end
//! of another, so that the trapezoids over these points are the integral. No sampling enters.
//!
//! ## Not checked here
//! The paper's tail bound.
//!
//! ## Gaps to the paper
//! Three constants per bit of accuracy must be told apart; see [`super::covering`].

use super::covering::{COVERING_PER_BIT, MEAN_GROWTH_PER_BIT, PROCESS_PER_BIT, expected_growth};
use super::{DA_CUNHA, EPS, SUBJECT};
use crate::exponent::Exponent;
use crate::limit::Limit;
use crate::point::{Point, points};
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Symbol, TrialError};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Field, Schema, Settings};
use prunelaw_engine::statistics::slope::{Scale, Slope};
use prunelaw_engine::table::{Column, Row, Table};
use rand::RngExt;

/// Largest relative difference that counts as rounding.
const TOLERANCE: f64 = 1e-10;

/// Steps are checked while the reached set has at most this many intervals: the points of the integral grow with its square.
const INTERVALS: usize = 16;

/// Half-width of the band around [`PROCESS_PER_BIT`].
const BAND: f64 = 0.15;

static CARD: Card = Card {
    id: "growth_step_identity",
    was: None,
    subject: &SUBJECT,
    class: Class::Exact,
    says: "E v' = v(1+(1-v)/2)",
    statement: "The reached set starts as (-eps, eps); each sample X, uniform on [-1, 1], adds its shift by X, cut to \
                (-1/2, 1/2). Given a reached set of length v, the next length has mean v (1 + (1 - v)/2).",
    source: "process of the elementary proof in arXiv 2204.13929; identity derived here",
    reference: DA_CUNHA,
    provenance: Provenance::Derived,
    symbols: &[
        EPS,
        Symbol { letter: "v", name: "length", meaning: "length of the reached set in (-1/2, 1/2); in [0, 1]" },
        Symbol { letter: "X", name: "sample", meaning: "uniform on [-1, 1]" },
    ],
    assumptions: &[Assumption {
        name: "uniform sample",
        says: "X is uniform on [-1, 1], independent of what is reached",
    }],
    bound: "E[v'] = v (1 + (1 - v)/2), relative to 1e-10; 1/2 is the density of X, and its window around a target of \
            (-1/2, 1/2) holds that whole interval",
    checked: &[
        "the integral over X of the next length, exactly, piece by piece: no sampling",
        "every step of the process at which the reached set has at most 16 intervals, from eps = 2^-4 to 2^-14, early \
         (v near 2 eps) and late (v near 1)",
        "as a version of its own: the process needs 2.25 samples per bit until less than eps is missing (simulated)",
    ],
    not_checked: &[
        "steps at which the reached set has more than 16 intervals",
        "the paper's bound on the chance to need more samples than kappa log2(1/eps), whose kappa is not in the text read",
    ],
    gaps: &[
        "three constants per bit: 1/log2(3/2) + 1 = 2.71 is the least that a count of mean growth can prove, 2.25 is what the \
         process needs, 1.1 is what the subset sums themselves need at n = 16 to 24 (subset_sum_covers_interval)",
        "partial sums may not leave (-1/2, 1/2): the process reaches less than the subset sums do",
    ],
    power: "no chance enters: one step of one replica beyond rounding refutes",
    about: "the floating-point program, in f64; rounding is part of the tolerance",
    protocol: 1,
};

static FIELDS: [Field; 1] = [field::EPS.real(0.0625).axis()];

static SCHEMA: Schema = Schema { when: "the trials of growth_step_identity", fields: &FIELDS, rules: &[] };

static COLUMNS: [Column; 4] = [
    Column::real("defect", "1", "largest |E v' / (v (1 + (1 - v)/2)) - 1| over the checked steps"),
    Column::real("early_defect", "1", "the same against 3 v/2, which is right only while v is small"),
    Column::integer("checked_steps", "steps", "steps at which the reached set had at most 16 intervals"),
    Column::integer("steps", "samples", "samples until less than eps of (-1/2, 1/2) is missing"),
];

/// A set of targets in [-1/2, 1/2]: disjoint intervals (from, to), in order.
#[derive(Clone, Debug, PartialEq)]
struct Reached(Vec<(f64, f64)>);

impl Reached {
    /// The targets within `eps` of 0.
    fn around_zero(eps: f64) -> Reached {
        Reached(vec![(-eps.min(0.5), eps.min(0.5))])
    }

    fn length(&self) -> f64 {
        self.0.iter().map(|(from, to)| to - from).sum()
    }

    /// What is reached, and its shift by `x` as far as it stays in [-1/2, 1/2].
    fn step(&self, x: f64) -> Reached {
        let shifted = self.0.iter().map(|(from, to)| ((from + x).max(-0.5), (to + x).min(0.5)));
        let mut all: Vec<(f64, f64)> = shifted.filter(|(from, to)| from < to).chain(self.0.iter().copied()).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut union: Vec<(f64, f64)> = Vec::with_capacity(all.len());
        for (from, to) in all {
            match union.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => union.push((from, to)),
            }
        }
        Reached(union)
    }

    /// The mean of the next length over X uniform on [-1, 1]: the integral of a function that is linear between the
    /// points at which an end of a shifted interval meets an end of an interval or of [-1/2, 1/2].
    fn mean_next_length(&self) -> f64 {
        let ends: Vec<f64> = self.0.iter().flat_map(|(from, to)| [*from, *to]).collect();
        let meets = |end: &f64| ends.iter().chain(&[-0.5, 0.5]).map(|other| other - end).collect::<Vec<_>>();
        let mut at: Vec<f64> = ends.iter().flat_map(meets).chain([-1.0, 1.0]).collect();
        at.sort_by(f64::total_cmp);
        let next: Vec<f64> = at.iter().map(|x| self.step(*x).length()).collect();
        let pieces = at.windows(2).zip(next.windows(2));
        0.5 * pieces.map(|(x, v)| (x[1] - x[0]) * 0.5 * (v[0] + v[1])).sum::<f64>()
    }
}

/// One run of the process.
fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let eps = settings.real("eps");
    let mut rng = key.child("data").rng();
    let mut reached = Reached::around_zero(eps);
    let (mut defect, mut early, mut checked, mut steps) = (0.0_f64, 0.0_f64, 0_usize, 0_usize);
    while 1.0 - reached.length() >= eps {
        if reached.0.len() <= INTERVALS {
            let (v, mean) = (reached.length(), reached.mean_next_length());
            defect = defect.max((mean / expected_growth(v) - 1.0).abs());
            early = early.max((mean / (1.5 * v) - 1.0).abs());
            checked += 1;
        }
        reached = reached.step(rng.random_range(-1.0..1.0));
        steps += 1;
    }
    Ok(vec![defect.into(), early.into(), checked.into(), steps.into()])
}

/// The identity, or its false sibling, which takes the growth of the early steps for that of all.
#[derive(Debug)]
pub struct GrowthStepIdentity {
    column: &'static str,
}

/// The claim.
pub static CLAIM: GrowthStepIdentity = GrowthStepIdentity { column: "defect" };
static FALSE: GrowthStepIdentity = GrowthStepIdentity { column: "early_defect" };

/// Samples of the process per bit of accuracy, in a band around what was simulated before.
fn process_per_bit(points: &[Point<'_>], level: &Level) -> Finding {
    let bits: Vec<f64> = points.iter().map(|point| -point.number("eps").log2()).collect();
    let steps: Vec<Vec<f64>> = points.iter().map(|point| point.numbers("steps")).collect();
    let fit = Slope::fit(&bits, &steps, Scale::Linear, &Key::root(CARD.id));
    let exponent =
        Exponent { version: "samples per bit of the process", ours: false, expected: PROCESS_PER_BIT, band: BAND };
    let mut finding = exponent.judge(&fit, level, 1);
    let others =
        format!("; mean growth proves no less than {MEAN_GROWTH_PER_BIT:.2}, the sums need {COVERING_PER_BIT}");
    finding.seen.push_str(&others);
    finding
}

impl Claim for GrowthStepIdentity {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let replicas = match effort {
            Effort::Smoke => 5,
            Effort::Normal => 300,
            Effort::Paper => 2000,
        };
        let eps = "6.103515625e-5,0.000244140625,0.0009765625,0.00390625,0.015625,0.0625";
        vec![Evidence::fixed(&SCHEMA, &COLUMNS, replicas, one, &[("eps", eps)])]
    }

    fn judge(&self, seen: &[Table], level: &Level) -> Vec<Finding> {
        let points: Vec<Point<'_>> = seen.iter().flat_map(points).collect();
        let limit = Limit { version: "as stated", ours: true, column: self.column, limit: TOLERANCE };
        let steps = points.iter().map(|point| limit.judge(point, Vec::new()));
        steps.chain([process_per_bit(&points, level)]).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_are_cut_and_joined() {
        let reached = Reached(vec![(-0.25, 0.0), (0.25, 0.5)]);
        assert_eq!(reached.step(0.25), Reached(vec![(-0.25, 0.5)]));
        assert_eq!(reached.step(-0.375), Reached(vec![(-0.5, -0.375), (-0.25, 0.125), (0.25, 0.5)]));
        assert_eq!(reached.step(1.0), reached);
    }

    #[test]
    fn the_integral_of_one_interval_is_the_one_by_hand() {
        // (-1/4, 1/4) reaches 1/2 of the length: E v' = 1/2 (1 + 1/4).
        assert!((Reached(vec![(-0.25, 0.25)]).mean_next_length() - 0.625).abs() < 1e-15);
        assert!((Reached(vec![(-0.5, 0.5)]).mean_next_length() - 1.0).abs() < 1e-15);
    }

    #[test]
    fn the_integral_agrees_with_a_plain_riemann_sum() {
        let reached = Reached(vec![(-0.5, -0.3), (-0.05, 0.1), (0.22, 0.25)]);
        let cells = 200_000;
        let at = (0..cells).map(|i| 2.0 * (f64::from(i) + 0.5) / f64::from(cells) - 1.0);
        let plain = at.map(|x| reached.step(x).length()).sum::<f64>() / f64::from(cells);
        assert!((reached.mean_next_length() - plain).abs() < 1e-8);
    }
}
