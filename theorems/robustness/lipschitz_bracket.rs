//! # The bracket of a Lipschitz constant: what is below it, what is above, and in which order
//!
//! For a two-layer ReLU network: steepest secant and steepest sampled gradient <= exact <= all 2^k patterns <= Shor's
//! semidefinite bound <= eigenvalue bound, Shor's <= sqrt(pi/2) patterns, balanced spectral product <= path norm, exact <= path.
//!
//! ## Source
//! The methods of section 6 of the sheet; the semidefinite bound of arXiv 1906.04893 and Shor's agree. `fazlyab2019efficient`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. Two layers, ReLU, one output, all of R^d.
//!
//! ## Bound
//! The orders as stated. Generic hyperplanes cut R^d into sum_(i <= d) C(k, i) cells: a value is certified only if so many
//! were found. Rescaling a_j / t, t w_j, t b_j changes no function, and so neither exact, nor Shor's, nor the path.
//!
//! ## Checked here
//! All orders on random and on trained networks, the count of cells, the invariance; the table of the sheet as means.
//!
//! ## Not checked here
//! LipSDP by a solver of its own: its matrix inequality is looked at where Shor's dual says that it holds, and around.
//!
//! ## Gaps to the paper
//! Secant and sampled gradient are not ordered, nor are eigenvalue bound and path or spectral product.

use super::draw::{InputLaw, TwoLayer, signs};
use super::{FAZLYAB, SUBJECT};
use crate::limit::Limit;
use crate::point::{Point, points};
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Symbol, TrialError};
use ndarray::Array1;
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::lipschitz::lipsdp::Comparison;
use prunelaw_engine::lipschitz::{Domain, End, Method};
use prunelaw_engine::network::init::InitLaw;
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Domain as Range, Field, Schema, Settings};
use prunelaw_engine::table::{Column, Row, Table};

/// Rounding of certified ends.
const ROUNDING: f64 = 1e-9;
/// How far the dual behind Shor's bound may stay from its optimum.
const DUAL: f64 = 1e-6;
/// Relative difference that LipSDP and Shor's bound may have.
const LIPSDP: f64 = 1e-4;
/// Cap on the steps of training: two inputs take long.
const STEPS: u64 = 8000;
/// sqrt(pi/2).
const NESTEROV: f64 = 1.253_314_137_315_500_3;

static CARD: Card = Card {
    id: "lipschitz_bracket",
    was: None,
    subject: &SUBJECT,
    class: Class::Inequality,
    says: "secant <= exact, sampled <= exact <= 2^k <= SDP <= eigen; path, spectral",
    statement: "For every two-layer ReLU network the steepest secant and the steepest gradient found are at most the Lipschitz \
                constant; that is at most the largest gradient over all 2^k patterns, which is at most Shor's semidefinite \
                bound, which is at most the eigenvalue bound and sqrt(pi/2) times the patterns. The product of spectral norms \
                of the balanced network is at most its path norm, and the constant is at most either.",
    source: "section 6 of the sheet, derived there; the semidefinite bound: arXiv 1906.04893",
    reference: FAZLYAB,
    provenance: Provenance::Derived,
    symbols: &[
        Symbol { letter: "k", name: "neurons", meaning: "hidden neurons; count" },
        Symbol { letter: "d", name: "dimension", meaning: "inputs; count" },
        Symbol { letter: "n", name: "samples", meaning: "samples with random signs that trained networks fit; count" },
    ],
    assumptions: &[Assumption {
        name: "two layers",
        says: "one hidden ReLU layer with biases, one output, the domain is all of R^d",
    }],
    bound: "the orders as stated, within 1e-9 for rounding and 1e-6 where the dual of Shor's bound is solved; sqrt(pi/2) is \
            Nesterov's constant. Cells of generic hyperplanes: sum over i <= d of C(k, i)",
    checked: &[
        "all orders on 200 networks at `normal`, half random and half trained, (n, d, k) = (20, 2, 10), (20, 2, 14), (30, 3, \
         12), (40, 4, 14), (60, 8, 14)",
        "on random networks as many cells are found as generic hyperplanes have, in every one with d <= 4",
        "exact, Shor's bound and path norm of a randomly rescaled network",
        "LipSDP = Shor: the matrix of LipSDP is negative semidefinite at Shor's value, and no T tried around gives less",
        "the table of the sheet, as means over trained networks beside its single ones: reported, not gated",
    ],
    not_checked: &[
        "LipSDP (arXiv 1906.04893) by a solver of its own: its matrix inequality is checked at Shor's value, and values around it",
        "secant against sampled gradient, eigenvalue bound against path or spectral product: they are not ordered",
    ],
    gaps: &[
        "at d = 8 about one network in three has a cell too thin to be found: its value stands, without a certificate",
        "the constant is that of R^d: cells far from the data count",
        "in d >= k dimensions all patterns have a cell, and patterns are exact",
    ],
    power: "no chance enters: one network out of order refutes",
    about: "the real-number network: certified ends hold whatever rounding did; the exact value is as computed",
    protocol: 2,
};

