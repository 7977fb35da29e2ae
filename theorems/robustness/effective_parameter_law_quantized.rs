//! # On a grid of b bits the effective parameters bound how flat a fit can be, and not for free
//!
//! A pruned network on a grid has I(f; D) <= p_eff = I(m; D) + b E|m|_1 ln 2, without a covering. With labels that are pure noise
//! S2 then bounds the mean of (mean(f y) - |mean y|) / Lip(f) by sqrt(2 p_eff / (nd)), for any algorithm; S3 bounds the chance to
//! fit below the noise within a given Lipschitz constant.
//!
//! ## Source
//! arXiv 2402.01089, Theorem 3; S2 and S3 are its steps with sharp constants, derived here. `kumar2024no`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. Fair labels, inputs N(0, I/d): c = 1.
//! 2. Exactly known I(m; D).
//!
//! ## Bound
//! E[(mean(f y) - |mean y|) / Lip] <= sqrt(2 p_eff / (nd)), where a certified upper end stands for Lip: f divided by it is
//! 1-Lipschitz all the same.
//!
//! ## Checked here
//! S2 by Student's t on networks searched on the grid, S3 by the exact test of a rate on masks that look at the data with a small
//! chance only. Where some 1-Lipschitz function has as large a mean as S2 allows, S2 is vacuous and says so.
//!
//! ## Not checked here
//! Theorem 3 with its printed constants: see effective_parameter_law.
//!
//! ## Gaps to the paper
//! The paper has no quantised experiment.

use super::bounds::{DataLaw, sharp};
use super::{KUMAR, SUBJECT, grid_networks, sign_masks};
use crate::average::Average;
use crate::point::{Point, points};
use crate::rate::Event;
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Symbol, Verdict};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::statistics::Interval;
use prunelaw_engine::statistics::sequential::RateLaw;
use prunelaw_engine::table::Table;

/// S3 asks for a mean squared error of at most 1 - eps.
const EPS: f64 = 0.85;
/// The false sibling allows this fraction of what S2 and S3 do.
const TOO_STRONG: f64 = 0.5;
/// Samples of the masks without weights.
const MASK_SAMPLES: usize = 200;

static CARD: Card = Card {
    id: "effective_parameter_law_quantized",
    was: None,
    subject: &SUBJECT,
    class: Class::Probability,
    says: "non-vacuous: quantised nets, I finite",
    statement: "Let a pruned network on a grid of b bits be found from n normal inputs in d dimensions with independent fair labels, \
                by any algorithm, and clipped to [-1, 1]. With p_eff = I(m; D) + b E|m|_1 ln 2 the mean of (mean(f y) - |mean y|) / \
                Lip(f) is at most sqrt(2 p_eff / (nd)), and a mean squared error of at most 1 - eps with Lip(f) <= L has at most \
                the chance 2 L^2 (p_eff + ln 2) / (n d tau^2) + 2 exp(-n s^2 / 2), tau = 1 - sqrt(1 - eps) - s.",
    source: "arXiv 2402.01089, Theorem 3; S2 and S3 derived here",
    reference: KUMAR,
    provenance: Provenance::Derived,
    symbols: &[
        Symbol { letter: "n", name: "samples", meaning: "samples; count" },
        Symbol { letter: "d", name: "dimension", meaning: "coordinates of an input; count" },
        Symbol { letter: "k", name: "neurons", meaning: "hidden neurons; count" },
        Symbol { letter: "b", name: "bits", meaning: "bits of a kept weight; 2, 4 or 8" },
        Symbol {
            letter: "m",
            name: "mask",
            meaning: "copy: one of each pair of weights by a label; top: the strongest half of \
                 the coordinates",
        },
        Symbol { letter: "q", name: "flip", meaning: "chance that a copied bit is flipped; 0 to 1/2" },
        Symbol { letter: "rho", name: "share", meaning: "chance that a mask looks at the data; 0 to 1" },
        Symbol {
            letter: "I",
            name: "information",
            meaning: "I(m; D): r (ln 2 - h(q)) for r copied bits, ln C(d, d/2); nats",
        },
    ],
    assumptions: &[
        Assumption {
            name: "random labels",
            says: "labels are independent fair signs, inputs N(0, I_d / d), so that c = 1",
        },
        Assumption {
            name: "finite information",
            says: "kept weights are on a grid, and the mask knows exactly known nats",
        },
    ],
    bound: "sqrt(2 p_eff / (nd)) for the mean, and S3 for the chance, constants as stated; free is what the 1-Lipschitz function with \
            values y_i (distance to the nearest opposite label) / 2 has",
    checked: &[
        "S2 at n = 60, d = 30 and 100, k = 4, 8, 16, b = 2, 4, 8, for copied labels and for the strongest coordinates: t test of \
         the mean against the bound; points where the bound is no less than what is free are vacuous, and are reported",
        "S2 at n = 200, d = 3200 on masks without weights to choose (b = 0), where it is nearly tight: 0.678 of the bound before \
         clipping and the mean label take their part",
        "S3 at eps = 0.85 on such masks that copy all signs with chance 0.05 and are blind otherwise",
    ],
    not_checked: &["printed constants, which are vacuous here", "grids that are chosen from the data"],
    gaps: &[
        "S2 speaks of the mean over data sets: it is tested over replicas, not in each of them",
        "I(f; D) <= p_eff is not tight: the search does not use all networks of the grid",
    ],
    power: "alternative: the bound exceeded by a tenth; values spread by a tenth of their mean, so that 20 replicas show it; the \
            false sibling, a constant twice too strong, is refuted by 24 on the masks without weights",
    about: "the floating-point program, f64; Lipschitz constants by certified upper ends",
    protocol: 1,
};

