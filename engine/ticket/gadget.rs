//! The gadget of a single weight: which hidden units stand for which half line, and the subset whose products come
//! closest to the weight (Pensia et al., arXiv 2006.07990, Lemma 1).
//!
//! w x = w max(0, x) - w max(0, -x). A hidden unit with first weight u > 0 and second weight v gives u v max(0, x), one with
//! u < 0 gives u v x for x < 0 and nothing else: each half keeps units of its own sign whose products sum to about w. The
//! halves act on disjoint half lines, so that on [-1, 1] the error is the larger of the two, not their sum.

use crate::subset_sum::SubsetSums;

/// Live units that a half makes use of, at most; the rest stays pruned. The exact search takes 2^(units / 2) steps, and the
/// best sum of forty is near 1e-10 already.
pub const MOST_LIVE: usize = 40;

/// Which of the 2n units of a block serve which half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// As in the proof: the first n units for x > 0, the last n for x < 0; about n/2 of them have the right sign.
    Strict,
    /// Every unit by the sign of its first weight: about n for each half.
    Adaptive,
}

impl Variant {
    /// Both.
    pub const ALL: [Variant; 2] = [Variant::Strict, Variant::Adaptive];

    /// The word in settings.
    pub const fn name(self) -> &'static str {
        match self {
            Variant::Strict => "strict",
            Variant::Adaptive => "adaptive",
        }
    }

    /// The variant of this name.
    pub fn named(name: &str) -> Option<Variant> {
        Variant::ALL.into_iter().find(|variant| variant.name() == name)
    }
}

/// A half line of a gadget's input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// x > 0
    Positive,
    /// x < 0
    Negative,
}

/// The units of a block that can serve a side, given the first weights `u` of its 2n units; at most [`MOST_LIVE`].
pub fn live_units(variant: Variant, side: Side, u: impl ExactSizeIterator<Item = f64>) -> Vec<usize> {
    let half = u.len() / 2;
    let serves = |unit: usize, u: f64| match (variant, side) {
        (Variant::Strict, Side::Positive) => u > 0.0 && unit < half,
        (Variant::Strict, Side::Negative) => u < 0.0 && unit >= half,
        (Variant::Adaptive, Side::Positive) => u > 0.0,
        (Variant::Adaptive, Side::Negative) => u < 0.0,
    };
    u.enumerate().filter(|(unit, u)| serves(*unit, *u)).map(|(unit, _)| unit).take(MOST_LIVE).collect()
}

/// What one half of a gadget came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Half {
    /// Bit k: the product k is kept.
    pub kept: u64,
    /// Sum of the kept products minus the weight.
    pub residual: f64,
    /// An upper bound of |residual| in exact arithmetic.
    pub error: f64,
    /// Whether the weight lies between the smallest and the largest subset sum. Where it does not, no precision helps.
    pub in_range: bool,
}

/// Finds halves, one after the other in the same memory.
#[derive(Clone, Debug, Default)]
pub struct Solver {
    products: Vec<f64>,
    sums: SubsetSums,
}

impl Solver {
    /// The half whose products u_k v_k come closest to `weight`, a finite number. `pairs`: (u, v) of at most [`MOST_LIVE`]
    /// units.
    pub fn closest(&mut self, pairs: &[(f64, f64)], weight: f64) -> Half {
        self.products.clear();
        self.products.extend(pairs.iter().map(|(u, v)| u * v));
        let (low, high) = self.products.iter().fold((0.0, 0.0), |(low, high), p| (low + p.min(0.0), high + p.max(0.0)));
        if low < weight && weight < high {
            self.sums.prepare(&self.products).expect("finite and few");
            let kept = self.sums.closest(weight).expect("a target between the smallest and the largest sum").mask;
            return half(pairs, weight, kept, true);
        }
        // At an end nothing has to be searched: all products of one sign come closest, and none at all to 0.
        let wanted = |p: f64| (weight > 0.0 && p > 0.0) || (weight < 0.0 && p < 0.0);
        let kept = self.products.iter().enumerate().fold(0, |bits, (k, p)| bits | u64::from(wanted(*p)) << k);
        half(pairs, weight, kept, low <= weight && weight <= high)
    }
}

