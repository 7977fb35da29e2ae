//! Every claim, one file each, in a folder per subject.
//!
//! In reading order:
//! * [`card`]: what a claim says, from where, under which assumptions, and what is not checked
//! * [`evidence`]: what has to be computed before a claim can be judged
//! * [`point`]: the rows of one cell, as a judge reads them
//! * [`limit`], [`rate`], [`exponent`], [`average`], [`law`]: the judges that claims share
//! * [`verdict`]: the answers, and how findings at points become one verdict
//! * [`claim`]: the trait
//! * [`ledger`]: every result owed, held against the registry by a test
//! * [`THEOREMS`]: the registry

pub mod average;
pub mod card;
pub mod claim;
pub mod evidence;
pub mod exponent;
pub mod law;
pub mod ledger;
pub mod limit;
pub mod point;
pub mod pruned_training;
pub mod rate;
mod reference;
pub mod robustness;
pub mod strong_tickets;
pub mod verdict;

pub use card::{Assumption, Card, Class, Provenance, Subject, Symbol};
pub use claim::Claim;
pub use evidence::{Draw, Evidence, Replicas, Trial, TrialError};
pub use verdict::{Finding, Level, Verdict, Witness, worst};

/// Every claim. Adding one is one file and one line here.
pub static THEOREMS: &[&dyn Claim] = &[
    &pruned_training::signal_noise_decomposition::CLAIM,
    &pruned_training::signal_noise_signs_monotone::CLAIM,
    &pruned_training::dead_neurons_stay_dead::CLAIM,
    &pruned_training::gradient_bounded_by_loss::CLAIM,
    &pruned_training::scale_symmetry::CLAIM,
    &pruned_training::surviving_signal_neurons::CLAIM,
    &pruned_training::signal_loss_boundary::CLAIM,
    &pruned_training::masked_noise_norm::CLAIM,
    &pruned_training::initial_noise_shrinks_with_keep::CLAIM,
    &pruned_training::mild_pruning_generalizes::CLAIM,
    &pruned_training::pruning_improves_generalization::CLAIM,
    &pruned_training::over_pruning_memorizes::CLAIM,
    &pruned_training::rotated_signals_gain_nothing::CLAIM,
    &pruned_training::growth_phase_times::CLAIM,
    &pruned_training::memorization_boundary::CLAIM,
    &pruned_training::improvement_window_min_width::CLAIM,
    &pruned_training::pruning_changes_feature_learning::CLAIM,
    &robustness::isoperimetry::CLAIM,
    &robustness::discrete_cube_is_not_isoperimetric::CLAIM,
    &robustness::fit_below_noise_correlates::CLAIM,
    &robustness::law_finite_class::CLAIM,
    &robustness::law_parametrized_class::CLAIM,
    &robustness::law_two_layer_floors::CLAIM,
    &robustness::law_two_layer_arbitrary_weights::CLAIM,
    &robustness::law_exponent::CLAIM,
    &robustness::effective_parameter_law::CLAIM,
    &robustness::effective_parameter_law_quantized::CLAIM,
    &robustness::correlation_bounded_by_information::CLAIM,
    &robustness::kl_tail_selection::CLAIM,
    &robustness::vc_and_rademacher_forms::CLAIM,
    &robustness::mask_information_bounds::CLAIM,
    &robustness::information_estimators_report::CLAIM,
    &robustness::trained_masks_know_more::CLAIM,
    &robustness::shuffled_masks_know_little::CLAIM,
    &robustness::memorization_follows_information::CLAIM,
    &robustness::noise_correlation_over_training::CLAIM,
    &robustness::robust_fit_needs_data_mask::CLAIM,
    &robustness::tickets_exist_not_found_fast::CLAIM,
    &robustness::shuffle_and_reinit_ablations::CLAIM,
    &robustness::lipschitz_bracket::CLAIM,
    &strong_tickets::growth_step_identity::CLAIM,
    &strong_tickets::gadget_law_contains_uniform::CLAIM,
    &strong_tickets::covering_radius_counting::CLAIM,
    &strong_tickets::pointwise_is_not_uniform::CLAIM,
    &strong_tickets::pointwise_error_is_exponential::CLAIM,
    &strong_tickets::subset_sum_covers_interval::CLAIM,
    &strong_tickets::sparsity_of_strong_tickets::CLAIM,
    &strong_tickets::heuristics_fall_short::CLAIM,
    &strong_tickets::single_weight_gadget::CLAIM,
    &strong_tickets::layer_and_network_error_bound::CLAIM,
    &strong_tickets::width_logarithmic::CLAIM,
    &strong_tickets::parameters_needed::CLAIM,
    &strong_tickets::width_polynomial::CLAIM,
    &strong_tickets::neuron_tickets_are_random_features::CLAIM,
    &strong_tickets::digit_by_digit_tickets::CLAIM,
    &strong_tickets::one_layer_deeper_is_enough::CLAIM,
];
