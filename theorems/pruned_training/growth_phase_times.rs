//! # The growth phase ends after a time sigma_0^(2-q), and for noise (p d)^(-q/2) besides
//!
//! While all correlations are small, each grows by itself: z' = c q z^(q-1), which blows up at a time 1/(q(q-2) c
//! z_0^(q-2)). For a signal c = (mu^2/K)(1-1/K) and z_0 ~ sigma_0 mu; for the noise of a training sample c = (sigma_n^2
//! p d/n)(1-1/K) and z_0 ~ sigma_0 sigma_n sqrt(p d).
//!
//! ## Source
//! First terms of T in arXiv 2301.00335 (JMLR 26(84), 2025), Thms 3 and 9 (formal 15, 41, 50; Lemma 43); the equation
//! and its constants derived here. `yang2025random`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. q > 2 and a start far below 1: else nothing blows up.
//! 2. The race is decided: signals alone pass 1, or noises alone; a replica in which the other is first makes the
//!    exponents inconclusive.
//!
//! ## Bound
//! Exponents of the time eta t at which the largest correlation passes 1: 2-q in sigma_0 for signal and noise, -q/2 in
//! p d for noise. As printed, Thm 9 has sigma_0^(q-2).
//!
//! ## Checked here
//! The exponents in sigma_0 for q = 3 and 4, and at fixed d in p for q = 3, with bands on the card; the printed form is
//! refuted.
//!
//! ## Not checked here
//! Prefactors, mu, K, n, and the second terms of T.
//!
//! ## Gaps to the paper
//! Its T hides polylogarithms; p here is far above the 1/(K m log d) of Thm 9.

use super::trial::{Start, recipe, start};
use super::{CLASSES, DIMENSION, KEEP, NEURONS, NOISE, PAPER, POWER, SAMPLES, SIGNAL, SUBJECT};
use crate::exponent::Exponent;
use crate::point::points;
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Symbol, TrialError, Verdict};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::measure::{Alignment, FirstPassage};
use prunelaw_engine::network::patch::PatchObjective;
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Field, Schema, Settings};
use prunelaw_engine::statistics::slope::{Scale, Slope};
use prunelaw_engine::stop::Stop;
use prunelaw_engine::table::{Column, Row, Table};
use prunelaw_engine::training::{Optimizer, Step, train};

/// Half-width of the bands in sigma_0: every replica has the same draws at every sigma_0, and what is left is the
/// rounding of a time to steps and the level 1, which no start is infinitely below.
pub const SCALE_BAND: f64 = 0.1;
/// Half-width of the bands in p: half way from -3/2 to -1, the exponent at q = 3 if pruning slowed the growth of noise
/// but left its start.
pub const KEEP_BAND: f64 = 0.25;

static CARD: Card = Card {
    id: "growth_phase_times",
    was: None,
    subject: &SUBJECT,
    class: Class::Scaling,
    says: "blow-up times of signal and noise",
    statement: "From a small start the largest correlation with a signal passes 1 after a time proportional to \
                sigma_0^(2-q), and the largest correlation with training noise after one proportional to sigma_0^(2-q) \
                (p d)^(-q/2).",
    source: "arXiv 2301.00335 (JMLR 26(84), 2025), first terms of T in Thms 3 and 9; exponents derived here from the \
             growth equation, sec. 3.3 of our notes",
    reference: PAPER,
    provenance: Provenance::Derived,
    symbols: &[
        CLASSES,
        NEURONS,
        DIMENSION,
        SAMPLES,
        KEEP,
        POWER,
        SIGNAL,
        NOISE,
        Symbol { letter: "sigma_0", name: "init_scale", meaning: "standard deviation of the initial weights; above 0" },
        Symbol { letter: "T", name: "time", meaning: "learning rate times steps until a correlation passes 1" },
    ],
    assumptions: &[
        Assumption { name: "superquadratic", says: "q > 2" },
        Assumption { name: "decided race", says: "only signals, or only noises, pass 1 in the time looked at first" },
    ],
    bound: "ln T against ln sigma_0 has the slope 2-q for signal and noise, band 0.1; ln T of noise against ln p at \
            fixed d has the slope -q/2, band 0.25. Printed in Thms 9, 41, 50 and Lemma 43: sigma_0^(q-2), against the \
            recursion in the lemma's own proof",
    checked: &[
        "signal: sigma_0 over a factor of 10 (q = 3) and 5 (q = 4), K = 2, n = 8, m = 20, d = 50, SNR 5",
        "noise: sigma_0 over a factor of 10 (q = 3) and 4 (q = 4) at p = 0.5, and p from 0.25 to 1 at q = 3, K = 2, n \
         = 8, m = 10, d = 2000, SNR 0.05",
        "as printed: sigma_0^(q-2) for noise, which is refuted",
    ],
    not_checked: &[
        "the exponent of p at other q",
        "prefactors and the exponents of mu, sigma_n, K and n",
        "d at fixed p",
        "the second terms of T",
    ],
    gaps: &[
        "the exponents are those of the limit of a small start; a time of a hundred steps is known to a few per cent",
        "at p d in the hundreds the largest masked noise is longer than the mean one, which steepens the slope in p by \
         about 0.05",
        "the paper's T has hidden polylogarithms and a second term that its growth phase does not see",
    ],
    power: "alternative: the printed sigma_0^(q-2), off by 2(q-2), and an exponent of p off by 1/2; paired over \
            replicas the slopes have standard errors below 0.002 in sigma_0 with 12 replicas, and below 0.04 in p \
            with 30: power above 0.8 in either direction",
    about: "the floating-point program, f64",
    protocol: 1,
};

