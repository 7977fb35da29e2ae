//! # The law of a gadget's products contains a uniform law
//!
//! A hidden unit of a gadget contributes the product of a first-layer weight X, uniform on [0, 1] if it has the right sign
//! and pruned otherwise, and a second-layer weight Y, uniform on [-1, 1]. The law of such a contribution is half an atom at
//! 0 and half a density, and that density never falls below (a/2) ln(1/a) / (2a) on [-a, a]: a uniform law on [-a, a] is
//! contained in it with that mass, and no more.
//!
//! ## Source
//! arXiv 2006.07990, Cor. 1 and 2, as corrected in arXiv 2410.14754, Lemma 2 and Cor. 3; the masses are derived here.
//! `pensia2020optimal`.
//!
//! ## Symbols
//! D: the law of a contribution; P: that of X Y. The rest stands on the card.
//!
//! ## Assumptions
//! 1. X uniform on [0, 1] or pruned, with chance 1/2 each, Y uniform on [-1, 1], independent.
//!
//! ## Identity
//! P has the density ln(1/|z|)/2, so that D has half of that; it falls with |z|, and at |z| = a the contained uniform law
//! touches it: mass 2a ln(1/a)/4 = (a/2) ln(1/a). At a = 1/2 it is ln(2)/4 = 0.1733; the largest is 1/(2e) at a = 1/e.
//!
//! ## Checked here
//! The density from its definition, as an integral over X, at random points of [-a, a] and at its ends, against the closed
//! forms.
//!
//! ## Not checked here
//! What the covering loses by the containment: the rest of D helps too.
//!
//! ## Gaps to the paper
//! The proof needs a = 1/2 only.

use super::{PENSIA, SUBJECT};
use crate::law::{Law, replicas};
use crate::limit::Limit;
use crate::point::{Point, points};
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Symbol, TrialError};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Field, Schema, Settings};
use prunelaw_engine::subset_sum::SampleLaw;
use prunelaw_engine::table::{Column, Row, Table};
use rand::RngExt;

/// Largest difference that counts as rounding: sums of some hundred terms, none above 10.
const TOLERANCE: f64 = 1e-12;

/// Random points of [-a, a] at which a replica takes the density.
const POINTS: usize = 8;

/// Laws of the sampler within this of the product law, in the distribution function, count as it.
const SAMPLER: f64 = 0.04;

/// ln(1/|z|)/2: the density of P, the law of a product of U[0, 1] and U[-1, 1], at z in [-1, 1].
pub fn product_density(z: f64) -> f64 {
    -0.5 * z.abs().ln()
}

/// P(X Y <= z) for z in [-1, 1]: 1/2 + z (1 - ln|z|)/2.
pub fn product_at_most(z: f64) -> f64 {
    if z == 0.0 { 0.5 } else { (0.5 + 0.5 * z * (1.0 - z.abs().ln())).clamp(0.0, 1.0) }
}

/// (a/2) ln(1/a): the largest mass with which D contains the uniform law on [-a, a], for a in (0, 1].
pub fn uniform_mass(a: f64) -> f64 {
    -0.5 * a * a.ln()
}

/// 1/(2e): the largest of these masses, at a = 1/e.
pub const LARGEST_MASS: f64 = 0.5 / std::f64::consts::E;

