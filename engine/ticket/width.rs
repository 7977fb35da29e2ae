//! How wide a random network must be for an accuracy: a guess to start from, and how to go on from what it gave.
//!
//! The theorem's n = C log(2 l d_{i-1} d_i / eps) (Pensia et al., arXiv 2006.07990, Theorem 1) has a constant that nobody
//! states. The guess is derived here: per-weight errors of eps / (2 l sqrt(d_{i-1} d_i)) suffice, and the closest sum of k
//! live products is near 2^-k up to a power of k. It promises nothing: the certificate of what was built decides.

use super::gadget::{MOST_LIVE, Variant};
use super::target::Target;

/// Largest n: beyond it nearly every half has more live units than [`MOST_LIVE`], and nothing changes.
pub const MOST_N: usize = 128;

/// Units of a block per live unit of a half, over the 2 of n.
fn units_per_live(variant: Variant) -> f64 {
    match variant {
        Variant::Strict => 2.0,
        Variant::Adaptive => 1.0,
    }
}

/// The per-weight error that suffices for `eps` where every layer has norm at most 1, for the layer that needs the
/// smallest: eps / (2 l sqrt(d_{i-1} d_i)).
pub fn weight_budget(target: &Target, eps: f64) -> f64 {
    let weights = target.layers().iter().map(|w| w.len()).max().unwrap_or(1);
    eps / (2.0 * target.depth() as f64 * (weights as f64).sqrt())
}

/// The n to begin with: one live unit per bit of the budget, and four more.
pub fn first_n(target: &Target, variant: Variant, eps: f64) -> usize {
    let bits = -weight_budget(target, eps).log2();
    ((bits + 4.0).max(2.0) * units_per_live(variant)).ceil().min(MOST_N as f64) as usize
}

/// The n to try after these ones, with the upper bounds they gave, none of which is within `eps`: one live unit more per bit
/// that is missing, or as many as the last two say that a bit takes. `None` if there is no larger one.
pub fn next_n(tried: &[(usize, f64)], variant: Variant, eps: f64) -> Option<usize> {
    let (n, upper) = *tried.last()?;
    let measured = match tried {
        [.., (before, was), _] => (n - before) as f64 / (was / upper).log2().max(f64::MIN_POSITIVE),
        _ => 0.0,
    };
    let missing = (upper / eps).log2().clamp(1.0, MOST_LIVE as f64);
    let more = (missing * measured.max(units_per_live(variant))).ceil().min(MOST_N as f64);
    (n < MOST_N).then_some((n + more as usize).min(MOST_N))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    #[test]
    fn widths_grow_with_the_bits() {
        let target = Target::new(vec![Array2::zeros((16, 8)), Array2::zeros((1, 16))]).unwrap();
        // 0.01 / (4 sqrt(128)) is 2^-12.1.
        assert_eq!(first_n(&target, Variant::Adaptive, 0.01), 17);
        assert_eq!(first_n(&target, Variant::Strict, 0.01), 33);
        assert_eq!(first_n(&target, Variant::Strict, 1e-300), MOST_N);
        assert_eq!(first_n(&target, Variant::Adaptive, 1e9), 2);
        let next = |tried: &[(usize, f64)], variant| next_n(tried, variant, 0.01);
        assert_eq!(next(&[(17, 0.07)], Variant::Adaptive), Some(20));
        assert_eq!(next(&[(17, 0.0101)], Variant::Adaptive), Some(18));
        assert_eq!(next(&[(17, f64::INFINITY)], Variant::Strict), Some(97));
        assert_eq!(next(&[(120, 1.0)], Variant::Strict), Some(128));
        assert_eq!(next(&[(MOST_N, 1.0)], Variant::Strict), None);
        // Eight more units gave one bit, and two are missing; nothing was gained at all.
        assert_eq!(next(&[(20, 0.08), (28, 0.04)], Variant::Adaptive), Some(44));
        assert_eq!(next(&[(20, 0.08), (28, 0.08)], Variant::Adaptive), Some(128));
    }
}
