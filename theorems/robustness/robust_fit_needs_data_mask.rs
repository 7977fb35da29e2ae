//! # A flat fit of noise needs a mask that knows the data: the nats that it must know
//!
//! S2 and S3 read from the other side bound I(m; D) from below: a network that fits random labels with a small Lipschitz constant,
//! and whose weights carry b |m|_1 ln 2 nats at most, has the rest of what the fit needs in its mask. Where the weights carry
//! nothing the mask has all of it, and masks that were chosen without the data fit nothing.
//!
//! ## Source
//! arXiv 2402.01089, Theorem 2 ("no free prune"); S2 and S3 inverted, derived here. `kumar2024no`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. Fair labels, inputs N(0, I/d): c = 1.
//!
//! ## Bound
//! I(m; D) >= (nd/2) (E[(mean(f y) - |mean y|) / Lip])^2 - b E|m|_1 ln 2, and from S3
//! I(m; D) >= (P - 2 exp(-n s^2 / 2)) n d tau^2 / (2 L^2) - ln 2 - b E|m|_1 ln 2, P the chance to fit within L.
//!
//! ## Checked here
//! Networks that are a mask and nothing else (b = 0), whose I is known exactly for every chance of a flipped sign: the floors never
//! exceed it.
//!
//! ## Not checked here
//! Masks of practical pruning rules, whose information is not known.
//!
//! ## Gaps to the paper
//! The paper plots mean(f z) without dividing by Lip, which bounds nothing alone.

use super::bounds::{DataLaw, sharp};
use super::{KUMAR, SUBJECT, sign_masks};
use crate::average::Average;
use crate::point::{Point, points};
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Symbol, Verdict, Witness};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::statistics::Interval;
use prunelaw_engine::statistics::binomial;
use prunelaw_engine::table::Table;

/// S3 asks for a mean squared error of at most 1 - eps.
const EPS: f64 = 0.85;

static CARD: Card = Card {
    id: "robust_fit_needs_data_mask",
    was: None,
    subject: &SUBJECT,
    class: Class::Probability,
    says: "S3 inverted: a floor on I(m;D) at given Lipschitz constant and bits",
    statement: "If a pruned network with b bits per kept weight fits n independent fair labels at normal inputs in d dimensions, \
                clipped to [-1, 1], then its mask knows at least (nd/2) (E[(mean(f y) - |mean y|) / Lip])^2 - b E|m|_1 ln 2 nats \
                about the data; and if it fits below the noise by eps within Lip <= L with chance P, at least \
                (P - 2 exp(-n s^2 / 2)) n d tau^2 / (2 L^2) - ln 2 - b E|m|_1 ln 2.",
    source: "arXiv 2402.01089, Theorem 2; S2 and S3 inverted, derived here",
    reference: KUMAR,
    provenance: Provenance::Derived,
    symbols: &[
        Symbol { letter: "n", name: "samples", meaning: "samples; count" },
        Symbol { letter: "d", name: "dimension", meaning: "coordinates of an input; count" },
        Symbol { letter: "b", name: "bits", meaning: "bits of a kept weight: 0 here" },
        Symbol { letter: "q", name: "flip", meaning: "chance that a copied sign is flipped; 0 to 1/2" },
        Symbol { letter: "I", name: "information", meaning: "I(m; D) = d (ln 2 - h(q)); nats" },
    ],
    assumptions: &[Assumption {
        name: "random labels",
        says: "labels are independent fair signs, inputs N(0, I_d / d), so that c = 1",
    }],
    bound: "the two floors, constants as stated; the trivial floor is 0. Expected: the first is 1 / (pi ln 2) = 0.459 of I at q = 0 \
            and 2/pi of it near q = 1/2, less what |mean y| takes",
    checked: &[
        "the floor of S2 against the exact information at q = 0, 0.1, 0.25 and 1/2: t test of the mean that the floor squares",
        "the floor of S3 from the rate of fits, at a lower confidence limit, against the exact information at q = 0",
        "at q = 1/2, a mask that does not look, the floor is 0 and the fit is none",
    ],
    not_checked: &[
        "masks of magnitude, SNIP and their like on weights of many bits, where b |m|_1 ln 2 exceeds both floors",
    ],
    gaps: &["the paper's curves of the correlation with noise lack the division by a Lipschitz constant"],
    power: "alternative: a mean of the normalised correlation one tenth above what I allows; it spreads by a hundredth to a tenth of \
            itself, so that 24 replicas show it, as they show the false sibling, half of what S2 allows",
    about: "the floating-point program, f64; the Lipschitz constant is exact",
    protocol: 1,
};

