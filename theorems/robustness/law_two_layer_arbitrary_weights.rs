//! # Two layers need no bound on their weights
//!
//! A kink of a two-layer network cannot hide: |alpha_j| <= 2 Lip on the ball, and |alpha_j| sqrt(1 - t_j^2) <= 2 Lip on the sphere
//! in d >= 3 dimensions, whatever the weights. On the circle four units can hide. At width 2n the law is met up to a logarithm.
//!
//! ## Source
//! arXiv 2607.07778, of which the abstract and the supplement were available. `shmalo2026law`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. Canonical form: unit directions, duplicate hyperplanes merged, those that miss the domain dropped.
//! 2. For the interpolant: disjoint caps, sqrt((1 + rho) / 2) <= 1 - s.
//!
//! ## Bound
//! Across a hyperplane the gradient jumps by alpha_j; both sides are at most Lip long. On the circle two hyperplanes may
//! meet in a point of it, and their jumps cancel there.
//!
//! ## Checked here
//! Rigidity on the ball and the sphere, its failure on the circle, the interpolant of width 2n, the fitting identity and the
//! affine part.
//!
//! ## Not checked here
//! The theorem, whose constants are not explicit.
//!
//! ## Gaps to the paper
//! Lip >= c eps sqrt(n / (m ln(C m n d / eps))) at m = 2n is c eps over a logarithm's root, and the interpolant is flat in n.

use super::basis::basis;
use super::caps::{Caps, steepness, towards};
use super::draw::{InputLaw, signs};
use super::rigidity::{cycle, planted, rigidity};
use super::{SHMALO, SUBJECT};
use crate::average::Average;
use crate::exponent::Exponent;
use crate::limit::Limit;
use crate::point::{Point, points};
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Symbol, TrialError, Verdict};
use ndarray::{Array1, Array2, Axis, concatenate};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::lipschitz::Domain;
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Field, Schema, Settings};
use prunelaw_engine::statistics::Interval;
use prunelaw_engine::statistics::slope::{Scale, Slope};
use prunelaw_engine::table::{Column, Row, Table};
use rand::RngExt;

/// Rounding of ratios.
const ROUNDING: f64 = 1e-9;
/// Half-width of the band around the exponent of the interpolant's constant in n.
const BAND: f64 = 0.05;
/// Samples and inputs of the identities.
const IDENTITY: (usize, usize) = (12, 4);
/// Caps whose rims are looked at.
const RIMS: usize = 20;

static CARD: Card = Card {
    id: "law_two_layer_arbitrary_weights",
    was: None,
    subject: &SUBJECT,
    class: Class::Scaling,
    says: "rigidity, cap interpolant, counterexample at d=2",
    statement: "In canonical form a two-layer ReLU network with an affine part has |alpha_j| <= 2 Lip for every hyperplane that \
                meets the ball, and |alpha_j| sqrt(1 - t_j^2) <= 2 Lip on the sphere in d >= 3 dimensions, with no bound on \
                the weights; on the circle this fails. So the law of robustness holds for two layers with any weights, Lip >= c \
                eps sqrt(n / (m ln(C m n d / eps))), and the interpolant of width m = 2n meets it up to the logarithm.",
    source: "arXiv 2607.07778, abstract and supplement; the four-unit cycle derived here",
    reference: SHMALO,
    provenance: Provenance::Published,
    symbols: &[
        Symbol {
            letter: "alpha_j, t_j",
            name: "jump, offset",
            meaning: "jump of the gradient, distance from the origin",
        },
        Symbol { letter: "n", name: "samples", meaning: "inputs of the interpolant, on the unit sphere; count" },
        Symbol { letter: "d", name: "dimension", meaning: "their coordinates; count" },
        Symbol { letter: "s", name: "half_width", meaning: "width of a cap: products above 1 - s; in (0, 1)" },
        Symbol { letter: "rho", name: "closest", meaning: "largest product of two inputs" },
    ],
    assumptions: &[
        Assumption { name: "canonical form", says: "unit directions, duplicates merged, d >= 3 on the sphere" },
        Assumption { name: "disjoint caps", says: "for the interpolant: sqrt((1 + rho) / 2) <= 1 - s" },
    ],
    bound: "c and C are hidden, so that only a scaling can be judged: at m = 2n the law allows a constant that is flat in n up \
            to a logarithm, and the interpolant has sqrt((2 - s)/s) at every n: exponent 0 +- 0.05, the band is ours. Explicit: \
            2 Lip; (1 - MSE)/2 = mean(y f - f^2/2); y^T P y, P the projector on [X 1], of mean d + 1",
    checked: &[
        "exponent in n of the steepest slope measured on the interpolant, s = 0.1, d = 128, n = 10 to 640; and sqrt(7) at s = \
         0.25, d = 2500, n = 50 (at `normal`) to 2000",
        "rigidity in d = 3 on 8 neurons of which half are almost parallel to the others, with opposite weights, and a fold whose \
         jump is almost twice the constant: on the ball against the exact constant, on the sphere against certified upper ends",
        "four units on the circle with |alpha_j| sqrt(1 - t_j^2) above 2 Lip, exact: the condition d >= 3 is needed",
        "(1 - MSE)/2 = mean(y f - f^2/2), and at least eps n/2 indices with y f >= eps/4, on scaled interpolants",
        "sup of sum y l - l^2/4 over affine l equals y^T P y, by ascent; its mean is d + 1",
    ],
    not_checked: &["the theorem, whose constants are hidden", "activations with more than two pieces"],
    gaps: &[
        "only the abstract and the supplement were available",
        "on the sphere in d >= 3 no exact constant is built: the upper ends make the check weaker there",
    ],
    power: "alternative: a constant that grows like n^0.1; the measured slopes differ by less than 1e-3, so that ten replicas \
            put the exponent inside its band. No chance enters the rest but the mean d + 1, to a fifth",
    about: "the real-number network for the exact constants; the rest in f64, with 1e-9 for rounding",
    protocol: 1,
};

