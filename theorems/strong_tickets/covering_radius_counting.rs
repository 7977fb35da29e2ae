//! # Subset sums cannot cover better than their number allows, and another sample never hurts
//!
//! Every target of [-1, 1] lies within the covering radius rho of a sum, so the sums in [-1-rho, 1+rho], each with an
//! interval of length 2 rho around it, cover a length of 2: rho is at least 1 over their number, hence at least 2^-n. The
//! sums of n samples are among those of n + 1: rho never grows.
//!
//! ## Source
//! Derived here; the counting behind the lower bound of arXiv 2006.07990, Thm 2, in one dimension. `pensia2020optimal`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. The empty sum counts.
//!
//! ## Bound
//! rho >= 1 / #{sums in [-1-rho, 1+rho]} >= 2^-n; so P(rho <= eps) = 0 where 2^n 2 eps < 2.
//!
//! ## Checked here
//! All three, draw by draw, for five laws of samples.
//!
//! ## Not checked here
//! Intervals other than [-1, 1].
//!
//! ## Gaps to the paper
//! The paper counts networks in d^2 dimensions, for constant probability; here sums in one, for sure.

use super::draw::{refuse, samples};
use super::{NUMBERS, PENSIA, RADIUS, SAMPLES, SUBJECT};
use crate::limit::Limit;
use crate::point::points;
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Symbol, TrialError};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Field, Schema, Settings};
use prunelaw_engine::subset_sum::{CoveringRadius, SubsetSums};
use prunelaw_engine::table::{Column, Row, Table};

/// Rounding: samples are multiples of 2^-53 or so, and the interval of the count is widened by this.
const ROUNDING: f64 = 1e-12;

static CARD: Card = Card {
    id: "covering_radius_counting",
    was: None,
    subject: &SUBJECT,
    class: Class::Inequality,
    says: "the covering radius of the subset sums never grows with another sample and is at least 1 / (number of sums in \
           [-1-rho, 1+rho]), hence at least 2^-n",
    statement: "Let rho be the largest distance of a number of [-1, 1] from its nearest subset sum of n numbers. Then rho is \
                at least 1 over the number of sums in [-1-rho, 1+rho], and so at least 2^-n, and it does not grow when a \
                number is added.",
    source: "derived here; the counting behind arXiv 2006.07990, Thm 2, in one dimension",
    reference: PENSIA,
    provenance: Provenance::Derived,
    symbols: &[
        SAMPLES,
        RADIUS,
        Symbol { letter: "#", name: "sums", meaning: "subsets with a sum in [-1-rho, 1+rho]; count, at most 2^n" },
    ],
    assumptions: &[Assumption { name: "empty sum", says: "the empty subset, with sum 0, is allowed" }],
    bound: "1 <= rho # <= rho 2^n, and rho(n) <= rho(n-1) on the same numbers, up to 1e-12; no constant enters. Equality of \
            the first needs evenly spaced sums; random ones have rho 2^n near n^(3/2)/2",
    checked: &[
        "all three inequalities in every draw, for n = 1, 2, 4, 8, 12, 16 and samples uniform, live products, strict halves \
         (half of them 0), Gaussian and hyperbolic",
    ],
    not_checked: &["intervals other than [-1, 1]", "more than 16 samples: the solver is the same"],
    gaps: &["the paper's count holds with probability 1/2 and in d^2 dimensions"],
    power: "no chance enters: one draw beyond rounding refutes",
    about: "the floating-point program: its samples and its exact solver in 64-bit fixed point",
    protocol: 1,
};

static FIELDS: [Field; 2] = [NUMBERS.integer(8).axis(), field::LAW.axis()];

static SCHEMA: Schema = Schema { when: "the trials of covering_radius_counting", fields: &FIELDS, rules: &[] };

static COLUMNS: [Column; 5] = [
    Column::real("radius", "1", "covering radius rho of [-1, 1]"),
    Column::real("growth", "1", "by how much rho exceeds that of the first n - 1 samples; 0 if it does not"),
    Column::real("counted", "1", "1 / (# rho), # the subsets with a sum in [-1-rho, 1+rho]"),
    Column::real("all_counted", "1", "2^-n / rho"),
    Column::real("over_counted", "1", "2^n rho"),
];

/// One sample and its beginning.
fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let samples = samples(settings, key)?;
    let (_, fewer) = samples.split_last().ok_or_else(|| TrialError("n is 0".to_owned()))?;
    let mut solver = CoveringRadius::default();
    let mut radius = |samples: &[f64]| solver.of(samples, 1.0).map(|covering| covering.upper).map_err(refuse);
    let (before, radius) = (radius(fewer)?, radius(&samples)?);
    let end = 1.0 + radius + ROUNDING;
    let sums = SubsetSums::new(&samples).and_then(|sums| sums.count(-end, end)).map_err(refuse)?;
    let all = (samples.len() as f64).exp2();
    Ok(vec![
        radius.into(),
        (radius - before).max(0.0).into(),
        (1.0 / (sums as f64 * radius)).into(),
        (1.0 / (all * radius)).into(),
        (all * radius).into(),
    ])
}

/// The bounds, or their false sibling: counting is all there is, and n = log2(1/eps) samples suffice.
#[derive(Debug)]
pub struct CoveringRadiusCounting {
    counting_suffices: bool,
}

/// The claim.
pub static CLAIM: CoveringRadiusCounting = CoveringRadiusCounting { counting_suffices: false };
static FALSE: CoveringRadiusCounting = CoveringRadiusCounting { counting_suffices: true };

impl Claim for CoveringRadiusCounting {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let replicas = match effort {
            Effort::Smoke => 10,
            Effort::Normal => 500,
            Effort::Paper => 10_000,
        };
        let laws = "uniform,live-product,strict-half,gaussian,hyperbolic";
        vec![Evidence::fixed(&SCHEMA, &COLUMNS, replicas, one, &[("samples", "1,2,4,8,12,16"), ("law", laws)])]
    }

    fn judge(&self, seen: &[Table], _: &Level) -> Vec<Finding> {
        let limit = |version, column, limit| Limit { version, ours: true, column, limit };
        let limits = if self.counting_suffices {
            vec![limit("counting suffices", "over_counted", 1.0 + ROUNDING)]
        } else {
            vec![
                limit("another sample", "growth", ROUNDING),
                limit("sums within reach", "counted", 1.0 + 1e-9),
                limit("all sums", "all_counted", 1.0 + 1e-9),
            ]
        };
        let judged = |point| limits.iter().map(|limit| limit.judge(&point, Vec::new())).collect::<Vec<_>>();
        seen.iter().flat_map(points).flat_map(judged).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}
