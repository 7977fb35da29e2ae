//! The effective parameter count p_eff of arXiv 2402.01089, in nats. What bounds the information of a mask stands in
//! [`upper`](prunelaw_engine::information::upper).
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
}
