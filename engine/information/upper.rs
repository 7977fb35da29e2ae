//! Upper bounds on what a mask knows about the data, in nats.
//!
//! I(mask; data) <= H(mask), and H(mask) is at most any of these but the last, which bounds I itself. Two more need no
//! function: the entropy of a statistic through which alone the pruner sees the data, and that of the data.

use super::UpperLimit;
use super::entropy::{of, of_event};
use crate::statistics::CannotDecide;
use crate::statistics::binomial::{clopper_pearson, ln_choose};
use ndarray::ArrayView2;

/// ln C(p, s): a mask that keeps `kept` of `weights`.
pub fn size(weights: u64, kept: u64) -> f64 {
    ln_choose(weights, kept)
}

/// The sum of ln C(p_l, s_l) over layers (p_l, s_l) with fixed counts.
pub fn layerwise(layers: &[(u64, u64)]) -> f64 {
    layers.iter().map(|(weights, kept)| ln_choose(*weights, *kept)).sum()
}

/// E ln C(p, s) + H(s): a mask whose count s has the law `counts[s]`, which sums to 1.
pub fn random_size(weights: u64, counts: &[f64]) -> f64 {
    let inside = counts.iter().enumerate().filter(|(_, chance)| **chance > 0.0);
    inside.map(|(kept, chance)| chance * ln_choose(weights, kept as u64)).sum::<f64>() + of(counts)
}

/// ln(number of ways to split `kept` weights on layers of `layers` weights): the entropy of the counts of two or more layers
/// at one fixed total is at most this. For two layers it is at most ln(min(p_1, p_2) + 1).
pub fn layer_counts(layers: &[u64], kept: u64) -> f64 {
    let mut ways = vec![0.0_f64; kept as usize + 1];
    ways[0] = 1.0;
    for weights in layers {
        let before = ways.clone();
        for (total, ways) in ways.iter_mut().enumerate() {
            *ways = before[total.saturating_sub(*weights as usize)..=total].iter().sum();
        }
    }
    ways[kept as usize].ln()
}

/// sum_i h(P(m_i = 1)) from how often each weight was kept in `samples` independent masks.
///
/// With chance `confidence` at least no true marginal leaves its Clopper-Pearson interval (each at the share of one of p), and
/// h is largest in an interval at its point nearest to 1/2: the true sum, and so H(mask), is not above the limit then.
///
/// # Errors
/// `CannotDecide` for no samples, a count above them, or a confidence outside (0, 1).
pub fn marginals(kept: &[u64], samples: u64, confidence: f64) -> Result<UpperLimit, CannotDecide> {
    let share = 1.0 - (1.0 - confidence) / kept.len().max(1) as f64;
    let mut nats = 0.0;
    for count in kept {
        let interval = clopper_pearson(*count, samples, share)?;
        nats += of_event(0.5_f64.clamp(interval.low, interval.high));
    }
    Ok(UpperLimit { nats, confidence })
}

