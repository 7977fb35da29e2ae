//! Bounds and closed forms of the covering problem: how near do the subset sums of n random numbers come to every target
//! of [-1, 1]? The covering radius rho is the largest distance of a target from its nearest sum.
//!
//! Three numbers of samples per bit of accuracy are often taken for one another. [`MEAN_GROWTH_PER_BIT`] is what the mean
//! growth of the elementary proof can give; [`PROCESS_PER_BIT`] is what the process of that proof needs; and
//! [`COVERING_PER_BIT`] is what the subset sums themselves need.
//!
//! Sources: Lueker 1998 (the theorem, its constant hidden); arXiv 2204.13929 (the process). What is marked "derived" or
//! "simulated" is ours. Logarithms have base 2 where the name does not say otherwise.
//!
//! | letter | argument | meaning |
//! |---|---|---|
//! | n | `n` | samples, uniform on [-1, 1] unless said otherwise |
//! | eps | `eps` | accuracy |
//! | delta | `delta` | chance that some target is missed by more than eps |

use std::f64::consts::PI;

/// 1/log2(3/2) + 1 = 2.71: below it no count of mean growth gets. Each step multiplies the reached length by at most 3/2,
/// and at the end halves what is missing, by which one more sample per bit is paid. Derived.
pub const MEAN_GROWTH_PER_BIT: f64 = 2.709_511_291_351_454_5;

/// Samples per bit that the restricted process needs, for eps from 2^-4 to 2^-14. Simulated.
pub const PROCESS_PER_BIT: f64 = 2.25;

/// Samples per bit at which the median covering radius falls, for n from 16 to 24. Simulated; it tends to 1.
pub const COVERING_PER_BIT: f64 = 1.1;

/// v (1 + (1 - v)/2): the expected reached length after one step of the restricted process from length v in [0, 1].
/// Derived.
///
/// For a target z and a sample X uniform on [-1, 1], z - X is uniform around z with density 1/2 and its window holds all of
/// (-1/2, 1/2): a missing z is reached with chance v/2.
pub fn expected_growth(v: f64) -> f64 {
    v * (1.0 + 0.5 * (1.0 - v))
}

/// 2^-n: no covering radius of [-1, 1] is smaller. Derived.
pub fn counting_radius(n: usize) -> f64 {
    (-(n as f64)).exp2()
}

/// C log2(2/min(delta, eps)): Lueker's number of samples. C is hidden in the papers; who calls this sets it.
pub fn lueker_samples(constant: f64, eps: f64, delta: f64) -> f64 {
    constant * (2.0 / eps.min(delta)).log2()
}

/// 2 2^(-n/C): the accuracy for which n is Lueker's number of samples at delta = eps.
pub fn lueker_accuracy(constant: f64, n: usize) -> f64 {
    2.0 * (-(n as f64) / constant).exp2()
}

/// c of the law rho = c n^(3/2) 2^-n of the median: simulated values fall from 0.56 at n = 16 to 0.49 at n = 24.
pub const MEDIAN_CONSTANT: f64 = 0.52;

/// 0.52 n^(3/2) 2^-n: the median covering radius of [-1, 1]. Derived, with a simulated constant.
pub fn median_radius(n: usize) -> f64 {
    MEDIAN_CONSTANT * (n as f64).powf(1.5) * counting_radius(n)
}

/// c of the joint law delta eps = c n^(3/2) 2^-n; simulated, with values from 0.25 to 0.52 for n = 10 to 14.
pub const TAIL_CONSTANT: f64 = 0.3;

/// 0.3 n^(3/2) 2^-n / delta: the eps that the covering radius exceeds with chance delta, from twice the median radius to
/// 0.05; a contour of the phase diagram. Derived, with a simulated constant. The tail is this heavy because the mean of all
/// sums wanders off.
pub fn tail_accuracy(n: usize, delta: f64) -> f64 {
    TAIL_CONSTANT * (n as f64).powf(1.5) * counting_radius(n) / delta
}

/// lambda(z): subset sums of the samples per unit of length at z, if they spread like a normal law. Derived.
///
/// A subset that takes each sample with chance 1/2 has the mean sum(x)/2 and the variance sum(x^2)/4.
pub fn sum_density(samples: &[f64], z: f64) -> f64 {
    let mean = 0.5 * samples.iter().sum::<f64>();
    let variance = 0.25 * samples.iter().map(|x| x * x).sum::<f64>();
    let sums = (samples.len() as f64).exp2();
    sums * (-(z - mean).powi(2) / (2.0 * variance)).exp() / (2.0 * PI * variance).sqrt()
}

