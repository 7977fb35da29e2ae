//! # What bounds the information of a mask
//!
//! A mask knows no more about the data than its own entropy, than the number of masks of its size allows, than the statistic
//! through which its rule sees the data, or than a Gaussian channel where noise was added to its scores. A rule that does not look
//! at the data knows exactly nothing. Given the initialization it knows more than without.
//!
//! ## Source
//! arXiv 2402.01089, Sec. 4.1 and the remark after Thm 4; standard inequalities, collected here. `kumar2024no`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. Finitely many data sets and masks; the initialization is drawn without the data.
//!
//! ## Bound
//! 0 <= I(m; D) <= I(m; D | init), I(m; D) <= H(m) <= ln C(p, s), and the rest on the card.
//!
//! ## Checked here
//! Random finite laws, exactly; the enumerated network, with limits from samples on both sides of the exact value; the role of
//! the initialization over 64 of them.
//!
//! ## Not checked here
//! Continuous data, where only the bounds that count masks stay finite.
//!
//! ## Gaps to the paper
//! The paper takes bits in one place and nats in another.

use super::bounds::effective::nats_per_weight;
use super::bounds::{Parametrization, Version};
use super::{KUMAR, SUBJECT, part};
use crate::limit::Limit;
use crate::point::{Point, points};
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Replicas, Symbol, TrialError};
use ndarray::{Array2, Axis, array};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::enumerated::descent::Kept;
use prunelaw_engine::enumerated::law::with_and_without_init;
use prunelaw_engine::enumerated::net::initial;
use prunelaw_engine::enumerated::rules::{Rule, kept};
use prunelaw_engine::information::{bits, entropy, law, upper};
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Assignment, Domain, Field, Schema, Settings};
use prunelaw_engine::statistics::student::upper_tail;
use prunelaw_engine::table::{Column, Row, Table};
use rand::RngExt;
use std::f64::consts::LN_2;

/// Largest excess that is rounding: sums of some thousand terms below 10.
const TOLERANCE: f64 = 1e-9;
/// Data sets of a random law.
const DATASETS: usize = 12;
/// Values of the statistic through which scores see the data.
const STATISTICS: usize = 4;
/// Equally likely initializations of a random law, and outcomes of the rule's own chance.
const INITS: usize = 3;
const SEEDS: usize = 2;
/// Initializations of the enumerated network, as a uniform law.
const ENUMERATED_INITS: u64 = 64;

static CARD: Card = Card {
    id: "mask_information_bounds",
    was: None,
    subject: &SUBJECT,
    class: Class::Inequality,
    says: "0 <= I <= H(m) <= ln C(p,s); data-agnostic masks exactly 0",
    statement: "The information I(m; D) of a mask about the data is at most the entropy of the mask, which is at most ln C(p, s) \
                for s of p weights kept and at most the sum of the entropies of its entries; at most the entropy of the data and of \
                any statistic through which the rule sees them; at most I(m; D | init). It is 0 for rules that do not look.",
    source: "arXiv 2402.01089, Sec. 4.1 and the remark after Thm 4; collected and checked here",
    reference: KUMAR,
    provenance: Provenance::Derived,
    symbols: &[
        Symbol { letter: "m, D", name: "mask, data", meaning: "the mask, and the data set" },
        Symbol { letter: "p", name: "weights", meaning: "weights, of which s = p/2 are kept in the random laws" },
        Symbol { letter: "T(D)", name: "statistic", meaning: "all that the rule sees of the data" },
        Symbol { letter: "tau", name: "noise", meaning: "spread of noise added to scores" },
    ],
    assumptions: &[Assumption {
        name: "init without data",
        says: "the initialization and the rule's own chance are independent of the data",
    }],
    bound: "I(m; D) <= H(m) <= min(ln C(p, s), sum_i h(P(m_i = 1))); I(m; D) <= min(H(D), H(T(D)), I(m; D | init), \
            (1/2) ln det(1 + Cov/tau^2)); p_eff corrected >= printed",
    checked: &[
        "random laws of 12 data sets, 3 initializations and a rule with chance of its own, p = 4, 6, 10: all inequalities, from \
         the exact joint law, to 1e-9",
        "the mask that keeps the larger of two noisy scores against the Gaussian channel: its law is a normal tail, so that its \
         information is exact",
        "the enumerated network: limits from 32000 sampled data sets (confidence .999) on both sides of the exact value",
        "the enumerated network with 64 initializations as its law: I(m; D) <= I(m; D | init)",
        "p_eff of Thm 4, corrected, is never below the printed one; bits times ln 2 are nats",
    ],
    not_checked: &["continuous data"],
    gaps: &["the limits from samples fail at rate .001 if the theory is right; none did"],
    power: "no chance enters but in the limits from samples: one replica beyond rounding refutes",
    about: "the real-number laws, exactly up to rounding",
    protocol: 1,
};