/// (1/2) ln det(I + Cov(scores)/tau^2): a mask that is any function of scores with N(0, tau^2 I) added knows no more than a
/// Gaussian channel carries. `covariance` (p, p) is that of the scores over the data.
///
/// # Errors
/// `OutOfRange` for a `noise` tau that is not above 0 or a covariance that is not positive semidefinite.
pub fn noisy_scores(covariance: ArrayView2<'_, f64>, noise: f64) -> Result<f64, CannotDecide> {
    if !(noise > 0.0 && noise.is_finite()) {
        return Err(CannotDecide::OutOfRange { name: "noise", got: noise, allowed: "positive" });
    }
    let n = covariance.nrows();
    // Cholesky of I + Cov/tau^2, row by row.
    let mut l = covariance.mapv(|entry| entry / (noise * noise));
    let mut nats = 0.0;
    for i in 0..n {
        for j in 0..=i {
            let product: f64 = (0..j).map(|k| l[[i, k]] * l[[j, k]]).sum();
            let entry = l[[i, j]] + f64::from(u8::from(i == j)) - product;
            if i > j {
                l[[i, j]] = entry / l[[j, j]];
            } else if entry > 0.5 {
                l[[i, i]] = entry.sqrt();
                // ln det = 2 sum ln l_ii, and half of it.
                nats += l[[i, i]].ln();
            } else {
                let allowed = "positive semidefinite (every pivot of I + Cov/tau^2 at least 1)";
                return Err(CannotDecide::OutOfRange { name: "covariance", got: entry, allowed });
            }
        }
    }
    Ok(nats)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn layers_split_a_size() {
        assert!(layerwise(&[(16, 9), (5, 3)]) < size(21, 12));
        // 5 of 16 + 5: the smaller layer has 0 to 5.
        assert!((layer_counts(&[16, 5], 10) - 6.0_f64.ln()).abs() < 1e-15);
        assert!((layer_counts(&[16, 5], 2) - 3.0_f64.ln()).abs() < 1e-15);
        assert!((layer_counts(&[16, 5], 20) - 2.0_f64.ln()).abs() < 1e-15);
        assert_eq!(layer_counts(&[2, 2, 2], 6), 0.0);
        assert!((layer_counts(&[2, 2, 2], 3) - 7.0_f64.ln()).abs() < 1e-15);
    }

    #[test]
    fn sizes_and_counts_are_in_order() {
        // The nats of C(12, 4).
        assert!((size(12, 4) - 6.2046).abs() < 1e-4 && size(7, 0) == 0.0);
        for (p1, p2) in [(12, 9), (60, 3), (900, 30)] {
            for s in [0, 1, 7, p1.min(p2), p1 + p2] {
                let all = size(p1 + p2, s);
                let pruned = 1.0 - s as f64 / (p1 + p2) as f64;
                assert!(all <= (p1 + p2) as f64 * of_event(pruned) + 1e-9);
                // C(p1 + p2, s) is the sum over the counts of the layers (Vandermonde).
                let split = (s.saturating_sub(p2)..=s.min(p1)).map(|s1| layerwise(&[(p1, s1), (p2, s - s1)]));
                let largest = split.clone().fold(f64::NEG_INFINITY, f64::max);
                let counts = layer_counts(&[p1, p2], s);
                assert!((split.clone().count() as f64 - counts.exp()).abs() < 1e-9);
                assert!(counts <= ((p1.min(p2) + 1) as f64).ln() + 1e-12);
                let sum: f64 = split.map(|nats| (nats - largest).exp()).sum();
                assert!((largest + sum.ln() - all).abs() < 1e-9 * all.max(1.0));
            }
        }
    }

    #[test]
    fn nats_per_kept_weight_are_those_of_the_paper() {
        for (pruned, ratio) in [(0.9, 4.69), (0.95, 5.73), (0.99, 8.08)] {
            assert!((of_event(pruned) / std::f64::consts::LN_2 / (1.0 - pruned) - ratio).abs() < 0.005);
        }
    }

    #[test]
    fn a_random_size_costs_its_entropy() {
        assert_eq!(random_size(12, &[0.0, 0.0, 0.0, 0.0, 1.0]), size(12, 4));
        // All 2^3 masks of three weights, uniformly.
        let all = random_size(3, &[0.125, 0.375, 0.375, 0.125]);
        assert!((all - 8.0_f64.ln()).abs() < 1e-14);
    }

    #[test]
    fn marginals_shrink_to_the_truth() {
        let limit = |samples: u64| marginals(&[samples / 2, samples / 10, 0], samples, 0.999).unwrap().nats;
        let truth = of_event(0.5) + of_event(0.1);
        assert!(limit(100) > limit(10_000) && limit(10_000) > truth && limit(1_000_000) < truth + 0.01);
        assert!(marginals(&[5], 4, 0.99).is_err() && marginals(&[1], 0, 0.99).is_err());
    }

    #[test]
    fn noise_leaves_what_a_channel_carries() {
        let covariance = array![[3.0, 1.0], [1.0, 2.0]];
        let determinant = (4.0 * 3.0 - 1.0_f64).ln();
        assert!((noisy_scores(covariance.view(), 1.0).unwrap() - 0.5 * determinant).abs() < 1e-14);
        assert!(noisy_scores(covariance.view(), 0.0).is_err());
        assert!(noisy_scores(array![[-2.0]].view(), 1.0).is_err());
    }
}
