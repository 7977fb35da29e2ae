//! # Two layers that interpolate random signs have a floor under their Lipschitz constant, and under their path norm
//!
//! Projection floor: f sees k < d directions, so Lip(f) >= gap / sqrt(sum of the k largest eigenvalues of M), M the mean of
//! (x - x')(x - x')^T over opposite-label pairs. Path floor: w.p. 1 - delta every interpolant has sum_j |a_j| |w_j| >= n /
//! (sqrt(S) (2 + sqrt(2 ln(1/delta)))), S = sum |x_i|^2. Trivial floor: gap over the least distance of opposite labels.
//!
//! ## Source
//! Derived here; Theorem 5 of arXiv 2009.14444 is the spectral form. `bubeck2021law`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. No skip connection, and k < d for the projection floor.
//! 2. Labels are random signs for the path floor, which then holds for all networks at once.
//!
//! ## Bound
//! A fit with mean squared error e has mean f y >= 1 - sqrt(e), which multiplies the path floor.
//!
//! ## Checked here
//! All of them on trained interpolants with exact constants.
//!
//! ## Not checked here
//! Theorems 6 to 9 of the paper, whose constants are hidden.
//!
//! ## Gaps to the paper
//! Theorem 5 holds with positive probability, and says nothing of an instance: it is reported.

use super::basis::basis;
use super::bounds::{Bound, floors, sharp};
use super::draw::{InputLaw, TwoLayer, signs};
use super::floor::Floor;
use super::{BUBECK_LI, SUBJECT};
use crate::limit::Limit;
use crate::point::{Point, points};
use crate::rate::Event;
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Symbol, TrialError, Verdict};
use ndarray::{Array1, Array2, ArrayView1};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::eigenvalues::symmetric_eigenvalues;
use prunelaw_engine::key::Key;
use prunelaw_engine::lipschitz::{Domain, Method};
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Field, Schema, Settings};
use prunelaw_engine::spectral_norm::spectral_norm_above;
use prunelaw_engine::statistics::power::{POWER, sequential_replicas};
use prunelaw_engine::statistics::sequential::RateLaw;
use prunelaw_engine::table::{Column, Row, Table};

/// delta of the path floor.
const DELTA: f64 = 0.05;
/// Cap on the steps of training: most networks fit within two hundred.
const STEPS: u64 = 1000;
/// Rounding of ratios, the eigenvalues' included.
const ROUNDING: f64 = 1e-9;

static CARD: Card = Card {
    id: "law_two_layer_floors",
    was: None,
    subject: &SUBJECT,
    class: Class::Inequality,
    says: "path floor and projection floor",
    statement: "A two-layer network of k < d neurons without skip connection that separates labels of both signs by a gap has a \
                Lipschitz constant of at least gap / sqrt(sum of the k largest eigenvalues of M), M the mean of (x - x')(x - \
                x')^T over opposite-label pairs. With random signs, w.p. 1 - delta every ReLU interpolant has sum_j |a_j| \
                |w_j| >= n / (sqrt(S) (2 + sqrt(2 ln(1/delta)))), S = sum |x_i|^2; with biases (w, b) for w and S + n for S.",
    source: "derived here; Theorem 5 of arXiv 2009.14444 in the spectral form",
    reference: BUBECK_LI,
    provenance: Provenance::Derived,
    symbols: &[
        Symbol { letter: "n", name: "samples", meaning: "samples with random signs; count" },
        Symbol { letter: "d", name: "dimension", meaning: "coordinates of an input, N(0, I/d); count" },
        Symbol { letter: "k", name: "neurons", meaning: "hidden neurons; count" },
        Symbol { letter: "gap", name: "gap", meaning: "least output at label 1 less the largest at label -1" },
    ],
    assumptions: &[
        Assumption { name: "no skip connection", says: "f(x) = sum_j a_j relu(w_j.x + b_j), and k < d" },
        Assumption { name: "random signs", says: "for the path floor: labels independent of the inputs" },
    ],
    bound: "projection: gap / sqrt(top k eigenvalues of M); realised: gap / min over opposite pairs of |P (x - x')|, P the \
            projector on the rows of W; trivial: gap / min |x - x'|; path: as stated, times 1 - sqrt(MSE), delta = 0.05, 2 \
            from the contraction of the absolute value, the root from McDiarmid's inequality",
    checked: &[
        "trivial, projection and realised floor against the exact Lipschitz constant of trained interpolants: n = d = 100, \
         k = 10, with and without biases",
        "how often the path norm of a trained interpolant is below its floor at delta = 0.05: n = d = 100, k = 10, no biases, \
         where the floor is above what the trivial one makes free",
        "reported beside, with their factors where they are vacuous: the projection floor at (n, d, k) = (60, 40, 8) and (100, \
         50, 10), the path floor with biases and at d = 4, the path floor over sqrt(k) for |a| |W|_op, Theorem 5 with its \
         sqrt(n/k)",
    ],
    not_checked: &[
        "Theorems 6 to 9 of arXiv 2009.14444: their constants are hidden",
        "all interpolants at once: one trained network per data set is looked at",
    ],
    gaps: &[
        "Theorem 5 holds with positive probability and for networks without biases: no instance refutes it",
        "the proved path floor is about four times below sqrt(n), which random searches come to",
        "the floor's probability is judged at the level of the claim, beside the share of the statistical claims: its true \
         rate is far below delta",
    ],
    power: "no chance enters the projection floor; the path floor at rate 0.05 is decided by 300 draws in which it never fails",
    about: "the real-number network for the exact constants, certified from above; the floors in f64 with 1e-9 for rounding",
    protocol: 1,
};