const WEIGHTS: Field = Field {
    name: "weights",
    symbol: "p",
    help: "weights, half of which are kept",
    unit: "weights",
    domain: Domain::Integer { min: 2, max: 12 },
    ..field::SAMPLES
};
const PART: Field = part(&["laws", "inits"]);
static RANDOM: [Field; 2] = [PART, WEIGHTS.integer(6).axis()];
static RANDOM_SCHEMA: Schema = Schema { when: "random laws of mask_information_bounds", fields: &RANDOM, rules: &[] };
static RANDOM_COLUMNS: [Column; 11] = [
    Column::real("over_entropy", "nats", "excess of I(m; D) over H(m)"),
    Column::real("over_size", "nats", "excess of H(m) over ln C(p, s)"),
    Column::real("over_marginals", "nats", "excess of H(m) over sum_i h(P(m_i = 1))"),
    Column::real("over_data", "nats", "excess of I(m; D) over H(D)"),
    Column::real("over_statistic", "nats", "excess of I(m; D) over H(T(D))"),
    Column::real("over_given_init", "nats", "excess of I(m; D) over I(m; D | init)"),
    Column::real("given_init_over", "nats", "excess of I(m; D | init) over I(m; D)"),
    Column::real("agnostic", "nats", "I(m; D) of the same rule on scores without data"),
    Column::real("over_channel", "nats", "excess of I of a mask by noisy scores over the channel"),
    Column::real("over_corrected", "nats", "excess of p_eff of Thm 4 as printed over corrected"),
    Column::real("units", "nats", "|bits ln 2 - nats| of I(m; D)"),
];

const RULE: Field = field::RULE.within(Domain::Choice(&Rule::NAMES)).text("snip").axis();
static INITS_FIELDS: [Field; 3] = [PART, RULE, field::PRUNED.integer(9).axis()];
static INITS_SCHEMA: Schema =
    Schema { when: "initializations of mask_information_bounds", fields: &INITS_FIELDS, rules: &[] };
static INITS_COLUMNS: [Column; 4] = [
    Column::real("without_init", "nats", "I(m; D) on the enumerated network"),
    Column::real("given_init", "nats", "I(m; D | init)"),
    Column::real("over_given_init", "nats", "excess of the first over the second"),
    Column::real("given_init_over", "nats", "excess of the second over the first"),
];

const SIM_COLUMNS: &[&str] = &["bits", "lower_bits", "upper_bits"];

/// By how much a value exceeds its bound: 0 if it does not, NaN if one is none.
fn excess(value: f64, bound: f64) -> f64 {
    if value <= bound { 0.0 } else { value - bound }
}

/// What a random law makes of its masks: rows D, columns masks, one joint law per initialization.
struct Masks {
    /// P(D) P(m | D, init).
    joints: Vec<Array2<f64>>,
    data: Vec<f64>,
}

/// A rule that keeps the half with the highest of random scores, which depend on T(D) (or on nothing), the initialization and
/// the rule's own chance.
fn masks(weights: usize, sees: bool, key: &Key) -> Masks {
    let mut rng = key.child("data").rng();
    let raw: Vec<f64> = (0..DATASETS).map(|_| -(1.0 - rng.random::<f64>()).ln()).collect();
    let data: Vec<f64> = raw.iter().map(|share| share / raw.iter().sum::<f64>()).collect();
    let score = |statistic: usize, init: usize, seed: usize| -> usize {
        let place = format!("{} {init} {seed}", if sees { statistic } else { 0 });
        let mut rng = key.child("scores").child(&place).rng();
        let mut order: Vec<(f64, usize)> = (0..weights).map(|i| (rng.random(), i)).collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0));
        order[..weights / 2].iter().map(|(_, i)| 1 << i).sum()
    };
    let joint = |init: usize| {
        let mut joint = Array2::zeros((DATASETS, 1 << weights));
        for (d, share) in data.iter().enumerate() {
            for seed in 0..SEEDS {
                joint[[d, score(d % STATISTICS, init, seed)]] += share / SEEDS as f64;
            }
        }
        joint
    };
    Masks { joints: (0..INITS).map(joint).collect(), data }
}

