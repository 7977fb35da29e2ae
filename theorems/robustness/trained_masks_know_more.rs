//! # Masks found by training know more about the data than masks made at initialization
//!
//! On a network of 21 parameters and 1792 equally likely data sets the information of a mask is a sum, not an estimate. Averaged
//! over initializations, iterative magnitude pruning and magnitude after training know about nine bits, SNIP and GraSP two less,
//! and rules that do not look at the data nothing.
//!
//! ## Source
//! arXiv 2402.01089, Sec. 6 and Fig. 4 (left). `kumar2024no`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. Every training is finite.
//!
//! ## Decision
//! Paired differences over initializations, 4.75 standard errors; exact zeros; the table simulated before within four combined
//! standard errors.
//!
//! ## Checked here
//! 5, 9, 12 and 14 of 21 pruned. The order of SNIP and GraSP is not claimed: it changes with the initialization.
//!
//! ## Not checked here
//! Cross-entropy (Fig. 4, right), whose network is ambiguous in the paper.
//!
//! ## Gaps to the paper
//! The paper does not say its data law, its number of initializations, nor how biases are treated.

use super::{KUMAR, SUBJECT};
use crate::average::Average;
use crate::limit::Limit;
use crate::point::{Point, points};
use crate::reference::Reference;
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Replicas, Symbol};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::settings::Assignment;
use prunelaw_engine::statistics::Interval;
use prunelaw_engine::statistics::mean::Mean;
use prunelaw_engine::table::Table;

/// Means are told from 0 at 4.75 standard errors.
const LEVEL: f64 = 1e-6;
/// The table gates from so many initializations on.
const ENOUGH: usize = 20;

static CARD: Card = Card {
    id: "trained_masks_know_more",
    was: None,
    subject: &SUBJECT,
    class: Class::Exact,
    says: "enumerated toy: IMP and magnitude-after > GraSP, SNIP > SynFlow = 0",
    statement: "On the enumerated network, at 5 to 14 of 21 parameters pruned, the mean information over initializations of masks by \
                iterative magnitude pruning and by magnitude after training exceeds that of SNIP and GraSP masks, which exceeds \
                that of rules without data: exactly 0.",
    source: "arXiv 2402.01089, Sec. 6 and Fig. 4 (left); data law, initial law and means over initializations are ours",
    reference: KUMAR,
    provenance: Provenance::Simulated,
    symbols: &[
        Symbol {
            letter: "I(m; D | init)",
            name: "bits",
            meaning: "H(m | init) over 1792 equally likely data sets; bits",
        },
        Symbol { letter: "", name: "pruned", meaning: "pruned parameters of 21, biases among them; count" },
        Symbol { letter: "", name: "rule", meaning: "imp, magnitude-after, snip, grasp, synflow, magnitude" },
    ],
    assumptions: &[Assumption { name: "finite", says: "every training ends in finite weights" }],
    bound: "differences of means above 0; SynFlow and magnitude at initialization 0 bits; at most log2 1792 = 10.81 and \
            log2 C(21, k) bits",
    checked: &[
        "paired differences over initializations at 5, 9, 12 and 14 pruned, 4.75 standard errors",
        "means of SNIP and GraSP above 0; SynFlow and magnitude at initialization exactly 0",
        "gating from 20 initializations on: means over 40 initializations simulated before: 8.90, 8.54, 5.84 bits (magnitude \
         after training at 8, 11, 17 pruned), shuffled 1.56, 1.58, 1.39; SNIP 6.75 and GraSP 7.12 at 9",
        "reported: the table of three initializations, what 1000 and 32000 sampled data sets miss, and the readings of the \
         published figure",
    ],
    not_checked: &["the order of SNIP and GraSP", "cross-entropy"],
    gaps: &[
        "1000 samples are not enough near the plateau: .6 bit short, where the paper sees no change from 1000 to 32000",
        "masks made at initialization are not poor here: 5 to 8 of 10.8 bits; only rules without data know nothing",
        "a size between two rounds of iterative pruning is reached by pruning less in the later round; ties by index",
    ],
    power: "alternative: half the differences seen, 1 bit with spread 1.4 over initializations: 50 of them decide it at 1e-6 with \
            power .6, and the differences seen, 1.8 to 3.1 bits, surely",
    about: "the floating-point program: training in f64, entropies exactly",
    protocol: 1,
};

const COLUMNS: &[&str] = &["bits", "shuffled_bits", "plug_in_1000", "plug_in_32000"];