static FIELDS: [Field; 12] = [
    field::CLASSES.integer(2),
    field::NEURONS.integer(20),
    field::DIMENSION.integer(50),
    field::SAMPLES.integer(8),
    field::SIGNAL.real(1.0),
    field::NOISE.by_alias(5.0),
    field::SIGNAL_LAW,
    field::INIT_SCALE.real(0.001).axis(),
    field::POWER.real(3.0).axis(),
    field::KEEP.real(1.0).axis(),
    field::RATE.real(1.0),
    field::STEPS.integer(100_000),
];

static SCHEMA: Schema = Schema { when: "the trials of growth_phase_times", fields: &FIELDS, rules: &[] };

static COLUMNS: [Column; 2] = [
    Column::text("first", "signal, noise, both or neither: whose largest correlation passed 1 first"),
    Column::real("time", "1", "learning rate times the steps after which it did; nan if none did"),
];

/// Which correlation passes 1 first, and when.
fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let Start { sample, net, mut objective, .. } = start(settings, key)?;
    let mut theta = objective.pack(&net);
    let mut passage = FirstPassage::default();
    let largest = |values: &[f64]| values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // Training is over with the first passage.
    let stop = Stop::new();
    let mut observer = |step: &Step<'_, f64>, objective: &PatchObjective<f64>| {
        let alignment = Alignment::of(objective, &sample.labels);
        passage.see(step.index, largest(&alignment.signal), largest(&alignment.noise));
        if passage != FirstPassage::default() {
            stop.request();
        }
    };
    train(&mut objective, &mut theta, &recipe(settings, Optimizer::Gd), &key.child("order"), &mut observer, &stop);
    let step = match (passage.signal, passage.noise) {
        (Some(signal), Some(noise)) => Some(signal.min(noise)),
        (signal, noise) => signal.or(noise),
    };
    let time = step.map_or(f64::NAN, |step| step as f64 * settings.real("rate"));
    Ok(vec![passage.first().into(), time.into()])
}

/// One fitted exponent: which race, what is varied, and the claimed slope.
struct Law {
    version: &'static str,
    /// Which correlation has to be first.
    first: &'static str,
    axis: &'static str,
    power: &'static str,
    values: &'static str,
    settings: &'static [(&'static str, &'static str)],
    expected: f64,
    band: f64,
}

const SMALL_NOISE: &[(&str, &str)] = &[("rate", "1")];
const NOISE_ALONE: &[(&str, &str)] =
    &[("signal", "0.05"), ("snr", "0.05"), ("dimension", "2000"), ("neurons", "10"), ("rate", "8")];

