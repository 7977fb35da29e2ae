//! # What estimators make of known information
//!
//! On laws whose information is known in closed form the plug-in entropy falls short, Miller and Madow's correction may
//! overshoot, InfoNCE stops at the logarithm of its batch, and NWJ is right on average with values on both sides. No estimate is
//! worth more than its ceiling.
//!
//! ## Source
//! The report is ours; the ceiling is that of arXiv 1811.04251. The estimates answer arXiv 2402.01089, Sec. 6. `kumar2024no`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. Independent draws from the law; the critic is the best one, fixed before the batch.
//!
//! ## Bound
//! E plug-in <= H(m); plug-in <= ln N; E InfoNCE <= I, InfoNCE <= ln N; E NWJ <= I; the lower limits hold with their confidence.
//!
//! ## Checked here
//! Means over batches against the table simulated before, cell by cell; each of the bounds above.
//!
//! ## Not checked here
//! Learned critics, nearest neighbours and binning: the first would be an experiment, the others are no bounds.
//!
//! ## Gaps to the paper
//! The paper takes 32000 samples as exact at about 9 bits and 1000 as enough: the latter is .4 to .65 bit short.

use super::estimator_batches::{
    CONFIDENCE, COPIES_COLUMNS, COPIES_SCHEMA, MASKS_COLUMNS, MASKS_SCHEMA, copies, copy_mask, masks, size,
};
use super::{KUMAR, SUBJECT};
use crate::average::Average;
use crate::limit::Limit;
use crate::point::{Point, points};
use crate::reference::Reference;
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Symbol, Verdict, Witness};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::information::copy_mask::CopyMask;
use prunelaw_engine::statistics::mean::Mean;
use prunelaw_engine::statistics::{Interval, binomial};
use prunelaw_engine::table::Table;
use std::f64::consts::LN_2;

/// Means are told from their bounds at 4.75 standard errors.
const LEVEL: f64 = 1e-6;
/// A mean this far above its bound would matter; less is not told from it. In nats.
const TOLERANCE: f64 = 0.05;

static CARD: Card = Card {
    id: "information_estimators_report",
    was: None,
    subject: &SUBJECT,
    class: Class::Control,
    says: "plug-in, Miller-Madow, InfoNCE, NWJ against closed-form truth, ceilings shown",
    statement: "On laws with known information, sampled in batches of N: the plug-in entropy is below the truth on average and \
                never above ln N; so is InfoNCE; NWJ holds on average and not batch by batch; lower limits hold with the \
                confidence that they state.",
    source: "ours, for the estimates of arXiv 2402.01089, Sec. 6; the ceiling ln N is that of arXiv 1811.04251",
    reference: KUMAR,
    provenance: Provenance::Simulated,
    symbols: &[
        Symbol { letter: "N", name: "batch", meaning: "independent masks, or pairs of data and mask; count" },
        Symbol {
            letter: "H(m)",
            name: "entropy",
            meaning: "of the mask: the information of a pruner without noise; nats",
        },
        Symbol { letter: "r, q", name: "pairs, flip", meaning: "bits copied into the mask, and the chance of a flip" },
        Symbol { letter: "I", name: "information", meaning: "r (ln 2 - h(q)); nats" },
    ],
    assumptions: &[Assumption {
        name: "independent",
        says: "draws are independent; the critic is fixed before the batch",
    }],
    bound: "E plug-in <= H(m); plug-in <= ln N; E InfoNCE <= I; InfoNCE <= ln N; limits fail at rate .001 at most",
    checked: &[
        "masks: uniform on C(12,4) and C(16,2) subsets, on 512 and 1792 values; N = 100 to 40000; each mean within four \
         combined standard errors of the one batch simulated before",
        "copies through a noisy channel: r = 4, 8, 20 and q = 0, .05, .1, .5; N = 64, 512, and 4096 at q = .1: InfoNCE and \
         NWJ with the best critic",
        "the bounds: means by 4.75 standard errors (0.05 nats is the smallest excess that matters), ceilings in every batch",
        "lower limits by plug-in, collisions and identification among 16 data sets, all batches together: at most as many \
         failures as a rate of .001 allows at 1e-6",
        "masks of the top 4 of 12 scores are uniform: chi-square over the 495 cells, p above 1e-6",
    ],
    not_checked: &["learned critics", "nearest neighbours and binning, which are no bounds here and are not offered"],
    gaps: &[
        "the plug-in entropy of a noisy pruner's masks estimates H(m), not I: at q = 1/2 it says r ln 2 where I = 0. The false \
         sibling takes it for I",
        "the table simulated before has one batch per cell, as far as it says: its spread is taken from ours",
    ],
    power: "no alternative of interest for the bounds, which are theorems; a cell of the table that is off by five spreads of \
            one batch is seen surely",
    about: "the real-number laws, by draws",
    protocol: 1,
};