/// Claimed differences: the rule that knows more, and the one that knows less.
const PAIRS: [(&str, &str, &str); 4] = [
    ("imp > snip", "imp", "snip"),
    ("imp > grasp", "imp", "grasp"),
    ("magnitude-after > snip", "magnitude-after", "snip"),
    ("magnitude-after > grasp", "magnitude-after", "grasp"),
];
/// Sizes at which they are claimed.
const AT: [f64; 4] = [5.0, 9.0, 12.0, 14.0];

/// Means and spreads over 40 initializations, simulated before: rule, pruned, column, mean, spread.
const TABLE: [(&str, f64, &str, f64, f64); 8] = [
    ("magnitude-after", 8.0, "bits", 8.90, 0.41),
    ("magnitude-after", 11.0, "bits", 8.54, 0.58),
    ("magnitude-after", 17.0, "bits", 5.84, 1.11),
    ("magnitude-after", 8.0, "shuffled_bits", 1.56, 0.18),
    ("magnitude-after", 11.0, "shuffled_bits", 1.58, 0.15),
    ("magnitude-after", 17.0, "shuffled_bits", 1.39, 0.19),
    ("snip", 9.0, "bits", 6.75, 1.29),
    ("grasp", 9.0, "bits", 7.12, 1.50),
];
const TABLE_INITS: f64 = 40.0;

/// Means over three initializations, simulated before: rule, pruned, bits.
const THREE: [(&str, f64, f64); 12] = [
    ("magnitude-after", 5.0, 9.22),
    ("magnitude-after", 9.0, 9.25),
    ("magnitude-after", 12.0, 8.82),
    ("magnitude-after", 14.0, 8.09),
    ("imp", 9.0, 9.42),
    ("imp", 12.0, 8.88),
    ("imp", 14.0, 8.00),
    ("snip", 5.0, 6.09),
    ("snip", 12.0, 6.83),
    ("grasp", 5.0, 6.60),
    ("grasp", 9.0, 7.84),
    ("grasp", 12.0, 7.40),
];

/// Read off the published figure, to .1: rule, pruned, bits.
const READINGS: [(&str, f64, f64); 4] =
    [("magnitude-after", 9.0, 8.95), ("imp", 9.0, 8.8), ("snip", 9.0, 7.1), ("snip", 12.0, 7.1)];

/// The finding, or its false sibling: what is pruned at initialization knows nothing.
#[derive(Debug)]
pub struct TrainedMasksKnowMore {
    blind_at_init: bool,
}

/// The claim.
pub static CLAIM: TrainedMasksKnowMore = TrainedMasksKnowMore { blind_at_init: false };
static FALSE: TrainedMasksKnowMore = TrainedMasksKnowMore { blind_at_init: true };

fn at<'p, 't>(points: &'p [Point<'t>], rule: &str, pruned: f64) -> Option<&'p Point<'t>> {
    points.iter().find(|point| point.word("rule") == rule && point.number("pruned") == pruned)
}

