//! The kinds of checks, each with false-alarm rate [`ALARM`].

use prunelaw_engine::key::Key;
use prunelaw_engine::statistics::binomial::{at_least, at_most};
use rand_chacha::ChaCha8Rng;
use statrs::distribution::{ChiSquared, ContinuousCDF};
use std::sync::atomic::{AtomicUsize, Ordering};

/// False-alarm rate of one check.
pub(crate) const ALARM: f64 = 1e-8;

/// Most checks that the suite may make.
pub(crate) const CHECKS: usize = 100;

/// Runs per check.
pub(crate) const RUNS: usize = 10_000;

static MADE: AtomicUsize = AtomicUsize::new(0);

fn made(fault: Option<String>, name: &str) {
    assert!(MADE.fetch_add(1, Ordering::Relaxed) < CHECKS, "more checks than the suite's level allows");
    if let Some(fault) = fault {
        panic!("{name}: {fault}");
    }
}

/// What `one` gives in each of `count` independent runs.
pub(crate) fn runs<T>(name: &str, count: usize, mut one: impl FnMut(&mut ChaCha8Rng) -> T) -> Vec<T> {
    let key = Key::root("calibration").child(name);
    (0..count).map(|run| one(&mut key.replica(run as u64).rng())).collect()
}

/// P(p <= a) <= a at every a.
pub(crate) fn super_uniform(name: &str, p_values: &[f64]) {
    made(too_small(p_values, ALARM), name);
}

/// P(p <= a) = a at every a.
pub(crate) fn uniform(name: &str, p_values: &[f64]) {
    made(not_uniform(p_values), name);
}

/// A sum that is chi-square with `freedom` degrees of freedom is neither too large nor too small.
pub(crate) fn chi_square(name: &str, sum: f64, freedom: f64) {
    let law = ChiSquared::new(freedom).expect("positive");
    let tail = law.sf(sum).min(law.cdf(sum));
    made((tail.is_nan() || tail < 0.5 * ALARM).then(|| format!("chi-square {sum} of {freedom}")), name);
}

/// At least `claimed` of the runs cover.
pub(crate) fn covers(name: &str, claimed: f64, covered: &[bool]) {
    println!("{name}: coverage {:.4}", count(covered.iter().copied()) as f64 / covered.len() as f64);
    made(too_few(claimed, covered), name);
}

/// At most `claimed` of the runs err.
pub(crate) fn errs_at_most(name: &str, claimed: f64, erred: &[bool]) {
    let right: Vec<bool> = erred.iter().map(|e| !e).collect();
    made(too_few(1.0 - claimed, &right), name);
}

/// The test sees its alternative as often as is written beside it, give or take `slack` for how the number was got.
pub(crate) fn power(name: &str, written: f64, slack: f64, seen: &[bool]) {
    let (hits, all) = (count(seen.iter().copied()), seen.len() as u64);
    let measured = hits as f64 / all as f64;
    println!("{name}: power {measured:.3}, written {written}");
    let low = at_most(hits, all, (written - slack).max(0.0));
    let high = at_least(hits, all, (written + slack).min(1.0));
    made((low.min(high) < 0.5 * ALARM).then(|| format!("power {measured}, but {written} is written beside it")), name);
}

const LEVELS: [f64; 4] = [0.001, 0.01, 0.05, 0.2];

fn count(hits: impl Iterator<Item = bool>) -> u64 {
    hits.map(u64::from).sum()
}

fn too_small(p_values: &[f64], alarm: f64) -> Option<String> {
    if let Some(p) = p_values.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        return Some(format!("p-value {p}"));
    }
    let n = p_values.len() as f64;
    let mut sorted = p_values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let excess = sorted.iter().enumerate().map(|(i, p)| (i + 1) as f64 / n - p).fold(0.0, f64::max);
    // P(sup_a F_n(a) - a > d) <= exp(-2 n d^2)
    if excess > ((0.5 * alarm).ln() / (-2.0 * n)).sqrt() {
        return Some(format!("P(p <= a) exceeds a by {excess}"));
    }
    LEVELS.iter().find_map(|&level| {
        let hits = count(p_values.iter().map(|&p| p <= level));
        let tail = at_least(hits, p_values.len() as u64, level);
        (tail < 0.125 * alarm).then(|| format!("{hits} of {n} p-values below {level}"))
    })
}

/// What [`uniform`] finds wrong.
pub(crate) fn not_uniform(p_values: &[f64]) -> Option<String> {
    let mirrored: Vec<f64> = p_values.iter().map(|p| 1.0 - p).collect();
    let too_rare = |&level: &f64| {
        let hits = count(p_values.iter().map(|&p| p <= level));
        let tail = at_most(hits, p_values.len() as u64, level);
        (tail < 0.0625 * ALARM).then(|| format!("only {hits} of {} p-values below {level}", p_values.len()))
    };
    too_small(p_values, 0.5 * ALARM)
        .or_else(|| too_small(&mirrored, 0.25 * ALARM))
        .or_else(|| LEVELS.iter().find_map(too_rare))
}

fn too_few(claimed: f64, covered: &[bool]) -> Option<String> {
    let hits = count(covered.iter().copied());
    let tail = at_most(hits, covered.len() as u64, claimed);
    (tail < ALARM).then(|| format!("{hits} of {}, claimed {claimed}", covered.len()))
}

// Each kind of check sees a planted fault of modest size.
mod planted {
    use super::*;
    use rand::RngExt;

    fn uniforms() -> Vec<f64> {
        runs("planted", RUNS, |rng| rng.random::<f64>())
    }

    #[test]
    fn honest_p_values_pass() {
        assert_eq!(too_small(&uniforms(), ALARM), None);
    }

    #[test]
    fn p_values_a_tenth_too_small_are_seen() {
        let p_values: Vec<f64> = uniforms().iter().map(|u| 0.9 * u).collect();
        assert!(too_small(&p_values, ALARM).is_some());
    }

    #[test]
    fn a_tail_five_times_too_heavy_is_seen() {
        // Right in the middle, wrong only below 0.005.
        let p_values: Vec<f64> = uniforms().iter().map(|&u| if u < 0.005 { 0.2 * u } else { u }).collect();
        assert!(too_small(&p_values, ALARM).is_some());
    }

    #[test]
    fn p_values_that_are_not_numbers_are_seen() {
        let mut p_values = uniforms();
        p_values[17] = f64::NAN;
        assert!(too_small(&p_values, ALARM).is_some());
    }

    #[test]
    fn an_interval_at_94_percent_is_not_taken_for_one_at_95() {
        let covered: Vec<bool> = uniforms().iter().map(|&u| u < 0.94 - 0.006).collect();
        assert!(too_few(0.95, &covered).is_some());
    }
}
