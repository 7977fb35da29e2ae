//! The anytime-valid test of a rate: it may be looked at after every outcome, and errs no more often for it.

use crate::check::{RUNS, covers, errs_at_most, power, runs, super_uniform};
use prunelaw_engine::statistics::Place;
use prunelaw_engine::statistics::power::{POWER, sequential_replicas};
use prunelaw_engine::statistics::sequential::{RateLaw, Tally, Watch, decide, interval};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

const MOST: usize = 2000;
const WITHIN: RateLaw = RateLaw::Within { rate: 0.1, tolerance: 0.05 };

fn outcomes(rng: &mut ChaCha8Rng, count: usize, rate: f64) -> Vec<bool> {
    (0..count).map(|_| rng.random::<f64>() < rate).collect()
}

#[test]
fn the_largest_e_value_of_2000_looks_keeps_every_level() {
    for rate in [0.02, 0.3] {
        let name = format!("e-values at {rate}");
        super_uniform(
            &name,
            &runs(&name, RUNS, |rng| {
                let mut tally = Tally::default();
                let mut largest: f64 = 0.0;
                for _ in 0..MOST {
                    tally.push(rng.random::<f64>() < rate);
                    largest = largest.max(tally.ln_e_value(rate));
                }
                (-largest).exp()
            }),
        );
    }
}

#[test]
fn the_confidence_sequence_covers_at_all_2000_looks_at_once() {
    // The running intersection holds the rate exactly if every interval before did.
    for rate in [0.02, 0.3] {
        let name = format!("confidence sequence at {rate}");
        covers(
            &name,
            0.95,
            &runs(&name, RUNS, |rng| interval(&outcomes(rng, MOST, rate), 0.05).unwrap().contains(rate)),
        );
    }
}

#[test]
fn false_decisions_are_rarer_than_the_level() {
    // On the edge each answer is (all but) false, and it is where errors are likeliest.
    let level = 0.05;
    for (law, truth) in [(RateLaw::AtMost(0.1), 0.1), (WITHIN, 0.15), (WITHIN, 0.05)] {
        let name = format!("{law:?} at {truth}");
        let places = runs(&name, RUNS, |rng| {
            let mut watch = Watch::new(law, level).unwrap();
            let _ = (0..MOST).any(|_| watch.push(rng.random::<f64>() < truth));
            watch.decision().place
        });
        for wrong in [Place::Outside, Place::Inside] {
            let erred: Vec<bool> = places.iter().map(|&place| place == wrong).collect();
            let rate = erred.iter().filter(|&&erred| erred).count() as f64 / RUNS as f64;
            println!("{name}: {wrong:?} at a rate of {rate}, level {level}");
            errs_at_most(&name, level, &erred);
        }
    }
}

#[test]
fn p_values_are_valid_however_long_one_looks() {
    let law = RateLaw::AtMost(0.1);
    // So small a level that it never decides, and all 2000 outcomes count.
    let seen = runs("anytime p", RUNS, |rng| decide(&outcomes(rng, MOST, 0.1), law, 1e-300).unwrap());
    super_uniform("anytime p, true", &seen.iter().map(|seen| seen.p_true).collect::<Vec<_>>());
    super_uniform("anytime p, false", &seen.iter().map(|seen| seen.p_false).collect::<Vec<_>>());
}

#[test]
fn the_replicas_on_a_card_decide_with_power_0_8_or_more() {
    // Alternatives: twice the rate, half the rate, and the claimed rate itself inside its tolerance; level 0.001.
    // The formula does not count decisions on the way, so it is careful; beside each stands the
    // power in 60000 runs of NumPy.
    for (law, truth, place, replicas, written) in [
        (RateLaw::AtMost(0.1), 0.2, Place::Outside, 330, 0.8535),
        (RateLaw::AtMost(0.1), 0.05, Place::Inside, 848, 0.8502),
        (WITHIN, 0.1, Place::Inside, 1565, 0.926),
        (WITHIN, 0.3, Place::Outside, 198, 0.8541),
    ] {
        let count = sequential_replicas(law, truth, 1e-3, POWER).unwrap().unwrap() as usize;
        let name = format!("{law:?} at {truth}");
        let seen = runs(&name, RUNS, |rng| decide(&outcomes(rng, count, truth), law, 1e-3).unwrap().place == place);
        assert_eq!(count, replicas);
        power(&name, written, 0.006, &seen);
        assert!(written >= POWER);
    }
}
