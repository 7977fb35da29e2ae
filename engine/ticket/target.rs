//! The network that a ticket approximates: fully connected, ReLU between the layers, no biases, weights in [-1, 1].
//!
//! Such a network is positively homogeneous in each layer: a layer divided by s and the outputs multiplied by s are the
//! same function, so that every network fits after scaling.

use crate::key::Key;
use crate::network::init::InitLaw;
use crate::rounding::norm_above;
use crate::spectral_norm::spectral_norm_above;
use ndarray::Array2;

/// A target with weights that gadgets can reach.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    layers: Vec<Array2<f64>>,
    norms: Vec<Norms>,
}

/// Upper bounds of a layer's norms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Norms {
    /// Of the spectral norm.
    pub spectral: f64,
    /// Of the Frobenius norm.
    pub frobenius: f64,
}

/// A network that is no target.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TargetError {
    /// No layer, or one without neurons or inputs.
    #[error("the target has no layers, or an empty one")]
    Empty,
    /// A layer that does not take what the one before gives.
    #[error("w{layer} takes {got} inputs, and the layer before it has {expected} neurons")]
    Chain {
        /// The layer, from 1.
        layer: usize,
        /// Its inputs.
        got: usize,
        /// Neurons of the layer before.
        expected: usize,
    },
    /// A weight that is no number.
    #[error("w{layer} has {got} at {at:?}, expected finite numbers")]
    NotFinite {
        /// The layer, from 1.
        layer: usize,
        /// The weight.
        got: f64,
        /// Row and column.
        at: [usize; 2],
    },
    /// A weight outside [-1, 1].
    #[error(
        "w{layer} has {got} at {at:?}, and a ticket reaches weights in [-1, 1]; divide w{layer} by {largest} (or by \
         {spectral}, which brings its spectral norm to at most 1, as the theorem wants it) and multiply the outputs by the \
         same number: without biases that is the same function"
    )]
    Outside {
        /// The layer, from 1.
        layer: usize,
        /// The weight.
        got: f64,
        /// Row and column.
        at: [usize; 2],
        /// Largest |weight| of the layer: the least number to divide by.
        largest: f64,
        /// Spectral norm of the layer, rounded up.
        spectral: f64,
    },
}

impl Target {
    /// The target with these layers, first to last, each (out, in).
    ///
    /// # Errors
    /// [`TargetError`] names the first layer that does not fit, and for weights that are too large the scaling that makes
    /// them fit.
    pub fn new(layers: Vec<Array2<f64>>) -> Result<Target, TargetError> {
        if layers.is_empty() || layers.iter().any(|w| w.is_empty()) {
            return Err(TargetError::Empty);
        }
        for (before, pair) in layers.windows(2).enumerate() {
            let (got, expected) = (pair[1].ncols(), pair[0].nrows());
            if got != expected {
                return Err(TargetError::Chain { layer: before + 2, got, expected });
            }
        }
        for (before, w) in layers.iter().enumerate() {
            let layer = before + 1;
            let place = |wrong: fn(f64) -> bool| {
                w.indexed_iter().find(|(_, weight)| wrong(**weight)).map(|((i, j), weight)| ([i, j], *weight))
            };
            if let Some((at, got)) = place(|weight| !weight.is_finite()) {
                return Err(TargetError::NotFinite { layer, got, at });
            }
            if let Some((at, got)) = place(|weight| weight.abs() > 1.0) {
                let largest = w.iter().fold(0.0, |most: f64, weight| most.max(weight.abs()));
                return Err(TargetError::Outside { layer, got, at, largest, spectral: shown_above(w) });
            }
        }
        let norms = |w: &Array2<f64>| Norms { spectral: spectral_norm_above(w), frobenius: norm_above(w) };
        Ok(Target { norms: layers.iter().map(norms).collect(), layers })
    }

    /// A random target of these widths, input and output included: independent normal weights, every layer divided by its
    /// spectral norm, which is then 1 to 1e-4.
    pub fn normalised(widths: &[usize], key: &Key) -> Target {
        let layer = |(at, pair): (usize, &[usize])| {
            let w = InitLaw::Normal.draw((pair[1], pair[0]), 1.0, &key.child(&format!("w{}", at + 1)));
            let norm = spectral_norm_above(&w);
            w / norm
        };
        let layers = widths.windows(2).enumerate().map(layer).collect();
        Target::new(layers).expect("no entry exceeds the spectral norm")
    }

    /// The layers, first to last, each (out, in).
    pub fn layers(&self) -> &[Array2<f64>] {
        &self.layers
    }

    /// Upper bounds of the layers' norms.
    pub fn norms(&self) -> &[Norms] {
        &self.norms
    }

    /// Inputs, neurons, outputs.
    pub fn widths(&self) -> Vec<usize> {
        std::iter::once(self.layers[0].ncols()).chain(self.layers.iter().map(|w| w.nrows())).collect()
    }

    /// d of the input.
    pub fn inputs(&self) -> usize {
        self.layers[0].ncols()
    }

    /// l.
    pub fn depth(&self) -> usize {
        self.layers.len()
    }
}

/// The spectral norm, rounded up to six digits.
fn shown_above(w: &Array2<f64>) -> f64 {
    let norm = spectral_norm_above(w);
    let unit = 10f64.powf(norm.log10().floor() - 5.0);
    (norm / unit).ceil() * unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn what_is_no_target_is_named_with_the_scaling_that_makes_it_one() {
        let said = |layers: Vec<Array2<f64>>| Target::new(layers).unwrap_err().to_string();
        assert_eq!(said(vec![]), "the target has no layers, or an empty one");
        assert_eq!(said(vec![Array2::zeros((0, 3))]), "the target has no layers, or an empty one");
        let chain = said(vec![Array2::zeros((4, 3)), Array2::zeros((2, 5))]);
        assert_eq!(chain, "w2 takes 5 inputs, and the layer before it has 4 neurons");
        let nan = said(vec![array![[0.0, 1.0]], array![[f64::NAN]]]);
        assert_eq!(nan, "w2 has NaN at [0, 0], expected finite numbers");
        let outside = said(vec![array![[0.5, 0.0], [0.0, -3.0]]]);
        for part in ["w1 has -3 at [1, 1]", "[-1, 1]", "divide w1 by 3 (or by 3", "multiply the outputs"] {
            assert!(outside.contains(part), "`{outside}` lacks `{part}`");
        }
    }

    #[test]
    fn sizes_and_norms() {
        let target = Target::new(vec![array![[1.0, 0.0, 0.0], [0.0, 0.5, 0.0]], array![[0.6, -0.8]]]).unwrap();
        assert_eq!((target.widths(), target.inputs(), target.depth()), (vec![3, 2, 1], 3, 2));
        let close = |got: f64, exact: f64| got >= exact && got < exact + 1e-3;
        assert!(close(target.norms()[0].spectral, 1.0) && close(target.norms()[0].frobenius, 1.25f64.sqrt()));
        assert!(close(target.norms()[1].spectral, 1.0));
    }
}