/// Paired differences at one size.
fn differences(points: &[Point<'_>], pruned: f64) -> Vec<Finding> {
    let of = |(version, more, less): (&'static str, &str, &str)| {
        let (more, less) = (at(points, more, pruned)?, at(points, less, pruned)?);
        let gained: Vec<f64> = more.numbers("bits").iter().zip(less.numbers("bits")).map(|(a, b)| a - b).collect();
        let band = Interval { low: 0.0, high: f64::INFINITY };
        let average = Average { version, ours: true, band, scale: 1.0 };
        Some(average.judge("difference in bits", more.at(), &gained, &Level { alpha: LEVEL }, 1))
    };
    PAIRS.into_iter().filter_map(of).collect()
}

impl TrainedMasksKnowMore {
    /// What is exactly 0, and what is not.
    fn zeros(&self, point: &Point<'_>) -> Vec<Finding> {
        let nothing = |version| Limit { version, ours: true, column: "bits", limit: 0.0 }.judge(point, Vec::new());
        match point.word("rule").as_str() {
            "synflow" | "magnitude" => vec![nothing("without data")],
            "snip" | "grasp" if self.blind_at_init => vec![nothing("at initialization")],
            "snip" | "grasp" => {
                let band = Interval { low: 0.0, high: f64::INFINITY };
                let average = Average { version: "above 0", ours: true, band, scale: 1.0 };
                vec![average.judge("bits", point.at(), &point.numbers("bits"), &Level { alpha: LEVEL }, 1)]
            }
            _ => Vec::new(),
        }
    }

    fn beside_others(point: &Point<'_>) -> Vec<Finding> {
        let (rule, pruned) = (point.word("rule"), point.number("pruned"));
        let here = |of: &str, at: f64| rule == of && pruned == at;
        let mean = |column: &str| Mean::of(&point.numbers(column)).ok();
        let mut findings = Vec::new();
        for (_, _, column, value, spread) in TABLE.into_iter().filter(|(of, at, ..)| here(of, *at)) {
            let Some(ours) = mean(column) else { continue };
            let before = Reference { version: "40 inits, table", value, error: spread / TABLE_INITS.sqrt() };
            let gates = point.rows.len() >= ENOUGH;
            let compare = if gates { Reference::reproduced } else { Reference::beside };
            findings.push(compare(&before, point, ours.mean, ours.standard_error));
        }
        let readings = READINGS.into_iter().map(|(of, at, bits)| ("published figure", 1.0, of, at, bits));
        let three = THREE.into_iter().map(|(of, at, bits)| ("three inits, table", 3.0, of, at, bits));
        for (version, inits, _, _, value) in readings.chain(three).filter(|(_, _, of, at, _)| here(of, *at)) {
            let Some(ours) = mean("bits") else { continue };
            // Their spread is not known: ours, and the last digit.
            let error = (ours.standard_deviation / f64::sqrt(inits)).hypot(0.05);
            findings.push(Reference { version, value, error }.beside(point, ours.mean, ours.standard_error));
        }
        if here("magnitude-after", 8.0) {
            for (version, column, value) in [
                ("missed by 1000 samples, one init", "plug_in_1000", 9.243 - 8.594),
                ("missed by 32000 samples, one init", "plug_in_32000", 9.243 - 9.227),
            ] {
                let exact = point.numbers("bits");
                let missed: Vec<f64> = exact.iter().zip(point.numbers(column)).map(|(a, b)| a - b).collect();
                let Ok(ours) = Mean::of(&missed) else { continue };
                let before = Reference { version, value, error: ours.standard_deviation };
                findings.push(before.beside(point, ours.mean, ours.standard_error));
            }
        }
        findings
    }
}

impl Claim for TrainedMasksKnowMore {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let (inits, pruned) = match effort {
            Effort::Smoke => (2, "5,9"),
            Effort::Normal => (50, "5,8,9,11,12,14,17"),
            Effort::Paper => (200, "5,8,9,11,12,14,17"),
        };
        let rules = "imp,magnitude-after,snip,grasp,synflow,magnitude";
        vec![Evidence::Sim {
            id: "mask_information_toy",
            settings: vec![Assignment::own("rule", rules), Assignment::own("pruned", pruned)],
            columns: COLUMNS,
            replicas: Replicas::Fixed(inits),
        }]
    }

    fn judge(&self, seen: &[Table], _: &Level) -> Vec<Finding> {
        let points: Vec<Point<'_>> = seen.iter().flat_map(points).collect();
        let mut findings: Vec<Finding> = AT.into_iter().flat_map(|pruned| differences(&points, pruned)).collect();
        findings.extend(points.iter().flat_map(|point| self.zeros(point)));
        findings.extend(points.iter().flat_map(Self::beside_others));
        findings
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prunelaw_engine::table::{Cell, Column};

    /// Bits of every rule at 9 pruned, in 25 initializations.
    fn table(imp: f64) -> Table {
        let mut columns =
            vec![Column::text("rule", ""), Column::integer("pruned", "1", ""), Column::integer("replica", "1", "")];
        columns.extend(COLUMNS.iter().map(|name| Column::real(name, "bits", "")));
        let mut table = Table::new(&columns);
        let rules = [
            ("grasp", 6.8),
            ("imp", imp),
            ("magnitude", 0.0),
            ("magnitude-after", 8.9),
            ("snip", 6.7),
            ("synflow", 0.0),
        ];
        for (rule, bits) in rules {
            for replica in 0..25_usize {
                let bits = if bits > 0.0 { bits + 0.1 * (replica % 5) as f64 } else { 0.0 };
                let row: [Cell; 7] =
                    [rule.into(), 9_usize.into(), replica.into(), bits.into(), 1.5.into(), bits.into(), bits.into()];
                table.rows.push(row.to_vec());
            }
        }
        table
    }

    fn verdict(claim: &TrainedMasksKnowMore, imp: f64) -> &'static str {
        let findings = claim.judge(&[table(imp)], &Level { alpha: 1e-3 });
        crate::worst(findings.iter().filter(|finding| finding.ours)).name()
    }

    #[test]
    fn rules_that_train_have_to_know_more_and_blind_ones_nothing() {
        assert_eq!(
            (verdict(&CLAIM, 8.8), verdict(&CLAIM, 5.0), verdict(&FALSE, 8.8)),
            ("holds", "violated", "violated")
        );
    }
}
