//! What every sweep over trained patch networks measures: one row per replica, at initialization and at the last step.
//!
//! What needs a look at every step belongs to `pruning_trajectory`.

use crate::patches::{Draws, LABELS, PatchCell, Start, by_class, largest, least_logit, mean};
use crate::{Job, Rows};
use prunelaw_engine::data::patches::PatchSample;
use prunelaw_engine::measure::alignment::{largest_noise, noise_spread};
use prunelaw_engine::measure::{Alignment, ClassPoints};
use prunelaw_engine::network::patch::{PatchNet, PatchObjective};
use prunelaw_engine::real::Real;
use prunelaw_engine::stop::Stop;
use prunelaw_engine::table::{Cell, Column, Row};
use prunelaw_engine::training::{Evaluation, Loss, Outcome};

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
    let mut draws = None;
    jobs.chunk_by(tested_alike).flat_map(|jobs| run_together::<R>(jobs, &mut draws, stop)).collect()
}

/// Whether the networks of two jobs see the same fresh samples.
fn tested_alike(a: &Job, b: &Job) -> bool {
    let fresh = |job: &Job| {
        let cell = PatchCell::read(&job.settings);
        (job.replica, cell.law, cell.test_samples)
    };
    fresh(a) == fresh(b)
}

/// Trains one network after the other, and tests all of them on samples that are drawn once: at large d drawing them
/// takes longer than testing a pruned network on them.
fn run_together<R: Real>(jobs: &[Job], draws: &mut Option<Draws<R>>, stop: &Stop) -> Vec<Option<Rows>> {
    let mut networks = Vec::new();
    let train = |job: &Job| {
        let cell = PatchCell::read(&job.settings);
        let drawn = Draws::of(&cell, &job.key, draws.take());
        let ran = trained(&cell, &drawn, stop);
        *draws = Some(drawn);
        ran.map(|(row, network)| {
            let tested = network.map(|network| {
                networks.push(network);
                networks.len() - 1
            });
            (row, tested)
        })
    };
    let ran: Vec<Option<(Row, Option<usize>)>> = jobs.iter().map(train).collect();
    let (Some(first), Some(drawn)) = (jobs.first(), draws.as_ref()) else { return Vec::new() };
    let cell = PatchCell::read(&first.settings);
    let (tests, none) = (Test::of(&networks, &cell, first, drawn), Test::nothing(&cell));
    let finish = |(mut row, tested): (Row, Option<usize>)| {
        tested.map_or(&none, |at| &tests[at]).fill(&mut row);
        vec![row]
    };
    ran.into_iter().map(|ran| ran.map(finish)).collect()
}

/// Stands in a row where the test will.
const UNTESTED: f64 = f64::NAN;

/// The row of a trained network without its test, and the network unless it diverged.
fn trained<R: Real>(cell: &PatchCell, draws: &Draws<R>, stop: &Stop) -> Option<(Row, Option<PatchNet<R>>)> {
    let mut run = Start::of(cell, draws);
    let outputs = run.objective.outputs();
    let initial_output = outputs.iter().fold(0.0, |most: f64, f| f.to_f64().abs().max(most));
    let initial_spread = noise_spread(&run.objective, cell.samples);
    let trained = run.train(cell, draws, &mut (), stop)?;
    let labels = &draws.sample.labels;
    let mut train_points = ClassPoints::new(cell.law.classes);
    train_points.add(&run.objective.outputs(), labels);
    let alignment = Alignment::of(&run.objective, labels);
    let norms = run.objective.norms(&run.theta);
    let row = vec![
        trained.outcome.name().into(),
        trained.steps.into(),
        trained.last.loss.into(),
        trained.last.accuracy.into(),
        UNTESTED.into(),
        UNTESTED.into(),
        by_class(&train_points.accuracy()).into(),
        UNTESTED.into(),
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
        UNTESTED.into(),
        UNTESTED.into(),
        mean(&norms).into(),
        largest(&norms).into(),
        least_logit(&run.objective, labels).into(),
        initial_output.into(),
        initial_spread.into(),
    ];
    Some((row, (trained.outcome != Outcome::Diverged).then(|| run.objective.unpack(&run.theta))))
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
    /// No numbers.
    fn nothing(cell: &PatchCell) -> Test {
        let points = ClassPoints::new(cell.law.classes);
        Test { loss: f64::NAN, accuracy: f64::NAN, points, noise: vec![f64::NAN] }
    }

    /// The tests of networks that were trained on one draw of the cell's law.
    fn of<R: Real>(networks: &[PatchNet<R>], cell: &PatchCell, job: &Job, draws: &Draws<R>) -> Vec<Test> {
        let key = job.key.child("test");
        let stream = cell.law.stream(&draws.sample.signals, LABELS, &key);
        let mut seen = vec![(ClassPoints::new(cell.law.classes), Vec::new()); networks.len()];
        let look = |at: usize, sample: &PatchSample, objective: &PatchObjective<R>| {
            let (points, noise) = &mut seen[at];
            points.add(&objective.outputs(), &sample.labels);
            noise.extend(largest_noise(objective, sample.len()));
        };
        let means = PatchNet::test(networks, stream, cell.test_samples, Loss::CrossEntropy, look);
        let means = means.expect("law and network of one cell fit");
        let test = |(mean, (points, noise)): (Evaluation, (ClassPoints, Vec<f64>))| Test {
            loss: mean.loss,
            accuracy: mean.accuracy,
            points,
            noise,
        };
        means.into_iter().zip(seen).map(test).collect()
    }

    /// Writes its measures into a row.
    fn fill(&self, row: &mut Row) {
        let measures: [(&str, Cell); 5] = [
            ("test_loss", self.loss.into()),
            ("test_accuracy", self.accuracy.into()),
            ("test_accuracy_by_class", by_class(&self.points.accuracy()).into()),
            ("test_noise_alignment", mean(&self.noise).into()),
            ("test_noise_largest", largest(&self.noise).into()),
        ];
        for (name, measure) in measures {
            let at = COLUMNS.iter().position(|column| column.name == name).expect("a column of the sweep");
            row[at] = measure;
        }
    }
}
