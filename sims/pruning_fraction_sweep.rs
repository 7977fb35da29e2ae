//! Random pruning against generalization in one curve: setting A of the sheet, and real data.
//!
//! A patch network of arXiv 2301.00335 is pruned entry by entry at random before training, trained to its loss target,
//! and tested on fresh samples, over a range of keep fractions whose masks nest. With `data = "digits"`, `"idx:DIR"` or
//! `"npz:FILE"` the same sweep runs on an `Mlp`.
//!
//! Setting A is outside the paper's Condition 2 (its dense network must fail for pruning to help visibly: p_c < 1), and
//! says so in the report. Labels are balanced; one adaptive rate serves all keep fractions (trap T5).

use crate::labelled;
use crate::patches::{Draws, LABELS, PatchCell, PatchRun, alignments, train_cell};
use crate::{Cost, Job, Rows, Sim, SimCard};
use prunelaw_engine::device::Device;
use prunelaw_engine::effort::Effort;
use prunelaw_engine::real::Real;
use prunelaw_engine::settings::vocabulary::*;
use prunelaw_engine::settings::{Assignment, Field, Schema, Settings, SettingsError};
use prunelaw_engine::stop::Stop;
use prunelaw_engine::table::{Column, Row};
use prunelaw_engine::training::{Loss, Outcome};

/// The sweep.
#[derive(Debug)]
pub struct PruningFractionSweep;

static CARD: SimCard = SimCard {
    id: "pruning_fraction_sweep",
    was: None,
    says: "random pruning before training against test loss and accuracy, in one curve",
    about: "Patch networks pruned entry by entry at random, trained by full-batch gradient descent to the loss target, \
            tested on fresh samples; with digits, IDX or npz data a two-layer or deeper ReLU network.",
    source: "arXiv 2301.00335 (JMLR 26(84), 2025), sec. 2 and 5.2; sizes of setting A are ours",
    subject: "pruned_training",
    family: "patches",
    protocol: 1,
};

/// The fields of a patch cell, with the defaults of setting A.
pub(crate) static PATCH_FIELDS: [Field; 19] = [
    DATA,
    CLASSES.integer(2),
    NEURONS.integer(50),
    DIMENSION.integer(20_000),
    SAMPLES.integer(20),
    TEST_SAMPLES.integer(1000),
    SIGNAL.real(1.0),
    NOISE.by_alias(0.3).axis(),
    NOISE_LAW,
    SIGNAL_LAW,
    INIT_SCALE.real(0.05),
    POWER.real(3.0),
    KEEP.axis(),
    OUTER,
    RATE.real(0.5),
    SCHEDULE.text("adaptive"),
    STEPS.integer(300_000),
    TARGET_LOSS.real(0.01),
    PRECISION.text("f32"),
];

static SCHEMAS: [Schema; 2] = [
    Schema { when: "data = \"patches\"", fields: &PATCH_FIELDS, rules: &[] },
    Schema {
        when: "data = \"digits\", \"idx:DIR\" or \"npz:FILE\"",
        fields: &labelled::FIELDS,
        rules: &labelled::RULES,
    },
];

static PATCH_COLUMNS: [Column; 15] = [
    Column::text("outcome", "converged, cap, or diverged"),
    Column::integer("steps", "steps", "updates made"),
    Column::real("train_loss", "nats", "mean cross-entropy on the training samples at the last step"),
    Column::real("train_accuracy", "fraction", "training samples classified correctly; ties share the point"),
    Column::real("test_loss", "nats", "mean cross-entropy on fresh samples"),
    Column::real("test_accuracy", "fraction", "fresh samples classified correctly; ties share the point"),
    Column::real("snr", "1", "mu / (sigma_n sqrt(d))"),
    Column::real("rate", "1/step", "learning rate that the schedule gave (its start, for cosine)"),
    Column::integer("kept_weights", "weights", "weights that the mask keeps"),
    Column::integer("own_signal_neurons", "neurons", "neurons that see their own class's signal, over all classes"),
    Column::integer("usable_neurons", "neurons", "those with a positive initial correlation with it"),
    Column::integer("usable_classes", "classes", "classes with a usable neuron"),
    Column::real("signal_alignment", "1", "mean over classes of max_r <w_kr, mu_k> at the last step"),
    Column::real("noise_alignment", "1", "mean over training samples of max_r <w_yr, xi> at the last step"),
    Column::real("initial_output", "1", "largest |F| on the training samples at initialization"),
];