static FIELDS: [Field; 4] = [
    field::SAMPLES.integer(100).axis(),
    field::DIMENSION.integer(100).axis(),
    field::NEURONS.integer(10).axis(),
    field::BIAS.axis(),
];

static SCHEMA: Schema = Schema { when: "the trials of law_two_layer_floors", fields: &FIELDS, rules: &[] };

static COLUMNS: [Column; 10] = [
    Column::real("error", "1", "mean squared error of the trained network"),
    Column::real("lipschitz", "1", "exact Lipschitz constant; 0 where k >= d, and none is computed"),
    Column::real("trivial", "1", "trivial floor"),
    Column::real("projection", "1", "projection floor; 0 where k >= d"),
    Column::real("realised", "1", "realised floor; 0 where k >= d"),
    Column::real("path", "1", "sum_j |a_j| |(w_j, b_j)|"),
    Column::real("path_floor", "1", "path floor at delta = 0.05"),
    Column::real("spectral", "1", "|a| |W|_op"),
    Column::real("spectral_floor", "1", "path floor over sqrt(k)"),
    Column::real("theorem_5", "1", "sqrt(n / k)"),
];

fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let (n, d, k) = (settings.count("samples"), settings.count("dimension"), settings.count("neurons"));
    let biased = settings.text("bias") == "true";
    let x = InputLaw::Gaussian.draw(n, d, &key.child("data"));
    let y = signs(n, &key.child("labels"));
    let net = TwoLayer::trained(&x, &y, (k, biased), STEPS, &key.child("network"))?;
    let f = net.outputs(&x);
    let low =
        |sign: f64| f.iter().zip(&y).filter(|(_, y)| **y == sign).map(|(f, _)| sign * f).fold(f64::INFINITY, f64::min);
    // Least output at label 1 less largest at label -1; a network that mixes them up, or has one label only, has none.
    let gap = (low(1.0) + low(-1.0)).max(0.0);
    let gap = if gap.is_finite() { gap } else { 0.0 };
    let nearest = |a: &Array2<f64>| opposite(a, &y).map(|v| v.dot(&v).sqrt()).fold(f64::INFINITY, f64::min);
    let (lipschitz, projection, realised) = if k < d {
        let exact = net.end(Method::Exact, Domain::All, &key.child("exact"))?;
        let exact = exact.ok_or_else(|| TrialError("no exact constant".to_owned()))?;
        let eigenvalues = symmetric_eigenvalues(&mean_square(&x, &y));
        let projected = x.dot(&basis(&net.inner).t());
        (exact.value, floors::projection(gap, &eigenvalues, k).value, floors::trivial(gap, nearest(&projected)))
    } else {
        (0.0, 0.0, 0.0)
    };
    let squares = x.iter().map(|x| x * x).sum::<f64>() + if biased { n as f64 } else { 0.0 };
    let error = (&f - &y).mapv(|e| e * e).mean().unwrap_or(f64::NAN);
    let floor = floors::path(n, squares, DELTA);
    let floor = Bound { value: floor.value * sharp::correlation(error).max(0.0), ..floor };
    let size = |j: usize| {
        let bias = net.bias.as_ref().map_or(0.0, |bias| bias[j]);
        (net.inner.row(j).dot(&net.inner.row(j)) + bias * bias).sqrt()
    };
    let path: f64 = (0..k).map(|j| net.outer[j].abs() * size(j)).sum();
    let spectral = net.outer.dot(&net.outer).sqrt() * spectral_norm_above(&net.inner);
    Ok(vec![
        error.into(),
        lipschitz.into(),
        floors::trivial(gap, nearest(&x)).into(),
        projection.into(),
        realised.into(),
        path.into(),
        floor.value.into(),
        spectral.into(),
        floors::spectral_of_path(floor, k).value.into(),
        floors::spectral(n, k).value.into(),
    ])
}

