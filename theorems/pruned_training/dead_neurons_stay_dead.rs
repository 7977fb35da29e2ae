//! # A neuron without its signal entry never gains its signal
//!
//! If the mask removes the own signal's coordinate from a neuron, that neuron's coefficient of the signal stays 0 and its
//! correlation with the signal stays 0, whatever the optimizer; the masked weights stay exactly 0.
//!
//! ## Source
//! arXiv 2301.00335 (JMLR 26(84), 2025), sec. 2 (S_noise) and Thm 41, where gamma_krk = 0 at over-pruning; derived here for
//! every keep fraction. `yang2025random`.
//!
//! ## Symbols
//! S_noise^k: neurons of head k whose mask removes coordinate k. The rest stands on the card.
//!
//! ## Assumptions
//! 1. The signal lies on one coordinate. A rotated signal is outside: nearly every neuron keeps a part of it.
//! 2. The mask is fixed and applied to gradients, as every optimizer here does.
//!
//! ## Law
//! For r in S_noise^k: <w_kr, mu_k> = 0 at every step, so that s'(<w_kr, mu_k>) = 0 and gamma_krk never leaves 0.
//!
//! ## Checked here
//! Coefficient, correlation as training computes it, and masked weights, at every step, to the last bit.
//!
//! ## Not checked here
//! What the network loses with such neurons.
//!
//! ## Gaps to the paper
//! A neuron that keeps its signal but starts with a negative correlation is not dead: noise moves the signal's coordinate
//! too, and can wake it. The false sibling takes those neurons for dead.

use super::decomposition::{FIELDS, follow, larger};
use super::{CLASSES, DIMENSION, KEEP, NEURONS, NOISE, PAPER, POWER, SAMPLES, SIGNAL, SUBJECT};
use crate::limit::Limit;
use crate::point::points;
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Symbol, TrialError};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::{Schema, Settings};
use prunelaw_engine::table::{Column, Row, Table};

static CARD: Card = Card {
    id: "dead_neurons_stay_dead",
    was: None,
    subject: &SUBJECT,
    class: Class::Exact,
    says: "a neuron without its signal entry never gains gamma; masked entries stay 0",
    statement: "A neuron whose mask removes the coordinate of its class's signal keeps a coefficient and a correlation of \
                exactly 0 with that signal throughout training, and every masked weight stays exactly 0.",
    source: "arXiv 2301.00335 (JMLR 26(84), 2025), S_noise of sec. 2 and Thm 41",
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
        Symbol { letter: "gamma_krk", name: "gamma", meaning: "coefficient of a neuron's own signal; (K, m)" },
    ],
    assumptions: &[
        Assumption { name: "basis signals", says: "the signal of a class lies on one coordinate" },
        Assumption { name: "fixed mask", says: "the mask is drawn once and applied to every update" },
    ],
    bound: "gamma_krk = 0 and <w_kr, mu_k> = 0 for r in S_noise^k, and w = 0 where masked, at every step; equality, to the \
            last bit",
    checked: &[
        "coefficient and correlation of every dead neuron, and every masked weight, at every step",
        "gradient descent and Adam, keep fractions 0.02, 0.1, 0.3 and 0.6, q = 1, 2, 3",
    ],
    not_checked: &["what the network loses with such neurons", "momentum and weight decay"],
    gaps: &[
        "the paper states gamma_krk = 0 only where no own-signal entry survives at all (Thm 41)",
        "a negative start is no death: noise can wake a neuron that keeps its signal entry",
    ],
    power: "no chance enters: one replica with anything but 0 refutes",
    about: "the floating-point program, in f64, to the last bit",
    protocol: 2,
};

static SCHEMA: Schema = Schema { when: "the trials of dead_neurons_stay_dead", fields: &FIELDS, rules: &[] };