static FIELDS: [Field; 4] = [
    field::SAMPLES.integer(20).axis(),
    field::DIMENSION.integer(2).axis(),
    field::NEURONS.integer(10).axis(),
    Field {
        help: "weights drawn from a standard normal law, or trained to fit random signs",
        ..field::LAW.within(Range::Choice(&["normal", "trained"])).text("normal").axis()
    },
];

static SCHEMA: Schema = Schema { when: "the trials of lipschitz_bracket", fields: &FIELDS, rules: &[] };

/// The methods whose ends are columns, in the order of the table.
const METHODS: [Method; 10] = [
    Method::Secant,
    Method::Sampled,
    Method::Ascent,
    Method::Exact,
    Method::Patterns,
    Method::Shor,
    Method::Eigenvalue,
    Method::Balanced,
    Method::Spectral,
    Method::Path,
];

static COLUMNS: [Column; 14] = [
    Column::real("secant", "1", "steepest secant between drawn points"),
    Column::real("sampled", "1", "largest gradient at drawn points"),
    Column::real("ascent", "1", "largest gradient that climbs come to"),
    Column::real("exact", "1", "the constant, by going through all cells"),
    Column::real(
        "patterns",
        "1",
        "largest gradient over all 2^k patterns; the constant where every pattern has a cell",
    ),
    Column::real("shor", "1", "Shor's semidefinite bound, with its certificate"),
    Column::real("eigenvalue", "1", "(|sum_j a_j w_j| + sqrt(k) |A|_op) / 2"),
    Column::real("balanced", "1", "product of spectral norms with |a_j| = |w_j|"),
    Column::real("spectral", "1", "product of spectral norms as they are"),
    Column::real("path", "1", "sum_j |a_j| |w_j|"),
    Column::real(
        "rescaled",
        "1",
        "largest relative change of exact, Shor's and path under a_j / t_j, t_j w_j, t_j b_j",
    ),
    Column::integer(
        "uncounted",
        "networks",
        "1 if fewer cells were found than generic hyperplanes have, and so no certificate",
    ),
    Column::real("lipsdp_defect", "1", "largest eigenvalue of LipSDP's matrix at Shor's value, over its largest entry"),
    Column::real("lipsdp_lowest", "1", "Shor's bound over the least value of LipSDP at other T"),
];

fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let (n, d, k) = (settings.count("samples"), settings.count("dimension"), settings.count("neurons"));
    let net = if settings.text("law") == "trained" {
        let x = InputLaw::Gaussian.draw(n, d, &key.child("data"));
        TwoLayer::trained(&x, &signs(n, &key.child("labels")), (k, true), STEPS, &key.child("network"))?
    } else {
        TwoLayer::random(k, d, true, &key.child("network"))
    };
    let ends = |net: &TwoLayer| -> Result<Vec<Option<End>>, TrialError> {
        METHODS.iter().map(|method| net.end(*method, Domain::All, &key.child("ends"))).collect()
    };
    let found = ends(&net)?;
    let exact = found[3].ok_or_else(|| TrialError("no exact constant".to_owned()))?;
    let value = |end: &Option<End>| end.map_or(exact.value, |end| end.value);
    let other = ends(&rescaled(&net, &key.child("scales")))?;
    let change = |at: usize| (value(&other[at]) / value(&found[at]) - 1.0).abs();
    let mut row: Row = found.iter().map(|end| value(end).into()).collect();
    row.push([3, 5, 9].into_iter().map(change).fold(0.0, f64::max).into());
    row.push(usize::from(!exact.certified).into());
    let lipsdp = Comparison::of(&net.inner, &net.outer, &key.child("lipsdp"));
    row.extend([lipsdp.defect.into(), (1.0 / lipsdp.lowest).into()]);
    Ok(row)
}

