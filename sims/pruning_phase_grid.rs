//! The phase diagram of random pruning: SNR against keep fraction, and width against keep fraction (setting B).
//!
//! Where the sweep of one curve shows that pruning helps and then hurts, the grid shows where: the noise-memorization
//! boundary p_c = (n SNR^q / K)^(2/q) in one direction, the loss of every usable neuron in the other.

use crate::patch_sweep;
use crate::patches::PatchCell;
use crate::{Cost, Job, Rows, Sim, SimCard};
use prunelaw_engine::device::Device;
use prunelaw_engine::effort::Effort;
use prunelaw_engine::settings::vocabulary::*;
use prunelaw_engine::settings::{Assignment, Domain, Field, Schema, Settings, SettingsError};
use prunelaw_engine::stop::Stop;
use prunelaw_engine::table::Column;

/// The grid.
#[derive(Debug)]
pub struct PruningPhaseGrid;

static CARD: SimCard = SimCard {
    id: "pruning_phase_grid",
    was: None,
    says: "test accuracy over SNR and keep fraction, and over width and keep fraction (setting B)",
    about: "Patch networks pruned entry by entry at random, trained by full-batch gradient descent to the loss target, \
            tested on fresh samples, over a grid of signal-to-noise ratios, widths and keep fractions.",
    source: "arXiv 2301.00335 (JMLR 26(84), 2025), sec. 2; sizes of setting B are ours",
    subject: "pruned_training",
    // Replica r here has the draws of replica r of the fraction sweep, where sizes agree.
    family: "patches",
    protocol: 3,
};

static FIELDS: [Field; 19] = [
    DATA.within(Domain::Choice(&["patches"])),
    CLASSES.integer(4),
    NEURONS.integer(60).axis(),
    DIMENSION.integer(1000),
    SAMPLES.integer(80),
    TEST_SAMPLES.integer(1000),
    SIGNAL.real(1.0),
    NOISE.by_alias(0.3).axis(),
    NOISE_LAW,
    SIGNAL_LAW,
    INIT_SCALE.real(0.1),
    POWER.real(3.0),
    KEEP.axis(),
    OUTER,
    RATE.real(0.2),
    SCHEDULE,
    STEPS.integer(4000),
    TARGET_LOSS.real(0.01),
    PRECISION.text("f32"),
];

static SCHEMAS: [Schema; 1] = [Schema { when: "data = \"patches\"", fields: &FIELDS, rules: &[] }];

impl Sim for PruningPhaseGrid {
    fn card(&self) -> &'static SimCard {
        &CARD
    }

    fn schemas(&self) -> &'static [Schema] {
        &SCHEMAS
    }

    fn expand(&self, _: &'static Schema, effort: Effort) -> Vec<Assignment> {
        let own = |words: &[(&str, &str)]| words.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
        let (snr, keep) = ("0.15,0.2,0.25,0.3,0.4,0.6", "1,0.7,0.5,0.35,0.25,0.18,0.12,0.08,0.05,0.03");
        match effort {
            Effort::Smoke => own(&[
                ("snr", "0.2,0.4"),
                ("keep", "1,0.35,0.12"),
                ("dimension", "400"),
                ("test_samples", "200"),
                ("steps", "500"),
                ("replicas", "2"),
            ]),
            Effort::Normal => own(&[("snr", snr), ("keep", keep), ("replicas", "6")]),
            Effort::Paper => own(&[("snr", snr), ("keep", keep), ("replicas", "20")]),
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
