//! The effective parameter count p_eff of arXiv 2402.01089, in nats, and what bounds the information of a mask from above.
//!
//! p_eff adds what the mask m knows about the data D to the weights that it keeps. Four definitions are in use, and they
//! differ by the price of a kept weight: 1 in the informal theorem, the nats of its grid in the finite one (Thm 3), the
//! nats of a covering in the continuous one (Thm 4), and either of these with I(m; D | init) for I(m; D). The price is no
//! decoration: at p = 1408 weights in a box of half width 5 it is 15.9 nats (22.9 bits), while the information is at most
//! ln 2 per weight of the dense network. A plot with one of them has to say which.
//!
//! The paper mixes bits and nats: Lemma 1 needs nats, Thms 3 and 4 print log2. Everything here is in nats, and [`bits`] is
//! for display.
//!
//! | letter | argument | meaning |
//! |---|---|---|
//! | I | `information` | I(m; D), or I(m; D given init), or an upper bound on it; nats |
//! | E\|m\|_1 | `kept` | expected number of kept weights |
//! | N_m | | weights available under mask m; E ln N_m in nats |
//! | W, J | `diameter`, `steepness` | of the set of weights; of the outputs in the weights |
//! | eps | `eps` | by how much the fit is below the noise |

pub use prunelaw_engine::information::bits;
use prunelaw_engine::statistics::binomial::ln_choose;
use std::f64::consts::LN_2;

/// I + E|m|_1, the informal Thm 2: a kept weight costs 1.
pub fn informal(information: f64, kept: f64) -> f64 {
    information + kept
}

/// I + E ln N_m, Thm 3: `ln_weights` is E ln N_m, the expected log number of weights that a mask leaves to choose from.
pub fn finite(information: f64, ln_weights: f64) -> f64 {
    information + ln_weights
}

/// E ln N_m = b E|m|_1 ln 2 of weights on a grid of `bits` bits.
pub fn ln_grid(bits: f64, kept: f64) -> f64 {
    bits * kept * LN_2
}

/// I + E|m|_1 ln(1 + 60 W J / eps), Thm 4; `price` is from [`price`].
pub fn continuous(information: f64, kept: f64, price: f64) -> f64 {
    information + kept * price
}

/// ln(1 + 60 W J / eps): what a kept real weight costs in Thm 4 as printed, but in nats.
pub fn price(diameter: f64, steepness: f64, eps: f64) -> f64 {
    (60.0 * diameter * steepness / eps).ln_1p()
}

/// The remark after Thm 4: Thm 4's count with I(m; D | init) for I(m; D).
///
/// The larger of the two, since the initialization is drawn without the data: I(m; D) <= I(m; D | init). For a rule that
/// is a function of data and init it is the entropy of the mask given the init.
pub fn conditional(information_given_init: f64, kept: f64, price: f64) -> f64 {
    continuous(information_given_init, kept, price)
}

/// ln C(p, s): no mask that keeps exactly s of p weights knows more.
pub fn fixed_size(weights: u64, kept: u64) -> f64 {
    ln_choose(weights, kept)
}

/// sum_l ln C(p_l, s_l): the same with fixed counts in every layer; `layers` has (p_l, s_l).
pub fn fixed_sizes(layers: &[(u64, u64)]) -> f64 {
    layers.iter().map(|(weights, kept)| ln_choose(*weights, *kept)).sum()
}

/// What a mask knows after its entries were shuffled within every layer, at a fixed total: the logarithm of the number of
/// ways in which the total can lie in the layers, at most the product of (p_l + 1) over all layers but the largest.
///
/// For two layers ln(min(p_1, p_2) + 1). Shuffling leaves the counts of the layers and nothing else, and all but one of
/// these determine the last.
pub fn layer_counts(layers: &[u64]) -> f64 {
    let ways = |weights: &u64| ((*weights + 1) as f64).ln();
    let all: f64 = layers.iter().map(ways).sum();
    all - layers.iter().map(ways).fold(0.0, f64::max)
}