/// The same function with its neurons scaled by random factors.
fn rescaled(net: &TwoLayer, key: &Key) -> TwoLayer {
    let k = net.outer.len();
    let t: Array1<f64> = InitLaw::Normal.draw((1, k), 1.0, key).row(0).mapv(f64::exp);
    TwoLayer {
        inner: &net.inner * &t.view().insert_axis(ndarray::Axis(1)),
        bias: net.bias.as_ref().map(|bias| bias * &t),
        outer: &net.outer / &t,
    }
}

/// The bracket, or its false sibling: climbs find the constant.
#[derive(Debug)]
pub struct LipschitzBracket {
    climbs_suffice: bool,
}

/// The claim.
pub static CLAIM: LipschitzBracket = LipschitzBracket { climbs_suffice: false };
static FALSE: LipschitzBracket = LipschitzBracket { climbs_suffice: true };

/// One column at most `factor` times another.
struct Order {
    version: &'static str,
    below: &'static str,
    above: &'static str,
    factor: f64,
}

const fn order(version: &'static str, below: &'static str, above: &'static str, factor: f64) -> Order {
    Order { version, below, above, factor }
}

const ORDERS: [Order; 11] = [
    order("secant <= exact", "secant", "exact", 1.0 + ROUNDING),
    order("sampled <= exact", "sampled", "exact", 1.0 + ROUNDING),
    order("ascent <= exact", "ascent", "exact", 1.0 + ROUNDING),
    order("exact <= patterns", "exact", "patterns", 1.0 + ROUNDING),
    order("patterns <= Shor", "patterns", "shor", 1.0 + DUAL),
    order("Shor <= eigenvalue", "shor", "eigenvalue", 1.0 + DUAL),
    order("Shor <= sqrt(pi/2) patterns", "shor", "patterns", NESTEROV * (1.0 + DUAL)),
    order("balanced spectral <= path", "balanced", "path", 1.0 + ROUNDING),
    order("exact <= balanced spectral", "exact", "balanced", 1.0 + ROUNDING),
    order("exact <= spectral", "exact", "spectral", 1.0 + ROUNDING),
    order("exact <= path", "exact", "path", 1.0 + ROUNDING),
];

impl Order {
    /// The column below over the column above, against the factor.
    fn judge(&self, point: &Point<'_>) -> Finding {
        let (below, above) = (point.numbers(self.below), point.numbers(self.above));
        let ratios: Vec<f64> = below.iter().zip(&above).map(|(below, above)| below / above).collect();
        let limit = Limit { version: self.version, ours: true, column: "ratio", limit: self.factor };
        let finding = limit.judge_values(point, &ratios, Vec::new());
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let seen = format!("{}; means {:.3} and {:.3}", finding.seen, mean(&below), mean(&above));
        Finding { seen, ..finding }
    }
}

/// Rows of the sheet's table, one trained network each: (n, d, k), then sampled, ascent, exact (0 if unknown), patterns,
/// Shor's, eigenvalue, spectral and path.
const TABLE: [([f64; 3], [f64; 8]); 5] = [
    ([20.0, 2.0, 10.0], [39.2, 39.2, 57.3, 66.0, 66.5, 79.0, 152.7, 161.0]),
    ([20.0, 2.0, 14.0], [36.1, 36.1, 36.1, 49.1, 49.1, 76.4, 97.8, 121.8]),
    ([30.0, 3.0, 12.0], [30.8, 30.8, 31.0, 40.5, 40.7, 62.0, 86.6, 101.6]),
    ([40.0, 4.0, 14.0], [23.6, 25.7, 29.2, 37.2, 37.3, 49.8, 80.9, 103.9]),
    ([60.0, 8.0, 14.0], [23.0, 23.1, 0.0, 24.5, 25.6, 33.1, 51.7, 82.1]),
];

