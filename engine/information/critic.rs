//! InfoNCE and NWJ: variational lower bounds on I(mask; data) that hold in expectation for a critic fixed beforehand.
//!
//! A batch has N pairs of data and mask; the critic scores every data set with every mask. InfoNCE never exceeds ln N. NWJ has
//! no such ceiling: its price is a variance that grows like e^I, and single values exceed the truth.

use super::Estimate;
use crate::statistics::CannotDecide;
use ndarray::ArrayView2;

/// Both bounds of one batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// mean_i [f(i, i) - ln mean_j e^f(i, j)]; its ceiling is ln N.
    pub info_nce: Estimate,
    /// 1 + mean_i f(i, i) - mean over i != j of e^f(i, j); its ceiling is infinite.
    pub nwj: Estimate,
}

/// The bounds from scores f (N, N): data set i with the mask of data set j.
///
/// # Errors
/// `TooFew` for fewer than two pairs, `Unpaired` if the scores are not square.
pub fn bounds(scores: ArrayView2<'_, f64>) -> Result<Bounds, CannotDecide> {
    let (n, columns) = scores.dim();
    if n != columns {
        return Err(CannotDecide::Unpaired { first: n, second: columns });
    }
    from(n, |i| scores[[i, i]], |i| scores.row(i).iter().map(|f| f.exp()).sum())
}

/// The bounds where the score depends on a Hamming distance of at most 63 bits alone: `by_distance[k]` is that at distance k.
///
/// # Errors
/// As [`bounds`].
pub fn bounds_by_distance(pairs: &[(u64, u64)], by_distance: &[f64]) -> Result<Bounds, CannotDecide> {
    let exponentials: Vec<f64> = by_distance.iter().map(|f| f.exp()).collect();
    // Equal masks are counted once: few bits have few masks.
    let mut masks: Vec<u64> = pairs.iter().map(|(_, mask)| *mask).collect();
    masks.sort_unstable();
    let groups: Vec<(u64, f64)> = masks.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as f64)).collect();
    let row = |i: usize| -> f64 {
        let data = pairs[i].0;
        groups.iter().map(|(mask, count)| count * exponentials[(data ^ mask).count_ones() as usize]).sum()
    };
    from(pairs.len(), |i| by_distance[(pairs[i].0 ^ pairs[i].1).count_ones() as usize], row)
}

/// From the scores of the true pairs, and the sums of e^f over all masks of each data set.
fn from(n: usize, own: impl Fn(usize) -> f64, row: impl Fn(usize) -> f64) -> Result<Bounds, CannotDecide> {
    if n < 2 {
        return Err(CannotDecide::TooFew { got: n, needed: 2 });
    }
    let count = n as f64;
    let (mut info_nce, mut scores, mut others) = (0.0, 0.0, 0.0);
    for i in 0..n {
        let (own, row) = (own(i), row(i));
        info_nce += own - (row / count).ln();
        scores += own;
        others += row - own.exp();
    }
    Ok(Bounds {
        info_nce: Estimate { nats: info_nce / count, ceiling: count.ln() },
        nwj: Estimate { nats: 1.0 + scores / count - others / (count * (count - 1.0)), ceiling: f64::INFINITY },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::information::copy_mask::CopyMask;
    use crate::key::Key;
    use ndarray::{Array2, array};

    #[test]
    fn the_fast_form_is_the_plain_one() {
        let toy = CopyMask::new(6, 0.1).unwrap();
        let pairs = toy.batch(50, &Key::root("critic"));
        let by_distance: Vec<f64> = (0..=6).map(|k| toy.log_ratio(k)).collect();
        let scores = Array2::from_shape_fn((50, 50), |(i, j)| toy.log_ratio((pairs[i].0 ^ pairs[j].1).count_ones()));
        let (fast, plain) = (bounds_by_distance(&pairs, &by_distance).unwrap(), bounds(scores.view()).unwrap());
        assert!((fast.info_nce.nats - plain.info_nce.nats).abs() < 1e-12);
        assert!((fast.nwj.nats - plain.nwj.nats).abs() < 1e-12);
    }

    #[test]
    fn info_nce_ends_at_the_logarithm_of_the_batch() {
        let sure = Array2::from_shape_fn((8, 8), |(i, j)| if i == j { 100.0 } else { -100.0 });
        let found = bounds(sure.view()).unwrap().info_nce;
        assert!((found.nats - 8.0_f64.ln()).abs() < 1e-12 && found.ceiling == 8.0_f64.ln());
        assert!(bounds(array![[1.0]].view()).is_err() && bounds(array![[1.0, 2.0]].view()).is_err());
    }
}