/// x_i - x_j over all pairs with y_i = 1, y_j = -1.
fn opposite<'a>(x: &'a Array2<f64>, y: &'a Array1<f64>) -> impl Iterator<Item = Array1<f64>> + 'a {
    let of = |sign: f64| x.rows().into_iter().zip(y).filter(move |(_, y)| **y == sign).map(|(x, _)| x);
    let minus: Vec<ArrayView1<'a, f64>> = of(-1.0).collect();
    of(1.0).flat_map(move |p| minus.clone().into_iter().map(move |m| &p - &m))
}

/// M: the mean of (x - x')(x - x')^T over opposite-label pairs; (d, d). Both covariances, and the means' difference squared.
fn mean_square(x: &Array2<f64>, y: &Array1<f64>) -> Array2<f64> {
    let d = x.ncols();
    let class = |sign: f64| {
        let rows: Vec<usize> = (0..x.nrows()).filter(|i| y[*i] == sign).collect();
        let rows = x.select(ndarray::Axis(0), &rows);
        let count = rows.nrows().max(1) as f64;
        let mean = rows.sum_axis(ndarray::Axis(0)) / count;
        let second = rows.t().dot(&rows) / count;
        (second - outer(&mean), mean)
    };
    let ((plus, p), (minus, m)) = (class(1.0), class(-1.0));
    debug_assert_eq!(plus.dim(), (d, d));
    plus + minus + outer(&(p - m))
}

/// v v^T.
fn outer(v: &Array1<f64>) -> Array2<f64> {
    let column = v.view().insert_axis(ndarray::Axis(1));
    column.dot(&column.t())
}

/// The floors, or their false sibling, with twice the constant.
#[derive(Debug)]
pub struct LawTwoLayerFloors {
    twice: bool,
}

/// The claim.
pub static CLAIM: LawTwoLayerFloors = LawTwoLayerFloors { twice: false };
static FALSE: LawTwoLayerFloors = LawTwoLayerFloors { twice: true };

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// One column, times a factor, never above another.
fn below(point: &Point<'_>, version: &'static str, (low, high): (&str, &str), factor: f64) -> Finding {
    let (low, high) = (point.numbers(low), point.numbers(high));
    // A network that mixes the labels up has no gap, and floors of 0.
    let ratio = |(low, high): (&f64, &f64)| if *low == 0.0 { 0.0 } else { factor * low / high };
    let ratios: Vec<f64> = low.iter().zip(&high).map(ratio).collect();
    let limit = Limit { version, ours: true, column: "floor / constant", limit: 1.0 + ROUNDING };
    let finding = limit.judge_values(point, &ratios, Vec::new());
    let seen = format!("{}; means {:.3} and {:.3}", finding.seen, mean(&low), mean(&high));
    Finding { seen, ..finding }
}

