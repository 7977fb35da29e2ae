//! # Good masks exist where neither blind nor fast rules find them
//!
//! Of an untrained network of 21 parameters every mask is tried. With 5 or 7 parameters kept, some mask fits the labels of a
//! fifth and more of all data sets, without training a weight. No mask that is the same for all data sets comes near, even if the
//! weights are then trained; and rules that look at the data for a moment do not find the good ones.
//!
//! ## Source
//! arXiv 2402.01089, Sec. 1 and 6, says it in words; the enumeration and its numbers are ours. `kumar2024no`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. Initial weights of the enumerated network; a fit is the right sign at all six points.
//!
//! ## Decision
//! Paired differences over initializations above [`EFFECT`] of all data sets, by t tests at the level of the call.
//!
//! ## Checked here
//! 16 and 14 of 21 pruned, at `smoke` 16 alone.
//!
//! ## Not checked here
//! How long the best rule would have to search: going through all masks takes 2^21 steps here.
//!
//! ## Gaps to the paper
//! The paper trains after pruning; a mask on untrained weights is the harder case, which favours its conclusion less.

use super::{KUMAR, SUBJECT};
use crate::average::Average;
use crate::limit::Limit;
use crate::point::{Point, points};
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Replicas, Symbol};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::settings::Assignment;
use prunelaw_engine::statistics::Interval;
use prunelaw_engine::table::Table;

/// The smallest difference that matters: a twentieth of all data sets.
pub const EFFECT: f64 = 0.05;
/// What one mask fits without training at most: one of 64 labellings at every choice of points.
pub const ONE_MASK: f64 = 1.0 / 64.0;

static CARD: Card = Card {
    id: "tickets_exist_not_found_fast",
    was: None,
    subject: &SUBJECT,
    class: Class::Empirical,
    says: "enumerated 21-parameter network: the best mask fits what no data-agnostic mask does",
    statement: "With 5 or 7 of 21 parameters kept, the share of the 1792 data sets whose labels some mask of the untrained network \
                fits exceeds, in the mean over initializations and by more than a twentieth, that which the masks of SynFlow and of \
                initial magnitude fit after training, and that which SNIP, GraSP, magnitude after training and iterative magnitude \
                pruning find a mask for.",
    source: "in words arXiv 2402.01089, Sec. 1 and 6; the enumeration is ours",
    reference: KUMAR,
    provenance: Provenance::Simulated,
    symbols: &[
        Symbol {
            letter: "",
            name: "fitted_best",
            meaning: "share of data sets fitted by some mask, untrained; in [0, 1]",
        },
        Symbol {
            letter: "",
            name: "fitted",
            meaning: "share fitted by the rule's mask, after `steps` steps; in [0, 1]",
        },
        Symbol { letter: "", name: "pruned", meaning: "pruned parameters of 21; count" },
    ],
    assumptions: &[Assumption {
        name: "fit",
        says: "a data set is fitted if the output has its label's sign at all six points",
    }],
    bound: "mean over initializations of best - largest of the rules, above .05; one mask without training: at most 1/64",
    checked: &[
        "best of all masks, untrained, against SynFlow's and initial magnitude's masks with 500 steps of training",
        "best of all masks against what SNIP, GraSP, magnitude after training and iterative magnitude pruning find, both on \
         untrained weights",
        "a mask that is the same for all data sets fits at most 1/64 of them without training",
    ],
    not_checked: &["other data-agnostic masks than those of two rules, trained", "the time of better searches"],
    gaps: &[
        "at 10 and more parameters kept the trained data-agnostic masks catch up: nothing is claimed there",
        "iterative magnitude pruning with training after it fits more than the best untrained mask: it is the training that does it",
    ],
    power: "alternative: the leads seen before, .14 to .28 with spreads over initializations of .07 to .23: 60 of them decide each \
            at 1e-5 with power above 0.8",
    about: "the floating-point program, f64; masks are enumerated completely",
    protocol: 1,
};

const COLUMNS: &[&str] = &["fitted", "fitted_best"];
/// Rules without data, whose masks are trained.
const BLIND: [&str; 2] = ["synflow", "magnitude"];
/// Rules that look at the data.
const FAST: [&str; 4] = ["imp", "magnitude-after", "snip", "grasp"];

/// The finding, or its false sibling: fast rules find the best masks.
#[derive(Debug)]
pub struct TicketsExistNotFoundFast {
    found_fast: bool,
}

/// The claim.
pub static CLAIM: TicketsExistNotFoundFast = TicketsExistNotFoundFast { found_fast: false };
static FALSE: TicketsExistNotFoundFast = TicketsExistNotFoundFast { found_fast: true };

