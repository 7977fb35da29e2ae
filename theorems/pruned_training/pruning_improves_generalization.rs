//! # Test loss falls as mild pruning grows
//!
//! Pruning at random before training, down to the keep fraction at which classes begin to lose their signal, lowers the
//! test loss that gradient descent reaches, while the training loss reaches the same target.
//!
//! ## Source
//! arXiv 2301.00335 (JMLR 26(84), 2025), Thm 3 and sec. 5: the bound exp(-n^2/p) falls with p; the size of the effect is
//! measured at stated sizes, which are ours. `yang2025random`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. Mild pruning: p is at least [`MILD`], above (2/m) log(10 K), where a class loses its signal with chance 0.1.
//! 2. Training reaches its loss target; a replica that does not makes its point inconclusive.
//! 3. The dense network does not generalize already: setting A, outside the paper's Condition 2.
//!
//! ## Bound
//! None: a finding. At every p the mean over keys of (dense test loss - test loss at p) is above 0.
//!
//! ## Checked here
//! p = 0.5, 0.3, 0.2 against dense, paired over keys; the same for accuracy, and each p against the next, as reports.
//!
//! ## Not checked here
//! The form exp(-n^2/p); real data.
//!
//! ## Gaps to the paper
//! In the paper's Condition the dense network generalizes and the improvement is one of the bound alone.

use super::{CLASSES, DIMENSION, KEEP, NEURONS, PAPER, SAMPLES, SUBJECT, held_back, untrained};
use crate::average::Average;
use crate::point::{Point, points};
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Replicas, Verdict};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::settings::Assignment;
use prunelaw_engine::statistics::Interval;
use prunelaw_engine::statistics::power::{POWER, paired_t_replicas};
use prunelaw_engine::table::Table;

/// Smallest keep fraction that counts as mild: above (2/m) log(K/0.1) at both sizes, 0.120 and 0.123.
pub const MILD: f64 = 0.125;

/// The smallest effect of interest: a mean difference of half a standard deviation of the differences.
const EFFECT: f64 = 0.5;

/// The effect at the size of `smoke`, which was chosen small and with a large effect.
const SMOKE_EFFECT: f64 = 2.0;

static CARD: Card = Card {
    id: "pruning_improves_generalization",
    was: None,
    subject: &SUBJECT,
    class: Class::Empirical,
    says: "paired over keys, test loss falls as mild pruning grows",
    statement: "Random pruning before training, as long as classes keep their signal, lowers the test loss that \
                gradient descent reaches at the same training loss.",
    source: "arXiv 2301.00335 (JMLR 26(84), 2025), Thm 3 and sec. 5; sizes are ours (setting A)",
    reference: PAPER,
    provenance: Provenance::Simulated,
    symbols: &[CLASSES, NEURONS, DIMENSION, SAMPLES, KEEP],
    assumptions: &[
        Assumption { name: "mild pruning", says: "p is at least 0.125, above the derived signal-loss boundary" },
        Assumption { name: "trained", says: "the training loss reaches its target in every replica" },
        Assumption { name: "room to improve", says: "p_c < 1: the dense network does not generalize already" },
    ],
    bound: "none: the mean over keys of (dense test loss - test loss at p) is above 0 at every p",
    checked: &[
        "test loss at keep 0.5, 0.3, 0.2 against dense, paired over keys, K = 2, d = 20000, n = 20, m = 50, SNR 0.3",
        "reported beside it: test accuracy, and each keep fraction against the next larger one",
    ],
    not_checked: &["the form exp(-n^2/p) of the bound", "real data", "the paper's own synthetic plots"],
    gaps: &[
        "the paired t test keeps its level for near-normal differences only: if one difference in ten lies far below the \
         others, it says `better` in up to 1.5 % of the cases in which the mean difference is 0, at a nominal 0.1 %",
        "the sizes lie outside Condition 2, in which the dense network generalizes and nothing visible is left to gain",
        "the paper's dips at 30 % pruned are smaller than its error bars",
        "erratum: sec. 5.2 says that the training error decreases later; accuracy is meant",
    ],
    power: "alternative: a mean difference of half a standard deviation of the paired differences; replicas for power \
            0.8 at the claim's level (about 70 at 5e-4), at least 20 at `normal` and 40 at `paper`; at `smoke` two standard deviations, on a \
            smaller network where the effect is larger",
    about: "the floating-point program, f32",
    protocol: 1,
};

/// The finding, or its false sibling, which has it the other way round.
#[derive(Debug)]
pub struct PruningImprovesGeneralization {
    reversed: bool,
}

