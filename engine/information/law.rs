//! Mutual information of two finite variables, exactly, from their joint law.

use super::entropy::{of, term};
use ndarray::{Array2, ArrayView2, Axis};

/// I(A; B) of the joint law `joint` (a, b), whose entries sum to 1: the sum of P(a, b) ln(P(a, b) / (P(a) P(b))).
///
/// Exactly 0 where every row is a multiple of one law; rounding never makes it negative.
pub fn information(joint: ArrayView2<'_, f64>) -> f64 {
    let (rows, columns) = (joint.sum_axis(Axis(1)), joint.sum_axis(Axis(0)));
    let at = |((a, b), p): ((usize, usize), &f64)| {
        let independent = rows[a] * columns[b];
        // x ln x - x + 1 >= 0 at x = P(a, b) / (P(a) P(b)): every term is at least 0, and they add up to I.
        if independent == 0.0 { 0.0 } else { independent * excess(p / independent) }
    };
    joint.indexed_iter().map(at).sum()
}

/// x ln x - x + 1, by the distance from 1, so that it vanishes there without cancelling.
fn excess(x: f64) -> f64 {
    let d = x - 1.0;
    if d.abs() < 1e-4 { d * d * (0.5 - d * (1.0 / 6.0 - d / 12.0)) } else { (-term(x) - d).max(0.0) }
}

/// Entropy of the variable of the rows.
pub fn row_entropy(joint: ArrayView2<'_, f64>) -> f64 {
    of(&joint.sum_axis(Axis(1)).to_vec())
}

/// I(A; B | C) for C with the law `weights`: the mean of the informations of `joints`, the laws of (A, B) given C = c.
///
/// # Panics
/// If there are not as many weights as laws.
pub fn conditional(joints: &[Array2<f64>], weights: &[f64]) -> f64 {
    assert_eq!(joints.len(), weights.len(), "one weight per law");
    joints.iter().zip(weights).map(|(joint, weight)| weight * information(joint.view())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn independent_variables_share_nothing_and_equal_ones_everything() {
        assert!(information(array![[0.06, 0.24], [0.14, 0.56]].view()) < 1e-16);
        let same = array![[0.2, 0.0], [0.0, 0.8]];
        assert!((information(same.view()) - row_entropy(same.view())).abs() < 1e-15);
    }

    #[test]
    fn it_is_the_sum_of_entropies_less_that_of_the_pair() {
        let joint = array![[0.1, 0.2, 0.05], [0.3, 0.05, 0.3]];
        let pair = of(&joint.iter().copied().collect::<Vec<_>>());
        let expected = row_entropy(joint.view()) + row_entropy(joint.t()) - pair;
        assert!((information(joint.view()) - expected).abs() < 1e-15);
        assert!((information(joint.t()) - expected).abs() < 1e-15);
    }

    #[test]
    fn the_two_forms_of_the_excess_meet() {
        for x in [1.0 - 1.0001e-4, 1.0 + 0.9999e-4, 1.0 + 1.0001e-4] {
            assert!((excess(x) - (x * x.ln() - x + 1.0)).abs() < 1e-15);
        }
        assert_eq!((excess(1.0), excess(0.0)), (0.0, 1.0));
    }
}