impl Masks {
    fn joint(&self) -> Array2<f64> {
        let sum = self.joints.iter().fold(Array2::zeros(self.joints[0].dim()), |sum, joint| sum + joint);
        sum / INITS as f64
    }
}

fn random(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let weights = settings.count("weights");
    let all = masks(weights, true, key);
    let joint = all.joint();
    let information = law::information(joint.view());
    let given_init = law::conditional(&all.joints, &[1.0 / INITS as f64; INITS]);
    let law_of_masks = joint.sum_axis(Axis(0)).to_vec();
    let entropy_of_mask = entropy::of(&law_of_masks);
    let keeps = |i: usize| -> f64 {
        law_of_masks.iter().enumerate().filter(|(mask, _)| mask >> i & 1 == 1).map(|(_, chance)| chance).sum()
    };
    let marginals: f64 = (0..weights).map(|i| entropy::of_event(keeps(i).min(1.0))).sum();
    let mut statistic = [0.0; STATISTICS];
    all.data.iter().enumerate().for_each(|(d, share)| statistic[d % STATISTICS] += share);
    let agnostic = law::information(masks(weights, false, key).joint().view());
    let class = Parametrization::two_layer(weights, 3, 5.0, 1.5);
    let kept = (weights / 2) as f64;
    let count = |version| information + kept * nats_per_weight(version, &class, 0.5);
    Ok(vec![
        excess(information, entropy_of_mask).into(),
        excess(entropy_of_mask, upper::size(weights as u64, (weights / 2) as u64)).into(),
        excess(entropy_of_mask, marginals).into(),
        excess(information, entropy::of(&all.data)).into(),
        excess(information, entropy::of(&statistic)).into(),
        excess(information, given_init).into(),
        excess(given_init, information).into(),
        agnostic.into(),
        channel(&all.data, key).map_err(|error| TrialError(error.to_string()))?.into(),
        // The corrected one has a bit more, for the fallback of the modified algorithm.
        excess(count(Version::Printed), count(Version::Corrected) + LN_2).into(),
        (bits(information) * LN_2 - information).abs().into(),
    ])
}

/// The mask keeps the larger of two noisy scores; their difference decides, so that P(m | D) is a normal tail.
fn channel(data: &[f64], key: &Key) -> Result<f64, prunelaw_engine::statistics::CannotDecide> {
    let mut rng = key.child("channel").rng();
    let (gap, noise) = (4.0 * rng.random::<f64>(), 0.2 + rng.random::<f64>());
    let scores: Vec<f64> = data.iter().map(|_| gap * (rng.random::<f64>() - 0.5)).collect();
    let mean: f64 = scores.iter().zip(data).map(|(score, share)| score * share).sum();
    let variance = scores.iter().zip(data).map(|(score, share)| share * (score - mean).powi(2)).sum::<f64>();
    let first = |score: f64| {
        let tail = upper_tail(score.abs() / noise, f64::INFINITY);
        if score > 0.0 { 1.0 - tail } else { tail }
    };
    let joint = Array2::from_shape_fn((data.len(), 2), |(d, mask)| {
        let chance = first(scores[d]);
        data[d] * if mask == 0 { chance } else { 1.0 - chance }
    });
    Ok(excess(law::information(joint.view()), upper::noisy_scores(array![[variance]].view(), noise)?))
}

fn over_inits(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let rule = Rule::named(settings.text("rule")).expect("the field has the rules' words");
    let pruned = settings.count("pruned");
    let of = |init: u64| -> Option<Vec<Kept>> {
        let orders = rule.orders(&initial(&key.child("init").replica(init)))?;
        Some(orders.iter().map(|order| kept(order, pruned)).collect())
    };
    let masks: Option<Vec<Vec<Kept>>> = (0..ENUMERATED_INITS).map(of).collect();
    let masks = masks.ok_or_else(|| TrialError("a training is not finite".to_owned()))?;
    let (without, given) = with_and_without_init(&masks);
    Ok(vec![without.into(), given.into(), excess(without, given).into(), excess(given, without).into()])
}

