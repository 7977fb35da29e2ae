//! The s largest of p independent continuous scores: a mask that attains the largest information its size allows.
//!
//! Scores of an orthonormal design with pure-noise labels are independent and equally distributed, and a function of the
//! data. So the mask is uniform on the C(p, s) subsets and I(mask; data) = ln C(p, s).

use crate::statistics::binomial::ln_choose;
use rand::RngExt;
use rand_distr::StandardNormal;

/// Largest number of weights.
pub const MOST: usize = 64;

/// Draws the mask of the `kept` largest of `weights` sizes |N(0, 1)|, as bits.
///
/// # Panics
/// If there are more than [`MOST`] weights or more kept than there are.
pub fn draw(weights: usize, kept: usize, rng: &mut impl RngExt) -> u64 {
    assert!(weights <= MOST && kept <= weights, "{kept} of {weights} weights");
    let mut scores = [(0.0_f64, 0_usize); MOST];
    for (i, score) in scores[..weights].iter_mut().enumerate() {
        *score = (rng.sample::<f64, _>(StandardNormal).abs(), i);
    }
    let scores = &mut scores[..weights];
    scores.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    scores[..kept].iter().map(|(_, i)| 1_u64 << i).sum()
}

/// I(mask; data) = ln C(p, s).
pub fn information(weights: usize, kept: usize) -> f64 {
    ln_choose(weights as u64, kept as u64)
}

/// Every mask of `kept` of `weights` weights, ascending as a number: the cells of the law.
pub fn all(weights: usize, kept: usize) -> Vec<u64> {
    (0..1_u64 << weights.min(24)).filter(|mask| mask.count_ones() as usize == kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;

    #[test]
    fn masks_have_their_size_and_reach_every_subset() {
        let mut rng = Key::root("top").rng();
        let mut drawn: Vec<u64> = (0..4000).map(|_| draw(6, 2, &mut rng)).collect();
        assert!(drawn.iter().all(|mask| mask.count_ones() == 2 && *mask < 64));
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn, all(6, 2));
        assert_eq!(all(12, 4).len(), 495);
        assert_eq!((draw(5, 0, &mut rng), draw(5, 5, &mut rng)), (0, 31));
    }
}
