//! Random pruning at initialization and generalization (arXiv 2301.00335).
//!
//! * [`signal_noise_decomposition`]: weights as initialization, signals and noises, at every step
//! * [`signal_noise_signs_monotone`]: their coefficients move in one direction only
//! * [`dead_neurons_stay_dead`]: a neuron without its signal entry never gains its signal
//! * [`gradient_bounded_by_loss`]: the squared gradient is at most 4 G^2 times the loss
//! * [`scale_symmetry`]: data, weights and rate rescaled together change no output
//! * [`surviving_signal_neurons`]: how many neurons still see their signal, and how many can use it
//! * [`signal_loss_boundary`]: how many classes are left without a usable neuron
//! * [`masked_noise_norm`]: the squared length of masked noise, with its spread
//! * [`initial_noise_shrinks_with_keep`]: what pruning does to the first correlations with noise and signal
//! * [`pruning_improves_generalization`]: test loss falls as mild pruning grows
//! * [`mild_pruning_generalizes`]: mildly pruned networks train, and leak less noise
//! * [`over_pruning_memorizes`]: over-pruned networks train, and lose at least an explicit number on fresh points
//! * [`rotated_signals_gain_nothing`]: the control, signals in random directions
//! * [`growth_phase_times`]: how long signal and noise take to grow from a small start
//! * [`memorization_boundary`]: the keep fraction above which noise is memorized
//! * [`improvement_window_min_width`]: the width below which no keep fraction helps
//! * [`pruning_changes_feature_learning`]: whether signal or noise is learned first
//! * [`condition`]: how far a setting is from the paper's Condition 2
//! * [`boundaries`]: derived phase boundaries in the keep fraction, which figures draw
//! * [`published_curves`]: the numbers of the paper's synthetic plots

pub mod boundaries;
pub mod condition;
mod crossover;
pub mod dead_neurons_stay_dead;
mod decomposition;
pub mod gradient_bounded_by_loss;
pub mod growth_phase_times;
pub mod improvement_window_min_width;
mod initial;
pub mod initial_noise_shrinks_with_keep;
pub mod masked_noise_norm;
pub mod memorization_boundary;
pub mod mild_pruning_generalizes;
pub mod over_pruning_memorizes;
pub mod pruning_changes_feature_learning;
pub mod pruning_improves_generalization;
pub mod published_curves;
pub mod rotated_signals_gain_nothing;
pub mod scale_symmetry;
pub mod signal_loss_boundary;
pub mod signal_noise_decomposition;
pub mod signal_noise_signs_monotone;
pub mod surviving_signal_neurons;
mod trial;

use crate::card::OpenSetting;
use crate::point::Point;
use crate::{Finding, Subject, Symbol, Verdict};

/// Bibliography key of the paper.
const PAPER: &str = "yang2025random";

/// The subject.
pub static SUBJECT: Subject = Subject {
    id: "pruned_training",
    title: "Random pruning at initialization and generalization",
    papers: &[PAPER],
    open_settings: &OPEN_SETTINGS,
};