/// The law, or its false sibling: half of every bound.
#[derive(Debug)]
pub struct EffectiveParameterLawQuantized {
    factor: f64,
}

/// The claim.
pub static CLAIM: EffectiveParameterLawQuantized = EffectiveParameterLawQuantized { factor: 1.0 };
static FALSE: EffectiveParameterLawQuantized = EffectiveParameterLawQuantized { factor: TOO_STRONG };

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

impl EffectiveParameterLawQuantized {
    /// S2 at a point, vacuous where the bound is no less than what is free.
    fn expectation(&self, point: &Point<'_>, level: &Level, points: usize) -> Finding {
        let (allowed, free) = (self.factor * point.number("allowed"), mean(&point.numbers("reachable")));
        let band = Interval { low: f64::NEG_INFINITY, high: allowed };
        let law = Average { version: "S2", ours: true, band, scale: allowed };
        let values = point.numbers("normalised");
        let finding = law.judge("(mean(f y) - |mean y|) / Lip", point.at(), &values, level, points);
        let seen = format!(
            "{}; mean / bound {:.3}; p_eff {:.0} nats, {:.0} of the mask; mean squared error {:.3}; free {free:.3}",
            finding.seen,
            mean(&values) / allowed,
            point.number("p_eff"),
            point.number("information"),
            mean(&point.numbers("train_loss")),
        );
        match finding.verdict {
            Verdict::Holds { .. } if allowed >= free => {
                let verdict = Verdict::Vacuous { bound: allowed, trivial: free };
                Finding { version: "S2, vacuous here", ours: false, verdict, seen, ..finding }
            }
            _ => Finding { seen, ..finding },
        }
    }

    /// S2 for a mask without weights. Nothing free comes near it: points in so many dimensions are sqrt(2) apart.
    fn mask_only(&self, point: &Point<'_>, level: &Level, points: usize) -> Finding {
        let allowed = self.factor * point.number("allowed");
        let values = point.numbers("normalised");
        let band = Interval { low: f64::NEG_INFINITY, high: allowed };
        let law = Average { version: "S2, mask only", ours: true, band, scale: allowed };
        let finding = law.judge("(mean(f y) - |mean y|) / Lip", point.at(), &values, level, points);
        let seen = format!("{}; mean / bound {:.3}", finding.seen, mean(&values) / allowed);
        Finding { seen, ..finding }
    }

    /// S3 at a point: the chance of a fit within the Lipschitz constant that all outputs have.
    fn chance(&self, point: &Point<'_>, level: &Level, points: usize) -> Finding {
        let law = DataLaw::gaussian(MASK_SAMPLES, point.number("dimension") as usize);
        // |mean y| > s has chance 2 exp(-5) at most.
        let s = (10.0 / MASK_SAMPLES as f64).sqrt();
        let lipschitz = point.numbers("lipschitz").into_iter().fold(0.0, f64::max);
        let bound = sharp::selected(&law, EPS, s, point.number("information"), lipschitz);
        let claimed = (self.factor * bound.value).min(1.0);
        let event = Event { version: "S3", law: RateLaw::AtMost(claimed) };
        let outcomes: Vec<bool> = point.numbers("train_loss").iter().map(|loss| *loss <= 1.0 - EPS).collect();
        let finding = event.judge(point, &outcomes, level, points);
        let rate = outcomes.iter().filter(|fits| **fits).count() as f64 / outcomes.len() as f64;
        let seen = format!("{}; rate / bound {:.3} at L = {lipschitz:.2}", finding.seen, rate / claimed);
        if bound.vacuous() {
            let verdict = Verdict::Vacuous { bound: bound.value, trivial: bound.free };
            return Finding { ours: false, verdict, seen, ..finding };
        }
        Finding { seen, ..finding }
    }
}

impl Claim for EffectiveParameterLawQuantized {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let networks = |replicas, neurons: &str, bits: &str| {
            let settings =
                [("dimension", "30,100"), ("neurons", neurons), ("bits", bits), ("mask", "copy,top"), ("flip", "0.05")];
            Evidence::fixed(&grid_networks::SCHEMA, &grid_networks::COLUMNS, replicas, grid_networks::one, &settings)
        };
        let masks = |replicas| {
            let settings = [("samples", "200"), ("dimension", "3200"), ("flip", "0"), ("share", "0.05,1")];
            Evidence::fixed(&sign_masks::SCHEMA, &sign_masks::COLUMNS, replicas, sign_masks::one, &settings)
        };
        match effort {
            Effort::Smoke => vec![networks(12, "4", "2"), masks(24)],
            Effort::Normal => vec![networks(20, "4,8,16", "2,4,8"), masks(100)],
            Effort::Paper => vec![networks(400, "4,8,16", "2,4,8"), masks(2000)],
        }
    }

    fn judge(&self, seen: &[Table], level: &Level) -> Vec<Finding> {
        let [networks, masks] = seen else { return Vec::new() };
        let (networks, masks) = (points(networks), points(masks));
        let all = networks.len() + masks.len();
        let expectations = networks.iter().map(|point| self.expectation(point, level, all));
        let selections = masks.iter().map(|point| match point.number("share") {
            1.0 => self.mask_only(point, level, all),
            _ => self.chance(point, level, all),
        });
        expectations.chain(selections).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}