impl Sim for PruningFractionSweep {
    fn card(&self) -> &'static SimCard {
        &CARD
    }

    fn schemas(&self) -> &'static [Schema] {
        &SCHEMAS
    }

    fn schema_for(&self, data: &str) -> Option<&'static Schema> {
        Some(&SCHEMAS[usize::from(data != "patches")])
    }

    fn expand(&self, schema: &'static Schema, effort: Effort) -> Vec<Assignment> {
        let own = |words: &[(&str, &str)]| words.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
        if schema == &SCHEMAS[1] {
            return labelled::expand(effort);
        }
        let curve = "0,0.3,0.5,0.6,0.7,0.8,0.9,0.95,0.98,0.99,0.997,0.99899";
        match effort {
            // A tenth of the dimension, without the keep fractions that take thousands of steps.
            Effort::Smoke => own(&[
                ("prune", "0,0.5,0.8,0.95"),
                ("dimension", "2000"),
                ("test_samples", "200"),
                ("steps", "3000"),
                ("replicas", "4"),
            ]),
            Effort::Normal => own(&[("prune", curve), ("replicas", "20")]),
            Effort::Paper => own(&[("prune", curve), ("replicas", "40")]),
        }
    }

    fn columns(&self, schema: &'static Schema) -> &'static [Column] {
        if schema == &SCHEMAS[0] { &PATCH_COLUMNS } else { &labelled::COLUMNS }
    }

    fn check(&self, cell: &Settings) -> Result<(), SettingsError> {
        if cell.schema() == &SCHEMAS[0] { PatchCell::read(cell).check() } else { labelled::check(cell) }
    }

    fn cost(&self, cell: &Settings) -> Cost {
        if cell.schema() == &SCHEMAS[0] {
            PatchCell::read(cell).cost(cell.text("precision"))
        } else {
            labelled::cost(cell)
        }
    }

    fn run(&self, jobs: &[Job], _: &dyn Device, stop: &Stop) -> Vec<Option<Rows>> {
        match jobs.first().map(|job| (job.settings.schema() == &SCHEMAS[0], job.settings.text("precision"))) {
            None => Vec::new(),
            Some((true, "f32")) => run_patches::<f32>(jobs, stop),
            Some((true, _)) => run_patches::<f64>(jobs, stop),
            Some((false, "f32")) => labelled::run::<f32>(jobs, stop),
            Some((false, _)) => labelled::run::<f64>(jobs, stop),
        }
    }
}

fn run_patches<R: Real>(jobs: &[Job], stop: &Stop) -> Vec<Option<Rows>> {
    let mut draws: Option<Draws<R>> = None;
    let run = |job: &Job| {
        let cell = PatchCell::read(&job.settings);
        let drawn = Draws::of(&cell, &job.key, draws.take());
        let ran = train_cell(&cell, &drawn, &mut (), stop)?;
        let row = patch_row(&cell, job, &drawn, &ran);
        draws = Some(drawn);
        Some(vec![row])
    };
    jobs.iter().map(run).collect()
}

fn patch_row<R: Real>(cell: &PatchCell, job: &Job, draws: &Draws<R>, ran: &PatchRun<R>) -> Row {
    let sample = &draws.sample;
    let (test_loss, test_accuracy) = if ran.trained.outcome == Outcome::Diverged {
        (f64::NAN, f64::NAN)
    } else {
        let key = job.key.child("test");
        let test = ran.network.test(&cell.law, &sample.signals, cell.test_samples, LABELS, Loss::CrossEntropy, &key);
        let test = test.expect("law and network of one cell fit");
        (test.loss, test.accuracy)
    };
    let (signal, noise) = alignments(&ran.objective, &sample.labels);
    vec![
        ran.trained.outcome.name().into(),
        ran.trained.steps.into(),
        ran.trained.last.loss.into(),
        ran.trained.last.accuracy.into(),
        test_loss.into(),
        test_accuracy.into(),
        cell.snr().into(),
        ran.rate.into(),
        ran.kept.into(),
        ran.own.seen.into(),
        ran.own.usable.into(),
        ran.own.usable_classes.into(),
        signal.into(),
        noise.into(),
        ran.initial_output.into(),
    ]
}