/// One batch each, simulated before: masks, N, plug-in and Miller-Madow in nats (NaN where there is none).
const MASK_TABLE: [(&str, f64, f64, f64); 10] = [
    ("subsets-12-4", 100.0, 4.484, 4.939),
    ("subsets-12-4", 1000.0, 5.944, 6.161),
    ("subsets-12-4", 40_000.0, 6.198, 6.2042),
    ("subsets-16-2", 100.0, 4.234, 4.599),
    ("subsets-16-2", 1000.0, 4.734, 4.794),
    ("subsets-16-2", 40_000.0, 4.7864, 4.7879),
    ("uniform-512", 1000.0, 8.578 * LN_2, f64::NAN),
    ("uniform-512", 32_000.0, 8.988 * LN_2, f64::NAN),
    ("uniform-1792", 1000.0, 9.461 * LN_2, f64::NAN),
    ("uniform-1792", 32_000.0, 10.766 * LN_2, f64::NAN),
];
/// The last digit of the table, half of which is its rounding.
const DIGIT: f64 = 1e-3;

/// Simulated before at q = .1: r, N, InfoNCE, NWJ.
const COPY_TABLE: [(f64, f64, f64, f64); 6] = [
    (8.0, 64.0, 2.972, 3.302),
    (8.0, 512.0, 2.969, 3.026),
    (8.0, 4096.0, 2.938, 2.944),
    (20.0, 64.0, 4.039, 7.600),
    (20.0, 512.0, 5.635, 7.594),
    (20.0, 4096.0, 6.622, 7.286),
];

/// The report, or its false sibling: the entropy of the masks is the information of any pruner.
#[derive(Debug)]
pub struct InformationEstimatorsReport {
    noise_is_information: bool,
}

/// The report.
pub static CLAIM: InformationEstimatorsReport = InformationEstimatorsReport { noise_is_information: false };
static FALSE: InformationEstimatorsReport = InformationEstimatorsReport { noise_is_information: true };

/// The mean of a column, which is at most `bound`.
fn at_most(version: &'static str, point: &Point<'_>, column: &str, bound: f64) -> Finding {
    let band = Interval { low: f64::NEG_INFINITY, high: bound + TOLERANCE };
    let average = Average { version, ours: true, band, scale: 1.0 };
    average.judge(column, point.at(), &point.numbers(column), &Level { alpha: LEVEL }, 1)
}

/// Our mean beside one batch of others.
fn like(point: &Point<'_>, version: &'static str, column: &str, value: f64) -> Option<Finding> {
    let ours = Mean::of(&point.numbers(column)).ok().filter(|_| value.is_finite())?;
    let error = ours.standard_deviation.hypot(0.5 * DIGIT);
    Some(Reference { version, value, error }.reproduced(point, ours.mean, ours.standard_error))
}

