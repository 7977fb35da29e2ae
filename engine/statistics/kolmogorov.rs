//! Kolmogorov-Smirnov: does a sample come from a law?

use super::{CannotDecide, usable};
use statrs::function::factorial::ln_binomial;

/// The outcome of the one-sample test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// D: the largest distance between the sample's distribution function and the law's.
    pub distance: f64,
    /// P-value of "the sample is independent draws from the law".
    pub p_value: f64,
}

/// The one-sample test against the law with distribution function `cdf`, which must be continuous.
///
/// # Errors
/// `TooFew` below two values; `NotFinite` for a value, or the law at a value, that is not finite.
pub fn test(values: &[f64], cdf: impl Fn(f64) -> f64) -> Result<Fit, CannotDecide> {
    usable(values, 2)?;
    let mut at: Vec<f64> = values.iter().map(|&x| cdf(x)).collect();
    usable(&at, 2)?;
    at.sort_by(f64::total_cmp);
    let n = at.len() as f64;
    let distance = at
        .iter()
        .enumerate()
        .map(|(i, &u)| (u - i as f64 / n).max((i + 1) as f64 / n - u))
        .fold(0.0, f64::max)
        .min(1.0);
    Ok(Fit { distance, p_value: p_value(at.len() as u64, distance) })
}

/// P(D_n >= d).
///
/// Where n d^2 >= 3 it is twice the exact one-sided tail (both sides at once have probability below 1e-10 there);
/// else Kolmogorov's limit at sqrt(n) d + 1 / (6 sqrt(n)), wrong by less than 0.2 / n.
pub fn p_value(n: u64, d: f64) -> f64 {
    let size = n as f64;
    if size * d * d >= 3.0 {
        return (2.0 * one_sided(n, d)).min(1.0);
    }
    let x = size.sqrt() * d + 1.0 / (6.0 * size.sqrt());
    if x < 0.2 {
        // 1 to within 1e-13
        return 1.0;
    }
    let mut sum = 0.0;
    let mut sign = 1.0;
    for k in 1..=40 {
        let term = (-2.0 * f64::from(k * k) * x * x).exp();
        sum += sign * term;
        sign = -sign;
    }
    (2.0 * sum).clamp(0.0, 1.0)
}

/// P(D_n^+ >= d), exactly (Birnbaum and Tingey 1951): a sum of positive terms, so exact in the tail too.
fn one_sided(n: u64, d: f64) -> f64 {
    if d >= 1.0 {
        return 0.0;
    }
    let size = n as f64;
    let last = (size * (1.0 - d)).floor() as u64;
    (0..=last)
        .map(|j| {
            let above = d + j as f64 / size;
            let rest = 1.0 - above;
            if j == n || rest <= 0.0 {
                return 0.0;
            }
            (ln_binomial(n, j) + (j as f64 - 1.0) * above.ln() + (n - j) as f64 * rest.ln()).exp()
        })
        .sum::<f64>()
        * d
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_exact() {
        // scipy: kstwo.sf(d, n)
        for (n, d, expected) in
            [(10, 0.6, 0.0005681672000000003), (100, 0.2, 0.0005551927327988775), (1000, 0.08, 5.154189384789824e-06)]
        {
            assert!((p_value(n, d) / expected - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn the_middle_is_right_to_a_fifth_of_one_in_n() {
        // scipy: kstwo.sf(d, n)
        for (n, d, expected) in [
            (5, 0.2, 0.9616),
            (5, 0.4, 0.3087999999999995),
            (10, 0.3, 0.27053557479999946),
            (20, 0.2, 0.352720173623415),
            (50, 0.15, 0.19026366518248072),
            (100, 0.1, 0.2526927570063874),
            (1000, 0.02, 0.8108971656895577),
            (1000, 0.03, 0.3226902143914636),
        ] {
            assert!((p_value(n, d) - expected).abs() < 0.2 / n as f64);
        }
    }

    #[test]
    fn the_distance_of_three_points_by_hand() {
        // 0.1, 0.2, 0.9 against the uniform law: 2/3 of the sample lies at or below 0.2.
        let fit = test(&[0.9, 0.1, 0.2], |x| x).unwrap();
        assert!((fit.distance - (2.0 / 3.0 - 0.2)).abs() < 1e-15);
    }

    #[test]
    fn degenerate_input_decides_nothing() {
        assert!(test(&[0.5], |x| x).is_err());
        assert_eq!(test(&[0.5, f64::NAN], |x| x), Err(CannotDecide::NotFinite { index: 1 }));
        assert_eq!(test(&[0.5, 0.6], |_| f64::NAN), Err(CannotDecide::NotFinite { index: 0 }));
    }
}
