//! Selection by a Gibbs law in the random-energy model: where E X_W = s sqrt(2 I) is attained.
//!
//! X_1..X_K are independent N(0, 1), and W is drawn with chances proportional to exp(beta X_t); beta = inf is the largest.
//! W is uniform, so I(W; X) = ln K - E H(softmax(beta X)). For K -> inf at fixed beta: I = beta^2/2 and E X_W = beta.
//!
//! The adversary takes the largest with chance delta, else any: I = ln K - H of that law of W.

use super::entropy::{of_event, term};

/// E[X_W | X] and H(W | X), for `x` and inverse temperature `beta` (possibly infinite).
pub fn gibbs(x: &[f64], beta: f64) -> (f64, f64) {
    let top = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if beta == f64::INFINITY {
        return (top, 0.0);
    }
    let (mut total, mut first, mut energy) = (0.0, 0.0, 0.0);
    for x in x {
        let exponent = beta * (x - top);
        let weight = exponent.exp();
        total += weight;
        first += weight * x;
        energy += weight * exponent;
    }
    // -sum p ln p with ln p = exponent - ln total.
    (first / total, (total.ln() - energy / total).max(0.0))
}

/// E X_W and I(W; X) for K = 2, by an integral over the difference of the two, to 1e-12.
pub fn gibbs_of_two(beta: f64) -> (f64, f64) {
    const LN_2: f64 = std::f64::consts::LN_2;
    if beta == f64::INFINITY {
        return (1.0 / std::f64::consts::PI.sqrt(), LN_2);
    }
    // D = X_1 - X_2 ~ N(0, 2) is even and E[X_W | D] = (D/2) tanh(beta D/2). Equal steps converge faster than any power
    // for such integrands: the error is exp(-2 pi a / step) with the poles of tanh at distance a = pi / beta.
    let step = (0.5 / beta).min(0.05);
    let (mut gain, mut entropy) = (0.0, LN_2);
    let mut mass = 1.0;
    for i in 1.. {
        let d = f64::from(i) * step;
        if d > 14.0 {
            break;
        }
        let weight = 2.0 * (-0.25 * d * d).exp();
        let chance = 1.0 / (1.0 + (beta * d).exp());
        mass += weight;
        gain += weight * 0.5 * d * (0.5 * beta * d).tanh();
        entropy += weight * of_event(chance);
    }
    (gain / mass, LN_2 - entropy / mass)
}

/// I(W; X) of the adversary: ln K - H(W | X), W being uniform.
pub fn adversary(count: usize, delta: f64) -> f64 {
    let others = (count - 1) as f64;
    let low = (1.0 - delta) / count as f64;
    let given = term(low + delta) + others * term(low);
    ((count as f64).ln() - given).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gibbs_law_is_the_softmax() {
        let (x, beta) = ([0.3, -1.2, 0.8], 1.7);
        let weights: Vec<f64> = x.iter().map(|x: &f64| (beta * x).exp()).collect();
        let total: f64 = weights.iter().sum();
        let law: Vec<f64> = weights.iter().map(|weight| weight / total).collect();
        let (gain, entropy) = gibbs(&x, beta);
        assert!((gain - law.iter().zip(&x).map(|(p, x)| p * x).sum::<f64>()).abs() < 1e-15);
        assert!((entropy - super::super::entropy::of(&law)).abs() < 1e-15);
        assert_eq!(gibbs(&x, f64::INFINITY), (0.8, 0.0));
        let (mean, uniform) = gibbs(&x, 0.0);
        assert!((mean + 0.1 / 3.0).abs() < 1e-15 && (uniform - 3.0_f64.ln()).abs() < 1e-15);
    }

    #[test]
    fn two_are_an_integral() {
        let ratio = |beta: f64| {
            let (gain, information) = gibbs_of_two(beta);
            gain / (2.0 * information).sqrt()
        };
        assert!((ratio(1.0) - 0.655_123_241_153_208).abs() < 1e-12);
        assert!((ratio(f64::INFINITY) - 0.480).abs() < 1e-3);
        // Large beta tends to the largest of two.
        assert!((gibbs_of_two(400.0).0 - gibbs_of_two(f64::INFINITY).0).abs() < 1e-3);
        // Half the step gives the same: a plain sum at step 1e-3.
        let (beta, step) = (3.0_f64, 1e-3_f64);
        let sum = |f: &dyn Fn(f64) -> f64| -> f64 {
            (-14_000..=14_000).map(|i| f64::from(i) * step).map(|d| (-0.25 * d * d).exp() * f(d)).sum()
        };
        let gain = sum(&|d| 0.5 * d * (0.5 * beta * d).tanh()) / sum(&|_| 1.0);
        assert!((gain - gibbs_of_two(beta).0).abs() < 1e-12);
    }

    #[test]
    fn the_adversary_knows_nothing_at_0_and_everything_at_1() {
        assert!(adversary(64, 0.0) < 1e-14 && (adversary(64, 1.0) - 64.0_f64.ln()).abs() < 1e-14);
        let law: Vec<f64> = (0..64).map(|t| 0.7 / 64.0 + if t == 5 { 0.3 } else { 0.0 }).collect();
        assert!((adversary(64, 0.3) - (64.0_f64.ln() - super::super::entropy::of(&law))).abs() < 1e-14);
    }
}