static LAWS: [Law; 5] = {
    const fn scale(
        version: &'static str,
        first: &'static str,
        q: &'static str,
        values: &'static str,
        expected: f64,
    ) -> Law {
        let settings = match first.as_bytes()[0] {
            b's' => SMALL_NOISE,
            _ => NOISE_ALONE,
        };
        Law { version, first, axis: "init_scale", power: q, values, settings, expected, band: SCALE_BAND }
    }
    const KEEP_LAW: Law = Law {
        version: "noise in p, q = 3",
        first: "noise",
        axis: "keep",
        power: "3",
        values: "0.25,0.4,0.63,1",
        settings: NOISE_ALONE,
        expected: -1.5,
        band: KEEP_BAND,
    };
    [
        scale("signal in sigma_0, q = 3", "signal", "3", "log(0.001,0.01,4)", -1.0),
        scale("signal in sigma_0, q = 4", "signal", "4", "log(0.005,0.025,4)", -2.0),
        scale("noise in sigma_0, q = 3", "noise", "3", "log(0.001,0.01,4)", -1.0),
        scale("noise in sigma_0, q = 4", "noise", "4", "log(0.01,0.04,4)", -2.0),
        KEEP_LAW,
    ]
};

impl Law {
    fn evidence(&self, replicas: u64) -> Evidence {
        // What is not varied.
        let fixed = match self.axis {
            "keep" => ("init_scale", "0.002"),
            _ => ("keep", if self.first == "noise" { "0.5" } else { "1" }),
        };
        let own = [("power", self.power), (self.axis, self.values), fixed];
        let settings: Vec<(&str, &str)> = self.settings.iter().copied().chain(own).collect();
        Evidence::fixed(&SCHEMA, &COLUMNS, replicas, one, &settings)
    }

    fn judge(&self, table: &Table, claimed: Exponent, level: &Level, laws: usize) -> Finding {
        let points = points(table);
        let x: Vec<f64> = points.iter().map(|point| point.number(self.axis)).collect();
        let times: Vec<Vec<f64>> = points.iter().map(|point| point.numbers("time")).collect();
        let fit = Slope::fit(&x, &times, Scale::LogLog, &Key::root(CARD.id).child(self.version));
        let mut finding = claimed.judge(&fit, level, laws);
        let others = points.iter().flat_map(|point| point.words("first")).filter(|first| first != self.first).count();
        if others > 0 {
            let because = format!("{} was not first in {others} replicas", self.first);
            finding.verdict = Verdict::Inconclusive { replicas_needed: None, because };
            finding.p_value = None;
        }
        finding
    }
}

/// The exponents, or the false sibling with the printed one, and a start of noise that alone is pruned.
#[derive(Debug)]
pub struct GrowthPhaseTimes {
    printed: bool,
}

/// The claim.
pub static CLAIM: GrowthPhaseTimes = GrowthPhaseTimes { printed: false };
static FALSE: GrowthPhaseTimes = GrowthPhaseTimes { printed: true };

impl Claim for GrowthPhaseTimes {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        // Masks differ between replicas; draws at another sigma_0 do not, but for their size.
        let (keep, scale) = match effort {
            Effort::Smoke => (12, 12),
            Effort::Normal => (30, 12),
            Effort::Paper => (200, 50),
        };
        // Those of q = 4 take the longest.
        let laws = LAWS.iter().filter(|law| effort > Effort::Smoke || law.power == "3");
        laws.map(|law| law.evidence(if law.axis == "keep" { keep } else { scale })).collect()
    }

    fn judge(&self, seen: &[Table], level: &Level) -> Vec<Finding> {
        // At `smoke` there are the laws of q = 3 alone.
        let laws: Vec<&Law> = if seen.len() == LAWS.len() {
            LAWS.iter().collect()
        } else {
            LAWS.iter().filter(|law| law.power == "3").collect()
        };
        let printed = |law: &Law| if law.axis == "keep" { 1.0 + law.expected } else { -law.expected };
        let mut findings = Vec::new();
        for (law, table) in laws.iter().zip(seen) {
            let &Law { version, band, .. } = *law;
            let expected = if self.printed { printed(law) } else { law.expected };
            findings.push(law.judge(table, Exponent { version, ours: true, expected, band }, level, laws.len()));
            if law.first == "noise" && law.axis == "init_scale" {
                let as_printed =
                    Exponent { version: "as printed in Thm 9", ours: false, expected: -law.expected, band };
                findings.push(law.judge(table, as_printed, level, laws.len()));
            }
        }
        findings
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}