static FIELDS: [Field; 3] = [
    field::SAMPLES.integer(40).axis(),
    field::DIMENSION.integer(128).axis(),
    Field {
        symbol: "s",
        help: "width of a cap: it holds what has a product above 1 - s",
        ..field::HALF_WIDTH.real(0.1).axis()
    },
];

static SCHEMA: Schema = Schema { when: "the trials of law_two_layer_arbitrary_weights", fields: &FIELDS, rules: &[] };

static COLUMNS: [Column; 11] = [
    Column::real("steepest", "1", "steepest slope along the sphere, at the rims of twenty caps"),
    Column::real("rim", "1", "steepest / sqrt((2 - s)/s)"),
    Column::real("interpolation", "1", "largest |f(x_i) - y_i|"),
    Column::real("touching", "1", "sqrt((1 + rho)/2) / (1 - s): above 1 the caps meet"),
    Column::real("ball", "1", "largest |alpha_j| / (2 Lip) on the unit ball, exact"),
    Column::real("sphere", "1", "largest |alpha_j| sqrt(1 - t_j^2) / (2 Lip) on the sphere, Lip from above"),
    Column::real("circle", "1", "the same on the circle, exact, for a cycle of four units"),
    Column::real("identity", "1", "|mean(y f - f^2/2) - (1 - MSE)/2|"),
    Column::real("indices", "1", "(eps n/2) / number of indices with y f >= eps/4, eps = 1 - MSE"),
    Column::real("affine", "1", "relative gap of the supremum over affine functions to y^T P y"),
    Column::real("projected", "1", "y^T P y"),
];

fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let (n, d, s) = (settings.count("samples"), settings.count("dimension"), settings.real("half_width"));
    let x = InputLaw::Sphere.draw(n, d, &key.child("data"));
    let y = signs(n, &key.child("labels"));
    let caps = Caps::new(&x, &y, s);
    let steepest = at_the_rims(&caps, &x, key);
    let interpolation = (caps.net.outputs(&x) - &y).iter().fold(0.0, |most: f64, gap| most.max(gap.abs()));
    let (identity, indices) = fitting(key)?;
    let (affine, projected) = affine_part(key);
    Ok(vec![
        steepest.into(),
        (steepest / steepness(s)).into(),
        interpolation.into(),
        (((1.0 + caps.closest) / 2.0).sqrt() / (1.0 - s)).into(),
        rigidity(&planted(&key.child("ball")), Domain::Ball(1.0), key)?.into(),
        rigidity(&planted(&key.child("sphere")), Domain::Sphere, key)?.into(),
        rigidity(&cycle(&key.child("circle")), Domain::Sphere, key)?.into(),
        identity.into(),
        indices.into(),
        affine.into(),
        projected.into(),
    ])
}

