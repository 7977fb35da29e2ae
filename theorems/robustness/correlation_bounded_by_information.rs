//! # A selection correlates with noise by no more than its information pays for
//!
//! Among centred variables X_1..X_K one is selected after looking at them. On average the selected one is at most
//! s sqrt(2 I), with I what the selection knows about the variables: a mask that fits noise has to know it. A Gibbs selection
//! among independent Gaussians attains it as K grows.
//!
//! ## Source
//! arXiv 1511.05219 (Russo and Zou) and 1705.07809 (Xu and Raginsky), Theorem 1, as Lemma 1's expectation form in arXiv
//! 2402.01089; the toys and their ratios are derived here. `kumar2024no`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. X_t has mean 0 and ln E exp(lambda X_t) <= lambda^2 s^2 / 2; here X_t is N(0, 1).
//!
//! ## Bound
//! E X_W <= s sqrt(2 I(W; X)), I in nats.
//!
//! ## Checked here
//! Gibbs selections of beta = 0.25, 1, 3 and infinity, K = 2 to 1024: the mean against the bound, 4.75 standard errors
//! either way; K = 2 by an integral; the bound attained to 1 % at K = 1024.
//!
//! ## Not checked here
//! Variables that depend on each other.
//!
//! ## Gaps to the paper
//! The paper uses a form with a failure rate, which `kl_tail_selection` has.

use super::{CANDIDATES, KUMAR, SUBJECT};
use crate::average::Average;
use crate::point::{Point, points};
use crate::reference::Reference;
use crate::{
    Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Symbol, TrialError, Verdict, Witness,
};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::information::selector::{gibbs, gibbs_of_two};
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Domain, Field, Schema, Settings};
use prunelaw_engine::statistics::Interval;
use prunelaw_engine::statistics::mean::Mean;
use prunelaw_engine::subset_sum::SampleLaw;
use prunelaw_engine::table::{Column, Row, Table};

/// A mean is told from its bound at 4.75 standard errors.
const LEVEL: f64 = 1e-6;

/// Ratios within this of each other count as equal.
const TOLERANCE: f64 = 0.01;

/// s sqrt(2 I) with s = 1: the bound, from I in nats.
pub fn bound(information: f64) -> f64 {
    (2.0 * information).sqrt()
}

static CARD: Card = Card {
    id: "correlation_bounded_by_information",
    was: None,
    subject: &SUBJECT,
    class: Class::Inequality,
    says: "E X_W <= s sqrt(2I), equality in the random-energy selector",
    statement: "If X_1..X_K are centred with moment generating functions below that of N(0, s^2), and W is any index chosen \
                after looking at them, then E X_W <= s sqrt(2 I(W; X)) with I in nats. A Gibbs choice among independent \
                Gaussians attains it as K grows at fixed inverse temperature.",
    source: "arXiv 1705.07809, Theorem 1, used in arXiv 2402.01089, Lemma 1; the toys are derived here",
    reference: KUMAR,
    provenance: Provenance::Published,
    symbols: &[
        Symbol { letter: "X_t", name: "x", meaning: "independent N(0, 1); t = 1..K" },
        Symbol { letter: "K", name: "candidates", meaning: "variables to choose from; count" },
        Symbol { letter: "W", name: "selected", meaning: "chosen with chances proportional to exp(beta X_t)" },
        Symbol { letter: "1/beta", name: "temperature", meaning: "0 takes the largest" },
        Symbol { letter: "I", name: "information", meaning: "I(W; X) = ln K - E H(W | X); nats" },
    ],
    assumptions: &[Assumption {
        name: "sub-Gaussian",
        says: "E X_t = 0 and ln E exp(lambda X_t) <= lambda^2 s^2 / 2 for every t and lambda",
    }],
    bound: "E X_W <= s sqrt(2 I); the constant 2 is attained: I -> beta^2/2 and E X_W -> beta s for K -> inf, beta fixed",
    checked: &[
        "the mean of X_W less its bound, K = 2, 8, 64, 1024 and beta = 0.25, 1, 3, inf, 4.75 standard errors either way \
         and 1 % of the bound as the smallest difference that matters",
        "K = 2 by an integral over the difference: the inequality without chance, and the draws beside it",
        "attained: ratio within 1 % of 1 at K = 1024 and beta = 0.25 and 1",
        "reported: the ratios .649 .913 .985 1.000 (beta = 1) and .480 .701 .813 .875 (the largest), simulated before \
         with 20000 draws each; the first is 0.6551 exactly",
    ],
    not_checked: &["variables that depend on each other, and selections other than Gibbs'"],
    gaps: &[
        "the mean of all X_t, whose expectation is 0, is subtracted from X_W: the same expectation, a smaller spread",
    ],
    power: "alternative: the bound without its factor 2 (the false sibling's), which K = 64 at beta = 1 exceeds by 39 %: \
            power above 0.99 with 2000 draws",
    about: "the real-number law: an integral for K = 2, else means of draws in f64",
    protocol: 1,
};