/// How often a norm falls below its floor, beside what the trivial floor makes free: a norm bounds the constant from above.
fn norm_floor(
    point: &Point<'_>,
    (version, ours, norm, floor): (&'static str, bool, &str, &str),
    level: &Level,
) -> Finding {
    let (norms, floors, free) = (point.numbers(norm), point.numbers(floor), point.numbers("trivial"));
    // A number that is none is below.
    let outcomes: Vec<bool> = norms.iter().zip(&floors).map(|(norm, floor)| !(norm >= floor)).collect();
    let finding = Event { version, law: RateLaw::AtMost(DELTA) }.judge(point, &outcomes, level, 2);
    let factor = mean(&free.iter().zip(&floors).map(|(free, floor)| free / floor).collect::<Vec<_>>());
    let seen = format!(
        "{}; mean norm {:.3}, floor {:.3}, trivial {:.3}",
        finding.seen,
        mean(&norms),
        mean(&floors),
        mean(&free)
    );
    // Where the floor is below the trivial one it cannot fail, whatever the draws.
    let verdict = match finding.verdict {
        verdict if verdict.refutes() || factor < 1.0 || !factor.is_finite() => verdict,
        _ => Verdict::Vacuous { bound: mean(&floors), trivial: mean(&free) },
    };
    Finding { ours, verdict, seen, ..finding }
}

impl Claim for LawTwoLayerFloors {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, alpha: f64) -> Vec<Evidence> {
        let needed = sequential_replicas(RateLaw::AtMost(DELTA), 0.001, alpha, POWER).ok().flatten().unwrap_or(0);
        let trial = |replicas, [n, d, k]: [&str; 3], bias| {
            let settings = [("samples", n), ("dimension", d), ("neurons", k), ("bias", bias)];
            Evidence::fixed(&SCHEMA, &COLUMNS, replicas, one, &settings)
        };
        let large = ["100", "100", "10"];
        match effort {
            Effort::Smoke => vec![trial(20, large, "false")],
            Effort::Normal => vec![
                trial(needed, large, "false"),
                trial(20, large, "true"),
                trial(10, ["60", "40", "8"], "true"),
                trial(10, ["100", "50", "10"], "true"),
                trial(50, ["20", "4", "14"], "true"),
            ],
            Effort::Paper => vec![
                trial(1000.max(needed), large, "false,true"),
                trial(100, ["60", "40", "8"], "true"),
                trial(100, ["100", "50", "10"], "true"),
                trial(1000.max(needed), ["20", "4", "14"], "true"),
            ],
        }
    }

    fn judge(&self, seen: &[Table], level: &Level) -> Vec<Finding> {
        let judged = |point: &Point<'_>| {
            let narrow = point.number("neurons") < point.number("dimension");
            if self.twice {
                return vec![below(point, "twice the realised floor", ("realised", "lipschitz"), 2.0)];
            }
            // Elsewhere the trivial floor says as much: reported, as vacuous.
            let large = point.number("dimension") >= 100.0;
            let sharp = large && point.word("bias") == "false";
            let version = if sharp { "path floor" } else { "path floor (reported)" };
            let mut findings = vec![norm_floor(point, (version, sharp, "path", "path_floor"), level)];
            let version = "path floor over sqrt(k) (reported)";
            findings.push(norm_floor(point, (version, false, "spectral", "spectral_floor"), level));
            if narrow {
                findings.push(below(point, "trivial floor", ("trivial", "lipschitz"), 1.0));
                findings.push(below(point, "projection below realised", ("projection", "realised"), 1.0));
                let floor = |version, ours, column| Floor { version, ours, column, samples: 0.0 }.judge(point);
                let version = if large { "projection floor" } else { "projection floor (reported)" };
                findings.push(floor(version, large, "projection"));
                findings.push(floor("realised floor", true, "realised"));
            }
            if point.word("bias") == "false" {
                let theorem = below(point, "Theorem 5 (positive probability)", ("theorem_5", "spectral"), 1.0);
                findings.push(Finding { ours: false, ..theorem });
            }
            findings
        };
        seen.iter().flat_map(points).flat_map(|point| judged(&point)).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_over_pairs_is_that_of_the_covariances() {
        let key = Key::root("pairs");
        let (x, y) = (InputLaw::Gaussian.draw(9, 4, &key), signs(9, &key.child("labels")));
        let pairs: Vec<Array2<f64>> = opposite(&x, &y).map(|v| outer(&v)).collect();
        let naive = pairs.iter().fold(Array2::zeros((4, 4)), |sum: Array2<f64>, m| sum + m) / pairs.len() as f64;
        assert!((naive - mean_square(&x, &y)).iter().all(|gap| gap.abs() < 1e-13));
    }
}
