//! # Networks learn the noise of their labels in every cycle of magnitude pruning, and forget it at the rewind
//!
//! The correlation of a fit with the label noise, mean((f(x_i) - E f) z_i), is what p_eff pays for. Along iterative magnitude
//! pruning it rises within each training and falls back when the weights left return to their initial values: the mask alone
//! carries little of it.
//!
//! ## Source
//! arXiv 2402.01089, sec. 6 and Figs. 2a and 3. `kumar2024no`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. Labels are those of a teacher plus noise that is independent of inputs, teacher and initial weights.
//!
//! ## Bound
//! None. [`information_at_least`] says what a correlation would prove about information, once it is over a certified Lipschitz
//! constant; the plotted one is not.
//!
//! ## Checked here
//! For every round, paired over replicas: the correlation at its last step less that at its first, and less that at the first
//! step after the rewind that follows.
//!
//! ## Not checked here
//! The level of about 1 at the end of a cycle, which depends on how long is trained: the table has it.
//!
//! ## Gaps to the paper
//! Batch size, rewind point, teacher and biases are ours; label noise is not bounded, as the paper's theorems want it.

use super::{KUMAR, SUBJECT};
use crate::average::Average;
use crate::point::{Point, points};
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Replicas, Symbol};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::settings::Assignment;
use prunelaw_engine::statistics::Interval;
use prunelaw_engine::table::Table;

/// Half the rise that the paper's figure shows, and the unit of margins.
const EFFECT: f64 = 0.5;

/// Nats that f must know about n inputs, given the noise, if its correlation over a Lipschitz constant and the noise's root mean
/// square is `normalised` on average: n normalised^2 / 2. Derived here from E X_W <= s sqrt(2 I) for x ~ N(0, I_d), where the
/// correlation of any fixed L-Lipschitz f is sub-Gaussian with s^2 = L^2 mean(z^2) / n. A correlation that is not above 0 proves
/// nothing.
pub fn information_at_least(samples: f64, normalised: f64) -> f64 {
    samples * normalised.max(0.0).powi(2) / 2.0
}

static CARD: Card = Card {
    id: "noise_correlation_over_training",
    was: None,
    subject: &SUBJECT,
    class: Class::Empirical,
    says: "rises in each IMP cycle, drops at rewind",
    statement: "Along iterative magnitude pruning with rewinding, the correlation of the network's output with the label noise of \
                its training samples is larger at the end of each training than at its beginning, and larger than at the \
                beginning of the next, when a fifth of the weights is pruned and the rest is back at its initial values.",
    source: "arXiv 2402.01089, sec. 6, Figs. 2a and 3; sizes at normal and what the paper leaves open are ours",
    reference: KUMAR,
    provenance: Provenance::Published,
    symbols: &[
        Symbol { letter: "f", name: "student", meaning: "the masked network; R^d to R" },
        Symbol { letter: "z_i", name: "noise", meaning: "label noise of sample i, N(0, sigma^2); i = 1..n" },
        Symbol { letter: "E f", name: "mean", meaning: "mean of f over fresh samples" },
    ],
    assumptions: &[Assumption {
        name: "independent noise",
        says: "y_i = g(x_i) + z_i with z independent of inputs, teacher and initial weights; by construction",
    }],
    bound: "none; a sign. The paper's figure has about 1.0 at the end of a cycle and 0.0 to 0.06 at its beginning at n = 1000, \
            d = 50 [published, read off]",
    checked: &[
        "paired t over replicas in every round: last step less first step, last step less first step of the next round",
        "normal: n = 300, d = 20, students 64-64-64, 5 rounds of 600 steps; paper: n = 1000, d = 50, 100-100-100-100, 12 rounds \
         of 2000 steps of 50 samples, 100 passes through the data",
    ],
    not_checked: &["the level at the end of a cycle", "the round from which on too few weights are left to fit noise"],
    gaps: &[
        "the paper says neither batch size nor rewind point, teacher law or how biases are treated: 50, the initial weights, \
         He-normal of half the student's width, and never pruned",
        "the correlation alone bounds no information: a steep network has it for nothing; `normalised` in the table is over a \
         certified Lipschitz constant, and n normalised^2 / 2 is a bound [derived here]",
    ],
    power: "alternative: half the rise of the paper's figure, 0.5; with a standard deviation of 0.1 over replicas 12 give power \
            above 0.99 at the claim's level",
    about: "the floating-point program, f32",
    protocol: 1,
};

/// The finding, or its false sibling, in which noise is forgotten while training and kept over the rewind.
#[derive(Debug)]
pub struct NoiseCorrelationOverTraining {
    falls: bool,
}

/// The claim.
pub static CLAIM: NoiseCorrelationOverTraining = NoiseCorrelationOverTraining { falls: false };
static FALSE: NoiseCorrelationOverTraining = NoiseCorrelationOverTraining { falls: true };

