//! An orthonormal basis, by Gram and Schmidt.

use ndarray::{Array1, Array2};

/// What of a row counts as new beside earlier ones.
const NEW: f64 = 1e-12;

/// An orthonormal basis of the span of the rows; (rank, d).
pub(super) fn basis(rows: &Array2<f64>) -> Array2<f64> {
    let mut found: Vec<Array1<f64>> = Vec::new();
    for row in rows.rows() {
        let mut rest = row.to_owned();
        // Twice is enough to be orthogonal to working precision.
        for _ in 0..2 {
            for b in &found {
                let part = b.dot(&rest);
                rest.scaled_add(-part, b);
            }
        }
        let size = rest.dot(&rest).sqrt();
        if size > NEW {
            found.push(rest / size);
        }
    }
    Array2::from_shape_fn((found.len(), rows.ncols()), |(i, j)| found[i][j])
}

#[cfg(test)]
mod tests {
    use super::super::draw::TwoLayer;
    use super::*;
    use prunelaw_engine::key::Key;

    #[test]
    fn the_basis_is_orthonormal_and_spans_the_rows() {
        let mut w = TwoLayer::random(4, 6, false, &Key::root("basis")).inner;
        let twice = &w.row(0) * 2.0;
        w.row_mut(3).assign(&twice);
        let b = basis(&w);
        assert!((b.dot(&b.t()) - Array2::<f64>::eye(3)).iter().all(|gap| gap.abs() < 1e-12));
        assert!((w.dot(&b.t()).dot(&b) - &w).iter().all(|gap| gap.abs() < 1e-12));
    }
}
