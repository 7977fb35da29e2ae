//! The trajectories behind the threshold curve: what is learned, and when, in the same setting.
//!
//! Rows are taken at the first steps and then at steps that grow by a tenth, and at the last one; the coefficients of the
//! decomposition and the steps at which signal and noise pass 1 follow every step.

use crate::patches::{Draws, LABELS, PatchCell, Start, by_class, largest, least_logit, mean, objective};
use crate::pruning_fraction_sweep::PATCH_FIELDS;
use crate::{Cost, Job, Rows, Sim, SimCard};
use prunelaw_engine::device::Device;
use prunelaw_engine::effort::Effort;
use prunelaw_engine::measure::alignment::largest_noise;
use prunelaw_engine::measure::coefficients::extremes;
use prunelaw_engine::measure::{Alignment, ClassPoints, Coefficients, FirstPassage};
use prunelaw_engine::network::patch::{PatchBank, PatchObjective};
use prunelaw_engine::real::Real;
use prunelaw_engine::settings::{Assignment, Schema, Settings, SettingsError};
use prunelaw_engine::stop::Stop;
use prunelaw_engine::table::{Column, Row};
use prunelaw_engine::training::{Objective, Step};

/// The trajectories.
#[derive(Debug)]
pub struct PruningTrajectory;

static CARD: SimCard = SimCard {
    id: "pruning_trajectory",
    was: None,
    says: "loss, accuracy and alignment with signal and noise against steps, at each keep fraction",
    about: "The networks of pruning_fraction_sweep, measured while they train: which of signal and noise is learned first, \
            and what each adds to the weights.",
    source: "arXiv 2301.00335 (JMLR 26(84), 2025), sec. 3; sizes of setting A are ours",
    subject: "pruned_training",
    // The sweep's own: replica 3 here is replica 3 there.
    family: "patches",
    protocol: 3,
};

static SCHEMAS: [Schema; 1] = [Schema { when: "data = \"patches\"", fields: &PATCH_FIELDS, rules: &[] }];

static COLUMNS: [Column; 28] = [
    Column::integer("step", "steps", "updates made so far"),
    Column::real("train_loss", "nats", "mean cross-entropy on the training samples"),
    Column::real("train_accuracy", "fraction", "training samples classified correctly; ties share the point"),
    Column::real("test_loss", "nats", "mean cross-entropy on fresh samples"),
    Column::real("test_accuracy", "fraction", "fresh samples classified correctly; ties share the point"),
    Column::text("train_accuracy_by_class", "the same for the training samples of each class, in class order"),
    Column::text("test_accuracy_by_class", "the same for the fresh samples of each class, in class order"),
    Column::real("signal_alignment", "1", "mean over classes of max_r <w_kr, mu_k>"),
    Column::text("signal_by_class", "max_r <w_kr, mu_k> of each class"),
    Column::real("signal_largest", "1", "max_kr <w_kr, mu_k>"),
    Column::real("noise_alignment", "1", "mean over training samples of max_r <w_yr, xi>"),
    Column::real("noise_largest", "1", "max_ir <w_yr, xi_i> over the training samples"),
    Column::text("learned_first", "signal, noise, both or neither: which alignment has passed 1 first"),
    Column::real("signal_step", "steps", "first step at which signal_alignment > 1; inf if there was none so far"),
    Column::real("noise_step", "steps", "first step at which noise_alignment > 1; inf if there was none so far"),
    Column::text("largest_learned_first", "signal, noise, both or neither: which of the largest has passed 1 first"),
    Column::real(
        "signal_largest_step",
        "steps",
        "first step at which signal_largest > 1; inf if there was none so far",
    ),
    Column::real("noise_largest_step", "steps", "first step at which noise_largest > 1; inf if there was none so far"),
    Column::real("test_noise_alignment", "1", "mean over fresh samples of max_kr |<w_kr, xi>|"),
    Column::real("test_noise_largest", "1", "largest |<w_kr, xi>| of a fresh sample"),
    Column::real("gamma_least", "1", "smallest coefficient gamma_krc of a signal; below 0 for c != k only"),
    Column::real("gamma_largest", "1", "largest coefficient gamma_krc of a signal; above 0 for c = k only"),
    Column::real("zeta_least", "1", "smallest coefficient zeta_kri of a noise; below 0 for y_i != k only"),
    Column::real("zeta_largest", "1", "largest coefficient zeta_kri of a noise; above 0 for y_i = k only"),
    Column::real("weight_norm", "1", "mean of |w_kr| over the neurons"),
    Column::real("weight_norm_largest", "1", "largest |w_kr|"),
    Column::real("gradient_per_loss", "1/nats", "|grad L|^2 / L"),
    Column::real("least_logit", "fraction", "smallest softmax output of a training sample's own class"),
];