const TEMPERATURE: Field = Field {
    name: "temperature",
    symbol: "1/beta",
    help: "of the Gibbs choice; 0 takes the largest",
    domain: Domain::Real { min: 0.0, max: 1e6, open: false },
    ..field::SIGNAL
};

static FIELDS: [Field; 2] = [CANDIDATES.integer(64).axis(), TEMPERATURE.real(1.0).axis()];

static SCHEMA: Schema =
    Schema { when: "the trials of correlation_bounded_by_information", fields: &FIELDS, rules: &[] };

static COLUMNS: [Column; 3] = [
    Column::real("selected", "1", "E[X_W | X] of one draw of X"),
    Column::real("mean", "1", "mean of the K variables"),
    Column::real("information", "nats", "ln K - H(W | X); its mean is I"),
];

fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let x = SampleLaw::Gaussian.draw(settings.count("candidates"), &key.child("data"));
    let (selected, entropy) = gibbs(&x, settings.real("temperature").recip());
    let (count, sum) = (x.len() as f64, x.iter().sum::<f64>());
    Ok(vec![selected.into(), (sum / count).into(), (count.ln() - entropy).into()])
}

/// Ratios E X_W / (s sqrt(2 I)) simulated before: K, temperature, ratio.
const RATIOS: [(f64, f64, f64); 8] = [
    (2.0, 1.0, 0.649),
    (8.0, 1.0, 0.913),
    (64.0, 1.0, 0.985),
    (1024.0, 1.0, 1.000),
    (2.0, 0.0, 0.480),
    (8.0, 0.0, 0.701),
    (64.0, 0.0, 0.813),
    (1024.0, 0.0, 0.875),
];

/// Draws behind each of them.
const DRAWS: f64 = 20_000.0;

/// The inequality, or its false sibling: s sqrt(I).
#[derive(Debug)]
pub struct CorrelationBoundedByInformation {
    /// The number under the root that multiplies I.
    factor: f64,
}

/// The claim.
pub static CLAIM: CorrelationBoundedByInformation = CorrelationBoundedByInformation { factor: 2.0 };
static FALSE: CorrelationBoundedByInformation = CorrelationBoundedByInformation { factor: 1.0 };

impl CorrelationBoundedByInformation {
    fn bound(&self, information: f64) -> f64 {
        (self.factor / 2.0).sqrt() * bound(information)
    }

