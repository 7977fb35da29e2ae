//! Paired t, Welch t and the sign test; the t interval of a mean.

use crate::check::{RUNS, covers, errs_at_most, power, runs, super_uniform, uniform};
use prunelaw_engine::statistics::compare::{Comparison, paired, paired_t, sign, welch_t};
use prunelaw_engine::statistics::mean::Mean;
use prunelaw_engine::statistics::power::{POWER, paired_t_replicas};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

fn normal(rng: &mut ChaCha8Rng, count: usize, mean: f64, deviation: f64) -> Vec<f64> {
    (0..count).map(|_| mean + deviation * rng.sample::<f64, _>(StandardNormal)).collect()
}

// Two cells that share most of their noise, as cells of one replica do; the difference is N(effect, 1).
fn pair(rng: &mut ChaCha8Rng, count: usize, effect: f64) -> (Vec<f64>, Vec<f64>) {
    let shared = normal(rng, count, 0.5, 3.0);
    let own = normal(rng, count, effect, 1.0);
    (shared.iter().zip(own).map(|(s, o)| s + o).collect(), shared)
}

// Welch's samples: 15 with deviation 1 and 30 with deviation 3.
fn apart(rng: &mut ChaCha8Rng, effect: f64) -> (Vec<f64>, Vec<f64>) {
    (normal(rng, 15, effect, 1.0), normal(rng, 30, 0.0, 3.0))
}

fn check_uniform(name: &str, one: impl Fn(&mut ChaCha8Rng) -> Comparison) {
    let seen = runs(name, RUNS, one);
    let p = |which: fn(&Comparison) -> f64| seen.iter().map(which).collect::<Vec<f64>>();
    uniform(&format!("{name}, two-sided"), &p(|seen| seen.two_sided));
    uniform(&format!("{name}, greater"), &p(|seen| seen.greater));
    uniform(&format!("{name}, less"), &p(|seen| seen.less));
}

#[test]
fn paired_t_is_uniform() {
    for count in [3, 20] {
        check_uniform(&format!("paired t of {count}"), |rng| {
            let (first, second) = pair(rng, count, 0.0);
            paired_t(&first, &second).unwrap()
        });
    }
}

#[test]
fn welch_t_is_uniform_to_monte_carlo_error() {
    // Satterthwaite's degrees of freedom are an approximation; here its error is below what 10^4 runs can see.
    check_uniform("Welch t", |rng| {
        let (first, second) = apart(rng, 0.0);
        welch_t(&first, &second).unwrap()
    });
}

#[test]
fn the_sign_test_is_super_uniform() {
    let seen = runs("sign test", RUNS, |rng| {
        let (first, second) = pair(rng, 20, 0.0);
        sign(&first, &second).unwrap()
    });
    super_uniform("sign test, two-sided", &seen.iter().map(|seen| seen.two_sided).collect::<Vec<_>>());
    super_uniform("sign test, greater", &seen.iter().map(|seen| seen.greater).collect::<Vec<_>>());
    super_uniform("sign test, less", &seen.iter().map(|seen| seen.less).collect::<Vec<_>>());
}

#[test]
fn differences_of_plus_or_minus_one_step_keep_the_level() {
    // Accuracies that move in one step of the test set, up or down alike: now and then all pairs agree, there is no
    // spread, and only the sign test stands between that and a certain verdict.
    let seen = runs("one step", RUNS, |rng| {
        let second = vec![0.75; 5];
        let first: Vec<f64> = second.iter().map(|x| if rng.random() { x + 0.125 } else { x - 0.125 }).collect();
        paired(&first, &second).unwrap().two_sided
    });
    // Of the t test itself this asks nothing (its law is discrete here); of all pairs agreeing it asks 2^-4.
    let certain: Vec<bool> = seen.iter().map(|&p| p < 0.0624).collect();
    assert!(certain.iter().all(|certain| !certain));
}

#[test]
fn skewed_differences_break_the_level_of_the_t_test_by_a_known_amount() {
    // Not what one would like, but what is: of 40 differences nine in ten are near 0.1 and one in ten near -0.9, with mean
    // 0. At 0.001 the t test says "greater" in 0.0146 of 10^6 runs of NumPy, "less" in 10^-6.
    let seen = runs("skewed", RUNS, |rng| {
        let jump = |rng: &mut ChaCha8Rng| if rng.random::<f64>() < 0.1 { -0.9 } else { 0.1 };
        let first: Vec<f64> = (0..40).map(|_| jump(rng) + 1e-9 * rng.sample::<f64, _>(StandardNormal)).collect();
        paired(&first, &[0.0; 40]).unwrap()
    });
    power("skewed", 0.0146, 0.0005, &seen.iter().map(|seen| seen.greater <= 1e-3).collect::<Vec<_>>());
    errs_at_most("skewed, less", 1e-3, &seen.iter().map(|seen| seen.less <= 1e-3).collect::<Vec<_>>());
}

#[test]
fn t_intervals_cover() {
    for confidence in [0.95, 0.999] {
        let name = format!("mean at {confidence}");
        covers(
            &name,
            confidence,
            &runs(&name, RUNS, |rng| {
                Mean::of(&normal(rng, 10, 0.7, 0.2)).unwrap().interval(confidence).unwrap().contains(0.7)
            }),
        );
        let name = format!("paired difference at {confidence}");
        covers(
            &name,
            confidence,
            &runs(&name, RUNS, |rng| {
                let (first, second) = pair(rng, 20, 0.3);
                paired(&first, &second).unwrap().interval(confidence).unwrap().contains(0.3)
            }),
        );
        let name = format!("Welch difference at {confidence}");
        covers(
            &name,
            confidence,
            &runs(&name, RUNS, |rng| {
                let (first, second) = apart(rng, 0.3);
                welch_t(&first, &second).unwrap().interval(confidence).unwrap().contains(0.3)
            }),
        );
    }
}

#[test]
fn the_paired_t_sees_0_8_deviations_with_power_0_8() {
    // Alternative: a mean difference of 0.8 standard deviations, one-sided at 0.001; 29 pairs, noncentral t 0.8017.
    let (effect, level) = (0.8, 1e-3);
    let count = paired_t_replicas(effect, level, POWER).unwrap() as usize;
    let seen = runs("paired t power", RUNS, |rng| {
        let (first, second) = pair(rng, count, effect);
        paired(&first, &second).unwrap().greater <= level
    });
    power("paired t", prunelaw_engine::statistics::power::paired_t(effect, count as u64, level), 1e-6, &seen);
}

#[test]
fn welch_t_sees_2_5() {
    // Alternative: means 2.5 apart, deviations 1 and 3, 15 and 30 values, two-sided at 0.01. 0.9154 in 10^6 runs
    // of scipy's ttest_ind.
    let seen = runs("Welch power", RUNS, |rng| {
        let (first, second) = apart(rng, 2.5);
        welch_t(&first, &second).unwrap().two_sided <= 0.01
    });
    power("Welch t", 0.9154, 0.002, &seen);
}

#[test]
fn the_sign_test_sees_nine_in_ten() {
    // Alternative: 9 of 10 differences positive, 20 pairs, one-sided at 0.01: rejects from 16 on, P(X >= 16) = 0.9568.
    let seen = runs("sign power", RUNS, |rng| {
        let first: Vec<f64> = (0..20).map(|_| if rng.random::<f64>() < 0.9 { 1.0 } else { -1.0 }).collect();
        sign(&first, &[0.0; 20]).unwrap().greater <= 0.01
    });
    power("sign test", 0.9568, 1e-4, &seen);
}
