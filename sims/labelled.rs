//! The pruning fraction sweep on labelled data: digits, IDX folders such as MNIST, or an npz file.
//!
//! An `Mlp` whose weight matrices, output layer included, are pruned entry by entry at random before training (He-normal
//! weights, biases unpruned), trained by mini-batches, and tested on the test part. The paper's own real-data sweep
//! (arXiv 2301.00335, sec. 5.2) uses MNIST, an MLP 1024-1024, batch 128, rate 0.1 and prune fractions 1 - 0.8^r;
//! `--effort paper` has these fractions, and the rest are settings. The default rate is larger: the digits are few, and
//! the dense network should reach the loss target.

use crate::{Cost, Job, Rows};
use prunelaw_engine::data::{LabelledData, TrainTest, digits};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::fraction::KeepFraction;
use prunelaw_engine::key::Key;
use prunelaw_engine::mask::Mask;
use prunelaw_engine::network::init::InitLaw;
use prunelaw_engine::network::mlp::{Activation, Mlp, MlpObjective, Samples};
use prunelaw_engine::real::Real;
use prunelaw_engine::settings::vocabulary::*;
use prunelaw_engine::settings::{Assignment, Domain, Field, Rule, Settings, SettingsError, plain};
use prunelaw_engine::stop::Stop;
use prunelaw_engine::table::{Column, Row};
use prunelaw_engine::training::{Loss, Optimizer, Outcome, Recipe, Schedule, train};
use std::borrow::Cow;
use std::sync::Arc;

const ALL_OR_COUNT: Domain = Domain::Integer { min: 0, max: 1_000_000_000 };

/// The fields of a cell on labelled data.
pub(crate) static FIELDS: [Field; 17] = [
    // Its default stays the sweep's own, so that the word is part of the address here.
    DATA,
    WIDTHS.integers(&[256]),
    ACTIVATION,
    BIAS.text("true"),
    Field { help: "training samples, the first ones; 0 takes all", ..SAMPLES }.within(ALL_OR_COUNT).integer(0),
    Field { help: "test samples, the first ones; 0 takes all", ..TEST_SAMPLES }.within(ALL_OR_COUNT).integer(0),
    KEEP.axis(),
    LOSS.within(Domain::Choice(&["cross-entropy", "squared"])),
    OPTIMIZER.text("sgd"),
    BATCH,
    MOMENTUM,
    WEIGHT_DECAY,
    RATE.real(0.5),
    Field { help: "constant, or cosine to zero", ..SCHEDULE }.within(Domain::Choice(&["constant", "cosine"])),
    STEPS.integer(10_000),
    TARGET_LOSS,
    PRECISION.text("f32"),
];

/// Fields that count only with some optimizers.
pub(crate) static RULES: [Rule; 3] = [
    Rule { field: "batch", reads: "optimizer", words: &["sgd", "adam"] },
    Rule { field: "momentum", reads: "optimizer", words: &["sgd"] },
    Rule { field: "weight_decay", reads: "optimizer", words: &["sgd"] },
];

/// Measures of a trained `Mlp`.
pub(crate) static COLUMNS: [Column; 10] = [
    Column::text("outcome", "converged, cap, or diverged"),
    Column::integer("steps", "steps", "updates made"),
    Column::real("train_loss", "nats", "mean loss on the training samples at the last step"),
    Column::real("train_accuracy", "fraction", "training samples classified correctly; ties share the point"),
    Column::real("test_loss", "nats", "mean loss on the test samples at the last step"),
    Column::real(
        "test_accuracy",
        "fraction",
        "test samples classified correctly at the last step; ties share the point",
    ),
    Column::real("rate", "1/step", "learning rate at the start"),
    Column::integer("kept_weights", "weights", "weights that the masks keep, biases not counted"),
    Column::integer("live_neurons", "neurons", "hidden neurons with a kept weight on both sides"),
    Column::integer("weights", "weights", "weights before pruning, biases not counted"),
];

/// What an effort means here.
pub(crate) fn expand(effort: Effort) -> Vec<Assignment> {
    // keep = 0.8^r, r = 0..16, the paper's levels.
    const LEVELS: &str = "1,0.8,0.64,0.512,0.4096,0.32768,0.262144,0.2097152,0.16777216,0.134217728,0.107374182,\
                          0.0858993459,0.0687194767,0.0549755814,0.0439804651,0.0351843721,0.0281474977";
    let own = |words: &[(&str, &str)]| words.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
    match effort {
        Effort::Smoke => own(&[("prune", "0,0.8,0.98"), ("steps", "200"), ("replicas", "2")]),
        Effort::Normal => own(&[("prune", "0,0.2,0.4,0.6,0.8,0.9,0.95,0.98,0.99"), ("replicas", "5")]),
        Effort::Paper => own(&[("keep", LEVELS), ("replicas", "5")]),
    }
}

