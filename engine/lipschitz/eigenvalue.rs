//! The eigenvalue bound: half of the neurons active on average, the rest by the spectral norm of the jumps.
//!
//! With s = (1 + x) / 2 and x in {-1, 1}^k a gradient is (v + J^T 1 / 2) + J^T x / 2, so its norm is at most
//! |v + J^T 1 / 2| + sqrt(k) ||J||_op / 2.

use super::kinks::Kinks;
use super::products::operator_norm;
use super::rounding::{add, norm, up};

/// The bound.
pub(super) fn bound(kinks: &Kinks) -> f64 {
    let jumps: Vec<&[f64]> = kinks.walls.iter().map(|wall| wall.jump.as_slice()).collect();
    let middle = up(norm(&middle(kinks)), kinks.dimension + 4) + kinks.slack;
    let rest = 0.5 * up((jumps.len() as f64).sqrt(), 2) * operator_norm(&jumps);
    kinks.not_below(up(middle + rest, 4))
}

/// v + J^T 1 / 2: the mean of the gradients over all patterns.
pub(super) fn middle(kinks: &Kinks) -> Vec<f64> {
    let mut middle = kinks.slope.clone();
    kinks.walls.iter().for_each(|wall| add(&mut middle, 0.5, &wall.jump));
    middle
}
