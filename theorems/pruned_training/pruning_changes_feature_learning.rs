//! # Pruning changes what is learned first
//!
//! Above p_c the correlation of a typical training sample with its own noise passes 1 before that of a typical class
//! with its signal; below p_c the signal is first. The same network, data and initial weights, with a smaller keep
//! fraction, learn the feature in the place of the noise.
//!
//! ## Source
//! The growth phase of arXiv 2301.00335 (JMLR 26(84), 2025), Lemmas 5 and 12; that the order changes with the keep
//! fraction at fixed sizes is derived and simulated here. `yang2025random`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. p_c < 1, and the smaller keep fraction lies below it and above the signal-loss boundary.
//! 2. Training reaches its loss target; a replica that does not makes the point inconclusive.
//!
//! ## Bound
//! None: a finding. The chance that the signal is first is larger at the smaller keep fraction than dense.
//!
//! ## Checked here
//! keep 0.1 against 1 at p_c = 0.26, paired over keys.
//!
//! ## Not checked here
//! The keep fraction at which the order changes, which is `memorization_boundary`.
//!
//! ## Gaps to the paper
//! In the paper's Condition 2 the signal is first in the dense network too.

use super::{CLASSES, DIMENSION, KEEP, NEURONS, NOISE, PAPER, SAMPLES, SIGNAL, SUBJECT, held_back};
use crate::point::{Point, points};
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Replicas, Verdict, Witness};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::settings::Assignment;
use prunelaw_engine::statistics::compare::{Comparison, paired};
use prunelaw_engine::table::Table;

/// Loss at which training stops.
const TARGET: f64 = 0.1;

static CARD: Card = Card {
    id: "pruning_changes_feature_learning",
    was: None,
    subject: &SUBJECT,
    class: Class::Empirical,
    says: "which of signal and noise passes 1 first changes with the keep fraction",
    statement: "Where the dense network memorizes its training noise before it learns the signal, random pruning \
                below p_c turns the order round: the correlation with the signal passes 1 first.",
    source: "arXiv 2301.00335 (JMLR 26(84), 2025), Lemmas 5 and 12, whose phases it compares; the change at fixed \
             sizes is ours",
    reference: PAPER,
    provenance: Provenance::Simulated,
    symbols: &[CLASSES, NEURONS, DIMENSION, SAMPLES, KEEP, SIGNAL, NOISE],
    assumptions: &[
        Assumption {
            name: "below and above p_c",
            says: "p_c < 1, and the smaller keep fraction lies below p_c and keeps the signal",
        },
        Assumption { name: "trained", says: "the training loss reaches its target in every replica" },
    ],
    bound: "none: over keys, the mean of [signal first at the smaller keep fraction] - [signal first dense] is above \
            0, where first is whether mean_k max_r <w_kr, mu_k> or mean_i max_r <w_{y_i r}, xi_i> passes 1 at the \
            earlier step",
    checked: &[
        "keep 0.1 against 1, paired over keys, K = 2, n = 8, m = 100, d = 1000, SNR 0.32, sigma_0 = 0.01; p_c = 0.26",
    ],
    not_checked: &["other sizes, and the keep fraction at which the order changes (memorization_boundary)"],
    gaps: &["the sizes lie outside Condition 2, in which the dense network too learns the signal first"],
    power: "alternative: the order turned round in half of the replicas; 20 replicas at `normal` see that at the \
            claim's level with power above 0.8 (a t of about 4.4), 40 at `paper`, 12 at `smoke`",
    about: "the floating-point program, f32",
    protocol: 1,
};

/// The finding, or its false sibling, which has it the other way round.
#[derive(Debug)]
pub struct PruningChangesFeatureLearning {
    reversed: bool,
}

/// The claim.
pub static CLAIM: PruningChangesFeatureLearning = PruningChangesFeatureLearning { reversed: false };
static FALSE: PruningChangesFeatureLearning = PruningChangesFeatureLearning { reversed: true };

const COLUMNS: &[&str] = &["train_loss", "learned_first"];

/// The last row of every replica, as 1 where the signal was first and else 0, and how many trainings fell short.
fn ends(point: &Point<'_>) -> (Vec<f64>, usize) {
    let (losses, first) = (point.numbers("train_loss"), point.words("learned_first"));
    let last = |row: &usize| row + 1 == point.rows.len() || point.replica(*row) != point.replica(row + 1);
    let rows: Vec<usize> = (0..point.rows.len()).filter(last).collect();
    let signal = rows.iter().map(|row| f64::from(u8::from(first[*row] == "signal"))).collect();
    // Also counts what is not a number.
    (signal, rows.iter().filter(|row| !(losses[**row] <= TARGET)).count())
}

