//! # Signals spread over all coordinates gain nothing from pruning
//!
//! Pruning helps because a signal on one coordinate is kept whole or lost whole, while noise shrinks by sqrt(p). A signal in
//! a random direction shrinks by sqrt(p) as well, and the benefit is gone.
//!
//! ## Source
//! arXiv 2301.00335 (JMLR 26(84), 2025), the remark after Def. 1; the control is ours. `yang2025random`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. Training reaches its loss target; a replica that does not makes its point inconclusive.
//! 2. The dense network does not generalize already.
//!
//! ## Bound
//! None: a control. The mean over keys of (test accuracy at p - dense test accuracy) is above [`GAIN`] with basis signals
//! and within [`GAIN`] of 0 with rotated ones.
//!
//! ## Checked here
//! p = 0.25 and 0.15 against dense, with the same masks, initial weights and noise draws for both kinds of signals.
//!
//! ## Not checked here
//! Signals on a few coordinates.
//!
//! ## Gaps to the paper
//! The paper says so in words and measures nothing.

use super::{CLASSES, DIMENSION, KEEP, NEURONS, PAPER, SAMPLES, SIGNAL, SUBJECT, held_back, untrained};
use crate::average::Average;
use crate::point::{Point, points};
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Replicas};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::settings::Assignment;
use prunelaw_engine::statistics::Interval;
use prunelaw_engine::table::Table;

/// A change of accuracy up to this, either way, is none; a gain is more.
pub const GAIN: f64 = 0.1;

/// A control takes no share of a call's error budget: its decisions are made at a level that adds nothing to it.
const LEVEL: f64 = 1e-6;

static CARD: Card = Card {
    id: "rotated_signals_gain_nothing",
    was: None,
    subject: &SUBJECT,
    class: Class::Control,
    says: "dense signals: no benefit of pruning",
    statement: "At sizes where mild random pruning lifts test accuracy far above that of the dense network if signals lie on \
                one coordinate each, it changes nothing if they point in random directions.",
    source: "arXiv 2301.00335 (JMLR 26(84), 2025), remark after Def. 1; the control and its sizes are ours",
    reference: PAPER,
    provenance: Provenance::Simulated,
    symbols: &[CLASSES, NEURONS, DIMENSION, SAMPLES, KEEP, SIGNAL],
    assumptions: &[
        Assumption { name: "trained", says: "the training loss reaches its target in every replica" },
        Assumption { name: "room to improve", says: "p_c < 1: the dense network does not generalize already" },
    ],
    bound: "none: mean over keys of (test accuracy at p - dense test accuracy), above 0.1 with basis signals and in \
            [-0.1, 0.1] with rotated ones; the 0.1 is ours",
    checked: &[
        "p = 0.25 and 0.15 against dense, paired over keys, K = 4, d = 600, n = 40, m = 60, SNR 0.3, sigma_0 = 0.1",
    ],
    not_checked: &["signals on a few coordinates", "real data, where nobody knows the directions"],
    gaps: &[
        "the test loss is no measure here: with rotated signals it falls too, from 1.57 dense to log K = 1.39, because a \
         pruned network that has memorized errs with less confidence",
        "a change below 0.1 counts as none and is not always 0: in setting B (K = 4, d = 1000, n = 80, SNR 0.3, 20 keys) \
         rotated signals go from .270 +- .005 dense to .301 +- .010 at p = 0.25, basis signals from .274 to 1.000",
        "the sizes lie outside Condition 2, in which the dense network generalizes",
    ],
    power: "alternative: a change of 0.1; basis signals gain about 0.7 and rotated ones below 0.02, with standard \
            deviations over replicas below 0.1 and 0.04: 20 replicas decide both at level 1e-6 with power above 0.99",
    about: "the floating-point program, f32",
    protocol: 1,
};

/// The control, or its false sibling, in which rotated signals gain as well.
#[derive(Debug)]
pub struct RotatedSignalsGainNothing {
    rotated: Interval,
}

/// The control.
pub static CLAIM: RotatedSignalsGainNothing =
    RotatedSignalsGainNothing { rotated: Interval { low: -GAIN, high: GAIN } };
static FALSE: RotatedSignalsGainNothing =
    RotatedSignalsGainNothing { rotated: Interval { low: GAIN, high: f64::INFINITY } };

const COLUMNS: &[&str] = &["outcome", "test_accuracy"];

/// Gains of every keep fraction over the dense network, which comes last.
fn gains(average: &Average, points: &[Point<'_>], level: &Level) -> Vec<Finding> {
    let Some((dense, pruned)) = points.split_last() else { return Vec::new() };
    let before = dense.numbers("test_accuracy");
    let gain = |point: &Point<'_>| {
        let after = point.numbers("test_accuracy");
        let gained: Vec<f64> = after.iter().zip(&before).map(|(after, before)| after - before).collect();
        let finding = average.judge("gain of test accuracy over dense", point.at(), &gained, level, 2 * pruned.len());
        held_back(finding, &untrained(&[*dense, *point]))
    };
    pruned.iter().map(gain).collect()
}

impl Claim for RotatedSignalsGainNothing {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let replicas = match effort {
            Effort::Smoke | Effort::Normal => 20,
            Effort::Paper => 40,
        };
        let signals = |law: &str| {
            let sizes = [
                ("signal_law", law),
                ("keep", "0.15,0.25,1"),
                ("classes", "4"),
                ("dimension", "600"),
                ("samples", "40"),
                ("neurons", "60"),
                ("snr", "0.3"),
                ("init_scale", "0.1"),
                ("rate", "0.5"),
                ("test_samples", "400"),
            ];
            let settings = sizes.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
            Evidence::Sim { id: "pruning_phase_grid", settings, columns: COLUMNS, replicas: Replicas::Fixed(replicas) }
        };
        vec![signals("basis"), signals("rotated")]
    }

    fn judge(&self, seen: &[Table], level: &Level) -> Vec<Finding> {
        let level = Level { alpha: level.alpha.min(LEVEL) };
        let versions = [
            ("basis signals gain", Interval { low: GAIN, high: f64::INFINITY }),
            ("rotated signals gain nothing", self.rotated),
        ];
        let judge = |((version, band), table): ((&'static str, Interval), &Table)| {
            gains(&Average { version, ours: true, band, scale: GAIN }, &points(table), &level)
        };
        versions.into_iter().zip(seen).flat_map(judge).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}
