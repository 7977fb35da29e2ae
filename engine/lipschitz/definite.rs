//! Positive semidefiniteness with certainty, by a floating-point Cholesky (Rump, BIT 46, 2006).
//!
//! If the algorithm runs to its end on a symmetric M of size n, then R^T R = M + E with |E_ij| <= g |r_i| |r_j|, where
//! g = gamma(n + 1) and |r_j|^2 <= M_jj / (1 - g): so the least eigenvalue of M is at least -g / (1 - g) trace M. That holds for
//! any order of summation.

use super::rounding::{dot, gamma};

/// A c such that M + c I is certainly positive semidefinite, if the Cholesky of M runs to its end.
pub(super) fn semidefinite_within(lower: &[f64], n: usize) -> Option<f64> {
    cholesky(lower, n).map(|(_, missing)| missing)
}

/// The lower factor L of M = L L^T (n x n, row by row; of M the lower triangle is read), and a c such that M + c I is
/// certainly positive semidefinite and x^T (L L^T - M) x at most c |x|^2.
pub(super) fn cholesky(lower: &[f64], n: usize) -> Option<(Vec<f64>, f64)> {
    let mut factor = lower.to_vec();
    let mut trace = 0.0;
    for i in 0..n {
        let (done, here) = factor.split_at_mut(i * n);
        for j in 0..i {
            let row = &done[j * n..j * n + j + 1];
            here[j] = (here[j] - dot(&here[..j], &row[..j])) / row[j];
        }
        let left = here[i] - dot(&here[..i], &here[..i]);
        // Written so that NaN ends it too.
        if !(left > 0.0) || !left.is_finite() {
            return None;
        }
        trace += here[i];
        here[i] = left.sqrt();
    }
    let g = gamma(n + 2);
    // The last term covers what underflow can lose.
    let missing = 2.0 * g * trace * (1.0 + 2.0 * gamma(n)) + (n * n) as f64 * f64::MIN_POSITIVE;
    Some((factor, missing))
}

/// A number not below the largest eigenvalue of the positive semidefinite G (n x n, row by row), within about 1e-9 of it.
pub(super) fn largest_eigenvalue_below(gram: &[f64], n: usize) -> f64 {
    let trace: f64 = (0..n).map(|i| gram[i * n + i]).sum();
    if trace == 0.0 {
        return 0.0;
    }
    let estimate = power_iteration(gram, n);
    // The estimate lies below; twice the distance each time ends at the trace at the latest.
    let mut excess = 1e-10;
    loop {
        let bound = (estimate * (1.0 + excess)).min(trace * (1.0 + 1e-9));
        let mut shifted: Vec<f64> = gram.iter().map(|g| -g).collect();
        (0..n).for_each(|i| shifted[i * n + i] += bound);
        match semidefinite_within(&shifted, n) {
            Some(missing) => return bound + missing + 4.0 * f64::EPSILON * bound,
            None if bound >= trace => return 2.0 * trace,
            None => excess *= 2.0,
        }
    }
}

/// An estimate from below of the largest eigenvalue.
fn power_iteration(gram: &[f64], n: usize) -> f64 {
    // The row of the largest diagonal entry is not orthogonal to every leading vector but by accident, and then the
    // shift above pays for it.
    let top = (0..n).max_by(|i, j| gram[i * n + i].total_cmp(&gram[j * n + j])).unwrap_or(0);
    let mut x: Vec<f64> = gram[top * n..(top + 1) * n].to_vec();
    let mut value = 0.0;
    for _ in 0..2000 {
        let size = dot(&x, &x).sqrt();
        if size == 0.0 {
            break;
        }
        x.iter_mut().for_each(|x| *x /= size);
        let y: Vec<f64> = (0..n).map(|i| dot(&gram[i * n..(i + 1) * n], &x)).collect();
        let new = dot(&x, &y);
        let done = new - value <= 1e-13 * new;
        value = new;
        x = y;
        if done {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indefinite_matrices_are_refused_and_definite_ones_pass() {
        // [[2, 1], [1, c]] is definite for c > 1/2.
        let matrix = |c: f64| [2.0, 0.0, 1.0, c];
        assert!(semidefinite_within(&matrix(0.5 + 1e-12), 2).unwrap() < 1e-14);
        assert_eq!(semidefinite_within(&matrix(0.5 - 1e-12), 2), None);
        assert_eq!(semidefinite_within(&matrix(f64::NAN), 2), None);
    }

    #[test]
    fn the_largest_eigenvalue_is_bounded_closely() {
        // 3 I + ones has n + 3 and 3.
        for n in [1usize, 2, 7, 40] {
            let gram: Vec<f64> = (0..n * n).map(|at| if at % (n + 1) == 0 { 4.0 } else { 1.0 }).collect();
            let bound = largest_eigenvalue_below(&gram, n);
            let exact = n as f64 + 3.0;
            assert!(bound >= exact && bound <= exact * (1.0 + 1e-9), "{bound} for {exact}");
        }
        assert_eq!(largest_eigenvalue_below(&[0.0; 4], 2), 0.0);
    }
}
