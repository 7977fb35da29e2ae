//! Every field that a person can write, once: name, letter in the papers, range, unit and help.
//!
//! A schema takes fields from here and gives them its own defaults; nothing else may spell a field's name differently.
//! `prune` and `snr` are aliases: they can be written, and become `keep` and `noise`.

use super::{Domain, Fallback, Field};
use crate::subset_sum::SampleLaw;

const fn count(name: &'static str, symbol: &'static str, unit: &'static str, help: &'static str) -> Field {
    let domain = Domain::Integer { min: 1, max: 1_000_000_000 };
    Field { name, symbol, domain, unit, help, fallback: Fallback::Integer(1), axis: false }
}

const fn positive(name: &'static str, symbol: &'static str, unit: &'static str, help: &'static str) -> Field {
    let domain = Domain::Real { min: 0.0, max: f64::MAX, open: true };
    Field { name, symbol, domain, unit, help, fallback: Fallback::Real(1.0), axis: false }
}

const fn not_negative(name: &'static str, symbol: &'static str, unit: &'static str, help: &'static str) -> Field {
    positive(name, symbol, unit, help).within(Domain::Real { min: 0.0, max: f64::MAX, open: false })
}

const fn choice(name: &'static str, words: &'static [&'static str], help: &'static str) -> Field {
    Field {
        name,
        symbol: "",
        domain: Domain::Choice(words),
        unit: "word",
        help,
        fallback: Fallback::Text(words[0]),
        axis: false,
    }
}

/// K
pub const CLASSES: Field = count("classes", "K", "classes", "classes of the data law")
    .within(Domain::Integer { min: 2, max: 1_000_000 })
    .integer(2);
/// m
pub const NEURONS: Field = count("neurons", "m", "neurons", "hidden neurons (per class head in the patch network)");
/// d
pub const DIMENSION: Field = count("dimension", "d", "coordinates", "coordinates of one patch");
/// n
pub const SAMPLES: Field = count("samples", "n", "samples", "training samples");
/// Fresh samples
pub const TEST_SAMPLES: Field =
    count("test_samples", "", "samples", "fresh samples on which test loss and accuracy are taken");
/// mu
pub const SIGNAL: Field = positive("signal", "mu", "1", "strength of the signal patch");
/// sigma_n
pub const NOISE: Field =
    positive("noise", "sigma_n", "1", "standard deviation of each coordinate of the noise patch (or write snr)");
/// Full or orthogonal noise
pub const NOISE_LAW: Field =
    choice("noise_law", &["full", "orthogonal"], "noise on every coordinate, or projected off the signals");
/// Basis or rotated signals
pub const SIGNAL_LAW: Field = choice(
    "signal_law",
    &["basis", "rotated"],
    "signals on standard basis vectors, or on random orthonormal dense ones",
);
/// sigma_0
pub const INIT_SCALE: Field = positive("init_scale", "sigma_0", "1", "standard deviation of the initial weights");
/// q
pub const POWER: Field = Field {
    domain: Domain::Real { min: 1.0, max: 16.0, open: false },
    ..positive("power", "q", "1", "power of the ReLU: s(z) = max(0, z)^q")
};
/// p
pub const KEEP: Field = Field {
    domain: Domain::Real { min: 0.0, max: 1.0, open: false },
    ..positive("keep", "p", "fraction", "fraction of weights kept (or write prune)")
};
/// Outer weights
pub const OUTER: Field = choice("outer", &["ones", "trained"], "outer weights fixed to one, or trained");
/// How a network takes its two patches
pub const INPUT: Field = choice(
    "input",
    &["patches", "joined"],
    "weights shared over the two patches, or one input of all their coordinates",
);
/// Loss over samples
pub const REDUCTION: Field = choice("reduction", &["sum", "mean"], "loss summed over the samples, or averaged");
/// eta
pub const RATE: Field = positive("rate", "eta", "1/step", "learning rate (of the schedule's start)");
/// Learning-rate schedule
pub const SCHEDULE: Field = choice(
    "schedule",
    &["constant", "cosine", "adaptive"],
    "constant, cosine to zero, or rate / max(mu^2 [some signal entry survives], sigma_n^2 p d)",
);
/// Step cap
pub const STEPS: Field = count("steps", "T", "steps", "cap on the training steps");
/// Loss at which training stops
pub const TARGET_LOSS: Field =
    not_negative("target_loss", "eps", "nats", "training loss at which training stops; 0 runs all steps").real(0.01);
/// Optimizer
pub const OPTIMIZER: Field = choice("optimizer", &["gd", "sgd", "adam"], "full-batch GD, mini-batch SGD, or Adam");
/// Samples per step of SGD
pub const BATCH: Field = count("batch", "", "samples", "samples per step (sgd, adam)").integer(128);
/// Momentum
pub const MOMENTUM: Field = Field {
    domain: Domain::Real { min: 0.0, max: 0.999_999, open: false },
    ..not_negative("momentum", "", "1", "v = momentum v + g + weight_decay w (sgd)").real(0.0)
};
/// Weight decay
pub const WEIGHT_DECAY: Field =
    not_negative("weight_decay", "", "1", "coefficient of w in the gradient (sgd)").real(0.0);
/// Pruning rule
pub const RULE: Field = choice(
    "rule",
    &["random", "magnitude", "magnitude-after", "snip", "grasp", "synflow", "imp"],
    "which weights are kept: at random, by initial or trained magnitude, SNIP, GraSP, SynFlow, iterative magnitude pruning",
);
/// What is done to a mask or its weights before the final training
pub const ABLATION: Field = choice(
    "ablation",
    &["none", "shuffle", "reinit"],
    "nothing, the final mask shuffled within each layer, or fresh initial weights",
);
/// Loss
pub const LOSS: Field = choice(
    "loss",
    &["cross-entropy", "logistic", "squared"],
    "softmax cross-entropy; logistic with labels 0/1 and one output; half the squared error summed over outputs",
);
/// Price on the slope of a network
pub const PENALTY: Field = choice(
    "penalty",
    &["none", "path", "lipschitz"],
    "added to the loss: nothing, the path norm, or the 8-mean of gradient norms at data and between them",
);
/// b
pub const BITS: Field = Field {
    domain: Domain::Integer { min: 1, max: 16 },
    ..count("bits", "b", "bits", "bits of one kept weight: it takes one of 2^b values")
};
/// q
pub const FLIP: Field = Field {
    domain: Domain::Real { min: 0.0, max: 0.5, open: false },
    ..positive("flip", "q", "1", "chance that a copied bit is flipped: 0 copies all, 1/2 nothing")
}
.real(0.0);
/// rho
pub const SHARE: Field = Field {
    domain: Domain::Real { min: 0.0, max: 1.0, open: false },
    ..positive("share", "rho", "fraction", "chance that a mask looks at the data at all")
};
/// Masks of known information
pub const MASK: Field = choice(
    "mask",
    &["copy", "top"],
    "half of the weights kept: one of each pair by a label, or those on the strongest coordinates",
);
/// Hidden widths
pub const WIDTHS: Field = Field {
    name: "widths",
    symbol: "m",
    domain: Domain::Integers { min: 1, max: 10_000_000 },
    unit: "neurons",
    help: "hidden widths, first to last",
    fallback: Fallback::Integers(&[256]),
    axis: false,
};
/// Activation
pub const ACTIVATION: Field = choice("activation", &["relu", "linear", "tanh"], "activation of the hidden layers");
/// Noise on gradients
pub const GRADIENT_NOISE: Field =
    not_negative("gradient_noise", "", "1", "standard deviation of normal noise on every coordinate of every gradient")
        .real(0.0);
/// Trainings of iterative pruning
pub const ROUNDS: Field = count("rounds", "", "rounds", "trainings; between two of them weights are pruned");
/// Bias
pub const BIAS: Field = choice("bias", &["false", "true"], "whether layers have a bias");
/// f32 or f64
pub const PRECISION: Field = choice("precision", &["f64", "f32"], "floating-point type of the network");
/// Where data comes from
pub const DATA: Field = Field {
    name: "data",
    symbol: "",
    domain: Domain::Source { words: &["patches", "digits"], prefixes: &["idx:", "npz:"] },
    unit: "word",
    help: "the two-patch law, the handwritten digits, or outside files",
    fallback: Fallback::Text("patches"),
    axis: false,
};

/// |F|
pub const FUNCTIONS: Field = count("functions", "|F|", "functions", "functions of a finite class");
/// eps
pub const EPS: Field = Field {
    domain: Domain::Real { min: 0.0, max: 1.0, open: true },
    ..positive("eps", "eps", "1", "accuracy: largest distance between a target and its approximation")
};
/// C
pub const CONSTANT: Field = positive("constant", "C", "1", "constant of a theorem that hides it");
/// a
pub const HALF_WIDTH: Field =
    positive("half_width", "a", "1", "half width of an interval [-a, a] of numbers").real(1.0);
/// n of a strong ticket
pub const N: Field =
    count("n", "n", "units", "half the hidden units per input coordinate of a target layer").integer(16);
/// Which of them stand for which sign of an input
pub const VARIANT: Field = choice(
    "variant",
    &["strict", "adaptive"],
    "units for positive and negative inputs: half and half as in the proof, or each by its own sign",
);
/// k, exactly
pub const SUBSET_SIZE: Field = count("subset_size", "k", "numbers", "numbers in a subset, exactly");
/// Law of the numbers of a subset sum
pub const LAW: Field = choice("law", &SampleLaw::NAMES, "law of the numbers whose subsets are summed");
/// Outside samples of numbers
pub const VALUES: Field = Field {
    name: "values",
    symbol: "",
    domain: Domain::Source { words: &[], prefixes: &["npz:"] },
    unit: "word",
    help: "npz:FILE with an array values (trials, n): one sample of n numbers per replica",
    fallback: Fallback::Text("npz:"),
    axis: false,
};

/// Pruned parameters
pub const PRUNED: Field = count("pruned", "", "parameters", "parameters that the mask prunes");

/// A word that can be written instead of a field, and becomes that field.
#[derive(Debug)]
pub struct Alias {
    /// The word, with its range and help.
    pub field: Field,
    /// The field it becomes.
    pub target: &'static str,
    /// The fields that the conversion reads, besides the alias's own value.
    pub reads: &'static [&'static str],
    /// Conversion: the alias's value and those of `reads`, in order.
    pub convert: fn(f64, &[f64]) -> f64,
}

/// All aliases.
pub static ALIASES: &[Alias] = &[
    Alias {
        field: Field {
            domain: Domain::Real { min: 0.0, max: 1.0, open: false },
            ..positive("prune", "alpha", "fraction", "fraction of weights pruned; becomes keep")
        },
        target: "keep",
        reads: &[],
        convert: |alpha, _| crate::fraction::decimal_complement(alpha),
    },
    Alias {
        field: positive("snr", "SNR", "1", "mu / (sigma_n sqrt(d)); becomes noise"),
        target: "noise",
        reads: &["signal", "dimension"],
        convert: |snr, read| read[0] / (snr * read[1].sqrt()),
    },
];
