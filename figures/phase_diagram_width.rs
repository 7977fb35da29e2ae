//! Test accuracy over keep fraction and width, at one signal-to-noise ratio.
//!
//! A narrow network loses its usable neurons before pruning has silenced the noise: between the noise-memorization boundary
//! and the signal-loss boundary p = (2/m) log(K/delta) a window opens only above a minimum width. Model: arXiv 2301.00335;
//! boundaries and minimum width derived here.

use crate::drawing::{Ink, Layer};
use crate::patch_law::{DELTA, PatchLaw};
use crate::phase_diagram::{self, Across};
use crate::style::number;
use crate::{Drawing, Figure, FigureCard, Need, Tables};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::settings::Assignment;
use prunelaw_theorems::pruned_training::boundaries::minimum_width;

/// The figure.
#[derive(Debug)]
pub struct PhaseDiagramWidth;

static CARD: FigureCard = FigureCard {
    id: "phase_diagram_width",
    was: None,
    says: "test accuracy over width and keep fraction with the minimum-width curve",
    subject: "pruned_training",
    source: "arXiv 2301.00335 (JMLR 26(84), 2025), in the setting of its section 2; sizes of setting B are ours",
};

static ACROSS: Across = Across {
    column: "neurons",
    name: "width",
    letter: "m",
    label: "width m (neurons per class)",
    law: |law, m| PatchLaw { neurons: m as usize, ..law },
    values: widths,
};

/// Whole numbers from the one below `low` to the one above `high`, all at first and later 2 % apart.
fn widths(low: f64, high: f64) -> Vec<f64> {
    let next = |m: &f64| Some(m + (0.02 * m).floor().max(1.0));
    std::iter::successors(Some(low.floor().max(1.0)), next).take_while(|m| *m < high + 0.02 * high + 1.0).collect()
}

impl Figure for PhaseDiagramWidth {
    fn card(&self) -> &'static FigureCard {
        &CARD
    }

    fn needs(&self, effort: Effort) -> Vec<Need> {
        let neurons = if effort == Effort::Smoke { "8,30" } else { "5,8,12,20,30,60,120" };
        // p_c = 0.46 there: the widths lie on both sides of the minimum width of 16.
        vec![phase_diagram::need(vec![Assignment::own("snr", "0.25"), Assignment::own("neurons", neurons)])]
    }

    fn draw(&self, tables: &Tables) -> Drawing {
        phase_diagram::draw(&tables[0], &ACROSS, |law, [least, most]| {
            if law.power <= 2.0 {
                return Vec::new();
            }
            let width = minimum_width(law.samples, law.snr, law.classes, law.power, DELTA);
            let at = vec![[least, width], [most, width]];
            let layer = Layer::Line { name: "minimum width".to_owned(), ink: Ink::Purple, derived: true, at };
            let said = format!(
                "minimum width, where memorization and signal loss meet: m = 2 log(K/0.1) / min(p_c, 1) = {}",
                number(width, 3)
            );
            vec![(layer, said)]
        })
    }
}