/// p h(gamma) in nats, h the binary entropy: bounds ln C(p, (1 - gamma) p), and the information of entries that are each
/// pruned with chance `pruned`.
pub fn binary_entropy(weights: f64, pruned: f64) -> f64 {
    // 0 ln 0 = 0
    let part = |chance: f64| if chance > 0.0 { -chance * chance.ln() } else { 0.0 };
    weights * (part(pruned) + part(1.0 - pruned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(got: f64, want: f64, within: f64) -> bool {
        (got - want).abs() < within
    }

    #[test]
    fn a_kept_weight_costs_what_the_sheet_says() {
        // 22.9 bits per kept weight: n = 200, d = 20, k = 64, box |w| <= 5, inputs within radius 1.5, eps = 0.9.
        let (d, k, b, r) = (20.0_f64, 64.0_f64, 5.0_f64, 1.5_f64);
        let steepness = (k * ((b * d.sqrt() * r + b).powi(2) + b * b * (r * r + 1.0))).sqrt();
        let price = price(2.0 * b * 1408f64.sqrt(), steepness, 0.9);
        assert!(near(bits(price), 22.9, 0.05), "{}", bits(price));
        assert_eq!(continuous(3.0, 10.0, price), 3.0 + 10.0 * price);
        assert_eq!(conditional(3.0, 10.0, price), continuous(3.0, 10.0, price));
    }

    #[test]
    fn one_bit_weights_cost_ln_2_and_the_informal_count_has_price_one() {
        assert_eq!(finite(2.0, ln_grid(1.0, 5.0)), 2.0 + 5.0 * LN_2);
        assert_eq!(informal(2.0, 5.0), 7.0);
        assert_eq!(continuous(2.0, 5.0, 1.0), informal(2.0, 5.0));
        assert_eq!(bits(LN_2), 1.0);
    }

    #[test]
    fn the_upper_bounds_are_in_order() {
        // 6.2046 nats of C(12, 4), the sheet's table 4.3.
        assert!(near(fixed_size(12, 4), 6.2046, 1e-4));
        assert_eq!(fixed_size(7, 0), 0.0);
        for (p1, p2) in [(12, 9), (60, 3), (900, 30)] {
            for s in [0, 1, 7, p1.min(p2), p1 + p2] {
                let all = fixed_size(p1 + p2, s);
                let pruned = 1.0 - s as f64 / (p1 + p2) as f64;
                assert!(all <= binary_entropy((p1 + p2) as f64, pruned) + 1e-9);
                // C(p1 + p2, s) is the sum over the counts of the layers (Vandermonde).
                let split = (s.saturating_sub(p2)..=s.min(p1)).map(|s1| fixed_sizes(&[(p1, s1), (p2, s - s1)]));
                let largest = split.clone().fold(f64::NEG_INFINITY, f64::max);
                assert!(split.clone().count() as f64 <= layer_counts(&[p1, p2]).exp() * (1.0 + 1e-12));
                let sum: f64 = split.map(|nats| (nats - largest).exp()).sum();
                assert!(near(largest + sum.ln(), all, 1e-9 * all.max(1.0)));
            }
        }
    }

    #[test]
    fn a_shuffled_mask_of_two_layers_knows_at_most_the_smaller_count() {
        assert!(near(layer_counts(&[16, 5]), 6f64.ln(), 1e-14));
        assert!(near(layer_counts(&[900, 900, 30]), 901f64.ln() + 31f64.ln(), 1e-14));
        assert_eq!(layer_counts(&[40]), 0.0);
    }

    #[test]
    fn the_ratio_of_information_to_kept_weights_is_that_of_the_paper() {
        for (pruned, ratio) in [(0.9, 4.69), (0.95, 5.73), (0.99, 8.08)] {
            assert!(near(bits(binary_entropy(1.0, pruned)) / (1.0 - pruned), ratio, 0.005));
        }
    }
}