/// The claim.
pub static CLAIM: PruningImprovesGeneralization = PruningImprovesGeneralization { reversed: false };
static FALSE: PruningImprovesGeneralization = PruningImprovesGeneralization { reversed: true };

const COLUMNS: &[&str] = &["outcome", "train_loss", "test_loss", "test_accuracy"];

/// One comparison: what should be lower at the second point than at the first, in this version.
struct Comparing<'p, 't> {
    version: &'static str,
    ours: bool,
    column: &'static str,
    /// 1 if less is better, -1 if more is.
    sign: f64,
    from: &'p Point<'t>,
    to: &'p Point<'t>,
}

impl Comparing<'_, '_> {
    fn judge(&self, level: &Level, points: usize) -> Finding {
        let (before, after) = (self.from.numbers(self.column), self.to.numbers(self.column));
        let better: Vec<f64> = before.iter().zip(&after).map(|(from, to)| self.sign * (from - to)).collect();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let band = Interval { low: 0.0, high: f64::INFINITY };
        let average = Average { version: self.version, ours: self.ours, band, scale: mean(&before).abs() };
        let what = format!(
            "gain from {} {:.4} at keep {} to {:.4} at keep {}",
            self.column,
            mean(&before),
            self.from.word("keep"),
            mean(&after),
            self.to.word("keep"),
        );
        let mut finding = average.judge(&what, self.to.at(), &better, level, points);
        if self.to.number("keep") < MILD {
            finding.verdict = Verdict::OutOfScope { failed: vec!["mild pruning".to_owned()] };
            finding.p_value = None;
        }
        held_back(finding, &untrained(&[*self.from, *self.to]))
    }
}

impl Claim for PruningImprovesGeneralization {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, alpha: f64) -> Vec<Evidence> {
        let needed = |effect| paired_t_replicas(effect, alpha, POWER).unwrap_or(u64::MAX);
        let (settings, replicas): (&[(&str, &str)], u64) = match effort {
            Effort::Smoke => (
                &[
                    ("keep", "0.1,0.25,1"),
                    ("classes", "4"),
                    ("dimension", "600"),
                    ("samples", "40"),
                    ("neurons", "60"),
                    ("snr", "0.3"),
                    ("init_scale", "0.1"),
                    ("rate", "0.5"),
                    ("test_samples", "400"),
                ],
                needed(SMOKE_EFFECT),
            ),
            Effort::Normal => (&[("keep", "0.1,0.2,0.3,0.5,1")], needed(EFFECT).max(20)),
            Effort::Paper => (&[("keep", "0.1,0.2,0.3,0.5,1")], needed(EFFECT).max(40)),
        };
        let settings = settings.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
        let replicas = Replicas::Fixed(replicas);
        vec![Evidence::Sim { id: "pruning_fraction_sweep", settings, columns: COLUMNS, replicas }]
    }

    fn judge(&self, seen: &[Table], level: &Level) -> Vec<Finding> {
        // Sorted by keep fraction, so that the dense network comes last.
        let points: Vec<Point<'_>> = seen.iter().flat_map(points).collect();
        let Some((dense, pruned)) = points.split_last().filter(|(dense, _)| dense.number("keep") == 1.0) else {
            return Vec::new();
        };
        let in_scope = pruned.iter().filter(|point| point.number("keep") >= MILD).count();
        let better = if self.reversed { -1.0 } else { 1.0 };
        let versions = [("against dense", true, "test_loss", 1.0), ("accuracy", false, "test_accuracy", -1.0)];
        let against_dense = versions.into_iter().flat_map(|(version, ours, column, sign)| {
            let compare = move |to| {
                Comparing { version, ours, column, sign: better * sign, from: dense, to }.judge(level, in_scope)
            };
            pruned.iter().map(compare)
        });
        let steps = points.windows(2).map(|pair| {
            let (to, from) = (&pair[0], &pair[1]);
            Comparing { version: "step by step", ours: false, column: "test_loss", sign: better, from, to }
                .judge(level, in_scope)
        });
        against_dense.chain(steps).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}

#[cfg(test)]
mod tests {
    use super::super::boundaries::signal_loss_keep;
    use super::*;

    #[test]
    fn mild_pruning_stays_above_the_signal_loss_boundary_of_both_sizes() {
        for (neurons, classes) in [(50, 2), (60, 4)] {
            let boundary = signal_loss_keep(neurons, classes, 0.1);
            assert!(boundary < MILD && MILD - boundary < 0.006);
        }
    }
}
