//! The trajectories behind the threshold curve: loss, accuracy and alignments against steps, in the same setting.
//!
//! Rows are taken at the first steps and then at steps that grow by a tenth, and at the last one.

use crate::patches::{Draws, LABELS, PatchCell, alignments, train_cell};
use crate::pruning_fraction_sweep::PATCH_FIELDS;
use crate::{Cost, Job, Rows, Sim, SimCard};
use prunelaw_engine::device::Device;
use prunelaw_engine::effort::Effort;
use prunelaw_engine::network::patch::{PatchBank, PatchObjective};
use prunelaw_engine::real::Real;
use prunelaw_engine::settings::{Assignment, Schema, Settings, SettingsError};
use prunelaw_engine::stop::Stop;
use prunelaw_engine::table::{Column, Row};
use prunelaw_engine::training::{Loss, Step, Targets};

/// The trajectories.
#[derive(Debug)]
pub struct PruningTrajectory;

static CARD: SimCard = SimCard {
    id: "pruning_trajectory",
    was: None,
    says: "loss, accuracy and alignment with signal and noise against steps, at each keep fraction",
    about: "The networks of pruning_fraction_sweep, measured while they train: which of signal and noise is learned first.",
    source: "arXiv 2301.00335 (JMLR 26(84), 2025), sec. 3; sizes of setting A are ours",
    subject: "pruned_training",
    // The sweep's own: replica 3 here is replica 3 there.
    family: "patches",
    protocol: 2,
};

static SCHEMAS: [Schema; 1] = [Schema { when: "data = \"patches\"", fields: &PATCH_FIELDS, rules: &[] }];

static COLUMNS: [Column; 7] = [
    Column::integer("step", "steps", "updates made so far"),
    Column::real("train_loss", "nats", "mean cross-entropy on the training samples"),
    Column::real("train_accuracy", "fraction", "training samples classified correctly; ties share the point"),
    Column::real("test_loss", "nats", "mean cross-entropy on fresh samples"),
    Column::real("test_accuracy", "fraction", "fresh samples classified correctly; ties share the point"),
    Column::real("signal_alignment", "1", "mean over classes of max_r <w_kr, mu_k>"),
    Column::real("noise_alignment", "1", "mean over training samples of max_r <w_yr, xi>"),
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
    let (signals, labels) = (&draws.sample.signals, &draws.sample.labels);
    let test = cell.law.sample(signals, cell.test_samples, LABELS, &job.key.child("test"));
    let bank = PatchBank::of_law(&test);
    let targets = Targets::classes(&test.labels, cell.law.classes).expect("the law's labels are below K");

    let measure = |step: &Step<'_, R>, objective: &PatchObjective<R>| -> Row {
        let network = objective.unpack(step.theta);
        let fresh = network.evaluate(&bank, &targets, Loss::CrossEntropy).expect("law and network of one cell fit");
        let (signal, noise) = alignments(objective, labels);
        vec![
            step.index.into(),
            step.evaluation.loss.into(),
            step.evaluation.accuracy.into(),
            fresh.loss.into(),
            fresh.accuracy.into(),
            signal.into(),
            noise.into(),
        ]
    };
    let (mut rows, mut next) = (Vec::new(), 0);
    let ended = |step: &Step<'_, R>| step.evaluation.loss <= cell.recipe.target_loss || step.index == cell.recipe.steps;
    let mut observer = |step: &Step<'_, R>, objective: &PatchObjective<R>| {
        if step.index == next || ended(step) {
            rows.push(measure(step, objective));
            next = next_record(step.index);
        }
    };
    train_cell(&cell, &draws, &mut observer, stop)?;
    Some(rows)
}
