//! Somebody's own bound, checked with prunelaw. Read from top to bottom; then `cargo test -p own_bound`.
//!
//! The bound: masking a patch network with q = 1 moves no output by more than
//!
//! ```text
//! sum_r |w_kr o (1 - m_kr)| (|x_1| + |x_2|)
//! ```
//!
//! since ReLU is 1-Lipschitz and Cauchy-Schwarz does the rest. The tempting shortcut "a fraction 1 - p of the weights
//! carries a fraction 1 - p of the norm" puts (1 - p) |w_kr| there. It is false: the removed part has about
//! sqrt(1 - p) of the norm, which is more.
//!
//! A claim of one's own takes four things: a card, the fields that its trials read, one draw, and a judge.

use prunelaw::engine::data::patches::{Labels, NoiseLaw, PatchLaw, SignalLaw};
use prunelaw::engine::effort::Effort;
use prunelaw::engine::fraction::KeepFraction;
use prunelaw::engine::key::Key;
use prunelaw::engine::mask::Mask;
use prunelaw::engine::network::patch::{Outer, PatchBank, PatchNet};
use prunelaw::engine::settings::{Assignment, Field, Schema, Settings, vocabulary};
use prunelaw::engine::table::{Column, Row, Table};
use prunelaw::theorems::limit::Limit;
use prunelaw::theorems::point::points;
use prunelaw::theorems::{Card, Claim, Class, Evidence, Finding, Level, Replicas, Trial, TrialError};

/// The bound for every output: (K, n) in row-major order.
pub fn bound(net: &PatchNet<f64>, mask: &Mask, data: &PatchBank) -> Vec<f64> {
    let removed = |k: usize, r: usize| {
        let (_, neurons, dimension) = net.w.dim();
        let entry = |j: usize| if mask.keeps((k * neurons + r) * dimension + j) { 0.0 } else { net.w[[k, r, j]] };
        (0..dimension).map(|j| entry(j).powi(2)).sum::<f64>().sqrt()
    };
    per_output(net, data, removed)
}

/// The shortcut, which is false.
pub fn shortcut(net: &PatchNet<f64>, keep: KeepFraction, data: &PatchBank) -> Vec<f64> {
    let share = |k: usize, r: usize| {
        let row = net.w.outer_iter().nth(k).expect("a head per class");
        keep.pruned().get() * row.row(r).iter().map(|w| w * w).sum::<f64>().sqrt()
    };
    per_output(net, data, share)
}

/// sum_r part(k, r) (|x_1| + |x_2|) for every output.
fn per_output(net: &PatchNet<f64>, data: &PatchBank, part: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    let (classes, neurons, _) = net.w.dim();
    let length = |v: usize| data.vector(v).iter().map(|x| x * x).sum::<f64>().sqrt();
    let lengths: Vec<f64> = (0..data.samples()).map(|i| data.patches(i).map(length).iter().sum()).collect();
    let parts = (0..classes).map(|k| (0..neurons).map(|r| part(k, r)).sum::<f64>());
    parts.flat_map(|part| lengths.iter().map(move |length| part * length)).collect()
}

/// How far masking moves every output, beyond the rounding of two sums: (K, n) in row-major order.
pub fn moved(net: &PatchNet<f64>, mask: &Mask, data: &PatchBank) -> Vec<f64> {
    let mut masked = net.clone();
    masked.w.iter_mut().enumerate().filter(|(entry, _)| !mask.keeps(*entry)).for_each(|(_, w)| *w = 0.0);
    let (dense, masked) = (net.outputs(data), masked.outputs(data));
    let (dense, masked) = (dense.expect("data and network fit"), masked.expect("data and network fit"));
    let rounding = |a: f64, b: f64| 1e-13 * (a.abs() + b.abs());
    dense.iter().zip(&masked).map(|(a, b)| ((a - b).abs() - rounding(*a, *b)).max(0.0)).collect()
}

static CARD: Card =
    Card::own("masking_moves_outputs_little", Class::Inequality, "masking moves no output beyond the bound");

// The fields of a trial, from the vocabulary that the program's own sims use. Axes make the points of the regime.
static FIELDS: [Field; 6] = [
    vocabulary::CLASSES.integer(2),
    vocabulary::NEURONS.integer(3),
    // Few, so that a removed weight matters.
    vocabulary::DIMENSION.integer(4),
    vocabulary::SAMPLES.integer(4),
    vocabulary::NOISE.real(1.0).axis(),
    vocabulary::KEEP.axis(),
];
static SCHEMA: Schema = Schema { when: "the trials of masking_moves_outputs_little", fields: &FIELDS, rules: &[] };
static COLUMNS: [Column; 2] = [
    Column::real("ratio", "1", "largest movement / bound over outputs and samples"),
    Column::real("shortcut_ratio", "1", "the same for the shortcut"),
];

