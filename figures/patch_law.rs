//! The two-patch law behind a figure, and its derived boundaries in the keep fraction.

use crate::caption::real;
use crate::style::number;
use prunelaw_engine::settings::Request;
use prunelaw_theorems::pruned_training::boundaries;

/// Chance that some class is without a usable neuron, at the signal-loss boundary.
pub(crate) const DELTA: f64 = 0.1;

/// The parameters on which the boundaries depend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PatchLaw {
    /// K.
    pub classes: usize,
    /// m.
    pub neurons: usize,
    /// d.
    pub dimension: usize,
    /// n.
    pub samples: usize,
    /// q.
    pub power: f64,
    /// mu / (sigma_n sqrt(d)).
    pub snr: f64,
}

/// A boundary in the keep fraction, derived here and not in the paper.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Boundary {
    /// In the figure.
    pub name: &'static str,
    /// In the paper's letters.
    pub formula: &'static str,
    /// Where it lies.
    pub keep: f64,
    /// What the formula does not say.
    pub note: &'static str,
}

impl Boundary {
    /// For a caption.
    pub(crate) fn words(&self) -> String {
        format!("{}: p = {} = {}{}", self.name, self.formula, number(self.keep, 3), self.note)
    }
}

impl PatchLaw {
    /// The law of a request, if it has one; of an axis, its first value.
    pub fn of(request: &Request) -> Option<PatchLaw> {
        let count = |name: &str| real(request, name).map(|value| value as usize);
        let dimension = real(request, "dimension")?;
        Some(PatchLaw {
            classes: count("classes")?,
            neurons: count("neurons")?,
            dimension: dimension as usize,
            samples: count("samples")?,
            power: real(request, "power")?,
            snr: real(request, "signal")? / (real(request, "noise")? * dimension.sqrt()),
        })
    }

    /// From mild to heavy pruning.
    pub fn boundaries(&self) -> Vec<Boundary> {
        let mut found = vec![
            Boundary {
                name: "signal loss",
                formula: "(2/m) log(K/0.1)",
                keep: boundaries::signal_loss_keep(self.neurons, self.classes, DELTA),
                note: ", above it all classes have a usable neuron with probability 0.9",
            },
            Boundary {
                name: "chance floor",
                formula: "1/(K m log d)",
                keep: boundaries::chance_floor_keep(self.neurons, self.classes, self.dimension),
                note: "",
            },
        ];
        // The race of the two growth times is one for q > 2 only.
        if self.power > 2.0 {
            let keep = boundaries::memorization_keep(self.samples, self.snr, self.classes, self.power);
            found.insert(0, Boundary { name: "memorization", formula: "(n SNR^q / K)^(2/q)", keep, note: "" });
        }
        found
    }
}
