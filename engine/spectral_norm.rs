//! An upper bound of the spectral norm of a matrix that holds for its entries as they are in f64.
//!
//! With H_0 = A and H_{k+1} = H_k^T H_k the spectral norms satisfy |H_{k+1}| = |H_k|^2, and |H| <= |H|_F. After k
//! squarings the Frobenius norm exceeds the spectral one by a factor of at most rank^(1/2) of H_k, which the 2^k-th root
//! brings close to 1. A product rounds by at most gamma |H_k|_F^2, which is added on the way back.

use crate::linalg::{Matrix, product};
use crate::rounding::{norm_above, up};
use ndarray::Array2;

/// Squarings: the bound is within rank^(1/2^(SQUARINGS + 1)) of the norm, 4e-5 at rank 100.
const SQUARINGS: usize = 16;

/// A number that is at least the spectral norm of `a` (m, d), and close to it; infinite if an entry is not finite.
pub fn spectral_norm_above(a: &Array2<f64>) -> f64 {
    if a.iter().any(|entry| !entry.is_finite()) {
        return f64::INFINITY;
    }
    // The Gram matrix of the shorter side is the smaller.
    let a = if a.nrows() < a.ncols() { a.t().as_standard_layout().into_owned() } else { a.clone() };
    let (rows, columns) = a.dim();
    above(a.iter().copied().collect(), rows, columns, SQUARINGS)
}

/// The same for `rows` x `columns` entries, row after row.
fn above(mut entries: Vec<f64>, rows: usize, columns: usize, squarings: usize) -> f64 {
    let frobenius = norm_above(&entries);
    if squarings == 0 || frobenius == 0.0 || rows.min(columns) == 1 {
        return frobenius;
    }
    // To a Frobenius norm of at most 1. Entries that underflow are far below the rounding of the product.
    entries.iter_mut().for_each(|entry| *entry /= frobenius);
    let mut gram = vec![0.0; columns * columns];
    let matrix = Matrix::new(&entries, rows, columns);
    product(&mut gram, matrix.t(), matrix, false);
    let rounding = up(rows as f64 * f64::EPSILON, 2);
    let squared = above(gram, columns, columns, squarings - 1) + rounding;
    up(frobenius * squared.sqrt(), 6).min(frobenius)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;
    use crate::network::init::InitLaw;

    /// Power iteration: from below.
    fn below(a: &Array2<f64>) -> f64 {
        let mut x = a.row(0).to_owned() + 0.1;
        for _ in 0..3000 {
            x = a.t().dot(&a.dot(&x));
            x /= x.dot(&x).sqrt();
        }
        let y = a.dot(&x);
        y.dot(&y).sqrt()
    }

    #[test]
    fn the_bound_is_above_power_iteration_and_close_to_it() {
        for (shape, scale) in [((1, 7), 1.0), ((5, 5), 1e-200), ((30, 12), 1.0), ((12, 30), 1e150), ((60, 60), 3.0)] {
            let a = InitLaw::Normal.draw(shape, 1.0, &Key::root("spectral"));
            let (bound, found) = (spectral_norm_above(&(&a * scale)) / scale, below(&a));
            assert!(bound >= found * (1.0 - 1e-12) && bound <= found * 1.0001, "{shape:?}: {bound} above {found}");
        }
    }

    #[test]
    fn what_is_known_by_hand() {
        let diagonal = Array2::from_diag(&ndarray::array![0.5, -3.0, 2.0]);
        let bound = spectral_norm_above(&diagonal);
        assert!((3.0..3.0 + 1e-9).contains(&bound), "{bound}");
        assert_eq!(spectral_norm_above(&Array2::zeros((3, 2))), 0.0);
        let identity = spectral_norm_above(&Array2::eye(100));
        assert!((1.0..1.0 + 4e-5).contains(&identity), "{identity}");
        assert_eq!(spectral_norm_above(&ndarray::array![[1.0, f64::NAN]]), f64::INFINITY);
    }
}
