//! # A mask shuffled within its layers knows its layer counts, and no more
//!
//! Ablations of pruning at initialization permute the entries of a mask within each layer. What is left of the data is how many
//! entries each layer keeps: with two layers and a fixed total, at most ln(min(p_1, p_2) + 1) nats.
//!
//! ## Source
//! The ablation: arXiv 2009.08576. Its reading as information is derived here. `frankle2021pruning`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. The permutations are uniform and independent of data and mask; the total is fixed.
//!
//! ## Identity
//! I(shuffled m; D) = I(counts; D) <= H(counts) <= ln(number of possible counts).
//!
//! ## Checked here
//! The identity on random laws with the permutations integrated out; the bound attained; the enumerated network, where log2 6 is
//! never reached.
//!
//! ## Not checked here
//! What the shuffle does to accuracy: `shuffle_and_reinit_ablations`.
//!
//! ## Gaps to the paper
//! The paper speaks of accuracy, not of information.

use super::{FRANKLE, SUBJECT};
use crate::limit::Limit;
use crate::point::{Point, points};
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Replicas, Symbol, TrialError};
use ndarray::Array2;
use prunelaw_engine::effort::Effort;
use prunelaw_engine::information::{bits, law, upper};
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Assignment, Domain, Field, Schema, Settings};
use prunelaw_engine::table::{Column, Row, Table};
use rand::RngExt;

/// Largest difference that is rounding.
const TOLERANCE: f64 = 1e-9;
/// Data sets of a random law.
const DATASETS: usize = 10;
/// Layers of the enumerated network: parameters with their biases.
const LAYERS: [u64; 2] = [16, 5];

static CARD: Card = Card {
    id: "shuffled_masks_know_little",
    was: None,
    subject: &SUBJECT,
    class: Class::Inequality,
    says: "a mask shuffled within its layers knows at most ln(min(p_1, p_2) + 1) nats about the data: the layer counts",
    statement: "If the entries of a mask of two layers, with a fixed number kept in all, are permuted uniformly within each layer, \
                the information of the result about the data is that of the layer counts, at most ln(min(p_1, p_2) + 1).",
    source: "derived here for the ablation of arXiv 2009.08576, read with arXiv 2402.01089",
    reference: FRANKLE,
    provenance: Provenance::Derived,
    symbols: &[
        Symbol { letter: "p_1, p_2", name: "first, second", meaning: "weights of the two layers; counts" },
        Symbol { letter: "s", name: "kept", meaning: "weights kept in all, fixed" },
        Symbol { letter: "D", name: "data", meaning: "the data set" },
    ],
    assumptions: &[Assumption {
        name: "uniform shuffle",
        says: "permutations within layers are uniform and independent of data and mask; the total is fixed",
    }],
    bound: "I = I(counts; D) <= ln(ways to split s on the layers) <= ln(min(p_1, p_2) + 1); log2 6 = 2.585 bits for 16 + 5",
    checked: &[
        "random laws of noisy masks on layers of 4 + 2, 5 + 3 and 6 + 4: the information of the shuffled mask from its joint law \
         with the data, permutations integrated out, equals that of the counts to 1e-9 and stays below the bound",
        "attained: a law whose data fix the count of the smaller layer, uniformly",
        "the enumerated network, all rules and sizes: below log2 6 always, and below the logarithm of the possible splits",
    ],
    not_checked: &["accuracy of shuffled masks", "more than two layers"],
    gaps: &["biases are counted with their layer"],
    power: "no chance enters: one replica beyond rounding refutes",
    about: "the real-number laws, exactly up to rounding",
    protocol: 1,
};

const SECOND: Field = Field {
    name: "second",
    symbol: "p_2",
    help: "weights of the second layer; the first has two more, and half of all are kept",
    unit: "weights",
    domain: Domain::Integer { min: 1, max: 6 },
    ..field::SAMPLES
};
static FIELDS: [Field; 1] = [SECOND.integer(3).axis()];
static SCHEMA: Schema = Schema { when: "random laws of shuffled_masks_know_little", fields: &FIELDS, rules: &[] };
static COLUMNS: [Column; 5] = [
    Column::real("shuffled", "nats", "I(shuffled mask; D), from the joint law with the permutations integrated out"),
    Column::real("defect", "nats", "its distance from I(counts; D)"),
    Column::real("before", "nats", "I(mask; D) before the shuffle"),
    Column::real("share", "1", "shuffled / ln(min(p_1, p_2) + 1)"),
    Column::real("attained", "1", "the same for a law whose data fix the smaller layer's count uniformly"),
];

const SIM_COLUMNS: &[&str] = &["bits", "shuffled_bits"];

/// Joint laws over (D, mask): before and after the shuffle, and over (D, count of the second layer).
fn shuffled(before: &Array2<f64>, first: usize, second: usize) -> (Array2<f64>, Array2<f64>) {
    let inside = |mask: usize| (mask >> first).count_ones() as usize;
    let total = |mask: usize| mask.count_ones() as usize;
    let mut counts = Array2::<f64>::zeros((before.nrows(), second + 1));
    before.indexed_iter().for_each(|((d, mask), chance)| counts[[d, inside(mask)]] += chance);
    let kept = before.indexed_iter().find(|(_, chance)| **chance > 0.0).map_or(0, |((_, mask), _)| total(mask));
    // Every mask with the same counts is equally likely after the shuffle.
    let masks: Vec<usize> = (0..before.ncols()).filter(|mask| total(*mask) == kept).collect();
    let mut alike = vec![0.0; second + 1];
    masks.iter().for_each(|mask| alike[inside(*mask)] += 1.0);
    let mut after = Array2::<f64>::zeros(before.dim());
    for d in 0..before.nrows() {
        masks.iter().for_each(|mask| after[[d, *mask]] = counts[[d, inside(*mask)]] / alike[inside(*mask)]);
    }
    (after, counts)
}

fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let second = settings.count("second");
    let first = second + 2;
    let (weights, kept) = (first + second, (first + second) / 2);
    let mut rng = key.child("data").rng();
    let masks: Vec<usize> = (0..1 << weights).filter(|mask: &usize| mask.count_ones() as usize == kept).collect();
    // Three masks per data set, with random chances.
    let mut before = Array2::<f64>::zeros((DATASETS, 1 << weights));
    for _ in 0..3 {
        (0..DATASETS).for_each(|d| before[[d, masks[rng.random_range(0..masks.len())]]] += 0.01 + rng.random::<f64>());
    }
    before /= before.sum();
    let (after, counts) = shuffled(&before, first, second);
    let information = law::information(after.view());
    let most = ((second + 1) as f64).ln();
    // Data set d keeps d of the smaller layer, and the rest in the other.
    let fixed = Array2::from_shape_fn((second + 1, 1 << weights), |(d, mask)| {
        let wanted = ((1 << d) - 1) << first | ((1 << (kept - d)) - 1);
        if mask == wanted { 1.0 / (second + 1) as f64 } else { 0.0 }
    });
    Ok(vec![
        information.into(),
        (information - law::information(counts.view())).abs().into(),
        law::information(before.view()).into(),
        (information / most).into(),
        (law::information(shuffled(&fixed, first, second).0.view()) / most).into(),
    ])
}

/// The bound, or the false sibling: a shuffled mask knows nothing.
#[derive(Debug)]
pub struct ShuffledMasksKnowLittle {
    nothing: bool,
}

/// The claim.
pub static CLAIM: ShuffledMasksKnowLittle = ShuffledMasksKnowLittle { nothing: false };
static FALSE: ShuffledMasksKnowLittle = ShuffledMasksKnowLittle { nothing: true };

impl ShuffledMasksKnowLittle {
    fn of_laws(&self, point: &Point<'_>) -> Vec<Finding> {
        let limit = |version, column, limit| Limit { version, ours: true, column, limit }.judge(point, Vec::new());
        let missing: Vec<f64> = point.numbers("attained").iter().map(|share| (1.0 - share).abs()).collect();
        let attained = Limit { version: "attained", ours: true, column: "distance from 1", limit: TOLERANCE };
        let (after, before) = (point.numbers("shuffled"), point.numbers("before"));
        let gained: Vec<f64> = after.iter().zip(&before).map(|(after, before)| after / before).collect();
        let processing = Limit { version: "no gain", ours: true, column: "after / before", limit: 1.0 + TOLERANCE };
        vec![
            limit("the layer counts", "defect", TOLERANCE),
            limit("as stated", "share", if self.nothing { 0.0 } else { 1.0 + TOLERANCE }),
            attained.judge_values(point, &missing, Vec::new()),
            processing.judge_values(point, &gained, Vec::new()),
        ]
    }

    fn of_network(&self, point: &Point<'_>) -> Vec<Finding> {
        let kept = LAYERS.iter().sum::<u64>() - point.number("pruned") as u64;
        let splits = bits(upper::layer_counts(&LAYERS, kept));
        let limits =
            [("as stated", if self.nothing { 0.0 } else { 6.0_f64.log2() }), ("possible splits", splits + TOLERANCE)];
        limits
            .map(|(version, limit)| {
                Limit { version, ours: true, column: "shuffled_bits", limit }.judge(point, Vec::new())
            })
            .to_vec()
    }
}

impl Claim for ShuffledMasksKnowLittle {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let (draws, rules, pruned, inits) = match effort {
            Effort::Smoke => (20, "snip,grasp", "8,11,17", 4),
            Effort::Normal => (200, "imp,magnitude-after,snip,grasp", "lin(1,20,20)", 50),
            Effort::Paper => (2000, "imp,magnitude-after,snip,grasp", "lin(1,20,20)", 200),
        };
        vec![
            Evidence::fixed(&SCHEMA, &COLUMNS, draws, one, &[("second", "2,3,4")]),
            Evidence::Sim {
                id: "mask_information_toy",
                settings: vec![Assignment::own("rule", rules), Assignment::own("pruned", pruned)],
                columns: SIM_COLUMNS,
                replicas: Replicas::Fixed(inits),
            },
        ]
    }

    fn judge(&self, seen: &[Table], _: &Level) -> Vec<Finding> {
        let of = |table: &Table, point: &Point<'_>| match table.position("shuffled_bits") {
            Some(_) => self.of_network(point),
            None => self.of_laws(point),
        };
        seen.iter().flat_map(|table| points(table).into_iter().flat_map(move |point| of(table, &point))).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffle_keeps_the_counts_and_spreads_the_rest() {
        // Layers of 2 + 1, one kept: data set 0 keeps weight 0, data set 1 weight 2.
        let mut before = Array2::zeros((2, 8));
        before[[0, 0b001]] = 0.5;
        before[[1, 0b100]] = 0.5;
        let (after, counts) = shuffled(&before, 2, 1);
        assert_eq!((after[[0, 0b001]], after[[0, 0b010]], after[[1, 0b100]]), (0.25, 0.25, 0.5));
        assert_eq!((counts[[0, 0]], counts[[1, 1]]), (0.5, 0.5));
    }
}
