//! Strong lottery tickets by subset sum: a random network, only pruned, approximates any target.
//!
//! * [`growth_step_identity`]: one step of the elementary covering proof, exactly in expectation
//! * [`gadget_law_contains_uniform`]: how much of a uniform law is in the products of a gadget
//! * [`covering_radius_counting`]: what the number of sums allows
//! * [`pointwise_is_not_uniform`]: one target against all targets
//! * [`pointwise_error_is_exponential`]: the law of the error at one target
//! * [`subset_sum_covers_interval`]: samples per bit of accuracy, and how often they fail
//! * [`sparsity_of_strong_tickets`]: what it costs to keep few of many
//! * [`heuristics_fall_short`]: what fast searches leave to the exact one
//! * [`single_weight_gadget`]: the error of a gadget is that of its worse half
//! * [`layer_and_network_error_bound`]: what layer errors make of the error of a network
//! * [`width_logarithmic`]: about one bit of accuracy per live unit
//! * [`parameters_needed`]: how many parameters all linear maps need
//! * [`width_polynomial`]: a single pair of weights per weight, and the factors of its width
//! * [`neuron_tickets_are_random_features`]: whole neurons against bounded random features
//! * [`digit_by_digit_tickets`]: a weight in random digits, without a search
//! * [`one_layer_deeper_is_enough`]: a random network of one layer more than the target
//! * [`covering`]: bounds and closed forms of the covering problem, which figures draw

mod construction;
pub mod covering;
pub mod covering_radius_counting;
mod covering_rates;
pub mod digit_by_digit_tickets;
mod draw;
pub mod gadget_law_contains_uniform;
pub mod growth_step_identity;
pub mod heuristics_fall_short;
pub mod layer_and_network_error_bound;
pub mod neuron_tickets_are_random_features;
pub mod one_layer_deeper_is_enough;
pub mod parameters_needed;
pub mod pointwise_error_is_exponential;
pub mod pointwise_is_not_uniform;
mod simulated_tickets;
pub mod single_weight_gadget;
pub mod sparsity_of_strong_tickets;
pub mod subset_sum_covers_interval;
pub mod width_logarithmic;
pub mod width_polynomial;

use crate::card::OpenSetting;
use crate::{Subject, Symbol};
use prunelaw_engine::settings::Field;
use prunelaw_engine::settings::vocabulary as field;

/// Bibliography keys of the papers.
const LUEKER: &str = "lueker1998exponentially";
const MALACH: &str = "malach2020proving";
const ORSEAU: &str = "orseau2020logarithmic";
const PENSIA: &str = "pensia2020optimal";
const DA_CUNHA: &str = "dacunha2022revisiting";
const BURKHOLZ: &str = "burkholz2022most";
const NATALE: &str = "natale2024sparsity";

/// The subject.
pub static SUBJECT: Subject = Subject {
    id: "strong_tickets",
    title: "Strong lottery tickets by subset sum",
    papers: &[LUEKER, MALACH, ORSEAU, PENSIA, DA_CUNHA, BURKHOLZ, NATALE],
    open_settings: &OPEN_SETTINGS,
};

static OPEN_SETTINGS: [OpenSetting; 9] = [
    OpenSetting {
        paper: LUEKER,
        setting: "the constant C of n >= C log(2/min(delta, eps)), and the base of the logarithm",
        choice: "base 2 throughout; C is never guessed: slope and offset of n are measured, and a constant that somebody \
                 sets is labelled hidden",
        effect: "a line through the origin at n <= 20 has C = 1.4 to 2, a line with an offset 1.1: always both are given",
    },
    OpenSetting {
        paper: LUEKER,
        setting: "the exact wording of Cor. 2.5 and 3.3, which later papers cite by number",
        choice: "their uniform form: all targets of [-1, 1] at once",
        effect: "for one target drawn at random the failure rate is 7 to 13 times lower at n = 15, eps = 0.01",
    },
    OpenSetting {
        paper: DA_CUNHA,
        setting: "kappa of n >= kappa log2(1/eps), and the interval: [-1/2, 1/2] in the abstract, [-1, 1] in later use",
        choice: "[-1, 1] unless a point says otherwise; the error is 2 eps, as the proof gives",
        effect: "medians differ by a factor 0.6, the largest radii by more: tails come from the ends of the interval",
    },
    OpenSetting {
        paper: PENSIA,
        setting: "C of n_i = C log(2 l d d'/min(eps, delta)), and which units serve which half of a gadget",
        choice: "strict halves, as in the proof, and sign-adaptive halves, always named",
        effect: "sign-adaptive halves need half the width for the same error",
    },
    OpenSetting {
        paper: PENSIA,
        setting: "samples of the published experiment: n = 21 in code and log, 20 by the formula of its notes; one sample per \
                  output row or one per weight",
        choice: "n = 21; a fresh sample per replica where independence is claimed",
        effect: "weights of one row fail together if they share a sample",
    },
    OpenSetting {
        paper: MALACH,
        setting: "constants of the polynomial width",
        choice: "none is shipped: the exponent of 1/eps per weight is checked",
        effect: "a width with a guessed constant could not be refuted",
    },
    OpenSetting {
        paper: ORSEAU,
        setting: "constants of the batch size for uniform weights",
        choice: "none is shipped: the scaling with log(1/eps) is checked",
        effect: "as above",
    },
    OpenSetting {
        paper: BURKHOLZ,
        setting: "redrawing: the published code draws a new sample when a target fails",
        choice: "one fixed random network, drawn once, only pruned",
        effect: "redrawing turns a statement about all targets into one about each target by itself",
    },
    OpenSetting {
        paper: NATALE,
        setting: "c_hyp, c_thm and c_amp",
        choice: "c_hyp = 1 with the hit rate measured; c_amp is not used",
        effect: "the hit rate at c_hyp = 1 is near 0.44 at target 0 and near 0.1 at the edge sqrt(k)",
    },
];

/// n, the numbers to choose from.
const NUMBERS: Field = Field { help: "numbers whose subsets are summed", unit: "numbers", ..field::SAMPLES };

/// Letters that claims of this subject share.
const EPS: Symbol = Symbol { letter: "eps", name: "eps", meaning: "accuracy with which a target is met; above 0" };
const SAMPLES: Symbol =
    Symbol { letter: "n", name: "samples", meaning: "random numbers x_1..x_n to choose from; count" };
const RADIUS: Symbol = Symbol {
    letter: "rho",
    name: "radius",
    meaning: "covering radius: largest distance of a number of [-1, 1] from its nearest subset sum; above 0",
};
