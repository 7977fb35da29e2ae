//! Eigenvalues of a symmetric matrix.

use nalgebra::DMatrix;
use ndarray::Array2;

/// The eigenvalues of a symmetric matrix (d, d), descending; only its lower triangle is read.
///
/// As computed in f64, without a certificate: to about d times the rounding of the largest.
///
/// # Panics
/// If the matrix is not square.
pub fn symmetric_eigenvalues(a: &Array2<f64>) -> Vec<f64> {
    let (rows, columns) = a.dim();
    assert_eq!(rows, columns, "a symmetric matrix is square");
    let matrix = DMatrix::from_fn(rows, rows, |i, j| a[(i.max(j), i.min(j))]);
    let mut values: Vec<f64> = matrix.symmetric_eigenvalues().iter().copied().collect();
    values.sort_by(|x, y| y.total_cmp(x));
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;
    use crate::network::init::InitLaw;
    use crate::spectral_norm::spectral_norm_above;

    #[test]
    fn what_is_known_by_hand() {
        // 2 and 4 with the vectors (1, -1) and (1, 1).
        let values = symmetric_eigenvalues(&ndarray::array![[3.0, 1.0], [1.0, 3.0]]);
        assert!((values[0] - 4.0).abs() < 1e-14 && (values[1] - 2.0).abs() < 1e-14, "{values:?}");
    }

    #[test]
    fn they_add_up_to_the_trace_and_the_largest_is_the_norm() {
        let b = InitLaw::Normal.draw((20, 12), 1.0, &Key::root("eigenvalues"));
        let a = b.t().dot(&b);
        let values = symmetric_eigenvalues(&a);
        let trace: f64 = a.diag().sum();
        assert!((values.iter().sum::<f64>() - trace).abs() < 1e-10 * trace && values.is_sorted_by(|x, y| x >= y));
        let norm = spectral_norm_above(&a);
        assert!(values[0] <= norm * (1.0 + 1e-12) && values[0] >= norm * (1.0 - 1e-4), "{} {norm}", values[0]);
    }
}
