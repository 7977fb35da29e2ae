//! # A network that can be pruned to every linear map needs d^2 log2(1/(2 eps)) parameters
//!
//! If for every W with |W| <= 1 some subnetwork of a random network is within eps of x -> W x on the unit ball with chance at
//! least 1/2, then there are at least (1/2) (1/(2 eps))^(d^2) subnetworks: m >= d^2 log2(1/(2 eps)) - 1 prunable parameters.
//!
//! ## Source
//! arXiv 2006.07990, Theorem 2, as restated in arXiv 2410.14754. `pensia2020optimal`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. The subnetworks are those among which the construction chooses: 2^m, m the live second weights of its gadgets.
//!
//! ## Bound
//! d^2 log2(1/(2 eps)) - 1 <= m. One-dimensional and sharp, derived here: the sums of n numbers cover at most a length
//! 2^n 2 eps, so that half of [-1, 1] needs n >= log2(1/(2 eps)).
//!
//! ## Checked here
//! eps is the error that a random network reaches for half of 32 random targets, for d = 1, 2, 3; and for the scalar form the eps
//! at which the sums of n uniform numbers cover exactly half of [-1, 1], by enumeration.
//!
//! ## Not checked here
//! Random networks other than this construction.
//!
//! ## Gaps to the paper
//! The theorem speaks of the chance for every single W; here of half of the targets of one network.

use super::construction::{UNITS, VARIANT, construction};
use super::{PENSIA, SUBJECT};
use crate::limit::Limit;
use crate::point::points;
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Symbol, TrialError};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Field, Schema, Settings};
use prunelaw_engine::statistics::mean::quantile;
use prunelaw_engine::stop::Stop;
use prunelaw_engine::subset_sum::SampleLaw;
use prunelaw_engine::table::{Column, Row, Table};
use prunelaw_engine::ticket::{Target, certify, construct};
use rand::RngExt;

/// Targets of one random network.
const TARGETS: u64 = 32;
/// Starts of the search for the error of each.
const STARTS: usize = 20;

/// d^2 log2(1/(2 eps)) - 1: the least m.
pub fn least_parameters(dimension: usize, eps: f64) -> f64 {
    (dimension * dimension) as f64 * (0.5 / eps).log2() - 1.0
}

/// log2(1/(2 eps)): the least n with which sums can cover half of [-1, 1] to within eps.
pub fn least_samples(eps: f64) -> f64 {
    (0.5 / eps).log2()
}

static CARD: Card = Card {
    id: "parameters_needed",
    was: None,
    subject: &SUBJECT,
    class: Class::Inequality,
    says: "a random network of which some subnetwork is within eps of every second linear map has at least d^2 log2(1/(2 eps)) \
           - 1 prunable parameters: Pensia Thm 2 counting bound",
    statement: "If for every d x d matrix W with |W| <= 1 some subnetwork of a random network is within eps of x -> W x on the \
                unit ball with chance at least 1/2, then the network has at least d^2 log2(1/(2 eps)) - 1 prunable parameters.",
    source: "arXiv 2006.07990, Theorem 2, as restated in arXiv 2410.14754; scalar form derived here",
    reference: PENSIA,
    provenance: Provenance::Published,
    symbols: &[
        UNITS,
        VARIANT,
        Symbol { letter: "d", name: "dimension", meaning: "inputs and outputs of the linear target; count" },
        Symbol {
            letter: "m",
            name: "parameters",
            meaning: "weights of which subsets are chosen, log2 of the subnetworks",
        },
        Symbol { letter: "eps", name: "error", meaning: "error that half of the targets reach; above 0" },
    ],
    assumptions: &[Assumption {
        name: "subnetworks",
        says: "the subnetworks are the 2^m subsets of live second weights among which the construction chooses",
    }],
    bound: "m >= d^2 log2(1/(2 eps)) - 1: a packing of the spectral ball at distance 2 eps. Scalar form: n >= log2(1/(2 eps)), \
            since 2^n sums cover a length of at most 2^n 2 eps",
    checked: &[
        "eps as the median over 32 random targets of the error found for one random network, d = 1, 2, 3, n = 6, 10, 14, \
         strict and sign-adaptive halves; m counts live second weights only, so that the bound is as tight as it can be",
        "the scalar form without targets: the eps at which the sums of n = 6, 10 and 14 uniform numbers cover half of [-1, 1], \
         exactly, by enumeration",
    ],
    not_checked: &["other random networks, of other depth or width", "the chance over networks for one single target"],
    gaps: &[
        "the error of a target is what a search found, which is never above the true one: eps is counted too small, and the \
         bound too large, so that the check is on the safe side",
        "for linear targets both halves of a gadget serve one weight: the construction spends twice what a packing needs",
    ],
    power: "no chance enters beyond the choice of targets: one network beyond the bound refutes",
    about: "the arrays in f64",
    protocol: 1,
};

static FIELDS: [Field; 3] = [
    field::N.integer(10).axis(),
    field::VARIANT.axis(),
    Field { help: "inputs and outputs of the target", ..field::DIMENSION.integer(2).axis() },
];

static SCHEMA: Schema = Schema { when: "the trials of parameters_needed", fields: &FIELDS, rules: &[] };