impl Sim for PruningTrajectory {
    fn card(&self) -> &'static SimCard {
        &CARD
    }

    fn schemas(&self) -> &'static [Schema] {
        &SCHEMAS
    }

    fn schema_for(&self, data: &str) -> Option<&'static Schema> {
        (data == "patches").then_some(&SCHEMAS[0])
    }

    fn expand(&self, _: &'static Schema, effort: Effort) -> Vec<Assignment> {
        let own = |words: &[(&str, &str)]| words.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
        let sizes = [("prune", "0,0.8"), ("test_samples", "200")];
        match effort {
            Effort::Smoke => own(&[sizes[0], sizes[1], ("dimension", "2000"), ("steps", "3000"), ("replicas", "2")]),
            Effort::Normal => own(&[sizes[0], sizes[1], ("replicas", "5")]),
            Effort::Paper => own(&[("prune", "0,0.5,0.8,0.95,0.997"), sizes[1], ("replicas", "20")]),
        }
    }

    fn columns(&self, _: &'static Schema) -> &'static [Column] {
        &COLUMNS
    }

    fn check(&self, cell: &Settings) -> Result<(), SettingsError> {
        if cell.text("data") != "patches" {
            let must = "trajectories of signal and noise need the two-patch law";
            return Err(SettingsError::conflict("data", cell.text("data"), must, Some("patches".to_owned())));
        }
        PatchCell::read(cell).check()
    }

    fn cost(&self, cell: &Settings) -> Cost {
        let patches = PatchCell::read(cell);
        patches.cost_tested(cell.text("precision"), records(patches.expected_steps()), true)
    }

    fn run(&self, jobs: &[Job], _: &dyn Device, stop: &Stop) -> Vec<Option<Rows>> {
        let run = |job: &Job| match job.settings.text("precision") {
            "f32" => trajectory::<f32>(job, stop),
            _ => trajectory::<f64>(job, stop),
        };
        jobs.iter().map(run).collect()
    }
}

/// The steps at which rows are taken: 0, 1, 2, ... and then 10 % apart.
fn next_record(step: u64) -> u64 {
    step + (step / 10).max(1)
}

/// About how many of them there are.
fn records(steps: f64) -> f64 {
    10.0 + (steps / 10.0).max(1.0).ln() / 1.1f64.ln()
}

fn trajectory<R: Real>(job: &Job, stop: &Stop) -> Option<Rows> {
    let cell = PatchCell::read(&job.settings);
    let draws = Draws::<R>::of(&cell, &job.key, None);
    let mut start = Start::of(&cell, &draws);
    let sample = &draws.sample;
    let fresh = cell.law.sample(&sample.signals, cell.test_samples, LABELS, &job.key.child("test"));
    let test = objective(&cell, &draws, &start.mask, &PatchBank::of_law(&fresh), &fresh.labels);
    let mut track = Track {
        labels: &sample.labels,
        fresh: &fresh.labels,
        test,
        coefficients: Coefficients::start(cell.power, &start.mask, sample),
        passage: FirstPassage::default(),
        largest_passage: FirstPassage::default(),
    };

    let (mut rows, mut next) = (Vec::new(), 0);
    let ended = |step: &Step<'_, R>| {
        let loss = step.evaluation.loss;
        loss <= cell.recipe.target_loss || !loss.is_finite() || step.index == cell.recipe.steps
    };
    let mut observer = |step: &Step<'_, R>, objective: &PatchObjective<R>| {
        let alignment = Alignment::of(objective, track.labels);
        track.passage.see(step.index, mean(&alignment.signal), mean(&alignment.noise));
        track.largest_passage.see(step.index, largest(&alignment.signal), largest(&alignment.noise));
        if step.index == next || ended(step) {
            rows.push(track.row(step, objective, &alignment));
            next = next_record(step.index);
        }
        track.coefficients.advance(step.rate, objective);
    };
    start.train(&cell, &draws, &mut observer, stop)?;
    Some(rows)
}

/// What follows a network along its training.
struct Track<'a, R> {
    labels: &'a [usize],
    /// Labels of the fresh samples.
    fresh: &'a [usize],
    /// The network on the fresh samples.
    test: PatchObjective<R>,
    coefficients: Coefficients,
    /// Of the alignments: a typical class against a typical sample.
    passage: FirstPassage,
    /// Of the largest: any class against any sample.
    largest_passage: FirstPassage,
}

impl<R: Real> Track<'_, R> {
    fn row(&mut self, step: &Step<'_, R>, objective: &PatchObjective<R>, alignment: &Alignment) -> Row {
        let fresh = self.test.loss(step.theta);
        let fresh_noise = largest_noise(&self.test, self.fresh.len());
        let classes = alignment.signal.len();
        let accuracies = |objective: &PatchObjective<R>, labels: &[usize]| {
            let mut points = ClassPoints::new(classes);
            points.add(&objective.outputs(), labels);
            by_class(&points.accuracy())
        };
        let passed = |step: Option<u64>| step.map_or(f64::INFINITY, |step| step as f64);
        let (gamma_least, gamma_largest) = extremes(&self.coefficients.gamma);
        let (zeta_least, zeta_largest) = extremes(&self.coefficients.zeta);
        let norms = objective.norms(step.theta);
        let gradient: f64 = step.grad.iter().map(|g| g.to_f64() * g.to_f64()).sum();
        vec![
            step.index.into(),
            step.evaluation.loss.into(),
            step.evaluation.accuracy.into(),
            fresh.loss.into(),
            fresh.accuracy.into(),
            accuracies(objective, self.labels).into(),
            accuracies(&self.test, self.fresh).into(),
            mean(&alignment.signal).into(),
            by_class(&alignment.signal).into(),
            largest(&alignment.signal).into(),
            mean(&alignment.noise).into(),
            largest(&alignment.noise).into(),
            self.passage.first().into(),
            passed(self.passage.signal).into(),
            passed(self.passage.noise).into(),
            self.largest_passage.first().into(),
            passed(self.largest_passage.signal).into(),
            passed(self.largest_passage.noise).into(),
            mean(&fresh_noise).into(),
            largest(&fresh_noise).into(),
            gamma_least.into(),
            gamma_largest.into(),
            zeta_least.into(),
            zeta_largest.into(),
            mean(&norms).into(),
            largest(&norms).into(),
            (gradient / step.evaluation.loss).into(),
            least_logit(objective, self.labels).into(),
        ]
    }
}

#[cfg(test)]
mod tests;
