//! Test accuracy over keep fraction and signal-to-noise ratio, at one width.
//!
//! From left to right pruning grows. Where noise is learned before the signal, left of the noise-memorization boundary
//! p_c = (n SNR^q / K)^(2/q), test accuracy is chance; right of it the signal is learned first; further right classes lose
//! their last usable neuron, at any signal-to-noise ratio. Model: arXiv 2301.00335; boundaries derived here.

use crate::patch_law::PatchLaw;
use crate::phase_diagram::{self, Across, SNR_LABEL};
use crate::{Drawing, Figure, FigureCard, Need, Tables};
use prunelaw_engine::effort::Effort;

/// The figure.
#[derive(Debug)]
pub struct PhaseDiagramPruning;

static CARD: FigureCard = FigureCard {
    id: "phase_diagram_pruning",
    was: None,
    says: "test accuracy over SNR and keep fraction with the derived boundaries",
    subject: "pruned_training",
    source: "arXiv 2301.00335 (JMLR 26(84), 2025), in the setting of its section 2; sizes of setting B are ours",
};

static ACROSS: Across = Across {
    column: "snr",
    name: "signal-to-noise ratio",
    letter: "SNR",
    label: SNR_LABEL,
    law: |law, snr| PatchLaw { snr, ..law },
    values: |low, high| (0..=100).map(|i| low * (high / low).powf(f64::from(i) / 100.0)).collect(),
};

impl Figure for PhaseDiagramPruning {
    fn card(&self) -> &'static FigureCard {
        &CARD
    }

    fn needs(&self, _: Effort) -> Vec<Need> {
        vec![phase_diagram::need(Vec::new())]
    }

    fn draw(&self, tables: &Tables) -> Drawing {
        phase_diagram::draw(&tables[0], &ACROSS, |_, _| Vec::new())
    }
}