/// First and last correlation of every round of a replica; no number where the round has not the rows that others have.
fn ends(point: &Point<'_>, rounds: usize) -> Vec<Vec<[f64; 2]>> {
    let (round, value) = (point.numbers("round"), point.numbers("correlation"));
    let mut replicas: Vec<(u64, Vec<[f64; 2]>)> = Vec::new();
    let mut rows: Vec<Vec<usize>> = Vec::new();
    for at in 0..point.rows.len() {
        let replica = point.replica(at);
        if replicas.last().is_none_or(|(last, _)| *last != replica) {
            replicas.push((replica, vec![[f64::NAN; 2]; rounds]));
            rows.push(vec![0; rounds]);
        }
        let (_, found) = replicas.last_mut().expect("one was pushed");
        let [first, last] = &mut found[round[at] as usize - 1];
        if first.is_nan() {
            *first = value[at];
        }
        *last = value[at];
        rows.last_mut().expect("one was pushed")[round[at] as usize - 1] += 1;
    }
    let most = rows.iter().flatten().copied().max().unwrap_or(0);
    for ((_, found), rows) in replicas.iter_mut().zip(&rows) {
        let short = found.iter_mut().zip(rows).filter(|(_, rows)| **rows < most);
        short.for_each(|(ends, _)| *ends = [f64::NAN; 2]);
    }
    replicas.into_iter().map(|(_, found)| found).collect()
}

impl NoiseCorrelationOverTraining {
    fn at(&self, point: &Point<'_>, level: &Level) -> Vec<Finding> {
        let rounds = point.numbers("round").into_iter().fold(0.0, f64::max) as usize;
        let replicas = ends(point, rounds);
        let band = if self.falls {
            Interval { low: f64::NEG_INFINITY, high: 0.0 }
        } else {
            Interval { low: 0.0, high: f64::INFINITY }
        };
        let average = Average { version: "as stated", ours: true, band, scale: EFFECT };
        let judge = |what: &str, round: usize, values: Vec<f64>| {
            let mut at = point.at();
            at.push((what.to_owned(), (round + 1).to_string()));
            average.judge(what, at, &values, level, 2 * rounds - 1)
        };
        let of = |value: &dyn Fn(&[[f64; 2]]) -> f64| replicas.iter().map(|found| value(found)).collect::<Vec<f64>>();
        let rise = |round: usize| judge("rise in round", round, of(&|found| found[round][1] - found[round][0]));
        let drop = |round: usize| judge("drop after round", round, of(&|found| found[round][1] - found[round + 1][0]));
        (0..rounds).map(rise).chain((0..rounds.saturating_sub(1)).map(drop)).collect()
    }
}

impl Claim for NoiseCorrelationOverTraining {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        // The sim's own sizes at every effort, so that its rows serve.
        let (replicas, sizes): (u64, &[(&str, &str)]) = match effort {
            Effort::Smoke => (
                12,
                &[
                    ("samples", "60"),
                    ("dimension", "10"),
                    ("widths", "32,32"),
                    ("test_samples", "400"),
                    ("batch", "20"),
                    ("steps", "200"),
                    ("rate", "0.003"),
                    ("rounds", "3"),
                ],
            ),
            Effort::Normal => (
                20,
                &[
                    ("samples", "300"),
                    ("dimension", "20"),
                    ("widths", "64,64,64"),
                    ("test_samples", "2000"),
                    ("steps", "600"),
                    ("rounds", "5"),
                ],
            ),
            Effort::Paper => (40, &[]),
        };
        vec![Evidence::Sim {
            id: "noise_correlation",
            settings: sizes.iter().map(|(key, value)| Assignment::own(key, *value)).collect(),
            columns: &["round", "correlation"],
            replicas: Replicas::Fixed(replicas),
        }]
    }

    fn judge(&self, seen: &[Table], level: &Level) -> Vec<Finding> {
        points(&seen[0]).iter().flat_map(|point| self.at(point, level)).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prunelaw_engine::table::Column;

    /// With a replica that lacks the last `missing` rows of its second round.
    fn table(missing: usize) -> Table {
        let columns = [
            Column::integer("replica", "1", ""),
            Column::integer("step", "1", ""),
            Column::integer("round", "1", ""),
            Column::real("correlation", "1", ""),
        ];
        let mut table = Table::new(&columns);
        for replica in 0..12_usize {
            for (step, round, value) in [(0, 1, 0.0), (1, 1, 0.8), (2, 2, 0.05), (3, 2, 0.6)] {
                if replica == 3 && step + missing > 3 {
                    continue;
                }
                let value = value + 0.01 * ((replica * 7 + step) % 5) as f64;
                table.rows.push(vec![replica.into(), step.into(), (round as usize).into(), value.into()]);
            }
        }
        table
    }

    #[test]
    fn rises_and_drops_are_read_from_the_ends_of_rounds() {
        let judged = |claim: &dyn Claim, missing: usize| claim.judge(&[table(missing)], &Level { alpha: 1e-3 });
        let found = judged(&CLAIM, 0);
        assert_eq!(found.len(), 3);
        assert!(found.iter().all(|finding| finding.verdict.name() == "holds"), "{found:?}");
        assert!(judged(&FALSE, 0).iter().all(|finding| finding.verdict.refutes()));
        // A replica whose second training never came, or lost its end, leaves both of its statements open.
        for missing in [1, 2] {
            let names: Vec<&str> = judged(&CLAIM, missing).iter().map(|finding| finding.verdict.name()).collect();
            assert_eq!(names, ["holds", "inconclusive", "inconclusive"]);
        }
    }

    #[test]
    fn information_grows_with_the_square_of_what_is_proved() {
        assert_eq!(information_at_least(200.0, 0.5), 25.0);
        assert_eq!(information_at_least(200.0, -0.5), 0.0);
    }
}
