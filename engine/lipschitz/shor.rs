//! The Shor bound, which equals LipSDP-Neuron (arXiv 1906.04893; see [`lipsdp`](super::lipsdp)): an upper end with a certificate.
//!
//! The squared gradient is |B^T x|^2 with x in {-1, 1}^(k+1) and the rows B = (v + J^T 1 / 2; J / 2), so for every y with
//! Diag(y) - B B^T positive semidefinite it is at most sum_i y_i. Its dual asks for unit vectors v_i instead of signs,
//! and is climbed by setting each to the direction of g_i = sum_(j != i) Q_ij v_j, Q = B B^T; at the top y_i = Q_ii + |g_i|.
//! That y is then raised until a Cholesky proves it feasible: whatever went wrong on the way, the bound holds.

use super::definite::cholesky;
use super::eigenvalue::middle;
use super::kinks::Kinks;
use super::rounding::{add, dot, gamma, norm, up};
use crate::key::Key;
use rand::RngExt;
use rand_distr::StandardNormal;

/// The most walls: a Cholesky of this size takes about ten seconds.
pub(super) const MOST: usize = 2048;
/// Products that the ascent may spend.
const WORK: usize = 20_000_000_000;

/// The bound.
pub(super) fn bound(kinks: &Kinks, key: &Key) -> f64 {
    let rows = rows(kinks);
    let dual = certify(&rows, multipliers(&rows, key));
    let squared = up(dual.total + rows.len() as f64 * dual.missing, rows.len() + 8);
    // The rows were taken for real numbers; rounding made them.
    kinks.not_below(up(squared.sqrt(), 4)) + 2.0 * kinks.slack
}

/// A y with Diag(y) - B B^T + missing I certainly positive semidefinite, and the factor that shows it.
pub(super) struct Dual {
    /// The y.
    pub(super) y: Vec<f64>,
    /// sum y.
    pub(super) total: f64,
    /// Per unit of |x|^2.
    pub(super) missing: f64,
    /// The lower Cholesky factor of Diag(y) - B B^T as computed, row by row.
    pub(super) factor: Vec<f64>,
}

/// B: the mean gradient, then half of every jump.
pub(super) fn rows(kinks: &Kinks) -> Vec<Vec<f64>> {
    let halves = kinks.walls.iter().map(|wall| wall.jump.iter().map(|jump| jump / 2.0).collect());
    [middle(kinks)].into_iter().chain(halves).collect()
}

/// y, by coordinate ascent over unit vectors.
pub(super) fn multipliers(rows: &[Vec<f64>], key: &Key) -> Vec<f64> {
    let (n, d) = (rows.len(), rows[0].len());
    // No local maxima but the global one from rank sqrt(2 n) on.
    let rank = ((2.0 * n as f64).sqrt().ceil() as usize + 1).next_multiple_of(8);
    let mut rng = key.rng();
    let mut vectors: Vec<Vec<f64>> = (0..n)
        .map(|_| {
            let v: Vec<f64> = (0..rank).map(|_| rng.sample(StandardNormal)).collect();
            let size = norm(&v);
            v.iter().map(|v| v / size).collect()
        })
        .collect();
    let squares: Vec<f64> = rows.iter().map(|row| dot(row, row)).collect();
    // sums = B^T V, so that sum_j Q_ij v_j = b_i sums.
    let mut sums = vec![vec![0.0; rank]; d];
    let (mut pull, mut change) = (vec![0.0; rank], vec![0.0; rank]);
    let mut y = vec![0.0; n];
    let sweeps = (WORK / (2 * n * d * rank)).clamp(20, 20_000);
    let mut before = 0.0;
    for sweep in 0..sweeps {
        if sweep % 100 == 0 {
            // Afresh, so that rounding does not add up.
            sums.iter_mut().for_each(|sum| sum.fill(0.0));
            for (row, v) in rows.iter().zip(&vectors) {
                row.iter().zip(&mut sums).filter(|(x, _)| **x != 0.0).for_each(|(x, sum)| add(sum, *x, v));
            }
        }
        for i in 0..n {
            pull.fill(0.0);
            rows[i].iter().zip(&sums).filter(|(x, _)| **x != 0.0).for_each(|(x, sum)| add(&mut pull, *x, sum));
            add(&mut pull, -squares[i], &vectors[i]);
            let size = norm(&pull);
            y[i] = squares[i] + size;
            if size == 0.0 {
                continue;
            }
            for ((change, v), pull) in change.iter_mut().zip(&mut vectors[i]).zip(&pull) {
                *change = pull / size - *v;
                *v = pull / size;
            }
            rows[i].iter().zip(&mut sums).filter(|(x, _)| **x != 0.0).for_each(|(x, sum)| add(sum, *x, &change));
        }
        let total: f64 = y.iter().sum();
        if sweep % 10 == 9 {
            if (total - before).abs() <= 1e-12 * total {
                break;
            }
            before = total;
        }
    }
    y
}

/// y, raised as far as the certificate needs.
pub(super) fn certify(rows: &[Vec<f64>], mut y: Vec<f64>) -> Dual {
    let n = rows.len();
    let mut negative = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            negative[i * n + j] = -dot(&rows[i], &rows[j]);
        }
    }
    let trace: f64 = (0..n).map(|i| -negative[i * n + i]).sum();
    // At the trace of Q any y >= 0 is feasible, so this ends.
    let mut shift = (1e-13 * y.iter().sum::<f64>()).max(f64::MIN_POSITIVE);
    loop {
        y.iter_mut().for_each(|y| *y += shift);
        let mut matrix = negative.clone();
        (0..n).for_each(|i| matrix[i * n + i] += y[i]);
        if let Some((factor, missing)) = cholesky(&matrix, n) {
            let total: f64 = y.iter().sum();
            // Computed entries of Q are off by gamma |b_i| |b_j|; the diagonal of the difference by one more rounding.
            let rounding = 2.0 * gamma(rows[0].len() + n + 8) * (trace + total);
            return Dual { y, total, missing: missing + rounding, factor };
        }
        shift *= 2.0;
    }
}