/// The bounds, or the false sibling, which has the initialization on the wrong side.
#[derive(Debug)]
pub struct MaskInformationBounds {
    init: &'static str,
}

/// The claim.
pub static CLAIM: MaskInformationBounds = MaskInformationBounds { init: "over_given_init" };
static FALSE: MaskInformationBounds = MaskInformationBounds { init: "given_init_over" };

/// The excess of the exact value over a limit from samples, in the table of a sim.
fn beyond(version: &'static str, point: &Point<'_>, of: impl Fn(f64, f64, f64) -> f64) -> Finding {
    let [exact, lower, upper] = SIM_COLUMNS else { unreachable!("three columns") };
    let (exact, lower, upper) = (point.numbers(exact), point.numbers(lower), point.numbers(upper));
    let beyond: Vec<f64> = (0..exact.len()).map(|r| of(exact[r], lower[r], upper[r])).collect();
    Limit { version, ours: true, column: "excess", limit: TOLERANCE }.judge_values(point, &beyond, Vec::new())
}

impl Claim for MaskInformationBounds {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let (draws, rules, counts) = match effort {
            Effort::Smoke => (20, "snip", "9"),
            Effort::Normal => (200, "snip,grasp,magnitude-after", "4,9,15"),
            Effort::Paper => (2000, "snip,grasp,magnitude-after,imp", "4,9,15"),
        };
        let (sim, inits) = match effort {
            Effort::Smoke => ("snip,grasp,synflow,magnitude", 2),
            Effort::Normal => ("imp,magnitude-after,snip,grasp,synflow,magnitude", 20),
            Effort::Paper => ("imp,magnitude-after,snip,grasp,synflow,magnitude", 200),
        };
        let inits_at = [("part", "inits"), ("rule", rules), ("pruned", counts)];
        vec![
            Evidence::fixed(&RANDOM_SCHEMA, &RANDOM_COLUMNS, draws, random, &[("weights", "4,6,10")]),
            Evidence::fixed(&INITS_SCHEMA, &INITS_COLUMNS, 1, over_inits, &inits_at),
            Evidence::Sim {
                id: "mask_information_toy",
                settings: vec![Assignment::own("rule", sim), Assignment::own("pruned", "4,11,18")],
                columns: SIM_COLUMNS,
                replicas: Replicas::Fixed(inits),
            },
        ]
    }

    fn judge(&self, seen: &[Table], _: &Level) -> Vec<Finding> {
        let limit = |version, column| Limit { version, ours: true, column, limit: TOLERANCE };
        let random = [
            limit("entropy of the mask", "over_entropy"),
            limit("masks of the size", "over_size"),
            limit("entries", "over_marginals"),
            limit("data", "over_data"),
            limit("statistic", "over_statistic"),
            limit("data-agnostic", "agnostic"),
            limit("noisy scores", "over_channel"),
            limit("p_eff", "over_corrected"),
            limit("units", "units"),
        ];
        let init = limit("given the init", self.init);
        let of = |table: &Table, point: &Point<'_>| -> Vec<Finding> {
            if table.position("lower_bits").is_some() {
                let sees = Rule::named(&point.word("rule")).is_none_or(Rule::sees_data);
                let agnostic = Limit { version: "data-agnostic", ours: true, column: "bits", limit: 0.0 };
                let mut findings = vec![
                    beyond("lower limit from samples", point, |exact, lower, _| excess(lower, exact)),
                    beyond("upper limit from samples", point, |exact, _, upper| excess(exact, upper)),
                    beyond("entropy of the data", point, |exact, _, _| excess(exact, 1792.0_f64.log2())),
                ];
                findings.extend((!sees).then(|| agnostic.judge(point, Vec::new())));
                findings
            } else if table.position("without_init").is_some() {
                vec![init.judge(point, Vec::new())]
            } else {
                random.iter().chain([&init]).map(|limit| limit.judge(point, Vec::new())).collect()
            }
        };
        seen.iter().flat_map(|table| points(table).into_iter().flat_map(move |point| of(table, &point))).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}