static CARD: Card = Card {
    id: "gadget_law_contains_uniform",
    was: None,
    subject: &SUBJECT,
    class: Class::Exact,
    says: "half an atom at 0 and half the product law contains the uniform law on [-1/2,1/2] with mass ln2/4",
    statement: "D, half an atom at 0 and half the law of X Y with X uniform on [0, 1] and Y uniform on [-1, 1], is a mixture \
                of the uniform law on [-a, a] with mass (a/2) ln(1/a) and of another law; no larger mass is possible. At \
                a = 1/2 the mass is ln(2)/4, and the largest over a is 1/(2e).",
    source: "arXiv 2006.07990, Cor. 1 and 2, with arXiv 2410.14754, Lemma 2 and Cor. 3; masses derived here",
    reference: PENSIA,
    provenance: Provenance::Derived,
    symbols: &[
        Symbol { letter: "X", name: "first", meaning: "first-layer weight of the right sign, uniform on [0, 1]" },
        Symbol { letter: "Y", name: "second", meaning: "second-layer weight, uniform on [-1, 1]" },
        Symbol { letter: "P, D", name: "law", meaning: "law of X Y; half of it and half an atom at 0" },
        Symbol { letter: "a", name: "half_width", meaning: "half width of the contained uniform law; in (0, 1]" },
    ],
    assumptions: &[Assumption {
        name: "independent uniform weights",
        says: "X uniform on [0, 1] or pruned, with chance 1/2 each; Y uniform on [-1, 1]; independent",
    }],
    bound: "mass (a/2) ln(1/a), to 1e-12: 2a times the density ln(1/a)/4 of D at a, where it is least on [-a, a]; \
            ln(2)/4 = 0.17329 at a = 1/2, at most 1/(2e) = 0.18394",
    checked: &[
        "2a times the least density of D on random points of [-a, a] and its ends, the density taken from its definition \
         as an integral over X, for a from 0.05 to 1",
        "the density of D nowhere on these points falls below the contained one",
        "no mass exceeds 1/(2e)",
        "as a version of its own: the program's live products have the distribution function 1/2 + z (1 - ln|z|)/2, in \
         Kolmogorov's distance",
    ],
    not_checked: &["how many samples of D cover what samples of the uniform law cover"],
    gaps: &[
        "the original states the corollaries with slips that the later paper corrects",
        "a proof by rejection drops 63 % and more of the live units, whose contributions help in truth; what D really \
         loses is range, as its sums are small",
    ],
    power: "no chance enters but where the density is looked at: one replica beyond rounding refutes",
    about: "the real-number law, by integrals in f64; rounding is part of the tolerance",
    protocol: 1,
};

static FIELDS: [Field; 1] = [field::HALF_WIDTH.real(0.5).axis()];

static SCHEMA: Schema = Schema { when: "the trials of gadget_law_contains_uniform", fields: &FIELDS, rules: &[] };

static COLUMNS: [Column; 5] = [
    Column::real("mass", "1", "2a times the least density of D on random points of [-a, a] and its ends"),
    Column::real("defect", "1", "|mass - (a/2) ln(1/a)|"),
    Column::real("live_defect", "1", "|mass - a ln(1/a)|: against the mass in P, which forgets the pruned half"),
    Column::real("shortfall", "1", "largest excess of (a/2) ln(1/a) / (2a) over the density of D at these points"),
    Column::real("product", "1", "one live product of the program's sampler"),
];

/// The density of P at z from its definition: the integral of f_Y(z/x)/x over the x in [|z|, 1] that allow z, f_Y = 1/2.
fn density_by_integral(z: f64) -> f64 {
    // Pieces by ratio, so that 1/x is equally smooth on all; the rule's error is below 1e-17 of each.
    let pieces = (16.0 * (1.0 / z.abs()).log2()).ceil().max(1.0);
    let end = |i: f64| z.abs().powf(1.0 - i / pieces);
    let piece = |i: usize| five_points(end(i as f64), end(i as f64 + 1.0), |x| 0.5 / x);
    (0..pieces as usize).map(piece).sum()
}

/// The Gauss-Legendre rule with five points on [from, to].
fn five_points(from: f64, to: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
    let root = |sign: f64| (5.0 + sign * 2.0 * (10.0_f64 / 7.0).sqrt()).sqrt() / 3.0;
    let weight = |sign: f64| (322.0 - sign * 13.0 * 70.0_f64.sqrt()) / 900.0;
    let pair = |sign: f64| weight(sign) * (f(middle - half * root(sign)) + f(middle + half * root(sign)));
    half * (128.0 / 225.0 * f(middle) + pair(1.0) + pair(-1.0))
}