/// Points at which these rules stand, grouped by how much is pruned.
fn sizes<'p, 't>(points: &'p [Point<'t>], rules: &[&str]) -> Vec<Vec<&'p Point<'t>>> {
    let mut chosen: Vec<&Point<'_>> =
        points.iter().filter(|point| rules.contains(&point.word("rule").as_str())).collect();
    chosen.sort_by(|a, b| a.number("pruned").total_cmp(&b.number("pruned")));
    chosen.chunk_by(|a, b| a.number("pruned") == b.number("pruned")).map(<[_]>::to_vec).collect()
}

/// Per initialization that all of them have: the best mask less the best of these rules.
fn lead(rules: &[&Point<'_>]) -> Vec<f64> {
    let fitted: Vec<Vec<f64>> = rules.iter().map(|point| point.numbers("fitted")).collect();
    let best = rules[0].numbers("fitted_best");
    let most = |r: usize| fitted.iter().map(|fitted| fitted[r]).fold(f64::NEG_INFINITY, f64::max);
    let common = fitted.iter().map(Vec::len).min().unwrap_or(0);
    (0..common).map(|r| best[r] - most(r)).collect()
}

impl Claim for TicketsExistNotFoundFast {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let (inits, pruned, fast) = match effort {
            Effort::Smoke => (20, "16", "snip,grasp"),
            Effort::Normal => (60, "14,16", "imp,magnitude-after,snip,grasp"),
            Effort::Paper => (200, "14,16", "imp,magnitude-after,snip,grasp"),
        };
        let sim = |rules: &str, steps: &str| {
            let settings = [("rule", rules), ("pruned", pruned), ("steps", steps)];
            Evidence::Sim {
                id: "mask_information_toy",
                settings: settings.iter().map(|(key, value)| Assignment::own(key, *value)).collect(),
                columns: COLUMNS,
                replicas: Replicas::Fixed(inits),
            }
        };
        vec![sim(&format!("{fast},{}", BLIND.join(",")), "0"), sim(&BLIND.join(","), "500")]
    }

    fn judge(&self, seen: &[Table], level: &Level) -> Vec<Finding> {
        let [untrained, trained] = seen else { return Vec::new() };
        let (untrained, trained) = (points(untrained), points(trained));
        let (fast, blind) = (sizes(&untrained, &FAST), sizes(&trained, &BLIND));
        let count = fast.len() + blind.len();
        let more = Interval { low: EFFECT, high: f64::INFINITY };
        let found = Interval { low: f64::NEG_INFINITY, high: EFFECT };
        let judge = |version, band, rules: &Vec<&Point<'_>>| {
            let at = rules[0].at().into_iter().filter(|(name, _)| name == "pruned").collect();
            Average { version, ours: true, band, scale: 1.0 }.judge(
                "lead of the best mask",
                at,
                &lead(rules),
                level,
                count,
            )
        };
        let fast_band = if self.found_fast { found } else { more };
        let fast = fast.iter().map(|rules| judge("not found fast", fast_band, rules));
        let blind = blind.iter().map(|rules| judge("beyond masks without data", more, rules));
        let one = untrained.iter().filter(|point| BLIND.contains(&point.word("rule").as_str()));
        let one_mask = Limit { version: "one mask", ours: true, column: "fitted", limit: ONE_MASK };
        fast.chain(blind).chain(one.map(|point| one_mask.judge(point, Vec::new()))).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prunelaw_engine::table::{Cell, Column};

    #[test]
    fn the_lead_is_over_the_best_of_the_rules_at_each_size() {
        let columns = [
            Column::text("rule", ""),
            Column::integer("pruned", "1", ""),
            Column::integer("replica", "1", ""),
            Column::real("fitted", "1", ""),
            Column::real("fitted_best", "1", ""),
        ];
        let mut table = Table::new(&columns);
        for (rule, pruned, fitted) in
            [("grasp", 14_usize, 0.1), ("grasp", 16, 0.2), ("snip", 14, 0.3), ("snip", 16, 0.1)]
        {
            for replica in 0..2_usize {
                let row: [Cell; 5] = [rule.into(), pruned.into(), replica.into(), fitted.into(), 0.5.into()];
                table.rows.push(row.to_vec());
            }
        }
        let points = points(&table);
        let leads: Vec<Vec<f64>> = sizes(&points, &FAST).iter().map(|rules| lead(rules)).collect();
        assert_eq!(leads, [[0.2, 0.2], [0.3, 0.3]]);
        assert!(sizes(&points, &BLIND).is_empty());
        // An initialization that one rule lacks counts for none.
        table.rows.pop();
        let points = crate::point::points(&table);
        assert_eq!(lead(&sizes(&points, &FAST)[1]), [0.3]);
    }
}
