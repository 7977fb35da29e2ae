//! Test accuracy over keep fraction and width, at one signal-to-noise ratio.
//!
//! A narrow network loses its usable neurons before pruning has silenced the noise: between the noise-memorization boundary
//! and the signal-loss boundary p = (2/m) log(K/delta) a window opens only above a minimum width. Model: arXiv 2301.00335;
//! boundaries and minimum width derived here.

use crate::axis::{Axis, Scale};
use crate::drawing::{Ink, Layer, Panel};
use crate::patch_law::{DELTA, PatchLaw};
use crate::phase_diagram::{self, Across, SNR_LABEL};
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
        let source = &tables[0];
        let mut drawing = phase_diagram::draw(source, &ACROSS, |law, [least, most]| {
            let Some(width) = least_width(law) else { return Vec::new() };
            let said = format!(
                "minimum width, where memorization and signal loss meet: m = 2 log(K/0.1) / min(p_c, 1) = {}",
                number(width, 3)
            );
            vec![(line(vec![[least, width], [most, width]]), said)]
        });
        drawing.panels.extend(PatchLaw::of(&source.request).and_then(|law| curve(&law)));
        drawing
    }
}

/// The minimum width, where the race of signal and noise has a boundary.
fn least_width(law: &PatchLaw) -> Option<f64> {
    (law.power > 2.0).then(|| minimum_width(law.samples, law.snr, law.classes, law.power, DELTA))
}

fn line(at: Vec<[f64; 2]>) -> Layer {
    Layer::Line { name: "minimum width".to_owned(), ink: Ink::Purple, derived: true, at }
}

/// The minimum width over signal-to-noise ratios up to twice that of the map, and down to half of it.
fn curve(law: &PatchLaw) -> Option<Panel> {
    let at = |i: i32| {
        let snr = law.snr * 2f64.powf(f64::from(i) / 50.0);
        Some([snr, least_width(&PatchLaw { snr, ..*law })?])
    };
    let here = Layer::Vertical { name: "SNR of the map".to_owned(), derived: false, x: law.snr };
    Some(Panel {
        title: "Minimum width by signal-to-noise ratio".to_owned(),
        x: Axis::new(SNR_LABEL, Scale::Log).from_to(0.5 * law.snr, 2.0 * law.snr),
        y: Axis::new(ACROSS.label, Scale::Log),
        layers: vec![here, line((-50..=50).map(at).collect::<Option<_>>()?)],
    })
}
