//! Holm over many claims, and the Kolmogorov-Smirnov test.

use crate::check::{RUNS, errs_at_most, power, runs, super_uniform, uniform};
use prunelaw_engine::statistics::{holm, kolmogorov};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use statrs::distribution::{ContinuousCDF, Normal};

// One-sided p-values of ten claims, the first four of which are false by 3 standard errors.
fn claims(rng: &mut ChaCha8Rng) -> Vec<f64> {
    (0..10)
        .map(|claim| {
            let z: f64 = rng.sample(StandardNormal);
            Normal::standard().sf(if claim < 4 { z + 3.0 } else { z })
        })
        .collect()
}

#[test]
fn holm_keeps_the_level_over_all_claims() {
    let alpha = 0.05;
    let rejected = runs("Holm", RUNS, |rng| holm::rejected(&claims(rng), alpha));
    let false_alarm: Vec<bool> = rejected.iter().map(|rejected| rejected[4..].contains(&true)).collect();
    errs_at_most("Holm, any false rejection", alpha, &false_alarm);
    // Alternative: the first claim, false by 3 standard errors among ten: 0.6943 in 10^6 runs of NumPy.
    // Bonferroni alone has 0.6643.
    let seen: Vec<bool> = rejected.iter().map(|rejected| rejected[0]).collect();
    power("Holm", 0.6943, 0.002, &seen);
}

#[test]
fn holm_adjusted_smallest_p_is_super_uniform_if_all_claims_are_true() {
    let smallest = runs("Holm null", RUNS, |rng| {
        let p: Vec<f64> = (0..10).map(|_| rng.random()).collect();
        holm::adjusted(&p).into_iter().fold(1.0, f64::min)
    });
    super_uniform("Holm null", &smallest);
}

#[test]
fn kolmogorov_smirnov_is_uniform() {
    for (count, times) in [(50, RUNS), (500, RUNS)] {
        let name = format!("Kolmogorov-Smirnov of {count}");
        uniform(
            &name,
            &runs(&name, times, |rng| {
                let values: Vec<f64> = (0..count).map(|_| rng.random()).collect();
                kolmogorov::test(&values, |x| x).unwrap().p_value
            }),
        );
    }
}

#[test]
fn kolmogorov_smirnov_sees_a_shift_of_half_a_deviation() {
    // Alternative: N(0.5, 1) against N(0, 1), 100 values, at 0.01: 0.9583 in 10^6 runs with scipy's exact
    // critical value.
    let law = Normal::standard();
    let seen = runs("Kolmogorov-Smirnov power", RUNS, |rng| {
        let values: Vec<f64> = (0..100).map(|_| 0.5 + rng.sample::<f64, _>(StandardNormal)).collect();
        kolmogorov::test(&values, |x| law.cdf(x)).unwrap().p_value <= 0.01
    });
    power("Kolmogorov-Smirnov", 0.9583, 0.002, &seen);
}