impl Claim for PruningChangesFeatureLearning {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let (dimension, replicas) = match effort {
            Effort::Smoke => ("400", 12),
            Effort::Normal => ("1000", 20),
            Effort::Paper => ("1000", 40),
        };
        let settings = [
            ("keep", "0.1,1"),
            ("classes", "2"),
            ("samples", "8"),
            ("neurons", "100"),
            ("dimension", dimension),
            ("snr", "0.32"),
            ("init_scale", "0.01"),
            ("power", "3"),
            ("schedule", "constant"),
            ("rate", "1"),
            ("steps", "4000"),
            ("target_loss", "0.1"),
            ("test_samples", "100"),
        ];
        let settings = settings.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
        let replicas = Replicas::Fixed(replicas);
        vec![Evidence::Sim { id: "pruning_trajectory", settings, columns: COLUMNS, replicas }]
    }

    fn judge(&self, seen: &[Table], level: &Level) -> Vec<Finding> {
        let points: Vec<Point<'_>> = seen.iter().flat_map(points).collect();
        let [pruned, dense] = &points[..] else { return Vec::new() };
        let ((after, fell_short), (before, dense_fell_short)) = (ends(pruned), ends(dense));
        let compared = if self.reversed { paired(&before, &after) } else { paired(&after, &before) };
        let count = |first: &[f64]| first.iter().sum::<f64>();
        let seen = format!(
            "signal first in {} of {} replicas at keep {}, in {} at keep {}",
            count(&after),
            after.len(),
            pruned.word("keep"),
            count(&before),
            dense.word("keep")
        );
        let decide = |found: Comparison| {
            // Between 1, all replicas change, and -1, all change the other way.
            let margin = found.difference;
            if found.greater <= level.alpha {
                (Verdict::Holds { margin }, found.greater)
            } else if found.less <= level.alpha {
                let witness = Witness { at: pruned.at(), replica: None, seen: seen.clone() };
                (Verdict::Violated { margin, witness }, found.less)
            } else {
                let because = format!("no significant difference at level {:.1e}: {seen}", level.alpha);
                (Verdict::Inconclusive { replicas_needed: None, because }, found.greater)
            }
        };
        let (verdict, p_value) = match compared {
            Ok(found) => {
                let (verdict, p_value) = decide(found);
                (verdict, Some(p_value))
            }
            Err(error) => (Verdict::Inconclusive { replicas_needed: None, because: error.to_string() }, None),
        };
        let short = fell_short + dense_fell_short;
        let untrained = (short > 0).then(|| format!("{short} trainings did not reach the loss target"));
        let finding = Finding {
            version: "pruned against dense",
            ours: true,
            point: pruned.at(),
            verdict,
            p_value,
            replicas: after.len() as u64,
            failures: None,
            claimed_rate: None,
            seen,
        };
        vec![held_back(finding, &untrained)]
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}

#[cfg(test)]
mod tests {
    use super::super::boundaries::{memorization_keep, signal_loss_keep};
    use super::*;
    use prunelaw_engine::table::Column;

    #[test]
    fn the_two_keep_fractions_lie_on_both_sides_of_the_boundary() {
        let boundary = memorization_keep(8, 0.32, 2, 3.0);
        assert!(signal_loss_keep(100, 2, 0.1) < 0.1 && 0.1 < 0.5 * boundary && boundary < 0.5);
    }

    #[test]
    fn the_last_row_of_a_replica_speaks() {
        let columns = [
            Column::integer("replica", "1", ""),
            Column::integer("step", "1", ""),
            Column::real("train_loss", "1", ""),
            Column::text("learned_first", ""),
        ];
        let mut table = Table::new(&columns);
        for (replica, step, loss, first) in
            [(0usize, 0usize, 0.7, "neither"), (0, 5, 0.05, "signal"), (1, 0, 0.7, "noise"), (1, 9, 0.3, "noise")]
        {
            table.rows.push(vec![replica.into(), step.into(), loss.into(), first.into()]);
        }
        assert_eq!(ends(&points(&table)[0]), (vec![1.0, 0.0], 1));
    }
}
