//! Upper ends from norms of the layers: products of spectral norms, and the path norm.
//!
//! |a| ||W|| changes when a_j is divided and w_j multiplied by the same number, although the network does not; balanced, with
//! |a_j| = |w_j|, it lies below the path norm sum_j |a_j| |w_j| = |a| ||W||_F.

use super::definite::largest_eigenvalue_below;
use super::kinks::{Kinks, Neuron};
use super::rounding::{add, dot, gamma, norm, up};

/// |a| ||W||_op.
pub(super) fn spectral(kinks: &Kinks) -> f64 {
    let outer: Vec<f64> = kinks.neurons.iter().map(|neuron| neuron.a).collect();
    let inner: Vec<&[f64]> = kinks.neurons.iter().map(|neuron| neuron.w.as_slice()).collect();
    up(norm(&outer), outer.len() + 4) * operator_norm(&inner)
}

/// The same of the network with |a_j| = |w_j|.
pub(super) fn balanced(kinks: &Kinks) -> f64 {
    let mut outer = Vec::new();
    let mut inner = Vec::new();
    for Neuron { a, w, .. } in &kinks.neurons {
        let size = norm(w);
        let each = (a.abs() * size).sqrt();
        outer.push(each);
        inner.push(w.iter().map(|w| w / size * each).collect::<Vec<f64>>());
    }
    let inner: Vec<&[f64]> = inner.iter().map(Vec::as_slice).collect();
    // The balanced weights are off by the roundings that made them.
    up(up(norm(&outer), outer.len() + 4) * operator_norm(&inner), 4 * kinks.dimension + 32)
}

/// sum_j |a_j| |w_j|.
pub(super) fn path(kinks: &Kinks) -> f64 {
    let sum: f64 = kinks.neurons.iter().map(|neuron| neuron.a.abs() * norm(&neuron.w)).sum();
    up(sum, kinks.neurons.len() + kinks.dimension + 8)
}

/// A number not below the spectral norm of the matrix with these rows.
pub(super) fn operator_norm(rows: &[&[f64]]) -> f64 {
    let Some(columns) = rows.first().map(|row| row.len()) else { return 0.0 };
    let (n, gram) = if rows.len() <= columns {
        let n = rows.len();
        (n, (0..n * n).map(|at| dot(rows[at / n], rows[at % n])).collect::<Vec<f64>>())
    } else {
        let mut gram = vec![0.0; columns * columns];
        for row in rows {
            for (i, &x) in row.iter().enumerate().filter(|(_, x)| **x != 0.0) {
                add(&mut gram[i * columns..(i + 1) * columns], x, row);
            }
        }
        (columns, gram)
    };
    let trace: f64 = (0..n).map(|i| gram[i * n + i]).sum();
    // An entry of the Gram matrix is off by gamma |row| |row|, the whole of it by gamma times its trace.
    let rounding = 2.0 * gamma(rows.len().max(columns) + 8) * trace;
    up((largest_eigenvalue_below(&gram, n) + rounding).sqrt(), 8)
}
