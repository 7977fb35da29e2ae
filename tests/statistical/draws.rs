//! The laws of draws: keys, masks, data and initial weights come from the laws that they are named after.
//!
//! Each replica opens its own key, as in a study, so these are tests of the key tree and of the samplers together.

use crate::check::{RUNS, chi_square, not_uniform, uniform};
use prunelaw_engine::data::patches::{Labels, NoiseLaw, PatchLaw, SignalLaw};
use prunelaw_engine::fraction::KeepFraction;
use prunelaw_engine::key::Key;
use prunelaw_engine::mask::Mask;
use prunelaw_engine::network::init::InitLaw;
use prunelaw_engine::statistics::Alternative::Less;
use prunelaw_engine::statistics::binomial::randomised_test;
use rand::{Rng, RngExt};
use statrs::distribution::{Beta, ChiSquared, ContinuousCDF, Normal};

fn key(name: &str, replica: usize) -> Key {
    Key::root("calibration").child(name).replica(replica as u64)
}

fn keep(p: f64) -> KeepFraction {
    KeepFraction::new(p).unwrap()
}

// What each replica gives: uniform on [0, 1] if its law is right.
fn uniform_over_replicas(name: &str, mut one: impl FnMut(&Key) -> f64) {
    uniform(name, &(0..RUNS).map(|replica| one(&key(name, replica))).collect::<Vec<_>>());
}

// A binomial count as a uniform number, with chance of its own.
fn count_as_uniform(count: usize, trials: usize, rate: f64, key: &Key) -> f64 {
    let u = key.child("randomise the test").rng().random();
    randomised_test(count as u64, trials as u64, rate, Less, u).unwrap()
}

// Pearson's statistic of how often each of `cells` equally likely things happened.
fn spread_of_counts(counts: &[usize], expected: f64) -> f64 {
    counts.iter().map(|&count| (count as f64 - expected).powi(2) / expected).sum()
}

#[test]
fn children_and_replicas_of_a_key_are_uniform_and_independent() {
    let draw = |key: Key| key.rng().random::<f64>();
    uniform_over_replicas("first draws", |key| draw(key.child("mask")));
    // The sum of two independent uniforms, wrapped, is uniform; so it is of anything but related ones.
    uniform_over_replicas("sibling purposes", |key| (draw(key.child("mask")) + draw(key.child("init"))).fract());
    uniform_over_replicas("parent and child", |key| (draw(key.clone()) + draw(key.child("mask"))).fract());
    let mut replica = 0;
    uniform_over_replicas("neighbouring replicas", |_| {
        replica += 1;
        let study = Key::root("calibration").child("neighbours");
        (draw(study.replica(2 * replica)) + draw(study.replica(2 * replica + 1))).fract()
    });
    let mut ones = [0; 64];
    for replica in 0..RUNS {
        let word = key("bits", replica).rng().next_u64();
        ones.iter_mut().enumerate().for_each(|(bit, ones)| *ones += (word >> bit & 1) as usize);
    }
    // Each count has mean n/2 and variance n/4.
    chi_square("bits", 2.0 * spread_of_counts(&ones, RUNS as f64 / 2.0), 64.0);
}

#[test]
fn a_bernoulli_mask_keeps_a_binomial_number() {
    for p in [0.003, 0.2, 0.9] {
        uniform_over_replicas(&format!("Bernoulli mask {p}"), |key| {
            let mask = Mask::bernoulli(&[3, 5, 13], keep(p), &key.child("mask"));
            count_as_uniform(mask.kept(), 195, p, key)
        });
    }
    // 0.21 for 0.2 would be seen.
    let planted: Vec<f64> = (0..RUNS)
        .map(|replica| {
            let key = key("planted mask", replica);
            count_as_uniform(Mask::bernoulli(&[3, 5, 13], keep(0.21), &key).kept(), 195, 0.2, &key)
        })
        .collect();
    assert!(not_uniform(&planted).is_some());
}

#[test]
fn every_entry_of_a_bernoulli_mask_is_as_likely_and_independent_of_the_next() {
    let p = 0.2;
    let (mut kept, mut with_next) = ([0; 195], [0; 194]);
    for replica in 0..RUNS {
        let mask = Mask::bernoulli(&[3, 5, 13], keep(p), &key("entries", replica));
        for i in mask.indices() {
            kept[i] += 1;
            if i < 194 && mask.keeps(i + 1) {
                with_next[i] += 1;
            }
        }
    }
    // Variance n p (1 - p) for n p, each entry on its own.
    chi_square("entries", spread_of_counts(&kept, RUNS as f64 * p) / (1.0 - p), 195.0);
    // Pairs overlap: use every other one.
    let pairs: Vec<usize> = with_next.iter().copied().step_by(2).collect();
    chi_square("pairs", spread_of_counts(&pairs, RUNS as f64 * p * p) / (1.0 - p * p), 97.0);
}