static COLUMNS: [Column; 6] = [
    Column::real("ratio", "1", "(d^2 log2(1/(2 eps)) - 1) / m, 0 if it is negative"),
    Column::real("scalar_ratio", "1", "log2(1/(2 eps)) / n for the sums of n plain uniform numbers"),
    Column::real("double_ratio", "1", "twice that: as if two samples were needed for every bit"),
    Column::real("error", "1", "eps: median over the targets of the error found"),
    Column::real("scalar_error", "1", "eps where the sums of n plain numbers cover half of [-1, 1]"),
    Column::real("parameters", "weights", "m: live second weights, mean over the targets"),
];

fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let (d, how) = (settings.count("dimension"), construction(settings));
    let (mut errors, mut live) = (Vec::new(), 0.0);
    for index in 0..TARGETS {
        let target = in_the_ball(d, &key.child("target").replica(index))?;
        let ticket = construct(&target, &how, &key.child("init"), &Stop::new()).expect("nobody asks to stop");
        errors.push(certify(&target, &ticket.layers, STARTS, &key.child("search").replica(index)).lower);
        // Every live unit of a block stands before one second weight per output.
        live += (d * ticket.masks[0].kept()) as f64;
    }
    let error = quantile(&errors, 0.5).map_err(|error| TrialError(error.to_string()))?;
    let parameters = live / TARGETS as f64;
    // Where nothing is needed nothing need be there.
    let needed = least_parameters(d, error).max(0.0);
    let ratio = if needed > 0.0 { needed / parameters } else { 0.0 };
    let scalar_error = half_covered(&SampleLaw::Uniform.draw(how.n, &key.child("data")));
    let scalar_ratio = least_samples(scalar_error) / how.n as f64;
    Ok(vec![
        ratio.into(),
        scalar_ratio.into(),
        (2.0 * scalar_ratio).into(),
        error.into(),
        scalar_error.into(),
        parameters.into(),
    ])
}

/// A random d x d matrix with |W| <= 1, in the middle of the ball as often as its volume says.
fn in_the_ball(d: usize, key: &Key) -> Result<Target, TrialError> {
    let boundary = Target::normalised(&[d, d], key);
    let radius = key.child("radius").rng().random::<f64>().powf(1.0 / (d * d) as f64);
    Target::new(vec![&boundary.layers()[0] * radius]).map_err(|error| TrialError(error.to_string()))
}

/// The eps with which the subset sums of these numbers cover half of [-1, 1], by enumeration.
fn half_covered(numbers: &[f64]) -> f64 {
    let mut sums = vec![0.0];
    for x in numbers {
        sums.extend(sums.clone().into_iter().map(|sum| sum + x));
    }
    sums.sort_by(f64::total_cmp);
    let covered = |eps: f64| {
        let ends = sums.iter().map(|sum| ((sum - eps).max(-1.0), (sum + eps).min(1.0)));
        let step = |(length, reached): (f64, f64), (low, high): (f64, f64)| {
            (length + (high - low.max(reached)).max(0.0), reached.max(high))
        };
        ends.fold((0.0, -1.0), step).0
    };
    // The least eps that covers half, from above by bisection.
    let (mut less, mut eps) = (0.0, 1.0);
    for _ in 0..50 {
        let middle = 0.5 * (less + eps);
        if covered(middle) < 1.0 { less = middle } else { eps = middle }
    }
    eps
}

/// The bounds, or their false sibling, which asks for two samples per bit.
#[derive(Debug)]
pub struct ParametersNeeded {
    limits: &'static [Limit],
}

const fn limit(version: &'static str, column: &'static str) -> Limit {
    Limit { version, ours: true, column, limit: 1.0 }
}

/// The claim.
pub static CLAIM: ParametersNeeded =
    ParametersNeeded { limits: &[limit("as stated", "ratio"), limit("scalar (derived)", "scalar_ratio")] };
static FALSE: ParametersNeeded = ParametersNeeded { limits: &[limit("two samples per bit", "double_ratio")] };

impl Claim for ParametersNeeded {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let replicas = match effort {
            Effort::Smoke => 2,
            Effort::Normal => 10,
            Effort::Paper => 200,
        };
        let settings = [("n", "6,10,14"), ("variant", "strict,adaptive"), ("dimension", "1,2,3")];
        vec![Evidence::fixed(&SCHEMA, &COLUMNS, replicas, one, &settings)]
    }

    fn judge(&self, seen: &[Table], _: &Level) -> Vec<Finding> {
        let points: Vec<_> = seen.iter().flat_map(points).collect();
        let at = |limit: &'static Limit| points.iter().map(|point| limit.judge(point, Vec::new()));
        self.limits.iter().flat_map(at).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_hand() {
        assert_eq!(least_parameters(2, 0.125), 7.0);
        assert_eq!(least_samples(0.125), 2.0);
        // 0 and 0.5 cover [-0.25, 0.75] with eps = 0.25, half of [-1, 1]; -1 and 0 and 1 cover it with 0.25 too.
        assert!((half_covered(&[0.5]) - 0.25).abs() < 1e-12);
        assert!((half_covered(&[1.0, -1.0]) - 0.25).abs() < 1e-12);
    }
}
