//! The exact binomial test and the Clopper-Pearson interval.

use crate::check::{RUNS, power, runs, super_uniform, uniform};
use prunelaw_engine::statistics::Alternative::{Greater, Less, TwoSided};
use prunelaw_engine::statistics::binomial::{clopper_pearson, exactly, randomised_test, test};
use prunelaw_engine::statistics::power::{POWER, binomial_replicas};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

const LAWS: [(u64, f64); 2] = [(40, 0.05), (200, 0.3)];

fn successes(rng: &mut ChaCha8Rng, trials: u64, rate: f64) -> u64 {
    (0..trials).map(|_| u64::from(rng.random::<f64>() < rate)).sum()
}

#[test]
fn the_exact_test_is_super_uniform() {
    for (trials, rate) in LAWS {
        for alternative in [Less, Greater, TwoSided] {
            let name = format!("binomial {trials} {rate} {alternative:?}");
            super_uniform(
                &name,
                &runs(&name, RUNS, |rng| test(successes(rng, trials, rate), trials, rate, alternative).unwrap()),
            );
        }
    }
}

#[test]
fn the_exact_test_keeps_every_level_exactly() {
    // No chance: P(p <= a), summed, at every a that p can take.
    for (trials, rate) in LAWS {
        for alternative in [Less, Greater, TwoSided] {
            let law: Vec<(f64, f64)> =
                (0..=trials).map(|k| (test(k, trials, rate, alternative).unwrap(), exactly(k, trials, rate))).collect();
            for &(level, _) in &law {
                let size: f64 = law.iter().filter(|(p, _)| *p <= level).map(|(_, chance)| chance).sum();
                assert!(size <= level * (1.0 + 1e-9), "{trials} {rate} {alternative:?}: P(p <= {level}) = {size}");
            }
        }
    }
}

#[test]
fn the_randomised_test_is_uniform() {
    for (trials, rate) in LAWS {
        for alternative in [Less, Greater, TwoSided] {
            let name = format!("randomised binomial {trials} {rate} {alternative:?}");
            uniform(
                &name,
                &runs(&name, RUNS, |rng| {
                    let seen = successes(rng, trials, rate);
                    randomised_test(seen, trials, rate, alternative, rng.random()).unwrap()
                }),
            );
        }
    }
}

#[test]
fn clopper_pearson_covers_every_rate_exactly() {
    // No chance: coverage summed over all counts.
    for (trials, confidence) in [(10, 0.95), (60, 0.999)] {
        let intervals: Vec<_> = (0..=trials).map(|k| clopper_pearson(k, trials, confidence).unwrap()).collect();
        for i in 0..=400 {
            let rate = f64::from(i) / 400.0;
            let covered: f64 =
                (0..=trials).filter(|&k| intervals[k as usize].contains(rate)).map(|k| exactly(k, trials, rate)).sum();
            assert!(covered >= confidence - 1e-12, "{trials}, rate {rate}: {covered}");
        }
    }
}

#[test]
fn twice_the_rate_is_seen_with_power_0_8() {
    // Alternative: 0.1 where 0.05 is claimed, one-sided at 0.001; 417 draws, exact power 0.8004.
    let (null, truth, level) = (0.05, 0.1, 1e-3);
    let trials = binomial_replicas(null, truth, level, POWER).unwrap();
    let name = "binomial against twice the rate";
    let seen = runs(name, RUNS, |rng| test(successes(rng, trials, truth), trials, null, Greater).unwrap() <= level);
    power(name, prunelaw_engine::statistics::power::binomial(null, truth, trials, level), 0.0, &seen);
}
