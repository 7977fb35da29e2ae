//! Time of one full-batch gradient of a large two-layer network, dense and masked.
//!
//! `cargo bench --bench mlp_step`. Each number is the best of several runs, in CPU time of one thread.
//!
//! * *useful*: 4 n FLOP per kept weight of the first layer (2 forward, 2 gradient) and 6 of the second (2 more for what
//!   it sends back), whatever was computed beside it
//! * *aim*: seconds where sgemm runs at 99 GFLOP/s, scaled by what it does here

#[path = "clock.rs"]
mod clock;

use clock::{best, peaks};
use ndarray::Array2;
use prunelaw_engine::data::{Answers, LabelledData};
use prunelaw_engine::fraction::KeepFraction;
use prunelaw_engine::kernel::Family;
use prunelaw_engine::key::Key;
use prunelaw_engine::mask::Mask;
use prunelaw_engine::network::init::InitLaw;
use prunelaw_engine::network::mlp::{Activation, Mlp, MlpObjective, Samples};
use prunelaw_engine::training::{Loss, Objective};
use rand::RngExt;
use rand_distr::StandardNormal;
use std::hint::black_box;
use std::sync::Arc;

const N: usize = 2048;
const WIDTHS: [usize; 3] = [784, 4096, 10];

fn main() {
    let (fma, gemm) = peaks(Family::best());
    let [d, m, k] = WIDTHS;
    println!("\nlarge network: d={d} m={m} K={k} n={N} f32, ReLU, cross-entropy");
    println!("  keep     s/step   useful GFLOP/s  of peak   aim s");
    let key = Key::root("bench");
    let mut rng = key.child("data").rng();
    let x = Array2::from_shape_simple_fn((N, d), || rng.sample(StandardNormal));
    let data = LabelledData { x, y: Answers::Classes((0..N).map(|i| i % k).collect()) };
    let samples = Arc::new(Samples::<f32>::new(&data, k, Loss::CrossEntropy).unwrap());
    let net = Mlp::<f32>::draw(&WIDTHS, Activation::Relu, false, InitLaw::HeNormal, 1.0, &key.child("init"));
    for (keep, aim) in [(1.0, 0.31), (0.5, f64::NAN), (0.3, f64::NAN), (0.2, f64::NAN), (0.1, 0.10), (0.01, 0.03)] {
        let masks: Vec<Mask> = (net.layers.iter().enumerate())
            .map(|(at, layer)| {
                let key = key.child("mask").child(&at.to_string());
                Mask::random(layer.w.shape(), KeepFraction::new(keep).unwrap(), &key)
            })
            .collect();
        let mut objective = MlpObjective::new(&net, Some(&masks), Arc::clone(&samples), Loss::CrossEntropy).unwrap();
        let theta = objective.pack(&net);
        let mut grad = vec![0.0; theta.len()];
        let seconds = best(5, || _ = black_box(objective.gradient(&theta, None, &mut grad)));
        let flops = N as f64 * (4.0 * masks[0].kept() as f64 + 6.0 * masks[1].kept() as f64);
        let useful = flops / seconds / 1e9;
        println!("  {keep:<6} {seconds:>8.4} {useful:>16.1} {:>7.1}% {:>8.4}", 100.0 * useful / fma, aim * 99.0 / gemm);
    }
}