    /// Findings from draws: the inequality, and where it is attained.
    fn drawn(&self, point: &Point<'_>) -> Vec<Finding> {
        let (count, temperature) = (point.number("candidates"), point.number("temperature"));
        let information = point.numbers("information");
        let average = information.iter().sum::<f64>() / information.len() as f64;
        let limit = self.bound(average);
        // sqrt is concave: to first order the bound moves with a draw's information by (I_i - I) / (2 I) of itself.
        let ratios = |gains: &[f64]| -> Vec<f64> {
            let of = |(gain, nats): (&f64, &f64)| gain / limit - (nats - average) / (2.0 * average);
            gains.iter().zip(&information).map(of).collect()
        };
        let selected = point.numbers("selected");
        let centred: Vec<f64> = selected.iter().zip(point.numbers("mean")).map(|(x, mean)| x - mean).collect();
        let level = Level { alpha: LEVEL };
        let judge = |version, low: f64| {
            let band = Interval { low, high: 1.0 + TOLERANCE };
            let average = Average { version, ours: true, band, scale: 1.0 };
            average.judge("E X_W / (s sqrt(2I))", point.at(), &ratios(&centred), &level, 1)
        };
        let mut findings = vec![judge("as stated", f64::NEG_INFINITY)];
        if count >= 1024.0 && temperature >= 1.0 {
            findings.push(judge("attained", 1.0 - TOLERANCE));
        }
        let known = RATIOS.into_iter().find(|(k, t, _)| *k == count && *t == temperature);
        if let (Some((.., value)), Ok(ours)) = (known, Mean::of(&ratios(&selected))) {
            let error = ours.standard_deviation / DRAWS.sqrt();
            let before = Reference { version: "ratio, simulated before", value, error };
            findings.push(before.beside(point, ours.mean, ours.standard_error));
        }
        findings
    }

    /// The two of K = 2 without chance, and the draws beside the integral.
    fn two(&self, point: &Point<'_>) -> Vec<Finding> {
        let (gain, information) = gibbs_of_two(point.number("temperature").recip());
        let limit = self.bound(information);
        let seen = format!("E X_W = {gain:.6}, bound {limit:.6}, ratio {:.6}", gain / limit);
        let margin = 1.0 - gain / limit;
        let verdict = if margin >= 0.0 {
            Verdict::Holds { margin }
        } else {
            Verdict::Violated { margin, witness: Witness { at: point.at(), replica: None, seen: seen.clone() } }
        };
        let integral = Finding {
            version: "two, by an integral",
            ours: true,
            point: point.at(),
            verdict,
            p_value: None,
            replicas: 0,
            failures: None,
            claimed_rate: None,
            seen,
        };
        let beside = |column: &str, value| {
            let drawn = Mean::of(&point.numbers(column)).ok()?;
            let exact = Reference { version: "draws beside the integral", value, error: 0.0 };
            // Without spread there is nothing to compare with.
            (drawn.standard_error > 0.0).then(|| exact.beside(point, drawn.mean, drawn.standard_error))
        };
        [Some(integral), beside("selected", gain), beside("information", information)].into_iter().flatten().collect()
    }
}

impl Claim for CorrelationBoundedByInformation {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let (candidates, replicas) = match effort {
            Effort::Smoke => ("2,8,64", 2_000),
            Effort::Normal => ("2,8,64,1024", 20_000),
            Effort::Paper => ("2,8,64,1024,4096", 40_000),
        };
        let temperatures = format!("0,{},1,4", 1.0 / 3.0);
        let settings = [("candidates", candidates), ("temperature", temperatures.as_str())];
        vec![Evidence::fixed(&SCHEMA, &COLUMNS, replicas, one, &settings)]
    }

    fn judge(&self, seen: &[Table], _: &Level) -> Vec<Finding> {
        let points = seen.iter().flat_map(points);
        let of = |point: Point<'_>| {
            let two = if point.number("candidates") == 2.0 { self.two(&point) } else { Vec::new() };
            [self.drawn(&point), two].concat()
        };
        points.flat_map(of).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_integral_of_two_is_below_the_bound_and_not_below_that_of_the_sibling_everywhere() {
        for beta in [0.25, 1.0, 3.0, f64::INFINITY] {
            let (gain, information) = gibbs_of_two(beta);
            assert!(gain < CLAIM.bound(information), "{beta}");
        }
        assert_eq!(FALSE.bound(0.5), 0.5_f64.sqrt());
    }
}