/// The steepest slope between two near points just inside the rims of the first caps.
fn at_the_rims(caps: &Caps, x: &Array2<f64>, key: &Key) -> f64 {
    let (count, d) = (x.nrows().min(RIMS), x.ncols());
    let directions = InputLaw::Sphere.draw(count, d, &key.child("rims"));
    let rim = (1.0 - caps.width).acos();
    let at = |inside: f64| {
        let angle = rim * (1.0 - inside);
        let rows: Vec<f64> = (0..count).flat_map(|i| towards(x.row(i), directions.row(i), angle.cos())).collect();
        caps.net.outputs(&Array2::from_shape_vec((count, d), rows).expect("d coordinates each"))
    };
    let gaps = at(2e-4) - at(1e-4);
    gaps.iter().fold(0.0, |most: f64, gap| most.max(gap.abs())) / (rim * 1e-4)
}

/// The error of the fitting identity, and what part of the indices fit at least.
fn fitting(key: &Key) -> Result<(f64, f64), TrialError> {
    let (n, d) = IDENTITY;
    let key = key.child("fit");
    let x = InputLaw::Sphere.draw(n, d, &key.child("data"));
    let y = signs(n, &key.child("labels"));
    let net = Caps::new(&x, &y, 0.5).net;
    let mut rng = key.child("factors").rng();
    // Each output by its own factor: some are far off.
    let f = net.outputs(&x).mapv(|f| f * rng.random_range(0.0..1.5));
    let mean = |values: Array1<f64>| values.sum() / n as f64;
    let error = mean((&f - &y).mapv(|e| e * e));
    let identity = (mean(&f * &y - &f * &f / 2.0) - (1.0 - error) / 2.0).abs();
    let eps = 1.0 - error;
    let fitted = f.iter().zip(&y).filter(|(f, y)| *f * *y >= eps / 4.0).count();
    Ok((identity, if eps > 0.0 { eps * n as f64 / 2.0 / fitted as f64 } else { 0.0 }))
}

/// The relative gap between sup over affine l of sum y l - l^2/4, by conjugate gradients, and y^T P y by projection; and
/// the latter.
fn affine_part(key: &Key) -> (f64, f64) {
    let (n, d) = IDENTITY;
    let x = InputLaw::Gaussian.draw(n, d, &key.child("affine"));
    let y = signs(n, &key.child("affine labels"));
    let x = concatenate![Axis(1), x, Array2::ones((n, 1))];
    // By projection on the span of the columns.
    let part = basis(&x.t().to_owned()).dot(&y);
    let projected = part.dot(&part);
    // By ascent: X^T X v = 2 X^T y at the top.
    let (mut v, mut residual) = (Array1::<f64>::zeros(d + 1), x.t().dot(&y) * 2.0);
    let mut step = residual.clone();
    for _ in 0..10 * (d + 1) {
        let square = residual.dot(&residual);
        if square < 1e-28 {
            break;
        }
        let along = x.dot(&step);
        let length = square / along.dot(&along);
        v.scaled_add(length, &step);
        residual.scaled_add(-length, &x.t().dot(&along));
        step = &residual + &(step * (residual.dot(&residual) / square));
    }
    let l = x.dot(&v);
    let top = y.dot(&l) - l.dot(&l) / 4.0;
    ((top - projected).abs() / projected, projected)
}

/// The statements, or their false sibling: kinks cannot hide on the circle either.
#[derive(Debug)]
pub struct LawTwoLayerArbitraryWeights {
    rigid_on_the_circle: bool,
}

/// The claim.
pub static CLAIM: LawTwoLayerArbitraryWeights = LawTwoLayerArbitraryWeights { rigid_on_the_circle: false };
static FALSE: LawTwoLayerArbitraryWeights = LawTwoLayerArbitraryWeights { rigid_on_the_circle: true };

/// Assumptions of the interpolant that fail somewhere in a point.
fn meeting(point: &Point<'_>) -> Vec<String> {
    let meet = point.numbers("touching").iter().any(|touching| *touching > 1.0);
    if meet { vec!["disjoint caps".to_owned()] } else { Vec::new() }
}