/// P(the negative samples add up to more than -(1 - eps)): the chance that -1 is out of reach by more than eps, at which
/// no precision helps. Exact, derived; 0 for eps >= 1.
///
/// k of n samples are negative with the binomial law, and k sizes uniform on [0, 1] stay below t <= 1 with chance t^k/k!.
pub fn range_floor(n: usize, eps: f64) -> f64 {
    if eps >= 1.0 {
        return 0.0;
    }
    let reach = 1.0 - eps;
    terms(n).map(|(k, chance, factorial, _)| chance * reach.powi(k as i32) / factorial).sum()
}

/// P(one end of [-1, 1] or both are out of reach by more than eps). Exact, derived: both ends by inclusion and exclusion,
/// as given k the negative and the positive samples are independent.
pub fn range_failure(n: usize, eps: f64) -> f64 {
    if eps >= 1.0 {
        return 0.0;
    }
    let reach = 1.0 - eps;
    let both: f64 =
        terms(n).map(|(_, chance, factorial, rest)| chance * reach.powi(n as i32) / (factorial * rest)).sum();
    2.0 * range_floor(n, eps) - both
}

/// (k, C(n, k) 2^-n, k!, (n - k)!) for k = 0..=n.
fn terms(n: usize) -> impl Iterator<Item = (usize, f64, f64, f64)> {
    let factorial = |k: usize| (1..=k).map(|i| i as f64).product::<f64>();
    (0..=n).map(move |k| {
        let choose = (1..=k).map(|i| (n - k + i) as f64 / i as f64).product::<f64>();
        (k, choose * counting_radius(n), factorial(k), factorial(n - k))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_growth_counts_early_and_late_steps() {
        assert!((MEAN_GROWTH_PER_BIT - (1.0 / 1.5_f64.log2() + 1.0)).abs() < 1e-15);
        // Early steps grow by 3/2, late ones halve what is missing.
        assert!((expected_growth(1e-9) / 1e-9 - 1.5).abs() < 1e-8);
        assert!(((1.0 - expected_growth(1.0 - 1e-6)) / 1e-6 - 0.5).abs() < 1e-5);
    }

    #[test]
    fn the_range_fails_as_often_as_the_sheet_says() {
        for (n, both) in [(8, 0.28), (10, 0.127), (14, 0.0226), (15, 0.0146), (20, 1.34e-3)] {
            assert!((2.0 * range_floor(n, 0.0) / both - 1.0).abs() < 0.02, "{n}: {}", 2.0 * range_floor(n, 0.0));
        }
    }

    #[test]
    fn the_range_of_one_and_two_samples_by_hand() {
        // One sample always leaves an end behind; both if its size is below 1.
        assert!((range_floor(1, 0.0) - 1.0).abs() < 1e-15 && (range_failure(1, 0.0) - 1.0).abs() < 1e-15);
        // eps = 1/2: one sample reaches -1/2 if it lies below: chance 1/4.
        assert!((range_floor(1, 0.5) - 0.75).abs() < 1e-15);
        assert!((range_failure(1, 0.5) - 1.0).abs() < 1e-15);
        // Two samples below -1/2 together and none above 1/2 can not be, nor both by one sample each: two signs, sizes
        // above 1/2, have chance 2/16.
        assert!((range_failure(2, 0.5) - (1.0 - 2.0 / 16.0)).abs() < 1e-15);
        assert_eq!(range_failure(3, 1.0), 0.0);
    }

    #[test]
    fn densities_of_sums_add_up_to_their_number() {
        let samples = [0.5, -0.25, 0.75, 0.3, -0.9];
        let width = 1e-3;
        let total: f64 = (-8000..8000).map(|i| sum_density(&samples, f64::from(i) * width) * width).sum();
        assert!((total - 32.0).abs() < 1e-6);
    }

    #[test]
    fn closed_forms_have_the_values_of_the_sheet() {
        // Medians of 1025 and 300 draws.
        for (n, median) in [(16, 4.82e-4), (20, 4.15e-5), (24, 3.42e-6)] {
            assert!((median_radius(n) / median - 1.0).abs() < 0.1);
        }
        assert_eq!(lueker_samples(3.0, 0.5, 0.25), 9.0);
        let eps = lueker_accuracy(3.0, 12);
        assert!((lueker_samples(3.0, eps, 0.9) - 12.0).abs() < 1e-12);
        // delta eps 2^n / n^1.5 was 0.26 to 0.43.
        let product = 0.05 * tail_accuracy(14, 0.05) * 2f64.powi(14) / 14f64.powf(1.5);
        assert!((0.26..0.43).contains(&product));
    }
}