#[test]
fn exact_count_rules_favour_no_entry_and_no_neuron() {
    // With exactly k of N kept, n sum_i (count_i - n k/N)^2 / (n^2 k/N (1 - k/N)) (N - 1) / N is chi^2(N - 1).
    let (mut entries, mut neurons) = ([0; 65], [0; 20]);
    for replica in 0..RUNS {
        let key = key("exact count", replica);
        Mask::random(&[5, 13], keep(0.2), &key.child("entries")).indices().for_each(|i| entries[i] += 1);
        let mask = Mask::neurons(&[4, 5, 3], keep(0.35), &key.child("neurons"));
        (0..20).filter(|&neuron| mask.keeps(3 * neuron)).for_each(|neuron| neurons[neuron] += 1);
    }
    let statistic = |counts: &[usize], share: f64| {
        let cells = counts.len() as f64;
        spread_of_counts(counts, RUNS as f64 * share) / (1.0 - share) * (cells - 1.0) / cells
    };
    chi_square("exact count", statistic(&entries, 13.0 / 65.0), 64.0);
    chi_square("neurons", statistic(&neurons, 7.0 / 20.0), 19.0);
}

const LAW: PatchLaw = PatchLaw {
    classes: 4,
    dimension: 30,
    signal: 2.0,
    noise: 0.5,
    signal_law: SignalLaw::Basis,
    noise_law: NoiseLaw::Full,
};

#[test]
fn patch_noise_is_normal_with_its_scale() {
    let normal = Normal::new(0.0, LAW.noise).unwrap();
    uniform_over_replicas("noise entries", |key| {
        let sample = LAW.sample(&LAW.signals(key), 2, Labels::Uniform, key);
        normal.cdf(sample.noise[[1, 17]])
    });
}

#[test]
fn the_length_of_noise_is_chi_square_in_the_dimensions_left_to_it() {
    for (signal_law, noise_law, freedom) in [
        (SignalLaw::Basis, NoiseLaw::Full, 30.0),
        (SignalLaw::Basis, NoiseLaw::Orthogonal, 26.0),
        (SignalLaw::Rotated, NoiseLaw::Orthogonal, 26.0),
    ] {
        let law = PatchLaw { signal_law, noise_law, ..LAW };
        let length = ChiSquared::new(freedom).unwrap();
        uniform_over_replicas(&format!("{signal_law:?} {noise_law:?} noise"), |key| {
            let sample = law.sample(&law.signals(key), 1, Labels::Uniform, key);
            length.cdf(sample.noise.iter().map(|x| (x / law.noise).powi(2)).sum())
        });
    }
}

#[test]
fn rotated_signals_point_anywhere_alike() {
    // The square of one coordinate of a uniform direction is Beta(1/2, (d - 1)/2).
    let law = PatchLaw { signal_law: SignalLaw::Rotated, ..LAW };
    let square = Beta::new(0.5, 14.5).unwrap();
    for k in [0, 3] {
        uniform_over_replicas(&format!("rotated signal {k}"), |key| {
            square.cdf((law.signals(key).vector(k)[11] / law.signal).powi(2))
        });
    }
}

#[test]
fn labels_and_patch_order_are_fair() {
    let mut labels = [0; 4];
    let mut first = [0; 2];
    for replica in 0..RUNS {
        let key = key("labels", replica);
        let sample = LAW.sample(&LAW.signals(&key), 3, Labels::Uniform, &key);
        sample.labels.iter().for_each(|&label| labels[label] += 1);
        sample.signal_first.iter().for_each(|&yes| first[usize::from(yes)] += 1);
    }
    chi_square("labels", spread_of_counts(&labels, 0.75 * RUNS as f64), 3.0);
    chi_square("patch order", spread_of_counts(&first, 1.5 * RUNS as f64), 1.0);
}

#[test]
fn initial_weights_follow_their_laws() {
    let he = Normal::new(0.0, 0.7 * (2.0f64 / 11.0).sqrt()).unwrap();
    let normal = Normal::new(0.0, 0.7).unwrap();
    let at = |law: InitLaw, key: &Key| law.draw((5, 11), 0.7, &key.child("init"))[[3, 6]];
    uniform_over_replicas("he-normal", |key| he.cdf(at(InitLaw::HeNormal, key)));
    uniform_over_replicas("normal", |key| normal.cdf(at(InitLaw::Normal, key)));
    uniform_over_replicas("uniform", |key| 0.5 + at(InitLaw::Uniform, key) / 1.4);
    uniform_over_replicas("signed-constant", |key| {
        let positive = InitLaw::SignedConstant.draw((5, 11), 0.7, key).iter().filter(|&&w| w > 0.0).count();
        count_as_uniform(positive, 55, 0.5, key)
    });
}
