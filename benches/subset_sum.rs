//! Time of exact subset sums, beside plain ways to the same numbers.
//!
//! `cargo bench --bench subset_sum`. Each number is the best of several runs, in CPU time of one thread.
//!
//! * *covering radius*: all 2^n sums of n uniform numbers against the targets in [-h, h]; *plain* sorts all sums by
//!   doubling in f64 and drops none
//! * *closest sum*: fresh numbers and one target each, from preparing the lists to the mask; *plain* goes through all 2^n
//!   masks in Gray order, on a few of them
//! * *portable*: the same solver without vector instructions
//! * aims, per core: radius of [-1/2, 1/2] with n = 22 in 2 ms, n = 24 in 9 ms; 397,000 weights with n = 21 in 1.3 s

#[path = "clock.rs"]
mod clock;

use clock::{best, peaks};
use prunelaw_engine::kernel::Family;
use prunelaw_engine::key::Key;
use prunelaw_engine::subset_sum::{CoveringRadius, Reach, SampleLaw, SubsetSums};
use std::hint::black_box;

/// Weights of a 784-500-10 network.
const WEIGHTS: usize = 397_000;

fn main() {
    peaks(Family::best());
    println!("\ncovering radius, uniform numbers, mean of 8 samples");
    println!("   n    h         ms   Gsums/s  portable ms   plain ms");
    for n in [16, 18, 20, 22, 24, 26] {
        for h in [0.5, 1.0] {
            covering(n, h);
        }
    }
    println!("\nbracketed covering radius of [-1, 1], grid of step 2^-22");
    println!("   n         ms");
    for n in [32, 48, 64, 96] {
        let samples = SampleLaw::Uniform.draw(n, &Key::root("bench"));
        let mut reach = Reach::default();
        let seconds = best(3, || _ = black_box(reach.of(&samples, 1.0, 22).unwrap()));
        println!("  {n:2} {:>10.1}", seconds * 1e3);
    }
    println!("\nclosest sum, fresh uniform numbers for every target");
    println!("   n   us/target  s/397,000  portable us      plain us");
    for n in [8, 12, 16, 20, 21, 24, 30, 36] {
        closest(n);
    }
}

fn covering(n: usize, h: f64) {
    let samples = draws(n, 8);
    let mean = |repeats: usize, mut one: Box<dyn FnMut(&[f64]) -> f64>| {
        best(repeats, || samples.iter().for_each(|samples| _ = black_box(one(samples)))) / samples.len() as f64
    };
    let solver = |family: Family| {
        let mut workspace = CoveringRadius::default().with_kernel(family);
        Box::new(move |samples: &[f64]| workspace.of(samples, h).unwrap().upper)
    };
    let repeats = if n < 24 { 15 } else { 5 };
    let seconds = mean(repeats, solver(Family::best()));
    let portable = mean(2, solver(Family::Portable));
    let plain = if n > 24 { f64::NAN } else { mean(1, Box::new(move |samples| plain_radius(samples, h))) };
    let rate = (1u64 << n) as f64 / seconds / 1e9;
    println!("  {n:2}  {h:.1} {:>10.3} {rate:>9.1} {:>12.3} {:>10.1}", seconds * 1e3, portable * 1e3, plain * 1e3);
}

fn closest(n: usize) {
    let many = if n <= 24 { 2000 } else { 20 };
    let (samples, targets) = (draws(n, many), draws(1, many));
    let mean = |repeats: usize, count: usize, one: &mut dyn FnMut(&[f64], f64)| {
        let pairs = || samples.iter().zip(&targets).take(count);
        best(repeats, || pairs().for_each(|(samples, target)| one(samples, target[0]))) / count as f64
    };
    let timed = |family: Family, repeats: usize| {
        let mut sums = SubsetSums::default().with_kernel(family);
        mean(repeats, many, &mut |samples, target| {
            sums.prepare(samples).unwrap();
            black_box(sums.closest(target).unwrap());
        })
    };
    let (seconds, portable) = (timed(Family::best(), if n <= 24 { 30 } else { 5 }), timed(Family::Portable, 3));
    let count = if n <= 12 { 100 } else { 2 };
    let plain = if n > 24 {
        f64::NAN
    } else {
        mean(1, count, &mut |samples, target| _ = black_box(plain_closest(samples, target)))
    };
    let all = if n == 21 { format!("{:.2}", seconds * WEIGHTS as f64) } else { String::new() };
    println!("  {n:2} {:>11.3} {all:>10} {:>12.2} {:>13.1}", seconds * 1e6, portable * 1e6, plain * 1e6);
}

fn draws(n: usize, count: usize) -> Vec<Vec<f64>> {
    (0..count as u64).map(|replica| SampleLaw::Uniform.draw(n, &Key::root("bench").replica(replica))).collect()
}

/// The radius from all sums, sorted by merging the list with itself shifted.
fn plain_radius(samples: &[f64], h: f64) -> f64 {
    let mut sums = vec![0.0];
    for x in samples {
        let (mut merged, mut i, mut j) = (Vec::with_capacity(2 * sums.len()), 0, 0);
        while i < sums.len() && j < sums.len() {
            let (a, b) = (sums[i], sums[j] + x);
            merged.push(if a <= b { a } else { b });
            i += usize::from(a <= b);
            j += usize::from(a > b);
        }
        merged.extend_from_slice(&sums[i..]);
        merged.extend(sums[j..].iter().map(|sum| sum + x));
        sums = merged;
    }
    let gap = |pair: &[f64]| {
        let middle = (0.5 * (pair[0] + pair[1])).clamp(-h, h);
        if pair[1] < -h || pair[0] > h { 0.0 } else { (middle - pair[0]).min(pair[1] - middle) }
    };
    sums.windows(2).map(gap).fold((sums[0] + h).max(h - sums[sums.len() - 1]).max(0.0), f64::max)
}

/// The smallest error over all masks.
fn plain_closest(samples: &[f64], target: f64) -> f64 {
    let (mut sum, mut least) = (0.0f64, target.abs());
    for step in 1u64..1 << samples.len() {
        let i = step.trailing_zeros() as usize;
        let taken = (step ^ step >> 1) >> i & 1 == 1;
        sum += if taken { samples[i] } else { -samples[i] };
        least = least.min((sum - target).abs());
    }
    least
}
