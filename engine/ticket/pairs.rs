//! One weight by one pair of random weights: the polynomial width of Malach, Yehudai, Shalev-Shwartz and Shamir
//! (arXiv 2002.00585).
//!
//! Of n hidden units a single one is kept, whose first weight u is near 1 and whose second weight v is near the target w. Both
//! must be near at once: that takes about 1/eps^2 units for an accuracy eps.

/// Kept unit, and u v - w.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Which unit is kept.
    pub unit: usize,
    /// What it gives minus the weight.
    pub residual: f64,
}

/// The unit of which the larger of |u - 1| and |v - weight| is least, as in the proof. `None` without units.
pub fn nearest_pair(pairs: &[(f64, f64)], weight: f64) -> Option<Pair> {
    least(pairs, weight, |u, v| (u - 1.0).abs().max((v - weight).abs()))
}

/// The unit of which |u v - weight| is least: what a single unit can do without the proof's detour.
pub fn nearest_product(pairs: &[(f64, f64)], weight: f64) -> Option<Pair> {
    least(pairs, weight, |u, v| (u * v - weight).abs())
}

fn least(pairs: &[(f64, f64)], weight: f64, distance: impl Fn(f64, f64) -> f64) -> Option<Pair> {
    let far = |unit: &usize| distance(pairs[*unit].0, pairs[*unit].1);
    let unit = (0..pairs.len()).min_by(|a, b| far(a).total_cmp(&far(b)))?;
    Some(Pair { unit, residual: pairs[unit].0 * pairs[unit].1 - weight })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_weights_must_be_near_for_a_pair_and_only_their_product_otherwise() {
        let pairs = [(0.5, 0.6), (0.9, 0.25), (1.0, 0.5)];
        // |u - 1| = 0.1, |v - 0.3| = 0.05 beats 0.2; the product 0.3 is hit by the first.
        assert_eq!(nearest_pair(&pairs, 0.3).unwrap().unit, 1);
        assert_eq!(nearest_product(&pairs, 0.3).unwrap(), Pair { unit: 0, residual: 0.3 - 0.3 });
        assert_eq!(nearest_pair(&[], 0.3), None);
    }
}
