//! One target layer W (d2, d1) as two random layers that are only pruned (Pensia et al., arXiv 2006.07990, Lemma 3).
//!
//! The hidden layer has one block of 2n units per input coordinate. Block j keeps column j of the first matrix, and only the
//! entries of the sign that its half wants; row i of the second matrix keeps, in block j, the subset for W_ij. The first
//! weights of a block are shared by all rows, the second ones are fresh: the products for different rows are dependent.

use super::gadget::{Half, Side, Solver, Variant, live_units};
use crate::key::Key;
use crate::mask::Mask;
use crate::stop::Stop;
use crate::subset_sum::SampleLaw;
use ndarray::Array2;

/// How the random network is drawn and used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Construction {
    /// n of the theorem: a hidden layer has 2n units per input coordinate.
    pub n: usize,
    /// Which units serve which half.
    pub variant: Variant,
    /// Law of every weight of the random network: one of [`WEIGHT_LAWS`].
    pub law: SampleLaw,
}

/// The laws that a single weight can have, by their words; the products among the laws of samples arise from two weights.
pub const WEIGHT_LAWS: [&str; 3] = ["uniform", "gaussian", "hyperbolic"];

/// A random matrix and what is kept of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Pruned {
    /// (out, in), as drawn.
    pub w: Array2<f64>,
    /// Of the same shape.
    pub mask: Mask,
}

/// What the kept weights make of W on one half line.
#[derive(Clone, Debug, PartialEq)]
pub struct HalfLayer {
    /// Reached weight minus W; (d2, d1).
    pub residual: Array2<f64>,
    /// Upper bounds of |residual| in exact arithmetic; (d2, d1).
    pub error: Array2<f64>,
    /// Whether W_ij lies between the smallest and the largest sum that its gadget can give; (d2, d1).
    pub in_range: Array2<bool>,
}

/// What the pruned pair of layers computes: x -> (W + R+) max(0, x) - (W + R-) max(0, -x).
#[derive(Clone, Debug, PartialEq)]
pub struct Approximation {
    /// For x > 0.
    pub positive: HalfLayer,
    /// For x < 0; `None` where inputs are never negative.
    pub negative: Option<HalfLayer>,
}

impl Approximation {
    /// Both halves, or the only one.
    pub fn halves(&self) -> impl Iterator<Item = &HalfLayer> {
        std::iter::once(&self.positive).chain(&self.negative)
    }

    /// D: per weight the larger error of its halves; (d2, d1).
    pub fn error(&self) -> Array2<f64> {
        let mut worst = self.positive.error.clone();
        if let Some(negative) = &self.negative {
            worst.zip_mut_with(&negative.error, |worst, error| *worst = worst.max(*error));
        }
        worst
    }
}

/// Draws two random layers, w<at> and w<at + 1> of the network, and prunes them to `w`; `signed`: whether inputs may be
/// negative. `None` if stopped.
pub(super) fn build(
    w: &Array2<f64>,
    signed: bool,
    at: usize,
    how: &Construction,
    key: &Key,
    stop: &Stop,
) -> Option<([Pruned; 2], Approximation)> {
    let (rows, inputs) = w.dim();
    let units = 2 * how.n;
    let hidden = units * inputs;
    let weights = |at: usize| key.child(&format!("w{at}"));
    let first = draw(how, (hidden, inputs), (inputs, inputs), &weights(at), |unit, j, c| [j * units + unit, c]);
    let second = draw(how, (rows, hidden), (rows, inputs), &weights(at + 1), |unit, i, j| [i, j * units + unit]);
    let (mut kept_first, mut kept_second) = (Vec::new(), Vec::new());
    let sides: &[Side] = if signed { &[Side::Positive, Side::Negative] } else { &[Side::Positive] };
    let mut halves = Vec::new();
    let (mut pairs, mut solver) = (Vec::new(), Solver::default());
    for &side in sides {
        let mut reached = HalfLayer::exact(w.dim());
        for j in 0..inputs {
            let live = live_units(how.variant, side, (0..units).map(|unit| first[[j * units + unit, j]]));
            kept_first.extend(live.iter().map(|unit| (j * units + unit) * inputs + j));
            for i in 0..rows {
                if stop.requested() {
                    return None;
                }
                pairs.clear();
                pairs.extend(live.iter().map(|unit| (first[[j * units + unit, j]], second[[i, j * units + unit]])));
                let half = solver.closest(&pairs, w[[i, j]]);
                let kept = live.iter().enumerate().filter(|(bit, _)| half.kept >> bit & 1 == 1);
                kept_second.extend(kept.map(|(_, unit)| i * hidden + j * units + unit));
                reached.set([i, j], half);
            }
        }
        halves.push(reached);
    }
    let mut halves = halves.into_iter();
    let approximation = Approximation { positive: halves.next().expect("one side at least"), negative: halves.next() };
    let mask = |w: &Array2<f64>, kept: Vec<usize>| Mask::from_indices(w.shape(), kept);
    let (first_mask, second_mask) = (mask(&first, kept_first), mask(&second, kept_second));
    Some(([Pruned { w: first, mask: first_mask }, Pruned { w: second, mask: second_mask }], approximation))
}

/// A random matrix, drawn unit by unit, so that a network of larger n keeps the weights of a smaller one: unit s of a
/// block's first half and unit n + s share a stream. `place(unit, a, b)` is where weight (a, b) of a unit stands, for a and b
/// below `counts`.
fn draw(
    how: &Construction,
    shape: (usize, usize),
    counts: (usize, usize),
    key: &Key,
    place: impl Fn(usize, usize, usize) -> [usize; 2],
) -> Array2<f64> {
    let mut w = Array2::zeros(shape);
    for s in 0..how.n {
        let mut weights = how.law.draw(2 * counts.0 * counts.1, &key.replica(s as u64)).into_iter();
        for unit in [s, how.n + s] {
            for (a, b) in (0..counts.0).flat_map(|a| (0..counts.1).map(move |b| (a, b))) {
                w[place(unit, a, b)] = weights.next().expect("as many as were drawn");
            }
        }
    }
    w
}

impl HalfLayer {
    /// A layer of this shape without any error.
    fn exact(shape: (usize, usize)) -> HalfLayer {
        let zeros = Array2::zeros(shape);
        HalfLayer { error: zeros.clone(), residual: zeros, in_range: Array2::from_elem(shape, true) }
    }

    fn set(&mut self, at: [usize; 2], half: Half) {
        self.residual[at] = half.residual;
        self.error[at] = half.error;
        self.in_range[at] = half.in_range;
    }
}
