//! Pruning where the dense network already generalizes: the mechanism of the paper's own theorem (setting C).
//!
//! With p_c > 1 the dense network learns the signal, and what is left to gain is the noise that its initial weights let
//! through: <w, xi> on a fresh sample shrinks like sqrt(p). It shows only where sigma_0 is large, so sigma_0 is an axis
//! beside the keep fraction.

use crate::patch_sweep;
use crate::patches::PatchCell;
use crate::{Cost, Job, Rows, Sim, SimCard};
use prunelaw_engine::device::Device;
use prunelaw_engine::effort::Effort;
use prunelaw_engine::settings::vocabulary::*;
use prunelaw_engine::settings::{Assignment, Domain, Field, Schema, Settings, SettingsError};
use prunelaw_engine::stop::Stop;
use prunelaw_engine::table::Column;

/// The sweep.
#[derive(Debug)]
pub struct DenseRegimeSweep;

static CARD: SimCard = SimCard {
    id: "dense_regime_sweep",
    was: None,
    says: "the keep fraction where the dense network already generalizes, with a large initialization (setting C)",
    about: "Patch networks pruned entry by entry at random, trained by full-batch gradient descent to the loss target, \
            tested on fresh samples, over initialization scales and keep fractions at an SNR at which the dense network \
            learns the signal.",
    source: "arXiv 2301.00335 (JMLR 26(84), 2025), Thm 3 and Lemma 39; sizes of setting C are ours",
    subject: "pruned_training",
    // Replica r here has the draws of replica r of the other sweeps, where sizes agree.
    family: "patches",
    protocol: 1,
};

static FIELDS: [Field; 19] = [
    DATA.within(Domain::Choice(&["patches"])),
    CLASSES.integer(4),
    NEURONS.integer(60),
    DIMENSION.integer(1000),
    SAMPLES.integer(80),
    TEST_SAMPLES.integer(4000),
    SIGNAL.real(1.0),
    NOISE.by_alias(0.6),
    NOISE_LAW,
    SIGNAL_LAW,
    INIT_SCALE.real(0.3).axis(),
    POWER.real(3.0),
    KEEP.axis(),
    OUTER,
    RATE.real(0.1),
    SCHEDULE,
    STEPS.integer(20_000),
    TARGET_LOSS.real(0.01),
    PRECISION.text("f32"),
];

static SCHEMAS: [Schema; 1] = [Schema { when: "data = \"patches\"", fields: &FIELDS, rules: &[] }];

impl Sim for DenseRegimeSweep {
    fn card(&self) -> &'static SimCard {
        &CARD
    }

    fn schemas(&self) -> &'static [Schema] {
        &SCHEMAS
    }

    fn expand(&self, _: &'static Schema, effort: Effort) -> Vec<Assignment> {
        let own = |words: &[(&str, &str)]| words.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
        let (scales, keep) = ("0.1,0.3", "1,0.7,0.5,0.3,0.2");
        match effort {
            Effort::Smoke => own(&[
                ("init_scale", "0.3"),
                ("keep", "1,0.3"),
                ("dimension", "300"),
                ("test_samples", "400"),
                ("replicas", "2"),
            ]),
            Effort::Normal => own(&[("init_scale", "0.3"), ("keep", keep), ("replicas", "20")]),
            Effort::Paper => own(&[("init_scale", scales), ("keep", keep), ("replicas", "40")]),
        }
    }

    fn columns(&self, _: &'static Schema) -> &'static [Column] {
        &patch_sweep::COLUMNS
    }

    fn check(&self, cell: &Settings) -> Result<(), SettingsError> {
        PatchCell::read(cell).check()
    }

    fn cost(&self, cell: &Settings) -> Cost {
        PatchCell::read(cell).cost(cell.text("precision"))
    }

    fn run(&self, jobs: &[Job], _: &dyn Device, stop: &Stop) -> Vec<Option<Rows>> {
        patch_sweep::run(jobs, stop)
    }
}