/// One replica: everything random comes from children of its key.
fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let law = PatchLaw {
        classes: settings.count("classes"),
        dimension: settings.count("dimension"),
        signal: 1.0,
        noise: settings.real("noise"),
        signal_law: SignalLaw::Basis,
        noise_law: NoiseLaw::Full,
    };
    let signals = law.signals(&key.child("signals"));
    let sample = law.sample(&signals, settings.count("samples"), Labels::Balanced, &key.child("data"));
    let data = PatchBank::of_law(&sample);
    let keep = KeepFraction::new(settings.real("keep")).map_err(|error| TrialError(error.to_string()))?;
    let shape = (law.classes, settings.count("neurons"), law.dimension);
    let net = PatchNet::normal(shape, 0.5, 1.0, Outer::Ones, &key.child("init"));
    let mask = Mask::bernoulli(&[shape.0, shape.1, shape.2], keep, &key.child("mask"));
    let moved = moved(&net, &mask, &data);
    Ok(vec![ratio(&moved, &bound(&net, &mask, &data)).into(), ratio(&moved, &shortcut(&net, keep, &data)).into()])
}

/// Largest movement / bound; 0 / 0 is 0, as nothing moved and nothing was allowed to.
pub fn ratio(moved: &[f64], bound: &[f64]) -> f64 {
    let one = |(moved, bound): (&f64, &f64)| if *moved == 0.0 { 0.0 } else { moved / bound };
    moved.iter().zip(bound).map(one).fold(0.0, |a, b| if b.is_nan() { b } else { b.max(a) })
}

/// The claim; `column` picks the bound, so that the false version is judged on the same draws.
#[derive(Debug)]
pub struct MaskingMovesOutputsLittle {
    column: &'static str,
}

/// The bound.
pub static CLAIM: MaskingMovesOutputsLittle = MaskingMovesOutputsLittle { column: "ratio" };
/// The shortcut.
pub static FALSE: MaskingMovesOutputsLittle = MaskingMovesOutputsLittle { column: "shortcut_ratio" };

impl Claim for MaskingMovesOutputsLittle {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let replicas = Replicas::Fixed(if effort == Effort::Smoke { 50 } else { 1000 });
        let settings = vec![Assignment::own("keep", "0.05,0.5,0.9,1"), Assignment::own("noise", "0.1,1")];
        vec![Evidence::Trial(Trial { schema: &SCHEMA, settings, columns: &COLUMNS, replicas, one })]
    }

    fn judge(&self, seen: &[Table], _: &Level) -> Vec<Finding> {
        // One part in 1e12 for the rounding of sums.
        let limit = Limit { version: "as stated", ours: true, column: self.column, limit: 1.0 + 1e-12 };
        seen.iter().flat_map(points).map(|point| limit.judge(&point, Vec::new())).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use prunelaw::testing::{cases, check_claim};
    use prunelaw::theorems::Verdict;

    #[test]
    fn the_bound_holds_with_a_margin() {
        let report = check_claim(&CLAIM, Effort::Smoke, 1e-3).unwrap();
        assert!(matches!(report.verdict, Verdict::Holds { margin } if margin > 0.0), "{:?}", report.verdict);
    }

    #[test]
    fn the_shortcut_is_caught() {
        let report = check_claim(CLAIM.false_sibling(), Effort::Smoke, 1e-3).unwrap();
        assert!(report.verdict.refutes(), "{:?}", report.verdict);
        println!("caught: {:?}", report.verdict);
    }

    proptest! {
        // The same bound on networks that nobody chose: any size, mask and data; a failure shrinks to a small one.
        #[test]
        fn no_random_network_breaks_the_bound(case in cases(4, 12, 5)) {
            let net = PatchNet { power: 1.0, a: None, ..case.net };
            let data = PatchBank::of_law(&case.sample);
            let (moved, bound) = (moved(&net, &case.mask, &data), bound(&net, &case.mask, &data));
            prop_assert!(ratio(&moved, &bound) <= 1.0 + 1e-12, "moved {:?}, bound {:?}", moved, bound);
        }
    }
}