impl LawTwoLayerArbitraryWeights {
    /// What holds without chance; it refutes, and otherwise leaves the word to the scaling.
    fn certain(&self, point: &Point<'_>) -> Vec<Finding> {
        let limit = |version, column, limit| Limit { version, ours: true, column, limit };
        let circle = limit("rigidity on the circle", "circle", 1.0 + ROUNDING);
        if self.rigid_on_the_circle {
            return vec![circle.judge(point, Vec::new())];
        }
        let limits = [
            limit("rigidity on the ball", "ball", 1.0 + ROUNDING),
            limit("rigidity on the sphere, d >= 3", "sphere", 1.0 + ROUNDING),
            limit("fitting identity", "identity", ROUNDING),
            limit("indices that fit", "indices", 1.0 + ROUNDING),
            limit("affine part", "affine", ROUNDING),
        ];
        let mut findings: Vec<Finding> = limits.iter().map(|limit| limit.beside_a_scaling(point)).collect();
        // On the circle the bound must fail, in every replica.
        let inverse: Vec<f64> = point.numbers("circle").iter().map(|ratio| 1.0 / ratio).collect();
        let fails = limit("on the circle rigidity fails", "2 Lip / jump", 1.0 - ROUNDING);
        findings.push(beside(fails.judge_values(point, &inverse, Vec::new())));
        let failed = meeting(point);
        let interpolant = [
            limit("the interpolant interpolates", "interpolation", 1e-10),
            limit("slope at the rim at most sqrt((2-s)/s)", "rim", 1.0 + 1e-6),
        ];
        findings.extend(interpolant.iter().map(|limit| beside(limit.judge(point, failed.clone()))));
        findings
    }
}

/// Speaks only if it does not hold.
fn beside(finding: Finding) -> Finding {
    let silent = matches!(finding.verdict, Verdict::Holds { .. } | Verdict::OutOfScope { .. });
    Finding { ours: !silent, ..finding }
}

impl Claim for LawTwoLayerArbitraryWeights {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let trial = |replicas, n: &str, d: &str, s: &str| {
            let settings = [("samples", n), ("dimension", d), ("half_width", s)];
            Evidence::fixed(&SCHEMA, &COLUMNS, replicas, one, &settings)
        };
        match effort {
            Effort::Smoke => vec![trial(20, "10,40,160", "128", "0.1")],
            Effort::Normal => vec![trial(200, "10,40,160,640", "128", "0.1"), trial(5, "50,200", "2500", "0.25")],
            Effort::Paper => {
                vec![trial(1000, "10,40,160,640", "128", "0.1"), trial(20, "50,200,1000,2000", "3000", "0.25")]
            }
        }
    }

    fn judge(&self, seen: &[Table], level: &Level) -> Vec<Finding> {
        let mut findings: Vec<Finding> = seen.iter().flat_map(points).flat_map(|point| self.certain(&point)).collect();
        let Some(first) = seen.first().filter(|_| !self.rigid_on_the_circle) else { return findings };
        let points = points(first);
        let x: Vec<f64> = points.iter().map(|point| point.number("samples")).collect();
        let y: Vec<Vec<f64>> = points.iter().map(|point| point.numbers("steepest")).collect();
        let fit = Slope::fit(&x, &y, Scale::LogLog, &Key::root(CARD.id).child("steepest"));
        let flat = Exponent { version: "constant flat in n at width 2n", ours: true, expected: 0.0, band: BAND };
        findings.push(flat.judge(&fit, level, 1 + points.len()));
        let rank = (IDENTITY.1 + 1) as f64;
        let band = Interval { low: 0.8 * rank, high: 1.2 * rank };
        let average = Average { version: "mean of y^T P y is d + 1", ours: true, band, scale: rank };
        for point in &points {
            let finding = average.judge("y^T P y", point.at(), &point.numbers("projected"), level, 1 + points.len());
            findings.push(Finding { ours: finding.verdict.refutes(), ..finding });
        }
        findings
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_hold_by_hand() {
        let key = Key::root("identities");
        let (identity, indices) = fitting(&key).unwrap();
        assert!(identity < 1e-14 && indices <= 1.0, "{identity} {indices}");
        let (affine, projected) = affine_part(&key);
        assert!(affine < 1e-12 && (0.0..=12.0).contains(&projected), "{affine} {projected}");
    }
}
