//! Time of one training of the patch network, beside what the core can do at most and beside plain loops.
//!
//! `cargo bench --bench patch_step`. Each number is the best of several runs, in CPU time of one thread.
//!
//! * *FMA peak*: multiply-adds in registers; *sgemm*: the `gemm` crate at 512 x 784 x 512
//! * *useful*: 4 n FLOP per kept weight and step (2 forward, 2 gradient), whatever was computed beside it
//! * *plain*: the same step in plain loops over all weights, one sample at a time

#[path = "clock.rs"]
mod clock;

use clock::{best, peaks};
use ndarray::Array3;
use prunelaw_engine::data::patches::{Labels, NoiseLaw, PatchLaw, SignalLaw};
use prunelaw_engine::fraction::KeepFraction;
use prunelaw_engine::kernel::Family;
use prunelaw_engine::key::Key;
use prunelaw_engine::mask::Mask;
use prunelaw_engine::network::patch::{Outer, PatchBank, PatchNet, PatchObjective};
use prunelaw_engine::stop::Stop;
use prunelaw_engine::training::{Loss, Objective, Optimizer, Recipe, Schedule, Targets, train};
use std::hint::black_box;

struct Setting {
    name: &'static str,
    law: PatchLaw,
    neurons: usize,
    samples: usize,
    power: f64,
    init_scale: f64,
    rate: f64,
    keeps: &'static [f64],
    steps: u64,
}

fn main() {
    let family = Family::best();
    let (fma, gemm) = peaks(family);

    let basis = SignalLaw::Basis;
    let grid = PatchLaw {
        classes: 10,
        dimension: 100,
        signal: 1.0,
        noise: 0.3,
        signal_law: basis,
        noise_law: NoiseLaw::Orthogonal,
    };
    let noise = 1.0 / (0.3 * 20000f64.sqrt());
    let wide =
        PatchLaw { classes: 2, dimension: 20000, signal: 1.0, noise, signal_law: basis, noise_law: NoiseLaw::Full };
    run(
        &Setting {
            name: "phase grid",
            law: grid,
            neurons: 20,
            samples: 100,
            power: 1.0,
            init_scale: 0.1,
            rate: 0.1,
            keeps: &[1.0, 0.5, 0.2, 0.1, 0.05, 0.01],
            steps: 200,
        },
        family,
        fma,
    );
    println!("  aim: 17 ms where sgemm runs at 99 GFLOP/s, here {:.2} ms", 17.0 * 99.0 / gemm);
    run(
        &Setting {
            name: "setting A",
            law: wide,
            neurons: 50,
            samples: 20,
            power: 3.0,
            init_scale: 0.05,
            rate: 0.5,
            keeps: &[1.0, 0.2, 0.05, 0.01, 0.003, 0.001],
            steps: 100,
        },
        family,
        fma,
    );
}

fn run(setting: &Setting, family: Family, fma: f64) {
    let Setting { law, neurons, samples, steps, .. } = *setting;
    println!(
        "\n{}: K={} m={neurons} d={} n={samples} q={} f32, {steps} full-batch steps",
        setting.name, law.classes, law.dimension, setting.power
    );
    println!("  keep    ms/network    us/step  useful GFLOP/s  of peak   plain ms");
    let key = Key::root("bench");
    let sample = law.sample(&law.signals(&key), samples, Labels::Balanced, &key.child("data"));
    let shape = (law.classes, neurons, law.dimension);
    let net = PatchNet::<f32>::normal(shape, setting.init_scale, setting.power, Outer::Ones, &key.child("init"));
    let bank = PatchBank::of_law(&sample);
    let recipe =
        Recipe { optimizer: Optimizer::Gd, rate: setting.rate, schedule: Schedule::Constant, steps, target_loss: 0.0 };
    for keep in setting.keeps {
        let mask = Mask::bernoulli(&[shape.0, shape.1, shape.2], KeepFraction::new(*keep).unwrap(), &key.child("mask"));
        let targets = Targets::classes(&sample.labels, law.classes).unwrap();
        let mut objective =
            PatchObjective::new(&net, Some(&mask), &bank, targets, Loss::CrossEntropy).unwrap().with_kernel(family);
        let start = objective.pack(&net);
        let seconds = best(15, || {
            let mut theta = start.clone();
            black_box(train(&mut objective, &mut theta, &recipe, &key, &mut (), &Stop::new()));
        });
        let useful = 4.0 * samples as f64 * objective.parameters() as f64 * steps as f64 / seconds / 1e9;
        let masked = Array3::from_shape_fn(shape, |(k, r, j)| {
            if mask.keeps((k * neurons + r) * law.dimension + j) { net.w[[k, r, j]] } else { 0.0 }
        });
        let plain = if law.dimension > 1000 {
            f64::NAN
        } else {
            let x: Vec<[Vec<f32>; 2]> =
                (0..samples).map(|i| sample.patches(i).map(|x| x.iter().map(|x| *x as f32).collect())).collect();
            steps as f64 * best(3, || _ = black_box(plain_step(&masked, &x, &sample.labels)))
        };
        println!(
            "  {keep:<6} {:>11.3} {:>10.2} {useful:>15.1} {:>7.1}% {:>10.1}",
            seconds * 1e3,
            seconds * 1e6 / steps as f64,
            100.0 * useful / fma,
            plain * 1e3,
        );
    }
}

// Gradient of the cross-entropy at power 1 by plain loops, one sample at a time.
fn plain_step(w: &Array3<f32>, x: &[[Vec<f32>; 2]], labels: &[usize]) -> Array3<f32> {
    let (classes, neurons, d) = w.dim();
    let mut grad = Array3::zeros(w.dim());
    let weights = |k: usize, r: usize| &w.as_slice().unwrap()[(k * neurons + r) * d..][..d];
    for (x, label) in x.iter().zip(labels) {
        let z: Vec<[f32; 2]> = (0..classes * neurons)
            .map(|at| [0, 1].map(|p| weights(at / neurons, at % neurons).iter().zip(&x[p]).map(|(w, x)| w * x).sum()))
            .collect();
        let f: Vec<f32> = z.chunks(neurons).map(|z| z.iter().flatten().map(|z| z.max(0.0)).sum()).collect();
        let top = f.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let sum: f32 = f.iter().map(|f| (f - top).exp()).sum();
        for at in 0..classes * neurons {
            let k = at / neurons;
            let residual = (f[k] - top).exp() / sum - f32::from(u8::from(k == *label));
            for p in 0..2 {
                if z[at][p] > 0.0 {
                    let grad = &mut grad.as_slice_mut().unwrap()[at * d..][..d];
                    grad.iter_mut().zip(&x[p]).for_each(|(g, x)| *g += residual / labels.len() as f32 * x);
                }
            }
        }
    }
    grad
}