/// The density of D at random points, and a draw of P.
fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let a = settings.real("half_width");
    let mut rng = key.child("data").rng();
    let inside = (0..POINTS).map(|_| a * rng.random_range(-1.0..1.0));
    // Half of D is live. At 0 the density is infinite.
    let densities = inside.chain([-a, a]).filter(|z| *z != 0.0).map(|z| 0.5 * density_by_integral(z));
    let least = densities.fold(f64::INFINITY, f64::min);
    let (mass, claimed) = (2.0 * a * least, uniform_mass(a));
    let shortfall = (0.5 * claimed / a - least).max(0.0);
    let product = SampleLaw::LiveProduct.draw(1, &key.child("product"))[0];
    Ok(vec![
        mass.into(),
        (mass - claimed).abs().into(),
        (mass - 2.0 * claimed).abs().into(),
        shortfall.into(),
        product.into(),
    ])
}

/// The law, or its false sibling, which forgets that half of the units are pruned for their sign.
#[derive(Debug)]
pub struct GadgetLawContainsUniform {
    column: &'static str,
}

/// The claim.
pub static CLAIM: GadgetLawContainsUniform = GadgetLawContainsUniform { column: "defect" };
static FALSE: GadgetLawContainsUniform = GadgetLawContainsUniform { column: "live_defect" };

impl Claim for GadgetLawContainsUniform {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, alpha: f64) -> Vec<Evidence> {
        // The sampler's law needs most.
        let needed = replicas(SAMPLER, 0.0, alpha);
        let replicas = match effort {
            Effort::Smoke => 20,
            Effort::Normal => needed,
            Effort::Paper => 4 * needed,
        };
        let half_widths = format!("0.05,0.2,{},0.5,0.8,1", (-1.0_f64).exp());
        vec![Evidence::fixed(&SCHEMA, &COLUMNS, replicas, one, &[("half_width", &half_widths)])]
    }

    fn judge(&self, seen: &[Table], level: &Level) -> Vec<Finding> {
        let limits = [
            ("as stated", self.column, TOLERANCE),
            ("contained", "shortfall", TOLERANCE),
            ("largest mass", "mass", LARGEST_MASS + TOLERANCE),
        ];
        let limits = limits.map(|(version, column, limit)| Limit { version, ours: true, column, limit });
        let points: Vec<Point<'_>> = seen.iter().flat_map(points).collect();
        let masses = points.iter().flat_map(|point| limits.map(|limit| limit.judge(point, Vec::new())));
        let sampler =
            Law { version: "sampler", ours: false, column: "product", at_most: product_at_most, tolerance: SAMPLER };
        // The draws of P are the same at every a.
        masses.chain(points.first().map(|point| sampler.judge(point, level, 1, Vec::new()))).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_masses_are_those_of_the_sheet() {
        assert!((uniform_mass(0.5) - 2.0_f64.ln() / 4.0).abs() < 1e-16);
        assert!((uniform_mass((-1.0_f64).exp()) - LARGEST_MASS).abs() < 1e-16);
        assert!((LARGEST_MASS - 0.18394).abs() < 1e-5);
    }

    #[test]
    fn the_integral_is_the_closed_form() {
        for z in [1e-6, -1e-3, 0.2, -0.5, 0.99, 1.0] {
            assert!((density_by_integral(z) - product_density(z)).abs() < 1e-13, "{z}");
        }
    }

    #[test]
    fn the_distribution_function_is_the_integral_of_the_density() {
        for (from, to) in [(-0.9, -0.1), (0.05, 0.6), (0.6, 1.0)] {
            let pieces = 64;
            let end = |i: i32| from + (to - from) * f64::from(i) / f64::from(pieces);
            let mass: f64 = (0..pieces).map(|i| five_points(end(i), end(i + 1), product_density)).sum();
            assert!((product_at_most(to) - product_at_most(from) - mass).abs() < 1e-12);
        }
        assert_eq!((product_at_most(-1.0), product_at_most(0.0), product_at_most(1.0)), (0.0, 0.5, 1.0));
    }
}
