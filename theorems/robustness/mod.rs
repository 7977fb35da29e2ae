//! The law of robustness, and the effective parameter count p_eff = I(mask; data) + E|mask|_1.
//!
//! * [`bounds`]: the laws in their versions, which sims and figures may draw
//! * [`effective_parameters`]: the four definitions of p_eff
//! * [`isoperimetry`], [`discrete_cube_is_not_isoperimetric`]: tails of Lipschitz functions, and where they are heavier
//! * [`fit_below_noise_correlates`]: who fits below the noise correlates with it
//! * [`law_finite_class`]: no smooth function of a finite class fits random labels
//! * [`law_parametrized_class`]: the same for p parameters, its constants and its ingredients
//! * [`law_two_layer_floors`]: what two layers and the data demand
//! * [`law_two_layer_arbitrary_weights`]: why two layers need no bound on their weights
//! * [`law_exponent`]: how steep networks are that fit noise, against sqrt(nd/p)
//! * [`effective_parameter_law`]: the law by p_eff, in its versions
//! * [`effective_parameter_law_quantized`]: the same on masked networks on a grid, where it says something
//! * [`robust_fit_needs_data_mask`]: what a mask must know for a flat fit
//! * [`correlation_bounded_by_information`]: how far a selection can follow noise
//! * [`kl_tail_selection`]: how often a selection hits what fixed choices rarely do
//! * [`vc_and_rademacher_forms`]: a class that was chosen by the data
//! * [`mask_information_bounds`]: what a mask can know at most
//! * [`information_estimators_report`]: what estimators make of known information
//! * [`trained_masks_know_more`], [`shuffled_masks_know_little`]: exact information on an enumerated network
//! * [`tickets_exist_not_found_fast`]: the best of all masks of that network, and what rules find
//! * [`lipschitz_bracket`]: what is below and above a Lipschitz constant
//! * [`memorization_follows_information`], [`shuffle_and_reinit_ablations`]: random labels that pruned networks memorize
//! * [`noise_correlation_over_training`]: noise is learned in every pruning cycle and forgotten at the rewind
//! * [`published_memorization`]: readings of a published figure

mod basis;
pub mod bounds;
mod caps;
mod corner;
pub mod correlation_bounded_by_information;
pub mod discrete_cube_is_not_isoperimetric;
mod draw;
pub mod effective_parameter_law;
pub mod effective_parameter_law_quantized;
pub mod effective_parameters;
mod estimator_batches;
pub mod fit_below_noise_correlates;
mod floor;
mod grid_networks;
pub mod information_estimators_report;
pub mod isoperimetry;
pub mod kl_tail_selection;
pub mod law_exponent;
pub mod law_finite_class;
pub mod law_parametrized_class;
pub mod law_two_layer_arbitrary_weights;
pub mod law_two_layer_floors;
pub mod lipschitz_bracket;
pub mod mask_information_bounds;
mod memorization;
pub mod memorization_follows_information;
pub mod noise_correlation_over_training;
pub mod published_memorization;
mod random_mask_laws;
mod rigidity;
pub mod robust_fit_needs_data_mask;
pub mod shuffle_and_reinit_ablations;
pub mod shuffled_masks_know_little;
mod sign_masks;
pub mod tickets_exist_not_found_fast;
pub mod trained_masks_know_more;
pub mod vc_and_rademacher_forms;

use crate::Subject;
use crate::card::OpenSetting;
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Domain, Fallback, Field};

/// Bibliography keys of the papers.
const BUBECK_SELLKE: &str = "bubeck2023universal";
const KUMAR: &str = "kumar2024no";
const BUBECK_LI: &str = "bubeck2021law";
const FRANKLE: &str = "frankle2021pruning";
const SHMALO: &str = "shmalo2026law";
const FAZLYAB: &str = "fazlyab2019efficient";

/// The subject.
pub static SUBJECT: Subject = Subject {
    id: "robustness",
    title: "The law of robustness and the effective parameter count",
    papers: &[BUBECK_SELLKE, KUMAR, BUBECK_LI, FRANKLE, SHMALO, FAZLYAB],
    open_settings: &OPEN_SETTINGS,
};

static OPEN_SETTINGS: [OpenSetting; 5] = [
    OpenSetting {
        paper: BUBECK_SELLKE,
        setting: "the constants of the final version: 10^4 where the submission has 8^4",
        choice: "9216, derived again from the stated ingredients; the others are versions",
        effect: "4096 and 6561 do not follow from the stated chain; 10^4 is weaker by 1.04",
    },
    OpenSetting {
        paper: KUMAR,
        setting: "logarithms: base 2 in the theorems, while Lemma 1 needs nats",
        choice: "nats inside, bits on display",
        effect: "bits throughout are valid and lose a factor 1/ln 2 in p_eff",
    },
    OpenSetting {
        paper: KUMAR,
        setting: "Fig. 1a: width, optimizer, initialization, biases and length of the training",
        choice: "two hidden layers of 30, Adam on all samples, He-normal, no biases, 1000 steps; one hidden layer of 60 beside it",
        effect: "large in level: at keep 0.02 SynFlow memorizes .56 of the points at width 30 and .99 at 100; iterative pruning \
                 is first and SynFlow second at keep 0.01 for widths 30 and 100, at 0.02 for 50",
    },
    OpenSetting {
        paper: KUMAR,
        setting: "Fig. 1a: rounds and rewind point of iterative pruning, pruning batch of SNIP and GraSP, rounds of SynFlow",
        choice: "a fifth per round from the initial weights; all samples as one batch, temperature 200; 100 rounds",
        effect: "not tried",
    },
    OpenSetting {
        paper: FRANKLE,
        setting: "which densities and networks a two-layer test of the ablations should have",
        choice: "random labels, keep fractions at which a rule memorizes some points and not all",
        effect: "decisive for the shuffle: at keep 0.1 it takes nothing from SNIP, GraSP and SynFlow, at 0.034 half of all points",
    },
];

/// K, of the claims on selections.
const CANDIDATES: Field = Field {
    name: "candidates",
    symbol: "K",
    help: "variables to choose from",
    unit: "variables",
    domain: Domain::Integer { min: 2, max: 65_536 },
    ..field::SAMPLES
};

/// Which trials of a claim with several kinds of them: rows of different columns have to lie at different addresses.
const fn part(words: &'static [&'static str]) -> Field {
    Field {
        name: "part",
        symbol: "",
        help: "which of the claim's trials",
        unit: "word",
        domain: Domain::Choice(words),
        fallback: Fallback::Text(words[0]),
        axis: false,
    }
}
