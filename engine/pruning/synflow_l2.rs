//! SynFlow-L2 (arXiv 2101.10552): SynFlow with squares, R_2 = 1^T (W_L * W_L) ... (W_1 * W_1) 1, the sum of squared path
//! values. Three different scores go by the name.
//!
//! | form | score, u = w^2 | |
//! |---|---|---|
//! | a | u dR_2/du | a saliency: layers have equal sums, rescaling changes no mask |
//! | b | \|w\| dR_2/du | as three codes have it, PHEW's authors among them; neither |
//! | c | dR_2/du | the weight's part of the trace of the path kernel; neither |
//!
//! That (b) is the paper's printed formula is likely and could not be read. Only (a) is covered by the guarantee that no layer
//! empties as long as another mask of its size would not empty one; (b) and (c) break it on three edges.

use super::synflow::around;
use super::{PruningError, Scores, masked};
use crate::mask::Mask;
use crate::network::mlp::Mlp;
use crate::real::Real;
use ndarray::{Array2, Zip};

/// Which of the three scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// (a): u dR_2/du.
    Saliency,
    /// (b): |w| dR_2/du, as implemented by the authors of PHEW.
    Implemented,
    /// (c): dR_2/du.
    Trace,
}

impl Form {
    /// All of them.
    pub const ALL: [Form; 3] = [Form::Saliency, Form::Implemented, Form::Trace];

    /// The word in settings.
    pub const fn name(self) -> &'static str {
        match self {
            Form::Saliency => "saliency",
            Form::Implemented => "implemented",
            Form::Trace => "trace",
        }
    }
}

/// The scores of the masked network, up to one power of 2 common to all layers. Of pruned weights those of (c) are not 0.
///
/// # Errors
/// [`PruningError`] if the masks do not fit.
pub fn scores<R: Real>(net: &Mlp<R>, masks: &[Mask], form: Form) -> Result<Scores, PruningError> {
    let net = masked(net, masks)?;
    let w: Vec<Array2<f64>> = net.layers.iter().map(|layer| layer.w.mapv(|w| w.to_f64().abs())).collect();
    let u: Vec<Array2<f64>> = w.iter().map(|w| w * w).collect();
    let score = |((w, u), around): ((&Array2<f64>, &Array2<f64>), Array2<f64>)| match form {
        Form::Saliency => Zip::from(u).and(&around).map_collect(|u, a| u * a),
        Form::Implemented => Zip::from(w).and(&around).map_collect(|w, a| w * a),
        Form::Trace => around,
    };
    Ok(w.iter().zip(&u).zip(around(&u)).map(score).collect())
}