/// Rows of both kinds in which a lower limit lies above the truth, and all of them.
fn coverage(points: &[Point<'_>]) -> Option<Finding> {
    let mut fails = (0_u64, 0_u64);
    for point in points {
        for (column, truth) in limits(point) {
            let above = |limit: &f64| !(*limit <= truth + 1e-9);
            let limits = point.numbers(column);
            fails =
                (fails.0 + limits.iter().filter(|limit| above(limit)).count() as u64, fails.1 + limits.len() as u64);
        }
    }
    let (failures, trials) = fails;
    let p_value = binomial::at_least(failures, trials, 1.0 - CONFIDENCE);
    let seen = format!("{failures} of {trials} lower limits above the truth, claimed at most .001; p {p_value:.1e}");
    let margin = 1.0 - failures as f64 / (trials as f64 * (1.0 - CONFIDENCE));
    let verdict = if trials == 0 {
        Verdict::Inconclusive { replicas_needed: None, because: seen.clone() }
    } else if p_value < LEVEL {
        Verdict::Violated { margin, witness: Witness { at: Vec::new(), replica: None, seen: seen.clone() } }
    } else {
        // Not refuted, as for every bound that is a theorem.
        Verdict::Holds { margin: margin.max(0.0) }
    };
    Some(Finding {
        version: "lower limits",
        ours: true,
        point: Vec::new(),
        verdict,
        p_value: Some(p_value),
        replicas: points.first()?.rows.len() as u64,
        failures: Some(failures),
        claimed_rate: Some(1.0 - CONFIDENCE),
        seen,
    })
}

/// The columns with lower limits, and what they limit.
fn limits(point: &Point<'_>) -> Vec<(&'static str, f64)> {
    match word_of(point) {
        Some(word) => vec![("limit", size(&word).ln()), ("collision_limit", size(&word).ln())],
        None => {
            let toy = toy(point);
            vec![("limit", toy.entropy()), ("identification", toy.information())]
        }
    }
}

/// The law of the masks at a point that has one.
fn word_of(point: &Point<'_>) -> Option<String> {
    point.at().iter().any(|(name, _)| name == "masks").then(|| point.word("masks"))
}

fn toy(point: &Point<'_>) -> CopyMask {
    copy_mask(point.number("pairs"), point.number("flip")).expect("the fields have its ranges")
}

impl InformationEstimatorsReport {
    fn of_masks(word: &str, point: &Point<'_>) -> Vec<Finding> {
        let (batch, truth) = (point.number("batch"), size(word).ln());
        let ceiling = Limit { version: "ceiling of plug-in", ours: true, column: "plug_in", limit: batch.ln() };
        let mut findings = vec![at_most("plug-in", point, "plug_in", truth), ceiling.judge(point, Vec::new())];
        let known = MASK_TABLE.into_iter().find(|(masks, n, ..)| *masks == word && *n == batch);
        if let Some((.., plug_in, miller_madow)) = known {
            let table = [("plug-in, table", "plug_in", plug_in), ("Miller-Madow, table", "miller_madow", miller_madow)];
            findings
                .extend(table.into_iter().filter_map(|(version, column, value)| like(point, version, column, value)));
        }
        if word == "subsets-12-4" && batch >= 40_000.0 {
            // The smallest p of all batches, as one test.
            let p = point.numbers("uniform_p");
            let smallest = p.iter().copied().fold(1.0, f64::min) * p.len() as f64;
            let seen = format!("smallest of {} chi-square p-values, times their number: {smallest:.2e}", p.len());
            let verdict = if smallest > LEVEL {
                Verdict::Holds { margin: 1.0 - LEVEL / smallest }
            } else {
                let witness = Witness { at: point.at(), replica: None, seen: seen.clone() };
                Verdict::Violated { margin: smallest / LEVEL - 1.0, witness }
            };
            findings.push(Finding { version: "top-s masks are uniform", verdict, seen, ..findings[0].clone() });
        }
        findings
    }

    fn of_copies(&self, point: &Point<'_>) -> Vec<Finding> {
        let (toy, batch) = (toy(point), point.number("batch"));
        let truth = if self.noise_is_information { toy.information() } else { toy.entropy() };
        let mut findings = vec![
            at_most("plug-in", point, "plug_in", truth),
            at_most("InfoNCE", point, "info_nce", toy.information()),
            Limit { version: "ceiling of InfoNCE", ours: true, column: "info_nce", limit: batch.ln() + 1e-12 }
                .judge(point, Vec::new()),
        ];
        let known = COPY_TABLE
            .into_iter()
            .find(|(pairs, n, ..)| (*pairs, *n, 0.1) == (point.number("pairs"), batch, point.number("flip")));
        if let Some((.., info_nce, nwj)) = known {
            let table = [("InfoNCE, table", "info_nce", info_nce), ("NWJ, table", "nwj", nwj)];
            findings
                .extend(table.into_iter().filter_map(|(version, column, value)| like(point, version, column, value)));
        }
        findings
    }
}

impl Claim for InformationEstimatorsReport {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let replicas = 200;
        let masks = |words: &str, batch: &str| {
            Evidence::fixed(&MASKS_SCHEMA, &MASKS_COLUMNS, replicas, masks, &[("masks", words), ("batch", batch)])
        };
        let copies = |pairs: &str, flip: &str, batch: &str| {
            let settings = [("part", "copies"), ("pairs", pairs), ("flip", flip), ("batch", batch)];
            Evidence::fixed(&COPIES_SCHEMA, &COPIES_COLUMNS, replicas, copies, &settings)
        };
        let mut evidence = vec![
            masks("subsets-12-4,subsets-16-2", "100,1000"),
            masks("uniform-512,uniform-1792", "1000"),
            copies("4,8,20", "0,0.1,0.5", "64,512"),
        ];
        if effort != Effort::Smoke {
            evidence.push(copies("4,8,20", "0.05", "64,512"));
            evidence.push(masks("subsets-12-4,subsets-16-2", "40000"));
            evidence.push(masks("uniform-512,uniform-1792", "32000"));
            evidence.push(copies("8,20", "0.1", "4096"));
        }
        evidence
    }

    fn judge(&self, seen: &[Table], _: &Level) -> Vec<Finding> {
        let points: Vec<Point<'_>> = seen.iter().flat_map(points).collect();
        let of = |point: &Point<'_>| match word_of(point) {
            Some(word) => Self::of_masks(&word, point),
            None => self.of_copies(point),
        };
        points.iter().flat_map(of).chain(coverage(&points)).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_speaks_of_the_truths_of_the_sheet() {
        for (word, nats) in [("subsets-12-4", 6.2046), ("subsets-16-2", 4.7875), ("uniform-512", 9.0 * LN_2)] {
            assert!((size(word).ln() - nats).abs() < 1e-4, "{word}");
        }
        assert!((size("uniform-1792").ln() / LN_2 - 10.807).abs() < 1e-3);
        assert!((copy_mask(20.0, 0.1).unwrap().information() - 7.361).abs() < 1e-3);
    }
}
