//! Random pruning against generalization in one curve: setting A of the sheet, and real data.
//!
//! A patch network of arXiv 2301.00335 is pruned entry by entry at random before training, trained to its loss target,
//! and tested on fresh samples, over a range of keep fractions whose masks nest. With `data = "digits"`, `"idx:DIR"` or
//! `"npz:FILE"` the same sweep runs on an `Mlp`.
//!
//! Setting A is outside the paper's Condition 2 (its dense network must fail for pruning to help visibly: p_c < 1), and
//! says so in the report. Labels are balanced; one adaptive rate serves all keep fractions (trap T5).

use crate::patches::PatchCell;
use crate::{Cost, Job, Rows, Sim, SimCard};
use crate::{labelled, patch_sweep};
use prunelaw_engine::device::Device;
use prunelaw_engine::effort::Effort;
use prunelaw_engine::settings::vocabulary::*;
use prunelaw_engine::settings::{Assignment, Field, Schema, Settings, SettingsError};
use prunelaw_engine::stop::Stop;
use prunelaw_engine::table::Column;

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
    protocol: 3,
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
        if schema == &SCHEMAS[0] { &patch_sweep::COLUMNS } else { &labelled::COLUMNS }
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
            Some((true, _)) => patch_sweep::run(jobs, stop),
            Some((false, "f32")) => labelled::run::<f32>(jobs, stop),
            Some((false, _)) => labelled::run::<f64>(jobs, stop),
        }
    }
}