/// Training and test data of a cell, cut to the sizes asked for; borrowed where nothing is cut.
struct Parts<'a> {
    train: Cow<'a, LabelledData>,
    test: Option<Cow<'a, LabelledData>>,
}

impl Parts<'_> {
    fn of(cell: &Settings) -> Parts<'_> {
        let whole = match cell.outside() {
            Some(outside) => outside.data(),
            None => digits::train_test(),
        };
        let (train, test) = match whole {
            // An archive without test samples gives a fixed fifth of its own.
            TrainTest { train, test: None } => {
                let parts = train.split(train.samples() - train.samples() / 5, &Key::root("npz").child("split"));
                (Cow::Owned(parts.train), parts.test.map(Cow::Owned))
            }
            TrainTest { train, test: Some(test) } => (Cow::Borrowed(train), Some(Cow::Borrowed(test))),
        };
        Parts {
            train: first(train, cell.count("samples")),
            test: test.map(|test| first(test, cell.count("test_samples"))),
        }
    }
}

/// The first `count` samples; all of them if `count` is 0 or more than there are.
fn first(data: Cow<'_, LabelledData>, count: usize) -> Cow<'_, LabelledData> {
    if count == 0 || count >= data.samples() { data } else { Cow::Owned(data.select(&(0..count).collect::<Vec<_>>())) }
}

fn widths(cell: &Settings, data: &Parts<'_>) -> Vec<usize> {
    let outputs = data.test.as_ref().map_or(0, |test| test.classes()).max(data.train.classes()).max(2);
    [data.train.dimension()].into_iter().chain(cell.counts("widths")).chain([outputs]).collect()
}

fn loss(cell: &Settings) -> Loss {
    if cell.text("loss") == "squared" { Loss::Squared } else { Loss::CrossEntropy }
}

/// What must hold between a cell and its data.
pub(crate) fn check(cell: &Settings) -> Result<(), SettingsError> {
    let data = Parts::of(cell);
    let conflict =
        |key: &str, must: String, nearest| Err(SettingsError::conflict(key, plain_of(cell, key), must, nearest));
    let Some(test) = data.test.as_ref().filter(|test| test.samples() > 0) else {
        return conflict("data", "there are too few samples to set some aside for testing".to_owned(), None);
    };
    for (name, part) in [("samples", &data.train), ("test_samples", test)] {
        if cell.count(name) > part.samples() {
            let must = format!("{} has {} of them", cell.text("data"), part.samples());
            return conflict(name, must, Some(part.samples().to_string()));
        }
    }
    let outputs = *widths(cell, &data).last().expect("there are outputs");
    // Whether answers fit a loss shows in the first of them.
    match Samples::<f32>::new(&data.train.select(&[0]), outputs, loss(cell)) {
        Ok(_) => Ok(()),
        Err(error) => conflict("loss", error.to_string(), None),
    }
}

fn plain_of(cell: &Settings, key: &str) -> String {
    cell.get(key).map(plain).unwrap_or_default()
}

/// Steps expected where training stops at a loss: what the digits need.
const STEPS_TO_TARGET: usize = 3000;

/// What one replica is expected to cost, in operations of the dense f32 kernel.
pub(crate) fn cost(cell: &Settings) -> Cost {
    let data = Parts::of(cell);
    let widths = widths(cell, &data);
    let weights: f64 = widths.windows(2).map(|pair| pair[0] as f64 * pair[1] as f64).sum();
    let n = data.train.samples();
    let batch = if cell.text("optimizer") == "gd" { n } else { n.min(cell.count("batch")) };
    let steps =
        if cell.real("target_loss") > 0.0 { cell.count("steps").min(STEPS_TO_TARGET) } else { cell.count("steps") };
    let real = if cell.text("precision") == "f32" { 4.0 } else { 8.0 };
    // Half of the work does not fall with the mask, and f64 has half the lanes.
    let product = real / 4.0 * (1.0 + cell.real("keep")) / 2.0;
    // Losses are taken over all samples at once.
    let rows = data.test.as_ref().map_or(0, |test| test.samples()).max(n) as f64;
    let outputs: f64 = widths[1..].iter().map(|width| *width as f64).sum();
    Cost {
        flops: product * 6.0 * steps as f64 * batch as f64 * weights,
        bytes: 5.0 * real * weights + 1.25 * real * rows * outputs + (8.0 + real) * (n * data.train.dimension()) as f64,
    }
}

/// Trains and tests the jobs of a group.
pub(crate) fn run<R: Real>(jobs: &[Job], stop: &Stop) -> Vec<Option<Rows>> {
    let mut shared: Option<Shared<R>> = None;
    let run = |job: &Job| {
        // Cells differ in keep alone, so the data of the first serve them all.
        let shared = shared.get_or_insert_with(|| Shared::of(&job.settings));
        Some(vec![replica(job, shared, stop)?])
    };
    jobs.iter().map(run).collect()
}

struct Shared<R> {
    widths: Vec<usize>,
    train: Arc<Samples<R>>,
    test: Arc<Samples<R>>,
}

impl<R: Real> Shared<R> {
    fn of(cell: &Settings) -> Shared<R> {
        let data = Parts::of(cell);
        let widths = widths(cell, &data);
        let outputs = *widths.last().expect("there are outputs");
        let samples = |part: &LabelledData| {
            Arc::new(Samples::new(part, outputs, loss(cell)).expect("a checked cell fits its data"))
        };
        let test = data.test.as_ref().expect("a checked cell has test data");
        Shared { train: samples(&data.train), test: samples(test), widths }
    }
}

fn recipe(cell: &Settings) -> Recipe {
    let batch = cell.count("batch");
    Recipe {
        optimizer: match cell.text("optimizer") {
            "gd" => Optimizer::Gd,
            "adam" => Optimizer::Adam { batch },
            _ => Optimizer::Sgd { batch, momentum: cell.real("momentum"), weight_decay: cell.real("weight_decay") },
        },
        rate: cell.real("rate"),
        schedule: if cell.text("schedule") == "cosine" { Schedule::Cosine } else { Schedule::Constant },
        steps: cell.count("steps") as u64,
        target_loss: cell.real("target_loss"),
    }
}

fn replica<R: Real>(job: &Job, shared: &Shared<R>, stop: &Stop) -> Option<Row> {
    let (cell, key) = (&job.settings, &job.key);
    let keep = KeepFraction::new(cell.real("keep")).expect("the vocabulary keeps keep in [0, 1]");
    let activation = Activation::named(cell.text("activation")).expect("a word of the vocabulary");
    let bias = cell.text("bias") == "true";
    let init = Mlp::<R>::draw(&shared.widths, activation, bias, InitLaw::HeNormal, 1.0, &key.child("init"));
    let mask_key = key.child("mask");
    let layer_mask = |(at, pair): (usize, &[usize])| {
        Mask::bernoulli(&[pair[1], pair[0]], keep, &mask_key.child(&format!("layer {}", at + 1)))
    };
    let masks: Vec<Mask> = shared.widths.windows(2).enumerate().map(layer_mask).collect();
    let loss = loss(cell);
    let mut objective =
        MlpObjective::new(&init, Some(&masks), Arc::clone(&shared.train), loss).expect("masks fit their layers");
    let mut theta = objective.pack(&init);
    let trained = train(&mut objective, &mut theta, &recipe(cell), &key.child("order"), &mut (), stop)?;
    let (test_loss, test_accuracy) = if trained.outcome == Outcome::Diverged {
        (f64::NAN, f64::NAN)
    } else {
        let test = objective.unpack(&theta).evaluate(&shared.test, loss).expect("test data fit the network");
        (test.loss, test.accuracy)
    };
    Some(vec![
        trained.outcome.name().into(),
        trained.steps.into(),
        trained.last.loss.into(),
        trained.last.accuracy.into(),
        test_loss.into(),
        test_accuracy.into(),
        cell.real("rate").into(),
        masks.iter().map(Mask::kept).sum::<usize>().into(),
        live_neurons(&masks).into(),
        masks.iter().map(Mask::len).sum::<usize>().into(),
    ])
}

/// Hidden neurons with at least one kept weight coming in and one going out.
fn live_neurons(masks: &[Mask]) -> usize {
    let between = |pair: &[Mask]| {
        let (neurons, inputs) = (pair[0].shape()[0], pair[0].shape()[1]);
        let mut fed = vec![false; neurons];
        let mut read = vec![false; neurons];
        pair[0].indices().for_each(|at| fed[at / inputs] = true);
        pair[1].indices().for_each(|at| read[at % neurons] = true);
        fed.iter().zip(&read).filter(|(fed, read)| **fed && **read).count()
    };
    masks.windows(2).map(between).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neuron_lives_if_it_is_fed_and_read() {
        // Two inputs, three neurons, one output: neuron 0 is fed and read, 1 only fed, 2 only read.
        let masks = [Mask::from_indices(&[3, 2], [0, 1, 3]), Mask::from_indices(&[1, 3], [0, 2])];
        assert_eq!(live_neurons(&masks), 1);
    }
}
