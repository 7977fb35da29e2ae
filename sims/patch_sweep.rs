//! What every sweep over trained patch networks measures: one row per replica, at initialization and at the last step.
//!
//! What needs a look at every step belongs to `pruning_trajectory`.

use crate::patches::{Draws, LABELS, PatchCell, Start, by_class, largest, least_logit, mean};
use crate::{Job, Rows};
use prunelaw_engine::measure::alignment::{largest_noise, noise_spread};
use prunelaw_engine::measure::{Alignment, ClassPoints};
use prunelaw_engine::real::Real;
use prunelaw_engine::stop::Stop;
use prunelaw_engine::table::{Column, Row};
use prunelaw_engine::training::{Loss, Outcome, Trained};

/// The measures.
pub(crate) static COLUMNS: [Column; 26] = [
    Column::text("outcome", "converged, cap, or diverged"),
    Column::integer("steps", "steps", "updates made"),
    Column::real("train_loss", "nats", "mean cross-entropy on the training samples at the last step"),
    Column::real("train_accuracy", "fraction", "training samples classified correctly; ties share the point"),
    Column::real("test_loss", "nats", "mean cross-entropy on fresh samples"),
    Column::real("test_accuracy", "fraction", "fresh samples classified correctly; ties share the point"),
    Column::text("train_accuracy_by_class", "the same for the training samples of each class, in class order"),
    Column::text("test_accuracy_by_class", "the same for the fresh samples of each class, in class order"),
    Column::real("snr", "1", "mu / (sigma_n sqrt(d))"),
    Column::real("rate", "1/step", "learning rate that the schedule gave (its start, for cosine)"),
    Column::integer("kept_weights", "weights", "weights that the mask keeps"),
    Column::integer("own_signal_neurons", "neurons", "neurons that see their own class's signal, over all classes"),
    Column::integer("usable_neurons", "neurons", "those with a positive initial correlation with it"),
    Column::integer("usable_classes", "classes", "classes with a usable neuron"),
    Column::text("own_signal_by_class", "neurons of each class that see its signal, |S_signal^k|"),
    Column::text("usable_by_class", "those of each class with a positive initial correlation, N_k"),
    Column::real("signal_alignment", "1", "mean over classes of max_r <w_kr, mu_k> at the last step"),
    Column::text("signal_by_class", "max_r <w_kr, mu_k> of each class at the last step"),
    Column::real("noise_alignment", "1", "mean over training samples of max_r <w_yr, xi> at the last step"),
    Column::real("test_noise_alignment", "1", "mean over fresh samples of max_kr |<w_kr, xi>| at the last step"),
    Column::real("test_noise_largest", "1", "largest |<w_kr, xi>| of a fresh sample at the last step"),
    Column::real("weight_norm", "1", "mean of |w_kr| over the neurons at the last step"),
    Column::real("weight_norm_largest", "1", "largest |w_kr| at the last step"),
    Column::real("least_logit", "fraction", "smallest softmax output of a training sample's class at the last step"),
    Column::real("initial_output", "1", "largest |F| on the training samples at initialization"),
    Column::real("initial_noise_spread", "1", "root mean square of <w_kr, xi_i> at initialization"),
];

/// Trains and tests the jobs of a group, in the precision that their settings name.
pub(crate) fn run(jobs: &[Job], stop: &Stop) -> Vec<Option<Rows>> {
    match jobs.first().map(|job| job.settings.text("precision")) {
        None => Vec::new(),
        Some("f32") => run_in::<f32>(jobs, stop),
        Some(_) => run_in::<f64>(jobs, stop),
    }
}

fn run_in<R: Real>(jobs: &[Job], stop: &Stop) -> Vec<Option<Rows>> {
    let mut draws: Option<Draws<R>> = None;
    let run = |job: &Job| {
        let cell = PatchCell::read(&job.settings);
        let drawn = Draws::of(&cell, &job.key, draws.take());
        let row = row(&cell, job, &drawn, stop)?;
        draws = Some(drawn);
        Some(vec![row])
    };
    jobs.iter().map(run).collect()
}

fn row<R: Real>(cell: &PatchCell, job: &Job, draws: &Draws<R>, stop: &Stop) -> Option<Row> {
    let mut run = Start::of(cell, draws);
    let outputs = run.objective.outputs();
    let initial_output = outputs.iter().fold(0.0, |most: f64, f| f.to_f64().abs().max(most));
    let initial_spread = noise_spread(&run.objective, cell.samples);
    let trained = run.train(cell, draws, &mut (), stop)?;
    let labels = &draws.sample.labels;
    let test = Test::of(cell, job, draws, &run, trained);
    let mut train_points = ClassPoints::new(cell.law.classes);
    train_points.add(&run.objective.outputs(), labels);
    let alignment = Alignment::of(&run.objective, labels);
    let norms = run.objective.norms(&run.theta);
    Some(vec![
        trained.outcome.name().into(),
        trained.steps.into(),
        trained.last.loss.into(),
        trained.last.accuracy.into(),
        test.loss.into(),
        test.accuracy.into(),
        by_class(&train_points.accuracy()).into(),
        by_class(&test.points.accuracy()).into(),
        cell.snr().into(),
        run.rate.into(),
        run.mask.kept().into(),
        run.own.seen.iter().sum::<usize>().into(),
        run.own.usable.iter().sum::<usize>().into(),
        run.own.usable_classes().into(),
        by_class(&run.own.seen).into(),
        by_class(&run.own.usable).into(),
        mean(&alignment.signal).into(),
        by_class(&alignment.signal).into(),
        mean(&alignment.noise).into(),
        mean(&test.noise).into(),
        largest(&test.noise).into(),
        mean(&norms).into(),
        largest(&norms).into(),
        least_logit(&run.objective, labels).into(),
        initial_output.into(),
        initial_spread.into(),
    ])
}

/// What the trained network does on fresh samples; no numbers if it diverged.
struct Test {
    loss: f64,
    accuracy: f64,
    points: ClassPoints,
    /// max_kr |<w_kr, xi>| of every sample.
    noise: Vec<f64>,
}

impl Test {
    fn of<R: Real>(cell: &PatchCell, job: &Job, draws: &Draws<R>, run: &Start<R>, trained: Trained) -> Test {
        let (points, noise) = (ClassPoints::new(cell.law.classes), Vec::with_capacity(cell.test_samples));
        let mut test = Test { loss: f64::NAN, accuracy: f64::NAN, points, noise };
        if trained.outcome == Outcome::Diverged {
            test.noise.push(f64::NAN);
            return test;
        }
        let key = job.key.child("test");
        let stream = cell.law.stream(&draws.sample.signals, LABELS, &key);
        let network = run.objective.unpack(&run.theta);
        let found = network.test(stream, cell.test_samples, Loss::CrossEntropy, |sample, objective| {
            test.points.add(&objective.outputs(), &sample.labels);
            test.noise.extend(largest_noise(objective, sample.len()));
        });
        let found = found.expect("law and network of one cell fit");
        Test { loss: found.loss, accuracy: found.accuracy, ..test }
    }
}