static OPEN_SETTINGS: [OpenSetting; 12] = [
    OpenSetting {
        paper: PAPER,
        setting: "all constants: C_1 of p >= C_1 log(d)/m, and every O, Omega and Theta of Condition 2, Thms 3 and 9",
        choice: "none is guessed: exact identities, explicit bounds of the proofs, laws with known constants, and \
                 findings at stated sizes are checked; scalings come with the phase grid",
        effect: "a theorem with hidden constants cannot be refuted at one size",
    },
    OpenSetting {
        paper: PAPER,
        setting: "a size at which Condition 2 holds: sigma_0 ~ m^-4 n^-1, SNR ~ log d and polynomial times are jointly \
                  out of reach",
        choice: "setting A: K = 2, d = 20000, n = 20, m = 50, SNR = 0.3, sigma_0 = 0.05; outside Condition 2, since \
                 p_c = 0.42 < 1",
        effect: "inside the Condition the dense network already generalizes, and pruning has nothing visible to improve",
    },
    OpenSetting {
        paper: PAPER,
        setting: "class counts: labels are drawn uniformly",
        choice: "balanced labels, sample i has class i mod K",
        effect: "removes the variance of class counts; the paper conditions on counts of order n/K (Lemma 16)",
    },
    OpenSetting {
        paper: PAPER,
        setting: "size of the test sample (the population loss in the theory, 100 points in the synthetic plots)",
        choice: "1000 fresh samples per replica, the same for every keep fraction",
        effect: "standard error of an accuracy at most 0.016 per replica; at 100 points 0.05, more than the dips plotted",
    },
    OpenSetting {
        paper: PAPER,
        setting: "target loss epsilon = Theta(1/poly(d))",
        choice: "training stops at mean cross-entropy 0.01, or at the step cap, which is an outcome of its own",
        effect: "the test accuracy hardly moves after the target; the test loss still does",
    },
    OpenSetting {
        paper: PAPER,
        setting: "step size, between 1/poly(d) and O~(1/mu^2), and its dependence on the keep fraction",
        choice: "one adaptive rule for all keep fractions: 0.5 / max(mu^2 [some kept entry lies on a signal], \
                 sigma_n^2 p d)",
        effect: "a pure change of time; a step budget tuned at one keep fraction fakes failure at another",
    },
    OpenSetting {
        paper: PAPER,
        setting: "number of steps (the theory's T has hidden factors; 1000 or 5000 in the plots)",
        choice: "a cap of 300000 steps; outcomes `cap` are counted in every caption",
        effect: "noise-only training slows like p^(-q/2): a small cap makes heavy pruning look untrainable",
    },
    OpenSetting {
        paper: PAPER,
        setting: "ties of the argmax at heavy pruning, where all outputs can be 0",
        choice: "a tie of t classes scores 1/t",
        effect: "the first class would otherwise win every tie",
    },
    OpenSetting {
        paper: PAPER,
        setting: "synthetic figures: widths, input noise levels and initialization are given; weight sharing, outer \
                  weights, biases, batch and whether the loss is summed are not",
        choice: "the theory's network in the claims; paper_synthetic_figure has each of these as a setting, and \
                 paper_synthetic_curves draws them beside the published curves",
        effect: "large: a dense test error of .07 with shared weights and a summed loss, .02 with one joined input, .38 \
                 with an averaged loss, where the plot has .024",
    },
    OpenSetting {
        paper: PAPER,
        setting: "number of runs of the second synthetic figure, and what its error bars are",
        choice: "20 replicas at `normal`, 40 at `paper`; intervals are named in every caption",
        effect: "its dips are smaller than its bars",
    },
    OpenSetting {
        paper: PAPER,
        setting: "whether kept weights are rescaled by 1/p",
        choice: "not rescaled, as the update equation suggests",
        effect: "rescaling would raise the signal growth relative to the initialization",
    },
    OpenSetting {
        paper: PAPER,
        setting: "precision",
        choice: "f32 in sweeps, f64 for identities and bounds",
        effect: "none seen; the final loss agrees to 1e-4",
    },
];

/// Letters that all claims of this subject share.
const CLASSES: Symbol = Symbol { letter: "K", name: "classes", meaning: "classes, and heads of the network; count" };
const NEURONS: Symbol = Symbol { letter: "m", name: "neurons", meaning: "neurons per class head; count" };
const DIMENSION: Symbol = Symbol { letter: "d", name: "dimension", meaning: "coordinates of one patch; count" };
const SAMPLES: Symbol = Symbol { letter: "n", name: "samples", meaning: "training samples; count" };
const KEEP: Symbol = Symbol { letter: "p", name: "keep", meaning: "chance that the mask keeps an entry; in [0, 1]" };
const POWER: Symbol = Symbol { letter: "q", name: "power", meaning: "s(z) = max(0, z)^q, s'(0) = 0; q >= 1" };
const SIGNAL: Symbol = Symbol { letter: "mu_k", name: "signal", meaning: "signal of class k, mu e_k; vector (d)" };
const NOISE: Symbol =
    Symbol { letter: "xi_i", name: "noise", meaning: "noise of sample i, N(0, sigma_n^2 I); vector (d)" };

/// Why nothing can be said about points of a sweep, if a training did not reach its target.
fn untrained(points: &[Point<'_>]) -> Option<String> {
    let outcomes = points.iter().flat_map(|point| point.words("outcome"));
    let count = outcomes.filter(|outcome| outcome != "converged").count();
    (count > 0).then(|| format!("{count} trainings did not reach the loss target"))
}

/// A finding that rests on trainings, or why it cannot. What is out of scope stays so.
fn held_back(mut finding: Finding, untrained: &Option<String>) -> Finding {
    let in_scope = !matches!(finding.verdict, Verdict::OutOfScope { .. });
    if let Some(because) = untrained.as_ref().filter(|_| in_scope) {
        finding.p_value = None;
        finding.verdict = Verdict::Inconclusive { replicas_needed: None, because: because.clone() };
    }
    finding
}