static COLUMNS: [Column; 4] = [
    Column::real(
        "gain",
        "1",
        "largest |gamma|, |<w, mu>| of dead neurons with their signal, or masked |w|, over steps",
    ),
    Column::real("negative_gain", "1", "largest |gamma| of own signals, over neurons that start with <w, mu> <= 0"),
    Column::integer("dead_neurons", "neurons", "neurons whose mask removes their own signal"),
    Column::integer("negative_neurons", "neurons", "neurons that start with <w, mu> <= 0, the dead ones included"),
];

/// (k, r) of some neurons.
type Neurons = Vec<(usize, usize)>;

fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let (mut gain, mut negative_gain) = (0.0, 0.0);
    let (mut dead, mut negative): (Neurons, Option<Neurons>) = (Vec::new(), None);
    follow(settings, key, |step, objective, decomposition| {
        let (w, preactivations) = (objective.unpack(step.theta).w, objective.preactivations());
        let n = decomposition.labels.len();
        let correlation = |k: usize, r: usize| preactivations[[k, r, n + k]];
        let own = |(k, r): &(usize, usize)| decomposition.coefficients.gamma[[*k, *r, *k]].abs();
        let negative = negative.get_or_insert_with(|| {
            dead = decomposition.neurons().filter(|neuron| !decomposition.sees_own_signal(*neuron)).collect();
            decomposition.neurons().filter(|(k, r)| correlation(*k, *r) <= 0.0).collect()
        });
        let masked = w.iter().zip(&decomposition.mask).filter(|(_, kept)| **kept == 0.0).map(|(w, _)| w.abs());
        let correlations = dead.iter().map(|(k, r)| correlation(*k, *r).abs());
        gain = dead.iter().map(own).chain(correlations).chain(masked).fold(gain, larger);
        negative_gain = negative.iter().map(own).fold(negative_gain, larger);
    })?;
    Ok(vec![gain.into(), negative_gain.into(), dead.len().into(), negative.map_or(0, |neurons| neurons.len()).into()])
}

/// The law, or its false sibling, which takes a negative start for death.
#[derive(Debug)]
pub struct DeadNeuronsStayDead {
    column: &'static str,
}

/// The claim.
pub static CLAIM: DeadNeuronsStayDead = DeadNeuronsStayDead { column: "gain" };
static FALSE: DeadNeuronsStayDead = DeadNeuronsStayDead { column: "negative_gain" };

impl Claim for DeadNeuronsStayDead {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let replicas = match effort {
            Effort::Smoke => 2,
            Effort::Normal => 10,
            Effort::Paper => 50,
        };
        let trial = |settings: &[(&str, &str)]| Evidence::fixed(&SCHEMA, &COLUMNS, replicas, one, settings);
        vec![
            trial(&[("keep", "0.02,0.1,0.3,0.6"), ("power", "1,2,3")]),
            trial(&[("keep", "0.1,0.6"), ("optimizer", "adam"), ("rate", "0.01")]),
            trial(&[("signal_law", "rotated")]),
        ]
    }

    fn judge(&self, seen: &[Table], _: &Level) -> Vec<Finding> {
        let limit = Limit { version: "as stated", ours: true, column: self.column, limit: 0.0 };
        let basis = |law: String| if law == "basis" { Vec::new() } else { vec!["basis signals".to_owned()] };
        seen.iter().flat_map(points).map(|point| limit.judge(&point, basis(point.word("signal_law")))).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prunelaw_engine::settings::{Assignment, Request};

    #[test]
    fn heavy_pruning_leaves_dead_neurons_to_look_at() {
        let settings = [Assignment::own("keep", "0.02"), Assignment::own("steps", "1")];
        let request = Request::resolve(&SCHEMA, &[], &[&settings]).unwrap();
        let row = one(&request.cells()[0], &Key::root("dead neurons").replica(0)).unwrap();
        // 18 neurons, each dead with chance 0.98: fewer than 10 with chance below 1e-10.
        assert!(row[2].number() >= 10.0 && row[3].number() >= row[2].number());
    }
}