/// Means over trained networks beside the sheet's single ones, in words.
fn beside_the_table(point: &Point<'_>) -> Option<String> {
    let at = ["samples", "dimension", "neurons"].map(|name| point.number(name));
    let (_, row) = TABLE.iter().find(|(sizes, _)| *sizes == at && point.word("law") == "trained")?;
    let columns = ["sampled", "ascent", "exact", "patterns", "shor", "eigenvalue", "spectral", "path"];
    let mean = |name: &&str| point.numbers(name).iter().sum::<f64>() / point.rows.len() as f64;
    let word = |(name, single): (&&str, &f64)| format!("{name} {:.1} ({single})", mean(name));
    Some(columns.iter().zip(row).map(word).collect::<Vec<_>>().join(", "))
}

impl Claim for LipschitzBracket {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let (replicas, rows) = match effort {
            Effort::Smoke => (4, &TABLE[..3]),
            Effort::Normal => (20, &TABLE[..]),
            Effort::Paper => (200, &TABLE[..]),
        };
        let trial = |(sizes, _): &([f64; 3], _)| {
            let [n, d, k] = sizes.map(|size| size.to_string());
            let settings = [("samples", &*n), ("dimension", &*d), ("neurons", &*k), ("law", "normal,trained")];
            Evidence::fixed(&SCHEMA, &COLUMNS, replicas, one, &settings)
        };
        rows.iter().map(trial).collect()
    }

    fn judge(&self, seen: &[Table], _: &Level) -> Vec<Finding> {
        let points: Vec<Point<'_>> = seen.iter().flat_map(points).collect();
        if self.climbs_suffice {
            let order = order("exact <= ascent", "exact", "ascent", 1.0 + DUAL);
            return points.iter().map(|point| order.judge(point)).collect();
        }
        let limit = |version, column, limit| Limit { version, ours: true, column, limit };
        let lipsdp = [
            limit("LipSDP <= Shor", "lipsdp_defect", ROUNDING),
            limit("Shor <= LipSDP", "lipsdp_lowest", 1.0 + LIPSDP),
        ];
        let invariant = limit("scale of neurons", "rescaled", DUAL);
        let judged = |point: &Point<'_>| {
            let mut findings: Vec<Finding> = ORDERS.iter().map(|order| order.judge(point)).collect();
            findings.push(invariant.judge(point, Vec::new()));
            findings.extend(lipsdp.iter().map(|limit| limit.judge(point, Vec::new())));
            if point.word("law") == "normal" {
                // Beyond four dimensions a cell may be too thin to be found: reported.
                let few = point.number("dimension") <= 4.0;
                let version = if few { "cells of generic hyperplanes" } else { "cells, d > 4 (reported)" };
                let counted = Limit { version, ours: few, column: "uncounted", limit: 0.0 };
                findings.push(counted.judge(point, Vec::new()));
            }
            if let (Some(table), Some(first)) = (beside_the_table(point), findings.first_mut()) {
                first.seen = format!("{}; means (the sheet's single network): {table}", first.seen);
            }
            findings
        };
        points.iter().flat_map(judged).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rescaled_networks_are_the_same_function() {
        let key = Key::root("rescaled");
        let net = TwoLayer::random(7, 3, true, &key);
        let other = rescaled(&net, &key.child("scales"));
        let x = InputLaw::Gaussian.draw(50, 3, &key.child("data"));
        let apart = (net.outputs(&x) - other.outputs(&x)).mapv(f64::abs);
        assert!(apart.iter().all(|gap| *gap < 1e-12) && net.inner != other.inner);
        assert!((NESTEROV - std::f64::consts::FRAC_PI_2.sqrt()).abs() < 1e-15);
    }
}