/// The floors, or their false sibling: twice too strong, S2 with half of its constant.
#[derive(Debug)]
pub struct RobustFitNeedsDataMask {
    factor: f64,
}

/// The claim.
pub static CLAIM: RobustFitNeedsDataMask = RobustFitNeedsDataMask { factor: 1.0 };
static FALSE: RobustFitNeedsDataMask = RobustFitNeedsDataMask { factor: 0.5 };

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

impl RobustFitNeedsDataMask {
    /// The floor of S2: the mean that it squares is at most what the exact information allows.
    fn expectation(&self, point: &Point<'_>, law: &DataLaw, level: &Level, points: usize) -> Finding {
        let (allowed, information) = (self.factor * point.number("allowed"), point.number("information"));
        let values = point.numbers("normalised");
        let floor = sharp::least_information(law, mean(&values) / self.factor);
        let what = format!(
            "(mean(f y) - |mean y|) / Lip (floor {floor:.1} nats, exact {information:.1}, floor / exact {:.3}; mean squared error \
             {:.3})",
            if information > 0.0 { floor / information } else { 0.0 },
            mean(&point.numbers("train_loss"))
        );
        let band = Interval { low: f64::NEG_INFINITY, high: allowed };
        // Where the mask is blind the band ends at 0 and has no scale of its own.
        let scale = if allowed > 0.0 { allowed } else { sharp::normalised_correlation(law, 1.0) };
        Average { version: "S2 inverted", ours: true, band, scale }.judge(&what, point.at(), &values, level, points)
    }

    /// The floor of S3, from a lower confidence limit of the rate of fits.
    fn chance(&self, point: &Point<'_>, law: &DataLaw, level: &Level, points: usize) -> Finding {
        let fits = point.numbers("train_loss").iter().filter(|loss| **loss <= 1.0 - EPS).count() as u64;
        let replicas = point.rows.len() as u64;
        let confidence = 1.0 - 2.0 * level.per_point(points);
        let rate = binomial::clopper_pearson(fits, replicas, confidence).map_or(0.0, |rate| rate.low);
        let lipschitz = point.numbers("lipschitz").into_iter().fold(0.0, f64::max);
        let information = point.number("information");
        let floor = sharp::least_information_by_chance(law, EPS, rate, lipschitz) / (self.factor * self.factor);
        let seen = format!(
            "{fits} of {replicas} fit within L = {lipschitz:.2}: floor {floor:.1} nats, exact {information:.1}, floor / exact {:.3}",
            floor / information
        );
        let verdict = if floor <= 0.0 {
            Verdict::Vacuous { bound: floor, trivial: 0.0 }
        } else if floor <= information {
            Verdict::Holds { margin: 1.0 - floor / information }
        } else {
            let witness = Witness { at: point.at(), replica: None, seen: seen.clone() };
            Verdict::Violated { margin: 1.0 - floor / information, witness }
        };
        Finding {
            version: "S3 inverted",
            // A rate of fits that is too small to say anything is reported and says nothing.
            ours: floor > 0.0,
            point: point.at(),
            verdict,
            p_value: None,
            replicas,
            failures: Some(fits),
            claimed_rate: None,
            seen,
        }
    }
}

impl Claim for RobustFitNeedsDataMask {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let masks = |replicas, dimension: &str, flip: &str| {
            let settings = [("samples", "200"), ("dimension", dimension), ("flip", flip), ("share", "1")];
            vec![Evidence::fixed(&sign_masks::SCHEMA, &sign_masks::COLUMNS, replicas, sign_masks::one, &settings)]
        };
        match effort {
            Effort::Smoke => masks(24, "3200", "0,0.5"),
            Effort::Normal => masks(40, "800,3200", "0,0.1,0.25,0.5"),
            Effort::Paper => masks(400, "800,1600,3200,6400", "0,0.1,0.25,0.5"),
        }
    }

    fn judge(&self, seen: &[Table], level: &Level) -> Vec<Finding> {
        let at: Vec<Point<'_>> = seen.iter().flat_map(points).collect();
        let law = |point: &Point<'_>| DataLaw::gaussian(200, point.number("dimension") as usize);
        let expectations = at.iter().map(|point| self.expectation(point, &law(point), level, 2 * at.len()));
        let copied = at.iter().filter(|point| point.number("flip") == 0.0);
        expectations.chain(copied.map(|point| self.chance(point, &law(point), level, 2 * at.len()))).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}
