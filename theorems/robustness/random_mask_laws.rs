//! Random finite laws of masks and data, and every bound on the information of the mask, exactly.

use super::bounds::effective::nats_per_weight;
use super::bounds::{Parametrization, Version};
use super::part;
use crate::TrialError;
use ndarray::{Array2, Axis, array};
use prunelaw_engine::information::{bits, entropy, law, upper};
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Domain, Field, Schema, Settings};
use prunelaw_engine::statistics::CannotDecide;
use prunelaw_engine::statistics::student::upper_tail;
use prunelaw_engine::table::{Column, Row};
use rand::RngExt;
use std::f64::consts::LN_2;

/// Data sets of a random law.
const DATASETS: usize = 12;
/// Values of the statistic through which scores see the data.
const STATISTICS: usize = 4;
/// Equally likely initializations of a random law, and outcomes of the rule's own chance.
const INITS: usize = 3;
const SEEDS: usize = 2;

/// Which trials of the claim.
pub(super) const PART: Field = part(&["laws", "inits"]);
const WEIGHTS: Field = Field {
    name: "weights",
    symbol: "p",
    help: "weights, half of which are kept",
    unit: "weights",
    domain: Domain::Integer { min: 2, max: 12 },
    ..field::SAMPLES
};
static RANDOM: [Field; 2] = [PART, WEIGHTS.integer(6).axis()];
pub(super) static RANDOM_SCHEMA: Schema =
    Schema { when: "random laws of mask_information_bounds", fields: &RANDOM, rules: &[] };
pub(super) static RANDOM_COLUMNS: [Column; 11] = [
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

/// By how much a value exceeds its bound: 0 if it does not, NaN if one is none.
pub(super) fn excess(value: f64, bound: f64) -> f64 {
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

pub(super) fn random(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
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
fn channel(data: &[f64], key: &Key) -> Result<f64, CannotDecide> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_law_is_one_and_keeps_half() {
        let all = masks(6, true, &Key::root("law"));
        let joint = all.joint();
        assert!((joint.sum() - 1.0).abs() < 1e-12 && (all.data.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(joint.indexed_iter().all(|((_, mask), chance)| *chance == 0.0 || mask.count_ones() == 3));
        // The rule looks at the data, or it does not.
        let blind = masks(6, false, &Key::root("law")).joint();
        assert!(law::information(joint.view()) > 0.1 && law::information(blind.view()) < 1e-12);
    }

    #[test]
    fn what_is_none_is_no_bound_that_holds() {
        assert_eq!((excess(1.0, 2.0), excess(2.0, 1.5)), (0.0, 0.5));
        assert!(excess(f64::NAN, 1.0).is_nan() && excess(1.0, f64::NAN).is_nan());
    }
}