/// The half that keeps these units: its residual by a sum as exact as in twice the working precision.
///
/// Ogita, Rump and Oishi (Accurate sum and dot product, 2005): the products split exactly by a fused multiply-add, their sum
/// compensated, err by at most u |result| + (n u)^2 sum |terms|, u = EPSILON / 2.
pub fn half(pairs: &[(f64, f64)], weight: f64, kept: u64, in_range: bool) -> Half {
    let (mut sum, mut rest, mut size) = (-weight, 0.0, weight.abs());
    for (u, v) in pairs.iter().enumerate().filter(|(k, _)| kept >> k & 1 == 1).map(|(_, pair)| *pair) {
        let product = u * v;
        let next = sum + product;
        let back = next - sum;
        rest += ((sum - (next - back)) + (product - back)) + u.mul_add(v, -product);
        sum = next;
        size += product.abs();
    }
    let residual = sum + rest;
    let count = pairs.len() as f64 + 2.0;
    let error = residual.abs() * (1.0 + 2.0 * f64::EPSILON) + (count * f64::EPSILON).powi(2) * size;
    Half { kept, residual, error, in_range }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;
    use rand::RngExt;

    fn pairs(count: usize, name: &str) -> Vec<(f64, f64)> {
        let mut rng = Key::root(name).rng();
        (0..count).map(|_| (rng.random_range(-1.0..=1.0), rng.random_range(-1.0..=1.0))).collect()
    }

    #[test]
    fn the_closest_half_is_that_of_enumeration() {
        let mut solver = Solver::default();
        for round in 0..60 {
            let pairs = pairs(round % 12, &format!("gadget {round}"));
            for weight in [0.3, -0.71, 1.0, 0.0, -1.0] {
                let found = solver.closest(&pairs, weight);
                let all = (0..1u64 << pairs.len()).map(|kept| half(&pairs, weight, kept, true).residual.abs());
                let least = all.fold(f64::INFINITY, f64::min);
                assert!((found.residual.abs() - least).abs() < 1e-15, "{found:?}, best {least}");
                let sum = |sign: f64| pairs.iter().map(|(u, v)| (sign * u * v).max(0.0)).sum::<f64>();
                assert_eq!(found.in_range, -sum(-1.0) <= weight && weight <= sum(1.0));
            }
        }
    }

    #[test]
    fn the_error_bounds_the_exact_residual_and_the_residual_keeps_its_digits() {
        // 1 + 2^-53 is lost in f64, and (1 + 2^-30)^2 is too: here nothing is.
        let tiny = 2f64.powi(-53);
        let found = half(&[(1.0, 0.5), (1.0, tiny)], 0.5, 0b11, true);
        assert_eq!(found.residual, tiny);
        let odd = 1.0 + 2f64.powi(-30);
        let found = half(&[(odd, odd)], 1.0 + 2f64.powi(-29), 1, true);
        assert_eq!(found.residual, 2f64.powi(-60));
        assert!(found.error >= found.residual && found.error < 1.001 * found.residual);
    }

    #[test]
    fn strict_units_are_halved_and_adaptive_ones_are_not() {
        let u = [0.5, -0.5, 0.25, -0.1, 0.7, -0.3];
        let live = |variant, side| live_units(variant, side, u.into_iter());
        assert_eq!(live(Variant::Strict, Side::Positive), [0, 2]);
        assert_eq!(live(Variant::Strict, Side::Negative), [3, 5]);
        assert_eq!(live(Variant::Adaptive, Side::Positive), [0, 2, 4]);
        assert_eq!(live(Variant::Adaptive, Side::Negative), [1, 3, 5]);
        assert_eq!(live_units(Variant::Adaptive, Side::Positive, [1.0; 200].into_iter()).len(), MOST_LIVE);
    }
}
